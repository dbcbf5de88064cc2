/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "latch.h"

/* Connections are numbered in a row, so the number itself is the hash. */
struct latch {
	struct latch *next, *next_touched;
	uint64_t connection;
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t every;			/* shut for every address */
	uint8_t shut, kept;		/* now; when last kept */
	uint8_t touched;
};

static int
is_of(const struct latch *t, uint64_t connection, const uint8_t *address)
{
	return t->connection == connection && !t->every &&
	    memcmp(t->address, address, TACIT_ADDRESS_LEN) == 0;
}

int
latch_get(const struct latches *l, uint64_t connection,
    const uint8_t address[TACIT_ADDRESS_LEN])
{
	const struct latch *t = l->bucket[connection % LATCH_BUCKETS];

	for (; t != NULL; t = t->next)
		if (t->shut && (is_of(t, connection, address) ||
		    (t->every && t->connection == connection)))
			return 1;
	return 0;
}

static void
touch(struct latches *l, struct latch *t)
{
	if (t->touched)
		return;
	t->touched = 1;
	t->next_touched = l->touched;
	l->touched = t;
}

int
latch_set(struct latches *l, uint64_t connection,
    const uint8_t address[TACIT_ADDRESS_LEN], int shut)
{
	struct latch **head = &l->bucket[connection % LATCH_BUCKETS], *t;
	size_t n = 0;

	for (t = *head; t != NULL && !is_of(t, connection, address);
	    t = t->next)
		n += t->connection == connection;
	if (t == NULL) {
		if (!shut || n > LATCHES_MAX)
			return 0;
		if ((t = calloc(1, sizeof(*t))) == NULL)
			return TACIT_E_NOMEM;
		t->connection = connection;
		t->every = n == LATCHES_MAX;
		memcpy(t->address, address, TACIT_ADDRESS_LEN);
		t->next = *head;
		*head = t;
	}
	t->shut = shut != 0;
	touch(l, t);
	return 0;
}

void
latch_forget(struct latches *l, uint64_t connection)
{
	struct latch *t = l->bucket[connection % LATCH_BUCKETS];

	for (; t != NULL; t = t->next)
		if (t->connection == connection) {
			t->shut = t->kept = 0;
			touch(l, t);
		}
}

static void
drop(struct latches *l, struct latch *t)
{
	struct latch **p = &l->bucket[t->connection % LATCH_BUCKETS];

	while (*p != t)
		p = &(*p)->next;
	*p = t->next;
	free(t);
}

static void
settle(struct latches *l, int keep)
{
	struct latch *t;

	while ((t = l->touched) != NULL) {
		l->touched = t->next_touched;
		t->touched = 0;
		if (keep)
			t->kept = t->shut;
		else
			t->shut = t->kept;
		if (!t->shut)
			drop(l, t);
	}
}

void
latch_keep(struct latches *l)
{
	settle(l, 1);
}

void
latch_undo(struct latches *l)
{
	settle(l, 0);
}

void
latch_free(struct latches *l)
{
	struct latch *t;
	size_t i;

	for (i = 0; i < LATCH_BUCKETS; i++)
		while ((t = l->bucket[i]) != NULL) {
			l->bucket[i] = t->next;
			free(t);
		}
	l->touched = NULL;
}
