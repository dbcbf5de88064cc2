/* SPDX-License-Identifier: Apache-2.0 */
/*
 * This vault is an older copy of itself: every contact begins a new wire
 * stream and a new generation, and what was written is agreed on with the
 * other end before anything new is said.  PROTOCOL.md, section "Healing".
 */
#ifndef CLIENT_RESTART_H
#define CLIENT_RESTART_H

#include "content.pb.h"
#include "model.h"

/*
 * All contacts of the vault restart: committed here, done contact by contact
 * in the next turns, also after a crash; nothing is posted before.  Event
 * `rolled-back` by ${who} = TACIT_WHO_ME.
 */
int restart_all(struct tacit *t);
/* The same inside a change. */
int restart_mark(struct tacit *t);

/*
 * The other end of ${ct} says so, inside a change: believed for the whole
 * vault once a day, and else for this contact only.
 */
int restart_by_peer(struct tacit_contact *ct);

/* ${ct} has not restarted yet; and do it, inside a change, without offer. */
int restart_is_due(const struct tacit_contact *ct);
int restart_one(struct tacit_contact *ct);

/* The content of `old`. */
int restart_fill(struct tacit_contact *ct, tacit_Content *c);

/*
 * The two ends may not have agreed yet: what this one has and does not know of
 * may come again.  After AGREE_MAX_MS nobody waits for that any more.
 */
int restart_is_open(const struct tacit_contact *ct);

/* What came, inside a change: `old`, on a wire stream; and its answer. */
int restart_on_old(struct tacit_contact *ct, const tacit_Content *c,
    const uint8_t wire[TACIT_STREAM_LEN]);
int restart_on_agree(struct tacit_contact *ct, const tacit_Content *c);

/* ${wire} of theirs has a counter twice: say so, once. */
int restart_found(struct tacit_contact *ct,
    const uint8_t wire[TACIT_STREAM_LEN]);

/* Restart, or say `old` again, in a change of its own; when: mono ms. */
int restart_tend(struct tacit_contact *ct);
int64_t restart_at(const struct tacit_contact *ct);

#endif
