/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that others wrote, so that they are nothing but text wherever they
 * are printed.
 *
 * A code point *steers* if it could drive a terminal, or make text read as
 * what it is not: controls, what changes the direction of writing, what
 * cannot be seen.  Line ends, tabs and the joiners of emoji and of many
 * scripts do not.  What is not UTF-8 is printed as U+FFFD.
 */
#ifndef PRACTICE_SAFE_H
#define PRACTICE_SAFE_H

#include <stdbool.h>
#include <stdint.h>

#include "sink.h"

/*
 * The code point at ${text}, which has at least one byte, in ${*out}.
 * Returns: how many of the ${left} bytes it takes; 0 if they are not UTF-8.
 */
size_t safe_take(uint32_t *out, const char *text, size_t left);
bool safe_steers(uint32_t c);

/* True for ${len} bytes of UTF-8 without NUL. */
bool safe_is_text(const char *text, size_t len);

/* In HTML: what steers as <b class="c">U+202E</b>. */
void safe_html(struct sink *s, const char *text, size_t len);
/* In XML, and within attributes: what steers as [U+202E]. */
void safe_xml(struct sink *s, const char *text, size_t len);

/* A JSON string with its quotes, exact; what steers is escaped. */
void safe_json(struct sink *s, const char *text, size_t len);
/* The same for FHIR, which has no controls: as their pictures, U+2400 on. */
void safe_fhir(struct sink *s, const char *text, size_t len);
/* JSON on one line, with what steers in it escaped. */
void safe_json_line(struct sink *s, const char *json);

/*
 * A cell of words in CSV (RFC 4180), quoted; after an ' if a spreadsheet
 * could take it for a formula.  What steers is written as \u{202e}.
 */
void safe_csv(struct sink *s, const char *text, size_t len);

/*
 * One line of a terminal that is ${columns} wide at most, which is counted
 * so that it is never more; ... if it is cut.  Line ends are blanks; ?
 * stands for what is not ASCII unless ${utf8}.
 */
void safe_line(struct sink *s, const char *text, unsigned int columns,
    bool utf8);

#endif
