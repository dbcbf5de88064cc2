/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MQTT 3.1.1 over WebSocket, against mosquitto.  Each recipient is a session
 * that outlives its connections, subscribed to one topic at QoS 1, so that
 * what is published meanwhile waits for it; PUBACK answers each message, both
 * ways.  A broker hands out what waits as soon as it has the CONNECT, so a
 * recipient's is sent by start().
 *
 * mosquitto 2.0 looks at WebSocket connections that are not open yet each
 * 100 ms, or when something else happens.  So that 100 of them do not take
 * half a minute to open, a connection over plain TCP makes something happen
 * while one is opened, and only then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "mqtt.h"
#include "peer.h"

enum { WAKES = 1000, SETTINGS_MAX = 8192 };

struct mqtt {
	struct peer peer;
	struct wire_target plain;	/* TCP: sessions are made there */
	struct wire *waker;
	char settings[SETTINGS_MAX];
};

/* A sender's packet identifiers, 1 to DRIVER_WINDOW_MAX, and their tags. */
struct ids {
	uint32_t n_free;
	uint16_t free[DRIVER_WINDOW_MAX];
	uint8_t used[DRIVER_WINDOW_MAX + 1];
	uint64_t tag[DRIVER_WINDOW_MAX + 1];
};

struct session {
	struct peer_wire wire;
	struct ids *ids;		/* NULL: a recipient */
};

static struct ids *
ids_new(void)
{
	struct ids *s = calloc(1, sizeof(*s));

	if (s == NULL)
		fail("no memory");
	while (s->n_free < DRIVER_WINDOW_MAX) {
		s->free[s->n_free] = (uint16_t)(DRIVER_WINDOW_MAX -
		    s->n_free);
		s->n_free++;
	}
	return s;
}

static uint16_t
ids_take(struct ids *s, uint64_t tag)
{
	uint16_t id;

	if (s->n_free == 0)
		fail("more than %d posts under way", DRIVER_WINDOW_MAX);
	id = s->free[--s->n_free];
	s->used[id] = 1;
	s->tag[id] = tag;
	return id;
}

static uint64_t
ids_give(struct ids *s, uint16_t id)
{
	if (id > DRIVER_WINDOW_MAX || !s->used[id])
		fail("PUBACK for %u, that was not published", (unsigned)id);
	s->used[id] = 0;
	s->free[s->n_free++] = id;
	return s->tag[id];
}

/* The next packet; 0: not there yet. */
static int
next(struct wire *w, struct mqtt_packet *p)
{
	size_t len;
	const uint8_t *data = peer_bytes(w, &len);
	ptrdiff_t n = mqtt_parse(p, data, len);

	if (n < 0)
		fail("not a packet of MQTT: %02x...", data[0]);
	peer_lend(w, n);
	return n > 0;
}

/* Wait for the answer to what was asked, which grants it. */
static void
expect(struct wire *w, enum mqtt_type type, uint8_t code)
{
	struct mqtt_packet p;

	while (!next(w, &p))
		wire_wait(w);
	if (p.type != type || p.code != code)
		fail("packet %d, code %u, where %d was awaited",
		    (int)p.type, p.code, (int)type);
}

static void
wake(struct mqtt *m)
{
	uint8_t *to = wire_room(m->waker, 2 * WAKES);
	size_t len, i;

	for (i = 0; i < WAKES; i++)
		(void)mqtt_pingreq(to + 2 * i);
	wire_put(m->waker, 2 * WAKES);
	wire_wait(m->waker);
	(void)wire_bytes(m->waker, &len);
	wire_take(m->waker, len);
}

/* Over WebSocket if there is something to wake the server with. */
static struct wire *
dial(struct mqtt *m, int recipient, uint32_t index)
{
	struct session *s = calloc(1, sizeof(*s));
	struct wire *w;

	if (m->waker != NULL)
		wake(m);
	w = wire_open(m->peer.set, m->waker != NULL ? &m->peer.target :
	    &m->plain);

	if (s == NULL)
		fail("no memory");
	w->own = s;
	w->index = index;
	w->recipient = recipient;
	return w;
}

static void
greet(struct wire *w, char kind, int clean)
{
	char name[PEER_NAME_MAX];

	peer_name(name, kind, '.', w->index);
	wire_put(w, mqtt_connect(wire_room(w, MQTT_HEAD_MAX), name, clean));
}

static void
subscribe(struct wire *w, char kind)
{
	char name[PEER_NAME_MAX];

	peer_name(name, kind, '/', w->index);
	wire_put(w, mqtt_subscribe(wire_room(w, MQTT_HEAD_MAX), 1, name));
	expect(w, MQTT_SUBACK, 1);
}

static void
hang_up(void *d, struct wire *w)
{
	struct session *s = w->own;

	(void)d;
	wire_put(w, mqtt_disconnect(wire_room(w, MQTT_HEAD_MAX)));
	free(s->ids);
	free(s);
	wire_close(w);
}

/* A session that stays, with a subscription of its own. */
static struct wire *
enrol(struct mqtt *m, char kind, uint32_t index)
{
	struct wire *w = dial(m, 1, index);

	greet(w, kind, 0);
	expect(w, MQTT_CONNACK, 0);
	subscribe(w, kind);
	return w;
}

static struct wire *
make_waker(struct mqtt *m)
{
	struct wire *w = dial(m, 0, 0);

	greet(w, 'w', 1);
	expect(w, MQTT_CONNACK, 0);
	return w;
}

static void
mqtt_setup(void **d, const struct driver_conf *conf, struct wires *set)
{
	static const struct wire_target target = { .tls = 1, .path = "/mqtt",
	    .subprotocol = "mqtt" };
	struct mqtt *m = calloc(1, sizeof(*m));
	struct driver_conf more = *conf;
	uint32_t i;

	if (m == NULL)
		fail("no memory");
	m->plain.port = server_port();
	if (snprintf(m->settings, SETTINGS_MAX, "listener %u 127.0.0.1\n%s",
	    (unsigned)m->plain.port, conf->settings == NULL ? "" :
	    conf->settings) >= SETTINGS_MAX)
		fail("the settings are too long");
	more.settings = m->settings;
	peer_start(&m->peer, "mosquitto", &target, &more, set);
	for (i = 0; i < conf->recipients; i++)
		hang_up(m, enrol(m, 'q', i));
	m->waker = make_waker(m);
	*d = m;
}

static void
mqtt_teardown(void *d)
{
	struct mqtt *m = d;

	hang_up(m, m->waker);
	peer_stop(&m->peer);
	free(m);
}

static pid_t
mqtt_server(const void *d)
{
	const struct mqtt *m = d;

	return m->peer.server.pid;
}

static void
mqtt_describe(const void *d, json_t *about)
{
	const struct mqtt *m = d;

	peer_describe(&m->peer, about);
}

static uint64_t
mqtt_restart(void *d)
{
	struct mqtt *m = d;
	uint64_t took;

	hang_up(m, m->waker);
	m->waker = NULL;
	took = peer_restart(&m->peer);
	m->waker = make_waker(m);
	return took;
}

static struct wire *
mqtt_open(void *d, int recipient, uint32_t index)
{
	struct wire *w = dial(d, recipient, index);
	struct session *s = w->own;

	if (recipient)
		return w;
	s->ids = ids_new();
	greet(w, 's', 1);
	expect(w, MQTT_CONNACK, 0);
	return w;
}

static void
mqtt_start(void *d, struct wire *w)
{
	(void)d;
	greet(w, 'q', 0);
}

static void
mqtt_post(void *d, struct wire *w, uint32_t recipient, uint64_t tag,
    const uint8_t *body)
{
	const struct mqtt *m = d;
	struct session *s = w->own;
	char topic[PEER_NAME_MAX];

	peer_name(topic, 'q', '/', recipient);
	wire_put(w, mqtt_publish(wire_room(w, MQTT_HEAD_MAX +
	    m->peer.body_len), ids_take(s->ids, tag), topic, body,
	    m->peer.body_len));
}

static int
mqtt_input(void *d, struct wire *w, struct event *e)
{
	const struct mqtt *m = d;
	struct session *s = w->own;
	struct mqtt_packet p;

	do {
		if (!next(w, &p))
			return 0;
	} while (w == m->waker);
	if (p.type == MQTT_PUBACK && s->ids != NULL) {
		e->kind = EVENT_ACKED;
		e->tag = ids_give(s->ids, p.id);
	} else if (p.type == MQTT_PUBLISH && w->recipient) {
		e->kind = EVENT_DELIVERED;
		e->body = p.body;
		e->body_len = p.body_len;
		e->number = p.id;
	} else if (p.type == MQTT_CONNACK && p.code == 0 && p.resumed) {
		e->kind = EVENT_STARTED;
	} else {
		fail("packet %d at the wrong time, or a lost session",
		    (int)p.type);
	}
	return 1;
}

static void
mqtt_ack(void *d, struct wire *w, const struct event *e)
{
	(void)d;
	wire_put(w, mqtt_puback(wire_room(w, MQTT_HEAD_MAX),
	    (uint16_t)e->number));
}

static struct wire *
mqtt_idle(void *d, uint32_t index)
{
	return enrol(d, 'i', index);
}

const struct driver drive_mqtt = {
	.name = "mqtt",
	.title = "mosquitto, wss, QoS 1",
	.durable = "in the memory of the broker; written every 30 minutes",
	.setup = mqtt_setup,
	.teardown = mqtt_teardown,
	.server = mqtt_server,
	.describe = mqtt_describe,
	.restart = mqtt_restart,
	.open = mqtt_open,
	.start = mqtt_start,
	.post = mqtt_post,
	.input = mqtt_input,
	.ack = mqtt_ack,
	.close = hang_up,
	.idle = mqtt_idle,
};
