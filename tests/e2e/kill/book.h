/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The books of the kill loop: what each process did and saw, in memory that
 * all share and that outlives them.  A record counts once it is whole, so a
 * process may be killed at any instruction.
 *
 * End 0 has two relationships: number r is with end r + 1.
 */
#ifndef KILL_BOOK_H
#define KILL_BOOK_H

#include <stdatomic.h>
#include <stdint.h>

#include "tacit/tacit.h"

enum {
	KILL_ENDS = 3,
	KILL_RELS = 2,
	KILL_RECORDS = 1 << 20,		/* of an end */
	KILL_TEXT = 4096
};

enum kill_record {
	REC_SAID = 1,			/* tacit_send() returned 0 */
	REC_SHOWN,			/* an event, before it is confirmed */
	REC_ACCEPTED,
	REC_ALARM,			/* an event that tells of trouble */
	REC_MINE,			/* of the history, newest first */
	REC_THEIRS
};

struct record {
	uint8_t kind, rel, late, foreign;
	uint32_t n;			/* number of the text, from 1 */
	uint64_t seq, event;
	char message[TACIT_MESSAGE_ID_SIZE];
};

struct book {
	_Atomic uint64_t n;
	struct record all[KILL_RECORDS];
};

enum kill_mode { MODE_TALK, MODE_REST, MODE_LOOK };

struct shared {
	_Atomic int mode;
	char dir[160];			/* of the vaults */
	char admission[TACIT_LINK_SIZE];
	char link[KILL_RELS][TACIT_LINK_SIZE];
	_Atomic int linked[KILL_RELS], paired[KILL_ENDS][KILL_RELS];
	_Atomic int quiet[KILL_ENDS];	/* nothing moves there */
	/* By writer and relationship: texts said, and shown to the other. */
	_Atomic uint32_t said[KILL_ENDS][KILL_RELS];
	_Atomic uint32_t shown[KILL_ENDS][KILL_RELS];
	_Atomic uint64_t accepted;
	_Atomic uint64_t rotated, rotated_at;	/* how often; last event of it */
	int64_t began_ms;		/* Unix; from here on time flies */
	int careless;			/* confirms before it records */
	struct book book[KILL_ENDS];
};

/* The other end of ${rel}. */
static inline int
kill_other(int end, int rel)
{
	return end == 0 ? rel + 1 : 0;
}

/* Text ${n} of ${from} in ${rel}: its length. */
size_t kill_text(char out[KILL_TEXT], int from, int rel, uint32_t n);
/* Its number; 0: nobody writes such a text in ${rel}. */
uint32_t kill_number(const char *text, size_t len, int from, int rel);

/* The process of end ${end}; returns its exit status. */
int kill_talk(struct shared *s, int end);

struct faults {
	uint64_t written, accepted, repeated;
	uint64_t lost, doubled, disordered, foreign, alarms, unaccepted;
};

/* Judge what ${from} wrote in ${rel}, by both books. */
void kill_judge(struct faults *f, const struct shared *s, int from, int rel);
uint64_t kill_faults(const struct faults *f);

/*
 * Plant each kind of fault in a copy of these books; true if the judge finds
 * every one.
 */
int kill_judge_looks(const struct shared *s, int from, int rel);

#endif
