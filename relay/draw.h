/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small random numbers, many of them: the system is asked once for a few
 * dozen.  For choices that nobody may foresee, but that are no secrets
 * afterwards (the row of an envelope, its day of expiry); never for keys.
 *
 * Thread:  one per handle.
 */
#ifndef RELAY_DRAW_H
#define RELAY_DRAW_H

#include <stdint.h>

enum { DRAW_WORDS = 64 };

/* All zero: nothing was drawn yet. */
struct draw {
	uint32_t word[DRAW_WORDS];
	uint32_t left;
};

/* One of 0 to ${n} - 1, each as likely; ${n} from 1. */
uint32_t draw_below(struct draw *d, uint32_t n);

#endif
