/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts: what they are told of their texts (receipts.c), and what they
 * tell of mine (receipts_told.c).
 *
 * What is to be told stands in pages, by contact and number: 14 bytes for
 * each text that came while it was on, its id and a byte that holds what is to
 * be told (enum tacit_receipt) and, above it, what was.  A letter changes these
 * bytes, and nothing is told twice but after a vault was put back.
 */
#ifndef PRACTICE_RECEIPTS_H
#define PRACTICE_RECEIPTS_H

#include "batch.h"

enum {
	RECEIPT_ID_LEN = 13,		/* the 20 characters of a message id */
	RECEIPT_ENTRY_LEN = RECEIPT_ID_LEN + 1,
	RECEIPT_PAGE = 64,		/* entries */
	RECEIPT_PAGES = TACIT_RECEIPTS_KEPT / RECEIPT_PAGE,
	RECEIPT_LOOK_BACK = 2 * TACIT_RECEIPTS_KEPT, /* in a history */
	RECEIPT_LETTER = 48,		/* messages in one letter: with a row
					   for each they fit in one batch */
	RECEIPT_LEAST_MS = 5 * 1000,	/* from the first to its letter */
	RECEIPT_WINDOW_MS = 900 * 1000,
	RECEIPT_RETRY_MS = 60 * 1000	/* while nothing may be sent */
};

take_fn receipts_take;
tend_fn receipts_tend;

/* What follows from ${ev}, at ${b->p->now_ms}, with look_note(), or nothing. */
void receipts_look(struct batch *b, const struct tacit_event *ev);

/* May anything be sent to them by itself now?  1, 0, or an error. */
int receipts_may_tell(struct tacit_practice *p,
    const struct tacit_contact_info *info);

/* The id of a message as bytes; false: it is not spelled as one. */
bool receipt_id(uint8_t out[RECEIPT_ID_LEN], const char *message);

#endif
