/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as they are kept and as they travel: practice.proto, one spelling. */
#ifndef PRACTICE_ANSWER_WIRE_H
#define PRACTICE_ANSWER_WIRE_H

#include "answer.h"

enum answers_which {
	ANSWERS_ALL,			/* what is not enabled, too: to keep */
	ANSWERS_THAT_COUNT		/* to send */
};

/*
 * Write to the ${cap} bytes at ${out}; FORM_ANSWERS_LEN always do.
 * Errors:  TACIT_E_LIMIT (${cap} is too small), TACIT_E_NOMEM.
 */
int answers_write(uint8_t *out, size_t cap, size_t *len,
    const struct answers *a, enum answers_which which);

/*
 * Read answers to ${f}, which must outlive them: each as answers_set() takes
 * it.  Output: ${*out}, the caller's, answers_free(); NULL after an error.
 * Errors:  TACIT_E_ANSWER, TACIT_E_NOMEM.
 */
int answers_read(struct answers **out, const struct form *f,
    const uint8_t *in, size_t len);

#endif
