/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that are asked back after they were delivered: the end that asks
 * (retract.c) and the end that has the text (retract_take.c).
 */
#ifndef PRACTICE_RETRACT_H
#define PRACTICE_RETRACT_H

#include "batch.h"
#include "receipts.h"

enum {
	RETRACT_LEAST_MS = RECEIPT_LEAST_MS,	/* until it is answered */
	RETRACT_WINDOW_MS = RECEIPT_WINDOW_MS
};

take_fn retract_take, retract_take_answer;
tend_fn retract_tend;

void retract_key(struct row_key *k, enum row_kind kind, const char *id,
    const uint8_t message[RECEIPT_ID_LEN]);

/* What is known of a text of theirs that was asked back: 1, 0 or an error. */
int retract_theirs(struct tacit_practice *p, const char *id,
    const uint8_t message[RECEIPT_ID_LEN], tacit_rows_Retract *out);

/*
 * The text ${message} of the last TACIT_RETRACTION_BACK entries; mine, or
 * theirs.  ${out} has no text.
 * Errors:  TACIT_E_NOT_FOUND, TACIT_E_LIMIT (not so far back).
 */
int retract_find(struct tacit_contact *ct,
    const uint8_t message[RECEIPT_ID_LEN], bool mine,
    struct tacit_message *out);

#endif
