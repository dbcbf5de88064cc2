/* SPDX-License-Identifier: Apache-2.0 */
/* Structs of other sizes than this library's: TACIT_E_INVALID. */
#include "world.h"

static struct world w;

int
main(void)
{
	size_t i, calls = 0, wrong = 0;
	long is;

	world_open(&w, 0);
	for (w.bad_size = 1; w.bad_size <= 4; w.bad_size++)
		for (i = 0; i < n_every; i++) {
			if (every[i].null[0] != '\0' ||
			    every[i].structs == 0 ||
			    strcmp(every[i].name, "tacit_contact_erase") == 0)
				continue;
			calls++;
			is = every[i].call(&w);
			if (is == TACIT_E_INVALID)
				continue;
			fprintf(stderr, "%s, size %zu: says %ld\n",
			    every[i].name, w.bad_size, is);
			wrong++;
		}
	w.bad_size = 0;
	world_is_sound(&w);
	world_close(&w);
	return world_verdict("wrong_sizes", calls, wrong);
}
