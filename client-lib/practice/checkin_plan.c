/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was sent to whom: plans, in rows.
 *
 * A definition or a schedule waits for a random time before it is sent, so
 * that a burst of letters says nothing about when somebody prepared it.  It
 * waits in its row, over restarts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bounds.h"
#include "checkin_form.h"
#include "form_wire.h"
#include "zone.h"

/* ---- sending -------------------------------------------------------------- */

/* The form as the client gets it. */
static int
definition(tacit_practice_Definition *out, struct tacit *t,
    const uint8_t form[CHECKIN_HASH_LEN])
{
	struct form *f;
	struct row_key k;
	size_t len = 0;
	int rc;

	checkin_form_key(&k, form);
	if ((rc = checkin_form_load(&f, t, &k)) != 1)
		return rc == 0 ? TACIT_E_CORRUPT : rc;
	rc = form_write(out->form.bytes, sizeof(out->form.bytes), &len, f,
	    FORM_FOR_CLIENT, NULL);
	out->form.size = (pb_size_t)len;
	form_free(f);
	return rc;
}

/* The definition goes first, once per contact. */
static void
send_definition(struct batch *b, struct tacit_contact *ct,
    const char contact[TACIT_CONTACT_ID_SIZE], const tacit_rows_Plan *plan,
    tacit_practice_Practice *m)
{
	struct row_key k;
	int rc;

	checkin_contact_form_key(&k, ROW_SENT_FORM, contact,
	    plan->schedule.form);
	if ((rc = checkin_count(b->p->t, &k, 1)) != 0) {
		batch_fail(b, rc < 0 ? rc : 0);
		return;
	}
	m->which_is = tacit_practice_Practice_definition_tag;
	batch_fail(b, definition(&m->is.definition, b->p->t, plan->form));
	batch_send(b, ct, m, NULL);
	batch_put_bytes(b, &k, NULL, 0);
}

/* Add to ${b}: all of the plan goes out, and its row ${k} says so. */
static void
post(struct batch *b, struct tacit_contact *ct, const struct row_key *k,
    tacit_rows_Plan *plan, int64_t now_ms)
{
	tacit_practice_Practice *m = calloc(1, sizeof(*m));
	char contact[TACIT_CONTACT_ID_SIZE];

	if (m == NULL) {
		batch_fail(b, TACIT_E_NOMEM);
		return;
	}
	checkin_key_contact(k, contact);
	send_definition(b, ct, contact, plan, m);
	memset(m, 0, sizeof(*m));
	m->which_is = tacit_practice_Practice_schedule_tag;
	m->is.schedule = plan->schedule;
	batch_send(b, ct, m, NULL);
	free(m);
	plan->post_ms = 0;
	plan->judged = schedule_last_over(&plan->schedule,
	    zone_civil(now_ms));
	plan->first = plan->judged;
	batch_put(b, k, tacit_rows_Plan_fields, plan);
}

static int
take_when(tacit_practice_Schedule *s, const struct tacit_checkin_when *when,
    uint32_t today)
{
	if (when->size != sizeof(*when))
		return TACIT_E_INVALID;
	s->once = when->once != 0;
	s->from = when->from != 0 ? when->from : today;
	s->until = when->until;
	s->every = when->every;
	s->weekdays = when->weekdays;
	s->open = when->open;
	s->close = when->close;
	if (!schedule_is_sound(s) || s->until < today)
		return TACIT_E_INVALID;
	return 0;
}

/* Is there anybody who may be sent something? */
static int
may_send(struct tacit_practice *p, struct tacit_contact *ct)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	int rc = tacit_contact_info(ct, &info);

	if (rc != 0)
		return rc;
	if (info.state == TACIT_CLOSED)
		return TACIT_E_CONTACT_CLOSED;
	return info.unconfirmed ? TACIT_E_NOT_VERIFIED :
	    life_check(p, &info);
}

/* Fill in what follows from the form. */
static int
plan_form(tacit_rows_Plan *plan, struct tacit_practice *p, const char *form)
{
	tacit_practice_Definition *d = calloc(1, sizeof(*d));
	struct form *f = NULL;
	struct row_key k;
	int rc;

	if (d == NULL)
		return TACIT_E_NOMEM;
	if ((rc = checkin_form_find(p, form, plan->form)) != 0)
		goto out;
	checkin_form_key(&k, plan->form);
	if ((rc = checkin_form_load(&f, p->t, &k)) != 1 ||
	    (rc = definition(d, p->t, plan->form)) != 0)
		goto out;
	checkin_hash(plan->schedule.form, d->form.bytes, d->form.size);
	(void)snprintf(plan->title, sizeof(plan->title), "%s", f->title);
	rc = 0;
out:
	form_free(f);
	free(d);
	return rc;
}

/* One that needs no definition and no regularity goes at once, as a text. */
static void
begin_plan(struct batch *b, struct tacit_contact *ct, const struct row_key *k,
    const char contact[TACIT_CONTACT_ID_SIZE], tacit_rows_Plan *plan,
    int64_t now_ms)
{
	struct row_key sent;

	checkin_contact_form_key(&sent, ROW_SENT_FORM, contact,
	    plan->schedule.form);
	if (plan->schedule.once && checkin_count(b->p->t, &sent, 1) == 1) {
		post(b, ct, k, plan, now_ms);
		return;
	}
	plan->post_ms = now_ms + 1 +
	    (int64_t)randombytes_uniform(CHECKIN_SPREAD_MS);
	batch_put(b, k, tacit_rows_Plan_fields, plan);
}

int
tacit_checkin_send(struct tacit_practice *p, struct tacit_contact *ct,
    const char *form, const struct tacit_checkin_when *when, int64_t now_ms,
    char id[TACIT_CHECKIN_ID_SIZE])
{
	tacit_rows_Plan plan = tacit_rows_Plan_init_zero;
	char contact[TACIT_CONTACT_ID_SIZE];
	struct row_key k, all;
	struct batch b;
	int rc;

	if (p == NULL || ct == NULL || form == NULL || when == NULL ||
	    now_ms < 0 || id == NULL)
		return TACIT_E_INVALID;
	plan.has_schedule = true;
	if ((rc = may_send(p, ct)) != 0 ||
	    (rc = practice_contact_id(ct, contact)) != 0 ||
	    (rc = take_when(&plan.schedule, when,
	    zone_civil(now_ms).date)) != 0 ||
	    (rc = plan_form(&plan, p, form)) != 0)
		return rc;
	ident_new(plan.schedule.id, 'k');
	checkin_key(&all, ROW_PLAN, contact, NULL);
	checkin_key(&k, ROW_PLAN, contact, plan.schedule.id);
	rc = checkin_count(p->t, &all, CHECKIN_PLANS_MAX);
	batch_begin(&b, p);
	batch_fail(&b, rc < 0 ? rc : rc == CHECKIN_PLANS_MAX ?
	    TACIT_E_LIMIT : 0);
	begin_plan(&b, ct, &k, contact, &plan, now_ms);
	if ((rc = batch_commit(&b)) != 0)
		return rc;
	memcpy(id, plan.schedule.id, TACIT_CHECKIN_ID_SIZE);
	practice_wake(p, 0);
	return 0;
}

int
tacit_checkin_stop(struct tacit_practice *p, struct tacit_contact *ct,
    const char *id)
{
	tacit_practice_Practice *m;
	tacit_rows_Plan plan;
	char contact[TACIT_CONTACT_ID_SIZE];
	struct row_key k;
	struct batch b;
	int rc;

	if (p == NULL || ct == NULL || id == NULL)
		return TACIT_E_INVALID;
	if (!ident_is(id, 'k'))
		return TACIT_E_NOT_FOUND;
	if ((rc = practice_contact_id(ct, contact)) != 0)
		return rc;
	checkin_key(&k, ROW_PLAN, contact, id);
	if ((rc = row_get(p->t, &k, tacit_rows_Plan_fields, &plan)) != 1)
		return rc == 0 ? TACIT_E_NOT_FOUND : rc;
	if (plan.stopped)
		return 0;
	/* What never left needs no word, and who is gone hears none. */
	rc = plan.post_ms == 0 ? may_send(p, ct) : TACIT_E_CONTACT_CLOSED;
	if (rc != 0 && rc != TACIT_E_CONTACT_CLOSED)
		return rc;
	if ((m = calloc(1, sizeof(*m))) == NULL)
		return TACIT_E_NOMEM;
	m->which_is = tacit_practice_Practice_stop_tag;
	memcpy(m->is.stop.id, id, IDENT_SIZE);
	batch_begin(&b, p);
	if (rc == 0)
		batch_send(&b, ct, m, NULL);
	plan.stopped = true;
	batch_put(&b, &k, tacit_rows_Plan_fields, &plan);
	free(m);
	return batch_commit(&b);
}

/* ---- what time demands -------------------------------------------------------- */

static void
tell_missed(struct batch *b, struct tacit_contact *ct,
    const struct row_key *k, const tacit_rows_Plan *plan, uint32_t date)
{
	char contact[TACIT_CONTACT_ID_SIZE];
	struct row_key answered;
	int rc;

	checkin_key_contact(k, contact);
	checkin_day_key(&answered, ROW_RESPONSE, contact, plan->schedule.id,
	    date);
	rc = checkin_count(b->p->t, &answered, 1);
	batch_fail(b, rc < 0 ? rc : 0);
#ifdef TACIT_CONTROL_MISSED_UNTOLD
	rc = 1;
#endif
	if (rc == 0)
		checkin_tell(b, ct, TACIT_CHECKIN_MISSED, plan->schedule.id,
		    date, plan->title, "", "");
}

/*
 * Was their mailbox read to its end?  An answer that waits at a relay, or that
 * they will send again to a vault that was put back, was given in time: nobody
 * is told that it was missed because this device slept, had no network or
 * forgot.  1, 0 or an error.
 */
static int
has_read(struct tacit_practice *p, struct tacit_contact *ct)
{
	struct tacit_progress all = { .size = sizeof(all) };
	struct tacit_contact_info info = { .size = sizeof(info) };
	int rc;

#ifdef TACIT_CONTROL_MISSED_UNREAD
	return 1;
#endif
	if (p->now_ms < p->fresh_ms)
		return 0;
	if ((rc = tacit_contact_info(ct, &info)) != 0 ||
	    (rc = tacit_progress(p->t, &all)) != 0)
		return rc;
	return !info.agreeing && (all.drained || !info.left);
}

/* Tell of each that is over by now; ${*at}: when the next one is. */
static int
tell_all(struct tacit_practice *p, struct tacit_contact *ct,
    const struct row_key *k, tacit_rows_Plan *plan, int64_t *at)
{
	struct batch b;
	uint32_t date;
	int n;

	batch_begin(&b, p);
	for (n = 0; n < CHECKIN_MISSED_MAX && (date = schedule_after(
	    &plan->schedule, plan->judged)) != 0; n++) {
		*at = zone_ms(schedule_closes(&plan->schedule, date)) +
		    CHECKIN_ZONES_MS;
		if (*at > p->now_ms)
			break;
		tell_missed(&b, ct, k, plan, date);
		plan->judged = date;
	}
	if (n > 0)
		batch_put(&b, k, tacit_rows_Plan_fields, plan);
	return batch_commit(&b);
}

/*
 * Occurrences whose window has passed in every zone: the last zone's wall says
 * so at most that much later than ours.
 */
static int
judge(struct tacit_practice *p, struct tacit_contact *ct,
    const struct row_key *k, tacit_rows_Plan *plan)
{
	uint32_t date = schedule_after(&plan->schedule, plan->judged);
	int64_t at;
	int rc;

	if (date == 0)
		return 0;
	at = zone_ms(schedule_closes(&plan->schedule, date)) +
	    CHECKIN_ZONES_MS;
	if (at <= p->now_ms) {
		if ((rc = has_read(p, ct)) < 0)
			return rc;
		if (rc == 0)
			at = p->now_ms + CHECKIN_LOOK_MS;
		else if ((rc = tell_all(p, ct, k, plan, &at)) != 0)
			return rc;
	}
	practice_wake(p, at);
	return 0;
}

/* Nobody is asked any more. */
static int
give_up(struct tacit_practice *p, const struct row_key *k,
    tacit_rows_Plan *plan)
{
	struct batch b;

	batch_begin(&b, p);
	plan->stopped = true;
	batch_put(&b, k, tacit_rows_Plan_fields, plan);
	return batch_commit(&b);
}

static int
tend_plan(struct tacit_practice *p, const struct row_key *k,
    tacit_rows_Plan *plan)
{
	char contact[TACIT_CONTACT_ID_SIZE];
	struct tacit_contact *ct;
	struct batch b;
	int rc;

	checkin_key_contact(k, contact);
	ct = practice_contact(p, contact);
	rc = ct != NULL ? may_send(p, ct) : TACIT_E_CONTACT_CLOSED;
	if (rc == TACIT_E_CONTACT_CLOSED)
		return give_up(p, k, plan);
	if (plan->post_ms == 0)
		return judge(p, ct, k, plan);
	if (plan->post_ms > p->now_ms || rc == TACIT_E_NOT_VERIFIED ||
	    rc == TACIT_E_IDENTITY_CHANGED) {
		practice_wake(p, rc == 0 ? plan->post_ms :
		    p->now_ms + CHECKIN_RETRY_MS);
		return 0;
	}
	if (rc != 0)
		return rc;
	batch_begin(&b, p);
	post(&b, ct, k, plan, p->now_ms);
	if ((rc = batch_commit(&b)) == 0)
		practice_wake(p, 0);
	return rc;
}

int
checkin_tend_plans(struct tacit_practice *p)
{
	struct row_key prefix, at = { .len = 0 };
	tacit_rows_Plan plan;
	int rc;

	row_key(&prefix, ROW_PLAN);
	while ((rc = row_next(p->t, &prefix, &at)) == 1) {
		if ((rc = row_get(p->t, &at, tacit_rows_Plan_fields,
		    &plan)) < 0)
			return rc;
		if (!plan.stopped && (rc = tend_plan(p, &at, &plan)) != 0)
			return rc;
	}
	return rc;
}
