/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay as one thing: the loop's view of config, keys, clock and store.
 * main.c makes it; ws.c, dispatch.c and control.c are handed it.
 */
#ifndef RELAY_RELAY_H
#define RELAY_RELAY_H

#include "commit.h"
#include "config.h"
#include "keys.h"

struct ev_loop;
struct hub;

struct relay {
	const struct config *config;
	const struct keys *keys;
	struct commit *commit;
	struct hub *hub;		/* mailboxes that are being read */
	struct ev_loop *loop;
	uint64_t hour;			/* relay hours, kept by clock.c */
	struct confine confined;
	uint32_t connections;		/* WebSocket connections now */
	uint64_t buffered;		/* bytes kept for them, a second ago */
	uint8_t stopping;		/* no new connections, no new jobs */
};

#endif
