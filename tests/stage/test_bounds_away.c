/* SPDX-License-Identifier: Apache-2.0 */
/* Out of office, once a day over any crash; hours of quiet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <sodium.h>

#include "play.h"
#include "bounds.h"

static const int64_t A_DAY = INT64_C(86400000);

/* The client writes a text, of which the host confirms nothing. */
static void
client_writes(struct desk *d)
{
	assert_int_equal(story_write(&d->st, 1, 1), 0);
}

static void
one_answer(struct desk *d, const char *text, uint32_t until)
{
	struct tacit_practice_event ev;

	takes(d, 1, TACIT_PRACTICE_AWAY, &ev);
	assert_string_equal(ev.value, text);
	assert_int_equal(ev.date, until);
	no_more(d, 1, 0);
}

static void
each_contact_is_answered_once_a_day(void **state)
{
	struct desk d;
	int i;

	(void)state;
	begin_real(&d, 51);
	client_writes(&d);
	settle_at(&d, NOON);
	client_writes(&d);
	stage_quiesce(d.st.s);
	/* What is there already is not answered, after a crash neither. */
	assert_int_equal(tacit_away_set(d.p[0], NOON, "Back on Monday.", 0,
	    20261125), 0);
	settle_at(&d, NOON);
	no_more(&d, 1, 0);
	for (i = 0; i < 3; i++) {
		client_writes(&d);
		settle_at(&d, NOON + i);
		if (i == 0)
			one_answer(&d, "Back on Monday.", 20261125);
		no_more(&d, 1, 0);
		fall(&d, 0);
		settle_at(&d, NOON);
	}
	/* Texts of yesterday are not answered today. */
	settle_at(&d, NOON + A_DAY);
	fall(&d, 0);
	settle_at(&d, NOON + A_DAY);
	no_more(&d, 1, 0);
	client_writes(&d);
	settle_at(&d, NOON + A_DAY);
	one_answer(&d, "Back on Monday.", 20261125);
	/* The last day is included, the one after it not. */
	client_writes(&d);
	settle_at(&d, NOON + 3 * A_DAY);
	one_answer(&d, "Back on Monday.", 20261125);
	client_writes(&d);
	settle_at(&d, NOON + 4 * A_DAY);
	no_more(&d, 1, 0);
	/* Each text is still there for the host. */
	assert_int_equal(story_count(&d.st, 0, TACIT_EV_MESSAGE), 8);
	assert_int_equal(story_count(&d.st, 1, TACIT_EV_MESSAGE), 0);
	end(&d);
}

static void
it_begins_and_ends_when_it_says(void **state)
{
	struct desk d;

	(void)state;
	begin_real(&d, 52);
	assert_int_equal(tacit_away_set(d.p[0], NOON, "Later.", 20261124, 0),
	    0);
	client_writes(&d);
	settle_at(&d, NOON);
	no_more(&d, 1, 0);
	fall(&d, 0);
	/* One that came before it began stays without an answer. */
	settle_at(&d, NOON + 2 * A_DAY);
	no_more(&d, 1, 0);
	client_writes(&d);
	settle_at(&d, NOON + 2 * A_DAY);
	one_answer(&d, "Later.", 0);
	assert_int_equal(tacit_away_end(d.p[0]), 0);
	assert_int_equal(tacit_away_end(d.p[0]), 0);
	client_writes(&d);
	settle_at(&d, NOON + 3 * A_DAY);
	no_more(&d, 1, 0);
	/* What came in between is not answered when there is another. */
	assert_int_equal(tacit_away_set(d.p[0], NOON, "Again.", 0, 0), 0);
	settle_at(&d, NOON + 3 * A_DAY);
	no_more(&d, 1, 0);
	end(&d);
}

static void
a_crash_answers_neither_twice_nor_never(void **state)
{
	struct desk d;
	int turns, i, day = 0;

	(void)state;
	begin_real(&d, 53);
	assert_int_equal(tacit_away_set(d.p[0], NOON, "Away.", 0, 0), 0);
	for (turns = 0; turns < PLAY_STEPS; turns += play_stride(5))
		for (i = 0; i < 2; i++, day++) {
			client_writes(&d);
			fall_after(&d, i, turns, NOON + day * A_DAY);
			settle_at(&d, NOON + day * A_DAY);
			one_answer(&d, "Away.", 0);
		}
	end(&d);
}

/* Another text at ${now}: is it answered when all that waits has gone? */
static void
is_answered(struct desk *d, int64_t now, int answered)
{
	client_writes(d);
	look_at(d, now);
	look_at(d, now + PRACTICE_SPREAD_MS + 1);
	if (answered)
		one_answer(d, "Away.", 0);
	no_more(d, 1, 0);
}

static void
in_zone(const char *name)
{
	assert_int_equal(setenv("TZ", name, 1), 0);
	tzset();
}

static void
neither_midnight_nor_a_flight_answers_twice_a_day(void **state)
{
	const int64_t midnight = NOON + A_DAY / 2, minute = 60000;
	struct desk d;

	(void)state;
	begin_real(&d, 58);
	assert_int_equal(tacit_away_set(d.p[0], NOON, "Away.", 0, 0), 0);
	/* What came before midnight is answered after it: for that day. */
	is_answered(&d, midnight - minute, 1);
	is_answered(&d, midnight + 20 * minute, 0);
	fall(&d, 0);
	is_answered(&d, midnight + 40 * minute, 0);
	/* To the west it is yesterday again, and then today. */
	in_zone("Pacific/Honolulu");
	is_answered(&d, midnight + 60 * minute, 0);
	in_zone("UTC");
	is_answered(&d, midnight + 80 * minute, 0);
	is_answered(&d, midnight + A_DAY, 1);
	end(&d);
}

static void
it_waits_for_a_random_time_over_a_crash(void **state)
{
	const int64_t over = NOON + PRACTICE_SPREAD_MS + 1;
	struct desk d;

	(void)state;
	begin_real(&d, 57);
	assert_int_equal(tacit_away_set(d.p[0], NOON, "Away.", 0, 20261123),
	    0);
	client_writes(&d);
	look_at(&d, NOON);
	no_more(&d, 1, 0);
	fall(&d, 0);
	look_at(&d, NOON);
	no_more(&d, 1, 0);
	look_at(&d, over);
	one_answer(&d, "Away.", 20261123);
	fall(&d, 0);
	look_at(&d, over);
	no_more(&d, 1, 0);
	/* By a clock that was set back a year it does not wait for one. */
	client_writes(&d);
	look_at(&d, NOON + A_DAY);
	no_more(&d, 1, 0);
	assert_int_equal(tacit_practice_step(d.p[0], NOON - 365 * A_DAY), 0);
	look_at(&d, NOON - 365 * A_DAY);
	one_answer(&d, "Away.", 20261123);
	/* Who is back by then says nothing. */
	client_writes(&d);
	look_at(&d, NOON);
	assert_int_equal(tacit_away_end(d.p[0]), 0);
	look_at(&d, over);
	no_more(&d, 1, 0);
	end(&d);
}

/* Between two ends of which both are away there is no end of answers. */
static void
only_texts_of_those_who_were_invited_are_answered(void **state)
{
	struct desk d;

	(void)state;
	begin_real(&d, 54);
	assert_int_equal(tacit_away_set(d.p[0], NOON, "Away.", 0, 0), 0);
	assert_int_equal(tacit_away_set(d.p[1], NOON, "I too.", 0, 0), 0);
	assert_int_equal(tacit_send_data(story_contact(&d.st, 1), 100, "x", 1,
	    NULL, NULL), 0);
	assert_int_equal(story_write(&d.st, 0, 1), 0);
	settle_at(&d, NOON);
	no_more(&d, 0, 0);
	no_more(&d, 1, 0);
	client_writes(&d);
	settle_at(&d, NOON);
	one_answer(&d, "Away.", 0);
	no_more(&d, 0, 0);
	end(&d);
}

static void
what_makes_no_sense_is_refused_and_set_aside(void **state)
{
	static tacit_practice_Practice m;
	static const struct {
		const char *text;
		uint32_t from, until;
		int rc;
	} rows[] = {
		{ "", 0, 0, TACIT_E_TEXT },
		{ "\xff", 0, 0, TACIT_E_TEXT },
		{ "a\033b", 0, 0, TACIT_E_TEXT },
		{ "x", 20261301, 0, TACIT_E_INVALID },
		{ "x", 0, 20260230, TACIT_E_INVALID },
		{ "x", 7, 0, TACIT_E_INVALID },
		{ "x", 20261122, 20261121, TACIT_E_INVALID },
		{ NULL, 0, 0, TACIT_E_INVALID },
	};
	struct desk d;
	size_t i;

	(void)state;
	begin_real(&d, 55);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(tacit_away_set(d.p[0], NOON, rows[i].text,
		    rows[i].from, rows[i].until), rows[i].rc);
	assert_int_equal(tacit_away_end(NULL), TACIT_E_INVALID);
	client_writes(&d);
	settle_at(&d, NOON);
	no_more(&d, 1, 0);

	m.which_is = tacit_practice_Practice_away_tag;
	post(&d, 0, &m);			/* no text */
	memcpy(m.is.away.text, "x\033", 3);
	post(&d, 0, &m);
	memcpy(m.is.away.text, "\xc3(", 3);
	post(&d, 0, &m);
	memcpy(m.is.away.text, "x", 2);
	m.is.away.until = 20261399;
	post(&d, 0, &m);
	m.is.away.until = 0;
	post(&d, 1, &m);			/* from a client */
	settle_at(&d, NOON);
	counts_are(&d, 1, 0, 4);
	counts_are(&d, 0, 0, 1);
	no_more(&d, 0, 0);
	no_more(&d, 1, 0);
	end(&d);
}

static void
quiet_is_by_the_clock_on_the_wall(void **state)
{
	enum { WORKDAYS = 0x1f, SUNDAY = 0x40, SATURDAY = 0x20 };
	static const struct {
		uint32_t from, until, weekdays;
		int64_t after_noon_min;		/* of Sunday 22 November */
		int quiet;
	} rows[] = {
		{ 11 * 60, 13 * 60, SUNDAY, 0, 1 },
		{ 11 * 60, 13 * 60, SUNDAY, 59, 1 },
		{ 11 * 60, 13 * 60, SUNDAY, 60, 0 },
		{ 11 * 60, 13 * 60, SUNDAY, -61, 0 },
		{ 11 * 60, 13 * 60, SUNDAY, 24 * 60, 0 },
		{ 11 * 60, 13 * 60, WORKDAYS, 0, 0 },
		{ 11 * 60, 13 * 60, WORKDAYS, 24 * 60, 1 },
		{ 0, 0, SUNDAY, -12 * 60, 1 },
		{ 0, 0, SUNDAY, 12 * 60 - 1, 1 },
		{ 0, 0, SUNDAY, 12 * 60, 0 },
		/* Over midnight it is of the day on which it began. */
		{ 20 * 60, 8 * 60, SUNDAY, 8 * 60, 1 },
		{ 20 * 60, 8 * 60, SUNDAY, 19 * 60 + 59, 1 },
		{ 20 * 60, 8 * 60, SUNDAY, 20 * 60, 0 },
		{ 20 * 60, 8 * 60, SUNDAY, -5 * 60, 0 },
		{ 20 * 60, 8 * 60, SATURDAY, -5 * 60, 1 },
		{ 20 * 60, 8 * 60, WORKDAYS, 32 * 60, 1 },
		{ 20 * 60, 8 * 60, WORKDAYS, 8 * 60, 0 },
	};
	struct desk d;
	size_t i;

	(void)state;
	begin_real(&d, 56);
	assert_int_equal(tacit_quiet_at(d.p[0], NOON), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(tacit_quiet_set(d.p[0], rows[i].from,
		    rows[i].until, rows[i].weekdays), 0);
		if (tacit_quiet_at(d.p[0], NOON +
		    rows[i].after_noon_min * 60000) != rows[i].quiet)
			fail_msg("row %zu", i);
	}
	fall(&d, 0);
	assert_int_equal(tacit_quiet_at(d.p[0], NOON + 32 * 3600000), 1);
	/* The wall is that of the device: 20:00 in Berlin is 19:00 UTC. */
	assert_int_equal(tacit_quiet_set(d.p[0], 20 * 60, 8 * 60, 0x7f), 0);
	assert_int_equal(tacit_quiet_at(d.p[0], NOON + 7 * 3600000), 0);
	assert_int_equal(setenv("TZ", "Europe/Berlin", 1), 0);
	tzset();
	assert_int_equal(tacit_quiet_at(d.p[0], NOON + 7 * 3600000), 1);
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	assert_int_equal(tacit_quiet_set(d.p[0], 1440, 0, 1),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_quiet_set(d.p[0], 0, 1440, 1),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_quiet_set(d.p[0], 0, 1, 0), TACIT_E_INVALID);
	assert_int_equal(tacit_quiet_set(d.p[0], 0, 1, 0x80),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_quiet_set(NULL, 0, 1, 1), TACIT_E_INVALID);
	assert_int_equal(tacit_quiet_at(d.p[0], -1), TACIT_E_INVALID);
	assert_int_equal(tacit_quiet_end(d.p[0]), 0);
	assert_int_equal(tacit_quiet_at(d.p[0], NOON + 9 * 3600000), 0);
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_contact_is_answered_once_a_day),
		cmocka_unit_test(it_begins_and_ends_when_it_says),
		cmocka_unit_test(a_crash_answers_neither_twice_nor_never),
		cmocka_unit_test(
		    neither_midnight_nor_a_flight_answers_twice_a_day),
		cmocka_unit_test(it_waits_for_a_random_time_over_a_crash),
		cmocka_unit_test(
		    only_texts_of_those_who_were_invited_are_answered),
		cmocka_unit_test(what_makes_no_sense_is_refused_and_set_aside),
		cmocka_unit_test(quiet_is_by_the_clock_on_the_wall),
	};

	(void)setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
