/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox of a contact: rows of VAULT_OUTBOX, kept until the other end has
 * them.  Content is committed when it is written; ratchet and seal happen in
 * the transaction that hands a row to the posting line (lazy ratchet).
 * PROTOCOL.md, section 12, "Sending", is the state table.
 */
#ifndef CLIENT_OUTBOX_H
#define CLIENT_OUTBOX_H

#include "content.pb.h"
#include "core.h"
#include "frame.pb.h"

int outbox_load(struct tacit_contact *ct);
void outbox_free(struct tacit_contact *ct);

/*
 * Append ${o}, with its text if it is one, inside a change.  ${o->stream} is
 * set here.
 */
int outbox_add(struct tacit_contact *ct, tacit_state_Out *o,
    const char *text, size_t len);
/* Append control content that has no fields of its own. */
int outbox_add_control(struct tacit_contact *ct, tacit_state_OutKind kind);
/* Remove all rows of this kind, inside a change. */
int outbox_remove(struct tacit_contact *ct, tacit_state_OutKind kind);
int outbox_has(const struct tacit_contact *ct, tacit_state_OutKind kind);

/* The other end has these seqs: their rows go, inside a change. */
int outbox_had(struct tacit_contact *ct, const tacit_Have *have);

/* Where the text numbered ${seq} is. */
enum tacit_message_state outbox_state(const struct tacit_contact *ct,
    uint64_t seq);

/* Something could be posted now; something is under way. */
int outbox_wants(const struct tacit_contact *ct);
int outbox_is_under_way(const struct tacit_contact *ct);

/* When outbox_wants() may become true by time alone: mono ms, or -1. */
int64_t outbox_due(const struct tacit_contact *ct);

/* Hand what may go to ${ct->post}, a line that is ready. */
int outbox_pump(struct tacit_contact *ct);

/* The relay's answers to posts. */
int outbox_ok(struct tacit_contact *ct, const tacit_Ok *ok);
int outbox_error(struct tacit_contact *ct, const tacit_Error *e);

/* The posting line is gone: everything not OKed goes again, in order. */
void outbox_line_lost(struct tacit_contact *ct);

#endif
