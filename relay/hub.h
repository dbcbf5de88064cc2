/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which connection reads which mailbox, and what it is given next
 * (PROTOCOL.md, section 7).  A subscription is either live, then a POST that
 * comes back from the store is delivered from its own buffer, or behind, then
 * it is fed by FETCH.  Both kinds of job come back in the order of the store,
 * and that alone keeps the counters in order.
 *
 * Thread:  the loop's only.
 */
#ifndef RELAY_HUB_H
#define RELAY_HUB_H

#include "conn.h"
#include "hold.h"

enum {
	HUB_FETCH_MAX = 32,		/* envelopes in one FETCH, */
	HUB_FETCH_BYTES = 524288,	/* and of their bodies */
	HUB_FETCHES_MAX = 8		/* FETCHes under way per connection */
};

struct hub;

/* Errors:  TACIT_E_NOMEM.  ${r} must outlive the hub. */
int hub_open(struct hub **out, struct relay *r);

/* After commit_stop(), and after every connection is gone. */
void hub_free(struct hub *h);

/* Mailboxes that are being read now. */
size_t hub_count(const struct hub *h);

/*
 * Does a connection read ${address}?  A POST that is submitted while none
 * does is written to a socket by a FETCH alone, that comes after it.
 */
int hub_is_read(const struct hub *h,
    const uint8_t address[TACIT_ADDRESS_LEN]);

/*
 * May a POST to ${address} be held?  If so, one of ${bytes} has its place
 * among those that wait (hold.h), and ${p->of} is set: its subscriber is live
 * and within its window, so that it is given this one when it comes back.
 */
void hub_hold(struct hub *h, const uint8_t address[TACIT_ADDRESS_LEN],
    struct hold *p, size_t bytes);
struct holds *hub_holds(const struct hub *h);

/*
 * The store said that ${c} may read ${address}, whose next POST gets counter
 * ${next}.  Whoever read it before gets ENDED, or starts over if that is ${c}
 * itself.  Nothing is delivered while ${c->subscribing} is not 0.
 * Errors:  TACIT_E_NOMEM.
 */
int hub_subscribe(struct hub *h, struct conn *c,
    const uint8_t address[TACIT_ADDRESS_LEN], uint64_t next);

/*
 * Put into ${out} those of the ids of ${in} that ${c} was sent and has not
 * acked yet.
 * Errors:  TACIT_E_REFUSED: ${c} does not read this mailbox.
 */
int hub_ack_filter(struct hub *h, const struct conn *c, const tacit_Ack *in,
    struct op_ack *out);

/*
 * These jobs came back from the store, done, in this order.  hub_posted()
 * returns true if its subscriber was given it now.
 */
int hub_posted(struct hub *h, const struct op_post *p);
void hub_acked(struct hub *h, const struct conn *c, const struct op_ack *a);
void hub_closed(struct hub *h, const uint8_t address[TACIT_ADDRESS_LEN]);

/* Feed what is behind: ${c} has room again, or SUBSCRIBED was sent. */
void hub_pump(struct hub *h, struct conn *c);

/* About once a second: try again what the store could not do. */
void hub_retry(struct hub *h);

/* ${c} is gone. */
void hub_forget(struct hub *h, struct conn *c);

#endif
