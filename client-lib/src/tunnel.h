/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP CONNECT as a layer between TLS and the socket: the first write sends
 * the request, nothing of TLS passes before the proxy has agreed, and no byte
 * after its answer is taken from TLS.
 */
#ifndef CLIENT_TUNNEL_H
#define CLIENT_TUNNEL_H

#include <stdint.h>

#include "tacit/error.h"

struct bio_method_st;
struct ssl_st;

/* Errors: TACIT_E_NOMEM. */
int tunnel_open(struct bio_method_st **out);
void tunnel_close(struct bio_method_st *kind);

/*
 * Have ${ssl}, whose handshake has not sent anything, go on through a tunnel
 * to ${host} (IPv6 in brackets) and ${port}; its socket is connected to the
 * proxy.  Everything of it goes with ${ssl}.
 * Limits:  ${host} at most TACIT_URL_MAX bytes.
 * Errors:  TACIT_E_NOMEM.
 */
int tunnel_add(struct bio_method_st *kind, struct ssl_st *ssl,
    const char *host, uint16_t port);

#endif
