/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `have` that we owe: it goes with the next letter, or alone when it is
 * long or much; never at once, or the relay could count texts.
 */
#ifndef CLIENT_HAVE_H
#define CLIENT_HAVE_H

#include "model.h"

/* One content more was shown; inside a change. */
void have_owe(struct tacit_contact *ct);

/* When it goes alone: ms from now; -1: not. */
int64_t have_wait(const struct tacit_contact *ct);

/* Have it go if that is due, in a change of its own. */
int have_tend(struct tacit_contact *ct);

#endif
