/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The book that is kept beside four weeks: what each person did, what each
 * was shown and told, and when.  Nothing of it comes from a vault.
 *
 * Person 0 is the therapist; the others are her clients, each with one
 * relationship.  All times are Unix ms.
 */
#ifndef BOOK_H
#define BOOK_H

#include <stdio.h>

#include <tacit/practice.h>

#include "wall.h"

enum {
	CLIENTS = 30,
	PEOPLE = CLIENTS + 2,		/* one of them comes back, with a new
					   phone */
	BOOK_TEXT_MAX = 4096,
	NEVER_SHOWN = -1
};

/* Words that are in every text, label and form, and nowhere else. */
#define MARK_TEXT	"Murmeltier"
#define MARK_LABEL	"Quendel"
#ifndef MARK_FORM
#define MARK_FORM	"Abendfrage"
#endif

struct text {
	int from, to;
	int64_t ms;
	char id[TACIT_MESSAGE_ID_SIZE];	/* as its writer was told */
	char shown_id[TACIT_MESSAGE_ID_SIZE];
	int shown;			/* times */
	int64_t shown_ms;		/* the first time, or NEVER_SHOWN */
	int order;			/* of the first time, among all */
	int late;			/* it was said to be */
	int again;			/* times after the vault was put back */
	int64_t again_ms;		/* the last of them; or 0 */
	int spare;			/* nobody has to be shown it */
	int destroyed;			/* taken back: nobody can be shown it */
};

struct ask {
	int client;
	char id[TACIT_CHECKIN_ID_SIZE];
	struct tacit_checkin_when when;
	int64_t sent_ms;		/* by the therapist */
	int64_t had_ms;			/* by the client, with its form; or 0 */
	int64_t stop_ms, stop_had_ms;	/* or 0 */
};

struct answer {
	int ask;
	uint32_t date;
	int bad, drinks;
	int64_t ms, out_ms;		/* given; on the way; or 0 */
};

/* An event of the practice layer, at one person. */
struct told {
	int who, about;			/* whom, which client */
	enum tacit_practice_event_type type;
	int ask;			/* or -1 */
	uint32_t date;
	char label[65];
	int64_t ms;
};

/* Something that is no message, of the vault. */
struct heard {
	int who, about;
	enum tacit_event_type type;
	enum tacit_who whose;
	int64_t ms;
};

/* A device was on, with a clock, from ... to before ... */
struct on {
	int who;
	int64_t from, until;
};

struct back {				/* a vault was put back */
	int who;
	int64_t kept, ms;
};

struct book {
	struct text *text;
	struct ask *ask;
	struct answer *answer;
	struct told *told;
	struct heard *heard;
	struct on *on;
	struct back *back;
	size_t texts, asks, answers, tolds, heards, ons, backs;
	int shown;			/* texts, in all */
	int findings;
	const char *expect;		/* a rule that must be found broken */
	int expected;			/* times */
};

/* The list of ${*n}, with one more at its end, zeroed. */
void *book_more(void *list, size_t *n, size_t size);
#define BOOK_ADD(b, name)						\
	((b)->name = book_more((b)->name, &(b)->name##s,		\
	    sizeof(*(b)->name)), &(b)->name[(b)->name##s - 1])

/* The body of text ${n}: it follows from the number. */
size_t book_body(char out[BOOK_TEXT_MAX], size_t n);

int book_ask(const struct book *b, const char *id);	/* or -1 */
/* The answer for that day; NULL: there is none. */
const struct answer *book_answer(const struct book *b, int ask,
    uint32_t date);

/* Was ${who}'s device on at ${ms}; else when it was next, or INT64_MAX. */
int64_t book_on_at(const struct book *b, int who, int64_t ms);

/* Was the vault of ${who} put back after ${ms}, to what it was before? */
int book_was_undone(const struct book *b, int who, int64_t ms);
/* When the vault of ${who} was last put back before ${ms}; or 0. */
int64_t book_life(const struct book *b, int who, int64_t ms);

/* Promise ${rule} was broken. */
__attribute__((format(printf, 3, 4)))
void book_finding(struct book *b, const char *rule, const char *form, ...);

void book_free(struct book *b);

#endif
