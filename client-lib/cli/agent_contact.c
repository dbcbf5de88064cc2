/* SPDX-License-Identifier: Apache-2.0 */
/* Methods about contacts: how one begins, is verified, and ends. */
#include <string.h>

#include "agent.h"

enum { PAGE = 64 };

/* ${k} waits until the relay has what ${ct} needs. */
static int
wait(struct agent_call *k, struct tacit_contact *ct,
    int (*end)(struct agent_call *k), bool undo)
{
	k->ct = ct;
	k->end = end;
	k->undo = undo;
	k->deadline_ms = session_now_ms() + CLI_REACH_MS;
	return AGENT_LATER;
}

static int
invited(struct agent_call *k)
{
	char link[TACIT_LINK_SIZE];
	int rc = tacit_invitation_link(k->ct, link);

	if (rc == 0)
		rc = agent_result(k, json_make("{s:s, s:s}", "contact",
		    session_info(k->ct).id, "link", link));
	explicit_bzero(link, sizeof(link));
	return rc;
}

int
agent_invite(struct agent *a, struct agent_call *k)
{
	bool in_person = agent_flag(k, "in_person");
	struct tacit_contact *ct = NULL;
	int rc;

	rc = tacit_invite(&ct, a->c->t, agent_text(k, "label", NULL),
	    in_person ? TACIT_INVITE_IN_PERSON : 0,
	    (uint32_t)agent_number(k, "expires_minutes", 0),
	    agent_text(k, "relay", NULL));
	if (rc == TACIT_E_INVALID && in_person)
		(void)snprintf(k->say, sizeof(k->say), "expires_minutes is 1 "
		    "to 10 in person");
	if (rc == TACIT_E_NO_RELAY && agent_text(k, "relay", NULL) != NULL)
		(void)snprintf(k->say, sizeof(k->say), "no relay with this "
		    "URL was added");
	return rc != 0 ? rc : wait(k, ct, invited, true);
}

int
agent_invite_link(struct agent *a, struct agent_call *k)
{
	struct tacit_contact_info info;
	int rc = agent_contact(a, k, &k->ct, &info);

	return rc != 0 ? rc : invited(k);
}

static int
accepted(struct agent_call *k)
{
	struct tacit_contact_info info = session_info(k->ct);

	return agent_result(k, json_make("{s:s, s:s}", "contact", info.id,
	    "state", text_state(info.state)));
}

int
agent_accept(struct agent *a, struct agent_call *k)
{
	struct tacit_contact *ct = NULL;
	size_t len;
	const char *link = agent_text(k, "link", &len);
	int rc = tacit_accept(&ct, a->c->t, link, len, agent_text(k, "label",
	    NULL));

	return rc != 0 ? rc : wait(k, ct, accepted, false);
}

/* ---- what is known of them ----------------------------------------------------------- */

int
agent_contacts(struct agent *a, struct agent_call *k)
{
	const char *after = agent_text(k, "after", NULL);
	int64_t limit = agent_number(k, "limit", PAGE);
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	json_t *all;
	int rc = 0;

	if (after != NULL && (rc = tacit_contact_find(&ct, a->c->t,
	    after)) != 0)
		return rc;
	all = json_array();
	ct = tacit_contact_next(a->c->t, ct);
	for (; ct != NULL && limit > 0; limit--) {
		info.size = sizeof(info);
		if ((rc = tacit_contact_info(ct, &info)) != 0)
			break;
		if (json_array_append_new(all, contact_json(a->c, ct,
		    &info)) != 0)
			rc = TACIT_E_INTERNAL;
		ct = tacit_contact_next(a->c->t, ct);
	}
	if (rc == 0)
		return agent_result(k, json_make("{s:o, s:b}", "contacts",
		    all, "more", ct != NULL));
	json_decref(all);
	return rc;
}

int
agent_contact_info(struct agent *a, struct agent_call *k)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc = agent_contact(a, k, &ct, &info);

	return rc != 0 ? rc : agent_result(k, contact_json(a->c, ct, &info));
}

int
agent_contact_words(struct agent *a, struct agent_call *k)
{
	char words[TACIT_WORDS_SIZE];
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc = agent_contact(a, k, &ct, &info);

	if (rc == 0)
		rc = tacit_practice_words(a->c->p, ct, words);
	return rc != 0 ? rc : agent_result(k, json_make("{s:s, s:s}",
	    "contact", info.id, "words", words));
}

/* ---- trust ---------------------------------------------------------------------------- */

static int
safety(struct agent *a, struct agent_call *k, struct tacit_contact *ct)
{
	struct tacit_life_info life = { .size = sizeof(life) };
	char number[TACIT_SAFETY_SIZE];
	int rc = tacit_safety_number(ct, number);

	if (rc == 0)
		rc = tacit_life_get(a->c->p, ct, &life);
	return rc != 0 ? rc : agent_result(k, json_make("{s:s, s:s, s:b, "
	    "s:b}", "contact", session_info(ct).id, "safety_number", number,
	    "verified", session_info(ct).verified != 0 &&
	    !life.identity_changed, "identity_changed",
	    life.identity_changed != 0));
}

int
agent_contact_safety(struct agent *a, struct agent_call *k)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc = agent_contact(a, k, &ct, &info);

	return rc != 0 ? rc : safety(a, k, ct);
}

/* As with the command, another identity takes saying how it was compared. */
int
agent_contact_verify(struct agent *a, struct agent_call *k)
{
	const char *how = agent_text(k, "how", NULL);
	struct tacit_life_info life = { .size = sizeof(life) };
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc = agent_contact(a, k, &ct, &info);

	if (rc == 0)
		rc = tacit_life_get(a->c->p, ct, &life);
	if (rc != 0)
		return rc;
	if (how != NULL ? life_how(how) == TACIT_HOW_NONE :
	    life.identity_changed != 0) {
		(void)snprintf(k->say, sizeof(k->say), "how must be "
		    "in-person, voice or video%s", how != NULL ? "" :
		    ": their identity key changed");
		return RPC_PARAMS;
	}
	rc = how == NULL ? tacit_verify(ct) : tacit_life_verify(a->c->p,
	    session_unix_ms(), ct, life_how(how));
	return rc != 0 ? rc : safety(a, k, ct);
}

/* ---- what changes one ------------------------------------------------------------------ */

/* Call ${change}; the result is {"contact":ID,name:value}. */
static int
change(struct agent *a, struct agent_call *k,
    int (*how)(struct tacit_contact *ct), const char *name,
    const char *value)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc = agent_contact(a, k, &ct, &info);

	/* What is known of it goes away with an invitation. */
	if (rc == 0)
		rc = how(ct);
	return rc != 0 ? rc : agent_result(k, json_make("{s:s, s:s}",
	    "contact", info.id, name, value));
}

int
agent_contact_accept(struct agent *a, struct agent_call *k)
{
	return change(a, k, tacit_accept_unverified, "unverified",
	    "accepted");
}

int
agent_contact_rotate(struct agent *a, struct agent_call *k)
{
	return change(a, k, tacit_rotate, "rotation", "asked");
}

int
agent_contact_close(struct agent *a, struct agent_call *k)
{
	return change(a, k, tacit_contact_close, "state", "closed");
}

/* ---- the card --------------------------------------------------------------------------- */

int
agent_card_show(struct agent *a, struct agent_call *k)
{
	struct tacit_card card = { .size = sizeof(card) };
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	json_t *numbers;
	size_t i;
	int rc = 0;

	if (agent_text(k, "contact", NULL) != NULL)
		rc = agent_contact(a, k, &ct, &info);
	if (rc != 0 || (rc = tacit_card_get(a->c->p, ct, &card)) != 0)
		return rc;
	numbers = json_array();
	for (i = 0; i < card.n; i++)
		if (json_array_append_new(numbers, json_make("{s:s, s:s, "
		    "s:s}", "country", card.number[i].country, "what",
		    card.number[i].what, "number",
		    card.number[i].number)) != 0)
			break;
	return agent_result(k, json_make("{s:I, s:s, s:s, s:o, s:b}",
	    "version", (long long)card.version, "response", card.response,
	    "notice", card.notice, "numbers", numbers, "acknowledged",
	    card.acknowledged != 0));
}

int
agent_card_acknowledge(struct agent *a, struct agent_call *k)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int64_t version = agent_number(k, "version", 0);
	int rc = agent_contact(a, k, &ct, &info);

	if (rc == 0)
		rc = tacit_card_acknowledge(a->c->p, session_unix_ms(), ct,
		    (uint64_t)version);
	return rc != 0 ? rc : agent_result(k, json_make("{s:s, s:I}",
	    "contact", info.id, "version", (long long)version));
}
