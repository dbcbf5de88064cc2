/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store on SQLite: statements, transactions, sweep, scrub.
 *
 * What was removed leaves the files like this: the row of an envelope is
 * overwritten, with the key of its body in it, so that nothing is left that
 * could read what stands in the file of bodies; of other rows secure_delete
 * zeroes the bytes.  A TRUNCATE checkpoint moves the pages into relay.db and
 * cuts the WAL, which until then holds every version of them.  The WAL is
 * also a log in order of arrival, which nothing at rest may be, so scrub()
 * empties it after any write, not only after a removal.
 */
#include <stdlib.h>
#include <string.h>

#include "store_sqlite.h"

/*
 * Checkpoint little and often, 4 MB, in the store thread: what scrub() then
 * finds to move is small.
 */
enum { CHECKPOINT_PAGES = 250 };

int
sql_fail(struct store_sqlite *q, int sqlite_rc)
{
	if (sqlite_rc == SQLITE_IOERR_NOMEM || sqlite_rc == SQLITE_NOMEM)
		return TACIT_E_NOMEM;
	if (sqlite_rc == SQLITE_FULL) {
		q->full = 1;
		return TACIT_E_DISK_FULL;
	}
	q->failed = TACIT_E_IO;
	return q->failed;
}

static int
bind(sqlite3_stmt *st, int i, const struct sql_arg *a)
{
	if (a->blob != NULL)
		return sqlite3_bind_blob64(st, i, a->blob, a->len,
		    SQLITE_STATIC);
	return sqlite3_bind_int64(st, i, a->n);
}

static int
step(struct store_sqlite *q, enum sql id, const struct sql_arg *arg, size_t n)
{
	sqlite3_stmt *st = q->stmt[id];
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		if ((rc = bind(st, (int)i + 1, &arg[i])) != SQLITE_OK)
			return sql_fail(q, rc);
	}
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		return 1;
	sql_reset(q, id);
	return rc == SQLITE_DONE ? 0 : sql_fail(q, rc);
}

int
sql_begin(struct store_sqlite *q)
{
	if (q->turn != NOTHING_YET)
		return 0;
	q->turn = BEGUN;
	return step(q, SQL_BEGIN, NULL, 0);
}

int
sql_step(struct store_sqlite *q, enum sql id, const struct sql_arg *arg,
    size_t n)
{
	int rc;

	if ((rc = sql_begin(q)) != 0)
		return rc;
	return step(q, id, arg, n);
}

void
sql_reset(struct store_sqlite *q, enum sql id)
{
	(void)sqlite3_reset(q->stmt[id]);	/* its step has reported */
	(void)sqlite3_clear_bindings(q->stmt[id]);
}

int
sql_run(struct store_sqlite *q, enum sql id, const struct sql_arg *arg,
    size_t n)
{
	int rc = sql_step(q, id, arg, n);

	if (rc == 1) {
		sql_reset(q, id);
		rc = 0;
	}
	return rc;
}

int
sql_copy(struct store_sqlite *q, enum sql id, int col, void *out, size_t len)
{
	const void *blob = sqlite3_column_blob(q->stmt[id], col);

	if (blob == NULL ||
	    (size_t)sqlite3_column_bytes(q->stmt[id], col) != len)
		return sql_fail(q, sqlite3_errcode(q->db));
	memcpy(out, blob, len);
	return 0;
}

/* Frames that are in the WAL after a commit. */
static int
note_wal(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct store_sqlite *q = arg;

	(void)db;
	(void)name;
	q->wal_pages = pages;
	return SQLITE_OK;
}

/*
 * A checkpoint finds the disk full when relay.db has to grow: nothing is
 * lost, the WAL still holds it.
 */
static int
checkpoint(struct store_sqlite *q, int mode)
{
	int rc = sqlite3_wal_checkpoint_v2(q->db, NULL, mode, NULL, NULL);

	return rc == SQLITE_OK ? 0 : sql_fail(q, rc);
}

static int
begin(struct store *s)
{
	struct store_sqlite *q = (struct store_sqlite *)s;

	if (q->failed != 0)
		return q->failed;
	q->clock_before = q->clock;
	q->turn = NOTHING_YET;
	return 0;
}

static int
tidy(struct store *s)
{
	return rows_tidy((struct store_sqlite *)s);
}

static int
commit(struct store *s)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	int rc;

	if ((rc = rows_flush(q)) != 0 || (rc = body_sync(q)) != 0)
		return rc;
	if (q->turn == BEGUN && (rc = sql_run(q, SQL_COMMIT, NULL, 0)) != 0)
		return rc;
	q->turn = NO_BATCH;
	rows_commit(&q->rows);
	index_commit(&q->index);
	/* This batch is on the disk; what fails here stops the next one. */
	if (q->wal_pages >= CHECKPOINT_PAGES)
		(void)checkpoint(q, SQLITE_CHECKPOINT_PASSIVE);
	return 0;
}

/* After some errors SQLite has rolled back by itself. */
static void
rollback(struct store *s)
{
	struct store_sqlite *q = (struct store_sqlite *)s;

	q->turn = NO_BATCH;
	(void)block_leave(q);		/* what failed was reported */
	if (!sqlite3_get_autocommit(q->db))
		(void)sql_run(q, SQL_ROLLBACK, NULL, 0);
	if (!sqlite3_get_autocommit(q->db))
		q->failed = TACIT_E_IO;
	if (q->wal_pages == 0)
		q->wal_pages = 1;	/* it may hold parts of the batch */
	index_rollback(&q->index);
	body_undo(&q->body);
	rows_rollback(&q->rows);
	if (q->full && q->failed == 0)	/* or that batch may be there */
		body_give_back(q);
	q->full = 0;
	q->clock = q->clock_before;
}

static int
scrub(struct store *s)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	int rc;

	if (q->failed != 0)
		return q->failed;
	if (q->wal_pages == 0)
		return 0;
	if ((rc = checkpoint(q, SQLITE_CHECKPOINT_TRUNCATE)) == 0)
		q->wal_pages = 0;
	return rc;
}

static int
reserve(struct store *s, uint64_t bytes, uint8_t *more)
{
	struct store_sqlite *q = (struct store_sqlite *)s;

	*more = 0;
	return q->failed != 0 ? q->failed : body_reserve(q,
	    (int64_t)bytes, more);
}

/* ${s} may be half open, as after a failed open. */
static void
close_store(struct store *s)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	size_t i;

	for (i = 0; i < SQL_N; i++)
		(void)sqlite3_finalize(q->stmt[i]);
	(void)block_leave(q);
	if (q->failed != 0 && q->db != NULL)
		(void)sqlite3_db_config(q->db,
		    SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	(void)sqlite3_close(q->db);
	body_close(&q->body);
	rows_release(&q->rows);
	index_free(&q->index);
	free(q);
}

static int
set_clock(struct store_sqlite *q, const struct op_sweep *op)
{
	struct store_clock to = q->clock;

	if (op->hour > to.hour)
		to.hour = op->hour;
	to.wall_day = op->wall_day;
	if (to.hour == q->clock.hour && to.wall_day == q->clock.wall_day)
		return 0;
	q->clock = to;
	return sql_run(q, SQL_CLOCK_SET,
	    SQL_ARGS(SQL_INT(to.hour), SQL_INT(to.wall_day)));
}

static int
sweep(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	struct op_sweep *sw = &op->u.sweep;
	int rc;

	op->rc = 0;
	sw->removed = 0;
	sw->more = 0;
	if ((rc = set_clock(q, sw)) != 0)
		return rc;
	if ((rc = mail_expire(q, sw)) != 0)
		return rc;
	return admit_expire(q, sw);
}

static int
count(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;

	op->rc = 0;
	op->u.count.mailboxes = q->index.n_boxes;
	op->u.count.envelopes = q->index.n_items;
	return admit_count(q, &op->u.count);
}

static const struct store_ops sqlite_ops = {
	.begin = begin,
	.run = {
		[OP_CREATE]		= mail_create,
		[OP_SUBSCRIBE]		= mail_subscribe,
		[OP_POST]		= mail_post,
		[OP_KEEP]		= mail_keep,
		[OP_ACK]		= mail_ack,
		[OP_FETCH]		= mail_fetch,
		[OP_CLOSE]		= mail_close,
		[OP_SET_TOKEN]		= mail_set_token,
		[OP_ANCHOR]		= mail_anchor,
		[OP_RECALL]		= recall_recall,
		[OP_SPLIT]		= admit_split,
		[OP_ADMIT]		= admit_admit,
		[OP_PUT_INVITATION]	= admit_put,
		[OP_GET_INVITATION]	= admit_get,
		[OP_REVOKE_INVITATION]	= admit_revoke,
		[OP_SWEEP]		= sweep,
		[OP_COUNT]		= count,
	},
	.tidy = tidy,
	.commit = commit,
	.rollback = rollback,
	.scrub = scrub,
	.reserve = reserve,
	.close = close_store,
};

static int
prepare_all(struct store_sqlite *q)
{
#define SQL_TEXT(name, text) text,
	static const char *const sql[] = { SQL_LIST(SQL_TEXT) };
#undef SQL_TEXT
	size_t i;
	int rc;

	for (i = 0; i < SQL_N; i++) {
		rc = sqlite3_prepare_v3(q->db, sql[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &q->stmt[i], NULL);
		if (rc == SQLITE_ERROR)
			return TACIT_E_CORRUPT;	/* not our tables */
		if (rc != SQLITE_OK)
			return sql_fail(q, rc);
	}
	return 0;
}

static int
load_clock(struct store_sqlite *q)
{
	int rc;

	if ((rc = sql_step(q, SQL_CLOCK_GET, NULL, 0)) != 1)
		return rc == 0 ? TACIT_E_CORRUPT : rc;
	q->clock.hour = (uint64_t)sqlite3_column_int64(
	    q->stmt[SQL_CLOCK_GET], 0);
	q->clock.wall_day = (uint32_t)sqlite3_column_int64(
	    q->stmt[SQL_CLOCK_GET], 1);
	sql_reset(q, SQL_CLOCK_GET);
	return 0;
}

int
store_sqlite_open(struct store **out, struct store_clock *clock,
    const char *dir, const struct store_limits *limits)
{
	struct store_sqlite *q;
	int rc;

	*out = NULL;
	if ((q = calloc(1, sizeof(*q))) == NULL)
		return TACIT_E_NOMEM;
	q->store.ops = &sqlite_ops;
	q->limits = *limits;
	rows_init(&q->rows);
	if ((rc = index_init(&q->index)) != 0)
		goto out;
	if ((rc = file_open(q, dir)) != 0)
		goto out;
	if ((rc = prepare_all(q)) != 0)
		goto out;
	if ((rc = load_clock(q)) != 0)
		goto out;
	if ((rc = mail_load(q)) != 0)
		goto out;
	if ((rc = recall_load(q)) != 0)
		goto out;
	if ((rc = body_open(q, dir)) != 0)
		goto out;
	(void)sqlite3_wal_hook(q->db, note_wal, q);
	if ((rc = checkpoint(q, SQLITE_CHECKPOINT_TRUNCATE)) != 0)
		goto out;
	*clock = q->clock;
	*out = &q->store;
	q = NULL;
out:
	if (q != NULL) {
		/* Blocks are read for the first time when they are loaded. */
		if (rc == TACIT_E_IO && (sqlite3_errcode(q->db) & 0xff) ==
		    SQLITE_CORRUPT)
			rc = TACIT_E_CORRUPT;
		q->failed = rc;		/* the file stays as it was */
		close_store(&q->store);
	}
	return rc;
}
