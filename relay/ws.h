/* SPDX-License-Identifier: Apache-2.0 */
/* libwebsockets <-> conn.c; the only file of the relay that knows it. */
#ifndef RELAY_WS_H
#define RELAY_WS_H

#include "relay.h"

struct ws;

/*
 * Listen as ${r->config} says, on ${r->loop}, with the TLS files of
 * ${r->keys}.  Output: ${port}, the one bound.
 * Errors:  TACIT_E_UNAVAILABLE (cannot bind), TACIT_E_IO (TLS files),
 *          TACIT_E_NOMEM.
 */
int ws_start(struct ws **out, struct relay *r, uint16_t *port);

/* From the store thread: have the loop call commit_collect() soon. */
void ws_wake(void *ws);

/* Stop accepting, close every connection with 1001; ws_stopped() tells when. */
void ws_stop(struct ws *w);
int ws_stopped(const struct ws *w);
void ws_free(struct ws *w);

#endif
