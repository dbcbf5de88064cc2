/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drawn in one colour and shades of it, so that it is the same on paper and
 * follows the page that it stands in, light or dark.
 */
#include <string.h>

#include <tacit/error.h>

#include "civil.h"
#include "safe.h"
#include "trend.h"

enum {
	WIDTH = 1600, HEIGHT = 720, FONT = 26,
	LEFT = 130, RIGHT = 360, TOP = 80, BOTTOM = 130,
	DIGIT = 15,			/* a digit is not wider */
	DATE_WIDTH = 190,
	SPARSE = 120,			/* so many points have room to be big */
	DARKEST = 24			/* band, in hundredths */
};

struct plot {
	struct sink *s;
	const struct trend *t;
	struct trend_scale sc;
	unsigned int number;
	int left, width, height;	/* of what is drawn in */
};

static int
y_of(const struct plot *p, int64_t number)
{
	return TOP + p->height - 1 - trend_y(&p->sc, number, p->height);
}

static int
x_of(const struct plot *p, size_t i)
{
	return p->left + trend_x(&p->sc, p->t, i, p->width);
}

static void
put_words(struct sink *s, const char *text)
{
	safe_xml(s, text, strlen(text));
}

/* "2026-11-20: 11, much strain" */
static void
put_point_words(struct plot *p, const struct trend_point *at)
{
	struct value day = { .kind = VALUE_DATE, .number = at->date };
	char date[VALUE_DATE_LEN], number[VALUE_DECIMAL_LEN] = "missed";

	value_print_date(date, &day);
	if (at->value.kind != VALUE_NONE)
		value_print_decimal(number, &at->value);
	sink_format(p->s, "%s: %s", date, number);
	if (at->band >= 0) {
		sink_text(p->s, ", ");
		put_words(p->s, p->t->bands[at->band].label);
	}
}

static void
put_description(struct plot *p)
{
	const struct trend *t = p->t;
	struct trend_facts f;

	trend_facts(&f, t);
	sink_format(p->s, "%zu answered, %zu missed.", f.answered, f.missed);
	if (f.last == NULL)
		return;
	sink_text(p->s, " Lowest on ");
	put_point_words(p, f.lowest);
	sink_text(p->s, "; highest on ");
	put_point_words(p, f.highest);
	sink_text(p->s, "; last on ");
	put_point_words(p, f.last);
	sink_text(p->s, ".");
}

static void
put_head(struct plot *p)
{
	unsigned int n = p->number;

	sink_format(p->s, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby="
	    "\"trend-%u-title trend-%u-desc\" font-family=\"sans-serif\" "
	    "font-size=\"%d\" fill=\"currentColor\"%s>\n",
	    WIDTH, HEIGHT, n, n, FONT,
	    n == 0 ? " color=\"#1a1a1a\"" : "");
	sink_format(p->s, "<title id=\"trend-%u-title\">", n);
	put_words(p->s, p->t->title);
	sink_text(p->s, ": ");
	put_words(p->s, p->t->label);
	sink_format(p->s, "</title>\n<desc id=\"trend-%u-desc\">", n);
	put_description(p);
	sink_text(p->s, "</desc>\n");
	if (n == 0)
		sink_format(p->s, "<rect width=\"%d\" height=\"%d\" "
		    "fill=\"#fff\"/>\n", WIDTH, HEIGHT);
	/* An svg of its own cuts off what is too long. */
	sink_format(p->s, "<svg width=\"%d\" height=\"%d\"><text x=\"12\" "
	    "y=\"46\" font-size=\"32\" font-weight=\"bold\">", WIDTH - 12,
	    TOP);
	put_words(p->s, p->t->title);
	sink_text(p->s, ": ");
	put_words(p->s, p->t->label);
	sink_text(p->s, "</text></svg>\n");
}

/*
 * The name of the band ${i} stands where it begins, or as far above as those
 * beneath need.
 */
static int
name_y(const struct plot *p, uint16_t i)
{
	int y = TOP + p->height + FONT, above;
	uint16_t k;

	for (k = 0; k <= i; k++) {
		above = y - FONT - 6;
		y = y_of(p, p->t->bands[k].from.number) - 8;
		if (y > above)
			y = above;
	}
	/* Those above need room, too. */
	above = TOP + FONT + (p->t->n_bands - 1 - i) * (FONT + 6);
	return y > above ? y : above;
}

static void
put_band(struct plot *p, uint16_t i)
{
	const struct form_band *b = &p->t->bands[i];
	int below = y_of(p, b->from.number), right = p->left + p->width;
	int above = i + 1 < p->t->n_bands ?
	    y_of(p, b[1].from.number) : TOP;
	char from[VALUE_DECIMAL_LEN];

	value_print_decimal(from, &b->from);
	sink_format(p->s, "<rect x=\"%d\" y=\"%d\" width=\"%d\" "
	    "height=\"%d\" fill-opacity=\"0.%02d\"/>\n", p->left, above,
	    p->width, below - above, DARKEST * (i + 1) / p->t->n_bands);
	sink_format(p->s, "<path d=\"M%d %dH%d\" stroke=\"currentColor\" "
	    "stroke-width=\"2\" stroke-dasharray=\"%s\"/>\n", p->left, below,
	    right, b->alert ? "18 6" : "3 8");
	sink_format(p->s, "<svg x=\"%d\" y=\"%d\" width=\"%d\" "
	    "height=\"%d\"><text x=\"0\" y=\"%d\"%s>%s%s+ ", right + 16,
	    name_y(p, i) - FONT, RIGHT - 28, FONT + 10, FONT,
	    b->alert ? " font-weight=\"bold\"" : "", b->alert ? "! " : "",
	    from);
	put_words(p->s, b->label);
	sink_text(p->s, "</text></svg>\n");
}

static void
put_axes(struct plot *p)
{
	int right = p->left + p->width, base = TOP + p->height;
	char number[VALUE_DECIMAL_LEN], date[VALUE_DATE_LEN];
	struct value v = { .kind = VALUE_DATE };
	int32_t day, step = trend_days(&p->sc, p->width / DATE_WIDTH);
	int64_t n;
	int at;

	for (n = p->sc.low; n <= p->sc.high; n += p->sc.step) {
		trend_number(number, n);
		at = y_of(p, n);
		sink_format(p->s, "<path d=\"M%d %dH%d\" stroke="
		    "\"currentColor\" stroke-opacity=\"0.25\"/>"
		    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n",
		    p->left, at, right, p->left - 14, at + 9, number);
	}
	for (day = p->sc.first; day <= p->sc.last; day += step) {
		v.number = civil_date(day);
		value_print_date(date, &v);
		at = p->left + trend_day(&p->sc, day, p->width);
		sink_format(p->s, "<path d=\"M%d %dv12\" stroke="
		    "\"currentColor\" stroke-width=\"2\"/><text x=\"%d\" "
		    "y=\"%d\" text-anchor=\"middle\">%s</text>\n", at,
		    base + 36, at, base + 78, date);
	}
	sink_format(p->s, "<path d=\"M%d %dV%dH%d\" fill=\"none\" "
	    "stroke=\"currentColor\" stroke-width=\"2\"/>\n", p->left, TOP,
	    base + 36, right);
}

/* Lines between answers that follow one another. */
static void
put_line(struct plot *p)
{
	const struct trend_point *at;
	bool on = false;
	size_t i;

	sink_text(p->s, "<path fill=\"none\" stroke=\"currentColor\" "
	    "stroke-width=\"4\" stroke-linejoin=\"round\" d=\"");
	for (i = 0; i < p->t->n_points; i++) {
		at = &p->t->points[i];
		if (at->value.kind != VALUE_NONE)
			sink_format(p->s, "%s%d %d", on ? "L" : "M",
			    x_of(p, i), y_of(p, at->value.number));
		on = at->value.kind != VALUE_NONE;
	}
	sink_text(p->s, "\"/>\n");
}

/* Each answer, and crosses under the plot where there is none. */
static void
put_points(struct plot *p)
{
	int r = p->t->n_points <= SPARSE ? 9 : 5, cross = TOP + p->height + 20;
	const struct trend_point *at;
	size_t i;

	for (i = 0; i < p->t->n_points; i++) {
		at = &p->t->points[i];
		if (at->value.kind != VALUE_NONE)
			sink_format(p->s, "<circle cx=\"%d\" cy=\"%d\" "
			    "r=\"%d\"><title>", x_of(p, i),
			    y_of(p, at->value.number), r);
		else
			sink_format(p->s, "<path d=\"M%d %dl%d %dm0 %dl%d "
			    "%d\" stroke=\"currentColor\" stroke-width=\"3\">"
			    "<title>", x_of(p, i) - r, cross - r, 2 * r,
			    2 * r, -2 * r, -2 * r, 2 * r);
		put_point_words(p, at);
		sink_text(p->s, at->value.kind != VALUE_NONE ?
		    "</title></circle>\n" : "</title></path>\n");
	}
}

/* What the marks are, under the dates. */
static void
put_legend(struct plot *p)
{
	struct trend_facts f;

	trend_facts(&f, p->t);
	sink_format(p->s, "<text x=\"%d\" y=\"%d\">\xe2\x97\x8f %zu "
	    "answered \xc2\xb7 \xc3\x97 %zu missed%s</text>\n", p->left,
	    HEIGHT - 10, f.answered, f.missed,
	    p->t->n_bands > 0 ? " \xc2\xb7 ! alert" : "");
}

static void
put_plot(struct plot *p)
{
	uint16_t i;

	trend_scale(&p->sc, p->t, 8);
	p->left = 40 + (int)trend_number_len(&p->sc) * DIGIT;
	if (p->left < LEFT)
		p->left = LEFT;
	p->width = WIDTH - p->left - (p->t->n_bands > 0 ? RIGHT : 40);
	p->height = HEIGHT - TOP - BOTTOM;
	for (i = 0; i < p->t->n_bands; i++)
		put_band(p, i);
	put_axes(p);
	put_line(p);
	put_points(p);
	put_legend(p);
}

int
trend_svg(struct sink *s, const struct trend *t, unsigned int number)
{
	struct plot p = { .s = s, .t = t, .number = number };
	int rc = trend_check(t);

	if (rc != 0)
		return rc;
	put_head(&p);
	if (t->n_points > 0)
		put_plot(&p);
	else
		sink_format(s, "<text x=\"%d\" y=\"%d\" text-anchor="
		    "\"middle\">nothing yet</text>\n", WIDTH / 2, HEIGHT / 2);
	sink_text(s, "</svg>\n");
	return s->error;
}
