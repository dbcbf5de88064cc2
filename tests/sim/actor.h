/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose code runs: each process of the simulation has a clock, randomness
 * and memory of its own, and whatever it asks of the C library, libsodium or
 * SQLite is answered from those.
 */
#ifndef SIM_ACTOR_H
#define SIM_ACTOR_H

#include <stdint.h>

#include "random.h"

struct actor {
	struct random random;
	const int64_t *now;		/* of the world, ms */
	int64_t skew;			/* of the wall clock */
	int64_t booted;			/* when the machine started */
	unsigned memory_after;		/* allocations that still succeed */
	unsigned memory_times;		/* then so many fail; 0: none */
	unsigned memory_hits;
};

/* Once per process, before sodium_init(). */
void actor_install(void);

/* From now on ${a}'s code runs; NULL: the simulation's own.  Returns who did. */
struct actor *actor_enter(struct actor *a);

int64_t actor_wall_ms(const struct actor *a);
int64_t actor_mono_ms(const struct actor *a);

#endif
