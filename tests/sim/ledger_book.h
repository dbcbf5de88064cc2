/* SPDX-License-Identifier: Apache-2.0 */
/* What the ledger keeps; for ledger*.c alone. */
#ifndef SIM_LEDGER_BOOK_H
#define SIM_LEDGER_BOOK_H

#include "ledger.h"

enum { RANGES_MAX = 64, VERDICT_LEN = 400 };

/* What became of a text that its writer took back; see ledger_recall.c. */
struct thought {
	int asked, unsure;		/* in any life; perhaps */
	int events;			/* that told of it, in this life */
	int released, blind;
	int asked_at, told_at;		/* moments */
	int posted;			/* letters of it that reached the relay */
	int forgot[2];			/* by its writer, by its reader */
	enum tacit_fate fate;		/* as this life of the vault knows it */
};

/* A text that somebody began to write. */
struct text {
	struct thought thought;
	uint32_t hours;			/* that it is kept; 0: for ever */
	size_t len;
	enum ledger_call how;
	int ended;			/* the call returned, or its process */
	int excused;			/* its writer was put back since */
	int tangled;			/* the ends know different pasts of it */
	int accepted, undelivered, overdue;
	int64_t at;			/* when it was written */
	uint64_t seq;
	char message[TACIT_MESSAGE_ID_SIZE];	/* as the writer knows it */
	char shown_as[TACIT_MESSAGE_ID_SIZE];	/* to any life of the vault */
	char listed[2][TACIT_MESSAGE_ID_SIZE];	/* in the last histories */
};

/* All that one end wrote in one relationship; number 1 is all[0]. */
struct letters {
	struct text *all;
	int n;
};

struct range {
	uint64_t from, to;
};

struct seen {
	uint64_t event;
	int type, rel, number, done;
};

/* What one end was shown so far: what a copy of its vault remembers, too. */
struct view {
	struct seen *seen;
	size_t n_seen;
	uint8_t *shown[LEDGER_RELS];	/* by number */
	int n_shown[LEDGER_RELS], last[LEDGER_RELS];
	int written[LEDGER_RELS];
	int paired[LEDGER_RELS], unreachable[LEDGER_RELS];
	uint64_t accepted;
	struct range gap[LEDGER_RELS][RANGES_MAX];
	int gaps[LEDGER_RELS];
};

/*
 * What one end writes in a relationship after one of its two was put back is
 * judged loosely up to the text that ${strict} says.  It is none before a text
 * written since has been shown, each way: then both have healed.
 */
struct since {
	int fresh;			/* later ones are written since */
	int passed;			/* one of them was shown */
	int strict;
};

struct ledger {
	int end[LEDGER_RELS][2];
	struct letters letters[LEDGER_ENDS][LEDGER_RELS];
	struct view view[LEDGER_ENDS], copy[LEDGER_ENDS][LEDGER_COPIES];
	struct since since[LEDGER_ENDS][LEDGER_RELS];
	/* When what happened last, in order. */
	int moment, copied_at[LEDGER_ENDS][LEDGER_COPIES];
	int back_at[LEDGER_ENDS], life_at[LEDGER_ENDS];
	int unfound[LEDGER_ENDS];	/* a copy that nobody knows is one */
	int relay_copied_at, relay_life_at;	/* of what is in use */
	int forked[LEDGER_ENDS][LEDGER_RELS];	/* texts that all lives know */
	int put_back[LEDGER_ENDS], relay_put_back, rel_ended[LEDGER_RELS];
	int ended_at[LEDGER_RELS];	/* texts of who ended it, by then */
	int ended_moment[LEDGER_RELS];
	int rotates[LEDGER_RELS];	/* somebody wants it */
	int new_keys[LEDGER_RELS];	/* somebody has them */
	int64_t began;
	const int64_t *now;
	int64_t jumps[LEDGER_ENDS];	/* of clocks, ms, added up */
	int lost[LEDGER_ENDS], away[LEDGER_ENDS];
	int resting;			/* nothing goes wrong any more */
	int history_last[2], history_newest, unread[LEDGER_ENDS];
	uint64_t relay_oks[LEDGER_ENDS];
	struct relay_book *relay;
	struct ledger_counts counts;
	char *scratch;
	char verdict[VERDICT_LEN];
};

int ledger_other(const struct ledger *l, int rel, int at);
/* Text ${number} of ${from} was written before all had healed. */
int ledger_is_loose(const struct ledger *l, int from, int rel, int number);
/* Neither end has healed, from now on. */
void ledger_loosen(struct ledger *l, int rel);
/*
 * Both were put back: it may be of a stream that its reader hears of after the
 * one that followed.
 */
int ledger_may_stray(const struct ledger *l, int from, int rel, int number);
int ledger_is_shown(const struct view *v, int rel, int number);
int ledger_in_gap(const struct view *v, int rel, uint64_t seq);
/* ledger_truth.c: events that are not texts. */
void ledger_see_accepted(struct ledger *l, int at, int rel,
    const struct tacit_event *e);
void ledger_see_paired(struct ledger *l, int at, int rel,
    const struct tacit_event *e);
void ledger_see_other(struct ledger *l, int at, int rel,
    const struct tacit_event *e);
/* ledger_recall.c */
void ledger_recall_free(struct ledger *l);
void ledger_recall_put_back(struct ledger *l, int at, int rel,
    int copied_at);
void ledger_recall_relay_back(struct ledger *l);
/* Nobody may have had what nobody can have; ${had}: somebody has. */
void ledger_judge_never(struct ledger *l, int from, int rel, int number,
    int had);
void ledger_see_recalled(struct ledger *l, int at, int rel,
    const struct tacit_event *e);
/* An event says ${what} of ${t}. */
void ledger_speaks_of(struct ledger *l, int at, const struct text *t,
    const char *what);
/* The fate of all[k] is still open. */
int ledger_is_asked(const struct ledger *l, int from, int rel, int k);
void ledger_see_forgotten(struct ledger *l, int at, int rel,
    const struct tacit_event *e);
struct text *ledger_by_id(struct ledger *l, int from, int rel,
    const char *message, int at_reader, int *number);
void ledger_view_free(struct view *v);
/* Which text is this?  NULL after a word about it. */
struct text *ledger_recognise(struct ledger *l, int at, int rel,
    uint32_t type, const char *text, size_t len, int mine, int *number);

#endif
