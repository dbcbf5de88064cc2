/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promise: relay hours never go back, never run ahead of the calendar by
 * more than a day, and a start adds at most 7 days.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "clock.h"

static const struct {
	const char *name;
	struct store_clock was;
	uint32_t today;
	struct store_clock want;
} starts[] = {
	{ "the first start", { 0, 0 }, 20000, { 0, 20000 } },
	{ "again on the same day", { 5, 20000 }, 20000, { 5, 20000 } },
	{ "on the next day", { 5, 20000 }, 20001, { 24, 20001 } },
	{ "late on the next day", { 23, 20000 }, 20001, { 24, 20001 } },
	{ "after two days", { 30, 20001 }, 20003, { 72, 20003 } },
	{ "after 7 days", { 1, 20000 }, 20007, { 168, 20007 } },
	{ "after 8 days", { 1, 20000 }, 20008, { 168, 20008 } },
	{ "after a year", { 1, 20000 }, 20365, { 168, 20365 } },
	{ "at the end of time", { 1, 20000 }, UINT32_MAX,
	  { 168, UINT32_MAX } },
	{ "calendar one day back", { 50, 20002 }, 20001, { 50, 20002 } },
	{ "calendar at 1970", { 50, 20002 }, 0, { 50, 20002 } },
	{ "many hours already", { 24000000, 20000 }, 20001,
	  { 24000024, 20001 } },
};

static void
a_start_adds_what_the_calendar_says(void **state)
{
	struct store_clock got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		got = clock_resume(starts[i].was, starts[i].today);
		if (got.hour != starts[i].want.hour ||
		    got.wall_day != starts[i].want.wall_day)
			fail_msg("%s: hour %llu day %u", starts[i].name,
			    (unsigned long long)got.hour, got.wall_day);
	}
}

static void
running_counts_hours_and_their_days(void **state)
{
	const struct store_clock start = { 20, 20000 };
	struct store_clock now;

	(void)state;
	now = clock_run(start, 3599, 3600);
	assert_int_equal(now.hour, 20);
	now = clock_run(start, 3600, 3600);
	assert_int_equal(now.hour, 21);
	assert_int_equal(now.wall_day, 20000);
	now = clock_run(start, 4 * 3600, 3600);
	assert_int_equal(now.hour, 24);
	assert_int_equal(now.wall_day, 20001);
	now = clock_run(start, 100, 1);
	assert_int_equal(now.hour, 120);
	assert_int_equal(now.wall_day, 20005);
}

/*
 * Random lives: the relay runs for a while, is stored each hour or not, and
 * stands still for a while.  Hours must keep to the calendar from its start:
 * never more than a day ahead of it, and never back.
 */
static void
no_life_runs_ahead_of_the_calendar(void **state)
{
	const char *env = getenv("TACIT_SEED");
	unsigned int seed = env != NULL ? (unsigned int)atoi(env) :
	    (unsigned int)time(NULL);
	struct store_clock stored, now;
	uint64_t wall, ran, first;
	int life, step;

	(void)state;
	printf("TACIT_SEED=%u\n", seed);
	srandom(seed);
	for (life = 0; life < 200; life++) {
		stored = (struct store_clock){ 0, 0 };
		first = wall = 20000 * 24 + (uint64_t)random() % 24;
		for (step = 0; step < 50; step++) {
			now = clock_resume(stored, (uint32_t)(wall / 24));
			assert_true(now.hour >= stored.hour);
			ran = (uint64_t)random() % 60;
			stored = clock_run(now, ran * 3600, 3600);
			wall += ran;
			assert_true(stored.hour <= wall - first + 24);
			wall += (uint64_t)random() % 40;
		}
		/* Stops were short: the clock did not fall behind, either. */
		assert_true(stored.hour + 48 + 40 >= wall - first);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_adds_what_the_calendar_says),
		cmocka_unit_test(running_counts_hours_and_their_days),
		cmocka_unit_test(no_life_runs_ahead_of_the_calendar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
