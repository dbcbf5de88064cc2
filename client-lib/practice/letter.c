/* SPDX-License-Identifier: Apache-2.0 */
#include "letter.h"
#include "safe.h"

enum { NOT_UTF8 = 0x110000, LATIN = 0xc0, LATIN_END = 0x180 };

static bool
is_mark(uint32_t c)
{
	return c >= 0x300 && c <= 0x36f;
}

/* One code point, or one byte that is none. */
static size_t
take(uint32_t *out, const char *text, size_t left)
{
	size_t n = safe_take(out, text, left);

	if (n > 0)
		return n;
	*out = NOT_UTF8 + (unsigned char)text[0];
	return 1;
}

static uint32_t
fold(uint32_t c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* The letter under its marks, in small; those of Latin, Greek, Cyrillic. */
static uint32_t
base(uint32_t c)
{
	static const char latin[] = "aaaaaa ceeeeiiiidnooooo ouuuuy  "
	    "aaaaaa ceeeeiiiidnooooo ouuuuy y"
	    "aaaaaaccccccccddddeeeeeeeeeegggg"
	    "gggghhhhiiiiiiiiii  jjkk lllllll"
	    "lllnnnnnn   oooooo  rrrrrrssssss"
	    "ssttttttuuuuuuuuuuuuwwyyyzzzzzz ";

	_Static_assert(sizeof(latin) == LATIN_END - LATIN + 1, "each has one");
	if (c >= LATIN && c < LATIN_END && latin[c - LATIN] != ' ')
		return (uint32_t)latin[c - LATIN];
	if (c >= LATIN && c <= 0xde && c != 0xd7)
		return c + 0x20;
	if (c == 0x132 || c == 0x14a || c == 0x152)
		return c + 1;
	if ((c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40f)
		return c + 0x50;
	return fold(c);
}

size_t
letter_take(uint32_t *out, const char *text, size_t left, bool loose)
{
	size_t n = take(out, text, left), more;
	uint32_t mark;

	*out = loose ? base(*out) : fold(*out);
	while (loose && n < left) {
		more = take(&mark, text + n, left - n);
		if (!is_mark(mark))
			break;
		n += more;
	}
	return n;
}

uint32_t
letter_before(const char *end, size_t len)
{
	size_t n = 1;
	uint32_t c;

	if (len == 0)
		return 0;
	while (n < len && n < 4 && (end[-(ptrdiff_t)n] & 0xc0) == 0x80)
		n++;
	(void)take(&c, end - n, n);
	return c;
}

bool
letter_is_dense(uint32_t c)
{
	return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7af) ||
	    (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

bool
letter_joins(uint32_t c)
{
	/* Signs: quotes, dashes, spaces, arrows, emoji, and their wide forms. */
	static const uint32_t apart[][2] = { { 0x80, 0xa9 }, { 0xab, 0xb4 },
	    { 0xb6, 0xb9 }, { 0xbb, 0xbf }, { 0xd7, 0xd7 }, { 0xf7, 0xf7 },
	    { 0x2000, 0x200b }, { 0x200e, 0x206f }, { 0x20a0, 0x20cf },
	    { 0x2190, 0x2bff }, { 0xfe00, 0xfe6f }, { 0xfeff, 0xff0f },
	    { 0xff1a, 0xff20 }, { 0x1f000, 0x1faff } };
	size_t i;

	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9');
	for (i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
		if (c >= apart[i][0] && c <= apart[i][1])
			return false;
	return !letter_is_dense(c);
}
