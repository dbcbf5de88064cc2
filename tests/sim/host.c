/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "clock.h"
#include "dispatch.h"
#include "host.h"
#include "thread.h"
#include "wrap.h"

struct host {
	struct actor *actor;
	struct disk *disk;
	char dir[32];
	struct config config;
	struct keys keys;
	struct relay relay;
	struct dispatch *dispatch;
	struct store_clock started;
	int64_t started_ms;
	struct wire *wires;
	uint64_t tick_at;		/* 0: no answer waits for one */
	int runs;
};

struct wire {
	struct wire *next;
	struct host *h;
	struct conn *c;
};

static void
no_wake(void *arg)
{
	(void)arg;
}

static void
no_want_write(void *wire)
{
	(void)wire;
}

static void
no_want_read(void *wire, int on)
{
	(void)wire;
	(void)on;
}

static const struct conn_io io = { no_want_write, no_want_read };

struct host *
host_new(struct actor *a, struct disk *d, unsigned number)
{
	struct host *h = __real_calloc(1, sizeof(*h));
	struct actor *was = actor_enter(a);

	if (h == NULL)
		abort();
	h->actor = a;
	h->disk = d;
	(void)snprintf(h->dir, sizeof(h->dir), "/sim/%u", number);
	config_default(&h->config);
	if ((h->keys.signing = __real_malloc(crypto_sign_SECRETKEYBYTES)) ==
	    NULL)
		abort();
	(void)crypto_sign_keypair(h->keys.key, h->keys.signing);
	(void)actor_enter(was);
	return h;
}

void
host_free(struct host *h)
{
	host_stop(h);
	free(h->keys.signing);
	free(h);
}

const uint8_t *
host_key(const struct host *h)
{
	return h->keys.key;
}

int
host_runs(const struct host *h)
{
	return h->runs;
}

int
host_failed(const struct host *h)
{
	return h->runs ? commit_failed(h->relay.commit) : 0;
}

static void
make_room(struct host *h)
{
	commit_reserve(h->relay.commit,
	    (uint64_t)h->config.reserve_mib << 20);
}

/* In the order of serve.c. */
static int
start(struct host *h)
{
	struct relay *r = &h->relay;
	struct store *store;
	int rc;

	memset(r, 0, sizeof(*r));
	h->dispatch = NULL;
	h->tick_at = 0;
	rc = store_sqlite_open(&store, &h->started, h->dir,
	    &h->config.limits);
	if (rc != 0)
		return rc;
	if ((rc = clock_catch_up(store, &h->started)) != 0) {
		store->ops->close(store);
		return rc;
	}
	r->config = &h->config;
	r->keys = &h->keys;
	r->hour = h->started.hour;
	h->started_ms = actor_mono_ms(h->actor);
	if ((rc = hub_open(&r->hub, r)) != 0 ||
	    (rc = dispatch_open(&h->dispatch, r)) != 0 ||
	    (rc = commit_start(&r->commit, store, no_wake, NULL)) != 0) {
		store->ops->close(store);
		dispatch_free(h->dispatch);
		hub_free(r->hub);
		return rc;
	}
	h->runs = 1;
	make_room(h);
	return 0;
}

int
host_start(struct host *h)
{
	struct actor *was = actor_enter(h->actor);
	int rc = start(h);

	(void)actor_enter(was);
	return rc;
}

void
host_room(struct host *h, uint32_t mib)
{
	struct actor *was = actor_enter(h->actor);

	h->config.reserve_mib = mib;
	if (h->runs)
		make_room(h);
	(void)actor_enter(was);
}

static void
drop_wire(struct wire *w)
{
	struct wire **at = &w->h->wires;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	dispatch_closed(w->h->dispatch, w->c);
	free(w);
}

void
host_stop(struct host *h)
{
	struct actor *was = actor_enter(h->actor);

	if (h->runs) {
		h->relay.stopping = 1;
		(void)commit_stop(h->relay.commit);
		while (h->wires != NULL)
			drop_wire(h->wires);
		dispatch_free(h->dispatch);
		hub_free(h->relay.hub);
		h->runs = 0;
	}
	(void)actor_enter(was);
}

/* ---- jobs of ours ------------------------------------------------------------- */

static void
swept(struct job *j)
{
	free(j);
}

/* As clock.c does each hour. */
static void
tell_hour(struct host *h)
{
	struct store_clock now = clock_run(h->started,
	    (uint64_t)(actor_mono_ms(h->actor) - h->started_ms) / 1000,
	    h->config.hour_seconds);
	struct job *j;

	if (now.hour == h->relay.hour ||
	    (j = __real_calloc(1, sizeof(*j))) == NULL)
		return;
	h->relay.hour = now.hour;
	*j = (struct job){ .done = swept, .op = { .kind = OP_SWEEP,
	    .u.sweep = { .hour = now.hour, .wall_day = now.wall_day,
	    .max = 1000 } } };
	commit_submit(h->relay.commit, j);
}

static void
job_done(struct job *j)
{
	*(int *)j->owner = 1;
}

/* An ACK may wait for a disk that is full: then time passes for the relay. */
static void
run(struct host *h, struct job *j)
{
	struct actor *was = actor_enter(h->actor);
	const int64_t *clock = h->actor->now;
	int64_t now = *clock;
	int done = 0, turns = 0;

	h->actor->now = &now;
	j->done = job_done;
	j->owner = &done;
	commit_submit(h->relay.commit, j);
	while (!done) {
		thread_run();
		commit_collect(h->relay.commit);
		now += ++turns > 100;
	}
	h->actor->now = clock;
	(void)actor_enter(was);
}

void
host_admit(struct host *h, const uint8_t code[16], uint32_t units)
{
	struct job j = { .op = { .kind = OP_ADMIT } };

	tacit_hash_code(j.op.u.admit.code_hash, code);
	j.op.u.admit.units = units;
	j.op.u.admit.expiry_day = 100000;
	run(h, &j);
	if (j.op.rc != 0)
		abort();
}

uint64_t
host_envelopes(struct host *h)
{
	struct job j = { .op = { .kind = OP_COUNT } };

	run(h, &j);
	return j.op.u.count.envelopes;
}

int
host_lose(struct wire *w, const uint8_t *address, const uint8_t *envelope)
{
	struct job j = { .op = { .kind = OP_ACK } };
	struct op_ack *a = &j.op.u.ack;
	struct actor *was;

	memcpy(a->address, address, sizeof(a->address));
	memcpy(a->envelope[0], envelope, sizeof(a->envelope[0]));
	a->n = 1;
	run(w->h, &j);
	if (j.op.rc != 0)
		return 0;
	was = actor_enter(w->h->actor);
	hub_acked(w->h->relay.hub, w->c, a);
	(void)actor_enter(was);
	return 1;
}

/* ---- wires -------------------------------------------------------------------- */

struct wire *
host_accept(struct host *h)
{
	struct actor *was = actor_enter(h->actor);
	struct wire *w = __real_calloc(1, sizeof(*w));

	if (w == NULL)
		abort();
	w->h = h;
	w->c = dispatch_accept(h->dispatch, &io, w, "here", 4);
	if (w->c == NULL) {
		free(w);
		w = NULL;
	} else {
		w->next = h->wires;
		h->wires = w;
	}
	(void)actor_enter(was);
	return w;
}

void
host_hang_up(struct wire *w)
{
	struct actor *was = actor_enter(w->h->actor);

	drop_wire(w);
	(void)actor_enter(was);
}

int
host_input(struct wire *w, const uint8_t *msg, size_t len)
{
	struct actor *was = actor_enter(w->h->actor);
	int rc;

	rc = dispatch_input(w->h->dispatch, w->c, msg, len, 0, 1,
	    (uint64_t)actor_mono_ms(w->h->actor));
	(void)actor_enter(was);
	return rc;
}

int
host_has_output(const struct wire *w)
{
	return conn_output(w->c) != NULL;
}

int
host_closes(const struct wire *w)
{
	return w->c->close_code != 0 && conn_output(w->c) == NULL;
}

uint8_t *
host_output(struct wire *w, size_t *len)
{
	const struct out *o = conn_output(w->c);
	struct actor *was;
	uint8_t *msg;

	if (o == NULL)
		return NULL;
	if ((msg = __real_malloc(o->len)) == NULL)
		abort();
	memcpy(msg, o->buf + CONN_HEADROOM, o->len);
	*len = o->len;
	was = actor_enter(w->h->actor);
	conn_written(w->c);
	dispatch_written(w->h->dispatch, w->c);
	(void)actor_enter(was);
	return msg;
}

/* ---- turns -------------------------------------------------------------------- */

int
host_owes(const struct host *h)
{
	return h->runs && commit_pending(h->relay.commit) > 0;
}

void
host_store(struct host *h)
{
	struct actor *was = actor_enter(h->actor);

	thread_run();
	(void)actor_enter(was);
}

/* Its next tick, of which the next turn knows, or the end of a window. */
static uint64_t
due_ms(const struct host *h)
{
	uint64_t until = holds_until(hub_holds(h->relay.hub));

	if (dispatch_ticking(h->dispatch) && h->tick_at == 0)
		return 1;
	return until != 0 && (h->tick_at == 0 || until < h->tick_at) ? until :
	    h->tick_at;
}

int64_t
host_due(const struct host *h)
{
	uint64_t due = h->runs ? due_ms(h) : 0;

	return due == 0 ? -1 : (int64_t)due + h->actor->booted;
}

/* What ws.c does each second. */
void
host_second(struct host *h)
{
	struct actor *was = actor_enter(h->actor);

	hub_retry(h->relay.hub);
	(void)actor_enter(was);
}

/* As in loop.c: ticks have fixed places in time. */
static void
tick(struct host *h, uint64_t now_ms)
{
	uint64_t ms = h->config.ok_tick_ms;

	if (h->tick_at != 0 && now_ms >= h->tick_at) {
		h->tick_at = 0;
		dispatch_tick(h->dispatch, now_ms);
	}
	if (dispatch_ticking(h->dispatch) && h->tick_at == 0)
		h->tick_at = now_ms - now_ms % ms + ms;
}

void
host_turn(struct host *h)
{
	struct actor *was = actor_enter(h->actor);
	uint64_t now_ms = (uint64_t)actor_mono_ms(h->actor);

	commit_collect(h->relay.commit);
	(void)dispatch_turn(h->dispatch, now_ms);
	holds_turn(hub_holds(h->relay.hub), now_ms);
	tick(h, now_ms);
	tell_hour(h);
	(void)actor_enter(was);
}
