/* SPDX-License-Identifier: Apache-2.0 */
/* retraction: texts that are asked back after they were delivered. */
#include <string.h>
#include <sysexits.h>

#include "cli.h"

static const char *const policies[] = {
	[TACIT_RETRACT_DEFAULT] = "default",
	[TACIT_RETRACT_ASK] = "ask",
	[TACIT_RETRACT_KEEP] = "keep",
	[TACIT_RETRACT_ACCEPT] = "accept",
};
enum { POLICIES = sizeof(policies) / sizeof(policies[0]) };

/* ---- events, and what a history shows ---------------------------------------------- */

struct json_t *
retraction_json(const struct tacit_practice_event *ev, const char *contact)
{
	return json_make("{s:s, s:I, s:s*, s:s, s:s}", "event",
	    tacit_practice_event_word(ev->type), "event_id", (long long)ev->id,
	    "contact", contact, "message", ev->about, "retraction",
	    ev->label);
}

void
retraction_sentence(FILE *f, const struct tacit_practice_event *ev)
{
	bool done = strcmp(ev->label, "done") == 0;

	if (ev->type == TACIT_RETRACTION_ANSWERED) {
		fputs(done ? "they have taken back the text that you asked "
		    "for" : "they keep the text that you asked back, for the "
		    "record", f);
		return;
	}
	fputs("they ask a text of theirs back: ", f);
	if (strcmp(ev->label, "asked") == 0)
		fprintf(f, "`tacit retraction accept' (or keep) with its id, "
		    "%s, answers that", ev->about);
	else
		fputs(done ? "it is forgotten here" : "it is kept here, for "
		    "the record", f);
}

const char *
retraction_of(struct cli *c, struct tacit_contact *ct, const char *message)
{
	return tacit_retraction_word(tacit_retraction_state(c->p, ct,
	    message));
}

const char *
retraction_mark(struct cli *c, struct tacit_contact *ct,
    const struct tacit_message *m)
{
	switch (tacit_retraction_state(c->p, ct, m->id)) {
	case TACIT_RETRACTION_ASKED:
		return m->from_me ? "asked back" : "they ask it back";
	case TACIT_RETRACTION_DONE:
		return m->from_me ? "taken back by them" : "taken back";
	case TACIT_RETRACTION_KEPT:
		return m->from_me ? "asked back, kept there" :
		    "asked back, kept";
	default:
		return NULL;
	}
}

/* ---- to ask -------------------------------------------------------------------------- */

int
retraction_ask(struct cli *c, struct tacit_contact *ct, const char *message)
{
	int rc = tacit_retract(c->p, session_unix_ms(), ct, message);

	return rc != 0 ? rc : session_settle(c, ct, 2000);
}

/* ---- the commands -------------------------------------------------------------------- */

/* ${c->word}, or POLICIES. */
static int
policy_named(const struct cli *c)
{
	int i;

	for (i = 0; i < POLICIES; i++)
		if (strcmp(c->word, policies[i]) == 0)
			break;
	return i;
}

int
cmd_retraction_policy(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	bool show = strcmp(c->word, "show") == 0;
	int policy = policy_named(c), rc = 0, status;

	if (policy == POLICIES && !show)
		return cli_usage(c, "`retraction policy' takes ask, keep, "
		    "accept, default or show");
	if ((status = session_open(c)) != 0 || (c->contact != NULL &&
	    (status = session_contact(c, &ct, &info)) != 0))
		return status;
	if (!show)
		rc = tacit_retract_policy_set(c->p, ct,
		    (enum tacit_retract_policy)policy);
	if (rc == 0)
		rc = tacit_retract_policy_get(c->p, ct);
	if (rc < 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		return cli_done(c, json_out("{s:s*, s:s}", "contact",
		    ct != NULL ? info.id : NULL, "policy", policies[rc]));
	printf("Texts that are asked back: %s\n",
	    rc == TACIT_RETRACT_ASK ? "you decide." :
	    rc == TACIT_RETRACT_KEEP ? "they are kept, for the record." :
	    rc == TACIT_RETRACT_ACCEPT ? "they are forgotten." :
	    "of those whom you invited they are kept, for the record; of "
	    "others you decide.");
	return EX_OK;
}

static int
decide(struct cli *c, int accept)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc, status;

	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = tacit_retraction_answer(c->p, session_unix_ms(), ct,
	    c->message, accept)) != 0)
		return cli_fail(c, rc == TACIT_E_INVALID ?
		    TACIT_E_NOT_FOUND : rc, rc == TACIT_E_STATE ?
		    "it is forgotten already" :
		    "they have asked no such text back");
	if (c->json)
		return cli_done(c, json_out("{s:s, s:s, s:s}", "contact",
		    info.id, "message", c->message, "retraction",
		    retraction_of(c, ct, c->message)));
	printf("%s; they are told so in the next 15 minutes, while `sync' or "
	    "`chat' runs.\n", accept ? "It is forgotten here" :
	    "It is kept here");
	return EX_OK;
}

int
cmd_retraction_accept(struct cli *c)
{
	return decide(c, 1);
}

int
cmd_retraction_keep(struct cli *c)
{
	return decide(c, 0);
}
