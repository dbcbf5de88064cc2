/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "rate.h"
#include "request.h"

enum {
	CLOSE_INTERNAL = 1011,
	RETRY_QUOTA_MS = 10000,
	RETRY_UNAVAILABLE_MS = 1000,
	EXPIRY_SPREAD_DAYS = 7		/* 0 to 6 more, at random */
};

struct request *
request_new(struct dispatch *d, struct conn *c, uint32_t id,
    enum op_kind kind, void (*done)(struct job *), size_t body_len)
{
	struct request *r = malloc(sizeof(*r) + body_len);

	if (r == NULL) {
		conn_fail(c, CLOSE_INTERNAL);
		return NULL;
	}
	memset(r, 0, sizeof(*r));
	r->d = d;
	r->conn = c;
	r->id = id;
	r->body_len = body_len;
	r->job.op.kind = kind;
	r->job.done = done;
	r->job.owner = r;
	r->job.connection = c->id;
	conn_begin(c, body_len);
	return r;
}

void
request_submit(struct request *r)
{
	commit_submit(r->d->relay->commit, &r->job);
}

void
request_free(struct request *r)
{
	op_release(&r->job.op);
	conn_end(r->conn, r->body_len);
	free(r);
}

static uint32_t
retry_after_ms(int err)
{
	switch (err) {
	case TACIT_E_QUOTA:
		return RETRY_QUOTA_MS;
	case TACIT_E_UNAVAILABLE:
		return RETRY_UNAVAILABLE_MS;
	default:
		return 0;
	}
}

static void
answer(struct conn *c, uint32_t id, int rc)
{
	if (rc == 0)
		conn_push_ok(c, id);
	else
		conn_push_error(c, id, rc, retry_after_ms(rc));
}

void
request_done(struct job *j)
{
	struct request *r = j->owner;

	answer(r->conn, r->id, j->op.rc);
	request_free(r);
}

static void
done_refused(struct job *j)
{
	struct request *r = j->owner;

	answer(r->conn, r->id, TACIT_E_REFUSED);
	request_free(r);
}

int
request_refuse(struct dispatch *d, struct conn *c, uint32_t id,
    const uint8_t address[TACIT_ADDRESS_LEN])
{
	struct request *r = request_new(d, c, id, OP_SUBSCRIBE, done_refused,
	    0);

	if (r != NULL) {
		memcpy(r->job.op.u.subscribe.address, address,
		    TACIT_ADDRESS_LEN);
		request_submit(r);
	}
	return 0;
}

int
request_verify(struct dispatch *d, const struct conn *c,
    const struct tacit_frame *f, const uint8_t *address, const uint8_t *key,
    const uint8_t *signature, const void *args, size_t args_len)
{
	struct tacit_statement st = { 0 };

	memcpy(st.relay_key, d->relay->keys->key, sizeof(st.relay_key));
	memcpy(st.nonce, c->nonce, sizeof(st.nonce));
	memcpy(st.address, address, sizeof(st.address));
	st.id = f->head.id;
	st.opcode = (uint8_t)f->head.which_is;
	st.args = args;
	st.args_len = args_len;
	d->budget--;
	return auth_verify(&st, key, signature);
}

int
request_ping(struct dispatch *d, struct conn *c, const struct tacit_frame *f)
{
	(void)d;
	conn_push_ok(c, f->head.id);
	return 0;
}

int
request_create(struct dispatch *d, struct conn *c,
    const struct tacit_frame *f)
{
	const tacit_Create *m = &f->head.is.create;
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t args[TACIT_HASH_LEN + TACIT_CODE_LEN];
	struct request *r;
	struct op_create *op;
	int rc;

	tacit_hash_address(address, m->owner);
	memcpy(args, m->token_hash, TACIT_HASH_LEN);
	memcpy(args + TACIT_HASH_LEN, m->code, TACIT_CODE_LEN);
	rc = request_verify(d, c, f, address, m->owner, m->signature, args,
	    sizeof(args));
	sodium_memzero(args, sizeof(args));
	if (rc != 0)
		return request_refuse(d, c, f->head.id, address);

	r = request_new(d, c, f->head.id, OP_CREATE, request_done, 0);
	if (r == NULL)
		return 0;
	op = &r->job.op.u.create;
	memcpy(op->address, address, sizeof(op->address));
	memcpy(op->token_hash, m->token_hash, sizeof(op->token_hash));
	tacit_hash_code(op->code_hash, m->code);
	request_submit(r);
	return 0;
}

/* Have the answer of ${r} sent with the tick. */
static void
answer_post(struct request *r)
{
	struct dispatch *d = r->d;
	struct conn *c = r->conn;
	int rc = r->job.op.rc;
	struct verdict v = { .id = r->id, .code = rc, .due_ms = r->due_ms };

	if (rc == 0)
		v.nearly_full = r->job.op.u.post.nearly_full;
	v.retry_after_ms = rc == TACIT_E_RATE ? r->retry_after_ms :
	    retry_after_ms(rc);
	conn_keep_verdict(c, &v);
	if (c->open && !c->ticking) {
		c->ticking = 1;
		c->next_ticking = d->ticking;
		d->ticking = c;
	}
	request_free(r);
}

static void
done_hold(struct hold *p, int told)
{
	struct request *r = p->owner;

	if (told)
		answer_post(r);
	else
		request_free(r);
}

/* The store has the bytes: without them ${r} waits for its answer. */
static void
begin_hold(struct request *r, int delivered)
{
	struct request *less;

	conn_lighten(r->conn, r->body_len);
	r->body_len = 0;
	if ((less = realloc(r, sizeof(*r))) != NULL)
		r = less;
	r->hold.owner = r;
	r->hold.counter = r->job.op.u.post.counter;
	hold_begin(&r->hold, delivered);
}

static void
done_post(struct job *j)
{
	struct request *r = j->owner;
	const struct op_post *p = &j->op.u.post;
	int delivered = 0;

	if (j->op.rc == 0)
		delivered = hub_posted(r->d->relay->hub, p);
	if (j->op.rc == 0 && p->held) {
		begin_hold(r, delivered);
		return;
	}
	hold_release(&r->hold);
	answer_post(r);
}

/*
 * The tick on which the answer to a POST of now leaves: whether its envelope
 * is held, and acked or not, it is answered by then, and so nobody sees by
 * the time which of it was.  A tick is left for what is written at the end of
 * its window.
 */
static uint64_t
due_ms(const struct config *cf, uint64_t now_ms)
{
	uint64_t tick = cf->ok_tick_ms;

	if (tick == 0 || cf->hold_ms == 0)
		return 0;
	now_ms += cf->hold_ms + tick;
	return now_ms + tick - 1 - (now_ms + tick - 1) % tick;
}

int
request_post(struct dispatch *d, struct conn *c, const struct tacit_frame *f)
{
	const tacit_Post *m = &f->head.is.post;
	const struct config *cf = d->relay->config;
	const struct rate_limit limit = {
		cf->post_rate * 60, cf->post_burst
	};
	struct request *r;
	struct op_post *op;

	r = request_new(d, c, f->head.id, OP_POST, done_post, f->body_len);
	if (r == NULL)
		return 0;
	r->retry_after_ms = rate_take(d->rate, rate_key(d->rate, 'p',
	    c->source, sizeof(c->source), m->address, sizeof(m->address)),
	    &limit, d->now_ms);
	r->job.verdict = r->retry_after_ms != 0 ? TACIT_E_RATE : 0;
	r->job.resume = m->resume;

	op = &r->job.op.u.post;
	memcpy(op->address, m->address, sizeof(op->address));
	tacit_hash_token(op->token_hash, m->token);
	memcpy(op->envelope, m->envelope, sizeof(op->envelope));
	op->kind = (uint8_t)m->kind;
	op->first = m->first;
	op->watched = (uint8_t)hub_is_read(d->relay->hub, m->address);
	op->expiry_day = (uint32_t)(d->relay->hour / 24) + cf->ttl_days +
	    draw_below(&d->draw, EXPIRY_SPREAD_DAYS);
	memcpy(r->body, f->body, f->body_len);
	op->body = r->body;

	r->due_ms = due_ms(cf, d->now_ms);
	r->hold.until_ms = d->now_ms + cf->hold_ms;
	r->hold.answer = done_hold;
	memcpy(r->hold.envelope, m->envelope, sizeof(r->hold.envelope));
	hub_hold(d->relay->hub, m->address, &r->hold, f->body_len);
	op->hold = r->hold.of != NULL;
	request_submit(r);
	return 0;
}

/* Nobody waits for the answer to an ACK before he goes on. */
static void
linger(struct dispatch *d, struct conn *c)
{
	if (!c->open || c->lingering)
		return;
	c->lingering = 1;
	c->next_lingering = d->lingering;
	d->lingering = c;
}

static void
done_ack(struct job *j)
{
	struct request *r = j->owner;

	if (j->op.rc != 0) {
		request_done(j);
		return;
	}
	hub_acked(r->d->relay->hub, r->conn, &j->op.u.ack);
	conn_add_ok(r->conn, r->id);
	linger(r->d, r->conn);
	request_free(r);
}

int
request_ack(struct dispatch *d, struct conn *c, const struct tacit_frame *f)
{
	struct op_ack ids;
	struct request *r;

	if (hub_ack_filter(d->relay->hub, c, &f->head.is.ack, &ids) != 0)
		return request_refuse(d, c, f->head.id,
		    f->head.is.ack.address);
	if (ids.n == 0) {		/* nothing of these is under way */
		conn_push_ok(c, f->head.id);
		return 0;
	}
	r = request_new(d, c, f->head.id, OP_ACK, done_ack, 0);
	if (r == NULL)
		return 0;
	r->job.op.u.ack = ids;
	request_submit(r);
	return 0;
}

static void
done_close(struct job *j)
{
	struct request *r = j->owner;

	if (j->op.rc == 0)
		hub_closed(r->d->relay->hub, j->op.u.close.address);
	request_done(j);
}

int
request_close(struct dispatch *d, struct conn *c, const struct tacit_frame *f)
{
	const tacit_Close *m = &f->head.is.close;
	uint8_t address[TACIT_ADDRESS_LEN];
	struct request *r;
	struct op_close *op;

	tacit_hash_address(address, m->owner);
	if (request_verify(d, c, f, address, m->owner, m->signature,
	    m->pass_hash, sizeof(m->pass_hash)) != 0)
		return request_refuse(d, c, f->head.id, address);
	r = request_new(d, c, f->head.id, OP_CLOSE, done_close, 0);
	if (r == NULL)
		return 0;
	op = &r->job.op.u.close;
	memcpy(op->address, address, sizeof(op->address));
	memcpy(op->pass_hash, m->pass_hash, sizeof(op->pass_hash));
	request_submit(r);
	return 0;
}

int
request_set_token(struct dispatch *d, struct conn *c,
    const struct tacit_frame *f)
{
	const tacit_SetToken *m = &f->head.is.set_token;
	uint8_t address[TACIT_ADDRESS_LEN], args[TACIT_HASH_LEN + 1];
	struct request *r;
	struct op_set_token *op;

	tacit_hash_address(address, m->owner);
	memcpy(args, m->token_hash, TACIT_HASH_LEN);
	args[TACIT_HASH_LEN] = m->keep;
	if (request_verify(d, c, f, address, m->owner, m->signature, args,
	    sizeof(args)) != 0)
		return request_refuse(d, c, f->head.id, address);
	r = request_new(d, c, f->head.id, OP_SET_TOKEN, request_done, 0);
	if (r == NULL)
		return 0;
	op = &r->job.op.u.set_token;
	memcpy(op->address, address, sizeof(op->address));
	memcpy(op->token_hash, m->token_hash, sizeof(op->token_hash));
	op->keep = m->keep;
	request_submit(r);
	return 0;
}

static void
done_anchor(struct job *j)
{
	struct request *r = j->owner;
	tacit_Frame f = { .which_is = tacit_Frame_anchored_tag };

	if (j->op.rc != TACIT_E_CONFLICT) {
		request_done(j);
		return;
	}
	f.is.anchored.id = r->id;
	memcpy(f.is.anchored.value, j->op.u.anchor.value,
	    sizeof(f.is.anchored.value));
	conn_push(r->conn, &f, NULL);
	request_free(r);
}

int
request_anchor(struct dispatch *d, struct conn *c,
    const struct tacit_frame *f)
{
	const tacit_Anchor *m = &f->head.is.anchor;
	uint8_t args[TACIT_HASH_LEN + TACIT_ANCHOR_LEN];
	uint8_t address[TACIT_ADDRESS_LEN];
	struct request *r;
	struct op_anchor *op;

	tacit_hash_address(address, m->owner);
	memcpy(args, m->expected_hash, TACIT_HASH_LEN);
	memcpy(args + TACIT_HASH_LEN, m->next, TACIT_ANCHOR_LEN);
	if (request_verify(d, c, f, address, m->owner, m->signature, args,
	    sizeof(args)) != 0)
		return request_refuse(d, c, f->head.id, address);
	r = request_new(d, c, f->head.id, OP_ANCHOR, done_anchor, 0);
	if (r == NULL)
		return 0;
	op = &r->job.op.u.anchor;
	memcpy(op->address, address, sizeof(op->address));
	memcpy(op->expected, m->expected_hash, sizeof(op->expected));
	memcpy(op->next, m->next, sizeof(op->next));
	request_submit(r);
	return 0;
}
