/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of keys.  A rotation gives both ends another mailbox, post token and
 * pair key; letters are written with the set of now, and read with that of
 * now, the next one as soon as its key is known, and those that were left
 * less than 30 days ago.
 */
#ifndef CLIENT_SET_H
#define CLIENT_SET_H

#include "model.h"

enum { SET_NOW, SET_NEXT, SET_OLD };	/* SET_OLD + n: further back */

/* My side of a set; pointers into the contact's record. */
struct set {
	uint64_t id;
	const uint8_t *owner, *address, *pair;
	int mailbox;			/* the relay has it */
};

/* Set ${i} of ${ct}, below set_end(): 1; 0 if there is none of that number. */
size_t set_end(const struct tacit_contact *ct);
int set_get(const struct tacit_contact *ct, size_t i, struct set *out);

/* How the mailbox ${address} of a set of ${ct} is read; never NULL. */
struct box *set_box(struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN]);
/* True if all its mailboxes were read to their end. */
int set_all_drained(const struct tacit_contact *ct);

/* Read mailbox ${address} to its end again; was it? */
enum set_look {
	SET_NO_LOOK,			/* not asked for */
	SET_LOOKS,
	SET_LOOKED			/* or the relay does not have it */
};
void set_look_again(struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN]);
enum set_look set_look(const struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN]);

/* Mailbox ${address} is one of ${ct}'s that the relay has. */
int set_has_mailbox(const struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN]);

#endif
