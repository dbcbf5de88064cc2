/* SPDX-License-Identifier: Apache-2.0 */
#include "goodbye.h"

/* How many bytes follow the first one, and the bits that it begins with. */
static int
followers(uint8_t first, uint32_t *value)
{
	if (first < 0x80) {
		*value = first;
		return 0;
	}
	if ((first & 0xe0) == 0xc0) {
		*value = first & 0x1f;
		return 1;
	}
	if ((first & 0xf0) == 0xe0) {
		*value = first & 0x0f;
		return 2;
	}
	*value = first & 0x07;
	return (first & 0xf8) == 0xf0 ? 3 : -1;
}

static int
is_utf8(const uint8_t *p, size_t len)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const uint8_t *end = p + len;
	uint32_t value;
	int n, i;

	while (p < end) {
		n = followers(*p++, &value);
		if (n < 0 || end - p < n)
			return 0;
		for (i = 0; i < n; i++, p++) {
			if ((*p & 0xc0) != 0x80)
				return 0;
			value = value << 6 | (*p & 0x3f);
		}
		if (value < least[n] || value > 0x10ffff ||
		    (value >= 0xd800 && value <= 0xdfff))
			return 0;
	}
	return 1;
}

int
goodbye_is_valid(const uint8_t *payload, size_t len)
{
	int code;

	if (len < 2)
		return len == 0;
	code = payload[0] << 8 | payload[1];
	if ((code < 1000 || code > 1003) && (code < 1007 || code > 1011) &&
	    (code < 3000 || code > 4999))
		return 0;
	return is_utf8(payload + 2, len - 2);
}
