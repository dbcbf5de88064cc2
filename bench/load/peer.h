/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that we compare with, as bench/peers/peer.sh starts it: what the
 * drivers of MQTT, NATS and Redis share.
 */
#ifndef LOAD_PEER_H
#define LOAD_PEER_H

#include <jansson.h>

#include "driver.h"
#include "server.h"

/*
 * Unacknowledged deliveries to one recipient: the default of NATS.  The relay's
 * is 64; with 64 NATS took three times the CPU for each message of a drain.
 */
enum { PEER_WINDOW = 1000, PEER_NAME_MAX = 32 };

struct peer {
	const char *name;		/* as peer.sh has it */
	struct server server;
	struct wires *set;
	struct wire_target target;
	size_t body_len;
	json_t *about;
	char dir[4096];
};

/*
 * Start it in ${conf->dir} and wait until it listens.  ${target} says how it
 * is reached; its port is put in, and TLS is left out if ${conf} says so.
 */
void peer_start(struct peer *p, const char *name,
    const struct wire_target *target, const struct driver_conf *conf,
    struct wires *set);
void peer_stop(struct peer *p);

/* End and start it on what it has: nanoseconds until it listens. */
uint64_t peer_restart(struct peer *p);

/* "version", and "settings": its configuration without comments, in lines. */
void peer_describe(const struct peer *p, json_t *o);

/* "q.7" for ('q', '.', 7). */
void peer_name(char out[PEER_NAME_MAX], char kind, char dot, uint32_t n);

/*
 * What a driver keeps of each wire, at the front of its own: how much of the
 * input the last event borrows.  peer_bytes() lets go of that first.
 */
struct peer_wire {
	size_t lent;
};

const uint8_t *peer_bytes(struct wire *w, size_t *len);

/* ${len} bytes at the front were parsed and may be borrowed by an event. */
void peer_lend(struct wire *w, ptrdiff_t len);

#endif
