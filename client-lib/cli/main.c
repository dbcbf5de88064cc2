/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options and dispatch.  Nothing confidential is taken from argv, where every
 * process of the machine could read it.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "cli.h"

static const char version[] =
"Source: Apache-2.0.  This program contains libsignal-protocol-c and GNU\n"
"Readline and may be passed on under the GNU GPL, version 3, only.\n";

struct command {
	const char *name;		/* one word, or two */
	int (*run)(struct cli *);
	unsigned options;		/* enum cli_option */
	enum { NOTHING, CONTACT, A_FILE, CONTACT_FORM, CHECKIN,
	    CHECKIN_DATE, MAY_CONTACT, CONTACT_SERIES, CONTACT_WORD,
	    CONTACT_MESSAGE, POLICY } takes;
	const char *asks;		/* what comes from standard input */
};

static const struct command commands[] = {
	{ "init", cmd_init, 0, NOTHING, "the name" },
	{ "relay add", cmd_relay_add, 0, NOTHING, "the line of the relay" },
	{ "invite", cmd_invite, OPT_IN_PERSON | OPT_EXPIRES | OPT_RELAY,
	    NOTHING, "the label" },
	{ "accept", cmd_accept, 0, NOTHING, "link and label" },
	{ "contacts", cmd_contacts, 0, NOTHING, NULL },
	{ "send", cmd_send, OPT_LINES | OPT_WAIT | OPT_ACCEPT | OPT_CONFIRM |
	    OPT_ANYWAY | OPT_KEEP | OPT_HOLD, CONTACT, "the message" },
	{ "sync", cmd_sync, OPT_WAIT | OPT_UNTIL, NOTHING, NULL },
	{ "history", cmd_history, OPT_LAST, CONTACT, NULL },
	{ "verify", cmd_verify, OPT_CONFIRM | OPT_HOW, CONTACT, NULL },
	{ "rotate", cmd_rotate, 0, CONTACT, NULL },
	{ "hold", cmd_hold, OPT_HOLD | OPT_DEFAULT, MAY_CONTACT, NULL },
	{ "recall", cmd_recall, OPT_STATEMENT | OPT_WAIT | OPT_ASK | OPT_YES,
	    CONTACT_MESSAGE, NULL },
	{ "retraction policy", cmd_retraction_policy, 0, POLICY, NULL },
	{ "retraction accept", cmd_retraction_accept, 0, CONTACT_MESSAGE,
	    NULL },
	{ "retraction keep", cmd_retraction_keep, 0, CONTACT_MESSAGE, NULL },
	{ "statement check", cmd_statement_check, 0, A_FILE, NULL },
	{ "close", cmd_close, OPT_YES, CONTACT, NULL },
	{ "passphrase", cmd_passphrase, 0, NOTHING, "old and new passphrase" },
	{ "chat", cmd_chat, OPT_LOCK, CONTACT, NULL },
	{ "backup", cmd_backup, 0, A_FILE, "the passphrase" },
	{ "restore", cmd_restore, 0, A_FILE, "the passphrase" },
	{ "checkin import", cmd_checkin_import, 0, A_FILE, NULL },
	{ "checkin forms", cmd_checkin_forms, 0, NOTHING, NULL },
	{ "checkin send", cmd_checkin_send, OPT_FIRST | OPT_LAST_DAY |
	    OPT_EVERY | OPT_WEEKDAYS | OPT_WINDOW, CONTACT_FORM, NULL },
	{ "checkin stop", cmd_checkin_stop, 0, CHECKIN, NULL },
	{ "checkin list", cmd_checkin_list, 0, CONTACT, NULL },
	{ "checkin answer", cmd_checkin_answer, OPT_WAIT, CHECKIN,
	    "the answers" },
	{ "checkin show", cmd_checkin_show, 0, CHECKIN_DATE, NULL },
	{ "checkin trend", cmd_checkin_trend, OPT_FORMAT | OPT_OUT | OPT_YES,
	    CONTACT_SERIES, NULL },
	{ "checkin export", cmd_checkin_export, OPT_FORMAT | OPT_OUT |
	    OPT_YES | OPT_FIRST | OPT_LAST_DAY, CONTACT, NULL },
	{ "export", cmd_export, OPT_FORMAT | OPT_OUT | OPT_YES | OPT_FIRST |
	    OPT_LAST_DAY, CONTACT, NULL },
	{ "check", cmd_check, OPT_KEY, A_FILE, NULL },
	{ "words", cmd_words, 0, CONTACT, NULL },
	{ "card set", cmd_card_set, 0, NOTHING, "the card" },
	{ "card show", cmd_card_show, 0, MAY_CONTACT, NULL },
	{ "card acknowledge", cmd_card_acknowledge, 0, CONTACT, NULL },
	{ "away set", cmd_away_set, OPT_BEGIN | OPT_END, NOTHING,
	    "the notice" },
	{ "away off", cmd_away_off, 0, NOTHING, NULL },
	{ "quiet set", cmd_quiet_set, OPT_BEGIN | OPT_END | OPT_DAYS, NOTHING,
	    NULL },
	{ "quiet off", cmd_quiet_off, 0, NOTHING, NULL },
	{ "pause", cmd_pause, 0, CONTACT, "what they are told" },
	{ "resume", cmd_resume, 0, CONTACT, "what they are told" },
	{ "discharge", cmd_discharge, 0, CONTACT, "the last words" },
	{ "lifecycle", cmd_lifecycle, 0, CONTACT, NULL },
	{ "receipts", cmd_receipts, 0, CONTACT_WORD, NULL },
	{ "retention show", cmd_retention_show, 0, MAY_CONTACT, NULL },
	{ "retention set", cmd_retention_set, OPT_YEARS, NOTHING, NULL },
	{ "retention delete", cmd_retention_delete, 0, CONTACT,
	    "today's date" },
	{ "log", cmd_log, OPT_LAST, NOTHING, NULL },
	{ "agent", cmd_agent, OPT_SOCKET, NOTHING, "calls" },
};

/* Values that getopt_long() returns: options of all commands, then ours. */
enum { ALL_VAULT = (1 << 16) + 1, ALL_JSON, ALL_PROXY, ALL_LOCK, ALL_HELP,
    ALL_VERSION, ALL_LOCKED, ALL_LOST };

static const struct option options[] = {
	{ "vault", required_argument, NULL, ALL_VAULT },
	{ "json", no_argument, NULL, ALL_JSON },
	{ "proxy", required_argument, NULL, ALL_PROXY },
	{ "lock-wait-ms", required_argument, NULL, ALL_LOCK },
	{ "locked", no_argument, NULL, ALL_LOCKED },	/* by chat_lock.c */
	{ "locked-lost", no_argument, NULL, ALL_LOST },
	{ "help", no_argument, NULL, ALL_HELP },
	{ "version", no_argument, NULL, ALL_VERSION },
	{ "in-person", no_argument, NULL, OPT_IN_PERSON },
	{ "expires-minutes", required_argument, NULL, OPT_EXPIRES },
	{ "relay", required_argument, NULL, OPT_RELAY },
	{ "lines", no_argument, NULL, OPT_LINES },
	{ "wait-ms", required_argument, NULL, OPT_WAIT },
	{ "accept-unverified", no_argument, NULL, OPT_ACCEPT },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "last", required_argument, NULL, OPT_LAST },
	{ "confirm", no_argument, NULL, OPT_CONFIRM },
	{ "yes", no_argument, NULL, OPT_YES },
	{ "first-day", required_argument, NULL, OPT_FIRST },
	{ "last-day", required_argument, NULL, OPT_LAST_DAY },
	{ "every", required_argument, NULL, OPT_EVERY },
	{ "weekdays", required_argument, NULL, OPT_WEEKDAYS },
	{ "window", required_argument, NULL, OPT_WINDOW },
	{ "keep-hours", required_argument, NULL, OPT_KEEP },
	{ "years", required_argument, NULL, OPT_YEARS },
	{ "lock-minutes", required_argument, NULL, OPT_LOCK },
	{ "anyway", no_argument, NULL, OPT_ANYWAY },
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "statement", required_argument, NULL, OPT_STATEMENT },
	{ "default", no_argument, NULL, OPT_DEFAULT },
	{ "ask", no_argument, NULL, OPT_ASK },
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "how", required_argument, NULL, OPT_HOW },
	{ "begin", required_argument, NULL, OPT_BEGIN },
	{ "end", required_argument, NULL, OPT_END },
	{ "days", required_argument, NULL, OPT_DAYS },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "out", required_argument, NULL, OPT_OUT },
	{ "key", required_argument, NULL, OPT_KEY },
	{ NULL, 0, NULL, 0 }
};

static const char *
option_name(int value)
{
	const struct option *o;

	for (o = options; o->name != NULL; o++)
		if (o->val == value)
			break;
	return o->name;
}

/* A whole decimal number from ${min} to ${max}. */
static int
number(const struct cli *c, uint32_t *out, int option, uint32_t min,
    uint32_t max)
{
	char *end = NULL;
	unsigned long n;

	errno = 0;
	n = strtoul(optarg, &end, 10);
	if (optarg[0] < '0' || optarg[0] > '9' || *end != '\0' || errno != 0 ||
	    n < min || n > max)
		return cli_usage(c, "--%s takes a number from %u to %u",
		    option_name(option), (unsigned)min, (unsigned)max);
	*out = (uint32_t)n;
	return 0;
}

/* Options whose value is taken as it is, and where in struct cli. */
static const struct {
	int option;
	size_t where;
} texts[] = {
	{ OPT_RELAY, offsetof(struct cli, relay) },
	{ OPT_FIRST, offsetof(struct cli, first_day) },
	{ OPT_LAST_DAY, offsetof(struct cli, last_day) },
	{ OPT_WEEKDAYS, offsetof(struct cli, weekdays) },
	{ OPT_WINDOW, offsetof(struct cli, window) },
	{ OPT_HOW, offsetof(struct cli, how) },
	{ OPT_BEGIN, offsetof(struct cli, begin) },
	{ OPT_END, offsetof(struct cli, end) },
	{ OPT_DAYS, offsetof(struct cli, days) },
	{ OPT_STATEMENT, offsetof(struct cli, statement) },
	{ OPT_FORMAT, offsetof(struct cli, format) },
	{ OPT_OUT, offsetof(struct cli, out) },
	{ OPT_KEY, offsetof(struct cli, key) },
	{ OPT_SOCKET, offsetof(struct cli, socket) },
};

/* Options that are words, and where these go. */
static void
take_words(struct cli *c, int option)
{
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].option == option)
			memcpy((char *)c + texts[i].where, &optarg,
			    sizeof(optarg));
}

/* Take one option that all commands know. */
static int
take_general(struct cli *c, int option)
{
	switch (option) {
	case ALL_VAULT:
		c->vault_arg = optarg;
		return 0;
	case ALL_JSON:
		c->json = true;
		return 0;
	case ALL_PROXY:
		c->proxy = optarg;
		return 0;
	case ALL_LOCK:
		return number(c, &c->lock_wait_ms, option, 0, 3600000);
	case ALL_LOST:
		c->draft_lost = true;
		c->locked = true;
		return 0;
	case ALL_LOCKED:
		c->locked = true;
		return 0;
	default:
		return 0;
	}
}

/* Take one option of a command or of all. */
static int
take(struct cli *c, int option)
{
	if (option >= ALL_VAULT && option <= ALL_LOST)
		return take_general(c, option);
	switch (option) {
	case OPT_KEEP:
		c->given |= OPT_KEEP;
		return number(c, &c->keep_hours, option, 1, 8784);
	case OPT_YEARS:
		c->given |= OPT_YEARS;
		return number(c, &c->years, option, 1,
		    TACIT_RETENTION_YEARS_MAX);
	case OPT_LOCK:
		c->given |= OPT_LOCK;
		return number(c, &c->lock_minutes, option, 1, 1440);
	case OPT_EXPIRES:
		c->given |= OPT_EXPIRES;
		return number(c, &c->expires_minutes, option, 1, 44640);
	case OPT_WAIT:
		c->given |= OPT_WAIT;
		return number(c, &c->wait_ms, option, 0, 86400000);
	case OPT_UNTIL:
		c->given |= OPT_UNTIL;
		return number(c, &c->until, option, 1, 1000000);
	case OPT_LAST:
		c->given |= OPT_LAST;
		return number(c, &c->last, option, 1, 1000000000);
	case OPT_EVERY:
		c->given |= OPT_EVERY;
		return number(c, &c->every, option, 1, 366);
	case OPT_HOLD:
		c->given |= OPT_HOLD;
		return number(c, &c->hold, option, 0, TACIT_HOLD_MAX);
	default:
		take_words(c, option);
		break;
	}
	c->given |= (unsigned)option;
	return 0;
}

/* Read all options.  Returns -1 to go on, or the exit status. */
static int
read_options(struct cli *c, int argc, char **argv)
{
	int i, option, status;

	/* Known first, so that every complaint has its form. */
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			c->json = true;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (option) {
		case ALL_HELP:
			c->help = true;
			break;
		case ALL_VERSION:
			printf("tacit %s\n%s", tacit_version(), version);
			return EX_OK;
		case '?':
			if (optopt != 0)
				return cli_usage(c, "--%s takes no value",
				    option_name(optopt));
			return cli_usage(c, "no such option; see tacit "
			    "--help");
		case ':':
			return cli_usage(c, "--%s needs a value",
			    option_name(optopt));
		default:
			if ((status = take(c, option)) != 0)
				return status;
		}
	}
	return -1;
}

/* The command that the words at ${argv} name, and how many words that is. */
static const struct command *
find_command(int argc, char **argv, int *words)
{
	const struct command *k;
	size_t i, first;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		k = &commands[i];
		first = strcspn(k->name, " ");
		if (strlen(argv[0]) != first ||
		    strncmp(argv[0], k->name, first) != 0)
			continue;
		if (k->name[first] == '\0') {
			*words = 1;
			return k;
		}
		if (argc > 1 && strcmp(argv[1], k->name + first + 1) == 0) {
			*words = 2;
			return k;
		}
	}
	return NULL;
}

/* What a command takes from argv, in this order. */
static const struct {
	int takes;
	size_t where;			/* in struct cli */
	const char *what;
} arguments[] = {
	{ CONTACT, offsetof(struct cli, contact), "a CONTACT: an id, a number "
	    "or a label of `tacit contacts'" },
	{ CONTACT_FORM, offsetof(struct cli, contact), "a CONTACT: an id, a "
	    "number or a label of `tacit contacts'" },
	{ CONTACT_FORM, offsetof(struct cli, form), "a FORM: an id of `tacit "
	    "checkin forms' or a name there" },
	{ CONTACT_SERIES, offsetof(struct cli, contact), "a CONTACT: an id, a "
	    "number or a label of `tacit contacts'" },
	{ CONTACT_WORD, offsetof(struct cli, contact), "a CONTACT: an id, a "
	    "number or a label of `tacit contacts'" },
	{ CONTACT_WORD, offsetof(struct cli, word), "one of on, off, show" },
	{ POLICY, offsetof(struct cli, word), "one of ask, keep, accept, "
	    "default, show" },
	{ A_FILE, offsetof(struct cli, file), "a FILE" },
	{ CONTACT_MESSAGE, offsetof(struct cli, contact), "a CONTACT: an id, "
	    "a number or a label of `tacit contacts'" },
	{ CONTACT_MESSAGE, offsetof(struct cli, message), "a MESSAGE: an id "
	    "of `tacit history'" },
	{ CHECKIN, offsetof(struct cli, checkin), "a CHECKIN: an id of `tacit "
	    "checkin list'" },
	{ CHECKIN_DATE, offsetof(struct cli, checkin), "a CHECKIN: an id of "
	    "`tacit checkin list'" },
	{ CHECKIN_DATE, offsetof(struct cli, date), "a DATE, as 2026-11-22" },
};

/* One more that may be there. */
static void
may_take(const char **out, int *argc, char ***argv)
{
	if (*argc == 0)
		return;
	*out = (*argv)[0];
	--*argc;
	++*argv;
}

static int
take_arguments(struct cli *c, const struct command *k, int *argc,
    char ***argv)
{
	size_t i;

	for (i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
		if (arguments[i].takes != (int)k->takes)
			continue;
		if (*argc == 0 || (k->takes != CONTACT &&
		    k->takes != CONTACT_SERIES && (*argv)[0][0] == '\0'))
			return cli_usage(c, "`%s' needs %s", k->name,
			    arguments[i].what);
		memcpy((char *)c + arguments[i].where, *argv,
		    sizeof(**argv));
		--*argc;
		++*argv;
	}
	if (k->takes == MAY_CONTACT || k->takes == POLICY)
		may_take(&c->contact, argc, argv);
	if (k->takes == CONTACT_SERIES) {
		may_take(&c->form, argc, argv);
		may_take(&c->series, argc, argv);
	}
	return 0;
}

/* No command is named by this. */
static int
unknown(const struct cli *c, const char *word)
{
	if (strcmp(word, "relay") == 0)
		return cli_usage(c, "`relay' is followed by `add'");
	if (strcmp(word, "checkin") == 0)
		return cli_usage(c, "`checkin' is followed by import, forms, "
		    "send, stop, list, answer, show, "
		    "trend or export");
	if (strcmp(word, "card") == 0)
		return cli_usage(c, "`card' is followed by `set', `show' or "
		    "`acknowledge'");
	if (strcmp(word, "away") == 0 || strcmp(word, "quiet") == 0)
		return cli_usage(c, "`%s' is followed by `set' or `off'",
		    strcmp(word, "away") == 0 ? "away" : "quiet");
	if (strcmp(word, "retention") == 0)
		return cli_usage(c, "`retention' is followed by `show', `set' "
		    "or `delete'");
	if (strcmp(word, "retraction") == 0)
		return cli_usage(c, "`retraction' is followed by `policy', "
		    "`accept' or `keep'");
	if (strcmp(word, "statement") == 0)
		return cli_usage(c, "`statement' is followed by `check'");
	return cli_usage(c, "no such command; see tacit --help");
}

static int
dispatch(struct cli *c, int argc, char **argv)
{
	const struct command *k;
	unsigned surplus;
	int words = 0, status;

	if ((k = find_command(argc, argv, &words)) == NULL)
		return unknown(c, argv[0]);
	if (c->help) {
		help_command(k->name);
		return EX_OK;
	}
	argc -= words;
	argv += words;

	surplus = c->given & ~k->options;
	if (surplus != 0)
		return cli_usage(c, "--%s does not belong to `%s'",
		    option_name((int)(surplus & -surplus)), k->name);
	if ((status = take_arguments(c, k, &argc, &argv)) != 0)
		return status;
	if (argc > 0 && k->asks != NULL)
		return cli_usage(c, "too many arguments: `%s' reads %s from "
		    "standard input, never from the command line, which other "
		    "people on this machine can see", k->name, k->asks);
	if (argc > 0)
		return cli_usage(c, "too many arguments for `%s'", k->name);
	return k->run(c);
}

int
main(int argc, char **argv)
{
	const struct rlimit none = { 0, 0 };
	struct cli c = { .lock_wait_ms = 5000 };
	int status;

	/* What is in memory is nobody else's: no core file, no debugger. */
	if (setrlimit(RLIMIT_CORE, &none) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return EX_OSERR;
	/* A reader that went away, a file that may not grow: errors of the
	   write, not signals. */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		return EX_OSERR;
	if ((status = read_options(&c, argc, argv)) >= 0)
		goto out;
	status = EX_OK;
	if (c.help && optind == argc) {
		help_all();
		goto out;
	}
	if (c.proxy == NULL)
		c.proxy = getenv("TACIT_PROXY");
	if (c.proxy != NULL && c.proxy[0] == '\0')
		c.proxy = NULL;
	if ((status = session_path(&c)) != 0)
		goto out;

	if (optind < argc)
		status = dispatch(&c, argc - optind, argv + optind);
	else if (c.given != 0)
		status = cli_usage(&c, "which command?  see tacit --help");
	else
		status = cmd_list(&c);
out:
	tacit_practice_close(c.p);
	tacit_close(c.t);
	free(c.vault);
	if (fflush(stdout) != 0 && status == 0)
		status = cli_fail(&c, TACIT_E_IO, "standard output");
	return status;
}
