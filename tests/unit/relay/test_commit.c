/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jobs run and come back in order; what a batch did not commit is refused,
 * and a refused POST latches what follows, whatever the batches were.
 */
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "commit.h"
#include "random.h"

/*
 * A store that does what the jobs themselves ask for: a POST's expiry_day is
 * the verdict it gets (negated).  A SWEEP waits in run() until it is let go,
 * so that what is submitted meanwhile is one batch.
 */
struct fake {
	struct store store;
	sem_t waits, go;
	int begin_rc, run_rc, commit_rc, scrub_rc; /* of the next batch */
	int batches, rollbacks, runs;
	_Atomic int commits, scrubs, closed, tidies;
};

static int
fake_begin(struct store *s)
{
	struct fake *f = (struct fake *)s;

	f->batches++;
	return f->begin_rc;
}

static int
fake_post(struct store *s, struct op *op)
{
	struct fake *f = (struct fake *)s;

	f->runs++;
	op->rc = -(int)op->u.post.expiry_day;
	return f->run_rc;
}

static int
fake_sweep(struct store *s, struct op *op)
{
	struct fake *f = (struct fake *)s;

	op->rc = 0;
	(void)sem_post(&f->waits);
	(void)sem_wait(&f->go);
	return 0;
}

static int
fake_other(struct store *s, struct op *op)
{
	((struct fake *)s)->runs++;
	op->rc = 0;
	return 0;
}

static int
fake_tidy(struct store *s)
{
	((struct fake *)s)->tidies++;
	return 0;
}

static int
fake_commit(struct store *s)
{
	struct fake *f = (struct fake *)s;

	f->commits++;
	return f->commit_rc;
}

static void
fake_rollback(struct store *s)
{
	((struct fake *)s)->rollbacks++;
}

static int
fake_scrub(struct store *s)
{
	struct fake *f = (struct fake *)s;

	f->scrubs++;
	return f->scrub_rc;
}

static void
fake_close(struct store *s)
{
	((struct fake *)s)->closed++;
}

static const struct store_ops fake_ops = {
	.begin = fake_begin,
	.run = { [OP_POST] = fake_post, [OP_SWEEP] = fake_sweep,
	    [OP_ACK] = fake_other, [OP_COUNT] = fake_other },
	.tidy = fake_tidy,
	.commit = fake_commit,
	.rollback = fake_rollback,
	.scrub = fake_scrub,
	.close = fake_close,
};

static struct random rnd;

static uint32_t
chance(uint32_t n)
{
	return (uint32_t)random_below(&rnd, n);
}

/* ---- the loop's side ---- */

struct bench {
	struct fake fake;
	struct commit *commit;
	sem_t woken;
	int done;			/* jobs that came back */
};

static struct bench b;

struct item {
	struct job job;
	int number;			/* order of submission */
	int rc;				/* once it is back, else 1 */
};

static void
wake(void *arg)
{
	(void)sem_post(arg);
}

static void
start(void)
{
	memset(&b, 0, sizeof(b));
	b.fake.store.ops = &fake_ops;
	(void)sem_init(&b.fake.waits, 0, 0);
	(void)sem_init(&b.fake.go, 0, 0);
	(void)sem_init(&b.woken, 0, 0);
	assert_int_equal(commit_start(&b.commit, &b.fake.store, wake,
	    &b.woken), 0);
}

static void
done(struct job *j)
{
	struct item *it = j->owner;

	assert_int_equal(it->rc, 1);	/* once only */
	assert_int_equal(it->number, b.done);
	it->rc = j->op.rc;
	b.done++;
}

static void
submit(struct item *it, enum op_kind kind)
{
	static int next;

	if (b.done == 0 && commit_pending(b.commit) == 0)
		next = 0;
	it->number = next++;
	it->rc = 1;
	it->job.op.kind = kind;
	it->job.done = done;
	it->job.owner = it;
	commit_submit(b.commit, &it->job);
}

static void
collect_all(void)
{
	while (commit_pending(b.commit) > 0) {
		(void)sem_wait(&b.woken);
		commit_collect(b.commit);
	}
}

/* Hold the store thread, so that what follows is one batch; let it go. */
static void
hold(struct item *it)
{
	submit(it, OP_SWEEP);
	(void)sem_wait(&b.fake.waits);
}

static void
let_go(void)
{
	(void)sem_post(&b.fake.go);
	collect_all();
}

static void
post(struct item *it, uint64_t connection, char box, int resume, int verdict,
    int wish)
{
	memset(it, 0, sizeof(*it));
	memset(it->job.op.u.post.address, box,
	    sizeof(it->job.op.u.post.address));
	it->job.connection = connection;
	it->job.resume = resume != 0;
	it->job.verdict = verdict;
	it->job.op.u.post.expiry_day = (uint32_t)-wish;
	submit(it, OP_POST);
}

/* ---- the order of latches ---- */

enum { OK = 0, QUOTA = TACIT_E_QUOTA, RATE = TACIT_E_RATE,
    LATCHED = TACIT_E_LATCHED, UNAVAILABLE = TACIT_E_UNAVAILABLE };

/* Each POST: connection, mailbox, resume, verdict of the loop, of the store. */
static const struct {
	const char *name;
	struct {
		uint64_t connection;
		char box;
		int resume, verdict, wish, want;
	} posts[5];
} orders[] = {
	{ "all is well", {
		{ 1, 'A', 0, 0, 0, OK }, { 1, 'A', 0, 0, 0, OK } } },
	{ "refused, then latched", {
		{ 1, 'A', 0, 0, QUOTA, QUOTA }, { 1, 'A', 0, 0, 0, LATCHED },
		{ 1, 'A', 0, 0, 0, LATCHED } } },
	{ "resume lifts it", {
		{ 1, 'A', 0, 0, QUOTA, QUOTA }, { 1, 'A', 1, 0, 0, OK },
		{ 1, 'A', 0, 0, 0, OK } } },
	{ "refused resume keeps it", {
		{ 1, 'A', 0, 0, QUOTA, QUOTA },
		{ 1, 'A', 1, 0, QUOTA, QUOTA },
		{ 1, 'A', 0, 0, 0, LATCHED }, { 1, 'A', 1, 0, 0, OK },
		{ 1, 'A', 0, 0, 0, OK } } },
	{ "resume without a latch is a POST", {
		{ 1, 'A', 1, 0, 0, OK }, { 1, 'A', 1, 0, QUOTA, QUOTA },
		{ 1, 'A', 0, 0, 0, LATCHED } } },
	{ "rate latches too", {
		{ 1, 'A', 0, RATE, 0, RATE }, { 1, 'A', 0, 0, 0, LATCHED },
		{ 1, 'A', 1, RATE, 0, RATE }, { 1, 'A', 0, 0, 0, LATCHED },
		{ 1, 'A', 1, 0, 0, OK } } },
	{ "latched before rate", {
		{ 1, 'A', 0, 0, QUOTA, QUOTA },
		{ 1, 'A', 0, RATE, 0, LATCHED } } },
	{ "another mailbox is free", {
		{ 1, 'A', 0, 0, QUOTA, QUOTA }, { 1, 'B', 0, 0, 0, OK },
		{ 1, 'A', 0, 0, 0, LATCHED }, { 1, 'B', 0, 0, 0, OK } } },
	{ "another connection is free", {
		{ 1, 'A', 0, 0, QUOTA, QUOTA }, { 2, 'A', 0, 0, 0, OK },
		{ 1, 'A', 0, 0, 0, LATCHED }, { 2, 'A', 0, 0, 0, OK } } },
	{ "and has its own", {
		{ 1, 'A', 0, 0, QUOTA, QUOTA },
		{ 2, 'A', 0, 0, QUOTA, QUOTA }, { 2, 'A', 1, 0, 0, OK },
		{ 1, 'A', 0, 0, 0, LATCHED }, { 2, 'A', 0, 0, 0, OK } } },
};

/* ${one}: all in one batch; else each in its own.  The answers are equal. */
static void
run_orders(int one)
{
	struct item held, it[5];
	size_t i, n, runs;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		start();
		memset(&held, 0, sizeof(held));
		if (one)
			hold(&held);
		for (n = runs = 0; n < 5 && orders[i].posts[n].box; n++) {
			post(&it[n], orders[i].posts[n].connection,
			    orders[i].posts[n].box, orders[i].posts[n].resume,
			    orders[i].posts[n].verdict,
			    orders[i].posts[n].wish);
			if (!one)
				collect_all();
		}
		if (one)
			let_go();
		while (n-- > 0) {
			if (it[n].rc != orders[i].posts[n].want)
				fail_msg("%s: post %zu got %d",
				    orders[i].name, n, it[n].rc);
			runs += it[n].rc == OK || it[n].rc == QUOTA;
		}
		/* What was refused in the loop never met the store. */
		assert_int_equal(b.fake.runs, runs);
		assert_int_equal(commit_stop(b.commit), 0);
	}
}

static void
latch_holds_within_one_batch(void **state)
{
	(void)state;
	run_orders(1);
}

static void
latch_holds_over_batches(void **state)
{
	(void)state;
	run_orders(0);
}

static void
a_gone_connection_leaves_no_latch(void **state)
{
	struct item it[2];

	(void)state;
	start();
	post(&it[0], 1, 'A', 0, 0, QUOTA);
	commit_forget(b.commit, 1);
	post(&it[1], 1, 'A', 0, 0, 0);
	collect_all();
	assert_int_equal(it[0].rc, QUOTA);
	assert_int_equal(it[1].rc, 0);
	assert_int_equal(commit_stop(b.commit), 0);
}

/* ---- batches that fail ---- */

enum where { BEGIN, RUN, COMMIT };

static void
fail_at(enum where where, int rc)
{
	b.fake.begin_rc = where == BEGIN ? rc : 0;
	b.fake.run_rc = where == RUN ? rc : 0;
	b.fake.commit_rc = where == COMMIT ? rc : 0;
}

static void
a_failed_batch_refuses_all_of_it_and_latches(void **state)
{
	static const int passing[] = { TACIT_E_DISK_FULL, TACIT_E_NOMEM };
	struct item held, it[5], later[3];
	int at, k;

	(void)state;
	for (at = BEGIN; at <= COMMIT; at++) {
		for (k = 0; k < 2; k++) {
			start();
			memset(&held, 0, sizeof(held));
			hold(&held);
			/* Two batches: the held one, and this. */
			post(&it[0], 1, 'A', 0, 0, 0);
			post(&it[1], 1, 'A', 0, 0, 0);
			post(&it[2], 1, 'B', 0, RATE, 0);
			post(&it[3], 2, 'A', 1, 0, 0);
			memset(&it[4], 0, sizeof(it[4]));
			submit(&it[4], OP_COUNT);
			fail_at((enum where)at, passing[k]);
			let_go();
			assert_int_equal(it[0].rc, UNAVAILABLE);
			assert_int_equal(it[1].rc, LATCHED);
			assert_int_equal(it[2].rc, RATE);
			assert_int_equal(it[3].rc, UNAVAILABLE);
			assert_int_equal(it[4].rc, UNAVAILABLE);
			assert_int_equal(commit_failed(b.commit), 0);
			assert_int_equal(b.fake.rollbacks,
			    at == COMMIT ? 2 : 1);

			fail_at(BEGIN, 0);
			post(&later[0], 1, 'A', 0, 0, 0);
			post(&later[1], 1, 'A', 1, 0, 0);
			post(&later[2], 2, 'A', 0, 0, 0);
			collect_all();
			assert_int_equal(later[0].rc, LATCHED);
			assert_int_equal(later[1].rc, 0);
			assert_int_equal(later[2].rc, LATCHED);
			assert_int_equal(commit_stop(b.commit), 0);
		}
	}
}

static void
a_latch_lifted_in_an_undone_batch_holds(void **state)
{
	struct item it[3];

	(void)state;
	start();
	post(&it[0], 1, 'A', 0, 0, QUOTA);
	collect_all();
	fail_at(COMMIT, TACIT_E_DISK_FULL);
	post(&it[1], 1, 'A', 1, 0, 0);
	collect_all();
	assert_int_equal(it[1].rc, UNAVAILABLE);
	fail_at(COMMIT, 0);
	post(&it[2], 1, 'A', 0, 0, 0);
	collect_all();
	assert_int_equal(it[2].rc, LATCHED);
	assert_int_equal(commit_stop(b.commit), 0);
}

static void
after_a_failed_disk_nothing_succeeds(void **state)
{
	struct item it[3];
	int at, runs;

	(void)state;
	for (at = BEGIN; at <= COMMIT; at++) {
		start();
		fail_at((enum where)at, TACIT_E_IO);
		post(&it[0], 1, 'A', 0, 0, 0);
		collect_all();
		assert_int_equal(it[0].rc, UNAVAILABLE);
		assert_int_equal(commit_failed(b.commit), TACIT_E_IO);

		/* The disk says that it is well again: it is not believed. */
		fail_at(BEGIN, 0);
		runs = b.fake.runs;
		post(&it[1], 2, 'B', 1, 0, 0);
		memset(&it[2], 0, sizeof(it[2]));
		submit(&it[2], OP_COUNT);
		collect_all();
		assert_int_equal(it[1].rc, UNAVAILABLE);
		assert_int_equal(it[2].rc, UNAVAILABLE);
		assert_int_equal(b.fake.runs, runs);
		assert_int_equal(commit_stop(b.commit), TACIT_E_IO);
		assert_int_equal(b.fake.closed, 1);
	}
}

static void
a_failed_scrub_stops_the_relay(void **state)
{
	struct item it;

	(void)state;
	start();
	b.fake.scrub_rc = TACIT_E_IO;
	post(&it, 1, 'A', 0, 0, 0);
	collect_all();
	assert_int_equal(it.rc, 0);
	while (commit_failed(b.commit) == 0)
		(void)sem_wait(&b.woken);
	assert_int_equal(commit_stop(b.commit), TACIT_E_IO);
}

/* ---- batches and the end ---- */

static void
what_queued_during_a_commit_is_one_batch(void **state)
{
	struct item held = { .rc = 0 }, it[256];
	int i;

	(void)state;
	start();
	hold(&held);
	for (i = 0; i < 256; i++)
		post(&it[i], 1, 'A', 0, 0, 0);
	let_go();
	assert_int_equal(b.fake.commits, 2);
	assert_int_equal(b.done, 257);
	assert_int_equal(commit_stop(b.commit), 0);
}

static void
a_batch_is_bounded(void **state)
{
	struct item held = { .rc = 0 }, *it = calloc(1000, sizeof(*it));
	int i;

	(void)state;
	assert_non_null(it);
	start();
	hold(&held);
	for (i = 0; i < 1000; i++)
		post(&it[i], 1, 'A', 0, 0, 0);
	let_go();
	assert_int_equal(b.fake.commits, 1 + 4);
	assert_int_equal(commit_stop(b.commit), 0);
	free(it);
}

static void
stop_runs_what_is_queued_scrubs_and_closes(void **state)
{
	struct item held = { .rc = 0 }, it[3];
	int i;

	(void)state;
	start();
	hold(&held);
	for (i = 0; i < 3; i++)
		post(&it[i], 1, 'A', 0, 0, 0);
	(void)sem_post(&b.fake.go);
	assert_int_equal(commit_stop(b.commit), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(it[i].rc, 0);
	assert_true(b.fake.scrubs >= 1);
	assert_int_equal(b.fake.closed, 1);
}

/* ---- against a plain model ---- */

/* What each POST must get, by the rule in one sentence per line. */
static int
model(int latch[4][4], const struct item *it, int store_rc)
{
	int *l = &latch[it->job.connection][it->job.op.u.post.address[0] % 4];
	int rc;

	if (*l && !it->job.resume)
		return LATCHED;
	rc = it->job.verdict != 0 ? it->job.verdict : store_rc;
	*l = rc != 0;
	return rc;
}

static void
random_batches_agree_with_the_model(void **state)
{
	static struct item held, it[40];
	int latch[4][4] = { 0 }, bad, want;
	uint32_t round, i, n;

	(void)state;
	start();
	for (round = 0; round < 400; round++) {
		memset(&held, 0, sizeof(held));
		hold(&held);
		n = 1 + chance(40);
		for (i = 0; i < n; i++)
			post(&it[i], chance(4),
			    (char)('A' + chance(4)),
			    chance(4) == 0,
			    chance(8) == 0 ? RATE : 0,
			    chance(5) == 0 ? QUOTA : 0);
		bad = chance(4) == 0;
		fail_at((enum where)chance(3),
		    bad ? TACIT_E_DISK_FULL : 0);
		/* A batch whose POSTs all stay outside runs none. */
		b.fake.run_rc = 0;
		bad = b.fake.begin_rc != 0 || b.fake.commit_rc != 0;
		let_go();
		for (i = 0; i < n; i++) {
			want = model(latch, &it[i], bad ? UNAVAILABLE :
			    -(int)it[i].job.op.u.post.expiry_day);
			if (it[i].rc != want)
				fail_msg("round %u post %u: %d, not %d",
				    round, i, it[i].rc, want);
		}
		fail_at(BEGIN, 0);
	}
	assert_int_equal(commit_stop(b.commit), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latch_holds_within_one_batch),
		cmocka_unit_test(latch_holds_over_batches),
		cmocka_unit_test(a_gone_connection_leaves_no_latch),
		cmocka_unit_test(
		    a_failed_batch_refuses_all_of_it_and_latches),
		cmocka_unit_test(a_latch_lifted_in_an_undone_batch_holds),
		cmocka_unit_test(after_a_failed_disk_nothing_succeeds),
		cmocka_unit_test(a_failed_scrub_stops_the_relay),
		cmocka_unit_test(what_queued_during_a_commit_is_one_batch),
		cmocka_unit_test(a_batch_is_bounded),
		cmocka_unit_test(stop_runs_what_is_queued_scrubs_and_closes),
		cmocka_unit_test(random_batches_agree_with_the_model),
	};

	if (sodium_init() < 0)
		return 99;
	rnd = random_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
