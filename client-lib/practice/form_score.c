/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "form_score.h"

static bool
is_weighed(const struct form_item *it)
{
	uint16_t i;

	for (i = 0; i < it->n_options; i++)
		if (it->options[i].has_weight)
			return true;
	return false;
}

static void
add(struct value *sum, const struct value *weight)
{
	sum->number += weight->number;
	if (weight->places > sum->places)
		sum->places = weight->places;
}

/* What the ordinals of ${it}, which was not answered, could have added. */
static void
widen(struct form_sum *sum, const struct form_item *it)
{
	int64_t least = 0, most = 0, n;
	const struct form_option *o;
	uint16_t i;

	for (i = 0; i < it->n_options; i++) {
		o = &it->options[i];
		n = o->has_weight ? o->weight.number : 0;
		if (it->repeats) {
			least += n < 0 ? n : 0;
			most += n > 0 ? n : 0;
			continue;
		}
		if (n < least || (i == 0 && it->type == FORM_CHOICE))
			least = n;
		if (n > most || (i == 0 && it->type == FORM_CHOICE))
			most = n;
	}
	sum->least += least;
	sum->most += most;
}

void
form_sum(struct form_sum *out, const struct answers *a, int over)
{
	const struct form *f = answers_form(a);
	uint16_t at = over < 0 ? 0 : (uint16_t)over, i;
	uint16_t end = over < 0 ? f->n_items : form_after(f, at);
	const struct form_option *o;
	const struct value *v;

	memset(out, 0, sizeof(*out));
	out->sum.kind = VALUE_DECIMAL;
	for (; at < end; at++) {
		if (!answers_enabled(a, at) || !is_weighed(&f->items[at]))
			continue;
		out->of++;
		if (answers_get(a, at, 0) != NULL)
			out->answered++;
		else
			widen(out, &f->items[at]);
		for (i = 0; (v = answers_get(a, at, i)) != NULL; i++) {
			if (v->kind != VALUE_OPTION)
				continue;
			o = &f->items[at].options[v->number];
			if (o->has_weight)
				add(&out->sum, &o->weight);
		}
	}
	out->least += out->sum.number;
	out->most += out->sum.number;
}

const struct form_band *
form_band(const struct form_score *s, const struct form_sum *sum)
{
	const struct form_band *in = NULL;
	uint16_t i;

	if (sum->answered < sum->of)
		return NULL;
	for (i = 0; i < s->n_bands; i++)
		if (sum->sum.number >= s->bands[i].from.number)
			in = &s->bands[i];
	return in;
}

/*
 * The band of which somebody is to be told.  With a question left out it is
 * the lowest that the score can be in, if all of these are such bands: what
 * was answered is enough then, and nobody is spared by leaving out the rest.
 */
static const struct form_band *
alert_band(const struct form_score *s, const struct form_sum *sum)
{
	const struct form_band *in = NULL;
	uint16_t i;

	for (i = 0; i < s->n_bands && sum->most >= s->bands[i].from.number;
	    i++) {
		if (sum->least >= s->bands[i].from.number)
			in = &s->bands[i];
		else if (!s->bands[i].alert)
			return NULL;
	}
	return in != NULL && in->alert ? in : NULL;
}

/* True if an alert of the item at ${at} holds. */
static bool
alerts(const struct answers *a, uint16_t at, const struct form_alert *alert)
{
	if (!answers_enabled(a, at) || (alert->op != FORM_EXISTS &&
	    answers_get(a, at, 0) == NULL))
		return false;
	return answers_hold(a, at, alert->op, &alert->value);
}

int
form_told(struct form_told *out, const struct answers *a, unsigned int n)
{
	const struct form *f = answers_form(a);
	struct form_sum sum;
	uint16_t at, i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < f->n_scores; i++) {
		out->score = &f->scores[i];
		form_sum(&sum, a, out->score->over);
		out->band = alert_band(out->score, &sum);
		if (out->band != NULL && n-- == 0)
			return 1;
	}
	memset(out, 0, sizeof(*out));
	for (at = 0; at < f->n_items; at++)
		for (i = 0; i < f->items[at].n_alerts; i++) {
			if (!alerts(a, at, &f->items[at].alerts[i]) ||
			    n-- > 0)
				continue;
			out->item = &f->items[at];
			out->alert = &f->items[at].alerts[i];
			return 1;
		}
	return 0;
}
