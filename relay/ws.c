/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The laws of libwebsockets are kept here: write only in WRITEABLE, one
 * message per callback; callbacks also come unasked; bytes come at read
 * boundaries, not at those of messages; no other thread calls anything.
 */
#include <stdlib.h>
#include <string.h>

#include <ev.h>
#include <libwebsockets.h>
#include <malloc.h>

#include "dispatch.h"
#include "door.h"
#include "gather.h"
#include "goodbye.h"
#include "listen.h"
#include "log.h"
#include "loop.h"
#include "source.h"
#include "watch.h"
#include "ws.h"

enum {
	CLOSE_PROTOCOL = 1002, CLOSE_TYPE = 1003, CLOSE_POLICY = 1008,
	RX_BUFFER = 2048,		/* each connection has one */
	SHARE = 65536,			/* bytes that each may keep always */
	LOOK_MAX = 256,			/* looked at in one turn */
	PING_MS = 2,			/* until the next are pinged */
	GIVE_BACK = 16 << 20		/* so many fewer: tell the system */
};

_Static_assert(CONN_HEADROOM >= LWS_PRE, "no room for a frame header");

/* One WebSocket connection; libwebsockets owns the memory. */
struct peer {
	struct lws *wsi;
	struct conn *conn;
	struct peer *next, **prev;	/* all */
	struct peer *next_turning;	/* in ${w->turning} */
	struct peer *next_writing, **prev_writing; /* NULL: does not wait */
	struct watch watch;
	uint8_t turning, reading, state;
	uint8_t asked;			/* for WRITEABLE: by us */
	uint8_t ping;			/* to be sent */
};

/* Nothing that came before WELCOME could be written may be acted on. */
enum { FRESH, WELCOMED, DISMISSED };

struct ws {
	struct relay *relay;
	struct dispatch *dispatch;
	struct loop *loop;
	struct door *door;
	struct lws_context *context;
	struct peer *all;
	struct peer *turning;		/* whose reading goes on or off */
	struct peer *writing;		/* have something to say */
	struct peer *greeting;
	struct peer *look;		/* the next to be looked at */
	uint64_t kept;			/* bytes, of those looked at so far */
	uint64_t most;			/* bytes kept since we gave back */
	struct gather gather;
	uint8_t brought;		/* something came in this turn */
	ev_prepare turn;
	ev_timer watch;
};

/* Once more than one message is due, poll() says when. */
static void
write_later(struct peer *p)
{
	p->asked = 1;
	(void)lws_callback_on_writable(p->wsi);
}

static void
unlist(struct peer *p)
{
	if (p->prev_writing == NULL)
		return;
	if ((*p->prev_writing = p->next_writing) != NULL)
		p->next_writing->prev_writing = p->prev_writing;
	p->prev_writing = NULL;
}

/* At the end of a turn: what is due by then goes out together (gather.h). */
static void
want_write(void *wire)
{
	struct peer *p = wire;
	struct ws *w = lws_context_user(lws_get_context(p->wsi));

	p->asked = 1;
	if (p->state != WELCOMED || p->prev_writing != NULL)
		return;
	if ((p->next_writing = w->writing) != NULL)
		w->writing->prev_writing = &p->next_writing;
	p->prev_writing = &w->writing;
	w->writing = p;
}

/*
 * One message to each that has something to say, without asking the kernel
 * first, and a second time not to, whether it would take it: a socket that is
 * full has libwebsockets keep that one and wait.
 */
static void
write_all(struct ws *w)
{
	struct lws_pollfd fd = { .events = LWS_POLLOUT };
	struct peer *all = w->writing, *p;

	if ((w->writing = NULL, all) != NULL)
		all->prev_writing = &all;
	while ((p = all) != NULL) {
		unlist(p);
		fd.fd = lws_get_socket_fd(p->wsi);
		fd.revents = LWS_POLLOUT;
		if (lws_partial_buffered(p->wsi))
			write_later(p);
		else
			(void)lws_service_fd(w->context, &fd);
	}
}

static void
write_rest_later(struct ws *w)
{
	struct peer *p;

	while ((p = w->writing) != NULL) {
		unlist(p);
		write_later(p);
	}
}

/*
 * Not from a callback of libwebsockets: 4.1.6 spins for ever if reading is
 * turned off while it hands over what TLS has decrypted already.
 */
static void
want_read(void *wire, int on)
{
	struct peer *p = wire;
	struct ws *w = lws_context_user(lws_get_context(p->wsi));

	p->reading = on != 0;
	if (p->turning)
		return;
	p->turning = 1;
	p->next_turning = w->turning;
	w->turning = p;
}

/*
 * Have libwebsockets hand over what came with the handshake, which ends the
 * connection; then let WELCOME be written.
 */
static void
greet(struct ws *w, struct peer *p)
{
	struct lws_pollfd fd = {
		.fd = lws_get_socket_fd(p->wsi),
		.events = LWS_POLLIN, .revents = LWS_POLLIN
	};

	w->greeting = p;
	(void)lws_service_fd(w->context, &fd);
	if (w->greeting == p && p->state == FRESH) {
		p->state = WELCOMED;
		want_write(p);
	}
	w->greeting = NULL;
}

static void
turn_reading(struct ws *w)
{
	struct peer *p;

	while ((p = w->turning) != NULL) {
		w->turning = p->next_turning;
		p->turning = 0;
		(void)lws_rx_flow_control(p->wsi, p->reading);
		if (p->state == FRESH)
			greet(w, p);
	}
}

static void
write_due(struct ws *w)
{
	int due = w->writing != NULL, brought = w->brought;

	w->brought = 0;
	if (gather_is_over(&w->gather, due, brought, loop_us())) {
		write_all(w);
		turn_reading(w);	/* what was written makes room */
		write_rest_later(w);
	} else if (due)
		loop_stay_awake(w->loop);
}

/* Before the loop sleeps: no callback of libwebsockets is under way. */
static void
on_turn(struct ev_loop *loop, ev_prepare *e, int events)
{
	struct ws *w = e->data;

	(void)loop;
	(void)events;
	turn_reading(w);
	commit_hand_over(w->relay->commit);	/* it works while we write */
	write_due(w);
	door_turn(w->door);
	commit_hand_over(w->relay->commit);
}

static void
forget_turn(struct ws *w, const struct peer *p)
{
	struct peer **q = &w->turning;

	while (*q != NULL && *q != p)
		q = &(*q)->next_turning;
	if (*q != NULL)
		*q = p->next_turning;
}

static const struct conn_io io = { want_write, want_read };

/* ---- one connection ----------------------------------------------------- */

static int
opened(struct ws *w, struct lws *wsi, struct peer *p)
{
	const uint8_t *source = door_pass(w->door, wsi);

	memset(p, 0, sizeof(*p));
	p->wsi = wsi;
	if (source == NULL || (p->conn = dispatch_accept(w->dispatch, &io, p,
	    source, SOURCE_NAME_LEN)) == NULL)
		return -1;
	watch_begin(&p->watch, loop_ms());
	if ((p->next = w->all) != NULL)
		w->all->prev = &p->next;
	p->prev = &w->all;
	w->all = p;
	w->relay->connections++;
	want_read(p, 1);
	return 0;
}

static void
closed(struct ws *w, struct peer *p)
{
	if (p->conn == NULL)
		return;
	if ((*p->prev = p->next) != NULL)
		p->next->prev = p->prev;
	if (w->look == p)
		w->look = p->next;
	w->relay->connections--;
	forget_turn(w, p);
	unlist(p);
	if (w->greeting == p)
		w->greeting = NULL;
	dispatch_closed(w->dispatch, p->conn);
	p->conn = NULL;
}

static int
say_goodbye(struct peer *p, int code)
{
	lws_close_reason(p->wsi, (enum lws_close_status)code, NULL, 0);
	return -1;
}

static int
received(struct ws *w, struct peer *p, const uint8_t *data, size_t len)
{
	int code = CLOSE_TYPE;
	uint64_t now = loop_ms();

	w->brought = 1;
	watch_alive(&p->watch, now);
	if (p->state != WELCOMED) {
		p->state = DISMISSED;
		return say_goodbye(p, CLOSE_PROTOCOL);
	}
	if (lws_frame_is_binary(p->wsi))
		code = dispatch_input(w->dispatch, p->conn, data, len,
		    lws_remaining_packet_payload(p->wsi),
		    lws_is_final_fragment(p->wsi), now);
	return code == 0 ? 0 : say_goodbye(p, code);
}

/* A frame that libwebsockets deals with: a pong, or a ping, by its answer. */
static int
controlled(struct peer *p)
{
	uint64_t now = loop_ms();

	watch_alive(&p->watch, now);
	if (watch_control(&p->watch, now) == 0)
		return 0;
	return say_goodbye(p, CLOSE_POLICY);
}

/* With a byte in it: 4.1.6 does not tell of an empty pong. */
static int
send_ping(struct peer *p)
{
	uint8_t byte[LWS_PRE + 1] = { 0 };

	p->ping = 0;
	want_write(p);
	return lws_write(p->wsi, byte + LWS_PRE, 1, LWS_WRITE_PING) < 0 ?
	    -1 : 0;
}

/*
 * One message; then, if the connection has failed, its close.  Unasked, this
 * comes after libwebsockets has answered a ping.
 */
static int
writeable(struct ws *w, struct peer *p)
{
	const struct out *o = conn_output(p->conn);

	if (p->state != WELCOMED)
		return 0;
	unlist(p);
	if (!p->asked && controlled(p) != 0)
		return -1;
	p->asked = 0;
	if (p->ping)
		return send_ping(p);
	if (o != NULL) {
		if (lws_write(p->wsi, o->buf + CONN_HEADROOM, o->len,
		    LWS_WRITE_BINARY) < (int)o->len)
			return -1;
		watch_alive(&p->watch, loop_ms());
		conn_written(p->conn);
		dispatch_written(w->dispatch, p->conn);
		/* Once more if it could not take all of it. */
		p->asked = 1;
	}
	if (conn_output(p->conn) != NULL)
		want_write(p);
	else if (p->conn->close_code != 0)
		return say_goodbye(p, p->conn->close_code);
	return 0;
}

/*
 * libwebsockets sends ${payload} back and hangs up; one byte it cannot send
 * back as anything else, so that is answered with a close of our own.
 */
static int
peer_closes(struct peer *p, uint8_t *payload, size_t len)
{
	if (goodbye_is_valid(payload, len))
		return 0;
	if (len < 2)
		return say_goodbye(p, CLOSE_PROTOCOL);
	memset(payload, ' ', len);
	payload[0] = CLOSE_PROTOCOL >> 8;
	payload[1] = CLOSE_PROTOCOL & 0xff;
	return 0;
}

/* ---- each connection about once a second --------------------------------- */

/* Not from a callback of libwebsockets. */
static void
break_off(struct peer *p)
{
	lws_set_timeout(p->wsi, PENDING_TIMEOUT_USER_REASON_BASE,
	    LWS_TO_KILL_SYNC);
}

static enum watch_verdict
look_at(struct peer *p, const struct watch_limits *l, uint64_t now)
{
	enum watch_verdict v = watch_check(&p->watch, l, conn_half(p->conn),
	    p->conn->close_code != 0, now);

	if (v == WATCH_PING) {
		p->ping = 1;
		want_write(p);
	} else if (v == WATCH_SLOW)
		conn_fail(p->conn, CLOSE_POLICY);
	else if (v == WATCH_DEAD)
		break_off(p);
	return v;
}

/* Too much is kept in all: who has more than a share of it must go. */
static void
shed(struct ws *w)
{
	struct peer *p, *next;
	uint64_t n = 0;

	for (p = w->all; p != NULL; p = next) {
		next = p->next;
		if (conn_buffered(p->conn) > SHARE) {
			break_off(p);
			n++;
		}
	}
	log_count("memory-full", "closed", n);
}

/*
 * The allocator keeps what was freed between things that stay: what slow
 * readers had us keep would be ours for ever.
 */
static void
give_back(struct ws *w, uint64_t buffered)
{
	if (w->most < buffered)
		w->most = buffered;
	if (w->most - buffered < GIVE_BACK)
		return;
	w->most = buffered;
	(void)malloc_trim(0);
}

static void
looked_at_all(struct ws *w)
{
	w->relay->buffered = w->kept + holds_bytes(hub_holds(w->relay->hub));
	if (w->kept >> 20 >= w->relay->config->max_buffered_mib)
		shed(w);
	give_back(w, w->relay->buffered);
	w->kept = 0;
	w->look = w->all;
}

/* All are pinged in half of the time after which they would be given up. */
static uint64_t
pings_at_a_time(const struct ws *w, const struct watch_limits *l)
{
	return 1 + w->relay->connections * 2 * PING_MS /
	    (l->hangup_ms - l->ping_ms);
}

/* A few at a time: to look at 15,000, or to ping 256, stops all for 5 ms. */
static void
on_watch(struct ev_loop *loop, ev_timer *t, int events)
{
	struct ws *w = t->data;
	const struct config *cf = w->relay->config;
	const struct watch_limits limits = {
		.ping_ms = cf->ping_seconds * 1000,
		.hangup_ms = cf->hangup_seconds * 1000,
		.message_ms = cf->message_seconds * 1000
	};
	uint64_t now = loop_ms(), n, pings = pings_at_a_time(w, &limits);
	uint64_t turns = 1 + w->relay->connections / LOOK_MAX;
	struct peer *p;

	(void)events;
	for (n = 0; n < LOOK_MAX && pings > 0 && (p = w->look) != NULL; n++) {
		w->look = p->next;
		w->kept += conn_buffered(p->conn);
		pings -= look_at(p, &limits, now) == WATCH_PING;
	}
	if (w->look == NULL)
		looked_at_all(w);
	t->repeat = 1. / (double)turns;
	if (pings == 0 && t->repeat > PING_MS / 1000.)
		t->repeat = PING_MS / 1000.;
	ev_timer_again(loop, t);
}

static int
event(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in,
    size_t len)
{
	struct ws *w = lws_context_user(lws_get_context(wsi));
	struct peer *p = user;

	switch (why) {
	case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
		listen_secure(user);
		return 0;
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return w != NULL ? door_knock(w->door, wsi,
		    (int)(intptr_t)in) : -1;
	case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
		door_enter(w->door, wsi);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		if (w != NULL && w->door != NULL)
			door_leave(w->door, wsi);
		return 0;
	case LWS_CALLBACK_HTTP:
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		/* Never looks at ${in}. */
		return w != NULL ? door_confirm(w->door, wsi) : -1;
	case LWS_CALLBACK_RAW_RX:
		/* What libwebsockets cannot read as a request. */
		return door_unread(wsi, in, len);
	case LWS_CALLBACK_ESTABLISHED:
		return opened(w, wsi, p);
	case LWS_CALLBACK_RECEIVE:
		return received(w, p, in, len);
	case LWS_CALLBACK_RECEIVE_PONG:
		return controlled(p);
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		return peer_closes(p, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return writeable(w, p);
	case LWS_CALLBACK_CLOSED:
		closed(w, p);
		return 0;
	default:
		return 0;
	}
}

/* Without a size to send, a message leaves in pieces as long as a read. */
static const struct lws_protocols protocols[] = {
	{ TACIT_SUBPROTOCOL, event, sizeof(struct peer), RX_BUFFER, 0, NULL,
	    CONN_MESSAGE_OUT },
	{ NULL, NULL, 0, 0, 0, NULL, 0 }
};

/* ---- start and stop ------------------------------------------------------ */

int
ws_start(struct ws **out, struct relay *r, uint16_t *port)
{
	struct ws *w = calloc(1, sizeof(*w));
	int rc = TACIT_E_NOMEM;

	*out = NULL;
	if (w == NULL)
		return rc;
	w->relay = r;
	ev_prepare_init(&w->turn, on_turn);
	w->turn.data = w;
	/* After loop.c's, which settles connections in its own. */
	ev_set_priority(&w->turn, EV_MINPRI);
	ev_prepare_start(r->loop, &w->turn);
	ev_timer_init(&w->watch, on_watch, 1., 1.);
	w->watch.data = w;
	ev_timer_start(r->loop, &w->watch);
	if ((rc = door_open(&w->door, r)) != 0)
		goto out;
	if ((rc = dispatch_open(&w->dispatch, r)) != 0)
		goto out;
	if ((rc = loop_open(&w->loop, r, w->dispatch)) != 0)
		goto out;
	if ((rc = listen_open(&w->context, r, protocols, w)) != 0)
		goto out;
	*port = (uint16_t)lws_get_vhost_listen_port(
	    lws_get_vhost_by_name(w->context, "default"));
	*out = w;
	w = NULL;
out:
	ws_free(w);
	return rc;
}

void
ws_wake(void *ws)
{
	struct ws *w = ws;

	loop_wake(w->loop);
}

void
ws_stop(struct ws *w)
{
	loop_stop(w->loop);
}

void
ws_free(struct ws *w)
{
	if (w == NULL)
		return;
	if (w->context != NULL)
		lws_context_destroy(w->context);
	door_free(w->door);
	ev_prepare_stop(w->relay->loop, &w->turn);
	ev_timer_stop(w->relay->loop, &w->watch);
	loop_free(w->loop);
	dispatch_free(w->dispatch);
	free(w);
}
