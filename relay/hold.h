/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSTs whose envelope is held in memory (PROTOCOL.md, section 7, rule 8):
 * delivered, and neither acked nor on the disk.  Each waits here until its
 * recipient acked it, or until KEEP, which is asked for when its window ends,
 * wrote it; only then may its sender be answered.  Of one mailbox they are
 * answered in the order of the counter: who was told OK knows that all before
 * it is acked or on the disk, too.
 *
 * Which envelopes are held is the store's to say; here is only who waits.
 *
 * Thread:  the loop's only.
 */
#ifndef RELAY_HOLD_H
#define RELAY_HOLD_H

#include "relay.h"

struct holds;				/* all of a relay */
struct holding;				/* those of one subscription */

/* One POST; part of who waits for it. */
struct hold {
	struct hold *next;		/* same mailbox, by counter */
	struct hold *next_until, **prev_until;
	struct holding *of;		/* NULL: it may not be held */
	uint64_t counter, until_ms;
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	size_t bytes;
	uint8_t over;			/* acked, or on the disk */
	/* It is on the disk or acked (${told}), or the relay ends and nothing
	   is known; called once, and may free it. */
	void (*answer)(struct hold *, int told);
	void *owner;			/* the submitter's; not read here */
};

/* Errors:  TACIT_E_NOMEM.  ${r} must outlive it. */
int holds_open(struct holds **out, struct relay *r);

/* After commit_stop(), and after every subscription has ended. */
void holds_free(struct holds *h);

/* Envelopes that are held; the bytes of these and of what may be. */
size_t holds_count(const struct holds *h);
size_t holds_bytes(const struct holds *h);

/*
 * Take room for ${bytes} more, of a mailbox of which ${*q} waits already
 * (NULL: nothing), which may be made.  Returns true, and ${p->of} is set;
 * false: there is no room, or no memory.
 */
int hold_reserve(struct holds *h, struct holding **q,
    const uint8_t address[TACIT_ADDRESS_LEN], struct hold *p, size_t bytes);
/* The store did not hold it. */
void hold_release(struct hold *p);

/*
 * The store holds it.  It waits until ${p->until_ms}; if it was not
 * ${delivered}, it is to be written at once.
 */
void hold_begin(struct hold *p, int delivered);

/* How many of ${q} are on their way to the store and have a place; NULL: 0. */
uint32_t holding_reserved(const struct holding *q);

/* These were acked. */
void holding_acked(struct holding *q, const struct op_ack *a);

/* The subscription has ended: write all that is left; ${*q} is let go. */
void holding_end(struct holding **q);

/* Write everything: the relay stops. */
void holds_stop(struct holds *h);

/* When the next window ends, in ms; 0: none is open.  And: those that end. */
uint64_t holds_until(const struct holds *h);
void holds_turn(struct holds *h, uint64_t now_ms);

/* About once a second: try again what the store could not write. */
void holds_retry(struct holds *h);

#endif
