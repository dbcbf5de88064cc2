/* SPDX-License-Identifier: Apache-2.0 */
/* The part of form_check() that looks from one item at others. */
#ifndef PRACTICE_FORM_REFS_H
#define PRACTICE_FORM_REFS_H

#include "form.h"

/*
 * Conditions, alerts and scores of a form whose items are in order; sets
 * ${f->order}.  Returns: 0, or TACIT_E_FORM with ${why} filled in.
 */
int form_check_refs(struct form *f, struct form_problem *why);

#endif
