/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of envelopes.  They are slots (store_slots.h): made empty, a block
 * at a time, overwritten in place, deleted.  SQLite overwrites in place only
 * if the new row is as long as the old one, so each column of a slot has one
 * width whatever it holds: ids of mailboxes take eight bytes, counters and
 * days are REAL, which takes eight always, blobs have their length.
 *
 * What a batch stores gets its row at once and is written when the batch
 * ends, in the order of the rows: so each page is looked for once, a new
 * block is written with what is in it already, and what is removed in the
 * same batch is never written.
 */
#include <stdlib.h>
#include <string.h>

#include "store_sqlite.h"

/* How many slots are made at a time. */
enum { BLOCK_MAILBOXES = 64, BLOCK_LETTERS = 256, BLOCK_PARCELS = 32 };

/* Mailbox of an envelope slot that is free; as wide as any other. */
#define FREE	INT64_MIN

static int64_t
block_len(uint8_t kind)
{
	return kind == LETTER ? BLOCK_LETTERS : BLOCK_PARCELS;
}

/* A block of slots, which rows_flush() will write. */
static int
add_block(struct rows *r, uint8_t kind)
{
	struct block *grown;
	int64_t i;
	int rc;

	grown = reallocarray(r->block, r->blocks + 1, sizeof(*grown));
	if (grown == NULL)
		return TACIT_E_NOMEM;
	r->block = grown;
	r->block[r->blocks++] = (struct block){ r->next, kind };
	for (i = 0; i < block_len(kind); i++)
		if ((rc = slots_add(&r->slots[kind], r->next++)) != 0)
			return rc;
	slots_shuffle(&r->slots[kind]);
	return 0;
}

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
	return slots_add(&q->rows.slots[SLOTS_MAILBOX], (int64_t)id);
}

int
rows_mailbox(struct store_sqlite *q, int64_t *row)
{
	struct slots *s = &q->rows.slots[SLOTS_MAILBOX];
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
	struct rows *r = &q->rows;
	int rc;

	if (slots_take(&r->slots[kind], row))
		return 0;
	if ((rc = add_block(r, kind)) != 0)
		return rc;
	(void)slots_take(&r->slots[kind], row);
	return 0;
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

static int
remove_row(struct store_sqlite *q, int64_t row)
{
	int rc;

	rc = sql_run(q, SQL_ENVELOPE_DELETE, SQL_ARGS(SQL_INT(row)));
	if (rc != 0)
		return rc;
	return sql_run(q, SQL_BODY_DELETE, SQL_ARGS(SQL_INT(row)));
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

int
rows_found(struct store_sqlite *q, int64_t row, uint8_t kind, int64_t mailbox)
{
	int rc;

	if (row >= q->rows.next)
		q->rows.next = row + 1;
	if (mailbox != FREE)
		return 0;
	rc = slots_add(&q->rows.slots[kind], row);
	return rc == 0 ? 1 : rc;
}

static int
overwrite(struct store_sqlite *q, const struct item *i)
{
	int rc;

	rc = sql_run(q, SQL_ENVELOPE_SET, SQL_ARGS(SQL_INT(i->row),
	    SQL_INT(i->box->row), SQL_REAL(i->counter),
	    SQL_BLOB(i->envelope, TACIT_ENVELOPE_ID_LEN),
	    SQL_REAL(i->expiry_day)));
	if (rc != 0)
		return rc;
	return sql_run(q, SQL_BODY_SET, SQL_ARGS(SQL_INT(i->row),
	    SQL_BLOB(i->body, store_body_len(i->kind))));
}

static int
insert(struct store_sqlite *q, const struct item *i)
{
	int rc;

	rc = sql_run(q, SQL_ENVELOPE_ADD, SQL_ARGS(SQL_INT(i->row),
	    SQL_INT(i->kind), SQL_INT(i->box->row), SQL_REAL(i->counter),
	    SQL_BLOB(i->envelope, TACIT_ENVELOPE_ID_LEN),
	    SQL_REAL(i->expiry_day)));
	if (rc != 0)
		return rc;
	return sql_run(q, SQL_BODY_ADD, SQL_ARGS(SQL_INT(i->row),
	    SQL_BLOB(i->body, store_body_len(i->kind))));
}

static int
insert_empty(struct store_sqlite *q, int64_t row, uint8_t kind)
{
	static const uint8_t none[TACIT_ENVELOPE_ID_LEN];
	int rc;

	rc = sql_run(q, SQL_ENVELOPE_ADD, SQL_ARGS(SQL_INT(row),
	    SQL_INT(kind), SQL_INT(FREE), SQL_REAL(0),
	    SQL_BLOB(none, sizeof(none)), SQL_REAL(0)));
	if (rc != 0)
		return rc;
	return sql_run(q, SQL_BODY_SLOT, SQL_ARGS(SQL_INT(row),
	    SQL_INT(store_body_len(kind))));
}

/* ${*i} goes on to the first that is not in the block. */
static int
insert_block(struct store_sqlite *q, const struct block *b,
    struct item *const **i, struct item *const *end)
{
	int64_t row;
	int rc;

	for (row = b->first; row < b->first + block_len(b->kind); row++) {
		if (*i < end && (**i)->row == row)
			rc = insert(q, *(*i)++);
		else
			rc = insert_empty(q, row, b->kind);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
by_row(const void *a, const void *b)
{
	int64_t x = (*(struct item *const *)a)->row;
	int64_t y = (*(struct item *const *)b)->row;

	return (x > y) - (x < y);
}

/* What was removed again is not written, and its slot is free. */
static int
drop_removed(struct rows *r)
{
	size_t i, n = 0;
	int rc;

	for (i = 0; i < r->n; i++) {
		if (!index_removed(r->item[i])) {
			r->item[n++] = r->item[i];
			continue;
		}
		rc = slots_add(&r->slots[r->item[i]->kind], r->item[i]->row);
		if (rc != 0)
			return rc;
	}
	r->n = n;
	return 0;
}

int
rows_flush(struct store_sqlite *q)
{
	struct rows *r = &q->rows;
	struct item *const *i, *const *end;
	size_t b;
	int rc;

	if ((rc = drop_removed(r)) != 0)
		return rc;
	if (r->n > 1)
		qsort(r->item, r->n, sizeof(*r->item), by_row);
	end = r->item + r->n;
	for (i = r->item; i < end && (*i)->row < r->next_before; i++)
		if ((rc = overwrite(q, *i)) != 0)
			return rc;
	for (b = 0; b < r->blocks; b++)
		if ((rc = insert_block(q, &r->block[b], &i, end)) != 0)
			return rc;
	return 0;
}

void
rows_commit(struct rows *r)
{
	size_t i;

	for (i = 0; i < SLOTS_N; i++)
		slots_commit(&r->slots[i]);
	r->next_before = r->next;
	r->n = 0;
	r->blocks = 0;
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
	size_t i;

	for (i = 0; i < SLOTS_N; i++)
		slots_rollback(&r->slots[i]);
	r->next = r->next_before;
	r->n = 0;
	r->blocks = 0;
	r->n_gone = r->n_gone_before;
	r->n_tidied = 0;
}

void
rows_loaded(struct rows *r)
{
	size_t i;

	for (i = 0; i < SLOTS_N; i++)
		slots_shuffle(&r->slots[i]);
	rows_commit(r);
}

void
rows_release(struct rows *r)
{
	size_t i;

	for (i = 0; i < SLOTS_N; i++)
		slots_free(&r->slots[i]);
	free(r->item);
	free(r->gone);
	free(r->block);
}
