/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tacit/error.h>

#include "form_json.h"
#include "form_response.h"

static const int64_t year_10000_ms = INT64_C(253402300800000);

static json_t *
coding(const struct form *f, const struct form_option *o)
{
	return json_pack("{s:s*, s:s, s:s*}", "system",
	    o->system > 0 ? f->systems[o->system - 1] : NULL,
	    "code", o->value.text, "display", o->display);
}

/* One answer: the name of its element, and in ${*out} what it is. */
static const char *
element(json_t **out, const struct form *f, const struct form_item *it,
    const struct value *v)
{
	const struct form_option *o = NULL;
	char date[VALUE_DATE_LEN];

	*out = NULL;
	if (v->kind == VALUE_OPTION) {
		o = &it->options[v->number];
		if (!o->coding)
			v = &o->value;
	}
	switch (v->kind) {
	case VALUE_BOOLEAN:
		*out = json_boolean(v->number != 0);
		return "valueBoolean";
	case VALUE_INTEGER:
		*out = json_integer(v->number);
		return "valueInteger";
	case VALUE_DECIMAL:
		*out = form_json_decimal(v);
		return "valueDecimal";
	case VALUE_DATE:
		value_print_date(date, v);
		*out = json_string(date);
		return "valueDate";
	case VALUE_STRING:
		*out = json_string(v->text);
		return "valueString";
	case VALUE_OPTION:
		*out = coding(f, o);
		return "valueCoding";
	case VALUE_NONE:
		break;
	}
	return "value";
}

static json_t *
answer(const struct form *f, const struct form_item *it,
    const struct value *v)
{
	json_t *o = json_object(), *value;
	const char *name = element(&value, f, it, v);

	if (json_object_set_new(o, name, value) != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

/* The answers at ${at}. */
static int
put_answers(json_t *o, const struct answers *a, uint16_t at)
{
	const struct form *f = answers_form(a);
	const struct value *v = answers_get(a, at, 0);
	json_t *list;
	uint16_t i;

	if (v == NULL)
		return 0;
	list = json_array();
	if (json_object_set_new(o, "answer", list) != 0)
		return TACIT_E_NOMEM;
	for (i = 0; (v = answers_get(a, at, i)) != NULL; i++)
		if (json_array_append_new(list,
		    answer(f, &f->items[at], v)) != 0)
			return TACIT_E_NOMEM;
	return 0;
}

/* The list of items in ${o}, made if it is not there; NULL: no memory. */
static json_t *
items_of(json_t *o)
{
	json_t *list = json_object_get(o, "item");

	if (list != NULL)
		return list;
	list = json_array();
	return json_object_set_new(o, "item", list) == 0 ? list : NULL;
}

/*
 * Add the item at ${at} to ${into}; ${*holds} is what holds those beneath it:
 * itself, or its answer, of which there is only one then.
 */
static int
put_item(json_t *into, json_t **holds, const struct answers *a, uint16_t at)
{
	const struct form_item *it = &answers_form(a)->items[at];
	json_t *o = json_pack("{s:s, s:s*}", "linkId", it->link_id,
	    "text", it->text);

	*holds = o;
	if (json_array_append_new(items_of(into), o) != 0)
		return TACIT_E_NOMEM;
	if (it->type == FORM_GROUP)
		return 0;
	if (put_answers(o, a, at) != 0)
		return TACIT_E_NOMEM;
	*holds = json_array_get(json_object_get(o, "answer"), 0);
	return 0;
}

/* All that is enabled: what is beneath an item has a holder for it. */
static int
put_items(json_t *o, const struct answers *a)
{
	const struct form *f = answers_form(a);
	json_t *holds[FORM_DEPTH_MAX + 1] = { o };
	const struct form_item *it;
	uint16_t at;
	int rc = 0;

	for (at = 0; at < f->n_items && rc == 0; at++) {
		it = &f->items[at];
		if (answers_enabled(a, at) && it->type != FORM_DISPLAY)
			rc = put_item(holds[it->depth - 1],
			    &holds[it->depth], a, at);
	}
	return rc;
}

/* url|version, in place; the url alone, or nothing, as far as there is one. */
static json_t *
canonical(const struct form *f)
{
	char text[FORM_URL_MAX + FORM_VERSION_MAX + 2];

	(void)snprintf(text, sizeof(text), "%s%s%s", f->url,
	    f->version != NULL ? "|" : "",
	    f->version != NULL ? f->version : "");
	return json_string(text);
}

static json_t *
response(const struct answers *a, const char *authored)
{
	const struct form *f = answers_form(a);
	json_t *o = json_pack("{s:s}", "resourceType",
	    "QuestionnaireResponse");

	if (o == NULL)
		return NULL;
	if ((f->url != NULL && json_object_set_new(o, "questionnaire",
	    canonical(f)) != 0) ||
	    json_object_set_new(o, "status", json_string(
	    answers_complete(a) ? "completed" : "in-progress")) != 0 ||
	    json_object_set_new(o, "authored", json_string(authored)) != 0 ||
	    put_items(o, a) != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

int
form_response(char **out, const struct answers *a, int64_t authored_ms)
{
	time_t seconds = (time_t)(authored_ms / 1000);
	char authored[40];
	struct tm tm;
	json_t *o;

	*out = NULL;
	if (authored_ms < 0 || authored_ms >= year_10000_ms ||
	    gmtime_r(&seconds, &tm) == NULL ||
	    strftime(authored, sizeof(authored), "%Y-%m-%dT%H:%M:%SZ",
	    &tm) == 0)
		return TACIT_E_INVALID;
	if ((o = response(a, authored)) == NULL)
		return TACIT_E_NOMEM;
	*out = form_json_write(o);
	json_decref(o);
	return *out != NULL ? 0 : TACIT_E_NOMEM;
}
