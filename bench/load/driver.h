/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a protocol gives so that every scenario runs the same work over it.
 *
 * A driver has a server of its own, N queues with one durable recipient each,
 * and two kinds of connections: senders, that post to any queue, and
 * recipients, that read one queue (number ${index} reads queue ${index}).
 * Scenarios own the loop: they post, take events out of a connection that has
 * new bytes, and acknowledge.  A driver keeps what it needs of a connection in
 * wire->own and makes it in open(), frees it in close().
 *
 * One thread.  What cannot fail in a sound run ends the program with a reason
 * (fail.h); so no operation returns an error.
 */
#ifndef LOAD_DRIVER_H
#define LOAD_DRIVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "wire.h"

enum { DRIVER_WINDOW_MAX = 4096 };	/* under way on one sender */

struct driver_conf {
	const char *dir;	/* an empty directory; the server's data go here */
	uint32_t recipients;	/* queues */
	uint32_t senders;
	uint32_t window;	/* at most DRIVER_WINDOW_MAX: unanswered posts */
	uint64_t letters;	/* that one queue must be able to hold */
	size_t body_len;
	int plain;		/* without TLS, where there is a choice */
	uint32_t idle;		/* connections beside these, for its limits */
	const char *settings;	/* more for its file, in its syntax; or NULL */
};

enum event_kind {
	EVENT_STARTED,		/* after start(): what comes now is pushed */
	EVENT_ACKED,		/* post ${tag} was acknowledged */
	EVENT_DELIVERED		/* a body; acknowledge it by ack() */
};

struct event {
	enum event_kind kind;
	uint64_t tag;		/* EVENT_ACKED */
	/* EVENT_DELIVERED; all borrowed until the next input() on the wire. */
	const uint8_t *body;
	size_t body_len;
	const uint8_t *name;	/* whatever ack() needs: id, reply subject */
	size_t name_len;
	uint64_t number;	/* the same, where it is a number */
};

struct driver {
	const char *name;	/* of the command line */
	const char *title;	/* of tables: "mosquitto, wss, QoS 1" */
	const char *durable;	/* what an acknowledgement says, a clause */

	/*
	 * Start the server and make the queues, with every recipient known
	 * and offline.  Output: ${*d}, the driver's own state; teardown()
	 * ends the server and frees it.
	 */
	void (*setup)(void **d, const struct driver_conf *conf,
	    struct wires *set);
	void (*teardown)(void *d);

	/* Its process, of which CPU, memory and bytes written are read. */
	pid_t (*server)(const void *d);

	/* Add version and settings to ${about}, as they were in this run. */
	void (*describe)(const void *d, json_t *about);

	/*
	 * End the server in good order and start it again on what it has.
	 * Returns nanoseconds from its start to its readiness.  NULL: the
	 * driver cannot.  No connection may be open.
	 */
	uint64_t (*restart)(void *d);

	/*
	 * A new connection, greeted as the protocol has it, waiting for each
	 * answer.  A recipient is given nothing before start().
	 * Output: ${w->own}, ${w->index}, ${w->recipient} are set.
	 */
	struct wire *(*open)(void *d, int recipient, uint32_t index);

	/*
	 * Have a recipient's queue delivered on its connection, first what
	 * waits, then what comes; never blocks.  EVENT_STARTED comes once
	 * when the server has taken it (before or after what waited).
	 */
	void (*start)(void *d, struct wire *w);

	/*
	 * Write one post of ${conf.body_len} bytes at ${body} to queue
	 * ${recipient}; EVENT_ACKED with ${tag} comes on the same wire.  The
	 * scenario keeps to the window.
	 */
	void (*post)(void *d, struct wire *w, uint32_t recipient,
	    uint64_t tag, const uint8_t *body);

	/*
	 * Take the next event out of what was read.  Returns 0 if there is
	 * none; what is no event (a ping, the OK to an acknowledgement) is
	 * dealt with inside.
	 */
	int (*input)(void *d, struct wire *w, struct event *e);

	/* Acknowledge a delivery: right after the input() that gave it. */
	void (*ack)(void *d, struct wire *w, const struct event *e);

	/*
	 * Called when a wire's input was taken to its end, before the next
	 * write: for acknowledgements gathered by ack().  NULL: none.
	 */
	void (*flush)(void *d, struct wire *w);

	/*
	 * Say good-bye in the protocol's way, so that what was acknowledged
	 * counts and a recipient's queue stays, and free wire->own; then
	 * wire_close().
	 */
	void (*close)(void *d, struct wire *w);

	/*
	 * A connection that does nothing, as an idle recipient's that has
	 * started; for counting what it costs.  close() ends it.
	 */
	struct wire *(*idle)(void *d, uint32_t index);

	/*
	 * Read ${n} queues, from the first on, over one connection, until
	 * each is known to be empty.  Returns nanoseconds; ${requests} gets
	 * how many it took.  NULL: the protocol has no such thing.
	 */
	uint64_t (*subscribe)(void *d, uint32_t n, uint32_t *requests);
};

extern const struct driver drive_tacit;		/* ours.c */
extern const struct driver drive_mqtt, drive_nats, drive_redis;

/* The driver of that name; NULL: none.  Index from 0 to list them. */
const struct driver *driver_find(const char *name);
const struct driver *driver_at(size_t index);

#endif
