/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay's own keys, files of mode 0600 in its directory: relay.key (the
 * Ed25519 signing key), tls.key and tls.crt (self-made TLS key), tls-next.key
 * (the one that will follow, so that its pin can be announced).
 */
#ifndef RELAY_KEYS_H
#define RELAY_KEYS_H

#include "config.h"
#include "tacit/hash.h"

struct keys {
	uint8_t *signing;		/* 64 bytes, sodium_malloc */
	uint8_t key[TACIT_KEY_LEN];	/* its public half */
	uint8_t pin[TACIT_HASH_LEN];	/* of the TLS key in use */
	uint8_t next_pin[TACIT_HASH_LEN]; /* zeros: none */
	char certificate[4096 + 16];	/* paths for the TLS library */
	char tls_key[4096 + 16];
};

/*
 * Load the keys of ${c->data}, making those that are missing; with a
 * configured certificate, its pin.  Files appear whole or not at all.
 * Errors:  TACIT_E_IO, TACIT_E_CORRUPT (a key file that is none, or readable
 *          by others); the reason is one line on stderr.
 */
int keys_load(struct keys *k, const struct config *c);
void keys_free(struct keys *k);

#endif
