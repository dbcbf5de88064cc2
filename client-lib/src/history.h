/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was written, both ways: rows of VAULT_HISTORY, chained per contact.
 * Each row holds the hash of the row before; the hash of the last stands in
 * the contact's record, which the vault's own hash covers.
 */
#ifndef CLIENT_HISTORY_H
#define CLIENT_HISTORY_H

#include "model.h"

/* Append, inside a change. */
int history_add(struct tacit_contact *ct, int from_me,
    const uint8_t stream[TACIT_STREAM_LEN], uint64_t seq, int64_t time_ms,
    const char *text, size_t len);

#endif
