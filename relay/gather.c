/* SPDX-License-Identifier: Apache-2.0 */
#include "gather.h"

int
gather_is_over(struct gather *g, int due, int brought, uint64_t now)
{
	if (due && !g->waiting)
		g->since = now;
	g->waiting = due && brought && now - g->since < GATHER_US;
	return due && !g->waiting;
}
