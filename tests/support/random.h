/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Randomness that a failure can be repeated with: the seed is printed and is
 * taken from TACIT_SEED if that is set.
 */
#ifndef SUPPORT_RANDOM_H
#define SUPPORT_RANDOM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct random {
	uint64_t state;
};

static inline uint64_t
random_next(struct random *r)		/* splitmix64 */
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline struct random
random_start(void)
{
	const char *given = getenv("TACIT_SEED");
	struct timespec now;
	struct random r;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	r.state = (uint64_t)now.tv_sec << 20 ^ (uint64_t)now.tv_nsec;
	if (given != NULL)
		r.state = strtoull(given, NULL, 10);
	printf("TACIT_SEED=%llu\n", (unsigned long long)r.state);
	return r;
}

/* 0 .. n - 1 */
static inline size_t
random_below(struct random *r, size_t n)
{
	return (size_t)(random_next(r) % n);
}

static inline void
random_fill(struct random *r, void *out, size_t len)
{
	uint8_t *p = out;

	while (len-- > 0)
		*p++ = (uint8_t)random_next(r);
}

#endif
