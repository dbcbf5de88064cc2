/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as FHIR needs it.  jansson reads and writes what has a point or an
 * exponent as a double; here such a number is a string in memory that begins
 * with U+0001, which no string of a form can, and is exact both ways.
 */
#ifndef PRACTICE_FORM_JSON_H
#define PRACTICE_FORM_JSON_H

#include <jansson.h>

#include "form.h"

/* Objects and lists in one another, at most. */
enum { FORM_JSON_DEPTH = 64 };

/*
 * Read ${len} bytes of JSON, an object; ${*out} is the caller's.
 * Errors:  TACIT_E_FORM with ${why} filled in (malformed, a name twice,
 *          a control character, too deep, longer than FORM_JSON_MAX),
 *          TACIT_E_NOMEM.
 */
int form_json_read(json_t **out, const char *text, size_t len,
    struct form_problem *why);

/* Write ${o} as text, malloc'ed and the caller's; NULL: no memory. */
char *form_json_write(const json_t *o);

/* The number ${v} as it stands in memory; NULL: no memory. */
json_t *form_json_decimal(const struct value *v);

/* Read a number of either kind; returns 1, or 0 if it is none that fits. */
int form_json_number(struct value *out, const json_t *o);

#endif
