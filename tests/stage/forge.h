/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Envelopes that no honest end makes, under keys that somebody has: the other
 * end of a relationship, or a thief of its link.
 */
#ifndef FORGE_H
#define FORGE_H

#include "content.pb.h"
#include "seal.h"
#include "story.h"

struct forge {
	struct story *st;
	int from;			/* whose session, seal and stream */
	struct tacit_contact *ct;	/* of end ${from} */
};

/* The other end itself, with all its keys. */
void forge_peer(struct forge *f, struct story *st, int from);

/*
 * ${c} in the ratchet, sealed, and taken in at the other end at once; its
 * stream, and kind and generation of the header, may be told apart.
 */
void forge_say(struct forge *f, const tacit_Content *c);
void forge_say_as(struct forge *f, const tacit_Content *c,
    const uint8_t stream[TACIT_STREAM_LEN], enum seal_kind kind,
    uint32_t generation);

/*
 * Seal ${len} bytes for the other end under k0 or k1, with a header at will.
 * Output:  ${envelope} (its id) and ${body}, TACIT_LETTER_LEN.
 */
void forge_seal(struct forge *f, int key1, const struct seal_header *h,
    const uint8_t *msg, uint8_t envelope[TACIT_ENVELOPE_ID_LEN],
    uint8_t *body);

#endif
