/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The context of libwebsockets: its options, TLS, the address.  The part of
 * ws.c that is over when the relay is READY.
 */
#ifndef RELAY_LISTEN_H
#define RELAY_LISTEN_H

#include "relay.h"

struct lws_context;
struct lws_protocols;

/*
 * Bind and listen on ${r->loop}, as ${r->config} and ${r->keys} say.
 * Output:  ${out}, to be given back with lws_context_destroy(); ${user} is
 *          its user.
 * Owner:   ${protocols} must outlive it.
 * Errors:  TACIT_E_UNAVAILABLE (cannot bind), TACIT_E_IO (TLS files); then
 *          the reason was written to stderr, if libwebsockets has one.
 */
int listen_open(struct lws_context **out, const struct relay *r,
    const struct lws_protocols *protocols, void *user);

/*
 * To ${ssl_ctx}, an SSL_CTX, before it is used: TLS sessions must not join
 * connections.  libwebsockets tells of it to the first protocol only.
 */
void listen_secure(void *ssl_ctx);

#endif
