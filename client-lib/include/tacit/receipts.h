/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of <tacit/practice.h>, which includes it: receipts for people.
 *
 * A contact is told that their texts were delivered, and read, if this end
 * switches it on for that contact; nobody is told anything by default, and
 * there is nothing that tells that somebody types or is there.  What they
 * tell here does not depend on what is told there.
 *
 * What is to be told is collected.  It goes in one letter, which looks like
 * any other, at a random time 5 s to 15 minutes after the first of it; then
 * nothing goes before those 15 minutes are over.  So a text may take half an
 * hour until its receipt leaves, and each 15 minutes see one letter at most,
 * however many texts there are.  It is kept over any crash.  A host that
 * runs for moments only sends what is due when it runs.
 *
 * Only texts have receipts: no check-in, no card, no receipt has one.
 */
#ifndef TACIT_RECEIPTS_H
#define TACIT_RECEIPTS_H

#include <tacit/practice.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	TACIT_RECEIPTS_KEPT = 2048	/* so many of their last texts can
					   still be told of; and of mine those
					   of twice as many entries of the
					   history */
};

enum tacit_receipt {			/* what they told of a text of mine */
	TACIT_RECEIPT_NONE = 0,		/* they have told nothing */
	TACIT_RECEIPT_DELIVERED,	/* their library has it */
	TACIT_RECEIPT_READ		/* it was shown to them */
};

/*
 * Have ${ct} be told of their texts from now on (${on} is 1), or of nothing
 * any more (0).  Of texts that were here before they are never told, of
 * what was to be told when it is switched off neither.  Repeats are fine.
 * In a vault that was put back it is as it was then.
 *
 * Errors:  TACIT_E_CONTACT_CLOSED (to be switched on), TACIT_E_INVALID (${on}
 *          is something else, ${now_ms} is negative).
 */
TACIT_API TACIT_MUST int tacit_receipts_set(struct tacit_practice *p,
    int64_t now_ms, struct tacit_contact *ct, int on);

/*
 * Is ${ct} told?
 * Returns: 1, 0 or an error.
 * Errors:  TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_receipts_get(struct tacit_practice *p,
    struct tacit_contact *ct);

/*
 * A person was shown the text ${message} of ${ct}: they are told, if it came
 * while they are told of their texts; else nothing happens, and that is no
 * error.  To be called for each text that is on a screen, also again.
 *
 * Limits:  ${message}: an id as events and tacit_history() have it.
 * Errors:  TACIT_E_INVALID (no such spelling, ${now_ms} is negative).
 */
TACIT_API TACIT_MUST int tacit_receipts_read(struct tacit_practice *p,
    int64_t now_ms, struct tacit_contact *ct, const char *message);

/*
 * What ${ct} told of the text ${message} that I wrote.  It is their word: an
 * end that lies can say delivered and read of any text that it could have
 * fetched, and of no other.
 *
 * Returns: enum tacit_receipt, or an error.
 * Errors:  TACIT_E_INVALID (no such spelling).
 */
TACIT_API TACIT_MUST int tacit_receipt_state(struct tacit_practice *p,
    struct tacit_contact *ct, const char *message);

#ifdef __cplusplus
}
#endif

#endif
