/* SPDX-License-Identifier: Apache-2.0 */
/* Texts and values between practice.proto and memory. */
#ifndef PRACTICE_WIRE_VALUE_H
#define PRACTICE_WIRE_VALUE_H

#include "form.h"
#include "practice.pb.h"

/* The ${len} bytes at ${data} hold ${text}; 0 if they are too few. */
int wire_put(pb_byte_t *data, pb_size_t *size, size_t max, const char *text);

/* WIRE_PUT(field of bytes, text or NULL) */
#define WIRE_PUT(field, text)						\
	wire_put((field).bytes, &(field).size, sizeof((field).bytes), (text))

/* True if ${text} is valid UTF-8: it can be read again then. */
bool wire_is_text(const char *text);

/*
 * Keep ${size} bytes of UTF-8 with the form; no bytes are NULL.
 * Returns: 0, TACIT_E_FORM, TACIT_E_NOMEM.
 */
int wire_keep(struct form *f, const char **out, const pb_byte_t *data,
    pb_size_t size);
#define WIRE_KEEP(f, out, field)					\
	wire_keep((f), (out), (field).bytes, (field).size)

void wire_put_decimal(tacit_practice_Decimal *out, const struct value *v);
void wire_take_decimal(struct value *out, const tacit_practice_Decimal *v);

/* False if ${v} has none or is too long. */
bool wire_put_value(tacit_practice_Value *out, const struct value *v);

/* Text is kept with ${f}.  Returns: 0, TACIT_E_FORM, TACIT_E_NOMEM. */
int wire_take_value(struct form *f, struct value *out,
    const tacit_practice_Value *v);

#endif
