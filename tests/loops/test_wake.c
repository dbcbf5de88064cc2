/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacit_wake() from another thread ends every kind of waiting, whenever it
 * comes.  The vault has no contact, so that nothing else ever wakes it: what
 * fails here hangs.
 */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lone.h"

enum { HOUR_MS = 3600 * 1000, TURNS = 2000 };

static int
is_readable(const struct tacit *t)
{
	struct pollfd fd = { .fd = tacit_fd(t), .events = POLLIN };

	return poll(&fd, 1, 0);
}

static int
setup(void **state)
{
	struct person *p;

	if (lone_setup(state) != 0)
		return -1;
	p = *state;
	/* Then libwebsockets alone has a timer. */
	lone_settle(p->t);
	assert_int_equal(is_readable(p->t), 0);
	return 0;
}

static void *
wake(void *t)
{
	tacit_wake(t);
	return NULL;
}

static void
a_wake_ends_a_poll_and_is_taken_by_a_step(void **state)
{
	struct person *p = *state;
	struct pollfd fd = { .fd = tacit_fd(p->t), .events = POLLIN };
	pthread_t other;
	int i;

	for (i = 0; i < TURNS; i++) {
		assert_int_equal(pthread_create(&other, NULL, wake, p->t), 0);
		assert_int_equal(poll(&fd, 1, -1), 1);
		assert_int_equal(pthread_join(other, NULL), 0);
		assert_int_equal(tacit_step(p->t, 0), 0);
		assert_int_equal(is_readable(p->t), 0);
	}
}

static void
a_wake_ends_a_step_that_waits(void **state)
{
	struct person *p = *state;
	pthread_t other;
	int i;

	for (i = 0; i < TURNS; i++) {
		assert_int_equal(pthread_create(&other, NULL, wake, p->t), 0);
		assert_int_equal(tacit_step(p->t, HOUR_MS), 0);
		assert_int_equal(pthread_join(other, NULL), 0);
	}
}

static void
a_wake_before_a_step_is_not_lost(void **state)
{
	struct person *p = *state;

	tacit_wake(p->t);
	tacit_wake(p->t);
	assert_int_equal(tacit_step(p->t, HOUR_MS), 0);
	assert_int_equal(is_readable(p->t), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wake_ends_a_poll_and_is_taken_by_a_step),
		cmocka_unit_test(a_wake_ends_a_step_that_waits),
		cmocka_unit_test(a_wake_before_a_step_is_not_lost),
	};

	return cmocka_run_group_tests(tests, setup, lone_teardown);
}
