/* SPDX-License-Identifier: Apache-2.0 */
/* Lines come and go as the contacts need them. */
#ifndef CLIENT_TEND_H
#define CLIENT_TEND_H

#include "model.h"

/* Open and close lines, subscribe, post. */
int tend_lines(struct tacit *t);

/* When tend_lines() has work without input: mono ms, or -1. */
int64_t tend_due(const struct tacit *t);

/* What is left for one contact that its relays could take or give now. */
struct tend_left {
	int unread, unsent, due;	/* mailbox, posts, other requests */
	int any;			/* one of these */
	int hope;			/* not all of it failed when last tried */
};
struct tend_left tend_left(const struct tacit_contact *ct);
/* The same of what no contact has: anchors to be verified or closed. */
struct tend_left tend_anchors_left(const struct tacit *t);

#endif
