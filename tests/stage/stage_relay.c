/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "dispatch.h"
#include "stage_relay.h"
#include "store_mem.h"

struct stage_relay {
	struct config config;
	struct keys keys;
	struct relay relay;
	struct dispatch *dispatch;
	struct store *store;		/* the commit's thread owns it */
	uint64_t tick_at;		/* 0: none is due */
};

struct stage_wire {
	struct stage_relay *r;
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

void
stage_relay_ticks(struct stage_relay *r, uint32_t ms)
{
	struct config of_relays;

	config_default(&of_relays);
	r->config.ok_tick_ms = ms;
	r->config.hold_ms = ms != 0 ? of_relays.hold_ms : 0;
}

/* ${store} NULL: an empty one. */
static struct stage_relay *
make(struct store *store)
{
	struct stage_relay *r = calloc(1, sizeof(*r));
	int rc;

	assert(r != NULL);
	config_default(&r->config);
	r->config.post_burst = 1000000;
	r->config.post_rate = 100000;
	stage_relay_ticks(r, 0);
	r->keys.signing = sodium_malloc(crypto_sign_SECRETKEYBYTES);
	assert(r->keys.signing != NULL);
	(void)crypto_sign_keypair(r->keys.key, r->keys.signing);
	r->relay.config = &r->config;
	r->relay.keys = &r->keys;
	r->relay.hour = 1000;
	if (store == NULL)
		store = store_mem_new(&r->config.limits);
	r->store = store;
	rc = commit_start(&r->relay.commit, store, no_wake, NULL);
	assert(rc == 0);
	rc = hub_open(&r->relay.hub, &r->relay);
	assert(rc == 0);
	rc = dispatch_open(&r->dispatch, &r->relay);
	assert(rc == 0);
	return r;
}

struct stage_relay *
stage_relay_new(void)
{
	return make(NULL);
}

struct stage_relay *
stage_relay_on_disk(const char *dir)
{
	struct store_clock clock;
	struct config config;
	struct store *store;
	int rc;

	config_default(&config);
	rc = store_sqlite_open(&store, &clock, dir, &config.limits);
	assert(rc == 0);
	return make(store);
}

static struct stage_relay *
with_keys_of(struct stage_relay *twin, const struct stage_relay *r)
{
	memcpy(twin->keys.key, r->keys.key, sizeof(twin->keys.key));
	memcpy(twin->keys.signing, r->keys.signing,
	    crypto_sign_SECRETKEYBYTES);
	return twin;
}

struct stage_relay *
stage_relay_twin(const struct stage_relay *r)
{
	return with_keys_of(make(NULL), r);
}

struct stage_relay *
stage_relay_copy(struct stage_relay *r)
{
	assert(commit_pending(r->relay.commit) == 0);
	return with_keys_of(make(store_mem_copy(r->store)), r);
}

void
stage_relay_free(struct stage_relay *r)
{
	(void)commit_stop(r->relay.commit);
	dispatch_free(r->dispatch);
	hub_free(r->relay.hub);
	sodium_free(r->keys.signing);
	free(r);
}

const uint8_t *
stage_relay_key(const struct stage_relay *r)
{
	return r->keys.key;
}

static void
settle_store(struct stage_relay *r)
{
	while (commit_pending(r->relay.commit) > 0) {
		commit_collect(r->relay.commit);
		(void)usleep(20);
	}
}

uint64_t
stage_relay_tick_at(const struct stage_relay *r)
{
	uint64_t until = holds_until(hub_holds(r->relay.hub));

	return until != 0 && (r->tick_at == 0 || until < r->tick_at) ? until :
	    r->tick_at;
}

/* As in loop.c: ticks have fixed places in time. */
static void
tick(struct stage_relay *r, uint64_t now_ms)
{
	uint64_t ms = r->config.ok_tick_ms;

	if (!dispatch_ticking(r->dispatch)) {
		r->tick_at = 0;		/* who waited has left */
		return;
	}
	if (ms != 0 && r->tick_at == 0)
		r->tick_at = now_ms - now_ms % ms + ms;
	if (now_ms < r->tick_at)
		return;
	r->tick_at = 0;
	dispatch_tick(r->dispatch, now_ms);
	if (ms != 0 && dispatch_ticking(r->dispatch))
		r->tick_at = now_ms - now_ms % ms + ms;
}

void
stage_relay_settle(struct stage_relay *r, uint64_t now_ms)
{
	int again;

	do {
		settle_store(r);
		again = dispatch_turn(r->dispatch, now_ms);
		holds_turn(hub_holds(r->relay.hub), now_ms);
		tick(r, now_ms);
	} while (again || commit_pending(r->relay.commit) > 0);
}

static void
job_done(struct job *j)
{
	*(int *)j->owner = 1;
}

/* One job, waited for. */
static void
run(struct stage_relay *r, struct job *j)
{
	int done = 0;

	j->done = job_done;
	j->owner = &done;
	commit_submit(r->relay.commit, j);
	while (!done) {
		commit_collect(r->relay.commit);
		(void)usleep(20);
	}
	assert(j->op.rc == 0);
}

void
stage_relay_admit(struct stage_relay *r, const uint8_t code[16],
    uint32_t units)
{
	struct job j = { .op = { .kind = OP_ADMIT } };

	tacit_hash_code(j.op.u.admit.code_hash, code);
	j.op.u.admit.units = units;
	j.op.u.admit.expiry_day = 100000;
	run(r, &j);
}

void
stage_relay_hours(struct stage_relay *r, uint32_t n)
{
	struct job j = { .op = { .kind = OP_SWEEP } };

	r->relay.hour += n;
	j.op.u.sweep.hour = r->relay.hour;
	j.op.u.sweep.max = 1000000;
	run(r, &j);
}

struct stage_count
stage_relay_count(struct stage_relay *r)
{
	struct job j = { .op = { .kind = OP_COUNT } };

	run(r, &j);
	return (struct stage_count){
		.mailboxes = j.op.u.count.mailboxes,
		.envelopes = j.op.u.count.envelopes,
		.invitations = j.op.u.count.invitations,
	};
}

uint64_t
stage_relay_envelopes(struct stage_relay *r)
{
	return stage_relay_count(r).envelopes;
}

struct stage_wire *
stage_wire_open(struct stage_relay *r)
{
	struct stage_wire *w = calloc(1, sizeof(*w));

	assert(w != NULL);
	w->r = r;
	w->c = dispatch_accept(r->dispatch, &io, w, "here", 4);
	assert(w->c != NULL);
	return w;
}

void
stage_wire_close(struct stage_wire *w)
{
	dispatch_closed(w->r->dispatch, w->c);
	free(w);
}

int
stage_wire_input(struct stage_wire *w, const uint8_t *msg, size_t len,
    uint64_t now_ms)
{
	return dispatch_input(w->r->dispatch, w->c, msg, len, 0, 1, now_ms);
}

uint8_t *
stage_wire_output(struct stage_wire *w, size_t *len)
{
	const struct out *o = conn_output(w->c);
	uint8_t *msg;

	if (o == NULL)
		return NULL;
	msg = malloc(o->len);
	assert(msg != NULL);
	memcpy(msg, o->buf + CONN_HEADROOM, o->len);
	*len = o->len;
	conn_written(w->c);
	dispatch_written(w->r->dispatch, w->c);
	return msg;
}
