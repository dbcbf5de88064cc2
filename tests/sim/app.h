/* SPDX-License-Identifier: Apache-2.0 */
/* The app of an end: uses the public API alone, and tells the ledger. */
#ifndef SIM_APP_H
#define SIM_APP_H

#include <stdint.h>

struct side;

/* What it wants now: invitations, answers, events.  An error of the API. */
int app_turn(struct side *d);
/* It would do something now. */
int app_is_busy(struct side *d);
/*
 * One text to ${rel}, of ${size} bytes or a little more, to be kept for so
 * many hours (0: for ever).
 */
int app_write(struct side *d, int rel, uint32_t size, uint32_t hours);
int app_look_back(struct side *d, int rel);
/* End the relationship; have it use new keys. */
int app_close(struct side *d, int rel);
int app_rotate(struct side *d, int rel);

/* Its contact in ${rel}, or NULL. */
struct tacit_contact;
struct tacit_contact_info;
struct tacit_contact *app_contact(struct side *d, int rel,
    struct tacit_contact_info *info);

#endif
