/* SPDX-License-Identifier: Apache-2.0 */
/* Options, bounds and the initial answer of one item. */
#include <string.h>

#include <tacit/error.h>

#include "fhir.h"

/* The place of ${url} among the code systems, from 1; 0: no memory or room. */
static uint8_t
system_place(struct form *f, const char *url)
{
	uint16_t i;

	for (i = 0; i < f->n_systems; i++)
		if (strcmp(f->systems[i], url) == 0)
			return (uint8_t)(i + 1);
	if (f->n_systems == FORM_SYSTEMS_MAX ||
	    (f->systems[i] = form_keep(f, url, strlen(url))) == NULL)
		return 0;
	return (uint8_t)++f->n_systems;
}

/* The ordinal that stands on ${o}, if any. */
static int
read_weight(struct fhir *q, struct form_option *opt, const json_t *o)
{
	static const char *const urls[] = { FHIR_EXTENSION "ordinalValue",
	    FHIR_EXTENSION "itemWeight" };
	struct fhir_value v;
	struct value decimal;
	const json_t *e;
	size_t i;
	int rc;

	for (i = 0; i < 2; i++) {
		if ((rc = fhir_extension(q, &e, o, urls[i])) != 0)
			return rc;
		if (e == NULL)
			continue;
		if ((rc = fhir_value(q, &v, e, "value", "an ordinal")) != 0)
			return rc;
		decimal = v.value;
		if (decimal.kind != VALUE_DECIMAL)
			return form_refuse(q->why, q->link_id,
			    "an ordinal is not a valueDecimal");
		if (opt->has_weight && !value_same(&opt->weight, &decimal))
			return form_refuse(q->why, q->link_id,
			    "an option has two ordinals");
		opt->has_weight = true;
		opt->weight = decimal;
	}
	return 0;
}

/* It may stand on the option, on its coding, or beside a simple value. */
static int
find_weight(struct fhir *q, struct form_option *opt, const json_t *o)
{
	static const char *const names[] = { "valueCoding", "_valueString",
	    "_valueInteger", "_valueDate" };
	size_t i;
	int rc = read_weight(q, opt, o);

	for (i = 0; i < 4 && rc == 0; i++)
		rc = read_weight(q, opt, json_object_get(o, names[i]));
	return rc;
}

static int
read_option(struct fhir *q, struct form_option *opt, const json_t *o)
{
	static const char *const names[] = { "+valueCoding", "+valueString",
	    "+valueInteger", "+valueDate", "+initialSelected", "+extension",
	    "-id", "!valueTime", "!valueReference", "!modifierExtension",
	    NULL };
	struct fhir_value v;
	int rc;

	if ((rc = fhir_names(q, o, names, "answerOption")) != 0 ||
	    (rc = fhir_value(q, &v, o, "value", "answerOption")) != 0 ||
	    (rc = fhir_flag(q, &opt->selected, o, "initialSelected")) != 0 ||
	    (rc = fhir_keep(q, &opt->value, &v.value)) != 0)
		return rc;
	opt->coding = v.coding;
	if (v.system != NULL &&
	    (opt->system = system_place(q->f, v.system)) == 0)
		return q->f->n_systems < FORM_SYSTEMS_MAX ? TACIT_E_NOMEM :
		    form_refuse(q->why, q->link_id,
		    "more than %d code systems", FORM_SYSTEMS_MAX);
	if (v.display != NULL && (opt->display = form_keep(q->f, v.display,
	    strlen(v.display))) == NULL)
		return TACIT_E_NOMEM;
	return find_weight(q, opt, o);
}

static int
read_options(struct fhir *q, struct form_item *it, const json_t *o)
{
	const json_t *list;
	size_t i, n;
	int rc;

	if ((rc = fhir_list(q, &list, o, "answerOption")) != 0)
		return rc;
	if ((n = json_array_size(list)) > FORM_OPTIONS_MAX)
		return form_refuse(q->why, q->link_id, "more than %d options",
		    FORM_OPTIONS_MAX);
	if (n == 0)
		return 0;
	if ((it->options = form_alloc(q->f, n * sizeof(*it->options))) == NULL)
		return TACIT_E_NOMEM;
	it->n_options = (uint16_t)n;
	for (i = 0; i < n && rc == 0; i++)
		rc = read_option(q, &it->options[i], json_array_get(list, i));
	return rc;
}

/* The value of an extension about the item, if it is there. */
static int
read_bound(struct fhir *q, struct value *out, const json_t *o,
    const char *url, const char *what)
{
	struct fhir_value v;
	const json_t *e;
	int rc = fhir_extension(q, &e, o, url);

	if (rc != 0 || e == NULL)
		return rc;
	if ((rc = fhir_value(q, &v, e, "value", what)) != 0)
		return rc;
	if (v.value.kind == VALUE_NONE || v.value.kind == VALUE_STRING)
		return form_refuse(q->why, q->link_id, "%s has no value",
		    what);
	*out = v.value;
	return 0;
}

static int
read_lengths(struct fhir *q, struct form_item *it, const json_t *o)
{
	const json_t *length = json_object_get(o, "maxLength");
	struct value places = { .kind = VALUE_NONE };
	int rc = read_bound(q, &places, o, FHIR_EXTENSION "maxDecimalPlaces",
	    "maxDecimalPlaces");

	if (rc != 0)
		return rc;
	if (length != NULL) {
		if (!json_is_integer(length) ||
		    json_integer_value(length) < 1 ||
		    json_integer_value(length) > INT32_MAX)
			return form_refuse(q->why, q->link_id,
			    "maxLength is not a number of characters");
		it->max_length = (uint32_t)json_integer_value(length);
	}
	if (places.kind == VALUE_NONE)
		return 0;
	if (places.kind != VALUE_INTEGER || places.number < 0)
		return form_refuse(q->why, q->link_id,
		    "maxDecimalPlaces is not a valueInteger");
	it->has_max_places = true;
	it->max_places = (uint8_t)(places.number < VALUE_PLACES_MAX ?
	    places.number : VALUE_PLACES_MAX);
	return 0;
}

static int
read_initial(struct fhir *q, struct form_item *it, const json_t *o)
{
	static const char *const names[] = { "+valueBoolean", "+valueDecimal",
	    "+valueInteger", "+valueDate", "+valueString", "+valueCoding",
	    "-extension", "-id", "!valueDateTime", "!valueTime", "!valueUri",
	    "!valueAttachment", "!valueQuantity", "!valueReference",
	    "!modifierExtension", NULL };
	struct fhir_value v;
	const json_t *list;
	int rc;

	if ((rc = fhir_list(q, &list, o, "initial")) != 0 || list == NULL)
		return rc;
	if (json_array_size(list) > 1)
		return form_refuse(q->why, q->link_id,
		    "several initial values");
	list = json_array_get(list, 0);
	if ((rc = fhir_names(q, list, names, "initial")) != 0 ||
	    (rc = fhir_value(q, &v, list, "value", "initial")) != 0)
		return rc;
	if (v.value.kind == VALUE_NONE || v.coding)
		return form_refuse(q->why, q->link_id,
		    "initial has no value that suits type %s",
		    form_type_word(it->type));
	return fhir_keep(q, &it->initial, &v.value);
}

void
fhir_widen(enum form_type type, struct value *v)
{
	if (type != FORM_DECIMAL || v->kind != VALUE_INTEGER)
		return;
	v->kind = VALUE_DECIMAL;
	v->number *= 1000000;
}

int
fhir_item(struct fhir *q, struct form_item *it, const json_t *o)
{
	int rc;

	if ((rc = read_options(q, it, o)) != 0 ||
	    (rc = read_bound(q, &it->min, o, FHIR_EXTENSION "minValue",
	    "minValue")) != 0 ||
	    (rc = read_bound(q, &it->max, o, FHIR_EXTENSION "maxValue",
	    "maxValue")) != 0 ||
	    (rc = read_lengths(q, it, o)) != 0)
		return rc;
	fhir_widen(it->type, &it->min);
	fhir_widen(it->type, &it->max);
	return read_initial(q, it, o);
}
