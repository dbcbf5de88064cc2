/* SPDX-License-Identifier: Apache-2.0 */
/* How people write and answer, and what each call should have said to it. */
#ifndef PEOPLE_H
#define PEOPLE_H

#include "world.h"

/* Call ${what} said ${rc}; it should have said ${want}. */
void people_says(struct world *w, const char *what, int rc, int want);

/*
 * ${from} writes the next text to ${to}, as a person does: with the check
 * words when asked for them, the card acknowledged when it is new.
 */
void people_write(struct world *w, int from, int to);
/* The therapist tries to write to ${k}, which is refused for ${want}. */
void people_refused(struct world *w, int k, int want);

/* Client ${k} has a network for a while. */
void people_visit(struct world *w, int k);
void people_answer(struct world *w, int k, int ask, uint32_t date);
/* What ${k} answered without a network has left by now. */
void people_is_out(struct world *w, int k);
/* The telephone is gone for good. */
void people_lose(struct world *w, int k);
/* What ${k} was not shown yet, and what comes after, need not be. */
void people_spare(struct world *w, int k);

/* Where the vaults lie. */
const char *people_vaults(void);

#endif
