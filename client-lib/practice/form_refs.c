/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "form_refs.h"

static bool
is_label(const char *text)
{
	return text != NULL && text[0] != '\0' &&
	    strlen(text) <= FORM_LABEL_MAX && form_is_plain(text);
}

static bool
is_ordering(enum form_operator op)
{
	return op >= FORM_GREATER;
}

/* Words that can answer ${q}: what is an option is chosen as one. */
static bool
is_words(const struct form_item *q, const struct value *v)
{
	return form_fits(q, v, NULL) && (q->n_options == 0 ||
	    form_option_of(q, v) < 0);
}

/* What values may be compared with the answers to ${q}. */
static bool
compares(const struct form_item *q, enum form_operator op,
    const struct value *v)
{
	enum value_kind kind = form_kind(q->type);

	if (op < FORM_EXISTS || op > FORM_LESS_OR_EQUAL || !value_is_sound(v))
		return false;
	if (op == FORM_EXISTS)
		return v->kind == VALUE_BOOLEAN;
	if (v->kind == VALUE_STRING)
		return !is_ordering(op) && is_words(q, v);
	if (kind == VALUE_OPTION && is_ordering(op)) /* of their values */
		return (v->kind == VALUE_INTEGER || v->kind == VALUE_DATE) &&
		    v->kind == q->options[0].value.kind;
	if (v->kind != kind)
		return false;
	if (kind == VALUE_OPTION)
		return v->number < q->n_options;
	return kind != VALUE_BOOLEAN || !is_ordering(op);
}

static int
check_conditions(const struct form *f, uint16_t at, struct form_problem *why)
{
	const struct form_item *it = &f->items[at], *q;
	const struct form_condition *c;
	uint16_t i;

	for (i = 0; i < it->n_conditions; i++) {
		c = &it->conditions[i];
		q = c->item < f->n_items ? &f->items[c->item] : NULL;
		if (q == NULL || !form_is_question(q->type))
			return form_refuse(why, it->link_id,
			    "enableWhen does not name a question");
		if (!compares(q, c->op, &c->value))
			return form_refuse(why, it->link_id,
			    "enableWhen compares %s with what cannot answer it",
			    q->link_id);
	}
	return 0;
}

/* What is there initially leaves room to answer. */
static int
check_initial(const struct form *f, struct form_problem *why)
{
	const struct form_item *it;
	size_t len = 0;
	uint16_t i;

	for (it = f->items; it < f->items + f->n_items; it++) {
		if (it->initial.kind != VALUE_NONE)
			len += form_answer_len(&it->initial);
		for (i = 0; i < it->n_options; i++)
			if (it->options[i].selected)
				len += FORM_ANSWER_LEN;
		if (len > FORM_ANSWERS_LEN / 2)
			return form_refuse(why, it->link_id,
			    "the initial answers are more than %d bytes",
			    FORM_ANSWERS_LEN / 2);
	}
	return 0;
}

static int
check_alerts(const struct form_item *it, struct form_problem *why)
{
	const struct form_alert *a;
	uint16_t i;

	for (i = 0; i < it->n_alerts; i++) {
		a = &it->alerts[i];
		if (!form_is_question(it->type) ||
		    !compares(it, a->op, &a->value))
			return form_refuse(why, it->link_id,
			    "alert on what cannot answer it");
		if (!is_label(a->label))
			return form_refuse(why, it->link_id,
			    "label of an alert is not 1 to %d plain bytes",
			    FORM_LABEL_MAX);
	}
	return 0;
}

static bool
is_done(const bool *done, const struct form_item *it)
{
	uint16_t i;

	if (it->parent >= 0 && !done[it->parent])
		return false;
	for (i = 0; i < it->n_conditions; i++)
		if (!done[it->conditions[i].item])
			return false;
	return true;
}

/* Put each item after what it depends on. */
static int
set_order(struct form *f, struct form_problem *why)
{
	bool done[FORM_ITEMS_MAX] = { false };
	uint16_t n = 0, before, i, stuck = 0;

	while (n < f->n_items) {
		before = n;
		for (i = 0; i < f->n_items; i++) {
			if (done[i])
				continue;
			if (is_done(done, &f->items[i])) {
				done[i] = true;
				f->order[n++] = (uint8_t)i;
			} else {
				stuck = i;
			}
		}
		if (n == before)
			return form_refuse(why, f->items[stuck].link_id,
			    "enableWhen depends on itself");
	}
	return 0;
}

static bool
has_weights(const struct form *f, int16_t over)
{
	uint16_t at = over < 0 ? 0 : (uint16_t)over, i;
	uint16_t end = over < 0 ? f->n_items : form_after(f, at);

	for (; at < end; at++)
		for (i = 0; i < f->items[at].n_options; i++)
			if (f->items[at].options[i].has_weight)
				return true;
	return false;
}

static int
check_bands(const struct form_score *s, struct form_problem *why)
{
	const struct form_band *b;
	uint16_t i;

	for (i = 0; i < s->n_bands; i++) {
		b = &s->bands[i];
		if (!is_label(b->label))
			return form_refuse(why, NULL, "score %s: label of a "
			    "band is not 1 to %d plain bytes", s->label,
			    FORM_LABEL_MAX);
		if (b->from.kind != VALUE_DECIMAL ||
		    !value_is_sound(&b->from) ||
		    (i > 0 && b->from.number <= b[-1].from.number))
			return form_refuse(why, NULL,
			    "score %s: bands do not ascend", s->label);
	}
	return 0;
}

static int
check_scores(const struct form *f, struct form_problem *why)
{
	const struct form_score *s, *t;
	int rc;

	for (s = f->scores; s < f->scores + f->n_scores; s++) {
		if (!is_label(s->label))
			return form_refuse(why, NULL, "label of a score is "
			    "not 1 to %d plain bytes", FORM_LABEL_MAX);
		for (t = f->scores; t < s; t++)
			if (strcmp(t->label, s->label) == 0)
				return form_refuse(why, NULL,
				    "score %s is there twice", s->label);
		if (s->over >= f->n_items || s->over < -1 || (s->over >= 0 &&
		    f->items[s->over].type != FORM_GROUP))
			return form_refuse(why, NULL,
			    "score %s is not over a group", s->label);
		if (!has_weights(f, s->over))
			return form_refuse(why, NULL,
			    "score %s has no ordinal values to add", s->label);
		if ((rc = check_bands(s, why)) != 0)
			return rc;
	}
	return 0;
}

int
form_check_refs(struct form *f, struct form_problem *why)
{
	uint16_t i;
	int rc = 0;

	for (i = 0; i < f->n_items && rc == 0; i++)
		if ((rc = check_conditions(f, i, why)) == 0)
			rc = check_alerts(&f->items[i], why);
	if (rc == 0 && (rc = check_initial(f, why)) == 0)
		rc = check_scores(f, why);
	return rc == 0 ? set_order(f, why) : rc;
}
