/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one hand-over between the two threads.  The loop thread submits jobs;
 * the store thread takes all that queued while its last commit ran, runs them
 * as one transaction in the order of submission, and hands them back; the
 * loop thread collects them in the same order.  There is no timer and no size
 * to tune (group commit).
 *
 * The refusal latch (PROTOCOL.md, section 7, rule 3) lives here, because only
 * the order of the store tells which POST came after a refused one.
 */
#ifndef RELAY_COMMIT_H
#define RELAY_COMMIT_H

#include "store.h"

struct commit;

/*
 * One request on its way to the store and back.  Between commit_submit() and
 * ${done} it belongs to the store thread; then to the loop thread again.
 */
struct job {
	struct op op;
	void (*done)(struct job *);	/* loop thread; may free the job */
	void *owner;			/* the submitter's; not read here */
	uint64_t connection;		/* with the address, names the latch */
	uint8_t resume;			/* POST: lifts the latch */
	int verdict;			/* POST: refused already in the loop
					   (rate); still passes the latch */
	struct job *next;
};

/*
 * Start the store thread over ${s}, which it owns from now on.  ${wake} is
 * called from that thread when jobs are ready to be collected; it must be
 * safe there (lws_cancel_service, ev_async_send).
 * Errors:  TACIT_E_NOMEM.
 */
int commit_start(struct commit **out, struct store *s,
    void (*wake)(void *), void *wake_arg);

/* Queue ${j}.  Loop thread only; never blocks on the disk. */
void commit_submit(struct commit *c, struct job *j);

/*
 * From now on what is submitted is handed to the store thread when a few
 * dozen jobs have come, or by commit_hand_over(), which whoever calls this
 * calls before it waits for anything: one lock and one wake-up for all that a
 * turn of the loop brought.  Loop thread only.
 */
void commit_gather(struct commit *c);
void commit_hand_over(struct commit *c);

/*
 * Have the store make room for bodies, ${bytes} in all, once, a little at a
 * time while nothing else is to be done.  A full disk ends that, with a line
 * in the log, and any other failure is one of storage.  Loop thread only.
 */
void commit_reserve(struct commit *c, uint64_t bytes);

/* Call ${done} of every job that is back, in order.  Loop thread only. */
void commit_collect(struct commit *c);

/* Drop the latches of a connection that is gone. */
void commit_forget(struct commit *c, uint64_t connection);

/* Jobs submitted and not yet collected. */
size_t commit_pending(const struct commit *c);

/*
 * The first failure of storage that cannot be survived, or 0.  After it no
 * job succeeds any more and the relay must stop (promise B3).
 */
int commit_failed(const struct commit *c);

/*
 * Run what is queued, collect it, scrub, close the store, join the thread.
 * Returns as commit_failed().
 */
int commit_stop(struct commit *c);

#endif
