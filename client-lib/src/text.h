/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people write: valid UTF-8, and names that cannot mislead the eye; and
 * data, which is any bytes of a type that is not 0.
 */
#ifndef CLIENT_TEXT_H
#define CLIENT_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "tacit/limits.h"

/*
 * True if the ${len} bytes at ${text} are 1 to ${max} bytes of UTF-8: no
 * surrogate, no longer spelling than needed, nothing above U+10FFFF.
 */
int text_is_valid(const char *text, size_t len, size_t max);

/*
 * True for 1 to ${max} such bytes without control characters (C0, DEL, C1) and
 * without anything that changes the direction of writing; of a label
 * TACIT_NAME_MAX.
 */
int text_is_line(const char *text, size_t len, size_t max);
int label_is_valid(const char *text, size_t len);

/* The same of what has this type: 0 a text; data of 1 .. TACIT_TYPE_MAX. */
int text_is_sound(uint32_t type, const char *text, size_t len, size_t max);

/*
 * How many of the ${len} bytes at ${text} make the next part: of a text, which
 * is valid UTF-8, at most TACIT_PART_MAX, cut between code points; of data
 * TACIT_DATA_PART_MAX.  TACIT_TEXT_MAX bytes then make at most
 * TACIT_TEXT_PARTS_MAX parts.
 */
size_t text_part_len(uint32_t type, const char *text, size_t len);
/* The same of a text whose parts have at most ${max} bytes. */
size_t text_cut(const char *text, size_t len, size_t max);
/* How many of them there are. */
uint32_t text_parts(uint32_t type, const char *text, size_t len);

#endif
