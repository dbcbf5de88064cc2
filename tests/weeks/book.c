/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "book.h"

enum { FINDINGS_SHOWN = 40 };

void *
book_more(void *list, size_t *n, size_t size)
{
	/* Grown by doubling: at 1, 2, 4, ... */
	if ((*n & (*n - 1)) == 0) {
		list = realloc(list, (*n == 0 ? 1 : *n * 2) * size);
		assert(list != NULL);
	}
	memset((char *)list + *n * size, 0, size);
	(*n)++;
	return list;
}

size_t
book_body(char out[BOOK_TEXT_MAX], size_t n)
{
	/* One in eleven spans two letters or three. */
	size_t len = n % 11 == 7 ? 1700 + n * 37 % 2000 : 30 + n * 13 % 200;
	size_t at = (size_t)snprintf(out, BOOK_TEXT_MAX, MARK_TEXT " %zu, ",
	    n);

	for (; at < len; at++)
		out[at] = "aeiou nrst"[(at * 7 + n) % 10];
	out[at++] = '.';
	out[at] = '\0';
	return at;
}

int
book_ask(const struct book *b, const char *id)
{
	size_t i;

	for (i = 0; i < b->asks; i++)
		if (strcmp(b->ask[i].id, id) == 0)
			return (int)i;
	return -1;
}

const struct answer *
book_answer(const struct book *b, int ask, uint32_t date)
{
	size_t i;

	for (i = 0; i < b->answers; i++)
		if (b->answer[i].ask == ask && b->answer[i].date == date)
			return &b->answer[i];
	return NULL;
}

int64_t
book_on_at(const struct book *b, int who, int64_t ms)
{
	int64_t first = INT64_MAX;
	const struct on *o;
	size_t i;

	for (i = 0; i < b->ons; i++) {
		o = &b->on[i];
		if (o->who != who || o->until <= ms)
			continue;
		if (o->from <= ms)
			return ms;
		if (o->from < first)
			first = o->from;
	}
	return first;
}

int
book_was_undone(const struct book *b, int who, int64_t ms)
{
	size_t i;

	for (i = 0; i < b->backs; i++)
		if (b->back[i].who == who && b->back[i].kept <= ms &&
		    ms < b->back[i].ms)
			return 1;
	return 0;
}

int64_t
book_life(const struct book *b, int who, int64_t ms)
{
	int64_t last = 0;
	size_t i;

	for (i = 0; i < b->backs; i++)
		if (b->back[i].who == who && b->back[i].ms <= ms &&
		    b->back[i].ms > last)
			last = b->back[i].ms;
	return last;
}

void
book_finding(struct book *b, const char *rule, const char *form, ...)
{
	va_list args;

	if (b->expect != NULL && strcmp(b->expect, rule) == 0)
		b->expected++;
	if (b->findings++ >= FINDINGS_SHOWN)
		return;
	(void)printf("%s: ", rule);
	va_start(args, form);
	(void)vprintf(form, args);
	va_end(args);
	(void)printf("\n");
}

void
book_free(struct book *b)
{
	free(b->text);
	free(b->ask);
	free(b->answer);
	free(b->told);
	free(b->heard);
	free(b->on);
	free(b->back);
}
