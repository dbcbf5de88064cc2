/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the ratchet share; for ratchet*.c alone. */
#ifndef CLIENT_RATCHET_INTERNAL_H
#define CLIENT_RATCHET_INTERNAL_H

#include <signal/signal_protocol_types.h>

#include "keystore.h"
#include "provider.h"

/* A public key as libsignal writes it: its type, then the 32 bytes. */
enum { RATCHET_POINT_TYPE = 5, RATCHET_POINT_LEN = 1 + TACIT_KEY_LEN };

/* Hex of R; for an address "/generation/owner" follows.  With the NUL. */
enum { RATCHET_NAME_LEN = 2 * TACIT_HASH_LEN + 16 };

struct ratchet {
	signal_context *signal;
	signal_protocol_store_context *store;
	struct provider *provider;
	struct keystore keys;
	/* Of the session in hand; libsignal keeps pointers to both. */
	char name[RATCHET_NAME_LEN];
	signal_protocol_address address;
};

/* Have ${store} call ${k}, which must outlive it.  0 or libsignal's error. */
int ratchet_store_attach(signal_protocol_store_context *store,
    struct keystore *k);

/*
 * Begin a call about session ${s}.
 * Errors:  TACIT_E_INVALID (no such session can be), TACIT_E_STATE (no
 *          transaction is open).
 */
int ratchet_begin(struct ratchet *r, const struct ratchet_session *s,
    int may_learn);

/* What a call about a whole relationship begins with: its first session. */
struct ratchet_session ratchet_any(const uint8_t relationship[TACIT_HASH_LEN]);

/*
 * End it: write what was staged if ${rc} is 0, else throw it away.  Returns
 * ${rc}, or the error of writing.
 */
int ratchet_end(struct ratchet *r, int rc);

/* libsignal's verdict ${rc} as an error of ours. */
int ratchet_verdict(const struct ratchet *r, int rc);

/*
 * The 32 bytes of ${key}.
 * Errors:  TACIT_E_NOMEM.
 */
int ratchet_point(uint8_t out[TACIT_KEY_LEN], const ec_public_key *key);

/* 1 or 0: ${key} is sound, curve.h; or an error. */
int ratchet_point_is_sound(const ec_public_key *key);

#endif
