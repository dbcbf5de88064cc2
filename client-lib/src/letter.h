/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One outbox row -> content -> ratchet -> seal: the layers of DESIGN,
 * section 2, downwards.  inbox.c goes upwards.
 */
#ifndef CLIENT_LETTER_H
#define CLIENT_LETTER_H

#include "content.pb.h"
#include "model.h"
#include "seal.h"

/*
 * Returns: 1 if ${o} holds an envelope that may be posted as it is, 0 if it
 * must be sealed (again), or an error.
 */
int letter_is_fresh(struct tacit_contact *ct, const tacit_state_Out *o);

/*
 * Make the envelope of ${o}: new counter, new envelope id, ratchet step.
 * Inside a change; ${o} is then to be written.
 */
int letter_seal(struct tacit_contact *ct, tacit_state_Out *o,
    const char *text, size_t len);

/* The same for Hello, whose ratchet message is boxed to ${hello_key}. */
int letter_seal_hello(struct tacit_contact *ct, tacit_state_Out *o,
    const uint8_t hello_key[TACIT_KEY_LEN]);

/* RESET and STALE: the padded ${msg} itself, under the recovery key. */
int letter_seal_plain(struct tacit_contact *ct, tacit_state_Out *o,
    enum seal_kind kind, uint32_t generation, const pb_msgdesc_t *fields,
    const void *msg);

/*
 * What seals; and its seal keys of one direction.  LETTER_KEY1 is the pair
 * key of now, LETTER_SETS + n that of set n (set.h).
 */
enum letter_key { LETTER_KEY0, LETTER_KEY1, LETTER_RECOVERY, LETTER_SETS };

const uint8_t *letter_key(const struct tacit_contact *ct, int key);
void letter_keys(const struct tacit_contact *ct, int incoming, int key,
    struct seal_keys *out);

#endif
