/* SPDX-License-Identifier: Apache-2.0 */
/* A histogram says what sorting all values would, up to one step of 1/128. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hist.h"
#include "random.h"

enum { VALUES = 5000 };

static int
order(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The naive one: the value that so many of a million do not exceed. */
static uint64_t
sorted_at(const uint64_t *v, uint64_t n, uint32_t per_million)
{
	uint64_t rank = (n * per_million + 999999) / 1000000;

	return v[rank == 0 ? 0 : rank - 1];
}

static void
quantiles_are_those_of_the_sorted_values(void **state)
{
	static const uint32_t at[] = { 0, 1, 250000, 500000, 990000, 999000,
	    999999, 1000000 };
	struct random r = random_start();
	struct hist *h = calloc(1, sizeof(*h));
	uint64_t *v = calloc(VALUES, sizeof(*v)), want, got;
	size_t i;

	(void)state;
	assert_non_null(h);
	assert_non_null(v);
	for (i = 0; i < VALUES; i++) {
		v[i] = random_next(&r) >> random_next(&r) % 64;
		hist_add(h, v[i]);
	}
	qsort(v, VALUES, sizeof(*v), order);
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		want = sorted_at(v, VALUES, at[i]);
		got = hist_at(h, at[i]);
		assert_true(got >= want);
		assert_true(got - want <= want >> HIST_BITS);
	}
	assert_true(hist_at(h, 1000000) == v[VALUES - 1]);
	free(h);
	free(v);
}

/* Where steps and doublings begin and end. */
static void
edges_are_not_lost(void **state)
{
	static const uint64_t edge[] = { 0, 1, 127, 128, 129, 255, 256, 257,
	    511, 512, UINT32_MAX, (uint64_t)UINT32_MAX + 1, UINT64_MAX / 2,
	    UINT64_MAX / 2 + 1, UINT64_MAX - 1, UINT64_MAX };
	struct hist *h = malloc(sizeof(*h));
	size_t i;

	(void)state;
	assert_non_null(h);
	for (i = 0; i < sizeof(edge) / sizeof(edge[0]); i++) {
		memset(h, 0, sizeof(*h));
		hist_add(h, edge[i]);
		assert_true(hist_at(h, 500000) == edge[i]);
	}
	/* The maximum must not hide what the step of a lesser one says. */
	memset(h, 0, sizeof(*h));
	hist_add(h, 1000);
	hist_add(h, UINT64_MAX);
	assert_true(hist_at(h, 500000) >= 1000);
	assert_true(hist_at(h, 500000) <= 1000 + (1000 >> HIST_BITS));
	free(h);
}

static void
nothing_has_no_quantile(void **state)
{
	static const struct hist none;

	(void)state;
	assert_true(hist_at(&none, 999000) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_those_of_the_sorted_values),
		cmocka_unit_test(edges_are_not_lost),
		cmocka_unit_test(nothing_has_no_quantile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
