/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "anchor_value.h"
#include "keys.h"

enum { EPOCH_LEN = 8 };

_Static_assert(TACIT_ANCHOR_LEN == TACIT_SEAL_NONCE_LEN + EPOCH_LEN +
    TACIT_SEAL_TAG_LEN, "nonce, epoch, tag");

void
anchor_value_key(uint8_t out[TACIT_KEY_LEN],
    const uint8_t seed[TACIT_KEY_LEN])
{
	uint8_t sk[crypto_sign_SECRETKEYBYTES];

	(void)crypto_sign_seed_keypair(out, sk, seed);
	sodium_memzero(sk, sizeof(sk));
}

void
anchor_value_address(uint8_t out[TACIT_ADDRESS_LEN],
    const uint8_t seed[TACIT_KEY_LEN])
{
	uint8_t pk[TACIT_KEY_LEN];

	anchor_value_key(pk, seed);
	tacit_hash_address(out, pk);
}

void
anchor_value_close(uint8_t out[TACIT_ANCHOR_LEN],
    const uint8_t seed[TACIT_KEY_LEN], uint64_t epoch,
    const uint8_t nonce[TACIT_SEAL_NONCE_LEN])
{
	uint8_t key[TACIT_KEY_LEN], address[TACIT_ADDRESS_LEN];
	uint8_t plain[EPOCH_LEN];
	size_t i;

	for (i = 0; i < EPOCH_LEN; i++)
		plain[i] = (uint8_t)(epoch >> (56 - 8 * i));
	anchor_value_address(address, seed);
	keys_anchor(key, seed);
	memcpy(out, nonce, TACIT_SEAL_NONCE_LEN);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
	    out + TACIT_SEAL_NONCE_LEN, NULL, plain, sizeof(plain), address,
	    sizeof(address), NULL, out, key);
	sodium_memzero(key, sizeof(key));
}

uint64_t
anchor_value_open(const uint8_t value[TACIT_ANCHOR_LEN],
    const uint8_t seed[TACIT_KEY_LEN])
{
	uint8_t key[TACIT_KEY_LEN], address[TACIT_ADDRESS_LEN];
	uint8_t plain[EPOCH_LEN];
	uint64_t epoch = 0;
	size_t i;

	anchor_value_address(address, seed);
	keys_anchor(key, seed);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL,
	    value + TACIT_SEAL_NONCE_LEN,
	    TACIT_ANCHOR_LEN - TACIT_SEAL_NONCE_LEN, address,
	    sizeof(address), value, key) == 0)
		for (i = 0; i < EPOCH_LEN; i++)
			epoch = epoch << 8 | plain[i];
	sodium_memzero(key, sizeof(key));
	return epoch;
}
