/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles: what a host holds in place of our pointers.  A handle names a slot
 * of one table and the generation of what is in it, and is never an address,
 * so that one that was closed, or never was one, is known as such without
 * looking at memory that may be somebody else's by now: a text for a contact
 * of a closed vault cannot go to whoever lives at its address.
 *
 * Each belongs to a root, a vault or the like, in which one call is under way
 * at a time, by the process that opened it.  Everything else is refused.  No
 * call here waits for another, but handle_ending() for wakers.
 */
#ifndef CALLS_HANDLE_H
#define CALLS_HANDLE_H

enum handle_kind {
	HANDLE_VAULT = 1,		/* up to 7 */
	HANDLE_CONTACT,
	HANDLE_PRACTICE,
	HANDLE_CHECKIN,
	HANDLE_SERIES
};

/*
 * A handle of ${object}, which belongs to handle ${root} (NULL: to itself).
 * NULL: no memory.
 */
void *handle_new(enum handle_kind kind, void *object, void *root);

/*
 * Begin a call on ${h}, which handle_leave() ends.
 * Output:  ${object}, what is behind it.
 * Errors:  TACIT_E_INVALID (NULL), TACIT_E_HANDLE, TACIT_E_REENTERED,
 *          TACIT_E_THREADS, TACIT_E_FORKED; no call was begun then.
 */
int handle_enter(const void *h, enum handle_kind kind, void **object);

/* End it; returns ${rc}. */
int handle_leave(const void *h, int rc);

/* The object of a handle that was made with none yet. */
void handle_set(const void *h, void *object);

/*
 * In a call on ${root}: what is behind ${h}, which belongs to it.
 * Errors:  TACIT_E_INVALID (NULL, or it belongs to another), TACIT_E_HANDLE,
 *          TACIT_E_FORKED.
 */
int handle_within(const void *root, const void *h, enum handle_kind kind,
    void **object);

/* The handle of a call that is under way is over, and the call with it. */
void handle_end(const void *h);

/*
 * There are no wakers from here on; waits for those that are inside.  For a
 * root, before what is behind it is taken apart.
 */
void handle_ending(const void *h);

/* In a call on its root: ${h} is over. */
void handle_drop(const void *h);

/*
 * From any thread, also while a call is under way: what is behind ${h} stays
 * until handle_unpin().  NULL: there is nothing (any more).
 */
void *handle_pin(const void *h, enum handle_kind kind);
void handle_unpin(const void *h);

#endif
