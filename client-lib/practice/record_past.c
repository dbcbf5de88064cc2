/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "answer_wire.h"
#include "record.h"
#include "stamp.h"
#include "take.h"
#include "zone.h"

/* 9999-12-31: what a writer's clock said beyond it is not worth more. */
static const int64_t last_ms = INT64_C(253402214400000);

void
record_time(struct entry *e, int64_t time_ms)
{
	e->time_ms = time_ms < 0 ? 0 : time_ms > last_ms ? last_ms : time_ms;
	e->zone_minutes = zone_minutes(e->time_ms);
	if (!stamp_is(e->time_ms, e->zone_minutes))
		e->zone_minutes = 0;
}

bool
record_covers(const struct record *r, int64_t time_ms)
{
	return time_ms >= r->from_ms &&
	    (r->to_ms == 0 || time_ms < r->to_ms);
}

/* ---- the history ------------------------------------------------------------------ */

/* What both ends forget is in no file that stays. */
static struct past *
copy(const struct tacit_message *m)
{
	size_t len = m->keep_hours == 0 ? m->text_len : 0;
	struct past *p = malloc(sizeof(*p) + len + 1);

	if (p == NULL)
		return NULL;
	memset(p, 0, sizeof(*p));
	memcpy(p->id, m->id, sizeof(p->id));
	p->seq = m->seq;
	p->type = m->type;
	p->from_me = m->from_me != 0;
	p->state = m->state;
	p->time_ms = m->time_ms;
	p->fate = m->forgotten ? ENTRY_DELETED :
	    m->keep_hours > 0 ? ENTRY_EPHEMERAL : ENTRY_KEPT;
	p->len = len;
	if (len > 0)
		memcpy(p->text, m->text, len);
	p->text[len] = '\0';
	return p;
}

static bool
is_wanted(const struct record *r, const struct tacit_message *m)
{
	if (m->type != PRACTICE_TYPE && (m->type != 0 || r->checkins))
		return false;
	return record_covers(r, m->time_ms);
}

/*
 * Who was too late to take it back wrote it as any other, unless it was asked
 * back; and then that is said whatever came of it.
 */
static int
see_fate(struct past *p, struct record *r)
{
	enum tacit_fate fate;
	int rc;

	if (p->type != 0)
		return 0;
	if ((rc = tacit_retraction_state(r->p, r->ct, p->id)) < 0)
		return rc;
	if (rc > 0) {
		p->fate = ENTRY_RETRACTED;
		return 0;
	}
	if (p->state != TACIT_RECALLED)
		return 0;
	if ((rc = tacit_recall(r->ct, p->id, &fate)) == 0 &&
	    fate != TACIT_FATE_TAKEN)
		p->fate = ENTRY_RECALLED;
	return rc;
}

int
past_read(struct past **out, struct record *r)
{
	struct tacit_message m = { .size = sizeof(m) };
	struct past *first = NULL, *p;
	uint64_t before = 0;
	int rc;

	while ((rc = tacit_history(r->ct, before, &m)) == 0) {
		before = m.place;
		if (!is_wanted(r, &m))
			continue;
		if ((p = copy(&m)) == NULL) {
			rc = TACIT_E_NOMEM;
			break;
		}
		p->next = first;
		first = p;
		if ((rc = see_fate(p, r)) != 0)
			break;
	}
	*out = first;
	return rc == TACIT_E_STATE ? 0 : rc;
}

void
past_free(struct past *first)
{
	struct past *next;

	for (; first != NULL; first = next) {
		next = first->next;
		sodium_memzero(first, sizeof(*first) + first->len);
		free(first);
	}
}

/* ---- a row of it as an entry ---------------------------------------------------------- */

static enum entry_state
state_of(enum tacit_message_state state)
{
	switch (state) {
	case TACIT_QUEUED:
		return ENTRY_QUEUED;
	case TACIT_ACCEPTED:
		return ENTRY_ACCEPTED;
	case TACIT_RECEIVED:
		return ENTRY_RECEIVED;
	case TACIT_RECALLING:
	case TACIT_RECALLED:
		break;
	}
	return ENTRY_ACCEPTED;
}

static void
begin(struct entry *e, const struct past *m, enum entry_kind kind)
{
	memset(e, 0, sizeof(*e));
	e->kind = kind;
	e->id = m->id;
	e->seq = m->seq;
	e->from_me = m->from_me;
	e->state = kind == ENTRY_NOTE ? ENTRY_RECEIVED : state_of(m->state);
	e->fate = m->fate;
	record_time(e, m->time_ms);
}

static int
print_text(struct record *r, const struct past *m, const char *text,
    size_t len, enum entry_kind kind)
{
	struct entry e;

	begin(&e, m, kind);
	e.text = len > 0 ? text : NULL;
	e.text_len = len;
	return export_entry(&r->x, &e);
}

/* Theirs: what was taken of it, if it was. */
static int
open_theirs(struct checkin_opened *o, struct record *r,
    const tacit_practice_Answered *a)
{
	int rc = checkin_open_response(o, r->p, r->ct, a->id, a->date);

	if (rc != 0)
		return rc == TACIT_E_NOT_FOUND ? 0 : rc;
	return o->r->answers.size == a->answers.size &&
	    (a->answers.size == 0 || sodium_memcmp(o->r->answers.bytes,
	    a->answers.bytes, a->answers.size) == 0);
}

/* Mine, by the form that I was asked, if it is still there. */
static int
open_mine(struct checkin_opened *o, struct record *r,
    const tacit_practice_Answered *a)
{
	tacit_rows_Task task;
	struct row_key k;
	int rc;

	memset(o, 0, sizeof(*o));
	if (!ident_is(a->id, 'k'))
		return 0;
	checkin_key(&k, ROW_TASK, r->info.id, a->id);
	if ((rc = row_get(r->p->t, &k, tacit_rows_Task_fields, &task)) != 1)
		return rc;
	checkin_contact_form_key(&k, ROW_ASKED_FORM, r->info.id,
	    task.schedule.form);
	if ((rc = checkin_form_load(&o->f, r->p->t, &k)) != 1)
		return rc;
	rc = answers_read(&o->a, o->f, a->answers.bytes, a->answers.size);
	return rc == 0 ? 1 : rc == TACIT_E_ANSWER ? 0 : rc;
}

static int
print_answers(struct record *r, const struct past *m,
    const tacit_practice_Answered *a)
{
	static const char gone[] = "Answered a check-in.  What was asked is "
	    "not kept here any more.";
	struct checkin_opened o;
	struct entry e;
	int rc;

	rc = m->from_me ? open_mine(&o, r, a) : open_theirs(&o, r, a);
	if (rc == 1) {
		begin(&e, m, ENTRY_CHECKIN);
		e.answers = o.a;
		rc = export_entry(&r->x, &e);
	} else if (rc == 0 && m->from_me && !r->checkins)
		rc = print_text(r, m, gone, strlen(gone), ENTRY_NOTE);
	checkin_free_opened(&o);
	return rc;
}

static int
print_said(struct record *r, const struct past *m,
    const tacit_practice_Practice *said)
{
	char note[RECORD_NOTE_MAX];
	int rc;

	if (said->which_is == tacit_practice_Practice_answered_tag)
		return print_answers(r, m, &said->is.answered);
	if (r->checkins)
		return 0;
	if ((rc = note_of_message(note, r, m, said)) == 1)
		rc = print_text(r, m, note, strlen(note), ENTRY_NOTE);
	sodium_memzero(note, sizeof(note));
	return rc;
}

int
past_print(struct record *r, const struct past *m)
{
	tacit_practice_Practice *said;
	int rc = 0;

	if (m->type == 0)
		return print_text(r, m, m->text, m->len, ENTRY_MESSAGE);
	if ((said = calloc(1, sizeof(*said))) == NULL)
		return TACIT_E_NOMEM;
	if (take_read(said, m->text, m->len))
		rc = print_said(r, m, said);
	sodium_memzero(said, sizeof(*said));
	free(said);
	return rc;
}
