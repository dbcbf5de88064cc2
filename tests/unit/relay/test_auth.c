/* SPDX-License-Identifier: Apache-2.0 */
/* A signature is good for one request on one connection of one relay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "auth.h"
#include "tacit/error.h"

static uint8_t pk[32], sk[64], args[] = { 1, 2, 3 };

static void
a_statement(struct tacit_statement *st)
{
	memset(st, 0x5a, sizeof(*st));
	st->id = 7;
	st->opcode = 2;
	st->args = args;
	st->args_len = sizeof(args);
}

enum part { NONE, RELAY, NONCE, ID, OPCODE, ADDRESS, ARGS, ARGS_SHORTER,
    KEY, SIGNATURE_R, SIGNATURE_S, ZERO_KEY, ZERO_SIGNATURE };

static const struct {
	const char *changed;
	enum part part;
	int want;
} cases[] = {
	{ "nothing",		NONE,		0 },
	{ "relay",		RELAY,		TACIT_E_REFUSED },
	{ "connection",		NONCE,		TACIT_E_REFUSED },
	{ "request id",		ID,		TACIT_E_REFUSED },
	{ "opcode",		OPCODE,		TACIT_E_REFUSED },
	{ "address",		ADDRESS,	TACIT_E_REFUSED },
	{ "arguments",		ARGS,		TACIT_E_REFUSED },
	{ "fewer arguments",	ARGS_SHORTER,	TACIT_E_REFUSED },
	{ "key",		KEY,		TACIT_E_REFUSED },
	{ "first half of signature", SIGNATURE_R, TACIT_E_REFUSED },
	{ "second half",	SIGNATURE_S,	TACIT_E_REFUSED },
	{ "key of zeros",	ZERO_KEY,	TACIT_E_REFUSED },
	{ "signature of zeros",	ZERO_SIGNATURE,	TACIT_E_REFUSED },
};

static void
change(enum part part, struct tacit_statement *st, uint8_t *key,
    uint8_t *signature)
{
	static const uint8_t other[] = { 1, 2, 4 };

	switch (part) {
	case NONE:
		break;
	case RELAY:
		st->relay_key[31] ^= 1;
		break;
	case NONCE:
		st->nonce[0] ^= 0x80;
		break;
	case ID:
		st->id++;
		break;
	case OPCODE:
		st->opcode++;
		break;
	case ADDRESS:
		st->address[16] ^= 1;
		break;
	case ARGS:
		st->args = other;
		break;
	case ARGS_SHORTER:
		st->args_len--;
		break;
	case KEY:
		key[0] ^= 1;
		break;
	case SIGNATURE_R:
		signature[0] ^= 1;
		break;
	case SIGNATURE_S:
		signature[40] ^= 1;
		break;
	case ZERO_KEY:
		memset(key, 0, TACIT_KEY_LEN);
		break;
	case ZERO_SIGNATURE:
		memset(signature, 0, TACIT_SIGNATURE_LEN);
		break;
	}
}

static void
any_change_is_refused(void **state)
{
	uint8_t hash[TACIT_HASH_LEN], key[32], signature[64];
	struct tacit_statement st;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		a_statement(&st);
		tacit_hash_statement(hash, &st);
		crypto_sign_detached(signature, NULL, hash, sizeof(hash), sk);
		memcpy(key, pk, sizeof(key));
		change(cases[i].part, &st, key, signature);
		if (auth_verify(&st, key, signature) != cases[i].want)
			fail_msg("changed: %s", cases[i].changed);
	}
}

static void
welcome_is_signed_over_nonce_and_next_pin(void **state)
{
	uint8_t nonce[32] = { 1 }, pin[32] = { 2 }, signature[64], hash[32];

	(void)state;
	auth_welcome(signature, nonce, pin, sk);
	tacit_hash_welcome(hash, nonce, pin);
	assert_int_equal(crypto_sign_verify_detached(signature, hash,
	    sizeof(hash), pk), 0);
	pin[0]++;
	tacit_hash_welcome(hash, nonce, pin);
	assert_int_not_equal(crypto_sign_verify_detached(signature, hash,
	    sizeof(hash), pk), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_change_is_refused),
		cmocka_unit_test(welcome_is_signed_over_nonce_and_next_pin),
	};

	if (sodium_init() < 0)
		return 99;
	crypto_sign_keypair(pk, sk);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
