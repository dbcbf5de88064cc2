/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A histogram of nanoseconds, log-linear: 128 steps to each doubling, so that
 * what it says is at most 1/128 above what was put in, at any size.
 */
#ifndef LOAD_HIST_H
#define LOAD_HIST_H

#include <stdint.h>

enum {
	HIST_BITS = 7,
	HIST_STEPS = (64 - HIST_BITS + 1) << HIST_BITS
};

struct hist {
	uint64_t n, max;
	uint64_t count[HIST_STEPS];
};

void hist_add(struct hist *h, uint64_t ns);

/*
 * The least value that at least ${per_million} of a million do not exceed,
 * rounded up to its step, never above the maximum.  0 if there is none.
 */
uint64_t hist_at(const struct hist *h, uint32_t per_million);

#endif
