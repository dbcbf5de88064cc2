/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <tacit/error.h>

#include "civil.h"
#include "safe.h"
#include "stamp.h"
#include "trend.h"

enum { MILLION = 1000000, DAY_PARTS = 1024 };

static int
check_words(const char *text)
{
	size_t len;

	if (text == NULL)
		return TACIT_E_INVALID;
	len = strlen(text);
	return len <= TREND_WORDS_MAX && safe_is_text(text, len) ? 0 :
	    TACIT_E_TEXT;
}

/* A decimal, or nothing if that is allowed. */
static bool
is_number(const struct value *v, bool optional)
{
	if (v->kind == VALUE_NONE)
		return optional;
	return v->kind == VALUE_DECIMAL && value_is_sound(v);
}

static bool
is_point(const struct trend *t, size_t i)
{
	const struct trend_point *p = &t->points[i];

	return civil_is_date(p->date) && stamp_is(p->time_ms, 0) &&
	    is_number(&p->value, true) && p->band >= -1 &&
	    p->band < (int)t->n_bands &&
	    (i == 0 || t->points[i - 1].date <= p->date);
}

int
trend_check(const struct trend *t)
{
	size_t i;
	int rc;

	if ((rc = check_words(t->title)) != 0 ||
	    (rc = check_words(t->label)) != 0)
		return rc;
	if (t->n_points > TREND_POINTS_MAX || t->n_bands > FORM_BANDS_MAX)
		return TACIT_E_LIMIT;
	if (!is_number(&t->low, true) || !is_number(&t->high, true))
		return TACIT_E_INVALID;
	for (i = 0; i < t->n_bands; i++) {
		if ((rc = check_words(t->bands[i].label)) != 0)
			return rc;
		if (!is_number(&t->bands[i].from, false) || (i > 0 &&
		    t->bands[i].from.number <= t->bands[i - 1].from.number))
			return TACIT_E_INVALID;
	}
	for (i = 0; i < t->n_points; i++)
		if (!is_point(t, i))
			return TACIT_E_INVALID;
	return 0;
}

static void
widen(struct trend_scale *sc, bool *any, const struct value *v)
{
	if (v->kind == VALUE_NONE)
		return;
	if (!*any || v->number < sc->low)
		sc->low = v->number;
	if (!*any || v->number > sc->high)
		sc->high = v->number;
	*any = true;
}

/* The least of 1, 2, 5, 10 ... that covers the range in ${ticks} steps. */
static int64_t
step_of(int64_t low, int64_t high, unsigned int ticks)
{
	static const int64_t factors[] = { 1, 2, 5 };
	int64_t unit = 1;
	size_t i;

	for (i = 0; ; i++) {
		if (i == 3) {
			i = 0;
			unit *= 10;
		}
		/* Whole numbers if at least one lies between. */
		if (unit < MILLION && high - low >= MILLION)
			continue;
		if ((high - low) / (unit * factors[i]) + 2 <= ticks)
			return unit * factors[i];
	}
}

static int64_t
floor_to(int64_t n, int64_t step)
{
	int64_t rest = n % step;

	return n - rest - (rest < 0 ? step : 0);
}

void
trend_scale(struct trend_scale *out, const struct trend *t,
    unsigned int ticks)
{
	bool any = false;
	size_t i;

	memset(out, 0, sizeof(*out));
	widen(out, &any, &t->low);
	widen(out, &any, &t->high);
	for (i = 0; i < t->n_bands; i++)
		widen(out, &any, &t->bands[i].from);
	for (i = 0; i < t->n_points; i++)
		widen(out, &any, &t->points[i].value);
	if (out->low == out->high)
		out->high += MILLION;
	out->step = step_of(out->low, out->high, ticks);
	out->low = floor_to(out->low, out->step);
	out->high = -floor_to(-out->high, out->step);
	out->first = civil_days(t->points[0].date);
	out->last = civil_days(t->points[t->n_points - 1].date);
}

int
trend_y(const struct trend_scale *sc, int64_t number, int n)
{
	double part = (double)(number - sc->low) /
	    (double)(sc->high - sc->low);

	return (int)(part * (n - 1) + 0.5);
}

/* ${part} of DAY_PARTS within the day. */
static int
place(const struct trend_scale *sc, int32_t day, int64_t part, int n)
{
	int64_t days = (int64_t)sc->last - sc->first + 1;

	return (int)(((day - sc->first) * (int64_t)DAY_PARTS + part) * n /
	    (days * DAY_PARTS));
}

int
trend_day(const struct trend_scale *sc, int32_t day, int n)
{
	return place(sc, day, DAY_PARTS / 2, n);
}

int
trend_x(const struct trend_scale *sc, const struct trend *t, size_t i, int n)
{
	uint32_t date = t->points[i].date;
	size_t before = 0, all = 1;

	while (before < i && t->points[i - before - 1].date == date)
		before++;
	while (i + all < t->n_points && t->points[i + all].date == date)
		all++;
	all += before;
	return place(sc, civil_days(date),
	    (int64_t)(DAY_PARTS * (2 * before + 1) / (2 * all)), n);
}

int32_t
trend_days(const struct trend_scale *sc, int room)
{
	static const int32_t steps[] = { 1, 2, 7, 14, 28, 56, 91, 182, 364 };
	int32_t days = sc->last - sc->first + 1, step;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if ((days - 1) / steps[i] + 1 <= room)
			return steps[i];
	for (step = 728; (days - 1) / step + 1 > room; step *= 2)
		continue;
	return step;
}

void
trend_number(char out[VALUE_DECIMAL_LEN], int64_t number)
{
	struct value v = { .kind = VALUE_DECIMAL, .number = number,
	    .places = VALUE_PLACES_MAX };

	for (; v.places > 0 && number % 10 == 0; number /= 10)
		v.places--;
	value_print_decimal(out, &v);
}

size_t
trend_number_len(const struct trend_scale *sc)
{
	char number[VALUE_DECIMAL_LEN];
	size_t longest = 0;
	int64_t n;

	for (n = sc->low; n <= sc->high; n += sc->step) {
		trend_number(number, n);
		if (strlen(number) > longest)
			longest = strlen(number);
	}
	return longest;
}

void
trend_facts(struct trend_facts *out, const struct trend *t)
{
	const struct trend_point *p;
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < t->n_points; i++) {
		p = &t->points[i];
		if (p->value.kind == VALUE_NONE) {
			out->missed++;
			continue;
		}
		out->answered++;
		if (out->lowest == NULL ||
		    p->value.number < out->lowest->value.number)
			out->lowest = p;
		if (out->highest == NULL ||
		    p->value.number > out->highest->value.number)
			out->highest = p;
		out->last = p;
	}
}
