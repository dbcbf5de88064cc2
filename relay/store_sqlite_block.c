/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of envelopes.  One row of the database is a block of places
 * (store_places.h): for each of them, one after the other, ENTRY_LEN bytes.
 * All zeros: the place is free.  Else, numbers in big endian:
 *
 *	mailbox	8	id of its row, which is never 0
 *	counter	8	its place in the queue
 *	day	4	of expiry
 *	name	16	of the envelope
 *	key	32	of its body
 *
 * An entry is overwritten where it stands and nothing else moves, so that
 * the file tells no order, and nothing of what was removed is left in it.
 * A row for each envelope would be longer, cost ten times as much to write
 * and, at a start, to read.
 */
#include <string.h>

#include "store_sqlite.h"

enum {
	AT_MAILBOX = 0, AT_COUNTER = 8, AT_DAY = 16, AT_NAME = 20,
	AT_KEY = AT_NAME + TACIT_ENVELOPE_ID_LEN,
	ENTRY_LEN = AT_KEY + BODY_KEY_LEN,
	BLOCK_LEN = PLACES_LETTERS * ENTRY_LEN
};

static void
put(uint8_t *out, size_t len, uint64_t v)
{
	for (; len > 0; len--, v >>= 8)
		out[len - 1] = (uint8_t)v;
}

static uint64_t
get(const uint8_t *in, size_t len)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < len; i++)
		v = v << 8 | in[i];
	return v;
}

static void
encode(uint8_t out[ENTRY_LEN], const struct item *i,
    const uint8_t key[BODY_KEY_LEN])
{
	put(out + AT_MAILBOX, 8, (uint64_t)i->box->row);
	put(out + AT_COUNTER, 8, i->counter);
	put(out + AT_DAY, 4, i->expiry_day);
	memcpy(out + AT_NAME, i->envelope, TACIT_ENVELOPE_ID_LEN);
	memcpy(out + AT_KEY, key, BODY_KEY_LEN);
}

/* Have the handle at the block of ${place}; ${*at}: where in it. */
static int
seek(struct store_sqlite *q, int64_t place, int *at)
{
	struct rows *r = &q->rows;
	struct spot s = places_spot(&r->places, place);
	int rc;

	*at = (int)s.which * ENTRY_LEN;
	if (r->at == s.block)
		return 0;
	if ((rc = sql_begin(q)) != 0)
		return rc;
	r->at = 0;
	if (r->blob != NULL)
		rc = sqlite3_blob_reopen(r->blob, s.block);
	else
		rc = sqlite3_blob_open(q->db, "main", "block", "envelopes",
		    s.block, 1, &r->blob);
	if (rc != SQLITE_OK)
		return sql_fail(q, rc);
	r->at = s.block;
	return 0;
}

static int
overwrite(struct store_sqlite *q, int64_t place, const uint8_t *entry,
    int len)
{
	int at, rc;

	if ((rc = seek(q, place, &at)) != 0)
		return rc;
	rc = sqlite3_blob_write(q->rows.blob, entry, len, at);
	return rc == SQLITE_OK ? 0 : sql_fail(q, rc);
}

int
block_set(struct store_sqlite *q, const struct item *i,
    const uint8_t key[BODY_KEY_LEN])
{
	uint8_t entry[ENTRY_LEN];
	int rc;

	encode(entry, i, key);
	rc = overwrite(q, i->row, entry, ENTRY_LEN);
	sodium_memzero(entry, sizeof(entry));
	return rc;
}

int
block_clear(struct store_sqlite *q, int64_t place)
{
	static const uint8_t none[ENTRY_LEN];

#ifdef TACIT_CONTROL_KEY_STAYS
	return overwrite(q, place, none, AT_KEY);
#endif
	return overwrite(q, place, none, ENTRY_LEN);
}

int
block_key(struct store_sqlite *q, int64_t place, uint8_t key[BODY_KEY_LEN])
{
	int at, rc;

	if ((rc = seek(q, place, &at)) != 0)
		return rc;
	rc = sqlite3_blob_read(q->rows.blob, key, BODY_KEY_LEN, at + AT_KEY);
	return rc == SQLITE_OK ? 0 : sql_fail(q, rc);
}

int
block_add(struct store_sqlite *q, int64_t first)
{
	static const uint8_t none[BLOCK_LEN];
	struct spot s = places_spot(&q->rows.places, first);

	return sql_run(q, SQL_BLOCK_ADD, SQL_ARGS(SQL_INT(s.block),
	    SQL_INT(s.kind), SQL_BLOB(none, places_in(s.kind) *
	    (size_t)ENTRY_LEN)));
}

int
block_leave(struct store_sqlite *q)
{
	sqlite3_blob *blob = q->rows.blob;
	int rc;

	q->rows.blob = NULL;
	q->rows.at = 0;
	rc = sqlite3_blob_close(blob);
	return rc == SQLITE_OK ? 0 : sql_fail(q, rc);
}

static int
load_entry(struct store_sqlite *q, const uint8_t entry[ENTRY_LEN],
    int64_t place, uint8_t kind, block_each *each, void *arg)
{
	struct item i = { .row = place, .kind = kind };
	int64_t mailbox = (int64_t)get(entry + AT_MAILBOX, 8);

	if (mailbox == 0) {
		if (!sodium_is_zero(entry, ENTRY_LEN))
			return TACIT_E_CORRUPT;
		places_is_free(&q->rows.places, place);
		return 0;
	}
	i.counter = get(entry + AT_COUNTER, 8);
	i.expiry_day = (uint32_t)get(entry + AT_DAY, 4);
	memcpy(i.envelope, entry + AT_NAME, sizeof(i.envelope));
	return each(q, &i, mailbox, arg);
}

static int
load_block(struct store_sqlite *q, block_each *each, void *arg)
{
	sqlite3_stmt *st = q->stmt[SQL_BLOCK_ALL];
	int kind = sqlite3_column_int(st, 1);
	const uint8_t *entry = sqlite3_column_blob(st, 2);
	int64_t place, first;
	uint32_t n;
	int rc;

	if (entry == NULL && sqlite3_errcode(q->db) == SQLITE_NOMEM)
		return TACIT_E_NOMEM;
	if ((kind != LETTER && kind != PARCEL) || entry == NULL ||
	    (size_t)sqlite3_column_bytes(st, 2) !=
	    places_in((uint8_t)kind) * (size_t)ENTRY_LEN)
		return TACIT_E_CORRUPT;
	if ((rc = places_found(&q->rows.places, sqlite3_column_int64(st, 0),
	    (uint8_t)kind, &first)) != 0)
		return rc;
	for (n = 0; n < places_in((uint8_t)kind) && rc == 0; n++) {
		place = first + n * places_units((uint8_t)kind);
		rc = load_entry(q, entry + (size_t)n * ENTRY_LEN, place,
		    (uint8_t)kind, each, arg);
	}
	return rc;
}

int
block_load(struct store_sqlite *q, block_each *each, void *arg)
{
	int rc;

	if ((rc = sql_step(q, SQL_BLOCK_COUNT, NULL, 0)) != 1)
		return rc == 0 ? sql_fail(q, SQLITE_CORRUPT) : rc;
	index_expect(&q->index, (size_t)sqlite3_column_int64(
	    q->stmt[SQL_BLOCK_COUNT], 0));
	sql_reset(q, SQL_BLOCK_COUNT);
	while ((rc = sql_step(q, SQL_BLOCK_ALL, NULL, 0)) == 1)
		if ((rc = load_block(q, each, arg)) != 0)
			break;
	sql_reset(q, SQL_BLOCK_ALL);
	return rc;
}
