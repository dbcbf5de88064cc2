/* SPDX-License-Identifier: Apache-2.0 */
/* An envelope opens unchanged, in its place, under its key, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "block.h"
#include "random.h"
#include "seal.h"

enum { MSG_AT = TACIT_SEAL_NONCE_LEN + TACIT_SEAL_HEADER_LEN };

/* One sealed letter and all that it was made of. */
struct fixture {
	struct seal_keys ij, ji;
	struct seal_place place;
	struct seal_header head;
	uint8_t msg[1989], random[16];
	uint8_t letter[TACIT_LETTER_LEN];
};

static void
setup(struct fixture *f)
{
	static const uint8_t pair[32] = { 7 };

	memset(f, 0, sizeof(*f));
	keys_seal(&f->ij, pair, SEAL_I_TO_J);
	keys_seal(&f->ji, pair, SEAL_J_TO_I);
	memset(&f->place, 0x21, sizeof(f->place));
	f->head = (struct seal_header){ SEAL_WHISPER, "stream",
	    UINT64_C(0x123456789abc), 0xdeadbeef, 1000 };
	memset(f->msg, 0x42, sizeof(f->msg));
	memset(f->random, 0x63, sizeof(f->random));
	assert_int_equal(seal_close(f->letter, sizeof(f->letter), &f->ij,
	    &f->place, &f->head, f->msg, f->random), 0);
}

/* Open in blocks of exact size; what failed has left nothing behind. */
static int
open_exact(struct seal_header *h, const uint8_t *envelope, size_t len,
    const struct seal_keys *k, const struct seal_place *p, uint8_t **msg)
{
	size_t cap = seal_capacity(len);
	uint8_t *in = block_copy(envelope, len), *out = malloc(cap);
	int rc;

	assert_true(out != NULL || cap == 0);
	if (cap > 0)
		memset(out, 0xee, cap);
	rc = seal_open(h, out, in, len, k, p);
	free(in);
	if (rc != 0 && cap > 0)
		assert_true(sodium_is_zero(out, cap));
	if (rc == 0 && msg != NULL)
		*msg = out;
	else
		free(out);
	return rc;
}

static void
expect(const struct fixture *f, const struct seal_keys *k,
    const struct seal_place *p, int want)
{
	struct seal_header h;

	assert_int_equal(open_exact(&h, f->letter, sizeof(f->letter), k, p,
	    NULL), want);
}

static void
capacities_are_those_of_the_page(void **state)
{
	static const size_t others[] = { 0, 1, 59, 2047, 2049, 65535, 65537,
	    SIZE_MAX };
	size_t i;

	(void)state;
	assert_int_equal(seal_capacity(2048), 1989);
	assert_int_equal(seal_capacity(65536), 65477);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(seal_capacity(others[i]), 0);
}

static void
what_was_sealed_comes_back(void **state)
{
	static const size_t sizes[] = { TACIT_LETTER_LEN, TACIT_PARCEL_LEN };
	struct random rnd = random_start();
	static uint8_t msg[TACIT_PARCEL_LEN], envelope[TACIT_PARCEL_LEN];
	struct fixture f;
	struct seal_header h;
	uint8_t *got;
	size_t i, size, cap;

	(void)state;
	setup(&f);
	for (i = 0; i < 400; i++) {
		size = sizes[i % 2];
		cap = seal_capacity(size);
		random_fill(&rnd, msg, cap);
		random_fill(&rnd, &f.place, sizeof(f.place));
		random_fill(&rnd, f.random, sizeof(f.random));
		random_fill(&rnd, f.head.stream, sizeof(f.head.stream));
		f.head.kind = (uint8_t)(1 + random_below(&rnd, 3));
		f.head.counter = 1 + (random_next(&rnd) >> 16) % UINT64_C(
		    0xffffffffffff);
		f.head.generation = 1 + (uint32_t)random_below(&rnd, 1000);
		f.head.length = (uint16_t)(i < 2 ? cap : i < 4 ? 1 :
		    1 + random_below(&rnd, cap));
		assert_int_equal(seal_close(envelope, size, &f.ij, &f.place,
		    &f.head, msg, f.random), 0);
		assert_true(seal_names(envelope, &f.ij, &f.place));
		assert_int_equal(open_exact(&h, envelope, size, &f.ij,
		    &f.place, &got), 0);
		assert_int_equal(h.kind, f.head.kind);
		assert_int_equal(h.counter, f.head.counter);
		assert_int_equal(h.generation, f.head.generation);
		assert_int_equal(h.length, f.head.length);
		assert_memory_equal(h.stream, f.head.stream, 6);
		assert_memory_equal(got, msg, h.length);
		free(got);
	}
}

static void
every_flipped_bit_is_refused(void **state)
{
	struct fixture f;
	size_t bit, last = 8 * (MSG_AT + 16);

	(void)state;
	setup(&f);
	expect(&f, &f.ij, &f.place, 0);
	for (bit = 0; bit < 8 * sizeof(f.letter); bit += bit < last ? 1 : 61) {
		f.letter[bit / 8] ^= (uint8_t)(1u << bit % 8);
		expect(&f, &f.ij, &f.place, TACIT_E_CRYPTO);
		f.letter[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (bit = 8 * (sizeof(f.letter) - 16); bit < 8 * sizeof(f.letter);
	    bit++) {
		f.letter[bit / 8] ^= (uint8_t)(1u << bit % 8);
		expect(&f, &f.ij, &f.place, TACIT_E_CRYPTO);
		f.letter[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	expect(&f, &f.ij, &f.place, 0);
}

static void
another_place_is_refused(void **state)
{
	struct seal_place p;
	struct fixture f;
	size_t bit;

	(void)state;
	setup(&f);
	for (bit = 0; bit < 8 * sizeof(p.address); bit++) {
		p = f.place;
		p.address[bit / 8] ^= (uint8_t)(1u << bit % 8);
		expect(&f, &f.ij, &p, TACIT_E_CRYPTO);
	}
	for (bit = 0; bit < 8 * sizeof(p.envelope); bit++) {
		p = f.place;
		p.envelope[bit / 8] ^= (uint8_t)(1u << bit % 8);
		expect(&f, &f.ij, &p, TACIT_E_CRYPTO);
		assert_false(seal_names(f.letter, &f.ij, &p));
	}
}

static void
nothing_is_reflected(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	assert_true(seal_names(f.letter, &f.ij, &f.place));
	assert_false(seal_names(f.letter, &f.ji, &f.place));
	expect(&f, &f.ji, &f.place, TACIT_E_CRYPTO);
	f.ij.seal[31] ^= 1;
	expect(&f, &f.ij, &f.place, TACIT_E_CRYPTO);
}

static void
every_bit_of_the_hint_counts(void **state)
{
	struct fixture f;
	size_t bit;

	(void)state;
	setup(&f);
	for (bit = 0; bit < 8 * TACIT_HINT_LEN; bit++) {
		f.letter[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(seal_names(f.letter, &f.ij, &f.place));
		f.letter[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void
other_sizes_are_refused(void **state)
{
	static const size_t sizes[] = { 0, 1, 24, 40, 59, 60, 2047, 2049,
	    65535 };
	static uint8_t big[TACIT_PARCEL_LEN + 1];
	struct seal_header h;
	struct fixture f;
	size_t i;

	(void)state;
	setup(&f);
	memcpy(big, f.letter, sizeof(f.letter));
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(open_exact(&h, big, sizes[i], &f.ij,
		    &f.place, NULL), TACIT_E_SIZE);
		assert_int_equal(seal_close(big, sizes[i], &f.ij, &f.place,
		    &f.head, f.msg, f.random), TACIT_E_SIZE);
	}
	/* A letter in front of a parcel's zeros is no parcel. */
	assert_int_equal(open_exact(&h, big, TACIT_PARCEL_LEN, &f.ij,
	    &f.place, NULL), TACIT_E_CRYPTO);
}

static void
what_does_not_fit_is_not_sealed(void **state)
{
	static const struct seal_header rows[] = {
		{ SEAL_WHISPER, "s", 1, 1, 1990 },
		{ SEAL_WHISPER, "s", 1, 1, UINT16_MAX },
		{ SEAL_WHISPER, "s", 1, 1, 0 },
		{ SEAL_WHISPER, "s", 0, 1, 10 },
		{ SEAL_WHISPER, "s", UINT64_C(1) << 48, 1, 10 },
		{ SEAL_WHISPER, "s", UINT64_MAX, 1, 10 },
		{ SEAL_WHISPER, "s", 1, 0, 10 },
		{ 0, "s", 1, 1, 10 },
		{ SEAL_STALE + 1, "s", 1, 1, 10 },
		{ 255, "s", 1, 1, 10 },
	};
	uint8_t out[TACIT_LETTER_LEN];
	struct fixture f;
	size_t i;

	(void)state;
	setup(&f);
	memset(out, 0x77, sizeof(out));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(seal_close(out, sizeof(out), &f.ij, &f.place,
		    &rows[i], f.msg, f.random), TACIT_E_LIMIT);
		assert_int_equal(out[0], 0x77);
		assert_memory_equal(out, out + 1, sizeof(out) - 1);
	}
}

/* Seal ${plain} as it is: what only a peer that has the key can do. */
static void
seal_raw(struct fixture *f, const uint8_t *plain)
{
	uint8_t ad[49] = { 1 };

	memcpy(ad + 1, f->place.address, 32);
	memcpy(ad + 33, f->place.envelope, 16);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(f->letter + 24, NULL,
	    plain, sizeof(f->letter) - 40, ad, sizeof(ad), NULL, f->letter,
	    f->ij.seal);
}

static void
authentic_nonsense_is_poison(void **state)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t byte;
		int want;
	} rows[] = {
		{ "as it should be",	19, 0x42, 0 },
		{ "kind 2",		0, 2, 0 },
		{ "kind 3",		0, 3, 0 },
		{ "kind 0",		0, 0, TACIT_E_POISON },
		{ "kind 5",		0, 5, 0 },
		{ "kind 6, of nobody",	0, 6, TACIT_E_POISON },
		{ "kind 255",		0, 255, TACIT_E_POISON },
		{ "counter 0",		12, 0, TACIT_E_POISON },
		{ "generation 0",	16, 0, TACIT_E_POISON },
		{ "length 0",		18, 0, TACIT_E_POISON },
		{ "length one short",	18, 9, TACIT_E_POISON },
		{ "length one long",	18, 11, 0 },
		{ "length over the envelope", 17, 0xff, TACIT_E_POISON },
		{ "byte behind the message", 29, 1, TACIT_E_POISON },
		{ "last byte",		2007, 1, TACIT_E_POISON },
	};
	struct fixture f;
	uint8_t plain[TACIT_LETTER_LEN - 40];
	size_t i;

	(void)state;
	setup(&f);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(plain, 0, sizeof(plain));
		plain[0] = SEAL_WHISPER;
		plain[12] = 1;			/* counter */
		plain[16] = 1;			/* generation */
		plain[18] = 10;			/* length */
		memset(plain + 19, 0x42, 10);
		plain[rows[i].at] = rows[i].byte;
		seal_raw(&f, plain);
		expect(&f, &f.ij, &f.place, rows[i].want);
	}
}

static void
the_header_stands_where_the_page_says(void **state)
{
	static const uint8_t want[] = { 1, 's', 't', 'r', 'e', 'a', 'm',
	    0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xad, 0xbe, 0xef,
	    1000 >> 8, 1000 & 0xff, 0x42 };
	uint8_t plain[TACIT_LETTER_LEN - 40], ad[49] = { 1 };
	struct fixture f;

	(void)state;
	setup(&f);
	memset(ad + 1, 0x21, 48);
	assert_int_equal(crypto_aead_xchacha20poly1305_ietf_decrypt(plain,
	    NULL, NULL, f.letter + 24, sizeof(f.letter) - 24, ad, sizeof(ad),
	    f.letter, f.ij.seal), 0);
	assert_memory_equal(plain, want, sizeof(want));
	assert_memory_equal(f.letter + 8, f.random, 16);
	assert_true(sodium_is_zero(plain + 1019, sizeof(plain) - 1019));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capacities_are_those_of_the_page),
		cmocka_unit_test(what_was_sealed_comes_back),
		cmocka_unit_test(every_flipped_bit_is_refused),
		cmocka_unit_test(another_place_is_refused),
		cmocka_unit_test(nothing_is_reflected),
		cmocka_unit_test(every_bit_of_the_hint_counts),
		cmocka_unit_test(other_sizes_are_refused),
		cmocka_unit_test(what_does_not_fit_is_not_sealed),
		cmocka_unit_test(authentic_nonsense_is_poison),
		cmocka_unit_test(the_header_stands_where_the_page_says),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
