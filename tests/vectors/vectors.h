/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs of a vector; whatever is wrong with one ends the program. */
#ifndef VECTORS_H
#define VECTORS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* One kind of vector.  The list ends with a NULL name. */
struct vector_rule {
	const char *what;
	json_t *(*compute)(json_t *in);
};
extern const struct vector_rule vector_rules[];

/* Rules of rules_frame.c. */
json_t *frame(json_t *in);
json_t *signature(json_t *in);

/* Rules of rules_refused.c. */
json_t *frame_refused(json_t *in);
json_t *link_refused(json_t *in);
json_t *link_read(json_t *in);
json_t *admission_refused(json_t *in);
json_t *content_refused(json_t *in);
json_t *envelope_refused(json_t *in);

_Noreturn void die(const char *what, const char *why);

json_t *need(json_t *in, const char *name);
uint64_t number(json_t *in, const char *name);
const char *string(json_t *in, const char *name);

/* Hexadecimal: exactly ${len} bytes; or at most ${cap}, returning how many. */
void bytes(uint8_t *out, size_t len, json_t *in, const char *name);
size_t bytes_upto(uint8_t *out, size_t cap, json_t *in, const char *name);

/* The answer for the file. */
json_t *answer(const uint8_t *out, size_t len);

#endif
