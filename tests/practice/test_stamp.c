/* SPDX-License-Identifier: Apache-2.0 */
/* Times and days, held against the C library's. */
#include "kit.h"

#include <time.h>

#include "random.h"
#include "stamp.h"

static const int64_t last_ms = INT64_C(253402300799999);

static void
times_are_printed_with_their_zone(void **state)
{
	static const struct {
		int64_t time_ms;
		int zone;
		const char *wanted, *day;
	} rows[] = {
		{ 0, 0, "1970-01-01T00:00:00+00:00",
		    "Thursday, 1 January 1970" },
		{ INT64_C(1795370703999), 60, "2026-11-22T19:05:03+01:00",
		    "Sunday, 22 November 2026" },
		{ INT64_C(1795370703999), -210, "2026-11-22T14:35:03-03:30",
		    "Sunday, 22 November 2026" },
		{ INT64_C(1795370703999), 840, "2026-11-23T08:05:03+14:00",
		    "Monday, 23 November 2026" },
		{ INT64_C(951782400000), -1, "2000-02-28T23:59:00-00:01",
		    "Monday, 28 February 2000" },
		{ INT64_C(951782400000), 0, "2000-02-29T00:00:00+00:00",
		    "Tuesday, 29 February 2000" },
		{ INT64_C(253402300799999), 0, "9999-12-31T23:59:59+00:00",
		    "Friday, 31 December 9999" },
	};
	char time[STAMP_LEN], day[STAMP_DAY_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_true(stamp_is(rows[i].time_ms, rows[i].zone));
		stamp_print(time, rows[i].time_ms, rows[i].zone);
		assert_string_equal(time, rows[i].wanted);
		stamp_day(day, stamp_date(rows[i].time_ms, rows[i].zone));
		assert_string_equal(day, rows[i].day);
	}
}

static void
what_is_no_time_is_refused(void **state)
{
	static const struct {
		int64_t time_ms;
		int zone;
	} rows[] = { { -1, 0 }, { 0, -1 }, { 59999, -1 }, { 0, 841 },
	    { INT64_C(1795370703999), -841 }, { INT64_MIN, 0 },
	    { INT64_MAX, 0 }, { INT64_C(253402300800000), 0 },
	    { INT64_C(253402300799999), 1 }, { INT64_MAX, INT32_MIN },
	    { INT64_MIN, 840 }, { INT64_MAX, 840 }, { 0, INT32_MIN },
	    { 0, INT32_MAX } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		assert_false(stamp_is(rows[i].time_ms, rows[i].zone));
}

static void
days_are_those_of_the_c_library(void **state)
{
	struct random rnd = random_start();
	char time[STAMP_LEN], wanted[64], day[STAMP_DAY_LEN];
	int64_t ms;
	struct tm tm;
	time_t t;
	int i, zone;

	(void)state;
	for (i = 0; i < 20000; i++) {
		ms = (int64_t)(random_next(&rnd) % (uint64_t)last_ms);
		zone = (int)random_below(&rnd, 1681) - 840;
		if (!stamp_is(ms, zone))
			continue;
		t = (time_t)(ms / 1000 + zone * 60);
		assert_non_null(gmtime_r(&t, &tm));
		assert_int_equal(stamp_date(ms, zone), (tm.tm_year + 1900) *
		    10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday);
		stamp_print(time, ms, zone);
		(void)strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%S",
		    &tm);
		assert_memory_equal(time, wanted, 19);
		stamp_day(day, stamp_date(ms, zone));
		(void)strftime(wanted, sizeof(wanted), "%A, ", &tm);
		assert_memory_equal(day, wanted, strlen(wanted));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_printed_with_their_zone),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(days_are_those_of_the_c_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
