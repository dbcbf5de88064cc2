/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the practice layer share. */
#ifndef PRACTICE_KIT_H
#define PRACTICE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <tacit/error.h>

#include "form_fhir.h"
#include "form_wire.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* The questionnaires of the tests, without path and ending. */
enum { KIT_FORMS = 6 };
extern const char *const kit_names[KIT_FORMS];

/* The whole of a file, NUL-terminated, to be freed; fails the test. */
char *kit_file(const char *path, size_t *len);

/* One of the questionnaires: its text, or the form; fails the test. */
char *kit_text(const char *name, size_t *len);
struct form *kit_form(const char *name);

/* ${text} with ' for ", and what is printed into it; to be freed. */
char *kit_json(const char *text, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * Import ${text} from a block of its size, with ' for ".  Returns the error;
 * ${why} as form_import() fills it in.
 */
int kit_import(struct form **out, const char *text, struct form_problem *why);

/* Have the items ${items} (' for ") in a form; fails the test. */
struct form *kit_items(const char *items);

/* Form to bytes, and back; fails the test. */
uint8_t *kit_write(const struct form *f, enum form_for whom, size_t *len);
struct form *kit_read(const uint8_t *bytes, size_t len);

/* Read a form from a block of its size; only how that ends. */
int kit_read_exact(const uint8_t *bytes, size_t len);

#endif
