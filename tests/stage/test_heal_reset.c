/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New generations of sessions: each row of the table of RESET and STALE in
 * PROTOCOL.md, section "Healing", and what makes an end offer one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "change.h"
#include "heal.h"
#include "keystore.h"
#include "letter.h"
#include "outbox.h"
#include "reset.h"
#include "restart.h"
#include "tacit/frame.h"

static void
begin(struct story *st, uint64_t seed)
{
	memset(st, 0, sizeof(*st));
	st->s = stage_new(story_scratch(), seed);
	story_pair(st, TACIT_INVITE_IN_PERSON);
	heal_talk(st, 1);
}

/* End ${i} offers a generation above ${least}, as if it could not read. */
static void
offer(struct story *st, int i, uint32_t least)
{
	struct tacit_contact *ct = story_contact(st, i);

	assert_int_equal(change_begin(ct->t), 0);
	assert_int_equal(change_end(ct->t, ct, reset_offer(ct, least)), 0);
}

/* Both write with one session, the same, of generation ${g}. */
static void
one_session(struct story *st, uint32_t g)
{
	const tacit_state_Contact *a = &story_contact(st, 0)->rec;
	const tacit_state_Contact *b = &story_contact(st, 1)->rec;

	assert_int_equal(a->send_generation, g);
	assert_int_equal(b->send_generation, g);
	assert_int_not_equal(a->send_theirs, b->send_theirs);
	assert_true(a->floor <= g && b->floor <= g);
	assert_false(reset_is_pending(story_contact(st, 0)));
	assert_false(reset_is_pending(story_contact(st, 1)));
}

static void
an_offer_is_accepted_and_answered(void **state)
{
	struct story st;
	int i;

	(void)state;
	begin(&st, 1);
	for (i = 0; i < 2; i++) {
		offer(&st, i, 0);
		stage_quiesce(st.s);
		one_session(&st, (uint32_t)i + 2);
		heal_talk(&st, 10 + i);
	}
	stage_free(st.s);
}

/* Letters stay at the relay; both ends post. */
struct apart {
	int posted[2];
};

static int
kept(const uint8_t *msg, size_t len, pb_size_t which)
{
	struct tacit_frame f;
	size_t used;

	for (; len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		if (f.head.which_is == which)
			return 1;
	}
	return 0;
}

static int
apart_up(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct apart *a = arg;

	(void)conn;
	a->posted[i] |= kept(msg, len, tacit_Frame_post_tag);
	return 1;
}

static int
apart_down(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	(void)arg;
	(void)i;
	(void)conn;
	return !kept(msg, len, tacit_Frame_deliver_tag);
}

/* Both offer, and neither has seen the other's when its own is on the way. */
static void
offer_at_once(struct story *st)
{
	struct apart a = { { 0, 0 } };
	struct stage_tap tap = { apart_down, apart_up, &a };
	int k;

	stage_tap(st->s, &tap);
	offer(st, 0, 0);
	offer(st, 1, 0);
	for (k = 0; k < 100 && !(a.posted[0] && a.posted[1]); k++) {
		stage_relay_turn(st->s);
		(void)stage_turn(st->s, k % 2);
	}
	assert_true(a.posted[0] && a.posted[1]);
	stage_relay_turn(st->s);
	stage_tap(st->s, NULL);
	stage_cut(st->s, 0);
	stage_cut(st->s, 1);
}

static void
both_offer_at_once_and_write_with_the_inviters_bundle(void **state)
{
	struct story st;
	int k;

	(void)state;
	begin(&st, 2);
	for (k = 0; k < 4; k++) {
		offer_at_once(&st);
		heal_write(&st, 0, 100 + k, 1);
		heal_write(&st, 1, 100 + k, 1);
		stage_quiesce(st.s);
		assert_int_equal(story_count(&st, 0, TACIT_EV_MESSAGE), 1);
		assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 1);
		heal_talk(&st, 200 + k);
		one_session(&st, (uint32_t)k + 2);
		assert_false(story_contact(&st, 0)->rec.send_theirs);
	}
	stage_free(st.s);
}

/* The lower one is ignored by who offered the higher one. */
static void
of_two_offers_the_higher_one_counts(void **state)
{
	struct story st;
	int high;

	(void)state;
	for (high = 0; high < 2; high++) {
		begin(&st, 3);
		offer(&st, high, 5);
		offer(&st, 1 - high, 0);
		stage_quiesce(st.s);
		one_session(&st, 6);
		heal_talk(&st, 10);
		stage_free(st.s);
	}
}

/* An end that forgot generations is told which one is the highest. */
static void
a_stale_offer_is_answered_and_made_again(void **state)
{
	struct tacit_contact *ct;
	struct story st;
	uint64_t event;
	int k;
	struct heal_shown *s = calloc(2, sizeof(*s));

	(void)state;
	assert_non_null(s);
	begin(&st, 4);
	stage_keep(st.s, 1, 0);
	event = st.event[1];
	for (k = 0; k < 6; k++) {
		offer(&st, 0, 0);
		stage_quiesce(st.s);
	}
	one_session(&st, 7);
	stage_put_back(st.s, 1, 0);
	st.event[1] = event;
	ct = story_contact(&st, 1);
	/* As after a backup: nobody but itself knows of it. */
	assert_int_equal(restart_all(ct->t), 0);
	heal_settle(&st);
	one_session(&st, 8);
	heal_look(&st, 0, &s[0]);
	heal_look(&st, 1, &s[1]);
	assert_int_equal(s[0].back_them, 1);
	assert_int_equal(s[1].back_me, 0);
	assert_true(heal_told(&st, 1, event) >= 1);
	heal_talk(&st, 10);
	free(s);
	stage_free(st.s);
}

/* ---- on the way ------------------------------------------------------------ */

struct way {
	struct stage *s;
	int from;			/* whose posts are watched */
	int lose;			/* say OK to them and keep none */
	int posts, lost;
	uint8_t last[TACIT_ENVELOPE_ID_LEN];
	uint8_t body[TACIT_LETTER_LEN];
};

static void
say_ok(struct way *w, uint32_t conn, uint32_t id)
{
	tacit_Frame f = tacit_Frame_init_zero;
	uint8_t msg[64];
	size_t n;

	f.which_is = tacit_Frame_ok_tag;
	f.is.ok.id_count = 1;
	f.is.ok.id[0] = id;
	n = tacit_frame_write(msg, sizeof(msg), &f, NULL);
	assert_true(n > 0);
	stage_inject(w->s, w->from, conn, msg, n);
}

static int
watch(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct way *w = arg;
	struct tacit_frame f;
	size_t used;
	int posts = 0;

	for (; i == w->from && len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		if (f.head.which_is != tacit_Frame_post_tag)
			continue;
		posts++;
		memcpy(w->last, f.head.is.post.envelope, sizeof(w->last));
		memcpy(w->body, f.body, sizeof(w->body));
		if (w->lose)
			say_ok(w, conn, f.head.id);
	}
	w->posts += posts;
	if (posts == 0 || !w->lose)
		return 1;
	w->lost += posts;
	return 0;
}

static void
watch_posts(struct story *st, struct way *w, int from)
{
	struct stage_tap tap = { .up = watch, .arg = w };

	memset(w, 0, sizeof(*w));
	w->s = st->s;
	w->from = from;
	stage_tap(st->s, &tap);
}

static void
a_lost_offer_is_posted_again(void **state)
{
	struct story st;
	struct way w;

	(void)state;
	begin(&st, 5);
	watch_posts(&st, &w, 0);
	w.lose = 1;
	offer(&st, 0, 0);
	heal_write(&st, 0, 5, 1);
	stage_quiesce(st.s);
	assert_int_equal(w.lost, 1);
	assert_int_equal(contact_queued(story_contact(&st, 0)), 1);
	w.lose = 0;
	stage_crash(st.s, 0);
	heal_settle(&st);
	one_session(&st, 2);
	assert_int_equal(contact_queued(story_contact(&st, 0)), 0);
	assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 1);
	(void)story_count(&st, 0, TACIT_EV_ACCEPTED);
	heal_talk(&st, 10);
	stage_free(st.s);
}

/* By who never accepted one, and whose own, higher, was answered. */
static void
a_lost_stale_is_said_again(void **state)
{
	struct story st;
	uint64_t event;
	struct way w;
	int k;

	(void)state;
	begin(&st, 12);
	stage_keep(st.s, 1, 0);
	event = st.event[1];
	for (k = 0; k < 3; k++) {
		offer(&st, 0, 0);
		stage_quiesce(st.s);
	}
	one_session(&st, 4);
	stage_put_back(st.s, 1, 0);
	st.event[1] = event;
	assert_int_equal(restart_all(story_contact(&st, 1)->t), 0);
	watch_posts(&st, &w, 0);
	w.lose = 1;
	stage_quiesce(st.s);
	assert_true(w.lost >= 1);
	assert_true(reset_is_pending(story_contact(&st, 1)));
	w.lose = 0;
	heal_settle(&st);
	one_session(&st, 5);
	(void)story_count(&st, 0, TACIT_EV_ROLLED_BACK);
	(void)story_count(&st, 1, TACIT_EV_ROLLED_BACK);
	heal_talk(&st, 10);
	stage_free(st.s);
}

static void
a_repeated_offer_is_a_replay(void **state)
{
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	struct story st;
	struct way w;
	int k;

	(void)state;
	begin(&st, 6);
	watch_posts(&st, &w, 0);
	offer(&st, 0, 0);
	for (k = 0; k < 20 && w.posts == 0; k++) {
		stage_relay_turn(st.s);
		while (stage_turn(st.s, 0))
			continue;
	}
	assert_int_equal(w.posts, 1);
	memcpy(envelope, w.last, sizeof(envelope));
	memcpy(body, w.body, sizeof(body));
	stage_quiesce(st.s);
	one_session(&st, 2);
	/* By the relay, at once and after another generation. */
	for (k = 0; k < 2; k++) {
		story_hand(&st, 1, envelope, body, sizeof(body));
		stage_quiesce(st.s);
		one_session(&st, (uint32_t)k + 2);
		heal_talk(&st, 10 + k);
		offer(&st, 1, 0);
		stage_quiesce(st.s);
	}
	stage_free(st.s);
}

/* 2,100 letters, all accepted by a relay that keeps none of them. */
static void
letters_that_a_relay_lost_come_again_in_order(void **state)
{
	static const int lost[] = { 1, 100, 2100 };
	struct heal_shown *s;
	struct story st;
	struct way w;
	size_t k;

	(void)state;
	for (k = 0; k < sizeof(lost) / sizeof(lost[0]); k++) {
		s = calloc(1, sizeof(*s));
		assert_non_null(s);
		begin(&st, 7);
		watch_posts(&st, &w, 0);
		w.lose = 1;
		heal_write(&st, 0, 1, lost[k]);
		stage_quiesce(st.s);
		assert_true(w.lost >= lost[k]);
		w.lose = 0;
		heal_write(&st, 0, lost[k] + 1, 1);
		heal_settle(&st);
		heal_look(&st, 1, s);
		assert_int_equal(s->n, lost[k] + 1);
		assert_int_equal(s->poison + s->back_them, 0);
		/* A gap that the ratchet crosses is told, and filled late. */
		if (s->gaps == 0)
			(void)heal_run(s, 0, 1, lost[k] + 1);
		else {
			assert_int_equal(s->letter[0], lost[k] + 1);
			(void)heal_run(s, 1, 1, lost[k]);
		}
		assert_int_equal(s->gaps, lost[k] < 2100);
		(void)story_count(&st, 0, TACIT_EV_ACCEPTED);
		heal_talk(&st, 2500);
		free(s);
		stage_free(st.s);
	}
}

/* ---- hostile --------------------------------------------------------------- */

/* An offer that end ${i} might make, under another identity. */
static void
another_identity_is_told_and_nothing_else(void **state)
{
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	tacit_state_Out o = tacit_state_Out_init_zero;
	tacit_Reset r = tacit_Reset_init_zero;
	uint8_t other[TACIT_HASH_LEN] = { 7 };
	struct ratchet_bundle b;
	struct tacit_contact *ct;
	struct story st;

	(void)state;
	begin(&st, 8);
	ct = story_contact(&st, 1);
	assert_int_equal(change_begin(ct->t), 0);
	assert_int_equal(ratchet_offer(ct->t->ratchet, other, &b), 0);
	r.generation = 2;
	memcpy(r.identity, b.identity, sizeof(r.identity));
	r.registration_id = b.registration_id;
	r.signed_prekey_id = b.signed_prekey_id;
	memcpy(r.signed_prekey, b.signed_prekey, sizeof(r.signed_prekey));
	memcpy(r.signed_prekey_signature, b.signature, sizeof(b.signature));
	r.one_time_prekey_id = b.one_time_prekey_id;
	memcpy(r.one_time_prekey, b.one_time_prekey,
	    sizeof(r.one_time_prekey));
	o.kind = tacit_state_OutKind_OUT_RESET;
	assert_int_equal(letter_seal_plain(ct, &o, SEAL_RESET, 2,
	    tacit_Reset_fields, &r), 0);
	assert_int_equal(change_end(ct->t, ct, 0), 0);
	memcpy(envelope, o.envelope, sizeof(envelope));
	story_hand(&st, 0, envelope, o.sealed.bytes, o.sealed.size);
	assert_int_equal(story_count(&st, 0, TACIT_EV_IDENTITY_CHANGED), 1);
	assert_int_equal(story_contact(&st, 0)->rec.generation, 1);
	heal_talk(&st, 10);
	one_session(&st, 1);
	stage_free(st.s);
}

/* ---- many ------------------------------------------------------------------ */

/* Bytes of the largest session record of end ${i}, and how many there are. */
static size_t
largest_session(struct story *st, int i, int *n)
{
	struct tacit *t = stage_end(st->s, i);
	struct vault_key key = { .len = 0 };
	struct vault_value v;
	size_t most = 0;

	for (*n = 0;;) {
		assert_int_equal(vault_next(t->vault, VAULT_RATCHET, NULL, 0,
		    &key, &v), 0);
		if (key.len == 0)
			return most;
		if (key.len == TACIT_HASH_LEN + 6 &&
		    key.data[TACIT_HASH_LEN] == ROW_SESSION) {
			++*n;
			most = v.len > most ? v.len : most;
		}
		vault_value_free(&v);
	}
}

static void
forty_one_beginnings_leave_three_generations(void **state)
{
	struct heal_shown *s = calloc(2, sizeof(*s));
	struct story st;
	int k, i, n;

	(void)state;
	assert_non_null(s);
	begin(&st, 9);
	for (k = 0; k < 41; k++) {
		offer(&st, k % 2, 0);
		if (k % 5 == 0)
			offer(&st, 1 - k % 2, 0);
		heal_write(&st, 0, 2 + k, 1);
		heal_write(&st, 1, 2 + k, 1);
		if (k % 7 == 0)
			stage_crash(st.s, k % 2);
		stage_quiesce(st.s);
		for (i = 0; i < 2; i++) {
			assert_true(largest_session(&st, i, &n) < 65536);
			assert_true(n <= 6);
		}
	}
	for (i = 0; i < 2; i++) {
		heal_look(&st, i, &s[i]);
		assert_int_equal(heal_run(&s[i], 0, 2, 41), s[i].n);
		assert_int_equal(s[i].gaps + s[i].poison, 0);
	}
	heal_talk(&st, 100);
	free(s);
	stage_free(st.s);
}

/* What cannot be read makes one offer at once, and not two in ten minutes. */
static void
offers_by_symptom_are_rare(void **state)
{
	uint8_t junk[TACIT_LETTER_LEN], id[TACIT_ENVELOPE_ID_LEN];
	struct tacit_contact *ct;
	struct story st;
	int k;

	(void)state;
	begin(&st, 10);
	for (k = 0; k < 8; k++) {
		randombytes_buf(junk, sizeof(junk));
		randombytes_buf(id, sizeof(id));
		story_hand(&st, 0, id, junk, sizeof(junk));
		(void)stage_turn(st.s, 0);
		stage_relay_turn(st.s);
		while (stage_turn(st.s, 0) || stage_turn(st.s, 1))
			stage_relay_turn(st.s);
	}
	ct = story_contact(&st, 0);
	assert_int_equal(ct->rec.offered, 2);
	stage_crash(st.s, 0);
	(void)stage_turn(st.s, 0);
	assert_int_equal(story_contact(&st, 0)->rec.offered, 2);
	stage_sleep(st.s, 11 * HEAL_MINUTE);
	stage_quiesce(st.s);
	assert_int_equal(story_contact(&st, 0)->rec.offered, 3);
	heal_talk(&st, 10);
	one_session(&st, 3);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_offer_is_accepted_and_answered),
		cmocka_unit_test(
		    both_offer_at_once_and_write_with_the_inviters_bundle),
		cmocka_unit_test(of_two_offers_the_higher_one_counts),
		cmocka_unit_test(a_stale_offer_is_answered_and_made_again),
		cmocka_unit_test(a_lost_offer_is_posted_again),
		cmocka_unit_test(a_lost_stale_is_said_again),
		cmocka_unit_test(a_repeated_offer_is_a_replay),
		cmocka_unit_test(
		    letters_that_a_relay_lost_come_again_in_order),
		cmocka_unit_test(another_identity_is_told_and_nothing_else),
		cmocka_unit_test(
		    forty_one_beginnings_leave_three_generations),
		cmocka_unit_test(offers_by_symptom_are_rare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
