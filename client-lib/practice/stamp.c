/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "civil.h"
#include "stamp.h"

enum { MINUTE_MS = 60000 };

static const int64_t year_9999_end_ms = INT64_C(253402300800000);

bool
stamp_is(int64_t time_ms, int zone_minutes)
{
	int64_t local;

	if (time_ms < 0 || time_ms >= year_9999_end_ms ||
	    zone_minutes < -STAMP_ZONE_MAX || zone_minutes > STAMP_ZONE_MAX)
		return false;
	local = time_ms + (int64_t)zone_minutes * MINUTE_MS;
	return local >= 0 && local < year_9999_end_ms;
}

uint32_t
stamp_date(int64_t time_ms, int zone_minutes)
{
	return civil_date((int32_t)((time_ms / MINUTE_MS + zone_minutes) /
	    MINUTES_OF_DAY));
}

void
stamp_print(char out[STAMP_LEN], int64_t time_ms, int zone_minutes)
{
	uint32_t date = stamp_date(time_ms, zone_minutes);
	int32_t at = (int32_t)((time_ms / MINUTE_MS + zone_minutes) %
	    MINUTES_OF_DAY);
	unsigned int zone = (unsigned int)abs(zone_minutes) % 6000;
	unsigned int s = (unsigned int)(time_ms / 1000 % 60);

	(void)snprintf(out, STAMP_LEN,
	    "%04u-%02u-%02uT%02u:%02u:%02u%c%02u:%02u",
	    date / 10000 % 10000, date / 100 % 100, date % 100,
	    (unsigned int)(at / 60) % 100, (unsigned int)(at % 60) % 100, s, zone_minutes < 0 ? '-' : '+',
	    zone / 60, zone % 60);
}

void
stamp_day(char out[STAMP_DAY_LEN], uint32_t date)
{
	static const char *const days[] = { "Monday", "Tuesday", "Wednesday",
	    "Thursday", "Friday", "Saturday", "Sunday" };
	static const char *const months[] = { "January", "February", "March",
	    "April", "May", "June", "July", "August", "September", "October",
	    "November", "December" };

	(void)snprintf(out, STAMP_DAY_LEN, "%s, %u %s %u",
	    days[civil_weekday(date)], date % 100,
	    months[(date / 100 % 100 + 11) % 12], date / 10000);
}
