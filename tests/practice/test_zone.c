/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time on the wall over whole years, both changes included, in three
 * zones: against a naive computation that knows their rules by heart and walks
 * on minute by minute.  Around a change every minute is looked for.
 */
#include <time.h>
#include <unistd.h>

#include "kit.h"
#include "zone.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

struct zone_case {
	const char *name, *posix;
	int32_t offset;			/* seconds east, in winter */
	/* DST: which Sunday of the month (5: the last), at which hour of UTC */
	int month[2], sunday[2], hour[2];
};

static const struct zone_case zones[] = {
	{ "Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3", HOUR_S,
	    { 3, 10 }, { 5, 5 }, { 1, 1 } },
	{ "America/New_York", "EST5EDT,M3.2.0,M11.1.0", -5 * HOUR_S,
	    { 3, 11 }, { 2, 1 }, { 7, 6 } },
	{ "Asia/Kolkata", "IST-5:30", 5 * HOUR_S + HOUR_S / 2,
	    { 0, 0 }, { 0, 0 }, { 0, 0 } },
};

static void
use(const struct zone_case *z)
{
	char path[100];

	(void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", z->name);
	assert_int_equal(setenv("TZ", access(path, R_OK) == 0 ? z->name :
	    z->posix, 1), 0);
	tzset();
}

/* ---- naive: rules by heart ------------------------------------------------------ */

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };

	return days[month - 1] + (month == 2 && year % 4 == 0);
}

/* Days from 1970 to a day between then and 2099, by counting. */
static int64_t
count_days(int year, int month, int day)
{
	int64_t n = day - 1;
	int y, m;

	for (y = 1970; y < year; y++)
		n += 365 + (y % 4 == 0);
	for (m = 1; m < month; m++)
		n += month_days(year, m);
	return n;
}

/* The moment of one change in a year. */
static int64_t
change(const struct zone_case *z, int year, int which)
{
	int day, seen = 0, last = 0, month = z->month[which];

	for (day = 1; day <= month_days(year, month); day++)
		if ((count_days(year, month, day) + 4) % 7 == 0 &&
		    ++seen <= z->sunday[which])
			last = day;
	return count_days(year, month, last) * DAY_S +
	    z->hour[which] * HOUR_S;
}

/* A wall that moves on minute by minute from the first of a January. */
struct wall {
	int64_t change[2];		/* of that year; 0: none */
	int64_t t;			/* Unix seconds */
	int64_t shown;			/* seconds since 1970 on the wall */
	int year, month, day;
	int64_t midnight;		/* of that day, on the wall */
};

static void
look(struct wall *w, const struct zone_case *z)
{
	int dst = w->t >= w->change[0] && w->t < w->change[1];

	w->shown = w->t + z->offset + dst * HOUR_S;
	while (w->shown >= w->midnight + DAY_S) {
		w->midnight += DAY_S;
		if (++w->day > month_days(w->year, w->month)) {
			w->day = 1;
			w->month = w->month % 12 + 1;
			w->year += w->month == 1;
		}
	}
}

static struct civil
civil_of(const struct wall *w, int64_t shown)
{
	struct civil c = { (uint32_t)(w->year * 10000 + w->month * 100 +
	    w->day), (uint32_t)((shown - w->midnight) / 60) };

	return c;
}

/* ---- a year -------------------------------------------------------------------------- */

/* The wall comes to show ${c} or later at ${t}, and not before. */
static void
comes_first_at(const struct zone_case *z, struct civil c, int64_t t)
{
	int64_t got = zone_ms(c);

	if (got != t * 1000)
		fail_msg("%s: %u %u:%02u comes %lld s off", z->name,
		    (unsigned)c.date, (unsigned)c.minute / 60,
		    (unsigned)c.minute % 60, (long long)(got / 1000 - t));
}

static void
walk(const struct zone_case *z, int year)
{
	struct wall w = { .year = year, .month = 1, .day = 1 };
	int64_t highest, end;
	struct civil c, got;
	int near;

	if (z->month[0] != 0) {
		w.change[0] = change(z, year, 0);
		w.change[1] = change(z, year, 1);
	}
	w.midnight = count_days(year, 1, 1) * DAY_S;
	w.t = w.midnight - z->offset;
	end = w.t + 365 * (int64_t)DAY_S;
	highest = w.midnight - 60;
	for (; w.t < end; w.t += 60) {
		look(&w, z);
		/* After the clocks went back the wall is behind its day. */
		c = civil_of(&w, w.shown);
		got = zone_civil(w.t * 1000 + 59999);
		assert_int_equal(civil_compare(got, c), 0);
		near = w.t % (31 * 60) == 0 ||
		    llabs(w.t - w.change[0]) < 3 * HOUR_S ||
		    llabs(w.t - w.change[1]) < 3 * HOUR_S;
		for (; highest < w.shown; highest += 60)
			if (near && highest + 60 >= w.midnight)
				comes_first_at(z, civil_of(&w, highest + 60),
				    w.t);
		/* Midnight, named as the end of the day before. */
		if (c.minute == 0 && w.day > 1) {
			c.date--;
			c.minute = MINUTES_OF_DAY;
			comes_first_at(z, c, w.t);
		}
	}
}

static void
whole_years_are_as_their_rules_say(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(zones); i++) {
		use(&zones[i]);
		walk(&zones[i], 2026);
	}
	use(&zones[0]);
	walk(&zones[0], 2027);
}

/* What is leapt over comes at the leap; what comes twice, the first time. */
static void
changes_of_daylight_saving_time(void **state)
{
	static const struct {
		int zone;
		struct civil at;
		int64_t s;
	} rows[] = {
		{ 0, { 20260329, 119 }, 1774745940 },
		{ 0, { 20260329, 120 }, 1774746000 },
		{ 0, { 20260329, 150 }, 1774746000 },
		{ 0, { 20260329, 180 }, 1774746000 },
		{ 0, { 20260329, 181 }, 1774746060 },
		{ 0, { 20261025, 120 }, 1792886400 },
		{ 0, { 20261025, 179 }, 1792889940 },
		{ 0, { 20261025, 180 }, 1792893600 },
		{ 1, { 20260308, 150 }, 1772953200 },
		{ 1, { 20261101, 60 }, 1793509200 },
		{ 1, { 20261101, 120 }, 1793516400 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		use(&zones[rows[i].zone]);
		comes_first_at(&zones[rows[i].zone], rows[i].at, rows[i].s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_years_are_as_their_rules_say),
		cmocka_unit_test(changes_of_daylight_saving_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
