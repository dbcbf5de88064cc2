/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own protocol (proto/PROTOCOL.md), against a relay of its own.  Requests
 * and answers on a connection that runs; ours_setup.c has the rest.
 */
#include <string.h>

#include "ours.h"
#include "fail.h"

/* splitmix64: names are random to the relay, and never the same twice. */
static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static void
envelope_id(const struct ours *t, uint64_t tag,
    uint8_t id[TACIT_ENVELOPE_ID_LEN])
{
	const uint64_t v[2] = { mix(t->seed ^ mix(tag)),
	    mix(t->seed + tag) };

	memcpy(id, v, sizeof(v));
}

uint32_t
ours_request(struct wire *w, tacit_Frame *f, const uint8_t *body)
{
	struct ours_conn *c = w->own;
	size_t len, cap = 2 + TACIT_HEADER_MAX + tacit_frame_body_len(f);

	f->id = ++c->last_id;
	len = tacit_frame_write(wire_room(w, cap), cap, f, body);
	if (len == 0)
		fail("a frame cannot be written");
	wire_put(w, len);
	return f->id;
}

void
ours_sign(const struct wire *w, uint8_t sig[TACIT_SIGNATURE_LEN],
    const struct ours_box *box, uint32_t id, int tag, const void *args,
    size_t args_len)
{
	const struct ours_conn *c = w->own;
	struct tacit_statement st = { .id = id, .opcode = (uint8_t)tag,
	    .args = args, .args_len = args_len };
	uint8_t hash[TACIT_HASH_LEN];

	memcpy(st.relay_key, c->relay_key, sizeof(st.relay_key));
	memcpy(st.nonce, c->nonce, sizeof(st.nonce));
	memcpy(st.address, box->address, sizeof(st.address));
	tacit_hash_statement(hash, &st);
	(void)crypto_sign_detached(sig, NULL, hash, sizeof(hash), box->sk);
}

void
ours_subscribe(struct wire *w, const struct ours_box *boxes, uint32_t n)
{
	static const size_t entry = TACIT_SUBSCRIBE_ENTRY_LEN;
	struct ours_conn *c = w->own;
	tacit_Frame f = tacit_Frame_init_zero;
	uint8_t *body = malloc(n * entry), *at = body;
	uint32_t i;

	if (body == NULL)
		fail("no memory");
	f.which_is = tacit_Frame_subscribe_tag;
	f.is.subscribe.count = n;
	for (i = 0; i < n; i++, at += entry) {
		memcpy(at, boxes[i].pk, TACIT_KEY_LEN);
		ours_sign(w, at + TACIT_KEY_LEN, &boxes[i], c->last_id + 1,
		    tacit_Frame_subscribe_tag, NULL, 0);
	}
	(void)ours_request(w, &f, body);
	free(body);
}

void
ours_start(void *d, struct wire *w)
{
	const struct ours *t = d;

	ours_subscribe(w, &t->boxes[w->index], 1);
}

void
ours_post(void *d, struct wire *w, uint32_t recipient, uint64_t tag,
    const uint8_t *body)
{
	const struct ours *t = d;
	const struct ours_box *box = &t->boxes[recipient];
	struct ours_conn *c = w->own;
	tacit_Frame f = tacit_Frame_init_zero;
	tacit_Post *p = &f.is.post;
	uint32_t id;

	f.which_is = tacit_Frame_post_tag;
	memcpy(p->address, box->address, sizeof(p->address));
	memcpy(p->token, box->token, sizeof(p->token));
	envelope_id(t, tag, p->envelope);
	p->kind = tacit_Kind_KIND_LETTER;
	id = ours_request(w, &f, body);
	c->tags[id % OURS_TAGS] = tag;
}

/* ---- what comes ---------------------------------------------------------- */

/* OKs of a message are given out one by one. */
static int
next_ok(struct ours_conn *c, struct event *e)
{
	if (c->ok_at == c->ok.id_count)
		return 0;
	e->kind = EVENT_ACKED;
	e->tag = c->tags[c->ok.id[c->ok_at++] % OURS_TAGS];
	return 1;
}

static int
delivered(struct ours_conn *c, const struct tacit_frame *f, struct event *e)
{
	const tacit_Deliver *d = &f->head.is.deliver;

	memcpy(c->name, d->envelope, sizeof(c->name));
	memcpy(c->name_address, d->address, sizeof(c->name_address));
	e->kind = EVENT_DELIVERED;
	e->body = f->body;
	e->body_len = f->body_len;
	e->name = c->name;
	e->name_len = sizeof(c->name);
	return 1;
}

/* Whether the frame is an event; the others are noted or refused. */
static int
take(struct wire *w, const struct tacit_frame *f, struct event *e)
{
	struct ours_conn *c = w->own;
	size_t i;

	switch (f->head.which_is) {
	case tacit_Frame_ok_tag:
		c->answered += f->head.is.ok.id_count;
		if (w->recipient)
			return 0;
		c->ok = f->head.is.ok;
		c->ok_at = 0;
		return next_ok(c, e);
	case tacit_Frame_deliver_tag:
		return delivered(c, f, e);
	case tacit_Frame_subscribed_tag:
		for (i = 0; i < f->body_len; i++)
			if (f->body[i] != 0)
				fail("a subscription was refused");
		c->answered++;
		e->kind = EVENT_STARTED;
		return 1;
	case tacit_Frame_drained_tag:
		c->drained++;
		return 0;
	case tacit_Frame_error_tag:
		fail("the relay answered ERROR %u",
		    (unsigned)f->head.is.error.code);
	default:
		fail("the relay sent frame %u", (unsigned)f->head.which_is);
	}
}

/* A frame is whole if its header is, and the body that this announces. */
static int
whole(const uint8_t *p, size_t len)
{
	size_t head;

	if (len < 2)
		return 0;
	head = (size_t)p[0] << 8 | p[1];
	return len >= 2 + head;
}

int
ours_input(void *d, struct wire *w, struct event *e)
{
	struct ours_conn *c = w->own;
	struct tacit_frame f;
	const uint8_t *p;
	size_t len, used;

	(void)d;
	if (next_ok(c, e))
		return 1;
	for (;;) {
		p = wire_bytes(w, &len);
		if (!whole(p, len))
			return 0;
		if (tacit_frame_parse(&f, &used, p, len) != 0) {
			/* Cut short, as every frame is that is under way. */
			if (len < TACIT_MESSAGE_MAX)
				return 0;
			fail("the relay sends what is no frame");
		}
		wire_take(w, used);
		if (take(w, &f, e))
			return 1;
	}
}

/* ---- acknowledging ------------------------------------------------------- */

void
ours_flush(void *d, struct wire *w)
{
	struct ours_conn *c = w->own;

	(void)d;
	if (c->ack.is.ack.envelope_count == 0)
		return;
	(void)ours_request(w, &c->ack, NULL);
	c->ack.is.ack.envelope_count = 0;
}

void
ours_ack(void *d, struct wire *w, const struct event *e)
{
	struct ours_conn *c = w->own;
	tacit_Ack *a = &c->ack.is.ack;

	/* One ACK is about one mailbox. */
	if (a->envelope_count > 0 && memcmp(a->address, c->name_address,
	    sizeof(a->address)) != 0)
		ours_flush(d, w);
	c->ack.which_is = tacit_Frame_ack_tag;
	memcpy(a->address, c->name_address, sizeof(a->address));
	memcpy(a->envelope[a->envelope_count++], e->name,
	    TACIT_ENVELOPE_ID_LEN);
	if (a->envelope_count == TACIT_ACK_MAX)
		ours_flush(d, w);
}

const struct driver drive_tacit = {
	.name = "tacit",
	.title = "Tacit, wss",
	.durable = "on disk, after the fsync of the transaction that holds it",
	.setup = ours_setup,
	.teardown = ours_teardown,
	.server = ours_server,
	.describe = ours_describe,
	.restart = ours_restart,
	.open = ours_open,
	.start = ours_start,
	.post = ours_post,
	.input = ours_input,
	.ack = ours_ack,
	.flush = ours_flush,
	.close = ours_close,
	.idle = ours_idle,
	.subscribe = ours_subscribe_all,
};
