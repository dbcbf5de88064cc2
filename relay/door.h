/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a socket to a connection: who is let in before TLS costs anything, what
 * its request is answered, and who is shown out because the handshake never
 * ends.  The part of ws.c that knows sources and the gate.
 */
#ifndef RELAY_DOOR_H
#define RELAY_DOOR_H

#include "relay.h"

struct door;
struct lws;

/*
 * Raises the limit of open files to what the connections need; says so on
 * stderr, and takes fewer, if the system does not let it.
 * Errors:  TACIT_E_NOMEM.  ${r} must outlive it.
 */
int door_open(struct door **out, struct relay *r);

/* After the last connection is gone.  NULL does nothing. */
void door_free(struct door *d);

/*
 * ${listener} accepted socket ${fd}: 0, or -1 to close it at once.  Only so
 * many come in a turn of the loop: libwebsockets accepts as long as somebody
 * knocks, and does nothing else meanwhile.
 */
int door_knock(struct door *d, struct lws *listener, int fd);

/* And this is what libwebsockets made of it. */
void door_enter(struct door *d, struct lws *wsi);

/*
 * Its request was read, or could not be: 0 to go on, or -1, and what the gate
 * says was sent.
 */
int door_confirm(struct door *d, struct lws *wsi);
int door_unread(struct lws *wsi, const void *in, size_t len);

/*
 * Its handshake is done: SOURCE_NAME_LEN bytes that stand for its source.
 * NULL: it must not go on.
 */
const uint8_t *door_pass(struct door *d, struct lws *wsi);

/* It is gone, whatever it was. */
void door_leave(struct door *d, struct lws *wsi);

/* While no callback of libwebsockets is under way: show out who must go. */
void door_turn(struct door *d);

#endif
