/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of a vault: when it was opened, when somebody failed to, what was
 * taken out of it or deleted, who was verified.  Rows are appended and never
 * changed, but that openings, and failed ones, within one hour are one row
 * with a count.  Each row holds the hash of the row before, and the vault that
 * of the last; reading verifies them.  Backups carry it.
 *
 * What it shows, and what not: who has the file and not the passphrase can
 * change no row and hide none, save by putting back an older copy of the whole
 * vault, which the next connection notices.  Who has the passphrase as well
 * and a program of their own can write whatever they like: so keep the hash of
 * a row elsewhere, and look for it later.  Failed attempts are counted in the
 * clear beside the vault, since no key is at hand then, and enter the log when
 * it is opened: who can write there can change that count, or try copies of
 * the vault elsewhere.  A count that went back is a row of its own.
 */
#ifndef TACIT_VAULT_LOG_H
#define TACIT_VAULT_LOG_H

#include <tacit/tacit.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	TACIT_LOG_WORDS_SIZE = 129	/* 128 bytes of UTF-8 and NUL */
};

enum tacit_log_kind {			/* what a row says */
	TACIT_LOG_UNLOCK = 1,		/* opened */
	TACIT_LOG_FAILED,		/* a wrong passphrase */
	TACIT_LOG_TRIES_LOST,		/* the count of these is not the one
					   of before */
	TACIT_LOG_PASSPHRASE,		/* it was changed */
	TACIT_LOG_VERIFY,		/* a contact was verified */
	TACIT_LOG_UNVERIFIED,		/* the risk of not doing so was
					   accepted */
	TACIT_LOG_IDENTITY,		/* the identity of a contact changed */
	TACIT_LOG_BACKUP,		/* a backup was begun */
	TACIT_LOG_RESTORE,		/* this vault was made of a backup */
	TACIT_LOG_EXPORT,		/* by the host: an export was begun */
	TACIT_LOG_NOTE,			/* by the host: what its words say */
	TACIT_LOG_DELETED		/* all that was kept of a contact */
};

struct tacit_log_row {			/* one row of the log */
	size_t size;			/* sizeof, set by the caller */
	uint64_t place;			/* from 1 */
	enum tacit_log_kind kind;	/* what happened */
	int64_t time_ms;		/* Unix time, the clock of the machine;
					   0: not known */
	int64_t until_ms;		/* of the last of ${count} */
	uint64_t count;			/* from 1 */
	char contact[TACIT_CONTACT_ID_SIZE];	/* or "" */
	char words[TACIT_LOG_WORDS_SIZE];	/* of the host, or "" */
	uint8_t hash[32];		/* over this row and all before it */
};

/*
 * The newest row whose place is below ${before} (0: the newest of all).
 * Returns: 1 and ${out}, 0 if there is none, or an error.
 * Errors:  TACIT_E_INVALID; TACIT_E_CORRUPT: this row, or one above it, is not
 *          what was written, or is missing.  What stands below a row is
 *          verified as it is read.
 */
TACIT_API TACIT_MUST int tacit_log_next(struct tacit *t, uint64_t before,
    struct tacit_log_row *out);

/*
 * Append a row, durable at 0: TACIT_LOG_EXPORT, before anything is written
 * out, or TACIT_LOG_NOTE.
 *
 * Limits:  ${ct} of this vault, or NULL; ${words} NULL, or up to 128 bytes of
 *          UTF-8 without control or direction-override characters.  Nothing
 *          that may not be read by whoever has the passphrase.
 * Errors:  TACIT_E_INVALID (kind, contact), TACIT_E_TEXT (words).
 */
TACIT_API TACIT_MUST int tacit_log_note(struct tacit *t,
    enum tacit_log_kind kind, struct tacit_contact *ct, const char *words);

/* The word that commands print for a kind, as "failed-unlock"; static. */
TACIT_API const char *tacit_log_word(enum tacit_log_kind kind);

#ifdef __cplusplus
}
#endif

#endif
