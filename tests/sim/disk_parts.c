/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk_parts.h"
#include "wrap.h"

void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

/* ---- bytes ------------------------------------------------------------------- */

static void
reserve(struct bytes *b, size_t len)
{
	size_t cap = b->cap == 0 ? BYTES_FIRST : b->cap;

	while (cap < len)
		cap *= 2;
	if (cap != b->cap)
		b->p = must(__real_realloc(b->p, cap));
	b->cap = cap;
}

void
bytes_size(struct bytes *b, size_t len)
{
	reserve(b, len);
	if (len > b->len)
		memset(b->p + b->len, 0, len - b->len);
	b->len = len;
}

void
bytes_put(struct bytes *b, const void *data, size_t len, size_t at)
{
	reserve(b, at + len);
	if (at > b->len)
		memset(b->p + b->len, 0, at - b->len);
	if (len > 0)
		memcpy(b->p + at, data, len);
	if (at + len > b->len)
		b->len = at + len;
}

void
bytes_copy(struct bytes *to, const struct bytes *from)
{
	to->len = 0;
	bytes_put(to, from->p, from->len, 0);
}

/* ---- directories -------------------------------------------------------------- */

struct names
names_copy(const struct names *from)
{
	struct names to = { NULL, from->n };

	to.all = must(__real_calloc(from->n + 1, sizeof(*to.all)));
	if (from->n > 0)
		memcpy(to.all, from->all, from->n * sizeof(*to.all));
	return to;
}

struct name *
names_find(struct names *s, const char *text)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->all[i].text, text) == 0)
			return &s->all[i];
	return NULL;
}

void
names_add(struct names *s, const char *text, struct node *n)
{
	struct name *at;

	s->all = must(__real_realloc(s->all, (s->n + 1) * sizeof(*s->all)));
	at = &s->all[s->n++];
	memset(at, 0, sizeof(*at));
	(void)snprintf(at->text, sizeof(at->text), "%s", text);
	at->node = n;
}

void
names_drop(struct names *s, struct name *at)
{
	*at = s->all[--s->n];
}

