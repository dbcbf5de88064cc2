/* SPDX-License-Identifier: Apache-2.0 */
/* Methods about texts: written, looked up, taken back. */
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "texts.h"

enum { LAST = 20 };

struct written {
	char id[TACIT_MESSAGE_ID_SIZE];
	uint64_t seq;
};

/* With "confirm" as a person's, checked; else as a program's. */
static int
write_text(struct agent *a, struct agent_call *k, struct tacit_contact *ct,
    struct written *out)
{
	const char *confirm = agent_text(k, "confirm", NULL), *text;
	uint32_t hours = (uint32_t)agent_number(k, "keep_hours", 0);
	size_t len;
	int rc = send_allowed(a->c, ct);

	text = agent_text(k, "text", &len);
	if (rc != 0)
		return rc;
	if (confirm != NULL)
		return tacit_practice_send_fleeting(a->c->p,
		    session_unix_ms(), ct, text, len, hours, confirm,
		    agent_flag(k, "anyway") ? TACIT_SEND_ANYWAY : 0, out->id,
		    &out->seq);
	if (hours != 0)
		return tacit_send_fleeting(ct, text, len, hours, out->id,
		    &out->seq);
	return tacit_send(ct, text, len, out->id, &out->seq);
}

/* What stands in the way, so that a person can be asked. */
static void
explain(struct agent *a, struct agent_call *k, struct tacit_contact *ct,
    int error)
{
	char name[TACIT_NAME_SIZE];
	size_t len;
	const char *text = agent_text(k, "text", &len);

	if (error == TACIT_E_OTHER_NAME && tacit_practice_named(a->c->p, ct,
	    text, len, name) == 1)
		(void)snprintf(k->say, sizeof(k->say), "the text names "
		    "another contact: %s", name);
}

int
agent_send(struct agent *a, struct agent_call *k)
{
	int64_t hold = agent_number(k, "hold", -1);
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	struct written w = { .seq = 0 };
	uint32_t before;
	int rc = agent_contact(a, k, &ct, &info);

	if (rc != 0)
		return rc;
	/* Of this text alone. */
	before = (uint32_t)tacit_hold_get(a->c->t, ct);
	if (hold >= 0 && (rc = tacit_hold_now(ct, (uint32_t)hold)) != 0)
		return rc;
	if ((rc = write_text(a, k, ct, &w)) != 0)
		explain(a, k, ct, rc);
	if (hold >= 0 && tacit_hold_now(ct, before) != 0)
		return TACIT_E_INTERNAL;
	return rc != 0 ? rc : agent_result(k, json_make("{s:s, s:s, s:I, s:s, "
	    "s:s*}", "contact", info.id, "message", w.id, "seq",
	    (long long)w.seq, "state", text_message_state(TACIT_QUEUED),
	    "waits_for", send_waits_for(&info)));
}

/* ---- history ------------------------------------------------------------------------- */

/* The newest texts below ${*before}, newest first, into ${all}. */
static int
page(struct agent *a, struct tacit_contact *ct, int64_t limit,
    uint64_t *before, json_t *all)
{
	struct tacit_message m = { .size = sizeof(m) };
	size_t bytes = 0;
	int rc = 0;

	while (limit > 0 && bytes < AGENT_PAGE &&
	    (rc = tacit_history(ct, *before, &m)) == 0) {
		*before = m.place;
		if (m.type != 0)
			continue;
		limit--;
		bytes += m.text_len;
		if (json_array_insert_new(all, 0, message_json(a->c, ct,
		    &m)) != 0)
			return TACIT_E_INTERNAL;
	}
	return rc;
}

int
agent_history(struct agent *a, struct agent_call *k)
{
	uint64_t before = (uint64_t)agent_number(k, "before", 0);
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	json_t *all;
	int rc = agent_contact(a, k, &ct, &info);

	if (rc != 0)
		return rc;
	all = json_array();
	rc = page(a, ct, agent_number(k, "limit", LAST), &before, all);
	texts_give_back(ct);
	/* The end of the history is no error: nothing is before it. */
	if (rc == 0 || rc == TACIT_E_STATE)
		return agent_result(k, json_make(rc == 0 && before > 1 ?
		    "{s:o, s:I}" : "{s:o}", "messages", all, "before",
		    (long long)before));
	json_decref(all);
	return rc;
}

/* ---- second thoughts ------------------------------------------------------------------ */

int
agent_recall(struct agent *a, struct agent_call *k)
{
	const char *message = agent_text(k, "message", NULL);
	enum tacit_fate fate = TACIT_FATE_NONE;
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc = agent_contact(a, k, &ct, &info);

	if (rc == 0)
		rc = tacit_recall(ct, message, &fate);
	return rc != 0 ? rc : agent_result(k, json_make("{s:s, s:s, s:s}",
	    "contact", info.id, "message", message, "fate",
	    tacit_fate_word(fate)));
}

int
agent_recall_statement(struct agent *a, struct agent_call *k)
{
	const char *message = agent_text(k, "message", NULL);
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	char *text = NULL;
	size_t len;
	int rc = agent_contact(a, k, &ct, &info);

	if (rc != 0)
		return rc;
	if ((text = malloc(TACIT_STATEMENTS_SIZE)) == NULL)
		return TACIT_E_NOMEM;
	rc = tacit_recall_export(ct, message, text, TACIT_STATEMENTS_SIZE,
	    &len);
	if (rc == 0)
		rc = agent_result(k, json_make("{s:s, s:s, s:s%}", "contact",
		    info.id, "message", message, "statement", text, len));
	free(text);
	return rc;
}
