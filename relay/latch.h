/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The refusal latches (PROTOCOL.md, section 7, rule 3): which mailboxes are
 * shut for which connection.  Changes count at once, and are kept or undone
 * together with the batch that made them.  A leaf; no locks.
 *
 * A connection that collects more than LATCHES_MAX is shut for every mailbox:
 * the memory of one connection is bounded, and nothing is let through.
 */
#ifndef RELAY_LATCH_H
#define RELAY_LATCH_H

#include <stddef.h>
#include <stdint.h>

#include "tacit/error.h"
#include "tacit/limits.h"

enum { LATCHES_MAX = 64, LATCH_BUCKETS = 1024 };

struct latch;

struct latches {			/* all zero: none */
	struct latch *bucket[LATCH_BUCKETS];
	struct latch *touched;
};

/* Is ${address} shut for ${connection}? */
int latch_get(const struct latches *l, uint64_t connection,
    const uint8_t address[TACIT_ADDRESS_LEN]);

/*
 * Shut it or open it.
 * Errors:  TACIT_E_NOMEM, only when it is shut for the first time.
 */
int latch_set(struct latches *l, uint64_t connection,
    const uint8_t address[TACIT_ADDRESS_LEN], int shut);

/* The connection is gone.  Never undone: it does not come back. */
void latch_forget(struct latches *l, uint64_t connection);

/* Make final, or take back, all changes since the last such call. */
void latch_keep(struct latches *l);
void latch_undo(struct latches *l);

void latch_free(struct latches *l);

#endif
