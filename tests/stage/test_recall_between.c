/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises of second thoughts, whatever comes between: what the relay says
 * that nobody was given is never shown; a text that was taken back never goes
 * again, and leaves no gap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "recall_play.h"

/*
 * Three letters, the second is recalled; ${disturb} does its worst before
 * step ${at}.  Returns the fate.
 */
enum { STEPS = 30 };

static enum tacit_fate
play(struct story *st, uint64_t seed, int at,
    void (*disturb)(struct story *st), struct shown *s)
{
	char id[3][TACIT_MESSAGE_ID_SIZE];
	enum tacit_fate fate;
	int i;

	begin(st, seed);
	memset(s, 0, sizeof(*s));
	for (i = 0; i < STEPS; i++) {
		if (i == 1)
			write_one(st, 1, 0, id[0]);
		if (i == 2)
			write_one(st, 2, 0, id[1]);
		if (i == 3)
			write_one(st, 3, 0, id[2]);
		if (i == 9)
			assert_in_range(recall(st, id[1]), TACIT_FATE_ASKED,
			    TACIT_FATE_UNDONE);
		if (i == at)
			disturb(st);
		stage_relay_turn(st->s);
		(void)stage_turn(st->s, 0);
		if (i > 20)
			(void)stage_turn(st->s, 1);
		stage_sleep(st->s, 200);
	}
	stage_quiesce(st->s);
	look(st, s);
	fate = recall(st, id[1]);
	if (fate == TACIT_FATE_UNDELIVERED || fate == TACIT_FATE_UNDONE)
		assert_null(strchr(s->letters, '2'));
	assert_int_not_equal(fate, TACIT_FATE_ASKED);
	assert_int_equal(s->poison, 0);
	return fate;
}

static void
crash(struct story *st)
{
	stage_crash(st->s, 0);
}

static void
lose(struct story *st)
{
	stage_cut(st->s, 0);
	stage_cut(st->s, 1);
}

static void
crash_both(struct story *st)
{
	stage_crash(st->s, 0);
	stage_crash(st->s, 1);
}

/* Another process of the relay, with all that this one holds. */
static void
restart_relay(struct story *st)
{
	struct stage_relay *r;

	stage_relay_turn(st->s);
	r = stage_relay_copy(stage_relay(st->s));

	stage_route(st->s, 0, r);
	stage_route(st->s, 1, r);
	stage_cut(st->s, 0);
	stage_cut(st->s, 1);
}

static void
one_disturbance_at_every_step(void **state)
{
	static void (*const disturb[])(struct story *) = { crash, lose,
	    crash_both };
	unsigned fates[TACIT_FATE_TAKEN + 1] = { 0 };
	struct shown s;
	struct story st;
	size_t k;
	int at;

	(void)state;
	for (k = 0; k < 3; k++)
		for (at = 1 + (int)k; at < STEPS; at += 3) {
			fates[play(&st, 100 + k * STEPS + (uint64_t)at, at,
			    disturb[k], &s)]++;
			assert_int_equal(s.gaps, 0);
			assert_non_null(strchr(s.letters, '1'));
			assert_non_null(strchr(s.letters, '3'));
			stage_free(st.s);
		}
	printf("undone %u, undelivered %u, unacknowledged %u, taken %u\n",
	    fates[TACIT_FATE_UNDONE], fates[TACIT_FATE_UNDELIVERED],
	    fates[TACIT_FATE_UNACKNOWLEDGED], fates[TACIT_FATE_TAKEN]);
	assert_true(fates[TACIT_FATE_UNDELIVERED] > 0);
}

/* A process that found a letter does not know who was given it. */
static void
a_relay_that_began_anew_does_not_say_undelivered(void **state)
{
	struct shown s;
	struct story st;
	int at;

	(void)state;
	for (at = 6; at < 9; at++) {
		assert_int_not_equal(play(&st, 200 + (uint64_t)at, at,
		    restart_relay, &s), TACIT_FATE_UNDELIVERED);
		assert_string_equal(s.letters, "13");
		stage_free(st.s);
	}
}

static struct stage_relay *then;

static void
keep_relay(struct story *st)
{
	stage_relay_turn(st->s);
	then = stage_relay_copy(stage_relay(st->s));
}

/*
 * The relay goes back from any step after the recall to any step: what then
 * comes again of the text was there before it was recalled, and the tombstone
 * follows it; what never was there does not come.
 */
static void
a_relay_may_go_back_to_any_step(void **state)
{
	char id[TACIT_MESSAGE_ID_SIZE], b[TACIT_MESSAGE_ID_SIZE];
	enum tacit_fate fate;
	struct shown s;
	struct story st;
	int at, i;

	(void)state;
	for (at = 0; at < 24; at++) {
		memset(&s, 0, sizeof(s));
		begin(&st, 300 + (uint64_t)at);
		for (i = 0; i < 24; i++) {
			if (i == at)
				keep_relay(&st);
			if (i == 2)
				write_one(&st, 2, 0, id);
			if (i == 12)
				(void)recall(&st, id);
			if (i == 16)
				write_one(&st, 3, 0, b);
			stage_relay_turn(st.s);
			(void)stage_turn(st.s, 0);
			stage_sleep(st.s, 200);
		}
		alone(&st, 10);
		fate = recall(&st, id);
		assert_int_equal(fate, TACIT_FATE_UNDELIVERED);
		stage_route(st.s, 0, then);
		stage_route(st.s, 1, then);
		stage_cut(st.s, 0);
		stage_quiesce(st.s);
		/* What it lost is found out by its anchor, or by what follows. */
		write_one(&st, 4, 0, b);
		stage_quiesce(st.s);
		look(&st, &s);
		assert_int_equal(s.poison, 0);
		assert_non_null(strchr(s.letters, '3'));
		assert_non_null(strchr(s.letters, '4'));
		if (at <= 2 || at > 14)
			assert_null(strchr(s.letters, '2'));
		stage_free(st.s);
	}
}

/* End 1 reads for so long that it would tell a gap. */
static void
read_on(struct story *st)
{
	int i;

	for (i = 0; i < 150; i++) {
		stage_relay_turn(st->s);
		while (stage_turn(st->s, 1))
			continue;
		stage_sleep(st->s, SECOND);
	}
}

/*
 * End 0 is not heard any more after any step of a recall.  One that is held
 * back is before or behind it, which changes nothing.
 */
static void
its_writer_may_be_gone_meanwhile(void **state)
{
	char id[4][TACIT_MESSAGE_ID_SIZE];
	unsigned destroyed = 0;
	struct shown s;
	struct story st;
	int at, i;

	(void)state;
	for (at = 0; at < 24; at++) {
		memset(&s, 0, sizeof(s));
		begin(&st, 450 + (uint64_t)at);
		for (i = 0; i < 3; i++)
			write_one(&st, i + 1, 0, id[i]);
		alone(&st, 20);
		if (at % 2)
			write_one(&st, 4, 30, id[3]);
		assert_int_equal(recall(&st, id[1]), TACIT_FATE_ASKED);
		for (i = 0; i < at / 2; i++) {
			(void)stage_turn(st.s, 0);
			stage_relay_turn(st.s);
		}
		stage_cut(st.s, 0);
		read_on(&st);
		look(&st, &s);
		destroyed += strchr(s.letters, '2') == NULL;
		assert_int_equal(s.gaps + s.poison, 0);
		assert_non_null(strchr(s.letters, '1'));
		assert_non_null(strchr(s.letters, '3'));
		stage_free(st.s);
	}
	assert_in_range(destroyed, 1, 23);
}

/*
 * End 1 has what stands in the place of a text of which not all was ever
 * posted, and says so, while the relay is still asked about the rest.
 */
static void
its_writer_is_no_copy_because_of_it(void **state)
{
	static char text[TACIT_TEXT_MAX];
	char id[TACIT_MESSAGE_ID_SIZE];
	enum tacit_fate fate;
	struct tacit_event e;
	struct story st;
	int at, i;

	(void)state;
	memset(text, 'r', sizeof(text));
	for (at = 1; at < 7; at++) {
		begin(&st, 480 + (uint64_t)at);
		stage_quiesce(st.s);
		for (i = 1; i < OUT_WINDOW - 6; i++)
			write_one(&st, i, 0, id);
		assert_int_equal(tacit_send(story_contact(&st, 0), text,
		    sizeof(text), id, NULL), 0);
		for (i = 0; i < 60; i++) {
			if (i == at)
				assert_int_equal(tacit_recall(story_contact(
				    &st, 0), id, &fate), 0);
			if (i % 4 == 3)
				assert_int_equal(tacit_send(story_contact(&st,
				    1), "letter 8", 8, NULL, NULL), 0);
			(void)stage_turn(st.s, 0);
			stage_relay_turn(st.s);
			while (stage_turn(st.s, 1))
				continue;
		}
		stage_quiesce(st.s);
		while (story_next(&st, 0, &e))
			assert_int_not_equal(e.type, TACIT_EV_ROLLED_BACK);
		assert_int_not_equal(recall(&st, id), TACIT_FATE_ASKED);
		stage_free(st.s);
	}
}

/* End 1 goes back to before it; end 0 to a backup from after it. */
static void
it_never_goes_again(void **state)
{
	char id[3][TACIT_MESSAGE_ID_SIZE];
	struct shown s;
	struct story st;
	int k, i;

	(void)state;
	for (k = 0; k < 4; k++) {
		memset(&s, 0, sizeof(s));
		begin(&st, 400 + (uint64_t)k);
		stage_keep(st.s, 1, 1);
		for (i = 0; i < 3; i++)
			write_one(&st, i + 1, 0, id[i]);
		alone(&st, 20);
		(void)recall(&st, id[1]);
		alone(&st, 20);
		assert_int_equal(recall(&st, id[1]), TACIT_FATE_UNDELIVERED);
		if (k == 0 || k == 3)
			stage_quiesce(st.s);
		if (k == 1)
			assert_int_equal(tacit_rotate(story_contact(&st, 0)),
			    0);
		if (k == 2 || k == 3) {
			stage_keep_backup(st.s, 0, 2);
			stage_put_back(st.s, 0, 2);
		}
		if (k == 0) {
			stage_put_back(st.s, 1, 1);
			st.event[1] = 0;
			memset(&s, 0, sizeof(s));
		}
		stage_quiesce(st.s);
		stage_sleep(st.s, 3600 * SECOND);
		stage_quiesce(st.s);
		assert_int_equal(tacit_send(story_contact(&st, 1),
		    "letter 8", 8, NULL, NULL), 0);
		assert_int_equal(tacit_send(story_contact(&st, 0),
		    "letter 4", 8, NULL, NULL), 0);
		stage_quiesce(st.s);
		look(&st, &s);
		assert_string_equal(s.letters, "134");
		stage_free(st.s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_disturbance_at_every_step),
		cmocka_unit_test(
		    a_relay_that_began_anew_does_not_say_undelivered),
		cmocka_unit_test(a_relay_may_go_back_to_any_step),
		cmocka_unit_test(its_writer_may_be_gone_meanwhile),
		cmocka_unit_test(its_writer_is_no_copy_because_of_it),
		cmocka_unit_test(it_never_goes_again),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
