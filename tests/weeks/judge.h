/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict on four weeks: what each was shown and told, against what the
 * book says had to be, promise by promise.
 */
#ifndef JUDGE_H
#define JUDGE_H

struct world;

void judge_all(struct world *w);
/* What there was, in one line each. */
void judge_figures(struct world *w);

/* The part of it that is about check-ins: judge_ask.c. */
void judge_asks(struct world *w);

#endif
