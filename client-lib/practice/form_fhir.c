/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <tacit/error.h>

#include "fhir.h"
#include "form_fhir.h"
#include "form_wire.h"

static int
read_type(struct fhir *q, struct form_item *it, const json_t *o)
{
	const char *word = json_string_value(json_object_get(o, "type"));
	int t;

	if (word == NULL)
		return form_refuse(q->why, q->link_id, "type is missing");
	for (t = FORM_GROUP; t <= FORM_DATE; t++)
		if (strcmp(form_type_word((enum form_type)t), word) == 0) {
			it->type = (enum form_type)t;
			return 0;
		}
	return form_refuse(q->why, q->link_id, "type %.40s is not supported",
	    word);
}

/* All of ${it} but what refers to others. */
static int
read_item(struct fhir *q, struct form_item *it, const json_t *o)
{
	static const char *const names[] = { "+linkId", "+prefix", "+text",
	    "+type", "+enableWhen", "+enableBehavior", "+required",
	    "+repeats", "+readOnly", "+maxLength", "+answerOption",
	    "+initial", "+item", "+extension", "-id", "-definition", "-code",
	    "!answerValueSet", "!modifierExtension", NULL };
	bool read_only = false;
	int rc;

	if ((rc = fhir_text(q, &it->link_id, o, "linkId")) != 0)
		return rc;
	if (it->link_id == NULL)
		return form_refuse(q->why, NULL, "item %d has no linkId",
		    q->f->n_items);
	q->link_id = it->link_id;
	if ((rc = fhir_names(q, o, names, "item")) != 0 ||
	    (rc = fhir_extensions(q, o)) != 0 ||
	    (rc = read_type(q, it, o)) != 0 ||
	    (rc = fhir_text(q, &it->text, o, "text")) != 0 ||
	    (rc = fhir_text(q, &it->prefix, o, "prefix")) != 0 ||
	    (rc = fhir_flag(q, &it->required, o, "required")) != 0 ||
	    (rc = fhir_flag(q, &it->repeats, o, "repeats")) != 0 ||
	    (rc = fhir_flag(q, &read_only, o, "readOnly")) != 0)
		return rc;
	if (read_only)
		return form_refuse(q->why, q->link_id,
		    "readOnly is not supported");
	return fhir_item(q, it, o);
}

static int
add_item(struct fhir *q, const json_t *o, int parent, uint8_t depth)
{
	struct form_item *it = &q->f->items[q->f->n_items];

	if (depth > FORM_DEPTH_MAX)
		return form_refuse(q->why, q->link_id,
		    "more than %d levels of items", FORM_DEPTH_MAX);
	if (q->f->n_items == FORM_ITEMS_MAX)
		return form_refuse(q->why, NULL, "more than %d items",
		    FORM_ITEMS_MAX);
	it->parent = (int16_t)parent;
	it->depth = depth;
	q->json[q->f->n_items++] = o;
	return read_item(q, it, o);
}

/* The items of ${o} and all beneath them, each after its parent. */
static int
read_items(struct fhir *q, const json_t *o)
{
	struct {
		const json_t *list;
		size_t i;
		int parent;
	} level[FORM_DEPTH_MAX + 1], *l;
	uint8_t depth = 0;
	int rc = fhir_list(q, &level[0].list, o, "item");

	level[0].i = 0;
	level[0].parent = -1;
	while (rc == 0) {
		l = &level[depth];
		if (l->i == json_array_size(l->list)) {
			if (depth-- == 0)
				break;
			continue;
		}
		o = json_array_get(l->list, l->i++);
		rc = add_item(q, o, l->parent, ++depth);
		if (rc == 0) {
			level[depth].i = 0;
			level[depth].parent = q->f->n_items - 1;
			rc = fhir_list(q, &level[depth].list, o, "item");
		}
	}
	return rc;
}

static int
read_head(struct fhir *q, const json_t *o)
{
	static const char *const names[] = { "+resourceType", "+url",
	    "+version", "+name", "+title", "+status", "+item", "+extension",
	    "-id", "-meta", "-language", "-text", "-identifier",
	    "-derivedFrom", "-experimental", "-subjectType", "-date",
	    "-publisher", "-contact", "-description", "-useContext",
	    "-jurisdiction", "-purpose", "-copyright", "-approvalDate",
	    "-lastReviewDate", "-effectivePeriod", "-code",
	    "!implicitRules", "!contained", "!modifierExtension", NULL };
	const char *word;
	int rc;

	word = json_string_value(json_object_get(o, "resourceType"));
	if (word == NULL || strcmp(word, "Questionnaire") != 0)
		return form_refuse(q->why, NULL,
		    "resourceType is not Questionnaire");
	if ((rc = fhir_names(q, o, names, "Questionnaire")) != 0 ||
	    (rc = fhir_extensions(q, o)) != 0)
		return rc;
	word = json_string_value(json_object_get(o, "status"));
	if (word == NULL || (strcmp(word, "active") != 0 &&
	    strcmp(word, "draft") != 0))
		return form_refuse(q->why, NULL,
		    "status is neither active nor draft");
	if ((rc = fhir_text(q, &q->f->url, o, "url")) != 0 ||
	    (rc = fhir_text(q, &q->f->version, o, "version")) != 0 ||
	    (rc = fhir_text(q, &q->f->title, o, "name")) != 0)
		return rc;
	return fhir_text(q, &q->f->title, o, "title");
}

static int
read_all(struct fhir *q, const json_t *o)
{
	uint16_t i;
	int rc;

	if ((rc = read_head(q, o)) != 0 ||
	    (rc = read_items(q, o)) != 0)
		return rc;
	for (i = 0; i < q->f->n_items && rc == 0; i++) {
		q->link_id = q->f->items[i].link_id;
		if ((rc = fhir_conditions(q, i)) == 0)
			rc = fhir_alerts(q, i);
	}
	q->link_id = NULL;
	if (rc == 0)
		rc = fhir_scores(q, o);
	return rc == 0 ? form_check(q->f, q->why) : rc;
}

/* It can be sent. */
static int
check_size(const struct form *f, struct form_problem *why)
{
	uint8_t *buf = malloc(FORM_WIRE_MAX);
	size_t len;
	int rc = buf == NULL ? TACIT_E_NOMEM : form_write(buf, FORM_WIRE_MAX,
	    &len, f, FORM_FOR_THERAPIST, why);

	free(buf);
	return rc;
}

int
form_import(struct form **out, const char *text, size_t len,
    struct form_problem *why)
{
	struct fhir q = { .why = why };
	json_t *o = NULL;
	int rc;

	*out = NULL;
	if ((rc = form_json_read(&o, text, len, why)) != 0)
		return rc;
	if ((q.f = form_new()) == NULL)
		rc = TACIT_E_NOMEM;
	else if ((rc = read_all(&q, o)) == 0)
		rc = check_size(q.f, why);
	if (rc == 0) {
		*out = q.f;
		q.f = NULL;
	}
	form_free(q.f);
	json_decref(o);
	return rc;
}
