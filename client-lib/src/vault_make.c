/* SPDX-License-Identifier: Apache-2.0 */
/* Making a vault, and changing its passphrase. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "vault_file.h"
#include "vault_priv.h"
#include "vault_tries.h"

/* What is to be made. */
struct plan {
	const struct vault_secret *by;
	const struct vault_cost *cost;
	enum vault_kind kind;
	int (*rows)(struct vault *v, void *arg);	/* NULL: none */
	void *arg;
};

/* Write the first slot and state into the empty tables. */
static int
fill(struct vault *v, const struct plan *p)
{
	uint8_t slot[VAULT_SLOT_LEN], state[VAULT_STATE_LEN];
	struct vault_slot s;
	int rc;

	randombytes_buf(v->keys->vault, sizeof(v->keys->vault));
	randombytes_buf(v->keys->id, sizeof(v->keys->id));
	vault_keys_derive(v->keys);
	if ((rc = vault_slot_wrap(&s, v->keys, p->cost, p->by)) != 0)
		return rc;
	vault_slot_write(slot, &s);
	vault_slot_hash(v->now.slot, slot);
	v->now.kind = p->kind;
	vault_state_seal(state, v->keys, &v->now);
	if ((rc = vault_db_begin(v->db)) != 0)
		return rc;
	rc = vault_db_head_put(v->db, VAULT_DB_SLOT, slot, sizeof(slot));
	if (rc != 0)
		return rc;
	rc = vault_db_head_put(v->db, VAULT_DB_STATE, state, sizeof(state));
	if (rc != 0)
		return rc;
	return vault_db_commit(v->db);
}

/* All rows in one transaction. */
static int
add_rows(struct vault *v, const struct plan *p)
{
	int rc;

	if (p->rows == NULL)
		return 0;
	if ((rc = vault_begin(v)) != 0)
		return rc;
	if ((rc = p->rows(v, p->arg)) != 0) {
		vault_rollback(v);
		return rc;
	}
	return vault_commit(v);
}

/* Make a whole file at ${temp}; its lock is held. */
static int
build(const char *temp, const struct plan *p)
{
	struct vault *v;
	int rc;

	if ((v = vault_new()) == NULL)
		return TACIT_E_NOMEM;
	if ((rc = vault_file_make(temp)) != 0)
		goto out;
	if ((rc = vault_db_make(temp, p->kind)) != 0)
		goto out;
	if ((rc = vault_db_open(&v->db, temp, p->kind, 0)) != 0)
		goto out;
	if ((rc = fill(v, p)) != 0)
		goto out;
	if ((rc = add_rows(v, p)) == 0)
		rc = vault_db_settle(v->db);
out:
	vault_drop(v, rc == 0);
	return rc;
}

/*
 * A backup is made among files of other people's, so nothing of another name
 * than ours is removed, and the lock goes with the temporary file.
 */
static int
make_at(const char *path, const struct plan *p)
{
	const char *suffix = p->kind == VAULT_BACKUP ? ".tacit-new" : ".new";
	size_t n = strlen(path) + strlen(suffix) + 1;
	char *temp;
	int lock, rc;

	if (vault_file_exists(path))
		return TACIT_E_VAULT_EXISTS;
	if ((temp = malloc(n)) == NULL)
		return TACIT_E_NOMEM;
	(void)snprintf(temp, n, "%s%s", path, suffix);
	rc = vault_file_lock(&lock, p->kind == VAULT_BACKUP ? temp : path, 0);
	if (rc != 0)
		goto out;
	if ((rc = build(temp, p)) == 0) {
		if (p->kind == VAULT_LIVED_IN)
			(void)vault_tries_clear(lock);
		rc = vault_file_publish(temp, path, p->kind);
	}
	vault_file_remove(temp);
	if (p->kind == VAULT_BACKUP)
		vault_file_unlock(lock, temp);
	else
		(void)close(lock);
out:
	free(temp);
	return rc;
}

static int
is_valid(const struct vault_secret *by)
{
	return by->is_key ? by->len == TACIT_KEY_LEN :
	    by->len > 0 && by->len <= TACIT_PASSPHRASE_MAX;
}

int
vault_make_by(const char *path, const struct vault_secret *by,
    const struct vault_cost *cost, enum vault_kind kind,
    int (*rows)(struct vault *v, void *arg), void *arg)
{
	const struct plan p = { by, cost, kind, rows, arg };
	char *real;
	int rc;

	if (!is_valid(by))
		return TACIT_E_INVALID;
	if (!by->is_key && (rc = vault_cost_check(cost)) != 0)
		return rc;
	if (sodium_init() < 0)
		return TACIT_E_INTERNAL;
	if ((rc = vault_file_resolve(&real, path)) != 0)
		return rc == TACIT_E_NOT_A_VAULT ? TACIT_E_IO : rc;
	rc = make_at(real, &p);
	free(real);
	return rc;
}

int
vault_make(const char *path, const char *passphrase, size_t len,
    const struct vault_cost *cost, enum vault_kind kind,
    int (*rows)(struct vault *v, void *arg), void *arg)
{
	const struct vault_secret by = { passphrase, len, 0 };

	return vault_make_by(path, &by, cost, kind, rows, arg);
}

int
vault_create(const char *path, const char *passphrase, size_t len,
    const struct vault_cost *cost)
{
	return vault_make(path, passphrase, len, cost, VAULT_LIVED_IN, NULL,
	    NULL);
}

/* In a transaction, write ${s} and let the next state name it. */
static int
store_slot(struct vault *v, const struct vault_slot *s)
{
	uint8_t slot[VAULT_SLOT_LEN];
	int rc;

	if ((rc = vault_begin(v)) != 0)
		return rc;
	vault_slot_write(slot, s);
	rc = vault_db_head_put(v->db, VAULT_DB_SLOT, slot, sizeof(slot));
	if (rc != 0) {
		vault_rollback(v);
		return rc;
	}
	vault_slot_hash(v->next.slot, slot);
	v->dirty = 1;
	return vault_commit(v);
}

int
vault_change(struct vault *v, const struct vault_secret *old,
    const struct vault_secret *new_)
{
	struct vault_cost cost;
	uint8_t hash[TACIT_HASH_LEN];
	struct vault_keys *k;
	struct vault_slot s;
	int rc;

	if (v->open || !vault_usable(v))
		return TACIT_E_STATE;
	if (!is_valid(new_))
		return TACIT_E_INVALID;
	if ((k = sodium_malloc(sizeof(*k))) == NULL)
		return TACIT_E_NOMEM;
	if ((rc = vault_load_slot(v, &s, hash)) != 0 ||
	    (rc = vault_cost(v, &cost)) != 0)
		goto out;
	if ((rc = vault_slot_unwrap(k, &s, old)) != 0)
		goto out;
	if ((rc = vault_slot_wrap(&s, v->keys, &cost, new_)) != 0)
		goto out;
	if ((rc = store_slot(v, &s)) != 0)
		goto out;
	/* The slot that the old one opens must not stay in the WAL. */
	(void)vault_settle(v);
out:
	sodium_free(k);
	return rc;
}

int
vault_passphrase(struct vault *v, const char *old, size_t old_len,
    const char *new_, size_t new_len)
{
	const struct vault_secret from = { old, old_len, 0 };
	const struct vault_secret to = { new_, new_len, 0 };

	return vault_change(v, &from, &to);
}
