/* SPDX-License-Identifier: Apache-2.0 */
/* Rows by name, and the stage on which they wait for libsignal's verdict. */
#include <stdlib.h>
#include <string.h>

#include <signal/signal_protocol.h>
#include <sodium.h>

#include "keystore.h"
#include "tacit/hash.h"

static void
put_u32(uint8_t out[4], uint32_t n)
{

	out[0] = (uint8_t)(n >> 24);
	out[1] = (uint8_t)(n >> 16);
	out[2] = (uint8_t)(n >> 8);
	out[3] = (uint8_t)n;
}

static uint32_t
get_u32(const uint8_t in[4])
{

	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 |
	    (uint32_t)in[2] << 8 | (uint32_t)in[3];
}

/* keystore.h lists the row keys. */
static void
name_row(struct vault_key *out, const struct keystore *k,
    enum keystore_row row, uint32_t number)
{

	out->len = 0;
	if (row != ROW_COUNTER) {
		memcpy(out->data, k->name, TACIT_HASH_LEN);
		out->len = TACIT_HASH_LEN;
	}
	out->data[out->len++] = (uint8_t)row;

	if (row == ROW_SESSION)
		number = k->at.generation;
	if (row == ROW_SESSION || row == ROW_SIGNED || row == ROW_ONE_TIME) {
		put_u32(out->data + out->len, number);
		out->len += 4;
	}
#ifndef TACIT_CONTROL_ONE_RECORD
	if (row == ROW_SESSION)
		out->data[out->len++] = (uint8_t)k->at.owner;
#endif
}

static void
wipe(struct keystore_staged *s)
{

	if (s->value != NULL)
		sodium_memzero(s->value, s->len);
	free(s->value);
	s->value = NULL;
	s->len = 0;
}

static int
is_of(const struct keystore_staged *s, const struct vault_key *key)
{

	return s->key.len == key->len &&
	    memcmp(s->key.data, key->data, key->len) == 0;
}

static struct keystore_staged *
find_staged(struct keystore *k, const struct vault_key *key)
{
	size_t i;

	for (i = 0; i < k->n_staged; i++) {
		if (is_of(&k->staged[i], key))
			return &k->staged[i];
	}
	return NULL;
}

/*
 * What row keys call ${relationship}.  They are in plain sight, and the
 * relationship id is the same at both ends: two stolen vaults must not tell
 * that they belong together.
 */
static void
name_relationship(struct keystore *k,
    const uint8_t relationship[TACIT_HASH_LEN])
{
	const struct tacit_part part = { relationship, TACIT_HASH_LEN };
	uint8_t key[TACIT_KEY_LEN];

	vault_derive(k->vault, key, "tacit/1/ratchet/rows");
	tacit_hash_keyed(k->name, key, "tacit/1/ratchet/row", &part, 1);
	sodium_memzero(key, sizeof(key));
}

void
keystore_begin(struct keystore *k, const struct ratchet_session *s,
    int may_learn)
{

	keystore_discard(k);
	k->at = *s;
	name_relationship(k, s->relationship);
	k->may_learn = may_learn;
	k->error = 0;
}

void
keystore_discard(struct keystore *k)
{

	while (k->n_staged > 0)
		wipe(&k->staged[--k->n_staged]);
	wipe(&k->read);
}

int
keystore_commit(struct keystore *k)
{
	const struct keystore_staged *s;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < k->n_staged; i++) {
		s = &k->staged[i];
		if (s->value == NULL)
			rc = vault_del(k->vault, VAULT_RATCHET, s->key.data,
			    s->key.len);
		else
			rc = vault_put(k->vault, VAULT_RATCHET, s->key.data,
			    s->key.len, s->value, s->len);
	}
	keystore_discard(k);
	return rc;
}

/*
 * The bytes of a row: staged, or read; NULL if there is no such row.
 * Owner:   ${stored} is what they may lie in, for vault_value_free().
 */
static int
look(struct keystore *k, enum keystore_row row, uint32_t number,
    struct vault_value *stored, const uint8_t **data, size_t *len)
{
	const struct keystore_staged *s;
	struct vault_key key;
	int rc;

	name_row(&key, k, row, number);
	*stored = (struct vault_value){ NULL, 0 };
	s = find_staged(k, &key);
	if (s == NULL && k->read.value != NULL && is_of(&k->read, &key))
		s = &k->read;
	if (s == NULL) {
		if ((rc = vault_get(k->vault, VAULT_RATCHET, key.data,
		    key.len, stored)) != 0)
			return rc;
		*data = stored->data;
		*len = stored->len;
		if (row != ROW_SESSION || stored->data == NULL)
			return 0;
		wipe(&k->read);
		k->read = (struct keystore_staged){ key, stored->data,
		    stored->len };
		*stored = (struct vault_value){ NULL, 0 };
		return 0;
	}
	*data = s->value;
	*len = s->len;
	return 0;
}

int
keystore_get(struct keystore *k, enum keystore_row row, uint32_t number,
    struct signal_buffer **out)
{
	struct vault_value stored;
	const uint8_t *data = NULL;
	size_t len = 0;
	int rc;

	*out = NULL;
	rc = look(k, row, number, &stored, &data, &len);
	if (rc == 0 && data != NULL) {
		*out = signal_buffer_create(data, len);
		if (*out == NULL)
			rc = TACIT_E_NOMEM;
	}
	vault_value_free(&stored);
	return rc;
}

int
keystore_has(struct keystore *k, enum keystore_row row, uint32_t number)
{
	struct vault_value stored;
	const uint8_t *data = NULL;
	size_t len = 0;
	int rc;

	if ((rc = look(k, row, number, &stored, &data, &len)) == 0)
		rc = data != NULL;
	vault_value_free(&stored);
	return rc;
}

int
keystore_session(struct keystore *k, const uint8_t **data, size_t *len)
{
	struct vault_value stored;
	int rc;

	*data = NULL;
	*len = 0;
	/* A session that was read is kept, so that nothing is left here. */
	rc = look(k, ROW_SESSION, 0, &stored, data, len);
	vault_value_free(&stored);
	return rc;
}

int
keystore_stage(struct keystore *k, enum keystore_row row, uint32_t number,
    const void *value, size_t len)
{
	struct keystore_staged *s;
	struct vault_key key;
	uint8_t *copy = NULL;

	if (len > KEYSTORE_RECORD_MAX)
		return TACIT_E_LIMIT;
	name_row(&key, k, row, number);
	if ((s = find_staged(k, &key)) == NULL) {
		if (k->n_staged == KEYSTORE_STAGED_MAX)
			return TACIT_E_INTERNAL;
		s = &k->staged[k->n_staged];
	}
	if (value != NULL) {
		if ((copy = malloc(len + 1)) == NULL)
			return TACIT_E_NOMEM;
		memcpy(copy, value, len);
	}

	if (s == &k->staged[k->n_staged])
		k->n_staged++;
	wipe(s);
	s->key = key;
	s->value = copy;
	s->len = len;
	return 0;
}

/* Copy one row, if there is one, onto the stage of ${to}. */
static int
carry_row(struct keystore *to, struct keystore *from, enum keystore_row row)
{
	signal_buffer *found;
	int rc;

	if ((rc = keystore_get(from, row, 0, &found)) == 0 && found != NULL)
		rc = keystore_stage(to, row, 0, signal_buffer_data(found),
		    signal_buffer_len(found));
	signal_buffer_bzero_free(found);
	return rc;
}

int
keystore_carry(struct vault *to, struct vault *from,
    const uint8_t relationship[TACIT_HASH_LEN])
{
	static const enum keystore_row kept[] = {
		ROW_COUNTER, ROW_IDENTITY, ROW_PEER
	};
	struct keystore a = { .vault = from }, b = { .vault = to };
	struct ratchet_session s = { .generation = 0 };
	size_t i;
	int rc = 0;

	memcpy(s.relationship, relationship, sizeof(s.relationship));
	keystore_begin(&a, &s, 0);
	keystore_begin(&b, &s, 0);
	for (i = 0; rc == 0 && i < sizeof(kept) / sizeof(kept[0]); i++)
		rc = carry_row(&b, &a, kept[i]);
	if (rc == 0)
		rc = keystore_commit(&b);
	keystore_discard(&b);
	return rc;
}

int
keystore_sweep(struct keystore *k, int row)
{
	uint8_t prefix[TACIT_HASH_LEN + 1];
	struct vault_key key = { .len = 0 };
	size_t len = TACIT_HASH_LEN;
	int rc;

	memcpy(prefix, k->name, TACIT_HASH_LEN);
	if (row != 0)
		prefix[len++] = (uint8_t)row;

	while ((rc = vault_next(k->vault, VAULT_RATCHET, prefix, len, &key,
	    NULL)) == 0 && key.len > 0) {
		rc = vault_del(k->vault, VAULT_RATCHET, key.data, key.len);
		if (rc != 0)
			break;
	}
	return rc;
}

int
keystore_drop(struct keystore *k, uint32_t before)
{
	uint8_t prefix[TACIT_HASH_LEN + 1];
	struct vault_key key = { .len = 0 };
	int rc;

	memcpy(prefix, k->name, TACIT_HASH_LEN);
	prefix[TACIT_HASH_LEN] = ROW_SESSION;
	/* Rows are in the order of their generations. */
	while ((rc = vault_next(k->vault, VAULT_RATCHET, prefix,
	    sizeof(prefix), &key, NULL)) == 0 && key.len > 0) {
		if (key.len != sizeof(prefix) + 5)
			return TACIT_E_CORRUPT;
		if (get_u32(key.data + sizeof(prefix)) >= before)
			break;
		if ((rc = vault_del(k->vault, VAULT_RATCHET, key.data,
		    key.len)) != 0)
			break;
	}
	return rc;
}

int
keystore_trusts(struct keystore *k, const uint8_t point[TACIT_KEY_LEN])
{
	signal_buffer *known;
	int rc;

	if ((rc = keystore_get(k, ROW_PEER, 0, &known)) != 0)
		return rc;
	if (known == NULL)
		return k->may_learn;
	rc = signal_buffer_len(known) == TACIT_KEY_LEN &&
	    sodium_memcmp(signal_buffer_data(known), point,
	    TACIT_KEY_LEN) == 0;
	signal_buffer_free(known);
	return rc;
}

/* The last prekey id handed out; 0: none. */
static int
last_prekey(struct keystore *k, uint32_t *id)
{
	signal_buffer *last;
	int rc;

	if ((rc = keystore_get(k, ROW_COUNTER, 0, &last)) != 0)
		return rc;
	*id = 0;
	if (last != NULL && signal_buffer_len(last) != 4)
		rc = TACIT_E_CORRUPT;
	else if (last != NULL)
		*id = get_u32(signal_buffer_data(last));
	signal_buffer_free(last);
	return rc;
}

static int
stage_prekey(struct keystore *k, uint32_t id)
{
	uint8_t last[4];

	put_u32(last, id);
	return keystore_stage(k, ROW_COUNTER, 0, last, sizeof(last));
}

int
keystore_next_prekey(struct keystore *k, uint32_t *id)
{
	int rc;

	if ((rc = last_prekey(k, id)) != 0)
		return rc;
	if (*id >= KEYSTORE_PREKEY_MAX)
		return TACIT_E_LIMIT;
	return stage_prekey(k, ++*id);
}

int
keystore_skip_prekeys(struct keystore *k, uint32_t n)
{
	uint32_t id;
	int rc;

	if ((rc = last_prekey(k, &id)) != 0)
		return rc;
	if (id < KEYSTORE_PREKEY_MAX)
		id += n < KEYSTORE_PREKEY_MAX - id ? n :
		    KEYSTORE_PREKEY_MAX - id;
	return stage_prekey(k, id);
}

enum { IDENTITY_LEN = 2 * TACIT_KEY_LEN + 4 };

int
keystore_identity(struct keystore *k, struct keystore_identity *out)
{
	signal_buffer *row;
	const uint8_t *p;
	int rc;

	if ((rc = keystore_get(k, ROW_IDENTITY, 0, &row)) != 0)
		return rc;
	if (row == NULL)
		return TACIT_E_STATE;
	if (signal_buffer_len(row) == IDENTITY_LEN) {
		p = signal_buffer_data(row);
		memcpy(out->public, p, TACIT_KEY_LEN);
		memcpy(out->private, p + TACIT_KEY_LEN, TACIT_KEY_LEN);
		out->registration_id = get_u32(p + 2 * TACIT_KEY_LEN);
	} else
		rc = TACIT_E_CORRUPT;
	signal_buffer_bzero_free(row);
	return rc;
}

int
keystore_stage_identity(struct keystore *k,
    const struct keystore_identity *id)
{
	uint8_t row[IDENTITY_LEN];
	int rc;

	memcpy(row, id->public, TACIT_KEY_LEN);
	memcpy(row + TACIT_KEY_LEN, id->private, TACIT_KEY_LEN);
	put_u32(row + 2 * TACIT_KEY_LEN, id->registration_id);
	rc = keystore_stage(k, ROW_IDENTITY, 0, row, sizeof(row));
	sodium_memzero(row, sizeof(row));
	return rc;
}
