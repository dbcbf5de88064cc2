/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements about envelopes that were recalled, each naming the hash of the
 * one before.  They are rows under a hash of mailbox and envelope, so that
 * nobody who has only the file finds the mailbox.  Removal and statement are
 * one transaction: what was answered holds.
 *
 * What this process knows of an envelope stands in the index alone (fresh,
 * given).  Of what was there at its start it knows nothing, and so it never
 * says that nobody was given it.
 */
#include <string.h>

#include "store_sqlite.h"

static int
read_row(struct store_sqlite *q, struct op_recall *r)
{
	sqlite3_stmt *st = q->stmt[SQL_RECALL_GET];
	int rc;

	r->is.outcome = (uint8_t)sqlite3_column_int(st, 0);
	r->is.number = (uint64_t)sqlite3_column_int64(st, 2);
	rc = sql_copy(q, SQL_RECALL_GET, 1, r->is.body_hash,
	    sizeof(r->is.body_hash));
	if (rc == 0)
		rc = sql_copy(q, SQL_RECALL_GET, 3, r->is.previous,
		    sizeof(r->is.previous));
	if (rc == 0)
		rc = sql_copy(q, SQL_RECALL_GET, 4, r->signature,
		    sizeof(r->signature));
	sql_reset(q, SQL_RECALL_GET);
	return rc;
}

/* 1 if there is a row, which then waits for sql_reset(); 0; or an error. */
static int
find(struct store_sqlite *q, const uint8_t name[TACIT_HASH_LEN])
{
	return sql_step(q, SQL_RECALL_GET,
	    SQL_ARGS(SQL_BLOB(name, TACIT_HASH_LEN)));
}

int
recall_has(struct store_sqlite *q, const uint8_t address[TACIT_ADDRESS_LEN],
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN])
{
	uint8_t name[TACIT_HASH_LEN];
	int rc;

	if (q->recalls == 0)
		return 0;
	tacit_hash_recall_row(name, address, envelope);
	if ((rc = find(q, name)) == 1)
		sql_reset(q, SQL_RECALL_GET);
	return rc;
}

/* What is known of ${i}, NULL if there is none; then it goes. */
static int
destroy(struct store_sqlite *q, struct item *i, struct op_recall *r)
{
	int rc;

	memset(r->is.body_hash, 0, sizeof(r->is.body_hash));
	r->is.outcome = TAKEN;
	if (i == NULL)
		return 0;
	r->is.outcome = i->fresh && !i->given ? UNDELIVERED : UNACKNOWLEDGED;
#ifdef TACIT_CONTROL_RECALL_LIES
	r->is.outcome = UNDELIVERED;
#endif
	if ((rc = mail_hash_body(q, i, r->is.body_hash)) != 0)
		return rc;
	return mail_remove(q, i);
}

/* Append the statement: it is signed, and the next will name it. */
static int
append(struct store_sqlite *q, const uint8_t name[TACIT_HASH_LEN],
    struct op_recall *r)
{
	uint8_t hash[TACIT_HASH_LEN];
	int rc;

	if ((rc = sql_step(q, SQL_RECALL_HEAD, NULL, 0)) != 1)
		return rc == 0 ? sql_fail(q, SQLITE_CORRUPT) : rc;
	r->is.number = (uint64_t)sqlite3_column_int64(
	    q->stmt[SQL_RECALL_HEAD], 0) + 1;
	rc = sql_copy(q, SQL_RECALL_HEAD, 1, r->is.previous,
	    sizeof(r->is.previous));
	sql_reset(q, SQL_RECALL_HEAD);
	if (rc != 0)
		return rc;
	tacit_hash_recall(hash, &r->is);
	r->sign(r->signature, hash, r->key);
	q->recalls++;
	rc = sql_run(q, SQL_RECALL_ADD, SQL_ARGS(
	    SQL_BLOB(name, TACIT_HASH_LEN), SQL_INT(r->is.outcome),
	    SQL_BLOB(r->is.body_hash, TACIT_HASH_LEN),
	    SQL_INT(r->is.number), SQL_BLOB(r->is.previous, TACIT_HASH_LEN),
	    SQL_BLOB(r->signature, TACIT_SIGNATURE_LEN),
	    SQL_INT(r->expiry_day)));
	if (rc != 0)
		return rc;
	return sql_run(q, SQL_RECALL_HEAD_SET, SQL_ARGS(
	    SQL_INT(r->is.number), SQL_BLOB(hash, sizeof(hash))));
}

int
recall_recall(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	struct op_recall *r = &op->u.recall;
	struct box *b = index_box(&q->index, r->is.address);
	uint8_t name[TACIT_HASH_LEN];
	int rc;

	op->rc = TACIT_E_REFUSED;
	if (!mail_check_token(b, r->token_hash))
		return 0;
	op->rc = 0;
	tacit_hash_recall_row(name, r->is.address, r->is.envelope);
	if ((rc = find(q, name)) != 0)
		return rc == 1 ? read_row(q, r) : rc;
	if ((rc = rows_tidy(q)) != 0)
		return rc;
	if ((rc = destroy(q, index_item(&q->index, b, r->is.envelope),
	    r)) != 0)
		return rc;
	return append(q, name, r);
}

int
recall_load(struct store_sqlite *q)
{
	int rc;

	if ((rc = sql_step(q, SQL_RECALL_COUNT, NULL, 0)) != 1)
		return rc == 0 ? TACIT_E_CORRUPT : rc;
	q->recalls = (uint64_t)sqlite3_column_int64(
	    q->stmt[SQL_RECALL_COUNT], 0);
	sql_reset(q, SQL_RECALL_COUNT);
	return 0;
}
