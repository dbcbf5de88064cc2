/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing rows. */
#include <stdlib.h>
#include <string.h>

#include "vault_priv.h"

int
vault_key_compare(const uint8_t *a, size_t a_len, const uint8_t *b,
    size_t b_len)
{
	int c = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (c != 0)
		return c;
	return a_len < b_len ? -1 : a_len > b_len;
}

static int
key_ok(size_t key_len)
{
	return key_len > 0 && key_len <= VAULT_ROW_KEY_MAX;
}

/* Open ${row} into ${out}, which stays as it is on error. */
static int
open_row(struct vault *v, const struct vault_db_row *row,
    struct vault_value *out)
{
	const struct vault_where at = {
		row->table, row->version, row->key, row->key_len
	};

	return vault_row_open(out, v->keys, &at, row->data, row->len);
}

int
vault_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, struct vault_value *out)
{
	struct vault_db_row row;
	int rc;

	out->data = NULL;
	out->len = 0;
	if (!vault_usable(v))
		return TACIT_E_STATE;
	if (!key_ok(key_len))
		return TACIT_E_LIMIT;
	rc = vault_db_get(v->db, (uint32_t)t, key, key_len, &row);
	if (rc == 0 && row.data != NULL)
		rc = open_row(v, &row, out);
	vault_db_done(v->db);
	return rc;
}

/*
 * Take the row with this key out of the next state.
 * Output:  ${*there}: 1 if there is one.
 */
static int
discount(struct vault *v, uint32_t t, const void *key, size_t key_len,
    int *there)
{
	struct vault_db_row row;
	int rc;

	rc = vault_db_get(v->db, t, key, key_len, &row);
	*there = rc == 0 && row.data != NULL;
	if (*there && t < vault_counted(v)) {
		const struct vault_where at = {
			t, row.version, row.key, row.key_len
		};

		vault_state_sub(&v->next, v->keys, &at, row.data, row.len);
	}
	vault_db_done(v->db);
	return rc;
}

static int
put_row(struct vault *v, uint32_t t, const void *key, size_t key_len,
    const void *value, size_t len)
{
	const struct vault_where at = { t, v->next.epoch, key, key_len };
	size_t sealed_len = vault_sealed_len(len);
	uint8_t *sealed;
	int rc, there;

	if ((rc = discount(v, t, key, key_len, &there)) != 0)
		return rc;
	if ((sealed = malloc(sealed_len)) == NULL)
		return TACIT_E_NOMEM;
	vault_row_seal(sealed, v->keys, &at, value, len);
	rc = vault_db_put(v->db, &(struct vault_db_row){ t, at.version, key,
	    key_len, sealed, sealed_len });
	if (rc == 0 && t < vault_counted(v))
		vault_state_add(&v->next, v->keys, &at, sealed, sealed_len);
	free(sealed);
	return rc;
}

static int
del_row(struct vault *v, uint32_t t, const void *key, size_t key_len)
{
	int rc, there;

	if ((rc = discount(v, t, key, key_len, &there)) != 0 || !there)
		return rc;
	v->dirty = 1;
	return vault_db_del(v->db, t, key, key_len);
}

/*
 * After the first error in a transaction nobody knows what SQLite kept of
 * it, so the rest of it is refused and vault_commit() undoes it.
 */
static int
writable(const struct vault *v, size_t key_len, size_t len)
{
	if (!v->open || !vault_usable(v))
		return TACIT_E_STATE;
	if (v->failed != 0)
		return v->failed;
	if (!key_ok(key_len) || len > VAULT_VALUE_MAX)
		return TACIT_E_LIMIT;
	return 0;
}

int
vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len)
{
	int rc;

	if ((rc = writable(v, key_len, len)) != 0)
		return rc;
	v->dirty = 1;
	v->failed = put_row(v, (uint32_t)t, key, key_len, value, len);
	return v->failed;
}

int
vault_del(struct vault *v, enum vault_table t, const void *key,
    size_t key_len)
{
	int rc;

	if ((rc = writable(v, key_len, 0)) != 0)
		return rc;
	v->failed = del_row(v, (uint32_t)t, key, key_len);
	return v->failed;
}

/* A key, or the least or greatest bound of some keys: one byte more. */
struct bound {
	uint8_t data[VAULT_ROW_KEY_MAX + 1];
	size_t len;
};

/* The least key that begins with the prefix and comes after ${key}. */
static void
bound_from(struct bound *b, const void *prefix, size_t prefix_len,
    const struct vault_key *key)
{
	b->len = 0;
	if (key->len > 0) {
		memcpy(b->data, key->data, key->len);
		b->data[key->len] = 0;
		b->len = key->len + 1;
	}
	if (prefix_len > 0 &&
	    vault_key_compare(b->data, b->len, prefix, prefix_len) < 0) {
		memcpy(b->data, prefix, prefix_len);
		b->len = prefix_len;
	}
}

/* The least key above all that begin with the prefix, and above no ${key}. */
static void
bound_below(struct bound *b, const void *prefix, size_t prefix_len,
    const struct vault_key *key)
{
	memset(b->data, 0xff, sizeof(b->data));
	if (prefix_len > 0)
		memcpy(b->data, prefix, prefix_len);
	b->len = prefix_len;
	while (b->len > 0 && b->data[b->len - 1] == 0xff)
		b->len--;
	if (b->len > 0)
		b->data[b->len - 1]++;
	else
		b->len = sizeof(b->data);	/* longer than any key */
	if (key->len > 0 &&
	    vault_key_compare(key->data, key->len, b->data, b->len) < 0) {
		memcpy(b->data, key->data, key->len);
		b->len = key->len;
	}
}

/* Hand out what was found, if it begins with the prefix. */
static int
step_to(struct vault *v, const struct vault_db_row *row, const void *prefix,
    size_t prefix_len, struct vault_key *key, struct vault_value *out)
{
	int rc;

	if (row->data == NULL || row->key_len < prefix_len ||
	    (prefix_len > 0 && memcmp(row->key, prefix, prefix_len) != 0)) {
		key->len = 0;
		return 0;
	}
	if (row->key_len == 0)
		return TACIT_E_CORRUPT;
	if (out != NULL && (rc = open_row(v, row, out)) != 0)
		return rc;
	memcpy(key->data, row->key, row->key_len);
	key->len = row->key_len;
	return 0;
}

static int
step_check(const struct vault *v, size_t prefix_len,
    const struct vault_key *key, struct vault_value *out)
{
	if (out != NULL) {
		out->data = NULL;
		out->len = 0;
	}
	if (!vault_usable(v))
		return TACIT_E_STATE;
	if (prefix_len > VAULT_ROW_KEY_MAX || key->len > VAULT_ROW_KEY_MAX)
		return TACIT_E_LIMIT;
	return 0;
}

int
vault_next(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, struct vault_key *key, struct vault_value *out)
{
	struct vault_db_row row;
	struct bound b;
	int rc;

	if ((rc = step_check(v, prefix_len, key, out)) != 0)
		return rc;
	bound_from(&b, prefix, prefix_len, key);
	rc = vault_db_from(v->db, (uint32_t)t, b.data, b.len, &row);
	if (rc == 0)
		rc = step_to(v, &row, prefix, prefix_len, key, out);
	vault_db_done(v->db);
	return rc;
}

int
vault_prev(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, struct vault_key *key, struct vault_value *out)
{
	struct vault_db_row row;
	struct bound b;
	int rc;

	if ((rc = step_check(v, prefix_len, key, out)) != 0)
		return rc;
	bound_below(&b, prefix, prefix_len, key);
	rc = vault_db_below(v->db, (uint32_t)t, b.data, b.len, &row);
	if (rc == 0)
		rc = step_to(v, &row, prefix, prefix_len, key, out);
	vault_db_done(v->db);
	return rc;
}
