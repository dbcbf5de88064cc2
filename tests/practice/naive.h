/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which items are enabled, worked out anew from the JSON of a Questionnaire
 * and a list of answers, without anything of the product: the slow and plain
 * way, to be held against the other.
 */
#ifndef PRACTICE_NAIVE_H
#define PRACTICE_NAIVE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* What was said: to which item, in FHIR's words, an option by its JSON. */
struct naive_answer {
	char link_id[65];
	char text[128];
	const json_t *option;		/* of the Questionnaire; NULL: text */
};

struct naive {
	json_t *questionnaire;
	struct naive_answer answers[256];
	size_t n;
};

/* The item with this id, and in ${*parent} what it is beneath, or NULL. */
const json_t *naive_find(const json_t *o, const char *link_id,
    const json_t **parent);

bool naive_enabled(const struct naive *n, const char *link_id);

/* True if it is enabled and answered. */
bool naive_answered(const struct naive *n, const char *link_id);

/* True if nothing required is left out; looks at all items beneath ${o}. */
bool naive_complete(const struct naive *n, const json_t *o);

#endif
