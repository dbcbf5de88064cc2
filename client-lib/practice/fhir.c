/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <tacit/error.h>

#include "fhir.h"

int
fhir_names(struct fhir *q, const json_t *o, const char *const *names,
    const char *what)
{
	const char *const *n;
	const char *name;
	json_t *unused;

	if (!json_is_object(o))
		return form_refuse(q->why, q->link_id, "%s is not an object",
		    what);
	json_object_foreach((json_t *)o, name, unused) {
		for (n = names; *n != NULL; n++)
			if (strcmp(*n + 1, name + (name[0] == '_')) == 0)
				break;
		if (*n == NULL)
			return form_refuse(q->why, q->link_id,
			    "%s has no element %s", what, name);
		if ((*n)[0] == '!')
			return form_refuse(q->why, q->link_id,
			    "%s is not supported", name);
	}
	return 0;
}

/* Extensions, by the end of their URL, that change what is asked. */
static const char *const meaningful[] = {
	"answerExpression", "answerOptionsToggleExpression",
	"assemble-expectation", "assembleContext", "calculatedExpression",
	"candidateExpression", "contextExpression", "cqf-calculatedValue",
	"cqf-expression", "enableWhenExpression", "initialExpression",
	"isSubject", "itemPopulationContext", "launchContext", "maxOccurs",
	"maxQuantity", "minLength", "minOccurs", "minQuantity", "regex",
	"questionnaire-baseType", "questionnaire-constraint",
	"questionnaire-hidden", "questionnaire-maxOccurs",
	"questionnaire-minOccurs", "questionnaire-optionExclusive",
	"questionnaire-signatureRequired", "questionnaire-unit",
	"questionnaire-unitOption", "questionnaire-unitValueSet",
	"questionnaire-usageMode", "sourceQueries", "sourceStructureMap",
	"subQuestionnaire", "targetConstraint", "unitOpen",
	"unitSupplementalSystem", "variable", NULL
};

static const char *
last_word(const char *url)
{
	static const char sdc[] = "sdc-questionnaire-";
	const char *slash = strrchr(url, '/');
	const char *word = slash != NULL ? slash + 1 : url;

	if (strncmp(word, sdc, sizeof(sdc) - 1) == 0)
		word += sizeof(sdc) - 1;
	return word;
}

/* One of ours that is not read here would be an alert that nobody hears. */
static bool
is_lost(const struct fhir *q, const char *url, bool top)
{
	if (strncmp(url, FHIR_OURS, sizeof(FHIR_OURS) - 1) != 0)
		return false;
	return !top || strcmp(url, q->link_id != NULL ? FHIR_OURS "alert" :
	    FHIR_OURS "score") != 0;
}

/* ${top}: it is of the item, or the questionnaire, itself. */
static int
one_extension(struct fhir *q, const json_t *e, bool top)
{
	const char *url = json_string_value(json_object_get(e, "url"));
	const char *const *m;

	if (url == NULL)
		return form_refuse(q->why, q->link_id,
		    "an extension without url");
	if (is_lost(q, url, top))
		return form_refuse(q->why, q->link_id,
		    "extension %.40s means nothing here", url);
	for (m = meaningful; *m != NULL; m++)
		if (strcmp(last_word(url), *m) == 0)
			return form_refuse(q->why, q->link_id,
			    "extension %s is not supported", last_word(url));
	return 0;
}

/* What the element ${name} may not be. */
static int
one_element(struct fhir *q, const char *name, const json_t *value, bool top)
{
	size_t i;
	int rc = 0;

	if (strcmp(name, "modifierExtension") == 0)
		return form_refuse(q->why, q->link_id,
		    "modifierExtension is not supported");
	if (strcmp(name, "extension") != 0)
		return 0;
	if (!json_is_array(value))
		return form_refuse(q->why, q->link_id,
		    "extension is not a list");
	for (i = 0; i < json_array_size(value) && rc == 0; i++)
		rc = one_extension(q, json_array_get(value, i), top);
	return rc;
}

/* A list or an object, and how far it was looked through. */
struct place {
	json_t *o;
	size_t i;
	void *member;
};

static struct place
begin(json_t *o)
{
	struct place p = { o, 0, json_object_iter(o) };

	return p;
}

/* The next of what is in it, or NULL; ${*name} is NULL in a list. */
static json_t *
next(struct place *p, const char **name)
{
	json_t *value;

	*name = NULL;
	if (json_is_array(p->o))
		return json_array_get(p->o, p->i++);
	if (p->member == NULL)
		return NULL;
	*name = json_object_iter_key(p->member);
	value = json_object_iter_value(p->member);
	p->member = json_object_iter_next(p->o, p->member);
	return value;
}

int
fhir_extensions(struct fhir *q, const json_t *o)
{
	struct place way[FORM_JSON_DEPTH];	/* from ${o} down */
	const char *name;
	json_t *value;
	size_t n = 0;
	int rc;

	way[n++] = begin((json_t *)o);
	while (n > 0) {
		if ((value = next(&way[n - 1], &name)) == NULL) {
			n--;
			continue;
		}
		if (name != NULL && strcmp(name, "item") == 0)
			continue;
		if (name != NULL && (rc = one_element(q, name, value,
		    n == 1)) != 0)
			return rc;
		if (json_is_object(value) || json_is_array(value))
			way[n++] = begin(value);
	}
	return 0;
}

int
fhir_extension(struct fhir *q, const json_t **out, const json_t *o,
    const char *url)
{
	json_t *e;
	const char *its;
	size_t i;

	*out = NULL;
	json_array_foreach(json_object_get(o, "extension"), i, e) {
		its = json_string_value(json_object_get(e, "url"));
		if (its == NULL || strcmp(its, url) != 0)
			continue;
		if (*out != NULL)
			return form_refuse(q->why, q->link_id,
			    "extension %s is there twice", last_word(url));
		*out = e;
	}
	return 0;
}

static int
read_coding(struct fhir *q, struct fhir_value *out, const json_t *o,
    const char *what)
{
	static const char *const names[] = { "+system", "+code", "+display",
	    "+extension", "-id", "-version", "-userSelected", NULL };
	const json_t *code = json_object_get(o, "code");
	const json_t *system = json_object_get(o, "system");
	const json_t *display = json_object_get(o, "display");
	int rc;

	if ((rc = fhir_names(q, o, names, "Coding")) != 0)
		return rc;
	if (!json_is_string(code) ||
	    (system != NULL && !json_is_string(system)) ||
	    (display != NULL && !json_is_string(display)))
		return form_refuse(q->why, q->link_id,
		    "%s is not a Coding with a code", what);
	out->coding = true;
	out->object = o;
	out->value.kind = VALUE_STRING;
	out->value.text = json_string_value(code);
	out->system = json_string_value(system);
	out->display = json_string_value(display);
	return 0;
}

/* Read ${v} as ${type}; 1, 0 if it is none, or an error. */
static int
read_type(struct fhir *q, struct fhir_value *out, const json_t *v,
    const char *type, const char *what)
{
	const char *text = json_string_value(v);
	int rc;

	if (strcmp(type, "Coding") == 0)
		return (rc = read_coding(q, out, v, what)) == 0 ? 1 : rc;
	if (strcmp(type, "Decimal") == 0)
		return form_json_number(&out->value, v);
	if (strcmp(type, "Date") == 0)
		return text != NULL &&
		    value_date(&out->value, text, strlen(text));
	if (strcmp(type, "String") == 0 && text != NULL && text[0] != '\1') {
		out->value.kind = VALUE_STRING;
		out->value.text = text;
	} else if (strcmp(type, "Boolean") == 0 && json_is_boolean(v)) {
		out->value.kind = VALUE_BOOLEAN;
		out->value.number = json_is_true(v);
	} else if (strcmp(type, "Integer") == 0 && json_is_integer(v)) {
		out->value.kind = VALUE_INTEGER;
		out->value.number = json_integer_value(v);
	}
	return value_is_sound(&out->value);
}

int
fhir_value(struct fhir *q, struct fhir_value *out, const json_t *o,
    const char *prefix, const char *what)
{
	static const char *const types[] = { "Boolean", "Integer", "Decimal",
	    "Date", "String", "Coding", NULL };
	size_t n = strlen(prefix);
	const char *const *t, *name;
	json_t *v;
	int rc;

	memset(out, 0, sizeof(*out));
	json_object_foreach((json_t *)o, name, v) {
		if (strncmp(name, prefix, n) != 0)
			continue;
		if (out->value.kind != VALUE_NONE)
			return form_refuse(q->why, q->link_id,
			    "%s has two values", what);
		for (t = types; *t != NULL; t++)
			if (strcmp(*t, name + n) == 0)
				break;
		if (*t == NULL)
			return form_refuse(q->why, q->link_id,
			    "%s of %s is not supported", name, what);
		if ((rc = read_type(q, out, v, *t, what)) < 0)
			return rc;
		if (rc == 0)
			return form_refuse(q->why, q->link_id,
			    "%s of %s is not a value that fits", name, what);
	}
	return 0;
}

int
fhir_text(struct fhir *q, const char **out, const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);
	const char *text = json_string_value(v);

	if (v == NULL)
		return 0;
	if (text == NULL || text[0] == '\1')
		return form_refuse(q->why, q->link_id, "%s is not a string",
		    name);
	*out = form_keep(q->f, text, strlen(text));
	return *out != NULL ? 0 : TACIT_E_NOMEM;
}

int
fhir_flag(struct fhir *q, bool *out, const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	if (v != NULL && !json_is_boolean(v))
		return form_refuse(q->why, q->link_id, "%s is not a boolean",
		    name);
	if (v != NULL)
		*out = json_is_true(v);
	return 0;
}

int
fhir_keep(struct fhir *q, struct value *out, const struct value *v)
{
	*out = *v;
	if (v->kind == VALUE_STRING &&
	    (out->text = form_keep(q->f, v->text, strlen(v->text))) == NULL)
		return TACIT_E_NOMEM;
	return 0;
}

int
fhir_list(struct fhir *q, const json_t **out, const json_t *o,
    const char *name)
{
	*out = json_object_get(o, name);
	if (*out != NULL && (!json_is_array(*out) ||
	    json_array_size(*out) == 0))
		return form_refuse(q->why, q->link_id,
		    "%s is not a list with elements", name);
	return 0;
}
