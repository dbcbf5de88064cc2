/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

/* Each option, and the commands that take it. */
#define FOR(command) (1u << (command))
enum which { DATA, CONFIG, LISTEN, PLAINTEXT, RELATIONSHIPS, EXPIRES_HOURS,
    URL, JSON, ASK_HELP, ASK_VERSION, WHICH };
enum { ALL = FOR(SERVE) | FOR(ADMIT) | FOR(STATUS) | FOR(INSPECT) };

static const struct {
	const char *value;		/* NULL: takes none */
	unsigned int commands;
} rules[WHICH] = {
	[DATA]		= { "DIR", ALL },
	[CONFIG]	= { "FILE", FOR(SERVE) | FOR(ADMIT) },
	[LISTEN]	= { "ADDR:PORT", FOR(SERVE) },
	[PLAINTEXT]	= { NULL, FOR(SERVE) },
	[RELATIONSHIPS]	= { "N", FOR(ADMIT) },
	[EXPIRES_HOURS]	= { "H", FOR(ADMIT) },
	[URL]		= { "wss://HOST:PORT", FOR(ADMIT) },
	[JSON]		= { NULL, FOR(STATUS) | FOR(INSPECT) },
	[ASK_HELP]	= { NULL, 0 },
	[ASK_VERSION]	= { NULL, 0 },
};

static const struct option longs[WHICH + 1] = {
	{ "data", required_argument, NULL, DATA },
	{ "config", required_argument, NULL, CONFIG },
	{ "listen", required_argument, NULL, LISTEN },
	{ "plaintext", no_argument, NULL, PLAINTEXT },
	{ "relationships", required_argument, NULL, RELATIONSHIPS },
	{ "expires-hours", required_argument, NULL, EXPIRES_HOURS },
	{ "url", required_argument, NULL, URL },
	{ "json", no_argument, NULL, JSON },
	{ "help", no_argument, NULL, ASK_HELP },
	{ "version", no_argument, NULL, ASK_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char *const commands[] = {
	[SERVE] = "serve", [ADMIT] = "admit", [STATUS] = "status",
	[INSPECT] = "inspect", [HELP] = "--help", [VERSION] = "--version",
};

const char *
options_help(void)
{
	return
"tacit-relay serve   --data DIR [--listen ADDR:PORT] [--config FILE] [--plaintext]\n"
"tacit-relay admit   --data DIR [--relationships N] [--expires-hours H]\n"
"                    [--url wss://HOST:PORT] [--config FILE]\n"
"tacit-relay status  --data DIR [--json]\n"
"tacit-relay inspect --data DIR [--json]\n"
"tacit-relay --help | --version\n"
"\n"
"serve    stores and forwards sealed envelopes; prints one READY line\n"
"admit    prints the line that lets somebody begin N relationships (1)\n"
"         within H hours (720) on this relay\n"
"status   counts what the relay holds\n"
"inspect  tells what each kind of thing is, and what it does not tell\n"
"\n"
"--listen is 127.0.0.1:8443 unless given here or in FILE; port 0 picks one.\n"
"--plaintext serves ws:// instead of wss://, on loopback addresses only.\n"
"Exit: 0 clean, 64 usage, 65 bad data, 69 unavailable, 70 internal,\n"
"      74 I/O, 77 refused, 78 configuration.\n";
}

/* "--data DIR, --json": what ${command} takes. */
static void
print_allowed(enum command command)
{
	const char *between = "";
	int i;

	for (i = 0; i < WHICH; i++) {
		if ((rules[i].commands & FOR(command)) == 0)
			continue;
		fprintf(stderr, "%s--%s%s%s", between, longs[i].name,
		    rules[i].value != NULL ? " " : "",
		    rules[i].value != NULL ? rules[i].value : "");
		between = ", ";
	}
	fputc('\n', stderr);
}

static int
refuse(const struct options *o, const char *what, const char *why)
{
	fprintf(stderr, "tacit-relay: %s: %s%s; allowed: ",
	    commands[o->command], what, why);
	print_allowed(o->command);
	return TACIT_E_INVALID;
}

/* Digits only, in 1..${max}. */
static int
number(uint32_t *out, const char *name, const char *text, uint32_t max)
{
	size_t len = text != NULL ? strspn(text, "0123456789") : 0;
	unsigned long v = 0;

	if (len > 0 && len < 10 && text[len] == '\0')
		v = strtoul(text, NULL, 10);
	if (v < 1 || v > max) {
		fprintf(stderr, "tacit-relay: --%s: \"%s\" is not a number "
		    "from 1 to %u\n", name, text, max);
		return TACIT_E_INVALID;
	}
	*out = (uint32_t)v;
	return 0;
}

static int
set(struct options *o, enum which which, const char *value)
{
	switch (which) {
	case DATA:
		o->data = value;
		break;
	case CONFIG:
		o->config = value;
		break;
	case LISTEN:
		o->listen = value;
		break;
	case URL:
		o->url = value;
		break;
	case PLAINTEXT:
		o->plaintext = 1;
		break;
	case JSON:
		o->json = 1;
		break;
	case RELATIONSHIPS:
		return number(&o->relationships, longs[which].name, value,
		    OPTIONS_RELATIONSHIPS_MAX);
	case EXPIRES_HOURS:
		return number(&o->expires_hours, longs[which].name, value,
		    OPTIONS_HOURS_MAX);
	case ASK_HELP:
		o->command = HELP;
		break;
	case ASK_VERSION:
		o->command = VERSION;
		break;
	case WHICH:
		break;
	}
	return 0;
}

static int
read_command(struct options *o, const char *text)
{
	int i;

	for (i = SERVE; i <= VERSION; i++) {
		if (text != NULL && strcmp(text, commands[i]) == 0) {
			o->command = (enum command)i;
			return 0;
		}
	}
	fprintf(stderr, "tacit-relay: %s%s; allowed: serve, admit, status, "
	    "inspect, --help, --version\n",
	    text != NULL ? "unknown command " : "a command is missing",
	    text != NULL ? text : "");
	return TACIT_E_INVALID;
}

/* Is ${word} option ${which} in full?  A part of it would do to getopt. */
static int
is_whole(const char *word, int which)
{
	size_t n = strcspn(word, "=");

	return n == 2 + strlen(longs[which].name);
}

/* What getopt_long() returned for argv[at]. */
static int
one_option(struct options *o, int got, char *const *argv, int at,
    unsigned int *seen)
{
	if (got == ':')
		return refuse(o, argv[at], " needs a value");
	if (got == '?' || !is_whole(argv[at], got))
		return refuse(o, argv[at], " is not an option of it");
	if (rules[got].commands != 0 &&
	    (rules[got].commands & FOR(o->command)) == 0)
		return refuse(o, argv[at], " is not an option of it");
	if ((*seen & FOR(got)) != 0)
		return refuse(o, argv[at], " was given twice");
	*seen |= FOR(got);
	if (optarg != NULL && optarg[0] == '\0')
		return refuse(o, argv[at], " needs a value");
	return set(o, (enum which)got, optarg);
}

int
options_read(struct options *o, int argc, char **argv)
{
	unsigned int seen = 0;
	int got, at, rc;

	*o = (struct options){ .relationships = 1, .expires_hours = 720 };
	if ((rc = read_command(o, argc > 1 ? argv[1] : NULL)) != 0 ||
	    o->command == HELP || o->command == VERSION)
		return rc;
	argc--;
	argv++;
	opterr = 0;
	optind = 0;			/* GNU: begin anew */
	for (at = 1; (got = getopt_long(argc, argv, "+:", longs, NULL)) != -1;
	    at = optind) {
		if ((rc = one_option(o, got, argv, at, &seen)) != 0)
			return rc;
		if (o->command == HELP || o->command == VERSION)
			return 0;
	}
	if (optind < argc)
		return refuse(o, argv[optind], " is not an option");
	if (o->data == NULL)
		return refuse(o, "--data", " is missing");
	return 0;
}
