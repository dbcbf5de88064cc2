/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "driver.h"

int
main(void)
{
	const struct driver *d;
	size_t i;

	for (i = 0; (d = driver_at(i)) != NULL; i++)
		printf("%s\t%s\n", d->name, d->title);
	return 0;
}
