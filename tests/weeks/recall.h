/* SPDX-License-Identifier: Apache-2.0 */
/* The therapist's second thoughts about what she wrote. */
#ifndef WEEKS_RECALL_H
#define WEEKS_RECALL_H

#include <stddef.h>

struct world;

/* On how many days; of texts to whom. */
enum { RECALL_WRITE, RECALL_TAKE };
enum { RECALL_DAYS = 3, RECALL_AWAY = 10, RECALL_THERE = 11 };

/* A text to ${k}, who has no network: the relay destroys it, and signs that. */
void recall_before(struct world *w, int k);
/* A text to ${k} is written; and, when they were shown it: it is too late. */
void recall_after(struct world *w, int k, int what);

/* Text ${n} was destroyed: it is nowhere but with her, as that. */
void recall_judge(struct world *w, size_t n);

#endif
