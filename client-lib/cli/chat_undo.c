/* SPDX-License-Identifier: Apache-2.0 */
/* /undo in a chat: the text written last, not one written before it. */
#include "chat_screen.h"
#include "cli.h"

void
chat_undo(struct screen *s, struct tacit_contact *ct)
{
	struct tacit_message m = { .size = sizeof(m) };
	enum tacit_fate fate = TACIT_FATE_NONE;
	uint64_t before = 0;
	int rc;

	while ((rc = tacit_history(ct, before, &m)) == 0) {
		before = m.place;
		if (m.from_me && m.type == 0)
			break;
	}
	if (rc == 0 && (rc = tacit_recall(ct, m.id, &fate)) == 0) {
		screen_mark(s, m.id, TACIT_RECALLED);
		screen_note(s, recall_sentence(fate));
	} else
		screen_note(s, rc == TACIT_E_STATE ? "there is nothing of "
		    "yours to take back" : tacit_error_text(rc));
}
