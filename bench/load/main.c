/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load generator.  One run: one server, one line of JSON for each
 * measurement on standard output.
 */
#include <getopt.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "fail.h"
#include "scratch.h"
#include "works.h"

static const char usage[] =
"load --driver NAME [OPTION VALUE]... [--plain]\n"
"load --list | --help\n"
"\n"
"--works LIST      what to do, in this order, with commas: mail, online,\n"
"                  rate:N, paced:N, one, pair, idle, restart, subscribe,\n"
"                  wait:N, fill, round:N\n"
"                  (mail,online,rate:1000,rate:5000,one)\n"
"--letters N       in each of mail and online (100000)\n"
"--seconds N       of each rate (10)\n"
"--recipients N    queues, each with a reader (100)\n"
"--senders N       connections that post (8)\n"
"--window N        posts unanswered on each (32)\n"
"--body N          bytes of a body (2048)\n"
"--stored N        letters for others, that wait from \"fill\" on, or from\n"
"                  the beginning (0)\n"
"--idle N          connections for the work of that name (0)\n"
"--settings TEXT   more for the server's file\n"
"--round N         a number that the lines carry (0)\n"
"--patience N      seconds without any event that end a work (30)\n"
"--label TEXT      what is unlike other runs; the lines carry it\n"
"--dir DIR         empty, for the server's data (a new one, removed)\n"
"--tamper WHAT     drop, double or change one message: the run is void\n"
"--plain           without TLS, where there is a choice\n"
"Exit: 0 sound, 64 usage, 65 void (lost, doubled or changed messages),\n"
"      70 the run could not be made.\n";

enum option_id {
	DRIVER = 1, WORKS, SETTINGS, LABEL, DIR, TAMPER, PLAIN, LIST, HELP,
	NUMBER				/* and those after it */
};

/* Numbers: where they go, and what is allowed. */
static const struct number {
	const char *name;
	size_t at;
	int wide;
	uint64_t lowest, highest;
} numbers[] = {
#define WIDE(name, lowest, highest)					\
	{ #name, offsetof(struct plan, name), 1, lowest, highest }
#define NARROW(name, lowest, highest)					\
	{ #name, offsetof(struct plan, name), 0, lowest, highest }
	WIDE(letters, 1, 100000000),
	{ "stored", offsetof(struct plan, to_store), 1, 0, 100000000 },
	NARROW(recipients, 1, 100000), NARROW(senders, 1, 1000),
	NARROW(window, 1, DRIVER_WINDOW_MAX), NARROW(body, BODY_MIN, 60000),
	NARROW(seconds, 1, 86400), NARROW(idle, 0, 60000),
	NARROW(round, 0, 1000000), NARROW(patience, 1, 3600),
};
enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]), OPTIONS = 9 };

static const struct option fixed[OPTIONS] = {
	{ "driver", required_argument, NULL, DRIVER },
	{ "works", required_argument, NULL, WORKS },
	{ "settings", required_argument, NULL, SETTINGS },
	{ "label", required_argument, NULL, LABEL },
	{ "dir", required_argument, NULL, DIR },
	{ "tamper", required_argument, NULL, TAMPER },
	{ "plain", no_argument, NULL, PLAIN },
	{ "list", no_argument, NULL, LIST },
	{ "help", no_argument, NULL, HELP },
};

#define misused(...)	fail_with(FAIL_USAGE, __VA_ARGS__)

static void
set_number(struct plan *p, const struct number *n, const char *text)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t v = digits > 0 && digits < 12 && text[digits] == '\0' ?
	    strtoull(text, NULL, 10) : UINT64_MAX;

	if (v < n->lowest || v > n->highest)
		misused("--%s: \"%s\" is not a number from %llu to %llu",
		    n->name, text, (unsigned long long)n->lowest,
		    (unsigned long long)n->highest);
	if (n->wide)
		*(uint64_t *)(void *)((char *)p + n->at) = v;
	else
		*(uint32_t *)(void *)((char *)p + n->at) = (uint32_t)v;
}

static enum tamper
parse_tamper(const char *text)
{
	static const char *const names[] = { "none", "drop", "double",
	    "change" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], text) == 0)
			return (enum tamper)i;
	misused("--tamper: \"%s\" is not drop, double or change", text);
}

static void __attribute__((noreturn))
list(void)
{
	const struct driver *d;
	size_t i;

	for (i = 0; (d = driver_at(i)) != NULL; i++)
		printf("%s\t%s\n", d->name, d->title);
	exit(fflush(stdout) == 0 ? 0 : FAIL_RUN);
}

static void
set_text(struct plan *p, int id, const char *value)
{
	char bad[64];

	switch (id) {
	case DRIVER:
		if (driver_find(value) == NULL)
			misused("--driver: no \"%s\"; --list names them",
			    value);
		p->driver = value;
		break;
	case WORKS:
		if (!works_known(value, bad, sizeof(bad)))
			misused("--works: no \"%s\"; --help names them", bad);
		p->works = value;
		break;
	case SETTINGS:
		p->settings = value;
		break;
	case LABEL:
		p->label = value;
		break;
	case DIR:
		p->dir = value;
		break;
	case TAMPER:
		p->tamper = parse_tamper(value);
		break;
	case PLAIN:
		p->plain = 1;
		break;
	case LIST:
		list();
	case HELP:
		(void)fputs(usage, stdout);
		exit(fflush(stdout) == 0 ? 0 : FAIL_RUN);
	default:
		exit(FAIL_USAGE);	/* getopt_long() has said why */
	}
}

static void
parse(struct plan *p, int argc, char **argv)
{
	struct option all[OPTIONS + NUMBERS + 1] = { 0 };
	int id, i;

	memcpy(all, fixed, sizeof(fixed));
	for (i = 0; i < NUMBERS; i++)
		all[OPTIONS + i] = (struct option){ numbers[i].name,
		    required_argument, NULL, NUMBER + i };
	while ((id = getopt_long(argc, argv, "", all, NULL)) != -1) {
		if (id >= NUMBER && id < NUMBER + NUMBERS)
			set_number(p, &numbers[id - NUMBER], optarg);
		else
			set_text(p, id, optarg);
	}
	if (optind < argc)
		misused("\"%s\" is too much", argv[optind]);
	if (p->driver == NULL)
		misused("--driver is missing; --list names them");
}

static void
raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

/* What the server said is of use to who looks for the reason. */
static void
tidy_up(int status, void *arg)
{
	const struct scratch *s = arg;

	if (status == FAIL_RUN && s->path[0] != '\0')
		fprintf(stderr, "load: the server's files are in %s\n",
		    s->path);
	else
		scratch_remove(s);
}

int
main(int argc, char **argv)
{
	struct plan p = { .works = "mail,online,rate:1000,rate:5000,one",
	    .letters = 100000, .recipients = 100, .senders = 8,
	    .window = 32, .body = 2048, .seconds = 10, .patience = 30 };
	struct scratch s = { 0 };

	parse(&p, argc, argv);
	(void)signal(SIGPIPE, SIG_IGN);
	raise_files();
	if (on_exit(tidy_up, &s) != 0)
		fail("no memory");
	if (p.dir == NULL)
		p.dir = scratch_make(&s);
	works_run(&p);
	exit(0);			/* while ${s} is there */
}
