/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <time.h>

#include <ev.h>

#include "loop.h"

enum { CLOSE_AWAY = 1001 };
#define RETRY_S		1.0		/* after the store could not */
#define STOP_S		3.0		/* for all that is under way */
#define LINGER_S	0.005		/* an OK to an ACK, for company */

struct loop {
	struct relay *relay;
	struct dispatch *dispatch;
	uint8_t stopping, leaving;
	ev_async wake;
	ev_prepare prepare;		/* before the loop sleeps */
	ev_idle busy;			/* active: it must not sleep */
	ev_timer tick, window, linger, retry, stop;
};

uint64_t
loop_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

uint64_t
loop_ms(void)
{
	return loop_us() / 1000;
}

/* Answer what is under way, then leave; the timer bounds both. */
static void
stop_step(struct loop *l)
{
	struct relay *r = l->relay;

	if (!l->leaving && commit_pending(r->commit) == 0) {
		l->leaving = 1;
		dispatch_tick(l->dispatch, UINT64_MAX);
		dispatch_leave(l->dispatch);
		dispatch_fail_all(l->dispatch, CLOSE_AWAY);
	}
	if (l->leaving && r->connections == 0)
		ev_break(r->loop, EVBREAK_ALL);
}

static void
on_stop(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)w;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* Ticks have fixed places in time, whenever it was that answers came. */
static void
arm_tick(struct loop *l)
{
	uint32_t ms = l->relay->config->ok_tick_ms;

	if (!dispatch_ticking(l->dispatch) || ev_is_active(&l->tick))
		return;
	if (ms == 0) {
		dispatch_tick(l->dispatch, UINT64_MAX);
		return;
	}
	ev_now_update(l->relay->loop);
	ev_timer_set(&l->tick, (double)(ms - loop_ms() % ms) / 1000., 0.);
	ev_timer_start(l->relay->loop, &l->tick);
}

/* Windows that end; the loop must not sleep beyond the next that does. */
static void
arm_window(struct loop *l)
{
	struct holds *h = hub_holds(l->relay->hub);
	uint64_t now = loop_ms(), until;

	holds_turn(h, now);
	until = holds_until(h);
	if (until == 0 || ev_is_active(&l->window))
		return;
	ev_now_update(l->relay->loop);
	ev_timer_set(&l->window, (double)(until - now) / 1000., 0.);
	ev_timer_start(l->relay->loop, &l->window);
}

static void
on_window(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop;			/* on_prepare() does it */
	(void)w;
	(void)events;
}

static void
arm_linger(struct loop *l)
{
	if (!dispatch_lingering(l->dispatch) || ev_is_active(&l->linger))
		return;
	ev_now_update(l->relay->loop);
	ev_timer_set(&l->linger, LINGER_S, 0.);
	ev_timer_start(l->relay->loop, &l->linger);
}

static void
on_linger(struct ev_loop *loop, ev_timer *w, int events)
{
	struct loop *l = w->data;

	(void)loop;
	(void)events;
	dispatch_leave(l->dispatch);
}

static void
on_prepare(struct ev_loop *loop, ev_prepare *w, int events)
{
	struct loop *l = w->data;

	(void)events;
	if (dispatch_turn(l->dispatch, loop_ms()))
		ev_idle_start(loop, &l->busy);
	else
		ev_idle_stop(loop, &l->busy);
	arm_window(l);
	arm_tick(l);
	arm_linger(l);
	if (l->stopping)
		stop_step(l);
}

static void
on_busy(struct ev_loop *loop, ev_idle *w, int events)
{
	(void)loop;
	(void)w;
	(void)events;
}

static void
on_tick(struct ev_loop *loop, ev_timer *w, int events)
{
	struct loop *l = w->data;

	(void)loop;
	(void)events;
	/* The timer may be early by less than the ms that loop_ms() cuts. */
	dispatch_tick(l->dispatch, loop_ms() + 1);
}

static void
on_retry(struct ev_loop *loop, ev_timer *w, int events)
{
	struct loop *l = w->data;

	(void)loop;
	(void)events;
	hub_retry(l->relay->hub);
}

static void
on_wake(struct ev_loop *loop, ev_async *w, int events)
{
	struct loop *l = w->data;

	(void)events;
	commit_collect(l->relay->commit);
	if (commit_failed(l->relay->commit) != 0)
		ev_break(loop, EVBREAK_ALL);
}

int
loop_open(struct loop **out, struct relay *r, struct dispatch *d)
{
	struct loop *l = calloc(1, sizeof(*l));

	*out = l;
	if (l == NULL)
		return TACIT_E_NOMEM;
	l->relay = r;
	l->dispatch = d;
	ev_async_init(&l->wake, on_wake);
	ev_prepare_init(&l->prepare, on_prepare);
	ev_idle_init(&l->busy, on_busy);
	ev_timer_init(&l->tick, on_tick, 0., 0.);
	ev_timer_init(&l->window, on_window, 0., 0.);
	ev_timer_init(&l->linger, on_linger, 0., 0.);
	ev_timer_init(&l->retry, on_retry, RETRY_S, RETRY_S);
	ev_timer_init(&l->stop, on_stop, STOP_S, 0.);
	l->wake.data = l->prepare.data = l->busy.data = l;
	l->tick.data = l->retry.data = l->linger.data = l->stop.data = l;

	ev_async_start(r->loop, &l->wake);
	ev_prepare_start(r->loop, &l->prepare);
	ev_timer_start(r->loop, &l->retry);
	return 0;
}

void
loop_free(struct loop *l)
{
	struct ev_loop *loop;

	if (l == NULL)
		return;
	loop = l->relay->loop;
	ev_async_stop(loop, &l->wake);
	ev_prepare_stop(loop, &l->prepare);
	ev_idle_stop(loop, &l->busy);
	ev_timer_stop(loop, &l->tick);
	ev_timer_stop(loop, &l->window);
	ev_timer_stop(loop, &l->linger);
	ev_timer_stop(loop, &l->retry);
	ev_timer_stop(loop, &l->stop);
	free(l);
}

void
loop_wake(struct loop *l)
{
	ev_async_send(l->relay->loop, &l->wake);
}

void
loop_stay_awake(struct loop *l)
{
	ev_idle_start(l->relay->loop, &l->busy);
}

void
loop_stop(struct loop *l)
{
	if (l->stopping)
		return;
	l->stopping = l->relay->stopping = 1;
	holds_stop(hub_holds(l->relay->hub));
	ev_timer_start(l->relay->loop, &l->stop);
}
