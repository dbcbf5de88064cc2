/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of an end; for side.c and app.c. */
#ifndef SIM_SIDE_H
#define SIM_SIDE_H

#include "model.h"
#include "sim.h"

struct side {
	struct transport transport;	/* first: the core hands it back */
	struct sim *s;
	int i;
	struct actor actor;
	struct random chance;		/* what its disk keeps, what its app does */
	struct disk *disk;
	struct image *copy;
	int64_t copied, backed_up;	/* when; */
	int64_t life;			/* the one that its vault is of; or 0 */
	struct image *backup;		/* files when one was written, */
	unsigned whole, tried;		/* its number; of the last attempt */
	int restoring;
	char path[32];
	struct tacit *t;		/* NULL: no process */
	int made, has_relay, failures;
	int64_t due;			/* when it wants a turn, or to start */
};

/* A turn said ${rc}: one that fails again and again is ended, and starts. */
void side_judge(struct side *d, int rc);

/* An error that follows from what was done to this end. */
int side_is_earned(struct side *d, int rc);

#endif
