/* SPDX-License-Identifier: Apache-2.0 */
/* Answering a check-in: each answer is a row before the call returns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "answer_wire.h"
#include "bounds.h"
#include "checkin.h"
#include "wire_value.h"

struct tacit_checkin {
	struct tacit_practice *p;
	struct tacit_contact *ct;
	struct row_key task, draft;
	char id[TACIT_CHECKIN_ID_SIZE];
	uint32_t date;
	struct form *form;
	struct answers *answers;
	bool begun;			/* there was a draft */
};

/* Is the occurrence still asked?  0, TACIT_E_STATE, or an error. */
static int
get_task(const struct tacit_checkin *c, tacit_rows_Task *task)
{
	int rc;

	/* Theirs, to be read alone. */
	if (c->task.len == 0)
		return TACIT_E_STATE;
	if ((rc = row_get(c->p->t, &c->task, tacit_rows_Task_fields,
	    task)) < 0)
		return rc;
	return rc == 1 && task->asked != 0 && (c->date == 0 ||
	    task->asked == c->date) ? 0 : TACIT_E_STATE;
}

/* What was answered before, or what is there initially. */
static int
load_draft(struct tacit_checkin *c)
{
	uint8_t *bytes = malloc(FORM_ANSWERS_LEN);
	size_t len = 0;
	int rc;

	if (bytes == NULL)
		return TACIT_E_NOMEM;
	rc = row_get_bytes(c->p->t, &c->draft, bytes, FORM_ANSWERS_LEN, &len);
	c->begun = rc == 1;
	if (rc == 1)
		rc = answers_read(&c->answers, c->form, bytes, len);
	else if (rc == 0 && (c->answers = answers_new(c->form)) == NULL)
		rc = TACIT_E_NOMEM;
	sodium_memzero(bytes, len);
	free(bytes);
	return rc == TACIT_E_ANSWER ? TACIT_E_CORRUPT : rc;
}

static int
load(struct tacit_checkin *c, const char *id)
{
	char contact[TACIT_CONTACT_ID_SIZE];
	tacit_rows_Task task;
	struct row_key k;
	int rc;

	if ((rc = practice_contact_id(c->ct, contact)) != 0)
		return rc;
	checkin_key(&c->task, ROW_TASK, contact, id);
	if ((rc = checkin_count(c->p->t, &c->task, 1)) != 1)
		return rc == 0 ? TACIT_E_NOT_FOUND : rc;
	if ((rc = get_task(c, &task)) != 0)
		return rc;
	c->date = task.asked;
	memcpy(c->id, id, sizeof(c->id));
	checkin_day_key(&c->draft, ROW_DRAFT, contact, id, c->date);
	checkin_contact_form_key(&k, ROW_ASKED_FORM, contact,
	    task.schedule.form);
	if ((rc = checkin_form_load(&c->form, c->p->t, &k)) != 1)
		return rc == 0 ? TACIT_E_CORRUPT : rc;
	return load_draft(c);
}

int
tacit_checkin_open(struct tacit_checkin **out, struct tacit_practice *p,
    struct tacit_contact *ct, const char *id)
{
	struct tacit_checkin *c;
	int rc;

	if (out == NULL || p == NULL || ct == NULL || id == NULL)
		return TACIT_E_INVALID;
	*out = NULL;
	if (!ident_is(id, 'k'))
		return TACIT_E_NOT_FOUND;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return TACIT_E_NOMEM;
	c->p = p;
	c->ct = ct;
	if ((rc = load(c, id)) != 0) {
		tacit_checkin_close(c);
		return rc;
	}
	*out = c;
	return 0;
}

int
tacit_checkin_read(struct tacit_checkin **out, struct tacit_practice *p,
    struct tacit_contact *ct, const char *id, uint32_t date)
{
	struct checkin_opened o;
	struct tacit_checkin *c;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	*out = NULL;
	if ((rc = checkin_open_response(&o, p, ct, id, date)) != 0)
		goto out;
	if ((c = calloc(1, sizeof(*c))) == NULL) {
		rc = TACIT_E_NOMEM;
		goto out;
	}
	c->p = p;
	c->ct = ct;
	c->date = date;
	c->form = o.f;
	c->answers = o.a;
	o.f = NULL;
	o.a = NULL;
	*out = c;
out:
	checkin_free_opened(&o);
	return rc;
}

void
tacit_checkin_close(struct tacit_checkin *c)
{
	if (c == NULL)
		return;
	answers_free(c->answers);
	form_free(c->form);
	free(c);
}

uint32_t
tacit_checkin_date(const struct tacit_checkin *c)
{
	return c->date;
}

const char *
tacit_checkin_title(const struct tacit_checkin *c)
{
	return c->form->title;
}

int
tacit_checkin_begun(const struct tacit_checkin *c)
{
	return c->begun;
}

/* ---- what is asked ------------------------------------------------------------ */

uint32_t
tacit_checkin_items(const struct tacit_checkin *c)
{
	return c->form->n_items;
}

/* As answers_set_text() reads it, but for texts that do not fit. */
static int
print_value(char *out, size_t cap, const struct form_item *it,
    const struct value *v)
{
	char number[VALUE_DECIMAL_LEN] = "";
	const char *text = number;

	if (v->kind == VALUE_OPTION)
		v = &it->options[v->number].value;
	switch (v->kind) {
	case VALUE_BOOLEAN:
		text = v->number != 0 ? "true" : "false";
		break;
	case VALUE_INTEGER:
		(void)snprintf(number, sizeof(number), "%lld",
		    (long long)v->number);
		break;
	case VALUE_DECIMAL:
		value_print_decimal(number, v);
		break;
	case VALUE_DATE:
		value_print_date(number, v);
		break;
	case VALUE_STRING:
		text = v->text;
		break;
	case VALUE_NONE:
	case VALUE_OPTION:		/* is no option's */
		text = "";
		break;
	}
	if (strlen(text) >= cap)
		return TACIT_E_LIMIT;
	memcpy(out, text, strlen(text) + 1);
	return 1;
}

int
tacit_checkin_item(const struct tacit_checkin *c, uint32_t at,
    struct tacit_checkin_item *out)
{
	const struct form_item *it;

	if (c == NULL || out == NULL || out->size != sizeof(*out) ||
	    at >= c->form->n_items)
		return TACIT_E_INVALID;
	it = &c->form->items[at];
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->link_id = it->link_id;
	out->text = it->text != NULL ? it->text : "";
	out->prefix = it->prefix != NULL ? it->prefix : "";
	out->type = form_type_word(it->type);
	out->depth = it->depth;
	out->question = form_is_question(it->type);
	out->required = it->required;
	out->repeats = it->repeats;
	out->enabled = answers_enabled(c->answers, (uint16_t)at);
	out->options = it->n_options;
	(void)print_value(out->least, sizeof(out->least), it, &it->min);
	(void)print_value(out->most, sizeof(out->most), it, &it->max);
	out->length = it->max_length;
	out->places = it->has_max_places ? it->max_places : -1;
	return 0;
}

int
tacit_checkin_option(const struct tacit_checkin *c, uint32_t at, uint32_t n,
    char value[TACIT_CHECKIN_VALUE_SIZE], const char **shown)
{
	const struct form_option *o;

	if (c == NULL || value == NULL || shown == NULL ||
	    at >= c->form->n_items || n >= c->form->items[at].n_options)
		return TACIT_E_INVALID;
	o = &c->form->items[at].options[n];
	*shown = o->display;
	return print_value(value, TACIT_CHECKIN_VALUE_SIZE,
	    &c->form->items[at], &o->value) < 0 ? TACIT_E_LIMIT : 0;
}

int
tacit_checkin_answer(const struct tacit_checkin *c, uint32_t at, uint32_t n,
    char *out, size_t cap)
{
	const struct value *v;

	if (c == NULL || out == NULL || cap == 0 || at >= c->form->n_items)
		return TACIT_E_INVALID;
	v = n > UINT16_MAX ? NULL :
	    answers_get(c->answers, (uint16_t)at, (uint16_t)n);
	return v == NULL ? 0 : print_value(out, cap, &c->form->items[at], v);
}

uint32_t
tacit_checkin_missing(const struct tacit_checkin *c)
{
	return answers_missing(c->answers, 0);
}

/* ---- answers ---------------------------------------------------------------------- */

/* Memory holds what the row said; after a failure it does again. */
static int
go_back(struct tacit_checkin *c, int error)
{
	struct answers *now = c->answers;

	c->answers = NULL;
	if (load_draft(c) == 0)
		answers_free(now);
	else
		c->answers = now;
	return error;
}

static int
save(struct tacit_checkin *c)
{
	uint8_t *bytes = malloc(FORM_ANSWERS_LEN);
	size_t len = 0;
	struct batch b;
	int rc;

	if (bytes == NULL)
		return go_back(c, TACIT_E_NOMEM);
	rc = answers_write(bytes, FORM_ANSWERS_LEN, &len, c->answers,
	    ANSWERS_ALL);
	batch_begin(&b, c->p);
	batch_fail(&b, rc);
	batch_put_bytes(&b, &c->draft, bytes, len);
	rc = batch_commit(&b);
	sodium_memzero(bytes, len);
	free(bytes);
	return rc != 0 ? go_back(c, rc) : 0;
}

/* May the item at ${at} be answered now? */
static int
may_answer(const struct tacit_checkin *c, uint32_t at)
{
	tacit_rows_Task task;

	if (at >= c->form->n_items ||
	    !form_is_question(c->form->items[at].type) ||
	    !answers_enabled(c->answers, (uint16_t)at))
		return TACIT_E_INVALID;
	return get_task(c, &task);
}

int
tacit_checkin_set(struct tacit_checkin *c, uint32_t at, const char *text,
    const char **reason)
{
	int rc;

	if (reason != NULL)
		*reason = "";
	if (c == NULL || text == NULL)
		return TACIT_E_INVALID;
	if ((rc = may_answer(c, at)) != 0)
		return rc;
	if (!wire_is_text(text)) {
		if (reason != NULL)
			*reason = "is not valid UTF-8";
		return TACIT_E_ANSWER;
	}
	rc = answers_set_text(c->answers, (uint16_t)at, text, reason);
	return rc != 0 ? rc : save(c);
}

int
tacit_checkin_choose(struct tacit_checkin *c, uint32_t at, uint32_t option,
    const char **reason)
{
	struct value v = { .kind = VALUE_OPTION, .number = option };
	int rc;

	if (reason != NULL)
		*reason = "";
	if (c == NULL || at >= c->form->n_items ||
	    option >= c->form->items[at].n_options)
		return TACIT_E_INVALID;
	if ((rc = may_answer(c, at)) != 0 ||
	    (rc = answers_set(c->answers, (uint16_t)at, &v, reason)) != 0)
		return rc;
	return save(c);
}

int
tacit_checkin_clear(struct tacit_checkin *c, uint32_t at)
{
	int rc;

	if (c == NULL)
		return TACIT_E_INVALID;
	if ((rc = may_answer(c, at)) != 0)
		return rc;
	answers_clear(c->answers, (uint16_t)at);
	return save(c);
}

/* Add to ${b}: the answers go out, and the occurrence is over. */
static int
send(struct batch *b, struct tacit_checkin *c, tacit_rows_Task *task)
{
	tacit_practice_Practice *m = calloc(1, sizeof(*m));
	tacit_practice_Answered *a;
	size_t len = 0;
	int rc;

	if (m == NULL)
		return TACIT_E_NOMEM;
	m->which_is = tacit_practice_Practice_answered_tag;
	a = &m->is.answered;
	memcpy(a->id, c->id, sizeof(a->id));
	a->date = c->date;
	rc = answers_write(a->answers.bytes, sizeof(a->answers.bytes), &len,
	    c->answers, ANSWERS_THAT_COUNT);
	a->answers.size = (pb_size_t)len;
	if (rc == 0) {
		batch_send(b, c->ct, m, NULL);
		batch_delete(b, &c->draft);
		task->asked = 0;
		task->over = c->date;
		batch_put(b, &c->task, tacit_rows_Task_fields, task);
	}
	sodium_memzero(m, sizeof(*m));
	free(m);
	return rc;
}

/*
 * Nothing goes to another identity, as no text does.  In a pause answers go:
 * who asks in a pause wants to know.
 */
static int
may_submit(struct tacit_checkin *c)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	int rc;

	if ((rc = tacit_contact_info(c->ct, &info)) != 0)
		return rc;
	rc = life_check(c->p, &info);
	return rc == TACIT_E_PAUSED ? 0 : rc;
}

int
tacit_checkin_submit(struct tacit_checkin *c)
{
	tacit_rows_Task task;
	struct batch b;
	int rc;

	if (c == NULL)
		return TACIT_E_INVALID;
	if ((rc = get_task(c, &task)) != 0 || (rc = may_submit(c)) != 0)
		return rc;
	if (!answers_complete(c->answers))
		return TACIT_E_ANSWER;
	batch_begin(&b, c->p);
	batch_fail(&b, send(&b, c, &task));
	if ((rc = batch_commit(&b)) == 0)
		practice_wake(c->p, 0);
	return rc;
}
