/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In place of Argon2id, which is to cost what a fuzzer cannot pay; targets
 * that open vaults are linked with --wrap=crypto_pwhash.
 */
#include <sodium.h>

int __wrap_crypto_pwhash(unsigned char *const, unsigned long long,
    const char *const, unsigned long long, const unsigned char *const,
    unsigned long long, size_t, int);

int
__wrap_crypto_pwhash(unsigned char *const out, unsigned long long outlen,
    const char *const passwd, unsigned long long passwdlen,
    const unsigned char *const salt, unsigned long long opslimit,
    size_t memlimit, int alg)
{
	const unsigned long long cost[] = { opslimit, memlimit,
	    (unsigned long long)alg };
	crypto_generichash_state st;

	(void)crypto_generichash_init(&st, (const unsigned char *)cost,
	    sizeof(cost), (size_t)outlen);
	(void)crypto_generichash_update(&st, salt, crypto_pwhash_SALTBYTES);
	(void)crypto_generichash_update(&st, (const unsigned char *)passwd,
	    passwdlen);
	return crypto_generichash_final(&st, out, (size_t)outlen);
}
