/* SPDX-License-Identifier: Apache-2.0 */
/* The forms that were imported. */
#ifndef PRACTICE_CHECKIN_FORM_H
#define PRACTICE_CHECKIN_FORM_H

#include "checkin.h"

/* The hash of the form with this id.  Errors: TACIT_E_NOT_FOUND. */
int checkin_form_find(struct tacit_practice *p, const char *form,
    uint8_t hash[CHECKIN_HASH_LEN]);

#endif
