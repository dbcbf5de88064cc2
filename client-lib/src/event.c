/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "contact.h"
#include "event.h"
#include "host_log.h"
#include "keep.h"
#include "record.h"

/* What the host's log has a line of. */
static int
is_trouble(uint32_t type)
{
	switch (type) {
	case TACIT_EV_UNDELIVERED:
	case TACIT_EV_GAP:
	case TACIT_EV_IDENTITY_CHANGED:
	case TACIT_EV_UNREACHABLE:
	case TACIT_EV_INVITATION_MISUSED:
	case TACIT_EV_REFUSED:
	case TACIT_EV_ROLLED_BACK:
	case TACIT_EV_RELAY_RESTORED:
	case TACIT_EV_POISON:
		return 1;
	default:
		return 0;
	}
}

int
event_add(struct tacit *t, struct tacit_contact *ct, tacit_state_Event *e,
    const char *text, size_t len)
{
	struct record_key key;

	if (ct != NULL) {
		memcpy(e->contact.bytes, ct->id, sizeof(ct->id));
		e->contact.size = sizeof(ct->id);
		ct->unread += e->type == TACIT_EV_MESSAGE;
	}
	if (is_trouble(e->type))
		host_log(&t->host, TACIT_LEVEL_WARNING, "event",
		    tacit_event_word((enum tacit_event_type)e->type), -1);
	record_key(&key, "", 0, ++t->self.next_event);
	t->self_changed = 1;
	return record_put(t->vault, VAULT_EVENT, key.data, key.len,
	    tacit_state_Event_fields, e, text, len);
}

int
event_say(struct tacit *t, struct tacit_contact *ct,
    enum tacit_event_type type)
{
	tacit_state_Event e = tacit_state_Event_init_zero;

	e.type = (uint32_t)type;
	return event_add(t, ct, &e, NULL, 0);
}

struct tacit_contact *
event_contact(struct tacit *t, const tacit_state_Event *e)
{
	if (e->contact.size != CONTACT_ID_LEN)
		return NULL;
	return contact_by_id(t, e->contact.bytes);
}

int
event_get(struct tacit *t, uint64_t id, tacit_state_Event *e)
{
	struct record_key key;

	record_key(&key, "", 0, id);
	return record_get(t->vault, VAULT_EVENT, key.data, key.len,
	    tacit_state_Event_fields, e, sizeof(*e), NULL, NULL);
}

int
event_after(struct tacit *t, uint64_t *id, tacit_state_Event *e)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	struct record_key at;
	int rc;

	if (*id != 0) {
		record_key(&at, "", 0, *id);
		memcpy(key.data, at.data, at.len);
		key.len = at.len;
	}
	rc = vault_next(t->vault, VAULT_EVENT, NULL, 0, &key, &value);
	if (rc < 0 || key.len == 0)
		return rc < 0 ? rc : 0;
	rc = record_read(&value, tacit_state_Event_fields, e, NULL, NULL);
	vault_value_free(&value);
	if (rc < 0)
		return rc;
	*id = record_key_number(key.data, key.len);
	return 1;
}

int
event_remove(struct tacit *t, uint64_t id)
{
	struct tacit_contact *ct;
	struct record_key key;
	tacit_state_Event e;
	int rc;

	if ((rc = event_get(t, id, &e)) <= 0)
		return rc;
	record_key(&key, "", 0, id);
	rc = vault_del(t->vault, VAULT_EVENT, key.data, key.len);
	keep_confirmed(t, id);
	if (e.type == TACIT_EV_MESSAGE && (ct = event_contact(t, &e)) != NULL)
		ct->unread--;
	return rc;
}

int
event_clear(struct tacit_contact *ct)
{
	tacit_state_Event e;
	uint64_t id = 0;
	int rc;

	while ((rc = event_after(ct->t, &id, &e)) == 1)
		if (event_contact(ct->t, &e) == ct &&
		    (rc = event_remove(ct->t, id)) != 0)
			break;
	return rc;
}

int
event_count_unread(struct tacit *t)
{
	struct tacit_contact *ct;
	tacit_state_Event e;
	uint64_t id = 0;
	int rc;

	for (ct = t->contacts; ct != NULL; ct = ct->next)
		ct->unread = 0;
	while ((rc = event_after(t, &id, &e)) == 1)
		if (e.type == TACIT_EV_MESSAGE &&
		    (ct = event_contact(t, &e)) != NULL)
			ct->unread++;
	return rc;
}
