/* SPDX-License-Identifier: Apache-2.0 */
/* What others wrote, made safe to show; times and states in words. */
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "cli.h"

/*
 * Length of the UTF-8 sequence at ${s}, of at most ${left} bytes, and its
 * value; 0 if it is none.
 */
static size_t
decode(const unsigned char *s, size_t left, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, n;
	uint32_t v;

	if (s[0] < 0x80) {
		*out = s[0];
		return 1;
	}
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4 || n > left)
		return 0;
	v = s[0] & (0xffu >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (s[i] & 0x3fu);
	}
	if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*out = v;
	return n;
}

/* Could it steer the terminal, or make text read as what it is not? */
static bool
steers(uint32_t v)
{
	return v < 0x20 || (v >= 0x7f && v < 0xa0) || v == 0x61c ||
	    (v >= 0x200b && v <= 0x200f) || (v >= 0x2028 && v <= 0x202e) ||
	    (v >= 0x2060 && v <= 0x206f) || v == 0xfeff ||
	    (v >= 0xfff9 && v <= 0xfffb) || (v >= 0xe0000 && v <= 0xe007f);
}

/* U+200D joins emoji and letters of many scripts: it stays. */
static bool
harmless(uint32_t v)
{
	return v == 0x200c || v == 0x200d || v == '\t';
}

size_t
text_cell(char out[TEXT_CELL_SIZE], int *width, const char *text, size_t left,
    bool strict)
{
	const unsigned char *s = (const unsigned char *)text;
	uint32_t v = 0;
	size_t n = decode(s, left, &v);

	if (n > 0 && (!steers(v) || (!strict && harmless(v)))) {
		memcpy(out, s, n);
		out[n] = '\0';
		*width = wcwidth((wchar_t)v);
		if (*width < 0)
			*width = v == '\t' ? 8 : 1;
		return n;
	}
	*width = n == 0 ? snprintf(out, TEXT_CELL_SIZE, "\\x%02x", s[0]) :
	    snprintf(out, TEXT_CELL_SIZE, "\\u{%x}", (unsigned)v);
	return n == 0 ? 1 : n;
}

void
text_put(FILE *f, const char *text, size_t len, int indent)
{
	char cell[TEXT_CELL_SIZE];
	size_t i = 0;
	int width;

	while (i < len) {
		if (text[i] == '\n' && indent >= 0) {
			fprintf(f, "\n%*s", indent, "");
			i++;
			continue;
		}
		i += text_cell(cell, &width, text + i, len - i, indent < 0);
		fputs(cell, f);
	}
}

void
text_put_name(FILE *f, const char *name)
{
	text_put(f, name, strlen(name), -1);
}

void
text_time(char out[32], int64_t time_ms)
{
	time_t t = (time_t)(time_ms / 1000);
	struct tm tm;
	char date[24];

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		date[0] = '\0';
	(void)snprintf(out, 32, "%s.%03dZ", date, (int)(time_ms % 1000));
}

void
text_clock(char out[32], int64_t time_ms)
{
	time_t t = (time_t)(time_ms / 1000), now = time(NULL);
	struct tm tm, today;
	size_t n;

	out[0] = '\0';
	if (localtime_r(&t, &tm) == NULL || localtime_r(&now, &today) == NULL)
		return;
	if (tm.tm_yday == today.tm_yday && tm.tm_year == today.tm_year)
		n = strftime(out, 32, "%H:%M", &tm);
	else if (tm.tm_year == today.tm_year)
		n = strftime(out, 32, "%e %b %H:%M", &tm);
	else
		n = strftime(out, 32, "%e %b %Y %H:%M", &tm);
	if (n == 0)
		out[0] = '\0';
}

void
text_day(char out[TEXT_DAY_SIZE], uint32_t date)
{
	(void)snprintf(out, TEXT_DAY_SIZE, "%04u-%02u-%02u",
	    (unsigned)(date / 10000 % 10000), (unsigned)(date / 100 % 100),
	    (unsigned)(date % 100));
}

bool
text_to_day(uint32_t *date, const char *text)
{
	unsigned int i;

	*date = 0;
	for (i = 0; i < 10; i++) {
		if (i == 4 || i == 7) {
			if (text[i] != '-')
				return false;
			continue;
		}
		if (text[i] < '0' || text[i] > '9')
			return false;
		*date = *date * 10 + (uint32_t)(text[i] - '0');
	}
	return text[10] == '\0';
}

const char *
text_state(enum tacit_contact_state state)
{
	switch (state) {
	case TACIT_INVITED:
		return "invited";
	case TACIT_JOINING:
		return "joining";
	case TACIT_ACTIVE:
		return "active";
	case TACIT_PAUSED:
		return "paused";
	case TACIT_CLOSED:
		return "closed";
	}
	return "unknown";
}

const char *
text_message_state(enum tacit_message_state state)
{
	switch (state) {
	case TACIT_QUEUED:
		return "queued";
	case TACIT_ACCEPTED:
		return "accepted";
	case TACIT_RECEIVED:
		return "received";
	case TACIT_RECALLING:
		return "recalling";
	case TACIT_RECALLED:
		return "recalled";
	}
	return "unknown";
}

bool
text_to_minute(uint32_t *minute, const char *text)
{
	static const char form[] = "00:00";
	unsigned int i;

	for (i = 0; i < 5; i++)
		if (form[i] == ':' ? text[i] != ':' :
		    text[i] < '0' || text[i] > '9')
			return false;
	*minute = (uint32_t)((text[0] - '0') * 600 + (text[1] - '0') * 60 +
	    (text[3] - '0') * 10 + text[4] - '0');
	return text[3] < '6' && *minute <= DAY_MINUTES;
}

bool
text_to_weekdays(uint32_t *days, const char *text)
{
	static const char *const names[] = { "mon", "tue", "wed", "thu",
	    "fri", "sat", "sun" };
	unsigned int i;

	for (*days = 0;; text += 4) {
		for (i = 0; i < 7 && strncmp(text, names[i], 3) != 0; i++)
			continue;
		if (i == 7)
			return false;
		*days |= 1U << i;
		if (text[3] != ',')
			return text[3] == '\0';
	}
}
