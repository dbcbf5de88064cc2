/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that are hard to cut: code points of one to four bytes. */
#ifndef WORDS_H
#define WORDS_H

#include <stdlib.h>
#include <string.h>

#include "stage.h"

/*
 * Fill ${out} with exactly ${len} bytes that follow from ${number}; different
 * numbers make different texts from 4 bytes on.
 */
static inline void
words(char *out, size_t len, uint32_t number)
{
	static const char *const glyph[] = { "a", "\xc3\xa9", "\xe2\x82\xac",
	    "\xf0\x9f\x99\x82" };
	uint32_t state = number * 2654435761u + 1;
	size_t at = 0, n;

	while (at < len) {
		state = state * 1664525u + 1013904223u;
		n = state >> 30;
		if (n + 1 > len - at)
			n = 0;
		memcpy(out + at, glyph[n], n + 1);
		if (n == 0)
			out[at] = (char)('a' + (state >> 20) % 26);
		at += n + 1;
	}
	out[len] = '\0';
}

#endif
