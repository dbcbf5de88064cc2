/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /undo and /ask in a chat: the text written last, not one written before it.
 */
#include "chat_screen.h"
#include "cli.h"

/* The newest text of mine; or an error, TACIT_E_NOT_FOUND. */
static int
newest(struct tacit_contact *ct, struct tacit_message *m)
{
	uint64_t before = 0;
	int rc;

	m->size = sizeof(*m);
	while ((rc = tacit_history(ct, before, m)) == 0) {
		before = m->place;
		if (m->from_me && m->type == 0)
			break;
	}
	return rc == TACIT_E_STATE ? TACIT_E_NOT_FOUND : rc;
}

static const char *
why(int rc)
{
	return rc == TACIT_E_NOT_FOUND ? "there is nothing of yours to take "
	    "back" : tacit_error_text(rc);
}

void
chat_undo(struct screen *s, struct tacit_contact *ct)
{
	enum tacit_fate fate = TACIT_FATE_NONE;
	struct tacit_message m;
	int rc = newest(ct, &m);

	if (rc == 0 && (rc = tacit_recall(ct, m.id, &fate)) == 0 &&
	    fate != TACIT_FATE_TAKEN)
		screen_mark(s, m.id, TACIT_RECALLED);
	/* Who asks twice may mean the one before, which stays. */
	screen_note(s, rc != 0 ? why(rc) : m.state == TACIT_RECALLED &&
	    fate != TACIT_FATE_TAKEN ? "what you wrote last was taken back "
	    "already" : recall_sentence(fate));
	if (rc == TACIT_E_HAD || fate == TACIT_FATE_TAKEN)
		screen_note(s, "/ask asks them to take it back");
}

void
chat_ask(struct screen *s, struct cli *c, struct tacit_contact *ct)
{
	struct tacit_message m;
	int rc = newest(ct, &m);

	if (rc == 0)
		rc = tacit_retract(c->p, session_unix_ms(), ct, m.id);
	screen_note(s, rc == 0 ? "they are asked to take back what you wrote "
	    "last" : rc == TACIT_E_STATE ? "/undo takes it back" : why(rc));
}
