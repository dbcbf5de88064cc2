/* SPDX-License-Identifier: Apache-2.0 */
/* tacit-relay: the commands, and what they exit with. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <wchar.h>

#include <sodium.h>

#include "command.h"
#include "confine.h"
#include "query.h"
#include "serve.h"

static int
exit_code(int rc)
{
	switch (rc) {
	case 0:
		return EX_OK;
	case TACIT_E_INVALID:
	case TACIT_E_LINK:
	case TACIT_E_PLAINTEXT:
		return EX_USAGE;
	case TACIT_E_CORRUPT:
		return EX_DATAERR;
	case TACIT_E_UNAVAILABLE:
	case TACIT_E_UNREACHABLE:
		return EX_UNAVAILABLE;
	case TACIT_E_IO:
	case TACIT_E_DISK_FULL:
		return EX_IOERR;
	case TACIT_E_REFUSED:
		return EX_NOPERM;
	case TACIT_E_STATE:		/* of the system: confine.h */
		return EX_CONFIG;
	default:
		return EX_SOFTWARE;
	}
}

/* Defaults, then the file, then the options. */
static int
configure(struct config *c, const struct options *o)
{
	config_default(c);
	if (strlen(o->data) >= sizeof(c->data)) {
		fprintf(stderr, "tacit-relay: --data: at most %zu bytes\n",
		    sizeof(c->data) - 1);
		return EX_USAGE;
	}
	memcpy(c->data, o->data, strlen(o->data) + 1);
	if (o->config != NULL && config_read(c, o->config) != 0)
		return EX_CONFIG;
	if (o->listen != NULL && config_listen(c, o->listen) != 0) {
		fprintf(stderr, "tacit-relay: --listen: \"%s\" is not "
		    "ADDR:PORT with a numeric address ([ADDR]:PORT for IPv6) "
		    "and a port from 0 to 65535\n", o->listen);
		return EX_USAGE;
	}
	c->plaintext = o->plaintext;
	return config_check(c) == 0 ? 0 : EX_CONFIG;
}

int
main(int argc, char **argv)
{
	struct config c;
	struct options o;
	int code;

	confine_process();
	(void)umask(077);
	/* So that libev's perror() needs no copy of it: confine_calls.c. */
	(void)fwide(stderr, -1);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);	/* an error of the write: disk full */
	if (sodium_init() < 0)
		return EX_SOFTWARE;
	if (options_read(&o, argc, argv) != 0)
		return EX_USAGE;
	if (o.command == HELP || o.command == VERSION) {
		if (o.command == HELP)
			fputs(options_help(), stdout);
		else
			printf("tacit-relay %s\n", query_version());
		return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
	}
	if ((code = configure(&c, &o)) != 0)
		return code;
	switch (o.command) {
	case SERVE:
		return exit_code(serve(&c));
	case ADMIT:
		return exit_code(command_admit(&o, &c));
	case STATUS:
		return exit_code(command_status(&o, &c));
	case INSPECT:
		return exit_code(command_inspect(&o, &c));
	case HELP:
	case VERSION:
		break;
	}
	return EX_SOFTWARE;
}
