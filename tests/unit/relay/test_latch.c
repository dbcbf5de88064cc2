/* SPDX-License-Identifier: Apache-2.0 */
/* A latch is shut for its connection and mailbox, and undone with its batch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "latch.h"

static const uint8_t *
box(int n)
{
	static uint8_t a[TACIT_ADDRESS_LEN];

	memset(a, 0, sizeof(a));
	memcpy(a, &n, sizeof(n));
	return a;
}

/*
 * One letter a step: s/o shut or open (1, A); S the same for (1, B); c for
 * (2, A); k keep, u undo, f forget connection 1.  Then who is shut of
 * (1, A), (1, B), (2, A).
 */
static const struct {
	const char *steps;
	int shut[3];
} cases[] = {
	{ "",		{ 0, 0, 0 } },
	{ "s",		{ 1, 0, 0 } },
	{ "S",		{ 0, 1, 0 } },
	{ "c",		{ 0, 0, 1 } },
	{ "so",		{ 0, 0, 0 } },
	{ "o",		{ 0, 0, 0 } },
	{ "sk",		{ 1, 0, 0 } },
	{ "su",		{ 0, 0, 0 } },
	{ "sku",	{ 1, 0, 0 } },
	{ "skou",	{ 1, 0, 0 } },
	{ "skok",	{ 0, 0, 0 } },
	{ "skoku",	{ 0, 0, 0 } },
	{ "skosu",	{ 1, 0, 0 } },
	{ "skSu",	{ 1, 0, 0 } },
	{ "sou",	{ 0, 0, 0 } },
	{ "sScf",	{ 0, 0, 1 } },
	{ "sSckf",	{ 0, 0, 1 } },
	{ "sSckfu",	{ 0, 0, 1 } },
	{ "sfk",	{ 0, 0, 0 } },
	{ "sf" "s",	{ 1, 0, 0 } },
};

static void
step(struct latches *l, char what)
{
	switch (what) {
	case 's':
	case 'o':
		assert_int_equal(latch_set(l, 1, box(0), what == 's'), 0);
		break;
	case 'S':
		assert_int_equal(latch_set(l, 1, box(1), 1), 0);
		break;
	case 'c':
		assert_int_equal(latch_set(l, 2, box(0), 1), 0);
		break;
	case 'k':
		latch_keep(l);
		break;
	case 'u':
		latch_undo(l);
		break;
	default:
		latch_forget(l, 1);
	}
}

static void
latches_follow_every_order_of_steps(void **state)
{
	struct latches l;
	const char *s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&l, 0, sizeof(l));
		for (s = cases[i].steps; *s != '\0'; s++)
			step(&l, *s);
		if (latch_get(&l, 1, box(0)) != cases[i].shut[0] ||
		    latch_get(&l, 1, box(1)) != cases[i].shut[1] ||
		    latch_get(&l, 2, box(0)) != cases[i].shut[2])
			fail_msg("after \"%s\"", cases[i].steps);
		latch_free(&l);
	}
}

/* 1025 has the bucket of 1, and nothing else of it. */
static void
connections_of_one_bucket_are_apart(void **state)
{
	struct latches l = { 0 };

	(void)state;
	assert_int_equal(latch_set(&l, 1, box(0), 1), 0);
	assert_false(latch_get(&l, 1 + LATCH_BUCKETS, box(0)));
	latch_forget(&l, 1 + LATCH_BUCKETS);
	assert_true(latch_get(&l, 1, box(0)));
	latch_free(&l);
}

static void
too_many_shut_everything_for_that_connection(void **state)
{
	struct latches l = { 0 };
	int i;

	(void)state;
	for (i = 0; i < LATCHES_MAX; i++)
		assert_int_equal(latch_set(&l, 1, box(i), 1), 0);
	assert_false(latch_get(&l, 1, box(100)));
	for (; i < 10 * LATCHES_MAX; i++)
		assert_int_equal(latch_set(&l, 1, box(i), 1), 0);
	assert_true(latch_get(&l, 1, box(100000)));
	assert_false(latch_get(&l, 2, box(100000)));
	latch_keep(&l);
	latch_forget(&l, 1);
	latch_keep(&l);
	assert_false(latch_get(&l, 1, box(1)));
	assert_null(l.bucket[1]);
	latch_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latches_follow_every_order_of_steps),
		cmocka_unit_test(connections_of_one_bucket_are_apart),
		cmocka_unit_test(
		    too_many_shut_everything_for_that_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
