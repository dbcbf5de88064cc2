/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each cell holds two by four dots, as a braille letter does: answers that
 * follow one another are joined on this grid.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tacit/error.h>

#include "civil.h"
#include "safe.h"
#include "trend.h"

enum {
	ROWS = 12, DOTS = 4 * ROWS,
	NAMES_MAX = 28,			/* columns for the names of bands */
	DATE_COLUMNS = VALUE_DATE_LEN,	/* a date, and a blank */
	PIECE_MAX = 96
};

struct screen {
	struct sink *s;
	const struct trend *t;
	struct trend_scale sc;
	bool utf8;
	unsigned int columns, used;	/* of the line at the end */
	int left, width, names;		/* columns: axis, plot, bands */
	uint8_t dots[ROWS][TREND_COLUMNS_MAX];
	bool mark[ROWS][TREND_COLUMNS_MAX], missed[TREND_COLUMNS_MAX];
	int band_row[FORM_BANDS_MAX];	/* where a name stands, from below */
};

/* A sign of the plot, in the letters there are. */
static void
put_sign(struct screen *sc, const char *letter, const char *ascii)
{
	sink_text(sc->s, sc->utf8 ? letter : ascii);
}

static void
put_blanks(struct screen *sc, int n)
{
	while (n-- > 0)
		sink_text(sc->s, " ");
}

/* ---- what is to be drawn ------------------------------------------------ */

static void
set_dot(struct screen *sc, int x, int y)
{
	static const uint8_t bits[4][2] = { { 0x40, 0x80 }, { 0x04, 0x20 },
	    { 0x02, 0x10 }, { 0x01, 0x08 } };

	sc->dots[y / 4][x / 2] |= bits[y % 4][x % 2];
}

static void
join(struct screen *sc, int x0, int y0, int x1, int y1)
{
	int dx = abs(x1 - x0), dy = abs(y1 - y0), n = dx > dy ? dx : dy, i;

	for (i = 0; i <= n; i++)
		set_dot(sc, n > 0 ? x0 + (x1 - x0) * i / n : x0,
		    n > 0 ? y0 + (y1 - y0) * i / n : y0);
}

static bool
is_there(const struct trend *t, size_t i)
{
	return i < t->n_points && t->points[i].value.kind != VALUE_NONE;
}

static void
draw(struct screen *sc)
{
	const struct trend *t = sc->t;
	bool sparse = t->n_points <= (size_t)sc->width;
	int x, y, x0 = 0, y0 = 0;
	size_t i;

	for (i = 0; i < t->n_points; i++) {
		x = trend_x(&sc->sc, t, i, 2 * sc->width);
		if (!is_there(t, i)) {
			sc->missed[x / 2] = true;
			continue;
		}
		y = trend_y(&sc->sc, t->points[i].value.number, DOTS);
		if (i > 0 && is_there(t, i - 1))
			join(sc, x0, y0, x, y);
		else if (sparse || !is_there(t, i + 1))
			sc->mark[y / 4][x / 2] = true;
		set_dot(sc, x, y);
		if (sparse)
			sc->mark[y / 4][x / 2] = true;
		x0 = x;
		y0 = y;
	}
}

/* Names stand where the band begins, or a row off if two would be in one. */
static void
place_names(struct screen *sc)
{
	const struct form_band *b = sc->t->bands;
	int n = sc->t->n_bands, i, row, most;

	for (i = 0; i < n; i++) {
		row = trend_y(&sc->sc, b[i].from.number, DOTS) / 4;
		if (i > 0 && row <= sc->band_row[i - 1])
			row = sc->band_row[i - 1] + 1;
		sc->band_row[i] = row;
	}
	for (i = n - 1, most = ROWS - 1; i >= 0; i--, most--) {
		if (sc->band_row[i] > most)
			sc->band_row[i] = most;
		else
			most = sc->band_row[i];
	}
}

/* ---- lines -------------------------------------------------------------- */

static void
put_cell(struct screen *sc, int row, int x, bool edge)
{
	uint8_t d = sc->dots[row][x];
	char braille[4] = { (char)0xe2, (char)(0xa0 + (d >> 6)),
	    (char)(0x80 + (d & 0x3f)), '\0' };
	bool up = (d & 0x1b) != 0, down = (d & 0xe4) != 0;

	if (sc->mark[row][x])
		put_sign(sc, "\xe2\x97\x8f", "o");
	else if (d != 0)
		put_sign(sc, braille, up && down ? ":" : up ? "'" : ".");
	else if (edge)
		put_sign(sc, "\xe2\x94\x88", "-");
	else
		sink_text(sc->s, " ");
}

/* "! 13+ heavy strain" */
static void
put_name(struct screen *sc, const struct form_band *b)
{
	char from[VALUE_DECIMAL_LEN];
	int n;

	value_print_decimal(from, &b->from);
	n = (b->alert ? 2 : 0) + (int)strlen(from) + 2;
	if (n > sc->names - 1)
		return;
	sink_format(sc->s, " %s%s+ ", b->alert ? "! " : "", from);
	safe_line(sc->s, b->label, (unsigned int)(sc->names - 1 - n),
	    sc->utf8);
}

/* The number that stands beside a row, or NULL. */
static const char *
number_at(char out[VALUE_DECIMAL_LEN], const struct screen *sc, int row)
{
	int64_t n;

	for (n = sc->sc.low; n <= sc->sc.high; n += sc->sc.step)
		if (trend_y(&sc->sc, n, DOTS) / 4 == row) {
			trend_number(out, n);
			return out;
		}
	return NULL;
}

static void
put_row(struct screen *sc, int row)
{
	const struct trend *t = sc->t;
	char number[VALUE_DECIMAL_LEN] = "";
	bool tick = number_at(number, sc, row) != NULL, edge = false;
	int x;
	uint16_t i;

	for (i = 0; i < t->n_bands; i++)
		edge |= trend_y(&sc->sc, t->bands[i].from.number, DOTS) / 4 ==
		    row;
	sink_format(sc->s, "%*s ", sc->left - 2, number);
	put_sign(sc, tick ? "\xe2\x94\xa4" : "\xe2\x94\x82",
	    tick ? "+" : "|");
	for (x = 0; x < sc->width; x++)
		put_cell(sc, row, x, edge);
	for (i = 0; i < t->n_bands; i++)
		if (sc->band_row[i] == row)
			put_name(sc, &t->bands[i]);
	sink_text(sc->s, "\n");
}

/* The axis, with what was missed, and dates beneath. */
static void
put_axis(struct screen *sc)
{
	int32_t step = trend_days(&sc->sc, sc->width / DATE_COLUMNS), day;
	int room = (int)sc->columns - sc->left, x, used = 0;
	struct value v = { .kind = VALUE_DATE };
	bool tick[TREND_COLUMNS_MAX] = { false };
	char date[VALUE_DATE_LEN];

	for (day = sc->sc.first; day <= sc->sc.last; day += step)
		tick[trend_day(&sc->sc, day, sc->width)] = true;
	put_blanks(sc, sc->left - 1);
	put_sign(sc, "\xe2\x94\x94", "+");
	for (x = 0; x < sc->width; x++)
		if (sc->missed[x])
			put_sign(sc, "\xc3\x97", "x");
		else if (tick[x])
			put_sign(sc, "\xe2\x94\xac", "+");
		else
			put_sign(sc, "\xe2\x94\x80", "-");
	sink_text(sc->s, "\n");
	put_blanks(sc, sc->left);
	for (day = sc->sc.first; day <= sc->sc.last; day += step) {
		x = trend_day(&sc->sc, day, sc->width) - 5;
		if (x < used + (used > 0))
			x = used + (used > 0);
		if (x + VALUE_DATE_LEN - 1 > room)
			break;
		v.number = civil_date(day);
		value_print_date(date, &v);
		put_blanks(sc, x - used);
		sink_text(sc->s, date);
		used = x + VALUE_DATE_LEN - 1;
	}
	sink_text(sc->s, "\n");
}

/* ---- the words at the end ----------------------------------------------- */

/* Among others on a line as long as they fit. */
static void put_piece(struct screen *sc, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
put_piece(struct screen *sc, const char *format, ...)
{
	char text[PIECE_MAX];
	unsigned int len;
	va_list ap;

	va_start(ap, format);
	len = (unsigned int)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (sc->used > 0 && sc->used + 3 + len > sc->columns) {
		sink_text(sc->s, "\n");
		sc->used = 0;
	}
	if (sc->used > 0)
		sink_text(sc->s, "   ");
	sc->used += (sc->used > 0 ? 3 : 0) + len;
	sink_text(sc->s, text);
}

static void
put_facts(struct screen *sc)
{
	struct value day = { .kind = VALUE_DATE };
	char number[VALUE_DECIMAL_LEN], date[VALUE_DATE_LEN];
	struct trend_facts f;

	trend_facts(&f, sc->t);
	sc->used = 0;
	put_piece(sc, "%zu answered", f.answered);
	put_piece(sc, "%zu missed (%s)", f.missed,
	    sc->utf8 ? "\xc3\x97" : "x");
	if (f.last == NULL) {
		sink_text(sc->s, "\n");
		return;
	}
	value_print_decimal(number, &f.lowest->value);
	put_piece(sc, "lowest %s", number);
	value_print_decimal(number, &f.highest->value);
	put_piece(sc, "highest %s", number);
	value_print_decimal(number, &f.last->value);
	day.number = f.last->date;
	value_print_date(date, &day);
	put_piece(sc, "last %s on %s", number, date);
	sink_text(sc->s, "\n");
	if (f.last->band < 0)
		return;
	sink_text(sc->s, "last: ");
	safe_line(sc->s, sc->t->bands[f.last->band].label,
	    sc->columns - 6, sc->utf8);
	sink_text(sc->s, "\n");
}

/* How many columns the title may take, and never takes more. */
static unsigned int
title_columns(const struct screen *sc)
{
	const char *at = sc->t->title;
	size_t len = strlen(at), n;
	uint32_t c;

	if (len >= sc->columns / 2)
		return sc->columns / 2;
	/* No character is wider than it has bytes, unless it is spelled out. */
	for (; *at != '\0'; at += n)
		if ((n = safe_take(&c, at, strlen(at))) == 0 ||
		    safe_steers(c))
			return sc->columns / 2;
	return (unsigned int)len;
}

static void
put_title(struct screen *sc)
{
	unsigned int title = title_columns(sc);

	safe_line(sc->s, sc->t->title, title, sc->utf8);
	sink_text(sc->s, ": ");
	safe_line(sc->s, sc->t->label, sc->columns - title - 2, sc->utf8);
	sink_text(sc->s, "\n");
}

/* How wide everything is. */
static void
lay_out(struct screen *sc)
{
	char from[VALUE_DECIMAL_LEN];
	size_t n, name = 0;
	uint16_t i;

	for (i = 0; i < sc->t->n_bands; i++) {
		value_print_decimal(from, &sc->t->bands[i].from);
		n = strlen(from) + 3 + (sc->t->bands[i].alert ? 2 : 0) +
		    value_characters(sc->t->bands[i].label);
		name = n > name ? n : name;
	}
	sc->left = (int)trend_number_len(&sc->sc) + 2;
	sc->names = name > NAMES_MAX ? NAMES_MAX : (int)name;
	if (sc->names > (int)sc->columns / 3)
		sc->names = (int)sc->columns / 3;
	sc->width = (int)sc->columns - sc->left - sc->names;
}

int
trend_term(struct sink *s, const struct trend *t, unsigned int columns,
    bool utf8)
{
	struct screen *sc;
	int row, rc = trend_check(t);

	if (rc == 0 && (columns < TREND_COLUMNS_MIN ||
	    columns > TREND_COLUMNS_MAX))
		rc = TACIT_E_INVALID;
	if (rc != 0)
		return rc;
	if ((sc = calloc(1, sizeof(*sc))) == NULL)
		return TACIT_E_NOMEM;
	sc->s = s;
	sc->t = t;
	sc->columns = columns;
	sc->utf8 = utf8;
	put_title(sc);
	if (t->n_points == 0) {
		sink_text(s, "nothing yet\n");
	} else {
		trend_scale(&sc->sc, t, 6);
		lay_out(sc);
		place_names(sc);
		draw(sc);
		for (row = ROWS - 1; row >= 0; row--)
			put_row(sc, row);
		put_axis(sc);
		put_facts(sc);
	}
	free(sc);
	return s->error;
}
