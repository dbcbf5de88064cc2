/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebSocket clients on libwebsockets, which runs on the caller's libuv loop.
 * One ws_conn makes one attempt at a time, to one numeric address.
 *
 * libwebsockets closes asynchronously; what it still does for a connection
 * that was dropped is of no consequence to the ws_conn, which it then no
 * longer knows.
 */
#ifndef CLIENT_WS_H
#define CLIENT_WS_H

#include <stddef.h>
#include <stdint.h>

#include "net_times.h"
#include "tacit/error.h"
#include "tacit/link.h"
#include "tls.h"

struct lws;
struct uv_loop_s;
struct ws;
struct ws_out;

struct ws_conn {
	struct ws *ws;
	struct ws_conn *next;
	struct lws *wsi;		/* NULL: nothing under way */
	struct tls_peer peer;		/* filled by the caller */
	int open;
	int paused;			/* is to read nothing more */
	int stopped;			/* reads nothing */
	int was_full;			/* ws_send() answered TACIT_E_WAIT */
	struct ws_out *out, **out_tail;
	size_t out_len;			/* bytes queued */
	uint8_t *in;			/* the message so far */
	size_t in_len, in_cap;
};

/* What the loop tells; a handler may not free the ws_conn at once. */
struct ws_events {
	void (*opened)(struct ws_conn *);
	/*
	 * One message, the taker's also on error.  1: pause this connection
	 * until ws_resume(); an error: close it with that.
	 */
	int (*message)(struct ws_conn *, uint8_t *data, size_t len);
	void (*writable)(struct ws_conn *);	/* after TACIT_E_WAIT */
	/* The attempt or connection ended; not told after ws_drop(). */
	void (*gone)(struct ws_conn *, int why);
};

/*
 * Side effects on the process: SIGPIPE is ignored, the log of libwebsockets
 * is silenced.
 * Errors:  TACIT_E_NOMEM, TACIT_E_EVENT_LOOP.
 */
int ws_open(struct ws **out, struct uv_loop_s *loop,
    const struct net_times *times, const struct ws_events *events);

/*
 * Ending: ws_stop(), run the loop until nothing of libwebsockets is left in
 * it, ws_close().  Every ws_conn has been dropped before.
 */
void ws_stop(struct ws *w);
void ws_close(struct ws *w);

/* A connection under WebPKI is to be made (tls_trust()). */
void ws_trust(struct ws *w);

void ws_init(struct ws_conn *c, struct ws *w);

struct ws_target {
	const struct tacit_place *place;
	const char *address;		/* numeric; of the proxy if there is one */
	uint16_t proxy_port;		/* 0: ${address} is the relay's own */
};

/*
 * Connect.  ${opened} or ${gone} follows from the loop if this returns 0.
 * Errors:  TACIT_E_UNREACHABLE.  libwebsockets may then have left the watcher
 *          of the failed socket in the loop (see ws_owns()).
 */
int ws_dial(struct ws_conn *c, const struct ws_target *t);

/* True if ${wsi}, the data of a watcher, belongs to a ws_conn in use. */
int ws_owns(const struct ws *w, const void *wsi);

/* Errors: TACIT_E_STATE, TACIT_E_NOMEM, TACIT_E_WAIT. */
int ws_send(struct ws_conn *c, const uint8_t *msg, size_t len);
void ws_resume(struct ws_conn *c);

/*
 * Have the connections that are to be paused read no more; call it each time
 * that the loop has run.  It is not done inside the callback, because 4.1.6
 * then copies a half-read TLS record to and fro for ever.
 */
void ws_settle(struct ws *w);

/* End whatever is under way and free the buffers.  Not from a handler. */
void ws_drop(struct ws_conn *c);

#endif
