/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "nats.h"

enum { WORDS_MAX = 5 };			/* MSG subject sid reply length */

struct word {
	const char *at;
	size_t len;
};

static const struct {
	const char *name;
	enum nats_kind kind;
} said[] = {
	{ "MSG", NATS_MSG },
	{ "PING", NATS_PING },
	{ "PONG", NATS_PONG },
	{ "INFO", NATS_INFO },
	{ "-ERR", NATS_ERR },
};

/* Decimal digits and nothing else; -1: no such number up to ${max}. */
static int
digits(uint64_t *out, const char *text, size_t len, uint64_t max)
{
	uint64_t n = 0;
	size_t i;

	if (len == 0 || len > 19)
		return -1;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = n * 10 + (uint64_t)(text[i] - '0');
	}
	if (n > max)
		return -1;
	*out = n;
	return 0;
}

int
nats_number(uint64_t *out, const char *subject, size_t len)
{
	const char *dot = memrchr(subject, '.', len);

	if (dot == NULL)
		return -1;
	return digits(out, dot + 1, len - (size_t)(dot + 1 - subject),
	    INT64_MAX);
}

/* How many words of one space between them; more than fit count too. */
static size_t
split(struct word w[WORDS_MAX], const char *line, size_t len)
{
	const char *end = line + len, *space;
	size_t n = 0;

	for (;; line = space + 1) {
		space = memchr(line, ' ', (size_t)(end - line));
		if (n < WORDS_MAX) {
			w[n].at = line;
			w[n].len = (size_t)((space != NULL ? space : end) -
			    line);
		}
		n++;
		if (space == NULL)
			return n;
	}
}

/* A message whose line has ${line} bytes; what nats_parse() returns. */
static ptrdiff_t
parse_message(struct nats_said *s, const uint8_t *data, size_t line,
    size_t len)
{
	struct word w[WORDS_MAX];
	size_t n = split(w, (const char *)data, line), at = line + 2;
	uint64_t body;

	if (n < 4 || n > WORDS_MAX ||
	    digits(&body, w[n - 1].at, w[n - 1].len, NATS_BODY_MAX) != 0)
		return -1;
	if (len - at < body + 2)
		return 0;
	if (memcmp(data + at + body, "\r\n", 2) != 0)
		return -1;
	s->subject = w[1].at;
	s->subject_len = w[1].len;
	if (n == 5) {
		s->reply = w[3].at;
		s->reply_len = w[3].len;
	}
	s->body = data + at;
	s->body_len = (size_t)body;
	return (ptrdiff_t)(at + body + 2);
}

static int
kind_of(enum nats_kind *kind, const uint8_t *line, size_t len)
{
	size_t i, n;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		n = strlen(said[i].name);
		if (len < n || memcmp(line, said[i].name, n) != 0 ||
		    (len > n && line[n] != ' '))
			continue;
		*kind = said[i].kind;
		return 0;
	}
	return -1;
}

ptrdiff_t
nats_parse(struct nats_said *s, const uint8_t *data, size_t len)
{
	size_t look = len < NATS_LINE_MAX + 2 ? len : NATS_LINE_MAX + 2;
	const uint8_t *end = len == 0 ? NULL : memmem(data, look, "\r\n", 2);
	struct nats_said r = { 0 };
	size_t line;
	ptrdiff_t whole;

	if (end == NULL)
		return look < NATS_LINE_MAX + 2 ? 0 : -1;
	line = (size_t)(end - data);
	if (kind_of(&r.kind, data, line) != 0)
		return -1;
	whole = (ptrdiff_t)line + 2;
	if (r.kind == NATS_MSG) {
		whole = parse_message(&r, data, line, len);
	} else if (r.kind == NATS_ERR) {
		r.body = data;
		r.body_len = line;
	}
	if (whole > 0)
		*s = r;
	return whole;
}
