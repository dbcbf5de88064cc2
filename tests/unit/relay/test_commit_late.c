/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promise D1 for ACKs: one is answered when the rows that it leaves are gone
 * from the disk, which may be some batches later, and not before.
 */
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "commit.h"

/* Every ACK is late.  A SWEEP waits in run() until it is let go. */
struct fake {
	struct store store;
	sem_t waits, go;
	int tidy_rc;			/* of the next ones */
	_Atomic int tidies;
};

static struct fake fake;
static struct commit *commit;
static sem_t woken;
static char order[8192];		/* of those that came back */

static int
fake_ack(struct store *s, struct op *op)
{
	(void)s;
	op->rc = 0;
	op->late = 1;
	return 0;
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
fake_count(struct store *s, struct op *op)
{
	(void)s;
	op->rc = 0;
	return 0;
}

static int
fake_tidy(struct store *s)
{
	struct fake *f = (struct fake *)s;

	f->tidies += f->tidy_rc == 0;
	return f->tidy_rc;
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
	.run = { [OP_ACK] = fake_ack, [OP_SWEEP] = fake_sweep,
	    [OP_COUNT] = fake_count },
	.tidy = fake_tidy,
	.commit = nothing,
	.rollback = no_result,
	.scrub = nothing,
	.close = no_result,
};

struct named {
	struct job job;
	char name;
};

static void
done(struct job *j)
{
	const struct named *n = j->owner;

	order[strlen(order)] = n->name;
}

static void
submit(struct named *n, char name, enum op_kind kind)
{
	memset(n, 0, sizeof(*n));
	n->name = name;
	n->job.op.kind = kind;
	n->job.op.rc = 1;
	n->job.done = done;
	n->job.owner = n;
	commit_submit(commit, &n->job);
}

static void
wake(void *arg)
{
	(void)sem_post(arg);
}

static void
collect(size_t n)
{
	while (strlen(order) < n) {
		(void)sem_wait(&woken);
		commit_collect(commit);
	}
}

enum { FIRST, ACK, SWEEP, LAST, ACTS };

/* The store thread stands in a SWEEP until it is let go. */
static void
start(struct named *first)
{
	memset(&fake, 0, sizeof(fake));
	memset(order, 0, sizeof(order));
	fake.store.ops = &fake_ops;
	(void)sem_init(&fake.waits, 0, 0);
	(void)sem_init(&fake.go, 0, 0);
	(void)sem_init(&woken, 0, 0);
	assert_int_equal(commit_start(&commit, &fake.store, wake, &woken), 0);
	submit(first, 'f', OP_SWEEP);
	(void)sem_wait(&fake.waits);
}

/* An ACK, in a batch behind which ${act[LAST]} waits; then nobody does. */
static void
an_ack_that_is_late(struct named act[ACTS], int tidy_rc)
{
	start(&act[FIRST]);
	submit(&act[ACK], 'a', OP_ACK);
	submit(&act[SWEEP], 's', OP_SWEEP);
	(void)sem_post(&fake.go);
	(void)sem_wait(&fake.waits);
	submit(&act[LAST], 'l', OP_COUNT);
	collect(1);
	assert_string_equal(order, "f");
	assert_int_equal(fake.tidies, 0);
	fake.tidy_rc = tidy_rc;
	(void)sem_post(&fake.go);
	collect(3);
	assert_int_equal(act[LAST].job.op.rc, 0);
}

static void
it_is_answered_when_its_rows_are_gone(void **state)
{
	struct named act[ACTS];

	(void)state;
	an_ack_that_is_late(act, 0);
	collect(4);
	assert_string_equal(order, "fsla");
	assert_int_equal(fake.tidies, 1);
	assert_int_equal(act[ACK].job.op.rc, 0);
	assert_int_equal(commit_stop(commit), 0);
}

/* What else was asked is done; the next attempt comes by itself. */
static void
a_full_disk_keeps_it_waiting(void **state)
{
	struct named act[ACTS];

	(void)state;
	an_ack_that_is_late(act, TACIT_E_DISK_FULL);
	assert_string_equal(order, "fsl");
	fake.tidy_rc = 0;
	collect(4);
	assert_int_equal(fake.tidies, 1);
	assert_int_equal(act[ACK].job.op.rc, 0);
	assert_int_equal(commit_stop(commit), 0);
}

static void
after_a_failed_disk_it_is_refused(void **state)
{
	struct named act[ACTS];

	(void)state;
	an_ack_that_is_late(act, TACIT_E_IO);
	collect(4);
	assert_int_equal(act[ACK].job.op.rc, TACIT_E_UNAVAILABLE);
	assert_int_equal(commit_stop(commit), TACIT_E_IO);
}

static void
a_stop_tries_once_more_and_then_refuses(void **state)
{
	static const int rc[] = { 0, TACIT_E_DISK_FULL };
	struct named act[ACTS];
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		an_ack_that_is_late(act, TACIT_E_DISK_FULL);
		fake.tidy_rc = rc[i];
		assert_int_equal(commit_stop(commit), 0);
		assert_string_equal(order, "fsla");
		assert_int_equal(act[ACK].job.op.rc,
		    rc[i] == 0 ? 0 : TACIT_E_UNAVAILABLE);
	}
}

/* However many others wait: 256 are a batch, and it waits for 16. */
static void
it_waits_for_a_few_batches_at_most(void **state)
{
	static struct named many[256 * 24];
	struct named first, ack;
	size_t i;

	(void)state;
	start(&first);
	submit(&ack, 'a', OP_ACK);
	for (i = 0; i < 256 * 24; i++)
		submit(&many[i], 'm', OP_COUNT);
	(void)sem_post(&fake.go);
	collect(1 + 1 + 256 * 24);
	i = strcspn(order, "a");
	assert_true(i > 256 && i <= 1 + 256 * 18);
	assert_int_equal(commit_stop(commit), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_answered_when_its_rows_are_gone),
		cmocka_unit_test(a_full_disk_keeps_it_waiting),
		cmocka_unit_test(after_a_failed_disk_it_is_refused),
		cmocka_unit_test(a_stop_tries_once_more_and_then_refuses),
		cmocka_unit_test(it_waits_for_a_few_batches_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
