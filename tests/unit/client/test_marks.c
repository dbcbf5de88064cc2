/* SPDX-License-Identifier: Apache-2.0 */
/* What was seen is never new again; against a table of every number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "block.h"
#include "marks.h"
#include "random.h"
#include "tacit/error.h"

enum { SPAN = 600, EDGE = 8 + 2 };

/* The oracle: one byte per number, holes counted by walking. */
struct table {
	uint8_t in[SPAN + 2];
	uint64_t high;
};

static size_t
holes(const struct table *t)
{
	size_t i, n = 0;

	for (i = 1; i < t->high; i++)
		n += !t->in[i] && (i == 1 || t->in[i - 1]);
	return n;
}

static int
table_add(struct table *t, uint64_t number)
{
	size_t i;
	int new = !t->in[number];

	t->in[number] = 1;
	if (number > t->high)
		t->high = number;
	if (holes(t) > MARKS_MISSING_MAX) {
		for (i = 1; t->in[i]; i++)
			;
		for (; !t->in[i]; i++)
			t->in[i] = 1;
	}
	return new;
}

static uint64_t
table_contiguous(const struct table *t)
{
	uint64_t i;

	for (i = 0; t->in[i + 1]; i++)
		;
	return i;
}

static void
expect_equal(const struct marks *m, const struct table *t)
{
	struct marks_range r[MARKS_MISSING_MAX + 1];
	uint64_t i, from = table_contiguous(t) + 1;
	size_t n = 0, got = marks_ranges(m, r, MARKS_MISSING_MAX + 1);

	assert_int_equal(m->high, t->high);
	assert_int_equal(marks_contiguous(m), from - 1);
	assert_int_equal(m->n, holes(t));
	for (i = 0; i < SPAN + 2; i++)
		assert_int_equal(marks_has(m, i), i > 0 && t->in[i]);
	for (i = from; i <= t->high; i++) {
		if (!t->in[i])
			continue;
		if (!t->in[i - 1]) {
			assert_true(n < got);
			assert_int_equal(r[n].from, i);
		}
		if (!t->in[i + 1])
			assert_int_equal(r[n++].to, i);
	}
	assert_int_equal(n, got);
}

static void
expect_comes_back(const struct marks *m)
{
	uint8_t out[MARKS_ENCODED_MAX], again[MARKS_ENCODED_MAX];
	size_t len = marks_write(out, m);
	uint8_t *exact = block_copy(out, len);
	struct marks m2;

	assert_true(len <= MARKS_ENCODED_MAX);
	assert_int_equal(marks_read(&m2, exact, len), 0);
	assert_int_equal(marks_write(again, &m2), len);
	assert_memory_equal(again, out, len);
	free(exact);
}

/* One life of a set: numbers mostly rising, some late, some never. */
static void
live(struct random *rnd, size_t stride, size_t steps)
{
	struct marks m = { 0 };
	struct table t = { .high = 0 }, before;
	uint64_t number;
	size_t i, j, lost;

	for (i = 0; i < steps; i++) {
		number = 1 + random_below(rnd, SPAN);
		if (random_below(rnd, 3) != 0)
			number = t.high + 1 + random_below(rnd, stride);
		if (number > SPAN)
			continue;
		before = t;
		assert_int_equal(table_add(&t, number), !before.in[number]);
		for (j = 1, lost = 0; j <= before.high; j++)
			lost += t.in[j] && !before.in[j] && j != number;
		/* A hole that this very number opened may be lost too. */
		for (; j < number; j++)
			lost += t.in[j];
		assert_int_equal(marks_keeps(&m, number), lost == 0);
		assert_int_equal(marks_add(&m, number), !before.in[number]);
		if (i % 7 == 0 || i > steps - 20)
			expect_equal(&m, &t);
	}
	expect_equal(&m, &t);
	expect_comes_back(&m);
}

static void
marks_equal_the_table(void **state)
{
	struct random rnd = random_start();
	size_t i;

	(void)state;
	for (i = 0; i < 200; i++)
		live(&rnd, 1 + i % 6, 400);
}

static void
an_empty_set_has_nothing(void **state)
{
	struct marks m = { 0 };
	struct marks_range r;

	(void)state;
	assert_false(marks_has(&m, 0));
	assert_false(marks_has(&m, 1));
	assert_int_equal(marks_contiguous(&m), 0);
	assert_int_equal(marks_ranges(&m, &r, 1), 0);
	assert_int_equal(marks_add(&m, 0), 0);
	assert_int_equal(m.high, 0);
	expect_comes_back(&m);
}

static void
the_largest_number_is_a_number(void **state)
{
	struct marks m = { 0 };
	struct marks_range r;

	(void)state;
	assert_int_equal(marks_add(&m, UINT64_MAX), 1);
	assert_int_equal(marks_add(&m, UINT64_MAX), 0);
	assert_false(marks_has(&m, UINT64_MAX - 1));
	assert_int_equal(marks_contiguous(&m), 0);
	assert_int_equal(marks_add(&m, 1), 1);
	assert_int_equal(marks_contiguous(&m), 1);
	assert_int_equal(marks_ranges(&m, &r, 1), 1);
	assert_int_equal(r.from, UINT64_MAX);
	assert_int_equal(r.to, UINT64_MAX);
	expect_comes_back(&m);
}

static void
an_old_hole_counts_as_seen(void **state)
{
	struct marks m = { 0 };
	uint64_t i;

	(void)state;
	for (i = 1; i <= MARKS_MISSING_MAX; i++) {
		assert_true(marks_keeps(&m, 2 * i));
		assert_int_equal(marks_add(&m, 2 * i), 1);
	}
	assert_false(marks_has(&m, 1));
	assert_false(marks_keeps(&m, 2 * i));
	assert_int_equal(marks_add(&m, 2 * i), 1);
	assert_true(marks_has(&m, 1));
	assert_false(marks_has(&m, 3));
	assert_int_equal(marks_add(&m, 1), 0);
	expect_comes_back(&m);
}

static const struct {
	const char *name;
	uint64_t high, n, range[4];
	int cut;		/* bytes taken off or added at the end */
} bad[] = {
	{ "a byte short",	5, 1, { 2, 3 }, -1 },
	{ "a byte long",	5, 1, { 2, 3 }, 1 },
	{ "a range short",	9, 2, { 2, 3, 5, 6 }, -16 },
	{ "a range more",	5, 0, { 2, 3 }, 16 },
	{ "range of the high mark", 5, 1, { 4, 5 }, 0 },
	{ "range over the high mark", 5, 1, { 6, 7 }, 0 },
	{ "range backwards",	9, 1, { 4, 3 }, 0 },
	{ "range from 0",	9, 1, { 0, 3 }, 0 },
	{ "ranges touch",	9, 2, { 2, 3, 4, 5 }, 0 },
	{ "ranges overlap",	9, 2, { 2, 4, 4, 5 }, 0 },
	{ "ranges descend",	9, 2, { 5, 6, 2, 3 }, 0 },
	{ "range twice",	9, 2, { 2, 3, 2, 3 }, 0 },
	{ "missing of nothing",	0, 1, { 0, 0 }, 0 },
	{ "range up to 2^64-1",	UINT64_MAX, 1, { 1, UINT64_MAX }, 0 },
};

static void
put(uint8_t *to, uint64_t v, size_t n)
{
	for (; n-- > 0; v >>= 8)
		to[n] = (uint8_t)v;
}

static void
what_is_no_set_is_corrupt(void **state)
{
	uint8_t in[EDGE + 4 * 8 + 16];
	struct marks m, before;
	size_t i, j, len;
	uint8_t *exact;

	(void)state;
	memset(&m, 0x33, sizeof(m));
	before = m;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(in, 0, sizeof(in));
		put(in, bad[i].high, 8);
		put(in + 8, bad[i].n, 2);
		for (j = 0; j < 4; j++)
			put(in + EDGE + 8 * j, bad[i].range[j], 8);
		len = (size_t)(EDGE + 16 * (int)bad[i].n + bad[i].cut);
		exact = block_copy(in, len);
		if (marks_read(&m, exact, len) != TACIT_E_CORRUPT)
			fail_msg("%s", bad[i].name);
		free(exact);
		assert_memory_equal(&m, &before, sizeof(m));
	}
	for (len = 0; len < EDGE; len++)
		assert_int_equal(marks_read(&m, in, len), TACIT_E_CORRUPT);
}

static void
more_than_64_ranges_are_corrupt(void **state)
{
	uint8_t in[EDGE + 65 * 16];
	struct marks m;
	size_t i;

	(void)state;
	put(in, 1000, 8);
	for (i = 0; i < 65; i++) {
		put(in + EDGE + 16 * i, 1 + 2 * i, 8);
		put(in + EDGE + 16 * i + 8, 1 + 2 * i, 8);
	}
	put(in + 8, 65, 2);
	assert_int_equal(marks_read(&m, in, sizeof(in)), TACIT_E_CORRUPT);
	put(in + 8, 64, 2);
	assert_int_equal(marks_read(&m, in, sizeof(in) - 16), 0);
	assert_int_equal(m.n, 64);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_equal_the_table),
		cmocka_unit_test(an_empty_set_has_nothing),
		cmocka_unit_test(the_largest_number_is_a_number),
		cmocka_unit_test(an_old_hole_counts_as_seen),
		cmocka_unit_test(what_is_no_set_is_corrupt),
		cmocka_unit_test(more_than_64_ranges_are_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
