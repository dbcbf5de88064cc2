/* SPDX-License-Identifier: Apache-2.0 */
/* Writing; reading is in form_read.c. */
#include <stdlib.h>
#include <string.h>

#include <pb_encode.h>

#include <tacit/error.h>

#include "form_wire.h"
#include "wire_value.h"

/* A form on its way out, part by part. */
struct writer {
	const struct form *f;
	bool whole;			/* with what only the therapist needs */
	tacit_practice_FormPart part;
};

static bool
put_part(pb_ostream_t *s, const pb_field_t *field, struct writer *w)
{
	return pb_encode_tag_for_field(s, field) && pb_encode_submessage(s,
	    tacit_practice_FormPart_fields, &w->part);
}

static bool
put_item(pb_ostream_t *s, const pb_field_t *field, struct writer *w,
    const struct form_item *it)
{
	tacit_practice_Item *m = &w->part.is.item;

	w->part.which_is = tacit_practice_FormPart_item_tag;
	m->type = (uint32_t)it->type;
	m->depth = it->depth;
	m->required = it->required;
	m->repeats = it->repeats;
	m->any = it->any;
	m->max_length = it->max_length;
	m->max_places = it->has_max_places ? it->max_places + 1U : 0;
	m->has_min = wire_put_value(&m->min, &it->min);
	m->has_max = wire_put_value(&m->max, &it->max);
	m->has_initial = wire_put_value(&m->initial, &it->initial);
	return WIRE_PUT(m->link_id, it->link_id) &&
	    WIRE_PUT(m->text, it->text) && WIRE_PUT(m->prefix, it->prefix) &&
	    put_part(s, field, w);
}

static bool
put_options(pb_ostream_t *s, const pb_field_t *field, struct writer *w,
    const struct form_item *it)
{
	tacit_practice_Option *m = &w->part.is.option;
	const struct form_option *o;

	for (o = it->options; o < it->options + it->n_options; o++) {
		w->part.which_is = tacit_practice_FormPart_option_tag;
		m->has_value = wire_put_value(&m->value, &o->value);
		m->coding = o->coding;
		m->system = o->system;
		m->selected = o->selected;
		m->has_weight = w->whole && o->has_weight;
		wire_put_decimal(&m->weight, &o->weight);
		if (!m->has_value || !WIRE_PUT(m->display, o->display) ||
		    !put_part(s, field, w))
			return false;
	}
	return true;
}

static bool
put_conditions(pb_ostream_t *s, const pb_field_t *field, struct writer *w,
    const struct form_item *it)
{
	tacit_practice_Condition *m = &w->part.is.condition;
	uint16_t i;

	for (i = 0; i < it->n_conditions; i++) {
		w->part.which_is = tacit_practice_FormPart_condition_tag;
		m->item = it->conditions[i].item;
		m->op = (uint32_t)it->conditions[i].op;
		m->has_value = wire_put_value(&m->value,
		    &it->conditions[i].value);
		if (!m->has_value || !put_part(s, field, w))
			return false;
	}
	return true;
}

static bool
put_alerts(pb_ostream_t *s, const pb_field_t *field, struct writer *w,
    const struct form_item *it)
{
	tacit_practice_Alert *m = &w->part.is.alert;
	uint16_t i;

	for (i = 0; i < it->n_alerts && w->whole; i++) {
		w->part.which_is = tacit_practice_FormPart_alert_tag;
		m->op = (uint32_t)it->alerts[i].op;
		m->has_value = wire_put_value(&m->value, &it->alerts[i].value);
		if (!m->has_value || !WIRE_PUT(m->label, it->alerts[i].label) ||
		    !put_part(s, field, w))
			return false;
	}
	return true;
}

static bool
put_score(pb_ostream_t *s, const pb_field_t *field, struct writer *w,
    const struct form_score *score)
{
	tacit_practice_Score *m = &w->part.is.score;
	tacit_practice_Band *b = &w->part.is.band;
	uint16_t i;

	w->part.which_is = tacit_practice_FormPart_score_tag;
	m->over = (uint32_t)(score->over + 1);
	if (!WIRE_PUT(m->label, score->label) || !put_part(s, field, w))
		return false;
	for (i = 0; i < score->n_bands; i++) {
		w->part.which_is = tacit_practice_FormPart_band_tag;
		b->has_from = true;
		wire_put_decimal(&b->from, &score->bands[i].from);
		b->alert = score->bands[i].alert;
		if (!WIRE_PUT(b->label, score->bands[i].label) ||
		    !put_part(s, field, w))
			return false;
	}
	return true;
}

static bool
put_parts(pb_ostream_t *s, const pb_field_t *field, void *const *arg)
{
	struct writer *w = *arg;
	const struct form_item *it;
	uint16_t i;

	for (i = 0; i < w->f->n_items; i++) {
		it = &w->f->items[i];
		if (!put_item(s, field, w, it) ||
		    !put_options(s, field, w, it) ||
		    !put_conditions(s, field, w, it) ||
		    !put_alerts(s, field, w, it))
			return false;
	}
	for (i = 0; i < w->f->n_scores && w->whole; i++)
		if (!put_score(s, field, w, &w->f->scores[i]))
			return false;
	return true;
}

static int
put_form(pb_ostream_t *s, struct writer *w)
{
	tacit_practice_Form m = tacit_practice_Form_init_default;
	const struct form *f = w->f;
	uint16_t i;

	m.part.funcs.encode = put_parts;
	m.part.arg = w;
	for (i = 0; i < f->n_systems; i++)
		if (!WIRE_PUT(m.system[i], f->systems[i]))
			return 0;
	m.system_count = f->n_systems;
	return WIRE_PUT(m.url, f->url) && WIRE_PUT(m.version, f->version) &&
	    WIRE_PUT(m.title, f->title) &&
	    pb_encode(s, tacit_practice_Form_fields, &m);
}

int
form_write(uint8_t *out, size_t cap, size_t *len, const struct form *f,
    enum form_for whom, struct form_problem *why)
{
	pb_ostream_t s = pb_ostream_from_buffer(out,
	    cap < FORM_WIRE_MAX ? cap : FORM_WIRE_MAX);
	struct writer *w = calloc(1, sizeof(*w));
	int ok;

	*len = 0;
	if (w == NULL)
		return TACIT_E_NOMEM;
	w->f = f;
	w->whole = whom == FORM_FOR_THERAPIST;
	ok = put_form(&s, w);
	free(w);
	if (!ok)
		return form_refuse(why, NULL,
		    "it takes more than %d bytes to send", FORM_WIRE_MAX);
	*len = s.bytes_written;
	return 0;
}
