/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NULL for each pointer of each public function: TACIT_E_INVALID where it must
 * not be, and never a crash.
 */
#include "world.h"

static struct world w;

static int
is_told(const struct every *e, long is)
{
	if (!e->must || e->result != EVERY_INT)
		return 1;
	return is == TACIT_E_INVALID;
}

int
main(int argc, char **argv)
{
	size_t i, calls = 0, wrong = 0;
	long is;

	(void)argv;
	if (argc > 1) {			/* exported.sh asks for the names */
		for (i = 0; i < n_every; i++)
			printf("%s\n", every[i].name);
		return 0;
	}
	world_open(&w, 0);
	for (i = 0; i < n_every; i++) {
		if (every[i].null[0] == '\0')
			continue;
		calls++;
		is = every[i].call(&w);
		if (is_told(&every[i], is))
			continue;
		fprintf(stderr, "%s, %s NULL: says %ld\n", every[i].name,
		    every[i].null, is);
		wrong++;
	}
	world_is_sound(&w);
	world_close(&w);
	return world_verdict("null", calls, wrong);
}
