/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of things of one size: nobody gets what another has, what is given
 * back is used again, and a chunk with nothing in it is returned.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"
#include "store_slab.h"

/* The larger a thing, the sooner a chunk is full. */
enum { SMALL = 96, LARGE = 64 * 1024, MOST = 3000, STEPS = 40000 };

static struct random rnd;

static void
assert_zeros(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		assert_int_equal(p[i], 0);
}

static uint8_t *
take(struct slab *s)
{
	uint8_t *p = slab_take(s);

	assert_non_null(p);
	assert_int_equal((uintptr_t)p % sizeof(void *), 0);
	return p;
}

static void
what_is_given_back_is_used_again(void **state)
{
	struct slab s;
	uint8_t *p;

	(void)state;
	slab_init(&s, SMALL);
	p = take(&s);
	assert_zeros(p, SMALL);
	memset(p, 0xff, SMALL);
	(void)take(&s);
	slab_give(&s, p);
	assert_ptr_equal(take(&s), p);
	assert_zeros(p, SMALL);
	assert_int_equal(s.n, 1);
	slab_free(&s);
}

/* All but one, which is kept for what comes next. */
static void
a_chunk_with_nothing_in_it_is_returned(void **state)
{
	static uint8_t *thing[MOST];
	struct slab s;
	size_t i, n;

	(void)state;
	slab_init(&s, LARGE);
	n = s.per_chunk * 3;
	assert_true(n <= MOST);
	for (i = 0; i < n; i++)
		thing[i] = take(&s);
	assert_int_equal(s.n, 3);
	for (i = 0; i < s.per_chunk; i++)
		slab_give(&s, thing[i]);
	assert_int_equal(s.n, 3);
	for (; i < s.per_chunk * 2 - 1; i++)
		slab_give(&s, thing[i]);
	assert_int_equal(s.n, 3);
	slab_give(&s, thing[i++]);
	assert_int_equal(s.n, 2);
	for (; i < n; i++)
		slab_give(&s, thing[i]);
	assert_int_equal(s.n, 1);
	for (i = 0; i < s.per_chunk; i++)
		thing[i] = take(&s);
	assert_int_equal(s.n, 1);
	slab_free(&s);
}

static int
by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)*(uint8_t *const *)a;
	uintptr_t y = (uintptr_t)*(uint8_t *const *)b;

	return (x > y) - (x < y);
}

static void
all_lie_apart(void **state)
{
	static const size_t size[] = { sizeof(void *), SMALL, 4096, LARGE };
	static uint8_t *thing[MOST];
	struct slab s;
	size_t i, k;

	(void)state;
	for (k = 0; k < sizeof(size) / sizeof(size[0]); k++) {
		slab_init(&s, size[k]);
		for (i = 0; i < MOST; i++)
			thing[i] = take(&s);
		qsort(thing, MOST, sizeof(thing[0]), by_address);
		for (i = 1; i < MOST; i++)
			assert_true((size_t)(thing[i] - thing[i - 1]) >=
			    size[k]);
		slab_free(&s);
	}
}

/* Its number stands at both ends of a thing. */
static void
mark(uint8_t *p, size_t number)
{
	memcpy(p, &number, sizeof(number));
	memcpy(p + LARGE - sizeof(number), &number, sizeof(number));
}

static void
assert_marked(const uint8_t *p, size_t number)
{
	assert_memory_equal(p, &number, sizeof(number));
	assert_memory_equal(p + LARGE - sizeof(number), &number,
	    sizeof(number));
}

/* It grows and shrinks in turn, over several chunks. */
static void
each_keeps_what_is_in_it(void **state)
{
	static uint8_t *thing[MOST];
	static size_t number[MOST];
	size_t n = 0, step, k, most = 0;
	struct slab s;

	(void)state;
	slab_init(&s, LARGE);
	for (step = 0; step < STEPS; step++) {
		if (n < MOST && (n == 0 ||
		    random_below(&rnd, 10) < (step / 4000 % 2 ? 3U : 7U))) {
			thing[n] = take(&s);
			assert_int_equal(thing[n][0], 0);
			assert_zeros(thing[n] + LARGE - 8, 8);
			number[n] = step + 1;
			mark(thing[n], number[n]);
			n++;
		} else {
			k = random_below(&rnd, n);
			assert_marked(thing[k], number[k]);
			slab_give(&s, thing[k]);
			thing[k] = thing[--n];
			number[k] = number[n];
		}
		if (s.n > most)
			most = s.n;
	}
	assert_true(most > 2);
	for (k = 0; k < n; k++) {
		assert_marked(thing[k], number[k]);
		slab_give(&s, thing[k]);
	}
	assert_int_equal(s.n, 1);
	slab_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_given_back_is_used_again),
		cmocka_unit_test(a_chunk_with_nothing_in_it_is_returned),
		cmocka_unit_test(all_lie_apart),
		cmocka_unit_test(each_keeps_what_is_in_it),
	};

	rnd = random_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
