/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of <tacit/practice.h>, which includes it: what was answered over time,
 * and what was written, out of the vault: to be looked at, printed, kept in a
 * record.
 *
 * What is handed out here is in the clear.  Where it goes is the host's
 * choice and its responsibility.
 */
#ifndef TACIT_RECORDS_H
#define TACIT_RECORDS_H

#include <tacit/practice.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	TACIT_SERIES_COLUMNS_MIN = 40,	/* of a terminal */
	TACIT_SERIES_COLUMNS_MAX = 200
};

/* ---- series ------------------------------------------------------------------- */

/*
 * What one contact answered to my check-ins, as series: one for each score
 * and each number of each form, over all check-ins that asked this form.  A
 * point is an answer, or an occurrence that was missed.  A score that is not
 * whole, because a question that counts was left out, makes no point.  Of more
 * than 4,096 points the newest are there.  Layout is private.
 */
struct tacit_series;

/*
 * Read them; they stay as they were then.
 *
 * Limits:  ${form}: the id of a form, whose series alone are wanted; NULL: of
 *          all.
 * Owner:   the caller, who releases them with tacit_series_close(); they need
 *          neither vault nor practice layer any more.
 * Errors:  TACIT_E_NOT_FOUND (no such form was asked of ${ct}),
 *          TACIT_E_INVALID.  ${*out} is NULL after any error.
 */
TACIT_API TACIT_MUST int tacit_series_open(struct tacit_series **out,
    struct tacit_practice *p, struct tacit_contact *ct, const char *form);

/* Wipe and free.  NULL does nothing. */
TACIT_API void tacit_series_close(struct tacit_series *s);

struct tacit_series_info {
	size_t size;			/* sizeof, set by the caller */
	char form[TACIT_CHECKIN_ID_SIZE];
	const char *title;		/* of the form; these two until
					   tacit_series_close() */
	const char *label;		/* of the score or the question */
	uint32_t points;
	uint32_t missed;		/* of them */
};
/*
 * The ${n}th series, from 0.
 * Returns: 1, 0 if there are not so many, or an error.
 * Errors:  TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_series_info(const struct tacit_series *s,
    uint32_t n, struct tacit_series_info *out);

struct tacit_series_point {
	size_t size;			/* sizeof, set by the caller */
	uint32_t date;			/* the day it was for */
	int64_t time_ms;		/* when the answer was taken here, or
					   when it was over */
	int missed;
	char value[25];			/* a number, as "7" or "1.5"; "" */
	const char *band;		/* or ""; until tacit_series_close() */
};
/* Its point ${i} by day, from 0.  Returns and errors: as above. */
TACIT_API TACIT_MUST int tacit_series_point(const struct tacit_series *s,
    uint32_t n, uint32_t i, struct tacit_series_point *out);

enum tacit_series_as {
	TACIT_SERIES_TERMINAL = 1,	/* lines, in UTF-8 with braille */
	TACIT_SERIES_ASCII,		/* the same in ASCII */
	TACIT_SERIES_SVG,		/* a drawing that needs nothing else */
	TACIT_SERIES_CSV,		/* a table with a line of names */
	TACIT_SERIES_CSV_MORE		/* the same without it, to go on */
};
/*
 * Draw or print the ${n}th series.  Texts of others are nothing but text in
 * what comes out: nothing steers a terminal, runs in a browser or is a formula
 * of a spreadsheet.
 *
 * Limits:  ${columns}: TACIT_SERIES_COLUMNS_MIN to _MAX in a terminal, else 0.
 * Output:  ${*text}, ${*len} bytes and a NUL, the caller's,
 *          tacit_practice_free().
 * Errors:  TACIT_E_NOT_FOUND (there are not so many), TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_series_print(const struct tacit_series *s,
    uint32_t n, enum tacit_series_as as, unsigned columns, char **text,
    size_t *len);

#ifdef __cplusplus
}
#endif

#endif
