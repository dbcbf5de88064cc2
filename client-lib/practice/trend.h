/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one score, or one number that is asked for, came to over time; drawn
 * in a terminal and as SVG, and written as CSV.
 *
 * Errors of what prints: TACIT_E_INVALID (the series is not as said below),
 * TACIT_E_LIMIT (too many), TACIT_E_TEXT (words are not UTF-8, or over
 * TREND_WORDS_MAX bytes), all before anything was written; and what the sink
 * says.
 */
#ifndef PRACTICE_TREND_H
#define PRACTICE_TREND_H

#include "form.h"
#include "sink.h"

enum {
	TREND_POINTS_MAX = 4096,
	TREND_WORDS_MAX = 300,
	TREND_COLUMNS_MIN = 40,
	TREND_COLUMNS_MAX = 200
};

struct trend_point {
	uint32_t date;			/* the day it was for: 20261122 */
	int64_t time_ms;		/* when it was answered, or was due */
	struct value value;		/* decimal; VALUE_NONE: missed */
	int8_t band;			/* place among the bands; -1: none */
};

struct trend {
	const char *title;		/* of the form */
	const char *label;		/* of the score or the question */
	struct value low, high;		/* what is possible, decimal;
					   VALUE_NONE: not known */
	uint16_t n_bands;
	const struct form_band *bands;	/* as in a form: ascending */
	size_t n_points;
	const struct trend_point *points; /* from the earliest on */
};

/*
 * In a terminal: from TREND_COLUMNS_MIN to _MAX wide (else TACIT_E_INVALID),
 * in block letters and braille if ${utf8}, else in ASCII.
 */
int trend_term(struct sink *s, const struct trend *t, unsigned int columns,
    bool utf8);

/*
 * As SVG that needs nothing else: alone if ${number} is 0; to stand in a page
 * as its ${number}th otherwise, in the colour of the words around it.
 */
int trend_svg(struct sink *s, const struct trend *t, unsigned int number);

/* As a table: a line of ${names}, if wanted, and one for each point. */
int trend_csv(struct sink *s, const struct trend *t, bool names);

/* ---- for those who draw ------------------------------------------------- */

/* 0, or an error as above. */
int trend_check(const struct trend *t);

/* Numbers in millionths, as in struct value; days as civil_days() has them. */
struct trend_scale {
	int64_t low, high, step;	/* multiples of step */
	int32_t first, last;
};

/* The scale of a series that has points; at most ${ticks} steps, >= 2. */
void trend_scale(struct trend_scale *out, const struct trend *t,
    unsigned int ticks);

/*
 * Places in a plot ${n} wide or high, from 0 to ${n} - 1: of a number, which
 * the scale holds; of a point, among those of its day; of a day's middle.
 */
int trend_y(const struct trend_scale *sc, int64_t number, int n);
int trend_x(const struct trend_scale *sc, const struct trend *t, size_t i,
    int n);
int trend_day(const struct trend_scale *sc, int32_t day, int n);

/* So many days between dates on the axis that ${room} of them fit. */
int32_t trend_days(const struct trend_scale *sc, int room);

/* ${number} with no more places than it needs. */
void trend_number(char out[VALUE_DECIMAL_LEN], int64_t number);
/* How long the longest beside the axis is. */
size_t trend_number_len(const struct trend_scale *sc);

struct trend_facts {
	size_t answered, missed;
	const struct trend_point *lowest, *highest, *last; /* or NULL */
};
void trend_facts(struct trend_facts *out, const struct trend *t);

#endif
