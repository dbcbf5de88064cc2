/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ends that are paired, on the tests' stage, and letters of the ratchet
 * between them without relay, seal or commit: the cryptographic part.
 */
#ifndef TALK_H
#define TALK_H

#include "story.h"

enum { TALK_LETTERS = 100 };		/* between talk_begin() and talk_end() */

struct talk {
	struct story st;
	struct ratchet_session at[2];	/* the session as each end sees it */
	unsigned n;			/* letters so far */
};

/* ${dir}: where their vaults lie. */
void talk_new(struct talk *k, const char *dir);
void talk_free(struct talk *k);

/* A transaction of either vault, with all that is written in it. */
void talk_begin(struct talk *k);
void talk_end(struct talk *k);

/* One letter from end ${from}, read at the other; it is what was written. */
void talk_letter(struct talk *k, int from);

#endif
