/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a check-in is asked: schedules against a naive walk over days and
 * minutes.
 */
#include <time.h>

#include "kit.h"
#include "schedule.h"

static uint64_t seed;

static uint32_t
below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

/* ---- naive: by the C library, in UTC, day by day ----------------------------- */

static struct tm
naive_day(uint32_t date, int plus)
{
	struct tm tm = {
		.tm_year = (int)(date / 10000) - 1900,
		.tm_mon = (int)(date / 100 % 100) - 1,
		.tm_mday = (int)(date % 100) + plus,
		.tm_hour = 12,
	};
	time_t t = timegm(&tm);

	assert_non_null(gmtime_r(&t, &tm));
	return tm;
}

static uint32_t
naive_date(const struct tm *tm)
{
	return (uint32_t)((tm->tm_year + 1900) * 10000 +
	    (tm->tm_mon + 1) * 100 + tm->tm_mday);
}

static uint32_t
plus_days(uint32_t date, int n)
{
	struct tm tm = naive_day(date, n);

	return naive_date(&tm);
}

static int
naive_is_on(const tacit_practice_Schedule *s, uint32_t date)
{
	struct tm tm = naive_day(date, 0);
	uint32_t d;

	if (s->once)
		return date == s->from;
	if (date < s->from || date > s->until)
		return 0;
	if (s->every == 0)
		return s->weekdays >> (tm.tm_wday + 6) % 7 & 1;
	for (d = s->from; d < date; d = plus_days(d, (int)s->every))
		continue;
	return d == date;
}

static int
naive_over(const tacit_practice_Schedule *s, uint32_t date,
    struct civil now)
{
	if (s->once)
		return now.date > s->until;
	return now.date > date || (now.date == date && now.minute >= s->close);
}

static uint32_t
naive_open(const tacit_practice_Schedule *s, struct civil now)
{
	if (s->once)
		return now.date <= s->until ? s->from : 0;
	return naive_is_on(s, now.date) && now.minute >= s->open &&
	    now.minute < s->close ? now.date : 0;
}

/* ---- schedules --------------------------------------------------------------------- */

static tacit_practice_Schedule
some(void)
{
	tacit_practice_Schedule s = tacit_practice_Schedule_init_zero;

	s.from = plus_days(20260101, (int)below(800));
	s.until = plus_days(s.from, (int)below(120));
	if (below(8) == 0) {
		s.once = true;
		return s;
	}
	if (below(2) == 0)
		s.every = 1 + below(40);
	else
		s.weekdays = 1 + below(127);
	s.open = below(1440);
	s.close = s.open + 1 + below(1440 - s.open);
	return s;
}

static void
check_one(const tacit_practice_Schedule *s)
{
	uint32_t d = plus_days(s->from, -3), end = plus_days(s->until, 3);
	uint32_t next, over = 0;
	struct civil now;

	for (; d <= end; d = plus_days(d, 1)) {
		for (next = plus_days(d, 1); next <= s->until &&
		    !naive_is_on(s, next); next = plus_days(next, 1))
			continue;
		if (next > s->until)
			next = 0;
		assert_int_equal(schedule_is_on(s, d), naive_is_on(s, d));
		assert_int_equal(schedule_after(s, d), next);
		now.date = d;
		for (now.minute = below(7); now.minute < 1440;
		    now.minute += 1 + below(200)) {
			if (naive_is_on(s, s->once ? s->from : d) &&
			    naive_over(s, s->once ? s->from : d, now))
				over = s->once ? s->from : d;
			assert_int_equal(schedule_open(s, now),
			    naive_open(s, now));
			assert_int_equal(schedule_last_over(s, now), over);
		}
		now.minute = 1439;
		if (!s->once && naive_is_on(s, d) && naive_over(s, d, now))
			over = d;
		if (!s->once && naive_is_on(s, d) && s->close == 1440)
			over = d;
	}
}

static void
schedules_are_what_a_walk_over_days_says(void **state)
{
	tacit_practice_Schedule s;
	int n, sound = 0;

	(void)state;
	for (n = 0; n < 150; n++) {
		s = some();
		if (!schedule_is_sound(&s))
			continue;	/* no such weekday in it */
		sound++;
		check_one(&s);
	}
	assert_true(sound > 100);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	/* once, from, until, every, weekdays, open, close */
	static const struct {
		int once;
		uint32_t n[6];
	} bad[] = {
		{ 0, { 20260101, 20260131, 0, 0, 60, 120 } },
		{ 0, { 20260101, 20260131, 1, 1, 60, 120 } },
		{ 0, { 20260101, 20260131, 367, 0, 60, 120 } },
		{ 0, { 20260101, 20260131, 4294967295u, 0, 60, 120 } },
		{ 0, { 20260101, 20260131, 0, 128, 60, 120 } },
		{ 0, { 20260101, 20260131, 0, 4294967295u, 60, 120 } },
		{ 0, { 20260101, 20260131, 1, 0, 120, 120 } },
		{ 0, { 20260101, 20260131, 1, 0, 121, 120 } },
		{ 0, { 20260101, 20260131, 1, 0, 0, 1441 } },
		{ 0, { 20260101, 20260131, 1, 0, 4294967295u, 0 } },
		{ 0, { 20260131, 20260130, 1, 0, 60, 120 } },
		{ 0, { 20260230, 20260330, 1, 0, 60, 120 } },
		{ 0, { 20260101, 20260631, 1, 0, 60, 120 } },
		{ 0, { 0, 20260131, 1, 0, 60, 120 } },
		{ 0, { 20260101, 0, 1, 0, 60, 120 } },
		{ 0, { 20260101, 20360110, 1, 0, 60, 120 } },
		{ 0, { 19690101, 19690110, 1, 0, 60, 120 } },
		{ 0, { 20260101, 20260101, 0, 1, 60, 120 } }, /* a Thursday */
		{ 1, { 20260101, 20260131, 1, 0, 0, 0 } },
		{ 1, { 20260101, 20260131, 0, 1, 0, 0 } },
		{ 1, { 20260101, 20260131, 0, 0, 1, 0 } },
		{ 1, { 20260101, 20260131, 0, 0, 0, 1 } },
		{ 1, { 20260102, 20260101, 0, 0, 0, 0 } },
	};
	tacit_practice_Schedule s = tacit_practice_Schedule_init_zero;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		s.once = bad[i].once != 0;
		s.from = bad[i].n[0];
		s.until = bad[i].n[1];
		s.every = bad[i].n[2];
		s.weekdays = bad[i].n[3];
		s.open = bad[i].n[4];
		s.close = bad[i].n[5];
		if (schedule_is_sound(&s))
			fail_msg("row %zu", i);
	}
	s = (tacit_practice_Schedule){ .from = 20260101, .until = 20360108,
	    .every = 366, .close = 1440 };
	assert_true(schedule_is_sound(&s));
	s = (tacit_practice_Schedule){ .once = true, .from = 20260101,
	    .until = 20260101 };
	assert_true(schedule_is_sound(&s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schedules_are_what_a_walk_over_days_says),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};
	const char *text = getenv("TACIT_SEED");

	seed = text != NULL ? strtoull(text, NULL, 0) : (uint64_t)time(NULL);
	print_message("TACIT_SEED=%llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
