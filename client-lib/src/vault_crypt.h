/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of a vault and everything that is sealed under them: bytes in,
 * bytes out, no file.  DESIGN.md, "The vault", has the formats.
 */
#ifndef CLIENT_VAULT_CRYPT_H
#define CLIENT_VAULT_CRYPT_H

#include "vault.h"

enum {
	VAULT_FORMAT = 1,
	VAULT_FORMAT_KEY = 2,		/* of a slot that a key opens */
	VAULT_ID_LEN = 16,
	VAULT_SALT_LEN = 16,
	VAULT_SLOT_LEN = 148,		/* encoded key slot */
	VAULT_STATE_LEN = 124,		/* sealed state */
	VAULT_SUM_LEN = 32,
	VAULT_NONCE_LEN = 24,

	/* Rows are padded to a multiple of this, which hides exact sizes. */
	VAULT_PAD = 256,
	VAULT_SEALED_MAX = VAULT_VALUE_MAX + 2 * VAULT_PAD
};

/* Lives in sodium_malloc'ed memory. */
struct vault_keys {
	uint8_t vault[TACIT_KEY_LEN];	/* random; the others come from it */
	uint8_t row[TACIT_KEY_LEN];
	uint8_t sum[TACIT_KEY_LEN];
	uint8_t state[TACIT_KEY_LEN];
	uint8_t id[VAULT_ID_LEN];	/* of the vault; not secret */
};

/*
 * The vault key, wrapped under the passphrase or the host's key: the only
 * plaintext row.
 */
struct vault_slot {
	uint8_t id[VAULT_ID_LEN];
	struct vault_cost cost;		/* zeros: under the host's key */
	uint8_t salt[VAULT_SALT_LEN];
	uint8_t wrapped[72];		/* nonce, ciphertext, tag */
};

/* What one transaction leaves behind; sealed. */
struct vault_state {
	enum vault_kind kind;		/* of the file */
	uint64_t epoch;			/* transactions so far */
	uint64_t rows;			/* in the state tables */
	uint8_t sum[VAULT_SUM_LEN];	/* multiset hash over them */
	uint8_t slot[TACIT_HASH_LEN];	/* hash of the slot in force */
};

/* What a row's seal and its element of the multiset hash are bound to. */
struct vault_where {
	uint32_t table;
	uint64_t version;		/* epoch that wrote the row */
	const uint8_t *key;
	size_t key_len;
};

/* 0, or TACIT_E_INVALID: not between the floor and the ceiling. */
int vault_cost_check(const struct vault_cost *cost);

/* Fill the derived keys from ${k->vault}. */
void vault_keys_derive(struct vault_keys *k);

/*
 * Wrap ${k->vault} for vault ${k->id} under ${by}, with a fresh salt.  A key
 * takes no ${cost}.
 * Errors:  TACIT_E_NOMEM (Argon2id).
 */
int vault_slot_wrap(struct vault_slot *out, const struct vault_keys *k,
    const struct vault_cost *cost, const struct vault_secret *by);

/*
 * Fill ${k} from ${s}.
 * Errors:  TACIT_E_PASSPHRASE, TACIT_E_OTHER_SECRET, TACIT_E_NOMEM.
 */
int vault_slot_unwrap(struct vault_keys *k, const struct vault_slot *s,
    const struct vault_secret *by);

/*
 * Bytes <-> slot.  The last 32 bytes are a hash without a key: a damaged slot
 * is TACIT_E_CORRUPT and never looks like a wrong passphrase.
 * Errors:  TACIT_E_CORRUPT, TACIT_E_VERSION (made by a newer version).
 */
void vault_slot_write(uint8_t out[VAULT_SLOT_LEN],
    const struct vault_slot *s);
int vault_slot_read(struct vault_slot *out, const uint8_t *in, size_t len);
void vault_slot_hash(uint8_t out[TACIT_HASH_LEN],
    const uint8_t slot[VAULT_SLOT_LEN]);

/* Bytes <-> state.  Errors: TACIT_E_CORRUPT. */
void vault_state_seal(uint8_t out[VAULT_STATE_LEN],
    const struct vault_keys *k, const struct vault_state *st);
int vault_state_open(struct vault_state *out, const struct vault_keys *k,
    const uint8_t *in, size_t len);

/* Bytes that a value of ${len} takes when sealed. */
size_t vault_sealed_len(size_t len);

/* Seal ${len} bytes into the vault_sealed_len(len) bytes at ${out}. */
void vault_row_seal(uint8_t *out, const struct vault_keys *k,
    const struct vault_where *at, const void *value, size_t len);

/*
 * Open what vault_row_seal() made.
 * Output:  ${out}, to be released with vault_value_free().
 * Errors:  TACIT_E_CORRUPT, TACIT_E_NOMEM.
 */
int vault_row_open(struct vault_value *out, const struct vault_keys *k,
    const struct vault_where *at, const uint8_t *in, size_t len);

/* Which bytes a row has: no two seals have one nonce. */
struct vault_mark {
	uint8_t element[VAULT_SUM_LEN];	/* its part of the multiset hash */
	uint8_t nonce[VAULT_NONCE_LEN];
};

/*
 * The mark of a row.
 * Errors:  TACIT_E_CORRUPT (too short for a row).
 */
int vault_mark(struct vault_mark *out, const struct vault_keys *k,
    const struct vault_where *at, const uint8_t *sealed, size_t len);
/* True if the ${len} bytes at ${sealed} end as those marked ${m} do. */
int vault_mark_is(const struct vault_mark *m, const uint8_t *sealed,
    size_t len);

/* Add the row to, or take it out of, multiset hash and count of ${st}. */
void vault_state_add(struct vault_state *st, const struct vault_mark *m);
void vault_state_sub(struct vault_state *st, const struct vault_mark *m);

#endif
