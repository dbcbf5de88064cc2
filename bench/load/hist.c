/* SPDX-License-Identifier: Apache-2.0 */
#include "hist.h"

enum { PER_STEP = 1 << HIST_BITS };

/* Values below 128 have a step each; above, the 7 bits under the top one. */
static uint32_t
step_of(uint64_t v)
{
	uint32_t shift;

	if (v < PER_STEP)
		return (uint32_t)v;
	shift = 63 - (uint32_t)__builtin_clzll(v) - HIST_BITS;
	return ((shift + 1) << HIST_BITS) +
	    (uint32_t)((v >> shift) - PER_STEP);
}

static uint64_t
highest_of(uint32_t step)
{
	uint32_t shift;

	if (step < PER_STEP)
		return step;
	shift = (step >> HIST_BITS) - 1;
	return (((uint64_t)(step % PER_STEP) + PER_STEP + 1) << shift) - 1;
}

void
hist_add(struct hist *h, uint64_t ns)
{
	h->count[step_of(ns)]++;
	h->n++;
	if (ns > h->max)
		h->max = ns;
}

uint64_t
hist_at(const struct hist *h, uint32_t per_million)
{
	uint64_t want, seen = 0, v;
	uint32_t i;

	if (h->n == 0)
		return 0;
	want = (h->n * per_million + 999999) / 1000000;
	want = want == 0 ? 1 : want;
	for (i = 0; i + 1 < HIST_STEPS; i++) {
		seen += h->count[i];
		if (seen >= want)
			break;
	}
	v = highest_of(i);
	return v < h->max ? v : h->max;
}
