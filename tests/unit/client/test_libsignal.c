/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libsignal leaves to who uses it: primitives, sound input, one thread
 * at a time, and sessions that cannot be begun again.  The table in
 * client-lib/DESIGN.md, "The ratchet", names these tests.
 */
#include <pthread.h>

#include <signal/signal_protocol.h>

#include "ratchet_end.h"

/* ---- primitives ------------------------------------------------------------------- */

/* What provider.c gave last; libsignal.cmake has the call come here first. */
static signal_crypto_provider given;

int __real_signal_context_set_crypto_provider(signal_context *c,
    const signal_crypto_provider *p);
int __wrap_signal_context_set_crypto_provider(signal_context *c,
    const signal_crypto_provider *p);

int
__wrap_signal_context_set_crypto_provider(signal_context *c,
    const signal_crypto_provider *p)
{

	given = *p;
	return __real_signal_context_set_crypto_provider(c, p);
}

static void
assert_buffer(signal_buffer *b, const char *hex)
{
	uint8_t want[128];
	size_t len;

	assert_int_equal(sodium_hex2bin(want, sizeof(want), hex, strlen(hex),
	    NULL, &len, NULL), 0);
	assert_int_equal(signal_buffer_len(b), len);
	assert_memory_equal(signal_buffer_data(b), want, len);
	signal_buffer_free(b);
}

static void
every_primitive_is_given_and_right(void **state)
{
	const signal_crypto_provider *p = &given;
	static const uint8_t key[32] = { 0 }, iv[16] = { 0 };
	uint8_t a[32] = { 0 }, b[32] = { 0 };
	signal_buffer *out, *back;
	void *h;

	(void)state;
	assert_int_equal(p->random_func(a, sizeof(a), p->user_data), 0);
	assert_int_equal(p->random_func(b, sizeof(b), p->user_data), 0);
	assert_memory_not_equal(a, b, sizeof(a));

	/* RFC 4231, case 2. */
	assert_int_equal(p->hmac_sha256_init_func(&h, (const uint8_t *)"Jefe",
	    4, p->user_data), 0);
	assert_int_equal(p->hmac_sha256_update_func(h,
	    (const uint8_t *)"what do ya want for nothing?", 28,
	    p->user_data), 0);
	assert_int_equal(p->hmac_sha256_final_func(h, &out, p->user_data), 0);
	p->hmac_sha256_cleanup_func(h, p->user_data);
	assert_buffer(out, "5bdcc146bf60754e6a042426089575c75a003f089d273983"
	    "9dec58b964ec3843");

	/* FIPS 180-4, "abc". */
	assert_int_equal(p->sha512_digest_init_func(&h, p->user_data), 0);
	assert_int_equal(p->sha512_digest_update_func(h,
	    (const uint8_t *)"abc", 3, p->user_data), 0);
	assert_int_equal(p->sha512_digest_final_func(h, &out, p->user_data),
	    0);
	p->sha512_digest_cleanup_func(h, p->user_data);
	assert_buffer(out, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea2"
	    "0a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
	    "2a9ac94fa54ca49f");

	assert_int_equal(p->encrypt_func(&out, SG_CIPHER_AES_CBC_PKCS5, key,
	    sizeof(key), iv, sizeof(iv), key, 16, p->user_data), 0);
	assert_int_equal(signal_buffer_len(out), 32);
	assert_int_equal(p->decrypt_func(&back, SG_CIPHER_AES_CBC_PKCS5, key,
	    sizeof(key), iv, sizeof(iv), signal_buffer_data(out), 32,
	    p->user_data), 0);
	assert_buffer(back, "00000000000000000000000000000000");
	/* FIPS 197 under a zero key, first block. */
	assert_memory_equal(signal_buffer_data(out),
	    "\xdc\x95\xc0\x78\xa2\x40\x89\x89\xad\x48\xa2\x14\x92\x84\x20\x87",
	    16);
	signal_buffer_free(out);

	/* Versions of messages that used CTR are refused; so is CTR. */
	assert_int_not_equal(p->encrypt_func(&out,
	    SG_CIPHER_AES_CTR_NOPADDING, key, sizeof(key), iv, sizeof(iv),
	    key, 16, p->user_data), 0);
	assert_int_not_equal(p->decrypt_func(&out,
	    SG_CIPHER_AES_CTR_NOPADDING, key, sizeof(key), iv, sizeof(iv),
	    key, 16, p->user_data), 0);
}

/* ---- shapes of messages ------------------------------------------------------------ */

static void
put(struct letter *l, const void *data, size_t len)
{

	memcpy(l->data + l->len, data, len);
	l->len += len;
}

static void
put_byte(struct letter *l, unsigned b)
{
	const uint8_t byte = (uint8_t)b;

	put(l, &byte, 1);
}

/*
 * A field in one of its shapes: 0 absent, 1 as it should be, 2 of another
 * wire type, 3 empty, 4 too long, 5 twice, 6 a length beyond the end.
 */
enum { SHAPES = 7 };

static void
put_field(struct letter *l, unsigned field, unsigned shape, int is_number,
    const void *good, size_t len)
{
	static const uint8_t much[60] = { 5, 1, 2, 3 };
	unsigned times;

	if (shape == 0)
		return;
	if ((shape == 2) != is_number) {
		put_byte(l, field << 3);
		put_byte(l, 1);
		return;
	}
	for (times = shape == 5 ? 2 : 1; times > 0; times--) {
		put_byte(l, field << 3 | 2);
		if (shape == 3)
			put_byte(l, 0);
		else if (shape == 4) {
			put_byte(l, sizeof(much));
			put(l, much, sizeof(much));
		} else if (shape == 6)
			put_byte(l, 120);
		else {
			put_byte(l, (unsigned)len);
			put(l, good, len);
		}
	}
}

static void
a_point(uint8_t wire[33])
{
	uint8_t scalar[32];

	randombytes_buf(scalar, sizeof(scalar));
	wire[0] = 5;
	assert_int_equal(crypto_scalarmult_base(wire + 1, scalar), 0);
}

/* A normal message whose four fields have shapes as the digits of ${n} say. */
static void
whisper(struct letter *l, unsigned version, unsigned n, size_t mac)
{
	static const uint8_t body[32];
	uint8_t wire[33];

	a_point(wire);
	l->kind = RATCHET_WHISPER;
	l->len = 0;
	put_byte(l, version);
	put_field(l, 1, n % SHAPES, 0, wire, sizeof(wire));
	put_field(l, 2, n / SHAPES % SHAPES, 1, wire, 0);
	put_field(l, 3, n / SHAPES / SHAPES % SHAPES, 1, wire, 0);
	put_field(l, 4, n / SHAPES / SHAPES / SHAPES % SHAPES, 0, body,
	    sizeof(body));
	put(l, body, mac);
}

/*
 * A first message of six fields: registration, both prekey ids, base key,
 * identity, and ${inner}.
 */
static void
first(struct letter *l, unsigned version, unsigned n,
    const struct letter *inner)
{
	static const unsigned order[] = { 5, 1, 6, 2, 3, 4 };
	unsigned i, shape;
	uint8_t wire[33];

	l->kind = RATCHET_PREKEY;
	l->len = 0;
	put_byte(l, version);
	for (i = 0; i < 6; i++, n /= SHAPES) {
		shape = n % SHAPES;
		a_point(wire);
		if (order[i] == 4)
			put_field(l, 4, shape, 0, inner->data, inner->len);
		else
			put_field(l, order[i], shape, order[i] == 5 ||
			    order[i] == 1 || order[i] == 6, wire,
			    sizeof(wire));
	}
}

/* Refused, without a word to the vault. */
static void
is_refused(struct end *e, const struct ratchet_session *s,
    const struct letter *l, const struct dump *before)
{
	struct dump kept = { malloc(before->len), before->len };
	int rc = read_verdict(e, s, 1, l);

	assert_non_null(kept.data);
	memcpy(kept.data, before->data, before->len);
	assert_true(rc == TACIT_E_POISON || rc == TACIT_E_CRYPTO);
	assert_nothing_written(e, &kept);
}

/*
 * An assert of libsignal, or of ours, would end this program: every shape of
 * a normal message, and each pair of odd shapes in a first one, to an end
 * that has a session and to one that has none yet.
 */
static void
no_shape_of_message_reaches_an_assert(void **state)
{
	static const unsigned versions[] = { 0x33, 0x00, 0x23, 0x43, 0xff };
	static const size_t macs[] = { 8, 0, 7 };
	unsigned n, v, a, b, digit[6], power;
	struct letter l, inner;
	struct talk old, fresh;
	struct dump before;

	talk_settle(&old, *state);
	talk_begin(&fresh, *state);
	before = dump_take(old.i);
	for (v = 0; v < 5; v++)
		for (n = 0; n < SHAPES * SHAPES * SHAPES * SHAPES;
		    n += v == 0 ? 1 : 37) {
			whisper(&l, versions[v], n, macs[n % 3]);
			is_refused(old.i, &old.at_i, &l, &before);
			if (n % 5 == 0)
				is_refused(fresh.i, &fresh.at_i, &l, &before);
		}
	for (a = 0; a < 6 * SHAPES; a++)
		for (b = a; b < 6 * SHAPES; b++) {
			for (n = 0; n < 6; n++)
				digit[n] = 1;
			digit[a / SHAPES] = a % SHAPES;
			digit[b / SHAPES] = b % SHAPES;
			for (v = 0, n = 0, power = 1; v < 6; v++,
			    power *= SHAPES)
				n += digit[v] * power;
			whisper(&inner, 0x33, 1 + SHAPES + SHAPES * SHAPES +
			    SHAPES * SHAPES * SHAPES, 8);
			first(&l, versions[(a + b) % 7 == 0 ? b % 5 : 0], n,
			    &inner);
			is_refused(old.i, &old.at_i, &l, &before);
			is_refused(fresh.i, &fresh.at_i, &l, &before);
		}
	for (n = 0; n < 256; n++) {	/* and noise of every small length */
		l.kind = n % 2 != 0 ? RATCHET_WHISPER : RATCHET_PREKEY;
		l.len = 1 + n;
		randombytes_buf(l.data, l.len);
		if (n % 3 == 0)
			l.data[0] = 0x33;
		is_refused(old.i, &old.at_i, &l, &before);
	}
	free(before.data);
	say(&old, FROM_J, "still here");
	say(&fresh, FROM_J, "first after all");
}

/* ---- sessions ------------------------------------------------------------------------ */

/*
 * Without its one-time prekey libsignal opens a first message again once the
 * session is gone.  Both our prekeys went when it was opened.
 */
static void
a_first_message_begins_nothing_after_its_session_is_gone(void **state)
{
	struct talk t;
	struct letter l;

	talk_begin(&t, *state);
	write_letter(t.j, &t.at_j, "once", &l);
	read_letter(t.i, &t.at_i, &l, "once");
	assert_int_equal(read_verdict(t.i, &t.at_i, 1, &l), TACIT_E_REPLAY);
	begin(t.i);
	assert_int_equal(ratchet_forget(t.i->ratchet, t.at_i.relationship), 0);
	commit(t.i);
	assert_int_not_equal(read_verdict(t.i, &t.at_i, 1, &l), 0);
	assert_int_equal(ratchet_has(t.i->ratchet, &t.at_i), 0);
	/* Another generation has the prekeys of none before it either. */
	t.at_i.generation++;
	assert_int_not_equal(read_verdict(t.i, &t.at_i, 1, &l), 0);
}

/* ---- threads ------------------------------------------------------------------------- */

enum { TURNS = 60 };

static void *
converse(void *arg)
{
	struct talk *t = arg;
	int i;

	for (i = 0; i < TURNS; i++) {
		say(t, FROM_J, "there");
		say(t, FROM_I, "and back");
	}
	return NULL;
}

/* libsignal has one lock for all; without it, each handle is one thread's. */
static void
two_handles_in_two_threads_share_nothing(void **state)
{
	void *other = NULL;
	struct talk t[2];
	pthread_t thread;

	assert_int_equal(pair_setup(&other), 0);
	talk_settle(&t[0], *state);
	talk_settle(&t[1], other);
	assert_int_equal(pthread_create(&thread, NULL, converse, &t[0]), 0);
	(void)converse(&t[1]);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(pair_teardown(&other), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_primitive_is_given_and_right),
	    cmocka_unit_test(no_shape_of_message_reaches_an_assert),
	    cmocka_unit_test(
		a_first_message_begins_nothing_after_its_session_is_gone),
	    cmocka_unit_test(two_handles_in_two_threads_share_nothing),
	};

	return cmocka_run_group_tests(tests, pair_setup, pair_teardown);
}
