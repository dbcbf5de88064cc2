/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "commit.h"
#include "latch.h"
#include "log.h"

enum {
	BATCH_MAX = 256,		/* jobs in one transaction */
	LATE_MAX = 16,			/* batches that an ACK waits for tidy(), */
	MOMENT_NS = 300000,		/* or until so long nothing came */
	GATHER_MAX = 32,		/* before the turn is over */
	SCRUB_S = 2,			/* from a change to its scrub */
	NO_OP = OP_KINDS		/* a job that only drops latches */
};

struct queue {
	struct job *first, **last;
	size_t n;
};

struct commit {
	struct store *store;
	void (*wake)(void *);
	void *wake_arg;
	pthread_t thread;

	/* Loop thread only. */
	size_t pending;
	struct queue turn;		/* not handed over yet */
	int gathers;

	pthread_mutex_t lock;		/* of the five below */
	pthread_cond_t work;
	struct queue in, back;
	int started, stopping;

	_Atomic int failed;
	_Atomic uint64_t reserve;	/* room to be made; 0: no more */

	/* Store thread only. */
	struct latches latches;
	struct queue late;		/* ACKs that wait for tidy() */
	int n_late;			/* batches since the first */
	time_t scrub_due;		/* 0: nothing ran since the last */
};

static void
queue_init(struct queue *q)
{
	q->first = NULL;
	q->last = &q->first;
	q->n = 0;
}

static void
queue_add(struct queue *q, struct job *j)
{
	j->next = NULL;
	*q->last = j;
	q->last = &j->next;
	q->n++;
}

/*
 * Move at most ${max} jobs of ${from} to the end of ${to}.  All of them in
 * one step: what the other thread wrote last is slow to look at, and the lock
 * is held.
 */
static void
queue_move(struct queue *to, struct queue *from, size_t max)
{
	struct job *j;

	if (from->n <= max && from->n > 0) {
		*to->last = from->first;
		to->last = from->last;
		to->n += from->n;
		queue_init(from);
		return;
	}
	for (; max > 0 && (j = from->first) != NULL; max--) {
		from->first = j->next;
		from->n--;
		queue_add(to, j);
	}
}

static time_t
now_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static struct timespec
in_a_moment(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_nsec += MOMENT_NS;
	ts.tv_sec += ts.tv_nsec / 1000000000;
	ts.tv_nsec %= 1000000000;
	return ts;
}

/* A failure that the next attempt may not meet again. */
static int
passes(int rc)
{
	return rc == TACIT_E_DISK_FULL || rc == TACIT_E_NOMEM;
}

static void
fail(struct commit *c, int rc)
{
	int none = 0;

	(void)atomic_compare_exchange_strong(&c->failed, &none, rc);
}

/*
 * One POST passes the latch or not; ${store} NULL: the batch was undone, and
 * that is a refusal too.
 */
static int
run_post(struct commit *c, struct store *store, struct job *j)
{
	const uint8_t *address = j->op.u.post.address;
	int rc = 0;

	if (!j->resume && latch_get(&c->latches, j->connection, address)) {
		j->op.rc = TACIT_E_LATCHED;
		return 0;
	}
	j->op.rc = j->verdict;
	if (j->verdict == 0 && store == NULL)
		j->op.rc = TACIT_E_UNAVAILABLE;
	else if (j->verdict == 0)
		rc = store->ops->run[OP_POST](store, &j->op);
	if (rc != 0)
		return rc;
	return latch_set(&c->latches, j->connection, address, j->op.rc != 0);
}

static int
run_job(struct commit *c, struct store *store, struct job *j)
{
	j->op.late = 0;
	if ((int)j->op.kind == NO_OP) {
		latch_forget(&c->latches, j->connection);
		return 0;
	}
	if (j->op.kind == OP_POST)
		return run_post(c, store, j);
	if (j->verdict != 0)
		j->op.rc = j->verdict;
	else if (store == NULL)
		j->op.rc = TACIT_E_UNAVAILABLE;
	else
		return store->ops->run[j->op.kind](store, &j->op);
	return 0;
}

/* What is late waits; if ${batch} is empty, what was is not late any more. */
static void
hand_back(struct commit *c, struct queue *batch)
{
	struct queue now;
	struct job *j;

	queue_init(&now);
	if (batch->first == NULL)
		queue_move(&now, &c->late, SIZE_MAX);
	while ((j = batch->first) != NULL)
		queue_move(j->op.late ? &c->late : &now, batch, 1);
	c->n_late = c->late.first != NULL ? c->n_late + 1 : 0;
	if (now.first == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	queue_move(&c->back, &now, SIZE_MAX);
	(void)pthread_mutex_unlock(&c->lock);
	c->wake(c->wake_arg);
}

/* All of ${batch}, or nothing of it; an empty one tidies. */
static int
run_batch(struct commit *c, struct queue *batch)
{
	struct store *s = c->store;
	struct job *j;
	int rc;

	if ((rc = s->ops->begin(s)) != 0)
		return rc;
	for (j = batch->first; j != NULL; j = j->next)
		if ((rc = run_job(c, s, j)) != 0)
			return rc;
#ifdef TACIT_CONTROL_DATA_RACE
	c->pending += batch->first == NULL;	/* it is the loop's */
#endif
	if (batch->first == NULL && (rc = s->ops->tidy(s)) != 0)
		return rc;
	return s->ops->commit(s);
}

/* What was decided in an undone batch is decided again, without a store. */
static void
refuse_batch(struct commit *c, struct queue *batch)
{
	struct job *j;

	latch_undo(&c->latches);
	for (j = batch->first; j != NULL; j = j->next) {
		op_release(&j->op);
		if (run_job(c, NULL, j) != 0)
			fail(c, TACIT_E_NOMEM);
	}
}

/* Nobody is told that what is late was done. */
static void
refuse_late(struct commit *c)
{
	struct queue none;
	struct job *j;

	for (j = c->late.first; j != NULL; j = j->next)
		j->op.rc = TACIT_E_UNAVAILABLE;
	queue_init(&none);
	hand_back(c, &none);
}

static void
do_batch(struct commit *c, struct queue *batch)
{
	struct store *s = c->store;
	int rc = atomic_load(&c->failed);

	if (rc == 0 && (rc = run_batch(c, batch)) != 0) {
		s->ops->rollback(s);
		if (!passes(rc))
			fail(c, rc);
	}
	if (rc != 0)
		refuse_batch(c, batch);
	latch_keep(&c->latches);
	if (c->scrub_due == 0)
		c->scrub_due = now_s() + SCRUB_S;
	if (batch->first != NULL || rc == 0)
		hand_back(c, batch);
	if (atomic_load(&c->failed) != 0)
		refuse_late(c);
}

/* The rows that ACKs left, all together. */
static void
tidy(struct commit *c)
{
	struct queue none;

	queue_init(&none);
	if (c->late.first != NULL)
		do_batch(c, &none);
}

/*
 * While others come that can be put off, but not for long: what is fetched
 * meanwhile need not wait for the disk, and rows go page by page.
 */
static int
is_time_to_tidy(struct commit *c)
{
	struct timespec until;
	int idle;

	if (c->late.first == NULL || c->n_late >= LATE_MAX)
		return 1;
	until = in_a_moment();
	(void)pthread_mutex_lock(&c->lock);
	while (c->in.first == NULL && !c->stopping &&
	    pthread_cond_timedwait(&c->work, &c->lock, &until) == 0)
		;
	idle = c->in.first == NULL;
	(void)pthread_mutex_unlock(&c->lock);
	return idle;
}

/* Let removed bytes leave the files, at most SCRUB_S later. */
static void
scrub(struct commit *c, int now)
{
	int rc;

	if (atomic_load(&c->failed) != 0)
		c->scrub_due = 0;	/* or it would be due for ever */
	if (c->scrub_due == 0 || (!now && now_s() < c->scrub_due))
		return;
	tidy(c);
	rc = c->store->ops->scrub(c->store);
	c->scrub_due = 0;
	if ((rc != 0 && passes(rc)) || c->late.first != NULL)
		c->scrub_due = now_s() + SCRUB_S;
	if (rc != 0 && !passes(rc)) {
		fail(c, rc);
		c->wake(c->wake_arg);
	}
}

/* A slice of the room that was asked for. */
static void
reserve(struct commit *c)
{
	uint8_t more = 0;
	int rc = 0;

	if (atomic_load(&c->failed) == 0)
		rc = c->store->ops->reserve(c->store,
		    atomic_load(&c->reserve), &more);
	if (rc == 0 && more)
		return;
	atomic_store(&c->reserve, 0);
	if (rc != 0)
		log_error("reserve-failed", rc);
	if (rc != 0 && !passes(rc)) {
		fail(c, rc);
		c->wake(c->wake_arg);
	}
}

/*
 * Wait for work, for the time to scrub, or, with room to be made, for a moment
 * in which nothing comes.  Returns false: stop.
 */
static int
take(struct commit *c, struct queue *batch)
{
	struct timespec until = { .tv_sec = c->scrub_due };
	int more;

	(void)pthread_mutex_lock(&c->lock);
	while (c->in.first == NULL && !c->stopping) {
		if (atomic_load(&c->reserve) != 0)
			until = in_a_moment();
		else if (c->scrub_due == 0) {
			(void)pthread_cond_wait(&c->work, &c->lock);
			continue;
		}
		if (pthread_cond_timedwait(&c->work, &c->lock, &until) != 0)
			break;
	}
	more = c->in.first != NULL || !c->stopping;
	queue_move(batch, &c->in, BATCH_MAX);
	(void)pthread_mutex_unlock(&c->lock);
	return more;
}

static void *
store_thread(void *arg)
{
	struct commit *c = arg;
	struct queue batch;

	(void)pthread_mutex_lock(&c->lock);
	c->started = 1;
	(void)pthread_cond_signal(&c->work);
	(void)pthread_mutex_unlock(&c->lock);
	queue_init(&batch);
	while (take(c, &batch)) {
		if (batch.first != NULL)
			do_batch(c, &batch);
		else if (atomic_load(&c->reserve) != 0)
			reserve(c);
		if (is_time_to_tidy(c))
			tidy(c);
		scrub(c, 0);
	}
	c->scrub_due = 1;
	scrub(c, 1);
	refuse_late(c);
	c->store->ops->close(c->store);
	return NULL;
}

/*
 * Returns when the thread runs: what the C library does to begin one, no
 * confined process may do.
 */
static int
start_thread(struct commit *c)
{
	pthread_condattr_t attr;
	int rc;

	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&c->work, &attr);
	(void)pthread_condattr_destroy(&attr);

	rc = pthread_create(&c->thread, NULL, store_thread, c);
	if (rc != 0)
		return TACIT_E_NOMEM;
	(void)pthread_mutex_lock(&c->lock);
	while (!c->started)
		(void)pthread_cond_wait(&c->work, &c->lock);
	(void)pthread_mutex_unlock(&c->lock);
	return 0;
}

static void
release(struct commit *c)
{
	(void)pthread_cond_destroy(&c->work);
	(void)pthread_mutex_destroy(&c->lock);
	latch_free(&c->latches);
	free(c);
}

int
commit_start(struct commit **out, struct store *s, void (*wake)(void *),
    void *wake_arg)
{
	struct commit *c = calloc(1, sizeof(*c));
	int rc;

	*out = NULL;
	if (c == NULL)
		return TACIT_E_NOMEM;
	c->store = s;
	c->wake = wake;
	c->wake_arg = wake_arg;
	queue_init(&c->turn);
	queue_init(&c->in);
	queue_init(&c->back);
	queue_init(&c->late);
	if ((rc = start_thread(c)) != 0) {
		release(c);
		return rc;
	}
	*out = c;
	return 0;
}

void
commit_gather(struct commit *c)
{
	c->gathers = 1;
}

void
commit_reserve(struct commit *c, uint64_t bytes)
{
	atomic_store(&c->reserve, bytes);
	(void)pthread_mutex_lock(&c->lock);
	(void)pthread_cond_signal(&c->work);
	(void)pthread_mutex_unlock(&c->lock);
}

void
commit_submit(struct commit *c, struct job *j)
{
	c->pending++;
	queue_add(&c->turn, j);
	if (!c->gathers || c->turn.n >= GATHER_MAX)
		commit_hand_over(c);
}

void
commit_hand_over(struct commit *c)
{
	struct job *j;
	int stopping;

	if (c->turn.first == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	if ((stopping = c->stopping) != 0) {
		for (j = c->turn.first; j != NULL; j = j->next)
			j->op.rc = TACIT_E_UNAVAILABLE;
	}
	queue_move(stopping ? &c->back : &c->in, &c->turn, SIZE_MAX);
	(void)pthread_mutex_unlock(&c->lock);
	/* Not before: who wakes up would meet the lock. */
	if (!stopping)
		(void)pthread_cond_signal(&c->work);
}

void
commit_collect(struct commit *c)
{
	struct queue got;
	struct job *j;

	queue_init(&got);
	(void)pthread_mutex_lock(&c->lock);
	queue_move(&got, &c->back, SIZE_MAX);
	(void)pthread_mutex_unlock(&c->lock);

	while ((j = got.first) != NULL) {
		got.first = j->next;
		c->pending--;
		j->done(j);
	}
}

static void
forgotten(struct job *j)
{
	free(j);
}

void
commit_forget(struct commit *c, uint64_t connection)
{
	struct job *j = calloc(1, sizeof(*j));

	/* Without memory the latches stay; no connection has this number
	   again, so they are a few bytes lost and nothing else. */
	if (j == NULL)
		return;
	j->op.kind = (enum op_kind)NO_OP;
	j->done = forgotten;
	j->connection = connection;
	commit_submit(c, j);
}

size_t
commit_pending(const struct commit *c)
{
	return c->pending;
}

int
commit_failed(const struct commit *c)
{
	return atomic_load(&c->failed);
}

int
commit_stop(struct commit *c)
{
	int rc;

	c->gathers = 0;
	commit_hand_over(c);
	(void)pthread_mutex_lock(&c->lock);
	c->stopping = 1;
	(void)pthread_cond_signal(&c->work);
	(void)pthread_mutex_unlock(&c->lock);
	(void)pthread_join(c->thread, NULL);

	while (c->pending > 0)
		commit_collect(c);
	rc = commit_failed(c);
	release(c);
	return rc;
}
