/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thief of the link who sees the traffic, or is the relay: it knows S, so
 * it opens and makes seals under k0.  What it makes is refused by the
 * ratchet, leaves no trace in the session, and does not stand in the way of
 * the real one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "change.h"
#include "forge.h"
#include "letter.h"
#include "outbox.h"
#include "pad.h"
#include "pair.h"
#include "ratchet.h"

enum { MSG_MAX = 1989, INVITER = 0, JOINER = 1, THIEF = 2 };

/* An envelope as it lay at the relay. */
struct caught {
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	uint8_t body[TACIT_LETTER_LEN];
	struct seal_header head;
	uint8_t msg[MSG_MAX];
};

/* ---- what is in a vault, byte for byte ----------------------------------------- */

static const enum vault_table watched[] = {
	VAULT_CONTACT, VAULT_PAIRING, VAULT_RATCHET, VAULT_MARK,
	VAULT_OUTBOX, VAULT_INBOX, VAULT_HISTORY,
};

/* A hash over every row that is neither an event nor set aside. */
static void
fingerprint(struct tacit *t, uint8_t out[32])
{
	crypto_generichash_state st;
	struct vault_key key;
	struct vault_value value;
	size_t i;

	(void)crypto_generichash_init(&st, NULL, 0, 32);
	for (i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		for (key.len = 0;;) {
			assert_int_equal(vault_next(t->vault, watched[i],
			    NULL, 0, &key, &value), 0);
			if (key.len == 0)
				break;
			(void)crypto_generichash_update(&st, key.data,
			    key.len);
			(void)crypto_generichash_update(&st, value.data,
			    value.len);
			vault_value_free(&value);
		}
	(void)crypto_generichash_final(&st, out, 32);
}

/* Hand ${c} over; true if that changed a row of any kind but aside, event. */
static int
changes(struct story *st, int i, const struct caught *c)
{
	uint8_t before[32], after[32];

	fingerprint(stage_end(st->s, i), before);
	story_hand(st, i, c->envelope, c->body, sizeof(c->body));
	fingerprint(stage_end(st->s, i), after);
	return memcmp(before, after, sizeof(before)) != 0;
}

/* ---- what the thief can do --------------------------------------------------------- */

/* Open ${c}, which end ${from} sealed under k0. */
static void
open_caught(struct story *st, int from, struct caught *c)
{
	struct tacit_contact *ct = story_contact(st, from);
	struct seal_place place;
	struct seal_keys keys;

	memcpy(place.envelope, c->envelope, sizeof(place.envelope));
	memcpy(place.address, ct->rec.their_address, sizeof(place.address));
	letter_keys(ct, 0, 0, &keys);
	assert_int_equal(seal_open(&c->head, c->msg, c->body,
	    sizeof(c->body), &keys, &place), 0);
}

/* The first row of end ${i} of this kind that was sealed. */
static void
catch_row(struct story *st, int i, tacit_state_OutKind kind,
    struct caught *c)
{
	struct tacit_contact *ct = story_contact(st, i);
	struct out_ref *o;
	tacit_state_Out row;

	for (o = ct->out; o != NULL && o->kind != kind; o = o->next)
		continue;
	assert_non_null(o);
	assert_int_equal(outbox_row_get(ct, o->n, &row, NULL, NULL), 0);
	assert_int_equal(row.sealed.size, TACIT_LETTER_LEN);
	memcpy(c->envelope, row.envelope, sizeof(c->envelope));
	memcpy(c->body, row.sealed.bytes, sizeof(c->body));
	open_caught(st, i, c);
}

/* The joiner has made its Hello, which the relay holds back. */
static void
until_hello(struct story *st, struct caught *hello)
{
	int n;

	story_invite(st, 0, 0);
	story_accept(st);
	for (n = 0; n < 200 && story_contact(st, JOINER)->rec.step <
	    tacit_state_Step_J2_READ; n++) {
		(void)stage_turn(st->s, JOINER);
		stage_relay_turn(st->s);
	}
	catch_row(st, JOINER, tacit_state_OutKind_OUT_HELLO, hello);
}

/* Seal ${msg} as the joiner would, with the header of ${like}. */
static void
forge_like(struct story *st, const struct caught *like, const uint8_t *msg,
    size_t len, struct caught *out)
{
	struct forge f;

	forge_peer(&f, st, JOINER);
	out->head = like->head;
	out->head.length = (uint16_t)len;
	forge_seal(&f, 0, &out->head, msg, out->envelope, out->body);
}

/* The thief reads the invitation: a session of its own, and a Hello. */
static struct tacit_contact *
thief_joins(struct story *st)
{
	struct tacit *t = stage_end(st->s, THIEF);
	struct tacit_contact *ct;
	uint8_t blob[TACIT_BLOB_LEN];

	memcpy(blob, story_contact(st, INVITER)->pairing->blob.bytes,
	    sizeof(blob));
	assert_int_equal(tacit_accept(&ct, t, st->link, strlen(st->link),
	    "x"), 0);
	assert_int_equal(change_begin(t), 0);
	assert_int_equal(change_end(t, ct, pair_on_blob(ct, blob)), 0);
	return ct;
}

/* The layer of Hello around ${msg}, which the bundle lets anybody make. */
static size_t
boxed_for_inviter(struct story *st, uint8_t boxed[MSG_MAX],
    const uint8_t *msg, size_t len)
{
	uint8_t hello[TACIT_KEY_LEN];

	(void)crypto_scalarmult_base(hello,
	    story_contact(st, INVITER)->pairing->hello_secret);
	assert_int_equal(ratchet_box(boxed, msg, len, hello), 0);
	return len + RATCHET_BOX_LEN;
}

/* Authentic to the last layer, and then it is no Hello. */
static void
senseless_hello(struct story *st, const struct caught *like,
    struct caught *out)
{
	struct tacit_contact *ct = thief_joins(st);
	uint8_t padded[TACIT_HELLO_CONTENT_LEN], msg[MSG_MAX], boxed[MSG_MAX];
	tacit_Content c = { .which_is = tacit_Content_confirm_tag };
	struct caught header = *like;
	struct ratchet_session s;
	enum ratchet_kind kind;
	size_t len;

	header.head.counter++;
	memcpy(c.stream, header.head.stream, sizeof(c.stream));
	assert_int_equal(pad_write(padded, sizeof(padded),
	    tacit_Content_fields, &c), 0);
	contact_session(ct, &s);
	assert_int_equal(change_begin(ct->t), 0);
	assert_int_equal(ratchet_encrypt(ct->t->ratchet, &s, padded,
	    sizeof(padded), msg, sizeof(msg), &len, &kind), 0);
	assert_int_equal(kind, RATCHET_PREKEY);
	assert_int_equal(change_end(ct->t, ct, 0), 0);
	assert_int_equal(tacit_contact_close(ct), 0);
	len = boxed_for_inviter(st, boxed, msg, len);
	forge_like(st, &header, boxed, len, out);
}

/*
 * A Hello of the thief's own, from what the link opens.  ${spoil}: of its
 * MAC, one bit.
 */
static void
own_hello(struct story *st, const struct caught *like, int spoil,
    struct caught *out)
{
	struct tacit_contact *ct = thief_joins(st);
	tacit_state_Out row = { .kind = tacit_state_OutKind_OUT_HELLO };
	uint8_t inner[MSG_MAX], boxed[MSG_MAX], hello[32], secret[32];
	size_t len;

	assert_int_equal(outbox_row_get(ct, ct->out->n, &row, NULL, NULL),
	    0);
	memcpy(out->envelope, row.envelope, sizeof(out->envelope));
	memcpy(out->body, row.sealed.bytes, sizeof(out->body));
	assert_int_equal(tacit_contact_close(ct), 0);

	/* The seal is its own already; the box it would have made itself. */
	open_caught(st, JOINER, out);
	memcpy(secret, story_contact(st, INVITER)->pairing->hello_secret,
	    sizeof(secret));
	(void)crypto_scalarmult_base(hello, secret);
	assert_int_equal(ratchet_unbox(inner, out->msg, out->head.length,
	    hello, secret), 0);
	len = out->head.length - (size_t)RATCHET_BOX_LEN;
	if (spoil)
		inner[len - 1] ^= 1;
	len = boxed_for_inviter(st, boxed, inner, len);
	forge_like(st, like != NULL ? like : out, boxed, len, out);
}

/* ---- promises ----------------------------------------------------------------------- */

static void
finish_honestly(struct story *st)
{
	int i;

	stage_quiesce(st->s);
	for (i = 0; i < 2; i++) {
		assert_int_equal(story_contact(st, i)->rec.verified, 0);
		assert_int_equal(story_count(st, i, TACIT_EV_PAIRED), 1);
	}
	assert_int_equal(tacit_verify(story_contact(st, INVITER)), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(story_write(st, i, 1), 0);
	stage_quiesce(st->s);
	for (i = 0; i < 2; i++)
		assert_int_equal(story_count(st, i, TACIT_EV_MESSAGE), 1);
}

/*
 * Wrong MAC in a Hello, under the stream and counter of the real one, which
 * the thief read at the relay.
 */
static void
a_forged_hello_changes_nothing_and_the_real_one_works(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 2000) };
	struct caught hello, bad;
	int n;

	(void)state;
	until_hello(&st, &hello);
	own_hello(&st, &hello, 1, &bad);
	for (n = 0; n < 3; n++)
		assert_false(changes(&st, INVITER, &bad));
	/* Said once, however often the relay brings it. */
	assert_int_equal(story_count(&st, INVITER, TACIT_EV_POISON), 1);
	finish_honestly(&st);
	stage_free(st.s);
}

/*
 * A Hello that the ratchet opens and that makes no sense: the prekeys are
 * there for the one that does.
 */
static void
a_senseless_hello_leaves_the_prekeys_to_the_real_one(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 2006) };
	struct caught hello, bad;
	int n;

	(void)state;
	until_hello(&st, &hello);
	senseless_hello(&st, &hello, &bad);
	for (n = 0; n < 3; n++)
		assert_false(changes(&st, INVITER, &bad));
	assert_int_equal(story_count(&st, INVITER, TACIT_EV_POISON), 1);
	finish_honestly(&st);
	stage_free(st.s);
}

/* Any bytes under a right seal. */
static void
rubbish_under_a_right_seal_changes_nothing(void **state)
{
	static const uint8_t kinds[] = { SEAL_WHISPER, SEAL_PREKEY,
	    SEAL_HELLO };
	struct story st = { .s = stage_new(story_scratch(), 2001) };
	struct caught hello, like, bad;
	size_t k, len;

	(void)state;
	until_hello(&st, &hello);
	for (k = 0; k < sizeof(kinds); k++)
		for (len = 1; len <= MSG_MAX; len = len * 3 + 1) {
			like = hello;
			like.head.kind = kinds[k];
			randombytes_buf(like.msg, sizeof(like.msg));
			forge_like(&st, &like, like.msg, len, &bad);
			assert_false(changes(&st, INVITER, &bad));
			/* The real one, with a bit flipped below the box. */
			memcpy(like.msg, hello.msg, sizeof(like.msg));
			like.msg[len % hello.head.length] ^= 4;
			forge_like(&st, &like, like.msg, hello.head.length,
			    &bad);
			assert_false(changes(&st, INVITER, &bad));
		}
	(void)story_count(&st, INVITER, TACIT_EV_POISON);
	finish_honestly(&st);
	stage_free(st.s);
}

/*
 * Forged letters with counters spread so that the marks overflow: what they
 * name is not taken for seen.
 */
static void
forged_counters_do_not_burn_real_ones(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 2002) };
	struct caught hello, like, bad;
	struct tacit_event e;
	int n;

	(void)state;
	until_hello(&st, &hello);
	story_hand(&st, INVITER, hello.envelope, hello.body,
	    sizeof(hello.body));
	assert_int_equal(story_count(&st, INVITER, TACIT_EV_PAIRED), 1);
	assert_int_equal(story_write(&st, JOINER, 1), 0);

	/* The letter goes to the relay, which reads it and is faster. */
	like = hello;
	like.head.kind = SEAL_WHISPER;
	for (n = 0; n < 70; n++) {
		like.head.counter = hello.head.counter + 2 * (uint64_t)n;
		forge_like(&st, &like, hello.msg, 400, &bad);
		assert_false(changes(&st, INVITER, &bad));
		like.head.counter = (UINT64_C(1) << 48) - 1 - (uint64_t)n;
		like.head.kind = SEAL_PREKEY;
		forge_like(&st, &like, hello.msg, 400, &bad);
		assert_false(changes(&st, INVITER, &bad));
	}
	(void)story_count(&st, INVITER, TACIT_EV_POISON);
	stage_quiesce(st.s);
	assert_int_equal(story_next(&st, INVITER, &e), 1);
	assert_int_equal(story_letter(&e), 1);
	assert_int_equal(tacit_verify(story_contact(&st, INVITER)), 0);
	assert_int_equal(story_write(&st, INVITER, 1), 0);
	stage_quiesce(st.s);
	assert_int_equal(story_count(&st, JOINER, TACIT_EV_MESSAGE), 1);
	stage_free(st.s);
}

/* A second Hello, as good as the first: said, and without effect. */
static void
a_second_valid_hello_is_misuse_and_changes_nothing(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 2003) };
	struct caught hello, second;
	char before[61], after[61];
	uint8_t identity[2][TACIT_KEY_LEN], key[TACIT_KEY_LEN];
	struct tacit_contact *ct;

	(void)state;
	until_hello(&st, &hello);
	own_hello(&st, NULL, 0, &second);
	story_hand(&st, INVITER, hello.envelope, hello.body,
	    sizeof(hello.body));
	ct = story_contact(&st, INVITER);
	assert_int_equal(ratchet_their_identity(ct->t->ratchet,
	    ct->rec.relationship, identity[0]), 0);
	assert_int_equal(tacit_safety_number(ct, before), 0);
	memcpy(key, ct->rec.key1, sizeof(key));

	story_hand(&st, INVITER, second.envelope, second.body,
	    sizeof(second.body));
	story_hand(&st, INVITER, second.envelope, second.body,
	    sizeof(second.body));
	ct = story_contact(&st, INVITER);
	assert_int_equal(ratchet_their_identity(ct->t->ratchet,
	    ct->rec.relationship, identity[1]), 0);
	assert_memory_equal(identity[0], identity[1], TACIT_KEY_LEN);
	assert_int_equal(tacit_safety_number(ct, after), 0);
	assert_string_equal(before, after);
	assert_memory_equal(ct->rec.key1, key, sizeof(key));
	assert_string_equal((const char *)ct->rec.their_name.bytes, "end 1");

	st.event[INVITER] = 0;
	assert_int_equal(story_count(&st, INVITER,
	    TACIT_EV_INVITATION_MISUSED), 1);
	st.event[INVITER] = 0;
	finish_honestly(&st);
	stage_free(st.s);
}

/* If the thief was first, it is the stranger, and the real one is the misuse. */
static void
the_first_hello_wins_and_shows_unverified(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 2004) };
	struct caught hello, first;
	struct tacit_contact *ct;

	(void)state;
	until_hello(&st, &hello);
	own_hello(&st, NULL, 0, &first);
	story_hand(&st, INVITER, first.envelope, first.body,
	    sizeof(first.body));
	story_hand(&st, INVITER, hello.envelope, hello.body,
	    sizeof(hello.body));
	ct = story_contact(&st, INVITER);
	assert_string_equal((const char *)ct->rec.their_name.bytes, "end 2");
	assert_int_equal(story_write(&st, INVITER, 1), TACIT_E_NOT_VERIFIED);
	assert_int_equal(ct->rec.verified, 0);
	assert_int_equal(story_count(&st, INVITER,
	    TACIT_EV_INVITATION_MISUSED), 1);
	stage_free(st.s);
}

/* Old envelopes of pairing, brought again in every later state. */
static void
what_was_said_in_pairing_means_nothing_later(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 2005) };
	struct caught hello, ack = { .body = { 0 } };
	struct tacit_contact *ct;
	struct out_ref *o;
	int n;

	(void)state;
	until_hello(&st, &hello);
	for (n = 0; n < 100 && ack.body[0] == 0; n++) {
		(void)stage_turn(st.s, n % 2);
		if (n % 4 == 3)
			stage_relay_turn(st.s);
		ct = story_contact(&st, INVITER);
		for (o = ct->out; o != NULL; o = o->next)
			if (o->kind == tacit_state_OutKind_OUT_HELLO_ACK &&
			    o->request != 0)
				catch_row(&st, INVITER,
				    tacit_state_OutKind_OUT_HELLO_ACK, &ack);
	}
	assert_int_not_equal(ack.body[0], 0);
	finish_honestly(&st);
	/* What no key opens has a new session offered, later, and once. */
	(void)changes(&st, INVITER, &hello);
	(void)changes(&st, JOINER, &ack);
	for (n = 0; n < 2; n++) {
		assert_false(changes(&st, INVITER, &hello));
		assert_false(changes(&st, JOINER, &ack));
		/* k0 is retired: not even the seal is opened. */
		assert_false(changes(&st, JOINER, &hello));
		assert_false(changes(&st, INVITER, &ack));
	}
	for (n = 0; n < 2; n++) {
		struct tacit_event e;

		while (story_next(&st, n, &e))
			assert_int_equal(e.type, TACIT_EV_ACCEPTED);
		assert_int_equal(story_write(&st, n, 2), 0);
	}
	stage_quiesce(st.s);
	for (n = 0; n < 2; n++)
		assert_int_equal(story_count(&st, n, TACIT_EV_MESSAGE), 1);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_forged_hello_changes_nothing_and_the_real_one_works),
		cmocka_unit_test(
		    a_senseless_hello_leaves_the_prekeys_to_the_real_one),
		cmocka_unit_test(rubbish_under_a_right_seal_changes_nothing),
		cmocka_unit_test(forged_counters_do_not_burn_real_ones),
		cmocka_unit_test(
		    a_second_valid_hello_is_misuse_and_changes_nothing),
		cmocka_unit_test(the_first_hello_wins_and_shows_unverified),
		cmocka_unit_test(
		    what_was_said_in_pairing_means_nothing_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
