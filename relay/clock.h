/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Relay hours: the only time that the relay knows.  They count while it runs,
 * by the monotonic clock; at a start the days that the wall clock moved since
 * are added, at most 7; they never go back.  A clock that is set wrong, or a
 * relay that stood still for a month, therefore throws nothing away early.
 */
#ifndef RELAY_CLOCK_H
#define RELAY_CLOCK_H

#include "relay.h"

enum { CLOCK_DAYS_AT_START = 7, CLOCK_HOURS_PER_DAY = 24 };

struct clock;

/* Days since 1970 by the wall clock. */
uint32_t clock_wall_day(void);

/*
 * The clock to go on with after a stop, if it is ${today}.
 *
 * ${was.wall_day} is the day that ${was.hour} stands for, not the day on
 * which it was written: a relay that is restarted every night would
 * otherwise count each day twice, once by running and once by the calendar.
 */
struct store_clock clock_resume(struct store_clock was, uint32_t today);

/* The clock ${seconds} of running later, ${hour_seconds} to the hour. */
struct store_clock clock_run(struct store_clock start, uint64_t seconds,
    uint32_t hour_seconds);

/*
 * Resume ${clock}, store it, and remove from ${s} what has expired, so that
 * nothing of it is in any file when this returns 0.  Before the store thread.
 * Errors:  those of store_apply().
 */
int clock_catch_up(struct store *s, struct store_clock *clock);

/*
 * From now on keep ${r->hour} and sweep each hour.  Loop thread.
 * Errors:  TACIT_E_NOMEM.
 */
int clock_start(struct clock **out, struct relay *r, struct store_clock now);
void clock_stop(struct clock *c);	/* NULL is fine */

#endif
