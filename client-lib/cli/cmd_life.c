/* SPDX-License-Identifier: Apache-2.0 */
/* pause, resume, discharge, lifecycle: how a relationship stands. */
#include <string.h>
#include <sysexits.h>

#include "cli.h"

static const char *const states[] = { "", "invited", "active", "paused",
    "discharged", "retained" };
static const char *const whats[] = { "", "paired", "paused", "resumed",
    "discharged", "closed", "identity-changed", "verified" };
static const char *const hows[] = { "", "in-person", "voice", "video" };

/* Word ${n} of a list; one of a newer version is unknown. */
#define WORD(list, n) \
	((size_t)(n) < sizeof(list) / sizeof((list)[0]) ? (list)[n] : "unknown")

enum tacit_how
life_how(const char *word)
{
	enum tacit_how how;

	for (how = TACIT_HOW_IN_PERSON; how <= TACIT_HOW_VIDEO; how++)
		if (strcmp(word, hows[how]) == 0)
			return how;
	return TACIT_HOW_NONE;
}

static int
change(struct cli *c, enum tacit_life_what what, const char *prompt)
{
	struct tacit_life_info life = { .size = sizeof(life) };
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	char text[CLI_LINE_MAX];
	int rc, status;

	status = input_line(c, "text", prompt, text, sizeof(text), NULL);
	if (status != 0 || (status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	rc = tacit_life_change(c->p, session_unix_ms(), ct, what, text);
	if (rc == TACIT_E_TEXT)
		return cli_fail_as(c, rc, "what is said with it has up to 320 "
		    "bytes of text, for a discharge at least one");
	if (rc == TACIT_E_STATE)
		return cli_fail_as(c, rc, "only who invited, and only when "
		    "they have answered");
	if (rc != 0 || (rc = session_settle(c, ct, 2000)) != 0 ||
	    (rc = tacit_life_get(c->p, ct, &life)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		return cli_done(c, json_out("{s:s, s:s}", "contact", info.id,
		    "state", WORD(states, life.state)));
	text_put_name(stdout, info.label);
	printf(": %s.\n", WORD(states, life.state));
	return EX_OK;
}

int
cmd_pause(struct cli *c)
{
	return change(c, TACIT_LIFE_PAUSE, "What they are told (may be "
	    "empty)");
}

int
cmd_resume(struct cli *c)
{
	return change(c, TACIT_LIFE_RESUME, "What they are told (may be "
	    "empty)");
}

int
cmd_discharge(struct cli *c)
{
	return change(c, TACIT_LIFE_DISCHARGE, "The last words to them");
}

static int
entry_out(const struct cli *c, const struct tacit_life_entry *e)
{
	const char *who = e->who == TACIT_WHO_THEM ? "them" : "me";
	const char *how = WORD(hows, e->how);
	char when[32];

	if (c->json) {
		text_time(when, e->time_ms);
		return json_out("{s:s, s:s, s:s*, s:s}", "what",
		    WORD(whats, e->what), "who", who, "how",
		    how[0] != '\0' ? how : NULL, "time", when);
	}
	text_clock(when, e->time_ms);
	printf("%s  %s, by %s%s%s\n", when, WORD(whats, e->what), who,
	    how[0] != '\0' ? ", " : "", how);
	return 0;
}

int
cmd_lifecycle(struct cli *c)
{
	struct tacit_life_entry e = { .size = sizeof(e) };
	struct tacit_life_info life = { .size = sizeof(life) };
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	uint32_t n;
	int rc, status;

	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = session_practice(c)) != 0 ||
	    (rc = tacit_life_get(c->p, ct, &life)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		rc = json_out("{s:s, s:s, s:b}", "contact", info.id, "state",
		    WORD(states, life.state), "identity_changed",
		    life.identity_changed != 0);
	else
		printf("%s%s\n", WORD(states, life.state),
		    life.identity_changed ? "; their identity key changed: "
		    "verify it" : "");
	for (n = 0; rc == 0 && n < life.entries; n++)
		if ((rc = tacit_life_entry(c->p, ct, n, &e)) == 1)
			rc = entry_out(c, &e);
	return cli_done(c, rc);
}
