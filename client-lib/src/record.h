/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the vault <-> structs of state.proto: u16 length | protobuf | tail,
 * where the tail is plain bytes (a text), often empty.
 */
#ifndef CLIENT_RECORD_H
#define CLIENT_RECORD_H

#include "state.pb.h"
#include "vault.h"

/* A row key of an id and a number, which sort by number. */
struct record_key {
	uint8_t data[VAULT_ROW_KEY_MAX];
	size_t len;
};
void record_key(struct record_key *out, const void *id, size_t id_len,
    uint64_t number);
/* Eight bytes, the highest first: as in keys, and in what is hashed. */
void record_number(uint8_t out[8], uint64_t number);
/* The number at the end of a key. */
uint64_t record_key_number(const uint8_t *key, size_t len);

/* Write ${rec}, described by ${fields}, and ${tail_len} bytes of tail. */
int record_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const pb_msgdesc_t *fields, const void *rec,
    const void *tail, size_t tail_len);

/*
 * Read a row into ${rec}.  Output: ${tail}, malloc'ed, NUL-terminated, the
 * caller's (NULL to leave it), and ${tail_len}.
 * Returns: 1, 0 if there is no such row (${rec} is then zeros), or an error.
 */
int record_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const pb_msgdesc_t *fields, void *rec, size_t rec_len,
    char **tail, size_t *tail_len);

/* The same from a value at hand.  Errors: TACIT_E_CORRUPT. */
int record_read(const struct vault_value *value, const pb_msgdesc_t *fields,
    void *rec, char **tail, size_t *tail_len);

/* The one row about oneself, which has no tail; as record_put(), _get(). */
int record_put_self(struct vault *v, const tacit_state_Self *self);
int record_get_self(struct vault *v, tacit_state_Self *self);

/* Wipe and free a tail; NULL is fine. */
void record_tail_free(char *tail, size_t len);

/* Remove every row of ${t} whose key begins with ${prefix}. */
int record_clear(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len);

/* 1 if there are at least ${n} of these rows, 0 if fewer; or an error. */
int record_has(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, size_t n);

#endif
