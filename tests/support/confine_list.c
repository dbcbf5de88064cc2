/* SPDX-License-Identifier: Apache-2.0 */
/* The names of the system calls that a relay is confined to, one a line. */
#include <stdio.h>

#include "confine.h"

int
main(void)
{
	size_t i, n;
	const struct confine_call *call = confine_list(&n);

	for (i = 0; i < n; i++)
		puts(call[i].name);
	return fflush(stdout) == 0 ? 0 : 1;
}
