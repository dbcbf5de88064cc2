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
	TACIT_SERIES_COLUMNS_MAX = 200	/* and at most */
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

struct tacit_series_info {		/* what a series is of */
	size_t size;			/* sizeof, set by the caller */
	char form[TACIT_CHECKIN_ID_SIZE]; /* whose score or number it is */
	const char *title;		/* of the form; these two until
					   tacit_series_close() */
	const char *label;		/* of the score or the question */
	uint32_t points;		/* answers and misses */
	uint32_t missed;		/* of them */
};
/*
 * The ${n}th series, from 0.
 * Returns: 1, 0 if there are not so many, or an error.
 * Errors:  TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_series_info(const struct tacit_series *s,
    uint32_t n, struct tacit_series_info *out);

struct tacit_series_point {		/* one answer, or one miss */
	size_t size;			/* sizeof, set by the caller */
	uint32_t date;			/* the day it was for */
	int64_t time_ms;		/* when the answer was taken here, or
					   when it was over */
	int missed;			/* no answer came in its time */
	char value[25];			/* a number, as "7" or "1.5"; "" */
	const char *band;		/* or ""; until tacit_series_close() */
};
/* Its point ${i} by day, from 0.  Returns and errors: as above. */
TACIT_API TACIT_MUST int tacit_series_point(const struct tacit_series *s,
    uint32_t n, uint32_t i, struct tacit_series_point *out);

enum tacit_series_as {			/* how a series is shown */
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

/* ---- records ------------------------------------------------------------------ */

enum {
	TACIT_MANIFEST_SIZE = 8192,	/* bytes of a manifest, at most */
	TACIT_SIGNATURE_SIZE = 64,	/* bytes, Ed25519 */
	TACIT_RECORD_KEY_SIZE = 65,	/* 64 hexadecimal digits and NUL */
	TACIT_RECORD_WHY_SIZE = 200	/* a line that says what is wrong */
};

/* Where a record goes, piece by piece. */
struct tacit_writer {
	/* All ${len} bytes; 0, or an error of tacit/error.h, which ends it. */
	int (*write)(void *context, const void *bytes, size_t len);
	void *context;			/* handed to it */
};

struct tacit_record_options {		/* which record is to be written */
	size_t size;			/* sizeof, set by the caller */
	const char *format;		/* "html": a page to read and print;
					   "json": a line for each entry;
					   "fhir": a FHIR R4 Bundle */
	const char *name;		/* of the file, for its manifest; NULL:
					   none is made and nothing is noted */
	int checkins;			/* these alone, without texts */
	uint32_t from, until;		/* days here, both included; 0: from
					   the first, to the last */
};

/* What was written, and the manifest of it if there is one. */
struct tacit_record {
	size_t size;			/* sizeof, set by the caller */
	uint64_t messages, checkins, notes; /* how many are in it */
	size_t manifest_len;		/* 0: none */
	char manifest[TACIT_MANIFEST_SIZE]; /* to be stored beside the record */
	uint8_t signature[TACIT_SIGNATURE_SIZE]; /* of the manifest */
	char key[TACIT_RECORD_KEY_SIZE]; /* that signed it */
};

/*
 * Write what the vault holds of ${ct} to ${to}: texts, check-ins that were
 * answered, and as notes what else happened; in the order of the history, from
 * the oldest.  Data of other types than the practice layer's are left out, and
 * so is what the other end had no right to say.  A page has the series of
 * tacit_series_open(), too.
 *
 * The manifest names length and SHA-256 of what was written, and the manifest
 * before it of the same contact; it is signed with a key of this vault that is
 * another one for each contact.  That there was such an export is durable
 * before this returns 0: who has it and stores nothing leaves a gap that the
 * next manifest shows.
 *
 * The log of the vault (vault_log.h) has a row of it before anything is
 * written, with ${format}, also if it fails then.
 *
 * Time:    all of the history is read once; its texts are in memory until the
 *          call returns.  ${to} is called from within, and must not call the
 *          library.
 * Limits:  ${name}: 1 to 64 of A-Z a-z 0-9 _ - and dots, neither - nor dot in
 *          front.
 * Output:  ${out}; after an error nothing that was written is to be used.
 * Errors:  TACIT_E_INVALID (size, format, name, days, clock), TACIT_E_LABEL,
 *          those of ${to}.
 */
TACIT_API TACIT_MUST int tacit_record_write(struct tacit_practice *p,
    struct tacit_contact *ct, const struct tacit_record_options *options,
    int64_t now_ms, const struct tacit_writer *to, struct tacit_record *out);

/* Where the files of a record are read from. */
struct tacit_reader {
	/* Up to ${cap} bytes from ${at}; ${*len} is 0 at the end only.  ${name}
	   has no separator and no dot in front.  0, or an error. */
	int (*read)(void *context, const char *name, uint64_t at, void *out,
	    size_t cap, size_t *len);
	void *context;			/* handed to it */
};

/*
 * Is a record whole and unchanged?  ${len} bytes at ${manifest}, and their
 * signature; its files are read by ${from}.  No vault is needed.
 *
 * Limits:  ${key}: 64 hexadecimal digits, the key that must have signed; NULL:
 *          whichever it names itself, which says that nothing changed since,
 *          and not who made it.
 * Output:  ${signer} (may be NULL): the key that signed.  After an error
 *          ${why}: the first thing that is wrong, a line for a person.
 * Errors:  TACIT_E_CRYPTO (signature, key, a file that differs),
 *          TACIT_E_POISON (no such manifest), TACIT_E_VERSION,
 *          TACIT_E_INVALID (${key}), those of ${from}.
 */
TACIT_API TACIT_MUST int tacit_record_check(const char *manifest, size_t len,
    const uint8_t signature[TACIT_SIGNATURE_SIZE], const char *key,
    const struct tacit_reader *from, char signer[TACIT_RECORD_KEY_SIZE],
    char why[TACIT_RECORD_WHY_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
