/* SPDX-License-Identifier: Apache-2.0 */
/* Letters as a reader takes them, so that a name is found however it is
 * spelled.  Pure; what is not UTF-8 is a letter of its own. */
#ifndef PRACTICE_LETTER_H
#define PRACTICE_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The letter at ${text}, which has at least one of ${left} bytes: without
 * regard to the case of ASCII letters; if ${loose}, to any case and to marks
 * above and below, which are taken with it.  Returns: its bytes.
 */
size_t letter_take(uint32_t *out, const char *text, size_t left, bool loose);

/* The last letter of the ${len} bytes before ${end}; 0: there is none. */
uint32_t letter_before(const char *end, size_t len);

/* True of what makes one word with the letter beside it. */
bool letter_joins(uint32_t c);

/* True of writing whose words are not set apart, and whose names are short. */
bool letter_is_dense(uint32_t c);

#endif
