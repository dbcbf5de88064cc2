/* SPDX-License-Identifier: Apache-2.0 */
/* Answers become a FHIR R4 QuestionnaireResponse. */
#ifndef PRACTICE_FORM_RESPONSE_H
#define PRACTICE_FORM_RESPONSE_H

#include "answer.h"

/*
 * Write the answers as JSON: what is enabled, as the questionnaire has it;
 * displays are left out, a question without an answer has none.  The status
 * is completed, or in-progress while something is missing.
 *
 * Limits:  ${authored_ms} since 1970, in UTC, to the year 9999.
 * Output:  ${*out}, malloc'ed, NUL-terminated, the caller's.
 * Errors:  TACIT_E_INVALID (time), TACIT_E_NOMEM.
 */
int form_response(char **out, const struct answers *a, int64_t authored_ms);

#endif
