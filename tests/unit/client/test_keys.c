/* SPDX-License-Identifier: Apache-2.0 */
/* No two derivations meet, and each depends on all that goes into it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "keys.h"

enum { N_MAX = 32 };

/* Results that must all differ. */
struct results {
	uint8_t out[N_MAX][32];
	size_t n;
};

static void
add(struct results *r, const uint8_t *out, size_t len)
{
	uint8_t padded[32] = { 0 };
	size_t i;

	memcpy(padded, out, len);
	assert_true(r->n < N_MAX);
	for (i = 0; i < r->n; i++)
		assert_memory_not_equal(r->out[i], padded, 32);
	memcpy(r->out[r->n++], padded, 32);
}

static void
every_label_gives_another_key(void **state)
{
	uint8_t s[32] = { 1 }, out[32], hint[TACIT_HINT_LEN];
	struct results r = { .n = 0 };
	struct seal_keys k;

	(void)state;
	add(&r, s, sizeof(s));
	keys_address(out, s);
	add(&r, out, sizeof(out));
	keys_bundle(out, s);
	add(&r, out, sizeof(out));
	keys_relationship(out, s);
	add(&r, out, sizeof(out));
	keys_pair0(out, s);
	add(&r, out, sizeof(out));
	keys_pair1(out, s, s, s, s);
	add(&r, out, sizeof(out));
	keys_seal(&k, s, SEAL_I_TO_J);
	add(&r, k.seal, sizeof(k.seal));
	add(&r, k.hint, sizeof(k.hint));
	keys_hint(hint, &k, s);
	add(&r, hint, sizeof(hint));
	keys_seal(&k, s, SEAL_J_TO_I);
	add(&r, k.seal, sizeof(k.seal));
	add(&r, k.hint, sizeof(k.hint));
	keys_hint(hint, &k, s);
	add(&r, hint, sizeof(hint));
	keys_chain(out, s, 1, 0, s, 32);
	add(&r, out, sizeof(out));
}

static void
every_bit_of_the_secret_counts(void **state)
{
	static void (*const of[])(uint8_t *, const uint8_t *) = {
		keys_address, keys_bundle, keys_relationship, keys_pair0
	};
	uint8_t s[32] = { 0 }, base[32], out[32];
	size_t i, bit;

	(void)state;
	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		of[i](base, s);
		for (bit = 0; bit < 256; bit++) {
			s[bit / 8] ^= (uint8_t)(1u << bit % 8);
			of[i](out, s);
			assert_memory_not_equal(out, base, 32);
			s[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

static void
the_transcript_depends_on_everything(void **state)
{
	uint8_t blob[TACIT_BLOB_LEN] = { 0 }, blob2[TACIT_BLOB_LEN] = { 0 };
	uint8_t a[32] = { 1 }, b[32] = { 2 }, c[32] = { 3 }, d[32] = { 4 };
	uint8_t x[32] = { 5 }, out[32];
	const struct transcript base = { blob, a, b, c, d, "wss://i:1",
	    "wss://j:1" };
	struct transcript t[] = { base, base, base, base, base, base, base,
	    base, base };
	struct results r = { .n = 0 };
	size_t i;

	(void)state;
	blob2[TACIT_BLOB_LEN - 1] = 1;
	t[1].blob = blob2;
	t[2].identity_i = x;
	t[3].identity_j = x;
	t[4].address_i = x;
	t[5].address_j = x;
	t[6].url_i = "wss://i:1w";	/* the same bytes, cut elsewhere */
	t[6].url_j = "ss://j:1";
	t[7].url_j = "";
	t[8].identity_i = b;		/* the two ends exchanged */
	t[8].identity_j = a;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		keys_transcript(out, &t[i]);
		add(&r, out, sizeof(out));
	}
}

static void
the_second_pair_key_depends_on_both_nonces(void **state)
{
	uint8_t s[32] = { 1 }, a[32] = { 2 }, b[32] = { 3 }, t[32] = { 4 };
	uint8_t out[32];
	struct results r = { .n = 0 };

	(void)state;
	keys_pair1(out, s, a, b, t);
	add(&r, out, sizeof(out));
	keys_pair1(out, s, b, a, t);
	add(&r, out, sizeof(out));
	keys_pair1(out, s, a, a, t);
	add(&r, out, sizeof(out));
	keys_pair1(out, s, a, b, s);
	add(&r, out, sizeof(out));
	keys_pair1(out, t, a, b, t);
	add(&r, out, sizeof(out));
}

static void
a_hint_is_of_one_key_and_one_envelope(void **state)
{
	uint8_t pair[32] = { 1 }, id[16] = { 0 }, hint[TACIT_HINT_LEN];
	struct seal_keys ij, ji;
	struct results r = { .n = 0 };

	(void)state;
	keys_seal(&ij, pair, SEAL_I_TO_J);
	keys_seal(&ji, pair, SEAL_J_TO_I);
	keys_hint(hint, &ij, id);
	add(&r, hint, sizeof(hint));
	keys_hint(hint, &ji, id);
	add(&r, hint, sizeof(hint));
	id[15] = 1;
	keys_hint(hint, &ij, id);
	add(&r, hint, sizeof(hint));
}

static void
the_chain_depends_on_place_type_and_text(void **state)
{
	static const uint64_t seqs[] = { 1, 2, 256, UINT64_C(1) << 32,
	    UINT64_C(1) << 63 };
	static const uint32_t types[] = { 1, 2, 100, 256, 65535 };
	uint8_t zero[32] = { 0 }, out[32];
	struct results r = { .n = 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(seqs) / sizeof(seqs[0]); i++) {
		keys_chain(out, zero, seqs[i], 0, zero, 4);
		add(&r, out, sizeof(out));
	}
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		keys_chain(out, zero, 1, types[i], zero, 4);
		add(&r, out, sizeof(out));
	}
	/* A type is no part of the text behind it. */
	keys_chain(out, zero, 1, 0, "\0\0\0\1\0\0\0\0", 8);
	add(&r, out, sizeof(out));
	keys_chain(out, zero, 1, 0, "\0\0\0\1\0\0\0\4\0\0\0", 12);
	add(&r, out, sizeof(out));
	keys_chain(out, zero, 1, 0, zero, 5);
	add(&r, out, sizeof(out));
	keys_chain(out, r.out[0], 1, 0, zero, 4);
	add(&r, out, sizeof(out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_label_gives_another_key),
		cmocka_unit_test(every_bit_of_the_secret_counts),
		cmocka_unit_test(the_transcript_depends_on_everything),
		cmocka_unit_test(the_second_pair_key_depends_on_both_nonces),
		cmocka_unit_test(a_hint_is_of_one_key_and_one_envelope),
		cmocka_unit_test(the_chain_depends_on_place_type_and_text),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
