/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room is made until there is enough, and what fails ends it, for good (B3)
 * or, where the disk is full, for this life.
 */
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "commit.h"

enum { WANTED = 4096 };

struct fake {
	struct store store;
	sem_t asked;
	int slices, rc;			/* that are missing; of the last one */
	_Atomic int asks, counts;
};

static struct fake fake;
static struct commit *commit;
static sem_t woken;

static int
fake_reserve(struct store *s, uint64_t bytes, uint8_t *more)
{
	struct fake *f = (struct fake *)s;

	assert_int_equal(bytes, WANTED);
	f->asks++;
	*more = --f->slices > 0;
	(void)sem_post(&f->asked);
	return *more ? 0 : f->rc;
}

static int
fake_count(struct store *s, struct op *op)
{
	((struct fake *)s)->counts++;
	op->rc = 0;
	return 0;
}

static int
nothing(struct store *s)
{
	(void)s;
	return 0;
}

static void
no_result(struct store *s)
{
	(void)s;
}

static const struct store_ops fake_ops = {
	.begin = nothing,
	.run = { [OP_COUNT] = fake_count },
	.tidy = nothing,
	.commit = nothing,
	.rollback = no_result,
	.scrub = nothing,
	.reserve = fake_reserve,
	.close = no_result,
};

static void
wake(void *arg)
{
	(void)sem_post(arg);
}

static void
start(int slices, int rc)
{
	memset(&fake, 0, sizeof(fake));
	fake.store.ops = &fake_ops;
	fake.slices = slices;
	fake.rc = rc;
	(void)sem_init(&fake.asked, 0, 0);
	(void)sem_init(&woken, 0, 0);
	assert_int_equal(commit_start(&commit, &fake.store, wake, &woken), 0);
}

static void
done(struct job *j)
{
	(void)j;
}

/* What one job is answered, whatever room is being made. */
static int
count(void)
{
	struct job j = { .op = { .kind = OP_COUNT }, .done = done };

	commit_submit(commit, &j);
	while (commit_pending(commit) > 0) {
		(void)sem_wait(&woken);
		commit_collect(commit);
	}
	return j.op.rc;
}

static void
wait_for_asks(int n)
{
	for (; n > 0; n--)
		assert_int_equal(sem_wait(&fake.asked), 0);
}

/* Long enough for another slice, were there one to be made. */
static void
rest(void)
{
	const struct timespec ts = { .tv_nsec = 10000000 };

	(void)nanosleep(&ts, NULL);
}

/* The result of the last slice; what a job is answered then, and the stop. */
static const struct {
	int rc, answer, end;
} cases[] = {
	{ 0, 0, 0 },
	{ TACIT_E_DISK_FULL, 0, 0 },
	{ TACIT_E_NOMEM, 0, 0 },
	{ TACIT_E_IO, TACIT_E_UNAVAILABLE, TACIT_E_IO },
	{ TACIT_E_CORRUPT, TACIT_E_UNAVAILABLE, TACIT_E_CORRUPT },
};

static void
room_is_made_until_there_is_enough_or_it_fails(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(5, cases[i].rc);
		commit_reserve(commit, WANTED);
		wait_for_asks(5);
		if (cases[i].end != 0)		/* the loop is told */
			assert_int_equal(sem_wait(&woken), 0);
		assert_int_equal(count(), cases[i].answer);
		assert_int_equal(count(), cases[i].answer);
		rest();
		assert_int_equal(commit_failed(commit), cases[i].end);
		assert_int_equal(commit_stop(commit), cases[i].end);
		assert_int_equal(fake.asks, 5);
	}
}

static void
nobody_asks_for_room_that_is_not_wanted(void **state)
{
	(void)state;
	start(5, 0);
	assert_int_equal(count(), 0);
	commit_reserve(commit, 0);
	assert_int_equal(count(), 0);
	rest();
	assert_int_equal(commit_stop(commit), 0);
	assert_int_equal(fake.asks, 0);
}

/* There is always more to make; what comes is done, and it can be stopped. */
static void
jobs_and_a_stop_pass_while_room_is_made(void **state)
{
	int i;

	(void)state;
	start(INT32_MAX, 0);
	commit_reserve(commit, WANTED);
	wait_for_asks(3);
	for (i = 0; i < 100; i++)
		assert_int_equal(count(), 0);
	wait_for_asks(1);
	assert_int_equal(commit_stop(commit), 0);
	assert_int_equal(fake.counts, 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    room_is_made_until_there_is_enough_or_it_fails),
		cmocka_unit_test(nobody_asks_for_room_that_is_not_wanted),
		cmocka_unit_test(jobs_and_a_stop_pass_while_room_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
