/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The work that every protocol does: posting with a window or on a timetable,
 * reading and acknowledging, under a ledger.  One server per run; its queues
 * are empty between works.  One thread.
 */
#ifndef LOAD_RUN_H
#define LOAD_RUN_H

#include "body.h"
#include "driver.h"
#include "hist.h"
#include "ledger.h"
#include "server.h"

/* A fault put in on purpose, to see that the ledger finds it. */
enum tamper { TAMPER_NONE, TAMPER_DROP, TAMPER_DOUBLE, TAMPER_CHANGE };

struct run {
	const struct driver *drv;
	void *d;
	struct driver_conf conf;
	struct wires *set;
	uint32_t first;			/* of the queues that works use */
	uint32_t n_queues;		/* that they use, from there */
	uint32_t patience_s;		/* without any event: it is over */
	enum tamper tamper;
	struct wire **senders, **recipients;	/* NULL where none is open */
	uint32_t started;		/* EVENT_STARTEDs */

	/* Of the work under way; see run_begin(). */
	struct bodies bodies;
	struct ledger ledger;
	uint64_t *due;			/* of each tag: when it had to leave */
	uint32_t *under_way;		/* of each sender */
	uint32_t *cursor;		/* of each sender: its next queue */
	uint64_t next;			/* tag */
	uint64_t last_event_ns;
	uint64_t tampered;
	uint8_t *scratch;
	struct hist answered;		/* from due to acknowledged */
	struct hist arrived;		/* from due to delivered */
};

/* What one work took. */
struct figures {
	const char *work;
	uint64_t letters;
	uint64_t wall_ns;
	uint64_t own_cpu_ns;
	struct server_use before, after;
	uint64_t answered[4], arrived[4];	/* p50, p99, p99.9, maximum */
	int has_answered, has_arrived;
	uint64_t lost, unacked, doubled, changed, astray, disordered;
	int sound;
};

/* Set the server up.  ${r} has drv, conf, first, n_queues, patience_s. */
void run_open(struct run *r);
void run_close(struct run *r);

/* Connections; those that are open already stay so. */
void run_senders(struct run *r, uint32_t n);
void run_recipients(struct run *r);		/* one for each queue */
void run_start(struct run *r, int wait);	/* wait: until all are */
void run_hang_up(struct run *r);		/* all of them */

/* Begin a work of ${n} messages; measured from here, if not from later. */
void run_begin(struct run *r, struct figures *f, const char *work,
    uint64_t n);
void run_mark(struct figures *f, const struct run *r);
/* Its figures; what the work used is freed. */
void run_end(struct run *r, struct figures *f);
/* Without figures: what was posted is nobody's concern any more. */
void run_abandon(struct run *r);
/* In between: as far as it came, with what was taken since the mark. */
void run_note(const struct run *r, struct figures *f);

/*
 * Post all of it, at most ${window} unanswered on each of the first
 * ${senders}; until every answer came and, if ${delivered}, every message.
 */
void run_post(struct run *r, uint32_t senders, uint32_t window,
    int delivered);

/* The same on a timetable, ${rate} a second. */
void run_post_paced(struct run *r, uint32_t senders, uint32_t rate,
    int delivered);

/* Nothing but what the server asks for (a ping), for so long. */
void run_wait(struct run *r, uint32_t seconds);

/* Until all that was posted was delivered. */
void run_take(struct run *r);

#endif
