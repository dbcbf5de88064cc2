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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_missed_when_no_zone_has_time_left),
		cmocka_unit_test(what_lies_at_the_relay_was_not_missed),
		cmocka_unit_test(a_clock_set_back_holds_nothing_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
