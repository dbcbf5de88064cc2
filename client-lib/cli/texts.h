/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of a conversation in the order in which they were written.  A history
 * can be followed from its end alone, each step one read; in any other order
 * each step begins there again.  So it is read once, and what is to be shown
 * waits in memory.
 */
#ifndef CLI_TEXTS_H
#define CLI_TEXTS_H

#include "tacit/tacit.h"

struct texts {
	struct texts *next;		/* written later; NULL: none */
	struct tacit_message m;
	char text[];			/* what m points at, and NUL */
};

/*
 * The newest ${last} texts of ${ct}, the oldest first, in ${*out}: NULL if
 * there are none, and after an error.  What they point at is theirs until
 * texts_free(), which wipes it.  The vault lends nothing any more.
 */
TACIT_MUST int texts_read(struct texts **out, struct tacit_contact *ct,
    uint32_t last);
void texts_free(struct texts *first);

/* The vault lends the text of one message: give it back, to be wiped. */
void texts_give_back(struct tacit_contact *ct);

#endif
