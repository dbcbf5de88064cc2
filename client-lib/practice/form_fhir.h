/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A FHIR R4 Questionnaire becomes a form.
 *
 * What a form cannot hold is refused if leaving it out would change what is
 * asked, how it may be answered or when; what is for cataloguing or looks
 * (publisher, code, rendering extensions ...) is left out in silence.  So are
 * extensions nobody has told us of, as FHIR allows.
 *
 * Scores and alerts are extensions of ours:
 *
 *	on the Questionnaire	urn:tacit:score: label, over (linkId of a
 *				group; absent: the whole), band*: from
 *				(valueDecimal), label, alert (valueBoolean)
 *	on a question		urn:tacit:alert: operator (valueString, as in
 *				enableWhen), value (valueX), label
 */
#ifndef PRACTICE_FORM_FHIR_H
#define PRACTICE_FORM_FHIR_H

#include "form.h"

/*
 * Read ${len} bytes of JSON.
 *
 * Output:  ${*out}, the caller's, form_free(); NULL after an error.
 * Errors:  TACIT_E_FORM with ${why} (may be NULL) filled in: malformed JSON
 *          by its line, all else by item and what of it; TACIT_E_NOMEM.
 */
int form_import(struct form **out, const char *text, size_t len,
    struct form_problem *why);

#endif
