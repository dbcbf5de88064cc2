/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox of a contact: rows of VAULT_OUTBOX, kept until the other end has
 * them.  Content is committed when it is written; post.c sends it.
 */
#ifndef CLIENT_OUTBOX_H
#define CLIENT_OUTBOX_H

#include "content.pb.h"
#include "model.h"

/* Read it anew: nothing of it is under way then. */
int outbox_load(struct tacit_contact *ct);

/*
 * Append ${o}, with its text if it is one, inside a change.  ${o->stream} is
 * set here if it is all zeros.
 */
int outbox_add(struct tacit_contact *ct, tacit_state_Out *o,
    const char *text, size_t len);
/* Append control content that has no fields of its own. */
int outbox_add_control(struct tacit_contact *ct, tacit_state_OutKind kind);
/* Remove all rows of this kind, inside a change. */
int outbox_remove(struct tacit_contact *ct, tacit_state_OutKind kind);
int outbox_has(const struct tacit_contact *ct, tacit_state_OutKind kind);

/* The same of all rows but texts. */
int outbox_remove_control(struct tacit_contact *ct);

/* Row ${*at} goes after all others, inside a change. */
int outbox_move_back(struct tacit_contact *ct, struct out_ref **at);

/* True if ${have} says that ${seq} is durable at the other end. */
int outbox_covers(const tacit_Have *have, uint64_t seq);

/* ${ref} is sealed and posted again, inside a change. */
int outbox_again(struct tacit_contact *ct, struct out_ref *ref);
/* True of rows that are sealed when they are made, and only then. */
int outbox_is_final(const tacit_state_Out *o);
/* What ${o} was sealed as is forgotten, unless it is final. */
void outbox_unseal(tacit_state_Out *o);

/*
 * Texts that were not had when the relay let them go, TTL after its OK: are
 * there any (looked at once an hour)?  Inside a change: say each once, and
 * let all be sealed and posted again.
 */
int outbox_has_late(struct tacit_contact *ct);
int outbox_late(struct tacit_contact *ct);

/*
 * They were heard: of a stream that I left, `have` names only what text came
 * of last, so that what still waits there is posted again after six hours.
 * Inside a change.
 */
int outbox_left(struct tacit_contact *ct);
/* The relay may have lost what it OKed: all of it goes again. */
int outbox_restored(struct tacit_contact *ct);
/* When outbox_has_late() looks next: mono ms, or -1. */
int64_t outbox_due(const struct tacit_contact *ct);

/*
 * Where the text numbered ${seq} is.  That the other end has it is never
 * shown: it would tell when they were online (PROTOCOL-level receipt, not a
 * receipt for people).
 */
enum tacit_message_state outbox_state(const struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], uint64_t seq);

/* No answer is waited for: everything not OKed goes again, in order. */
void outbox_forget_requests(struct tacit_contact *ct);

/* For post.c: one row, and its reference ${*at}, inside a change. */
int outbox_row_get(struct tacit_contact *ct, uint64_t n, tacit_state_Out *o,
    char **text, size_t *len);
int outbox_row_put(struct tacit_contact *ct, uint64_t n,
    const tacit_state_Out *o, const char *text, size_t len);
/* The relay has ${ref}.  Output:  ${first}: this is the first time. */
int outbox_okay(struct tacit_contact *ct, struct out_ref *ref, int *first);
int outbox_ref_remove(struct tacit_contact *ct, struct out_ref **at);
int outbox_say_accepted(struct tacit_contact *ct, const struct out_ref *ref);

#endif
