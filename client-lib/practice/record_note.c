/* SPDX-License-Identifier: Apache-2.0 */
/* What happened beside texts and answers, in words. */
#include <stdio.h>
#include <string.h>

#include "record.h"

static void
print_day(char out[VALUE_DATE_LEN], uint32_t date)
{
	struct value v = { .kind = VALUE_DATE, .number = date };

	value_print_date(out, &v);
}

/* ---- check-ins ------------------------------------------------------------------ */

/* The title of a check-in of mine, or one that is asked of me: 1, 0, error. */
static int
title_of(char out[TACIT_CHECKIN_TITLE_SIZE], struct record *r, const char *id,
    bool mine)
{
	tacit_rows_Plan plan;
	tacit_rows_Task task;
	struct row_key k;
	struct form *f;
	int rc;

	if (!ident_is(id, 'k'))
		return 0;
	checkin_key(&k, mine ? ROW_PLAN : ROW_TASK, r->info.id, id);
	if (mine) {
		if ((rc = row_get(r->p->t, &k, tacit_rows_Plan_fields,
		    &plan)) == 1)
			memcpy(out, plan.title, sizeof(plan.title));
		return rc;
	}
	if ((rc = row_get(r->p->t, &k, tacit_rows_Task_fields, &task)) != 1)
		return rc;
	checkin_contact_form_key(&k, ROW_ASKED_FORM, r->info.id,
	    task.schedule.form);
	if ((rc = checkin_form_load(&f, r->p->t, &k)) != 1)
		return rc;
	(void)snprintf(out, TACIT_CHECKIN_TITLE_SIZE, "%s", f->title);
	form_free(f);
	return 1;
}

static int
note_schedule(char out[RECORD_NOTE_MAX], struct record *r, bool mine,
    const tacit_practice_Schedule *s)
{
	char from[VALUE_DATE_LEN], until[VALUE_DATE_LEN];
	char title[TACIT_CHECKIN_TITLE_SIZE];
	int rc;

	if ((rc = title_of(title, r, s->id, mine)) != 1 ||
	    !schedule_is_sound(s))
		return rc < 0 ? rc : 0;
	print_day(from, s->from);
	print_day(until, s->until);
	if (s->once)
		(void)snprintf(out, RECORD_NOTE_MAX, "Check-in, once, until %s: "
		    "%s", until, title);
	else
		(void)snprintf(out, RECORD_NOTE_MAX, "Check-in, again and again "
		    "from %s to %s: %s", from, until, title);
	return 1;
}

/* ---- boundaries ------------------------------------------------------------------- */

/* What somebody may say with ${what}: 1; nothing, or not plain: 0. */
static int
note_words(char out[RECORD_NOTE_MAX], const char *what, const char *text)
{
	if (!practice_is_text(text))
		return 0;
	(void)snprintf(out, RECORD_NOTE_MAX, "%s%s%s", what,
	    text[0] != '\0' ? ": " : ".", text);
	return 1;
}

static int
note_changed(char out[RECORD_NOTE_MAX], const tacit_practice_Life *life)
{
	switch (life->state) {
	case TACIT_LIFE_PAUSED:
		return note_words(out, "Paused", life->text);
	case TACIT_LIFE_ACTIVE:
		return note_words(out, "Resumed", life->text);
	case TACIT_LIFE_DISCHARGED:
		return note_words(out, "Discharged", "");
	default:
		return 0;
	}
}

int
note_of_message(char out[RECORD_NOTE_MAX], struct record *r,
    const struct past *m, const tacit_practice_Practice *said)
{
	char title[TACIT_CHECKIN_TITLE_SIZE];
	bool practice = m->from_me == (r->info.inviter != 0);
	int rc;

	switch (said->which_is) {
	case tacit_practice_Practice_schedule_tag:
		return note_schedule(out, r, m->from_me, &said->is.schedule);
	case tacit_practice_Practice_stop_tag:
		if ((rc = title_of(title, r, said->is.stop.id,
		    m->from_me)) == 1)
			(void)snprintf(out, RECORD_NOTE_MAX, "Check-in, no more: "
			    "%s", title);
		return rc;
	/* Of these a practice alone has the say. */
	case tacit_practice_Practice_away_tag:
		return practice ? note_words(out, "Out of office",
		    said->is.away.text) : 0;
	case tacit_practice_Practice_life_tag:
		return practice ? note_changed(out, &said->is.life) : 0;
	default:
		return 0;
	}
}

/* ---- what the vault saw ---------------------------------------------------------------- */

static const char *
how_text(enum tacit_how how)
{
	switch (how) {
	case TACIT_HOW_IN_PERSON:
		return ", in person";
	case TACIT_HOW_VOICE:
		return ", by voice";
	case TACIT_HOW_VIDEO:
		return ", by video";
	case TACIT_HOW_NONE:
		break;
	}
	return "";
}

/* NULL: a message says it already. */
static const char *
life_text(enum tacit_life_what what)
{
	switch (what) {
	case TACIT_LIFE_PAIR:
		return "Paired";
	case TACIT_LIFE_CLOSE:
		return "The mailboxes were closed";
	case TACIT_LIFE_IDENTITY:
		return "The identity key of the other end changed";
	case TACIT_LIFE_VERIFY:
		return "The safety numbers were compared and equal";
	case TACIT_LIFE_PAUSE:
	case TACIT_LIFE_RESUME:
	case TACIT_LIFE_DISCHARGE:
		break;
	}
	return NULL;
}

static int
print_life(struct record *r, const struct tacit_life_entry *life, uint32_t n)
{
	char id[EXPORT_ID_MAX], text[RECORD_NOTE_MAX];
	struct entry e = { .kind = ENTRY_NOTE, .id = id, .text = text,
	    .state = ENTRY_RECEIVED, .from_me = life->who == TACIT_WHO_ME };

	(void)snprintf(id, sizeof(id), "%s-%u", r->info.id, (unsigned)n + 1);
	(void)snprintf(text, sizeof(text), "%s%s.", life_text(life->what),
	    how_text(life->how));
	e.text_len = strlen(text);
	record_time(&e, life->time_ms);
	return export_entry(&r->x, &e);
}

int
note_life(struct record *r, int64_t until_ms)
{
	struct tacit_life_entry life = { .size = sizeof(life) };
	int rc = 0;

	while (!r->checkins && rc == 0 && (rc = tacit_life_entry(r->p, r->ct,
	    r->noted, &life)) == 1) {
		rc = 0;
		if (life.time_ms > until_ms)
			break;
		if (life_text(life.what) != NULL &&
		    record_covers(r, life.time_ms))
			rc = print_life(r, &life, r->noted);
		r->noted++;
	}
	return rc;
}
