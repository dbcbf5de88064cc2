/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "vault.h"
#include "vault_crypt.h"
#include "vault_db.h"

enum stmt {
	BEGIN, COMMIT, ROLLBACK,
	HEAD_GET, HEAD_PUT,
	ROW_GET, ROW_FROM, ROW_BELOW, ROW_PUT, ROW_DEL, ROW_SCAN, ROW_BEYOND,
	STMTS
};

static const char *const sql[STMTS] = {
	[BEGIN]		= "BEGIN",
	[COMMIT]	= "COMMIT",
	[ROLLBACK]	= "ROLLBACK",
	[HEAD_GET]	= "SELECT d FROM head WHERE id = ?1",
	[HEAD_PUT]	= "INSERT INTO head (id, d) VALUES (?1, ?2)"
	    " ON CONFLICT (id) DO UPDATE SET d = excluded.d",
	[ROW_GET]	= "SELECT t, k, v, d FROM entry"
	    " WHERE t = ?1 AND k = ?2",
	[ROW_FROM]	= "SELECT t, k, v, d FROM entry"
	    " WHERE t = ?1 AND k >= ?2 ORDER BY k LIMIT 1",
	[ROW_BELOW]	= "SELECT t, k, v, d FROM entry"
	    " WHERE t = ?1 AND k < ?2 ORDER BY k DESC LIMIT 1",
	[ROW_PUT]	= "INSERT INTO entry (t, k, v, d)"
	    " VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT (t, k) DO UPDATE SET v = excluded.v,"
	    " d = excluded.d",
	[ROW_DEL]	= "DELETE FROM entry WHERE t = ?1 AND k = ?2",
	[ROW_SCAN]	= "SELECT t, k, v, d FROM entry WHERE t < ?1",
	[ROW_BEYOND]	= "SELECT 1 FROM entry WHERE t > ?1",
};

struct vault_db {
	sqlite3 *sq;
	sqlite3_stmt *st[STMTS];
	sqlite3_stmt *open;		/* to be reset by vault_db_done() */
	int latched;
};

/*
 * The whole schema.  Pages of 1,024 bytes: a sealed row is at least 296 bytes
 * long, more than SQLite keeps on a leaf of that size (230), so the end of
 * every row lies on overflow pages of its own; vault_row_seal() says why.
 * `entry` is its own index, so that a scan and a look-up read the same tree.
 */
static const char schema_head[] =
    "CREATE TABLE head (id INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT";
static const char schema_entry[] =
    "CREATE TABLE entry (t INTEGER NOT NULL, k BLOB NOT NULL,"
    " v INTEGER NOT NULL, d BLOB NOT NULL, PRIMARY KEY (t, k))"
    " STRICT, WITHOUT ROWID";

static int
is_full(int err)
{
	return err == ENOSPC || err == EDQUOT || err == EFBIG;
}

/*
 * Failures of the disk: full, or the end of this connection.  SQLite knows
 * ENOSPC alone; for quotas and size limits errno still tells, which
 * sqlite3_system_errno() does not after a failed COMMIT.
 */
static int
io_error(struct vault_db *db, int rc)
{
	int err = errno;

	if (rc == SQLITE_IOERR_NOMEM)
		return TACIT_E_NOMEM;
	if (rc == SQLITE_IOERR_SHORT_READ || rc == SQLITE_IOERR_CORRUPTFS)
		return TACIT_E_CORRUPT;
	if (rc != SQLITE_IOERR_FSYNC && rc != SQLITE_IOERR_DIR_FSYNC &&
	    is_full(err))
		return TACIT_E_DISK_FULL;
	db->latched = 1;
	return TACIT_E_IO;
}

/*
 * SQLite's verdict as ours.  All SQL here is fixed and tested, so an error in
 * it (no such column, wrong type, too big) means that the file is not ours.
 */
static int
result(struct vault_db *db, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_NOMEM:
		return TACIT_E_NOMEM;
	case SQLITE_FULL:
		return TACIT_E_DISK_FULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return TACIT_E_BUSY;
	case SQLITE_IOERR:
		return io_error(db, rc);
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
		return TACIT_E_IO;
	case SQLITE_MISUSE:
		return TACIT_E_INTERNAL;
	default:
		return TACIT_E_CORRUPT;
	}
}

static int
exec(struct vault_db *db, const char *text)
{
	return result(db, sqlite3_exec(db->sq, text, NULL, NULL, NULL));
}

/* Run a prepared statement that yields no row. */
static int
run(struct vault_db *db, enum stmt s)
{
	int rc;

	if (db->latched)
		return TACIT_E_IO;
	rc = result(db, sqlite3_step(db->st[s]));
	(void)sqlite3_reset(db->st[s]);		/* repeats the error */
	(void)sqlite3_clear_bindings(db->st[s]);
	return rc;
}

/* What the file may not do to us, whatever its schema says. */
static int
harden(struct vault_db *db)
{
	static const struct { int op, value; } config[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
	};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(config) / sizeof(config[0]); i++) {
		rc = sqlite3_db_config(db->sq, config[i].op, config[i].value,
		    NULL);
		if (rc != SQLITE_OK)
			return result(db, rc);
	}
	(void)sqlite3_limit(db->sq, SQLITE_LIMIT_LENGTH,
	    VAULT_SEALED_MAX + 4096);
	return 0;
}

/*
 * Exclusive mode keeps the index of the WAL in memory (no -shm file) and
 * other programs out.  The WAL is emptied by vault_db_settle() alone.
 */
static int
connect_file(struct vault_db *db, const char *path, int read_only)
{
	int rc;

	rc = sqlite3_open_v2(path, &db->sq, (read_only ?
	    SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
	    SQLITE_OPEN_NOFOLLOW, NULL);
	if (rc != SQLITE_OK)
		return db->sq == NULL ? TACIT_E_NOMEM : result(db, rc);
	(void)sqlite3_extended_result_codes(db->sq, 1);
	if ((rc = harden(db)) != 0)
		return rc;
	return exec(db,
	    "PRAGMA locking_mode = EXCLUSIVE;"
	    "PRAGMA synchronous = FULL;"
	    "PRAGMA secure_delete = ON;"
	    "PRAGMA temp_store = MEMORY;"
	    "PRAGMA mmap_size = 0;"
	    "PRAGMA cell_size_check = ON;"
#ifdef TACIT_CONTROL_NO_SYNC
	    "PRAGMA synchronous = OFF;"
#endif
	    "PRAGMA wal_autocheckpoint = 0;");
}

static int
prepare(struct vault_db *db)
{
	size_t i;
	int rc;

	for (i = 0; i < STMTS; i++) {
		rc = sqlite3_prepare_v3(db->sq, sql[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &db->st[i], NULL);
		if (rc != SQLITE_OK)
			return result(db, rc);
	}
	return 0;
}

/* A column that is not what we wrote, unless there was no memory for it. */
static int
no_column(sqlite3_stmt *st)
{
	return sqlite3_errcode(sqlite3_db_handle(st)) == SQLITE_NOMEM ?
	    TACIT_E_NOMEM : TACIT_E_CORRUPT;
}

/* True if the one text that ${query} yields per row runs through ${want}. */
static int
yields(struct vault_db *db, const char *query, const char *const *want,
    size_t n)
{
	sqlite3_stmt *st = NULL;
	const char *text;
	size_t i;
	int rc, sq;

	sq = sqlite3_prepare_v2(db->sq, query, -1, &st, NULL);
	if ((rc = result(db, sq)) != 0)
		return rc;
	for (i = 0; (sq = sqlite3_step(st)) == SQLITE_ROW; i++) {
		text = (const char *)sqlite3_column_text(st, 0);
		if (i == n || text == NULL || strcmp(text, want[i]) != 0)
			break;
	}
	if (sq == SQLITE_ROW || (sq == SQLITE_DONE && i < n))
		rc = no_column(st);
	else
		rc = result(db, sq);
	(void)sqlite3_finalize(st);
	return rc;
}

/*
 * An added index, trigger or view could change what our statements see.  In a
 * backup so could a row out of order, which a scan counts, a look-up misses
 * and quick_check does not report.  In a vault a row is what the roll or its
 * chain says or is not used, so that its tree, which grows with the history,
 * is not walked; only the list of free pages, which nothing else looks at
 * before it is written to.
 */
static int
check(struct vault_db *db, enum vault_kind kind)
{
	static const char *const schema[] = { schema_head, schema_entry };
	static const char *const wal[] = { "wal" };
	static const char *const ok[] = { "ok" };
	int rc;

	if (kind == VAULT_LIVED_IN &&
	    (rc = yields(db, "PRAGMA journal_mode", wal, 1)) != 0)
		return rc;
	rc = yields(db, "SELECT sql FROM sqlite_master ORDER BY rowid",
	    schema, 2);
	if (rc != 0)
		return rc;
	return yields(db, kind == VAULT_BACKUP ? "PRAGMA integrity_check(1)" :
	    "PRAGMA integrity_check(sqlite_schema)", ok, 1);
}

/*
 * A backup gets its name when it is whole and is never written again, so it
 * needs no journal, which would have to lie beside it.
 */
int
vault_db_make(const char *path, enum vault_kind kind)
{
	struct vault_db db = { .sq = NULL };
	int rc;

	if ((rc = connect_file(&db, path, 0)) != 0)
		goto out;
	rc = exec(&db, kind == VAULT_BACKUP ?
	    "PRAGMA page_size = 1024;"
	    "PRAGMA journal_mode = MEMORY;"
	    "PRAGMA application_id = 0x54414342;"
	    "PRAGMA user_version = 1;" :
	    "PRAGMA page_size = 1024;"
	    "PRAGMA journal_mode = WAL;"
	    "PRAGMA application_id = 0x54414356;"
	    "PRAGMA user_version = 1;");
	if (rc != 0 || (rc = exec(&db, schema_head)) != 0)
		goto out;
	if ((rc = exec(&db, schema_entry)) != 0)
		goto out;
	rc = vault_db_settle(&db);
out:
	(void)sqlite3_close(db.sq);
	return rc;
}

static int
open_once(struct vault_db **out, const char *path, enum vault_kind kind,
    int read_only)
{
	struct vault_db *db;
	int rc = TACIT_E_NOMEM;

	*out = NULL;
	if ((db = calloc(1, sizeof(*db))) == NULL)
		goto out;
	if ((rc = connect_file(db, path, read_only)) != 0)
		goto out;
	if (kind == VAULT_BACKUP &&
	    (rc = exec(db, "PRAGMA journal_mode = MEMORY")) != 0)
		goto out;
	if ((rc = check(db, kind)) != 0)
		goto out;
	if ((rc = prepare(db)) != 0)
		goto out;
	rc = TACIT_E_IO;
	if (!read_only && sqlite3_db_readonly(db->sq, "main") != 0)
		goto out;
	*out = db;
	db = NULL;
	rc = 0;
out:
	vault_db_close(db, 0);
	return rc;
}

/* True if there is memory for the longest row that we write. */
static int
has_memory(void)
{
	void *p = sqlite3_malloc64(VAULT_SEALED_MAX);

	sqlite3_free(p);
	return p != NULL;
}

/*
 * A check calls a page damaged that there was no memory to read; and SQLite
 * says "out of memory" of a record, too, whose damaged length is more than it
 * ever allocates.  So either means damage if it is said twice while there is
 * memory.
 */
int
vault_db_open(struct vault_db **out, const char *path, enum vault_kind kind,
    int read_only)
{
	int rc = open_once(out, path, kind, read_only);

	if (rc != TACIT_E_NOMEM && rc != TACIT_E_CORRUPT)
		return rc;
	if (!has_memory())
		return TACIT_E_NOMEM;
	rc = open_once(out, path, kind, read_only);
	return rc == TACIT_E_NOMEM && has_memory() ? TACIT_E_CORRUPT : rc;
}

void
vault_db_close(struct vault_db *db, int tidy)
{
	size_t i;

	if (db == NULL)
		return;
	vault_db_done(db);
	for (i = 0; i < STMTS; i++)
		(void)sqlite3_finalize(db->st[i]);
	if (tidy && vault_db_settle(db) == 0)
		(void)sqlite3_db_config(db->sq,
		    SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	(void)sqlite3_close(db->sq);
	free(db);
}

int
vault_db_failed(const struct vault_db *db)
{
	return db->latched ? TACIT_E_IO : 0;
}

int
vault_db_begin(struct vault_db *db)
{
	return run(db, BEGIN);
}

int
vault_db_commit(struct vault_db *db)
{
	return run(db, COMMIT);
}

/* After some errors SQLite has rolled back by itself. */
void
vault_db_rollback(struct vault_db *db)
{
	if (sqlite3_get_autocommit(db->sq))
		return;
	(void)sqlite3_step(db->st[ROLLBACK]);
	(void)sqlite3_reset(db->st[ROLLBACK]);
}

int
vault_db_settle(struct vault_db *db)
{
	if (db->latched)
		return TACIT_E_IO;
	/* Pages that were read, up to 2 MB: of thousands of vaults few work. */
	(void)sqlite3_db_release_memory(db->sq);
	return result(db, sqlite3_wal_checkpoint_v2(db->sq, "main",
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
}

int
vault_db_head_get(struct vault_db *db, enum vault_db_head id, uint8_t *out,
    size_t cap, size_t *len)
{
	sqlite3_stmt *st = db->st[HEAD_GET];
	const void *data;
	int rc, sq;

	if (db->latched)
		return TACIT_E_IO;
	(void)sqlite3_bind_int(st, 1, (int)id);
	sq = sqlite3_step(st);
	rc = TACIT_E_CORRUPT;
	if (sq != SQLITE_ROW) {
		if (sq != SQLITE_DONE)
			rc = result(db, sq);
		goto out;
	}
	data = sqlite3_column_blob(st, 0);
	*len = (size_t)sqlite3_column_bytes(st, 0);
	rc = no_column(st);
	if (sqlite3_column_type(st, 0) != SQLITE_BLOB || data == NULL ||
	    *len == 0 || *len > cap)
		goto out;
	memcpy(out, data, *len);
	rc = 0;
out:
	(void)sqlite3_reset(st);
	return rc;
}

int
vault_db_head_put(struct vault_db *db, enum vault_db_head id,
    const uint8_t *data, size_t len)
{
	sqlite3_stmt *st = db->st[HEAD_PUT];

	(void)sqlite3_bind_int(st, 1, (int)id);
	(void)sqlite3_bind_blob(st, 2, data, (int)len, SQLITE_STATIC);
	return run(db, HEAD_PUT);
}

/* Take the row that ${st} stands on; types are as little trusted as bytes. */
static int
take(sqlite3_stmt *st, struct vault_db_row *out)
{
	int64_t table = sqlite3_column_int64(st, 0);
	int64_t version = sqlite3_column_int64(st, 2);

	if (sqlite3_column_type(st, 0) != SQLITE_INTEGER ||
	    sqlite3_column_type(st, 1) != SQLITE_BLOB ||
	    sqlite3_column_type(st, 2) != SQLITE_INTEGER ||
	    sqlite3_column_type(st, 3) != SQLITE_BLOB)
		return TACIT_E_CORRUPT;
	out->table = (uint32_t)table;
	out->version = (uint64_t)version;
	out->key = sqlite3_column_blob(st, 1);
	out->key_len = (size_t)sqlite3_column_bytes(st, 1);
	out->data = sqlite3_column_blob(st, 3);
	out->len = (size_t)sqlite3_column_bytes(st, 3);
	if (table < 0 || table > UINT32_MAX || version < 0)
		return TACIT_E_CORRUPT;
	if (out->key_len > VAULT_ROW_KEY_MAX)
		return TACIT_E_CORRUPT;
	return out->key == NULL || out->data == NULL ? no_column(st) : 0;
}

static int
find(struct vault_db *db, enum stmt s, uint32_t table, const uint8_t *key,
    size_t len, struct vault_db_row *out)
{
	sqlite3_stmt *st = db->st[s];
	int sq;

	memset(out, 0, sizeof(*out));
	if (db->latched)
		return TACIT_E_IO;
	db->open = st;
	(void)sqlite3_bind_int64(st, 1, table);
	(void)sqlite3_bind_blob(st, 2, key, (int)len, SQLITE_STATIC);
	if ((sq = sqlite3_step(st)) == SQLITE_ROW)
		return take(st, out);
	return result(db, sq);
}

int
vault_db_get(struct vault_db *db, uint32_t table, const uint8_t *key,
    size_t len, struct vault_db_row *out)
{
	return find(db, ROW_GET, table, key, len, out);
}

int
vault_db_from(struct vault_db *db, uint32_t table, const uint8_t *key,
    size_t len, struct vault_db_row *out)
{
	return find(db, ROW_FROM, table, key, len, out);
}

int
vault_db_below(struct vault_db *db, uint32_t table, const uint8_t *key,
    size_t len, struct vault_db_row *out)
{
	return find(db, ROW_BELOW, table, key, len, out);
}

void
vault_db_done(struct vault_db *db)
{
	if (db->open == NULL)
		return;
	(void)sqlite3_reset(db->open);
	(void)sqlite3_clear_bindings(db->open);
	db->open = NULL;
}

int
vault_db_put(struct vault_db *db, const struct vault_db_row *row)
{
	sqlite3_stmt *st = db->st[ROW_PUT];

	(void)sqlite3_bind_int64(st, 1, row->table);
	(void)sqlite3_bind_blob(st, 2, row->key, (int)row->key_len,
	    SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 3, (int64_t)row->version);
	(void)sqlite3_bind_blob(st, 4, row->data, (int)row->len,
	    SQLITE_STATIC);
	return run(db, ROW_PUT);
}

int
vault_db_del(struct vault_db *db, uint32_t table, const uint8_t *key,
    size_t len)
{
	sqlite3_stmt *st = db->st[ROW_DEL];

	(void)sqlite3_bind_int64(st, 1, table);
	(void)sqlite3_bind_blob(st, 2, key, (int)len, SQLITE_STATIC);
	return run(db, ROW_DEL);
}

int
vault_db_scan(struct vault_db *db, uint32_t limit,
    int (*each)(void *arg, const struct vault_db_row *row), void *arg)
{
	sqlite3_stmt *st = db->st[ROW_SCAN];
	struct vault_db_row row;
	int rc = 0, sq;

	if (db->latched)
		return TACIT_E_IO;
	(void)sqlite3_bind_int64(st, 1, limit);
	while ((sq = sqlite3_step(st)) == SQLITE_ROW) {
		if ((rc = take(st, &row)) != 0 || (rc = each(arg, &row)) != 0)
			break;
	}
	if (rc == 0)
		rc = result(db, sq);
	(void)sqlite3_reset(st);
	return rc;
}

int
vault_db_none_beyond(struct vault_db *db, uint32_t last)
{
	sqlite3_stmt *st = db->st[ROW_BEYOND];
	int rc;

	if (db->latched)
		return TACIT_E_IO;
	(void)sqlite3_bind_int64(st, 1, last);
	rc = sqlite3_step(st);
	rc = rc == SQLITE_ROW ? TACIT_E_CORRUPT : result(db, rc);
	(void)sqlite3_reset(st);
	return rc;
}
