/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <tacit/error.h>

#include "answer.h"

struct given {
	uint16_t n;
	struct value values[FORM_ANSWERS_MAX];	/* texts are ours */
};

struct answers {
	const struct form *f;
	size_t size;			/* at least what it takes encoded */
	struct given *given[FORM_ITEMS_MAX];	/* NULL: none so far */
	bool enabled[FORM_ITEMS_MAX];
};

static void
forget(struct answers *a, struct value *v)
{
	a->size -= form_answer_len(v);
	if (v->kind == VALUE_STRING) {
		sodium_memzero((char *)v->text, strlen(v->text));
		free((char *)v->text);
	}
	sodium_memzero(v, sizeof(*v));
}

/* ---- what is enabled --------------------------------------------------- */

const struct value *
answers_kept(const struct answers *a, uint16_t at, uint16_t i)
{
	const struct given *g = a->given[at];

	return g != NULL && i < g->n ? &g->values[i] : NULL;
}

const struct value *
answers_get(const struct answers *a, uint16_t at, uint16_t i)
{
	return a->enabled[at] ? answers_kept(a, at, i) : NULL;
}

bool
answers_enabled(const struct answers *a, uint16_t at)
{
	return a->enabled[at];
}

static bool
in_order(enum form_operator op, int64_t n, int64_t with)
{
	switch (op) {
	case FORM_GREATER:
		return n > with;
	case FORM_LESS:
		return n < with;
	case FORM_GREATER_OR_EQUAL:
		return n >= with;
	case FORM_LESS_OR_EQUAL:
		return n <= with;
	case FORM_EXISTS:
	case FORM_EQUAL:
	case FORM_NOT_EQUAL:
		break;
	}
	return n == with;
}

/* One answer to ${it} against ${with}. */
static bool
compare(const struct form_item *it, enum form_operator op,
    const struct value *v, const struct value *with)
{
	if (op < FORM_GREATER)
		return value_same(v, with);
	if (v->kind == VALUE_OPTION)
		v = &it->options[v->number].value;
	return v->kind == with->kind && in_order(op, v->number, with->number);
}

bool
answers_hold(const struct answers *a, uint16_t at, enum form_operator op,
    const struct value *with)
{
	const struct value *v = answers_get(a, at, 0);
	bool any = false;
	uint16_t i;

	if (op == FORM_EXISTS)
		return (v != NULL) == (with->number != 0);
	for (i = 0; (v = answers_get(a, at, i)) != NULL; i++)
		any = any || compare(&a->f->items[at], op, v, with);
	return any != (op == FORM_NOT_EQUAL);
}

static bool
is_enabled(const struct answers *a, const struct form_item *it)
{
	const struct form_condition *c;
	bool any = it->n_conditions == 0, all = true, holds;
	uint16_t i, parent;

	if (it->parent >= 0) {
		parent = (uint16_t)it->parent;
		if (!a->enabled[parent] || (it->type != FORM_DISPLAY &&
		    form_is_question(a->f->items[parent].type) &&
		    answers_get(a, parent, 0) == NULL))
			return false;
	}
	for (i = 0; i < it->n_conditions; i++) {
		c = &it->conditions[i];
		holds = answers_hold(a, c->item, c->op, &c->value);
		any = any || holds;
		all = all && holds;
	}
	return it->any ? any : all;
}

/* In an order in which each comes after what it depends on. */
static void
enable(struct answers *a)
{
	uint16_t i, at;

	for (i = 0; i < a->f->n_items; i++) {
		at = a->f->order[i];
		a->enabled[at] = is_enabled(a, &a->f->items[at]);
	}
}

/* ---- giving and taking back -------------------------------------------- */

struct answers *
answers_none(const struct form *f)
{
	struct answers *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->f = f;
	enable(a);
	return a;
}

struct answers *
answers_new(const struct form *f)
{
	struct answers *a = answers_none(f);
	const struct form_item *it;
	struct value v = { .kind = VALUE_OPTION };
	uint16_t at, i;
	int rc = 0;

	if (a == NULL)
		return NULL;
	for (at = 0; at < f->n_items && rc == 0; at++) {
		it = &f->items[at];
		if (it->initial.kind != VALUE_NONE)
			rc = answers_set(a, at, &it->initial, NULL);
		for (i = 0; i < it->n_options && rc == 0; i++) {
			v.number = i;
			if (it->options[i].selected)
				rc = answers_set(a, at, &v, NULL);
		}
	}
	if (rc != 0) {
		answers_free(a);
		return NULL;
	}
	return a;
}

static void
forget_all(struct answers *a, uint16_t at)
{
	struct given *g = a->given[at];

	while (g != NULL && g->n > 0)
		forget(a, &g->values[--g->n]);
}

void
answers_free(struct answers *a)
{
	uint16_t at;

	if (a == NULL)
		return;
	for (at = 0; at < a->f->n_items; at++) {
		forget_all(a, at);
		free(a->given[at]);
	}
	sodium_memzero(a, sizeof(*a));
	free(a);
}

const struct form *
answers_form(const struct answers *a)
{
	return a->f;
}

void
answers_clear(struct answers *a, uint16_t at)
{
	forget_all(a, at);
	enable(a);
}

static bool
is_given(const struct given *g, const struct value *v)
{
	uint16_t i;

	for (i = 0; i < g->n; i++)
		if (value_same(&g->values[i], v))
			return true;
	return false;
}

/* Put a copy of ${v} in its place. */
static int
put(struct answers *a, uint16_t at, const struct value *v)
{
	struct given *g = a->given[at];
	struct value copy = *v;

	if (v->kind == VALUE_STRING && (copy.text = strdup(v->text)) == NULL)
		return TACIT_E_NOMEM;
	if (!a->f->items[at].repeats && g->n > 0)
		forget(a, &g->values[--g->n]);
	g->values[g->n++] = copy;
	a->size += form_answer_len(&copy);
	enable(a);
	return 0;
}

int
answers_set(struct answers *a, uint16_t at, const struct value *v,
    const char **reason)
{
	const struct form_item *it = &a->f->items[at];
	struct value option = { .kind = VALUE_OPTION };
	const char *ignored;

	if (reason == NULL)
		reason = &ignored;
	if (it->type == FORM_OPEN_CHOICE && v->kind == VALUE_STRING &&
	    (option.number = form_option_of(it, v)) >= 0)
		v = &option;
	if (!form_fits(it, v, reason))
		return TACIT_E_ANSWER;
	if (a->given[at] == NULL && (a->given[at] =
	    calloc(1, sizeof(*a->given[at]))) == NULL)
		return TACIT_E_NOMEM;
	if (it->repeats && is_given(a->given[at], v))
		return 0;
	*reason = "is one answer too many";
	if (it->repeats && a->given[at]->n == FORM_ANSWERS_MAX)
		return TACIT_E_ANSWER;
	*reason = "is more than all answers together may be";
	if (a->size + form_answer_len(v) > FORM_ANSWERS_LEN)
		return TACIT_E_ANSWER;
	return put(a, at, v);
}

/* The only option that ${text} can mean, or -1. */
static int
find_option(const struct form_item *it, const char *text)
{
	size_t len = strlen(text);
	struct value v = { .kind = VALUE_STRING, .text = text };
	int found = -1;
	uint16_t i;

	if (it->options[0].value.kind == VALUE_INTEGER &&
	    !value_integer(&v, text, len))
		return -1;
	if (it->options[0].value.kind == VALUE_DATE &&
	    !value_date(&v, text, len))
		return -1;
	for (i = 0; i < it->n_options; i++) {
		if (!value_same(&it->options[i].value, &v))
			continue;
		if (found >= 0)
			return -1;
		found = i;
	}
	return found;
}

/* Read ${text} as what ${it} wants; 1, or 0 if it is none. */
static int
read_text(struct value *v, const struct form_item *it, const char *text)
{
	size_t len = strlen(text);

	memset(v, 0, sizeof(*v));
	switch (form_kind(it->type)) {
	case VALUE_BOOLEAN:
		v->kind = VALUE_BOOLEAN;
		v->number = strcmp(text, "true") == 0;
		return v->number || strcmp(text, "false") == 0;
	case VALUE_INTEGER:
		return value_integer(v, text, len);
	case VALUE_DECIMAL:
		return value_decimal(v, text, len);
	case VALUE_DATE:
		return value_date(v, text, len);
	case VALUE_OPTION:
		v->kind = VALUE_OPTION;
		if ((v->number = find_option(it, text)) >= 0)
			return 1;
		if (it->type != FORM_OPEN_CHOICE)
			return 0;
		break;
	case VALUE_STRING:
		break;
	case VALUE_NONE:
		return 0;
	}
	*v = (struct value){ .kind = VALUE_STRING, .text = text };
	return 1;
}

/* What text that no answer can be read from is not. */
static const char *
is_not(enum form_type type)
{
	switch (type) {
	case FORM_BOOLEAN:
		return "is not true or false";
	case FORM_INTEGER:
		return "is not a whole number";
	case FORM_DECIMAL:
		return "is not a number, as 7 or 1.5";
	case FORM_DATE:
		return "is not a date, as 2026-11-22";
	default:
		return form_is_choice(type) ? "is not among the options" :
		    "is of another kind";
	}
}

int
answers_set_text(struct answers *a, uint16_t at, const char *text,
    const char **reason)
{
	struct value v;

	if (!read_text(&v, &a->f->items[at], text)) {
		if (reason != NULL)
			*reason = is_not(a->f->items[at].type);
		return TACIT_E_ANSWER;
	}
	return answers_set(a, at, &v, reason);
}

/* ---- what is missing --------------------------------------------------- */

static bool
is_answered(const struct answers *a, uint16_t at)
{
	uint16_t end = form_after(a->f, at);

	for (; at < end; at++)
		if (answers_get(a, at, 0) != NULL)
			return true;
	return false;
}

uint16_t
answers_missing(const struct answers *a, uint16_t at)
{
	const struct form_item *it;

	for (; at < a->f->n_items; at++) {
		it = &a->f->items[at];
		if (!it->required || !a->enabled[at])
			continue;
		if (it->type == FORM_GROUP ? !is_answered(a, at) :
		    answers_get(a, at, 0) == NULL)
			return at;
	}
	return a->f->n_items;
}

bool
answers_complete(const struct answers *a)
{
	return answers_missing(a, 0) == a->f->n_items;
}
