/* SPDX-License-Identifier: Apache-2.0 */
/* One object per line, in valid JSON whatever a label or text holds. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "cli.h"

/* On a terminal nothing but ASCII: it cannot be steered by a text then. */
static int
put(FILE *f, const json_t *o)
{
	size_t flags = JSON_COMPACT | JSON_PRESERVE_ORDER;

	if (isatty(fileno(f)))
		flags |= JSON_ENSURE_ASCII;
	if (json_dumpf(o, f, flags) != 0 || fputc('\n', f) == EOF ||
	    fflush(f) != 0)
		return TACIT_E_IO;
	return 0;
}

struct json_t *
json_make(const char *format, ...)
{
	json_error_t e;
	json_t *o;
	va_list ap;

	va_start(ap, format);
	o = json_vpack_ex(&e, 0, format, ap);
	va_end(ap);
	return o;
}

int
json_put(struct json_t *o)
{
	int rc = o != NULL ? put(stdout, o) : TACIT_E_INTERNAL;

	json_decref(o);
	return rc;
}

int
json_out(const char *format, ...)
{
	json_error_t e;
	json_t *o;
	va_list ap;

	va_start(ap, format);
	o = json_vpack_ex(&e, 0, format, ap);
	va_end(ap);
	return json_put(o);
}

void *
json_true_if(bool is)
{
	return is ? json_true() : NULL;
}

int
json_line(char *text)
{
	bool quoted = false;
	char *to = text, *at;

	for (at = text; *at != '\0'; at++) {
		if (*at == '"')
			quoted = !quoted;
		if (!quoted && (*at == ' ' || *at == '\n'))
			continue;
		*to++ = *at;
		if (quoted && *at == '\\')
			*to++ = *++at;
	}
	*to = '\0';
	if (isatty(STDOUT_FILENO))
		text_put(stdout, text, strlen(text), -1);
	else
		fputs(text, stdout);
	return putchar('\n') == EOF || fflush(stdout) != 0 ? TACIT_E_IO : 0;
}

void
json_error(const char *word, const char *text)
{
	json_t *o = json_pack("{s:s, s:s}", "error", word, "message", text);

	/* A path that is not UTF-8 must not cost the error its name. */
	if (o == NULL)
		o = json_pack("{s:s, s:s}", "error", word, "message", word);
	if (o != NULL)
		(void)put(stderr, o);
	json_decref(o);
}
