/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of <tacit/practice.h>, which includes it: how long a practice keeps
 * the record of a contact, and how it is deleted (docs/retention.md).
 *
 * A record is all that is kept of a contact.  At the practice, the end that
 * invited, it is kept for a number of years from the day on which the contact
 * was closed; until then tacit_retention_delete() refuses, and afterwards
 * nothing is deleted but by that call.  At the other end it may be deleted as
 * soon as the contact is closed.  How many years it has to be is for the
 * practice to know; the library only keeps to it.
 *
 * The days are those of the clock of this machine, then and now, in its zone.
 * No clock can be held against the one that set it: so a person says today's
 * date, and tacit_retention_idle() shows a leap.
 */
#ifndef TACIT_RETENTION_H
#define TACIT_RETENTION_H

#include <tacit/practice.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	TACIT_RETENTION_YEARS = 10,	/* unless something else was set */
	TACIT_RETENTION_YEARS_MAX = 30	/* the most that can be set */
};

/*
 * For how many years records are kept.  Output: ${years}.
 * Returns: 1; 0: nothing was set yet; or an error.
 */
TACIT_API TACIT_MUST int tacit_retention_years(struct tacit_practice *p,
    uint32_t *years);

/*
 * Keep records for ${years}: all that are in the vault.  The log of the vault
 * (tacit/vault_log.h) has it, with the number before, ahead of the change.
 *
 * Limits:  ${years} 1 to TACIT_RETENTION_YEARS_MAX.
 * Errors:  TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_retention_set(struct tacit_practice *p,
    uint32_t years);

struct tacit_retention {		/* how long a record is to be kept */
	size_t size;			/* sizeof, set by the caller */
	uint32_t ended;			/* the day; 0: it is not closed */
	uint32_t until;			/* kept up to this day, at least; 0: it
					   is not closed, or this end is not
					   the practice */
	int due;			/* it may be deleted at ${now_ms} */
};

/* Fill ${out} with what holds of ${ct}.  Errors: TACIT_E_INVALID. */
TACIT_API TACIT_MUST int tacit_retention_get(struct tacit_practice *p,
    int64_t now_ms, struct tacit_contact *ct, struct tacit_retention *out);

/*
 * The longest stretch since ${ct} was closed in which nobody opened this
 * vault, by its log: a clock that was set forward makes a long one, as a vault
 * does that lay in a drawer.  It reads the whole log.
 * Output:  ${from}, ${until}: days; 0 if there is none.
 * Errors:  TACIT_E_INVALID, TACIT_E_STATE (it is not closed), TACIT_E_CORRUPT.
 */
TACIT_API TACIT_MUST int tacit_retention_idle(struct tacit_practice *p,
    struct tacit_contact *ct, uint32_t *from, uint32_t *until);

/*
 * Delete the record of ${ct}: everything of it that is in the vault, also
 * rows of this layer and its events, as tacit_contact_erase() says
 * (tacit/erase.h).  Rows of the host are the host's to delete.  The log of the
 * vault says when, and of which contact by its id; no name.  Copies, exports
 * and backups made before have it all the same.
 *
 * Limits:  ${today}: the date as a person said it, and not the clock.
 * Errors:  TACIT_E_STATE (not closed), TACIT_E_RETAINED (it has to be kept:
 *          tacit_retention_get()), TACIT_E_TODAY (it is another day at
 *          ${now_ms}), TACIT_E_WAIT (step the vault, and try again),
 *          TACIT_E_INVALID; of storage as tacit_contact_erase().
 */
TACIT_API TACIT_MUST int tacit_retention_delete(struct tacit_practice *p,
    int64_t now_ms, struct tacit_contact *ct, uint32_t today);

#ifdef __cplusplus
}
#endif

#endif
