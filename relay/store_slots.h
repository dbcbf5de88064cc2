/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The free rows of a table, or places of a block, in random order.
 *
 * A row that is inserted when something arrives tells by its key, by its
 * place in the page and by the number of its page when that was.  So rows are
 * made empty, a block at a time, and overwritten where they stand; which of
 * them comes next is drawn here.  Takes and additions of a transaction can be
 * taken back.
 */
#ifndef RELAY_STORE_SLOTS_H
#define RELAY_STORE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

struct slots {
	int64_t *row;			/* ids of free rows */
	size_t n, next, cap;		/* those from ${next} are free */
	size_t n_before, next_before;	/* at the begin */
};

void slots_init(struct slots *s);
void slots_free(struct slots *s);

/* Add a free row; it is drawn after those that are there, until a shuffle. */
int slots_add(struct slots *s, int64_t row);

/* Put all free rows into a new random order. */
void slots_shuffle(struct slots *s);

/* Take the next row; returns 0 if there is none. */
int slots_take(struct slots *s, int64_t *row);

/* Set the state that slots_rollback() goes back to. */
void slots_commit(struct slots *s);
void slots_rollback(struct slots *s);

#endif
