/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "safe.h"

enum { REPLACEMENT = 0xfffd, SHOWN_LEN = 16 };

size_t
safe_take(uint32_t *out, const char *text, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *s = (const unsigned char *)text;
	size_t i, n;
	uint32_t c;

	if (s[0] < 0x80) {
		*out = s[0];
		return 1;
	}
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4 || n > left)
		return 0;
	c = s[0] & (0xffu >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return n;
}

bool
safe_steers(uint32_t c)
{
	static const uint32_t ranges[][2] = { { 0x00, 0x08 }, { 0x0b, 0x1f },
	    { 0x7f, 0x9f }, { 0x61c, 0x61c }, { 0x200b, 0x200b },
	    { 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
	    { 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
	    { 0xe0000, 0xe007f } };
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return (c & 0xfffe) == 0xfffe;	/* no characters, and not in XML */
}

bool
safe_is_text(const char *text, size_t len)
{
	uint32_t c;
	size_t i, n;

	for (i = 0; i < len; i += n)
		if (text[i] == '\0' ||
		    (n = safe_take(&c, text + i, len - i)) == 0)
			return false;
	return true;
}

/* One code point, or what cannot be one, at ${text}. */
static size_t
take(uint32_t *c, const char *text, size_t left)
{
	size_t n = safe_take(c, text, left);

	if (n == 0)
		*c = REPLACEMENT;
	return n > 0 ? n : 1;
}

/* What has its own spelling in one of the languages below, or NULL. */
typedef const char *spell_fn(char buf[SHOWN_LEN], uint32_t c);

static const char *
in_xml(char buf[SHOWN_LEN], uint32_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		if (!safe_steers(c))
			return NULL;
		(void)snprintf(buf, SHOWN_LEN, "[U+%04X]", (unsigned int)c);
		return buf;
	}
}

static const char *
in_json(char buf[SHOWN_LEN], uint32_t c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		if (!safe_steers(c))
			return NULL;
		if (c < 0x10000)
			(void)snprintf(buf, SHOWN_LEN, "\\u%04x",
			    (unsigned int)c);
		else
			(void)snprintf(buf, SHOWN_LEN, "\\u%04x\\u%04x",
			    (unsigned int)(0xd7c0 + (c >> 10)),
			    (unsigned int)(0xdc00 + (c & 0x3ff)));
		return buf;
	}
}

/* In JSON that is written already only what is not ASCII can steer. */
static const char *
in_json_text(char buf[SHOWN_LEN], uint32_t c)
{
	return c < 0x80 ? NULL : in_json(buf, c);
}

static const char *
in_fhir(char buf[SHOWN_LEN], uint32_t c)
{
	if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
		c += 0x2400;
	else
		return in_json(buf, c);
	(void)snprintf(buf, SHOWN_LEN, "\\u%04x", (unsigned int)c);
	return buf;
}

static const char *
in_csv(char buf[SHOWN_LEN], uint32_t c)
{
	if (c == '"')
		return "\"\"";
	if (!safe_steers(c) || c == '\r')
		return NULL;
	(void)snprintf(buf, SHOWN_LEN, "\\u{%x}", (unsigned int)c);
	return buf;
}

/* Runs of what may stay as it is, and what ${spell} has words for. */
static void
print(struct sink *s, const char *text, size_t len, spell_fn *spell)
{
	const char *shown;
	char buf[SHOWN_LEN];
	size_t from = 0, at, n;
	uint32_t c;

	for (at = 0; at < len; at += n) {
		n = take(&c, text + at, len - at);
		shown = spell(buf, c);
		if (shown == NULL && c == REPLACEMENT)
			shown = "\xef\xbf\xbd";
		if (shown == NULL)
			continue;
		sink_put(s, text + from, at - from);
		sink_text(s, shown);
		from = at + n;
	}
	sink_put(s, text + from, len - from);
}

void
safe_xml(struct sink *s, const char *text, size_t len)
{
	print(s, text, len, in_xml);
}

void
safe_html(struct sink *s, const char *text, size_t len)
{
	size_t from = 0, at, n;
	uint32_t c;

	for (at = 0; at < len; at += n) {
		n = take(&c, text + at, len - at);
		if (!safe_steers(c))
			continue;
		safe_xml(s, text + from, at - from);
		from = at + n;
		/* Of CR LF the second says all. */
		if (c != '\r' || from == len || text[from] != '\n')
			sink_format(s, "<b class=\"c\">U+%04X</b>",
			    (unsigned int)c);
	}
	safe_xml(s, text + from, len - from);
}

void
safe_json(struct sink *s, const char *text, size_t len)
{
	sink_text(s, "\"");
	print(s, text, len, in_json);
	sink_text(s, "\"");
}

void
safe_fhir(struct sink *s, const char *text, size_t len)
{
	sink_text(s, "\"");
	print(s, text, len, in_fhir);
	sink_text(s, "\"");
}

void
safe_csv(struct sink *s, const char *text, size_t len)
{
	static const uint32_t formula[] = { '=', '+', '-', '@', '\t', '\r',
	    '\n', 0xff1d, 0xff0b, 0xff0d, 0xff20 };
	uint32_t c = 0;
	size_t i;

	sink_text(s, "\"");
	if (len > 0)
		(void)take(&c, text, len);
	for (i = 0; i < sizeof(formula) / sizeof(formula[0]); i++)
		if (c == formula[i])
			sink_text(s, "'");
	print(s, text, len, in_csv);
	sink_text(s, "\"");
}

void
safe_json_line(struct sink *s, const char *json)
{
	size_t n;

	/* Line ends stand between what is JSON, never within a string. */
	while (*json != '\0') {
		n = strcspn(json, "\n");
		print(s, json, n, in_json_text);
		json += n;
		json += strspn(json, "\n ");
	}
}

/* How ${c} stands in a terminal, or NULL: as it is.  ${*wide}: at most. */
static const char *
in_line(char buf[SHOWN_LEN], unsigned int *wide, uint32_t c, bool utf8)
{
	*wide = 1;
	if (c == '\t' || c == '\n')
		return " ";
	if (c >= 0x80 && !utf8)
		return "?";
	if (safe_steers(c)) {
		*wide = (unsigned int)snprintf(buf, SHOWN_LEN, "\\u{%x}",
		    (unsigned int)c);
		return buf;
	}
	/* Whatever the terminal thinks of it. */
	*wide = c < 0x1100 ? 1 : 2;
	return c == REPLACEMENT ? "\xef\xbf\xbd" : NULL;
}

/* Print of ${text} what fits; returns how many columns all of it would be. */
static unsigned int
line(struct sink *s, const char *text, unsigned int columns, bool utf8)
{
	size_t len = strlen(text), at, n;
	unsigned int used = 0, wide;
	char buf[SHOWN_LEN];
	const char *shown;
	uint32_t c;

	for (at = 0; at < len; at += n) {
		n = take(&c, text + at, len - at);
		shown = in_line(buf, &wide, c, utf8);
		used += wide;
		if (s != NULL && used > columns)
			break;
		if (s != NULL && shown != NULL)
			sink_text(s, shown);
		else if (s != NULL)
			sink_put(s, text + at, n);
	}
	return used;
}

void
safe_line(struct sink *s, const char *text, unsigned int columns, bool utf8)
{
	unsigned int all = line(NULL, text, 0, utf8);

	if (all <= columns) {
		(void)line(s, text, columns, utf8);
	} else {
		(void)line(s, text, columns < 3 ? 0 : columns - 3, utf8);
		sink_put(s, "...", columns < 3 ? columns : 3);
	}
}
