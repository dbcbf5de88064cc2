/* SPDX-License-Identifier: Apache-2.0 */
/* Two different inputs never make the same bytes under the hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "tacit/hash.h"

static const uint8_t zero_key[TACIT_KEY_LEN];

/* The frame as bytes, and what is expected to be hashed. */
static void
the_bytes_under_the_hash_are_those_of_the_page(void **state)
{
	static const uint8_t frame[] = "\x07" "tacit/x" "\0\0\0\3" "abc"
	    "\0\0\0\0" "\0\0\1\0";
	const struct tacit_part part[] = {
		{ "abc", 3 }, { NULL, 0 }, { zero_key, 0 },
	};
	uint8_t long_part[256] = { 1 }, in[sizeof(frame) - 1 + 256];
	uint8_t want[TACIT_HASH_LEN], got[TACIT_HASH_LEN], key[32] = { 9 };
	struct tacit_part parts[3];

	(void)state;
	memcpy(parts, part, sizeof(parts));
	parts[2] = (struct tacit_part){ long_part, sizeof(long_part) };
	memcpy(in, frame, sizeof(frame) - 1);
	memcpy(in + sizeof(frame) - 1, long_part, sizeof(long_part));

	crypto_generichash(want, sizeof(want), in, sizeof(in), NULL, 0);
	tacit_hash(got, "tacit/x", parts, 3);
	assert_memory_equal(got, want, sizeof(want));

	crypto_generichash(want, sizeof(want), in, sizeof(in), key,
	    sizeof(key));
	tacit_hash_keyed(got, key, "tacit/x", parts, 3);
	assert_memory_equal(got, want, sizeof(want));
}

static void
nothing_moves_between_label_and_parts(void **state)
{
	static const struct {
		const char *label;
		size_t n;
		struct tacit_part part[3];
	} rows[] = {
		{ "ab", 2, { { "c", 1 }, { "d", 1 } } },
		{ "ab", 1, { { "cd", 2 } } },
		{ "ab", 2, { { "cd", 2 }, { "", 0 } } },
		{ "ab", 2, { { "", 0 }, { "cd", 2 } } },
		{ "ab", 3, { { "c", 1 }, { "", 0 }, { "d", 1 } } },
		{ "ab", 2, { { "d", 1 }, { "c", 1 } } },
		{ "abc", 1, { { "d", 1 } } },
		{ "a", 1, { { "bcd", 3 } } },
		{ "ab", 0, { { NULL, 0 } } },
		{ "ab", 1, { { NULL, 0 } } },
		{ "ab", 1, { { "c\0\0\0\1d", 6 } } },
	};
	enum { N = sizeof(rows) / sizeof(rows[0]) };
	uint8_t out[2 * N][TACIT_HASH_LEN];
	size_t i, j;

	(void)state;
	for (i = 0; i < N; i++) {
		tacit_hash(out[i], rows[i].label, rows[i].part, rows[i].n);
		tacit_hash_keyed(out[N + i], zero_key, rows[i].label,
		    rows[i].part, rows[i].n);
	}
	for (i = 0; i < 2 * N; i++) {
		for (j = 0; j < i; j++)
			assert_memory_not_equal(out[i], out[j],
			    TACIT_HASH_LEN);
	}
}

static void
each_use_has_its_own_label(void **state)
{
	uint8_t in[32] = { 7 }, out[4][TACIT_HASH_LEN];
	size_t i, j;

	(void)state;
	tacit_hash_address(out[0], in);
	tacit_hash_token(out[1], in);
	tacit_hash_code(out[2], in);
	tacit_hash_welcome(out[3], in, in);
	for (i = 0; i < 4; i++) {
		for (j = 0; j < i; j++)
			assert_memory_not_equal(out[i], out[j],
			    TACIT_HASH_LEN);
	}
}

static void
a_signature_is_good_for_one_request_only(void **state)
{
	static const uint8_t args[2] = { 1, 2 };
	const struct tacit_statement base = {
		.id = 5, .opcode = 3, .args = args, .args_len = 1
	};
	struct tacit_statement st[10];
	uint8_t out[10][TACIT_HASH_LEN];
	size_t i, j;

	(void)state;
	for (i = 0; i < 10; i++)
		st[i] = base;
	st[1].relay_key[31] = 1;
	st[2].nonce[0] = 1;
	st[3].id = 6;
	st[4].id = 5u << 24;
	st[5].opcode = 2;
	st[6].address[31] = 1;
	st[7].args_len = 2;
	st[8].args_len = 0;
	st[9].args = args + 1;
	for (i = 0; i < 10; i++) {
		tacit_hash_statement(out[i], &st[i]);
		for (j = 0; j < i; j++)
			assert_memory_not_equal(out[i], out[j],
			    TACIT_HASH_LEN);
	}
}

static void
a_welcome_binds_nonce_and_next_pin(void **state)
{
	uint8_t a[32] = { 1 }, b[32] = { 2 }, x[32], y[32];

	(void)state;
	tacit_hash_welcome(x, a, b);
	tacit_hash_welcome(y, b, a);
	assert_memory_not_equal(x, y, sizeof(x));
	tacit_hash_welcome(y, a, a);
	assert_memory_not_equal(x, y, sizeof(x));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_bytes_under_the_hash_are_those_of_the_page),
		cmocka_unit_test(nothing_moves_between_label_and_parts),
		cmocka_unit_test(each_use_has_its_own_label),
		cmocka_unit_test(a_signature_is_good_for_one_request_only),
		cmocka_unit_test(a_welcome_binds_nonce_and_next_pin),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
