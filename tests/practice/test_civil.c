/* SPDX-License-Identifier: Apache-2.0 */
/* The calendar, against the C library's. */
#include <time.h>

#include "civil.h"
#include "kit.h"

enum { FIRST = -719162, LAST = 2932896 };	/* of the years 1 and 9999 */

static void
days_are_those_of_the_c_library(void **state)
{
	uint32_t date = 0, before = 0;
	struct tm tm;
	time_t t;
	int32_t n;

	(void)state;
	for (n = FIRST; n <= LAST; n++, before = date) {
		t = (time_t)n * 86400;
		assert_non_null(gmtime_r(&t, &tm));
		date = (uint32_t)((tm.tm_year + 1900) * 10000 +
		    (tm.tm_mon + 1) * 100 + tm.tm_mday);
		assert_int_equal(civil_days(date), n);
		assert_int_equal(civil_date(n), date);
		assert_int_equal(civil_weekday(date), (tm.tm_wday + 6) % 7);
		assert_true(civil_is_date(date) && date > before);
	}
	assert_int_equal(date, 99991231);
}

static void
what_is_no_day_is_none(void **state)
{
	static const uint32_t bad[] = { 0, 1, 101, 1231, 20260229, 20250229,
	    21000229, 20260431, 20261301, 20260001, 20260100, 20260132,
	    99999999, 100000101, 4294967295u, 202611, 20261232 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_false(civil_is_date(bad[i]));
	assert_true(civil_is_date(20240229) && civil_is_date(20000229));
}

static void
times_on_the_wall_are_in_order(void **state)
{
	static const struct civil at[] = { { 20251231, 1439 }, { 20260101, 0 },
	    { 20260101, 1 }, { 20260131, 0 }, { 20260201, 0 } };
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(at); i++)
		for (k = 0; k < COUNT(at); k++)
			assert_int_equal(civil_compare(at[i], at[k]),
			    i < k ? -1 : i > k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_are_those_of_the_c_library),
		cmocka_unit_test(what_is_no_day_is_none),
		cmocka_unit_test(times_on_the_wall_are_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
