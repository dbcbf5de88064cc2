/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rotations, and a relay that was put back to before the mailboxes they made;
 * and a copy of a vault that waits for an answer which went to its later
 * life.  PROTOCOL.md, section 20.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "outbox.h"
#include "play.h"

/* Letters of both come, and both use the same keys. */
static void
check_talk(struct play *p)
{
	struct tacit_event e;
	int i, seen[2] = { 0, 0 };

	for (i = 0; i < 2; i++)
		heal_write(&p->st, i, 1000, 1);
	heal_settle(&p->st);
	for (i = 0; i < 2; i++)
		while (story_next(&p->st, i, &e)) {
			assert_int_not_equal(e.type, TACIT_EV_POISON);
			seen[i] += e.type == TACIT_EV_MESSAGE &&
			    story_letter(&e) == 1000;
		}
	assert_int_equal(seen[0], 1);
	assert_int_equal(seen[1], 1);
	play_check_agreed(p);
}

/* From now on the relay is ${copy}. */
static void
use(struct play *p, struct stage_relay *copy)
{
	wire_use(p->st.s, copy);
	stage_sleep(p->st.s, 2 * HOUR);
	heal_settle(&p->st);
}

static void
a_relay_may_go_back_to_any_step(void **state)
{
	struct stage_relay *copy;
	struct stage *s;
	struct play p;
	int at;

	(void)state;
	/* After each turn of the relay: one is copied at rest. */
	for (at = 0; at < PLAY_STEPS; at += 3) {
		s = stage_new(story_scratch(), (uint64_t)at);
		play_begin(&p, s);
		assert_int_equal(tacit_rotate(story_contact(&p.st, 0)), 0);
		play_turns(s, 0, at);
		copy = stage_relay_copy(stage_relay(s));
		heal_settle(&p.st);
		use(&p, copy);
		check_talk(&p);
		stage_free(s);
		stage_relay_free(copy);
	}
}

/* At any step of the second: no mailbox is left but those of the pairing. */
static void
a_relay_may_go_back_over_two_rotations(void **state)
{
	struct stage_relay *copy;
	struct stage *s;
	struct play p;
	int at;

	(void)state;
	for (at = 0; at < PLAY_STEPS; at += play_stride(4)) {
		s = stage_new(story_scratch(), (uint64_t)at);
		play_begin(&p, s);
		copy = stage_relay_copy(stage_relay(s));
		play_rotate(&p);
		stage_sleep(s, 2 * HOUR);
		assert_int_equal(tacit_rotate(story_contact(&p.st, 0)), 0);
		play_turns(s, 0, at);
		use(&p, copy);
		check_talk(&p);
		stage_free(s);
		stage_relay_free(copy);
	}
}

/*
 * What paid for the mailboxes of now is taken by others there, which were
 * closed since.
 */
static void
what_was_closed_pays_again(void **state)
{
	struct stage *s = stage_new(story_scratch(), 1);
	uint8_t before[TACIT_ADDRESS_LEN];
	struct stage_relay *copy;
	struct play p;

	(void)state;
	play_begin(&p, s);
	play_rotate(&p);
	stage_sleep(s, 29 * DAY);
	stage_quiesce(s);
	copy = stage_relay_copy(stage_relay(s));
	memcpy(before, play_rec(&p, 1)->my_address, sizeof(before));
	stage_sleep(s, DAY);
	stage_quiesce(s);
	assert_int_equal(play_rotated(&p, 0), 1);
	assert_int_equal(play_rotated(&p, 1), 1);
	assert_memory_not_equal(before, play_rec(&p, 1)->my_address,
	    sizeof(before));
	use(&p, copy);
	check_talk(&p);
	assert_int_equal(stage_relay_count(copy).mailboxes -
	    stage_anchors(s, 0) - stage_anchors(s, 1), 4);
	stage_free(s);
	stage_relay_free(copy);
}

/* ---- an offer that has its answer ------------------------------------------- */

/* End ${i} offers a session, which the relay has and nobody reads. */
static void
offer(struct play *p, int i)
{
	struct tacit_contact *ct = story_contact(&p->st, i);
	const struct out_ref *o = NULL;
	int n;

	ct->rec.reset_owed = 1;
	for (n = 0; n < PLAY_STEPS && (o == NULL || !o->okayed); n++) {
		(void)stage_turn(p->st.s, i);
		stage_relay_turn(p->st.s);
		for (o = ct->out; o != NULL; o = o->next)
			if (o->kind == tacit_state_OutKind_OUT_RESET)
				break;
	}
	assert_non_null(o);
	assert_true(o->okayed);
}

static void
from_offer(int i, enum lie lie, uint64_t seed)
{
	struct stage *s = stage_new(story_scratch(), seed);
	struct play p;
	struct wire w;
	int n, k;

	play_begin(&p, s);
	wire_listen(&p.st, &w);
	w.lie = lie;
	for (k = 0; k < 2; k++)
		play_write(&p, k);
	stage_quiesce(s);
	for (k = 0; k < 2; k++)
		play_check_shown(&p, k, 0);
	offer(&p, i);
	stage_keep(s, i, 0);
	stage_quiesce(s);
	play_rotate(&p);
	stage_put_back(s, i, 0);
	/* Unanswered for two days, it is made anew. */
	for (n = 0; n < 7; n++) {
		for (k = 0; k < 2; k++)
			play_write(&p, k);
		heal_settle(&p.st);
		stage_sleep(s, 25 * HOUR);
	}
	for (k = 0; k < 2; k++)
		play_check_shown(&p, k, 1);
	play_check_agreed(&p);
	stage_free(s);
}

static void
a_copy_that_waits_for_an_answer_heals(void **state)
{
	(void)state;
	from_offer(0, NO_LIE, 1);
	from_offer(1, NO_LIE, 2);
}

/* The same where no anchor says how old it is. */
static void
a_copy_that_waits_and_has_no_anchor_heals(void **state)
{
	(void)state;
	from_offer(0, UNKNOWN_FRAME, 3);
}

/* ---- copies of two lives ----------------------------------------------------- */

/*
 * End ${i} is put back to before a rotation, which the other end gives up
 * with it, and after another one to a copy from between: its keys of now are
 * none of the other end's.
 */
static void
from_given_up(int i)
{
	struct stage *s = stage_new(story_scratch(), (uint64_t)i);
	struct play p;
	int n, k;

	play_begin(&p, s);
	stage_keep(s, i, 0);
	play_rotate(&p);
	stage_keep(s, i, 1);
	stage_put_back(s, i, 0);
	heal_settle(&p.st);
	stage_sleep(s, 2 * HOUR);
	heal_settle(&p.st);
	play_check_agreed(&p);
	stage_put_back(s, i, 1);
	heal_settle(&p.st);
	assert_int_equal(story_count(&p.st, i, TACIT_EV_UNREACHABLE), 1);
	assert_true(play_rec(&p, 0)->rotation != play_rec(&p, 1)->rotation);
	for (n = 0; n < 4; n++) {
		for (k = 0; k < 2; k++)
			play_write(&p, k);
		stage_sleep(s, 4 * HOUR);
		heal_settle(&p.st);
	}
	for (k = 0; k < 2; k++)
		play_check_shown(&p, k, 1);
	play_check_agreed(&p);
	stage_free(s);
}

static void
a_copy_of_keys_that_were_given_up_heals(void **state)
{
	(void)state;
	from_given_up(0);
	from_given_up(1);
}

/* ---- a copy of before the other end confirmed -------------------------------- */

enum later {
	ALONE,				/* the inviter alone went on */
	BOTH,				/* and paired */
	ROTATED				/* and took other keys */
};

/* The inviter is copied after ${at} turns, if it is I4 then: 1. */
static int
from_answered(int at, enum later later)
{
	struct stage *s = stage_new(story_scratch(), (uint64_t)at);
	struct play p = { .st.s = s };
	uint64_t seen;
	int n, k, is_i4;

	story_invite(&p.st, TACIT_INVITE_IN_PERSON, 10);
	story_accept(&p.st);
	play_turns(s, 0, at);
	is_i4 = play_rec(&p, 0)->step == tacit_state_Step_I4_ANSWERED;
	if (!is_i4)
		goto out;
	stage_keep(s, 0, 0);
	for (n = 0; later == ALONE && n < PLAY_STEPS; n++) {
		(void)stage_turn(s, 0);
		stage_relay_turn(s);
	}
	if (later != ALONE)
		stage_quiesce(s);
	seen = p.st.event[0];
	if (later == ROTATED)
		play_rotate(&p);
	stage_put_back(s, 0, 0);
	p.st.event[0] = seen;
	heal_settle(&p.st);
	for (k = 0; k < 2; k++)
		(void)story_count(&p.st, k, TACIT_EV_PAIRED);
	for (n = 0; n < 4; n++) {
		for (k = 0; k < 2; k++)
			play_write(&p, k);
		heal_settle(&p.st);
		stage_sleep(s, 2 * HOUR);
	}
	for (k = 0; k < 2; k++)
		play_check_shown(&p, k, 1);
	play_check_agreed(&p);
out:
	stage_free(s);
	return is_i4;
}

static void
a_copy_of_before_the_other_end_confirmed_heals(void **state)
{
	int at, n = 0;

	(void)state;
	for (at = PLAY_STEPS; at < 2 * PLAY_STEPS; at += play_stride(5))
		n += from_answered(at, (enum later)(at % 3));
	assert_true(n >= 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_relay_may_go_back_to_any_step),
		cmocka_unit_test(a_relay_may_go_back_over_two_rotations),
		cmocka_unit_test(what_was_closed_pays_again),
		cmocka_unit_test(a_copy_that_waits_for_an_answer_heals),
		cmocka_unit_test(a_copy_that_waits_and_has_no_anchor_heals),
		cmocka_unit_test(a_copy_of_keys_that_were_given_up_heals),
		cmocka_unit_test(a_copy_of_before_the_other_end_confirmed_heals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
