/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store does when the disk fails under it: a batch happens whole or
 * not at all, and after the first error that is not a full disk nothing
 * succeeds any more (promise B3).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <sodium.h>

#include "store_kit.h"
#include "thief.h"
#include "vfs_fault.h"

static const struct store_limits limits = { 8, 4, 7, 3 };

enum { BOXES = 4, TEXT = 8192 };

struct line {
	enum op_kind kind;
	uint64_t arg[KIT_ARGS];
};

static const struct line before[] = {
	{ OP_ADMIT, { 9, 40, 90 } },
	{ OP_CREATE, { 0, 0, 9 } }, { OP_CREATE, { 1, 1, 9 } },
	{ OP_CREATE, { 2, 2, 9 } },
	{ OP_POST, { 0, 0, 1, LETTER, 1, 2 } },
	{ OP_POST, { 0, 0, 2, LETTER, 2, 50 } },
	{ OP_POST, { 1, 1, 3, PARCEL, 3, 50 } },
	{ OP_POST, { 2, 2, 4, LETTER, 4, 50 } },
	{ OP_PUT_INVITATION, { 1, 1, 9, 21, 1, 900 } },
	{ OP_PUT_INVITATION, { 2, 2, 9, 22, 2, 900 } },
	{ OP_PUT_INVITATION, { 3, 3, 9, 23, 3, 900 } },
	{ OP_ANCHOR, { 1, 0, 1 } },
};

/* Every kind that changes anything. */
static const struct line batch[] = {
	{ OP_ADMIT, { 8, 7, 90 } },
	{ OP_CREATE, { 3, 3, 8 } },
	{ OP_POST, { 3, 3, 5, LETTER, 5, 50 } },
	{ OP_POST, { 0, 0, 6, LETTER, 6, 50 } },
	{ OP_POST, { 1, 1, 7, PARCEL, 7, 50 } },
	{ OP_ACK, { 0, 2, 1 } },
	{ OP_ACK, { 3, 5, 1 } },
	{ OP_SET_TOKEN, { 0, 7, 0 } },
	{ OP_ANCHOR, { 0, 0, 1 } },
	{ OP_ANCHOR, { 1, 1, 2 } },
	{ OP_RECALL, { 0, 7, 6, 90 } },
	{ OP_RECALL, { 0, 7, 77, 90 } },
	{ OP_CLOSE, { 2 } },
	{ OP_SPLIT, { 8, 24, 2 } },
	{ OP_PUT_INVITATION, { 4, 4, 9, 25, 4, 900 } },
	{ OP_GET_INVITATION, { 1, 1 } },
	{ OP_REVOKE_INVITATION, { 2, 2 } },
	{ OP_SWEEP, { 80, 100 } },
	{ OP_POST, { 0, 7, 8, LETTER, 8, 50 } },
};

/* Everything that can be seen of the state; asked without changing it. */
static const struct line questions[] = {
	{ OP_COUNT, { 0 } },
	{ OP_FETCH, { 0, 0, 99 } }, { OP_FETCH, { 1, 0, 99 } },
	{ OP_FETCH, { 2, 0, 99 } }, { OP_FETCH, { 3, 0, 99 } },
	{ OP_POST, { 0, 0, 1, PARCEL, 1, 2 } },		/* token 0 valid? */
	{ OP_POST, { 0, 7, 1, PARCEL, 1, 2 } },		/* token 7 valid? */
	{ OP_POST, { 0, 7, 6, PARCEL, 6, 2 } },
	{ OP_ANCHOR, { 0, 9, 9 } },			/* what is there? */
	{ OP_ANCHOR, { 1, 9, 9 } },
	{ OP_POST, { 0, 7, 77, PARCEL, 9, 2 } },	/* recalled? */
	{ OP_SPLIT, { 9, 99, 30 } },			/* units left? */
	{ OP_PUT_INVITATION, { 1, 9, 9, 99, 9, 9 } },
	{ OP_GET_INVITATION, { 2, 2 } },
	{ OP_GET_INVITATION, { 4, 2 } },
};

#define RUN(s, lines)	run((s), (lines), sizeof(lines) / sizeof((lines)[0]), \
			    NULL)

/* One batch; the answers, if asked for, as text. */
static int
run(struct store *s, const struct line *line, size_t n, char *text)
{
	struct op *op = calloc(n, sizeof(*op));
	char one[KIT_TEXT];
	size_t i, at = 0;
	int rc;

	assert_non_null(op);
	for (i = 0; i < n; i++) {
		op[i] = kit_op(line[i].kind, line[i].arg);
		op[i].next = i + 1 < n ? &op[i + 1] : NULL;
	}
	rc = store_apply(s, op);
	for (i = 0; i < n; i++) {
		if (rc != 0)
			assert_int_equal(op[i].rc, TACIT_E_UNAVAILABLE);
		kit_text(one, &op[i]);
		if (text != NULL)
			at += (size_t)snprintf(text + at, TEXT - at,
			    "%d %s\n", op[i].rc, one);
		op_release(&op[i]);
	}
	free(op);
	return rc;
}

/*
 * GET binds: it is asked in a batch that the disk then refuses, or not at
 * all, so the state is read through a store of its own.
 */
static void
look(const char *dir, char text[TEXT])
{
	struct store_clock clock;
	struct store *s;
	size_t len;

	assert_int_equal(store_sqlite_open(&s, &clock, dir, &limits), 0);
	assert_int_equal(run(s, questions,
	    sizeof(questions) / sizeof(questions[0]), text), 0);
	len = strlen(text);
	(void)snprintf(text + len, TEXT - len, "hour %u day %u",
	    (unsigned)clock.hour, clock.wall_day);
	s->ops->close(s);
}

/* Answers of memory: the same questions, without GET. */
static void
look_open(struct store *s, char text[TEXT])
{
	assert_int_equal(run(s, questions, 10, text), 0);
}

static struct store *
start(char dir[64])
{
	struct store *s;

	kit_dir_make(dir);
	s = kit_open(dir, &limits);
	assert_int_equal(RUN(s, before), 0);
	return s;
}

/* The state before and after the batch, in a world where nothing fails. */
static void
learn(char was[TEXT], char becomes[TEXT])
{
	struct store *s;
	char dir[64];

	s = start(dir);
	s->ops->close(s);
	look(dir, was);
	kit_dir_remove(dir);
	s = start(dir);
	assert_int_equal(RUN(s, batch), 0);
	s->ops->close(s);
	look(dir, becomes);
	kit_dir_remove(dir);
	assert_string_not_equal(was, becomes);
}

/* Each of the first calls fails once, then every fourth. */
static unsigned
next_call(unsigned after)
{
	return after + (after < 12 ? 1 : 4);
}

/* What did not fit is given back: the file of bodies has whole blocks. */
static void
assert_whole_blocks(const char *dir)
{
	char path[96];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/relay.bodies", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size % (256 * TACIT_LETTER_LEN), 0);
}

static void
a_full_disk_undoes_the_batch_and_nothing_else(void **state)
{
	char dir[64], was[TEXT], becomes[TEXT], open_was[TEXT], now[TEXT];
	unsigned after, hit = 1, failed = 0;
	struct store *s;

	(void)state;
	learn(was, becomes);
	for (after = 0; hit != 0; after = next_call(after)) {
		s = start(dir);
		look_open(s, open_was);
		assert_int_equal(s->ops->scrub(s), 0);
		vfs_fault_arm(VFS_WRITE, after, VFS_DISK_FULL);
		if (RUN(s, batch) != 0) {
			hit = vfs_fault_disarm();
			assert_int_equal(hit, 1);
			failed++;
			assert_whole_blocks(dir);
			look_open(s, now);
			assert_string_equal(now, open_was);
			assert_int_equal(s->ops->scrub(s), 0);
			assert_int_equal(thief_reads(dir, 6, 6), 0);
			assert_int_equal(RUN(s, batch), 0);
		} else {
			hit = vfs_fault_disarm();
			assert_int_equal(hit, 0);
		}
		s->ops->close(s);
		look(dir, now);
		assert_string_equal(now, becomes);
		kit_dir_remove(dir);
	}
	printf("failed %u writes, one at a time\n", failed);
	assert_true(failed > 10);
}

/* Nothing succeeds after it, and the file holds the batch whole or not. */
static void
fail_for_good(enum vfs_call call, unsigned after, unsigned *hit,
    const char *was, const char *becomes)
{
	char dir[64], now[TEXT];
	struct store *s = start(dir);
	unsigned long writes;
	int rc;

	vfs_fault_arm(call, after, VFS_IO_ERROR);
	rc = RUN(s, batch);
	*hit = vfs_fault_disarm();
	if (*hit != 0) {
		assert_int_equal(rc, TACIT_E_IO);
		writes = vfs_count(VFS_WRITE);
		assert_int_equal(RUN(s, questions), TACIT_E_IO);
		assert_int_equal(RUN(s, batch), TACIT_E_IO);
		assert_int_equal(s->ops->scrub(s), TACIT_E_IO);
		s->ops->close(s);
		assert_int_equal(vfs_count(VFS_WRITE), writes);
	} else {
		assert_int_equal(rc, 0);
		s->ops->close(s);
	}
	look(dir, now);
	if (strcmp(now, was) != 0)
		assert_string_equal(now, becomes);
	kit_dir_remove(dir);
}

static void
the_first_io_error_is_the_last(void **state)
{
	char was[TEXT], becomes[TEXT];
	unsigned after, hit;

	(void)state;
	learn(was, becomes);
	for (after = 0, hit = 1; hit != 0; after = next_call(after))
		fail_for_good(VFS_WRITE, after, &hit, was, becomes);
	assert_true(after > 10);
	for (after = 0, hit = 1; hit != 0; after++)
		fail_for_good(VFS_SYNC, after, &hit, was, becomes);
	assert_true(after > 1);
}

static void
a_failed_fsync_of_a_checkpoint_stops_the_store(void **state)
{
	static const enum vfs_call calls[] = {
		VFS_SYNC, VFS_WRITE, VFS_TRUNCATE,
	};
	char dir[64], was[TEXT], now[TEXT], unused[TEXT];
	struct store *s;
	size_t i;

	(void)state;
	learn(was, unused);
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		s = start(dir);
		vfs_fault_arm(calls[i], 0, VFS_IO_ERROR);
		assert_int_equal(s->ops->scrub(s), TACIT_E_IO);
		assert_int_equal(vfs_fault_disarm(), 1);
		assert_int_equal(RUN(s, batch), TACIT_E_IO);
		s->ops->close(s);
		look(dir, now);
		assert_string_equal(now, was);
		kit_dir_remove(dir);
	}
}

static void
a_disk_full_at_a_checkpoint_is_survived(void **state)
{
	char dir[64], unused[TEXT], becomes[TEXT], now[TEXT];
	struct store *s;

	(void)state;
	learn(unused, becomes);
	s = start(dir);
	vfs_fault_arm(VFS_WRITE, 1, VFS_DISK_FULL);
	assert_int_equal(s->ops->scrub(s), TACIT_E_DISK_FULL);
	assert_int_equal(vfs_fault_disarm(), 1);
	assert_int_equal(RUN(s, batch), 0);
	assert_int_equal(s->ops->scrub(s), 0);
	s->ops->close(s);
	look(dir, now);
	assert_string_equal(now, becomes);
	kit_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_disk_undoes_the_batch_and_nothing_else),
		cmocka_unit_test(the_first_io_error_is_the_last),
		cmocka_unit_test(
		    a_failed_fsync_of_a_checkpoint_stops_the_store),
		cmocka_unit_test(a_disk_full_at_a_checkpoint_is_survived),
	};

	if (sodium_init() < 0)
		return 99;
	vfs_fault_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
