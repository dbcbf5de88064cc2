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

#include "lone.h"

enum {
	BATCHES = 8,			/* of small rows, a page or two */
	MUCH = 1024 * 1024,
	LITTLE = 384 * 1024
};

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
	lone_settle(p->t);
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
	lone_settle(p->t);
	assert_true(sqlite3_memory_used() < LITTLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_go_when_nothing_happens),
		cmocka_unit_test(what_was_read_goes_likewise),
	};

	return cmocka_run_group_tests(tests, lone_setup, lone_teardown);
}
