/* SPDX-License-Identifier: Apache-2.0 */
/* What `serve` runs with: one validated pass over options and file. */
#ifndef RELAY_CONFIG_H
#define RELAY_CONFIG_H

#include <stdint.h>

#include "confine.h"
#include "store.h"

struct config {
	char data[4096];		/* directory, as given */
	char host[256];			/* numeric address, no brackets */
	uint16_t port;			/* 0: pick one */
	uint8_t loopback;		/* ${host} is a loopback address */
	uint8_t plaintext;		/* ws://, only on loopback */
	char tls_certificate[4096];	/* empty: self-made in ${data} */
	char tls_key[4096];
	uint32_t hold_ms;		/* 0: nothing is held */
	uint32_t max_held_mib;		/* of all connections together */
	uint32_t ok_tick_ms;
	uint32_t ttl_days;
	struct store_limits limits;
	uint32_t post_rate, post_burst;	/* per mailbox and source */
	uint32_t invitation_rate;	/* reads per minute and source */
	uint32_t max_connections;
	uint32_t max_handshakes;	/* connections in their handshake */
	uint32_t source_connections;	/* of one source: open, */
	uint32_t source_handshakes;	/* in their handshake, */
	uint32_t source_rate;		/* new in a second */
	uint32_t handshake_seconds, message_seconds;
	uint32_t ping_seconds, hangup_seconds;
	uint32_t max_buffered_mib;	/* of all connections together */
	uint32_t reserve_mib;		/* of bodies, made at a start */
	uint32_t hour_seconds;		/* 3600; less on loopback only */
	enum confine_want confinement;
};

/* The defaults of CONTRACT and limits.h. */
void config_default(struct config *c);

/*
 * Read ${path} over ${c}.  A problem is printed as "FILE:LINE: what, and what
 * is allowed" on stderr.
 * Errors:  TACIT_E_INVALID; ${c} is then undefined.
 */
int config_read(struct config *c, const char *path);

/*
 * Set ${c->host} and ${c->port} from "ADDR:PORT" or "[IPV6]:PORT".
 * Errors:  TACIT_E_INVALID; nothing is printed and ${c} is unchanged.
 */
int config_listen(struct config *c, const char *text);

/* Check what must hold between keys; prints as config_read() does. */
int config_check(const struct config *c);

#endif
