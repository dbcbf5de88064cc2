/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way to change a vault: change_begin(), alter rows and memory,
 * change_end().  If anything failed, change_end() rolls the vault back and
 * reads the contact anew, so that memory equals the disk again.
 */
#ifndef CLIENT_CHANGE_H
#define CLIENT_CHANGE_H

#include "model.h"

int change_begin(struct tacit *t);
/*
 * End the change begun: if ${rc} is 0 write ${ct} (may be NULL) and what else
 * changed, and commit; else, or if that fails, undo.  Returns ${rc} or why
 * the commit failed.
 */
int change_end(struct tacit *t, struct tacit_contact *ct, int rc);
/* The same of a change that touched ${n} contacts. */
int change_end_all(struct tacit *t, struct tacit_contact *const *ct,
    size_t n, int rc);

/*
 * From here to change_batch_end() changes, BATCH_MAX of one contact each at
 * most, are one: a failure of one of them, which is said at once, fails them
 * all, and what they did is undone or durable at the end.  ${rc} not 0: undone,
 * because something failed between two of them; a database that had no memory
 * to read has undone them already.
 * Returns: 0, also if there was none, or why all of them are undone.
 */
void change_batch(struct tacit *t);
int change_batch_end(struct tacit *t, int rc);

/* Read the row about oneself.  Errors: TACIT_E_CORRUPT if it is missing. */
int change_load_self(struct tacit *t);

#endif
