/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A questionnaire in memory: what a check-in asks, in the order in which it
 * is asked, and how the answers are scored.
 *
 * The items of its tree stand in one list, each before those beneath it.
 * However a form came about, from FHIR or from the wire, form_check() has
 * passed it: what else reads it need not look again at references, bounds or
 * kinds of values.
 */
#ifndef PRACTICE_FORM_H
#define PRACTICE_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "value.h"

/* Every limit of a form: counts, and bytes of UTF-8 without NUL. */
enum {
	FORM_JSON_MAX = 1 << 20,	/* a Questionnaire, as it is imported */
	FORM_WIRE_MAX = 24568,		/* encoded: a content of 24,576 bytes
					   holds it and its kind */
	FORM_ITEMS_MAX = 200,
	FORM_DEPTH_MAX = 8,
	FORM_OPTIONS_MAX = 50,		/* of one item */
	FORM_CONDITIONS_MAX = 16,	/* of one item */
	FORM_ALERTS_MAX = 8,		/* of one item */
	FORM_SYSTEMS_MAX = 16,		/* code systems of all options */
	FORM_SCORES_MAX = 8,
	FORM_BANDS_MAX = 10,		/* of one score */
	FORM_ANSWERS_MAX = 50,		/* values of one item */
	FORM_ANSWERS_LEN = 24440,	/* all of them, encoded: they travel
					   with what they answer */
	FORM_ANSWER_LEN = 24,		/* one of them beside its words */
	FORM_WEIGHT_MAX = 1000000,	/* an ordinal, either way */

	FORM_URL_MAX = 255,
	FORM_VERSION_MAX = 64,
	FORM_TITLE_MAX = 200,
	FORM_LINK_ID_MAX = 64,
	FORM_PREFIX_MAX = 32,
	FORM_TEXT_MAX = 2000,
	FORM_CODE_MAX = 64,
	FORM_DISPLAY_MAX = 300,
	FORM_LABEL_MAX = 64,		/* of a score, a band, an alert */
	FORM_STRING_MAX = 8000		/* an answer in words */
};

/* As they are numbered on the wire. */
enum form_type {
	FORM_GROUP = 1,
	FORM_DISPLAY,
	FORM_BOOLEAN,
	FORM_INTEGER,
	FORM_DECIMAL,
	FORM_CHOICE,
	FORM_OPEN_CHOICE,
	FORM_STRING,
	FORM_TEXT,
	FORM_DATE
};

enum form_operator {
	FORM_EXISTS = 1,
	FORM_EQUAL,
	FORM_NOT_EQUAL,
	FORM_GREATER,
	FORM_LESS,
	FORM_GREATER_OR_EQUAL,
	FORM_LESS_OR_EQUAL
};

/* True of the answers to ${item}; an item that is not enabled has none. */
struct form_condition {
	uint16_t item;			/* place in the list */
	enum form_operator op;
	struct value value;		/* EXISTS: a boolean */
};

struct form_option {
	struct value value;		/* integer, date, string; or a code,
					   as a string, of a coding */
	bool coding;
	uint8_t system;			/* of the coding, from 1; 0: none */
	const char *display;		/* of the coding; NULL: none */
	bool has_weight;
	struct value weight;		/* decimal: the ordinal */
	bool selected;			/* at the beginning */
};

/* To be told to the therapist. */
struct form_alert {
	enum form_operator op;		/* on the item's own answers */
	struct value value;
	const char *label;
};

struct form_item {
	const char *link_id, *text, *prefix;	/* the last two, or NULL */
	enum form_type type;
	uint8_t depth;			/* 1 at the top */
	int16_t parent;			/* place in the list, or -1 */
	bool required, repeats;
	uint32_t max_length;		/* code points; 0: none was given */
	bool has_max_places;
	uint8_t max_places;
	struct value min, max, initial;	/* VALUE_NONE if not given */
	bool any;			/* one condition is enough */
	uint16_t n_conditions, n_options, n_alerts;
	struct form_condition *conditions;
	struct form_option *options;
	struct form_alert *alerts;
};

/* From ${from} up to where the next one begins. */
struct form_band {
	struct value from;		/* decimal */
	const char *label;
	bool alert;
};

/* The sum of the ordinals of the options that were chosen. */
struct form_score {
	const char *label;
	int16_t over;			/* place of a group, or -1: the whole */
	uint16_t n_bands;
	struct form_band *bands;	/* ascending */
};

struct form {
	const char *url, *version;	/* or NULL */
	const char *title;
	uint16_t n_systems, n_items, n_scores;
	const char *systems[FORM_SYSTEMS_MAX];
	struct form_item items[FORM_ITEMS_MAX];
	struct form_score scores[FORM_SCORES_MAX];
	uint8_t order[FORM_ITEMS_MAX];	/* each after what it depends on */
	struct form_block *blocks;	/* what the pointers above point to */
};

/* Why a form was refused. */
struct form_problem {
	unsigned int line;		/* of malformed JSON; 0 otherwise */
	char item[FORM_LINK_ID_MAX + 1];	/* or "" */
	char what[160];			/* one line for a person */
};

/* A new form without items, or NULL: no memory. */
struct form *form_new(void);
void form_free(struct form *f);

/* ${n} zeroed bytes that live as long as ${f}; NULL: no memory. */
void *form_alloc(struct form *f, size_t n);
/* The same with a copy of ${len} bytes at ${text}, and NUL. */
char *form_keep(struct form *f, const char *text, size_t len);

/* The place of the item with this id, or -1. */
int form_find(const struct form *f, const char *link_id);

/* The first item after ${at} that is not beneath it. */
uint16_t form_after(const struct form *f, uint16_t at);

/* The place of the option of ${it}, not a coding, with this value, or -1. */
int form_option_of(const struct form_item *it, const struct value *v);

/* True if answers of this type are chosen among options. */
bool form_is_choice(enum form_type type);
/* True for all but groups and displays. */
bool form_is_question(enum form_type type);
/* What an answer of this type is; VALUE_OPTION for a choice. */
enum value_kind form_kind(enum form_type type);

/* Their names in FHIR, as "open-choice" and ">="; static, never NULL. */
const char *form_type_word(enum form_type type);
const char *form_operator_word(enum form_operator op);

/*
 * True if ${v} may answer the question ${it}: of its kind, within its bounds,
 * one of its options; words for an open choice.  Else ${reason} (if not NULL)
 * is set to why, static, as "is over the maximum".
 */
bool form_fits(const struct form_item *it, const struct value *v,
    const char **reason);

/* What ${v} takes at most among the encoded answers. */
size_t form_answer_len(const struct value *v);

/* True if ${text} has neither NUL nor controls but tab and line ends. */
bool form_is_plain(const char *text);

/*
 * Everything that holds of every form: lengths, unique ids, references,
 * kinds of values, no item that depends on itself.  Counts and depths are
 * within their limits already: who reads a form has no room for more.  Sets
 * ${f->order}.
 * Returns: 0, or TACIT_E_FORM with ${why} filled in.
 */
int form_check(struct form *f, struct form_problem *why);

/* Fill in ${why} (which may be NULL); returns TACIT_E_FORM. */
int form_refuse(struct form_problem *why, const char *link_id,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
