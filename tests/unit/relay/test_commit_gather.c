/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a turn of the loop submits is handed over together: nothing of it is
 * left behind, reordered, or forgotten by a stop.
 */
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "commit.h"

enum { TURNS = 300, EACH = 30, MANY = 1000, NEARLY = 960 };

struct fake {
	struct store store;
	int batches, runs;
};

static struct fake fake;
static struct commit *commit;
static sem_t woken;
static struct job jobs[TURNS * EACH];
static size_t submitted, back;

static int
fake_begin(struct store *s)
{
	((struct fake *)s)->batches++;
	return 0;
}

static int
fake_count(struct store *s, struct op *op)
{
	((struct fake *)s)->runs++;
	op->rc = 0;
	return 0;
}

static int
fake_well(struct store *s)
{
	(void)s;
	return 0;
}

static void
fake_done(struct store *s)
{
	(void)s;
}

static const struct store_ops fake_ops = {
	.begin = fake_begin,
	.run = { [OP_COUNT] = fake_count },
	.tidy = fake_well,
	.commit = fake_well,
	.rollback = fake_done,
	.scrub = fake_well,
	.close = fake_done,
};

static void
wake(void *arg)
{
	(void)sem_post(arg);
}

static void
start(void)
{
	memset(&fake, 0, sizeof(fake));
	memset(jobs, 0, sizeof(jobs));
	submitted = back = 0;
	fake.store.ops = &fake_ops;
	(void)sem_init(&woken, 0, 0);
	assert_int_equal(commit_start(&commit, &fake.store, wake, &woken), 0);
	commit_gather(commit);
}

static void
done(struct job *j)
{
	assert_ptr_equal(j, &jobs[back]);	/* in order */
	back++;
}

static struct job *
submit(void)
{
	struct job *j = &jobs[submitted++];

	j->op.kind = OP_COUNT;
	j->done = done;
	commit_submit(commit, j);
	return j;
}

static void
collect(size_t until)
{
	while (back < until) {
		(void)sem_wait(&woken);
		commit_collect(commit);
	}
}

/* Often: handed over one by one they may come together, too, by chance. */
static void
what_a_turn_gathers_is_one_batch(void **state)
{
	int i, k;

	(void)state;
	start();
	for (i = 0; i < TURNS; i++) {
		for (k = 0; k < EACH; k++)
			(void)submit();
		assert_int_equal(commit_pending(commit), EACH);
		commit_hand_over(commit);
		collect(submitted);
		assert_int_equal(fake.batches, i + 1);
	}
	commit_hand_over(commit);	/* of nothing: nothing */
	assert_int_equal(commit_pending(commit), 0);
	assert_int_equal(commit_stop(commit), 0);
	assert_int_equal(fake.runs, TURNS * EACH);
}

static void
much_is_handed_over_before_the_turn_ends(void **state)
{
	int i;

	(void)state;
	start();
	for (i = 0; i < MANY; i++)
		(void)submit();
	collect(NEARLY);
	commit_hand_over(commit);
	collect(MANY);
	assert_int_equal(commit_stop(commit), 0);
}

static void
done_and_again(struct job *j)
{
	done(j);
	(void)submit();
}

/* And what comes back then may ask for more, which is refused. */
static void
a_stop_runs_what_was_gathered(void **state)
{
	(void)state;
	start();
	(void)submit();
	submit()->done = done_and_again;
	assert_int_equal(commit_stop(commit), 0);
	assert_int_equal(back, 3);
	assert_int_equal(fake.runs, 2);
	assert_int_equal(jobs[2].op.rc, TACIT_E_UNAVAILABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_turn_gathers_is_one_batch),
		cmocka_unit_test(much_is_handed_over_before_the_turn_ends),
		cmocka_unit_test(a_stop_runs_what_was_gathered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
