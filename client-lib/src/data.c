/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "data.h"
#include "tacit/hash.h"

enum { FIRST_ROOM = 64 };

int
data_key_is_valid(const void *key, size_t len)
{
	return key != NULL && len >= 1 && len <= TACIT_ROW_KEY_SIZE;
}

/* ---- rows ------------------------------------------------------------------- */

/* What the row with this key is called in the file. */
static void
name_row(struct vault *v, uint8_t out[TACIT_HASH_LEN], const void *key,
    size_t key_len)
{
	const struct tacit_part part = { key, key_len };
	uint8_t secret[TACIT_KEY_LEN];

	vault_derive(v, secret, "tacit/1/vault/data");
	tacit_hash_keyed(out, secret, "tacit/1/vault/data/row", &part, 1);
	sodium_memzero(secret, sizeof(secret));
}

/* The value in ${v} begins behind its key. */
static int
split(const struct vault_value *v, size_t *value)
{
	if (v->len < 1 || v->data[0] < 1 || v->data[0] > TACIT_ROW_KEY_SIZE ||
	    v->len - 1 < v->data[0] ||
	    v->len - 1 - v->data[0] > TACIT_ROW_VALUE_SIZE)
		return TACIT_E_CORRUPT;
	*value = 1 + (size_t)v->data[0];
	return 0;
}

int
data_put(struct tacit *t, const void *key, size_t key_len, const void *value,
    size_t len)
{
	uint8_t name[TACIT_HASH_LEN], *row;
	size_t row_len = 1 + key_len + len;
	int rc;

	if ((row = malloc(row_len)) == NULL)
		return TACIT_E_NOMEM;
	row[0] = (uint8_t)key_len;
	memcpy(row + 1, key, key_len);
	if (len > 0)
		memcpy(row + 1 + key_len, value, len);
	name_row(t->vault, name, key, key_len);
	rc = vault_put(t->vault, VAULT_DATA, name, sizeof(name), row, row_len);
	sodium_memzero(row, row_len);
	free(row);
	return rc;
}

int
data_del(struct tacit *t, const void *key, size_t key_len)
{
	uint8_t name[TACIT_HASH_LEN];

	name_row(t->vault, name, key, key_len);
	return vault_del(t->vault, VAULT_DATA, name, sizeof(name));
}

int
data_carry(struct vault *to, struct vault *from)
{
	uint8_t name[TACIT_HASH_LEN];
	struct vault_key at = { .len = 0 };
	struct vault_value v;
	size_t value;
	int rc;

	for (;;) {
		if ((rc = vault_next(from, VAULT_DATA, NULL, 0, &at,
		    &v)) != 0 || at.len == 0)
			return rc;
		if ((rc = split(&v, &value)) == 0) {
			name_row(to, name, v.data + 1, value - 1);
			rc = vault_put(to, VAULT_DATA, name, sizeof(name),
			    v.data, v.len);
		}
		vault_value_free(&v);
		if (rc != 0)
			return rc;
	}
}

int
tacit_data_get(struct tacit *t, const void *key, size_t key_len, void *value,
    size_t cap, size_t *len)
{
	uint8_t name[TACIT_HASH_LEN];
	struct vault_value v;
	size_t at;
	int rc;

	if (!data_key_is_valid(key, key_len) || len == NULL ||
	    (value == NULL && cap > 0))
		return TACIT_E_INVALID;
	if (t->broken != 0)
		return t->broken;
	name_row(t->vault, name, key, key_len);
	if ((rc = vault_get(t->vault, VAULT_DATA, name, sizeof(name),
	    &v)) != 0 || v.data == NULL)
		return rc;
	rc = split(&v, &at);
	if (rc == 0 && (at - 1 != key_len ||
	    memcmp(v.data + 1, key, key_len) != 0))
		rc = TACIT_E_CORRUPT;
	if (rc == 0) {
		*len = v.len - at;
		rc = *len > cap ? TACIT_E_LIMIT : 1;
	}
	if (rc == 1 && *len > 0)
		memcpy(value, v.data + at, *len);
	vault_value_free(&v);
	return rc;
}

/* ---- keys in their order ------------------------------------------------------ */

static int
compare(const void *a, size_t a_len, const void *b, size_t b_len)
{
	size_t n = a_len < b_len ? a_len : b_len;
	int c = n > 0 ? memcmp(a, b, n) : 0;

	if (c != 0)
		return c;
	return a_len < b_len ? -1 : a_len > b_len;
}

static int
compare_names(const void *a, const void *b)
{
	const struct row_name *x = a, *y = b;

	return compare(x->data, x->len, y->data, y->len);
}

void
data_forget(struct tacit *t)
{
	if (t->rows.all != NULL)
		sodium_memzero(t->rows.all,
		    t->rows.cap * sizeof(*t->rows.all));
	free(t->rows.all);
	memset(&t->rows, 0, sizeof(t->rows));
}

/* Room for one more at ${at}, which is wiped where it was. */
static int
make_room(struct tacit *t, size_t at)
{
	size_t cap = t->rows.cap == 0 ? FIRST_ROOM : 2 * t->rows.cap;
	struct row_name *all;

	if (t->rows.n == t->rows.cap) {
		if ((all = calloc(cap, sizeof(*all))) == NULL)
			return TACIT_E_NOMEM;
		if (t->rows.n > 0) {
			memcpy(all, t->rows.all, t->rows.n * sizeof(*all));
			sodium_memzero(t->rows.all, t->rows.n * sizeof(*all));
		}
		free(t->rows.all);
		t->rows.all = all;
		t->rows.cap = cap;
	}
	memmove(t->rows.all + at + 1, t->rows.all + at,
	    (t->rows.n - at) * sizeof(*all));
	t->rows.n++;
	return 0;
}

static int
insert(struct tacit *t, size_t at, const void *key, size_t len)
{
	int rc;

	if ((rc = make_room(t, at)) != 0)
		return rc;
	t->rows.all[at].len = (uint8_t)len;
	memcpy(t->rows.all[at].data, key, len);
	return 0;
}

static int
load(struct tacit *t)
{
	struct vault_key at = { .len = 0 };
	struct vault_value v;
	size_t value;
	int rc;

	for (;;) {
		if ((rc = vault_next(t->vault, VAULT_DATA, NULL, 0, &at,
		    &v)) != 0 || at.len == 0)
			break;
		if ((rc = split(&v, &value)) == 0)
			rc = insert(t, t->rows.n, v.data + 1, value - 1);
		vault_value_free(&v);
		if (rc != 0)
			break;
	}
	if (rc != 0) {
		data_forget(t);
		return rc;
	}
	if (t->rows.n > 1)
		qsort(t->rows.all, t->rows.n, sizeof(*t->rows.all),
		    compare_names);
	t->rows.known = 1;
	return 0;
}

/* The first that is not below ${key}. */
static size_t
find(const struct tacit *t, const void *key, size_t len)
{
	size_t from = 0, to = t->rows.n, at;

	while (from < to) {
		at = from + (to - from) / 2;
		if (compare(t->rows.all[at].data, t->rows.all[at].len, key,
		    len) < 0)
			from = at + 1;
		else
			to = at;
	}
	return from;
}

static int
is_at(const struct tacit *t, size_t at, const void *key, size_t len)
{
	return at < t->rows.n && compare(t->rows.all[at].data,
	    t->rows.all[at].len, key, len) == 0;
}

void
data_note(struct tacit *t, const void *key, size_t key_len, int there)
{
	size_t at;

	if (!t->rows.known)
		return;
	at = find(t, key, key_len);
	if (is_at(t, at, key, key_len) == there)
		return;
	if (there) {
		/* Durable already; without memory all are read once more. */
		if (insert(t, at, key, key_len) != 0)
			data_forget(t);
		return;
	}
	t->rows.n--;
	memmove(t->rows.all + at, t->rows.all + at + 1,
	    (t->rows.n - at) * sizeof(*t->rows.all));
	sodium_memzero(&t->rows.all[t->rows.n], sizeof(*t->rows.all));
}

int
tacit_data_next(struct tacit *t, const void *prefix, size_t prefix_len,
    const void *after, size_t after_len, void *key, size_t *key_len)
{
	const struct row_name *name;
	size_t at;
	int rc;

	if (prefix_len > TACIT_ROW_KEY_SIZE || after_len > TACIT_ROW_KEY_SIZE ||
	    (prefix == NULL && prefix_len > 0) ||
	    (after == NULL && after_len > 0) || key == NULL ||
	    key_len == NULL)
		return TACIT_E_INVALID;
	if (t->broken != 0)
		return t->broken;
	if (!t->rows.known && (rc = load(t)) != 0)
		return rc;
	if (compare(after, after_len, prefix, prefix_len) < 0)
		at = find(t, prefix, prefix_len);
	else {
		at = find(t, after, after_len);
		at += after_len > 0 && is_at(t, at, after, after_len);
	}
	if (at == t->rows.n)
		return 0;
	name = &t->rows.all[at];
	if (name->len < prefix_len || (prefix_len > 0 &&
	    memcmp(name->data, prefix, prefix_len) != 0))
		return 0;
	memcpy(key, name->data, name->len);
	*key_len = name->len;
	return 1;
}
