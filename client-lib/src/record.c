/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <pb_decode.h>
#include <pb_encode.h>
#include <sodium.h>

#include "record.h"

static const uint8_t self_key[] = { 0 };

enum { PREFIX_LEN = 2, NUMBER_LEN = 8 };

void
record_number(uint8_t out[8], uint64_t number)
{
	size_t i;

	for (i = 0; i < NUMBER_LEN; i++)
		out[i] = (uint8_t)(number >> (56 - 8 * i));
}

void
record_key(struct record_key *out, const void *id, size_t id_len,
    uint64_t number)
{
	assert(id_len <= sizeof(out->data) - NUMBER_LEN);
	memcpy(out->data, id, id_len);
	record_number(out->data + id_len, number);
	out->len = id_len + NUMBER_LEN;
}

uint64_t
record_key_number(const uint8_t *key, size_t len)
{
	uint64_t n = 0;
	size_t i;

	for (i = len < NUMBER_LEN ? 0 : len - NUMBER_LEN; i < len; i++)
		n = n << 8 | key[i];
	return n;
}

int
record_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const pb_msgdesc_t *fields, const void *rec,
    const void *tail, size_t tail_len)
{
	pb_ostream_t out;
	uint8_t *buf = NULL;
	size_t size, len;
	int rc = TACIT_E_INTERNAL;

	if (!pb_get_encoded_size(&size, fields, rec) || size > UINT16_MAX)
		return rc;
	len = PREFIX_LEN + size + tail_len;
	if ((buf = malloc(len)) == NULL)
		return TACIT_E_NOMEM;

	out = pb_ostream_from_buffer(buf + PREFIX_LEN, size);
	if (!pb_encode(&out, fields, rec) || out.bytes_written != size)
		goto out;
	buf[0] = (uint8_t)(size >> 8);
	buf[1] = (uint8_t)size;
	if (tail_len > 0)
		memcpy(buf + PREFIX_LEN + size, tail, tail_len);
	rc = vault_put(v, t, key, key_len, buf, len);
out:
	sodium_memzero(buf, len);
	free(buf);
	return rc;
}

int
record_read(const struct vault_value *value, const pb_msgdesc_t *fields,
    void *rec, char **tail, size_t *tail_len)
{
	pb_istream_t in;
	size_t size, rest;

	if (value->len < PREFIX_LEN)
		return TACIT_E_CORRUPT;
	size = (size_t)value->data[0] << 8 | value->data[1];
	if (size > value->len - PREFIX_LEN)
		return TACIT_E_CORRUPT;
	in = pb_istream_from_buffer(value->data + PREFIX_LEN, size);
	if (!pb_decode(&in, fields, rec))
		return TACIT_E_CORRUPT;

	if (tail == NULL)
		return 0;
	rest = value->len - PREFIX_LEN - size;
	if ((*tail = malloc(rest + 1)) == NULL)
		return TACIT_E_NOMEM;
	memcpy(*tail, value->data + PREFIX_LEN + size, rest);
	(*tail)[rest] = '\0';
	*tail_len = rest;
	return 0;
}

int
record_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const pb_msgdesc_t *fields, void *rec, size_t rec_len,
    char **tail, size_t *tail_len)
{
	struct vault_value value = { NULL, 0 };
	int rc;

	memset(rec, 0, rec_len);
	if ((rc = vault_get(v, t, key, key_len, &value)) != 0)
		return rc;
	if (value.data == NULL)
		return 0;
	rc = record_read(&value, fields, rec, tail, tail_len);
	vault_value_free(&value);
	return rc == 0 ? 1 : rc;
}

void
record_tail_free(char *tail, size_t len)
{
	if (tail != NULL)
		sodium_memzero(tail, len);
	free(tail);
}

int
record_clear(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len)
{
	struct vault_key key = { .len = 0 };
	int rc;

	for (;;) {
		if ((rc = vault_next(v, t, prefix, prefix_len, &key,
		    NULL)) != 0 || key.len == 0)
			return rc;
		if ((rc = vault_del(v, t, key.data, key.len)) != 0)
			return rc;
	}
}

int
record_has(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, size_t n)
{
	struct vault_key key = { .len = 0 };
	int rc;

	for (; n > 0; n--)
		if ((rc = vault_next(v, t, prefix, prefix_len, &key,
		    NULL)) != 0 || key.len == 0)
			return rc;
	return 1;
}

int
record_put_self(struct vault *v, const tacit_state_Self *self)
{
	return record_put(v, VAULT_SELF, self_key, sizeof(self_key),
	    tacit_state_Self_fields, self, NULL, 0);
}

int
record_get_self(struct vault *v, tacit_state_Self *self)
{
	return record_get(v, VAULT_SELF, self_key, sizeof(self_key),
	    tacit_state_Self_fields, self, sizeof(*self), NULL, NULL);
}
