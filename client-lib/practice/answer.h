/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answers to a form, as they are given one by one.
 *
 * An item is enabled if what it stands beneath is, and its own conditions
 * hold; beneath a question all but displays also need an answer to it.  What
 * is not enabled has no answers, for conditions, scores and the response
 * alike; what was said there before is kept, and is back when it is enabled
 * again.
 *
 * Conditions are true of any one of the answers; != is true if none of them
 * equals, so also if there is none.
 */
#ifndef PRACTICE_ANSWER_H
#define PRACTICE_ANSWER_H

#include "form.h"

struct answers;

/*
 * Begin a set, with what the form says is there initially.  ${f} must
 * outlive it.  NULL: no memory.
 */
struct answers *answers_new(const struct form *f);
/* The same without anything in it. */
struct answers *answers_none(const struct form *f);

/* Wipe and free; NULL is fine. */
void answers_free(struct answers *a);

const struct form *answers_form(const struct answers *a);

/*
 * Answer the question at ${at}.  A question that repeats has this answer
 * among the others then; any other has it instead of the one before.  Words
 * that are an option of an open choice choose it.
 *
 * Errors:  TACIT_E_ANSWER with ${reason} (may be NULL) set, static, as "is
 *          over the maximum"; TACIT_E_NOMEM.  Nothing has changed.
 */
int answers_set(struct answers *a, uint16_t at, const struct value *v,
    const char **reason);

/*
 * The same from text as FHIR writes it: true, 7, 1.5, 2026-11-22, words; an
 * option by its string, number or date, a coding by its code if only one
 * option has it.
 */
int answers_set_text(struct answers *a, uint16_t at, const char *text,
    const char **reason);

/* Take back all answers at ${at}. */
void answers_clear(struct answers *a, uint16_t at);

/* True if the item at ${at} is asked as things stand. */
bool answers_enabled(const struct answers *a, uint16_t at);

/* The ${i}th answer at ${at} that counts, or NULL. */
const struct value *answers_get(const struct answers *a, uint16_t at,
    uint16_t i);

/* The same, also of an item that is not enabled: what to keep. */
const struct value *answers_kept(const struct answers *a, uint16_t at,
    uint16_t i);

/*
 * The first item from ${at} on that is required, enabled and not answered (a
 * group: nothing in it is); ${n_items} of the form if there is none.
 */
uint16_t answers_missing(const struct answers *a, uint16_t at);

/* True if nothing is missing. */
bool answers_complete(const struct answers *a);

/* True if ${op} and ${v} hold of the answers at ${at} that count. */
bool answers_hold(const struct answers *a, uint16_t at,
    enum form_operator op, const struct value *v);

#endif
