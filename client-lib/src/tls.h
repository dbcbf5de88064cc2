/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a TLS connection to a relay must be: version 1.3, no session reuse,
 * and the relay that was named, by pin or by WebPKI.  All of it is decided
 * while the certificate is read, before one byte of WebSocket is sent.
 * Through a proxy, TLS begins in the tunnel (tunnel.h).
 */
#ifndef CLIENT_TLS_H
#define CLIENT_TLS_H

#include <stdint.h>

#include "tacit/error.h"
#include "tacit/limits.h"

struct ssl_ctx_st;
struct ssl_st;

/* Whom one connection expects. */
struct tls_peer {
	char host[TACIT_URL_MAX + 1];	/* IPv6 in brackets */
	uint16_t tunnel_port;		/* the relay's, behind a proxy; or 0 */
	int webpki;			/* else: by pin */
	uint8_t pin[TACIT_HASH_LEN];
	uint8_t next_pin[TACIT_HASH_LEN];	/* zeros: none */
	int refused;			/* out: it was somebody else */
	int by_next;			/* out: its key is the next one */
};

/* The peer that ${ssl} is to reach, or NULL, which is refused. */
typedef struct tls_peer *tls_find(void *arg, const struct ssl_st *ssl);

struct tls;

/* Errors: TACIT_E_NOMEM. */
int tls_open(struct tls **out, tls_find *find, void *arg);
void tls_close(struct tls *t);

/*
 * Read the host's trust store, which WebPKI needs; 80 ms the first time.  If
 * there is none, no chain will be found to be good.
 */
void tls_trust(struct tls *t);

struct ssl_ctx_st *tls_context(struct tls *t);

#endif
