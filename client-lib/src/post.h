/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posting: rows of the outbox -> posting line, in one order, go-back-N.
 * Ratchet and seal happen in the transaction that hands a row to the line
 * (lazy ratchet).  PROTOCOL.md, section 12, is the state table.
 */
#ifndef CLIENT_POST_H
#define CLIENT_POST_H

#include "model.h"
#include "frame.pb.h"

/* The mailbox of the other side is known and, for a joiner, mine is made. */
int post_can(const struct tacit_contact *ct);

/* Something could be posted now; something is under way. */
int post_wants(const struct tacit_contact *ct);
int post_is_under_way(const struct tacit_contact *ct);
/* Fewer posts are under way than may be. */
int post_has_room(const struct tacit_contact *ct);

/* When post_wants() may become true by time alone: mono ms, or -1. */
int64_t post_due(const struct tacit_contact *ct);

/* Hand what may go to ${ct->post}, a line that is ready. */
int post_pump(struct tacit_contact *ct);

/* The relay's answers to posts. */
int post_ok(struct tacit_contact *ct, const tacit_Ok *ok);
int post_error(struct tacit_contact *ct, const tacit_Error *e);

#endif
