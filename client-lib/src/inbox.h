/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Upwards through the layers: seal, replay mark, ratchet, content, reorder
 * buffer, event.  PROTOCOL.md, section 12, is the state table.
 */
#ifndef CLIENT_INBOX_H
#define CLIENT_INBOX_H

#include "model.h"

/*
 * Take one envelope out of my mailbox ${address}, in one change.  Returns 0
 * once nothing of it can be lost any more, whatever it was: it may then be
 * acknowledged.  In a batch (change.h) that is so when the batch has ended.
 * Errors:  storage failures; the envelope stays with the relay.  In a batch
 *          also what is wrong with the envelope: it is to be taken alone.
 */
int inbox_take(struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN],
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body,
    size_t len);

/*
 * If a text has waited for an earlier one for a minute after the mailbox was
 * drained, say so, hand it on, and ask for the earlier one.
 */
int inbox_tend(struct tacit_contact *ct);

/* When it has something to look at: mono ms, or -1. */
int64_t inbox_due(const struct tacit_contact *ct);

#endif
