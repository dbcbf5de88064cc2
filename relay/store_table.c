/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store_table.h"
#include "tacit/error.h"

enum {
	TABLE_START = 1024,
	LARGE = 4 * 1024 * 1024		/* bytes */
};

int
table_init(struct table *t)
{
	t->n = t->size = 0;
	if ((t->head = calloc(TABLE_START, sizeof(struct node *))) == NULL)
		return TACIT_E_NOMEM;
	t->size = t->cap = TABLE_START;
	t->mask = t->size - 1;
	return 0;
}

struct node **
table_head(const struct table *t, uint64_t hash)
{
	size_t i = hash & t->mask;

	return &t->head[i < t->size ? i : hash & t->mask >> 1];
}

static void
push(struct node **head, struct node *node)
{
	node->chain = *head;
	*head = node;
}

/*
 * A large table is reached in no order, and in pages of the usual size nearly
 * every access would first have to find out where its page is.  Only advice,
 * for what lies whole within ${head}; a kernel may not know it.
 */
static void
advise(struct node **head, size_t n)
{
	size_t len = n * sizeof(*head), page, skip;
	long size = sysconf(_SC_PAGESIZE);

	if (len < LARGE || size <= 0)
		return;
	page = (size_t)size;
	skip = (page - (uintptr_t)head % page) % page;
	(void)madvise((uint8_t *)head + skip, (len - skip) / page * page,
	    MADV_HUGEPAGE);
}

/* One chain more.  Without memory chains grow longer, that is all. */
static void
table_grow(struct table *t)
{
	struct node *node, *next, **from, **grown;

	if (t->size == t->cap) {
		grown = reallocarray(t->head, t->cap * 2, sizeof(*grown));
		if (grown == NULL)
			return;
		t->head = grown;
		t->cap *= 2;
		advise(t->head, t->cap);
	}
	if (t->size > t->mask)
		t->mask = t->mask * 2 + 1;
	from = &t->head[t->size & t->mask >> 1];
	node = *from;
	*from = t->head[t->size] = NULL;
	t->size++;
	for (; node != NULL; node = next) {
		next = node->chain;
		push(table_head(t, node->hash), node);
	}
}

void
table_add(struct table *t, struct node *node)
{
	if (t->n >= t->size)
		table_grow(t);
	push(table_head(t, node->hash), node);
	t->n++;
}

void
table_remove(struct table *t, struct node *node)
{
	struct node **p = table_head(t, node->hash);

	while (*p != node)
		p = &(*p)->chain;
	*p = node->chain;
	t->n--;
}

struct node *
table_walk(const struct table *t, const struct node *node)
{
	size_t i = 0;

	if (node != NULL) {
		if (node->chain != NULL)
			return node->chain;
		i = (size_t)(table_head(t, node->hash) - t->head) + 1;
	}
	while (i < t->size && t->head[i] == NULL)
		i++;
	return i < t->size ? t->head[i] : NULL;
}

void
table_free(struct table *t)
{
	free(t->head);
	t->head = NULL;
	t->n = t->size = 0;
}

void
table_expect(struct table *t, size_t n)
{
	struct node **larger;

	if (t->n > 0 || n <= t->size ||
	    (larger = calloc(n, sizeof(*larger))) == NULL)
		return;
	free(t->head);
	advise(larger, n);
	t->head = larger;
	t->size = t->cap = n;
	while (t->mask < n - 1)
		t->mask = t->mask * 2 + 1;
}
