/* SPDX-License-Identifier: Apache-2.0 */
#include "wall.h"

enum { MINUTE_MS = 60000, DAY_MIN = 1440 };

/* Berlin: last Sundays, 01:00 UTC.  New York: 02:00 on its wall. */
static const struct wall_season season[] = {
	{ "autumn 2026", 20261012,
	    { "CET-1CEST,M3.5.0,M10.5.0/3", 120, 60,
	    INT64_C(1792890000000) },		/* 2026-10-25T01:00Z */
	    { "EST5EDT,M3.2.0,M11.1.0", -240, -300,
	    INT64_C(1793512800000) } },		/* 2026-11-01T06:00Z */
	{ "spring 2027", 20270308,
	    { "CET-1CEST,M3.5.0,M10.5.0/3", 60, 120,
	    INT64_C(1806195600000) },		/* 2027-03-28T01:00Z */
	    { "EST5EDT,M3.2.0,M11.1.0", -300, -240,
	    INT64_C(1805007600000) } },		/* 2027-03-14T07:00Z */
};

const struct wall_season *
wall_season(unsigned n)
{
	return &season[n % 2];
}

/* Days since 1970-01-01, by counting from March. */
static int64_t
days_of(uint32_t date)
{
	int64_t y = date / 10000, m = date / 100 % 100, d = date % 100;

	y -= m <= 2;
	m = (m + 9) % 12;
	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 +
	    d - 1 - 719468;
}

static uint32_t
date_of(int64_t days)
{
	uint32_t y = 1970;
	int64_t m;

	while (days_of((y + 1) * 10000 + 101) <= days)
		y++;
	for (m = 12; days_of((uint32_t)(y * 10000 + m * 100 + 1)) > days; m--)
		continue;
	return (uint32_t)(y * 10000 + m * 100 + 1 + days -
	    days_of((uint32_t)(y * 10000 + m * 100 + 1)));
}

struct wall
wall_at(const struct wall_zone *z, int64_t ms)
{
	int64_t min = ms / MINUTE_MS +
	    (ms < z->change ? z->before : z->after);

	return (struct wall){ date_of(min / DAY_MIN),
	    (uint32_t)(min % DAY_MIN) };
}

int64_t
wall_ms(const struct wall_zone *z, uint32_t date, uint32_t minute)
{
	int64_t min = days_of(date) * DAY_MIN + minute;
	int64_t early = (min - z->before) * MINUTE_MS;
	int64_t late = (min - z->after) * MINUTE_MS;

	if (early < z->change)
		return early;
	return late < z->change ? z->change : late;
}

uint32_t
wall_add(uint32_t date, int days)
{
	return date_of(days_of(date) + days);
}

int
wall_days(uint32_t from, uint32_t to)
{
	return (int)(days_of(to) - days_of(from));
}

unsigned
wall_weekday(uint32_t date)
{
	return (unsigned)((days_of(date) + 3) % 7);
}
