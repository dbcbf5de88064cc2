/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "page.h"
#include "series.h"

/* The ${n}th, or NULL. */
static const struct series *
at(const struct tacit_series *s, uint32_t n)
{
	return n < s->n ? &s->list[n] : NULL;
}

int
tacit_series_info(const struct tacit_series *s, uint32_t n,
    struct tacit_series_info *out)
{
	const struct series *one;
	struct trend_facts facts;

	if (s == NULL || out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	if ((one = at(s, n)) == NULL)
		return 0;
	trend_facts(&facts, &one->trend);
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	ident_of(out->form, 'f', one->of->hash);
	out->title = one->title;
	out->label = one->label;
	out->points = (uint32_t)one->trend.n_points;
	out->missed = (uint32_t)facts.missed;
	return 1;
}

int
tacit_series_point(const struct tacit_series *s, uint32_t n, uint32_t i,
    struct tacit_series_point *out)
{
	const struct trend_point *point;
	const struct series *one;

	if (s == NULL || out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	if ((one = at(s, n)) == NULL || i >= one->trend.n_points)
		return 0;
	point = &one->trend.points[i];
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->date = point->date;
	out->time_ms = point->time_ms;
	out->missed = point->value.kind == VALUE_NONE;
	if (!out->missed)
		value_print_decimal(out->value, &point->value);
	out->band = point->band >= 0 ?
	    one->trend.bands[point->band].label : "";
	return 1;
}

static int
print(struct sink *sink, const struct trend *t, enum tacit_series_as as,
    unsigned int columns)
{
	switch (as) {
	case TACIT_SERIES_TERMINAL:
	case TACIT_SERIES_ASCII:
		return trend_term(sink, t, columns,
		    as == TACIT_SERIES_TERMINAL);
	case TACIT_SERIES_SVG:
		return trend_svg(sink, t, 0);
	case TACIT_SERIES_CSV:
	case TACIT_SERIES_CSV_MORE:
		return trend_csv(sink, t, as == TACIT_SERIES_CSV);
	}
	return TACIT_E_INVALID;
}

int
tacit_series_print(const struct tacit_series *s, uint32_t n,
    enum tacit_series_as as, unsigned columns, char **text, size_t *len)
{
	bool terminal = as == TACIT_SERIES_TERMINAL ||
	    as == TACIT_SERIES_ASCII;
	struct page page = { .len = 0 };
	struct sink sink = page_sink(&page);
	const struct series *one;
	int rc;

	if (text == NULL || len == NULL)
		return TACIT_E_INVALID;
	*text = NULL;
	*len = 0;
	if (s == NULL || (!terminal && columns != 0))
		return TACIT_E_INVALID;
	if ((one = at(s, n)) == NULL)
		return TACIT_E_NOT_FOUND;
	/* Nothing at all is a text, too. */
	if ((rc = print(&sink, &one->trend, as, columns)) != 0 ||
	    (page.bytes == NULL && (rc = sink.write(&page, "", 0)) != 0)) {
		page_free(&page);
		return rc;
	}
	*text = page.bytes;
	*len = page.len;
	return 0;
}
