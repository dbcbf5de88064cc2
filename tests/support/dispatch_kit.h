/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dispatcher with the memory twin as store and clients without a socket:
 * requests go in as bytes, answers come out as frames.
 */
#ifndef TESTS_DISPATCH_KIT_H
#define TESTS_DISPATCH_KIT_H

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <sodium.h>

#include "dispatch.h"
#include "store_mem.h"
#include "wire.h"

struct owner {
	uint8_t pk[32], sk[64], address[32], token[32];
};

static struct {
	struct config config;
	struct keys keys;
	struct relay relay;
	struct dispatch *dispatch;
	struct store *store;		/* commit.c's; its ops may be changed */
	sem_t woken;
	uint64_t now_ms;
	uint8_t secret[64];
} t;

static const uint8_t code[TACIT_CODE_LEN] = "a code of 16 by";

struct client {
	struct wire wire;
	struct conn *conn;
	size_t at;
	uint32_t id;			/* of the last request */
};

static inline void
wake(void *arg)
{
	(void)sem_post(arg);
}

static inline void
collect(void)
{
	while (commit_pending(t.relay.commit) > 0) {
		(void)sem_wait(&t.woken);
		commit_collect(t.relay.commit);
	}
}

static inline void
admitted(struct job *j)
{
	assert_int_equal(j->op.rc, 0);
	free(j);
}

static inline void
start(void)
{
	struct job *j = calloc(1, sizeof(*j));

	assert_non_null(j);
	memset(&t, 0, sizeof(t));
	t.config.limits = (struct store_limits){ 512, 64, 496, 56 };
	t.config.ttl_days = 30;
	t.config.post_rate = 2;
	t.config.post_burst = 600;
	t.config.invitation_rate = TACIT_GET_PER_MINUTE;
	crypto_sign_keypair(t.keys.key, t.secret);
	t.keys.signing = t.secret;
	t.relay.config = &t.config;
	t.relay.keys = &t.keys;
	t.now_ms = 1000;
	(void)sem_init(&t.woken, 0, 0);
	t.store = store_mem_new(&t.config.limits);
	assert_int_equal(commit_start(&t.relay.commit, t.store, wake,
	    &t.woken), 0);
	assert_int_equal(hub_open(&t.relay.hub, &t.relay), 0);
	assert_int_equal(dispatch_open(&t.dispatch, &t.relay), 0);

	j->op.kind = OP_ADMIT;
	j->done = admitted;
	tacit_hash_code(j->op.u.admit.code_hash, code);
	j->op.u.admit.units = 2000;
	j->op.u.admit.expiry_day = 99;
	commit_submit(t.relay.commit, j);
	collect();
}

static inline void
finish(void)
{
	t.relay.stopping = 1;
	assert_int_equal(commit_stop(t.relay.commit), 0);
	dispatch_free(t.dispatch);
	hub_free(t.relay.hub);
}

/* The next frame for ${c}, which must be of kind ${tag}. */
static inline const struct tacit_frame *
expect(struct client *c, pb_size_t tag)
{
	static struct tacit_frame f;

	if (!wire_next(c->conn, &c->at, &f))
		fail_msg("nothing came, not frame %d", tag);
	if (f.head.which_is != tag)
		fail_msg("frame %d, not %d (error %d)", f.head.which_is, tag,
		    -(int)f.head.is.error.code);
	return &f;
}

static inline void
expect_nothing(struct client *c)
{
	struct tacit_frame f;

	if (wire_next(c->conn, &c->at, &f))
		fail_msg("frame %d came", f.head.which_is);
}

static inline void
expect_ok(struct client *c)
{
	const struct tacit_frame *f = expect(c, tacit_Frame_ok_tag);

	assert_int_equal(f->head.is.ok.id_count, 1);
	assert_int_equal(f->head.is.ok.id[0], c->id);
}

static inline uint32_t
expect_error(struct client *c, int err)
{
	const struct tacit_frame *f = expect(c, tacit_Frame_error_tag);

	assert_int_equal(f->head.is.error.id, c->id);
	assert_int_equal(-(int)f->head.is.error.code, err);
	return f->head.is.error.retry_after_ms;
}

static inline void
client_open(struct client *c)
{
	memset(c, 0, sizeof(*c));
	c->conn = dispatch_accept(t.dispatch, &wire_io, &c->wire, "\1\2\3\4",
	    4);
	assert_non_null(c->conn);
	(void)expect(c, tacit_Frame_welcome_tag);
}

static inline void
client_close(struct client *c)
{
	dispatch_closed(t.dispatch, c->conn);
}

/* One frame as one message. */
static inline int
request(struct client *c, tacit_Frame *f, const uint8_t *body)
{
	static uint8_t buf[TACIT_MESSAGE_MAX];
	size_t len;

	f->id = c->id;
	len = tacit_frame_write(buf, sizeof(buf), f, body);
	assert_true(len > 0);
	return dispatch_input(t.dispatch, c->conn, buf, len, 0, 1, t.now_ms);
}

static inline void
sign(const struct client *c, const struct owner *o, pb_size_t tag,
    const void *args, size_t args_len, uint8_t *signature)
{
	struct tacit_statement st = { .id = c->id, .opcode = (uint8_t)tag,
	    .args = args, .args_len = args_len };
	uint8_t hash[TACIT_HASH_LEN];

	memcpy(st.relay_key, t.keys.key, sizeof(st.relay_key));
	memcpy(st.nonce, c->conn->nonce, sizeof(st.nonce));
	memcpy(st.address, o->address, sizeof(st.address));
	tacit_hash_statement(hash, &st);
	crypto_sign_detached(signature, NULL, hash, sizeof(hash), o->sk);
}

static inline void
owner_make(struct owner *o)
{
	crypto_sign_keypair(o->pk, o->sk);
	tacit_hash_address(o->address, o->pk);
	randombytes_buf(o->token, sizeof(o->token));
}

static inline void
do_create(struct client *c, const struct owner *o, int good)
{
	tacit_Frame f = { .which_is = tacit_Frame_create_tag };
	tacit_Create *m = &f.is.create;
	uint8_t args[TACIT_HASH_LEN + TACIT_CODE_LEN];

	c->id++;
	memcpy(m->owner, o->pk, 32);
	tacit_hash_token(m->token_hash, o->token);
	memcpy(m->code, code, sizeof(code));
	memcpy(args, m->token_hash, 32);
	memcpy(args + 32, m->code, sizeof(m->code));
	sign(c, o, tacit_Frame_create_tag, args, sizeof(args), m->signature);
	m->signature[5] ^= good == 0;
	assert_int_equal(request(c, &f, NULL), 0);
}

static inline void
do_close(struct client *c, const struct owner *o, int good)
{
	tacit_Frame f = { .which_is = tacit_Frame_close_tag };

	c->id++;
	memcpy(f.is.close.owner, o->pk, 32);
	sign(c, o, tacit_Frame_close_tag, f.is.close.pass_hash, 32,
	    f.is.close.signature);
	f.is.close.signature[5] ^= good == 0;
	assert_int_equal(request(c, &f, NULL), 0);
}

/* SUBSCRIBE to ${o[0..n-1]}; entry ${bad} has a wrong signature. */
static inline void
do_subscribe(struct client *c, const struct owner *o, uint32_t n,
    uint32_t bad)
{
	static uint8_t body[TACIT_SUBSCRIBE_MAX * TACIT_SUBSCRIBE_ENTRY_LEN];
	tacit_Frame f = { .which_is = tacit_Frame_subscribe_tag };
	uint32_t i;

	c->id++;
	f.is.subscribe.count = n;
	for (i = 0; i < n; i++) {
		memcpy(body + i * 96, o[i].pk, 32);
		sign(c, &o[i], tacit_Frame_subscribe_tag, NULL, 0,
		    body + i * 96 + 32);
		body[i * 96 + 95] ^= i == bad;
	}
	assert_int_equal(request(c, &f, body), 0);
}

static inline void
do_post(struct client *c, const struct owner *o, uint8_t name, int resume)
{
	static uint8_t body[TACIT_LETTER_LEN];
	tacit_Frame f = { .which_is = tacit_Frame_post_tag };

	c->id++;
	memcpy(f.is.post.address, o->address, 32);
	memcpy(f.is.post.token, o->token, 32);
	f.is.post.envelope[0] = name;
	f.is.post.kind = tacit_Kind_KIND_LETTER;
	f.is.post.resume = resume != 0;
	assert_int_equal(request(c, &f, body), 0);
}

static inline void
do_ack(struct client *c, const struct owner *o, uint8_t name)
{
	tacit_Frame f = { .which_is = tacit_Frame_ack_tag };

	c->id++;
	memcpy(f.is.ack.address, o->address, 32);
	f.is.ack.envelope[0][0] = name;
	f.is.ack.envelope_count = 1;
	assert_int_equal(request(c, &f, NULL), 0);
}

#endif
