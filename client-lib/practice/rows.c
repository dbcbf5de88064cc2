/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <pb_decode.h>
#include <sodium.h>

#include "rows.h"

void
row_key(struct row_key *k, enum row_kind kind)
{
	memset(k, 0, sizeof(*k));
	k->data[1] = (uint8_t)kind;
	k->len = 2;
}

void
row_key_bytes(struct row_key *k, const void *data, size_t len)
{
	assert(len <= sizeof(k->data) - k->len);
	memcpy(k->data + k->len, data, len);
	k->len += len;
}

/* Most significant byte first: the order of keys is that of numbers. */
static void
append(struct row_key *k, uint64_t n, size_t bytes)
{
	uint8_t b[8];
	size_t i;

	for (i = 0; i < bytes; i++)
		b[i] = (uint8_t)(n >> (8 * (bytes - 1 - i)));
	row_key_bytes(k, b, bytes);
}

void
row_key_u32(struct row_key *k, uint32_t n)
{
	append(k, n, 4);
}

void
row_key_u64(struct row_key *k, uint64_t n)
{
	append(k, n, 8);
}

void
row_key_contact(struct row_key *k, const char id[TACIT_CONTACT_ID_SIZE])
{
	row_key_bytes(k, id, TACIT_CONTACT_ID_SIZE - 1);
}

static uint64_t
number(const struct row_key *k, size_t at, size_t bytes)
{
	uint64_t n = 0;

	assert(at + bytes <= k->len);
	for (; bytes > 0; bytes--)
		n = n << 8 | k->data[at++];
	return n;
}

uint64_t
row_key_get_u64(const struct row_key *k, size_t at)
{
	return number(k, at, 8);
}

uint32_t
row_key_get_u32(const struct row_key *k, size_t at)
{
	return (uint32_t)number(k, at, 4);
}

int
row_get_bytes(struct tacit *t, const struct row_key *k, void *out, size_t cap,
    size_t *len)
{
	int rc;

	*len = 0;
	rc = tacit_data_get(t, k->data, k->len, out, cap, len);
	return rc == TACIT_E_LIMIT ? TACIT_E_CORRUPT : rc;
}

int
row_get(struct tacit *t, const struct row_key *k, const pb_msgdesc_t *fields,
    void *out)
{
	uint8_t *value = malloc(TACIT_ROW_VALUE_SIZE);
	pb_istream_t s;
	size_t len;
	int rc;

	if (value == NULL)
		return TACIT_E_NOMEM;
	rc = row_get_bytes(t, k, value, TACIT_ROW_VALUE_SIZE, &len);
	s = pb_istream_from_buffer(value, len);
	/* No bytes set every field to what it is when absent. */
	if (rc >= 0 && !pb_decode(&s, fields, out))
		rc = TACIT_E_CORRUPT;
	sodium_memzero(value, len < TACIT_ROW_VALUE_SIZE ? len :
	    TACIT_ROW_VALUE_SIZE);
	free(value);
	return rc;
}

int
row_next(struct tacit *t, const struct row_key *prefix, struct row_key *at)
{
	return tacit_data_next(t, prefix->data, prefix->len, at->data,
	    at->len, at->data, &at->len);
}
