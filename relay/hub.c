/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "hub.h"

enum { BUCKETS_START = 64 };

/*
 * One mailbox that one connection reads.  Everything up to counter ${after}
 * was written to the connection; ${sent} are those of it that it has not
 * acked.  States:
 *
 *   behind	there may be more in the store: FETCH under way, or waiting
 *		in the connection's queue for one, or for an ack (window full)
 *   live	nothing un-acked lies between ${after} and ${next}: the next
 *		POST that comes back is delivered from its own buffer
 */
struct subscription {
	struct subscription *next_in_bucket;
	struct subscription *next_of_conn, **prev_of_conn;
	struct subscription *next_behind;
	struct conn *conn;		/* NULL: ended, a FETCH is under way */
	uint64_t after, next;
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t live, drained, fetching, queued;
	uint32_t n_sent;
	uint8_t (*sent)[TACIT_ENVELOPE_ID_LEN];	/* NULL while none is */
	struct holding *holding;	/* NULL while none is held */
};

struct hub {
	struct relay *relay;
	struct subscription **bucket;
	struct holds *holds;
	size_t n, n_buckets;
	uint32_t stalled;		/* connections to be tried again */
	uint8_t key[crypto_shorthash_KEYBYTES];
};

struct fetch {
	struct job job;
	struct hub *hub;
	struct subscription *sub;
};

static size_t
place(const struct hub *h, const uint8_t *address, size_t n_buckets)
{
	uint8_t hash[crypto_shorthash_BYTES];
	uint64_t v;

	(void)crypto_shorthash(hash, address, TACIT_ADDRESS_LEN, h->key);
	memcpy(&v, hash, sizeof(v));
	return v & (n_buckets - 1);
}

int
hub_open(struct hub **out, struct relay *r)
{
	struct hub *h = calloc(1, sizeof(*h));

	*out = NULL;
	if (h == NULL)
		return TACIT_E_NOMEM;
	h->relay = r;
	h->n_buckets = BUCKETS_START;
	h->bucket = calloc(h->n_buckets, sizeof(struct subscription *));
	if (h->bucket == NULL || holds_open(&h->holds, r) != 0) {
		free(h->bucket);
		free(h);
		return TACIT_E_NOMEM;
	}
	randombytes_buf(h->key, sizeof(h->key));
	*out = h;
	return 0;
}

void
hub_free(struct hub *h)
{
	if (h == NULL)
		return;
	assert(h->n == 0);
	holds_free(h->holds);
	free(h->bucket);
	free(h);
}

size_t
hub_count(const struct hub *h)
{
	return h->n;
}

static struct subscription *
find(const struct hub *h, const uint8_t *address)
{
	struct subscription *s = h->bucket[place(h, address, h->n_buckets)];

	while (s != NULL &&
	    memcmp(s->address, address, sizeof(s->address)) != 0)
		s = s->next_in_bucket;
	return s;
}

int
hub_is_read(const struct hub *h, const uint8_t address[TACIT_ADDRESS_LEN])
{
	return find(h, address) != NULL;
}

/* Twice the buckets; without memory the chains grow instead. */
static void
widen(struct hub *h)
{
	size_t n = h->n_buckets * 2, i, at;
	struct subscription **wide, *s;

	if (h->n < h->n_buckets ||
	    (wide = calloc(n, sizeof(struct subscription *))) == NULL)
		return;
	for (i = 0; i < h->n_buckets; i++)
		while ((s = h->bucket[i]) != NULL) {
			h->bucket[i] = s->next_in_bucket;
			at = place(h, s->address, n);
			s->next_in_bucket = wide[at];
			wide[at] = s;
		}
	free(h->bucket);
	h->bucket = wide;
	h->n_buckets = n;
}

static void
unqueue(struct subscription *s)
{
	struct conn *c = s->conn;
	struct subscription **p = &c->behind_first, *last = NULL;

	if (!s->queued)
		return;
	for (; *p != s; p = &(*p)->next_behind)
		last = *p;
	*p = s->next_behind;
	if (c->behind_last == s)
		c->behind_last = last;
	s->queued = 0;
}

/* Take ${s} from its connection; a FETCH under way then finds nobody. */
static void
end(struct hub *h, struct subscription *s)
{
	struct subscription **p;

	p = &h->bucket[place(h, s->address, h->n_buckets)];
	while (*p != s)
		p = &(*p)->next_in_bucket;
	*p = s->next_in_bucket;
	h->n--;

	unqueue(s);
	holding_end(&s->holding);
	if ((*s->prev_of_conn = s->next_of_conn) != NULL)
		s->next_of_conn->prev_of_conn = s->prev_of_conn;
	free(s->sent);
	s->sent = NULL;
	if (s->fetching) {
		assert(s->conn != NULL);
		s->conn->fetches--;
		s->conn = NULL;
	} else {
		free(s);
	}
}

static void
push_ended(struct conn *c, const uint8_t *address)
{
	tacit_Frame f = { .which_is = tacit_Frame_ended_tag };

	memcpy(f.is.ended.address, address, TACIT_ADDRESS_LEN);
	conn_push(c, &f, NULL);
}

static void
push_drained(struct subscription *s)
{
	tacit_Frame f = { .which_is = tacit_Frame_drained_tag };

	memcpy(f.is.drained.address, s->address, TACIT_ADDRESS_LEN);
	conn_push(s->conn, &f, NULL);
	s->drained = 1;
}

/* Write one envelope; the caller has made sure that the window is open. */
static void
deliver(struct subscription *s, const uint8_t *envelope, uint8_t kind,
    uint64_t counter, const uint8_t *body)
{
	tacit_Frame f = { .which_is = tacit_Frame_deliver_tag };

	assert(s->n_sent < TACIT_IN_FLIGHT_MAX);
	if (s->sent == NULL)
		s->sent = calloc(TACIT_IN_FLIGHT_MAX, sizeof(s->sent[0]));
	if (s->sent == NULL) {
		conn_fail(s->conn, 1011);
		return;
	}
	memcpy(s->sent[s->n_sent++], envelope, TACIT_ENVELOPE_ID_LEN);
	s->after = counter;

	memcpy(f.is.deliver.address, s->address, TACIT_ADDRESS_LEN);
	memcpy(f.is.deliver.envelope, envelope, TACIT_ENVELOPE_ID_LEN);
	f.is.deliver.kind = (tacit_Kind)kind;
	conn_push(s->conn, &f, body);
}

static void
fall_behind(struct subscription *s)
{
	struct conn *c = s->conn;

	s->live = 0;
	if (s->queued || s->fetching)
		return;
	s->queued = 1;
	s->next_behind = NULL;
	if (c->behind_first == NULL)
		c->behind_first = s;
	else
		c->behind_last->next_behind = s;
	c->behind_last = s;
}

static void
stall(struct hub *h, struct conn *c)
{
	if (!c->stalled)
		h->stalled++;
	c->stalled = 1;
}

static void
unstall(struct hub *h, struct conn *c)
{
	if (c->stalled)
		h->stalled--;
	c->stalled = 0;
}

/* Everything that a FETCH brought, and what follows from its ${more}. */
static void
fetched(struct hub *h, struct subscription *s, const struct op *op)
{
	const struct stored *e;

	if (op->rc != 0) {
		stall(h, s->conn);
		fall_behind(s);
		return;
	}
	for (e = op->u.fetch.first; e != NULL; e = e->next)
		deliver(s, e->envelope, e->kind, e->counter, e->body);
	if (op->u.fetch.more) {
		fall_behind(s);
		return;
	}
	s->live = 1;
	if (!s->drained)
		push_drained(s);
}

static void
fetch_done(struct job *j)
{
	struct fetch *f = j->owner;
	struct subscription *s = f->sub;
	struct conn *c = s->conn;

	s->fetching = 0;
	if (c == NULL) {
		free(s);
	} else {
		c->fetches--;
		fetched(f->hub, s, &j->op);
		hub_pump(f->hub, c);
	}
	op_release(&j->op);
	free(f);
}

static void
fetch(struct hub *h, struct subscription *s)
{
	uint32_t room = TACIT_IN_FLIGHT_MAX - s->n_sent;
	struct fetch *f = calloc(1, sizeof(*f));
	struct op_fetch *op;

	if (f == NULL) {
		stall(h, s->conn);
		fall_behind(s);
		return;
	}
	f->hub = h;
	f->sub = s;
	f->job.owner = f;
	f->job.done = fetch_done;
	f->job.connection = s->conn->id;
	f->job.op.kind = OP_FETCH;
	op = &f->job.op.u.fetch;
	memcpy(op->address, s->address, sizeof(op->address));
	op->after = s->after;
	op->max = room < HUB_FETCH_MAX ? room : HUB_FETCH_MAX;
	op->most = HUB_FETCH_BYTES;

	s->fetching = 1;
	s->conn->fetches++;
	commit_submit(h->relay->commit, &f->job);
}

void
hub_pump(struct hub *h, struct conn *c)
{
	struct subscription *s;

	if (h->relay->stopping || !c->open || c->subscribing > 0 ||
	    c->stalled)
		return;
	while ((s = c->behind_first) != NULL &&
	    c->fetches < HUB_FETCHES_MAX && c->out_bytes < CONN_OUT_HIGH &&
	    !c->stalled) {
		unqueue(s);
		if (s->n_sent < TACIT_IN_FLIGHT_MAX)
			fetch(h, s);	/* else hub_acked() queues it again */
	}
}

int
hub_subscribe(struct hub *h, struct conn *c,
    const uint8_t address[TACIT_ADDRESS_LEN], uint64_t next)
{
	struct subscription *s = calloc(1, sizeof(*s)), *before;
	size_t at;

	if (s == NULL)
		return TACIT_E_NOMEM;
	if ((before = find(h, address)) != NULL) {
		if (before->conn != c)
			push_ended(before->conn, address);
		end(h, before);
	}
	widen(h);
	memcpy(s->address, address, sizeof(s->address));
	s->conn = c;
	s->next = next;

	at = place(h, address, h->n_buckets);
	s->next_in_bucket = h->bucket[at];
	h->bucket[at] = s;
	h->n++;
	if ((s->next_of_conn = c->subs) != NULL)
		c->subs->prev_of_conn = &s->next_of_conn;
	s->prev_of_conn = &c->subs;
	c->subs = s;
	fall_behind(s);
	return 0;
}

/* The place of ${id} among those sent, or n_sent. */
static uint32_t
sent_at(const struct subscription *s, const uint8_t *id)
{
	uint32_t i;

	for (i = 0; i < s->n_sent; i++)
		if (memcmp(s->sent[i], id, TACIT_ENVELOPE_ID_LEN) == 0)
			break;
	return i;
}

int
hub_ack_filter(struct hub *h, const struct conn *c, const tacit_Ack *in,
    struct op_ack *out)
{
	const struct subscription *s = find(h, in->address);
	pb_size_t i;

	if (s == NULL || s->conn != c)
		return TACIT_E_REFUSED;
	memcpy(out->address, in->address, sizeof(out->address));
	out->n = 0;
	for (i = 0; i < in->envelope_count; i++)
		if (sent_at(s, in->envelope[i]) < s->n_sent)
			memcpy(out->envelope[out->n++], in->envelope[i],
			    TACIT_ENVELOPE_ID_LEN);
	return 0;
}

struct holds *
hub_holds(const struct hub *h)
{
	return h->holds;
}

static int
has_room(const struct subscription *s)
{
	return s->n_sent < TACIT_IN_FLIGHT_MAX &&
	    s->conn->out_bytes < CONN_OUT_HIGH;
}

void
hub_hold(struct hub *h, const uint8_t address[TACIT_ADDRESS_LEN],
    struct hold *p, size_t bytes)
{
	struct subscription *s;

	if (h->relay->config->hold_ms == 0 || h->relay->stopping ||
	    (s = find(h, address)) == NULL || !s->live || !has_room(s) ||
	    s->conn->close_code != 0)
		return;
	if (s->n_sent + holding_reserved(s->holding) >= TACIT_IN_FLIGHT_MAX)
		return;
	(void)hold_reserve(h->holds, &s->holding, address, p, bytes);
}

int
hub_posted(struct hub *h, const struct op_post *p)
{
	struct subscription *s = find(h, p->address);
	int delivers;

	if (s == NULL || p->counter < s->next)
		return 0;		/* delivered, or FETCH will */
	delivers = s->live && p->counter == s->next && has_room(s);
	if (delivers) {
		deliver(s, p->envelope, p->kind, p->counter, p->body);
	} else if (s->live) {
		fall_behind(s);
		hub_pump(h, s->conn);
	}
	s->next = p->counter + 1;
	return delivers;
}

void
hub_acked(struct hub *h, const struct conn *c, const struct op_ack *a)
{
	struct subscription *s = find(h, a->address);
	uint32_t i, at;

	if (s == NULL || s->conn != c)
		return;
	for (i = 0; i < a->n; i++) {
		if ((at = sent_at(s, a->envelope[i])) == s->n_sent)
			continue;
		memmove(s->sent[at], s->sent[at + 1],
		    (s->n_sent - at - 1) * sizeof(s->sent[0]));
		s->n_sent--;
	}
	if (s->n_sent == 0) {
		free(s->sent);
		s->sent = NULL;
	}
	holding_acked(s->holding, a);
	if (!s->live) {
		fall_behind(s);
		hub_pump(h, s->conn);
	}
}

void
hub_closed(struct hub *h, const uint8_t address[TACIT_ADDRESS_LEN])
{
	struct subscription *s = find(h, address);

	if (s == NULL)
		return;
	push_ended(s->conn, address);
	end(h, s);
}

void
hub_retry(struct hub *h)
{
	struct subscription *s;
	size_t i;

	holds_retry(h->holds);
	for (i = 0; i < h->n_buckets && h->stalled > 0; i++)
		for (s = h->bucket[i]; s != NULL; s = s->next_in_bucket)
			if (s->conn->stalled) {
				unstall(h, s->conn);
				hub_pump(h, s->conn);
			}
}

void
hub_forget(struct hub *h, struct conn *c)
{
	struct subscription *s;

	while ((s = c->subs) != NULL) {
		end(h, s);
		assert(c->subs != s);
	}
	unstall(h, c);
}
