/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clocks on the walls of Berlin and New York, over one season's change,
 * from the published dates: nothing of the product or of the system's zones
 * is in here, so that both can be judged by it.
 */
#ifndef WALL_H
#define WALL_H

#include <stdint.h>

struct wall_zone {
	const char *tz;			/* for the environment */
	int before, after;		/* minutes east of UTC */
	int64_t change;			/* Unix ms, between them */
};

struct wall {
	uint32_t date, minute;		/* as 20261025, of the day */
};

/* Four weeks with both changes in them. */
struct wall_season {
	const char *name;
	uint32_t first;			/* a Monday */
	struct wall_zone berlin, new_york;
};
const struct wall_season *wall_season(unsigned n);	/* 0 or 1 */

/* What the wall says; the first moment at which it says that, or more. */
struct wall wall_at(const struct wall_zone *z, int64_t ms);
int64_t wall_ms(const struct wall_zone *z, uint32_t date, uint32_t minute);

uint32_t wall_add(uint32_t date, int days);
int wall_days(uint32_t from, uint32_t to);
unsigned wall_weekday(uint32_t date);	/* 0: Monday */

#endif
