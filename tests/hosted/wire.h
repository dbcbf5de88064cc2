/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host's transport over raw_ws.h, as an app would have it over the stack of
 * its own: struct tacit_transport, and what turns it.
 */
#ifndef HOSTED_WIRE_H
#define HOSTED_WIRE_H

#include <stdint.h>

#include "tacit/tacit.h"

enum { WIRES = 32 };

struct raw_ws;

struct wires {
	struct tacit_transport transport;
	struct tacit *t;		/* set by its owner, once it is open */
	struct wire {
		uint32_t conn;		/* 0: free */
		struct tacit_peer peer;
		char host[256];
		struct raw_ws *ws;	/* NULL: to be opened */
	} wire[WIRES];
	uint32_t opened, messages, closes, refused;
	int careless;			/* does not look at the pin, */
	int liar;			/* says that it was right, */
	int fails;			/* or answers so to each open() */
};

void wires_init(struct wires *w);
void wires_free(struct wires *w);

/*
 * Do what open() asked for, hand in what came: one round, waiting at most
 * ${wait_ms} for bytes.  Aborts where the library does not answer as it must.
 */
void wires_turn(struct wires *w, int wait_ms);

#endif
