/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of tacit/vault_log.h: rows of VAULT_LOG, chained; the hash of the
 * last stands in the row about oneself, which the vault's own hash covers.
 */
#ifndef CLIENT_JOURNAL_H
#define CLIENT_JOURNAL_H

#include "model.h"
#include "tacit/vault_log.h"

/* Append a row of now, inside a change.  ${ct} may be NULL. */
int journal_say(struct tacit *t, enum tacit_log_kind kind,
    const struct tacit_contact *ct);

/* The same with words, if they fit. */
int journal_write(struct tacit *t, enum tacit_log_kind kind,
    const struct tacit_contact *ct, const char *words);
int journal_words_fit(const char *words);

/*
 * The vault was opened: say so, and what was tried before, in a change of its
 * own.  A full disk keeps nobody from reading: then the next change says it.
 */
int journal_opened(struct tacit *t);

/* What journal_opened() still owes, inside a change.  For change.c. */
int journal_settle(struct tacit *t);

#endif
