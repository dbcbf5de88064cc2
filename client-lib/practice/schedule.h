/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a check-in is asked, in days of the calendar and minutes of the day.
 * Pure: nothing here knows a zone or a clock; zone.h has those.
 *
 * An occurrence is named by its day.  It is open from minute ${open} to
 * before minute ${close} of that day.  One that is asked once has the one
 * occurrence ${from}, open until the end of day ${until}, and before ${from}
 * too: days do not begin at the same time everywhere.
 */
#ifndef PRACTICE_SCHEDULE_H
#define PRACTICE_SCHEDULE_H

#include "civil.h"
#include "practice.pb.h"

enum {
	SCHEDULE_EVERY_MAX = 366,	/* days from one to the next */
	SCHEDULE_DAYS_MAX = 3660	/* from the first day to the last */
};

/* True if all of it makes sense together. */
bool schedule_is_sound(const tacit_practice_Schedule *s);

/* The first occurrence after day ${date}; 0: there is none. */
uint32_t schedule_after(const tacit_practice_Schedule *s, uint32_t date);

/* True if an occurrence is on that day. */
bool schedule_is_on(const tacit_practice_Schedule *s, uint32_t date);

/* The occurrence that is open at ${now}; 0: none is. */
uint32_t schedule_open(const tacit_practice_Schedule *s, struct civil now);

/* When the occurrence ${date} opens and closes; minute 1440 is a midnight. */
struct civil schedule_opens(const tacit_practice_Schedule *s, uint32_t date);
struct civil schedule_closes(const tacit_practice_Schedule *s, uint32_t date);

/* True if the occurrence ${date} has closed at ${now}. */
bool schedule_is_over(const tacit_practice_Schedule *s, uint32_t date,
    struct civil now);

/* The last occurrence that has closed at ${now}; 0: none has. */
uint32_t schedule_last_over(const tacit_practice_Schedule *s,
    struct civil now);

#endif
