/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "kinds.h"
#include "tacit/hash.h"

enum { SUBSCRIBE_ENTRIES = 600, AT_ONCE = 64 };

/* One byte of a request a second. */
static int
slow_header(struct links *s, struct link *l)
{
	static const char text[] = "GET /v1 HTTP/1.1\r\nHost: example\r\n";

	(void)s;
	link_send(l, &text[l->steps++ % (sizeof(text) - 1)], 1);
	return 0;
}

static void
send_ping(struct link *l)
{
	tacit_Frame f = { .which_is = tacit_Frame_ping_tag };

	link_send_frame(l, &f, NULL);
}

/* Ask and ask, and read 256 bytes a second of the answers. */
static int
slow_reader(struct links *s, struct link *l)
{
	int i;

	(void)s;
	for (i = 0; i < 1000 && l->out_len == 0; i++)
		send_ping(l);
	link_sip(l, 256);
	return 0;
}

/* Read a mailbox, and never ack what comes. */
static int
never_acker(struct links *s, struct link *l)
{
	const struct kinds_arg *a = links_arg(s);
	const struct raw_mailbox *m = &a->stuck[l->number % a->n_stuck];
	tacit_Frame f = { .which_is = tacit_Frame_subscribe_tag };
	uint8_t entry[TACIT_SUBSCRIBE_ENTRY_LEN], hash[TACIT_HASH_LEN];
	struct tacit_statement st = { .id = l->id + 1,
	    .opcode = tacit_Frame_subscribe_tag };

	if (l->steps++ > 0)
		return 0;
	memcpy(st.relay_key, l->welcome.relay_key, sizeof(st.relay_key));
	memcpy(st.nonce, l->welcome.nonce, sizeof(st.nonce));
	memcpy(st.address, m->address, sizeof(st.address));
	tacit_hash_statement(hash, &st);
	memcpy(entry, m->owner.pk, TACIT_KEY_LEN);
	(void)crypto_sign_detached(entry + TACIT_KEY_LEN, NULL, hash,
	    sizeof(hash), m->owner.sk);
	f.is.subscribe.count = 1;
	link_send_frame(l, &f, entry);
	return 0;
}

/* Most of a long message at once, the rest a byte a second. */
static int
dripping(struct links *s, struct link *l)
{
	static const uint8_t head[14] = { 0x82, 0xff, 0, 0, 0, 0, 0, 4, 0, 0 };
	static const uint8_t body[50000];

	(void)s;
	if (l->steps++ == 0) {
		link_send(l, head, sizeof(head));
		link_send(l, body, sizeof(body));
	} else {
		link_send(l, body, 1);
	}
	return 0;
}

static int
leave(struct links *s, struct link *l)
{
	(void)s;
	(void)l;
	return -1;
}

static int
garbage(struct links *s, struct link *l)
{
	uint8_t bytes[600];

	(void)s;
	if (l->steps++ > 0)
		return 0;
	randombytes_buf(bytes, sizeof(bytes));
	bytes[0] = l->number % 2 ? 0x16 : bytes[0];
	link_send(l, bytes, sizeof(bytes));
	return 0;
}

static int
pings(struct links *s, struct link *l)
{
	static const uint8_t ping[7] = { 0x89, 0x81, 0, 0, 0, 0, 'p' };

	(void)s;
	link_send(l, ping, sizeof(ping));
	return 0;
}

/* Half for one mailbox there is not, half for ever other ones. */
static int
posts(struct links *s, struct link *l)
{
	static const uint8_t body[TACIT_LETTER_LEN];
	tacit_Frame f = { .which_is = tacit_Frame_post_tag };
	tacit_Post *p = &f.is.post;
	int i;

	(void)s;
	for (i = 0; i < AT_ONCE / 4 && l->out_len == 0; i++) {
		randombytes_buf(p->envelope, sizeof(p->envelope));
		memset(p->address, 7, sizeof(p->address));
		if (i % 2)
			randombytes_buf(p->address, sizeof(p->address));
		p->kind = tacit_Kind_KIND_LETTER;
		p->resume = 1;
		link_send_frame(l, &f, body);
	}
	return 0;
}

static int
gets(struct links *s, struct link *l)
{
	tacit_Frame f = { .which_is = tacit_Frame_get_invitation_tag };
	tacit_GetInvitation *g = &f.is.get_invitation;
	int i;

	(void)s;
	for (i = 0; i < AT_ONCE && l->out_len == 0; i++) {
		randombytes_buf(g->address, sizeof(g->address));
		randombytes_buf(g->reader, sizeof(g->reader));
		randombytes_buf(g->signature, sizeof(g->signature));
		link_send_frame(l, &f, NULL);
	}
	return 0;
}

static int
subscribes(struct links *s, struct link *l)
{
	static uint8_t body[SUBSCRIBE_ENTRIES * TACIT_SUBSCRIBE_ENTRY_LEN];
	tacit_Frame f = { .which_is = tacit_Frame_subscribe_tag };

	(void)s;
	randombytes_buf(body, sizeof(body));
	f.is.subscribe.count = SUBSCRIBE_ENTRIES;
	link_send_frame(l, &f, body);
	return 0;
}

const struct kind kinds[KIND_COUNT] = {
	[KIND_IDLE] = { "idle", LINK_OPEN, 1, 0, 1000, NULL },
	[KIND_SLOW_HEADER] = { "slow headers", LINK_TLS, 1, 0, 1000,
	    slow_header },
	[KIND_SLOW_READER] = { "slow readers", LINK_OPEN, 0, 0, 1000,
	    slow_reader },
	[KIND_NEVER_ACKER] = { "never-ackers", LINK_OPEN, 1, 0, 1000,
	    never_acker },
	[KIND_DRIPPING] = { "dripping frames", LINK_OPEN, 1, 0, 1000,
	    dripping },
	[KIND_CONNECT] = { "connections", LINK_TCP, 1, 1, 0, leave },
	[KIND_HELD] = { "held by one source", LINK_TCP, 1, 0, 0, NULL },
	[KIND_SPREAD] = { "held by many", LINK_TCP, 1, 0, 0, NULL },
	[KIND_HANDSHAKE] = { "handshakes", LINK_OPEN, 1, 1, 0, leave },
	[KIND_GARBAGE] = { "garbage TLS", LINK_TCP, 1, 1, 0, garbage },
	[KIND_PING] = { "pings", LINK_OPEN, 1, 1, 0, pings },
	[KIND_POST] = { "posts over rate", LINK_OPEN, 1, 1, 0, posts },
	[KIND_GET] = { "invitation guesses", LINK_OPEN, 1, 1, 0, gets },
	[KIND_SUBSCRIBE] = { "subscribes", LINK_OPEN, 1, 1, 0, subscribes },
};
