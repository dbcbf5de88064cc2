/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <tacit/error.h>

#include "wire_value.h"

int
wire_put(pb_byte_t *data, pb_size_t *size, size_t max, const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	if (len > max)
		return 0;
	if (len > 0)
		memcpy(data, text, len);
	*size = (pb_size_t)len;
	return 1;
}

/* How many of the ${left} bytes at ${p} are one code point; 0: none is. */
static size_t
code_point(const pb_byte_t *p, size_t left)
{
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2, i;

	if (p[0] < 0x80)
		return p[0] != 0;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > left)
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* longer than needed, surrogates, above U+10FFFF */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static bool
is_utf8(const pb_byte_t *p, size_t len)
{
	size_t n;

	for (; len > 0; p += n, len -= n)
		if ((n = code_point(p, len)) == 0)
			return false;
	return true;
}

bool
wire_is_text(const char *text)
{
	return is_utf8((const pb_byte_t *)text, strlen(text));
}

int
wire_keep(struct form *f, const char **out, const pb_byte_t *data,
    pb_size_t size)
{
	*out = NULL;
	if (size == 0)
		return 0;
	if (!is_utf8(data, size))
		return TACIT_E_FORM;
	*out = form_keep(f, (const char *)data, size);
	return *out != NULL ? 0 : TACIT_E_NOMEM;
}

void
wire_put_decimal(tacit_practice_Decimal *out, const struct value *v)
{
	out->millionths = v->number;
	out->places = v->places;
}

void
wire_take_decimal(struct value *out, const tacit_practice_Decimal *v)
{
	memset(out, 0, sizeof(*out));
	out->kind = VALUE_DECIMAL;
	out->number = v->millionths;
	out->places = v->places <= VALUE_PLACES_MAX ? (uint8_t)v->places :
	    VALUE_PLACES_MAX + 1;
}

bool
wire_put_value(tacit_practice_Value *out, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NONE:
		return false;
	case VALUE_BOOLEAN:
		out->which_is = tacit_practice_Value_boolean_tag;
		out->is.boolean = v->number != 0;
		break;
	case VALUE_INTEGER:
		out->which_is = tacit_practice_Value_integer_tag;
		out->is.integer = (int32_t)v->number;
		break;
	case VALUE_DECIMAL:
		out->which_is = tacit_practice_Value_decimal_tag;
		wire_put_decimal(&out->is.decimal, v);
		break;
	case VALUE_DATE:
		out->which_is = tacit_practice_Value_date_tag;
		out->is.date = (uint32_t)v->number;
		break;
	case VALUE_STRING:
		out->which_is = tacit_practice_Value_string_tag;
		return WIRE_PUT(out->is.string, v->text);
	case VALUE_OPTION:
		out->which_is = tacit_practice_Value_option_tag;
		out->is.option = (uint32_t)v->number;
		break;
	}
	return true;
}

int
wire_take_value(struct form *f, struct value *out,
    const tacit_practice_Value *v)
{
	memset(out, 0, sizeof(*out));
	switch (v->which_is) {
	case tacit_practice_Value_boolean_tag:
		out->kind = VALUE_BOOLEAN;
		out->number = v->is.boolean;
		return 0;
	case tacit_practice_Value_integer_tag:
		out->kind = VALUE_INTEGER;
		out->number = v->is.integer;
		return 0;
	case tacit_practice_Value_decimal_tag:
		wire_take_decimal(out, &v->is.decimal);
		return 0;
	case tacit_practice_Value_date_tag:
		out->kind = VALUE_DATE;
		out->number = v->is.date;
		return 0;
	case tacit_practice_Value_string_tag:
		out->kind = VALUE_STRING;
		return v->is.string.size == 0 ? TACIT_E_FORM :
		    WIRE_KEEP(f, &out->text, v->is.string);
	case tacit_practice_Value_option_tag:
		out->kind = VALUE_OPTION;
		out->number = v->is.option;
		return 0;
	default:
		return TACIT_E_FORM;
	}
}
