/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New generations of ratchet sessions: RESET offers one, STALE says that an
 * offer is old news.  PROTOCOL.md, section "Healing", is the state table.
 * Unless said otherwise inside a change of ${ct}.
 */
#ifndef CLIENT_RESET_H
#define CLIENT_RESET_H

#include "content.pb.h"
#include "model.h"
#include "seal.h"

enum {
	RESET_WAIT_MS = 10 * 60 * 1000,
	GENERATIONS_READ = 3		/* the last ones; older sessions go */
};

/*
 * The recovery key is known, and there is something left to say.  In I4 the
 * other end may not have it yet: HELLO_ACK goes first, and an offer again.
 */
int reset_is_possible(const struct tacit_contact *ct);

/* True if an offer of ours waits for its answer, or is about to be made. */
int reset_is_pending(const struct tacit_contact *ct);

/* Something cannot be read: an offer is due, if none waits for its answer. */
void reset_owe(struct tacit_contact *ct);

/* Offer a generation above all known ones and ${least}. */
int reset_offer(struct tacit_contact *ct, uint32_t least);

/*
 * What came under the recovery key: RESET or STALE.  ${fresh}: after all that
 * was heard of them.
 * Errors:  TACIT_E_POISON, TACIT_E_IDENTITY_CHANGED.
 */
int reset_take(struct tacit_contact *ct, const struct seal_header *head,
    const uint8_t *msg, int fresh);

/*
 * An offer of generation ${g} came again in the same envelope: who makes it
 * may be an older copy, which forgot our answer.  True if STALE is due; say it.
 */
int reset_may_be_stale(const struct tacit_contact *ct, uint32_t g);
int reset_say_stale(struct tacit_contact *ct);

/*
 * An offer in a wire stream of which nothing more is taken: true if it says
 * that this vault is an older copy.  That stands in our own stream, which a
 * restart leaves, so that no replay says it again.  Then restart, and offer.
 */
int reset_says_old(const struct tacit_contact *ct,
    const struct seal_header *head, const uint8_t *msg);
int reset_restart(struct tacit_contact *ct, const struct seal_header *head);

/* A message of ${s} was read: is it the first, the answer to our offer? */
int reset_is_answer(const struct tacit_contact *ct,
    const struct ratchet_session *s);
/* It is, and says that the other end has ${have}. */
int reset_answered(struct tacit_contact *ct, const tacit_Have *have,
    size_t n);

/* Offer what is due, or again, in a change of its own; when: ms, or -1. */
int reset_tend(struct tacit_contact *ct);
int64_t reset_wait(const struct tacit_contact *ct);

/*
 * The other end's mailbox of now has refused us before.  If that is so for
 * hours, and this vault was put back, rotate_silence(): these may be keys of
 * an earlier life, which the other end gave up when another copy came.
 */
int reset_refused(struct tacit_contact *ct);

#endif
