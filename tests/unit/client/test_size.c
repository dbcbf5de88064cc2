/* SPDX-License-Identifier: Apache-2.0 */
/* What libsignal makes of padded content fits its envelope, always. */
#include "vault_fixture.h"

#include <sodium.h>

#include "ratchet.h"
#include "seal.h"

/*
 * What libsignal adds, at its worst: to the padded content PKCS#7 up to a
 * block of 16; around that version byte, ratchet key, two counters of 32 bits
 * and MAC; around a first message version byte, base key, identity key, a
 * registration id of 14 bits and two prekey ids of 24.  Each of the two
 * layers has a length, of ${len} bytes with its tag.
 */
static size_t
worst_whisper(size_t content, size_t len)
{
	return 1 + (2 + 33) + 2 * (1 + 5) + len + (content / 16 + 1) * 16 + 8;
}

static size_t
worst_prekey(size_t content, size_t len)
{
	return 1 + 2 * (2 + 33) + (1 + 2) + 2 * (1 + 4) + len +
	    worst_whisper(content, len);
}

static void
the_worst_case_fits(void **state)
{
	(void)state;
	assert_in_range(worst_prekey(TACIT_CONTENT_LEN, 3), 1,
	    seal_capacity(TACIT_LETTER_LEN));
	assert_in_range(worst_prekey(TACIT_HELLO_CONTENT_LEN, 3) +
	    crypto_box_SEALBYTES, 1, seal_capacity(TACIT_LETTER_LEN));
	assert_in_range(worst_prekey(TACIT_PARCEL_CONTENT_LEN, 4), 1,
	    seal_capacity(TACIT_PARCEL_LEN));

	/* And there is no room for another block. */
	assert_true(worst_prekey(TACIT_CONTENT_LEN + 16, 3) >
	    seal_capacity(TACIT_LETTER_LEN));
	assert_true(worst_prekey(TACIT_PARCEL_CONTENT_LEN + 16, 4) >
	    seal_capacity(TACIT_PARCEL_LEN));
}

/* Encrypt ${len} bytes; a real message is never over its worst case. */
static size_t
encrypt(struct ratchet *r, const struct ratchet_session *s, size_t len,
    enum ratchet_kind want, uint8_t *out)
{
	static uint8_t plain[TACIT_PARCEL_CONTENT_LEN];
	size_t n, len_len = len > 16000 ? 4 : 3;
	size_t worst = want == RATCHET_PREKEY ? worst_prekey(len, len_len) :
	    worst_whisper(len, len_len);
	enum ratchet_kind kind;

	assert_int_equal(ratchet_encrypt(r, s, plain, len, out,
	    seal_capacity(TACIT_PARCEL_LEN), &n, &kind), 0);
	assert_int_equal(kind, want);
	assert_in_range(n, worst - 2 * 4 - 2 * 3 - 1, worst);
	return n;
}

static void
real_messages_are_as_long_as_counted(void **state)
{
	static uint8_t out[TACIT_PARCEL_LEN], plain[TACIT_PARCEL_LEN];
	struct fixture *f = *state;
	struct vault *vi = fixture_create(f->path);
	struct vault *vj = fixture_create(f->other);
	struct ratchet_session to_j = { { 1 }, 1, RATCHET_MINE };
	struct ratchet_session to_i = { { 1 }, 1, RATCHET_THEIRS };
	struct ratchet_bundle b;
	struct ratchet *i, *j;
	size_t n, len;

	assert_int_equal(vault_begin(vi), 0);
	assert_int_equal(vault_begin(vj), 0);
	assert_int_equal(ratchet_open(&i, vi), 0);
	assert_int_equal(ratchet_open(&j, vj), 0);
	assert_int_equal(ratchet_offer(i, to_j.relationship, &b), 0);
	assert_int_equal(ratchet_accept(j, &to_i, &b), 0);

	(void)encrypt(j, &to_i, TACIT_HELLO_CONTENT_LEN, RATCHET_PREKEY, out);
	(void)encrypt(j, &to_i, TACIT_PARCEL_CONTENT_LEN, RATCHET_PREKEY,
	    out);
	n = encrypt(j, &to_i, TACIT_CONTENT_LEN, RATCHET_PREKEY, out);
	assert_int_equal(ratchet_decrypt(i, &to_j, RATCHET_PREKEY, 1, out, n,
	    plain, sizeof(plain), &len), 0);
	assert_int_equal(len, TACIT_CONTENT_LEN);
	(void)encrypt(i, &to_j, TACIT_CONTENT_LEN, RATCHET_WHISPER, out);
	(void)encrypt(i, &to_j, TACIT_PARCEL_CONTENT_LEN, RATCHET_WHISPER,
	    out);

	ratchet_close(i);
	ratchet_close(j);
	vault_close(vi);
	vault_close(vj);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_case_fits),
		cmocka_unit_test_setup_teardown(
		    real_messages_are_as_long_as_counted, fixture_setup,
		    fixture_teardown),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
