/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vault: one SQLite file in which every row is sealed.  A store of byte
 * strings under byte-string keys, in tables named by small numbers; what the
 * rows mean is record.h's business.
 *
 * Row: XChaCha20-Poly1305 under the vault key, associated data = vault id,
 * table, row key, version.  A keyed multiset hash over all rows of the state
 * tables, with the epoch, stands in a sealed header row, is updated in every
 * transaction and verified when the vault is opened; from then on a roll of
 * them in memory (vault_roll.h) says which there are: no row can be changed,
 * swapped, deleted or replaced by an older one.  Tables from VAULT_HISTORY on
 * are not in that hash (they grow without bound); history.h and journal.h
 * chain them.
 * Row keys, counts and sizes are visible in the file: keys are random ids and
 * counters, never names.
 *
 * Thread:  a handle belongs to one thread at a time, and to the process that
 *          opened it: in a child of fork() every call is TACIT_E_STATE, and
 *          vault_close() only wipes the child's copy.
 */
#ifndef CLIENT_VAULT_H
#define CLIENT_VAULT_H

#include <stddef.h>
#include <stdint.h>

#include "tacit/error.h"
#include "tacit/limits.h"

enum vault_table {
	VAULT_SELF = 1,			/* my name, settings: one row */
	VAULT_RELAY,			/* relays that I know */
	VAULT_CONTACT,			/* relationships */
	VAULT_PAIRING,			/* secrets until both ends switched */
	VAULT_RATCHET,			/* libsignal's records, by keystore.c */
	VAULT_MARK,			/* replay marks, received seqs */
	VAULT_OUTBOX,
	VAULT_INBOX,			/* reorder buffer */
	VAULT_EVENT,
	VAULT_JOB,			/* relay requests still to be done */
	VAULT_ASIDE,			/* unopenable and undecodable */
	VAULT_ANCHOR,			/* what relays keep, to tell our age */
	VAULT_DATA,			/* of the layer above */
	VAULT_KEEP,			/* texts to be forgotten */
	VAULT_STATEMENT,		/* of relays, on what was recalled */
	VAULT_REWRITTEN,		/* what became of rows of the history */
	VAULT_HISTORY = 32,
	VAULT_LOG,			/* what was done with the vault */
	VAULT_LAST = VAULT_LOG
};

enum { VAULT_ROW_KEY_MAX = 64, VAULT_VALUE_MAX = 1 << 20 };

/*
 * One format, two kinds of file: a vault, in which somebody lives, and a
 * backup, which is written once and only read afterwards.  Neither opens as
 * the other.  In a backup all tables are in the multiset hash.
 */
enum vault_kind { VAULT_LIVED_IN, VAULT_BACKUP };

struct vault;

/* A value read from a row; the memory is wiped by vault_value_free(). */
struct vault_value {
	uint8_t *data;			/* NULL: there is no such row */
	size_t len;
};
void vault_value_free(struct vault_value *v);

/* Argon2id; below the floor of limits.h is refused at create and open. */
struct vault_cost {
	uint32_t passes, mib;
};

/* What opens one: 32 bytes of a keystore (${is_key}), or a passphrase. */
struct vault_secret {
	const void *data;
	size_t len;
	int is_key;
};

/*
 * Make a vault at ${path} (mode 0600; missing directories of the default
 * path are the caller's).  It appears whole or not at all.
 * Errors:  TACIT_E_VAULT_EXISTS, TACIT_E_INVALID (cost), TACIT_E_IO,
 *          TACIT_E_DISK_FULL, TACIT_E_NOMEM.
 */
int vault_create(const char *path, const char *passphrase, size_t len,
    const struct vault_cost *cost);

/*
 * Make a file of ${kind} with rows in it: ${rows} puts them into ${v}, in a
 * transaction that is the caller's, and returns 0 or why there shall be none.
 * Otherwise as vault_create(); of a backup no lock file is left.
 * Errors:  those of vault_create() (TACIT_E_VAULT_EXISTS: the name is taken,
 *          by whatever), and of ${rows}.
 */
int vault_make(const char *path, const char *passphrase, size_t len,
    const struct vault_cost *cost, enum vault_kind kind,
    int (*rows)(struct vault *v, void *arg), void *arg);

/*
 * The same under ${by}; ${cost} counts for a passphrase alone.
 */
int vault_make_by(const char *path, const struct vault_secret *by,
    const struct vault_cost *cost, enum vault_kind kind,
    int (*rows)(struct vault *v, void *arg), void *arg);

/*
 * Open and verify the vault at ${path}; waits up to ${lock_wait_ms} for
 * another process to let go of it (an OFD lock on PATH.lock).
 * Output:  ${*out}; to be closed with vault_close().
 * Errors:  TACIT_E_NOT_A_VAULT (no file, or another kind of file),
 *          TACIT_E_PASSPHRASE, TACIT_E_OTHER_SECRET, TACIT_E_BUSY,
 *          TACIT_E_CORRUPT,
 *          TACIT_E_TRUNCATED, TACIT_E_VERSION (made by a newer version),
 *          TACIT_E_IO, TACIT_E_NOMEM.  The file is unchanged; a wrong
 *          passphrase is counted beside it, if that can be written.
 */
int vault_open(struct vault **out, const char *path, const char *passphrase,
    size_t len, uint32_t lock_wait_ms);
int vault_open_by(struct vault **out, const char *path,
    const struct vault_secret *by, uint32_t lock_wait_ms);

/*
 * Open and verify the backup at ${path} for reading alone; neither the file
 * nor anything beside it is written.
 * Output:  ${*out}; to be closed with vault_close().
 * Errors:  TACIT_E_NOT_A_BACKUP (no file, or another kind of file), and as
 *          vault_open() but for TACIT_E_BUSY.
 */
int vault_open_backup(struct vault **out, const char *path,
    const char *passphrase, size_t len);

/*
 * Wrong passphrases that were tried on the vault at its place since it was
 * made: how many, and when the last of them, try n in unix_ms[n % KEPT].
 * They stand in PATH.lock, in the clear, since no key is at hand then: who
 * can write the file can change them or remove them.  A file that holds
 * nothing of the kind says 0.
 */
enum { VAULT_TRIES_KEPT = 64 };
struct vault_tries {
	uint64_t count;
	int64_t unix_ms[VAULT_TRIES_KEPT];
};
void vault_tries(const struct vault *v, struct vault_tries *out);

/* Roll back what is open, wipe keys, empty the WAL, free.  NULL is fine. */
void vault_close(struct vault *v);

/*
 * Wrap the vault key under a new passphrase, with the cost as it is.
 * Errors:  TACIT_E_PASSPHRASE (old one is wrong), TACIT_E_IO, ...; then the
 *          old passphrase still opens the vault.
 */
int vault_passphrase(struct vault *v, const char *old, size_t old_len,
    const char *new_, size_t new_len);

/*
 * The same from ${old} to ${new_}, of whichever kind.  A passphrase in place
 * of a key costs what new vaults do.
 * Errors:  those, and TACIT_E_OTHER_SECRET.
 */
int vault_change(struct vault *v, const struct vault_secret *old,
    const struct vault_secret *new_);

/*
 * What its passphrase costs; under a key what that of a new vault does.
 * Errors:  TACIT_E_CORRUPT, TACIT_E_IO.
 */
int vault_cost(struct vault *v, struct vault_cost *out);

/*
 * A key for one purpose: KDF(vault key, ${label};).  Labels that begin with
 * "tacit/1/vault/" are the vault's own.
 */
void vault_derive(struct vault *v, uint8_t out[TACIT_KEY_LEN],
    const char *label);

/* Transactions do not nest: begin inside one is TACIT_E_STATE. */
int vault_begin(struct vault *v);
/*
 * 0: durable.  Else everything since begin is undone, and the handle goes on,
 * but for TACIT_E_IO: the disk failed, every later call fails likewise, and
 * only the next vault_open() shows whether this transaction is there.
 * After an error of vault_put() or vault_del() other than TACIT_E_LIMIT and
 * TACIT_E_STATE the rest of the transaction meets the same error.
 */
int vault_commit(struct vault *v);
void vault_rollback(struct vault *v);	/* no transaction: does nothing */
int vault_in_transaction(const struct vault *v);

/*
 * Removed and replaced rows live on, sealed, in the WAL until it is moved
 * into the file: after every 32nd transaction, when the vault is closed or
 * opened, and here.  To be called when there is nothing else to do; without
 * transactions since the last time it does nothing.
 * Errors:  TACIT_E_STATE (in a transaction), TACIT_E_IO, TACIT_E_DISK_FULL;
 *          what was committed is safe all the same.
 */
int vault_settle(struct vault *v);

/*
 * Read, write, remove one row.  get: a missing row is 0 with data NULL.
 * put and del need an open transaction (TACIT_E_STATE); del of a missing row
 * is 0.
 * Errors:  TACIT_E_CORRUPT (a row that does not open), TACIT_E_IO,
 *          TACIT_E_LIMIT (key of 0 or more than VAULT_ROW_KEY_MAX bytes,
 *          value of more than VAULT_VALUE_MAX).
 */
int vault_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, struct vault_value *out);
int vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len);
int vault_del(struct vault *v, enum vault_table t, const void *key,
    size_t key_len);

/* A row key in memory. */
struct vault_key {
	uint8_t data[VAULT_ROW_KEY_MAX];
	size_t len;
};

/*
 * Find the first row of ${t}, in byte order of keys, that begins with the
 * ${prefix_len} bytes at ${prefix} and comes after ${key} (len 0: from the
 * start).  Rows may be put and removed between calls.
 * Output:  ${key} moves to it; ${out} may be NULL.  ${key->len} 0: no more.
 */
int vault_next(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, struct vault_key *key, struct vault_value *out);
/* The same backwards: the last row before ${key} (len 0: from the end). */
int vault_prev(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, struct vault_key *key, struct vault_value *out);

#endif
