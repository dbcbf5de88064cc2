/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The practice layer leaves alone what is the host's, and sets aside what it
 * does not know or what makes no sense (B4); its queue and its clock.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "desk.h"
#include "twin.h"

/* ---- set aside, left alone ------------------------------------------------------------ */

static void
what_is_unknown_or_malformed_is_counted_and_no_more(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int unknown;
	} bad[] = {
		{ "\x9a\x3f\x00", 3, 1 },	/* field 1011 */
		{ "\x9a\x3f\x02hi", 5, 1 },
		{ "\x98\x3f\x07", 3, 1 },	/* the same, a number */
		{ "\x00", 1, 0 },
		{ "\xff", 1, 0 },
		{ "\x0a", 1, 0 },		/* its length is missing */
		{ "\x0a\x05", 2, 0 },		/* or too large */
		{ "\x0a\x03\x0a\x02x", 5, 0 },
		{ "\x0a\xff\xff\xff\xff\x0f", 6, 0 },
		{ "\x08\x01", 2, 0 },		/* field 1 is no number */
		{ "\x0b\x0c", 2, 0 },		/* a group */
		{ "hello", 5, 0 },
	};
	static uint8_t noise[TACIT_TEXT_MAX];
	uint64_t unknown = 0, malformed = 0;
	struct desk d;
	size_t i;

	(void)state;
	begin(&d, 5);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		send_bytes(&d, 0, bad[i].bytes, bad[i].len);
		unknown += (uint64_t)bad[i].unknown;
		malformed += (uint64_t)!bad[i].unknown;
		settle(&d);
		counts_are(&d, 1, unknown, malformed);
		assert_int_equal(waiting(&d, 1), 0);
	}
	memset(noise, 0xff, sizeof(noise));
	send_bytes(&d, 0, noise, sizeof(noise));
	settle(&d);
	no_more(&d, 1, 0);
	crash(&d, 1);
	counts_are(&d, 1, unknown, malformed + 1);
	assert_int_equal(counted(stage_end(d.st.s, 1)), 0);
	/* Nothing of it stands in the way of what comes after. */
	send_number(&d, 0, 'a');
	settle(&d);
	no_more(&d, 1, told(&d, 1, 0, 'a'));
	end(&d);
}

static void
what_a_part_finds_senseless_leaves_nothing(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, 6);
	taker_says = TACIT_E_POISON;
	send_number(&d, 0, 'a');
	settle(&d);
	counts_are(&d, 1, 0, 1);
	no_more(&d, 1, 0);
	no_more(&d, 0, 0);
	assert_int_equal(counted(stage_end(d.st.s, 1)), 0);
	assert_int_equal(waiting(&d, 1), 0);
	end(&d);
}

static void
what_fails_is_taken_later(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, 7);
	taker_says = TACIT_E_NOMEM;
	send_number(&d, 0, 'a');
	stage_quiesce(d.st.s);
	assert_int_equal(turn(&d, 1), TACIT_E_NOMEM);
	assert_int_equal(turn(&d, 1), TACIT_E_NOMEM);
	assert_int_equal(waiting(&d, 1), 1);
	no_more(&d, 1, 0);
	assert_int_equal(counted(stage_end(d.st.s, 1)), 0);
	taker_says = 0;
	settle(&d);
	no_more(&d, 1, told(&d, 1, 0, 'a'));
	counts_are(&d, 1, 0, 0);
	end(&d);
}

static void
events_of_the_host_are_left_alone(void **state)
{
	struct tacit_event ev = { .size = sizeof(ev) };
	struct desk d;

	(void)state;
	begin(&d, 8);
	assert_int_equal(story_write(&d.st, 0, 1), 0);
	assert_int_equal(tacit_send_data(story_contact(&d.st, 0), 100, "h", 1,
	    NULL, NULL), 0);
	send_number(&d, 0, 'a');
	assert_int_equal(tacit_send_data(story_contact(&d.st, 0), 2, "\n", 1,
	    NULL, NULL), 0);
	assert_int_equal(story_write(&d.st, 0, 2), 0);
	settle(&d);
	/* Each is there, in order, and only ours is gone. */
	assert_int_equal(story_next(&d.st, 1, &ev), 1);
	assert_int_equal(story_letter(&ev), 1);
	assert_int_equal(story_next(&d.st, 1, &ev), 1);
	assert_int_equal(ev.data_type, 100);
	assert_int_equal(story_next(&d.st, 1, &ev), 1);
	assert_int_equal(ev.data_type, 2);
	assert_int_equal(story_next(&d.st, 1, &ev), 1);
	assert_int_equal(story_letter(&ev), 2);
	assert_int_equal(story_next(&d.st, 1, &ev), 0);
	/* What was accepted of theirs is the host's too. */
	assert_int_equal(story_count(&d.st, 0, TACIT_EV_ACCEPTED), 4);
	crash(&d, 1);
	settle(&d);
	assert_int_equal(waiting(&d, 1), 4);
	assert_int_equal(waiting(&d, 0), 4);
	end(&d);
}

/* ---- the queue of its own ---------------------------------------------------------------- */

static void
ids_ascend_over_restarts_and_are_never_used_again(void **state)
{
	uint64_t id, last = 0;
	struct desk d;
	int n;

	(void)state;
	begin(&d, 9);
	for (n = 0; n < 4; n++) {
		send_number(&d, 0, (char)('a' + n));
		settle(&d);
		id = told(&d, 1, 0, (char)('a' + n));
		assert_true(id > last);
		last = id;
		crash(&d, 1);
		assert_int_equal(told(&d, 1, 0, (char)('a' + n)), id);
		assert_int_equal(tacit_practice_event_done(d.p[1], id), 0);
		assert_int_equal(tacit_practice_event_done(d.p[1], id), 0);
		no_more(&d, 1, 0);
		crash(&d, 1);
		no_more(&d, 1, 0);
	}
	end(&d);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	struct tacit_practice_event ev = { .size = sizeof(ev) - 1 };
	struct tacit_practice_counts n = { .size = 1 };
	struct tacit_practice *none = NULL;
	struct desk d;

	(void)state;
	begin(&d, 10);
	assert_int_equal(tacit_practice_open(&none, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_practice_open(NULL, stage_end(d.st.s, 0)),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_practice_step(NULL, 1), TACIT_E_INVALID);
	assert_int_equal(tacit_practice_step(d.p[0], -1), TACIT_E_INVALID);
	assert_int_equal(tacit_practice_next_event(NULL, 0, &ev),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_practice_next_event(d.p[0], 0, NULL),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_practice_next_event(d.p[0], 0, &ev),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_practice_event_done(NULL, 1), TACIT_E_INVALID);
	assert_int_equal(tacit_practice_event_done(d.p[0], 0),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_practice_event_done(d.p[0], 12345), 0);
	assert_int_equal(tacit_practice_counts(d.p[0], &n), TACIT_E_INVALID);
	assert_int_equal(tacit_practice_counts(d.p[0], NULL),
	    TACIT_E_INVALID);
	assert_string_equal(tacit_practice_event_word(
	    (enum tacit_practice_event_type)0), "unknown");
	assert_string_equal(tacit_practice_event_word(
	    (enum tacit_practice_event_type)-1), "unknown");
	tacit_practice_close(NULL);
	end(&d);
}

static void
a_batch_has_bounds_and_its_first_error_sticks(void **state)
{
	static uint8_t big[TACIT_ROW_VALUE_SIZE + 1];
	tacit_rows_Event ev = tacit_rows_Event_init_zero;
	uint8_t before[32], now[32];
	struct row_key k;
	struct batch b;
	struct desk d;
	struct tacit *t;
	int i, round;

	(void)state;
	begin(&d, 11);
	t = stage_end(d.st.s, 0);
	fingerprint(t->vault, before);
	count_key(&k);
	for (round = 0; round < 4; round++) {
		batch_begin(&b, d.p[0]);
		queue_tell(&b, NULL, &ev);
		if (round == 0)
			for (i = 0; i < BATCH_OPS_MAX; i++)
				batch_delete(&b, &k);
		else if (round == 1)
			for (i = 0; i < 33; i++)
				batch_put_bytes(&b, &k, big, sizeof(big) - 1);
		else if (round == 2)
			batch_put_bytes(&b, &k, big, sizeof(big));
		else
			batch_fail(&b, TACIT_E_LIMIT);
		batch_done(&b, 1);
		batch_fail(&b, 0);
		assert_int_equal(batch_commit(&b), round == 2 ?
		    TACIT_E_INVALID : TACIT_E_LIMIT);
		fingerprint(t->vault, now);
		assert_memory_equal(now, before, sizeof(now));
		assert_int_equal(d.p[0]->state.events, 0);
	}
	/* As many as there may be, and the state besides. */
	batch_begin(&b, d.p[0]);
	queue_tell(&b, NULL, &ev);
	for (i = 1; i < BATCH_OPS_MAX; i++)
		batch_delete(&b, &k);
	assert_int_equal(batch_commit(&b), 0);
	assert_int_equal(d.p[0]->state.events, 1);
	/* Nothing to do is no transaction. */
	batch_begin(&b, d.p[0]);
	assert_int_equal(batch_commit(&b), 0);
	end(&d);
}

/* ---- time ------------------------------------------------------------------------------------ */

static void
parts_are_asked_when_they_said(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, 12);
	assert_int_equal(tacit_practice_timeout_ms(d.p[0], 5), 0);
	tend_again = 2000;
	assert_int_equal(tacit_practice_step(d.p[0], 5), 0);
	assert_int_equal(tended, 1);
	assert_int_equal(tacit_practice_timeout_ms(d.p[0], 5), 1995);
	assert_int_equal(tacit_practice_timeout_ms(d.p[0], 3000), 0);
	assert_int_equal(tacit_practice_step(d.p[0], 1999), 0);
	assert_int_equal(tended, 1);
	tend_again = 0;
	assert_int_equal(tacit_practice_step(d.p[0], 2000), 0);
	assert_int_equal(tended, 2);
	assert_int_equal(tacit_practice_timeout_ms(d.p[0], 2000), -1);
	assert_int_equal(tacit_practice_step(d.p[0], 1000000), 0);
	assert_int_equal(tended, 2);
	assert_int_equal(tacit_practice_step(d.p[0], 999999), 0);
	assert_int_equal(tended, 3);
	practice_wake(d.p[0], INT64_MAX - 1);
	assert_int_equal(tacit_practice_timeout_ms(d.p[0], 0), INT_MAX);
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_is_unknown_or_malformed_is_counted_and_no_more),
		cmocka_unit_test(what_a_part_finds_senseless_leaves_nothing),
		cmocka_unit_test(what_fails_is_taken_later),
		cmocka_unit_test(events_of_the_host_are_left_alone),
		cmocka_unit_test(
		    ids_ascend_over_restarts_and_are_never_used_again),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(
		    a_batch_has_bounds_and_its_first_error_sticks),
		cmocka_unit_test(parts_are_asked_when_they_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
