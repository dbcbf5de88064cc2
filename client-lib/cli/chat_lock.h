/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `chat --lock-minutes': when no key was pressed for so long, the vault is
 * closed, the screen and what scrolled away are cleared, and this program is
 * executed anew, so that nothing of the old memory is left; it then asks for
 * the passphrase, always of a person.  What was typed and not sent waits in
 * the vault, sealed, and stands in the line again.
 */
#ifndef CLI_CHAT_LOCK_H
#define CLI_CHAT_LOCK_H

#include "chat_send.h"
#include "cli.h"

struct lock {
	struct cli *c;
	struct tacit_contact *ct;
	struct screen *screen;
	int64_t key_ms;			/* when the last key was pressed */
	bool due;			/* it is to be locked */
};

/* Begin with the line, which has what waited from before. */
void lock_begin(struct lock *l, struct cli *c, struct tacit_contact *ct,
    struct screen *screen);

/* A key was pressed. */
void lock_key(struct lock *l);

/* ms until it is due; -1: never. */
int lock_left(const struct lock *l);

/*
 * If it is due: keep what is typed, and what ${s} holds.  True then, and the
 * chat is to end by lock_now().
 */
bool lock_look(struct lock *l, const struct sender *s);

/* Wipe and execute.  Returns only if that failed: TACIT_E_IO. */
int lock_now(struct lock *l);

/* Open the vault again: asks until the passphrase is right. */
int lock_open(struct cli *c);

#endif
