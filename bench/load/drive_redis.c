/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redis streams over TCP (it has neither WebSocket nor the like of it), with
 * every reply after a sync of its file.  Queue N is the stream "q:N" with a
 * group of one consumer.  A recipient reads up to PEER_WINDOW entries, says
 * XACK for each and XDEL, so that they are gone as with us, and reads on in
 * the same write.  What an earlier connection was given and did not
 * acknowledge comes first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "peer.h"
#include "resp.h"

enum { ID_MAX = 41, COUNT_MAX = 16, ENTRY = 5 };

struct redis {
	struct peer peer;
};

/* What a recipient awaits. */
enum stage { ACKED, DELETED, HEADER, ENTRIES, READ };

struct session {
	struct peer_wire wire;
	/* A sender's: tags in the order of the posts. */
	uint64_t *tag;			/* DRIVER_WINDOW_MAX, a ring */
	uint32_t first, n_tags;
	/* A recipient's. */
	enum stage stage;
	int started;			/* EVENT_STARTED is out */
	int old;			/* what was given before comes first */
	char queue[PEER_NAME_MAX];
	uint32_t entries;		/* still to come of this batch */
	uint32_t n_ids;			/* taken, not acknowledged yet */
	uint32_t acked;			/* in the XACK under way */
	struct {
		uint8_t text[ID_MAX];
		uint8_t len;
	} id[PEER_WINDOW];
};

/* ---- commands ------------------------------------------------------------ */

static void
say_head(struct wire *w, size_t words)
{
	wire_put(w, resp_command(wire_room(w, RESP_HEAD_MAX), words));
}

static void
say_word(struct wire *w, const void *word, size_t len)
{
	wire_put(w, resp_word(wire_room(w, RESP_HEAD_MAX + len), word, len));
}

static void
say_text(struct wire *w, const char *word)
{
	say_word(w, word, strlen(word));
}

/* Words that end in NULL. */
static void
say(struct wire *w, const char *const *words)
{
	size_t n = 0, i;

	while (words[n] != NULL)
		n++;
	say_head(w, n);
	for (i = 0; i < n; i++)
		say_text(w, words[i]);
}

/*
 * ${n} elements at the front, all of them or none.  Returns whether they are
 * there; they are lent.
 */
static int
next(struct wire *w, struct resp *r, size_t n)
{
	size_t len, at = 0, i;
	const uint8_t *data = peer_bytes(w, &len);
	ptrdiff_t one;

	for (i = 0; i < n; i++) {
		one = resp_parse(&r[i], data + at, len - at);
		if (one < 0)
			fail("not what Redis says: %02x...", data[at]);
		if (one == 0)
			return 0;
		if (r[i].kind == RESP_ERROR)
			fail("Redis: %.*s", (int)r[i].text_len,
			    (const char *)r[i].text);
		at += (size_t)one;
	}
	peer_lend(w, (ptrdiff_t)at);
	return 1;
}

static void
expect(struct wire *w, enum resp_kind kind)
{
	struct resp r;

	while (!next(w, &r, 1))
		wire_wait(w);
	if (r.kind != kind)
		fail("Redis answers %c where %c was awaited", (int)r.kind,
		    (int)kind);
}

static struct wire *
dial(struct redis *r, int recipient, uint32_t index)
{
	static const char *const ping[] = { "PING", NULL };
	struct wire *w = wire_open(r->peer.set, &r->peer.target);
	struct session *s = calloc(1, sizeof(*s));

	if (s == NULL)
		fail("no memory");
	w->own = s;
	w->index = index;
	w->recipient = recipient;
	peer_name(s->queue, 'q', ':', index);
	say(w, ping);
	expect(w, RESP_STATUS);
	return w;
}

static void
hang_up(void *d, struct wire *w)
{
	struct session *s = w->own;

	(void)d;
	free(s->tag);
	free(s);
	wire_close(w);
}

/* ---- setting up ---------------------------------------------------------- */

static void
make_group(struct wire *w, const char *queue)
{
	const char *words[] = { "XGROUP", "CREATE", queue, "g", "0",
	    "MKSTREAM", NULL };

	say(w, words);
	expect(w, RESP_STATUS);
}

static void
redis_setup(void **d, const struct driver_conf *conf, struct wires *set)
{
	static const struct wire_target target = { .tls = 0 };
	struct redis *r = calloc(1, sizeof(*r));
	char queue[PEER_NAME_MAX];
	struct wire *w;
	uint32_t i;

	if (r == NULL)
		fail("no memory");
	peer_start(&r->peer, "redis", &target, conf, set);
	w = dial(r, 0, 0);
	make_group(w, "idle");
	for (i = 0; i < conf->recipients; i++) {
		peer_name(queue, 'q', ':', i);
		make_group(w, queue);
	}
	hang_up(r, w);
	*d = r;
}

static void
redis_teardown(void *d)
{
	struct redis *r = d;

	peer_stop(&r->peer);
	free(r);
}

static pid_t
redis_server(const void *d)
{
	const struct redis *r = d;

	return r->peer.server.pid;
}

static void
redis_describe(const void *d, json_t *about)
{
	const struct redis *r = d;

	peer_describe(&r->peer, about);
}

/* It listens before it has read its file, and answers so meanwhile. */
static uint64_t
redis_restart(void *d)
{
	static const char *const ping[] = { "PING", NULL };
	struct redis *r = d;
	struct resp answer = { .kind = RESP_ERROR };
	const uint8_t *data;
	struct wire *w;
	ptrdiff_t n;
	size_t len;

	(void)peer_restart(&r->peer);
	w = wire_open(r->peer.set, &r->peer.target);
	while (answer.kind == RESP_ERROR) {
		say(w, ping);
		do {
			wire_wait(w);
			data = wire_bytes(w, &len);
		} while ((n = resp_parse(&answer, data, len)) == 0);
		if (n < 0)
			fail("not what Redis says: %02x...", data[0]);
		wire_take(w, (size_t)n);
	}
	wire_close(w);
	return server_now_ns() - r->peer.server.started_ns;
}

/* ---- senders ------------------------------------------------------------- */

static struct wire *
redis_open(void *d, int recipient, uint32_t index)
{
	struct wire *w = dial(d, recipient, index);
	struct session *s = w->own;

	if (!recipient && (s->tag = calloc(DRIVER_WINDOW_MAX,
	    sizeof(*s->tag))) == NULL)
		fail("no memory");
	return w;
}

static void
redis_post(void *d, struct wire *w, uint32_t recipient, uint64_t tag,
    const uint8_t *body)
{
	const struct redis *r = d;
	struct session *s = w->own;
	char queue[PEER_NAME_MAX];

	if (s->n_tags == DRIVER_WINDOW_MAX)
		fail("more than %d posts under way", DRIVER_WINDOW_MAX);
	s->tag[(s->first + s->n_tags++) % DRIVER_WINDOW_MAX] = tag;
	peer_name(queue, 'q', ':', recipient);
	say_head(w, 5);
	say_text(w, "XADD");
	say_text(w, queue);
	say_text(w, "*");
	say_text(w, "b");
	say_word(w, body, r->peer.body_len);
}

/* Replies come in the order of the commands. */
static int
input_sender(struct wire *w, struct event *e)
{
	struct session *s = w->own;
	struct resp id;

	if (!next(w, &id, 1))
		return 0;
	if (id.kind != RESP_BULK || id.nil || s->n_tags == 0)
		fail("Redis answers to no XADD");
	e->kind = EVENT_ACKED;
	e->tag = s->tag[s->first];
	s->first = (s->first + 1) % DRIVER_WINDOW_MAX;
	s->n_tags--;
	return 1;
}

/* ---- recipients ---------------------------------------------------------- */

static void
read_on(struct wire *w, const char *queue, int old)
{
	char count[COUNT_MAX];
	const char *const history[] = { "XREADGROUP", "GROUP", "g", "c",
	    "COUNT", count, "STREAMS", queue, "0", NULL };
	const char *const wait[] = { "XREADGROUP", "GROUP", "g", "c",
	    "COUNT", count, "BLOCK", "0", "STREAMS", queue, ">", NULL };

	(void)snprintf(count, sizeof(count), "%d", PEER_WINDOW);
	say(w, old ? history : wait);
}

static void
redis_start(void *d, struct wire *w)
{
	struct session *s = w->own;

	(void)d;
	s->old = 1;
	s->stage = HEADER;
	read_on(w, s->queue, s->old);
}

static void
say_ids(struct wire *w, const struct session *s)
{
	uint32_t i;

	for (i = 0; i < s->n_ids; i++)
		say_word(w, s->id[i].text, s->id[i].len);
}

/* The whole batch was taken: acknowledge it and read on. */
static void
redis_flush(void *d, struct wire *w)
{
	struct session *s = w->own;

	(void)d;
	if (!w->recipient || s->stage != READ)
		return;
	if (s->n_ids == 0)
		s->old = 0;
	s->stage = s->n_ids > 0 ? ACKED : HEADER;
	if (s->n_ids > 0) {
		say_head(w, 3 + (size_t)s->n_ids);
		say_text(w, "XACK");
		say_text(w, s->queue);
		say_text(w, "g");
		say_ids(w, s);
		say_head(w, 2 + (size_t)s->n_ids);
		say_text(w, "XDEL");
		say_text(w, s->queue);
		say_ids(w, s);
	}
	s->acked = s->n_ids;
	s->n_ids = 0;
	read_on(w, s->queue, s->old);
}

/* The answer to XACK or XDEL: as many as were named. */
static int
take_count(struct wire *w, struct session *s)
{
	struct resp r;

	if (!next(w, &r, 1))
		return 0;
	if (r.kind != RESP_NUMBER || r.number != (int64_t)s->acked)
		fail("Redis let go of %lld entries of %u",
		    (long long)r.number, (unsigned)s->acked);
	s->stage = s->stage == ACKED ? DELETED : HEADER;
	return 1;
}

/* One stream, its name, and how many entries follow. */
static int
take_header(struct wire *w, struct session *s)
{
	struct resp r[4];

	if (!next(w, r, 4))
		return 0;
	if (r[0].kind != RESP_ARRAY || r[0].number != 1 ||
	    r[1].kind != RESP_ARRAY || r[1].number != 2 ||
	    r[2].kind != RESP_BULK || r[3].kind != RESP_ARRAY ||
	    r[3].nil || r[3].number > PEER_WINDOW)
		fail("Redis answers XREADGROUP with something else");
	s->entries = (uint32_t)r[3].number;
	s->stage = s->entries > 0 ? ENTRIES : READ;
	return 1;
}

/* Its id, and one field with its value. */
static int
take_entry(struct wire *w, struct session *s, struct event *e)
{
	struct resp r[ENTRY];

	if (!next(w, r, ENTRY))
		return 0;
	if (r[0].kind != RESP_ARRAY || r[0].number != 2 ||
	    r[1].kind != RESP_BULK || r[1].text_len > ID_MAX ||
	    r[2].kind != RESP_ARRAY || r[2].number != 2 ||
	    r[3].kind != RESP_BULK || r[4].kind != RESP_BULK || r[4].nil)
		fail("Redis gives an entry that nobody posted");
	e->kind = EVENT_DELIVERED;
	e->name = r[1].text;
	e->name_len = r[1].text_len;
	e->body = r[4].text;
	e->body_len = r[4].text_len;
	if (--s->entries == 0)
		s->stage = READ;
	return 1;
}

static int
input_recipient(struct wire *w, struct event *e)
{
	struct session *s = w->own;
	int more = 1;

	while (more) {
		switch (s->stage) {
		case ACKED:
		case DELETED:
			more = take_count(w, s);
			break;
		case HEADER:
			more = take_header(w, s);
			if (more && !s->started) {
				s->started = 1;
				e->kind = EVENT_STARTED;
				return 1;
			}
			break;
		case ENTRIES:
			return take_entry(w, s, e);
		case READ:
			return 0;
		}
	}
	return 0;
}

static int
redis_input(void *d, struct wire *w, struct event *e)
{
	(void)d;
	return w->recipient ? input_recipient(w, e) : input_sender(w, e);
}

static void
redis_ack(void *d, struct wire *w, const struct event *e)
{
	struct session *s = w->own;

	(void)d;
	memcpy(s->id[s->n_ids].text, e->name, e->name_len);
	s->id[s->n_ids].len = (uint8_t)e->name_len;
	s->n_ids++;
}

static struct wire *
redis_idle(void *d, uint32_t index)
{
	struct wire *w = dial(d, 1, index);

	read_on(w, "idle", 0);
	return w;
}

const struct driver drive_redis = {
	.name = "redis",
	.title = "Redis streams, TCP",
	.durable = "on disk, after an fsync (appendfsync always)",
	.setup = redis_setup,
	.teardown = redis_teardown,
	.server = redis_server,
	.describe = redis_describe,
	.restart = redis_restart,
	.open = redis_open,
	.start = redis_start,
	.post = redis_post,
	.input = redis_input,
	.ack = redis_ack,
	.flush = redis_flush,
	.close = hang_up,
	.idle = redis_idle,
};
