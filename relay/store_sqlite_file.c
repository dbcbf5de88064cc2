/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file relay.db: made whole or not at all, recognised before anything is
 * written, opened with what the store relies on.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store_sqlite.h"

/* In the header of the file: "TACR", and the schema below. */
enum { APPLICATION_ID = 0x54414352, SCHEMA = 5 };

/* Where the header has them (sqlite.org/fileformat2.html). */
enum { HEADER_LEN = 100, AT_USER_VERSION = 60, AT_APPLICATION_ID = 68 };

#define FILE_NAME	"relay.db"
#define NEW_NAME	"relay.db.new"

/*
 * mailbox	no time, no admission; zeros: a free slot, no token before,
 *		no anchor
 * block	envelopes, without their bodies: see store_sqlite_block.c
 * invitation	state: 0 open, 1 bound to its reader, 2 used, 3 revoked
 * admission	a code or a pass; which is not told
 * recall	a statement about an envelope, under a hash of its name
 * statement	how many there were, and the hash of the last
 * relay	the clock
 */
static const char schema[] =
	"PRAGMA auto_vacuum = NONE;"
	"PRAGMA journal_mode = WAL;"
	"BEGIN;"
	"PRAGMA application_id = 0x54414352;"
	"PRAGMA user_version = 5;"
	"CREATE TABLE mailbox (id INTEGER PRIMARY KEY,"
	" address BLOB NOT NULL, token_hash BLOB NOT NULL,"
	" token_old BLOB NOT NULL, anchor BLOB NOT NULL);"
	"CREATE TABLE block (id INTEGER PRIMARY KEY,"
	" kind INTEGER NOT NULL, envelopes BLOB NOT NULL);"
	"CREATE TABLE invitation (address BLOB PRIMARY KEY,"
	" key BLOB NOT NULL, state INTEGER NOT NULL, reader BLOB NOT NULL,"
	" request_hash BLOB NOT NULL, expiry_hour INTEGER NOT NULL,"
	" blob BLOB NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE admission (hash BLOB PRIMARY KEY,"
	" units INTEGER NOT NULL, expiry_day INTEGER NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE recall (name BLOB PRIMARY KEY,"
	" outcome INTEGER NOT NULL, body_hash BLOB NOT NULL,"
	" number INTEGER NOT NULL, previous BLOB NOT NULL,"
	" signature BLOB NOT NULL, expiry_day INTEGER NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE statement (number INTEGER NOT NULL,"
	" hash BLOB NOT NULL);"
	"CREATE TABLE relay (hour INTEGER NOT NULL,"
	" wall_day INTEGER NOT NULL);"
	"INSERT INTO statement VALUES (0, zeroblob(32));"
	"INSERT INTO relay VALUES (0, 0);"
	"COMMIT;";

/*
 * Page size before all else: it counts when the first page is written.  Of
 * three sizes this one costs a letter least (docs/MEASUREMENTS.md).
 */
static const char settings[] =
	"PRAGMA page_size = 16384;"
	"PRAGMA locking_mode = EXCLUSIVE;"
#ifdef TACIT_CONTROL_ACK_EARLY
	"PRAGMA synchronous = OFF;"
#else
	"PRAGMA synchronous = FULL;"
#endif
	"PRAGMA secure_delete = ON;"
	"PRAGMA temp_store = MEMORY;"
	"PRAGMA mmap_size = 0;"
	"PRAGMA cell_size_check = ON;"
	"PRAGMA wal_autocheckpoint = 0;"
	"PRAGMA cache_size = -16384;";

int
file_path_of(char *out, const char *dir, const char *name)
{
	/* SQLite reads a name that begins with "file:" as something else. */
	const char *here = dir[0] == '/' ? "" : "./";
	int n = snprintf(out, PATH_MAX, "%s%s/%s", here, dir, name);

	return n > 0 && n < PATH_MAX ? 0 : TACIT_E_IO;
}

int
file_sync_names(const char *dir)
{
	int fd, rc = 0;

	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return TACIT_E_IO;
	if (fsync(fd) != 0)
		rc = TACIT_E_IO;
	(void)close(fd);
	return rc;
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/*
 * Open ${path} to read it; -1 with ${rc}, which is 0 if there is none.  What
 * is no regular file, or not for us alone, is not ours.
 */
static int
open_private(const char *path, int *rc)
{
	struct stat st;
	int fd;

	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1) {
		*rc = errno == ENOENT ? 0 : errno == ELOOP ?
		    TACIT_E_CORRUPT : TACIT_E_IO;
		return -1;
	}
	*rc = fstat(fd, &st) == 0 ? 0 : TACIT_E_IO;
	if (*rc == 0 && (!S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & (S_IRWXG | S_IRWXO)) != 0))
		*rc = TACIT_E_CORRUPT;
	if (*rc == 0)
		return fd;
	(void)close(fd);
	return -1;
}

int
file_is_private(const char *path, int *missing)
{
	int rc, fd = open_private(path, &rc);

	*missing = fd == -1 && rc == 0;
	if (fd != -1)
		(void)close(fd);
	return rc;
}

/*
 * Is this one of ours?  Only read, so that a file that is not stays as it is.
 * Output:  ${missing}: there is no such file; the answer is then 0, too.
 */
static int
recognise(const char *path, int *missing)
{
	uint8_t h[HEADER_LEN];
	int rc, fd = open_private(path, &rc);
	ssize_t n;

	*missing = fd == -1 && rc == 0;
	if (fd == -1)
		return rc;
	n = pread(fd, h, sizeof(h), 0);
	(void)close(fd);
	if (n == -1)
		return TACIT_E_IO;
	return n == HEADER_LEN && memcmp(h, "SQLite format 3", 16) == 0 &&
	    be32(h + AT_APPLICATION_ID) == APPLICATION_ID &&
	    be32(h + AT_USER_VERSION) == SCHEMA ? 0 : TACIT_E_CORRUPT;
}

/* A damaged file is the operator's to look at, not a failure of the disk. */
static int
open_fail(struct store_sqlite *q, int sqlite_rc)
{
	if ((sqlite_rc & 0xff) == SQLITE_CORRUPT || sqlite_rc == SQLITE_NOTADB)
		return TACIT_E_CORRUPT;
	if ((sqlite_rc & 0xff) == SQLITE_BUSY)
		return TACIT_E_UNAVAILABLE;	/* another program has it */
	return sql_fail(q, sqlite_rc);
}

static int
exec(struct store_sqlite *q, const char *sql)
{
	int rc = sqlite3_exec(q->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : open_fail(q, rc);
}

/* Values of sqlite.org/security.html, as far as our statements allow. */
static void
limit(sqlite3 *db)
{
	static const struct {
		int id, value;
	} limits[] = {
		{ SQLITE_LIMIT_LENGTH, 1000000 },
		{ SQLITE_LIMIT_SQL_LENGTH, 10000 },
		{ SQLITE_LIMIT_COLUMN, 100 },
		{ SQLITE_LIMIT_EXPR_DEPTH, 10 },
		{ SQLITE_LIMIT_COMPOUND_SELECT, 3 },
		{ SQLITE_LIMIT_VDBE_OP, 25000 },
		{ SQLITE_LIMIT_FUNCTION_ARG, 8 },
		{ SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50 },
		{ SQLITE_LIMIT_VARIABLE_NUMBER, 10 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 10 },
	};
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		(void)sqlite3_limit(db, limits[i].id, limits[i].value);
}

static int
connect_to(struct store_sqlite *q, const char *path)
{
	static const struct {
		int what, on;
	} config[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
	};
	size_t i;
	int rc;

	rc = sqlite3_open_v2(path, &q->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK)
		return sql_fail(q, rc);
	for (i = 0; i < sizeof(config) / sizeof(config[0]); i++) {
		rc = sqlite3_db_config(q->db, config[i].what, config[i].on,
		    NULL);
		if (rc != SQLITE_OK)
			return sql_fail(q, rc);
	}
	limit(q->db);
	return exec(q, settings);
}

/* An empty file that only we can read, for SQLite to fill. */
int
file_make(const char *path)
{
	int fd;

	if (unlink(path) != 0 && errno != ENOENT)
		return TACIT_E_IO;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	if (fd == -1)
		return errno == ENOSPC ? TACIT_E_DISK_FULL : TACIT_E_IO;
	(void)close(fd);
	return 0;
}

/* Remove a file that may be there. */
static int
remove_rest(const char *dir, const char *name)
{
	char path[PATH_MAX];
	int rc;

	if ((rc = file_path_of(path, dir, name)) != 0)
		return rc;
	return unlink(path) == 0 || errno == ENOENT ? 0 : TACIT_E_IO;
}

/*
 * Build the file under another name, and rename it when it is complete: a
 * crash in between leaves nothing that looks like a database.
 */
static int
create(struct store_sqlite *q, const char *dir, const char *path)
{
	char new[PATH_MAX];
	int rc;

	if ((rc = file_path_of(new, dir, NEW_NAME)) != 0)
		return rc;
	if ((rc = remove_rest(dir, NEW_NAME "-wal")) != 0)
		return rc;
	if ((rc = remove_rest(dir, NEW_NAME "-journal")) != 0)
		return rc;
	if ((rc = file_make(new)) != 0)
		return rc;
	if ((rc = connect_to(q, new)) != 0)
		return rc;
	if ((rc = exec(q, schema)) != 0)
		return rc;
	rc = sqlite3_wal_checkpoint_v2(q->db, NULL,
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (rc != SQLITE_OK)
		return sql_fail(q, rc);
	rc = sqlite3_close(q->db);
	q->db = NULL;
	if (rc != SQLITE_OK)
		return sql_fail(q, rc);
	if (rename(new, path) != 0)
		return TACIT_E_IO;
	return file_sync_names(dir);
}

/*
 * A WAL without its database would be played into a new one, and bodies
 * without one are lost when there is.
 */
static int
refuse_stray(const char *dir)
{
	static const char *const name[] = {
		FILE_NAME "-wal", FILE_NAME "-journal", FILE_BODIES,
	};
	char path[PATH_MAX];
	struct stat st;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if ((rc = file_path_of(path, dir, name[i])) != 0)
			return rc;
		if (lstat(path, &st) == 0)
			return TACIT_E_CORRUPT;
	}
	return 0;
}

static int
write_again(int fd)
{
	uint8_t bytes[4096];
	off_t at;
	ssize_t n;

	for (at = 0; (n = pread(fd, bytes, sizeof(bytes), at)) > 0; at += n)
		if (pwrite(fd, bytes, (size_t)n, at) != n)
			return errno == ENOSPC ? TACIT_E_DISK_FULL :
			    TACIT_E_IO;
	return n == 0 && (at == 0 || fsync(fd) == 0) ? 0 : TACIT_E_IO;
}

/*
 * What a sync that failed left in the WAL can still be read, but the kernel
 * takes it for written: SQLite would copy it into the database from there, and
 * the next power cut would leave half of that, without a WAL.
 */
static int
renew_wal(const char *dir)
{
	char path[PATH_MAX];
	int fd, rc;

	if ((rc = file_path_of(path, dir, FILE_NAME "-wal")) != 0)
		return rc;
	if ((fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)) < 0)
		return errno == ENOENT ? 0 : TACIT_E_IO;
	rc = write_again(fd);
	(void)close(fd);
	return rc;
}

/* quick_check calls a page damaged that there was no memory to read. */
static int
is_short_of_memory(sqlite3 *db, const char *text)
{
	return text == NULL ? sqlite3_errcode(db) == SQLITE_NOMEM :
	    strstr(text, "error code=7") != NULL;
}

/* The one text that ${sql} answers with must be ${want}. */
static int
answers(struct store_sqlite *q, const char *sql, const char *want)
{
	sqlite3_stmt *st = NULL;
	const char *text;
	int rc;

	rc = sqlite3_prepare_v2(q->db, sql, -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		text = (const char *)sqlite3_column_text(st, 0);
		rc = text != NULL && strcmp(text, want) == 0 ?
		    SQLITE_OK : is_short_of_memory(q->db, text) ?
		    SQLITE_NOMEM : SQLITE_CORRUPT;
	}
	(void)sqlite3_finalize(st);
	return rc == SQLITE_OK ? 0 : open_fail(q, rc);
}

/* The first answer of a check is "ok", or the first thing that is wrong. */
static int
is_sound(struct store_sqlite *q, const char *sql)
{
	int rc = answers(q, sql, "ok");

	/* Not every such complaint names its error: damage is found twice. */
	return rc == 0 ? 0 : answers(q, sql, "ok");
}

/* All but the blocks: loading them reads and checks every one. */
static int
check_rest(struct store_sqlite *q)
{
	static const char *const sql[] = {
		"PRAGMA quick_check(admission)",
		"PRAGMA quick_check(invitation)",
		"PRAGMA quick_check(mailbox)",
		"PRAGMA quick_check(recall)",
		"PRAGMA quick_check(relay)",
		"PRAGMA quick_check(statement)",
	};
	size_t i;
	int rc = 0;

	for (i = 0; i < sizeof(sql) / sizeof(sql[0]) && rc == 0; i++)
		rc = is_sound(q, sql[i]);
	return rc;
}

/*
 * Is the file sound, and are there tables only, of ours?  Nothing has been
 * written yet, and a failed open writes nothing.
 */
static int
check(struct store_sqlite *q, int whole)
{
	int rc = is_sound(q, "PRAGMA quick_check(sqlite_schema)");

	if (rc == 0)
		rc = answers(q, "SELECT group_concat(type || name, ' ') FROM"
		    " (SELECT type, name FROM sqlite_master ORDER BY name)",
		    "tableadmission tableblock tableinvitation tablemailbox "
		    "tablerecall tablerelay tablestatement");
	if (rc != 0)
		return rc;
	return whole ? is_sound(q, "PRAGMA quick_check(1)") : check_rest(q);
}

/* A file that was closed in order, and was sound then, has no WAL. */
static int
was_closed(const char *dir)
{
	char path[PATH_MAX];
	struct stat st;

	return file_path_of(path, dir, FILE_NAME "-wal") == 0 &&
	    lstat(path, &st) != 0 && errno == ENOENT;
}

/*
 * SQLite makes the WAL at the first read and ignores it if its directory
 * entry cannot be made durable; we do not.
 */
int
file_open(struct store_sqlite *q, const char *dir)
{
	char path[PATH_MAX];
	int missing, closed, rc;

	if ((rc = file_path_of(path, dir, FILE_NAME)) != 0)
		return rc;
	if ((rc = recognise(path, &missing)) != 0)
		return rc;
	closed = was_closed(dir);
	if (missing && ((rc = refuse_stray(dir)) != 0 ||
	    (rc = create(q, dir, path)) != 0))
		return rc;
	if ((rc = renew_wal(dir)) != 0 || (rc = connect_to(q, path)) != 0)
		return rc;
	(void)sqlite3_db_config(q->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
	    NULL);
	if ((rc = check(q, !closed)) != 0)
		return rc;
	if ((rc = file_sync_names(dir)) != 0)
		return rc;
	(void)sqlite3_db_config(q->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0,
	    NULL);
	return 0;
}
