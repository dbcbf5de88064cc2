/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a vault learns by its anchor (PROTOCOL.md, section 12): that it is an
 * old copy, before it posts or acks; that the relay went back, once, and all
 * letters arrive once all the same; and nothing that a relay makes up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "anchor_wire.h"

/* ---- all is well ---------------------------------------------------------- */

static void
each_connection_moves_it_and_nothing_else_is_needed(void **state)
{
	struct story st;
	struct wire w;
	uint64_t epoch;
	int i;

	(void)state;
	wire_begin(&st, 1);
	for (i = 0; i < 2; i++) {
		assert_true(wire_is_open(st.s, i));
		assert_true(wire_anchor(st.s, i)->rec.epoch > 0);
		assert_true(wire_told_nothing(st.s, i));
	}
	assert_int_equal(stage_relay_count(stage_relay(st.s)).mailboxes, 4);
	wire_listen(&st, &w);
	epoch = wire_anchor(st.s, 0)->rec.epoch;
	for (i = 1; i < 5; i++) {
		if (i % 2)
			stage_cut(st.s, 0);
		else
			stage_crash(st.s, 0);
		stage_quiesce(st.s);
		assert_int_equal(wire_anchor(st.s, 0)->rec.epoch, epoch + (unsigned)i);
		assert_int_equal(w.asked, i);
	}
	assert_true(wire_told_nothing(st.s, 0));
	wire_letter_arrives(&st, 0, 1);
	wire_letter_arrives(&st, 1, 2);
	stage_free(st.s);
}

static void
it_moves_in_use_by_the_hour_and_by_the_hundred(void **state)
{
	struct story st;
	struct wire w;
	int n;

	(void)state;
	wire_begin(&st, 2);
	stage_sleep(st.s, 2 * HOUR);
	stage_quiesce(st.s);
	wire_listen(&st, &w);
	for (n = 0; n < 50; n++) {	/* nothing happens: two days */
		stage_sleep(st.s, HOUR);
		wire_turns(st.s, 3);
	}
	assert_int_equal(w.asked, 0);
	assert_int_equal(story_write(&st, 0, 1), 0);
	wire_turns(st.s, 9);
	assert_int_equal(w.posts, 1);
	assert_int_equal(w.asked, 0);
	stage_sleep(st.s, HOUR);
	wire_turns(st.s, 9);
	assert_int_equal(w.asked, 1);
	for (n = 0; n < 101; n++) {
		assert_int_equal(story_write(&st, 0, n), 0);
		wire_turns(st.s, 3);
	}
	wire_turns(st.s, 9);
	assert_int_equal(w.asked, 2);
	assert_true(wire_told_nothing(st.s, 0));
	stage_free(st.s);
}

/* Somebody else read with our key: that is looked into before the next word. */
static void
an_ended_subscription_is_looked_into_first(void **state)
{
	tacit_Frame f = { .which_is = tacit_Frame_ended_tag };
	struct story st;
	struct wire w;

	(void)state;
	wire_begin(&st, 3);
	wire_listen(&st, &w);
	memcpy(f.is.ended.address, story_contact(&st, 0)->rec.my_address,
	    TACIT_ADDRESS_LEN);
	wire_tell(&w, story_contact(&st, 0)->box[0].read_conn, &f);
	w.lie = NO_ANSWER;
	assert_int_equal(story_write(&st, 0, 1), 0);
	wire_turns(st.s, 20);
	assert_int_equal(w.posts, 0);
	assert_int_equal(w.asked, 1);
	w.lie = NO_LIE;
	stage_quiesce(st.s);
	assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 1);
	assert_true(wire_told_nothing(st.s, 0));
	stage_free(st.s);
}

/* ---- an old copy ---------------------------------------------------------- */

/* Letters both ways and a new connection: what a copy does not know of. */
static void
go_on(struct story *st)
{
	int n;

	for (n = 1; n <= 3; n++) {
		stage_crash(st->s, 0);
		wire_letter_arrives(st, 0, n);
		wire_letter_arrives(st, 1, n);
	}
}

static void
an_old_copy_is_found_before_it_posts_or_acks(void **state)
{
	struct story st;
	struct wire w;
	int n;

	(void)state;
	wire_begin(&st, 4);
	wire_letter_arrives(&st, 0, 1);
	stage_keep(st.s, 0, 0);
	go_on(&st);
	assert_int_equal(story_write(&st, 1, 9), 0);
	while (stage_turn(st.s, 1))
		stage_relay_turn(st.s);
	wire_listen(&st, &w);
	stage_put_back(st.s, 0, 0);
	assert_int_equal(story_write(&st, 0, 10), 0);
	for (n = 0; n < 100 && wire_told(st.s, 0, TACIT_EV_ROLLED_BACK) == 0;
	    n++) {
		wire_turns(st.s, 1);
		if (wire_told(st.s, 0, TACIT_EV_ROLLED_BACK) == 0)
			assert_int_equal(w.posts + w.acks, 0);
	}
	assert_int_equal(wire_told(st.s, 0, TACIT_EV_ROLLED_BACK), 1);
	stage_quiesce(st.s);
	assert_int_equal(wire_told(st.s, 0, TACIT_EV_ROLLED_BACK), 1);
	assert_int_equal(wire_told(st.s, 0, TACIT_EV_RELAY_RESTORED), 0);
	assert_true(wire_is_open(st.s, 0));
	assert_true(w.posts > 0 && w.acks > 0);
	stage_free(st.s);
}

/* Also the later life is an old copy, once the older one went on. */
static void
of_two_lives_each_finds_the_other(void **state)
{
	struct story st;
	int n;

	(void)state;
	wire_begin(&st, 5);
	stage_keep(st.s, 0, 0);
	stage_crash(st.s, 0);
	stage_quiesce(st.s);
	stage_keep(st.s, 0, 1);
	for (n = 0; n < 4; n++) {
		stage_put_back(st.s, 0, n % 2);
		stage_quiesce(st.s);
		assert_int_equal(wire_told(st.s, 0, TACIT_EV_ROLLED_BACK), 1);
		stage_keep(st.s, 0, 2 + n);
	}
	stage_put_back(st.s, 0, 5);	/* the last one is the newest */
	stage_quiesce(st.s);
	assert_int_equal(wire_told(st.s, 0, TACIT_EV_ROLLED_BACK), 1);
	stage_free(st.s);
}

/* ---- a relay that lies, or cannot ----------------------------------------- */

/* Ten minutes, in steps shorter than any pause. */
static void
ten_minutes(struct stage *s)
{
	int n;

	for (n = 0; n < 2400; n++) {
		stage_relay_turn(s);
		while (stage_has_input(s, 0))
			(void)stage_turn(s, 0);
		(void)stage_turn(s, 0);
		stage_sleep(s, 250);
	}
}

static void
no_answer_makes_a_vault_old_or_a_relay_busy(void **state)
{
	struct story st;
	struct wire w;
	unsigned posts;
	int what;

	(void)state;
	wire_begin(&st, 8);
	wire_listen(&st, &w);
	stage_cut(st.s, 0);
	stage_quiesce(st.s);
	stage_cut(st.s, 0);
	stage_quiesce(st.s);
	for (what = NO_LIE + 1; what < LIES; what++) {
		w.asked = 0;
		posts = w.posts;
		w.lie = (enum lie)what;
		stage_cut(st.s, 0);
		assert_int_equal(story_write(&st, 0, what), 0);
		ten_minutes(st.s);
		assert_in_range(w.asked, 1, 40);
		/* One that knows no anchors is used without. */
		if (what == UNKNOWN_FRAME)
			assert_int_equal(w.posts, posts + 1);
		else
			assert_int_equal(w.posts, posts);
		w.lie = NO_LIE;
		if (what == UNKNOWN_FRAME) {
			stage_sleep(st.s, 25 * (int64_t)HOUR);
			stage_crash(st.s, 0);
		}
		stage_quiesce(st.s);
		assert_true(wire_is_open(st.s, 0));
		assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 1);
		wire_letter_arrives(&st, 1, what);
	}
	assert_int_equal(wire_told(st.s, 0, TACIT_EV_ROLLED_BACK), 0);
	/* NOTHING_KEPT, NOISE, OLDER, NO_MAILBOX: each once. */
	assert_int_equal(wire_told(st.s, 0, TACIT_EV_RELAY_RESTORED), 4);
	stage_free(st.s);
}

/* Letters are taken in, and acknowledged when the anchor was verified. */
static void
letters_are_shown_before_and_acked_after(void **state)
{
	struct story st;
	struct wire w;
	int n;

	(void)state;
	wire_begin(&st, 9);
	wire_listen(&st, &w);
	w.lie = NO_ANSWER;
	stage_cut(st.s, 0);
	for (n = 1; n <= 3; n++)
		assert_int_equal(story_write(&st, 1, n), 0);
	for (n = 0; n < 40; n++) {
		(void)stage_turn(st.s, 1);
		wire_turns(st.s, 1);
		stage_sleep(st.s, SECOND);
	}
	assert_int_equal(story_count(&st, 0, TACIT_EV_MESSAGE), 3);
	assert_int_equal(w.acks, 0);
	assert_int_equal(stage_relay_envelopes(stage_relay(st.s)), 3);
	w.lie = NO_LIE;
	stage_quiesce(st.s);
	assert_true(w.acks >= 3);
	assert_int_equal(stage_relay_envelopes(stage_relay(st.s)), 0);
	assert_int_equal(story_count(&st, 0, TACIT_EV_MESSAGE), 0);
	stage_free(st.s);
}

static void
without_units_all_goes_on_and_is_asked_for_daily(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 10) };
	struct wire w;
	int n;

	(void)state;
	wire_listen(&st, &w);
	w.no_units = 1;
	story_invite(&st, TACIT_INVITE_IN_PERSON, 0);
	story_accept(&st);
	stage_quiesce(st.s);
	assert_int_equal(w.created, 1);
	assert_true(wire_is_open(st.s, 0));
	wire_letter_arrives(&st, 0, 1);
	wire_letter_arrives(&st, 1, 2);
	for (n = 0; n < 3; n++) {
		stage_crash(st.s, 0);
		stage_quiesce(st.s);
	}
	assert_int_equal(w.created, 1);
	w.no_units = 0;
	stage_sleep(st.s, 25 * (int64_t)HOUR);
	stage_crash(st.s, 0);
	stage_quiesce(st.s);
	/* Nothing was sure before: the mailbox is asked for again, too. */
	assert_int_equal(w.created, 3);
	assert_in_range(wire_anchor(st.s, 0)->rec.epoch, 1, 4);
	assert_true(wire_told_nothing(st.s, 0));
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_connection_moves_it_and_nothing_else_is_needed),
		cmocka_unit_test(it_moves_in_use_by_the_hour_and_by_the_hundred),
		cmocka_unit_test(an_ended_subscription_is_looked_into_first),
		cmocka_unit_test(an_old_copy_is_found_before_it_posts_or_acks),
		cmocka_unit_test(of_two_lives_each_finds_the_other),
		cmocka_unit_test(no_answer_makes_a_vault_old_or_a_relay_busy),
		cmocka_unit_test(letters_are_shown_before_and_acked_after),
		cmocka_unit_test(
		    without_units_all_goes_on_and_is_asked_for_daily),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
