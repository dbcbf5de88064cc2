/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <pb_decode.h>
#include <sodium.h>

#include <tacit/error.h>

#include "form_wire.h"
#include "wire_value.h"

/*
 * A form on its way in.  What belongs to an item or a score is gathered here
 * and kept with the form when the next one begins.
 */
struct reader {
	struct form *f;
	int rc;				/* why a part was refused */
	struct form_option options[FORM_OPTIONS_MAX];
	struct form_condition conditions[FORM_CONDITIONS_MAX];
	struct form_alert alerts[FORM_ALERTS_MAX];
	struct form_band bands[FORM_BANDS_MAX];
	uint16_t n_options, n_conditions, n_alerts, n_bands;
	tacit_practice_FormPart part;
};

static int
keep(struct form *f, void *out, const void *from, size_t size, size_t n)
{
	void **to = out, *p = NULL;

	if (n > 0) {
		if ((p = form_alloc(f, n * size)) == NULL)
			return TACIT_E_NOMEM;
		memcpy(p, from, n * size);
	}
	*to = p;
	return 0;
}

/* The item that was read last has everything now. */
static int
end_item(struct reader *r)
{
	struct form_item *it;
	int rc;

	if (r->f->n_items == 0)
		return 0;
	it = &r->f->items[r->f->n_items - 1];
	it->n_options = r->n_options;
	it->n_conditions = r->n_conditions;
	it->n_alerts = r->n_alerts;
	r->n_options = r->n_conditions = r->n_alerts = 0;
	if ((rc = keep(r->f, &it->options, r->options, sizeof(*r->options),
	    it->n_options)) != 0 ||
	    (rc = keep(r->f, &it->conditions, r->conditions,
	    sizeof(*r->conditions), it->n_conditions)) != 0)
		return rc;
	return keep(r->f, &it->alerts, r->alerts, sizeof(*r->alerts),
	    it->n_alerts);
}

static int
end_score(struct reader *r)
{
	struct form_score *s;

	if (r->f->n_scores == 0)
		return 0;
	s = &r->f->scores[r->f->n_scores - 1];
	s->n_bands = r->n_bands;
	r->n_bands = 0;
	return keep(r->f, &s->bands, r->bands, sizeof(*r->bands), s->n_bands);
}

/* The place of the nearest item before ${at} that is one level up, or -1. */
static int16_t
find_parent(const struct form *f, int at)
{
	int i;

	for (i = at - 1; i >= 0; i--)
		if (f->items[i].depth < f->items[at].depth)
			break;
	return (int16_t)i;
}

static int
take_item(struct reader *r, const tacit_practice_Item *m)
{
	struct form *f = r->f;
	struct form_item *it;
	int rc = end_item(r);

	if (rc != 0)
		return rc;
	if (f->n_items == FORM_ITEMS_MAX || m->depth < 1 ||
	    m->depth > FORM_DEPTH_MAX || m->depth > (f->n_items > 0 ?
	    f->items[f->n_items - 1].depth + 1U : 1U) ||
	    m->max_places > VALUE_PLACES_MAX + 1)
		return TACIT_E_FORM;
	it = &f->items[f->n_items];
	it->type = m->type <= FORM_DATE ? (enum form_type)m->type : 0;
	it->depth = (uint8_t)m->depth;
	it->parent = find_parent(f, f->n_items++);
	it->required = m->required;
	it->repeats = m->repeats;
	it->any = m->any;
	it->max_length = m->max_length;
	it->has_max_places = m->max_places != 0;
	it->max_places = (uint8_t)(m->max_places - it->has_max_places);
	if ((m->has_min && (rc = wire_take_value(f, &it->min,
	    &m->min)) != 0) || (m->has_max && (rc = wire_take_value(f,
	    &it->max, &m->max)) != 0) || (m->has_initial &&
	    (rc = wire_take_value(f, &it->initial, &m->initial)) != 0) ||
	    (rc = WIRE_KEEP(f, &it->link_id, m->link_id)) != 0 ||
	    (rc = WIRE_KEEP(f, &it->text, m->text)) != 0)
		return rc;
	return WIRE_KEEP(f, &it->prefix, m->prefix);
}

static int
take_option(struct reader *r, const tacit_practice_Option *m)
{
	struct form_option *o = &r->options[r->n_options];
	int rc;

	if (r->n_options == FORM_OPTIONS_MAX || r->f->n_items == 0 ||
	    r->f->n_scores > 0 || m->system > FORM_SYSTEMS_MAX)
		return TACIT_E_FORM;
	r->n_options++;
	memset(o, 0, sizeof(*o));
	o->coding = m->coding;
	o->system = (uint8_t)m->system;
	o->selected = m->selected;
	o->has_weight = m->has_weight;
	if (m->has_weight)
		wire_take_decimal(&o->weight, &m->weight);
	if ((rc = wire_take_value(r->f, &o->value, &m->value)) != 0)
		return rc;
	return WIRE_KEEP(r->f, &o->display, m->display);
}

static int
take_condition(struct reader *r, const tacit_practice_Condition *m)
{
	struct form_condition *c = &r->conditions[r->n_conditions];

	if (r->n_conditions == FORM_CONDITIONS_MAX || r->f->n_items == 0 ||
	    r->f->n_scores > 0 || m->item >= FORM_ITEMS_MAX ||
	    m->op > FORM_LESS_OR_EQUAL)
		return TACIT_E_FORM;
	r->n_conditions++;
	memset(c, 0, sizeof(*c));
	c->item = (uint16_t)m->item;
	c->op = (enum form_operator)m->op;
	return wire_take_value(r->f, &c->value, &m->value);
}

static int
take_alert(struct reader *r, const tacit_practice_Alert *m)
{
	struct form_alert *a = &r->alerts[r->n_alerts];
	int rc;

	if (r->n_alerts == FORM_ALERTS_MAX || r->f->n_items == 0 ||
	    r->f->n_scores > 0 || m->op > FORM_LESS_OR_EQUAL)
		return TACIT_E_FORM;
	r->n_alerts++;
	memset(a, 0, sizeof(*a));
	a->op = (enum form_operator)m->op;
	if ((rc = wire_take_value(r->f, &a->value, &m->value)) != 0)
		return rc;
	return WIRE_KEEP(r->f, &a->label, m->label);
}

static int
take_score(struct reader *r, const tacit_practice_Score *m)
{
	struct form_score *s = &r->f->scores[r->f->n_scores];
	int rc = end_score(r);

	if (rc != 0)
		return rc;
	if (r->f->n_scores == FORM_SCORES_MAX || m->over > FORM_ITEMS_MAX)
		return TACIT_E_FORM;
	r->f->n_scores++;
	s->over = (int16_t)((int)m->over - 1);
	return WIRE_KEEP(r->f, &s->label, m->label);
}

static int
take_band(struct reader *r, const tacit_practice_Band *m)
{
	struct form_band *b = &r->bands[r->n_bands];

	if (r->n_bands == FORM_BANDS_MAX || r->f->n_scores == 0)
		return TACIT_E_FORM;
	r->n_bands++;
	memset(b, 0, sizeof(*b));
	wire_take_decimal(&b->from, &m->from);
	b->alert = m->alert;
	return WIRE_KEEP(r->f, &b->label, m->label);
}

static int
take_part(struct reader *r)
{
	const tacit_practice_FormPart *p = &r->part;

	switch (p->which_is) {
	case tacit_practice_FormPart_item_tag:
		return r->f->n_scores > 0 ? TACIT_E_FORM :
		    take_item(r, &p->is.item);
	case tacit_practice_FormPart_option_tag:
		return take_option(r, &p->is.option);
	case tacit_practice_FormPart_condition_tag:
		return take_condition(r, &p->is.condition);
	case tacit_practice_FormPart_alert_tag:
		return take_alert(r, &p->is.alert);
	case tacit_practice_FormPart_score_tag:
		return take_score(r, &p->is.score);
	case tacit_practice_FormPart_band_tag:
		return take_band(r, &p->is.band);
	default:
		return TACIT_E_FORM;
	}
}

static bool
read_part(pb_istream_t *s, const pb_field_t *field, void **arg)
{
	struct reader *r = *arg;

	(void)field;
	r->part.which_is = 0;
	if (!pb_decode(s, tacit_practice_FormPart_fields, &r->part))
		r->rc = TACIT_E_FORM;
	else
		r->rc = take_part(r);
	return r->rc == 0;
}

static int
read_form(struct reader *r, const uint8_t *in, size_t len)
{
	tacit_practice_Form m = tacit_practice_Form_init_default;
	pb_istream_t s = pb_istream_from_buffer(in, len);
	struct form *f = r->f;
	int rc;

	m.part.funcs.decode = read_part;
	m.part.arg = r;
	if (!pb_decode(&s, tacit_practice_Form_fields, &m))
		return r->rc != 0 ? r->rc : TACIT_E_FORM;
	if ((rc = WIRE_KEEP(f, &f->url, m.url)) != 0 ||
	    (rc = WIRE_KEEP(f, &f->version, m.version)) != 0 ||
	    (rc = WIRE_KEEP(f, &f->title, m.title)) != 0)
		return rc;
	for (; f->n_systems < m.system_count && rc == 0; f->n_systems++)
		rc = WIRE_KEEP(f, &f->systems[f->n_systems],
		    m.system[f->n_systems]);
	if (rc != 0 || (rc = end_item(r)) != 0)
		return rc;
	return end_score(r);
}

/* The bytes are those that form_write() would write. */
static int
check_spelling(const struct form *f, const uint8_t *in, size_t len)
{
	uint8_t *again = malloc(FORM_WIRE_MAX);
	size_t n;
	int rc;

	if (again == NULL)
		return TACIT_E_NOMEM;
	rc = form_write(again, FORM_WIRE_MAX, &n, f, FORM_FOR_THERAPIST, NULL);
	if (rc == 0 && (n != len || sodium_memcmp(again, in, n) != 0))
		rc = TACIT_E_FORM;
	free(again);
	return rc;
}

int
form_read(struct form **out, const uint8_t *in, size_t len,
    struct form_problem *why)
{
	struct reader *r = calloc(1, sizeof(*r));
	int rc = TACIT_E_NOMEM;

	*out = NULL;
	(void)form_refuse(why, NULL, "these bytes are no form");
	if (r == NULL || (r->f = form_new()) == NULL)
		goto out;
	rc = TACIT_E_FORM;
	if (len > FORM_WIRE_MAX || (rc = read_form(r, in, len)) != 0 ||
	    (rc = form_check(r->f, why)) != 0 ||
	    (rc = check_spelling(r->f, in, len)) != 0)
		goto out;
	*out = r->f;
	r->f = NULL;
out:
	if (r != NULL)
		form_free(r->f);
	free(r);
	return rc;
}
