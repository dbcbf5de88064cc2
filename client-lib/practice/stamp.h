/* SPDX-License-Identifier: Apache-2.0 */
/* Times and days as they are printed. */
#ifndef PRACTICE_STAMP_H
#define PRACTICE_STAMP_H

#include <stdbool.h>
#include <stdint.h>

enum {
	STAMP_LEN = 26,			/* 2026-11-22T18:05:03+01:00, and NUL */
	STAMP_DAY_LEN = 40,		/* Sunday, 22 November 2026 */
	STAMP_ZONE_MAX = 14 * 60
};

/* From 1970 to 9999, and a zone by its minutes east of UTC. */
bool stamp_is(int64_t time_ms, int zone_minutes);

/* Of such a time: in full, and its day as 20261122. */
void stamp_print(char out[STAMP_LEN], int64_t time_ms, int zone_minutes);
uint32_t stamp_date(int64_t time_ms, int zone_minutes);

/* A day of the calendar in words. */
void stamp_day(char out[STAMP_DAY_LEN], uint32_t date);

#endif
