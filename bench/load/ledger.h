/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of each message: posted, acknowledged, delivered.  A run is
 * sound if every message was delivered exactly once, unchanged, to its own
 * recipient and in the order in which it was posted.
 */
#ifndef LOAD_LEDGER_H
#define LOAD_LEDGER_H

#include <stdint.h>

struct ledger {
	uint64_t n;			/* messages, tags 0 to n - 1 */
	uint32_t recipients;
	uint8_t *state;			/* of each tag: bits */
	uint64_t *next;			/* of each recipient: least tag to come */
	uint64_t posted, acked, delivered;
	/* What makes it void. */
	uint64_t doubled;		/* delivered again */
	uint64_t answered_twice;	/* or acknowledged though not posted */
	uint64_t changed;		/* no body of this run */
	uint64_t astray;		/* another's, or never posted */
	uint64_t disordered;		/* after one posted later */
};

void ledger_init(struct ledger *l, uint64_t n, uint32_t recipients);
void ledger_free(struct ledger *l);

void ledger_posted(struct ledger *l, uint64_t tag);
void ledger_acked(struct ledger *l, uint64_t tag);
void ledger_delivered(struct ledger *l, uint32_t recipient, uint64_t tag);
void ledger_changed(struct ledger *l);

/* Posted and not delivered; posted and not acknowledged. */
uint64_t ledger_lost(const struct ledger *l);
uint64_t ledger_unacked(const struct ledger *l);

/* 1 if all that was posted was acknowledged, and nothing was amiss so far. */
int ledger_sound_so_far(const struct ledger *l);
/* 1 if moreover all of it was delivered. */
int ledger_sound(const struct ledger *l);

#endif
