/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections of a load generator: TCP to loopback, TLS 1.3 if asked for, and
 * the client's side of RFC 6455 if asked for, so thin that the server is what
 * is measured.  A driver writes whole units of its protocol and reads one
 * stream of bytes; units that wait together leave in one WebSocket message
 * and one write, and what comes is read in large pieces.
 *
 * One thread.  What cannot fail in a sound run ends the program with a reason
 * (fail.h): a connection that the server ends is such a failure, unless the
 * one who opened it said otherwise (wire_may_end()).
 */
#ifndef LOAD_WIRE_H
#define LOAD_WIRE_H

#include <stddef.h>
#include <stdint.h>

enum {
	WIRE_MESSAGE_MAX = 65535,	/* bytes of units that share a message */
	WIRE_UNITS_MAX = 64,		/* units in one */
	WIRE_UNIT_MAX = 1048576		/* a long one has a message to itself */
};

struct wire_target {
	uint16_t port;			/* of 127.0.0.1 */
	int tls;
	const char *path;		/* of the upgrade; NULL: no WebSocket */
	const char *subprotocol;
};

struct wires;				/* a set that one loop serves */

struct wire {
	/* The driver's. */
	void *own;
	uint32_t index;			/* among its kind; see driver.h */
	int recipient;			/* 0: it posts */

	/* wire.c's alone from here on. */
	struct wires *set;
	void *ssl;			/* NULL: plain */
	int fd;
	uint8_t ws, dirty, may_end, ended, writing;

	uint8_t *out;
	size_t out_at, out_len, out_cap;
	size_t message;			/* where the open one begins */
	uint32_t units;			/* in it; 0: none is open */

	uint8_t *in;
	size_t in_at, in_ready;		/* payload that nobody took */
	size_t raw_at, raw_end, in_cap;	/* what is still framed */
	uint64_t left;			/* of the WebSocket frame that it is in */
	uint8_t opcode;
};

struct wires *wires_new(void);
void wires_free(struct wires *s);	/* and all that are left in it */

/*
 * Connect, shake hands and upgrade, waiting for each; never blocking after.
 * Owner:  the caller; wire_close().
 */
struct wire *wire_open(struct wires *s, const struct wire_target *t);

/* Write what waits, say good-bye as the layers have it, and free. */
void wire_close(struct wire *w);

/* The server may end it (an idle one, a killed server); see ${w->ended}. */
void wire_may_end(struct wire *w);

/*
 * Room for one unit of at most ${len} bytes, 1 to WIRE_UNIT_MAX; then
 * wire_put() with what it became.  Nothing is written before a flush.
 */
uint8_t *wire_room(struct wire *w, size_t len);
void wire_put(struct wire *w, size_t len);
/* Both at once. */
void wire_add(struct wire *w, const void *data, size_t len);

/* Bytes that nobody took yet; good until the next wire_take() or read. */
const uint8_t *wire_bytes(const struct wire *w, size_t *len);
void wire_take(struct wire *w, size_t len);

/* Bytes that are still to be written, framing included. */
size_t wire_waiting(const struct wire *w);

/* Write what waits, and wait until something more was read: for setting up. */
void wire_wait(struct wire *w);

/*
 * One turn: write what waits on all of them, then wait at most ${ns}
 * nanoseconds for something to read and read it.
 * Output:  ${ready}, at most ${cap}: those with new bytes.
 * Returns how many.
 */
size_t wires_turn(struct wires *s, struct wire **ready, size_t cap,
    uint64_t ns);

#endif
