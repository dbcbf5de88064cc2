/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a batch writes and removes.  What it stores gets its place at once and
 * is written when the batch ends, in the order of the places: so each page is
 * looked for once, and what is removed in the same batch is never written.
 *
 * Rows of mailboxes are slots (store_slots.h): made empty, a few at a time,
 * and overwritten where they stand, as a row that is inserted would tell by
 * its place in the page when that was.  SQLite overwrites in place only if
 * the new row is as long as the old one, so each column has one width.
 */
#include <stdlib.h>
#include <string.h>

#include "store_sqlite.h"

/* How many slots of mailboxes are made at a time. */
enum { BLOCK_MAILBOXES = 64 };

/* How many keys are drawn at a time: one call of the kernel. */
enum { KEYS = 64 };

/* Random and between 2^62 and 2^63, so that all ids take eight bytes. */
static int
add_mailbox(struct store_sqlite *q)
{
	uint64_t id;
	int rc;

	randombytes_buf(&id, sizeof(id));
	id = (id >> 2) | UINT64_C(1) << 62;
	rc = sql_run(q, SQL_MAILBOX_SLOT, SQL_ARGS(SQL_INT(id)));
	if (rc != 0)
		return rc;
	return slots_add(&q->rows.mailboxes, (int64_t)id);
}

int
rows_mailbox(struct store_sqlite *q, int64_t *row)
{
	struct slots *s = &q->rows.mailboxes;
	int i, rc;

	if (slots_take(s, row))
		return 0;
	for (i = 0; i < BLOCK_MAILBOXES; i++)
		if ((rc = add_mailbox(q)) != 0)
			return rc;
	slots_shuffle(s);
	(void)slots_take(s, row);
	return 0;
}

int
rows_take(struct store_sqlite *q, uint8_t kind, int64_t *row)
{
	return places_take(&q->rows.places, kind, row);
}

int
rows_write(struct store_sqlite *q, struct item *i)
{
	struct rows *r = &q->rows;
	struct item **grown;

	if (r->n == r->cap) {
		grown = reallocarray(r->item, r->cap + 256, sizeof(*grown));
		if (grown == NULL)
			return TACIT_E_NOMEM;
		r->item = grown;
		r->cap += 256;
	}
	r->item[r->n++] = i;
	return 0;
}

/* With the key in it goes whatever could read the body. */
static int
remove_row(struct store_sqlite *q, int64_t row)
{
	int rc;

	if ((rc = block_clear(q, row)) != 0)
		return rc;
	return places_give(&q->rows.places, row);
}

/* What has a body in memory is held, or was not written yet. */
int
rows_remove(struct store_sqlite *q, const struct item *i)
{
	return i->body != NULL ? 0 : remove_row(q, i->row);
}

int
rows_remove_late(struct store_sqlite *q, const struct item *i, uint8_t *late)
{
	struct rows *r = &q->rows;
	int64_t *grown;

	if (i->body != NULL)
		return 0;
	if (r->n_gone == r->cap_gone) {
		grown = reallocarray(r->gone, r->cap_gone + 256,
		    sizeof(*grown));
		if (grown == NULL)
			return TACIT_E_NOMEM;
		r->gone = grown;
		r->cap_gone += 256;
	}
	r->gone[r->n_gone++] = i->row;
	*late = 1;
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
remove_sorted(struct store_sqlite *q, int64_t *row, size_t n)
{
	size_t i;
	int rc = 0;

	if (n > 1)
		qsort(row, n, sizeof(*row), by_number);
	for (i = 0; i < n && rc == 0; i++)
		rc = remove_row(q, row[i]);
	return rc;
}

/* Those of earlier batches stay apart: a rollback leaves them to be done. */
int
rows_tidy(struct store_sqlite *q)
{
	struct rows *r = &q->rows;
	size_t from = r->n_tidied, mid = r->n_gone_before;
	int rc;

	if (mid < from)
		mid = from;
	if ((rc = remove_sorted(q, r->gone + from, mid - from)) != 0 ||
	    (rc = remove_sorted(q, r->gone + mid, r->n_gone - mid)) != 0)
		return rc;
	r->n_tidied = r->n_gone;
	return 0;
}

static int
by_row(const void *a, const void *b)
{
	int64_t x = (*(struct item *const *)a)->row;
	int64_t y = (*(struct item *const *)b)->row;

	return (x > y) - (x < y);
}

/* What was removed again is not written, and its place is free. */
static int
drop_removed(struct rows *r)
{
	size_t i, n = 0;
	int rc;

	for (i = 0; i < r->n; i++) {
		if (!index_removed(r->item[i]))
			r->item[n++] = r->item[i];
		else if ((rc = places_give(&r->places, r->item[i]->row)) != 0)
			return rc;
	}
	r->n = n;
	return 0;
}

/* Each under a key of its own. */
static int
store_all(struct store_sqlite *q)
{
	struct rows *r = &q->rows;
	uint8_t keys[KEYS][BODY_KEY_LEN];
	const uint8_t *key;
	size_t i, left;
	int rc = 0;

	for (i = 0; i < r->n && rc == 0; i++) {
		left = r->n - i;
		if (i % KEYS == 0)
			randombytes_buf(keys, BODY_KEY_LEN *
			    (left < KEYS ? left : KEYS));
		key = keys[i % KEYS];
		if ((rc = body_write(q, r->item[i], key)) == 0)
			rc = block_set(q, r->item[i], key);
	}
	sodium_memzero(keys, sizeof(keys));
	return rc;
}

int
rows_flush(struct store_sqlite *q)
{
	struct rows *r = &q->rows;
	int64_t row = places_first_new(&r->places);
	int rc;

	if ((rc = drop_removed(r)) != 0 || (rc = body_room(q)) != 0)
		return rc;
	for (; row < places_end(&r->places);
	    row = places_next_block(&r->places, row))
		if ((rc = block_add(q, row)) != 0)
			return rc;
	if (r->n > 1)
		qsort(r->item, r->n, sizeof(*r->item), by_row);
	rc = store_all(q);
	return rc != 0 ? rc : block_leave(q);
}

void
rows_commit(struct rows *r)
{
	slots_commit(&r->mailboxes);
	places_commit(&r->places);
	r->n = 0;
	r->n_gone -= r->n_tidied;
	if (r->n_gone > 0)
		memmove(r->gone, r->gone + r->n_tidied,
		    r->n_gone * sizeof(*r->gone));
	r->n_tidied = 0;
	r->n_gone_before = r->n_gone;
}

void
rows_rollback(struct rows *r)
{
	slots_rollback(&r->mailboxes);
	places_rollback(&r->places);
	r->n = 0;
	r->n_gone = r->n_gone_before;
	r->n_tidied = 0;
}

void
rows_loaded(struct rows *r)
{
	slots_shuffle(&r->mailboxes);
	rows_commit(r);
}

void
rows_init(struct rows *r)
{
	memset(r, 0, sizeof(*r));
	slots_init(&r->mailboxes);
	places_init(&r->places);
}

void
rows_release(struct rows *r)
{
	slots_free(&r->mailboxes);
	places_release(&r->places);
	free(r->item);
	free(r->gone);
}
