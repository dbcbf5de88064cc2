/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NATS JetStream over WebSocket.  One stream in a file keeps what is posted
 * to "q.N" until the durable consumer "r.N" has acknowledged it (a work
 * queue), and pushes it to whoever subscribes to "d.N".  A post is answered
 * by the stream under a subject of the sender's, which ends in its tag.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "nats.h"
#include "peer.h"

enum {
	HEAD_MAX = 160, REQUEST_MAX = 1024,
	ACK_WAIT_S = 3600, TRIES = 10000
};

struct nats {
	struct peer peer;
};

struct session {
	struct peer_wire wire;
	int reads;			/* a queue, since start() */
	int started;			/* EVENT_STARTED is out */
};

static void
say(struct wire *w, const char *text)
{
	wire_add(w, text, strlen(text));
}

/* What comes next, pings answered; 0: nothing yet. */
static int
next(struct wire *w, struct nats_said *s)
{
	const uint8_t *data;
	ptrdiff_t n;
	size_t len;

	for (;;) {
		data = peer_bytes(w, &len);
		if ((n = nats_parse(s, data, len)) < 0)
			fail("not what a NATS server says: %.16s",
			    (const char *)data);
		peer_lend(w, n);
		if (n == 0)
			return 0;
		if (s->kind == NATS_ERR)
			fail("NATS: %.*s", (int)s->body_len,
			    (const char *)s->body);
		if (s->kind != NATS_PING)
			return 1;
		say(w, "PONG\r\n");
	}
}

static void
expect(struct wire *w, enum nats_kind kind, struct nats_said *s)
{
	do {
		while (!next(w, s))
			wire_wait(w);
		/* A server tells about itself again whenever it likes. */
	} while (s->kind != kind && s->kind == NATS_INFO);
	if (s->kind != kind)
		fail("NATS says %d where %d was awaited", (int)s->kind,
		    (int)kind);
}

/* Have all that was said before dealt with by the server. */
static void
settle(struct wire *w)
{
	struct nats_said s;

	say(w, "PING\r\n");
	do {
		while (!next(w, &s))
			wire_wait(w);
	} while (s.kind != NATS_PONG);
}

static struct wire *
dial(struct nats *n, int recipient, uint32_t index)
{
	struct wire *w = wire_open(n->peer.set, &n->peer.target);
	struct session *s = calloc(1, sizeof(*s));
	struct nats_said first;

	if (s == NULL)
		fail("no memory");
	w->own = s;
	w->index = index;
	w->recipient = recipient;
	expect(w, NATS_INFO, &first);
	say(w, "CONNECT {\"verbose\":false,\"pedantic\":false,"
	    "\"tls_required\":false,\"headers\":false,"
	    "\"lang\":\"c\",\"version\":\"0\",\"protocol\":1}\r\n");
	settle(w);
	return w;
}

/* ---- requests ------------------------------------------------------------ */

/*
 * Ask for ${subject} with ${body}, which is released, and have it granted.
 * The wire subscribes to "answer".  Returns what was said: the caller's.
 */
static json_t *
request(struct wire *w, const char *subject, json_t *body)
{
	char *text = json_dumps(body, JSON_COMPACT), head[REQUEST_MAX];
	struct nats_said s;
	json_t *answer;

	if (text == NULL)
		fail("no request for %s", subject);
	(void)snprintf(head, sizeof(head), "PUB %s answer %zu\r\n", subject,
	    strlen(text));
	say(w, head);
	say(w, text);
	say(w, "\r\n");
	expect(w, NATS_MSG, &s);
	answer = json_loadb((const char *)s.body, s.body_len, 0, NULL);
	if (answer == NULL || json_object_get(answer, "error") != NULL)
		fail("%s: %.*s", subject, (int)s.body_len,
		    (const char *)s.body);
	json_decref(body);
	free(text);
	return answer;
}

/*
 * Acknowledgements have no answer: that a consumer waits for none any more is
 * what tells that they count.  All that was delivered was acknowledged.
 */
static void
settle_acks(struct wire *w)
{
	char subject[REQUEST_MAX];
	int tries, waits = 1;
	json_t *info;

	(void)snprintf(subject, sizeof(subject),
	    "$JS.API.CONSUMER.INFO.L.r-%u", (unsigned)w->index);
	say(w, "UNSUB 1\r\nSUB answer 2\r\n");
	for (tries = 0; waits && tries < TRIES; tries++) {
		info = request(w, subject, json_object());
		waits = json_integer_value(json_object_get(info,
		    "num_ack_pending")) != 0;
		json_decref(info);
	}
	if (waits)
		fail("NATS still waits for acknowledgements of recipient %u",
		    (unsigned)w->index);
}

static void
hang_up(void *d, struct wire *w)
{
	struct session *s = w->own;

	(void)d;
	if (s->reads)
		settle_acks(w);
	settle(w);
	free(s);
	wire_close(w);
}

/* ---- setting up ---------------------------------------------------------- */

static void
make_stream(struct wire *w)
{
	json_t *conf = json_pack("{s:s, s:[s], s:s, s:s, s:s, s:i, s:i, s:i, "
	    "s:i, s:i}", "name", "L", "subjects", "q.*",
	    "retention", "workqueue", "storage", "file", "discard", "new",
	    "max_consumers", -1, "max_msgs", -1, "max_bytes", -1,
	    "max_age", 0, "num_replicas", 1);

	json_decref(request(w, "$JS.API.STREAM.CREATE.L", conf));
}

static void
make_consumer(struct wire *w, uint32_t index)
{
	char name[PEER_NAME_MAX], from[PEER_NAME_MAX], to[PEER_NAME_MAX];
	char subject[REQUEST_MAX];
	json_t *conf;

	peer_name(name, 'r', '-', index);
	peer_name(from, 'q', '.', index);
	peer_name(to, 'd', '.', index);
	(void)snprintf(subject, sizeof(subject),
	    "$JS.API.CONSUMER.DURABLE.CREATE.L.%s", name);
	conf = json_pack("{s:s, s:{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:i}}",
	    "stream_name", "L", "config", "durable_name", name,
	    "filter_subject", from, "deliver_subject", to,
	    "ack_policy", "explicit", "deliver_policy", "all",
	    "replay_policy", "instant",
	    "ack_wait", (json_int_t)ACK_WAIT_S * 1000000000,
	    "max_ack_pending", PEER_WINDOW);
	json_decref(request(w, subject, conf));
}

static void
nats_setup(void **d, const struct driver_conf *conf, struct wires *set)
{
	static const struct wire_target target = { .tls = 1, .path = "/" };
	struct nats *n = calloc(1, sizeof(*n));
	struct wire *w;
	uint32_t i;

	if (n == NULL)
		fail("no memory");
	peer_start(&n->peer, "nats", &target, conf, set);
	w = dial(n, 0, 0);
	say(w, "SUB answer 1\r\n");
	make_stream(w);
	for (i = 0; i < conf->recipients; i++)
		make_consumer(w, i);
	hang_up(n, w);
	*d = n;
}

static void
nats_teardown(void *d)
{
	struct nats *n = d;

	peer_stop(&n->peer);
	free(n);
}

static pid_t
nats_server(const void *d)
{
	const struct nats *n = d;

	return n->peer.server.pid;
}

static void
nats_describe(const void *d, json_t *about)
{
	const struct nats *n = d;

	peer_describe(&n->peer, about);
}

static uint64_t
nats_restart(void *d)
{
	struct nats *n = d;

	return peer_restart(&n->peer);
}

/* ---- the work ------------------------------------------------------------ */

static struct wire *
nats_open(void *d, int recipient, uint32_t index)
{
	struct wire *w = dial(d, recipient, index);
	char text[HEAD_MAX];

	if (recipient)
		return w;
	(void)snprintf(text, sizeof(text), "SUB a.%u.* 1\r\n",
	    (unsigned)index);
	say(w, text);
	settle(w);
	return w;
}

static void
nats_start(void *d, struct wire *w)
{
	struct session *s = w->own;
	char text[HEAD_MAX];

	(void)d;
	s->reads = 1;
	(void)snprintf(text, sizeof(text), "SUB d.%u 1\r\nPING\r\n",
	    (unsigned)w->index);
	say(w, text);
}

static void
nats_post(void *d, struct wire *w, uint32_t recipient, uint64_t tag,
    const uint8_t *body)
{
	const struct nats *n = d;
	size_t len = n->peer.body_len, at;
	uint8_t *to = wire_room(w, HEAD_MAX + len);

	at = (size_t)snprintf((char *)to, HEAD_MAX, "PUB q.%u a.%u.%" PRIu64
	    " %zu\r\n", (unsigned)recipient, (unsigned)w->index, tag, len);
	memcpy(to + at, body, len);
	memcpy(to + at + len, "\r\n", 2);
	wire_put(w, at + len + 2);
}

/* The stream's answer to a post: where it stored it, or why not. */
static void
take_answer(const struct nats_said *s, struct event *e)
{
	static const char stored[] = "{\"stream\":\"L\"";

	if (s->body_len < sizeof(stored) ||
	    memcmp(s->body, stored, sizeof(stored) - 1) != 0 ||
	    nats_number(&e->tag, s->subject, s->subject_len) != 0)
		fail("a post was not stored: %.*s", (int)s->body_len,
		    (const char *)s->body);
	e->kind = EVENT_ACKED;
}

static int
nats_input(void *d, struct wire *w, struct event *e)
{
	struct session *own = w->own;
	struct nats_said s;

	(void)d;
	do {
		if (!next(w, &s))
			return 0;
	} while (s.kind == NATS_INFO);
	if (s.kind == NATS_PONG && w->recipient && !own->started) {
		own->started = 1;
		e->kind = EVENT_STARTED;
	} else if (s.kind == NATS_MSG && !w->recipient) {
		take_answer(&s, e);
	} else if (s.kind == NATS_MSG && s.reply_len > 0) {
		e->kind = EVENT_DELIVERED;
		e->body = s.body;
		e->body_len = s.body_len;
		e->name = (const uint8_t *)s.reply;
		e->name_len = s.reply_len;
	} else {
		fail("NATS says %d at the wrong time", (int)s.kind);
	}
	return 1;
}

static void
nats_ack(void *d, struct wire *w, const struct event *e)
{
	static const char pub[] = "PUB ", ack[] = " 4\r\n+ACK\r\n";
	size_t len = e->name_len;
	uint8_t *to = wire_room(w, sizeof(pub) + len + sizeof(ack));

	(void)d;
	memcpy(to, pub, sizeof(pub) - 1);
	memcpy(to + sizeof(pub) - 1, e->name, len);
	memcpy(to + sizeof(pub) - 1 + len, ack, sizeof(ack) - 1);
	wire_put(w, sizeof(pub) - 1 + len + sizeof(ack) - 1);
}

static struct wire *
nats_idle(void *d, uint32_t index)
{
	struct wire *w = dial(d, 1, index);
	char text[HEAD_MAX];

	(void)snprintf(text, sizeof(text), "SUB i.%u 1\r\n", (unsigned)index);
	say(w, text);
	settle(w);
	return w;
}

const struct driver drive_nats = {
	.name = "nats",
	.title = "NATS JetStream, wss",
	.durable = "in the page cache of the server's machine; synced by a "
	    "timer",
	.setup = nats_setup,
	.teardown = nats_teardown,
	.server = nats_server,
	.describe = nats_describe,
	.restart = nats_restart,
	.open = nats_open,
	.start = nats_start,
	.post = nats_post,
	.input = nats_input,
	.ack = nats_ack,
	.close = hang_up,
	.idle = nats_idle,
};
