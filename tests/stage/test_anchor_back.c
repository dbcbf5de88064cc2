/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relay that went back, and a crash at each step of all that anchors do
 * (PROTOCOL.md, section 12): told once, and nothing is lost or doubled.
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

/* ---- a relay that went back ----------------------------------------------- */

static void
a_relay_that_went_back_loses_no_letter(void **state)
{
	struct story st;
	struct stage_relay *yesterday;
	struct tacit_event e;
	int i, n, got[8] = { 0 };

	(void)state;
	wire_begin(&st, 6);
	wire_letter_arrives(&st, 0, 1);
	assert_int_equal(story_write(&st, 0, 2), 0);
	wire_turns(st.s, 20);		/* the other end is not there */
	yesterday = stage_relay_copy(stage_relay(st.s));
	stage_crash(st.s, 0);
	stage_crash(st.s, 1);
	wire_letter_arrives(&st, 1, 3);	/* and takes letter 2 in */
	stage_crash(st.s, 1);
	for (n = 4; n <= 7; n++)
		assert_int_equal(story_write(&st, 0, n), 0);
	for (n = 0; n < 30; n++)
		wire_turns(st.s, 1);	/* OKed, and not fetched */
	assert_int_equal(contact_queued(story_contact(&st, 0)), 0);

	wire_use(st.s, yesterday);
	stage_quiesce(st.s);
	for (i = 0; i < 2; i++) {
		assert_int_equal(wire_told(st.s, i, TACIT_EV_RELAY_RESTORED), 1);
		assert_int_equal(wire_told(st.s, i, TACIT_EV_ROLLED_BACK), 0);
	}
	while (story_next(&st, 1, &e))
		if (e.type == TACIT_EV_MESSAGE)
			got[story_letter(&e)]++;
	for (n = 4; n <= 7; n++)
		assert_int_equal(got[n], 1);
	assert_int_equal(got[1], 0);
	wire_letter_arrives(&st, 0, 1);
	wire_letter_arrives(&st, 1, 2);
	wire_use(st.s, yesterday);		/* a mere restart */
	stage_quiesce(st.s);
	assert_int_equal(wire_told(st.s, 0, TACIT_EV_RELAY_RESTORED), 1);
	stage_free(st.s);
	stage_relay_free(yesterday);
}

/* Back to before the anchor was made: it is made again. */
static void
a_relay_that_lost_the_mailbox_gets_another(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 7) };
	struct stage_relay *yesterday;
	struct wire w;
	int i;

	(void)state;
	wire_listen(&st, &w);
	w.no_units = 1;
	story_invite(&st, TACIT_INVITE_IN_PERSON, 0);
	story_accept(&st);
	stage_quiesce(st.s);
	w.no_units = 0;
	assert_false(wire_anchor(st.s, 0)->rec.created);
	yesterday = stage_relay_copy(stage_relay(st.s));
	stage_crash(st.s, 0);
	stage_sleep(st.s, 25 * (int64_t)HOUR);
	stage_crash(st.s, 0);
	stage_quiesce(st.s);
	assert_true(wire_anchor(st.s, 0)->rec.created);
	wire_use(st.s, yesterday);
	stage_quiesce(st.s);
	assert_int_equal(wire_told(st.s, 0, TACIT_EV_RELAY_RESTORED), 1);
	for (i = 0; i < 2; i++)
		assert_true(wire_is_open(st.s, i));
	wire_letter_arrives(&st, 0, 1);
	wire_letter_arrives(&st, 1, 2);
	stage_free(st.s);
	stage_relay_free(yesterday);
}

/* ---- a crash at each step ------------------------------------------------- */

/* Crash or cut of end 0 at step ${at} of what it does next. */
static void
disturbed(struct stage *s, int at, int crash)
{
	int step;

	for (step = 0; step < STEPS; step++) {
		if (step == at && crash)
			stage_crash(s, 0);
		else if (step == at)
			stage_cut(s, 0);
		if (step % 2 == 0)
			(void)stage_turn(s, 0);
		else
			stage_relay_turn(s);
	}
	stage_quiesce(s);
}

static void
it_is_made_whatever_comes_between(void **state)
{
	struct story st;
	int at;

	(void)state;
	for (at = 0; at < STEPS; at += 5) {
		st = (struct story){ .s = stage_new(story_scratch(), 11) };
		story_invite(&st, TACIT_INVITE_IN_PERSON, 0);
		disturbed(st.s, at, 1);
		assert_true(wire_is_open(st.s, 0));
		assert_true(wire_anchor(st.s, 0)->rec.epoch > 0);
		assert_null(wire_anchor(st.s, 0)->next);
		assert_int_equal(stage_relay_count(stage_relay(st.s)).
		    mailboxes, 2);
		assert_true(wire_told_nothing(st.s, 0));
		stage_free(st.s);
	}
}

static void
a_check_is_made_good_whatever_comes_between(void **state)
{
	struct story st;
	int at, crash;

	(void)state;
	wire_begin(&st, 12);
	for (crash = 0; crash < 2; crash++)
		for (at = 0; at < STEPS; at++) {
			stage_cut(st.s, 0);
			disturbed(st.s, at, crash);
			assert_true(wire_is_open(st.s, 0));
			assert_true(wire_told_nothing(st.s, 0));
		}
	wire_letter_arrives(&st, 0, 1);
	wire_letter_arrives(&st, 1, 2);
	stage_free(st.s);
}

static void
an_old_copy_is_told_once_whatever_comes_between(void **state)
{
	struct story st;
	int at;

	(void)state;
	wire_begin(&st, 13);
	stage_keep(st.s, 0, 0);
	stage_crash(st.s, 0);
	stage_quiesce(st.s);
	for (at = 0; at < STEPS; at += 3) {
		stage_put_back(st.s, 0, 0);
		disturbed(st.s, at, 1);
		assert_true(wire_is_open(st.s, 0));
		assert_int_equal(wire_told(st.s, 0, TACIT_EV_ROLLED_BACK), 1);
		assert_int_equal(wire_told(st.s, 0, TACIT_EV_RELAY_RESTORED), 0);
	}
	stage_free(st.s);
}

/* The same vaults and the same relay each time, from before letter 2. */
static void
a_relay_that_went_back_is_told_once_whatever_comes_between(void **state)
{
	struct stage_relay *yesterday, *today, *used[STEPS];
	struct story st;
	uint64_t event;
	int at, i;

	(void)state;
	wire_begin(&st, 14);
	wire_letter_arrives(&st, 0, 1);
	yesterday = stage_relay_copy(stage_relay(st.s));
	stage_crash(st.s, 0);
	assert_int_equal(story_write(&st, 0, 2), 0);
	wire_turns(st.s, 30);
	assert_int_equal(contact_queued(story_contact(&st, 0)), 0);
	for (i = 0; i < 2; i++)
		stage_keep(st.s, i, 0);
	event = st.event[1];
	for (at = 0; at < STEPS; at += 3) {
		today = used[at] = stage_relay_copy(yesterday);
		for (i = 0; i < 2; i++) {
			stage_route(st.s, i, today);
			stage_put_back(st.s, i, 0);
		}
		st.event[1] = event;
		disturbed(st.s, at, 1);
		assert_true(wire_is_open(st.s, 0));
		assert_int_equal(wire_told(st.s, 0, TACIT_EV_RELAY_RESTORED), 1);
		assert_int_equal(wire_told(st.s, 0, TACIT_EV_ROLLED_BACK), 0);
		assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 1);
	}
	stage_free(st.s);
	stage_relay_free(yesterday);
	for (at = 0; at < STEPS; at += 3)
		stage_relay_free(used[at]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_relay_that_went_back_loses_no_letter),
		cmocka_unit_test(a_relay_that_lost_the_mailbox_gets_another),
		cmocka_unit_test(it_is_made_whatever_comes_between),
		cmocka_unit_test(a_check_is_made_good_whatever_comes_between),
		cmocka_unit_test(
		    an_old_copy_is_told_once_whatever_comes_between),
		cmocka_unit_test(
		    a_relay_that_went_back_is_told_once_whatever_comes_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
