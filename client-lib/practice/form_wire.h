/* SPDX-License-Identifier: Apache-2.0 */
/* A form as it travels and as it is kept: practice.proto, one spelling. */
#ifndef PRACTICE_FORM_WIRE_H
#define PRACTICE_FORM_WIRE_H

#include "form.h"

enum form_for {
	FORM_FOR_THERAPIST,
	FORM_FOR_CLIENT			/* without ordinals, scores, alerts */
};

/*
 * Write ${f} to the ${cap} bytes at ${out}; ${*len} is how many it takes.
 * Errors:  TACIT_E_FORM with ${why} (may be NULL): it takes more, or more
 *          than FORM_WIRE_MAX; TACIT_E_NOMEM.
 */
int form_write(uint8_t *out, size_t cap, size_t *len, const struct form *f,
    enum form_for whom, struct form_problem *why);

/*
 * Read what form_write() wrote; what form_import() would refuse is refused.
 * Output:  ${*out}, the caller's, form_free(); NULL after an error.
 * Errors:  TACIT_E_FORM with ${why} (may be NULL), TACIT_E_NOMEM.
 */
int form_read(struct form **out, const uint8_t *in, size_t len,
    struct form_problem *why);

#endif
