/* SPDX-License-Identifier: Apache-2.0 */
/* Every derivation of PROTOCOL.md, section 2, one function each. */
#ifndef CLIENT_KEYS_H
#define CLIENT_KEYS_H

#include "tacit/error.h"
#include "tacit/hash.h"
#include "tacit/limits.h"
#include "tacit/link.h"

/* A seal key and the key of its hints. */
struct seal_keys {
	uint8_t seal[TACIT_KEY_LEN];
	uint8_t hint[TACIT_KEY_LEN];
};

/* The two directions. */
enum seal_direction { SEAL_I_TO_J, SEAL_J_TO_I };

/* Everything that goes into the transcript T. */
struct transcript {
	const uint8_t *blob;		/* TACIT_BLOB_LEN, as the relay had it */
	const uint8_t *identity_i, *identity_j;		/* 32 each */
	const uint8_t *address_i, *address_j;		/* 32 each */
	const char *url_i, *url_j;
};

void keys_address(uint8_t out[32], const uint8_t s[TACIT_SECRET_LEN]);
void keys_bundle(uint8_t out[32], const uint8_t s[TACIT_SECRET_LEN]);
void keys_relationship(uint8_t out[32], const uint8_t s[TACIT_SECRET_LEN]);
void keys_pair0(uint8_t out[32], const uint8_t s[TACIT_SECRET_LEN]);
void keys_transcript(uint8_t out[32], const struct transcript *t);
void keys_pair1(uint8_t out[32], const uint8_t s[TACIT_SECRET_LEN],
    const uint8_t r_i[32], const uint8_t r_j[32], const uint8_t t[32]);
/*
 * The pair key of rotation ${id}, made of the one before it; ${at} are the
 * addresses M_I and M_J before, then those after.
 */
void keys_rotation(uint8_t out[32], const uint8_t pair[32], uint64_t id,
    const uint8_t r_i[32], const uint8_t r_j[32],
    const uint8_t *const at[4]);
void keys_recovery(uint8_t out[32], const uint8_t pair1[32]);
void keys_seal(struct seal_keys *out, const uint8_t pair[32],
    enum seal_direction d);
void keys_hint(uint8_t out[TACIT_HINT_LEN], const struct seal_keys *k,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN]);
/* The stream that what is above ${upto} of ${stream} is renumbered into. */
void keys_next_stream(uint8_t out[TACIT_STREAM_LEN], const uint8_t r[32],
    const uint8_t stream[TACIT_STREAM_LEN], uint64_t upto);
void keys_anchor(uint8_t out[32], const uint8_t owner[TACIT_KEY_LEN]);
/* A hash of which nobody knows a token. */
void keys_anchor_token(uint8_t out[32], const uint8_t owner[TACIT_KEY_LEN]);
/* ${type} is 0 of a text. */
void keys_chain(uint8_t out[32], const uint8_t previous[32], uint64_t seq,
    uint32_t type, const void *text, size_t len);

#endif
