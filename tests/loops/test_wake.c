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

#include "person.h"

enum { HOUR_MS = 3600 * 1000, SOON_MS = 10000, TURNS = 2000 };

static int
is_readable(const struct tacit *t)
{
	struct pollfd fd = { .fd = tacit_fd(t), .events = POLLIN };

	return poll(&fd, 1, 0);
}

/* What opening leaves to be done; then libwebsockets alone has a timer. */
static void
settle(struct tacit *t)
{
	struct pollfd fd = { .fd = tacit_fd(t), .events = POLLIN };
	int wait;

	for (;;) {
		assert_int_equal(tacit_step(t, 0), 0);
		wait = tacit_timeout_ms(t);
		if (wait < 0 || wait > SOON_MS)
			break;
		(void)poll(&fd, 1, wait);
	}
	assert_int_equal(is_readable(t), 0);
}

static int
setup(void **state)
{
	char dir[] = "/tmp/loops.XXXXXX";
	struct person *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	assert_non_null(mkdtemp(dir));
	person_make(p, dir, "Anna");
	person_open(p, NULL);
	settle(p->t);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct person *p = *state;

	tacit_close(p->t);
	assert_int_equal(unlink(p->path), 0);
	assert_true(strlen(p->path) + sizeof(".lock") <= sizeof(p->path));
	assert_int_equal(unlink(strcat(p->path, ".lock")), 0);
	*strrchr(p->path, '/') = '\0';
	assert_int_equal(rmdir(p->path), 0);
	free(p);
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

	return cmocka_run_group_tests(tests, setup, teardown);
}
