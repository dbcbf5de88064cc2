/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X3DH and Double Ratchet, behind the one interface that the rest of the
 * library knows.  A successor to libsignal-protocol-c replaces ratchet*.c,
 * keystore.c, provider.c and curve.c, nothing else.
 *
 * Everything is named by the relationship id R and a session by (R,
 * generation, who made the bundle): one libsignal record each, so that an
 * archived state cannot cross.  All state lives in the vault (VAULT_RATCHET),
 * inside the transaction that the caller opened; a call that fails, and a
 * decrypt whose message does not authenticate, writes nothing at all.
 *
 * Calls that write need an open transaction, else TACIT_E_STATE.  Each may
 * also fail with TACIT_E_NOMEM or an error of vault.h; after one of those the
 * caller rolls back.
 *
 * Thread:  a handle belongs to one thread at a time.
 */
#ifndef CLIENT_RATCHET_H
#define CLIENT_RATCHET_H

#include "keys.h"
#include "vault.h"

struct ratchet;

enum ratchet_owner { RATCHET_MINE, RATCHET_THEIRS };	/* of the bundle */

struct ratchet_session {
	uint8_t relationship[TACIT_HASH_LEN];
	uint32_t generation;			/* from 1 */
	enum ratchet_owner owner;
};

struct ratchet_bundle {				/* public halves */
	uint32_t registration_id;		/* 1..16380 */
	uint8_t identity[TACIT_KEY_LEN];
	uint32_t signed_prekey_id;	/* 1..0xfffffe, never reused */
	uint8_t signed_prekey[TACIT_KEY_LEN];
	uint8_t signature[TACIT_SIGNATURE_LEN];
	uint32_t one_time_prekey_id;
	uint8_t one_time_prekey[TACIT_KEY_LEN];
};

enum ratchet_kind { RATCHET_WHISPER = 1, RATCHET_PREKEY = 2 };

/*
 * Start the ratchet over ${v}, which must outlive it.  Tests first that the
 * curve in use is the one that was built in, and that it refuses all-zero
 * results.
 * Errors:  TACIT_E_INTERNAL (self-test), TACIT_E_NOMEM.
 */
int ratchet_open(struct ratchet **out, struct vault *v);
void ratchet_close(struct ratchet *r);

/*
 * Make an identity key for ${relationship} if it has none, a signed prekey
 * and one one-time prekey, and hand out the public halves.  Both prekeys have
 * the same id, are used together once, and then are gone.
 * Errors:  TACIT_E_LIMIT (all 16,777,214 ids of this vault were used).
 */
int ratchet_offer(struct ratchet *r, const uint8_t relationship[32],
    struct ratchet_bundle *out);

/* Remove what was offered to ${relationship} and not used: its prekeys. */
int ratchet_withdraw(struct ratchet *r, const uint8_t relationship[32]);

/*
 * Begin session ${s} (owner RATCHET_THEIRS) from the peer's bundle, whose
 * identity becomes the peer's for this relationship.
 * Errors:  TACIT_E_POISON (a point that is low-order or not canonical, a bad
 *          signature, an id that cannot be), TACIT_E_IDENTITY_CHANGED
 *          (another identity is on record), TACIT_E_STATE (the session was
 *          begun before), TACIT_E_INVALID (owner).
 */
int ratchet_accept(struct ratchet *r, const struct ratchet_session *s,
    const struct ratchet_bundle *theirs);

/*
 * Encrypt ${len} bytes, 1 to 65,536.  Output: ${out} of capacity ${cap},
 * ${out_len}, ${kind}.  The session has moved on when this returns 0.
 * Errors:  TACIT_E_STATE (no such session), TACIT_E_LIMIT (${cap}),
 *          TACIT_E_IDENTITY_CHANGED (the session is not with the identity on
 *          record).
 */
int ratchet_encrypt(struct ratchet *r, const struct ratchet_session *s,
    const uint8_t *plain, size_t len, uint8_t *out, size_t cap,
    size_t *out_len, enum ratchet_kind *kind);

/*
 * Decrypt.  A RATCHET_PREKEY message may begin session ${s} (owner
 * RATCHET_MINE) and uses up the one-time prekey; the sender's identity must
 * be the one on record, or there must be none yet and ${may_learn} be set: it
 * then becomes the peer's.
 * Output:  ${out} of capacity ${cap}, ${out_len}.
 * Errors:  TACIT_E_CRYPTO (not authentic, or no such session),
 *          TACIT_E_REPLAY (this message key was used), TACIT_E_POISON (bad
 *          points or encoding, no one-time prekey), TACIT_E_IDENTITY_CHANGED,
 *          TACIT_E_LIMIT (${cap}; or the keys of the messages skipped so far
 *          would make the session larger than 64 KiB).  Nothing is written
 *          then, whatever libsignal stored in between.
 */
int ratchet_decrypt(struct ratchet *r, const struct ratchet_session *s,
    enum ratchet_kind kind, int may_learn, const uint8_t *msg, size_t len,
    uint8_t *out, size_t cap, size_t *out_len);

/* 1 or 0: there is a session to encrypt with; or an error. */
int ratchet_has(struct ratchet *r, const struct ratchet_session *s);

/*
 * What names our present sending chain: 8 bytes that change with every turn
 * of the ratchet.  Errors: TACIT_E_STATE (no such session).
 */
int ratchet_turn(struct ratchet *r, const struct ratchet_session *s,
    uint8_t out[8]);

/* Public identity keys.  Errors: TACIT_E_STATE (none yet). */
int ratchet_my_identity(struct ratchet *r, const uint8_t relationship[32],
    uint8_t out[TACIT_KEY_LEN]);
int ratchet_their_identity(struct ratchet *r, const uint8_t relationship[32],
    uint8_t out[TACIT_KEY_LEN]);

/*
 * The 60 digits that both ends compare, NUL-terminated.  The stable identifier
 * of both is ${relationship} in lower-case hexadecimal.
 * Errors:  TACIT_E_STATE (an identity is missing).
 */
int ratchet_safety_number(struct ratchet *r, const uint8_t relationship[32],
    char out[61]);

/* Remove the sessions of generations below ${before}, of either owner. */
int ratchet_drop(struct ratchet *r, const uint8_t relationship[32],
    uint32_t before);

/*
 * Never hand out the next ${n} prekey ids: an older copy of a vault does not
 * know which ones it handed out since.
 */
int ratchet_skip_ids(struct ratchet *r, uint32_t n);

/* Remove everything of a relationship. */
int ratchet_forget(struct ratchet *r, const uint8_t relationship[32]);

/*
 * Seal ${len} bytes to an X25519 key, and open with the pair (anonymous
 * box): the extra layer of Hello.  Adds RATCHET_BOX_LEN bytes.
 * Errors:  TACIT_E_POISON (bad point), TACIT_E_CRYPTO.
 */
enum { RATCHET_BOX_LEN = 48 };

int ratchet_box(uint8_t *out, const uint8_t *msg, size_t len,
    const uint8_t key[TACIT_KEY_LEN]);
int ratchet_unbox(uint8_t *out, const uint8_t *box, size_t len,
    const uint8_t key[TACIT_KEY_LEN], const uint8_t secret[TACIT_KEY_LEN]);

#endif
