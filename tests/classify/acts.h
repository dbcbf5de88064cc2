/* SPDX-License-Identifier: Apache-2.0 */
/* The acts that are to look alike, and one day with one of them. */
#ifndef CLASSIFY_ACTS_H
#define CLASSIFY_ACTS_H

#include "features.h"
#include "scene.h"

/* By which clock an act comes. */
enum act_when {
	BY_PERSON,		/* within 15 minutes of what came, as people
				   who answer do */
	BY_PRODUCT,		/* caused when something comes */
	BY_HAVE,		/* when a `have` is due */
	BY_CARD,		/* when the card is */
	BY_MANY,		/* ... after so many texts */
	NEVER
};

struct act {
	const char *name;
	enum act_when when;
	void (*dawn)(struct scene *);	/* hours before */
	void (*before)(struct scene *);	/* 15 minutes before */
	void (*go)(struct scene *);
	void (*end)(struct scene *);
	int64_t later;			/* controls: see watch_disguise() */
	uint32_t longer;
};

struct act_group {
	const char *name;
	int actor;
	const struct act *acts;
	size_t n;
};

enum { ACT_GROUPS = 2 };
extern const struct act_group act_groups[ACT_GROUPS];

/* A day with ${act} of ${actor}: 1; 0 if it came at no time to be seen. */
int act_day(struct scene *sc, const struct act *act, int actor,
    double out[FEATURES]);

#endif
