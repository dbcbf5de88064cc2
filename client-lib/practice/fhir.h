/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that read FHIR share: which elements an object may have,
 * and values of one of several types.
 */
#ifndef PRACTICE_FHIR_H
#define PRACTICE_FHIR_H

#include "form_json.h"

#define FHIR_EXTENSION	"http://hl7.org/fhir/StructureDefinition/"
#define FHIR_OURS	"urn:tacit:"

/* A Questionnaire on its way into a form. */
struct fhir {
	struct form *f;
	struct form_problem *why;
	const char *link_id;		/* where we are; NULL: at the root */
	const json_t *json[FORM_ITEMS_MAX];	/* of the items */
};

/* A value[x]; what it points to is the JSON's. */
struct fhir_value {
	struct value value;		/* of a coding: the code */
	bool coding;
	const char *system, *display;	/* of a coding, or NULL */
	const json_t *object;		/* the coding itself */
};

/*
 * Names an object may have, each with a sign in front: '+' is read here, '-'
 * may be left out without a change of meaning, '!' may not.  Ends with NULL.
 * "_name" may stand beside each.
 */
int fhir_names(struct fhir *q, const json_t *o, const char *const *names,
    const char *what);

/*
 * Refuse extensions that change the meaning of what they stand on, anywhere
 * in ${o} but in items beneath it.
 */
int fhir_extensions(struct fhir *q, const json_t *o);

/*
 * The extension of ${o} with this url, in ${*out}; NULL if there is none.
 * Twice is refused.
 */
int fhir_extension(struct fhir *q, const json_t **out, const json_t *o,
    const char *url);

/*
 * The one value[x] of ${o}, whose name begins with ${prefix}.
 * Returns: 0, or an error that names ${what}; ${out->value} is VALUE_NONE if
 * there is none.
 */
int fhir_value(struct fhir *q, struct fhir_value *out, const json_t *o,
    const char *prefix, const char *what);

/* An optional element of ${o}: kept with the form; left as it is if absent. */
int fhir_text(struct fhir *q, const char **out, const json_t *o,
    const char *name);
int fhir_flag(struct fhir *q, bool *out, const json_t *o, const char *name);

/* ${*out} as ${v}, with its text kept in the form. */
int fhir_keep(struct fhir *q, struct value *out, const struct value *v);

/* Each element of the array ${name} of ${o}; no array is as an empty one. */
int fhir_list(struct fhir *q, const json_t **out, const json_t *o,
    const char *name);

/* Enable conditions, alerts: what refers to items, once all are there. */
int fhir_conditions(struct fhir *q, uint16_t at);
int fhir_alerts(struct fhir *q, uint16_t at);
/* The scores, on the questionnaire ${root}. */
int fhir_scores(struct fhir *q, const json_t *root);
/* A whole number where ${type} wants a decimal is one. */
void fhir_widen(enum form_type type, struct value *v);
/* What belongs to a single item: options, bounds, initial. */
int fhir_item(struct fhir *q, struct form_item *it, const json_t *o);

#endif
