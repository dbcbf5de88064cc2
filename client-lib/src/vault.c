/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "tacit/hash.h"
#include "vault_file.h"
#include "vault_priv.h"
#include "vault_tries.h"

/*
 * After so many transactions the WAL, in which removed rows live on, is moved
 * into the file.  Each costs two fsyncs more, so not after every one.
 */
enum { SETTLE_EVERY = 32 };

int
vault_usable(const struct vault *v)
{
	return v->pid == getpid();
}

uint32_t
vault_counted(const struct vault *v)
{
	return v->now.kind == VAULT_BACKUP ? UINT32_MAX : VAULT_HISTORY;
}

int
vault_rolled(const struct vault *v, uint32_t table)
{
	return v->now.kind == VAULT_LIVED_IN && table < VAULT_HISTORY;
}

struct vault *
vault_new(void)
{
	struct vault *v;

	if ((v = calloc(1, sizeof(*v))) == NULL)
		return NULL;
	v->lock = -1;
	v->pid = getpid();
	v->keys = sodium_malloc(sizeof(*v->keys));
	v->roll = vault_roll_new();
	if (v->keys != NULL && v->roll != NULL)
		return v;
	vault_drop(v, 0);
	return NULL;
}

void
vault_drop(struct vault *v, int tidy)
{
	if (v == NULL)
		return;
	if (vault_usable(v))
		vault_db_close(v->db, tidy);
	if (v->lock >= 0)
		(void)close(v->lock);
	sodium_free(v->keys);
	vault_roll_free(v->roll);
	sodium_memzero(v, sizeof(*v));
	free(v);
}

/* The scan of vault_open(): recompute the sum, and call the roll. */
struct scan {
	struct vault *v;
	struct vault_state found;
	uint32_t table;			/* and the key of the row before */
	struct vault_key key;
};

/* True if the row comes after the one before it, as each must. */
static int
in_order(const struct scan *s, const struct vault_db_row *row)
{
	if (row->table != s->table)
		return row->table > s->table;
	return vault_key_compare(row->key, row->key_len, s->key.data,
	    s->key.len) > 0;
}

static int
scan_row(void *arg, const struct vault_db_row *row)
{
	struct scan *s = arg;
	const struct vault_where at = {
		row->table, row->version, row->key, row->key_len
	};
	const struct vault_name name = { row->table, row->key_len, row->key };
	struct vault_mark mark;
	int rc;

	/* More rows than there are: no need to see where that ends. */
	if (row->key_len == 0 || !in_order(s, row) ||
	    s->found.rows > s->v->now.rows)
		return TACIT_E_CORRUPT;
	s->table = row->table;
	s->key.len = row->key_len;
	memcpy(s->key.data, row->key, row->key_len);
	if ((rc = vault_mark(&mark, s->v->keys, &at, row->data,
	    row->len)) != 0)
		return rc;
	vault_state_add(&s->found, &mark);
	return vault_rolled(s->v, row->table) ?
	    vault_roll_put(s->v->roll, &name, &mark) : 0;
}

/* A row whose table decayed into none would be missed, not refused. */
static int
verify(struct vault *v)
{
	struct scan s = { .v = v };
	int rc;

	rc = vault_db_scan(v->db, vault_counted(v), scan_row, &s);
	if (rc != 0)
		return rc;
	if ((rc = vault_db_none_beyond(v->db, VAULT_LAST)) != 0)
		return rc;
#ifndef TACIT_CONTROL_NO_MULTISET
	if (s.found.rows != v->now.rows)
		return TACIT_E_CORRUPT;
	if (sodium_memcmp(s.found.sum, v->now.sum, VAULT_SUM_LEN) != 0)
		return TACIT_E_CORRUPT;
#endif
	vault_roll_commit(v->roll);
	return 0;
}

int
vault_load_slot(struct vault *v, struct vault_slot *s,
    uint8_t hash[TACIT_HASH_LEN])
{
	uint8_t slot[VAULT_SLOT_LEN];
	size_t len = 0;
	int rc;

	rc = vault_db_head_get(v->db, VAULT_DB_SLOT, slot, sizeof(slot),
	    &len);
	if (rc != 0)
		return rc;
	if ((rc = vault_slot_read(s, slot, len)) == 0)
		vault_slot_hash(hash, slot);
	return rc;
}

/* Unlock and verify the connected database, which seems to be of ${kind}. */
static int
unlock(struct vault *v, enum vault_kind kind, const struct vault_secret *by)
{
	uint8_t state[VAULT_STATE_LEN], hash[TACIT_HASH_LEN];
	struct vault_slot s;
	size_t n = 0;
	int rc;

	if ((rc = vault_load_slot(v, &s, hash)) != 0)
		return rc;
	if ((rc = vault_slot_unwrap(v->keys, &s, by)) != 0)
		return rc;
	rc = vault_db_head_get(v->db, VAULT_DB_STATE, state, sizeof(state),
	    &n);
	if (rc != 0)
		return rc;
	if ((rc = vault_state_open(&v->now, v->keys, state, n)) != 0)
		return rc;
	/* An older slot would bring an older passphrase back into force. */
	if (v->now.kind != kind ||
	    sodium_memcmp(hash, v->now.slot, sizeof(hash)) != 0)
		return TACIT_E_CORRUPT;
	return verify(v);
}

/*
 * Only now is anything written: what an earlier process left in the WAL goes
 * into the file.  The WAL's own name must be durable before the first commit
 * relies on it; SQLite ignores an error there.
 */
static int
take_over(struct vault *v, const char *path)
{
	int rc = vault_db_settle(v->db);

	if (rc != 0 && rc != TACIT_E_DISK_FULL)
		return rc;
	return vault_file_sync_dir(path);
}

static int
open_at(struct vault *v, const char *path, const struct vault_secret *by,
    uint32_t lock_wait_ms)
{
	int cut, rc;

	/* No lock file is left beside what is no vault. */
	if (vault_file_probe(path, VAULT_LIVED_IN, &cut) ==
	    TACIT_E_NOT_A_VAULT)
		return TACIT_E_NOT_A_VAULT;
	if ((rc = vault_file_lock(&v->lock, path, lock_wait_ms)) != 0)
		return rc;
	if ((rc = vault_file_probe(path, VAULT_LIVED_IN, &cut)) != 0)
		return rc;
	if ((rc = vault_file_renew_wal(path)) != 0)
		goto out;
	if ((rc = vault_db_open(&v->db, path, VAULT_LIVED_IN, 0)) != 0)
		goto out;
	if ((rc = unlock(v, VAULT_LIVED_IN, by)) != 0)
		goto out;
	rc = take_over(v, path);
out:
	return rc == TACIT_E_CORRUPT && cut ? TACIT_E_TRUNCATED : rc;
}

int
vault_open_by(struct vault **out, const char *path,
    const struct vault_secret *by, uint32_t lock_wait_ms)
{
	struct vault *v;
	char *real = NULL;
	int rc;

	*out = NULL;
	if (sodium_init() < 0)
		return TACIT_E_INTERNAL;
	if ((v = vault_new()) == NULL)
		return TACIT_E_NOMEM;
	if ((rc = vault_file_resolve(&real, path)) != 0)
		goto out;
	rc = open_at(v, real, by, lock_wait_ms);
	/* That it could not be counted changes nothing about the answer. */
	if (rc == TACIT_E_PASSPHRASE)
		(void)vault_tries_add(v->lock);
	if (rc != 0)
		goto out;
	*out = v;
	v = NULL;
out:
	vault_drop(v, 0);
	free(real);
	return rc;
}

int
vault_open(struct vault **out, const char *path, const char *passphrase,
    size_t len, uint32_t lock_wait_ms)
{
	const struct vault_secret by = { passphrase, len, 0 };

	return vault_open_by(out, path, &by, lock_wait_ms);
}

int
vault_open_backup(struct vault **out, const char *path,
    const char *passphrase, size_t len)
{
	const struct vault_secret by = { passphrase, len, 0 };
	struct vault *v;
	char *real = NULL;
	int cut, rc;

	*out = NULL;
	if (sodium_init() < 0)
		return TACIT_E_INTERNAL;
	if ((v = vault_new()) == NULL)
		return TACIT_E_NOMEM;
	if ((rc = vault_file_resolve(&real, path)) != 0) {
		if (rc == TACIT_E_NOT_A_VAULT)
			rc = TACIT_E_NOT_A_BACKUP;
		goto out;
	}
	if ((rc = vault_file_probe(real, VAULT_BACKUP, &cut)) != 0)
		goto out;
	if ((rc = vault_db_open(&v->db, real, VAULT_BACKUP, 1)) != 0)
		goto out;
	if ((rc = unlock(v, VAULT_BACKUP, &by)) != 0)
		goto out;
	*out = v;
	v = NULL;
out:
	vault_drop(v, 0);
	free(real);
	return rc;
}

void
vault_close(struct vault *v)
{
	if (v == NULL)
		return;
	vault_rollback(v);
	vault_drop(v, 1);
}

int
vault_cost(struct vault *v, struct vault_cost *out)
{
	uint8_t hash[TACIT_HASH_LEN];
	struct vault_slot s;
	int rc;

	if ((rc = vault_load_slot(v, &s, hash)) != 0)
		return rc;
	*out = s.cost;
	if (out->passes == 0)
		*out = (struct vault_cost){ TACIT_ARGON_PASSES,
		    TACIT_ARGON_MIB };
	return 0;
}

void
vault_derive(struct vault *v, uint8_t out[TACIT_KEY_LEN], const char *label)
{
	tacit_hash_keyed(out, v->keys->vault, label, NULL, 0);
}

int
vault_begin(struct vault *v)
{
	int rc;

	if (v->open || !vault_usable(v))
		return TACIT_E_STATE;
	if ((rc = vault_db_begin(v->db)) != 0)
		return rc;
	v->next = v->now;
	v->next.epoch++;
	v->open = 1;
	v->dirty = 0;
	v->failed = 0;
	return 0;
}

void
vault_rollback(struct vault *v)
{
	if (!v->open || !vault_usable(v))
		return;
	vault_db_rollback(v->db);
	vault_roll_rollback(v->roll);
	v->open = 0;
}

int
vault_in_transaction(const struct vault *v)
{
	return v->open;
}

static int
write_state(struct vault *v)
{
	uint8_t state[VAULT_STATE_LEN];

	vault_state_seal(state, v->keys, &v->next);
	return vault_db_head_put(v->db, VAULT_DB_STATE, state, sizeof(state));
}

int
vault_commit(struct vault *v)
{
	int rc;

	if (!v->open || !vault_usable(v))
		return TACIT_E_STATE;
	rc = v->failed;
	if (rc == 0 && v->dirty)
		rc = write_state(v);
	if (rc == 0)
		rc = vault_db_commit(v->db);
	if (rc != 0) {
		vault_rollback(v);
		return rc;
	}
	v->open = 0;
	vault_roll_commit(v->roll);
	if (!v->dirty)
		return 0;
	v->now = v->next;
	/* Durable already: what this meets is the next call's news. */
	if (++v->unsettled >= SETTLE_EVERY)
		(void)vault_settle(v);
	return 0;
}

int
vault_settle(struct vault *v)
{
	int rc;

	if (v->open || !vault_usable(v))
		return TACIT_E_STATE;
	if (v->unsettled == 0)
		return 0;
	if ((rc = vault_db_settle(v->db)) == 0)
		v->unsettled = 0;
	return rc;
}

