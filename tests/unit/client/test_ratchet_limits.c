/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points, ids, sizes, gaps: where the ratchet's limits are.  Figures that
 * other pages quote are printed.
 */
#include "ratchet_end.h"
#include "curve.h"
#include "keystore.h"
#include "seal.h"

/* cr.yp.to/ecdh.html lists the first twelve; then, not of low order. */
static const struct {
	const char *name, *hex;
} bad_points[] = {
	{ "0",
	  "0000000000000000000000000000000000000000000000000000000000000000" },
	{ "1",
	  "0100000000000000000000000000000000000000000000000000000000000000" },
	{ "of order 8",
	  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800" },
	{ "the other of order 8",
	  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157" },
	{ "p - 1",
	  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" },
	{ "p",
	  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" },
	{ "p + 1",
	  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" },
	{ "p + the one of order 8",
	  "cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880" },
	{ "p + the other",
	  "4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7" },
	{ "2p - 1",
	  "d9ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" },
	{ "2p",
	  "daffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" },
	{ "2p + 1",
	  "dbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" },
	{ "9 + p",
	  "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" },
	{ "9, top bit set",
	  "0900000000000000000000000000000000000000000000000000000000000080" },
	{ "2^255 - 1",
	  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" },
	{ "2^256 - 1",
	  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" },
};

enum {
	BAD_POINTS = sizeof(bad_points) / sizeof(bad_points[0]),
	NOT_MASKED = 7			/* of those, the first: of low order */
};

static void
bad_point(uint8_t out[32], size_t n)
{
	size_t len;

	assert_int_equal(sodium_hex2bin(out, 32, bad_points[n].hex, 64, NULL,
	    &len, NULL), 0);
	assert_int_equal(len, 32);
}

/*
 * The curve's own word, which looks away from the top bit: clamped, this is
 * 2^254, a multiple of the cofactor and of no other factor.
 */
static int
has_large_order(const uint8_t point[32])
{
	static const uint8_t power_of_two[32];
	uint8_t result[32];

	return crypto_scalarmult(result, power_of_two, point) == 0;
}

static void
bad_points_are_known_and_good_ones_too(void **state)
{
	static const uint8_t good[][32] = {
		{ 9 }, { 2 },
		/* p - 2: the largest that is sound */
		{ 0xeb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		  0xff, 0x7f }
	};
	uint8_t point[32], secret[32];
	size_t n;

	(void)state;
	for (n = 0; n < BAD_POINTS; n++) {
		bad_point(point, n);
		if (curve_point_is_sound(point))
			fail_msg("%s", bad_points[n].name);
		if (n < NOT_MASKED)
			assert_false(has_large_order(point));
	}
	for (n = 0; n < sizeof(good) / sizeof(good[0]); n++)
		assert_true(curve_point_is_sound(good[n]));
	for (n = 0; n < 100; n++) {
		randombytes_buf(secret, sizeof(secret));
		crypto_scalarmult_base(point, secret);
		assert_true(curve_point_is_sound(point));
		/* Half of these lie on the twist. */
		randombytes_buf(point, sizeof(point));
		point[31] &= 0x3f;
		assert_true(curve_point_is_sound(point));
		assert_true(has_large_order(point));
	}
}

static void
a_bundle_with_a_bad_point_is_refused_before_anything(void **state)
{
	static const size_t at[] = {
		offsetof(struct ratchet_bundle, identity),
		offsetof(struct ratchet_bundle, signed_prekey),
		offsetof(struct ratchet_bundle, one_time_prekey)
	};
	struct talk t;
	struct ratchet_bundle good, bad;
	struct dump before;
	size_t n, k;

	talk_new(&t, *state);
	offer(t.i, t.at_i.relationship, &good);
	for (n = 0; n < BAD_POINTS; n++) {
		for (k = 0; k < sizeof(at) / sizeof(at[0]); k++) {
			bad = good;
			bad_point((uint8_t *)&bad + at[k], n);
			before = dump_take(t.j);
			assert_int_equal(accept_bundle(t.j, &t.at_j, &bad),
			    TACIT_E_POISON);
			assert_nothing_written(t.j, &before);
		}
	}
	assert_int_equal(accept_bundle(t.j, &t.at_j, &good), 0);
}

static void
a_bundle_that_cannot_be_is_refused(void **state)
{
	struct talk t;
	struct ratchet_bundle good, bad[12];
	struct dump before;
	size_t n;

	talk_new(&t, *state);
	offer(t.i, t.at_i.relationship, &good);
	for (n = 0; n < 12; n++)
		bad[n] = good;
	bad[0].registration_id = 0;
	bad[1].registration_id = 16381;
	bad[2].signed_prekey_id = 0;
	bad[3].signed_prekey_id = 0xffffff;
	bad[4].signed_prekey_id = UINT32_MAX;
	bad[5].one_time_prekey_id = 0;
	bad[6].one_time_prekey_id = 0xffffff;
	bad[7].signature[0] ^= 1;
	bad[8].signature[63] ^= 1;
	memset(bad[9].signature, 0, sizeof(bad[9].signature));
	memcpy(bad[10].signed_prekey, good.one_time_prekey, 32);
	memcpy(bad[11].identity, good.one_time_prekey, 32);

	before = dump_take(t.j);
	for (n = 0; n < 12; n++) {
		if (accept_bundle(t.j, &t.at_j, &bad[n]) != TACIT_E_POISON)
			fail_msg("bundle %zu", n);
	}
	assert_nothing_written(t.j, &before);
}

/* Where in ${l} the point after these three bytes begins. */
static uint8_t *
find_point(struct letter *l, uint8_t tag, size_t nth)
{
	size_t at;

	for (at = 0; at + 35 <= l->len; at++) {
		if (l->data[at] == tag && l->data[at + 1] == 0x21 &&
		    l->data[at + 2] == 5 && nth-- == 0)
			return l->data + at + 3;
	}
	fail_msg("no point after %02x", tag);
	return NULL;
}

static void
a_message_with_a_bad_point_is_refused_before_anything(void **state)
{
	/* Ratchet key; and of a first message: base, identity, ratchet. */
	static const struct { int first; uint8_t tag; } places[] = {
		{ 0, 0x0a }, { 1, 0x12 }, { 1, 0x1a }, { 1, 0x0a }
	};
	struct talk t[2];
	struct letter good[2], bad;
	struct dump before;
	size_t n, k;

	talk_settle(&t[0], *state);
	talk_begin(&t[1], *state);
	for (k = 0; k < 2; k++)
		write_letter(t[k].j, &t[k].at_j, "good", &good[k]);
	for (n = 0; n < BAD_POINTS; n++) {
		for (k = 0; k < sizeof(places) / sizeof(places[0]); k++) {
			struct talk *at = &t[places[k].first];

			bad = good[places[k].first];
			bad_point(find_point(&bad, places[k].tag, 0), n);
			before = dump_take(at->i);
			assert_int_equal(read_verdict(at->i, &at->at_i, 1,
			    &bad), TACIT_E_POISON);
			assert_nothing_written(at->i, &before);
		}
	}
	for (k = 0; k < 2; k++)
		read_letter(t[k].i, &t[k].at_i, &good[k], "good");
}

static void
set_counter(struct end *e, uint32_t n)
{
	const uint8_t row[4] = {
		(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
		(uint8_t)n
	};

	begin(e);
	assert_int_equal(vault_put(e->vault, VAULT_RATCHET, "n", 1, row,
	    sizeof(row)), 0);
	commit(e);
}

static void
prekey_ids_rise_and_end(void **state)
{
	struct pair *p = *state;
	struct ratchet_bundle b;
	struct dump before;
	uint8_t relationship[32];
	uint32_t last = 0, begun;
	int k;

	for (k = 0; k < 20; k++) {
		randombytes_buf(relationship, sizeof(relationship));
		offer(&p->i, relationship, &b);
		assert_true(b.signed_prekey_id > last);
		assert_int_equal(b.one_time_prekey_id, b.signed_prekey_id);
		assert_in_range(b.registration_id, 1, 16380);
		last = b.signed_prekey_id;
		begin(&p->i);
		assert_int_equal(ratchet_forget(p->i.ratchet, relationship),
		    0);
		commit(&p->i);
	}

	begun = last;
	set_counter(&p->i, KEYSTORE_PREKEY_MAX - 1);
	offer(&p->i, relationship, &b);
	assert_int_equal(b.signed_prekey_id, KEYSTORE_PREKEY_MAX);
	before = dump_take(&p->i);
	begin(&p->i);
	assert_int_equal(ratchet_offer(p->i.ratchet, relationship, &b),
	    TACIT_E_LIMIT);
	commit(&p->i);
	assert_nothing_written(&p->i, &before);
	set_counter(&p->i, begun);
}

/* How long ${len} bytes of content become, by the next message of ${e}. */
static size_t
measure(struct end *e, const struct ratchet_session *s, size_t len,
    enum ratchet_kind kind)
{
	static const uint8_t content[TACIT_PARCEL_CONTENT_LEN];
	struct letter l;

	begin(e);
	assert_int_equal(ratchet_encrypt(e->ratchet, s, content, len, l.data,
	    sizeof(l.data), &l.len, &l.kind), 0);
	vault_rollback(e->vault);
	assert_int_equal(l.kind, kind);
	return l.len;
}

static void
count_up(struct end *e, const struct ratchet_session *s, int n)
{
	struct letter l;

	begin(e);
	while (n-- > 0)
		assert_int_equal(ratchet_encrypt(e->ratchet, s,
		    (const uint8_t *)"x", 1, l.data, sizeof(l.data), &l.len,
		    &l.kind), 0);
	commit(e);
}

static void
measure_all(struct end *e, const struct ratchet_session *s,
    enum ratchet_kind kind, const char *when)
{
	const size_t letter = seal_capacity(TACIT_LETTER_LEN);
	const size_t parcel = seal_capacity(TACIT_PARCEL_LEN);
	size_t l, h, p;

	l = measure(e, s, TACIT_CONTENT_LEN, kind);
	h = measure(e, s, TACIT_HELLO_CONTENT_LEN, kind) + RATCHET_BOX_LEN;
	p = measure(e, s, TACIT_PARCEL_CONTENT_LEN, kind);
	print_message("%s: letter %zu of %zu, Hello %zu of %zu, "
	    "parcel %zu of %zu\n", when, l, letter, h, letter, p, parcel);
	assert_true(l <= letter);
	assert_true(h <= letter);
	assert_true(p <= parcel);
}

static void
padded_content_fits_its_envelope_at_any_counter(void **state)
{
	struct pair *pair = *state;
	struct talk t;

	talk_settle(&t, pair);
	measure_all(t.j, &t.at_j, RATCHET_WHISPER, "whisper, first");
	count_up(t.j, &t.at_j, 2000);
	measure_all(t.j, &t.at_j, RATCHET_WHISPER, "whisper, after 2,000");
	say(&t, FROM_I, "turn");
	count_up(t.j, &t.at_j, 16384);
	measure_all(t.j, &t.at_j, RATCHET_WHISPER, "whisper, after 16,384");

	/* The largest ids that there are. */
	set_counter(&pair->i, KEYSTORE_PREKEY_MAX - 1);
	talk_begin(&t, pair);
	set_counter(&pair->i, 1u << 20);
	measure_all(t.j, &t.at_j, RATCHET_PREKEY, "prekey, first");
	count_up(t.j, &t.at_j, 2000);
	measure_all(t.j, &t.at_j, RATCHET_PREKEY, "prekey, after 2,000");
	count_up(t.j, &t.at_j, 16384 - 2000);
	measure_all(t.j, &t.at_j, RATCHET_PREKEY, "prekey, after 16,384");
}

/* Lose ${gap} messages and deliver the next. */
static int
verdict_after_gap(struct pair *p, int gap, struct talk *t)
{
	struct letter l;

	talk_settle(t, p);
	say(t, FROM_J, "before the gap");
	count_up(t->j, &t->at_j, gap);
	write_letter(t->j, &t->at_j, "after the gap", &l);
	return read_verdict(t->i, &t->at_i, 0, &l);
}

static void
a_gap_is_crossed_up_to_the_size_of_a_record(void **state)
{
	struct talk t;
	struct dump before;
	struct letter l;
	int low = 512, high = 2000, mid;

	/* A full mailbox that expired, at the least, must not end it. */
	assert_int_equal(verdict_after_gap(*state, low, &t), 0);
	assert_int_equal(verdict_after_gap(*state, high, &t), TACIT_E_LIMIT);
	assert_int_equal(verdict_after_gap(*state, 2001, &t),
	    TACIT_E_CRYPTO);
	while (high - low > 1) {
		mid = (low + high) / 2;
		if (verdict_after_gap(*state, mid, &t) == 0)
			low = mid;
		else
			high = mid;
	}
	print_message("largest gap in one chain: %d messages\n", low);

	/*
	 * More is refused whole, and the other direction goes on.  Random ids
	 * make a record a few bytes longer or shorter: 3 messages more are
	 * too many for any.
	 */
	assert_int_equal(verdict_after_gap(*state, high + 3, &t),
	    TACIT_E_LIMIT);
	before = dump_take(t.i);
	write_letter(t.j, &t.at_j, "and one more", &l);
	assert_int_equal(read_verdict(t.i, &t.at_i, 0, &l), TACIT_E_LIMIT);
	assert_nothing_written(t.i, &before);
	say(&t, FROM_I, "I cannot read you");
	/* Which turned the ratchet: the gap ended with the chain. */
	write_letter(t.j, &t.at_j, "on a new chain", &l);
	assert_int_equal(read_verdict(t.i, &t.at_i, 0, &l), 0);
}

static void
the_box_opens_for_its_key_only(void **state)
{
	uint8_t key[2][32], secret[2][32], point[32];
	uint8_t msg[100], box[100 + RATCHET_BOX_LEN], out[100];
	size_t n;

	(void)state;
	for (n = 0; n < 2; n++)
		crypto_box_keypair(key[n], secret[n]);
	randombytes_buf(msg, sizeof(msg));
	assert_int_equal(ratchet_box(box, msg, sizeof(msg), key[0]), 0);
	assert_int_equal(ratchet_unbox(out, box, sizeof(box), key[0],
	    secret[0]), 0);
	assert_memory_equal(out, msg, sizeof(msg));

	assert_int_equal(ratchet_unbox(out, box, sizeof(box), key[1],
	    secret[1]), TACIT_E_CRYPTO);
	for (n = 0; n < RATCHET_BOX_LEN; n++)
		assert_int_equal(ratchet_unbox(out, box, n, key[0],
		    secret[0]), TACIT_E_CRYPTO);
	for (n = 0; n < sizeof(box); n++) {
		box[n] ^= 1;
		assert_int_equal(ratchet_unbox(out, box, sizeof(box), key[0],
		    secret[0]), TACIT_E_CRYPTO);
		box[n] ^= 1;
	}
	for (n = 0; n < BAD_POINTS; n++) {
		bad_point(point, n);
		assert_int_equal(ratchet_box(box, msg, sizeof(msg), point),
		    TACIT_E_POISON);
		bad_point(box, n);
		assert_int_equal(ratchet_unbox(out, box, sizeof(box), key[0],
		    secret[0]), TACIT_E_POISON);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bad_points_are_known_and_good_ones_too),
	    cmocka_unit_test(
		a_bundle_with_a_bad_point_is_refused_before_anything),
	    cmocka_unit_test(a_bundle_that_cannot_be_is_refused),
	    cmocka_unit_test(
		a_message_with_a_bad_point_is_refused_before_anything),
	    cmocka_unit_test(prekey_ids_rise_and_end),
	    cmocka_unit_test(padded_content_fits_its_envelope_at_any_counter),
	    cmocka_unit_test(a_gap_is_crossed_up_to_the_size_of_a_record),
	    cmocka_unit_test(the_box_opens_for_its_key_only),
	};

	return cmocka_run_group_tests(tests, pair_setup, pair_teardown);
}
