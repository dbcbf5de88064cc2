/* SPDX-License-Identifier: Apache-2.0 */
/* The check-ins of one contact: those I sent, and those that are asked of me. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "checkin.h"

static void
fill_when(struct tacit_checkin_when *out, const tacit_practice_Schedule *s)
{
	out->size = sizeof(*out);
	out->once = s->once;
	out->from = s->from;
	out->until = s->until;
	out->every = s->every;
	out->weekdays = s->weekdays;
	out->open = s->open;
	out->close = s->close;
}

static int
fill_plan(struct tacit_checkin_info *out, struct tacit *t,
    const struct row_key *k, const char contact[TACIT_CONTACT_ID_SIZE])
{
	struct row_key responses;
	tacit_rows_Plan plan;
	int rc;

	if ((rc = row_get(t, k, tacit_rows_Plan_fields, &plan)) != 1)
		return rc;
	out->mine = 1;
	out->stopped = plan.stopped;
	out->waiting = plan.post_ms != 0 && !plan.stopped;
	fill_when(&out->when, &plan.schedule);
	ident_of(out->form, 'f', plan.form);
	(void)snprintf(out->title, sizeof(out->title), "%s", plan.title);
	checkin_day_key(&responses, ROW_RESPONSE, contact, out->id, 0);
	if ((rc = checkin_count(t, &responses, SCHEDULE_DAYS_MAX + 1)) < 0)
		return rc;
	out->answers = (uint32_t)rc;
	return 1;
}

static int
fill_task(struct tacit_checkin_info *out, struct tacit *t,
    const struct row_key *k, const char contact[TACIT_CONTACT_ID_SIZE])
{
	struct row_key form_key;
	tacit_rows_Task task;
	struct form *f;
	int rc;

	if ((rc = row_get(t, k, tacit_rows_Task_fields, &task)) != 1)
		return rc;
	out->stopped = task.stopped;
	out->asked = task.asked;
	fill_when(&out->when, &task.schedule);
	checkin_contact_form_key(&form_key, ROW_ASKED_FORM, contact,
	    task.schedule.form);
	if ((rc = checkin_form_load(&f, t, &form_key)) < 0)
		return rc;
	out->waiting = rc == 0;
	if (rc == 1)
		(void)snprintf(out->title, sizeof(out->title), "%s",
		    f->title);
	form_free(f);
	return 1;
}

/* Plans first, then tasks: the next row after ${at}. */
static int
next_row(struct tacit *t, const char contact[TACIT_CONTACT_ID_SIZE],
    struct row_key *at)
{
	struct row_key prefix;
	int rc = 0;

	if (at->data[1] == ROW_PLAN) {
		checkin_key(&prefix, ROW_PLAN, contact, NULL);
		if ((rc = row_next(t, &prefix, at)) != 0)
			return rc;
		checkin_key(at, ROW_TASK, contact, NULL);
	}
	checkin_key(&prefix, ROW_TASK, contact, NULL);
	return row_next(t, &prefix, at);
}

/* Where ${after} is: the place to go on from. */
static int
begin_after(struct row_key *at, struct tacit *t,
    const char contact[TACIT_CONTACT_ID_SIZE], const char *after)
{
	int rc;

	checkin_key(at, ROW_PLAN, contact, NULL);
	if (after == NULL)
		return 0;
	if (!ident_is(after, 'k'))
		return TACIT_E_NOT_FOUND;
	checkin_key(at, ROW_PLAN, contact, after);
	if ((rc = checkin_count(t, at, 1)) != 0)
		return rc < 0 ? rc : 0;
	checkin_key(at, ROW_TASK, contact, after);
	rc = checkin_count(t, at, 1);
	return rc < 0 ? rc : rc == 0 ? TACIT_E_NOT_FOUND : 0;
}

int
tacit_checkin_next(struct tacit_practice *p, struct tacit_contact *ct,
    const char *after, struct tacit_checkin_info *out)
{
	char contact[TACIT_CONTACT_ID_SIZE];
	struct row_key at;
	int rc;

	if (p == NULL || ct == NULL || out == NULL ||
	    out->size != sizeof(*out))
		return TACIT_E_INVALID;
	if ((rc = practice_contact_id(ct, contact)) != 0 ||
	    (rc = begin_after(&at, p->t, contact, after)) != 0 ||
	    (rc = next_row(p->t, contact, &at)) != 1)
		return rc;
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	checkin_key_id(&at, out->id);
	return at.data[1] == ROW_PLAN ? fill_plan(out, p->t, &at, contact) :
	    fill_task(out, p->t, &at, contact);
}

int
tacit_checkin_find(struct tacit_practice *p, const char *id,
    struct tacit_contact **ct)
{
	char contact[TACIT_CONTACT_ID_SIZE];
	struct row_key prefix, at;
	char found[IDENT_SIZE];
	const enum row_kind kinds[] = { ROW_PLAN, ROW_TASK };
	size_t i;
	int rc;

	if (p == NULL || id == NULL || ct == NULL)
		return TACIT_E_INVALID;
	for (i = 0; i < 2; i++) {
		row_key(&prefix, kinds[i]);
		at.len = 0;
		while ((rc = row_next(p->t, &prefix, &at)) == 1) {
			checkin_key_id(&at, found);
			checkin_key_contact(&at, contact);
			if (strcmp(found, id) == 0 && (*ct =
			    practice_contact(p, contact)) != NULL)
				return 0;
		}
		if (rc < 0)
			return rc;
	}
	return TACIT_E_NOT_FOUND;
}

void
tacit_practice_free(char *text)
{
	if (text != NULL)
		sodium_memzero(text, strlen(text));
	free(text);
}
