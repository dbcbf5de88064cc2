/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused, and that a refusal writes nothing. */
#include "keystore.h"
#include "ratchet_end.h"

enum { MAC_LEN = 8, KEY_AT = 4 };

/* Verdicts as a set. */
enum {
	ACCEPTED = 1, CRYPTO = 2, POISON = 4, REPLAY = 8, OTHER = 16
};

static unsigned
as_set(int rc)
{

	switch (rc) {
	case 0:
		return ACCEPTED;
	case TACIT_E_CRYPTO:
		return CRYPTO;
	case TACIT_E_POISON:
		return POISON;
	case TACIT_E_REPLAY:
		return REPLAY;
	default:
		return OTHER;
	}
}

/* Read ${l} and take that back; a refusal is committed, and wrote nothing. */
static int
peek(struct end *e, const struct ratchet_session *s, const struct letter *l)
{
	struct dump before = dump_take(e);
	uint8_t out[TACIT_PARCEL_LEN];
	size_t len = 12345;
	int rc;

	begin(e);
	rc = ratchet_decrypt(e->ratchet, s, l->kind, 1, l->data, l->len, out,
	    sizeof(out), &len);
	if (rc == 0)
		vault_rollback(e->vault);
	else {
		commit(e);
		assert_int_equal(len, 12345);
	}
	assert_nothing_written(e, &before);
	return rc;
}

/* Each byte from ${from} to ${to}, two bits of it. */
static void
flip_each(struct talk *t, const struct letter *good, size_t from, size_t to,
    unsigned allowed, const char *what)
{
	struct letter bad = *good;
	unsigned got;
	size_t at;
	int bit;

	assert_true(from < to && to <= good->len);
	for (at = from; at < to; at++) {
		for (bit = 0; bit < 8; bit += 7) {
			bad.data[at] ^= (uint8_t)(1 << bit);
			got = as_set(peek(t->i, &t->at_i, &bad));
			if ((got & allowed) == 0)
				fail_msg("%s, byte %zu, bit %d: %u", what, at,
				    bit, got);
			bad.data[at] = good->data[at];
		}
	}
}

/* The parts of a message, by their place in it; negative: from its end. */
static const struct {
	const char *name;
	int from, to;
	unsigned allowed;
} whisper_parts[] = {
	{ "version",		0, 1,		CRYPTO | POISON },
	{ "before the key",	1, KEY_AT,	POISON },
	{ "ratchet key",	KEY_AT, 35,	CRYPTO },
	{ "its last byte",	35, 36,		CRYPTO | POISON },
	{ "counters",		36, 40,		CRYPTO | POISON |
						REPLAY },
	{ "before ciphertext",	40, 42,		CRYPTO | POISON },
	{ "ciphertext",		42, -MAC_LEN,	CRYPTO },
	{ "MAC",		-MAC_LEN, 0,	CRYPTO },
};

static void
a_changed_message_is_refused_and_writes_nothing(void **state)
{
	struct talk t;
	struct letter good;
	size_t n, from, to;

	talk_settle(&t, *state);
	say(&t, FROM_J, "one before");
	write_letter(t.j, &t.at_j, "a message of some length", &good);
	assert_int_equal(good.kind, RATCHET_WHISPER);
	for (n = 0; n < sizeof(whisper_parts) / sizeof(whisper_parts[0]);
	    n++) {
		from = (size_t)whisper_parts[n].from;
		to = (size_t)whisper_parts[n].to;
		if (whisper_parts[n].from < 0)
			from += good.len;
		if (whisper_parts[n].to <= 0)
			to += good.len;
		flip_each(&t, &good, from, to, whisper_parts[n].allowed,
		    whisper_parts[n].name);
	}
	read_letter(t.i, &t.at_i, &good, "a message of some length");
}

/* One field of a prekey message: the tag at from, its value to the end. */
struct field {
	unsigned number;
	size_t from, value, end;
};

static size_t
varint(const struct letter *l, size_t *at)
{
	size_t v = 0;
	int shift = 0;

	do {
		assert_true(*at < l->len && shift < 28);
		v |= (size_t)(l->data[*at] & 0x7f) << shift;
		shift += 7;
	} while (l->data[(*at)++] & 0x80);
	return v;
}

/* The next field from ${at}; 0 at the end. */
static int
next_field(const struct letter *l, size_t *at, struct field *f)
{
	size_t tag, len;

	if (*at == l->len)
		return 0;
	f->from = *at;
	tag = varint(l, at);
	f->number = (unsigned)(tag >> 3);
	f->value = *at;
	len = varint(l, at);
	if ((tag & 7) == 2) {
		f->value = *at;
		*at += len;
	}
	f->end = *at;
	return 1;
}

enum { PREKEY_ID = 1, BASE_KEY, IDENTITY_KEY, MESSAGE, REGISTRATION,
    SIGNED_ID, FIELDS };

static void
find_field(const struct letter *l, unsigned number, struct field *f)
{
	size_t at = 1;

	memset(f, 0, sizeof(*f));
	while (next_field(l, &at, f)) {
		if (f->number == number)
			return;
	}
	fail_msg("no field %u", number);
}

static void
a_changed_first_message_is_refused_and_writes_nothing(void **state)
{
	/* Only the seal covers the version's lower half and this number. */
	static const unsigned allowed[FIELDS] = {
		[PREKEY_ID] = CRYPTO | POISON,
		[BASE_KEY] = CRYPTO | POISON,
		[IDENTITY_KEY] = CRYPTO | POISON,
		[MESSAGE] = CRYPTO | POISON,
		[REGISTRATION] = ACCEPTED | POISON,
		[SIGNED_ID] = CRYPTO | POISON
	};
	struct talk t;
	struct letter good;
	struct field f;
	size_t at = 1;
	unsigned seen = 0;

	talk_begin(&t, *state);
	write_letter(t.j, &t.at_j, "the first", &good);
	assert_int_equal(good.kind, RATCHET_PREKEY);
	flip_each(&t, &good, 0, 1, ACCEPTED | POISON, "version");
	while (next_field(&good, &at, &f)) {
		assert_in_range(f.number, PREKEY_ID, SIGNED_ID);
		flip_each(&t, &good, f.from, f.end, allowed[f.number],
		    "field of a first message");
		seen |= 1u << f.number;
	}
	assert_int_equal(seen, 0x7e);
	read_letter(t.i, &t.at_i, &good, "the first");
}

/*
 * libsignal pins the identity before it checks the MAC.  The control build
 * NO_STAGING, which lets it, must fail here.
 */
static void
a_forged_first_message_leaves_no_identity_behind(void **state)
{
	struct talk t;
	struct letter good, forged;
	struct field f;
	uint8_t identity[32];

	talk_begin(&t, *state);
	write_letter(t.j, &t.at_j, "the first", &good);
	find_field(&good, MESSAGE, &f);
	forged = good;
	forged.data[f.end - MAC_LEN] ^= 1;
	assert_int_equal(peek(t.i, &t.at_i, &forged), TACIT_E_CRYPTO);
	assert_int_equal(ratchet_their_identity(t.i->ratchet,
	    t.at_i.relationship, identity), TACIT_E_STATE);
	read_letter(t.i, &t.at_i, &good, "the first");
}

static void
a_message_cut_short_or_made_longer_is_refused(void **state)
{
	struct talk t;
	struct letter good[2], bad;
	size_t k, len;

	talk_begin(&t, *state);
	write_letter(t.j, &t.at_j, "the first", &good[0]);
	read_letter(t.i, &t.at_i, &good[0], "the first");
	write_letter(t.i, &t.at_i, "answer", &bad);
	write_letter(t.j, &t.at_j, "the second", &good[0]);
	read_letter(t.j, &t.at_j, &bad, "answer");
	write_letter(t.j, &t.at_j, "the third", &good[1]);
	assert_int_equal(good[0].kind, RATCHET_PREKEY);
	assert_int_equal(good[1].kind, RATCHET_WHISPER);

	for (k = 0; k < 2; k++) {
		for (len = 0; len < good[k].len; len++) {
			bad = good[k];
			bad.len = len;
			assert_true(as_set(peek(t.i, &t.at_i, &bad)) &
			    (CRYPTO | POISON));
		}
		bad = good[k];
		bad.data[bad.len++] = 0;
		assert_true(as_set(peek(t.i, &t.at_i, &bad)) &
		    (CRYPTO | POISON));
		bad = good[k];
		bad.kind = k == 0 ? RATCHET_WHISPER : RATCHET_PREKEY;
		assert_true(as_set(peek(t.i, &t.at_i, &bad)) &
		    (CRYPTO | POISON));
	}
}

static void
a_duplicate_is_told_from_a_forgery(void **state)
{
	struct talk t;
	struct letter l[3];

	talk_begin(&t, *state);
	write_letter(t.j, &t.at_j, "a", &l[0]);
	write_letter(t.j, &t.at_j, "b", &l[1]);
	read_letter(t.i, &t.at_i, &l[1], "b");
	assert_int_equal(peek(t.i, &t.at_i, &l[1]), TACIT_E_REPLAY);
	read_letter(t.i, &t.at_i, &l[0], "a");
	assert_int_equal(peek(t.i, &t.at_i, &l[0]), TACIT_E_REPLAY);
	say(&t, FROM_I, "turn");
	write_letter(t.j, &t.at_j, "c", &l[2]);
	read_letter(t.i, &t.at_i, &l[2], "c");
	assert_int_equal(peek(t.i, &t.at_i, &l[2]), TACIT_E_REPLAY);
	assert_int_equal(peek(t.i, &t.at_i, &l[0]), TACIT_E_REPLAY);
}

static void
a_prekey_serves_once(void **state)
{
	struct talk t, again;
	struct letter first, other;
	struct ratchet_bundle b;

	talk_new(&t, *state);
	offer(t.i, t.at_i.relationship, &b);
	assert_int_equal(accept_bundle(t.j, &t.at_j, &b), 0);
	/* J keeps a second session from the same bundle up its sleeve. */
	again = t;
	again.at_j.generation = 7;
	assert_int_equal(accept_bundle(again.j, &again.at_j, &b), 0);
	write_letter(t.j, &t.at_j, "the first", &first);
	write_letter(again.j, &again.at_j, "the other first", &other);
	read_letter(t.i, &t.at_i, &first, "the first");

	/* Into the same session, into another, after it was forgotten. */
	assert_int_equal(peek(t.i, &t.at_i, &other), TACIT_E_CRYPTO);
	again.at_i.generation = 7;
	assert_int_equal(peek(t.i, &again.at_i, &other), TACIT_E_CRYPTO);
	assert_int_equal(peek(t.i, &again.at_i, &first), TACIT_E_CRYPTO);
	assert_int_equal(peek(t.i, &t.at_i, &first), TACIT_E_REPLAY);
	begin(t.i);
	assert_int_equal(ratchet_forget(t.i->ratchet, t.at_i.relationship), 0);
	commit(t.i);
	assert_int_equal(peek(t.i, &t.at_i, &first), TACIT_E_CRYPTO);
}

static void
a_withdrawn_bundle_is_of_no_use(void **state)
{
	struct talk t;
	struct letter l;

	talk_begin(&t, *state);
	write_letter(t.j, &t.at_j, "too late", &l);
	begin(t.i);
	assert_int_equal(ratchet_withdraw(t.i->ratchet, t.at_i.relationship),
	    0);
	commit(t.i);
	assert_int_equal(peek(t.i, &t.at_i, &l), TACIT_E_CRYPTO);
}

/* libsignal would take it, and begin a session from it any number of times. */
static void
a_first_message_without_one_time_prekey_is_refused(void **state)
{
	struct talk t;
	struct letter good, bad;
	struct field f;

	talk_begin(&t, *state);
	write_letter(t.j, &t.at_j, "the first", &good);
	find_field(&good, PREKEY_ID, &f);
	bad = good;
	memmove(bad.data + f.from, bad.data + f.end, bad.len - f.end);
	bad.len -= f.end - f.from;
	assert_int_equal(peek(t.i, &t.at_i, &bad), TACIT_E_POISON);
	read_letter(t.i, &t.at_i, &good, "the first");
}

static void
a_session_is_begun_once(void **state)
{
	struct talk t;
	struct ratchet_bundle b;
	struct dump before;

	talk_settle(&t, *state);
	offer(t.i, t.at_i.relationship, &b);
	before = dump_take(t.j);
	assert_int_equal(accept_bundle(t.j, &t.at_j, &b), TACIT_E_STATE);
	assert_nothing_written(t.j, &before);
	say(&t, FROM_J, "as before");
}

static void
another_identity_is_refused(void **state)
{
	struct talk t, stranger;
	struct ratchet_bundle b, theirs;
	struct letter l;
	struct dump before;
	uint8_t identity[32];

	/* I offers twice; J takes one bundle, somebody else the other. */
	talk_settle(&t, *state);
	offer(t.i, t.at_i.relationship, &b);
	talk_new(&stranger, *state);
	assert_int_equal(accept_bundle(stranger.j, &stranger.at_j, &b), 0);
	write_letter(stranger.j, &stranger.at_j, "I am J, believe me", &l);
	t.at_i.generation = 2;
	assert_int_equal(peek(t.i, &t.at_i, &l), TACIT_E_IDENTITY_CHANGED);

	/* And a bundle of somebody else's, to J who knows I. */
	offer(stranger.i, stranger.at_i.relationship, &theirs);
	t.at_j.generation = 2;
	before = dump_take(t.j);
	assert_int_equal(accept_bundle(t.j, &t.at_j, &theirs),
	    TACIT_E_IDENTITY_CHANGED);
	assert_nothing_written(t.j, &before);

	/* Where none is known yet, and none is to be learnt. */
	talk_begin(&t, *state);
	write_letter(t.j, &t.at_j, "the first", &l);
	before = dump_take(t.i);
	assert_int_equal(read_verdict(t.i, &t.at_i, 0, &l),
	    TACIT_E_IDENTITY_CHANGED);
	assert_nothing_written(t.i, &before);
	assert_int_equal(ratchet_their_identity(t.i->ratchet,
	    t.at_i.relationship, identity), TACIT_E_STATE);
}

/* What the row keys of ${t}'s inviter begin with. */
static void
row_name(const struct talk *t, uint8_t out[32])
{
	struct keystore k = { .vault = t->i->vault };

	keystore_begin(&k, &t->at_i, 0);
	memcpy(out, k.name, sizeof(k.name));
}

static void
trust_is_looked_at_before_each_message(void **state)
{
	struct talk t;
	struct letter l;
	struct dump before;
	uint8_t key[33], row[32];

	talk_settle(&t, *state);
	write_letter(t.j, &t.at_j, "to come", &l);
	row_name(&t, key);
	key[32] = 'p';
	randombytes_buf(row, sizeof(row));
	begin(t.i);
	assert_int_equal(vault_put(t.i->vault, VAULT_RATCHET, key,
	    sizeof(key), row, sizeof(row)), 0);
	commit(t.i);

	assert_int_equal(peek(t.i, &t.at_i, &l), TACIT_E_IDENTITY_CHANGED);
	before = dump_take(t.i);
	assert_int_equal(try_write(t.i, &t.at_i, "x", 1, &l),
	    TACIT_E_IDENTITY_CHANGED);
	assert_nothing_written(t.i, &before);
}

static void
a_call_out_of_order_or_out_of_range_is_refused(void **state)
{
	struct talk t, none;
	struct ratchet_bundle b;
	struct ratchet_session odd;
	struct letter l, m;
	struct dump before_i, before_j;
	struct ratchet *r;
	uint8_t out[64];
	char number[61];
	size_t len;

	talk_settle(&t, *state);
	offer(t.i, t.at_i.relationship, &b);
	write_letter(t.j, &t.at_j, "x", &l);
	talk_new(&none, *state);
	before_i = dump_take(t.i);
	before_j = dump_take(t.j);
	r = t.i->ratchet;

	/* No transaction. */
	assert_int_equal(ratchet_offer(r, t.at_i.relationship, &b),
	    TACIT_E_STATE);
	assert_int_equal(ratchet_withdraw(r, t.at_i.relationship),
	    TACIT_E_STATE);
	assert_int_equal(ratchet_forget(r, t.at_i.relationship),
	    TACIT_E_STATE);
	assert_int_equal(ratchet_accept(t.j->ratchet, &none.at_j, &b),
	    TACIT_E_STATE);
	assert_int_equal(ratchet_encrypt(r, &t.at_i, out, 1, m.data,
	    sizeof(m.data), &m.len, &m.kind), TACIT_E_STATE);
	assert_int_equal(ratchet_decrypt(r, &t.at_i, l.kind, 0, l.data, l.len,
	    out, sizeof(out), &len), TACIT_E_STATE);

	/* No such session or relationship. */
	assert_int_equal(try_write(none.i, &none.at_i, "x", 1, &m),
	    TACIT_E_STATE);
	assert_int_equal(read_verdict(none.i, &none.at_i, 1, &l),
	    TACIT_E_CRYPTO);
	assert_int_equal(ratchet_turn(r, &none.at_i, out), TACIT_E_STATE);
	assert_int_equal(ratchet_my_identity(r, none.at_i.relationship, out),
	    TACIT_E_STATE);
	assert_int_equal(ratchet_safety_number(r, none.at_i.relationship,
	    number), TACIT_E_STATE);

	/* Arguments. */
	assert_int_equal(accept_bundle(t.j, &none.at_i, &b), TACIT_E_INVALID);
	odd = none.at_j;
	odd.generation = 0;
	assert_int_equal(accept_bundle(t.j, &odd, &b), TACIT_E_INVALID);
	assert_int_equal(try_write(t.i, &t.at_i, out, 0, &m),
	    TACIT_E_INVALID);
	assert_int_equal(try_write(t.i, &t.at_i, l.data, TACIT_PARCEL_LEN + 1,
	    &m), TACIT_E_INVALID);
	m = l;
	m.kind = (enum ratchet_kind)3;
	assert_int_equal(read_verdict(t.i, &t.at_i, 1, &m), TACIT_E_INVALID);
	m.kind = RATCHET_PREKEY;
	assert_int_equal(read_verdict(t.j, &t.at_j, 1, &m), TACIT_E_CRYPTO);

	assert_nothing_written(t.i, &before_i);
	assert_nothing_written(t.j, &before_j);
}

static void
a_record_that_is_none_is_told_from_a_message(void **state)
{
	struct talk t;
	struct letter l;
	uint8_t key[38], name[8];

	talk_settle(&t, *state);
	write_letter(t.j, &t.at_j, "x", &l);
	row_name(&t, key);
	memcpy(key + 32, "s\0\0\0\1\0", 6);
	begin(t.i);
	assert_int_equal(vault_put(t.i->vault, VAULT_RATCHET, key,
	    sizeof(key), "nonsense", 8), 0);
	commit(t.i);
	assert_int_equal(peek(t.i, &t.at_i, &l), TACIT_E_CORRUPT);
	assert_int_equal(try_write(t.i, &t.at_i, "x", 1, &l),
	    TACIT_E_CORRUPT);
	assert_int_equal(ratchet_turn(t.i->ratchet, &t.at_i, name),
	    TACIT_E_CORRUPT);
}

static void
what_does_not_fit_the_callers_room_is_not_done(void **state)
{
	struct talk t;
	struct letter l, small;
	struct dump before;
	uint8_t out[16];
	size_t len = 0;

	talk_settle(&t, *state);
	before = dump_take(t.j);
	begin(t.j);
	assert_int_equal(ratchet_encrypt(t.j->ratchet, &t.at_j,
	    (const uint8_t *)"seventeen letters", 17, small.data, 60, &len,
	    &small.kind), TACIT_E_LIMIT);
	commit(t.j);
	assert_nothing_written(t.j, &before);

	write_letter(t.j, &t.at_j, "seventeen letters", &l);
	before = dump_take(t.i);
	begin(t.i);
	assert_int_equal(ratchet_decrypt(t.i->ratchet, &t.at_i, l.kind, 0,
	    l.data, l.len, out, sizeof(out), &len), TACIT_E_LIMIT);
	commit(t.i);
	assert_nothing_written(t.i, &before);
	read_letter(t.i, &t.at_i, &l, "seventeen letters");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_changed_message_is_refused_and_writes_nothing),
	    cmocka_unit_test(
		a_changed_first_message_is_refused_and_writes_nothing),
	    cmocka_unit_test(a_forged_first_message_leaves_no_identity_behind),
	    cmocka_unit_test(a_message_cut_short_or_made_longer_is_refused),
	    cmocka_unit_test(a_duplicate_is_told_from_a_forgery),
	    cmocka_unit_test(a_prekey_serves_once),
	    cmocka_unit_test(a_withdrawn_bundle_is_of_no_use),
	    cmocka_unit_test(
		a_first_message_without_one_time_prekey_is_refused),
	    cmocka_unit_test(a_session_is_begun_once),
	    cmocka_unit_test(another_identity_is_refused),
	    cmocka_unit_test(trust_is_looked_at_before_each_message),
	    cmocka_unit_test(a_call_out_of_order_or_out_of_range_is_refused),
	    cmocka_unit_test(a_record_that_is_none_is_told_from_a_message),
	    cmocka_unit_test(what_does_not_fit_the_callers_room_is_not_done),
	};

	return cmocka_run_group_tests(tests, pair_setup, pair_teardown);
}
