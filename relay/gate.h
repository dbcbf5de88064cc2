/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handshake gate: which HTTP request becomes a connection.  Pure; ws.c
 * fills in what libwebsockets parsed and sends the status.  It exists because
 * libwebsockets 4.1.6 upgrades much that RFC 6455 forbids.
 */
#ifndef RELAY_GATE_H
#define RELAY_GATE_H

#include <stddef.h>

enum { GATE_HEADER_MAX = 256 };	/* bytes of one value, with the final NUL */

/* Values as sent; NULL: the header is absent. */
struct gate_request {
	const char *method;		/* "GET", or another */
	const char *uri;		/* path without query */
	const char *query;
	const char *version;		/* "HTTP/1.1" */
	const char *host;
	const char *upgrade;
	const char *connection;
	const char *key;		/* Sec-WebSocket-Key */
	const char *ws_version;		/* Sec-WebSocket-Version */
	const char *subprotocol;
	const char *origin;
	const char *content_length;
	const char *transfer_encoding;
	int too_long;			/* a value did not fit */
	int malformed;			/* a value has control bytes */
	int full;			/* no room for another connection */
};

/*
 * The status to answer: 101 go on; 400, 403, 404, 405, 426 (with
 * Sec-WebSocket-Version), 431, 503.
 */
int gate_check(const struct gate_request *q);

/*
 * The status for a request of which only ${len} first bytes are known: 405 if
 * they begin with a method and a path, else 400.
 */
int gate_unread(const void *bytes, size_t len);

/* "HTTP/1.1 404 ..." to the blank line; static, never NULL. */
const char *gate_answer(int status);

#endif
