/* SPDX-License-Identifier: Apache-2.0 */
/* What the host wrote: checked first, then added inside a change. */
#ifndef CLIENT_WRITE_H
#define CLIENT_WRITE_H

#include "model.h"

/*
 * May ${len} bytes of ${type} (0: a text) be written to ${ct} now, to be
 * forgotten after ${hours} (0: kept)?
 * Errors:  TACIT_E_INVALID (no such type; data of no such length),
 *          TACIT_E_TEXT, TACIT_E_CONTACT_CLOSED, TACIT_E_NOT_VERIFIED.
 */
int write_check(const struct tacit_contact *ct, uint32_t type,
    const void *data, size_t len, uint32_t hours);

/* What was checked becomes the next seq of ${ct}, inside a change. */
int write_add(struct tacit_contact *ct, uint32_t type, const void *data,
    size_t len, uint32_t hours);

#endif
