/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that are held back for a while, and texts that are taken back
 * (PROTOCOL.md, section 21).  What was never posted is undone at once.  Else
 * nothing more of it goes, each of its envelopes is recalled, one after the
 * other, over the line that posts, and then a tombstone stands in its place:
 * a row of the outbox that says that this seq will never have a text.
 */
#ifndef CLIENT_RECALL_H
#define CLIENT_RECALL_H

#include "frame.pb.h"
#include "model.h"

/* One of those in tacit_state_Out.posted: envelope id, u64 set. */
enum { RECALL_NAME_LEN = TACIT_ENVELOPE_ID_LEN + 8 };

/* How long a text to ${ct} is held back, unless its writer says. */
uint32_t recall_hold_ms(const struct tacit_contact *ct);

/* ${o} may not go yet, nor may what was written after it. */
int recall_holds(const struct tacit_contact *ct, const struct out_ref *o);

/* When the first of them may: mono ms, or -1. */
int64_t recall_held_until(const struct tacit_contact *ct);

/* ${o} was just sealed: by this name it may be recalled. */
void recall_note(tacit_state_Out *o);

/* ${o} has no text any more; its chain value is the caller's to set. */
void recall_tombstone(tacit_state_Out *o);

/* Something is to be recalled now; when by time alone: mono ms, or -1. */
int recall_wants(const struct tacit_contact *ct);
int64_t recall_due(const struct tacit_contact *ct);

/* Ask for the next one over the posting line, which is ready. */
int recall_pump(struct tacit_contact *ct);

/*
 * The answers to what was asked.
 * Errors:  TACIT_E_FRAME, TACIT_E_CRYPTO (not what the relay signed), or of
 *          storage.
 */
int recall_answer(struct tacit_contact *ct, const tacit_Recalled *m);
int recall_error(struct tacit_contact *ct, const tacit_Error *e);

/* The text of ${ref} ends, if none of its envelopes is to be asked of. */
int recall_conclude(struct tacit_contact *ct, const struct out_ref *ref);

/* Find my text by its id.  Errors: TACIT_E_NOT_FOUND. */
int recall_find(struct tacit_contact *ct, const char *message,
    uint64_t *place, tacit_state_Past *p);

#endif
