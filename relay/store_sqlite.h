/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the SQLite backend; for relay/store_sqlite*.c alone.
 *
 * There is exactly one connection, in one process, held exclusively: so
 * there is no shared-memory file, nobody else can keep a checkpoint from
 * finishing, and the races that SQLite had between two connections that
 * write the WAL cannot happen.
 */
#ifndef RELAY_STORE_SQLITE_H
#define RELAY_STORE_SQLITE_H

#include <sqlite3.h>

#include "store.h"
#include "store_index.h"
#include "store_places.h"
#include "store_slots.h"

/* X(name, text): every statement, prepared once at open. */
#define SQL_LIST(X)							\
	X(BEGIN, "BEGIN")						\
	X(COMMIT, "COMMIT")						\
	X(ROLLBACK, "ROLLBACK")						\
	X(MAILBOX_SLOT, "INSERT INTO mailbox VALUES"			\
	    "(?1, zeroblob(32), zeroblob(32), zeroblob(32), zeroblob(48))")		\
	X(MAILBOX_SET, "UPDATE mailbox SET"				\
	    " address = ?2, token_hash = ?3 WHERE id = ?1")		\
	X(MAILBOX_SET_TOKENS, "UPDATE mailbox SET"			\
	    " token_hash = ?2, token_old = ?3 WHERE id = ?1")		\
	X(MAILBOX_ANCHOR, "SELECT anchor FROM mailbox WHERE id = ?1")	\
	X(MAILBOX_SET_ANCHOR, "UPDATE mailbox SET anchor = ?2"		\
	    " WHERE id = ?1")						\
	X(MAILBOX_DELETE, "DELETE FROM mailbox WHERE id = ?1")		\
	X(MAILBOX_ALL, "SELECT id, address, token_hash, token_old"	\
	    " FROM mailbox ORDER BY id")				\
	X(BLOCK_ADD, "INSERT INTO block VALUES (?1, ?2, ?3)")		\
	X(BLOCK_COUNT, "SELECT coalesce(sum(CASE kind WHEN 1 THEN 256"	\
	    " ELSE 32 END), 0) FROM block")				\
	X(BLOCK_ALL, "SELECT id, kind, envelopes FROM block ORDER BY id") \
	X(INVITATION_ADD, "INSERT INTO invitation VALUES"		\
	    "(?1, ?2, 0, zeroblob(32), ?3, ?4, ?5)")			\
	X(INVITATION_GET, "SELECT state, key, reader, request_hash,"	\
	    " expiry_hour, blob FROM invitation WHERE address = ?1")	\
	X(INVITATION_BIND, "UPDATE invitation SET"			\
	    " state = ?2, reader = ?3 WHERE address = ?1")		\
	X(INVITATION_END, "UPDATE invitation SET state = ?2,"		\
	    " key = zeroblob(32), reader = zeroblob(32),"		\
	    " request_hash = zeroblob(32), blob = zeroblob(0)"		\
	    " WHERE address = ?1")					\
	X(INVITATION_EXPIRE, "DELETE FROM invitation WHERE address IN"	\
	    " (SELECT address FROM invitation"				\
	    " WHERE expiry_hour <= ?1 LIMIT ?2)")			\
	X(INVITATION_COUNT, "SELECT count(*) FROM invitation")		\
	X(ADMISSION_ADD, "INSERT INTO admission VALUES(?1, ?2, ?3)")	\
	X(ADMISSION_GET, "SELECT units, expiry_day"			\
	    " FROM admission WHERE hash = ?1")				\
	X(ADMISSION_SPEND, "UPDATE admission SET units = units - ?2"	\
	    " WHERE hash = ?1")						\
	X(ADMISSION_CREDIT, "UPDATE admission SET units = units + ?2"	\
	    " WHERE hash = ?1")						\
	X(ADMISSION_EXPIRE, "DELETE FROM admission WHERE hash IN"	\
	    " (SELECT hash FROM admission"				\
	    " WHERE expiry_day < ?1 LIMIT ?2)")				\
	X(ADMISSION_COUNT, "SELECT count(*) FROM admission")		\
	X(RECALL_ADD, "INSERT INTO recall VALUES"			\
	    "(?1, ?2, ?3, ?4, ?5, ?6, ?7)")				\
	X(RECALL_GET, "SELECT outcome, body_hash, number, previous,"	\
	    " signature FROM recall WHERE name = ?1")			\
	X(RECALL_HEAD, "SELECT number, hash FROM statement")		\
	X(RECALL_HEAD_SET, "UPDATE statement SET number = ?1, hash = ?2") \
	X(RECALL_EXPIRE, "DELETE FROM recall WHERE name IN"		\
	    " (SELECT name FROM recall"					\
	    " WHERE expiry_day < ?1 LIMIT ?2)")				\
	X(RECALL_COUNT, "SELECT count(*) FROM recall")			\
	X(EXPIRED, "SELECT EXISTS (SELECT 1 FROM invitation"		\
	    " WHERE expiry_hour <= ?1) OR EXISTS (SELECT 1"		\
	    " FROM admission WHERE expiry_day < ?2) OR EXISTS (SELECT 1" \
	    " FROM recall WHERE expiry_day < ?2)")			\
	X(CLOCK_SET, "UPDATE relay SET hour = ?1, wall_day = ?2")	\
	X(CLOCK_GET, "SELECT hour, wall_day FROM relay")

#define SQL_ENUM(name, text) SQL_##name,
enum sql { SQL_LIST(SQL_ENUM) SQL_N };
#undef SQL_ENUM

/* store_sqlite_rows.c: what a batch is to write of envelopes. */
struct rows {
	struct slots mailboxes;
	struct places places;
	sqlite3_blob *blob;		/* of a block, in this batch; NULL */
	int64_t at;			/* the block; 0: none */
	struct item **item;		/* of the index, with row and body */
	size_t n, cap;
	int64_t *gone;			/* rows that rows_tidy() removes */
	size_t n_gone, n_gone_before, cap_gone;
	size_t n_tidied;		/* of them, by this batch */
};

/* store_sqlite_body.c: the file of bodies. */
enum { BODY_KEY_LEN = 32 };

struct body {
	sqlite3_file *file;		/* NULL: not open */
	char *path;			/* lent to it */
	sqlite3_int64 size;		/* as far as we know of it */
	int written;			/* since the last sync */
	sqlite3_int64 at;		/* where ${run} belongs */
	size_t n;			/* bytes of it that are not written */
	uint8_t run[TACIT_PARCEL_LEN];	/* enciphered; of adjacent places */
};

enum turn { NO_BATCH, NOTHING_YET, BEGUN };

struct store_sqlite {
	struct store store;
	sqlite3 *db;
	sqlite3_stmt *stmt[SQL_N];
	struct store_limits limits;
	struct index index;
	struct rows rows;
	struct body body;
	struct store_clock clock, clock_before;
	uint64_t recalls;		/* rows of recall, or more of them */
	enum turn turn;			/* of the transaction of this batch */
	int wal_pages;			/* in the WAL; 0 when it is empty */
	int full;			/* a disk, since room was given back */
	int failed;			/* first failure that is not survived */
};

/* An argument: ${len} bytes at ${blob}, or the number ${n}. */
struct sql_arg {
	const void *blob;
	size_t len;
	int64_t n;
};
#define SQL_BLOB(p, l)	{ (p), (l), 0 }
#define SQL_INT(v)	{ NULL, 0, (int64_t)(v) }
#define SQL_ARGS(...)							\
	(const struct sql_arg[]){ __VA_ARGS__ },			\
	sizeof((const struct sql_arg[]){ __VA_ARGS__ }) /		\
	sizeof(struct sql_arg)

/*
 * Step a statement once: 1 for a row, 0 for none, or an error of the store.
 * After a row was read, sql_reset() it.  The first one of a batch begins its
 * transaction, so that a batch that needs no row asks SQLite nothing.
 */
int sql_step(struct store_sqlite *q, enum sql id, const struct sql_arg *arg,
    size_t n);
void sql_reset(struct store_sqlite *q, enum sql id);

/* Begin the transaction of this batch, if that was not done. */
int sql_begin(struct store_sqlite *q);

/* Run a statement that gives no row. */
int sql_run(struct store_sqlite *q, enum sql id, const struct sql_arg *arg,
    size_t n);

/* Copy column ${col}, which must be ${len} bytes. */
int sql_copy(struct store_sqlite *q, enum sql id, int col, void *out,
    size_t len);

/*
 * Turn a result of SQLite into an error of the store.  All but a full disk
 * and exhausted memory are for good: SQLite reports a failed fsync once and
 * then goes on as if nothing had happened, so it is remembered here.
 */
int sql_fail(struct store_sqlite *q, int sqlite_rc);

/* store_sqlite_mail.c: mailboxes and envelopes. */
int mail_create(struct store *s, struct op *op);
int mail_subscribe(struct store *s, struct op *op);
int mail_post(struct store *s, struct op *op);
int mail_ack(struct store *s, struct op *op);
int mail_fetch(struct store *s, struct op *op);
int mail_close(struct store *s, struct op *op);
int mail_set_token(struct store *s, struct op *op);
int mail_anchor(struct store *s, struct op *op);
int mail_load(struct store_sqlite *q);
/* Does ${hash} open ${b}?  NULL, which is nobody's, takes the same way. */
int mail_check_token(const struct box *b, const uint8_t hash[TACIT_HASH_LEN]);
/* Remove it; before that, the hash of its body. */
int mail_remove(struct store_sqlite *q, struct item *i);
int mail_hash_body(struct store_sqlite *q, const struct item *i,
    uint8_t out[TACIT_HASH_LEN]);
/* Remove at most ${max} expired envelopes; adds to ${op->removed}. */
int mail_expire(struct store_sqlite *q, struct op_sweep *op);

/* store_sqlite_rows.c; as always, rows_rollback() after an error. */
/* A free row, of a mailbox; of an envelope. */
int rows_mailbox(struct store_sqlite *q, int64_t *row);
int rows_take(struct store_sqlite *q, uint8_t kind, int64_t *row);
/* Have rows_flush() write ${i}, unless it is removed before. */
int rows_write(struct store_sqlite *q, struct item *i);
/*
 * Remove the row of ${i}, which is of the index still; or have rows_tidy() do
 * it, in the order of the rows, and set ${*late}.
 */
int rows_remove(struct store_sqlite *q, const struct item *i);
int rows_remove_late(struct store_sqlite *q, const struct item *i,
    uint8_t *late);
int rows_tidy(struct store_sqlite *q);
int rows_flush(struct store_sqlite *q);
void rows_loaded(struct rows *r);
void rows_init(struct rows *r);
void rows_commit(struct rows *r);
void rows_rollback(struct rows *r);
void rows_release(struct rows *r);

/*
 * store_sqlite_block.c: the rows of envelopes.  Write that of ${i}, which is
 * in its place, with the key of its body; clear one; read the key of one.
 * They keep a handle, which block_leave() gives up: before a transaction
 * ends, either way.
 */
int block_set(struct store_sqlite *q, const struct item *i,
    const uint8_t key[BODY_KEY_LEN]);
int block_clear(struct store_sqlite *q, int64_t place);
int block_key(struct store_sqlite *q, int64_t place,
    uint8_t key[BODY_KEY_LEN]);
int block_leave(struct store_sqlite *q);
/* Make the block that begins at ${first}, all free. */
int block_add(struct store_sqlite *q, int64_t first);
/* At the start: all that are not free.  ${i} has no box yet. */
typedef int block_each(struct store_sqlite *q, const struct item *i,
    int64_t mailbox, void *arg);
int block_load(struct store_sqlite *q, block_each *each, void *arg);

/*
 * store_sqlite_body.c.  A body is written under a key that is drawn for it
 * alone and stored in its row; and read, from there or from memory, to ${out},
 * which has room for its kind.  body_sync() is due before a commit that names
 * what was written: until then it may wait for what comes next to it, and
 * cannot be read; body_undo() instead forgets what waits.
 */
int body_write(struct store_sqlite *q, const struct item *i,
    const uint8_t key[BODY_KEY_LEN]);
/* Before blocks are committed: the file is as long as they say. */
int body_room(struct store_sqlite *q);
/* As ->ops->reserve(). */
int body_reserve(struct store_sqlite *q, int64_t bytes, uint8_t *more);
/* Between batches, where a disk is full: room that no block counts on. */
void body_give_back(struct store_sqlite *q);
int body_read(struct store_sqlite *q, const struct item *i, uint8_t *out);
int body_sync(struct store_sqlite *q);
/* Open or, if no place was made yet, make the file.  Errors as those of
   store_sqlite_open(). */
int body_open(struct store_sqlite *q, const char *dir);
void body_undo(struct body *b);
void body_close(struct body *b);

/* store_sqlite_hold.c: envelopes that are not on the disk yet. */
int mail_keep(struct store *s, struct op *op);
/* Hold ${given}, which needs no row, with a copy of ${body}. */
int hold_add(struct store_sqlite *q, struct box *b, struct item *given,
    const uint8_t *body);
/* Write what ${b} holds up to ${counter}. */
int hold_keep(struct store_sqlite *q, struct box *b, uint64_t counter);

/* store_sqlite_recall.c: statements about what was recalled. */
int recall_recall(struct store *s, struct op *op);
/* 1 if this name was recalled, 0, or an error of the store. */
int recall_has(struct store_sqlite *q,
    const uint8_t address[TACIT_ADDRESS_LEN],
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN]);
int recall_load(struct store_sqlite *q);

/* store_sqlite_admit.c: invitations and admission. */
int admit_split(struct store *s, struct op *op);
int admit_admit(struct store *s, struct op *op);
int admit_put(struct store *s, struct op *op);
int admit_get(struct store *s, struct op *op);
int admit_revoke(struct store *s, struct op *op);
/* Spend ${units} of a code; ${*verdict} is 0 or TACIT_E_ADMISSION. */
int admit_spend(struct store_sqlite *q, const uint8_t hash[TACIT_HASH_LEN],
    uint32_t units, int *verdict);
/* Give ${units} back to a code, if there is one that has not expired. */
int admit_credit(struct store_sqlite *q, const uint8_t hash[TACIT_HASH_LEN],
    uint32_t units);
/* As mail_expire(), for what this file keeps. */
int admit_expire(struct store_sqlite *q, struct op_sweep *op);
int admit_count(struct store_sqlite *q, struct op_count *op);

/* store_sqlite_file.c: make, check and open the database. */
int file_open(struct store_sqlite *q, const char *dir);
/* The name of the file of bodies; and for it, what file_open() does itself:
   a path of PATH_MAX bytes; is it a regular file, for us alone? an empty one;
   its name is on the disk. */
#define FILE_BODIES	"relay.bodies"
int file_path_of(char *out, const char *dir, const char *name);
int file_is_private(const char *path, int *missing);
int file_make(const char *path);
int file_sync_names(const char *dir);

#endif
