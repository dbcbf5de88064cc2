/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room for bodies that is made ahead: as much as was asked for, on the disk,
 * without touching what is stored; and what a failing disk does to it (B3).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "store_kit.h"
#include "vfs_fault.h"

static const struct store_limits limits = { 512, 64, 500, 60 };

enum {
	MIB = 1 << 20, SLICE = 256 << 10,
	WANTED = 3 * MIB,
	BLOCK = 256,			/* letters of one */
	LETTERS = 300			/* more than that */
};

static long
size_of_bodies(const char *dir)
{
	char path[96];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/relay.bodies", dir);
	assert_int_equal(stat(path, &st), 0);
	return (long)st.st_size;
}

static void
post(struct store *s, uint64_t from, uint64_t to)
{
	for (; from < to; from++)
		kit_ask(s, OP_POST, 0, 0, from, LETTER, from, 50);
}

/* The first ${n} and no more, in order. */
static void
assert_holds(struct store *s, uint64_t n)
{
	const uint64_t arg[KIT_ARGS] = { 0, 0, LETTERS + 1 };
	struct op op = kit_op(OP_FETCH, arg);
	const struct stored *e;
	uint64_t i = 0;

	kit_run(s, &op);
	assert_int_equal(op.rc, 0);
	for (e = op.u.fetch.first; e != NULL; e = e->next, i++)
		assert_memory_equal(e->body, kit_body(i), TACIT_LETTER_LEN);
	op_release(&op);
	assert_int_equal(i, n);
}

static struct store *
start(char dir[64], uint64_t letters)
{
	struct store *s;

	kit_dir_make(dir);
	s = kit_open(dir, &limits);
	kit_ask(s, OP_ADMIT, 9, 40, 90, 0, 0, 0);
	kit_ask(s, OP_CREATE, 0, 0, 9, 0, 0, 0);
	post(s, 0, letters);
	return s;
}

/* Returns how many slices it took. */
static int
reserve_all(struct store *s, uint64_t bytes)
{
	uint8_t more = 1;
	int n;

	for (n = 0; more; n++)
		assert_int_equal(s->ops->reserve(s, bytes, &more), 0);
	return n;
}

static void
as_much_is_made_as_was_asked_for_a_slice_at_a_time(void **state)
{
	char dir[64];
	struct store *s = start(dir, 1);
	long was = size_of_bodies(dir), now;
	unsigned long syncs;
	uint8_t more = 1;

	(void)state;
	while (more) {
		syncs = vfs_count(VFS_SYNC);
		assert_int_equal(s->ops->reserve(s, WANTED, &more), 0);
		assert_int_equal(vfs_count(VFS_SYNC), syncs + 1);
		now = size_of_bodies(dir);
		assert_true(now > was && now - was <= SLICE);
		was = now;
	}
	assert_int_equal(was, WANTED);
	syncs = vfs_count(VFS_WRITE);
	assert_int_equal(reserve_all(s, WANTED), 1);
	assert_int_equal(reserve_all(s, 0), 1);
	assert_int_equal(vfs_count(VFS_WRITE), syncs);
	s->ops->close(s);
	kit_dir_remove(dir);
}

static void
what_is_stored_before_and_after_is_there(void **state)
{
	char dir[64];
	struct store *s = start(dir, 100);

	(void)state;
	assert_true(reserve_all(s, WANTED) > 1);
	assert_holds(s, 100);
	post(s, 100, LETTERS);
	assert_int_equal(size_of_bodies(dir), WANTED);
	assert_holds(s, LETTERS);
	s->ops->close(s);
	s = kit_open(dir, &limits);
	assert_holds(s, LETTERS);
	assert_true(reserve_all(s, WANTED) > 1);	/* written again */
	assert_int_equal(size_of_bodies(dir), WANTED);
	assert_holds(s, LETTERS);
	s->ops->close(s);
	kit_dir_remove(dir);
}

static void
what_needs_more_than_the_room_gets_it(void **state)
{
	char dir[64];
	struct store *s = start(dir, 1);

	(void)state;
	(void)reserve_all(s, MIB / 2 + SLICE);
	post(s, 1, LETTERS);
	assert_true(size_of_bodies(dir) >= LETTERS * TACIT_LETTER_LEN);
	assert_holds(s, LETTERS);
	s->ops->close(s);
	kit_dir_remove(dir);
}

static void
a_full_disk_has_all_of_it_back(void **state)
{
	char dir[64];
	unsigned after;
	uint8_t more;
	struct store *s;
	long was;
	int rc;

	(void)state;
	for (after = 0; after < 20; after++) {
		s = start(dir, 10);
		was = size_of_bodies(dir);
		vfs_fault_arm(VFS_WRITE, after, VFS_DISK_FULL);
		do
			rc = s->ops->reserve(s, WANTED, &more);
		while (rc == 0 && more);
		assert_int_equal(vfs_fault_disarm(), 1);
		assert_int_equal(rc, TACIT_E_DISK_FULL);
		assert_true(size_of_bodies(dir) <= was);
		assert_holds(s, 10);
		post(s, 10, LETTERS);
		assert_holds(s, LETTERS);
		s->ops->close(s);
		s = kit_open(dir, &limits);
		assert_holds(s, LETTERS);
		s->ops->close(s);
		kit_dir_remove(dir);
	}
}

/*
 * The next letter wants a block of its own; write ${after} of those it takes
 * finds the disk full.  Returns whether one did.
 */
static unsigned
post_and_fail(struct store *s, unsigned after)
{
	const uint64_t arg[KIT_ARGS] = { 0, 0, BLOCK, LETTER, BLOCK, 50 };
	struct op op = kit_op(OP_POST, arg);
	unsigned hit;
	int rc;

	vfs_fault_arm(VFS_WRITE, after, VFS_DISK_FULL);
	rc = store_apply(s, &op);
	hit = vfs_fault_disarm();
	return rc == (hit ? TACIT_E_DISK_FULL : 0) ? hit : 99;
}

static void
a_disk_that_fills_later_has_all_of_it_back(void **state)
{
	unsigned after, hit;
	struct store *s;
	char dir[64];
	int restart;

	(void)state;
	for (restart = 0; restart < 2; restart++) {
		for (hit = 1, after = 0; hit != 0; after++) {
			s = start(dir, BLOCK);
			(void)reserve_all(s, WANTED);
			if (restart) {
				s->ops->close(s);
				s = kit_open(dir, &limits);
			}
			hit = post_and_fail(s, after);
			assert_in_range(hit, 0, 1);
			assert_int_equal(size_of_bodies(dir), hit ?
			    BLOCK * TACIT_LETTER_LEN : WANTED);
			assert_holds(s, BLOCK + 1 - hit);
			post(s, BLOCK, LETTERS);
			assert_holds(s, LETTERS);
			s->ops->close(s);
			kit_dir_remove(dir);
		}
		assert_true(after > 3);
	}
}

/* No block that the log may hold counts on room that was given back. */
static void
a_crash_after_that_is_survived(void **state)
{
	unsigned after;
	int status = 1;
	struct store *s;
	char dir[64];
	pid_t pid;

	(void)state;
	for (after = 0; status != 0; after++) {
		s = start(dir, BLOCK);
		s->ops->close(s);
		assert_true((pid = fork()) >= 0);
		if (pid == 0) {
			s = kit_open(dir, &limits);
			(void)reserve_all(s, WANTED);
			_exit((int)post_and_fail(s, after));
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		status = WEXITSTATUS(status);
		assert_in_range(status, 0, 1);
		s = kit_open(dir, &limits);
		assert_holds(s, (uint64_t)(BLOCK + 1 - status));
		s->ops->close(s);
		kit_dir_remove(dir);
	}
	assert_true(after > 3);
}

static void
any_other_failure_is_the_last(void **state)
{
	static const enum vfs_call calls[] = { VFS_WRITE, VFS_SYNC };
	const uint64_t arg[KIT_ARGS] = { 0, 0, 10, LETTER, 10, 50 };
	struct op op = kit_op(OP_POST, arg);
	char dir[64];
	struct store *s;
	uint8_t more;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		s = start(dir, 10);
		vfs_fault_arm(calls[i], 0, VFS_IO_ERROR);
		assert_int_equal(s->ops->reserve(s, WANTED, &more),
		    TACIT_E_IO);
		assert_int_equal(vfs_fault_disarm(), 1);
		assert_int_equal(s->ops->reserve(s, WANTED, &more),
		    TACIT_E_IO);
		assert_int_equal(store_apply(s, &op), TACIT_E_IO);
		s->ops->close(s);
		s = kit_open(dir, &limits);
		assert_holds(s, 10);
		s->ops->close(s);
		kit_dir_remove(dir);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    as_much_is_made_as_was_asked_for_a_slice_at_a_time),
		cmocka_unit_test(what_is_stored_before_and_after_is_there),
		cmocka_unit_test(what_needs_more_than_the_room_gets_it),
		cmocka_unit_test(a_full_disk_has_all_of_it_back),
		cmocka_unit_test(a_disk_that_fills_later_has_all_of_it_back),
		cmocka_unit_test(a_crash_after_that_is_survived),
		cmocka_unit_test(any_other_failure_is_the_last),
	};

	if (sodium_init() < 0)
		return 99;
	vfs_fault_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
