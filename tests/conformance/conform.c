/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <libwebsockets.h>
#include <sodium.h>

#include "conform.h"
#include "converse.h"
#include "stranger_relay.h"

enum { ALIVE_MS = 20000, ROW = 512 };

struct conform {
	const char *batch;
	struct relay_proc relay;
	int stranger;			/* somebody else's: only its address */
	uint8_t code[TACIT_CODE_LEN];	/* of its admission line */
	struct converse *talk;
	char version[32];		/* of libwebsockets */
	int cases, deviations, failures;
};

static const char *
deviations_file(void)
{
	const char *path = getenv("TACIT_DEVIATIONS");

	return path != NULL ? path : "";
}

static void
start_relay(struct conform *c, const char *more)
{
	struct tacit_admission a;
	char config[512];

	(void)snprintf(config, sizeof(config), "ok_tick_ms = 0\n"
	    "post_rate = 100000\npost_burst = 1000000\n"
	    "source_rate = 100000\n%s", more);
	relay_proc_make(&c->relay, config);
	relay_proc_start(&c->relay);
	relay_proc_admit(&c->relay, "1", &a);
	memcpy(c->code, a.code, sizeof(c->code));
}

struct conform *
conform_open(const char *batch, const char *more)
{
	struct conform *c = calloc(1, sizeof(*c));

	if (c == NULL || sodium_init() < 0)
		abort();
	c->batch = batch;
	(void)snprintf(c->version, sizeof(c->version), "%s",
	    lws_get_library_version());
	c->version[strcspn(c->version, "- ")] = '\0';
	c->stranger = stranger_relay(&c->relay.place, c->code);
	if (c->stranger)
		stranger_welcome(&c->relay.place);
	else
		start_relay(c, more);
	c->talk = converse_start(&c->relay, c->code, c->stranger);
	return c;
}

const struct relay_proc *
conform_relay(const struct conform *c)
{
	return &c->relay;
}

void
conform_code(struct conform *c, const char *relationships,
    uint8_t code[TACIT_CODE_LEN])
{
	struct tacit_admission a;

	memcpy(code, c->code, TACIT_CODE_LEN);
	if (c->stranger)
		return;
	relay_proc_admit(&c->relay, relationships, &a);
	memcpy(code, a.code, TACIT_CODE_LEN);
}

/* "${a} ${what} ${b}": the answer, how it is wrong, the right one. */
static void
fail(struct conform *c, const char *name, const char *a, const char *what,
    const char *b)
{
	printf("FAILED  %s: %s: %s %s %s\n", c->batch, name, a, what, b);
	c->failures++;
}

/*
 * The answer that is listed for ${name} under this version of libwebsockets.
 * A row: BATCH: NAME | what should be | 4.1.6 | 4.3.5, as the first row says;
 * "-": as it should be.
 */
static int
listed(const struct conform *c, const char *name, char out[CONFORM_WORDS])
{
	char row[ROW], full[ROW], *cell[8], *save, *at;
	int column = -1, n, i, found = 0;
	FILE *f = fopen(deviations_file(), "re");

	(void)snprintf(full, sizeof(full), "%s: %s", c->batch, name);
	while (f != NULL && !found && fgets(row, sizeof(row), f) != NULL) {
		if (row[0] == '#')
			continue;
		row[strcspn(row, "\n")] = '\0';
		for (n = 0, at = strtok_r(row, "|", &save); n < 8 &&
		    at != NULL; at = strtok_r(NULL, "|", &save)) {
			at += strspn(at, " ");
			for (i = (int)strlen(at); i > 0 && at[i - 1] == ' ';)
				at[--i] = '\0';
			cell[n++] = at;
		}
		for (i = 2; column < 0 && i < n; i++)
			if (strcmp(cell[i], c->version) == 0)
				column = i;
		found = n > 0 && column >= 0 && column < n &&
		    strcmp(cell[0], full) == 0 &&
		    strcmp(cell[column], "-") != 0;
		if (found)
			(void)snprintf(out, CONFORM_WORDS, "%s",
			    cell[column]);
	}
	if (f != NULL)
		(void)fclose(f);
	return found;
}

static void
check_relay(struct conform *c, const char *name)
{
	const char *why;
	int status;

	if (!c->stranger && waitpid(c->relay.pid, &status, WNOHANG) != 0) {
		printf("FAILED  %s: %s: the relay is gone (%d)\n", c->batch,
		    name, status);
		printf("%d cases\n", c->cases);
		exit(1);
	}
	if ((why = converse_goes_on(c->talk, ALIVE_MS)) == NULL)
		return;
	fail(c, name, why, "is what another conversation suffers", "");
	printf("%d cases\n", c->cases);
	exit(1);
}

void
conform_case(struct conform *c, const char *name, const char *want,
    const char *got)
{
	char instead[CONFORM_WORDS];
	int deviates = !c->stranger && listed(c, name, instead);

	c->cases++;
	if (c->stranger) {
		stranger_case(c->batch, name, want, got);
		c->failures += strcmp(got, want) != 0;
	} else if (deviates && strcmp(got, want) == 0)
		fail(c, name, got, "is right: deviation no longer real,",
		    "strike it");
	else if (deviates && strcmp(got, instead) != 0)
		fail(c, name, got, "where is listed", instead);
	else if (!deviates && strcmp(got, want) != 0)
		fail(c, name, got, "in place of", want);
	else
		c->deviations += deviates;
	check_relay(c, name);
}

/* Fixed words and counts; no address, key, name, byte of a case. */
static void
check_log(struct conform *c)
{
	static const char *const never[] = { "127.0.0.1", "/v1", "secret",
	    "GET ", "Host" };
	char line[ROW];
	FILE *f = fopen(c->relay.log, "re");
	size_t i;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "tacit-relay: ", 13) != 0 ||
		    strspn(line + 13, "abcdefghijklmnopqrstuvwxyz-_ =0123456"
		    "789") != strlen(line + 13))
			fail(c, "the log", line, "is no event", "");
		for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
			if (strstr(line, never[i]) != NULL)
				fail(c, "the log", line, "has", never[i]);
	}
	if (f != NULL)
		(void)fclose(f);
}

int
conform_close(struct conform *c)
{
	long letters;
	const char *why = converse_stop(c->talk, &letters);
	int failures;

	if (why != NULL)
		fail(c, "at the end", why, "is what another conversation",
		    "suffers");
	if (!c->stranger) {
		if (relay_proc_stop(&c->relay, SIGTERM) != 0)
			fail(c, "at the end", "the relay",
			    "did not exit with", "0");
		check_log(c);
		relay_proc_free(&c->relay);
	}
	printf("%s: %d cases, %d deviations (libwebsockets %s), %d failed, "
	    "%ld letters meanwhile\n", c->batch, c->cases, c->deviations,
	    c->version, c->failures, letters);
	failures = c->failures;
	free(c);
	return failures == 0 ? 0 : 1;
}
