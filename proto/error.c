/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "tacit/error.h"
#include "tacit/error_text.h"

#define ROW(name, value, word, text) { value, word, text },
static const struct row {
	int value;
	const char *word, *text;
} rows[] = {
	{ TACIT_OK, "ok", "no error" },
	TACIT_ERRORS(ROW)
};
#undef ROW

static const struct row *
find(int err)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].value == err)
			return &rows[i];
	}
	return NULL;
}

const char *
tacit_error_text(int err)
{
	const struct row *r = find(err);

	return r != NULL ? r->text : "unknown error";
}

const char *
tacit_error_word(int err)
{
	const struct row *r = find(err);

	return r != NULL ? r->word : "internal";
}
