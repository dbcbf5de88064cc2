/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "zone.h"

enum { FAR = 3 * 3600 };		/* seconds; no zone leaps further */

static struct civil
civil_at(time_t t)
{
	struct civil c = { 19700101, 0 };
	struct tm tm;

	/* It fails only in years that do not fit an int. */
	if (localtime_r(&t, &tm) == NULL)
		return c;
#ifdef TACIT_CONTROL_NO_DST
	t -= tm.tm_isdst > 0 ? 3600 : 0;
	(void)localtime_r(&t, &tm);
#endif
	c.date = (uint32_t)((tm.tm_year + 1900) * 10000 +
	    (tm.tm_mon + 1) * 100 + tm.tm_mday);
	c.minute = (uint32_t)(tm.tm_hour * 60 + tm.tm_min);
	return c;
}

struct civil
zone_civil(int64_t ms)
{
	return civil_at((time_t)(ms / 1000));
}

static time_t
make(struct civil at, int dst)
{
	struct tm tm = {
		.tm_year = (int)(at.date / 10000) - 1900,
		.tm_mon = (int)(at.date / 100 % 100) - 1,
		.tm_mday = (int)(at.date % 100),
		.tm_hour = (int)(at.minute / 60),
		.tm_min = (int)(at.minute % 60),
		.tm_isdst = dst,
	};

	return mktime(&tm);
}

/* The clocks leap over ${at}, between ${before} and ${after}. */
static time_t
leap(struct civil at, time_t before, time_t after)
{
	time_t middle;

	while (after - before > 1) {
		middle = before + (after - before) / 2;
		if (civil_compare(civil_at(middle), at) < 0)
			before = middle;
		else
			after = middle;
	}
	return after;
}

int64_t
zone_ms(struct civil at)
{
	time_t t, first = 0;
	int dst, found = 0;

	if (at.minute >= MINUTES_OF_DAY) {
		at.date = civil_date(civil_days(at.date) + 1);
		at.minute = 0;
	}
	/* mktime() answers with some other time where it is told wrong. */
	for (dst = -1; dst <= 1; dst++) {
		t = make(at, dst);
		if (civil_compare(civil_at(t), at) == 0 &&
		    (!found || t < first)) {
			first = t;
			found = 1;
		}
	}
	if (!found) {
		t = make(at, -1);
		first = leap(at, t - FAR, t + FAR);
	}
	return (int64_t)first * 1000;
}

int
zone_minutes(int64_t ms)
{
	struct civil c = zone_civil(ms);
	int64_t wall = (int64_t)civil_days(c.date) * MINUTES_OF_DAY + c.minute;

	return (int)(wall - ms / 60000);
}
