/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Missed: told when no zone has time left, and never of what was answered,
 * although the device of who asked slept, or has no network yet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checkin.h"
#include "clinic.h"

static void
it_is_missed_when_no_zone_has_time_left(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260323);
	char id[TACIT_CHECKIN_ID_SIZE];
	struct clinic c;

	(void)state;
	clinic_begin(&c, 6);
	clinic_send(&c, &w, id);
	clinic_go(&c, 20260322, 1100);
	clinic_answer(&c, id, "good", "1");
	clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260322);
	/* 21:00 and 26 hours, on a device that is on. */
	clinic_go(&c, 20260322, 1374);
	clinic_go(&c, 20260322, 1379);
	clinic_quiet(&c, 0);
	clinic_go(&c, 20260322, 1380);
	clinic_told(&c, 0, TACIT_CHECKIN_MISSED, id, 20260321);
	clinic_go(&c, 20260324, 1380);
	clinic_quiet(&c, 0);
	clinic_stay(&c);
	clinic_told(&c, 0, TACIT_CHECKIN_MISSED, id, 20260323);
	clinic_crash(&c, 0);
	clinic_go(&c, 20260501, 0);
	clinic_stay(&c);
	clinic_quiet(&c, 0);
	clinic_end(&c);
}

/* The client answers while the other one is not there. */
static void
answer_alone(struct clinic *c, const char *id)
{
	struct tacit_checkin *k;
	int n;

	stage_cut(c->st.s, 0);
	clinic_step(c, 1);
	assert_int_equal(tacit_checkin_open(&k, c->p[1], clinic_ct(c, 1),
	    id), 0);
	assert_int_equal(tacit_checkin_set(k, 0, "good", NULL), 0);
	assert_int_equal(tacit_checkin_set(k, 1, "1", NULL), 0);
	assert_int_equal(tacit_checkin_submit(k), 0);
	tacit_checkin_close(k);
	for (n = 0; n < 60; n++) {
		(void)stage_turn(c->st.s, 1);
		stage_relay_turn(c->st.s);
		stage_sleep(c->st.s, 1000);
	}
	assert_int_equal(stage_relay_envelopes(stage_relay(c->st.s)), 1);
}

/* A laptop is shut on one evening, and opened two days later. */
static void
sleep_over_it(struct clinic *c, char id[TACIT_CHECKIN_ID_SIZE],
    uint64_t seed)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260321);

	clinic_begin(c, seed);
	clinic_send(c, &w, id);
	c->now = clinic_at(20260321, 1100);
	answer_alone(c, id);
	c->now = clinic_at(20260323, 540);
}

static void
what_lies_at_the_relay_was_not_missed(void **state)
{
	char id[TACIT_CHECKIN_ID_SIZE];
	struct clinic c;
	int n;

	(void)state;
	for (n = 0; n < 2; n++) {
		sleep_over_it(&c, id, 7 + (uint64_t)n);
		if (n == 1)
			clinic_crash(&c, 0);
		/* It believes that it is connected, as before it slept. */
		clinic_step(&c, 0);
		clinic_quiet(&c, 0);
		assert_true(tacit_practice_timeout_ms(c.p[0], c.now) > 0);
		assert_true(tacit_practice_timeout_ms(c.p[0], c.now) <=
		    MINUTE);
		/* Then it knows that it is not, however long that takes. */
		(void)stage_turn(c.st.s, 0);
		for (; c.now < clinic_at(20260323, 720); c.now += 4 * MINUTE)
			clinic_step(&c, 0);
		clinic_quiet(&c, 0);
		clinic_settle(&c);
		clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260321);
		clinic_stay(&c);
		clinic_quiet(&c, 0);
		clinic_end(&c);
	}
}

/* Of a sleep that was none. */
static void
a_clock_set_back_holds_nothing_up(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260321);
	char id[TACIT_CHECKIN_ID_SIZE];
	struct clinic c;

	(void)state;
	clinic_begin(&c, 9);
	clinic_send(&c, &w, id);
	c.now = clinic_at(20270101, 0);
	clinic_step(&c, 0);
	clinic_quiet(&c, 0);
	clinic_go(&c, 20260322, 1380);
	clinic_told(&c, 0, TACIT_CHECKIN_MISSED, id, 20260321);
	clinic_quiet(&c, 0);
	clinic_end(&c);
}

/* ---- a vault that was put back ---------------------------------------------------- */

enum { AWAY_MS = 48 * 60 * MINUTE };

/* The therapist's copy ${n} takes the place of the vault. */
static void
put_back(struct clinic *c, int n, uint64_t seen)
{
	tacit_practice_close(c->p[0]);
	stage_put_back(c->st.s, 0, n);
	assert_int_equal(tacit_practice_open(&c->p[0],
	    stage_end(c->st.s, 0)), 0);
	c->seen[0] = seen;
}

static bool
is_quiet(struct clinic *c)
{
	struct tacit_practice_event ev = { .size = sizeof(ev) };

	return tacit_practice_next_event(c->p[0], c->seen[0], &ev) == 0;
}

/* The therapist alone is there for ${minutes}. */
static void
wait_alone(struct clinic *c, int minutes)
{
	int n;

	for (; minutes > 0; minutes--, c->now += MINUTE) {
		for (n = 0; n < 8; n++) {
			(void)stage_turn(c->st.s, 0);
			stage_relay_turn(c->st.s);
			stage_sleep(c->st.s, MINUTE / 8);
			clinic_step(c, 0);
		}
	}
}

/* Copied, as a backup or as a file, then answered and taken; and put back. */
static void
answered_and_put_back(struct clinic *c, char id[TACIT_CHECKIN_ID_SIZE],
    uint64_t seed, bool backup, int texts)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260321);
	uint64_t seen;

	clinic_begin(c, seed);
	clinic_send(c, &w, id);
	seen = c->seen[0];
	(backup ? stage_keep_backup : stage_keep)(c->st.s, 0, 0);
	clinic_go(c, 20260321, 1100);
	for (; texts > 0; texts--)
		assert_int_equal(story_write(&c->st, 1, texts), 0);
	clinic_answer(c, id, "good", "1");
	clinic_told(c, 0, TACIT_CHECKIN_ANSWERED, id, 20260321);
	/* What went through since is to be noticed. */
	clinic_stay(c);
	put_back(c, 0, seen);
	c->now = clinic_at(20260323, 540);
}

static void
what_the_other_end_will_send_again_was_not_missed(void **state)
{
	char id[TACIT_CHECKIN_ID_SIZE];
	struct clinic c;
	int n;

	(void)state;
	for (n = 0; n < 4; n++) {
		answered_and_put_back(&c, id, 10 + (uint64_t)n, n % 2 == 0, 0);
		wait_alone(&c, n < 2 ? 10 : 300);
		clinic_quiet(&c, 0);
		clinic_settle(&c);
		clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260321);
		clinic_stay(&c);
		clinic_quiet(&c, 0);
		clinic_end(&c);
	}
}

/* It looks after each message, and the day goes by between any two. */
static void
look_at_each_message(struct clinic *c)
{
	int turns = 2000;

	for (; turns > 0 && is_quiet(c); turns--, c->now += MINUTE) {
		(void)stage_turn(c->st.s, 1);
		stage_relay_turn(c->st.s);
		(void)stage_turn(c->st.s, 0);
		stage_relay_turn(c->st.s);
		clinic_step(c, 0);
	}
}

/*
 * Nor before the relay told that the vault is an old one, nor between the word
 * on what is missing and the last of it.
 */
static void
what_is_on_its_way_again_was_not_missed(void **state)
{
	char id[TACIT_CHECKIN_ID_SIZE];
	struct clinic c;
	int n;

	(void)state;
	for (n = 0; n < 4; n++) {
		answered_and_put_back(&c, id, 20 + (uint64_t)n, n % 2 == 0,
		    n < 2 ? 0 : 60);
		look_at_each_message(&c);
		clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260321);
		clinic_stay(&c);
		clinic_quiet(&c, 0);
		clinic_end(&c);
	}
}

/* Nobody waits for ever for an end that does not come. */
static void
it_is_missed_when_the_other_end_stays_away(void **state)
{
	char id[TACIT_CHECKIN_ID_SIZE];
	struct clinic c;

	(void)state;
	answered_and_put_back(&c, id, 30, true, 0);
	wait_alone(&c, 10);
	stage_sleep(c.st.s, AWAY_MS - 180 * MINUTE);
	wait_alone(&c, 10);
	clinic_quiet(&c, 0);
	stage_sleep(c.st.s, 180 * MINUTE);
	wait_alone(&c, 10);
	clinic_told(&c, 0, TACIT_CHECKIN_MISSED, id, 20260321);
	clinic_quiet(&c, 0);
	clinic_end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_missed_when_no_zone_has_time_left),
		cmocka_unit_test(what_lies_at_the_relay_was_not_missed),
		cmocka_unit_test(a_clock_set_back_holds_nothing_up),
		cmocka_unit_test(
		    what_the_other_end_will_send_again_was_not_missed),
		cmocka_unit_test(what_is_on_its_way_again_was_not_missed),
		cmocka_unit_test(it_is_missed_when_the_other_end_stays_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
