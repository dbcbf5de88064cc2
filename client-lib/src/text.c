/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "text.h"

/*
 * Decode the code point at ${p}, of which ${left} >= 1 bytes are there.
 * Returns its length, or 0 if it is not valid.
 */
static size_t
decode(uint32_t *out, const unsigned char *p, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;
	uint32_t c;

	if (p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > left)
		return 0;
	c = p[0] & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return n;
}

int
text_is_valid(const char *text, size_t len, size_t max)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t c;
	size_t n;

	if (len < 1 || len > max)
		return 0;
	for (; len > 0; p += n, len -= n) {
		if ((n = decode(&c, p, len)) == 0)
			return 0;
	}
	return 1;
}

static int
is_misleading(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) ||	/* C0, DEL, C1 */
	    c == 0x061c ||				/* Arabic letter mark */
	    c == 0x200e || c == 0x200f ||		/* marks */
	    (c >= 0x202a && c <= 0x202e) ||	/* embeddings, overrides */
	    (c >= 0x2066 && c <= 0x2069);		/* isolates */
}

int
text_is_line(const char *text, size_t len, size_t max)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t c;
	size_t n;

	if (len < 1 || len > max)
		return 0;
	for (; len > 0; p += n, len -= n) {
		if ((n = decode(&c, p, len)) == 0 || is_misleading(c))
			return 0;
	}
	return 1;
}

int
label_is_valid(const char *text, size_t len)
{
	return text_is_line(text, len, TACIT_NAME_MAX);
}

int
text_is_sound(uint32_t type, const char *text, size_t len, size_t max)
{
	if (type == 0)
		return text_is_valid(text, len, max);
	return type <= TACIT_TYPE_MAX && len >= 1 && len <= max;
}

size_t
text_part_len(uint32_t type, const char *text, size_t len)
{
	if (type != 0)
		return len < TACIT_DATA_PART_MAX ? len : TACIT_DATA_PART_MAX;
	return text_cut(text, len, TACIT_PART_MAX);
}

size_t
text_cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	len = max;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

uint32_t
text_parts(uint32_t type, const char *text, size_t len)
{
	uint32_t n = 0;
	size_t at;

	for (at = 0; at < len; at += text_part_len(type, text + at, len - at))
		n++;
	return n;
}
