/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "civil.h"
#include "value.h"

enum { MILLION = 1000000, EXPONENT_MAX = 99 };

/* Beyond every decimal that fits: twelve digits before the point. */
static const int64_t too_large = INT64_C(1000000000000) * MILLION;

/* What a number is spelled with. */
struct spelling {
	int negative;
	char digit[VALUE_DIGITS_MAX + VALUE_PLACES_MAX + 1];
	int digits;			/* without zeros in front */
	int places;			/* of them after the point */
};

/* Take the digits at ${p}; NULL if there are none, or too many. */
static const char *
take_digits(struct spelling *s, const char *p, const char *end)
{
	const char *start = p;

	for (; p < end && isdigit((unsigned char)*p); p++) {
		if (s->digits == 0 && *p == '0')
			continue;
		if (s->digits == (int)sizeof(s->digit))
			return NULL;
		s->digit[s->digits++] = *p;
	}
	return p > start ? p : NULL;
}

/* Take an exponent, which moves the point. */
static const char *
take_exponent(struct spelling *s, const char *p, const char *end)
{
	const char *start;
	int minus = p < end && *p == '-', n = 0;

	if (p < end && (*p == '-' || *p == '+'))
		p++;
	for (start = p; p < end && isdigit((unsigned char)*p); p++)
		if ((n = n * 10 + (*p - '0')) > EXPONENT_MAX)
			return NULL;
	s->places += minus ? n : -n;
	return p > start ? p : NULL;
}

static int
spell(struct spelling *s, const char *p, const char *end)
{
	const char *start;

	memset(s, 0, sizeof(*s));
	if (p < end && *p == '-') {
		s->negative = 1;
		p++;
	}
	if (p + 1 < end && *p == '0' && isdigit((unsigned char)p[1]))
		return 0;
	if ((p = take_digits(s, p, end)) == NULL)
		return 0;
	if (p < end && *p == '.') {
		start = ++p;
		if ((p = take_digits(s, p, end)) == NULL)
			return 0;
		if (p - start > VALUE_DIGITS_MAX + VALUE_PLACES_MAX)
			return 0;
		s->places = (int)(p - start);
	}
	if (p < end && (*p == 'e' || *p == 'E'))
		p = take_exponent(s, p + 1, end);
	return p == end;
}

int
value_decimal(struct value *out, const char *text, size_t len)
{
	struct spelling s;
	int64_t n = 0;
	int i;

	if (!spell(&s, text, text + len))
		return 0;
	/* What stands after the sixth place must be nothing. */
	for (; s.places > VALUE_PLACES_MAX; s.places--)
		if (s.digits > 0 && s.digit[--s.digits] != '0')
			return 0;
	for (i = 0; i < s.digits; i++) {
		if (n >= too_large / 10)
			return 0;
		n = n * 10 + (s.digit[i] - '0');
	}
	for (i = s.places; i < VALUE_PLACES_MAX && n != 0; i++) {
		if (n >= too_large / 10)
			return 0;
		n *= 10;
	}

	memset(out, 0, sizeof(*out));
	out->kind = VALUE_DECIMAL;
	out->places = (uint8_t)(s.places > 0 ? s.places : 0);
	out->number = s.negative ? -n : n;
	return 1;
}

int
value_integer(struct value *out, const char *text, size_t len)
{
	struct spelling s;
	int64_t n = 0;
	int i;

	if (!spell(&s, text, text + len) || memchr(text, '.', len) != NULL ||
	    memchr(text, 'e', len) != NULL || memchr(text, 'E', len) != NULL)
		return 0;
	for (i = 0; i < s.digits; i++)
		if ((n = n * 10 + (s.digit[i] - '0')) > INT64_C(1) << 31)
			return 0;
	if (s.negative)
		n = -n;
	if (n > INT32_MAX)
		return 0;
	memset(out, 0, sizeof(*out));
	out->kind = VALUE_INTEGER;
	out->number = n;
	return 1;
}

static int
is_day(int64_t number)
{
	return number > 0 && number <= UINT32_MAX &&
	    civil_is_date((uint32_t)number);
}

int
value_date(struct value *out, const char *text, size_t len)
{
	int64_t n = 0;
	size_t i;

	if (len != VALUE_DATE_LEN - 1)
		return 0;
	for (i = 0; i < len; i++) {
		if (i == 4 || i == 7) {
			if (text[i] != '-')
				return 0;
			continue;
		}
		if (!isdigit((unsigned char)text[i]))
			return 0;
		n = n * 10 + (text[i] - '0');
	}
	if (!is_day(n))
		return 0;
	memset(out, 0, sizeof(*out));
	out->kind = VALUE_DATE;
	out->number = n;
	return 1;
}

int
value_is_sound(const struct value *v)
{
	int64_t unit = 1;
	int i;

	switch (v->kind) {
	case VALUE_NONE:
		return 0;
	case VALUE_BOOLEAN:
		return v->number == 0 || v->number == 1;
	case VALUE_INTEGER:
		return v->number >= INT32_MIN && v->number <= INT32_MAX;
	case VALUE_DECIMAL:
		for (i = v->places; i < VALUE_PLACES_MAX; i++)
			unit *= 10;
		return v->places <= VALUE_PLACES_MAX &&
		    v->number < too_large && v->number > -too_large &&
		    v->number % unit == 0;
	case VALUE_DATE:
		return is_day(v->number);
	case VALUE_STRING:
		return v->text != NULL;
	case VALUE_OPTION:
		return v->number >= 0;
	}
	return 0;
}

void
value_print_decimal(char out[VALUE_DECIMAL_LEN], const struct value *v)
{
	int64_t n = v->number < 0 ? -v->number : v->number;
	int len = snprintf(out, VALUE_DECIMAL_LEN, "%s%" PRId64 ".%06" PRId64,
	    v->number < 0 ? "-" : "", n / MILLION, n % MILLION);

	len -= VALUE_PLACES_MAX - v->places;
	if (v->places == 0)
		len--;
	out[len] = '\0';
}

void
value_print_date(char out[VALUE_DATE_LEN], const struct value *v)
{
	(void)snprintf(out, VALUE_DATE_LEN, "%04u-%02u-%02u",
	    (unsigned int)(v->number / 10000) % 10000,
	    (unsigned int)(v->number / 100 % 100) % 100,
	    (unsigned int)(v->number % 100) % 100);
}

int
value_same(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return 0;
	if (a->kind == VALUE_STRING)
		return strcmp(a->text, b->text) == 0;
	return a->number == b->number;
}

size_t
value_characters(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}
