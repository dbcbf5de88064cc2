/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "queue.h"

/* Ids of tacit_next_event() stay below: a host may keep both in one list. */
static const uint64_t first_id = (uint64_t)1 << 40;

static void
event_key(struct row_key *k, uint64_t id)
{
	row_key(k, ROW_EVENT);
	row_key_u64(k, id);
}

void
queue_tell(struct batch *b, struct tacit_contact *ct, tacit_rows_Event *ev)
{
	struct row_key k;

	ev->contact[0] = '\0';
	if (ct != NULL)
		batch_fail(b, practice_contact_id(ct, ev->contact));
	event_key(&k, first_id + b->state.events);
	batch_put(b, &k, tacit_rows_Event_fields, ev);
	b->state.events++;
	b->state_changed = true;
}

/* ${out->size} stays. */
static void
show(struct tacit_practice *p, uint64_t id, struct tacit_practice_event *out)
{
	const tacit_rows_Event *ev = p->shown;

	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->id = id;
	out->type = (enum tacit_practice_event_type)ev->type;
	if (ev->contact[0] != '\0')
		out->contact = practice_contact(p, ev->contact);
	memcpy(out->about, ev->about, sizeof(out->about));
	out->date = ev->date;
	out->title = ev->title;
	out->label = ev->label;
	out->value = ev->value;
}

int
tacit_practice_next_event(struct tacit_practice *p, uint64_t after,
    struct tacit_practice_event *out)
{
	struct row_key prefix, at;
	int rc;

	if (p == NULL || out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	if (p->shown == NULL &&
	    (p->shown = calloc(1, sizeof(*p->shown))) == NULL)
		return TACIT_E_NOMEM;
	sodium_memzero(p->shown, sizeof(*p->shown));
	row_key(&prefix, ROW_EVENT);
	event_key(&at, after);
	if ((rc = row_next(p->t, &prefix, &at)) != 1)
		return rc;
	if (at.len != prefix.len + 8)
		return TACIT_E_CORRUPT;
	rc = row_get(p->t, &at, tacit_rows_Event_fields, p->shown);
	if (rc == 1)
		show(p, row_key_get_u64(&at, prefix.len), out);
	return rc == 0 ? TACIT_E_CORRUPT : rc;
}

int
tacit_practice_event_done(struct tacit_practice *p, uint64_t id)
{
	struct row_key k;
	struct batch b;

	if (p == NULL || id == 0)
		return TACIT_E_INVALID;
	batch_begin(&b, p);
	event_key(&k, id);
	batch_delete(&b, &k);
	return batch_commit(&b);
}

static const char *const words[] = {
	[TACIT_PRACTICE_UNDELIVERED] = "practice-undelivered",
	[TACIT_CHECKIN_DUE] = "checkin-due",
	[TACIT_CHECKIN_CLOSED] = "checkin-closed",
	[TACIT_CHECKIN_ANSWERED] = "checkin-answered",
	[TACIT_CHECKIN_ALERT] = "checkin-alert",
	[TACIT_CHECKIN_MISSED] = "checkin-missed",
	[TACIT_PRACTICE_CARD] = "card",
	[TACIT_PRACTICE_CARD_REFUSED] = "card-refused",
	[TACIT_PRACTICE_CARD_HAD] = "card-acknowledged",
	[TACIT_PRACTICE_AWAY] = "away",
	[TACIT_PRACTICE_PAUSED] = "paused",
	[TACIT_PRACTICE_RESUMED] = "resumed",
	[TACIT_PRACTICE_DISCHARGED] = "discharged",
	[TACIT_PRACTICE_RECEIPT] = "receipt",
	[TACIT_RECORD_DUE] = "record-due",
	[TACIT_RETRACTION_WANTED] = "retraction-wanted",
	[TACIT_RETRACTION_ANSWERED] = "retraction-answered",
};

const char *
tacit_practice_event_word(enum tacit_practice_event_type type)
{
	size_t i = (size_t)type;

	if (i >= sizeof(words) / sizeof(words[0]) || words[i] == NULL)
		return "unknown";
	return words[i];
}
