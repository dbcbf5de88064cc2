/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client side of RFC 6455 over TLS 1.3 or plain TCP, blocking, with
 * nothing hidden: a test decides about every byte.  One thread per handle.
 */
#ifndef SUPPORT_RAW_WS_H
#define SUPPORT_RAW_WS_H

#include <stddef.h>
#include <stdint.h>

#include "tacit/limits.h"

/* Outcomes that no relay sends; all below TACIT_E_LAST_. */
enum raw_error {
	RAW_TIMEOUT = -1001,
	RAW_CLOSED = -1002,		/* orderly or not; see close_code */
	RAW_CONNECT = -1003,		/* TCP or TLS refused */
	RAW_PIN = -1004,
	RAW_HTTP = -1005,		/* status is not 101 */
	RAW_PROTOCOL = -1006,		/* the other side breaks RFC 6455 */
	RAW_NOMEM = -1007
};

/* Where to, and how: what is NULL or 0 gets the usual value. */
struct raw_target {
	char host[TACIT_URL_MAX + 1];	/* numeric; IPv6 with brackets or not */
	uint16_t port;
	const char *from;		/* numeric IPv4 address to come from */
	int plaintext;
	const uint8_t *pin;		/* TACIT_HASH_LEN; NULL: not checked */
	const char *alpn;		/* with lengths; http/1.1 */
	int tls_max;			/* e.g. TLS1_2_VERSION; 0: no limit */
	const char *path;		/* TACIT_PATH */
	const char *subprotocol;	/* TACIT_SUBPROTOCOL; "": none */
	const char *request;		/* a whole HTTP request in its place */
	int receive_buffer;		/* bytes of SO_RCVBUF; 0: as it is */
};

struct raw_ws;

/*
 * Connect and upgrade.
 * Output:  ${status}: the HTTP status, 0 if there was none; may be NULL.
 */
int raw_ws_open(struct raw_ws **out, const struct raw_target *t, int *status);

/* TCP and TLS only. */
int raw_ws_dial(struct raw_ws **out, const struct raw_target *t);

/* Break the connection off, as a crash would; NULL is fine. */
void raw_ws_free(struct raw_ws *w);

/*
 * Bytes as they are, below WebSocket.  raw_ws_read() returns how many it put
 * in ${buf}, or RAW_TIMEOUT or RAW_CLOSED.
 */
int raw_ws_send_bytes(struct raw_ws *w, const void *data, size_t len);
int raw_ws_read(struct raw_ws *w, void *buf, size_t cap, int timeout_ms);

/* The next frame as it is, of any opcode; nothing is answered. */
int raw_ws_next(struct raw_ws *w, uint8_t *first, const uint8_t **data,
    size_t *len, int timeout_ms);

/*
 * One WebSocket frame: ${first} is its first byte (0x82: final, binary),
 * ${masked} as RFC 6455 demands of clients.
 */
int raw_ws_send_frame(struct raw_ws *w, uint8_t first, int masked,
    const void *data, size_t len);

/*
 * The next data message; pings are answered, and a close is taken down.
 * Output:  ${data}, valid until the next call; ${text}: 1 if it was text.
 * Errors:  RAW_TIMEOUT, RAW_CLOSED, RAW_PROTOCOL.
 */
int raw_ws_receive(struct raw_ws *w, const uint8_t **data, size_t *len,
    int *text, int timeout_ms);

/* Send a close frame with ${code}. */
int raw_ws_send_close(struct raw_ws *w, uint16_t code);

/* The code that the other side closed with; 0: none; 1005: an empty one. */
int raw_ws_close_code(const struct raw_ws *w);

int raw_ws_fd(const struct raw_ws *w);

/* SHA-256 of the key that the other side showed, over TLS, as DER. */
int raw_ws_key_hash(const struct raw_ws *w, uint8_t out[TACIT_HASH_LEN]);

#endif
