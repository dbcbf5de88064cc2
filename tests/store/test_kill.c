/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promise D1 as far as a process can be killed: what a batch committed is
 * there after SIGKILL at any moment, in order and with its bytes, and what
 * was acked stays gone.  (A missing fsync cannot show here: the kernel keeps
 * what was written.  That takes a power cut.)
 *
 * A child posts and acks, and writes each outcome into a pipe after its
 * commit; the parent keeps this ledger, kills it and looks.
 */
#include <sys/wait.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "store_kit.h"

static const struct store_limits limits = { 500, 100, 490, 90 };

enum { ROUNDS = 12, MOST = 200000, BATCH = 16 };

enum fate { NEVER, TRYING, STORED, ACKING, GONE };

struct entry {
	uint32_t n;
	uint32_t fate;
};

struct ledger {
	uint32_t next;			/* number of the next envelope */
	uint32_t first;			/* all below are gone */
	uint8_t fate[MOST];
};

static void
tell(int fd, uint32_t n, enum fate fate)
{
	const struct entry e = { n, fate };

	if (write(fd, &e, sizeof(e)) != (ssize_t)sizeof(e))
		_exit(3);
}

static int
apply(struct store *s, struct op *op, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		op[i].next = i + 1 < n ? &op[i + 1] : NULL;
	return store_apply(s, op);
}

/* Posts up to BATCH envelopes, acks as many of the oldest, for ever. */
static void
child(const char *dir, int fd, uint64_t random, uint32_t next, uint32_t first)
{
	struct store *s = kit_open(dir, &limits);
	static struct op op[BATCH];
	uint32_t i, n;

	for (;;) {
		n = 1 + (uint32_t)kit_random(&random, BATCH);
		for (i = 0; i < n; i++) {
			const uint64_t a[KIT_ARGS] = { 1, 1, next + i,
			    (next + i) % 9 == 0 ? PARCEL : LETTER, next + i,
			    99 };
			op[i] = kit_op(OP_POST, a);
			tell(fd, next + i, TRYING);
		}
		if (apply(s, op, n) != 0)
			_exit(4);
		for (i = 0; i < n; i++) {
			if (op[i].rc != 0)
				_exit(7);
			tell(fd, next + i, STORED);
		}
		next += n;
		n = next - first < 60 ? 0 : BATCH;
		for (i = 0; i < n; i++) {
			const uint64_t a[KIT_ARGS] = { 1, first + i, 1 };

			op[i] = kit_op(OP_ACK, a);
			tell(fd, first + i, ACKING);
		}
		if (n > 0 && apply(s, op, n) != 0)
			_exit(5);
		for (i = 0; i < n; i++)
			tell(fd, first + i, GONE);
		first += n;
		if (kit_random(&random, 8) == 0 && s->ops->scrub(s) != 0)
			_exit(6);
	}
}

static void
prepare(const char *dir)
{
	static const uint64_t code[KIT_ARGS] = { 9, 9, 99 };
	static const uint64_t box[KIT_ARGS] = { 1, 1, 9 };
	struct store *s = kit_open(dir, &limits);
	struct op op = kit_op(OP_ADMIT, code);

	kit_run(s, &op);
	op = kit_op(OP_CREATE, box);
	kit_run(s, &op);
	assert_int_equal(op.rc, 0);
	s->ops->close(s);
}

/* Returns 0 at the end. */
static int
read_one(struct ledger *l, int fd)
{
	struct entry e;

	if (read(fd, &e, sizeof(e)) != (ssize_t)sizeof(e))
		return 0;
	assert_true(e.n < MOST);
	l->fate[e.n] = (uint8_t)e.fate;
	return 1;
}

/*
 * Every envelope that may be there is there once, in order; what was in the
 * air when the child died may be either, and is settled by what is found.
 */
static unsigned
audit(struct ledger *l, const char *dir)
{
	static const uint64_t all[KIT_ARGS] = { 1, 0, 1000 };
	struct store *s = kit_open(dir, &limits);
	struct op op = kit_op(OP_FETCH, all);
	const struct stored *st;
	uint32_t n, expected = l->first;
	unsigned found = 0;

	kit_run(s, &op);
	for (st = op.u.fetch.first; st != NULL; st = st->next, found++) {
		memcpy(&n, st->envelope, sizeof(n));
		assert_true(n >= expected && n < MOST);
		for (; expected < n; expected++)
			assert_true(l->fate[expected] >= ACKING);
		assert_true(l->fate[n] >= TRYING && l->fate[n] <= ACKING);
		assert_memory_equal(st->body, kit_body(n),
		    store_body_len(st->kind));
		if (found == 0)
			l->first = n;
		expected = n + 1;
	}
	for (n = expected; n < MOST; n++)
		assert_true(l->fate[n] != STORED);
	l->next = expected;
	for (n = l->first; n < l->next; n++)
		l->fate[n] = STORED;
	op_release(&op);
	s->ops->close(s);
	return found;
}

static void
what_was_committed_survives_sigkill(void **state)
{
	struct ledger *l = calloc(1, sizeof(*l));
	uint64_t random = kit_seed();
	unsigned round, found = 0;
	struct timespec t = { 0, 0 };
	char dir[64];
	int fd[2], status;
	pid_t pid;

	(void)state;
	assert_non_null(l);
	l->next = l->first = 1;
	(void)kit_body(0);	/* made once, before the children are */
	kit_dir_make(dir);
	prepare(dir);
	for (round = 0; round < ROUNDS; round++) {
		assert_int_equal(pipe(fd), 0);
		assert_true((pid = fork()) >= 0);
		if (pid == 0)
			child(dir, fd[1], random + round, l->next, l->first);
		(void)close(fd[1]);
		/* From its first word on, so that it is at work. */
		assert_true(read_one(l, fd[0]));
		t.tv_nsec = (long)kit_random(&random, 60000000);
		(void)nanosleep(&t, NULL);
		(void)kill(pid, SIGKILL);
		while (read_one(l, fd[0]))
			;
		(void)close(fd[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		found += audit(l, dir);
	}
	printf("%u kills, %u envelopes committed, %u found waiting\n", round,
	    l->next - 1, found);
	assert_true(l->next > 1);
	kit_dir_remove(dir);
	free(l);
}

/* Moves the anchor of a mailbox from ${n} on, and tells each number. */
static void
anchor_child(const char *dir, int fd, uint64_t n)
{
	struct store *s = kit_open(dir, &limits);

	for (;; n++) {
		const uint64_t a[KIT_ARGS] = { 1, n, n + 1 };
		struct op op = kit_op(OP_ANCHOR, a);

		tell(fd, (uint32_t)n + 1, TRYING);
		if (apply(s, &op, 1) != 0 || op.rc != 0)
			_exit(4);
		tell(fd, (uint32_t)n + 1, STORED);
	}
}

/* The number that is there: the last one told, or the one being tried. */
static uint64_t
anchored(const char *dir, uint32_t told)
{
	const uint64_t a[KIT_ARGS] = { 1, UINT32_MAX, UINT32_MAX - 1 };
	struct store *s = kit_open(dir, &limits);
	struct op op = kit_op(OP_ANCHOR, a), is;
	uint32_t n;

	kit_run(s, &op);
	assert_int_equal(op.rc, TACIT_E_CONFLICT);
	for (n = told; n <= told + 1; n++) {
		const uint64_t b[KIT_ARGS] = { 1, 0, n };

		is = kit_op(OP_ANCHOR, b);
		if (memcmp(is.u.anchor.next, op.u.anchor.value,
		    sizeof(is.u.anchor.next)) == 0)
			break;
	}
	assert_in_range(n, told, told + 1);
	s->ops->close(s);
	return n;
}

static void
an_anchor_that_was_answered_is_there_after_sigkill(void **state)
{
	uint64_t random = kit_seed(), n = 0;
	struct timespec t = { 0, 0 };
	unsigned round;
	struct entry e;
	char dir[64];
	int fd[2], status;
	uint32_t told;
	pid_t pid;

	(void)state;
	kit_dir_make(dir);
	prepare(dir);
	for (round = 0; round < ROUNDS / 2; round++) {
		assert_int_equal(pipe(fd), 0);
		assert_true((pid = fork()) >= 0);
		if (pid == 0)
			anchor_child(dir, fd[1], n);
		(void)close(fd[1]);
		told = (uint32_t)n;
		assert_int_equal(read(fd[0], &e, sizeof(e)), sizeof(e));
		t.tv_nsec = (long)kit_random(&random, 20000000);
		(void)nanosleep(&t, NULL);
		(void)kill(pid, SIGKILL);
		while (read(fd[0], &e, sizeof(e)) == (ssize_t)sizeof(e))
			told = e.fate == STORED ? e.n : told;
		(void)close(fd[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		n = anchored(dir, told);
	}
	printf("%u kills, anchor moved %u times\n", round, (unsigned)n);
	assert_true(n > 0);
	kit_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_committed_survives_sigkill),
		cmocka_unit_test(
		    an_anchor_that_was_answered_is_there_after_sigkill),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
