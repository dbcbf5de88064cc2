/* SPDX-License-Identifier: Apache-2.0 */
/* What people do in the four weeks. */
#ifndef ACTS_H
#define ACTS_H

#include <stdint.h>

struct world;

#define ACTS_LAST_WORDS	"All the best, and come back when you like."

enum act_what {
	ACT_OPEN = 1,			/* the practice: card, form */
	ACT_JOIN,			/* a client comes, in person */
	ACT_OFFICE,			/* the therapist reads and answers */
	ACT_VISIT,			/* a client looks, perhaps writes */
	ACT_ANSWER,			/* what is asked */
	ACT_ASK, ACT_STOP,		/* check-ins; ASK by ${arg} */
	ACT_PAUSE, ACT_RESUME, ACT_DISCHARGE, ACT_IDENTITY, ACT_VERIFY,
	ACT_CARD, ACT_AWAY, ACT_HOME, ACT_ROTATE,
	ACT_KEEP, ACT_RESTORE,		/* of anybody's vault */
	ACT_LOSE,			/* the telephone, for good */
	ACT_OFF, ACT_ON,
	ACT_RECALL, ACT_REGRET,		/* a text: before it is there, after */
	ACT_SEARCH			/* the files of vaults and relay */
};

enum { ASK_DAILY, ASK_SOME_DAYS, ASK_WEEKDAYS, ASK_NIGHTLY, ASK_ONCE, ASKS };

struct act {
	int64_t ms;
	enum act_what what;
	int who;
	int arg;			/* ASK: how; ANSWER: check-in */
	uint32_t date;			/* ANSWER */
};

void acts_do(struct world *w, const struct act *a);

/* Client ${k} is asked: will there be an answer, and when? */
void acts_due(struct world *w, int k, int ask, uint32_t date);

#endif
