/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outer layer of every envelope (PROTOCOL.md, section 9).  Pure
 * functions: bytes in, bytes out.
 */
#ifndef CLIENT_SEAL_H
#define CLIENT_SEAL_H

#include "keys.h"

enum seal_kind {
	SEAL_WHISPER = 1,
	SEAL_PREKEY = 2,
	SEAL_HELLO = 3,
	SEAL_RESET = 4,			/* these two without a ratchet, */
	SEAL_STALE = 5			/* under the recovery key */
};

struct seal_header {
	uint8_t kind;			/* enum seal_kind */
	uint8_t stream[TACIT_STREAM_LEN];
	uint64_t counter;		/* 48 bits, from 1 */
	uint32_t generation;
	uint16_t length;		/* of what is inside */
};

/* What an envelope is bound to. */
struct seal_place {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
};

/* Bytes of ratchet message that fit an envelope of ${envelope_len}. */
size_t seal_capacity(size_t envelope_len);

/*
 * Seal ${h->length} bytes at ${msg} into an envelope of exactly ${out_len}
 * bytes.  ${random16} becomes part of the nonce: never twice the same.
 * Errors:  TACIT_E_LIMIT (does not fit), TACIT_E_SIZE (no such envelope).
 */
int seal_close(uint8_t *out, size_t out_len, const struct seal_keys *k,
    const struct seal_place *p, const struct seal_header *h,
    const uint8_t *msg, const uint8_t random16[16]);

/* True if ${envelope}'s hint names ${k}: constant time, no key is tried. */
int seal_names(const uint8_t *envelope, const struct seal_keys *k,
    const struct seal_place *p);

/*
 * Open an envelope of ${len} bytes.
 * Output:  ${h}; ${msg}, of capacity seal_capacity(${len}).
 * Errors:  TACIT_E_CRYPTO (tag), TACIT_E_SIZE, TACIT_E_POISON (authentic, but
 *          kind, counter, length or zeros are not as they must be).
 *          ${msg} is then wiped.
 */
int seal_open(struct seal_header *h, uint8_t *msg, const uint8_t *envelope,
    size_t len, const struct seal_keys *k, const struct seal_place *p);

#endif
