/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mailboxes, a hub and a store that live together, and an oracle that knows
 * only what was posted and what was acked: every subscriber is given every
 * envelope, in the order of the counter, at most 64 before it acks.  For the
 * two tests of the hub.
 */
#ifndef TESTS_HUB_LIFE_H
#define TESTS_HUB_LIFE_H

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <sodium.h>

#include "hub.h"
#include "random.h"
#include "store_mem.h"
#include "wire.h"

enum { BOXES = 4, CONNS = 3, POSTS = 3000 };

/* What the oracle keeps of an envelope; its id is its place here. */
struct envelope {
	int box;
	int stored, acked;		/* came back from the store */
};

/* What one connection was shown of one mailbox since it subscribed. */
struct view {
	int reading;			/* SUBSCRIBE came back, no ENDED */
	int last;			/* envelope shown last, or -1 */
	int backlog;			/* last one stored when it came back */
	int drained;
	int ends;			/* ENDED frames that must come */
	int window[TACIT_IN_FLIGHT_MAX], n;	/* shown, not acked */
};

struct peer {
	struct conn *conn;
	struct wire wire;
	size_t at;
	struct view view[BOXES];
};

static struct {
	struct config config;
	struct relay relay;
	struct hub *hub;
	sem_t woken;
	struct envelope envelope[POSTS];
	int n;
	struct peer peer[CONNS];
	int owner[BOXES];		/* who reads it, or -1 */
	int live;			/* no POST may lead to a FETCH */
	int untold;			/* POSTs that the hub is not told of */
} t;

static struct random rnd;

static inline uint32_t
chance(uint32_t n)
{
	return (uint32_t)random_below(&rnd, n);
}

static uint8_t body[TACIT_PARCEL_LEN];

struct task {
	struct job job;
	struct peer *peer;
	struct conn *conn;
	int box, number;
};

static inline void
wake(void *arg)
{
	(void)sem_post(arg);
}

static inline void
address_of(uint8_t *a, int box)
{
	memset(a, 'a' + box, TACIT_ADDRESS_LEN);
}

static inline struct task *
task(enum op_kind kind, void (*done)(struct job *), int box)
{
	struct task *k = calloc(1, sizeof(*k));

	assert_non_null(k);
	k->job.op.kind = kind;
	k->job.done = done;
	k->job.owner = k;
	k->box = box;
	return k;
}

static inline void
submit(struct task *k)
{
	commit_submit(t.relay.commit, &k->job);
}

/* ---- what the connections are sent ---- */

static inline void
see_deliver(struct view *v, int box, const tacit_Deliver *d)
{
	int i, number;

	memcpy(&number, d->envelope, sizeof(number));
	assert_true(v->reading);
	assert_int_equal(t.envelope[number].box, box);
	assert_true(t.envelope[number].stored);
	assert_true(number > v->last);
	for (i = v->last + 1; i < number; i++)
		if (t.envelope[i].box == box && t.envelope[i].stored &&
		    !t.envelope[i].acked)
			fail_msg("%d shown before %d", number, i);
	assert_true(v->n < TACIT_IN_FLIGHT_MAX);
	v->window[v->n++] = number;
	v->last = number;
}

/* DRAINED: nothing that waited at the subscription is still to come. */
static inline void
see_drained(struct view *v, int box)
{
	int i;

	assert_true(v->reading);
	assert_int_equal(v->drained, 0);
	v->drained = 1;
	for (i = v->last + 1; i <= v->backlog; i++)
		if (t.envelope[i].box == box && t.envelope[i].stored)
			assert_true(t.envelope[i].acked);
}

static inline void
see(struct peer *p)
{
	struct tacit_frame f;
	int box;

	if (p->conn == NULL)
		return;
	while (wire_next(p->conn, &p->at, &f)) {
		switch (f.head.which_is) {
		case tacit_Frame_deliver_tag:
			box = f.head.is.deliver.address[0] - 'a';
			see_deliver(&p->view[box], box, &f.head.is.deliver);
			break;
		case tacit_Frame_drained_tag:
			box = f.head.is.drained.address[0] - 'a';
			see_drained(&p->view[box], box);
			break;
		case tacit_Frame_ended_tag:
			box = f.head.is.ended.address[0] - 'a';
			assert_true(p->view[box].ends > 0);
			p->view[box].ends--;
			break;
		default:
			fail_msg("frame %d", f.head.which_is);
		}
	}
	hub_pump(t.hub, p->conn);
}

/* ---- jobs ---- */

static inline void
done_post(struct job *j)
{
	struct task *k = j->owner;

	if (j->op.rc == 0) {
		t.envelope[k->number].stored = 1;
		if (t.untold > 0)
			t.untold--;
		else
			hub_posted(t.hub, &j->op.u.post);
		if (t.live)
			assert_int_equal(commit_pending(t.relay.commit), 0);
	} else {
		assert_int_equal(j->op.rc, TACIT_E_QUOTA);
	}
	free(k);
}

static inline void
do_post(int box, int kind)
{
	struct task *k;

	if (t.n == POSTS)
		return;
	k = task(OP_POST, done_post, box);
	k->number = t.n++;
	t.envelope[k->number] = (struct envelope){ .box = box };
	address_of(k->job.op.u.post.address, box);
	memcpy(k->job.op.u.post.envelope, &k->number, sizeof(k->number));
	k->job.op.u.post.kind = (uint8_t)kind;
	k->job.op.u.post.body = body;
	k->job.resume = 1;		/* a full mailbox latches nothing */
	submit(k);
}

/* Shown frames are looked at before what they were shown under changes. */
static inline void
see_all(void)
{
	int i;

	for (i = 0; i < CONNS; i++)
		see(&t.peer[i]);
}

static inline void
done_subscribe(struct job *j)
{
	struct task *k = j->owner;
	struct conn *c = k->conn;
	struct peer *p = k->peer, *before;
	struct view *v;

	assert_int_equal(j->op.rc, 0);
	if (c->open) {
		see_all();
		if (t.owner[k->box] >= 0) {
			before = &t.peer[t.owner[k->box]];
			before->view[k->box].reading = 0;
			before->view[k->box].ends += before != p;
		}
		assert_int_equal(hub_subscribe(t.hub, c,
		    j->op.u.subscribe.address, j->op.u.subscribe.next), 0);
		see_all();
		t.owner[k->box] = (int)(p - t.peer);
		v = &p->view[k->box];
		v->reading = 1;
		v->last = -1;
		v->n = v->drained = 0;
		v->backlog = t.n - 1;
		while (v->backlog >= 0 && !t.envelope[v->backlog].stored)
			v->backlog--;
		hub_pump(t.hub, c);
	}
	conn_unref(c);
	free(k);
}

static inline void
do_subscribe(struct peer *p, int box)
{
	struct task *k = task(OP_SUBSCRIBE, done_subscribe, box);

	k->peer = p;
	k->conn = p->conn;
	conn_ref(p->conn);
	address_of(k->job.op.u.subscribe.address, box);
	submit(k);
}

static inline void
done_ack(struct job *j)
{
	struct task *k = j->owner;
	const struct op_ack *a = &j->op.u.ack;
	struct view *v;
	uint32_t i;
	int number, at;

	see_all();
	for (i = 0; i < a->n; i++) {
		memcpy(&number, a->envelope[i], sizeof(number));
		t.envelope[number].acked = 1;
		if (t.owner[k->box] != (int)(k->peer - t.peer) ||
		    k->peer->conn != k->conn)
			continue;
		v = &k->peer->view[k->box];
		for (at = 0; at < v->n && v->window[at] != number; at++)
			;
		if (at < v->n)
			v->window[at] = v->window[--v->n];
	}
	hub_acked(t.hub, k->conn, a);
	conn_unref(k->conn);
	free(k);
}

/* Ack some of what was shown, with an id that was not. */
static inline void
do_ack(struct peer *p, int box, uint32_t percent)
{
	struct view *v = &p->view[box];
	struct task *k = task(OP_ACK, done_ack, box);
	tacit_Ack m = { 0 };
	int i;

	address_of(m.address, box);
	for (i = 0; i < v->n && m.envelope_count < TACIT_ACK_MAX - 1; i++)
		if (chance(100) < percent)
			memcpy(m.envelope[m.envelope_count++], &v->window[i],
			    sizeof(v->window[i]));
	memset(m.envelope[m.envelope_count++], 0xee, 16);
	i = hub_ack_filter(t.hub, p->conn, &m, &k->job.op.u.ack);
	assert_int_equal(i, v->reading ? 0 : TACIT_E_REFUSED);
	if (i != 0) {
		free(k);
		return;
	}
	assert_int_equal(k->job.op.u.ack.n, m.envelope_count - 1);
	k->peer = p;
	k->conn = p->conn;
	conn_ref(p->conn);
	submit(k);
}

static inline void
connect_peer(struct peer *p)
{
	static uint64_t id;

	memset(p, 0, sizeof(*p));
	p->conn = conn_new(++id, &wire_io, &p->wire);
}

static inline void
drop_peer(struct peer *p)
{
	int box;

	see(p);
	for (box = 0; box < BOXES; box++)
		if (t.owner[box] == (int)(p - t.peer))
			t.owner[box] = -1;
	hub_forget(t.hub, p->conn);
	conn_close(p->conn);
	conn_unref(p->conn);
	connect_peer(p);
}

/* ---- one run ---- */

static inline void
collect(int all)
{
	do {
		if (all && commit_pending(t.relay.commit) > 0)
			(void)sem_wait(&t.woken);
		commit_collect(t.relay.commit);
	} while (all && commit_pending(t.relay.commit) > 0);
}

static inline void
plain_done(struct job *j)
{
	assert_int_equal(j->op.rc, 0);
	free(j->owner);
}

static inline void
start(void)
{
	struct store_limits limits = { 512, 64, 496, 56 };
	struct task *k;
	int i;

	memset(&t, 0, sizeof(t));
	t.config.limits = limits;
	t.relay.config = &t.config;
	(void)sem_init(&t.woken, 0, 0);
	assert_int_equal(commit_start(&t.relay.commit,
	    store_mem_new(&limits), wake, &t.woken), 0);
	assert_int_equal(hub_open(&t.hub, &t.relay), 0);
	k = task(OP_ADMIT, plain_done, 0);
	k->job.op.u.admit.units = 100;
	k->job.op.u.admit.expiry_day = 99;
	submit(k);
	for (i = 0; i < BOXES; i++) {
		k = task(OP_CREATE, plain_done, i);
		address_of(k->job.op.u.create.address, i);
		submit(k);
		t.owner[i] = -1;
	}
	collect(1);
	for (i = 0; i < CONNS; i++)
		connect_peer(&t.peer[i]);
}

static inline void
finish(void)
{
	int i;

	t.relay.stopping = 1;
	assert_int_equal(commit_stop(t.relay.commit), 0);
	for (i = 0; i < CONNS; i++) {
		hub_forget(t.hub, t.peer[i].conn);
		conn_unref(t.peer[i].conn);
	}
	hub_free(t.hub);
}

/* Somebody reads every mailbox and acks: in the end nothing is left. */
static inline void
drain(void)
{
	struct view *v;
	int i, box, left;

	for (box = 0; box < BOXES; box++)
		do_subscribe(&t.peer[0], box);
	do {
		collect(1);
		see_all();
		for (box = 0; box < BOXES; box++)
			if (t.peer[0].view[box].n > 0)
				do_ack(&t.peer[0], box, 100);
		for (left = i = 0; i < t.n; i++)
			left += t.envelope[i].stored && !t.envelope[i].acked;
		if (commit_pending(t.relay.commit) == 0)
			break;
	} while (left > 0);
	collect(1);
	see_all();
	for (i = 0; i < t.n; i++)
		if (t.envelope[i].stored && !t.envelope[i].acked)
			fail_msg("%d was never shown", i);
	for (box = 0; box < BOXES; box++) {
		v = &t.peer[0].view[box];
		assert_int_equal(v->drained, 1);
		for (i = 0; i < CONNS; i++)
			assert_int_equal(t.peer[i].view[box].ends, 0);
	}
}

#endif
