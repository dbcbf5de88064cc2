/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mailboxes, tokens and pair keys change over the conversation, whatever
 * comes between the steps: crashes, lost connections, copies that are put
 * back.  PROTOCOL.md, section 20.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "rotate.h"
#include "play.h"

static void
either_end_asks_and_both_change_everything(void **state)
{
	struct stage *s = stage_new(story_scratch(), 1);
	struct play p;
	tacit_state_Contact before[2];
	int i, who;

	(void)state;
	play_begin(&p, s);
	for (who = 0; who < 2; who++) {
		for (i = 0; i < 2; i++)
			before[i] = *play_rec(&p, i);
		assert_int_equal(tacit_rotate(story_contact(&p.st, who)), 0);
		stage_quiesce(s);
		for (i = 0; i < 2; i++) {
			assert_int_equal(play_rotated(&p, i), 1);
			assert_memory_not_equal(before[i].key1,
			    play_rec(&p, i)->key1, TACIT_KEY_LEN);
			assert_int_equal(play_rec(&p, i)->old_count, 1);
			assert_memory_not_equal(before[i].my_address,
			    play_rec(&p, i)->my_address, TACIT_ADDRESS_LEN);
			assert_memory_not_equal(before[i].my_owner,
			    play_rec(&p, i)->my_owner, TACIT_KEY_LEN);
			assert_memory_not_equal(before[i].my_token,
			    play_rec(&p, i)->my_token, TACIT_TOKEN_LEN);
			assert_memory_equal(before[i].recovery,
			    play_rec(&p, i)->recovery, TACIT_KEY_LEN);
		}
		play_check_agreed(&p);
		assert_int_equal(stage_relay_envelopes(stage_relay(s)), 0);
		heal_talk(&p.st, 10 + who);
		assert_int_equal(play_mailboxes(&p), 4);
		/* What was left is closed when nothing can lie there. */
		stage_sleep(s, 30 * DAY - 2 * HOUR);
		stage_quiesce(s);
		assert_int_equal(play_mailboxes(&p), 4);
		assert_int_equal(play_rotated(&p, 0) + play_rotated(&p, 1), 0);
		for (i = 0; i < 2; i++)
			play_rec(&p, i)->rotated_ms += (uint64_t)(5 * DAY);
		stage_sleep(s, 3 * HOUR);
		stage_quiesce(s);
		assert_int_equal(play_mailboxes(&p), 2);
		assert_int_equal(play_rec(&p, 0)->old_count, 0);
	}
	stage_free(s);
}

/* What can come between: each at every step of an otherwise plain rotation. */
enum act {
	CRASH_I, CRASH_J, CUT_I, CUT_J, LETTER_I, LETTER_J,
	BACK_I, BACK_J,			/* to before it, at that step */
	LATER_I, LATER_J,		/* to that step, when it was done */
	ACTS
};

static void
act(struct play *p, enum act a)
{
	switch (a) {
	case CRASH_I:
	case CRASH_J:
		stage_crash(p->st.s, (int)a - CRASH_I);
		break;
	case CUT_I:
	case CUT_J:
		stage_cut(p->st.s, (int)a - CUT_I);
		break;
	case LETTER_I:
	case LETTER_J:
		play_write(p, (int)a - LETTER_I);
		break;
	case BACK_I:
	case BACK_J:
		stage_put_back(p->st.s, (int)a - BACK_I, 0);
		break;
	default:
		stage_keep(p->st.s, (int)a - LATER_I, 1);
	}
}

static void
play(struct play *p, struct stage *s, int who, enum act a, int at)
{
	int i, n;

	play_begin(p, s);
	for (i = 0; i < 2; i++)
		play_write(p, i);
	stage_quiesce(s);
	if (a == BACK_I || a == BACK_J)
		stage_keep(s, (int)a - BACK_I, 0);
	assert_int_equal(tacit_rotate(story_contact(&p->st, who)), 0);
	play_turns(s, 0, at);
	act(p, a);
	play_turns(s, at, PLAY_STEPS - at);
	heal_settle(&p->st);
	if (a >= LATER_I)
		stage_put_back(s, (int)a - LATER_I, 1);
	heal_settle(&p->st);
	for (n = 0; n < 4; n++) {
		for (i = 0; i < 2; i++)
			play_write(p, i);
		heal_settle(&p->st);
		stage_sleep(s, HOUR);
	}
	/* Who asked may have forgotten it. */
	if (play_rec(p, 0)->rotation == 0) {
		assert_true(a >= BACK_I);
		assert_int_equal(tacit_rotate(story_contact(&p->st, who)), 0);
		heal_settle(&p->st);
		stage_sleep(s, 25 * HOUR);
		heal_settle(&p->st);
	}
	for (i = 0; i < 2; i++)
		play_check_shown(p, i, a >= BACK_I);
	play_check_agreed(p);
	assert_true(play_rec(p, 0)->rotation != 0);
}

static void
one_disturbance_at_every_step(void **state)
{
	int every = play_stride(8);
	struct stage *s = NULL;
	struct play p;
	int a, at, n = 0;

	(void)state;
	for (a = 0; a < ACTS; a++)
		for (at = a % every; at < PLAY_STEPS; at += every, n++) {
			if (n % 20 == 0) {
				if (s != NULL)
					stage_free(s);
				s = stage_new(story_scratch(), (uint64_t)n);
			}
			play(&p, s, n % 2, (enum act)a, at);
			assert_int_equal(tacit_contact_close(
			    story_contact(&p.st, n % 2)), 0);
			stage_quiesce(s);
		}
	stage_free(s);
	print_message("%d rotations, each with one disturbance\n", n);
}

/* ---- ends ------------------------------------------------------------------- */

/* End ${i} was shown ${n} letters, and then that the other one ended it. */
static void
check_closed_after(struct play *p, int i, int n)
{
	struct tacit_event e;
	int shown = 0, closed = 0;

	while (story_next(&p->st, i, &e)) {
		assert_false(closed);
		shown += e.type == TACIT_EV_MESSAGE;
		closed = e.type == TACIT_EV_CLOSED;
	}
	assert_int_equal(shown, n);
	assert_true(closed);
}

static void
closed_at_every_step_nothing_is_left(void **state)
{
	enum { LETTERS = 40 };
	struct stage *s;
	struct play p;
	int at, i, n;

	(void)state;
	for (at = 0; at < PLAY_STEPS; at += play_stride(3)) {
		s = stage_new(story_scratch(), (uint64_t)at);
		play_begin(&p, s);
		assert_int_equal(tacit_rotate(story_contact(&p.st, 0)), 0);
		play_turns(s, 0, at);
		/* Some are in the mailbox of before, if it switches now. */
		i = at / play_stride(3) % 2;
		stage_cut(s, 1 - i);
		for (n = 0; n < LETTERS; n++)
			play_write(&p, i);
		for (n = 0; n < PLAY_STEPS; n++) {
			(void)stage_turn(s, i);
			stage_relay_turn(s);
		}
		assert_int_equal(tacit_contact_close(story_contact(&p.st,
		    i)), 0);
		heal_settle(&p.st);
		check_closed_after(&p, 1 - i, LETTERS);
		for (i = 0; i < 2; i++) {
			assert_int_equal(play_rec(&p, i)->step,
			    tacit_state_Step_CLOSED);
			assert_int_equal(play_rec(&p, i)->due, 0);
			assert_int_equal(play_rec(&p, i)->mailbox, 0);
			assert_int_equal(play_rec(&p, i)->old_count, 0);
			assert_true(sodium_is_zero(play_rec(&p, i)->key1,
			    TACIT_KEY_LEN));
		}
		assert_int_equal(play_mailboxes(&p), 0);
		assert_int_equal(tacit_rotate(story_contact(&p.st, 0)),
		    TACIT_E_CONTACT_CLOSED);
		stage_free(s);
	}
}

/* Only end ${i} and the relay live, for ${days}. */
static void
alone(struct stage *s, int i, int days)
{
	int n;

	for (n = 0; n < 4 * days; n++) {
		/* One that just started has no input yet. */
		(void)stage_turn(s, i);
		stage_relay_turn(s);
		while (stage_turn(s, i))
			stage_relay_turn(s);
		stage_relay_hours(stage_relay(s), 6);
		stage_sleep(s, 6 * HOUR);
	}
}

static void
one_end_may_be_away_for_forty_days_at_every_step(void **state)
{
	struct stage *s;
	struct play p;
	int at, i, n;

	(void)state;
	for (at = 0; at < PLAY_STEPS; at += play_stride(4)) {
		s = stage_new(story_scratch(), (uint64_t)at);
		play_begin(&p, s);
		assert_int_equal(tacit_rotate(story_contact(&p.st, 0)), 0);
		play_turns(s, 0, at);
		i = at / play_stride(4) % 2;
		play_write(&p, i);
		stage_cut(s, 1 - i);
		alone(s, i, 40);
		for (n = 0; n < 3; n++) {
			heal_settle(&p.st);
			stage_sleep(s, 25 * HOUR);
		}
		play_write(&p, 0);
		play_write(&p, 1);
		heal_settle(&p.st);
		play_check_agreed(&p);
		for (n = 0; n < 2; n++)
			assert_int_equal(story_count(&p.st, n,
			    TACIT_EV_MESSAGE), p.written[1 - n]);
		heal_talk(&p.st, 1000);
		stage_free(s);
	}
}

/*
 * Letters of a copy that was put back wait in the mailbox that was left: it is
 * read to its end before it is closed.
 */
static void
who_comes_back_after_forty_days_hears_a_copy(void **state)
{
	struct stage *s;
	struct play p;
	int i, n;

	(void)state;
	for (i = 0; i < 2; i++) {
		s = stage_new(story_scratch(), (uint64_t)i);
		play_begin(&p, s);
		stage_keep(s, i, 0);
		play_rotate(&p);
		stage_cut(s, 1 - i);
		stage_put_back(s, i, 0);
		alone(s, i, 40);
		for (n = 0; n < 3; n++) {
			heal_settle(&p.st);
			stage_sleep(s, 25 * HOUR);
		}
		play_write(&p, 0);
		play_write(&p, 1);
		heal_settle(&p.st);
		play_check_agreed(&p);
		for (n = 0; n < 2; n++)
			assert_int_equal(story_count(&p.st, n,
			    TACIT_EV_MESSAGE), 1);
		stage_free(s);
	}
}

/* ---- what it costs ---------------------------------------------------------- */

/* The joiner's pass has one unit to spare, which comes back. */
static void
one_spare_unit_is_enough_for_ever(void **state)
{
	struct stage *s = stage_new(story_scratch(), 1);
	uint8_t before[TACIT_ADDRESS_LEN];
	struct play p;
	int n;

	(void)state;
	play_begin(&p, s);
	for (n = 0; n < 6; n++) {
		memcpy(before, play_rec(&p, 1)->my_address, sizeof(before));
		stage_sleep(s, 30 * DAY - 4 * HOUR);
		stage_quiesce(s);
		assert_int_equal(play_rotated(&p, 0) + play_rotated(&p, 1), 0);
		stage_sleep(s, 4 * HOUR);
		stage_quiesce(s);
		assert_int_equal(play_rotated(&p, 0), 1);
		assert_int_equal(play_rotated(&p, 1), 1);
		assert_memory_not_equal(before, play_rec(&p, 1)->my_address,
		    sizeof(before));
		assert_int_equal(play_mailboxes(&p), 4);
		play_check_agreed(&p);
		heal_talk(&p.st, n);
	}
	stage_free(s);
}

static void
without_a_unit_the_secret_alone_changes(void **state)
{
	struct stage *s = stage_new(story_scratch(), 1);
	tacit_state_Contact before[2];
	struct play p;
	int n, i;

	(void)state;
	play_begin(&p, s);
	play_rotate(&p);
	for (n = 1; n < OLD_SETS; n++) {
		stage_sleep(s, 2 * HOUR);
		for (i = 0; i < 2; i++)
			before[i] = *play_rec(&p, i);
		play_rotate(&p);
		for (i = 0; i < 2; i++)
			assert_memory_not_equal(before[i].key1,
			    play_rec(&p, i)->key1, TACIT_KEY_LEN);
		assert_memory_equal(before[1].my_address,
		    play_rec(&p, 1)->my_address, TACIT_ADDRESS_LEN);
		assert_memory_not_equal(before[0].my_address,
		    play_rec(&p, 0)->my_address, TACIT_ADDRESS_LEN);
		heal_talk(&p.st, 10 + n);
	}
	assert_int_equal(play_rec(&p, 0)->old_count, OLD_SETS);
	/* Whoever keeps so many begins none unasked. */
	stage_sleep(s, 25 * HOUR);
	play_rec(&p, 0)->rotated_ms -= (uint64_t)(28 * DAY);
	stage_quiesce(s);
	assert_int_equal(play_rotated(&p, 0), 0);
	stage_free(s);
}

/* Which of both it is, and when: not before. */
static void
time_or_messages_begin_one(void **state)
{
	struct stage *s = stage_new(story_scratch(), 1);
	struct play p;
	int n;

	(void)state;
	play_begin(&p, s);
	for (n = 2; n < TACIT_ROTATE_MESSAGES - 1; n++) {
		play_write(&p, n % 2);
		if (n % 50 == 0)
			stage_quiesce(s);
	}
	stage_quiesce(s);
	assert_int_equal(play_rotated(&p, 0) + play_rotated(&p, 1), 0);
	play_write(&p, 0);
	stage_quiesce(s);
	assert_int_equal(play_rotated(&p, 0), 1);
	assert_int_equal(play_rotated(&p, 1), 1);
	stage_sleep(s, 30 * DAY - HOUR);
	stage_quiesce(s);
	assert_int_equal(play_rotated(&p, 0) + play_rotated(&p, 1), 0);
	stage_sleep(s, HOUR);
	stage_quiesce(s);
	assert_int_equal(play_rotated(&p, 0), 1);
	assert_int_equal(play_rotated(&p, 1), 1);
	play_check_agreed(&p);
	stage_free(s);
}

/* What was left by a clock that was ahead is kept as long as what was not. */
static void
a_clock_that_is_set_back_closes_nothing(void **state)
{
	struct stage *s = stage_new(story_scratch(), 8);
	struct play p;
	int i;

	(void)state;
	play_begin(&p, s);
	assert_int_equal(tacit_rotate(story_contact(&p.st, 0)), 0);
	stage_quiesce(s);
	for (i = 0; i < 2; i++)
		play_rec(&p, i)->old[0].since_ms += (uint64_t)(5 * DAY);
	stage_sleep(s, MINUTE);
	stage_quiesce(s);
	assert_int_equal(play_mailboxes(&p), 4);
	stage_sleep(s, 30 * DAY - 2 * HOUR);
	for (i = 0; i < 2; i++)
		play_rec(&p, i)->rotated_ms += (uint64_t)(5 * DAY);
	stage_quiesce(s);
	assert_int_equal(play_mailboxes(&p), 4);
	stage_sleep(s, 3 * HOUR);
	stage_quiesce(s);
	assert_int_equal(play_mailboxes(&p), 2);
	stage_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(either_end_asks_and_both_change_everything),
		cmocka_unit_test(one_disturbance_at_every_step),
		cmocka_unit_test(closed_at_every_step_nothing_is_left),
		cmocka_unit_test(
		    one_end_may_be_away_for_forty_days_at_every_step),
		cmocka_unit_test(who_comes_back_after_forty_days_hears_a_copy),
		cmocka_unit_test(one_spare_unit_is_enough_for_ever),
		cmocka_unit_test(without_a_unit_the_secret_alone_changes),
		cmocka_unit_test(time_or_messages_begin_one),
		cmocka_unit_test(a_clock_that_is_set_back_closes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
