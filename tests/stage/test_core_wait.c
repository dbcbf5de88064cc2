/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that does nothing but wait as long as it is told: it misses nothing,
 * and is never told to come back at once when there is nothing to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "core.h"
#include "story.h"

enum {
	SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE,
	IDLE_TURNS = 8			/* without input, at one time */
};

/* Turns of end ${i} that core_wait() asks for, at this moment. */
static void
turns_now(struct stage *s, int i)
{
	int n = 0;

	while (core_wait(stage_end(s, i)) == 0 || stage_has_input(s, i)) {
		if (stage_turn(s, i))
			n = 0;
		else if (++n > IDLE_TURNS)
			fail_msg("end %d is called for nothing", i);
	}
}

/* ${ms} pass; the ends of ${s} take turns when they asked for them. */
static void
run(struct stage *s, int64_t ms)
{
	int64_t wait, w;
	int i, moved;

	while (ms >= 0) {
		do {
			stage_relay_turn(s);
			moved = 0;
			for (i = 0; i < 2; i++)
				if (stage_has_input(s, i) ||
				    core_wait(stage_end(s, i)) == 0) {
					turns_now(s, i);
					moved = 1;
				}
		} while (moved);
		wait = ms + 1;
		for (i = 0; i < 2; i++) {
			w = core_wait(stage_end(s, i));
			assert_true(w != 0);
			if (w > 0 && w < wait)
				wait = w;
		}
		stage_sleep(s, wait);
		ms -= wait;
	}
}

/* Drops what the relay says to one end. */
static int
deaf(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	(void)conn;
	(void)msg;
	(void)len;
	return i != *(int *)arg;
}

static void
pairing_needs_no_more_turns_than_asked_for(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 1) };
	struct tacit_contact *ct;

	(void)state;
	assert_int_equal(tacit_invite(&ct, stage_end(st.s, 0), "client", 0, 0,
	    NULL), 0);
	memcpy(st.id[0], ct->id, CONTACT_ID_LEN);
	assert_int_equal(core_wait(stage_end(st.s, 0)), 0);
	run(st.s, SECOND);
	assert_int_equal(tacit_invitation_link(ct, st.link), 0);

	/* The inviter's process begins anew; nobody calls it but the clock. */
	stage_crash(st.s, 0);
	assert_int_equal(core_wait(stage_end(st.s, 0)), 0);
	story_accept(&st);
	assert_int_equal(core_wait(stage_end(st.s, 1)), 0);
	run(st.s, SECOND);
	assert_int_equal(story_count(&st, 0, TACIT_EV_PAIRED), 1);
	assert_int_equal(story_count(&st, 1, TACIT_EV_PAIRED), 1);

	/* Texts wait for trust, and for nothing else. */
	st.event[0] = st.event[1] = 0;
	assert_int_equal(story_write(&st, 0, 1), TACIT_E_NOT_VERIFIED);
	assert_int_equal(tacit_accept_unverified(story_contact(&st, 0)), 0);
	assert_int_equal(story_write(&st, 0, 1), 0);
	assert_int_equal(core_wait(stage_end(st.s, 0)), 0);
	run(st.s, SECOND);
	assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 1);
	stage_free(st.s);
}

static void
a_text_is_sent_at_once_at_any_time(void **state)
{
	static const int64_t later[] = { 0, 30 * SECOND, 5 * MINUTE,
	    11 * MINUTE, 2 * HOUR };
	struct story st = { .s = stage_new(story_scratch(), 2) };
	size_t k;
	int i;

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	for (k = 0; k < sizeof(later) / sizeof(later[0]); k++)
		for (i = 0; i < 2; i++) {
			run(st.s, later[k]);
			if (k == 2)
				stage_crash(st.s, i);
			assert_int_equal(story_write(&st, i, 1), 0);
			assert_int_equal(core_wait(stage_end(st.s, i)), 0);
			run(st.s, 2 * SECOND);
			assert_int_equal(story_count(&st, 1 - i,
			    TACIT_EV_MESSAGE), 1);
		}
	stage_free(st.s);
}

/* Posting lines end at a random time; the relay has not answered by then. */
static void
a_relay_that_never_answers_posts_costs_no_turns(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 3) };
	struct stage_tap tap;
	int i, n, who = 0;

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	for (i = 0; i < 3; i++) {
		assert_int_equal(story_write(&st, 0, 1), 0);
		if (i == 1)
			turns_now(st.s, 0);	/* connected, posted */
		tap = (struct stage_tap){ .down = deaf, .arg = &who };
		stage_tap(st.s, &tap);
		for (n = 0; n < 40; n++)	/* more than the window */
			assert_int_equal(story_write(&st, 0, 2 + n), 0);
		run(st.s, HOUR);
		stage_tap(st.s, NULL);
		stage_cut(st.s, 0);
		run(st.s, 2 * MINUTE);
		assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 41);
	}
	stage_free(st.s);
}

static void
requests_that_cannot_be_made_wait_longer_each_time(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 4) };
	struct stage_tap tap = { .down = deaf };
	struct tacit_contact *ct;
	int n, who = 0;

	(void)state;
	tap.arg = &who;
	story_invite(&st, 0, 0);
	ct = story_contact(&st, 0);
	stage_tap(st.s, &tap);
	/* Withdrawn while the relay is gone: not shown, but still to be done. */
	assert_int_equal(tacit_contact_close(ct), 0);
	assert_false(contact_is_shown(ct));
	for (n = 0; n < 20; n++) {
		run(st.s, MINUTE);
		stage_cut(st.s, 0);
	}
	assert_true(ct->rec.due != 0);
	stage_tap(st.s, NULL);
	run(st.s, 3 * MINUTE);
	assert_int_equal(ct->rec.due, 0);
	stage_free(st.s);
}

/* Nothing is waited for, but perhaps the rotation of next month. */
static void
only_rotation(const struct tacit *t)
{
	int64_t day = 24 * (int64_t)HOUR;

	if (core_wait(t) == -1)
		return;
	assert_true(core_wait(t) > (TACIT_ROTATE_DAYS - 3) * day);
	assert_true(core_wait(t) <= (TACIT_ROTATE_DAYS + 1) * day);
}

static void
who_has_nothing_to_wait_for_is_left_alone(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 5) };
	int i;

	(void)state;
	assert_int_equal(core_wait(stage_end(st.s, 0)) > 0, 1);
	run(st.s, 2 * SECOND);		/* the new vault settles */
	assert_int_equal(core_wait(stage_end(st.s, 0)), -1);
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	run(st.s, HOUR);
	for (i = 0; i < 2; i++)
		only_rotation(stage_end(st.s, i));

	/* `have` is owed: that is hours away, and then done with. */
	assert_int_equal(story_write(&st, 0, 1), 0);
	run(st.s, 2 * MINUTE);
	assert_true(core_wait(stage_end(st.s, 1)) > 50 * MINUTE);
	assert_true(core_wait(stage_end(st.s, 1)) <= 24 * HOUR);
	assert_non_null(story_contact(&st, 0)->out);
	run(st.s, 25 * (int64_t)HOUR);
	assert_null(story_contact(&st, 0)->out);
	for (i = 0; i < 2; i++)
		only_rotation(stage_end(st.s, i));
	stage_free(st.s);
}

/* Whatever happens: after a few turns without input there is time to wait. */
static void
no_state_asks_for_turns_for_ever(void **state)
{
	uint64_t seed = story_number("TACIT_SEED", randombytes_random());
	struct story st = { .s = stage_new(story_scratch(), seed) };
	struct stage_tap tap = { .down = deaf };
	int n, i, who = 0, written = 0;

	(void)state;
	print_message("TACIT_SEED=%llu\n", (unsigned long long)seed);
	tap.arg = &who;
	story_invite(&st, TACIT_INVITE_IN_PERSON, 0);
	story_accept(&st);
	for (n = 0; n < 1500; n++) {
		i = (int)stage_below(st.s, 2);
		switch (stage_below(st.s, 10)) {
		case 0:
			stage_cut(st.s, i);
			break;
		case 1:
			stage_crash(st.s, i);
			break;
		case 2:
			who = (int)stage_below(st.s, 4);
			stage_tap(st.s, who < 2 ? &tap : NULL);
			break;
		case 3:
			if (written < 100 && story_contact(&st, i) != NULL) {
				assert_int_equal(story_write(&st, i,
				    ++written), 0);
			}
			break;
		case 4:
			stage_sleep(st.s, stage_below(st.s, 20 * MINUTE));
			break;
		case 5:
			stage_relay_turn(st.s);
			break;
		default:
			if (stage_has_input(st.s, i))
				(void)stage_turn(st.s, i);
			turns_now(st.s, i);
		}
	}
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairing_needs_no_more_turns_than_asked_for),
		cmocka_unit_test(a_text_is_sent_at_once_at_any_time),
		cmocka_unit_test(
		    a_relay_that_never_answers_posts_costs_no_turns),
		cmocka_unit_test(
		    requests_that_cannot_be_made_wait_longer_each_time),
		cmocka_unit_test(who_has_nothing_to_wait_for_is_left_alone),
		cmocka_unit_test(no_state_asks_for_turns_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
