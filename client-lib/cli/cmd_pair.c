/* SPDX-License-Identifier: Apache-2.0 */
/* invite, accept, verify, close: how a relationship begins and ends. */
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"

/* What is read in the room is read at once; tacit_invite() says no more. */
enum { IN_PERSON_MINUTES_MAX = 10 };

/* Worth trying again while the relay's time lasts? */
static bool
passing(int problem)
{
	return problem == 0 || problem == TACIT_E_RATE ||
	    problem == TACIT_E_UNAVAILABLE || problem == TACIT_E_WAIT ||
	    problem == TACIT_E_LATCHED;
}

int
pair_ready(struct tacit_contact *ct, int64_t deadline_ms)
{
	struct tacit_contact_info info = session_info(ct);

	if (info.ready)
		return 0;
	if (!passing(info.problem))
		return info.problem;
	if (session_now_ms() < deadline_ms)
		return TACIT_E_WAIT;
	return info.problem != 0 ? info.problem : TACIT_E_UNREACHABLE;
}

/*
 * Step until ${ct} is ready, a problem is final, or the relay's time is over.
 * Returns: 0, or the TACIT_E_* that stood in the way.
 */
static int
until_ready(struct cli *c, struct tacit_contact *ct)
{
	int64_t deadline = session_now_ms() + CLI_REACH_MS;
	int rc, stepped;

	while ((rc = pair_ready(ct, deadline)) == TACIT_E_WAIT)
		if ((stepped = session_step(c, deadline)) != 0)
			return stepped;
	return rc;
}

static void
show_link(const struct cli *c, const char *link)
{
	bool in_person = (c->given & OPT_IN_PERSON) != 0;

	if (isatty(STDOUT_FILENO) && !qr_print(stdout, link))
		fputs("(No QR code could be drawn.)\n", stderr);
	printf("%s\n", link);
	fputs(in_person ?
	    "To be read now, in this room; nobody else may see it.\n" :
	    "Whoever reads this link first is the contact: send it only over "
	    "a channel you trust,\nand compare the safety number afterwards "
	    "(`tacit verify').\n", stderr);
}

int
cmd_invite(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	char label[CLI_LINE_MAX], link[TACIT_LINK_SIZE];
	unsigned flags = 0;
	int rc, status;

	if ((c->given & OPT_IN_PERSON) != 0 &&
	    c->expires_minutes > IN_PERSON_MINUTES_MAX)
		return cli_usage(c, "--expires-minutes takes a number from 1 "
		    "to %d with --in-person", IN_PERSON_MINUTES_MAX);
	status = input_line(c, "label", "Your label for this person", label,
	    sizeof(label), NULL);
	if (status != 0 || (status = session_open(c)) != 0)
		return status;
	if ((c->given & OPT_IN_PERSON) != 0)
		flags |= TACIT_INVITE_IN_PERSON;
	rc = tacit_invite(&ct, c->t, label, flags, c->expires_minutes,
	    c->relay);
	if (rc == TACIT_E_NO_RELAY && c->relay != NULL)
		return cli_fail_as(c, rc, "no relay with this URL was added");
	if (rc != 0)
		return cli_fail(c, rc, NULL);

	if ((rc = until_ready(c, ct)) != 0 ||
	    (rc = tacit_invitation_link(ct, link)) != 0) {
		/* Nothing half-made: what went wrong is what was asked. */
		if (tacit_contact_close(ct) == 0)
			(void)session_step(c, 0);
		return cli_fail(c, rc, NULL);
	}
	if (c->json)
		status = cli_done(c, json_out("{s:s, s:s}", "contact",
		    session_info(ct).id, "link", link));
	else
		show_link(c, link);
	explicit_bzero(link, sizeof(link));
	return status;
}

int
cmd_accept(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	char link[CLI_LINE_MAX], label[CLI_LINE_MAX];
	size_t len = 0;
	int rc, status;

	status = input_line(c, "link", "The link (tacit://...)", link,
	    sizeof(link), &len);
	if (status == 0)
		status = input_line(c, "label", "Your label for this person",
		    label, sizeof(label), NULL);
	if (status != 0 || (status = session_open(c)) != 0)
		return status;
	rc = tacit_accept(&ct, c->t, link, len, label);
	explicit_bzero(link, sizeof(link));
	if (rc != 0 || (rc = until_ready(c, ct)) != 0)
		return cli_fail(c, rc, rc == TACIT_E_UNREACHABLE ?
		    "accept the same link again to go on" : NULL);

	info = session_info(ct);
	if (c->json)
		return cli_done(c, json_out("{s:s, s:s}", "contact", info.id,
		    "state", text_state(info.state)));
	text_put_name(stdout, info.label);
	fputs(info.state == TACIT_ACTIVE ? " is connected to you.\n" :
	    ": accepted.  You can write already; they see it when they are "
	    "online.\n", stdout);
	return EX_OK;
}

static void
show_number(const struct tacit_contact_info *info, const char *number,
    bool changed)
{
	size_t i;

	fputs("Safety number with ", stdout);
	text_put_name(stdout, info->label);
	fputs(":\n\n", stdout);
	for (i = 0; i < 60; i += 5)
		printf("%s%.5s%s", i % 20 == 0 ? "    " : "", number + i,
		    i % 20 == 15 ? "\n" : " ");
	printf("\n%s\n", changed ? "Somebody with another identity key wrote "
	    "in their place.  Compare the number anew; if it\nis equal at both "
	    "ends, run `tacit verify --confirm --how voice' (or in-person, "
	    "video)." : info->verified ? "Verified." :
	    "Not verified.  Compare it by voice or in session; if it is equal "
	    "at both ends, run\n`tacit verify --confirm --how voice'.  If not, somebody "
	    "sits in between: close this contact.");
}

/* Record that the numbers were equal, and how that was found. */
static int
record(struct cli *c, struct tacit_contact *ct)
{
	if (c->how == NULL)
		return tacit_verify(ct);
	return tacit_life_verify(c->p, session_unix_ms(), ct,
	    life_how(c->how));
}

int
cmd_verify(struct cli *c)
{
	struct tacit_life_info life = { .size = sizeof(life) };
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	char number[TACIT_SAFETY_SIZE];
	int rc, status;

	if (c->how != NULL && ((c->given & OPT_CONFIRM) == 0 ||
	    life_how(c->how) == TACIT_HOW_NONE))
		return cli_usage(c, "--confirm --how in-person, voice or "
		    "video");
	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = session_practice(c)) != 0 ||
	    (rc = tacit_life_get(c->p, ct, &life)) != 0)
		return cli_fail(c, rc, NULL);
	if (life.identity_changed && c->how == NULL &&
	    (c->given & OPT_CONFIRM) != 0)
		return cli_usage(c, "their identity key changed: say how the "
		    "number was compared, by --how in-person, voice or video");
	rc = tacit_safety_number(ct, number);
	if (rc == 0 && (c->given & OPT_CONFIRM) != 0 &&
	    (rc = record(c, ct)) == 0)
		life.identity_changed = 0;
	if (rc != 0)
		return cli_fail(c, rc, rc == TACIT_E_STATE ?
		    "the other side has not answered yet" : NULL);
	info = session_info(ct);
	if (c->json)
		return cli_done(c, json_out("{s:s, s:b}", "safety_number",
		    number, "verified", info.verified != 0 &&
		    !life.identity_changed));
	show_number(&info, number, life.identity_changed != 0);
	return EX_OK;
}

int
cmd_rotate(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc, status;

	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = tacit_rotate(ct)) != 0)
		return cli_fail(c, rc, rc == TACIT_E_STATE ?
		    "the other side has not answered yet" : NULL);
	if ((rc = session_settle(c, ct, 2000)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		return cli_done(c, json_out("{s:s, s:s}", "contact", info.id,
		    "rotation", "asked"));
	text_put_name(stdout, info.label);
	fputs(": asked for new keys and mailboxes.\n", stdout);
	return EX_OK;
}

int
cmd_close(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc, status;

	if ((c->given & OPT_YES) == 0 && !input_person())
		return cli_usage(c, "closing cannot be undone: say --yes");
	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((c->given & OPT_YES) == 0) {
		text_put_name(stderr, info.label);
		fputc('\n', stderr);
		if (!input_yes("End this relationship for good?"))
			return cli_usage(c, "not closed");
	}
	/* What is known of it goes away with an invitation: take it before. */
	if ((rc = tacit_contact_close(ct)) != 0 ||
	    (rc = session_settle(c, ct, 2000)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		return cli_done(c, json_out("{s:s, s:s}", "contact", info.id,
		    "state", "closed"));
	text_put_name(stdout, info.label);
	fputs(": closed.\n", stdout);
	return EX_OK;
}
