/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One relationship on a stage: end 0 invites, end 1 reads the link.  What the
 * tests of pairing against adversaries share.
 */
#ifndef STORY_H
#define STORY_H

#include "contact.h"
#include "stage.h"

struct story {
	struct stage *s;
	char link[TACIT_LINK_SIZE];
	char id[2][CONTACT_ID_LEN];
	uint64_t event[2];		/* last event id looked at */
};

/* A directory in memory; removed at exit with what is in it. */
const char *story_scratch(void);

/* The number in environment variable ${name}. */
uint64_t story_number(const char *name, uint64_t otherwise);

/* End 0 makes an invitation; ${flags} and ${minutes} as in tacit_invite(). */
void story_invite(struct story *st, unsigned flags, uint32_t minutes);
/* End 1 accepts it; the state of its contact is then joining. */
void story_accept(struct story *st);
/* Both, and all that follows, until nothing moves any more. */
void story_pair(struct story *st, unsigned flags);

/* The contact of end ${i}; NULL once it is gone from its list. */
struct tacit_contact *story_contact(struct story *st, int i);

/* End ${i} writes "letter ${n}" and returns what tacit_send() says. */
int story_write(struct story *st, int i, int n);
/* End ${i} writes these bytes of UTF-8 as they are, as others may. */
void story_write_raw(struct story *st, int i, const char *text, size_t len);
/* The number of the letter that ${e} shows; fails on any other text. */
int story_letter(const struct tacit_event *e);

/* The next event of this contact at end ${i}: 1; 0 if there is none. */
int story_next(struct story *st, int i, struct tacit_event *e);
/* Look at all events up to now; how many were of ${type}. */
int story_count(struct story *st, int i, enum tacit_event_type type);

/* Hand end ${i} an envelope as if its relay had delivered it. */
void story_hand(struct story *st, int i,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body,
    size_t len);

#endif
