/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include <sodium.h>

#include "draw.h"

static uint32_t
word(struct draw *d)
{
	if (d->left == 0) {
		randombytes_buf(d->word, sizeof(d->word));
		d->left = DRAW_WORDS;
	}
	return d->word[--d->left];
}

/* Those below 2^32 mod ${n} would make some numbers likelier than others. */
uint32_t
draw_below(struct draw *d, uint32_t n)
{
	uint32_t v, least;

	assert(n > 0);
	least = -n % n;
	do {
		v = word(d);
	} while (v < least);
	return v % n;
}
