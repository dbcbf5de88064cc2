/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lone.h"

int
lone_setup(void **state)
{
	char dir[] = "/tmp/loops.XXXXXX";
	struct person *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	assert_non_null(mkdtemp(dir));
	person_make(p, dir, "Anna");
	person_open(p, NULL);
	*state = p;
	return 0;
}

int
lone_teardown(void **state)
{
	struct person *p = *state;
	char lock[sizeof(p->path) + sizeof(".lock")];

	tacit_close(p->t);
	(void)snprintf(lock, sizeof(lock), "%s.lock", p->path);
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(unlink(lock), 0);
	*strrchr(p->path, '/') = '\0';
	assert_int_equal(rmdir(p->path), 0);
	free(p);
	return 0;
}

void
lone_settle(struct tacit *t)
{
	struct pollfd fd = { .fd = tacit_fd(t), .events = POLLIN };
	int wait;

	for (;;) {
		assert_int_equal(tacit_step(t, 0), 0);
		wait = tacit_timeout_ms(t);
		if (wait < 0 || wait > LONE_SOON_MS)
			return;
		(void)poll(&fd, 1, wait);
	}
}
