/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libtacit_practice: what a practice needs between sessions, on top of
 * libtacit and in the same letters.  It is built on <tacit/tacit.h> alone.
 *
 * A handle (struct tacit_practice) stands over an open vault and holds
 * nothing that is not in rows of that vault: whoever has the vault has
 * everything, backups included.  The keys of those rows begin with byte 0.
 *
 * What the other end's practice layer sends arrives as TACIT_EV_DATA of type
 * 1.  tacit_practice_step() takes these events out of the vault's queue, and
 * what became of data of type 1, each in one tacit_commit() with all that
 * follows from it: nothing is done twice and nothing is lost, wherever the
 * process dies.  All other events stay where they are, for the host.  What
 * the host is to know of it comes out of tacit_practice_next_event(), stays
 * until tacit_practice_event_done(), and survives a crash in between.
 *
 *	for (;;) {
 *		poll(tacit_fd(t), the lesser of tacit_timeout_ms(t) and
 *		    tacit_practice_timeout_ms(p, now));
 *		tacit_step(t, 0);
 *		tacit_practice_step(p, now);
 *		events of both
 *	}
 *
 * A host that steps the vault and never this layer loses nothing: the events
 * wait.  It must not confirm events whose data_type is 1 by itself.
 *
 * Returns: 0, or one negative code of tacit/error.h.  Besides the errors that
 * are named at each function, any call may return TACIT_E_NOMEM,
 * TACIT_E_IO, TACIT_E_DISK_FULL or TACIT_E_CORRUPT; nothing has changed then.
 *
 * Threads: a handle belongs to the thread that has its vault at the time, as
 * the vault's contacts do.  Misuse is refused as tacit.h says, of each handle
 * here by itself: TACIT_E_HANDLE also where the vault was closed before it,
 * TACIT_E_REENTERED inside a struct tacit_writer of the same handle.
 *
 * Time: calls wait for nothing but the disk: those that change something for
 * one transaction, tacit_practice_step() for one per event it takes.  The
 * clock is an argument, Unix milliseconds.
 *
 * Text is UTF-8, NUL-terminated.  Days are numbers as 20261122.  Pointers
 * that a function fills in stay the library's and live until the call named
 * there.
 */
#ifndef TACIT_PRACTICE_H
#define TACIT_PRACTICE_H

#include <stddef.h>
#include <stdint.h>

#include <tacit/error.h>
#include <tacit/tacit.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	TACIT_PRACTICE_ABOUT_SIZE = 24,	/* an id of any kind, and NUL */
	TACIT_CHECKIN_ID_SIZE = 15,	/* "k_" (or "f_": of a form), 12 of
					   a-z2-7, NUL */
	TACIT_CHECKIN_TITLE_SIZE = 201,	/* 200 bytes of UTF-8 and NUL */
	TACIT_CHECKIN_BOUND_SIZE = 24,	/* the least or most of a number */
	TACIT_CHECKIN_VALUE_SIZE = 512,	/* an option, as it is answered */
	TACIT_CHECKIN_WHY_SIZE = 256	/* a line that says what is wrong */
};

/* The practice layer over one vault.  Layout is private. */
struct tacit_practice;

/* ---- handle --------------------------------------------------------------- */

/*
 * Open the practice layer of ${t}; a vault that never had one is fine.
 * Nothing is sent or taken before the first step.
 *
 * Owner:   the caller, who releases it with tacit_practice_close() before
 *          tacit_close().  One handle per vault at a time.
 * Errors:  TACIT_E_INVALID.  ${*out} is NULL after any error.
 */
TACIT_API TACIT_MUST int tacit_practice_open(struct tacit_practice **out,
    struct tacit *t);

/* Wipe and free; the vault stays open.  NULL does nothing. */
TACIT_API void tacit_practice_close(struct tacit_practice *p);

/*
 * Take what arrived and do what is due at ${now_ms}.  To be called after each
 * tacit_step(), with a clock that goes forward; one that jumps changes when
 * things happen and loses nothing.
 * A text that tacit_history() lent is given back.
 *
 * Errors:  TACIT_E_INVALID (${now_ms} is negative); of storage: what was taken
 *          before the error is durable, the rest is taken at the next call.
 */
TACIT_API TACIT_MUST int tacit_practice_step(struct tacit_practice *p,
    int64_t now_ms);

/*
 * How long after ${now_ms} the host may wait before the next step, if nothing
 * arrives: ms; -1 for ever; 0: now.
 */
TACIT_API int tacit_practice_timeout_ms(const struct tacit_practice *p,
    int64_t now_ms);

/* Messages of the other ends that were set aside, since the vault was made. */
struct tacit_practice_counts {
	size_t size;			/* sizeof, set by the caller */
	uint64_t unknown;		/* of a kind that is not known here:
					   their version is newer */
	uint64_t malformed;		/* and such as make no sense */
};
/* Fill ${out} with how many there were. */
TACIT_API TACIT_MUST int tacit_practice_counts(const struct tacit_practice *p,
    struct tacit_practice_counts *out);

/* ---- events --------------------------------------------------------------- */

enum tacit_practice_event_type {	/* what tacit_practice_next_event()
					   tells */
	TACIT_PRACTICE_UNDELIVERED = 1,	/* about: id of a message of ours that
					   they did not get in 30 days; it is
					   still being sent */
	/* about: id of the check-in; date: its occurrence; title */
	TACIT_CHECKIN_DUE,		/* it can be answered from now on */
	TACIT_CHECKIN_CLOSED,		/* it was not answered in its time */
	TACIT_CHECKIN_ANSWERED,		/* by them; see tacit_checkin_score() */
	TACIT_CHECKIN_ALERT,		/* an answer of theirs; label: of the
					   band or the alert; value: the score
					   or the question that it is about */
	TACIT_CHECKIN_MISSED,		/* no answer came in its time, in
					   whatever zone they are, and none
					   waits at a relay */
	/* of boundaries: 40 to 59 */
	TACIT_PRACTICE_CARD = 40,	/* the practice has a new card; to be
					   shown and acknowledged */
	TACIT_PRACTICE_CARD_REFUSED,	/* label: what was wrong with one that
					   came: "key", "version",
					   "signature"; it is not used */
	TACIT_PRACTICE_CARD_HAD,	/* they acknowledged a card; about: its
					   version; label: "default", or "" */
	TACIT_PRACTICE_AWAY,		/* value: their notice, out of office;
					   date: the last day, or 0.  It is no
					   message of a person */
	TACIT_PRACTICE_PAUSED,		/* value: what the practice says */
	TACIT_PRACTICE_RESUMED,		/* the same */
	TACIT_PRACTICE_DISCHARGED,	/* the practice ends the relationship */
	/* of receipts: 60 to 69 */
	TACIT_PRACTICE_RECEIPT = 60,	/* they tell what became of texts of
					   mine; about: the newest of these;
					   label: "delivered" or "read"; value:
					   how many they are */
	/* of retention: 70 to 79 */
	TACIT_RECORD_DUE = 70,		/* date: so long the record had to be
					   kept; it may be deleted */
	/* of retractions: 80 to 89 */
	TACIT_RETRACTION_WANTED = 80,	/* they want a text of theirs back;
					   about: its id; label: "asked", if a
					   person is to decide, "done", "kept" */
	TACIT_RETRACTION_ANSWERED	/* about: id of a text of mine; label:
					   "done" or "kept", there */
};

/* Fields that a type does not name are 0, "" or NULL. */
struct tacit_practice_event {
	size_t size;			/* sizeof, set by the caller */
	uint64_t id;			/* above 2^40: never one of
					   tacit_next_event() */
	enum tacit_practice_event_type type; /* what happened */
	struct tacit_contact *contact;	/* NULL also if it is gone */
	char about[TACIT_PRACTICE_ABOUT_SIZE]; /* as the type says */
	uint32_t date;			/* as the type says */
	const char *title;		/* these, until the next
					   tacit_practice_next_event() or
					   tacit_practice_close() */
	const char *label;		/* as the type says */
	const char *value;		/* as the type says */
};

/*
 * The oldest event with an id above ${after} (0: the oldest that is not
 * done).  Ids ascend in the order in which things were taken, also over
 * restarts, and none is given twice.
 * Returns: 1 and ${out}, 0 if there is none, or an error.
 * Errors:  TACIT_E_INVALID (size).
 */
TACIT_API TACIT_MUST int tacit_practice_next_event(struct tacit_practice *p,
    uint64_t after, struct tacit_practice_event *out);

/*
 * The host has it, durably if it must: forget the event.  Repeats are fine.
 * Errors:  TACIT_E_INVALID (${id} is 0).
 */
TACIT_API TACIT_MUST int tacit_practice_event_done(struct tacit_practice *p,
    uint64_t id);

/* The word that commands print for an event type; static, never NULL. */
TACIT_API const char *tacit_practice_event_word(
    enum tacit_practice_event_type type);

/* ---- check-ins: who asks ---------------------------------------------------- */

/*
 * Keep the FHIR R4 Questionnaire in ${len} bytes of JSON as a form.  The same
 * again is fine and gives the same id.
 *
 * Limits:  those of docs/checkins.md; 64 forms.
 * Output:  ${form}, its id; after TACIT_E_FORM ${why} (may be NULL), one line
 *          that names item or line and what of it.
 * Errors:  TACIT_E_FORM, TACIT_E_LIMIT (there are 64), TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_checkin_import(struct tacit_practice *p,
    const char *json, size_t len, char form[TACIT_CHECKIN_ID_SIZE],
    char why[TACIT_CHECKIN_WHY_SIZE]);

/* The name of the ${n}th form that comes with the library; NULL at the end. */
TACIT_API const char *tacit_checkin_shipped(unsigned int n);

/* Import that one.  Errors: TACIT_E_NOT_FOUND, TACIT_E_LIMIT. */
TACIT_API TACIT_MUST int tacit_checkin_import_shipped(
    struct tacit_practice *p, const char *name,
    char form[TACIT_CHECKIN_ID_SIZE]);

struct tacit_checkin_form {		/* a questionnaire that was imported */
	size_t size;			/* sizeof, set by the caller */
	char id[TACIT_CHECKIN_ID_SIZE];	/* "f_" ... */
	char title[TACIT_CHECKIN_TITLE_SIZE]; /* for a person */
	char url[256], version[65];	/* or "" */
	uint32_t items;			/* groups, displays and questions */
};

/*
 * The form after the one with id ${after} (NULL: the first).
 * Returns: 1, 0 if there is none, or an error.
 * Errors:  TACIT_E_NOT_FOUND (${after}), TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_checkin_form_next(struct tacit_practice *p,
    const char *after, struct tacit_checkin_form *out);

/* When a check-in is asked, by the calendar and clock of who answers it. */
struct tacit_checkin_when {
	size_t size;			/* sizeof(struct tacit_checkin_when) */
	int once;			/* from when it arrives to the end of
					   ${until}; the last four are 0 */
	uint32_t from;			/* first day; 0: today, here */
	uint32_t until;			/* last day */
	uint32_t every;			/* so many days, 1 to 366; or 0, and: */
	uint32_t weekdays;		/* bit 0 is Monday, bit 6 Sunday */
	uint32_t open, close;		/* minutes of the day between which it
					   can be answered: open < close,
					   close <= 1440 */
};

/*
 * Ask ${ct} the form ${form}.  It survives any crash when this returns 0.  It
 * goes out in a later tacit_practice_step(), at a random time in the next 15
 * minutes, so that nobody who watches the relay learns when it was prepared;
 * what is asked once and needs no form that they lack goes at once.
 *
 * Limits:  ${until} today or later, at most 3,660 days after ${from}; 512
 *          check-ins for one contact.
 * Output:  ${id}, of the check-in.
 * Errors:  TACIT_E_NOT_FOUND (form), TACIT_E_INVALID (${when}), TACIT_E_LIMIT,
 *          TACIT_E_CONTACT_CLOSED (also: discharged), TACIT_E_NOT_VERIFIED,
 *          TACIT_E_IDENTITY_CHANGED (as of the last step; until
 *          tacit_life_verify()).
 */
TACIT_API TACIT_MUST int tacit_checkin_send(struct tacit_practice *p,
    struct tacit_contact *ct, const char *form,
    const struct tacit_checkin_when *when, int64_t now_ms,
    char id[TACIT_CHECKIN_ID_SIZE]);

/*
 * Ask it no more; what was answered stays.  A second time is fine.
 * Errors:  TACIT_E_NOT_FOUND (no such check-in of mine for ${ct}).
 */
TACIT_API TACIT_MUST int tacit_checkin_stop(struct tacit_practice *p,
    struct tacit_contact *ct, const char *id);

struct tacit_checkin_info {		/* one check-in, and how it stands */
	size_t size;			/* sizeof, set by the caller */
	char id[TACIT_CHECKIN_ID_SIZE];	/* "k_" ... */
	int mine;			/* I ask; else it is asked of me */
	int stopped;			/* it is asked no more */
	int waiting;			/* mine: not sent yet; theirs: its form
					   has not come yet */
	char title[TACIT_CHECKIN_TITLE_SIZE];	/* "" while it waits for it */
	char form[TACIT_CHECKIN_ID_SIZE];	/* mine; else "" */
	struct tacit_checkin_when when;	/* as it was asked for */
	uint32_t asked;			/* theirs: the day that can be answered
					   now, or 0 */
	uint32_t answers;		/* mine: how many came */
};

/*
 * The check-in with ${ct} after the one with id ${after} (NULL: the first).
 * Returns: 1, 0 if there is none, or an error.
 * Errors:  TACIT_E_NOT_FOUND (${after}), TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_checkin_next(struct tacit_practice *p,
    struct tacit_contact *ct, const char *after,
    struct tacit_checkin_info *out);

/*
 * Whose check-in ${id} is.
 * Output:  ${ct}.
 * Errors:  TACIT_E_NOT_FOUND.
 */
TACIT_API TACIT_MUST int tacit_checkin_find(struct tacit_practice *p,
    const char *id, struct tacit_contact **ct);

/*
 * The first day after ${after} (0: the first of all) for which an answer to
 * my check-in ${id} came.
 * Output:  ${date}, and when it came to ${time_ms} (may be NULL).
 * Returns: 1, 0 if there is none, or an error.
 */
TACIT_API TACIT_MUST int tacit_checkin_response_next(
    struct tacit_practice *p, struct tacit_contact *ct, const char *id,
    uint32_t after, uint32_t *date, int64_t *time_ms);

/*
 * That answer as a FHIR R4 QuestionnaireResponse, authored when its writer's
 * clock says.
 *
 * Output:  ${*json}, the caller's, tacit_practice_free().
 * Errors:  TACIT_E_NOT_FOUND.
 */
TACIT_API TACIT_MUST int tacit_checkin_response(struct tacit_practice *p,
    struct tacit_contact *ct, const char *id, uint32_t date, char **json);

struct tacit_checkin;			/* see below */

/*
 * That answer, to be looked at: with the calls that look at a check-in that is
 * being answered.  It cannot be changed or submitted.
 *
 * Owner:   the caller, tacit_checkin_close().
 * Errors:  TACIT_E_NOT_FOUND.
 */
TACIT_API TACIT_MUST int tacit_checkin_read(struct tacit_checkin **out,
    struct tacit_practice *p, struct tacit_contact *ct, const char *id,
    uint32_t date);

struct tacit_checkin_score {		/* what the answers come to */
	size_t size;			/* sizeof, set by the caller */
	char label[65];			/* what is scored */
	char value[25];			/* a number, as "7" or "1.5" */
	char band[65];			/* or "" */
	int alert;			/* the band is one to be told of */
	uint32_t answered, of;		/* questions that count */
};

/*
 * The ${n}th score of that answer, from 0.
 * Returns: 1, 0 if there are not so many, or an error.
 * Errors:  TACIT_E_NOT_FOUND.
 */
TACIT_API TACIT_MUST int tacit_checkin_score(struct tacit_practice *p,
    struct tacit_contact *ct, const char *id, uint32_t date, unsigned int n,
    struct tacit_checkin_score *out);

/* Wipe and free what a call has given away; NULL does nothing. */
TACIT_API void tacit_practice_free(char *text);

/* ---- check-ins: who answers --------------------------------------------------- */

/*
 * A check-in that is being answered (struct tacit_checkin, whose layout is
 * private): go on with the occurrence of ${id} that is asked now, where it was left.
 *
 * Owner:   the caller, who releases it with tacit_checkin_close() before the
 *          practice layer.
 * Errors:  TACIT_E_NOT_FOUND, TACIT_E_STATE (nothing is asked now: too early,
 *          too late, answered, stopped).  ${*out} is NULL after any error.
 */
TACIT_API TACIT_MUST int tacit_checkin_open(struct tacit_checkin **out,
    struct tacit_practice *p, struct tacit_contact *ct, const char *id);

/* Wipe and free; what was answered is kept.  NULL does nothing. */
TACIT_API void tacit_checkin_close(struct tacit_checkin *c);

/* The day that is answered. */
TACIT_API uint32_t tacit_checkin_date(const struct tacit_checkin *c);

/* What the form is called, until tacit_checkin_close(). */
TACIT_API const char *tacit_checkin_title(const struct tacit_checkin *c);

/* True if answers of it were kept: it was begun. */
TACIT_API int tacit_checkin_begun(const struct tacit_checkin *c);

/* How many items there are: groups, displays and questions. */
TACIT_API uint32_t tacit_checkin_items(const struct tacit_checkin *c);

struct tacit_checkin_item {		/* one item of the form */
	size_t size;			/* sizeof, set by the caller */
	const char *link_id, *text, *prefix;	/* until _close(); or "" */
	const char *type;		/* of FHIR: "choice" ...; static */
	uint32_t depth;			/* 1 at the top */
	int question;			/* else a group or a display */
	int required, repeats;		/* as the form says */
	int enabled;			/* to be shown, as things stand */
	uint32_t options;		/* to choose from */
	/* What an answer must keep to; "", 0 and -1: nothing was said. */
	char least[TACIT_CHECKIN_BOUND_SIZE], most[TACIT_CHECKIN_BOUND_SIZE];
	uint32_t length;		/* characters */
	int places;			/* behind the point */
};

/* The item at place ${at}, from 0.  Errors: TACIT_E_INVALID. */
TACIT_API TACIT_MUST int tacit_checkin_item(const struct tacit_checkin *c,
    uint32_t at, struct tacit_checkin_item *out);

/*
 * Its ${n}th option: ${value}, as tacit_checkin_set() takes it, and ${*shown}
 * for a person (NULL: the value itself), until tacit_checkin_close().
 * Errors:  TACIT_E_INVALID, TACIT_E_LIMIT (does not fit).
 */
TACIT_API TACIT_MUST int tacit_checkin_option(const struct tacit_checkin *c,
    uint32_t at, uint32_t n, char value[TACIT_CHECKIN_VALUE_SIZE],
    const char **shown);

/*
 * The ${n}th answer at ${at}, from 0, as text to ${cap} bytes at ${out}.
 * Returns: 1, 0 if there are not so many, or an error.
 * Errors:  TACIT_E_LIMIT (does not fit; words take up to 8,001 bytes).
 */
TACIT_API TACIT_MUST int tacit_checkin_answer(const struct tacit_checkin *c,
    uint32_t at, uint32_t n, char *out, size_t cap);

/*
 * Answer the question at ${at}: true or false, a number, 2026-11-22, words, an
 * option by its value.  A question that repeats has this answer besides the
 * others then.  It survives any crash when this returns 0; after an error
 * nothing has changed.
 *
 * Output:  after TACIT_E_ANSWER ${*reason} (may be NULL), static, as "is over
 *          the maximum".
 * Errors:  TACIT_E_ANSWER, TACIT_E_INVALID (no question, or not enabled),
 *          TACIT_E_STATE (as of the last step it is not asked any more).
 */
TACIT_API TACIT_MUST int tacit_checkin_set(struct tacit_checkin *c,
    uint32_t at, const char *text, const char **reason);

/* The same by the number of an option, from 0. */
TACIT_API TACIT_MUST int tacit_checkin_choose(struct tacit_checkin *c,
    uint32_t at, uint32_t option, const char **reason);

/* Take back all answers at ${at}.  Errors: as above, but TACIT_E_ANSWER. */
TACIT_API TACIT_MUST int tacit_checkin_clear(struct tacit_checkin *c,
    uint32_t at);

/* The first item that still needs an answer; tacit_checkin_items(): none. */
TACIT_API uint32_t tacit_checkin_missing(const struct tacit_checkin *c);

/*
 * Send the answers, once: the occurrence is over then, and ${c} can only be
 * closed.
 * Errors:  TACIT_E_ANSWER (something is missing), TACIT_E_STATE,
 *          TACIT_E_CONTACT_CLOSED, TACIT_E_NOT_VERIFIED,
 *          TACIT_E_IDENTITY_CHANGED (as of the last step; until
 *          tacit_life_verify()).
 */
TACIT_API TACIT_MUST int tacit_checkin_submit(struct tacit_checkin *c);

#ifdef __cplusplus
}
#endif

#include <tacit/boundaries.h>
#include <tacit/records.h>
#include <tacit/receipts.h>
#include <tacit/retention.h>
#include <tacit/retractions.h>

#endif
