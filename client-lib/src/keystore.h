/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libsignal's stores on rows of VAULT_RATCHET.  libsignal writes piecemeal,
 * and pins an identity before it has checked the message that claims it; so
 * whatever it stores is staged in memory, read back from there, and reaches
 * the vault only by keystore_commit(), after libsignal has said yes.
 *
 * Row keys (R: a name of the relationship that only this vault can compute,
 * numbers big-endian):
 *
 *   'n'				u32, the last prekey id handed out
 *   R | 'i'				my identity: public, private, u32
 *					registration id
 *   R | 'p'				the peer's identity: public
 *   R | 'g' | u32 id			signed prekey, by libsignal
 *   R | 'o' | u32 id			one-time prekey, likewise
 *   R | 's' | u32 generation | owner	session, likewise
 *
 * A signed prekey and the one-time prekey of the same bundle share their id
 * and are removed together.
 */
#ifndef CLIENT_KEYSTORE_H
#define CLIENT_KEYSTORE_H

#include "ratchet.h"

struct signal_buffer;

enum keystore_row {
	ROW_COUNTER = 'n',
	ROW_IDENTITY = 'i',
	ROW_PEER = 'p',
	ROW_SIGNED = 'g',
	ROW_ONE_TIME = 'o',
	ROW_SESSION = 's'
};

enum {
	KEYSTORE_STAGED_MAX = 8,
	KEYSTORE_RECORD_MAX = 65536,	/* bytes of one session */
	/* libsignal never removes 0xffffff, and takes 0 for none. */
	KEYSTORE_PREKEY_MAX = 0xfffffe
};

struct keystore_staged {
	struct vault_key key;
	uint8_t *value;			/* NULL: remove the row */
	size_t len;
};

struct keystore {
	struct vault *vault;
	struct ratchet_session at;	/* what the call is about */
	uint8_t name[TACIT_HASH_LEN];	/* of its relationship, in row keys */
	int may_learn;			/* the peer's identity */
	int error;			/* first one in a callback, or 0 */
	struct keystore_staged read;	/* the session, once it was read */
	size_t n_staged;
	struct keystore_staged staged[KEYSTORE_STAGED_MAX];
};

/* Begin a call about ${s}; nothing is staged then. */
void keystore_begin(struct keystore *k, const struct ratchet_session *s,
    int may_learn);

/*
 * Write everything staged, within the caller's transaction.
 * Errors:  of vault_put(); the transaction is then good for nothing but a
 *          rollback.
 */
int keystore_commit(struct keystore *k);

/* Wipe what is staged and was read; so does keystore_commit(). */
void keystore_discard(struct keystore *k);

/*
 * Read or stage a row of the present relationship; ${number} is a prekey id
 * or nothing.  Reading sees what is staged.  ${value} NULL removes the row.
 * Output:  ${*out}: NULL if there is no such row.
 * Owner:   ${*out} is the caller's, for signal_buffer_bzero_free().
 * Errors:  TACIT_E_LIMIT (over KEYSTORE_RECORD_MAX), TACIT_E_NOMEM, those of
 *          vault_get().
 */
int keystore_get(struct keystore *k, enum keystore_row row, uint32_t number,
    struct signal_buffer **out);
/* 1 or 0, or an error. */
int keystore_has(struct keystore *k, enum keystore_row row, uint32_t number);
int keystore_stage(struct keystore *k, enum keystore_row row, uint32_t number,
    const void *value, size_t len);

/*
 * The session in hand, which the vault is asked for once in a call.
 * Output:  ${*data}: NULL if there is none.  Borrowed until the next call.
 * Errors:  as keystore_get().
 */
int keystore_session(struct keystore *k, const uint8_t **data, size_t *len);

/*
 * Copy what of ${relationship} outlives its sessions, both identities, and
 * the vault's prekey counter; within a transaction of ${to}.
 */
int keystore_carry(struct vault *to, struct vault *from,
    const uint8_t relationship[TACIT_HASH_LEN]);

/*
 * Remove all rows of the present relationship of kind ${row}; 0: every one.
 * At once, within the caller's transaction.
 */
int keystore_sweep(struct keystore *k, int row);

/* Likewise its sessions of generations below ${before}. */
int keystore_drop(struct keystore *k, uint32_t before);

/*
 * 1 if ${point} is the peer's identity, or there is none yet and the present
 * call may learn it; 0 if not; or an error.
 */
int keystore_trusts(struct keystore *k, const uint8_t point[TACIT_KEY_LEN]);

/* My identity for the present relationship. */
struct keystore_identity {
	uint8_t public[TACIT_KEY_LEN], private[TACIT_KEY_LEN];
	uint32_t registration_id;
};
/* Errors: TACIT_E_STATE (there is none), TACIT_E_CORRUPT, ... */
int keystore_identity(struct keystore *k, struct keystore_identity *out);
int keystore_stage_identity(struct keystore *k,
    const struct keystore_identity *id);

/* Take the next prekey id.  Errors: TACIT_E_LIMIT (all were used). */
int keystore_next_prekey(struct keystore *k, uint32_t *id);
/* Leave out the next ${n}, or all that are left. */
int keystore_skip_prekeys(struct keystore *k, uint32_t n);

#endif
