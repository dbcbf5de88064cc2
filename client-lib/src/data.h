/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the host: VAULT_DATA.  The file shows neither their keys nor in what
 * order they are: a row stands under a hash of its key, which the vault alone
 * can make, and holds `u8 key length | key | value`.  Keys in their order are
 * kept in memory, from the first tacit_data_next() on.
 */
#ifndef CLIENT_DATA_H
#define CLIENT_DATA_H

#include "model.h"

int data_key_is_valid(const void *key, size_t len);

/* Write, or remove if it is there, inside a change; then data_note(). */
int data_put(struct tacit *t, const void *key, size_t key_len,
    const void *value, size_t len);
int data_del(struct tacit *t, const void *key, size_t key_len);

/* After the commit: there is now a row with this key, or none. */
void data_note(struct tacit *t, const void *key, size_t key_len, int there);

/* Wipe and free the keys in memory. */
void data_forget(struct tacit *t);

/* Copy all rows, under the names that they have in the other vault. */
int data_carry(struct vault *to, struct vault *from);

#endif
