/* SPDX-License-Identifier: Apache-2.0 */
/* Who does what when: drawn from a seed, and what follows from it. */
#ifndef WEEKS_PLAN_H
#define WEEKS_PLAN_H

#include "acts.h"

struct world;

enum { WEEKS_DAYS = 28 };

struct plan {
	struct act *act;
	size_t acts, done;
};

/* ${percent} of what might happen does. */
void plan_draw(struct world *w, struct plan *p, unsigned percent);
void plan_add(struct plan *p, const struct act *a);
/* The next one; NULL: it is over. */
const struct act *plan_next(struct plan *p);
void plan_free(struct plan *p);

#endif
