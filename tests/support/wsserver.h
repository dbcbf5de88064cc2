/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A WebSocket server on loopback for tests of the client: one thread that
 * accepts, one per connection, each behaving well or badly as told.
 */
#ifndef SUPPORT_WSSERVER_H
#define SUPPORT_WSSERVER_H

#include <stddef.h>
#include <stdint.h>

enum wsserver_act {
	WSS_ECHO,
	/* before TLS is up */
	WSS_SILENT,			/* accepts, says nothing */
	WSS_CUT,			/* accepts and closes */
	WSS_CUT_HELLO,			/* closes when it read ClientHello */
	WSS_GARBAGE,			/* answers ClientHello with HTTP */
	WSS_TLS12,			/* speaks TLS 1.2 only */
	/* before the upgrade is done */
	WSS_MUTE,			/* TLS, but no answer to GET */
	WSS_CUT_GET,			/* closes when it read GET */
	WSS_404,
	WSS_REDIRECT,			/* 302 to wsserver_redirect */
	WSS_NO_PROTOCOL,
	WSS_WRONG_PROTOCOL,
	WSS_WRONG_ACCEPT,
	WSS_EXTENSION,			/* permessage-deflate, not asked for */
	/* afterwards */
	WSS_LEAVE,			/* close frame, then FIN */
	WSS_CUT_OPEN,			/* FIN without a close frame */
	WSS_DEAF,			/* never reads again */
	WSS_TEXT,			/* sends a text message */
	WSS_FRAGMENTS,			/* one message in pieces, pings between */
	WSS_LARGEST,			/* one of exactly the largest size */
	WSS_OVERSIZE,			/* one byte more, in one frame */
	WSS_OVERSIZE_PIECES,		/* one byte more, in many frames */
	WSS_HUGE,			/* announces 2^62 bytes */
	WSS_BAD_OPCODE,
	WSS_NOISE,			/* random frames, then FIN */
	WSS_BURST,			/* ${burst} messages in one write */
	WSS_ACTS
};

struct wsserver_options {
	enum wsserver_act act;
	int plaintext;
	const char *listen;		/* NULL: 127.0.0.1 */
	uint16_t port;			/* 0: any */
	size_t burst, burst_len;	/* WSS_BURST */
	uint64_t noise;			/* seed of WSS_NOISE */
	const char *redirect;		/* WSS_REDIRECT */
	const char *name;		/* of the certificate; NULL: "relay" */
	const char *certificate_file;	/* NULL, or where to leave it as PEM */
	int expired;
	/*
	 * Send the answer, what follows, and 40 KiB of good messages in one
	 * write, so that they share TLS records.
	 */
	int together;
};

struct wsserver;

/* NULL on failure, which is the machine's. */
struct wsserver *wsserver_start(const struct wsserver_options *o);
void wsserver_stop(struct wsserver *s);

uint16_t wsserver_port(const struct wsserver *s);
/* SHA-256 of the SubjectPublicKeyInfo. */
void wsserver_pin(const struct wsserver *s, uint8_t pin[32]);

/* What was seen so far. */
unsigned wsserver_accepted(struct wsserver *s);
unsigned wsserver_requests(struct wsserver *s);
/* The last request, and the last server name ("" if none was sent). */
void wsserver_request(struct wsserver *s, char *out, size_t cap);
void wsserver_sni(struct wsserver *s, char *out, size_t cap);
void wsserver_alpn(struct wsserver *s, char *out, size_t cap);
/* Status of the last close frame that came in; 0: none. */
unsigned wsserver_close_status(struct wsserver *s);
unsigned wsserver_pings(struct wsserver *s);

#endif
