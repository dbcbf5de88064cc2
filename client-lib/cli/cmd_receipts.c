/* SPDX-License-Identifier: Apache-2.0 */
/* receipts: who is told what becomes of their texts, and what they tell. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli.h"

const char *
receipts_word(struct cli *c, struct tacit_contact *ct, const char *message)
{
	switch (tacit_receipt_state(c->p, ct, message)) {
	case TACIT_RECEIPT_DELIVERED:
		return "delivered";
	case TACIT_RECEIPT_READ:
		return "read";
	default:
		return NULL;
	}
}

int
receipts_shown(struct cli *c, struct tacit_contact *ct, const char *message)
{
	return tacit_receipts_read(c->p, session_unix_ms(), ct, message);
}

struct json_t *
receipts_json(const struct tacit_practice_event *ev, const char *contact)
{
	return json_make("{s:s, s:I, s:s*, s:s, s:s, s:I}", "event",
	    tacit_practice_event_word(ev->type), "event_id", (long long)ev->id,
	    "contact", contact, "message", ev->about, "told", ev->label,
	    "messages", strtoll(ev->value, NULL, 10));
}

void
receipts_sentence(FILE *f, const struct tacit_practice_event *ev)
{
	if (strcmp(ev->value, "1") == 0)
		fprintf(f, "they tell that a message of yours was %s",
		    ev->label);
	else
		fprintf(f, "they tell what became of %s messages of yours; "
		    "the newest was %s", ev->value, ev->label);
}

static int
print(struct cli *c, const struct tacit_contact_info *info, int on)
{
	if (c->json)
		return json_out("{s:s, s:s}", "contact", info->id,
		    "receipts", on ? "on" : "off");
	text_put_name(stdout, info->label);
	puts(on ? ": is told which messages arrived here, and which you were "
	    "shown." : ": is told nothing of what arrived here or was read.");
	return 0;
}

int
cmd_receipts(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int on = strcmp(c->word, "on") == 0, rc = 0, status;

	if (!on && strcmp(c->word, "off") != 0 &&
	    strcmp(c->word, "show") != 0)
		return cli_usage(c, "`receipts' takes on, off or show");
	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if (strcmp(c->word, "show") != 0)
		rc = tacit_receipts_set(c->p, session_unix_ms(), ct, on);
	if (rc == 0)
		rc = tacit_receipts_get(c->p, ct);
	return rc < 0 ? cli_fail(c, rc, NULL) : cli_done(c, print(c, &info,
	    rc));
}
