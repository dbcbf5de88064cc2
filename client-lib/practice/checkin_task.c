/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of me: definitions and tasks, in rows. */
#include <stdlib.h>
#include <string.h>

#include "checkin.h"
#include "form_wire.h"
#include "zone.h"

/* ---- what arrives ---------------------------------------------------------- */

int
checkin_take_definition(struct batch *b, const struct taken *in)
{
	const tacit_practice_Definition *d = &in->m->is.definition;
	uint8_t hash[CHECKIN_HASH_LEN];
	struct row_key k, all;
	struct form *f;
	int n, rc;

	if ((rc = form_read(&f, d->form.bytes, d->form.size, NULL)) != 0)
		return rc == TACIT_E_FORM ? TACIT_E_POISON : rc;
	form_free(f);
	row_key(&all, ROW_ASKED_FORM);
	row_key_contact(&all, in->contact);
	if ((n = checkin_count(b->p->t, &all, CHECKIN_FORMS_MAX)) < 0)
		return n;
	checkin_hash(hash, d->form.bytes, d->form.size);
	checkin_contact_form_key(&k, ROW_ASKED_FORM, in->contact, hash);
	if ((rc = checkin_count(b->p->t, &k, 1)) != 0)
		return rc < 0 ? rc : 0;
	if (n == CHECKIN_FORMS_MAX)
		return TACIT_E_POISON;
	batch_put_bytes(b, &k, d->form.bytes, d->form.size);
	practice_wake(b->p, 0);
	return 0;
}

/* Nothing will be asked of it any more. */
static bool
is_past(const tacit_rows_Task *task)
{
	return task->stopped || (task->asked == 0 &&
	    schedule_after(&task->schedule, task->over) == 0);
}

/* Room for one more; what is past makes it.  0, or TACIT_E_POISON: none. */
static int
make_room(struct batch *b, const char contact[TACIT_CONTACT_ID_SIZE])
{
	struct row_key prefix, at = { .len = 0 };
	tacit_rows_Task task;
	int rc;

	checkin_key(&prefix, ROW_TASK, contact, NULL);
	rc = checkin_count(b->p->t, &prefix, CHECKIN_TASKS_MAX);
	if (rc < CHECKIN_TASKS_MAX)
		return rc < 0 ? rc : 0;
	while ((rc = row_next(b->p->t, &prefix, &at)) == 1) {
		if ((rc = row_get(b->p->t, &at, tacit_rows_Task_fields,
		    &task)) < 0)
			return rc;
		if (is_past(&task)) {
			batch_delete(b, &at);
			return 0;
		}
	}
	return rc < 0 ? rc : TACIT_E_POISON;
}

/* What comes a second time, after a vault was put back, changes nothing. */
int
checkin_take_schedule(struct batch *b, const struct taken *in)
{
	const tacit_practice_Schedule *s = &in->m->is.schedule;
	tacit_rows_Task task = tacit_rows_Task_init_zero;
	struct row_key k;
	int rc;

	if (!ident_is(s->id, 'k') || !schedule_is_sound(s))
		return TACIT_E_POISON;
	/* An id names one thing of a contact, whoever sent it. */
	checkin_key(&k, ROW_PLAN, in->contact, s->id);
	if ((rc = checkin_count(b->p->t, &k, 1)) != 0)
		return rc < 0 ? rc : TACIT_E_POISON;
	checkin_key(&k, ROW_TASK, in->contact, s->id);
	if ((rc = checkin_count(b->p->t, &k, 1)) != 0)
		return rc < 0 ? rc : 0;
	if ((rc = make_room(b, in->contact)) != 0)
		return rc;
	task.has_schedule = true;
	task.schedule = *s;
	task.over = schedule_last_over(s, zone_civil(b->p->now_ms));
	batch_put(b, &k, tacit_rows_Task_fields, &task);
	practice_wake(b->p, 0);
	return 0;
}

static void
delete_draft(struct batch *b, const struct row_key *k, uint32_t date)
{
	char contact[TACIT_CONTACT_ID_SIZE], id[IDENT_SIZE];
	struct row_key draft;

	checkin_key_contact(k, contact);
	checkin_key_id(k, id);
	checkin_day_key(&draft, ROW_DRAFT, contact, id, date);
	batch_delete(b, &draft);
}

int
checkin_take_stop(struct batch *b, const struct taken *in)
{
	const tacit_practice_Stop *s = &in->m->is.stop;
	tacit_rows_Task task;
	struct row_key k;
	int rc;

	if (!ident_is(s->id, 'k'))
		return TACIT_E_POISON;
	checkin_key(&k, ROW_TASK, in->contact, s->id);
	/* One that made room, or never came: there is nothing to stop. */
	if ((rc = row_get(b->p->t, &k, tacit_rows_Task_fields, &task)) != 1)
		return rc;
	if (task.asked != 0)
		delete_draft(b, &k, task.asked);
	task.stopped = true;
	task.asked = 0;
	batch_put(b, &k, tacit_rows_Task_fields, &task);
	return 0;
}

/* ---- what time demands -------------------------------------------------------- */

/* One task, at one time on the wall. */
struct look {
	struct tacit_practice *p;
	struct tacit_contact *ct;
	const struct row_key *k;
	tacit_rows_Task *task;
	const struct form *form;
	struct civil now;
	struct batch b;
	bool changed;
};

/* Occurrences that have closed without an answer. */
static void
close_missed(struct look *l)
{
	tacit_rows_Task *t = l->task;
	uint32_t date;
	int n;

	for (n = 0; n < CHECKIN_MISSED_MAX && (date = schedule_after(
	    &t->schedule, t->over)) != 0 &&
	    schedule_is_over(&t->schedule, date, l->now); n++) {
		if (date == t->asked)
			delete_draft(&l->b, l->k, date);
		t->asked = 0;
		t->over = date;
		l->changed = true;
		checkin_tell(&l->b, l->ct, TACIT_CHECKIN_CLOSED,
		    t->schedule.id, date, l->form->title, "", "");
	}
}

static void
ask(struct look *l)
{
	tacit_rows_Task *t = l->task;
	uint32_t date = schedule_open(&t->schedule, l->now);

#ifdef TACIT_CONTROL_ASK_LATE
	if (l->now.minute < t->schedule.open + 2)
		return;
#endif
	if (date == 0 || date <= t->over || date == t->asked)
		return;
	t->asked = date;
	l->changed = true;
	checkin_tell(&l->b, l->ct, TACIT_CHECKIN_DUE, t->schedule.id, date,
	    l->form->title, "", "");
}

/* When there is something to do again. */
static void
sleep_until(struct look *l)
{
	const tacit_practice_Schedule *s = &l->task->schedule;
	uint32_t date = schedule_after(s, l->task->over);

	if (date == 0)
		return;
	practice_wake(l->p, zone_ms(l->task->asked == date ||
	    schedule_is_over(s, date, l->now) ? schedule_closes(s, date) :
	    schedule_opens(s, date)));
}

static int
tend_task(struct tacit_practice *p, const struct row_key *k,
    tacit_rows_Task *task)
{
	struct look l = { .p = p, .k = k, .task = task };
	char contact[TACIT_CONTACT_ID_SIZE];
	struct row_key form_key;
	struct form *f;
	int rc;

	checkin_key_contact(k, contact);
	l.ct = practice_contact(p, contact);
	if (l.ct == NULL || practice_is_closed(l.ct))
		return 0;
	checkin_contact_form_key(&form_key, ROW_ASKED_FORM, contact,
	    task->schedule.form);
	/* Without its form it waits: the definition comes again if it was
	   lost, and wakes us. */
	if ((rc = checkin_form_load(&f, p->t, &form_key)) != 1)
		return rc;
	l.form = f;
	l.now = zone_civil(p->now_ms);
	batch_begin(&l.b, p);
	close_missed(&l);
	ask(&l);
	if (l.changed)
		batch_put(&l.b, k, tacit_rows_Task_fields, task);
	rc = batch_commit(&l.b);
	form_free(f);
	if (rc == 0)
		sleep_until(&l);
	return rc;
}

int
checkin_tend_tasks(struct tacit_practice *p)
{
	struct row_key prefix, at = { .len = 0 };
	tacit_rows_Task task;
	int rc;

	row_key(&prefix, ROW_TASK);
	while ((rc = row_next(p->t, &prefix, &at)) == 1) {
		if ((rc = row_get(p->t, &at, tacit_rows_Task_fields,
		    &task)) < 0)
			return rc;
		if (!is_past(&task) && (rc = tend_task(p, &at, &task)) != 0)
			return rc;
	}
	return rc;
}
