/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One value of a form: an answer, an option, a bound.  Decimals are exact:
 * they are kept in millionths, never as floating point.
 */
#ifndef PRACTICE_VALUE_H
#define PRACTICE_VALUE_H

#include <stddef.h>
#include <stdint.h>

enum {
	VALUE_PLACES_MAX = 6,		/* digits after the point */
	VALUE_DIGITS_MAX = 12,		/* before it */
	VALUE_DECIMAL_LEN = 24,		/* as text, and NUL */
	VALUE_DATE_LEN = 11
};

enum value_kind {
	VALUE_NONE = 0,
	VALUE_BOOLEAN,
	VALUE_INTEGER,
	VALUE_DECIMAL,
	VALUE_DATE,
	VALUE_STRING,
	VALUE_OPTION			/* one of the item's options */
};

struct value {
	enum value_kind kind;
	uint8_t places;			/* decimal: as they were written */
	int64_t number;			/* boolean 0, 1; integer; millionths;
					   date as 20261122; place of option */
	const char *text;		/* string, NUL-terminated; its owner
					   is who holds the value */
};

/*
 * Read a number as JSON writes it, with or without point and exponent.
 * Returns: 1, or 0 if it is none or has more digits than fit.
 */
int value_decimal(struct value *out, const char *text, size_t len);

/* Read a whole number of 32 bits; returns 1, or 0 if it is none. */
int value_integer(struct value *out, const char *text, size_t len);

/* Read a day of the calendar, as 2026-11-22; returns 1, or 0. */
int value_date(struct value *out, const char *text, size_t len);

/* True if ${v} could have come from these, whatever its kind. */
int value_is_sound(const struct value *v);

/* Write a decimal with the places it was written with. */
void value_print_decimal(char out[VALUE_DECIMAL_LEN], const struct value *v);
void value_print_date(char out[VALUE_DATE_LEN], const struct value *v);

/* True if both are of one kind and the same; 1.5 and 1.50 are. */
int value_same(const struct value *a, const struct value *b);

/* How many code points the valid UTF-8 at ${text} has. */
size_t value_characters(const char *text);

#endif
