/* SPDX-License-Identifier: Apache-2.0 */
/* The public API on events: shown until they are done. */
#include <string.h>

#include "change.h"
#include "contact.h"
#include "event.h"
#include "record.h"

static void
event_show(struct tacit *t, struct tacit_event *out, uint64_t id,
    const tacit_state_Event *e)
{
	size_t size = out->size;

	memset(out, 0, sizeof(*out));
	out->size = size;
	out->id = id;
	out->type = (enum tacit_event_type)e->type;
	out->contact = event_contact(t, e);
	if (e->seq != 0)
		contact_message_id(out->message, e->stream, e->seq);
	out->seq = e->seq;
	out->data_type = e->data_type;
	out->from = e->from;
	out->to = e->to;
	out->verified = e->verified;
	out->late = e->late;
	out->reason = e->reason;
	out->who = (enum tacit_who)e->who;
	memcpy(out->name, e->name.bytes, e->name.size);
}

int
tacit_next_event(struct tacit *t, uint64_t after, struct tacit_event *out)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	struct record_key from;
	tacit_state_Event e;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if (out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	if (after != 0) {
		record_key(&from, "", 0, after);
		memcpy(key.data, from.data, from.len);
		key.len = from.len;
	}
	/* What was lent is taken back, also when nothing follows. */
	record_tail_free(t->shown.text, t->shown.len);
	t->shown.text = NULL;
	if ((rc = vault_next(t->vault, VAULT_EVENT, NULL, 0, &key,
	    &value)) != 0 || key.len == 0)
		return rc;
	rc = record_read(&value, tacit_state_Event_fields, &e, &text, &len);
	vault_value_free(&value);
	if (rc != 0)
		return rc;

	event_show(t, out, record_key_number(key.data, key.len), &e);
	t->shown.text = text;
	t->shown.len = len;
	out->text = len > 0 ? text : NULL;
	out->text_len = len;
	return 1;
}

int
tacit_event_done(struct tacit *t, uint64_t id)
{
	tacit_state_Event e;
	int rc;

	/* What was done before costs nothing. */
	if ((rc = event_get(t, id, &e)) <= 0 || (rc = change_begin(t)) != 0)
		return rc;
	return change_end(t, NULL, event_remove(t, id));
}

const char *
tacit_event_word(enum tacit_event_type type)
{
	switch (type) {
	case TACIT_EV_MESSAGE:
		return "message";
	case TACIT_EV_PAIRED:
		return "paired";
	case TACIT_EV_ACCEPTED:
		return "accepted";
	case TACIT_EV_UNDELIVERED:
		return "undelivered";
	case TACIT_EV_GAP:
		return "gap";
	case TACIT_EV_IDENTITY_CHANGED:
		return "identity-changed";
	case TACIT_EV_UNREACHABLE:
		return "unreachable";
	case TACIT_EV_CLOSED:
		return "closed";
	case TACIT_EV_INVITATION_MISUSED:
		return "invitation-misused";
	case TACIT_EV_REFUSED:
		return "refused";
	case TACIT_EV_ROLLED_BACK:
		return "rolled-back";
	case TACIT_EV_RELAY_RESTORED:
		return "relay-restored";
	case TACIT_EV_POISON:
		return "poison";
	case TACIT_EV_ROTATED:
		return "rotated";
	case TACIT_EV_DATA:
		return "data";
	case TACIT_EV_FORGOTTEN:
		return "forgotten";
	case TACIT_EV_RECALLED:
		return "recalled";
	}
	return "unknown";
}
