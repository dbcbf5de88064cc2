/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A practice (end 0) with three clients, and days in its life: on each the
 * same happens, but for one act.
 */
#ifndef CLASSIFY_SCENE_H
#define CLASSIFY_SCENE_H

#include "watch.h"

enum { CLIENTS = 3, MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS,
    SPREAD_MS = 15 * MINUTE_MS };

struct scene {
	struct stage *s;
	struct tacit_practice *p[STAGE_ENDS];
	struct watch *w;
	struct random *random;
	char mine[STAGE_ENDS][CONTACT_ID_LEN];	/* at the practice */
	char theirs[STAGE_ENDS][CONTACT_ID_LEN]; /* at the client */
	char form[TACIT_CHECKIN_ID_SIZE];
	char asked[TACIT_CHECKIN_ID_SIZE];	/* of client 1, today */
	int n;
};

void scene_begin(struct scene *sc, struct random *random);
void scene_end(struct scene *sc);

/* Client ${k} at end 0; the practice at end ${k}. */
struct tacit_contact *scene_client(struct scene *sc, int k);
struct tacit_contact *scene_practice(struct scene *sc, int k);
/* The relationship of the practice and client 1, at end ${i} of it. */
struct tacit_contact *scene_ct(struct scene *sc, int i);

/* End ${i} writes a text to the other. */
void scene_write(struct scene *sc, int i);
/* ... that both forget; bytes for its host; one that it takes back soon. */
void scene_write_fleeting(struct scene *sc, int i);
void scene_write_data(struct scene *sc, int i);
void scene_recall(struct scene *sc, int i);
/* Does end ${i} tell the other what was delivered and read? */
void scene_receipts(struct scene *sc, int i, int on);
/* Client 1 is asked; ${repeat}: every day from now on. */
void scene_ask(struct scene *sc, int repeat);
/* Client 1 answers what it was asked today. */
void scene_answer(struct scene *sc);
void scene_card(struct scene *sc);
/* When client 1 is to get it, Unix ms; 0: it was. */
int64_t scene_card_at(struct scene *sc);
void scene_card_read(struct scene *sc);

/* 0 to ${ms}. */
int64_t scene_some(struct scene *sc, int64_t ms);

#endif
