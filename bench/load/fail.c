/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

void
fail_with(int status, const char *fmt, ...)
{
	va_list ap;

	(void)fputs("load: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	exit(status);
}

void
fail_errno(const char *what)
{
	fail("%s: %s", what, strerror(errno));
}
