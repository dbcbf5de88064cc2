/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule.h"

/* Of those that a zone is known for. */
static bool
is_day(uint32_t date)
{
	return civil_is_date(date) && date >= 19700101 && date < 22010101;
}

static bool
repeats_soundly(const tacit_practice_Schedule *s)
{
	return (s->every == 0) != (s->weekdays == 0) &&
	    s->every <= SCHEDULE_EVERY_MAX && s->weekdays < 1U << 7 &&
	    s->open < s->close && s->close <= MINUTES_OF_DAY;
}

bool
schedule_is_sound(const tacit_practice_Schedule *s)
{
	if (!is_day(s->from) || !is_day(s->until) ||
	    s->from > s->until || civil_days(s->until) -
	    civil_days(s->from) > SCHEDULE_DAYS_MAX)
		return false;
	if (s->once)
		return s->every == 0 && s->weekdays == 0 && s->open == 0 &&
		    s->close == 0;
	/* One that is never asked is a mistake. */
	return repeats_soundly(s) && schedule_after(s, 0) != 0;
}

static bool
is_on(const tacit_practice_Schedule *s, int32_t days)
{
	if (s->every != 0)
		return (uint32_t)(days - civil_days(s->from)) % s->every == 0;
	return (s->weekdays >> civil_weekday(civil_date(days)) & 1U) != 0;
}

bool
schedule_is_on(const tacit_practice_Schedule *s, uint32_t date)
{
	if (!is_day(date))
		return false;
	if (s->once)
		return date == s->from;
	return date >= s->from && date <= s->until &&
	    is_on(s, civil_days(date));
}

uint32_t
schedule_after(const tacit_practice_Schedule *s, uint32_t date)
{
	int32_t last = civil_days(s->until), days;

	if (date >= s->until)
		return 0;
	if (s->once)
		return date < s->from ? s->from : 0;
	days = civil_days(date < s->from ? s->from : date) +
	    (date >= s->from);
	/* At most a year on: there is one each EVERY_MAX days. */
	while (days <= last && !is_on(s, days))
		days++;
	return days <= last ? civil_date(days) : 0;
}

struct civil
schedule_opens(const tacit_practice_Schedule *s, uint32_t date)
{
	struct civil at = { date, s->open };

	if (s->once)
		at.date = 19700101;
	return at;
}

struct civil
schedule_closes(const tacit_practice_Schedule *s, uint32_t date)
{
	struct civil at = { date, s->close };

	if (s->once) {
		at.date = s->until;
		at.minute = MINUTES_OF_DAY;
	}
	return at;
}

bool
schedule_is_over(const tacit_practice_Schedule *s, uint32_t date,
    struct civil now)
{
	return civil_compare(now, schedule_closes(s, date)) >= 0;
}

uint32_t
schedule_open(const tacit_practice_Schedule *s, struct civil now)
{
	uint32_t date = s->once ? s->from : now.date;

	if (!schedule_is_on(s, date) || schedule_is_over(s, date, now) ||
	    civil_compare(now, schedule_opens(s, date)) < 0)
		return 0;
	return date;
}

uint32_t
schedule_last_over(const tacit_practice_Schedule *s, struct civil now)
{
	int32_t days = civil_days(now.date), first = civil_days(s->from);

	if (s->once)
		return schedule_is_over(s, s->from, now) ? s->from : 0;
	if (days > civil_days(s->until))
		days = civil_days(s->until);
	for (; days >= first; days--)
		if (is_on(s, days) && schedule_is_over(s, civil_date(days),
		    now))
			return civil_date(days);
	return 0;
}
