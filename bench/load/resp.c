/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "resp.h"

/* An optional sign and up to 18 digits, no more. */
static int
parse_number(int64_t *out, const uint8_t *text, size_t len)
{
	size_t i = len > 0 && text[0] == '-';
	int64_t n = 0;

	if (len == i || len - i > 18)
		return -1;
	for (; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = n * 10 + (text[i] - '0');
	}
	*out = text[0] == '-' ? -n : n;
	return 0;
}

/* A bulk whose line, with its end, has ${line} bytes. */
static ptrdiff_t
parse_bulk(struct resp *r, const uint8_t *data, size_t line, size_t len)
{
	size_t n;

	if (r->nil)
		return (ptrdiff_t)line;
	n = (size_t)r->number;
	if (len - line < n + 2)
		return 0;
	if (memcmp(data + line + n, "\r\n", 2) != 0)
		return -1;
	r->text = data + line;
	r->text_len = n;
	return (ptrdiff_t)(line + n + 2);
}

/* Bulk or array: its count, -1 for none at all. */
static int
take_count(struct resp *r, int64_t max)
{
	r->nil = r->number == -1;
	return r->number >= -1 && r->number <= max ? 0 : -1;
}

static ptrdiff_t
parse_kind(struct resp *r, const uint8_t *data, size_t line, size_t len)
{
	ptrdiff_t whole = (ptrdiff_t)line;
	int counts = data[0] != RESP_STATUS && data[0] != RESP_ERROR;

	r->kind = (enum resp_kind)data[0];
	if (counts && parse_number(&r->number, data + 1, line - 3) != 0)
		return -1;
	switch (r->kind) {
	case RESP_STATUS:
	case RESP_ERROR:
		r->text = data + 1;
		r->text_len = line - 3;
		return whole;
	case RESP_NUMBER:
		return whole;
	case RESP_BULK:
		return take_count(r, RESP_BULK_MAX) != 0 ? -1 :
		    parse_bulk(r, data, line, len);
	case RESP_ARRAY:
		return take_count(r, RESP_ARRAY_MAX) != 0 ? -1 : whole;
	}
	return -1;
}

ptrdiff_t
resp_parse(struct resp *r, const uint8_t *data, size_t len)
{
	size_t look = len < RESP_LINE_MAX + 3 ? len : RESP_LINE_MAX + 3;
	const uint8_t *end = len == 0 ? NULL : memmem(data, look, "\r\n", 2);
	struct resp s = { 0 };
	ptrdiff_t whole;

	if (end == NULL)
		return look < RESP_LINE_MAX + 3 ? 0 : -1;
	if (end == data)
		return -1;
	whole = parse_kind(&s, data, (size_t)(end - data) + 2, len);
	if (whole > 0)
		*r = s;
	return whole;
}

/* ${mark}, ${n} in decimal, end of line. */
static size_t
put_count(uint8_t *to, uint8_t mark, size_t n)
{
	uint8_t digit[20];
	size_t i = 0, len = 0;

	to[len++] = mark;
	do {
		digit[i++] = (uint8_t)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	while (i > 0)
		to[len++] = digit[--i];
	to[len++] = '\r';
	to[len++] = '\n';
	return len;
}

size_t
resp_command(uint8_t *to, size_t n)
{
	return put_count(to, RESP_ARRAY, n);
}

size_t
resp_word(uint8_t *to, const void *word, size_t len)
{
	size_t n = put_count(to, RESP_BULK, len);

	memcpy(to + n, word, len);
	memcpy(to + n + len, "\r\n", 2);
	return n + len + 2;
}
