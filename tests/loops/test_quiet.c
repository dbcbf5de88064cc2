/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a vault read stays in memory while it works, and not while nothing
 * happens: a process may hold thousands.  SQLite says what it has.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "person.h"

enum {
	BATCHES = 8,			/* of small rows, a page or two */
	SOON_MS = 10000,
	MUCH = 1024 * 1024,
	LITTLE = 384 * 1024
};

static int
setup(void **state)
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

/* Until nothing is due. */
static void
settle(struct tacit *t)
{
	struct pollfd fd = { .fd = tacit_fd(t), .events = POLLIN };
	int wait;

	for (;;) {
		assert_int_equal(tacit_step(t, 0), 0);
		wait = tacit_timeout_ms(t);
		if (wait < 0 || wait > SOON_MS)
			return;
		(void)poll(&fd, 1, wait);
	}
}

static void
write_rows(struct tacit *t)
{
	static struct tacit_op ops[TACIT_OPS_MAX];
	static uint8_t keys[TACIT_OPS_MAX][3];
	unsigned batch, i;

	for (batch = 0; batch < BATCHES; batch++) {
		for (i = 0; i < TACIT_OPS_MAX; i++) {
			keys[i][0] = 'k';
			keys[i][1] = (uint8_t)batch;
			keys[i][2] = (uint8_t)i;
			memset(&ops[i], 0, sizeof(ops[i]));
			ops[i].size = sizeof(ops[i]);
			ops[i].kind = TACIT_OP_PUT;
			ops[i].key = keys[i];
			ops[i].key_len = sizeof(keys[i]);
			ops[i].data = keys[i];
			ops[i].len = sizeof(keys[i]);
		}
		assert_int_equal(tacit_commit(t, ops, TACIT_OPS_MAX), 0);
	}
}

static void
pages_go_when_nothing_happens(void **state)
{
	struct person *p = *state;

	write_rows(p->t);
	assert_true(sqlite3_memory_used() > MUCH);
	settle(p->t);
	assert_true(sqlite3_memory_used() < LITTLE);
}

static void
what_was_read_goes_likewise(void **state)
{
	struct person *p = *state;
	uint8_t key[3] = { 'k', 0, 0 }, value[sizeof(key)];
	unsigned i;
	size_t len;

	tacit_close(p->t);
	person_open(p, NULL);
	for (i = 0; i < BATCHES * TACIT_OPS_MAX; i++) {
		key[1] = (uint8_t)(i / TACIT_OPS_MAX);
		key[2] = (uint8_t)(i % TACIT_OPS_MAX);
		assert_int_equal(tacit_data_get(p->t, key, sizeof(key), value,
		    sizeof(value), &len), 1);
		assert_memory_equal(value, key, sizeof(key));
	}
	assert_true(sqlite3_memory_used() > MUCH);
	settle(p->t);
	assert_true(sqlite3_memory_used() < LITTLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_go_when_nothing_happens),
		cmocka_unit_test(what_was_read_goes_likewise),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
