/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Token buckets in a table of fixed size.  Keys are hashes under a random key
 * that never leaves memory, so that the table tells no address and no
 * mailbox.  A full table forgets the bucket that is nearest to full, which is
 * to somebody's advantage and never refuses anybody.
 *
 * Thread:  the loop's only.
 */
#ifndef RELAY_RATE_H
#define RELAY_RATE_H

#include <stddef.h>
#include <stdint.h>

struct rate;

enum { RATE_KEY_MOST = 64 };		/* bytes that a key is made of */

struct rate_limit {
	uint32_t per_minute;		/* 0: no limit */
	uint32_t burst;
};

/* Errors:  TACIT_E_NOMEM.  ${buckets} is rounded up to a power of two. */
int rate_open(struct rate **out, size_t buckets);
void rate_free(struct rate *r);

/*
 * A key for ${what} (a label) of ${a} and, if not NULL, ${b}, together at
 * most RATE_KEY_MOST bytes.
 */
uint64_t rate_key(const struct rate *r, char what, const void *a, size_t a_len,
    const void *b, size_t b_len);

/* Hide a network address: 16 bytes that mean nothing to anybody else. */
void rate_source(const struct rate *r, uint8_t out[16], const void *address,
    size_t len);

/*
 * Take one token at time ${now_ms}, which must not go back.
 * Returns 0, or the milliseconds until there is one.
 */
uint32_t rate_take(struct rate *r, uint64_t key, const struct rate_limit *l,
    uint64_t now_ms);

#endif
