/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay without sockets for fuzz_relay.c: its real dispatch, hub and
 * commit over the memory twin, a few clients, and an oracle that watches both
 * sides: what the store committed, and what each client was told.
 *
 * Signatures are those of relay_sign.c.
 */
#ifndef RELAY_WORLD_H
#define RELAY_WORLD_H

#include "dispatch.h"
#include "fuzz.h"

enum {
	WORLD_BOXES = 3,
	WORLD_CLIENTS = 3,
	WORLD_OVER = 300000,		/* what a transport may have read */
	WORLD_ASKED = 4096,		/* requests of one connection */
	WORLD_POSTS = 4096
};

enum { WORLD_GOOD = 1, WORLD_MAYBE = 2 };

/* Owner of mailbox ${i}, or a reader, or the key of an invitation. */
struct world_key {
	uint8_t pk[32], sk[64], address[32];
};

/* A request that a client sent. */
struct world_asked {
	uint32_t id;
	uint16_t tag;
	uint8_t good;			/* it has authority, WORLD_GOOD, _MAYBE */
	uint8_t answered;
	uint8_t boxes;			/* SUBSCRIBE: whose entries may be good */
	uint8_t address[32], envelope[16];
};

struct world_client {
	struct conn *conn;
	uint64_t number;		/* of the connection */
	int reading;			/* as the relay wants it */
	size_t over;			/* bytes since it does not */
	uint32_t id;			/* last one used by the harness */
	uint32_t seen;			/* last one that can be read */
	uint8_t reads[WORLD_BOXES];	/* subscribed, not ended */
	uint8_t read_once[WORLD_BOXES];
	uint32_t n;
	struct world_asked asked[WORLD_ASKED];
};

/* An envelope that the store has committed. */
struct world_post {
	uint8_t address[32], envelope[16], hash[8];
	uint32_t expiry_day;
	uint8_t live;			/* not acked, recalled, expired */
	uint8_t again;			/* the name was there before */
	uint8_t seen;			/* some client was given it */
	uint8_t undelivered;		/* says the relay, after a recall */
	uint8_t shown;			/* at the end, */
};

struct world {
	struct config config;
	struct keys keys;
	struct relay relay;
	struct dispatch *dispatch;
	uint64_t now_ms;
	uint8_t secret[64];
	struct world_key owner[WORLD_BOXES], reader[2], invitation;
	uint8_t code[TACIT_CODE_LEN];
	struct world_client client[WORLD_CLIENTS];
	struct world_post post[WORLD_POSTS];
	uint32_t n_post;
	int fail;			/* what the next batch meets */
	int failed;			/* some batch was undone */
	int draining;			/* the end, when all is shown */
	uint32_t next[WORLD_BOXES];	/* nothing before this is due then */
};

/* One world at a time: the hooks of the store know which. */
void world_start(struct world *w);
void world_stop(struct world *w);

/* From now on ${w} hears of what ${s} does (relay_watch.c). */
void world_watch(struct world *w, struct store *s);
/*
 * The last envelope of that name, or NULL; ${hash} NULL: whatever its body.
 * The name may come again after its ack.
 */
struct world_post *world_find(struct world *w, const uint8_t *address,
    const uint8_t *envelope, const uint8_t *hash);
void world_hash(uint8_t out[8], const uint8_t *body, size_t len);

/*
 * Client ${i} sends ${len} bytes as one message, in pieces of ${piece} (0:
 * all); ${good} says for each frame of it whether it has authority.
 */
void world_send(struct world *w, int i, const uint8_t *msg, size_t len,
    size_t piece, const struct world_asked *good, size_t n_good);

/* Client ${i} takes ${n} messages and looks at them; -1: all there are. */
void world_read(struct world *w, int i, int n);
/* Its connection is lost; the next one begins. */
void world_reconnect(struct world *w, int i);

/* The store does what was submitted. */
void world_collect(struct world *w);
/* A turn of the loop, and a tick. */
void world_turn(struct world *w);
/* ${n} hours pass. */
void world_hours(struct world *w, uint32_t n);

/* Until nothing moves: all is answered, and nothing was lost. */
void world_settle(struct world *w);

#endif
