/* SPDX-License-Identifier: Apache-2.0 */
/* What can be measured of an act, by who sees every frame of both ends. */
#ifndef CLASSIFY_FEATURES_H
#define CLASSIFY_FEATURES_H

#include "watch.h"

enum {
	F_POSTED,		/* there was one */
	F_BYTES,		/* its message */
	F_SINCE,		/* the last delivery to this end */
	F_ACK,			/* and how long it took to acknowledge */
	F_OPENED,		/* since its connection was welcomed */
	F_OK,			/* from POST to OK */
	F_DELIVERED,		/* from POST to the other end */
	F_ACKED,		/* from there to its acknowledgement */
	F_ACK_BYTES,
	F_ANSWER,		/* until the other end posts */
	F_AGAIN,		/* until this end posts there again */
	F_ELSEWHERE,		/* nearest POST to another mailbox */
	F_CREATES,		/* mailboxes made before, in 15 minutes */
	F_NEAR_BYTES,		/* of this end, within a second */
	F_FRAMES,		/* kinds of frames within a minute: */
	F_KINDS = 9,		/* of this end, then the other's */
	FEATURES = F_FRAMES + 2 * F_KINDS
};

extern const char *const feature_names[FEATURES];

/*
 * Of the first POST of end ${actor} to mailbox ${box} after ${from} us:
 * 1, or 0 if there is none.  ${peer}: who reads that mailbox.
 */
int features(double out[FEATURES], const struct watch *w, int actor,
    int peer, const uint8_t *box, int64_t from);

#endif
