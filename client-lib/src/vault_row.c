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

/* Open ${row}, found under ${name}, into ${out}, which stays on error. */
static int
open_row(struct vault *v, const struct vault_name *name,
    const struct vault_db_row *row, struct vault_value *out)
{
	const struct vault_where at = {
		name->table, row->version, name->key, name->len
	};

	return vault_row_open(out, v->keys, &at, row->data, row->len);
}

/*
 * Find the row of this name, which must be the one of the roll, if that is
 * for this table.  To be followed by vault_db_done(), also after an error.
 */
static int
fetch(struct vault *v, const struct vault_name *name,
    struct vault_db_row *out)
{
	const struct vault_roll_row *is;
	int rc;

	memset(out, 0, sizeof(*out));
	if (!vault_rolled(v, name->table))
		return vault_db_get(v->db, name->table, name->key, name->len,
		    out);
	if ((is = vault_roll_get(v->roll, name)) == NULL)
		return vault_db_failed(v->db);
	rc = vault_db_get(v->db, name->table, name->key, name->len, out);
	if (rc != 0)
		return rc;
	return out->data != NULL && vault_mark_is(&is->mark, out->data,
	    out->len) ? 0 : TACIT_E_CORRUPT;
}

int
vault_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, struct vault_value *out)
{
	const struct vault_name name = { (uint32_t)t, key_len, key };
	struct vault_db_row row;
	int rc;

	out->data = NULL;
	out->len = 0;
	if (!vault_usable(v))
		return TACIT_E_STATE;
	if (!key_ok(key_len))
		return TACIT_E_LIMIT;
	rc = fetch(v, &name, &row);
	if (rc == 0 && row.data != NULL)
		rc = open_row(v, &name, &row, out);
	vault_db_done(v->db);
	return rc;
}

/*
 * Take the row of this name out of the next state, if it is counted there.
 * Output:  ${*there}: 1 if there is one.
 */
static int
discount(struct vault *v, const struct vault_name *name, int *there)
{
	const struct vault_roll_row *is;
	struct vault_db_row row;
	struct vault_mark mark;
	int rc;

	if (vault_rolled(v, name->table)) {
		is = vault_roll_get(v->roll, name);
		if ((*there = is != NULL))
			vault_state_sub(&v->next, &is->mark);
		return 0;
	}
	rc = vault_db_get(v->db, name->table, name->key, name->len, &row);
	*there = rc == 0 && row.data != NULL;
	if (*there && name->table < vault_counted(v)) {
		const struct vault_where at = {
			name->table, row.version, name->key, name->len
		};

		if ((rc = vault_mark(&mark, v->keys, &at, row.data,
		    row.len)) == 0)
			vault_state_sub(&v->next, &mark);
	}
	vault_db_done(v->db);
	return rc;
}

/* Add what is put under ${name} to the next state and to the roll. */
static int
count(struct vault *v, const struct vault_name *name,
    const struct vault_where *at, const uint8_t *sealed, size_t len)
{
	struct vault_mark mark;
	int rc, there;

	if (name->table >= vault_counted(v))
		return 0;
	if ((rc = discount(v, name, &there)) != 0 ||
	    (rc = vault_mark(&mark, v->keys, at, sealed, len)) != 0)
		return rc;
	vault_state_add(&v->next, &mark);
	return vault_rolled(v, name->table) ?
	    vault_roll_put(v->roll, name, &mark) : 0;
}

static int
put_row(struct vault *v, const struct vault_name *name, const void *value,
    size_t len)
{
	const struct vault_where at = {
		name->table, v->next.epoch, name->key, name->len
	};
	size_t sealed_len = vault_sealed_len(len);
	uint8_t *sealed;
	int rc;

	if ((sealed = malloc(sealed_len)) == NULL)
		return TACIT_E_NOMEM;
	vault_row_seal(sealed, v->keys, &at, value, len);
	if ((rc = count(v, name, &at, sealed, sealed_len)) == 0)
		rc = vault_db_put(v->db, &(struct vault_db_row){ at.table,
		    at.version, at.key, at.key_len, sealed, sealed_len });
	free(sealed);
	return rc;
}

static int
del_row(struct vault *v, const struct vault_name *name)
{
	int rc, there;

	if ((rc = discount(v, name, &there)) != 0 || !there)
		return rc;
	v->dirty = 1;
	if (vault_rolled(v, name->table) &&
	    (rc = vault_roll_del(v->roll, name)) != 0)
		return rc;
	return vault_db_del(v->db, name->table, name->key, name->len);
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
	v->failed = put_row(v, &(struct vault_name){ (uint32_t)t, key_len,
	    key }, value, len);
	return v->failed;
}

int
vault_del(struct vault *v, enum vault_table t, const void *key,
    size_t key_len)
{
	int rc;

	if ((rc = writable(v, key_len, 0)) != 0)
		return rc;
	v->failed = del_row(v, &(struct vault_name){ (uint32_t)t, key_len,
	    key });
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

static int
begins_with(const struct vault_name *name, const void *prefix,
    size_t prefix_len)
{
	return name->len >= prefix_len && (prefix_len == 0 ||
	    memcmp(name->key, prefix, prefix_len) == 0);
}

/* What a step begins at, and where it goes. */
struct step {
	struct vault_name at;		/* a bound, */
	int back;			/* below it, else from it on */
	const void *prefix;
	size_t prefix_len;
};

/* A step among the rows of the roll; the file has no say in where it ends. */
static int
step_rolled(struct vault *v, const struct step *s, struct vault_key *key,
    struct vault_value *out)
{
	const struct vault_roll_row *is = s->back ?
	    vault_roll_below(v->roll, &s->at) : vault_roll_from(v->roll, &s->at);
	struct vault_db_row row;
	int rc;

	key->len = 0;
	if (is == NULL || is->name.table != s->at.table ||
	    !begins_with(&is->name, s->prefix, s->prefix_len))
		return vault_db_failed(v->db);
	if (out != NULL) {
		if ((rc = fetch(v, &is->name, &row)) == 0)
			rc = open_row(v, &is->name, &row, out);
		vault_db_done(v->db);
		if (rc != 0)
			return rc;
	}
	memcpy(key->data, is->name.key, is->name.len);
	key->len = is->name.len;
	return 0;
}

/*
 * Hand out what was found in the file, if it begins with the prefix.  Rows
 * out of order would be found again and again, or in the wrong table.
 */
static int
step_found(struct vault *v, const struct step *s,
    const struct vault_db_row *row, struct vault_key *key,
    struct vault_value *out)
{
	const struct vault_name is = { row->table, row->key_len, row->key };
	int c, rc;

	if (row->data == NULL) {
		key->len = 0;
		return 0;
	}
	c = vault_key_compare(is.key, is.len, s->at.key, s->at.len);
	if (is.len == 0 || is.table != s->at.table || (c < 0) != s->back)
		return TACIT_E_CORRUPT;
	if (!begins_with(&is, s->prefix, s->prefix_len)) {
		key->len = 0;
		return 0;
	}
	if (out != NULL && (rc = open_row(v, &is, row, out)) != 0)
		return rc;
	memcpy(key->data, is.key, is.len);
	key->len = is.len;
	return 0;
}

static int
step(struct vault *v, const struct step *s, struct vault_key *key,
    struct vault_value *out)
{
	const struct vault_name *at = &s->at;
	struct vault_db_row row;
	int rc;

	if (vault_rolled(v, at->table))
		return step_rolled(v, s, key, out);
	rc = s->back ?
	    vault_db_below(v->db, at->table, at->key, at->len, &row) :
	    vault_db_from(v->db, at->table, at->key, at->len, &row);
	if (rc == 0)
		rc = step_found(v, s, &row, key, out);
	vault_db_done(v->db);
	return rc;
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
	struct bound b;
	int rc;

	if ((rc = step_check(v, prefix_len, key, out)) != 0)
		return rc;
	bound_from(&b, prefix, prefix_len, key);
	return step(v, &(struct step){ { (uint32_t)t, b.len, b.data }, 0,
	    prefix, prefix_len }, key, out);
}

int
vault_prev(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, struct vault_key *key, struct vault_value *out)
{
	struct bound b;
	int rc;

	if ((rc = step_check(v, prefix_len, key, out)) != 0)
		return rc;
	bound_below(&b, prefix, prefix_len, key);
	return step(v, &(struct step){ { (uint32_t)t, b.len, b.data }, 1,
	    prefix, prefix_len }, key, out);
}
