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

#include "heal.h"
#include "rotate.h"

enum { HOUR = 60 * HEAL_MINUTE, STEPS = 48 };

static const int64_t DAY = 24 * (int64_t)HOUR;

/* What was written and shown of one relationship. */
struct play {
	struct story st;
	int written[2];
	struct heal_shown shown[2];
};

static tacit_state_Contact *
rec(struct play *p, int i)
{
	return &story_contact(&p->st, i)->rec;
}

static void
begin(struct play *p, struct stage *s)
{
	memset(p, 0, sizeof(*p));
	p->st.s = s;
	story_pair(&p->st, TACIT_INVITE_IN_PERSON);
	heal_talk(&p->st, 0);
}

static void
write_one(struct play *p, int i)
{
	heal_write(&p->st, i, ++p->written[i], 1);
}

/* All letters of ${i} were shown at the other end, in order, once. */
static void
check_shown(struct play *p, int i, int back)
{
	struct heal_shown *s = &p->shown[1 - i];

	heal_look(&p->st, 1 - i, s);
	assert_int_equal(heal_run(s, 0, 1, p->written[i]), p->written[i]);
	assert_int_equal(s->n, p->written[i]);
	assert_int_equal(s->poison + s->identity, 0);
	assert_true(back || s->gaps == 0);
}

/* Both use the same keys, and each posts where the other reads. */
static void
check_agreed(struct play *p)
{
	int i;

	assert_true(rec(p, 0)->rotation == rec(p, 1)->rotation);
	for (i = 0; i < 2; i++) {
		assert_int_equal(rec(p, i)->unseen, 0);
		assert_int_equal(rec(p, i)->due, 0);
		assert_true(rec(p, i)->next.id == 0);
		assert_memory_equal(rec(p, i)->key1, rec(p, 1 - i)->key1,
		    TACIT_KEY_LEN);
		assert_memory_equal(rec(p, i)->their_address,
		    rec(p, 1 - i)->my_address, TACIT_ADDRESS_LEN);
	}
}

static int
rotated(struct play *p, int i)
{
	return story_count(&p->st, i, TACIT_EV_ROTATED);
}

static uint64_t
mailboxes(struct play *p)
{
	struct stage *s = p->st.s;

	return stage_relay_count(stage_relay(s)).mailboxes -
	    stage_anchors(s, 0) - stage_anchors(s, 1);
}

static void
either_end_asks_and_both_change_everything(void **state)
{
	struct stage *s = stage_new(story_scratch(), 1);
	struct play p;
	tacit_state_Contact before[2];
	int i, who;

	(void)state;
	begin(&p, s);
	for (who = 0; who < 2; who++) {
		for (i = 0; i < 2; i++)
			before[i] = *rec(&p, i);
		assert_int_equal(tacit_rotate(story_contact(&p.st, who)), 0);
		stage_quiesce(s);
		for (i = 0; i < 2; i++) {
			assert_int_equal(rotated(&p, i), 1);
			assert_memory_not_equal(before[i].key1,
			    rec(&p, i)->key1, TACIT_KEY_LEN);
			assert_int_equal(rec(&p, i)->old_count, 1);
			assert_memory_not_equal(before[i].my_address,
			    rec(&p, i)->my_address, TACIT_ADDRESS_LEN);
			assert_memory_not_equal(before[i].my_owner,
			    rec(&p, i)->my_owner, TACIT_KEY_LEN);
			assert_memory_not_equal(before[i].my_token,
			    rec(&p, i)->my_token, TACIT_TOKEN_LEN);
			assert_memory_equal(before[i].recovery,
			    rec(&p, i)->recovery, TACIT_KEY_LEN);
		}
		check_agreed(&p);
		assert_int_equal(stage_relay_envelopes(stage_relay(s)), 0);
		heal_talk(&p.st, 10 + who);
		assert_int_equal(mailboxes(&p), 4);
		/* What was left is closed when nothing can lie there. */
		stage_sleep(s, 30 * DAY - 2 * HOUR);
		stage_quiesce(s);
		assert_int_equal(mailboxes(&p), 4);
		assert_int_equal(rotated(&p, 0) + rotated(&p, 1), 0);
		for (i = 0; i < 2; i++)
			rec(&p, i)->rotated_ms += (uint64_t)(5 * DAY);
		stage_sleep(s, 3 * HOUR);
		stage_quiesce(s);
		assert_int_equal(mailboxes(&p), 2);
		assert_int_equal(rec(&p, 0)->old_count, 0);
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
		write_one(p, (int)a - LETTER_I);
		break;
	case BACK_I:
	case BACK_J:
		stage_put_back(p->st.s, (int)a - BACK_I, 0);
		break;
	default:
		stage_keep(p->st.s, (int)a - LATER_I, 1);
	}
}

/* ${n} turns, end by end and then the relay, from number ${from} on. */
static void
turns(struct stage *s, int from, int n)
{
	for (; n > 0; n--, from++)
		if (from % 3 == 2)
			stage_relay_turn(s);
		else
			(void)stage_turn(s, from % 3);
}

static void
play(struct play *p, struct stage *s, int who, enum act a, int at)
{
	int i, n;

	begin(p, s);
	for (i = 0; i < 2; i++)
		write_one(p, i);
	stage_quiesce(s);
	if (a == BACK_I || a == BACK_J)
		stage_keep(s, (int)a - BACK_I, 0);
	assert_int_equal(tacit_rotate(story_contact(&p->st, who)), 0);
	turns(s, 0, at);
	act(p, a);
	turns(s, at, STEPS - at);
	heal_settle(&p->st);
	if (a >= LATER_I)
		stage_put_back(s, (int)a - LATER_I, 1);
	heal_settle(&p->st);
	for (n = 0; n < 4; n++) {
		for (i = 0; i < 2; i++)
			write_one(p, i);
		heal_settle(&p->st);
		stage_sleep(s, HOUR);
	}
	/* Who asked may have forgotten it. */
	if (rec(p, 0)->rotation == 0) {
		assert_true(a >= BACK_I);
		assert_int_equal(tacit_rotate(story_contact(&p->st, who)), 0);
		heal_settle(&p->st);
		stage_sleep(s, 25 * HOUR);
		heal_settle(&p->st);
	}
	for (i = 0; i < 2; i++)
		check_shown(p, i, a >= BACK_I);
	check_agreed(p);
	assert_true(rec(p, 0)->rotation != 0);
}

static void
one_disturbance_at_every_step(void **state)
{
	int every = story_number("TACIT_EVERY_STEP", 0) != 0 ? 1 : 8;
	struct stage *s = NULL;
	struct play p;
	int a, at, n = 0;

	(void)state;
	for (a = 0; a < ACTS; a++)
		for (at = a % every; at < STEPS; at += every, n++) {
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

static void
closed_at_every_step_nothing_is_left(void **state)
{
	struct stage *s;
	struct play p;
	int at, i;

	(void)state;
	for (at = 0; at < STEPS; at++) {
		s = stage_new(story_scratch(), (uint64_t)at);
		begin(&p, s);
		assert_int_equal(tacit_rotate(story_contact(&p.st, 0)), 0);
		turns(s, 0, at);
		assert_int_equal(tacit_contact_close(story_contact(&p.st,
		    at % 2)), 0);
		heal_settle(&p.st);
		for (i = 0; i < 2; i++) {
			assert_int_equal(rec(&p, i)->step,
			    tacit_state_Step_CLOSED);
			assert_int_equal(rec(&p, i)->due, 0);
			assert_int_equal(rec(&p, i)->mailbox, 0);
			assert_int_equal(rec(&p, i)->old_count, 0);
			assert_true(sodium_is_zero(rec(&p, i)->key1,
			    TACIT_KEY_LEN));
		}
		assert_int_equal(mailboxes(&p), 0);
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
	for (at = 0; at < STEPS; at += 2) {
		s = stage_new(story_scratch(), (uint64_t)at);
		begin(&p, s);
		assert_int_equal(tacit_rotate(story_contact(&p.st, 0)), 0);
		turns(s, 0, at);
		i = at / 2 % 2;
		write_one(&p, i);
		stage_cut(s, 1 - i);
		alone(s, i, 40);
		for (n = 0; n < 3; n++) {
			heal_settle(&p.st);
			stage_sleep(s, 25 * HOUR);
		}
		write_one(&p, 0);
		write_one(&p, 1);
		heal_settle(&p.st);
		check_agreed(&p);
		while (story_count(&p.st, 0, TACIT_EV_UNDELIVERED) +
		    story_count(&p.st, 1, TACIT_EV_UNDELIVERED) > 0)
			continue;
		heal_talk(&p.st, 1000);
		stage_free(s);
	}
}

/* ---- what it costs ---------------------------------------------------------- */

/* End 0 asks, and all that follows. */
static void
rotate_now(struct play *p)
{
	assert_int_equal(tacit_rotate(story_contact(&p->st, 0)), 0);
	stage_quiesce(p->st.s);
	assert_int_equal(rotated(p, 0), 1);
	assert_int_equal(rotated(p, 1), 1);
	check_agreed(p);
}

/* The joiner's pass has one unit to spare, which comes back. */
static void
one_spare_unit_is_enough_for_ever(void **state)
{
	struct stage *s = stage_new(story_scratch(), 1);
	uint8_t before[TACIT_ADDRESS_LEN];
	struct play p;
	int n;

	(void)state;
	begin(&p, s);
	for (n = 0; n < 6; n++) {
		memcpy(before, rec(&p, 1)->my_address, sizeof(before));
		stage_sleep(s, 30 * DAY - 4 * HOUR);
		stage_quiesce(s);
		assert_int_equal(rotated(&p, 0) + rotated(&p, 1), 0);
		stage_sleep(s, 4 * HOUR);
		stage_quiesce(s);
		assert_int_equal(rotated(&p, 0), 1);
		assert_int_equal(rotated(&p, 1), 1);
		assert_memory_not_equal(before, rec(&p, 1)->my_address,
		    sizeof(before));
		assert_int_equal(mailboxes(&p), 4);
		check_agreed(&p);
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
	begin(&p, s);
	rotate_now(&p);
	for (n = 1; n < OLD_SETS; n++) {
		stage_sleep(s, 2 * HOUR);
		for (i = 0; i < 2; i++)
			before[i] = *rec(&p, i);
		rotate_now(&p);
		for (i = 0; i < 2; i++)
			assert_memory_not_equal(before[i].key1,
			    rec(&p, i)->key1, TACIT_KEY_LEN);
		assert_memory_equal(before[1].my_address,
		    rec(&p, 1)->my_address, TACIT_ADDRESS_LEN);
		assert_memory_not_equal(before[0].my_address,
		    rec(&p, 0)->my_address, TACIT_ADDRESS_LEN);
		heal_talk(&p.st, 10 + n);
	}
	assert_int_equal(rec(&p, 0)->old_count, OLD_SETS);
	/* Whoever keeps so many begins none unasked. */
	stage_sleep(s, 25 * HOUR);
	rec(&p, 0)->rotated_ms -= (uint64_t)(28 * DAY);
	stage_quiesce(s);
	assert_int_equal(rotated(&p, 0), 0);
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
	begin(&p, s);
	for (n = 2; n < TACIT_ROTATE_MESSAGES - 1; n++) {
		write_one(&p, n % 2);
		if (n % 50 == 0)
			stage_quiesce(s);
	}
	stage_quiesce(s);
	assert_int_equal(rotated(&p, 0) + rotated(&p, 1), 0);
	write_one(&p, 0);
	stage_quiesce(s);
	assert_int_equal(rotated(&p, 0), 1);
	assert_int_equal(rotated(&p, 1), 1);
	stage_sleep(s, 30 * DAY - HOUR);
	stage_quiesce(s);
	assert_int_equal(rotated(&p, 0) + rotated(&p, 1), 0);
	stage_sleep(s, HOUR);
	stage_quiesce(s);
	assert_int_equal(rotated(&p, 0), 1);
	assert_int_equal(rotated(&p, 1), 1);
	check_agreed(&p);
	stage_free(s);
}

/* ---- the relay goes back ---------------------------------------------------- */

static void
a_relay_may_go_back_to_any_step(void **state)
{
	struct stage_relay *copy;
	struct tacit_event e;
	struct stage *s;
	struct play p;
	int at, i, seen;

	(void)state;
	for (at = 0; at < STEPS; at += 3) {
		s = stage_new(story_scratch(), (uint64_t)at);
		begin(&p, s);
		assert_int_equal(tacit_rotate(story_contact(&p.st, 0)), 0);
		turns(s, 0, at);
		copy = stage_relay_copy(stage_relay(s));
		heal_settle(&p.st);
		for (i = 0; i < 2; i++) {
			stage_route(s, i, copy);
			stage_cut(s, i);
		}
		stage_sleep(s, 2 * HOUR);
		heal_settle(&p.st);
		for (i = 0; i < 2; i++)
			while (story_next(&p.st, i, &e))
				assert_int_not_equal(e.type, TACIT_EV_POISON);
		for (i = 0; i < 2; i++)
			heal_write(&p.st, i, 1000, 1);
		heal_settle(&p.st);
		for (i = 0, seen = 0; i < 2; i++)
			while (story_next(&p.st, i, &e))
				seen += e.type == TACIT_EV_MESSAGE &&
				    story_letter(&e) == 1000;
		assert_int_equal(seen, 2);
		check_agreed(&p);
		stage_free(s);
		stage_relay_free(copy);
	}
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
		cmocka_unit_test(one_spare_unit_is_enough_for_ever),
		cmocka_unit_test(without_a_unit_the_secret_alone_changes),
		cmocka_unit_test(time_or_messages_begin_one),
		cmocka_unit_test(a_relay_may_go_back_to_any_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
