/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts that keep the work within bounds: the card, out of office, how a
 * relationship stands.  One end is the practice: the one that invited.
 */
#ifndef PRACTICE_BOUNDS_H
#define PRACTICE_BOUNDS_H

#include "batch.h"

enum { CARD_SPREAD_MS = 24 * 60 * 60 * 1000 };	/* a card that changed */

take_fn card_take, card_take_had, away_take, life_take;
tend_fn card_tend, life_tend, away_tend;

/*
 * Look once at each event of the vault that is the host's, and leave it
 * there: what follows from it is durable together with that it was seen.
 */
tend_fn look_tend;

/* Have ${b} note that events up to now were seen. */
void look_note(struct batch *b, uint64_t event);

/* What follows from ${ev}, at ${b->p->now_ms}, with look_note(), or nothing. */
void away_look(struct batch *b, const struct tacit_event *ev);
void life_look(struct batch *b, const struct tacit_event *ev);

/* Why a text may not go to ${ct} now: TACIT_E_*, or 0. */
int card_check(struct tacit_practice *p, const struct tacit_contact_info *info);
int life_check(struct tacit_practice *p, const struct tacit_contact_info *info);

/* Did this end invite ${ct}?  1, 0 or an error. */
int bounds_is_practice(struct tacit_contact *ct);

/* True if data can be sent there: answered, and verified if it must be. */
bool bounds_reaches(const struct tacit_contact_info *info);

#endif
