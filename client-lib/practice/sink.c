/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <tacit/error.h>

#include "sink.h"

void
sink_put(struct sink *s, const void *bytes, size_t len)
{
	if (s->error == 0 && len > 0)
		s->error = s->write(s->context, bytes, len);
}

void
sink_text(struct sink *s, const char *text)
{
	sink_put(s, text, strlen(text));
}

void
sink_format(struct sink *s, const char *format, ...)
{
	char buf[SINK_FORMAT_MAX + 1];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf, sizeof(buf), format, ap);
	va_end(ap);
	if (n >= 0 && n <= SINK_FORMAT_MAX)
		sink_put(s, buf, (size_t)n);
	else if (s->error == 0)
		s->error = TACIT_E_LIMIT;
}
