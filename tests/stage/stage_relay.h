/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay's side of the stage: its real dispatch, hub and commit over the
 * memory store, without sockets.  Messages go in and come out as bytes.
 */
#ifndef STAGE_RELAY_H
#define STAGE_RELAY_H

#include <stddef.h>
#include <stdint.h>

struct stage_relay;
struct stage_wire;			/* one connection, relay's side */

struct stage_relay *stage_relay_new(void);
void stage_relay_free(struct stage_relay *r);

/* The same over the database that relays have, in directory ${dir}. */
struct stage_relay *stage_relay_on_disk(const char *dir);

/* Another relay with the keys of ${r}: empty; with all that ${r} holds now. */
struct stage_relay *stage_relay_twin(const struct stage_relay *r);
struct stage_relay *stage_relay_copy(struct stage_relay *r);

/* The public half of its signing key. */
const uint8_t *stage_relay_key(const struct stage_relay *r);

/* Have the store know an admission code worth ${units}. */
void stage_relay_admit(struct stage_relay *r, const uint8_t code[16],
    uint32_t units);

struct stage_wire *stage_wire_open(struct stage_relay *r);
void stage_wire_close(struct stage_wire *w);
/* A message from the client; 0, or the relay would close. */
int stage_wire_input(struct stage_wire *w, const uint8_t *msg, size_t len,
    uint64_t now_ms);
/* The next message for the client, malloc'ed; NULL: none. */
uint8_t *stage_wire_output(struct stage_wire *w, size_t *len);

/* Let the store finish and the answers out. */
void stage_relay_settle(struct stage_relay *r, uint64_t now_ms);

/*
 * Answers to POSTs leave every ${ms} ms, as with `ok_tick_ms`, and what can
 * be held is; 0, as it is at first: at once, and nothing is.  When
 * stage_relay_settle() is to be called for the next, in ms; 0: none waits.
 */
void stage_relay_ticks(struct stage_relay *r, uint32_t ms);
uint64_t stage_relay_tick_at(const struct stage_relay *r);

/* ${n} hours pass: its sweep removes what has expired. */
void stage_relay_hours(struct stage_relay *r, uint32_t n);

/* What it holds now. */
struct stage_count {
	uint64_t mailboxes, envelopes, invitations;
};
struct stage_count stage_relay_count(struct stage_relay *r);
uint64_t stage_relay_envelopes(struct stage_relay *r);

#endif
