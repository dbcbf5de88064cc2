/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of one item; what refers to other items is in form_refs.c. */
#include <string.h>

#include "form_refs.h"

bool
form_is_plain(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	for (; *p != '\0'; p++) {
		if (*p < 0x20 && *p != '\t' && *p != '\n' && *p != '\r')
			return false;
		if (*p == 0x7f || (*p == 0xc2 && p[1] < 0xa0))
			return false;
	}
	return true;
}

/* True for 1 to ${max} plain bytes; ${spaces}: white space is allowed. */
static bool
is_text(const char *text, size_t max, bool spaces)
{
	size_t len;

	if (text == NULL)
		return false;
	len = strlen(text);
	return len >= 1 && len <= max && form_is_plain(text) &&
	    (spaces || strpbrk(text, " \t\r\n") == NULL);
}

/* As FHIR wants codes: no white space around, single blanks within. */
static bool
is_code(const char *text)
{
	return is_text(text, FORM_CODE_MAX, true) && text[0] != ' ' &&
	    text[strlen(text) - 1] != ' ' && strstr(text, "  ") == NULL &&
	    strpbrk(text, "\t\r\n") == NULL;
}

static bool
fits_number(const struct form_item *it, const struct value *v,
    const char **reason)
{
	if (it->min.kind != VALUE_NONE && v->number < it->min.number)
		*reason = "is under the minimum";
	else if (it->max.kind != VALUE_NONE && v->number > it->max.number)
		*reason = "is over the maximum";
	else if (it->has_max_places && v->places > it->max_places)
		*reason = "has too many decimal places";
	else
		return true;
	return false;
}

static bool
fits_words(const struct form_item *it, const struct value *v,
    const char **reason)
{
	if (v->text[0] == '\0')
		*reason = "is empty";
	else if (strlen(v->text) > FORM_STRING_MAX || (it->max_length != 0 &&
	    value_characters(v->text) > it->max_length))
		*reason = "is too long";
	else if (it->type != FORM_TEXT && strpbrk(v->text, "\r\n") != NULL)
		*reason = "has more than one line";
	else if (!form_is_plain(v->text))
		*reason = "has control characters";
	else
		return true;
	return false;
}

bool
form_fits(const struct form_item *it, const struct value *v,
    const char **reason)
{
	const char *ignored;

	if (reason == NULL)
		reason = &ignored;
	*reason = "is of another kind";
	if (!value_is_sound(v) || (v->kind != form_kind(it->type) &&
	    !(it->type == FORM_OPEN_CHOICE && v->kind == VALUE_STRING)))
		return false;
	if (v->kind == VALUE_STRING)
		return fits_words(it, v, reason);
	*reason = "is not among the options";
	if (v->kind == VALUE_OPTION)
		return v->number < it->n_options;
	return fits_number(it, v, reason);
}

static int
check_option(const struct form *f, const struct form_item *it, uint16_t at,
    struct form_problem *why)
{
	const struct form_option *o = &it->options[at], *p;
	bool known = o->coding ? is_code(o->value.text) :
	    o->value.kind != VALUE_STRING ||
	    is_text(o->value.text, FORM_DISPLAY_MAX, true);

	if (!known || !value_is_sound(&o->value) ||
	    (o->display != NULL &&
	    !is_text(o->display, FORM_DISPLAY_MAX, true)))
		return form_refuse(why, it->link_id, "option %u has no value "
		    "that is short enough and plain", at + 1U);
	if (o->coding ? o->system > f->n_systems :
	    o->system != 0 || o->display != NULL)
		return form_refuse(why, it->link_id, "option %u has a code "
		    "system or display without a coding", at + 1U);
	if (o->has_weight && (o->weight.kind != VALUE_DECIMAL ||
	    !value_is_sound(&o->weight) ||
	    o->weight.number > FORM_WEIGHT_MAX * INT64_C(1000000) ||
	    o->weight.number < -FORM_WEIGHT_MAX * INT64_C(1000000)))
		return form_refuse(why, it->link_id,
		    "the ordinal value of option %u is over the limit",
		    at + 1U);

	for (p = it->options; p < o; p++) {
		if (p->value.kind != o->value.kind || p->coding != o->coding)
			return form_refuse(why, it->link_id,
			    "its options are of different kinds");
		if (value_same(&p->value, &o->value) && p->system == o->system)
			return form_refuse(why, it->link_id,
			    "option %u is there twice", at + 1U);
		if (p->selected && o->selected && !it->repeats)
			return form_refuse(why, it->link_id,
			    "several options are selected initially");
	}
	return 0;
}

static int
check_options(const struct form *f, const struct form_item *it,
    struct form_problem *why)
{
	uint16_t i;
	int rc = 0;

	if (!form_is_choice(it->type))
		return it->n_options == 0 ? 0 : form_refuse(why, it->link_id,
		    "answerOption on type %s", form_type_word(it->type));
	if (it->n_options == 0)
		return form_refuse(why, it->link_id, "%s without answerOption",
		    form_type_word(it->type));
	for (i = 0; i < it->n_options && rc == 0; i++)
		rc = check_option(f, it, i, why);
	return rc;
}

/* Bounds of the answers, and the answer that is there from the beginning. */
static int
check_bounds(const struct form_item *it, struct form_problem *why)
{
	enum value_kind kind = form_kind(it->type);
	bool ordered = kind == VALUE_INTEGER || kind == VALUE_DECIMAL ||
	    kind == VALUE_DATE;
	const struct value *bound[] = { &it->min, &it->max };
	const char *reason;
	size_t i;

	for (i = 0; i < 2; i++)
		if (bound[i]->kind != VALUE_NONE && (!ordered ||
		    bound[i]->kind != kind || !value_is_sound(bound[i])))
			return form_refuse(why, it->link_id,
			    "%s does not suit type %s",
			    i == 0 ? "minValue" : "maxValue",
			    form_type_word(it->type));
	if (it->min.kind != VALUE_NONE && it->max.kind != VALUE_NONE &&
	    it->min.number > it->max.number)
		return form_refuse(why, it->link_id, "minValue over maxValue");
	if (it->max_length != 0 && kind != VALUE_STRING &&
	    it->type != FORM_OPEN_CHOICE)
		return form_refuse(why, it->link_id,
		    "maxLength does not suit type %s",
		    form_type_word(it->type));
	if (it->has_max_places && (kind != VALUE_DECIMAL ||
	    it->max_places > VALUE_PLACES_MAX))
		return form_refuse(why, it->link_id,
		    "maxDecimalPlaces does not suit type %s",
		    form_type_word(it->type));

	if (it->initial.kind == VALUE_NONE)
		return 0;
	if (form_is_choice(it->type) || !form_is_question(it->type))
		return form_refuse(why, it->link_id, "initial on type %s",
		    form_type_word(it->type));
	if (!form_fits(it, &it->initial, &reason))
		return form_refuse(why, it->link_id, "initial %s", reason);
	return 0;
}

static int
check_shape(const struct form *f, uint16_t at, struct form_problem *why)
{
	const struct form_item *it = &f->items[at];
	bool parent = at + 1 < f->n_items && it[1].depth > it->depth;

	if (it->type == FORM_GROUP && !parent)
		return form_refuse(why, it->link_id, "group without items");
	if (it->type == FORM_DISPLAY && parent)
		return form_refuse(why, it->link_id, "display with items");
	if (it->type == FORM_DISPLAY && it->required)
		return form_refuse(why, it->link_id, "required display");
	if (it->repeats && !form_is_choice(it->type))
		return form_refuse(why, it->link_id, "repeats on type %s",
		    form_type_word(it->type));
	if (it->parent >= 0 && it->type != FORM_DISPLAY &&
	    f->items[it->parent].repeats)
		return form_refuse(why, it->link_id,
		    "an item beneath a question that repeats");
	return 0;
}

static int
check_item(const struct form *f, uint16_t at, struct form_problem *why)
{
	const struct form_item *it = &f->items[at];
	int rc;

	if (!is_text(it->link_id, FORM_LINK_ID_MAX, true))
		return form_refuse(why, it->link_id,
		    "linkId is not 1 to %d plain bytes", FORM_LINK_ID_MAX);
	if (it->type < FORM_GROUP || it->type > FORM_DATE)
		return form_refuse(why, it->link_id, "no type");
	if (form_find(f, it->link_id) != at)
		return form_refuse(why, it->link_id, "linkId is there twice");
	if (it->text == NULL && it->type == FORM_GROUP)
		;			/* only holds others together */
	else if (!is_text(it->text, FORM_TEXT_MAX, true))
		return form_refuse(why, it->link_id,
		    "text is not 1 to %d plain bytes", FORM_TEXT_MAX);
	if (it->prefix != NULL && !is_text(it->prefix, FORM_PREFIX_MAX, true))
		return form_refuse(why, it->link_id,
		    "prefix is not 1 to %d plain bytes", FORM_PREFIX_MAX);
	if ((rc = check_shape(f, at, why)) != 0 ||
	    (rc = check_options(f, it, why)) != 0)
		return rc;
	return check_bounds(it, why);
}

static int
check_head(const struct form *f, struct form_problem *why)
{
	uint16_t i;

	if (f->url != NULL && (!is_text(f->url, FORM_URL_MAX, false) ||
	    strchr(f->url, '|') != NULL))
		return form_refuse(why, NULL,
		    "url is not 1 to %d plain bytes", FORM_URL_MAX);
	if (f->version != NULL && !is_text(f->version, FORM_VERSION_MAX, false))
		return form_refuse(why, NULL,
		    "version is not 1 to %d plain bytes", FORM_VERSION_MAX);
	if (!is_text(f->title, FORM_TITLE_MAX, true))
		return form_refuse(why, NULL,
		    "title is not 1 to %d plain bytes", FORM_TITLE_MAX);
	for (i = 0; i < f->n_systems; i++)
		if (!is_text(f->systems[i], FORM_URL_MAX, false))
			return form_refuse(why, NULL,
			    "a code system is not 1 to %d plain bytes",
			    FORM_URL_MAX);
	if (f->n_items == 0)
		return form_refuse(why, NULL, "there is no item");
	return 0;
}

int
form_check(struct form *f, struct form_problem *why)
{
	uint16_t i;
	int rc = check_head(f, why);

	for (i = 0; i < f->n_items && rc == 0; i++)
		rc = check_item(f, i, why);
	return rc == 0 ? form_check_refs(f, why) : rc;
}
