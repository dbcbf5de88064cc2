/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of <tacit/practice.h>, which includes it: a text that was delivered is
 * asked back (docs/recall.md).
 *
 * It is a request.  What comes of it is for the end that has the text: a
 * practice keeps it, for the record; a client's person decides; or it is
 * forgotten without asking, if that was set.  The request leaves at once, as
 * a letter like any other; the answer at a random time 5 s to 15 minutes after
 * it was decided.  The end that asked keeps the text in its own history.
 *
 * Both answers are the word of the other end: nobody can prove what a machine
 * of theirs has forgotten, and a person may have copied what they read.
 */
#ifndef TACIT_RETRACTIONS_H
#define TACIT_RETRACTIONS_H

#include <tacit/practice.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tacit_retraction {			/* how a request stands */
	TACIT_RETRACTION_NONE = 0,	/* it was not asked back */
	TACIT_RETRACTION_ASKED,		/* it was, and nothing is decided, or
					   nothing known of it */
	TACIT_RETRACTION_DONE,		/* it is forgotten at the end that
					   read it */
	TACIT_RETRACTION_KEPT		/* it is kept there */
};

enum {
	TACIT_RETRACTION_BACK = 4096	/* so many entries of a history back a
					   text can be asked for; a request for
					   one before them is not answered */
};

/*
 * Ask ${ct} to forget my text ${message}.  Asked again, nothing is sent.
 *
 * Errors:  TACIT_E_NOT_FOUND (no text of mine has this id), TACIT_E_STATE (it
 *          never reached them: tacit_recall()), TACIT_E_LIMIT (it lies too
 *          far back), TACIT_E_CONTACT_CLOSED, TACIT_E_IDENTITY_CHANGED,
 *          TACIT_E_PAUSED, TACIT_E_NOT_VERIFIED, TACIT_E_INVALID (no such
 *          spelling, ${now_ms} is negative).
 */
TACIT_API TACIT_MUST int tacit_retract(struct tacit_practice *p,
    int64_t now_ms, struct tacit_contact *ct, const char *message);

/*
 * How that stands with the text ${message}, mine or theirs.
 * Returns: enum tacit_retraction, or an error.
 * Errors:  TACIT_E_INVALID (no such spelling).
 */
TACIT_API TACIT_MUST int tacit_retraction_state(struct tacit_practice *p,
    struct tacit_contact *ct, const char *message);

/* The word for it: "asked", "done" or "kept"; NULL for none.  Static. */
TACIT_API const char *tacit_retraction_word(int state);

/*
 * A person here decides about the text ${message} of ${ct}, who asked it back:
 * forget it (${accept} is 1; tacit_forget() says what that is) or keep it (0).
 * What was kept can be forgotten later.  They are told.
 *
 * Errors:  TACIT_E_NOT_FOUND (it was not asked back), TACIT_E_STATE (to be
 *          kept: it is gone), TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_retraction_answer(struct tacit_practice *p,
    int64_t now_ms, struct tacit_contact *ct, const char *message,
    int accept);

enum tacit_retract_policy {		/* what is done with requests */
	TACIT_RETRACT_DEFAULT = 0,	/* of a contact: as the vault has it;
					   of that: keep at a practice, ask at a
					   client */
	TACIT_RETRACT_ASK,		/* a person decides */
	TACIT_RETRACT_KEEP,		/* refuse, for the record */
	TACIT_RETRACT_ACCEPT		/* forget */
};

/*
 * What is done with such requests from now on: of ${ct}, or of all that have
 * no policy of their own (NULL).
 * Errors:  TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_retract_policy_set(struct tacit_practice *p,
    struct tacit_contact *ct, enum tacit_retract_policy policy);

/*
 * What it is for ${ct}, and never TACIT_RETRACT_DEFAULT; or (NULL) what was
 * set for all.
 * Returns: enum tacit_retract_policy, or an error.
 * Errors:  TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_retract_policy_get(struct tacit_practice *p,
    struct tacit_contact *ct);

#ifdef __cplusplus
}
#endif

#endif
