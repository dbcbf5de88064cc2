/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of healing have in common: letters by number, both ways. */
#ifndef HEAL_H
#define HEAL_H

#include "story.h"

enum { HEAL_MINUTE = 60 * 1000, HEAL_LETTERS = 3000 };

/* What one end was shown, in order, and what it was told. */
struct heal_shown {
	int n, letter[HEAL_LETTERS];
	int back_me, back_them, gaps, poison, identity;
	uint64_t from, to;
};

/* Take what end ${i} was shown since the last look. */
void heal_look(struct story *st, int i, struct heal_shown *s);

/* End ${i} writes letters ${from}, ...: ${n} of them. */
void heal_write(struct story *st, int i, int from, int n);

/* Everything that takes no longer than an hour. */
void heal_settle(struct story *st);

/*
 * ${s} shows ${n} letters from ${first} on, in order, from place ${at} on.
 * Returns the place after them.
 */
int heal_run(const struct heal_shown *s, int at, int first, int n);

/* What is in the history of ${i} from itself has the same id at the other. */
void heal_ids(struct story *st, int i);

/* How often end ${i} was told after event ${after} that its vault is old. */
int heal_told(struct story *st, int i, uint64_t after);

/* A letter each way, numbered ${n}, is shown, and nothing else happens. */
void heal_talk(struct story *st, int n);

#endif
