/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SQLite side of the vault: one connection to one file, rows of bytes,
 * nothing secret.  Only vault_db.c knows SQLite.
 *
 * The first failure of the disk latches: from then on every call is
 * TACIT_E_IO, because after a failed fsync nobody knows what is on the disk.
 * A full disk does not latch.
 */
#ifndef CLIENT_VAULT_DB_H
#define CLIENT_VAULT_DB_H

#include "vault.h"

/* The bytes of the file that identify and measure it before SQLite does. */
enum {
	VAULT_DB_APPLICATION = 0x54414356,	/* "TACV", a vault */
	VAULT_DB_BACKUP = 0x54414342,		/* "TACB", a backup */
	VAULT_DB_FORMAT = 1,
	VAULT_DB_HEADER_LEN = 100
};

enum vault_db_head { VAULT_DB_SLOT = 1, VAULT_DB_STATE };

struct vault_db;

/* One row, borrowed from the database until vault_db_done(). */
struct vault_db_row {
	uint32_t table;
	uint64_t version;
	const uint8_t *key;
	size_t key_len;
	const uint8_t *data;		/* NULL: there is no such row */
	size_t len;
};

/* Make the tables in the empty file at ${path}. */
int vault_db_make(const char *path, enum vault_kind kind);

/*
 * Connect to the file at ${path}, an absolute path without symbolic links.
 * Nothing is written before vault_db_begin() or vault_db_settle(), nor after
 * it with ${read_only}, for which even the directory may be.
 * Errors:  TACIT_E_CORRUPT (also: other tables than ours), TACIT_E_BUSY,
 *          TACIT_E_IO, TACIT_E_NOMEM.
 */
int vault_db_open(struct vault_db **out, const char *path,
    enum vault_kind kind, int read_only);

/*
 * Disconnect.  ${tidy}: move the WAL into the file and remove it first; else
 * both files stay as they are.
 */
void vault_db_close(struct vault_db *db, int tidy);

/* TACIT_E_IO after the first failure of the disk, else 0. */
int vault_db_failed(const struct vault_db *db);

/* A failed commit is to be followed by a rollback. */
int vault_db_begin(struct vault_db *db);
int vault_db_commit(struct vault_db *db);
void vault_db_rollback(struct vault_db *db);

/* Move the WAL into the file and cut it to nothing. */
int vault_db_settle(struct vault_db *db);

/* Read into ${out} of capacity ${cap}; a missing row is TACIT_E_CORRUPT. */
int vault_db_head_get(struct vault_db *db, enum vault_db_head id,
    uint8_t *out, size_t cap, size_t *len);
int vault_db_head_put(struct vault_db *db, enum vault_db_head id,
    const uint8_t *data, size_t len);

/*
 * Find a row: the one with this key; the first of ${table} whose key is not
 * below ${key}; the last whose key is below it.  To be followed by
 * vault_db_done(), also after an error.
 */
int vault_db_get(struct vault_db *db, uint32_t table, const uint8_t *key,
    size_t len, struct vault_db_row *out);
int vault_db_from(struct vault_db *db, uint32_t table, const uint8_t *key,
    size_t len, struct vault_db_row *out);
int vault_db_below(struct vault_db *db, uint32_t table, const uint8_t *key,
    size_t len, struct vault_db_row *out);
void vault_db_done(struct vault_db *db);

int vault_db_put(struct vault_db *db, const struct vault_db_row *row);
int vault_db_del(struct vault_db *db, uint32_t table, const uint8_t *key,
    size_t len);

/*
 * Call ${each} for every row of the tables below ${limit}, in the order in
 * which they lie in the file; a nonzero result ends the scan and is returned.
 */
int vault_db_scan(struct vault_db *db, uint32_t limit,
    int (*each)(void *arg, const struct vault_db_row *row), void *arg);

/* TACIT_E_CORRUPT if there is a row in a table above ${last}. */
int vault_db_none_beyond(struct vault_db *db, uint32_t last);

#endif
