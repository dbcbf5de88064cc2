/* SPDX-License-Identifier: Apache-2.0 */
/* What went wrong, and the exit status that goes with it. */
#include <stdarg.h>
#include <string.h>
#include <sysexits.h>

#include "cli.h"

/*
 * The groups of tacit/error.h, but for the few that belong elsewhere.  A bad
 * vault is bad data; what may be tried again later is "unavailable".
 */
int
cli_status(int error)
{
	switch (error) {
	case 0:
		return EX_OK;
	case TACIT_E_INVALID:
		return EX_USAGE;
	case TACIT_E_QUOTA:
	case TACIT_E_CORRUPT:
	case TACIT_E_TRUNCATED:
	case TACIT_E_NOT_A_VAULT:
	case TACIT_E_NOT_A_BACKUP:
	case TACIT_E_FILE_EXISTS:
	case TACIT_E_HOLD:
	case TACIT_E_STATEMENT:
	case TACIT_E_TODAY:
		return EX_DATAERR;
	case TACIT_E_RETAINED:
		return EX_NOPERM;
	case TACIT_E_IO:
	case TACIT_E_DISK_FULL:
		return EX_IOERR;
	case TACIT_E_VERSION:
		return EX_UNAVAILABLE;
	default:
		break;
	}
	if (error > -40)
		return EX_DATAERR;
	if (error > -60)
		return EX_UNAVAILABLE;
	if (error > -80)
		return EX_SOFTWARE;
	return EX_NOPERM;
}

static void
say(const struct cli *c, const char *word, const char *text)
{
	if (c->json)
		json_error(word, text);
	else
		fprintf(stderr, "tacit: %s\n", text);
}

int
cli_fail(const struct cli *c, int error, const char *more)
{
	char text[1024];

	/* The output must end before the complaint, in this order. */
	if (fflush(stdout) != 0 && error != TACIT_E_IO)
		more = NULL;
	(void)snprintf(text, sizeof(text), "%s%s%s", tacit_error_text(error),
	    more != NULL ? ": " : "", more != NULL ? more : "");
	return cli_fail_as(c, error, text);
}

int
cli_fail_as(const struct cli *c, int error, const char *text)
{
	say(c, tacit_error_word(error), text);
	return cli_status(error);
}

int
cli_done(const struct cli *c, int error)
{
	return error == 0 ? EX_OK : cli_fail(c, error, NULL);
}

int
cli_usage(const struct cli *c, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	say(c, "usage", text);
	return EX_USAGE;
}
