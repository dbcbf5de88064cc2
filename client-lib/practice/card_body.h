/* SPDX-License-Identifier: Apache-2.0 */
/* What a card says, to bytes and back, and its signature: pure. */
#ifndef PRACTICE_CARD_BODY_H
#define PRACTICE_CARD_BODY_H

#include <tacit/practice.h>

#include "practice.pb.h"

enum {
	CARD_BODY_MAX = 2600,
	CARD_HASH_LEN = 32,
	CARD_MASTER_LEN = 32
};

/* The one that holds until the practice has one: version 0. */
void card_default(tacit_practice_CardBody *out);

/* True if all of it may be shown. */
bool card_is_sound(const tacit_practice_CardBody *c);

/* ${c} as bytes; returns how many, 0 if that fails. */
size_t card_write(uint8_t out[CARD_BODY_MAX],
    const tacit_practice_CardBody *c);

/* True if these bytes are a sound card, written as card_write() does. */
bool card_read(tacit_practice_CardBody *out, const uint8_t *body, size_t len);

void card_hash(uint8_t out[CARD_HASH_LEN], const uint8_t *body, size_t len);

/* Sign ${m->body} for the contact ${id}; the key follows from ${master}. */
int card_sign(tacit_practice_Card *m, const uint8_t master[CARD_MASTER_LEN],
    const char *id);
bool card_is_signed(const tacit_practice_Card *m);

#endif
