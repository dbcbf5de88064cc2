/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One who stands between end 0 and its relay, sees what it says, and answers
 * its ANCHORs; and what the tests of anchors ask of a stage.
 */
#ifndef ANCHOR_WIRE_H
#define ANCHOR_WIRE_H

#include "anchor.h"
#include "frame.pb.h"
#include "story.h"

enum {
	SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE,
	STEPS = 24			/* from a connection to its quiet */
};

/* What is answered to ANCHOR of end 0, in place of the relay. */
enum lie {
	NO_LIE, NOTHING_KEPT, NOISE, OLDER, LAST, NO_MAILBOX, NOT_NOW,
	UNKNOWN_FRAME, NO_ANSWER, ANOTHER_ANSWER, LIES
};

/* Who stands between end 0 and its relay. */
struct wire {
	struct stage *s;
	enum lie lie;
	int no_units;			/* CREATE is refused, but for */
	int contact_has;		/* the first, of its mailbox */
	unsigned asked, created, posts;
	unsigned acks;			/* letters acknowledged */
	uint8_t older[TACIT_ANCHOR_LEN], last[TACIT_ANCHOR_LEN];
};

void wire_listen(struct story *st, struct wire *w);
/* A frame for end 0, as if its relay had sent it. */
void wire_tell(struct wire *w, uint32_t conn, tacit_Frame *f);

/* How many events of ${type} end ${i} has that are about no contact. */
int wire_told(struct stage *s, int i, enum tacit_event_type type);
/* True if neither vault nor relay seemed old to it. */
int wire_told_nothing(struct stage *s, int i);

const struct anchor *wire_anchor(struct stage *s, int i);
int wire_is_open(struct stage *s, int i);

/* Two ends that are paired. */
void wire_begin(struct story *st, uint64_t seed);
/* A letter of end ${i} arrives, once. */
void wire_letter_arrives(struct story *st, int i, int n);
/* ${n} turns of end 0 and of the relay, without a pause. */
void wire_turns(struct stage *s, int n);
/* From now on both ends have ${r} for their relay. */
void wire_use(struct stage *s, struct stage_relay *r);

#endif
