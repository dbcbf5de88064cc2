/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections to relays: what the core asks of the world outside (struct
 * transport), and the one real implementation, on libwebsockets and a private
 * libuv loop (net.c, ws.c).  The core never sees a socket.
 *
 * A connection is named by a number that the core chose, above 0 and never
 * used twice.  What happens to connections comes out of one queue.
 */
#ifndef CLIENT_NET_H
#define CLIENT_NET_H

#include <stddef.h>
#include <stdint.h>

#include "tacit/error.h"
#include "tacit/limits.h"
#include "tacit/link.h"

enum net_what {
	NET_OPEN,			/* TLS, pin and upgrade are done */
	NET_MESSAGE,			/* one whole WebSocket message */
	NET_CLOSED			/* ${why}; also if it never opened */
};

struct net_event {
	enum net_what what;
	uint32_t conn;
	int by_next;			/* NET_OPEN: the next pin matched, so
					   the relay has changed its key */
	int why;			/* NET_CLOSED: TACIT_E_UNREACHABLE, TACIT_E_PIN,
					   TACIT_E_LIMIT (message too long), ... */
	uint8_t *data;			/* NET_MESSAGE: malloc'ed, the taker's */
	size_t len;
	size_t taken;			/* by the core, so far; 0 at first */
	size_t alone;			/* up to here each frame by itself */
};

struct transport {
	const struct transport_ops *ops;	/* first member */
};

struct transport_ops {
	/*
	 * Begin to connect to ${place}; ${next_pin} (zeros: none) is accepted
	 * as well as the place's pin.  Returns at once; NET_OPEN or
	 * NET_CLOSED follows.  Errors: TACIT_E_NOMEM, TACIT_E_PLAINTEXT.
	 */
	int (*open)(struct transport *, uint32_t conn,
	    const struct tacit_place *place,
	    const uint8_t next_pin[TACIT_HASH_LEN]);
	/*
	 * Queue one binary message; ${msg} is copied.
	 * Errors: TACIT_E_STATE (no such open connection), TACIT_E_NOMEM,
	 * TACIT_E_WAIT (more than 512 KiB are queued: try after a step),
	 * TACIT_E_LIMIT (longer than TACIT_MESSAGE_MAX).
	 */
	int (*send)(struct transport *, uint32_t conn, const uint8_t *msg,
	    size_t len);
	/* Close; NET_CLOSED does not follow.  Unknown numbers are fine. */
	void (*close)(struct transport *, uint32_t conn);
};

struct net;

/*
 * The real transport.  ${proxy} is "HOST:PORT" of an HTTP CONNECT proxy or
 * NULL.  Connecting takes at most 10 s; names are resolved by uv_getaddrinfo;
 * a connection from which nothing came for 60 s is pinged, and closed after
 * 90 s.
 *
 * Side effects on the process: SIGPIPE is ignored and the log level of
 * libwebsockets is set to nothing.
 * Errors:  TACIT_E_NOMEM, TACIT_E_INVALID (proxy), TACIT_E_EVENT_LOOP
 *          (libwebsockets' plug-in for libuv is not installed).
 */
int net_open(struct net **out, const char *proxy);
/* Waits for nobody, also not for a lookup under way. */
void net_close(struct net *n);
struct transport *net_transport(struct net *n);

/* One descriptor that is readable when net_step() has work, for poll(). */
int net_fd(const struct net *n);
/* Milliseconds until net_step() has work without input; -1: none. */
int net_timeout_ms(const struct net *n);
/*
 * Do what can be done.  Returns when there is an event to take, after
 * ${timeout_ms} (0: at once, negative: no limit), after net_wake(), or when a
 * connection that answered TACIT_E_WAIT has room again.
 */
void net_step(struct net *n, int timeout_ms);
/* Hand to the sockets what was queued and they take without waiting. */
void net_flush(struct net *n);
/* Have a net_step() that waits in another thread return; any thread. */
void net_wake(struct net *n);

/* Take the next event: 1, or 0 if there is none. */
int net_next(struct net *n, struct net_event *out);

#endif
