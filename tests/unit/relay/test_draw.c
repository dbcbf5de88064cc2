/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each number is as likely as any other, wherever the bounds lie: the row of
 * an envelope and its day of expiry must not tell anything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "draw.h"

enum { DRAWS = 300000, MOST = 7 };

/* ${hit}: how often each came; all must be within six deviations. */
static void
assert_even(const uint32_t *hit, uint32_t n)
{
	double mean = (double)DRAWS / n, off;
	uint32_t i;

	for (i = 0; i < n; i++) {
		off = (double)hit[i] - mean;
		assert_true(off * off < 36. * mean);
	}
}

static void
small_numbers_are_even(void **state)
{
	struct draw d = { .left = 0 };
	uint32_t hit[MOST], n, i, v;

	(void)state;
	for (n = 1; n <= MOST; n++) {
		for (i = 0; i < n; i++)
			hit[i] = 0;
		for (i = 0; i < DRAWS; i++) {
			v = draw_below(&d, n);
			assert_true(v < n);
			hit[v]++;
		}
		assert_even(hit, n);
	}
}

/*
 * Of 3 * 2^30 a third of all words is too low to be used: without care the
 * first third of the numbers would come twice as often.
 */
static void
numbers_that_do_not_divide_are_even(void **state)
{
	const uint32_t n = UINT32_C(3) << 30;
	struct draw d = { .left = 0 };
	uint32_t hit[3] = { 0 }, i;

	(void)state;
	for (i = 0; i < DRAWS; i++)
		hit[draw_below(&d, n) >> 30]++;
	assert_even(hit, 3);
}

/* What is kept is drawn anew when it is used up, and differs per handle. */
static void
nothing_comes_again(void **state)
{
	struct draw a = { .left = 0 }, b = { .left = 0 };
	uint32_t i, k, same = 0, v[DRAW_WORDS * 4];

	(void)state;
	for (i = 0; i < DRAW_WORDS * 4; i++) {
		v[i] = draw_below(&a, UINT32_MAX);
		same += v[i] == draw_below(&b, UINT32_MAX);
		for (k = 0; k < i; k++)
			same += v[i] == v[k];
	}
	assert_true(same < 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_numbers_are_even),
		cmocka_unit_test(numbers_that_do_not_divide_are_even),
		cmocka_unit_test(nothing_comes_again),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
