/* SPDX-License-Identifier: Apache-2.0 */
/* The calendar: days as 20261122, and the time on the wall.  Pure. */
#ifndef PRACTICE_CIVIL_H
#define PRACTICE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

enum { MINUTES_OF_DAY = 1440 };

/* A time on the wall. */
struct civil {
	uint32_t date;			/* 20261122 */
	uint32_t minute;		/* of the day, below 1440 */
};

/* Negative, 0 or positive: ${a} is before, the same as or after ${b}. */
int civil_compare(struct civil a, struct civil b);

/* True of days of the calendar of the years 1 to 9999. */
bool civil_is_date(uint32_t date);

/* Of such a day: days since 1970-01-01, and back; and 0 for a Monday. */
int32_t civil_days(uint32_t date);
uint32_t civil_date(int32_t days);
unsigned int civil_weekday(uint32_t date);

#endif
