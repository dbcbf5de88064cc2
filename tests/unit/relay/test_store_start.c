/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was stored is there after a start, in its order, wherever in the files
 * it came to stand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "store_kit.h"

enum { MOST = 3000, ROUNDS = 6 };

static const struct store_limits limits = { MOST, MOST, MOST, MOST };

static struct store *
start(char dir[64])
{
	struct store *s;

	kit_dir_make(dir);
	s = kit_open(dir, &limits);
	kit_ask(s, OP_ADMIT, 9, 99, 900, 0, 0, 0);
	kit_ask(s, OP_CREATE, 1, 1, 9, 0, 0, 0);
	return s;
}

static struct store *
again(struct store *s, const char *dir)
{
	s->ops->close(s);
	return kit_open(dir, &limits);
}

/* Letters ${first} to ${last}, in transactions of 50. */
static void
post(struct store *s, uint64_t first, uint64_t last)
{
	static struct op op[50];
	size_t i, n;

	while (first <= last) {
		n = last - first + 1 < 50 ? last - first + 1 : 50;
		for (i = 0; i < n; i++, first++) {
			const uint64_t arg[KIT_ARGS] = { 1, 1, first, LETTER,
			    first, 99 };

			op[i] = kit_op(OP_POST, arg);
			op[i].next = i + 1 < n ? &op[i + 1] : NULL;
		}
		assert_int_equal(store_apply(s, op), 0);
		assert_int_equal(op[0].rc, 0);
	}
}

/* Exactly those of ${there}, in ascending order, with their bodies. */
static void
assert_queue(struct store *s, const uint8_t there[MOST])
{
	static const uint64_t all[KIT_ARGS] = { 1, 0, MOST };
	struct op op = kit_op(OP_FETCH, all);
	const struct stored *st;
	uint32_t n = 0, number;

	kit_run(s, &op);
	for (st = op.u.fetch.first; st != NULL; st = st->next, n++) {
		while (n < MOST && !there[n])
			n++;
		memcpy(&number, st->envelope, sizeof(number));
		assert_int_equal(number, n);
		assert_memory_equal(st->body, kit_body(n), TACIT_LETTER_LEN);
	}
	while (n < MOST && !there[n])
		n++;
	assert_int_equal(n, MOST);
	op_release(&op);
}

/*
 * Places are taken again in no order of their numbers, and so a queue is read
 * in another order than it has.
 */
static void
a_queue_keeps_its_order_over_a_start(void **state)
{
	uint8_t there[MOST] = { 0 };
	uint64_t seed = kit_seed(), next = 1;
	struct store *s;
	char dir[64];
	unsigned round;
	uint64_t i;

	(void)state;
	s = start(dir);
	for (round = 0; round < ROUNDS; round++) {
		post(s, next, next + 399);
		memset(there + next, 1, 400);
		next += 400;
		for (i = 1; i < next; i++) {
			if (!there[i] || kit_random(&seed, 3) == 0)
				continue;
			kit_ask(s, OP_ACK, 1, i, 1, 0, 0, 0);
			there[i] = 0;
		}
		s = again(s, dir);
		assert_queue(s, there);
	}
	s->ops->close(s);
	kit_dir_remove(dir);
}

/* Its block is made all the same, and there is room for it. */
static void
nothing_is_left_of_a_batch_but_a_block(void **state)
{
	static const uint64_t letter[KIT_ARGS] = { 1, 1, 7, LETTER, 7, 99 };
	static const uint64_t ack[KIT_ARGS] = { 1, 7, 1 };
	uint8_t there[MOST] = { 0 };
	struct op op[2];
	struct store *s;
	char dir[64];

	(void)state;
	s = start(dir);
	op[0] = kit_op(OP_POST, letter);
	op[1] = kit_op(OP_ACK, ack);
	op[0].next = &op[1];
	op[1].next = NULL;
	assert_int_equal(store_apply(s, op), 0);
	s = again(s, dir);
	assert_queue(s, there);
	post(s, 1, 300);
	memset(there + 1, 1, 300);
	s = again(s, dir);
	assert_queue(s, there);
	s->ops->close(s);
	kit_dir_remove(dir);
}

/* Noise behind what the blocks name may be there, and may be lost. */
static void
the_file_of_bodies_may_be_longer(void **state)
{
	uint8_t there[MOST] = { 0 };
	char dir[64], path[96];
	struct store *s;
	struct stat st;

	(void)state;
	s = start(dir);
	post(s, 1, 10);
	memset(there + 1, 1, 10);
	s->ops->close(s);
	(void)snprintf(path, sizeof(path), "%s/relay.bodies", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size + 999), 0);
	s = kit_open(dir, &limits);
	post(s, 11, 600);
	memset(there + 11, 1, 590);
	s = again(s, dir);
	assert_queue(s, there);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size % (256 * TACIT_LETTER_LEN), 0);
	s->ops->close(s);
	kit_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_keeps_its_order_over_a_start),
		cmocka_unit_test(nothing_is_left_of_a_batch_but_a_block),
		cmocka_unit_test(the_file_of_bodies_may_be_longer),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
