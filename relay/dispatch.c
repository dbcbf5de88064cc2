/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "dispatch.h"
#include "rate.h"
#include "request.h"

enum {
	RATE_BUCKETS = 65536,
	CLOSE_POLICY = 1008,
	CLOSE_TOO_BIG = 1009,
	CLOSE_INTERNAL = 1011
};

int
dispatch_open(struct dispatch **out, struct relay *r)
{
	struct dispatch *d = calloc(1, sizeof(*d));
	int rc;

	*out = NULL;
	if (d == NULL)
		return TACIT_E_NOMEM;
	if ((rc = rate_open(&d->rate, RATE_BUCKETS)) != 0) {
		free(d);
		return rc;
	}
	d->relay = r;
	d->budget = TACIT_VERIFY_PER_TURN;
	*out = d;
	return 0;
}

void
dispatch_free(struct dispatch *d)
{
	if (d == NULL)
		return;
	rate_free(d->rate);
	free(d);
}

static void
push_welcome(const struct dispatch *d, struct conn *c)
{
	const struct config *cf = d->relay->config;
	const struct keys *k = d->relay->keys;
	tacit_Frame f = { .which_is = tacit_Frame_welcome_tag };
	tacit_Welcome *w = &f.is.welcome;

	w->version = TACIT_PROTOCOL_VERSION;
	memcpy(w->nonce, c->nonce, sizeof(w->nonce));
	memcpy(w->relay_key, k->key, sizeof(w->relay_key));
	memcpy(w->next_pin, k->next_pin, sizeof(w->next_pin));
	w->letters = cf->limits.letters;
	w->parcels = cf->limits.parcels;
	w->in_flight = TACIT_IN_FLIGHT_MAX;
	w->ttl_days = cf->ttl_days;
	auth_welcome(w->signature, c->nonce, k->next_pin, k->signing);
	conn_push(c, &f, NULL);
}

struct conn *
dispatch_accept(struct dispatch *d, const struct conn_io *io, void *wire,
    const void *ip, size_t ip_len)
{
	struct conn *c = conn_new(++d->connections, io, wire);

	if (c == NULL)
		return NULL;
	if ((c->next = d->all) != NULL)
		d->all->prev = &c->next;
	c->prev = &d->all;
	d->all = c;
	rate_source(d->rate, c->source, ip, ip_len);
	push_welcome(d, c);
	return c;
}

static void
unwait(struct dispatch *d, const struct conn *c)
{
	struct conn **p = &d->waiting, *last = NULL;

	for (; *p != NULL && *p != c; p = &(*p)->next_waiting)
		last = *p;
	if (*p == NULL)
		return;
	*p = c->next_waiting;
	if (d->waiting_last == c)
		d->waiting_last = last;
}

static void
untick(struct dispatch *d, const struct conn *c)
{
	struct conn **p = &d->ticking;

	while (*p != NULL && *p != c)
		p = &(*p)->next_ticking;
	if (*p != NULL)
		*p = c->next_ticking;
}

static void
unlinger(struct dispatch *d, const struct conn *c)
{
	struct conn **p = &d->lingering;

	while (*p != NULL && *p != c)
		p = &(*p)->next_lingering;
	if (*p != NULL)
		*p = c->next_lingering;
}

void
dispatch_closed(struct dispatch *d, struct conn *c)
{
	if ((*c->prev = c->next) != NULL)
		c->next->prev = c->prev;
	unwait(d, c);
	untick(d, c);
	unlinger(d, c);
	hub_forget(d->relay->hub, c);
	subscribing_abandon(c);
	if (!d->relay->stopping)
		commit_forget(d->relay->commit, c->id);
	conn_close(c);
	conn_unref(c);
}

static const struct rule {
	int (*act)(struct dispatch *, struct conn *,
	    const struct tacit_frame *);
	uint8_t verifies;		/* costs one signature of the turn */
} rules[] = {
	[tacit_Frame_create_tag] =		{ request_create, 1 },
	[tacit_Frame_subscribe_tag] =		{ request_subscribe, 0 },
	[tacit_Frame_post_tag] =		{ request_post, 0 },
	[tacit_Frame_ack_tag] =			{ request_ack, 0 },
	[tacit_Frame_close_tag] =		{ request_close, 1 },
	[tacit_Frame_set_token_tag] =		{ request_set_token, 1 },
	[tacit_Frame_recall_tag] =		{ request_recall, 0 },
	[tacit_Frame_anchor_tag] =		{ request_anchor, 1 },
	[tacit_Frame_split_tag] =		{ request_split, 0 },
	[tacit_Frame_put_invitation_tag] =	{ request_put, 0 },
	[tacit_Frame_get_invitation_tag] =	{ request_get, 1 },
	[tacit_Frame_revoke_invitation_tag] =	{ request_revoke, 1 },
	[tacit_Frame_ping_tag] =		{ request_ping, 0 },
};

/* Errors:  TACIT_E_WAIT: not now; come again with the same frame. */
static int
handle(struct dispatch *d, struct conn *c, const struct tacit_frame *f)
{
	const struct rule *r = &rules[f->head.which_is];

	if (r->verifies && d->budget == 0)
		return TACIT_E_WAIT;
	return r->act(d, c, f);
}

static void
wait_turn(struct dispatch *d, struct conn *c)
{
	c->waiting = 1;
	c->next_waiting = NULL;
	if (d->waiting == NULL)
		d->waiting = c;
	else
		d->waiting_last->next_waiting = c;
	d->waiting_last = c;
}

/* Nothing that can be read: say so, and part after too many of it. */
static void
complain(struct conn *c, uint32_t id, int rc)
{
	if (rc != TACIT_E_FRAME) {
		conn_fail(c, CLOSE_INTERNAL);
		return;
	}
	conn_push_error(c, id, rc, 0);
	if (c->malformed >= CONN_MALFORMED_MAX)
		conn_fail(c, CLOSE_POLICY);
}

/* Work off what ${c} sent as far as this turn allows. */
static void
work(struct dispatch *d, struct conn *c)
{
	struct tacit_frame f;
	int rc;

	while ((rc = conn_next(c, &f)) != 0) {
		if (rc < 0) {
			complain(c, f.head.id, rc);
		} else if (handle(d, c, &f) == TACIT_E_WAIT) {
			wait_turn(d, c);
			break;
		} else {
			conn_taken(c);
		}
	}
	sodium_memzero(&f, sizeof(f));	/* tokens, codes */
	conn_settle(c);
}

int
dispatch_input(struct dispatch *d, struct conn *c, const uint8_t *data,
    size_t len, size_t left, int final, uint64_t now_ms)
{
	d->now_ms = now_ms;
	if (d->relay->stopping || c->close_code != 0)
		return 0;
	switch (conn_input(c, data, len, left, final)) {
	case 0:
		break;
	case TACIT_E_LIMIT:
		return CLOSE_TOO_BIG;
	case TACIT_E_STATE:
		return CLOSE_POLICY;
	default:
		return CLOSE_INTERNAL;
	}
	/* One that waits for its turn is in the list for it already. */
	if (c->in_complete && !c->waiting)
		work(d, c);
	return 0;
}

int
dispatch_turn(struct dispatch *d, uint64_t now_ms)
{
	struct conn *c;

	d->now_ms = now_ms;
	d->budget = TACIT_VERIFY_PER_TURN;
	while ((c = d->waiting) != NULL && d->budget > 0 &&
	    !d->relay->stopping) {
		d->waiting = c->next_waiting;
		c->waiting = 0;
		work(d, c);
	}
	return d->waiting != NULL && !d->relay->stopping;
}

void
dispatch_written(struct dispatch *d, struct conn *c)
{
	conn_settle(c);
	hub_pump(d->relay->hub, c);
}

void
dispatch_fail_all(struct dispatch *d, uint16_t code)
{
	struct conn *c;

	for (c = d->all; c != NULL; c = c->next)
		conn_fail(c, code);
}

int
dispatch_ticking(const struct dispatch *d)
{
	return d->ticking != NULL;
}

void
dispatch_tick(struct dispatch *d, uint64_t now_ms)
{
	struct conn **p = &d->ticking, *c;

	while ((c = *p) != NULL) {
		if (conn_push_verdicts(c, now_ms)) {
			p = &c->next_ticking;
			continue;
		}
		*p = c->next_ticking;
		c->ticking = 0;
	}
}

int
dispatch_lingering(const struct dispatch *d)
{
	return d->lingering != NULL;
}

void
dispatch_leave(struct dispatch *d)
{
	struct conn *c;

	while ((c = d->lingering) != NULL) {
		d->lingering = c->next_lingering;
		c->lingering = 0;
		conn_ask(c);
	}
}
