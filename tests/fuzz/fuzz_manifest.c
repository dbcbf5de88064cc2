/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A manifest that says anything, and is signed.  Input: its bytes.  It is
 * refused in words, or its files are asked for by names that lead nowhere
 * else, and are found to differ.
 */
#include "fuzz.h"
#include "manifest.h"

#include <tacit/error.h>

static int
read_file(void *context, const char *name, uint64_t at, void *out, size_t cap,
    size_t *len)
{
	static const char said[] = "anything";
	unsigned int *asked = context;

	FUZZ_CHECK(name[0] != '\0' && name[0] != '.' &&
	    strpbrk(name, "/\\ \n:") == NULL && strlen(name) < 65);
	(*asked)++;
	*len = at < sizeof(said) ? sizeof(said) - (size_t)at : 0;
	FUZZ_CHECK(*len <= cap);
	memcpy(out, said + (at < sizeof(said) ? at : 0), *len);
	return 0;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[crypto_sign_SEEDBYTES] = { 7 };
	uint8_t key[MANIFEST_KEY_SIZE], secret[MANIFEST_SECRET_SIZE];
	uint8_t signature[MANIFEST_SIGNATURE_SIZE];
	struct manifest_problem why;
	unsigned int asked = 0;
	struct manifest_reader r = { read_file, &asked };
	int rc;

	fuzz_begin(1);
	(void)crypto_sign_seed_keypair(key, secret, seed);
	(void)crypto_sign_detached(signature, NULL, data, size, secret);
	rc = manifest_check((const char *)data, size, signature, key, NULL, &r,
	    NULL, &why);
	FUZZ_CHECK(rc == 0 || rc == TACIT_E_CRYPTO || rc == TACIT_E_POISON ||
	    rc == TACIT_E_VERSION);
	FUZZ_CHECK((rc == 0) == (why.what[0] == '\0'));
	FUZZ_CHECK(asked == 0 || rc != TACIT_E_POISON);
	return 0;
}
