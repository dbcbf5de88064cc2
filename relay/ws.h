/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libwebsockets <-> conn.c; with door.c and listen.c all that knows it.
 *
 * Order of a start:  commit_start, hub_open, ws_start, then ev_run(); nothing
 *     is served before the loop runs.
 * Order of a stop:   ws_stop, ev_run() until it breaks, commit_stop, ws_free,
 *     hub_free.
 */
#ifndef RELAY_WS_H
#define RELAY_WS_H

#include "relay.h"

struct ws;

/*
 * Listen as ${r->config} says, on ${r->loop}, with the TLS files of
 * ${r->keys}.  Keeps ${r->connections}.  When storage has failed for good
 * (commit_failed()), ev_break()s the loop.  Output: ${port}, the one bound.
 * Errors:  TACIT_E_UNAVAILABLE (cannot bind), TACIT_E_IO (TLS files),
 *          TACIT_E_NOMEM.
 */
int ws_start(struct ws **out, struct relay *r, uint16_t *port);

/* From the store thread: have the loop call commit_collect() soon. */
void ws_wake(void *ws);

/*
 * Set ${r->stopping}: accept and read nothing more, answer what is under way,
 * then close every connection with 1001.  When the last one is gone, or a
 * deadline has passed, the loop is ev_break()ed.
 */
void ws_stop(struct ws *w);

/* After commit_stop().  NULL does nothing. */
void ws_free(struct ws *w);

#endif
