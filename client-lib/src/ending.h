/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a relationship.  Closed is said end to end first, after what was
 * written before; the mailbox goes when the other end said so too, or when
 * there is nobody left to tell, or after TTL.  All but ending_tend() inside a
 * change of ${ct}.
 */
#ifndef CLIENT_ENDING_H
#define CLIENT_ENDING_H

#include "model.h"

/* The person here ends it. */
int ending_begin(struct tacit_contact *ct);

/*
 * The other end said Closed; what counts once all my mailboxes were read to
 * their end, which ending_tend() sees.
 */
int ending_told(struct tacit_contact *ct);
int ending_tend(struct tacit_contact *ct);

/* What they had of it they cannot have read: Closed goes again. */
int ending_say_again(struct tacit_contact *ct);

/* The relay has our Closed. */
int ending_said(struct tacit_contact *ct);

/* Their mailbox is gone: nobody will ever read what we say. */
int ending_alone(struct tacit_contact *ct);

/* True if an answer to our Closed is waited for no longer. */
int ending_is_late(const struct tacit_contact *ct);

#endif
