/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies that can be checked: each says whose it is and which, and the rest is
 * a piece of random bytes that follows from that.  No server can compress
 * them, and none can change one unseen.
 */
#ifndef LOAD_BODY_H
#define LOAD_BODY_H

#include <stddef.h>
#include <stdint.h>

enum { BODY_MIN = 32, BODY_POOL = 65536 };

struct bodies {
	uint64_t run;			/* random: of no other run */
	size_t len;			/* of each */
	uint8_t *pool;			/* BODY_POOL + len random bytes */
};

/* ${len} is at least BODY_MIN. */
void body_init(struct bodies *b, size_t len);
void body_free(struct bodies *b);

/* Write body ${tag} for queue ${recipient} to the b->len bytes at ${out}. */
void body_make(const struct bodies *b, uint8_t *out, uint32_t recipient,
    uint64_t tag);

/*
 * Output:  ${recipient} and ${tag} that it says.
 * Returns 0, or -1 if it is no body of this run, byte by byte.
 */
int body_check(const struct bodies *b, const uint8_t *data, size_t len,
    uint32_t *recipient, uint64_t *tag);

#endif
