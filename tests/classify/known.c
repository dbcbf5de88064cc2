/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "known.h"

/* Acts that anybody tells from a text. */
static const struct {
	const char *group, *act;
} acts[] = {
	{ "client", "nothing" },	/* controls of the judge */
	{ "client", "text+16B" },
	{ "client", "answer+25ms" },
	{ "client", "recall" },		/* a RECALL goes */
	{ "practice", "recall" },
	{ "practice", "rotate" },	/* a CREATE goes before */
};

enum known
known_not_alike(const char *group, const char *act)
{
	size_t i;

	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(acts[i].group, group) == 0 &&
		    strcmp(acts[i].act, act) == 0)
			return KNOWN_MUST;
	return KNOWN_NOT;
}

enum known
known(const char *group, const char *a, const char *b)
{
	int x = known_not_alike(group, a), y = known_not_alike(group, b);

	if (x == KNOWN_NOT && y == KNOWN_NOT)
		return KNOWN_NOT;
	/* From each other they need not differ. */
	return x != KNOWN_NOT && y != KNOWN_NOT ? KNOWN_MAY : KNOWN_MUST;
}
