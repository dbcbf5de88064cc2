/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "store_slots.h"
#include "tacit/error.h"

void
slots_init(struct slots *s)
{
	memset(s, 0, sizeof(*s));
}

void
slots_free(struct slots *s)
{
	free(s->row);
	slots_init(s);
}

int
slots_add(struct slots *s, int64_t row)
{
	int64_t *grown;
	size_t cap;

	if (s->n == s->cap) {
		cap = s->cap == 0 ? 256 : s->cap * 2;
		if ((grown = reallocarray(s->row, cap, sizeof(*grown))) == NULL)
			return TACIT_E_NOMEM;
		s->row = grown;
		s->cap = cap;
	}
	s->row[s->n++] = row;
	return 0;
}

/* Rows already taken keep their places: a rollback needs them. */
void
slots_shuffle(struct slots *s)
{
	size_t i, k, left = s->n - s->next;
	struct draw d = { .left = 0 };
	int64_t *row, swap;

	if (left == 0)
		return;
	assert(left <= UINT32_MAX);
	row = s->row + s->next;
	for (i = left; i > 1; i--) {
		k = draw_below(&d, (uint32_t)i);
		swap = row[i - 1];
		row[i - 1] = row[k];
		row[k] = swap;
	}
}

int
slots_take(struct slots *s, int64_t *row)
{
	if (s->next == s->n)
		return 0;
	*row = s->row[s->next++];
	return 1;
}

void
slots_commit(struct slots *s)
{
	if (s->next == s->n || s->next > s->cap / 2) {
		s->n -= s->next;
		if (s->n > 0)
			memmove(s->row, s->row + s->next,
			    s->n * sizeof(*s->row));
		s->next = 0;
	}
	s->n_before = s->n;
	s->next_before = s->next;
}

void
slots_rollback(struct slots *s)
{
	s->n = s->n_before;
	s->next = s->next_before;
}
