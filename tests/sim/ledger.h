/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The independent ledger.  It knows nothing of the library but its public
 * calls and events, is told of these and of what happened to the world, and
 * says what of it breaks a promise: lost, doubled, out of order, at the wrong
 * person, made up, stuck, or an event that did not tell the truth.
 */
#ifndef SIM_LEDGER_H
#define SIM_LEDGER_H

#include "tacit/tacit.h"

enum { LEDGER_ENDS = 4, LEDGER_RELS = 3, LEDGER_TEXT = 24576 };
enum ledger_copy { LEDGER_FILES, LEDGER_BACKUP, LEDGER_COPIES };

struct ledger;

/* ${now}: the world's time, ms. */
struct ledger *ledger_new(const int64_t *now);
void ledger_free(struct ledger *l);

/* Ends ${a} and ${b} are the two of relationship ${rel}. */
void ledger_pair(struct ledger *l, int rel, int a, int b);

/*
 * The next text that end ${from} writes in ${rel}, ${len} bytes if it is
 * longer than it must be: its number; ${text} has room for LEDGER_TEXT.
 */
int ledger_text(struct ledger *l, int from, int rel, char *text, size_t *len);

/* What it is to be sent as: 0, a text; or data of this type. */
uint32_t ledger_type(int from, int rel, int number);

/* What became of the call. */
enum ledger_call { CALL_DONE, CALL_REFUSED, CALL_UNKNOWN };
void ledger_wrote(struct ledger *l, int from, int rel, int number,
    enum ledger_call how, const char *message, uint64_t seq);

/* It is to be kept for so many hours; before ledger_wrote(). */
void ledger_keeps(struct ledger *l, int from, int rel, int number,
    uint32_t hours);

/*
 * Second thoughts.  The text of ${at} before its last ${back} ones: its number,
 * or 0, and its id; what tacit_recall() of it said (perhaps, if the process
 * ended).
 */
int ledger_pick(struct ledger *l, int at, int rel, int back,
    char message[TACIT_MESSAGE_ID_SIZE]);
void ledger_recalls(struct ledger *l, int at, int rel, int number, int rc,
    enum tacit_fate fate, int perhaps);
/* What it is to say again; 0: that is not known. */
int ledger_fate(const struct ledger *l, int at, int rel, int number,
    enum tacit_fate *fate);
/*
 * The truth: end ${from} sealed a row of ${message} as envelope ${id}, that
 * reached the relay, the relay gave it away, or made a statement.
 */
void ledger_sealed(struct ledger *l, int from, const char *message,
    const char *text, size_t len, const uint8_t *id);
void ledger_posted(struct ledger *l, const uint8_t *id);
void ledger_given(struct ledger *l, const uint8_t *id);
struct tacit_recall;
void ledger_stated(struct ledger *l, const struct tacit_recall *is,
    int is_signed);
/* How many texts ${from} began to write; ${at} has forgotten one by now. */
int ledger_written(const struct ledger *l, int from, int rel);
int ledger_is_over(const struct ledger *l, int at, int rel, int from,
    int number);
/* The clocks of all ends together jumped so far, ms. */
int64_t ledger_jumps(const struct ledger *l);

/* End ${at} was shown ${e}, which is about ${rel} (-1: none). */
void ledger_event(struct ledger *l, int at, int rel,
    const struct tacit_event *e);
/* It confirmed an event; perhaps, if the process ended meanwhile. */
void ledger_done(struct ledger *l, int at, uint64_t event, int perhaps);
/* Events of ${at} may wait that it has not looked at. */
void ledger_unread(struct ledger *l, int at, int some);
/*
 * A history is read; what that of ${at} with ${rel} says, newest first; then
 * its end, if reading it did not fail before.
 */
void ledger_history_begin(struct ledger *l);
void ledger_history(struct ledger *l, int at, int rel,
    const struct tacit_message *m);
void ledger_history_end(struct ledger *l, int at, int rel);

/* Copies of an end's vault: one was made; it was put back. */
void ledger_copied(struct ledger *l, int at, enum ledger_copy which);
void ledger_put_back(struct ledger *l, int at, enum ledger_copy which);
/* The clock of ${at} jumped. */
void ledger_jumped(struct ledger *l, int at, int64_t ms);
/* The relay's database was copied; was put back. */
void ledger_relay_copied(struct ledger *l);
void ledger_relay_put_back(struct ledger *l);
/* A relay said OK to a post of ${at}. */
void ledger_relay_ok(struct ledger *l, int at);
/* It brought ${at} an envelope, so somebody's post has arrived. */
/* A letter to ${at} was lost behind an OK. */
void ledger_lost(struct ledger *l, int at);
void ledger_delivered(struct ledger *l, int at);
/* ${at} begins to end ${rel}. */
void ledger_ended(struct ledger *l, int at, int rel);
/* Somebody asks for new keys in ${rel}. */
void ledger_rotates(struct ledger *l, int rel);
/* True if ${rel} is to go on. */
int ledger_goes_on(const struct ledger *l, int rel);
/*
 * ${at} has been away since ${since}, longer than letters are kept: what it
 * was not shown by now is to be told as undelivered.
 */
void ledger_was_away(struct ledger *l, int at, int64_t since);
/* The harness saw something that breaks a promise. */
void ledger_broken(struct ledger *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* True if ${at} is paired in all its relationships, and the others are. */
int ledger_is_paired(const struct ledger *l, int at);

/* True if every text that was written has been shown. */
int ledger_is_complete(const struct ledger *l);
/* All has come to rest: what is missing now is lost. */
void ledger_judge(struct ledger *l);
/* After all histories were read: the same id at both ends. */
void ledger_judge_ids(struct ledger *l);

/* What was found first, or NULL. */
const char *ledger_verdict(const struct ledger *l);

struct ledger_counts {
	uint64_t written, shown, repeated, accepted, gaps, late, undelivered,
	    rolled_back, relay_restored, poison, unreachable, paired, closed,
	    rotated, undone, destroyed, unacknowledged, taken, too_late,
	    forgotten;
};
void ledger_count(const struct ledger *l, struct ledger_counts *sum);

#endif
