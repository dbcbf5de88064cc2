/* SPDX-License-Identifier: Apache-2.0 */
/* What was answered, at the end that asked: rows by check-in and day. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "answer_wire.h"
#include "checkin.h"
#include "form_response.h"
#include "form_score.h"
#include "stamp.h"

enum {
	ABOUT_SIZE = 321,		/* of an alert: as in rows.options */
	LOOK_BACK = 4096		/* in a history, for what just came */
};

/* ---- what arrives ----------------------------------------------------------- */

/* As much of ${text} as fits, in whole characters. */
static void
copy(char *out, size_t cap, const char *text)
{
	size_t n = strnlen(text, cap);

	if (n == cap)
		for (n--; n > 0 && ((uint8_t)text[n] & 0xc0) == 0x80; n--)
			continue;
	memcpy(out, text, n);
	out[n] = '\0';
}

/* What an alert was about: the score, or the question. */
static void
describe(char out[ABOUT_SIZE], const struct form_told *told,
    const struct answers *a)
{
	char number[VALUE_DECIMAL_LEN];
	struct form_sum sum;

	if (told->score == NULL) {
		copy(out, ABOUT_SIZE, told->item->text != NULL ?
		    told->item->text : told->item->link_id);
		return;
	}
	form_sum(&sum, a, told->score->over);
	value_print_decimal(number, &sum.sum);
	(void)snprintf(out, ABOUT_SIZE, "%s %s", told->score->label, number);
}

static void
tell_alerts(struct batch *b, const struct taken *in, const char *title,
    const struct answers *a)
{
	const tacit_practice_Answered *m = &in->m->is.answered;
	struct form_told told;
	char value[ABOUT_SIZE];
	unsigned int n;

	for (n = 0; n < CHECKIN_ALERTS_MAX && form_told(&told, a, n); n++) {
#ifdef TACIT_CONTROL_ONE_ALERT
		if (n > 0)
			break;
#endif
		describe(value, &told, a);
		checkin_tell(b, in->ct, TACIT_CHECKIN_ALERT, m->id, m->date,
		    title, told.band != NULL ? told.band->label :
		    told.alert->label, value);
	}
	sodium_memzero(value, sizeof(value));
}

/*
 * When they say that they wrote it, as a record says it, too: a device that
 * slept takes it days later.  0 if that is not known.
 */
static int64_t
written(const struct taken *in)
{
	struct tacit_message h = { .size = sizeof(h) };
	int64_t time_ms = 0;
	uint64_t before = 0;
	int n;

	for (n = 0; n < LOOK_BACK && time_ms == 0 &&
	    tacit_history(in->ct, before, &h) == 0; n++) {
		if (!h.from_me && strcmp(h.id, in->ev->message) == 0 &&
		    stamp_is(h.time_ms, 0))
			time_ms = h.time_ms;
		before = h.place;
	}
	/* The library lends one message: before the first there is none. */
	return tacit_history(in->ct, 1, &h) == 0 ? 0 : time_ms;
}

static void
keep(struct batch *b, const struct taken *in, const struct row_key *k,
    const tacit_rows_Plan *plan)
{
	const tacit_practice_Answered *m = &in->m->is.answered;
	tacit_rows_Response *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		batch_fail(b, TACIT_E_NOMEM);
		return;
	}
	memcpy(r->form, plan->form, sizeof(r->form));
	r->time_ms = b->p->now_ms;
	r->written_ms = written(in);
	r->answers.size = m->answers.size;
	memcpy(r->answers.bytes, m->answers.bytes, m->answers.size);
	batch_put(b, k, tacit_rows_Response_fields, r);
	sodium_memzero(r, sizeof(*r));
	free(r);
}

/* Answers that the form takes, all of them; else POISON. */
static int
read_answers(struct answers **out, const struct form *f,
    const tacit_practice_Answered *m)
{
	int rc = answers_read(out, f, m->answers.bytes, m->answers.size);

	if (rc == 0 && !answers_complete(*out)) {
		answers_free(*out);
		*out = NULL;
		return TACIT_E_POISON;
	}
	return rc == TACIT_E_ANSWER ? TACIT_E_POISON : rc;
}

/* The plan that ${in} answers: 1, 0: nothing new, or POISON. */
static int
find_plan(struct batch *b, const struct taken *in, tacit_rows_Plan *plan,
    struct row_key *answer)
{
	const tacit_practice_Answered *m = &in->m->is.answered;
	struct row_key k;
	int rc;

	if (!ident_is(m->id, 'k'))
		return TACIT_E_POISON;
	checkin_key(&k, ROW_PLAN, in->contact, m->id);
	if ((rc = row_get(b->p->t, &k, tacit_rows_Plan_fields, plan)) != 1)
		return rc == 0 ? TACIT_E_POISON : rc;
	if (plan->post_ms != 0 || !schedule_is_on(&plan->schedule, m->date))
		return TACIT_E_POISON;
	checkin_day_key(answer, ROW_RESPONSE, in->contact, m->id, m->date);
	rc = checkin_count(b->p->t, answer, 1);
	return rc < 0 ? rc : !rc;
}

int
checkin_take_answered(struct batch *b, const struct taken *in)
{
	const tacit_practice_Answered *m = &in->m->is.answered;
	struct row_key answer, k;
	struct answers *a = NULL;
	tacit_rows_Plan plan;
	struct form *f;
	int rc;

	if ((rc = find_plan(b, in, &plan, &answer)) != 1)
		return rc;
	checkin_form_key(&k, plan.form);
	if ((rc = checkin_form_load(&f, b->p->t, &k)) != 1)
		return rc == 0 ? TACIT_E_CORRUPT : rc;
	if ((rc = read_answers(&a, f, m)) == 0) {
		keep(b, in, &answer, &plan);
		checkin_tell(b, in->ct, TACIT_CHECKIN_ANSWERED, m->id,
		    m->date, f->title, "", "");
		tell_alerts(b, in, f->title, a);
	}
	answers_free(a);
	form_free(f);
	return rc;
}

/* ---- what is asked of it -------------------------------------------------------- */

void
checkin_free_opened(struct checkin_opened *o)
{
	answers_free(o->a);
	form_free(o->f);
	if (o->r != NULL)
		sodium_memzero(o->r, sizeof(*o->r));
	free(o->r);
}

int
checkin_open_response(struct checkin_opened *o, struct tacit_practice *p,
    struct tacit_contact *ct, const char *id, uint32_t date)
{
	char contact[TACIT_CONTACT_ID_SIZE];
	struct row_key k;
	int rc;

	memset(o, 0, sizeof(*o));
	if (p == NULL || ct == NULL || id == NULL)
		return TACIT_E_INVALID;
	if (!ident_is(id, 'k') || date == 0)
		return TACIT_E_NOT_FOUND;
	if ((rc = practice_contact_id(ct, contact)) != 0)
		return rc;
	if ((o->r = calloc(1, sizeof(*o->r))) == NULL)
		return TACIT_E_NOMEM;
	checkin_day_key(&k, ROW_RESPONSE, contact, id, date);
	if ((rc = row_get(p->t, &k, tacit_rows_Response_fields, o->r)) != 1)
		return rc == 0 ? TACIT_E_NOT_FOUND : rc;
	checkin_form_key(&k, o->r->form);
	if ((rc = checkin_form_load(&o->f, p->t, &k)) != 1)
		return rc == 0 ? TACIT_E_CORRUPT : rc;
	return checkin_answers(&o->a, o->f, o->r);
}

int
tacit_checkin_response(struct tacit_practice *p, struct tacit_contact *ct,
    const char *id, uint32_t date, char **json)
{
	struct checkin_opened o;
	int rc;

	if (json == NULL)
		return TACIT_E_INVALID;
	*json = NULL;
	if ((rc = checkin_open_response(&o, p, ct, id, date)) == 0)
		rc = form_response(json, o.a, o.r->written_ms != 0 ?
		    o.r->written_ms : o.r->time_ms);
	checkin_free_opened(&o);
	return rc;
}

int
tacit_checkin_score(struct tacit_practice *p, struct tacit_contact *ct,
    const char *id, uint32_t date, unsigned int n,
    struct tacit_checkin_score *out)
{
	const struct form_band *band;
	struct form_sum sum;
	struct checkin_opened o;
	int rc;

	if (out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	if ((rc = checkin_open_response(&o, p, ct, id, date)) == 0 &&
	    n < o.f->n_scores) {
		form_sum(&sum, o.a, o.f->scores[n].over);
		band = form_band(&o.f->scores[n], &sum);
		memset(out, 0, sizeof(*out));
		out->size = sizeof(*out);
		(void)snprintf(out->label, sizeof(out->label), "%s",
		    o.f->scores[n].label);
		(void)snprintf(out->band, sizeof(out->band), "%s",
		    band != NULL ? band->label : "");
		value_print_decimal(out->value, &sum.sum);
		out->alert = band != NULL && band->alert;
		out->answered = sum.answered;
		out->of = sum.of;
		rc = 1;
	}
	checkin_free_opened(&o);
	return rc;
}

int
tacit_checkin_response_next(struct tacit_practice *p,
    struct tacit_contact *ct, const char *id, uint32_t after, uint32_t *date,
    int64_t *time_ms)
{
	char contact[TACIT_CONTACT_ID_SIZE];
	struct row_key prefix, at;
	tacit_rows_Response *r;
	int rc;

	if (p == NULL || ct == NULL || id == NULL || date == NULL)
		return TACIT_E_INVALID;
	if (!ident_is(id, 'k'))
		return TACIT_E_NOT_FOUND;
	if ((rc = practice_contact_id(ct, contact)) != 0)
		return rc;
	checkin_day_key(&prefix, ROW_RESPONSE, contact, id, 0);
	at = prefix;
	row_key_u32(&at, after);
	if ((rc = row_next(p->t, &prefix, &at)) != 1)
		return rc;
	*date = row_key_get_u32(&at, prefix.len);
	if (time_ms == NULL)
		return 1;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return TACIT_E_NOMEM;
	if ((rc = row_get(p->t, &at, tacit_rows_Response_fields, r)) == 1)
		*time_ms = r->time_ms;
	sodium_memzero(r, sizeof(*r));
	free(r);
	return rc;
}
