/* SPDX-License-Identifier: Apache-2.0 */
/* What names items: enableWhen, alerts on answers, scores over groups. */
#include <string.h>

#include <tacit/error.h>

#include "fhir.h"

static int
read_operator(struct fhir *q, enum form_operator *out, const char *word)
{
	int op;

	for (op = FORM_EXISTS; op <= FORM_LESS_OR_EQUAL; op++)
		if (word != NULL && strcmp(word,
		    form_operator_word((enum form_operator)op)) == 0) {
			*out = (enum form_operator)op;
			return 0;
		}
	return form_refuse(q->why, q->link_id, "operator %.20s is not "
	    "supported", word != NULL ? word : "(none)");
}

/* The place of the option of ${it} that is the coding ${v}, or -1. */
static int
find_coding(const struct form *f, const struct form_item *it,
    const struct fhir_value *v)
{
	const struct form_option *o;
	const char *system;
	int i;

	for (i = 0; i < it->n_options; i++) {
		o = &it->options[i];
		system = o->system > 0 ? f->systems[o->system - 1] : NULL;
		if (o->coding && strcmp(o->value.text, v->value.text) == 0 &&
		    (system == NULL) == (v->system == NULL) &&
		    (system == NULL || strcmp(system, v->system) == 0))
			return i;
	}
	return -1;
}

/* ${v} as an answer to the question ${it}: options by their place. */
static int
read_comparison(struct fhir *q, struct value *out, enum form_operator op,
    const struct form_item *it, struct fhir_value *v)
{
	bool ordering = op >= FORM_GREATER;
	int at;

	if (v->value.kind == VALUE_NONE)
		return form_refuse(q->why, q->link_id,
		    "a comparison with %s has no value", it->link_id);
	if (op == FORM_EXISTS)
		return fhir_keep(q, out, &v->value);
	if (form_is_choice(it->type) && !ordering) {
		at = v->coding ? find_coding(q->f, it, v) :
		    form_option_of(it, &v->value);
		if (at >= 0) {
			out->kind = VALUE_OPTION;
			out->number = at;
			return 0;
		}
	}
	if (v->coding)
		return form_refuse(q->why, q->link_id, ordering ?
		    "codings of %s have no order" :
		    "this coding is no option of %s", it->link_id);
	fhir_widen(it->type, &v->value);
	return fhir_keep(q, out, &v->value);
}

static int
read_condition(struct fhir *q, struct form_condition *c, const json_t *o)
{
	static const char *const names[] = { "+question", "+operator",
	    "+answerBoolean", "+answerDecimal", "+answerInteger",
	    "+answerDate", "+answerString", "+answerCoding", "-extension",
	    "-id", "!answerDateTime", "!answerTime", "!answerQuantity",
	    "!answerReference", "!modifierExtension", NULL };
	const char *question, *word;
	struct fhir_value v;
	int rc, at;

	if ((rc = fhir_names(q, o, names, "enableWhen")) != 0 ||
	    (rc = fhir_value(q, &v, o, "answer", "enableWhen")) != 0)
		return rc;
	word = json_string_value(json_object_get(o, "operator"));
	question = json_string_value(json_object_get(o, "question"));
	if ((rc = read_operator(q, &c->op, word)) != 0)
		return rc;
	if (question == NULL || (at = form_find(q->f, question)) < 0 ||
	    !form_is_question(q->f->items[at].type))
		return form_refuse(q->why, q->link_id,
		    "enableWhen does not name a question: %.70s",
		    question != NULL ? question : "(none)");
	c->item = (uint16_t)at;
	return read_comparison(q, &c->value, c->op, &q->f->items[at], &v);
}

int
fhir_conditions(struct fhir *q, uint16_t at)
{
	struct form_item *it = &q->f->items[at];
	const json_t *list, *behavior;
	const char *word;
	size_t n, i;
	int rc;

	behavior = json_object_get(q->json[at], "enableBehavior");
	word = json_string_value(behavior);
	if ((rc = fhir_list(q, &list, q->json[at], "enableWhen")) != 0)
		return rc;
	if ((n = json_array_size(list)) > FORM_CONDITIONS_MAX)
		return form_refuse(q->why, q->link_id,
		    "more than %d conditions in enableWhen",
		    FORM_CONDITIONS_MAX);
	if (behavior != NULL ? word == NULL || (strcmp(word, "any") != 0 &&
	    strcmp(word, "all") != 0) : n > 1)
		return form_refuse(q->why, q->link_id,
		    "enableBehavior is neither any nor all");
	if (n == 0)
		return 0;
	if ((it->conditions = form_alloc(q->f,
	    n * sizeof(*it->conditions))) == NULL)
		return TACIT_E_NOMEM;
	it->n_conditions = (uint16_t)n;
	it->any = n > 1 && strcmp(word, "any") == 0;
	for (i = 0; i < n && rc == 0; i++)
		rc = read_condition(q, &it->conditions[i],
		    json_array_get(list, i));
	return rc;
}

/* The part of one of our own extensions that is called ${name}. */
static int
part(struct fhir *q, const json_t *e, const char *name, enum value_kind kind,
    struct fhir_value *out, const char *what)
{
	const json_t *p;
	int rc = fhir_extension(q, &p, e, name);

	memset(out, 0, sizeof(*out));
	if (rc == 0 && p != NULL)
		rc = fhir_value(q, out, p, "value", what);
	if (rc != 0 || p == NULL)
		return rc;
	if (kind != VALUE_NONE && out->value.kind != kind)
		return form_refuse(q->why, q->link_id, "%s: %s is of another "
		    "type", what, name);
	return 0;
}

/* How many of the extensions of ${o} have ${url}; each in turn. */
static const json_t *
nth(const json_t *o, const char *url, size_t n)
{
	const char *its;
	json_t *e;
	size_t i;

	json_array_foreach(json_object_get(o, "extension"), i, e) {
		its = json_string_value(json_object_get(e, "url"));
		if (its != NULL && strcmp(its, url) == 0 && n-- == 0)
			return e;
	}
	return NULL;
}

/* Our extensions have no parts but these. */
static int
known_parts(struct fhir *q, const json_t *e, const char *const *names,
    const char *what)
{
	const char *const *n;
	const char *url;
	json_t *p;
	size_t i;

	json_array_foreach(json_object_get(e, "extension"), i, p) {
		url = json_string_value(json_object_get(p, "url"));
		for (n = names; *n != NULL; n++)
			if (url != NULL && strcmp(*n, url) == 0)
				break;
		if (*n == NULL)
			return form_refuse(q->why, q->link_id,
			    "%s has no part %.40s", what, url);
	}
	return 0;
}

static int
keep_label(struct fhir *q, const char **out, const struct fhir_value *v,
    const char *what)
{
	if (v->value.kind != VALUE_STRING)
		return form_refuse(q->why, q->link_id, "%s has no label",
		    what);
	*out = form_keep(q->f, v->value.text, strlen(v->value.text));
	return *out != NULL ? 0 : TACIT_E_NOMEM;
}

static int
read_alert(struct fhir *q, struct form_alert *a, const struct form_item *it,
    const json_t *e)
{
	static const char *const parts[] = { "operator", "value", "label",
	    NULL };
	struct fhir_value op, v, label;
	int rc;

	if ((rc = known_parts(q, e, parts, "alert")) != 0 ||
	    (rc = part(q, e, "operator", VALUE_STRING, &op, "alert")) != 0 ||
	    (rc = part(q, e, "value", VALUE_NONE, &v, "alert")) != 0 ||
	    (rc = part(q, e, "label", VALUE_STRING, &label, "alert")) != 0 ||
	    (rc = read_operator(q, &a->op, op.value.text)) != 0 ||
	    (rc = keep_label(q, &a->label, &label, "alert")) != 0)
		return rc;
	return read_comparison(q, &a->value, a->op, it, &v);
}

int
fhir_alerts(struct fhir *q, uint16_t at)
{
	static const char url[] = FHIR_OURS "alert";
	struct form_item *it = &q->f->items[at];
	uint16_t n = 0, i;
	int rc = 0;

	while (nth(q->json[at], url, n) != NULL)
		if (++n > FORM_ALERTS_MAX)
			return form_refuse(q->why, q->link_id,
			    "more than %d alerts", FORM_ALERTS_MAX);
	if (n == 0)
		return 0;
	if ((it->alerts = form_alloc(q->f, n * sizeof(*it->alerts))) == NULL)
		return TACIT_E_NOMEM;
	it->n_alerts = n;
	for (i = 0; i < n && rc == 0; i++)
		rc = read_alert(q, &it->alerts[i], it,
		    nth(q->json[at], url, i));
	return rc;
}

static int
read_band(struct fhir *q, struct form_band *b, const json_t *e)
{
	static const char *const parts[] = { "from", "label", "alert", NULL };
	struct fhir_value from, label, alert;
	int rc;

	if ((rc = known_parts(q, e, parts, "band")) != 0 ||
	    (rc = part(q, e, "from", VALUE_DECIMAL, &from, "band")) != 0 ||
	    (rc = part(q, e, "label", VALUE_STRING, &label, "band")) != 0 ||
	    (rc = part(q, e, "alert", VALUE_BOOLEAN, &alert, "band")) != 0)
		return rc;
	b->from = from.value;
	b->alert = alert.value.number != 0;
	return keep_label(q, &b->label, &label, "band");
}

static int
read_bands(struct fhir *q, struct form_score *s, const json_t *e)
{
	uint16_t n = 0, i;
	int rc = 0;

	while (nth(e, "band", n) != NULL)
		if (++n > FORM_BANDS_MAX)
			return form_refuse(q->why, NULL,
			    "score %.64s: more than %d bands", s->label,
			    FORM_BANDS_MAX);
	if (n == 0)
		return 0;
	if ((s->bands = form_alloc(q->f, n * sizeof(*s->bands))) == NULL)
		return TACIT_E_NOMEM;
	s->n_bands = n;
	for (i = 0; i < n && rc == 0; i++)
		rc = read_band(q, &s->bands[i], nth(e, "band", i));
	return rc;
}

static int
read_score(struct fhir *q, struct form_score *s, const json_t *e)
{
	static const char *const parts[] = { "label", "over", "band", NULL };
	struct fhir_value label, over;
	int rc, at = -1;

	if ((rc = known_parts(q, e, parts, "score")) != 0 ||
	    (rc = part(q, e, "label", VALUE_STRING, &label, "score")) != 0 ||
	    (rc = part(q, e, "over", VALUE_STRING, &over, "score")) != 0 ||
	    (rc = keep_label(q, &s->label, &label, "score")) != 0)
		return rc;
	if (over.value.kind != VALUE_NONE && ((at = form_find(q->f,
	    over.value.text)) < 0 || q->f->items[at].type != FORM_GROUP))
		return form_refuse(q->why, NULL,
		    "score %.64s is not over a group", s->label);
	s->over = (int16_t)at;
	return read_bands(q, s, e);
}

int
fhir_scores(struct fhir *q, const json_t *root)
{
	static const char url[] = FHIR_OURS "score";
	uint16_t n = 0, i;
	int rc = 0;

	while (nth(root, url, n) != NULL)
		if (++n > FORM_SCORES_MAX)
			return form_refuse(q->why, NULL,
			    "more than %d scores", FORM_SCORES_MAX);
	q->f->n_scores = n;
	for (i = 0; i < n && rc == 0; i++)
		rc = read_score(q, &q->f->scores[i], nth(root, url, i));
	return rc;
}
