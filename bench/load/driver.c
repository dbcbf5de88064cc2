/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "driver.h"

/* Every protocol there is, in the order of the tables. */
static const struct driver *const drivers[] = {
	&drive_tacit,
	&drive_mqtt,
	&drive_nats,
	&drive_redis,
};

const struct driver *
driver_at(size_t index)
{
	return index < sizeof(drivers) / sizeof(drivers[0]) ?
	    drivers[index] : NULL;
}

const struct driver *
driver_find(const char *name)
{
	const struct driver *d;
	size_t i;

	for (i = 0; (d = driver_at(i)) != NULL; i++)
		if (strcmp(d->name, name) == 0)
			return d;
	return NULL;
}
