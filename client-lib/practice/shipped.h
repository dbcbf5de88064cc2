/* SPDX-License-Identifier: Apache-2.0 */
/* The questionnaires that come with the library, forms/NAME.json. */
#ifndef PRACTICE_SHIPPED_H
#define PRACTICE_SHIPPED_H

#include <stddef.h>

enum { SHIPPED_FORMS = 3 };

struct shipped {
	const char *name;
	const char *json;		/* for form_import(); no NUL */
	size_t len;
};
extern const struct shipped shipped_forms[SHIPPED_FORMS];

/* The one with this name, or NULL. */
const struct shipped *shipped_find(const char *name);

#endif
