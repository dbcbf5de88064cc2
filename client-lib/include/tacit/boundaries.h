/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of <tacit/practice.h>, which includes it: what keeps the work between
 * sessions within its bounds.
 *
 * One end of each relationship is the practice: the one that made the
 * invitation.  What only a practice may say is refused from the other end.
 */
#ifndef TACIT_BOUNDARIES_H
#define TACIT_BOUNDARIES_H

#include <tacit/practice.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	TACIT_WORDS_SIZE = 16,		/* two words, a space, NUL */
	TACIT_NOTICE_SIZE = 321,	/* a notice of 320 bytes, NUL */
	TACIT_CARD_NUMBERS = 16,	/* on one card, at most */
	TACIT_PRACTICE_HOLD = 10	/* seconds */
};

/* ---- no misdirected message ------------------------------------------------- */

/*
 * The check words of ${ct}: two short words, the same as long as its safety
 * number is.  To be shown with its label, and to be typed by the person.
 * Errors:  TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_practice_words(struct tacit_practice *p,
    struct tacit_contact *ct, char out[TACIT_WORDS_SIZE]);

/*
 * Does the text name somebody else: hold, as whole words, the label of
 * another contact?  Upper and lower case are the same, and so are letters with
 * and without marks, in either form of Unicode (of Latin, Greek, Cyrillic);
 * quotes, dashes and emoji beside it are no part of it.  Labels of fewer than
 * three letters are not looked for (two of Chinese, Japanese or Korean are
 * enough), nor is what is part of the label of ${ct} itself.
 * Output:  ${label}: whom it names, the first in the list.
 * Returns: 1, 0 or an error.
 * Errors:  TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_practice_named(struct tacit_practice *p,
    struct tacit_contact *ct, const char *text, size_t len,
    char label[TACIT_NAME_SIZE]);

enum {
	TACIT_SEND_ANYWAY = 1		/* although it names somebody else */
};

/*
 * tacit_send() of a text that a person wrote, as one transaction with the
 * note of when and to whom: what is to keep it from the wrong reader stands
 * before it.  Nothing is sent, and nothing noted, after an error.
 *
 * Limits:  ${confirm}: the check words of ${ct} as they were typed, in any
 *          case; NULL or "" if nobody was asked.  ${flags}: TACIT_SEND_ANYWAY.
 * Output:  as tacit_send().
 * Errors:  those of tacit_send(), and, in this order,
 *          TACIT_E_IDENTITY_CHANGED (until tacit_life_verify()),
 *          TACIT_E_PAUSED (by the practice),
 *          TACIT_E_CARD (see tacit_card_acknowledge()),
 *          TACIT_E_OTHER_NAME (tacit_practice_named() says who; the flag was
 *          not given),
 *          TACIT_E_CONFIRM (it is the first message of this day, in the zone
 *          of this device, or the last one went to somebody else less than
 *          two minutes ago; and ${confirm} are not the words; wrong words are
 *          refused also where none are asked for),
 *          TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_practice_send(struct tacit_practice *p,
    int64_t now_ms, struct tacit_contact *ct, const char *text, size_t len,
    const char *confirm, unsigned flags, char message[TACIT_MESSAGE_ID_SIZE],
    uint64_t *seq);

/*
 * The same of a text that both ends forget, as tacit_send_fleeting() does; 0
 * hours: it is kept.  Errors: also TACIT_E_INVALID (hours).
 */
TACIT_API TACIT_MUST int tacit_practice_send_fleeting(
    struct tacit_practice *p, int64_t now_ms, struct tacit_contact *ct,
    const char *text, size_t len, uint32_t keep_hours, const char *confirm,
    unsigned flags, char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq);

/*
 * For how many seconds a text that a person writes to ${ct} is to be held
 * back, where they can take it back meanwhile: as tacit_hold_set() says, or
 * else TACIT_PRACTICE_HOLD at a practice, and 0 at a client.  Nothing is held
 * by this: the host hands it to tacit_hold_now(), or not, if nobody is there.
 * Returns: seconds, 0 to 60, or an error.
 * Errors:  TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_practice_hold(struct tacit_practice *p,
    struct tacit_contact *ct);

/* ---- the card ----------------------------------------------------------------- */

/*
 * What a client has to know before writing.  The practice sets it and every
 * client is sent it, signed with a key of the practice that is another one in
 * each relationship, so that two clients cannot compare cards and find that
 * they have one therapist.  A client's end keeps the key of the first card,
 * which came over the channel of the relationship, and refuses a card under
 * another one, with an older version, or changed.
 */
struct tacit_card_number {		/* whom to call in a crisis */
	char country[3];		/* ISO 3166, two letters */
	char what[65];			/* who answers there */
	char number[33];		/* as it is to be dialled */
};
struct tacit_card {			/* the card: what it says, and who
					   has read it */
	size_t size;			/* sizeof, set by the caller */
	uint64_t version;		/* Unix seconds when it was set; 0: of
					   the library, no other is known */
	char response[TACIT_NOTICE_SIZE]; /* when somebody reads and answers */
	char notice[TACIT_NOTICE_SIZE];	/* that nobody watches in between */
	size_t n;			/* how many numbers there are */
	struct tacit_card_number number[TACIT_CARD_NUMBERS]; /* in a crisis */
	int acknowledged;		/* this version, by the client */
	uint64_t acknowledged_version;	/* and the last one that was */
	int64_t acknowledged_ms;	/* when that was told here; 0: never */
};

/*
 * Set the card of this practice: from now on it is sent to every client, to
 * each at a random time in the next day (a first one: in 15 minutes), so that
 * nobody who watches the relay learns which mailboxes are of one practice; and
 * those who had the one before acknowledge anew.  Only the texts and numbers
 * of ${card} are looked at.
 * Limits:  both texts 1 to 320 bytes of UTF-8, ${n} 0 to 16, each number with
 *          a country, 1 to 64 and 1 to 32 bytes; no control characters but
 *          line ends in the two texts.
 * Errors:  TACIT_E_INVALID (size, clock), TACIT_E_TEXT (those limits).
 */
TACIT_API TACIT_MUST int tacit_card_set(struct tacit_practice *p,
    int64_t now_ms, const struct tacit_card *card);

/*
 * The card that is valid with ${ct}; NULL: the one of this practice.
 * Errors:  TACIT_E_INVALID (size).
 */
TACIT_API TACIT_MUST int tacit_card_get(struct tacit_practice *p,
    struct tacit_contact *ct, struct tacit_card *out);

/*
 * The client has read card ${version} of ${ct}; the practice is told, with a
 * hash of what was read.  Until then, and again after each change,
 * tacit_practice_send() says TACIT_E_CARD.  Repeats are fine.
 * Errors:  TACIT_E_CONFLICT (another card is valid by now),
 *          TACIT_E_STATE (this end is the practice), TACIT_E_CONTACT_CLOSED,
 *          TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_card_acknowledge(struct tacit_practice *p,
    int64_t now_ms, struct tacit_contact *ct, uint64_t version);

/* ---- out of office, quiet hours ------------------------------------------------- */

/*
 * From day ${from} to day ${until}, both included and of this device's zone,
 * each contact that was invited here and writes a text is answered ${text}, by
 * the library, once a day: event TACIT_PRACTICE_AWAY there, never shown as a
 * message.  It goes out in a later tacit_practice_step(), at a random time in
 * the next 15 minutes, unless that is over by then: in the moment of the text
 * it would tell who watches the relay what it is.  Texts that arrived before
 * are not answered.
 * Limits:  ${text} 1 to 320 bytes; ${from}, ${until}: 0 for at once, and for
 *          until it is ended.
 * Errors:  TACIT_E_TEXT, TACIT_E_INVALID (no days, or in the wrong order).
 */
TACIT_API TACIT_MUST int tacit_away_set(struct tacit_practice *p,
    int64_t now_ms, const char *text, uint32_t from, uint32_t until);
/* Ending what is not there is fine. */
TACIT_API TACIT_MUST int tacit_away_end(struct tacit_practice *p);

/*
 * Hours in which the host notifies nobody of messages.  From minute ${from}
 * of the day to before minute ${until}, over midnight if that is less, all
 * day if it is the same; on days whose bit is set in ${weekdays}, bit 0 for
 * Monday, counted by the day on which the hours begin.
 * Errors:  TACIT_E_INVALID (minutes up to 1439, at least one day).
 */
TACIT_API TACIT_MUST int tacit_quiet_set(struct tacit_practice *p,
    uint32_t from, uint32_t until, uint32_t weekdays);
/* No such hours any more. */
TACIT_API TACIT_MUST int tacit_quiet_end(struct tacit_practice *p);
/* Is it quiet at ${now_ms}?  Returns: 1, 0 or an error. */
TACIT_API TACIT_MUST int tacit_quiet_at(struct tacit_practice *p,
    int64_t now_ms);

/* ---- how a relationship stands ---------------------------------------------------- */

enum tacit_life {			/* where a relationship stands */
	TACIT_LIFE_INVITED = 1,		/* not answered yet */
	TACIT_LIFE_ACTIVE,		/* both may write */
	TACIT_LIFE_PAUSED,		/* by the practice: the client writes
					   nothing, and sees the card */
	TACIT_LIFE_DISCHARGED,		/* being ended, or, at the client, over */
	TACIT_LIFE_RETAINED		/* at the practice: over; the history is
					   kept */
};
struct tacit_life_info {		/* what tacit_life_get() says */
	size_t size;			/* sizeof, set by the caller */
	enum tacit_life state;		/* where it stands now */
	int identity_changed;		/* and not verified since */
	char text[TACIT_NOTICE_SIZE];	/* said with a pause; or "" */
	uint32_t entries;		/* how many tacit_life_entry() has */
};
/* Fill ${out} with how ${ct} stands.  Errors: TACIT_E_INVALID. */
TACIT_API TACIT_MUST int tacit_life_get(struct tacit_practice *p,
    struct tacit_contact *ct, struct tacit_life_info *out);

enum tacit_life_what {			/* what happened, or is to happen */
	TACIT_LIFE_PAIR = 1,		/* an invitation was answered */
	TACIT_LIFE_PAUSE,		/* the practice paused it */
	TACIT_LIFE_RESUME,		/* and went on */
	TACIT_LIFE_DISCHARGE,		/* the practice ended it */
	TACIT_LIFE_CLOSE,		/* the mailboxes */
	TACIT_LIFE_IDENTITY,		/* their identity key changed */
	TACIT_LIFE_VERIFY		/* the safety numbers were equal */
};
enum tacit_how {			/* how safety numbers were compared */
	TACIT_HOW_NONE = 0,		/* nobody said */
	TACIT_HOW_IN_PERSON,		/* in one room */
	TACIT_HOW_VOICE,		/* by telephone */
	TACIT_HOW_VIDEO			/* by video */
};
struct tacit_life_entry {		/* one thing that happened */
	size_t size;			/* sizeof, set by the caller */
	enum tacit_life_what what;	/* what it was */
	enum tacit_who who;		/* who did it */
	enum tacit_how how;		/* of PAIR and VERIFY */
	int64_t time_ms;		/* when this end saw it */
};
/*
 * What happened with ${ct}, entry ${n} from 0 on.  Entries are never changed.
 * Returns: 1 and ${out}, 0 if there is none, or an error.
 * Errors:  TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_life_entry(struct tacit_practice *p,
    struct tacit_contact *ct, uint32_t n, struct tacit_life_entry *out);

/*
 * The practice pauses, resumes or discharges ${ct}, and says ${text} with it.
 * The words of a discharge are a text as any other; when a relay has them, the
 * mailboxes at both ends are closed, by themselves.  What is so already stays
 * so, and is no error.
 * Limits:  ${what}: PAUSE, RESUME, DISCHARGE.  ${text} up to 320 bytes, at
 *          least one for a discharge.
 * Errors:  TACIT_E_STATE (this end is not the practice, or they have not
 *          answered yet), TACIT_E_TEXT, TACIT_E_CONTACT_CLOSED (also: it was
 *          discharged), TACIT_E_NOT_VERIFIED, TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_life_change(struct tacit_practice *p,
    int64_t now_ms, struct tacit_contact *ct, enum tacit_life_what what,
    const char *text);

/*
 * tacit_verify(), with an entry that says how.  It ends the refusal that
 * follows when the identity key of the other end changed.
 * Errors:  those of tacit_verify(), TACIT_E_INVALID (${how}).
 */
TACIT_API TACIT_MUST int tacit_life_verify(struct tacit_practice *p,
    int64_t now_ms, struct tacit_contact *ct, enum tacit_how how);

#ifdef __cplusplus
}
#endif

#endif
