/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "shipped.h"

const struct shipped *
shipped_find(const char *name)
{
	size_t i;

	for (i = 0; i < SHIPPED_FORMS; i++)
		if (strcmp(shipped_forms[i].name, name) == 0)
			return &shipped_forms[i];
	return NULL;
}
