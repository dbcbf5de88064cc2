/* SPDX-License-Identifier: Apache-2.0 */
/* A source gets its burst and then its rate, and takes nothing of another's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "rate.h"

/* From an empty history: at ${at_ms}, how many pass of ${asked}; and when. */
static const struct {
	const char *name;
	struct rate_limit limit;
	uint64_t first_ms;		/* then the burst is used up, and */
	uint64_t wait_ms;		/* so much later */
	uint32_t asked, passed;
	uint32_t retry_ms;		/* said to the first refused */
} cases[] = {
	{ "nothing comes back at once", { 120, 600 }, 5, 0, 3, 0, 500 },
	{ "one ms too early",	{ 120, 600 }, 5, 499, 3, 0, 1 },
	{ "two a second",	{ 120, 600 }, 5, 500, 3, 1, 500 },
	{ "ten seconds",	{ 120, 600 }, 5, 10000, 30, 20, 500 },
	{ "not over the burst",	{ 120, 600 }, 5, 100000000, 700, 600, 500 },
	{ "ten a minute",	{ 10, 10 }, 0, 0, 1, 0, 6000 },
	{ "six seconds on",	{ 10, 10 }, 0, 6000, 2, 1, 6000 },
	{ "a minute on",	{ 10, 10 }, 0, 60000, 20, 10, 6000 },
	{ "a year on",		{ 10, 10 }, 0, 31536000000, 20, 10, 6000 },
	{ "burst of one",	{ 60, 1 }, 7, 999, 1, 0, 1 },
	{ "burst of one, later", { 60, 1 }, 7, 1000, 2, 1, 1000 },
	{ "rate that does not divide", { 7, 2 }, 0, 0, 1, 0, 8572 },
};

static void
burst_then_rate(void **state)
{
	struct rate *r;
	uint32_t n, passed, ms, retry;
	uint64_t key, now;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(rate_open(&r, 64), 0);
		key = rate_key(r, 'p', "source", 6, "mailbox", 7);
		now = cases[i].first_ms;
		for (n = 0; n < cases[i].limit.burst; n++)
			assert_int_equal(rate_take(r, key, &cases[i].limit,
			    now), 0);
		now += cases[i].wait_ms;
		passed = retry = 0;
		for (n = 0; n < cases[i].asked; n++) {
			ms = rate_take(r, key, &cases[i].limit, now);
			passed += ms == 0;
			if (ms != 0 && retry == 0)
				retry = ms;
		}
		if (passed != cases[i].passed || retry != cases[i].retry_ms)
			fail_msg("%s: %u passed, retry %u", cases[i].name,
			    passed, retry);
		/* What it says is when one passes, and not before. */
		assert_int_not_equal(rate_take(r, key, &cases[i].limit,
		    now + retry - 1), 0);
		assert_int_equal(rate_take(r, key, &cases[i].limit,
		    now + retry), 0);
		rate_free(r);
	}
}

static void
limit_of_zero_is_none(void **state)
{
	const struct rate_limit none = { 0, 0 };
	struct rate *r;
	int i;

	(void)state;
	assert_int_equal(rate_open(&r, 8), 0);
	for (i = 0; i < 10000; i++)
		assert_int_equal(rate_take(r, 1, &none, 1), 0);
	rate_free(r);
}

static void
keys_differ_in_every_part(void **state)
{
	struct rate *r, *other;
	uint64_t key;

	(void)state;
	assert_int_equal(rate_open(&r, 8), 0);
	assert_int_equal(rate_open(&other, 8), 0);
	key = rate_key(r, 'p', "a", 1, "b", 1);
	assert_true(key == rate_key(r, 'p', "a", 1, "b", 1));
	assert_true(key != rate_key(r, 'g', "a", 1, "b", 1));
	assert_true(key != rate_key(r, 'p', "c", 1, "b", 1));
	assert_true(key != rate_key(r, 'p', "a", 1, "c", 1));
	assert_true(key != rate_key(r, 'p', "a", 1, NULL, 0));
	assert_true(key != rate_key(other, 'p', "a", 1, "b", 1));
	rate_free(r);
	rate_free(other);
	rate_free(NULL);
}

static void
sources_are_hidden(void **state)
{
	static const uint8_t ip[4] = { 192, 0, 2, 1 };
	uint8_t a[16], b[16];
	struct rate *r, *other;

	(void)state;
	assert_int_equal(rate_open(&r, 8), 0);
	assert_int_equal(rate_open(&other, 8), 0);
	rate_source(r, a, ip, sizeof(ip));
	rate_source(r, b, ip, sizeof(ip));
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, ip, sizeof(ip));
	rate_source(other, b, ip, sizeof(ip));
	assert_memory_not_equal(a, b, sizeof(a));
	rate_free(r);
	rate_free(other);
}

/* More sources than there is room for: some are forgotten, none refused. */
static void
full_table_refuses_nobody_new(void **state)
{
	const struct rate_limit limit = { 60, 1 };
	struct rate *r;
	uint32_t i;

	(void)state;
	assert_int_equal(rate_open(&r, 8), 0);
	for (i = 0; i < 10000; i++)
		assert_int_equal(rate_take(r, rate_key(r, 'p', &i, sizeof(i),
		    NULL, 0), &limit, 1000), 0);
	rate_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(burst_then_rate),
		cmocka_unit_test(limit_of_zero_is_none),
		cmocka_unit_test(keys_differ_in_every_part),
		cmocka_unit_test(sources_are_hidden),
		cmocka_unit_test(full_table_refuses_nobody_new),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
