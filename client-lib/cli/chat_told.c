/* SPDX-License-Identifier: Apache-2.0 */
#include "chat_told.h"

static void
mark(struct cli *c, struct tacit_contact *ct, struct screen *s,
    const char *id)
{
	int told = tacit_receipt_state(c->p, ct, id);

	if (told > 0)
		screen_told(s, id, (enum tacit_receipt)told);
	if (tacit_retraction_state(c->p, ct, id) == TACIT_RETRACTION_DONE)
		screen_mark(s, id, TACIT_RECALLED);
}

void
told_shown(struct cli *c, struct tacit_contact *ct, struct screen *s,
    const struct tacit_message *m)
{
	int rc;

	if (m->from_me)
		mark(c, ct, s, m->id);
	else if ((rc = receipts_shown(c, ct, m->id)) != 0)
		screen_note(s, tacit_error_text(rc));
}

void
told_accepted(struct cli *c, struct tacit_contact *ct, struct screen *s,
    const char *id)
{
	screen_mark(s, id, TACIT_ACCEPTED);
	mark(c, ct, s, id);
}

void
told_news(struct cli *c, struct tacit_contact *ct, struct screen *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->items[i].id[0] != '\0')
			mark(c, ct, s, s->items[i].id);
}

void
told_help(struct cli *c, struct tacit_contact *ct, struct screen *s)
{
	screen_note(s, tacit_receipts_get(c->p, ct) == 1 ?
	    "They are told what arrives here and what you are shown: `tacit "
	    "receipts' ends that.  Nobody is told that you type." :
	    "Nobody is told whether or when you read, nor that you type.");
}
