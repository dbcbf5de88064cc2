/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of rotations have in common. */
#ifndef PLAY_H
#define PLAY_H

#include "anchor_wire.h"
#include "heal.h"

enum { PLAY_STEPS = 48 };		/* of a rotation, and more */

static const int64_t DAY = 24 * (int64_t)HOUR;

/* What was written and shown of one relationship. */
struct play {
	struct story st;
	int written[2];
	struct heal_shown shown[2];
};

/* The record of the contact of end ${i}. */
tacit_state_Contact *play_rec(struct play *p, int i);

/* Two ends of ${s} that have talked. */
void play_begin(struct play *p, struct stage *s);

/* End ${i} writes its next letter. */
void play_write(struct play *p, int i);

/*
 * All letters of ${i} were shown at the other end, in order, once; ${back}:
 * it may have been told of a gap.
 */
void play_check_shown(struct play *p, int i, int back);

/* Both use the same keys, and each posts where the other reads. */
void play_check_agreed(struct play *p);

/* How often end ${i} was told of a rotation since the last look. */
int play_rotated(struct play *p, int i);

/* How many mailboxes the relay has, but for anchors. */
uint64_t play_mailboxes(struct play *p);

/* ${n} turns, end by end and then the relay, from number ${from} on. */
void play_turns(struct stage *s, int from, int n);

/* From one step to the next that is tried: ${n}, or 1 if all are. */
int play_stride(int n);

/* End 0 asks, and all that follows. */
void play_rotate(struct play *p);

#endif
