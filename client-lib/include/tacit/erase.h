/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removing a contact that is closed, with all that was written, from a vault.
 *
 * Nothing asks here whether that may be: who has to keep records deletes them
 * by <tacit/retention.h>, which does.
 */
#ifndef TACIT_ERASE_H
#define TACIT_ERASE_H

#include <tacit/tacit.h>

#ifdef __cplusplus
extern "C" {
#endif

/* When ${ct} was closed, Unix ms by the clock of then; 0: it is not. */
TACIT_API int64_t tacit_contact_ended_ms(const struct tacit_contact *ct);

/* Rows of the host: those whose key begins with these bytes. */
struct tacit_prefix {
	const void *data;		/* the bytes */
	size_t len;			/* how many */
};

/*
 * Remove everything of ${ct}: history, keys, what waits, events that are not
 * done, and the rows of the host that begin with one of the ${n} at ${rows};
 * with TACIT_LOG_DELETED in the log (tacit/vault_log.h), which keeps the id of
 * the contact and ${words}, all in one transaction.  Then the files are
 * written over: at 0 they hold nothing of it for who has the passphrase.
 * If the relay has not yet closed the mailbox, a row with its address and
 * keys, and no name, stays until it has.
 *
 * ${ct} stays a valid handle until tacit_close(); it is in no list, and calls
 * with it fail as those of a closed contact do.  What tacit_next_event() and
 * tacit_history() lent is taken back.
 *
 * Limits:  keys as in tacit_data_get(), whole or in part, 1 byte or more;
 *          ${words} as in tacit_log_note().
 * Errors:  TACIT_E_STATE (it is not closed), TACIT_E_WAIT (the relay does not
 *          have yet, for the other end, that it is closed, and 30 days are
 *          not over), TACIT_E_INVALID, TACIT_E_TEXT: nothing has changed.
 *          TACIT_E_IO, TACIT_E_DISK_FULL: likewise while tacit_contact_info()
 *          still shows its label; else it is gone, and what is left of it in
 *          the files goes with the next step, or when the vault is opened.
 */
TACIT_API TACIT_MUST int tacit_contact_erase(struct tacit_contact *ct,
    const struct tacit_prefix *rows, size_t n, const char *words);

#ifdef __cplusplus
}
#endif

#endif
