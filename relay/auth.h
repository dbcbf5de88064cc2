/* SPDX-License-Identifier: Apache-2.0 */
/* Proof of authority over one request (PROTOCOL.md, section 5). */
#ifndef RELAY_AUTH_H
#define RELAY_AUTH_H

#include "tacit/hash.h"

/*
 * Is ${signature} that of ${key} over ${st}?
 * Errors:  TACIT_E_REFUSED.
 */
int auth_verify(const struct tacit_statement *st,
    const uint8_t key[TACIT_KEY_LEN],
    const uint8_t signature[TACIT_SIGNATURE_LEN]);

/* Sign ${hash} with the relay's 64-byte ${secret}.  Any thread. */
void auth_sign(uint8_t signature[TACIT_SIGNATURE_LEN],
    const uint8_t hash[TACIT_HASH_LEN], const void *secret);

/*
 * Sign WELCOME's ${nonce} and ${next_pin} with the relay's 64-byte ${secret}.
 */
void auth_welcome(uint8_t signature[TACIT_SIGNATURE_LEN],
    const uint8_t nonce[TACIT_NONCE_LEN],
    const uint8_t next_pin[TACIT_HASH_LEN], const uint8_t *secret);

#endif
