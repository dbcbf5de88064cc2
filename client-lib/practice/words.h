/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure parts of not writing to the wrong person: the words of a contact, and
 * a label in a text.
 */
#ifndef PRACTICE_WORDS_H
#define PRACTICE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum {
	WORDS_LIST = 256,
	WORDS_WORD_MAX = 7		/* bytes of a word */
};

extern const char *const words_list[WORDS_LIST];

/*
 * The two words of the ${len} bytes at ${name}, with a space between; ${out}
 * has room for 2 * WORDS_WORD_MAX + 2.
 */
void words_of(char *out, const void *name, size_t len);

/* True if ${typed} are these words, whatever its case and spaces. */
bool words_same(const char *words, const char *typed);

/*
 * True if ${text} has ${label} in it, as whole words, however it is spelled
 * (see letter.h), and not as part of ${own}, which is compared but for the
 * case of ASCII letters.  Labels of fewer than three letters are not looked
 * for; two of Chinese, Japanese or Korean are enough.
 */
bool words_name(const char *text, size_t len, const char *label,
    const char *own);

#endif
