/* SPDX-License-Identifier: Apache-2.0 */
/* What was answered and what was missed, gathered by form. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "checkin_form.h"
#include "form_score.h"
#include "series.h"
#include "zone.h"

enum { MILLION = 1000000 };

/* What is read for, and of. */
struct gather {
	struct tacit_practice *p;
	struct tacit_contact *ct;
	char contact[TACIT_CONTACT_ID_SIZE];
	struct tacit_series *to;
};

/* ---- points --------------------------------------------------------------------- */

static int
by_day(const void *a, const void *b)
{
	const struct trend_point *x = a, *y = b;

	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	return (x->time_ms > y->time_ms) - (x->time_ms < y->time_ms);
}

static int
add_point(struct series *s, const struct trend_point *point)
{
	size_t cap = s->cap == 0 ? 64 : s->cap * 2;
	struct trend_point *points;

	if (s->trend.n_points == s->cap) {
		points = malloc(cap * sizeof(*points));
		if (points == NULL)
			return TACIT_E_NOMEM;
		if (s->cap > 0) {
			memcpy(points, s->points, s->cap * sizeof(*points));
			sodium_memzero(s->points, s->cap * sizeof(*points));
		}
		free(s->points);
		s->points = points;
		s->cap = cap;
	}
	s->points[s->trend.n_points++] = *point;
	return 0;
}

/* In order, and no more than can be drawn. */
static void
sort_points(struct series *s)
{
	size_t n = s->trend.n_points, drop = 0;

	if (n > 1)
		qsort(s->points, n, sizeof(*s->points), by_day);
	if (n > TREND_POINTS_MAX)
		drop = n - TREND_POINTS_MAX;
	s->trend.n_points = n - drop;
	s->trend.points = drop > 0 ? s->points + drop : s->points;
}

static void
to_decimal(struct value *v)
{
	if (v->kind == VALUE_INTEGER) {
		v->kind = VALUE_DECIMAL;
		v->number *= MILLION;
		v->places = 0;
	}
}

/* What the answers come to in this series; false: to no point. */
static bool
point_of(struct trend_point *out, const struct series *s,
    const struct answers *a)
{
	const struct form_score *score;
	const struct form_band *band;
	const struct value *v;
	struct form_sum sum;

	out->band = -1;
	if (s->score < 0) {
		if ((v = answers_get(a, s->item, 0)) == NULL)
			return false;
		out->value = *v;
		to_decimal(&out->value);
		return true;
	}
	score = &s->of->form->scores[s->score];
	form_sum(&sum, a, score->over);
	if (sum.of == 0 || sum.answered < sum.of)
		return false;
	out->value = sum.sum;
	if ((band = form_band(score, &sum)) != NULL)
		out->band = (int8_t)(band - score->bands);
	return true;
}

/* ---- series of a form --------------------------------------------------------------- */

/* What the options of ${it} can come to, added to ${low} and ${high}. */
static void
add_range(const struct form_item *it, int64_t *low, int64_t *high)
{
	bool may_be_none = !it->required || it->n_conditions > 0 ||
	    it->depth > 1 || it->type == FORM_OPEN_CHOICE;
	int64_t least = 0, most = 0, w;
	uint16_t i;

	for (i = 0; i < it->n_options; i++) {
		w = it->options[i].has_weight ?
		    it->options[i].weight.number : 0;
		if (it->repeats) {
			least += w < 0 ? w : 0;
			most += w > 0 ? w : 0;
			continue;
		}
		if ((i == 0 && !may_be_none) || w < least)
			least = w;
		if ((i == 0 && !may_be_none) || w > most)
			most = w;
	}
	*low += least;
	*high += most;
}

static void
range_of_score(struct trend *t, const struct form *f, int over)
{
	uint16_t at = over < 0 ? 0 : (uint16_t)over;
	uint16_t end = over < 0 ? f->n_items : form_after(f, at);

	t->low.kind = t->high.kind = VALUE_DECIMAL;
	for (; at < end; at++)
		if (form_is_choice(f->items[at].type))
			add_range(&f->items[at], &t->low.number,
			    &t->high.number);
	/* Sums beyond what a number may be have no scale. */
	if (!value_is_sound(&t->low) || !value_is_sound(&t->high) ||
	    t->low.number >= t->high.number)
		t->low.kind = t->high.kind = VALUE_NONE;
}

/* As much of ${text} as fits, in whole characters. */
static void
words(char out[TREND_WORDS_MAX + 1], const char *text)
{
	size_t n = strnlen(text, TREND_WORDS_MAX + 1);

	if (n > TREND_WORDS_MAX)
		for (n = TREND_WORDS_MAX; n > 0 &&
		    ((uint8_t)text[n] & 0xc0) == 0x80; n--)
			continue;
	memcpy(out, text, n);
	out[n] = '\0';
}

static int
add_series(struct tacit_series *to, const struct series_form *of, int score,
    uint16_t item)
{
	const struct form_item *it = &of->form->items[item];
	struct series *list, *s;
	size_t i;

	list = realloc(to->list, (to->n + 1) * sizeof(*list));
	if (list == NULL)
		return TACIT_E_NOMEM;
	to->list = list;
	s = &list[to->n++];
	memset(s, 0, sizeof(*s));
	s->of = of;
	s->score = score;
	s->item = item;
	words(s->title, of->form->title);
	if (score >= 0) {
		words(s->label, of->form->scores[score].label);
		s->trend.bands = of->form->scores[score].bands;
		s->trend.n_bands = of->form->scores[score].n_bands;
		range_of_score(&s->trend, of->form,
		    of->form->scores[score].over);
	} else {
		words(s->label, it->text != NULL ? it->text : it->link_id);
		s->trend.low = it->min;
		s->trend.high = it->max;
		to_decimal(&s->trend.low);
		to_decimal(&s->trend.high);
	}
	/* The list may have moved. */
	for (i = 0; i < to->n; i++) {
		list[i].trend.title = list[i].title;
		list[i].trend.label = list[i].label;
	}
	return 0;
}

static int
add_all_series(struct tacit_series *to, const struct series_form *of)
{
	const struct form *f = of->form;
	uint16_t i;
	int rc = 0;

	for (i = 0; i < f->n_scores && rc == 0; i++)
		rc = add_series(to, of, i, 0);
	for (i = 0; i < f->n_items && rc == 0; i++)
		if (f->items[i].type == FORM_INTEGER ||
		    f->items[i].type == FORM_DECIMAL)
			rc = add_series(to, of, -1, i);
	return rc;
}

/* The form with this hash; loaded when it is first asked for. */
static int
find_form(struct gather *g, const uint8_t hash[CHECKIN_HASH_LEN],
    const struct series_form **out)
{
	struct series_form *sf, **end = &g->to->forms;
	struct row_key k;
	int rc;

	for (; *end != NULL; end = &(*end)->next)
		if (sodium_memcmp((*end)->hash, hash, CHECKIN_HASH_LEN) == 0) {
			*out = *end;
			return 0;
		}
	if ((sf = calloc(1, sizeof(*sf))) == NULL)
		return TACIT_E_NOMEM;
	memcpy(sf->hash, hash, CHECKIN_HASH_LEN);
	checkin_form_key(&k, hash);
	if ((rc = checkin_form_load(&sf->form, g->p->t, &k)) != 1) {
		free(sf);
		return rc == 0 ? TACIT_E_CORRUPT : rc;
	}
	*out = *end = sf;
	return add_all_series(g->to, sf);
}

/* ---- check-ins ------------------------------------------------------------------------ */

static int
add_answers(struct gather *g, const struct series_form *of, const char *id,
    uint32_t date)
{
	struct checkin_opened o;
	struct trend_point point;
	size_t i;
	int rc;

	if ((rc = checkin_open_response(&o, g->p, g->ct, id, date)) != 0)
		goto out;
	for (i = 0; i < g->to->n && rc == 0; i++) {
		if (g->to->list[i].of != of)
			continue;
		memset(&point, 0, sizeof(point));
		point.date = date;
		point.time_ms = o.r->time_ms;
		if (point_of(&point, &g->to->list[i], o.a))
			rc = add_point(&g->to->list[i], &point);
	}
	sodium_memzero(&point, sizeof(point));
out:
	checkin_free_opened(&o);
	return rc;
}

static int
add_missed(struct gather *g, const struct series_form *of,
    const tacit_rows_Plan *plan, uint32_t date)
{
	struct trend_point point = { .date = date, .band = -1,
	    .time_ms = zone_ms(schedule_closes(&plan->schedule, date)) };
	size_t i;
	int rc = 0;

	for (i = 0; i < g->to->n && rc == 0; i++)
		if (g->to->list[i].of == of)
			rc = add_point(&g->to->list[i], &point);
	return rc;
}

/* Every day that was answered, and every other that is known to be over. */
static int
add_plan(struct gather *g, const tacit_rows_Plan *plan)
{
	const char *id = plan->schedule.id;
	const struct series_form *of;
	uint32_t date = 0;
	struct row_key k;
	int rc;

	if ((rc = find_form(g, plan->form, &of)) != 0)
		return rc;
	while ((rc = tacit_checkin_response_next(g->p, g->ct, id, date, &date,
	    NULL)) == 1)
		if ((rc = add_answers(g, of, id, date)) != 0)
			return rc;
	date = plan->first;
	while (rc == 0 && (date = schedule_after(&plan->schedule,
	    date)) != 0 && date <= plan->judged) {
		checkin_day_key(&k, ROW_RESPONSE, g->contact, id, date);
		if ((rc = checkin_count(g->p->t, &k, 1)) == 0)
			rc = add_missed(g, of, plan, date);
		rc = rc == 1 ? 0 : rc;
	}
	return rc;
}

static int
gather(struct gather *g, const uint8_t *only)
{
	struct row_key prefix, at = { .len = 0 };
	tacit_rows_Plan plan;
	size_t i;
	int rc;

	checkin_key(&prefix, ROW_PLAN, g->contact, NULL);
	while ((rc = row_next(g->p->t, &prefix, &at)) == 1) {
		if ((rc = row_get(g->p->t, &at, tacit_rows_Plan_fields,
		    &plan)) != 1)
			return rc == 0 ? TACIT_E_CORRUPT : rc;
		if (only != NULL && sodium_memcmp(only, plan.form,
		    CHECKIN_HASH_LEN) != 0)
			continue;
		if ((rc = add_plan(g, &plan)) != 0)
			return rc;
	}
	for (i = 0; i < g->to->n; i++)
		sort_points(&g->to->list[i]);
	return rc;
}

int
tacit_series_open(struct tacit_series **out, struct tacit_practice *p,
    struct tacit_contact *ct, const char *form)
{
	uint8_t only[CHECKIN_HASH_LEN];
	struct gather g = { .p = p, .ct = ct };
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	*out = NULL;
	if (p == NULL || ct == NULL)
		return TACIT_E_INVALID;
	if ((rc = practice_contact_id(ct, g.contact)) != 0 || (form != NULL &&
	    (rc = checkin_form_find(p, form, only)) != 0))
		return rc;
	if ((g.to = calloc(1, sizeof(*g.to))) == NULL)
		return TACIT_E_NOMEM;
	rc = gather(&g, form != NULL ? only : NULL);
	if (rc == 0 && form != NULL && g.to->forms == NULL)
		rc = TACIT_E_NOT_FOUND;
	if (rc != 0) {
		tacit_series_close(g.to);
		return rc;
	}
	*out = g.to;
	return 0;
}

void
tacit_series_close(struct tacit_series *s)
{
	struct series_form *sf;
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++) {
		if (s->list[i].points != NULL)
			sodium_memzero(s->list[i].points,
			    s->list[i].cap * sizeof(*s->list[i].points));
		free(s->list[i].points);
	}
	while ((sf = s->forms) != NULL) {
		s->forms = sf->next;
		form_free(sf->form);
		free(sf);
	}
	free(s->list);
	free(s);
}
