/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include <ev.h>

#include "clock.h"
#include "log.h"

enum {
	CATCH_UP_ROWS = 1000, SWEEP_ROWS = 8,	/* in one transaction, */
	DOUBLINGS = 3,			/* twice as many after each second */
	DAY_SECONDS = 86400
};

/* Seconds between two of a sweep: what expires lies on pages of its own. */
#define PAUSE	0.01

struct clock {
	struct relay *relay;
	ev_timer timer, pause;
	struct store_clock start;
	uint64_t start_seconds;		/* monotonic */
	struct job sweep;
	uint64_t removed;		/* by this hour's sweep, so far, */
	uint64_t began;			/* which began at this second */
	uint8_t sweeping;		/* ${sweep} is with the store */
};

static uint64_t
seconds_of(clockid_t which)
{
	struct timespec ts;

	(void)clock_gettime(which, &ts);
	return ts.tv_sec > 0 ? (uint64_t)ts.tv_sec : 0;
}

uint32_t
clock_wall_day(void)
{
	return (uint32_t)(seconds_of(CLOCK_REALTIME) / DAY_SECONDS);
}

struct store_clock
clock_resume(struct store_clock was, uint32_t today)
{
	uint64_t midnight = was.hour - was.hour % CLOCK_HOURS_PER_DAY;
	uint32_t days;

	if (was.wall_day == 0) {
		was.wall_day = today;
	} else if (today > was.wall_day) {
		days = today - was.wall_day;
		if (days > CLOCK_DAYS_AT_START)
			days = CLOCK_DAYS_AT_START;
		was.hour = midnight + (uint64_t)days * CLOCK_HOURS_PER_DAY;
		was.wall_day = today;
	}
	return was;
}

struct store_clock
clock_run(struct store_clock start, uint64_t seconds, uint32_t hour_seconds)
{
	struct store_clock now = start;

	now.hour += seconds / hour_seconds;
	now.wall_day += (uint32_t)(now.hour / CLOCK_HOURS_PER_DAY -
	    start.hour / CLOCK_HOURS_PER_DAY);
	return now;
}

int
clock_catch_up(struct store *s, struct store_clock *clock)
{
	struct op op;
	int rc;

	*clock = clock_resume(*clock, clock_wall_day());
	do {
		op = (struct op){ .kind = OP_SWEEP, .u.sweep = {
		    .hour = clock->hour, .wall_day = clock->wall_day,
		    .max = CATCH_UP_ROWS } };
		if ((rc = store_apply(s, &op)) != 0)
			return rc;
	} while (op.rc == 0 && op.u.sweep.more);
	return op.rc != 0 ? op.rc : s->ops->scrub(s);
}

static void swept(struct job *);

/*
 * Few at a time, so that letters do not wait for it; more if there is much to
 * be done, for what expired is to be gone from the files in seconds.
 */
static uint32_t
rows(const struct clock *c)
{
	uint64_t s = seconds_of(CLOCK_MONOTONIC) - c->began;

	return (uint32_t)SWEEP_ROWS << (s < DOUBLINGS ? s : DOUBLINGS);
}

static void
sweep(struct clock *c)
{
	struct store_clock now = clock_run(c->start,
	    seconds_of(CLOCK_MONOTONIC) - c->start_seconds,
	    c->relay->config->hour_seconds);

	c->relay->hour = now.hour;
	if (c->sweeping || c->relay->stopping)
		return;
	c->sweep = (struct job){ .done = swept, .owner = c, .op = {
	    .kind = OP_SWEEP, .u.sweep = { .hour = now.hour,
	    .wall_day = now.wall_day, .max = rows(c) } } };
	c->sweeping = 1;
	commit_submit(c->relay->commit, &c->sweep);
}

static void
swept(struct job *j)
{
	struct clock *c = j->owner;

	c->sweeping = 0;
	if (j->op.rc != 0) {
		log_error("sweep-failed", j->op.rc);
		return;
	}
	c->removed += j->op.u.sweep.removed;
	if (j->op.u.sweep.more) {
		ev_timer_set(&c->pause, PAUSE, 0.);
		ev_timer_start(c->relay->loop, &c->pause);
		return;
	}
	if (c->removed > 0)
		log_count("swept", "removed", c->removed);
	c->removed = 0;
}

static void
on_hour(struct ev_loop *loop, ev_timer *t, int events)
{
	struct clock *c = t->data;

	(void)loop;
	(void)events;
	if (!c->sweeping && !ev_is_active(&c->pause))
		c->began = seconds_of(CLOCK_MONOTONIC);
	sweep(c);
}

static void
on_pause(struct ev_loop *loop, ev_timer *t, int events)
{
	(void)loop;
	(void)events;
	sweep(t->data);
}

int
clock_start(struct clock **out, struct relay *r, struct store_clock now)
{
	struct clock *c = calloc(1, sizeof(*c));
	ev_tstamp hour = r->config->hour_seconds;

	*out = c;
	if (c == NULL)
		return TACIT_E_NOMEM;
	c->relay = r;
	c->start = now;
	c->start_seconds = seconds_of(CLOCK_MONOTONIC);
	r->hour = now.hour;
	ev_timer_init(&c->timer, on_hour, hour, hour);
	c->timer.data = c;
	ev_timer_start(r->loop, &c->timer);
	ev_timer_init(&c->pause, on_pause, PAUSE, 0.);
	c->pause.data = c;
	return 0;
}

void
clock_stop(struct clock *c)
{
	if (c == NULL)
		return;
	assert(!c->sweeping);
	ev_timer_stop(c->relay->loop, &c->timer);
	ev_timer_stop(c->relay->loop, &c->pause);
	free(c);
}
