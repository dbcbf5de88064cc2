/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a relay does with each kind of frame: check the cheap things first
 * (length, state, rate, signature), then submit a job to the store, and turn
 * the job that comes back into an answer.
 *
 * Thread:  the loop's only.
 */
#ifndef RELAY_DISPATCH_H
#define RELAY_DISPATCH_H

#include "hub.h"

struct dispatch;

/* Errors:  TACIT_E_NOMEM.  ${r} must outlive it; ${r->hub} is used. */
int dispatch_open(struct dispatch **out, struct relay *r);

/* After commit_stop(), which hands back what is under way. */
void dispatch_free(struct dispatch *d);

/*
 * A new client, from network address ${ip}; WELCOME is queued.
 * Owner:   the caller's reference, given back with dispatch_closed().
 * Returns NULL without memory.
 */
struct conn *dispatch_accept(struct dispatch *d, const struct conn_io *io,
    void *wire, const void *ip, size_t ip_len);
void dispatch_closed(struct dispatch *d, struct conn *c);

/*
 * Bytes of a message came (see conn_input()), at time ${now_ms}.
 * Returns 0, or the code to close with at once.
 */
int dispatch_input(struct dispatch *d, struct conn *c, const uint8_t *data,
    size_t len, size_t left, int final, uint64_t now_ms);

/* A message of ${c} was written: there is room again. */
void dispatch_written(struct dispatch *d, struct conn *c);

/*
 * Once per turn of the loop: go on with what waits for its signatures to be
 * verified.  Returns true while something waits still.
 */
int dispatch_turn(struct dispatch *d, uint64_t now_ms);

/* Every connection: send what is queued, then close with ${code}. */
void dispatch_fail_all(struct dispatch *d, uint16_t code);

/*
 * True if answers to POSTs wait for a tick; send those that are due by
 * ${now_ms} (UINT64_MAX: all).
 */
int dispatch_ticking(const struct dispatch *d);
void dispatch_tick(struct dispatch *d, uint64_t now_ms);

/*
 * True if answers to ACKs wait for something else to leave with, which saves
 * a message each; send them.
 */
int dispatch_lingering(const struct dispatch *d);
void dispatch_leave(struct dispatch *d);

#endif
