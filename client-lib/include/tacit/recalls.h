/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of <tacit/tacit.h>, which includes it: texts that are forgotten at both
 * ends, held back, undone and recalled.
 */
#ifndef TACIT_RECALLS_H
#define TACIT_RECALLS_H

#include <tacit/tacit.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The same as tacit_send(), of a text that both ends forget.  How long it is
 * kept is fixed inside the authenticated content, and the letter looks like
 * any other.  The writer's vault forgets it ${keep_hours} after it learned that
 * the other end has it, or that it never will; the reader's so long after it
 * arrived there, and not before its event was confirmed, each by its own
 * clock.  Then the text is gone from the vault's files, within a few
 * tacit_step() calls or with tacit_close(); its place stays, and event
 * TACIT_EV_FORGOTTEN says so.  Copies and backups from before have it.
 *
 * Limits:  1 to 24,000 bytes, as tacit_send(); ${keep_hours} 1 to 8,784.
 * Errors:  TACIT_E_INVALID (hours), and those of tacit_send().
 */
TACIT_API TACIT_MUST int tacit_send_fleeting(struct tacit_contact *ct,
    const char *text, size_t len, uint32_t keep_hours,
    char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq);

enum { TACIT_HOLD_MAX = 60 };		/* seconds */

/*
 * Texts are held back for some seconds before they are first posted, so that
 * tacit_recall() is a plain undo: of a vault (${ct} NULL; 0 when it was made)
 * or of one contact (-1: as the vault has it).  Data is not held back, but
 * stays in order behind a text that is.
 * Errors:  TACIT_E_HOLD (not 0 to 60).
 */
TACIT_API TACIT_MUST int tacit_hold_set(struct tacit *t,
    struct tacit_contact *ct, int seconds);

/* How many seconds that is now. */
TACIT_API int tacit_hold_get(const struct tacit *t,
    const struct tacit_contact *ct);

/*
 * 1 if that was set, of ${ct} or of the vault; 0: nobody has said anything,
 * and a host may hold back what people write as it sees fit.
 */
TACIT_API int tacit_hold_is_set(const struct tacit *t,
    const struct tacit_contact *ct);

/*
 * Whatever the settings are, what this handle writes to ${ct} from now on is
 * held back for ${seconds}, 0 to 60.  Errors: TACIT_E_HOLD.
 */
TACIT_API TACIT_MUST int tacit_hold_now(struct tacit_contact *ct,
    uint32_t seconds);

/*
 * How many texts to ${ct} are held back now, and in ${left_ms} (may be NULL)
 * how long the last of them is, in ms; 0 if there is none.
 */
TACIT_API uint32_t tacit_held(const struct tacit_contact *ct,
    int64_t *left_ms);

/* What became of a text of mine. */
enum tacit_fate {
	TACIT_FATE_NONE,		/* it was not taken back */
	TACIT_FATE_ASKED,		/* the relay was not heard yet */
	TACIT_FATE_UNDONE,		/* it never left */
	TACIT_FATE_UNDELIVERED,		/* destroyed, and given to nobody */
	TACIT_FATE_UNACKNOWLEDGED,	/* destroyed; it may have been given */
	TACIT_FATE_TAKEN		/* the other end has it, or it is not
					   known */
};

/*
 * Take the text ${message} back.  What never left is undone at once.  Else
 * nothing more of it is sent, the relay is asked during later tacit_step()
 * calls to destroy it, and event TACIT_EV_RECALLED says what it said, signed.
 * The other end is shown no gap where it was.  A text that it was given
 * stays with it.  Asked again, this only says what became of it.
 * Output:  ${fate}.
 * Errors:  TACIT_E_NOT_FOUND (no text of mine has this id), TACIT_E_HAD (the
 *          other end has said that it has it).
 */
TACIT_API TACIT_MUST int tacit_recall(struct tacit_contact *ct,
    const char *message, enum tacit_fate *fate);

/* The word that commands print for it, as "destroyed-undelivered"; static. */
TACIT_API const char *tacit_fate_word(enum tacit_fate fate);

enum { TACIT_STATEMENTS_SIZE = 72 * 1024 };	/* bytes */

/*
 * The relay's statements about ${message}, one for each time that a letter of
 * it was sealed, as text of ${len} bytes and a NUL in ${out}, of ${cap} bytes:
 * TACIT_STATEMENTS_SIZE are always enough.
 * Errors:  TACIT_E_NOT_FOUND, TACIT_E_STATE (the relay made none),
 *          TACIT_E_LIMIT (${cap}).
 */
TACIT_API TACIT_MUST int tacit_recall_export(struct tacit_contact *ct,
    const char *message, char *out, size_t cap, size_t *len);

/* What such a text proves, to whoever believes that relay. */
struct tacit_recall_claim {
	size_t size;			/* sizeof, set by the caller */
	unsigned statements;		/* how many there are */
	enum tacit_fate fate;		/* of them all together */
	char relay_key[65];		/* who signed, in hexadecimal: compare */
};

/*
 * Check ${len} bytes at ${text}.  Needs no vault; any thread.
 * Errors:  TACIT_E_STATEMENT: malformed, changed, or of two relays.
 */
TACIT_API TACIT_MUST int tacit_recall_check(const char *text, size_t len,
    struct tacit_recall_claim *out);

enum { TACIT_FORGOTTEN_ASKED = 2 };	/* by tacit_forget() */

/*
 * Forget the text ${message} of theirs, as its writer asked: it is gone from
 * the vault's files within a few tacit_step() calls or with tacit_close(); its
 * place, number and time stay, and so do two hashes, against which who has the
 * passphrase can test a guess.  If its event was not confirmed yet, it is now;
 * a text that the event lent is still the host's.  Copies and backups from
 * before have it.  A second time is fine, as it is where it was forgotten.
 * Errors:  TACIT_E_NOT_FOUND (no text of theirs has this id).
 */
TACIT_API TACIT_MUST int tacit_forget(struct tacit_contact *ct,
    const char *message);

#ifdef __cplusplus
}
#endif

#endif
