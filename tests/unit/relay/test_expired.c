/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has expired is found, all of it and nothing else, a few places at a
 * time, whatever is added, removed or undone between one look and the next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "random.h"
#include "store_index.h"

enum {
	LIVES = 60, STEPS = 600, MOST = 30 * STEPS, DAYS = 6, LOOKS_MAX = 300
};

struct letter {
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	uint32_t day;
	uint8_t here, was_here;
};

struct world {
	struct index x;
	struct box *box;
	struct letter *all;
	size_t n, n_before;
	uint64_t today;
};

static struct random rnd;

static uint32_t
below(size_t n)
{
	return (uint32_t)random_below(&rnd, n);
}

static void
begin(struct world *w)
{
	static const uint8_t address[TACIT_ADDRESS_LEN] = { 1 };
	static const struct tokens none;

	memset(w, 0, sizeof(*w));
	w->today = 100;
	assert_int_equal(index_init(&w->x), 0);
	assert_int_equal(index_add_box(&w->x, 1, address, &none), 0);
	index_commit(&w->x);
	w->box = index_box(&w->x, address);
	assert_non_null(w->all = calloc(MOST, sizeof(*w->all)));
}

static void
end(struct world *w)
{
	index_free(&w->x);
	free(w->all);
}

/* Its number is the start of its id. */
static void
add(struct world *w, uint32_t day)
{
	struct item given = { .row = (int64_t)w->n + 1, .kind = 1,
	    .counter = w->n + 1, .expiry_day = day };
	struct letter *l = &w->all[w->n];

	random_fill(&rnd, given.envelope, sizeof(given.envelope));
	memcpy(given.envelope, &w->n, sizeof(w->n));
	assert_int_equal(index_add_item(&w->x, w->box, &given, NULL), 0);
	*l = (struct letter){ .day = day, .here = 1 };
	memcpy(l->envelope, given.envelope, sizeof(l->envelope));
	w->n++;
}

static void
drop(struct world *w, size_t n)
{
	struct item *i;

	i = index_item(&w->x, w->box, w->all[n].envelope);
	assert_non_null(i);
	index_remove_item(&w->x, i);
	w->all[n].here = 0;
}

static void
settle(struct world *w, int good)
{
	size_t i;

	if (good)
		index_commit(&w->x);
	else
		index_rollback(&w->x);
	if (!good)
		w->n = w->n_before;
	for (i = 0; i < w->n; i++) {
		if (good)
			w->all[i].was_here = w->all[i].here;
		else
			w->all[i].here = w->all[i].was_here;
	}
	w->n_before = w->n;
}

/* Look once; returns true if all were looked at. */
static int
look(struct world *w, size_t looks)
{
	struct item *i;
	size_t n;

	while ((i = index_expired(&w->x, w->today, &looks)) != NULL) {
		memcpy(&n, i->envelope, sizeof(n));
		assert_true(n < w->n && w->all[n].here);
		assert_true(w->all[n].day < w->today);
		drop(w, n);
	}
	return looks > 0;
}

static size_t
left(const struct world *w)
{
	size_t i, n = 0;

	for (i = 0; i < w->n; i++)
		n += w->all[i].here && w->all[i].day < w->today;
	return n;
}

static void
change(struct world *w)
{
	size_t k, n = below(30);

	for (k = 0; k < n && w->n < MOST; k++)
		add(w, (uint32_t)w->today + below(DAYS) - (below(40) == 0));
	for (k = 0; k < 3 && w->n > 0; k++) {
		n = below(w->n);
		if (w->all[n].here)
			drop(w, n);
	}
	if (below(50) == 0)
		w->today++;
}

/* Its table grows several times.  Returns how often all were looked at. */
static int
live(void)
{
	struct world w;
	int step, ends = 0;

	begin(&w);
	for (step = 0; step < STEPS; step++) {
		if (below(3) != 0)
			change(&w);
		if (look(&w, 1 + below(LOOKS_MAX))) {
			assert_int_equal(left(&w), 0);
			ends++;
		}
		if (below(4) != 0)
			settle(&w, below(10) != 0);
	}
	settle(&w, 1);
	while (!look(&w, 1))
		continue;
	assert_int_equal(left(&w), 0);
	end(&w);
	return ends;
}

static void
all_that_expired_is_found_whatever_comes_between(void **state)
{
	int k, ends = 0;

	(void)state;
	for (k = 0; k < LIVES; k++)
		ends += live();
	assert_true(ends > LIVES);
}

/* What was looked at for a day is not looked at again. */
static void
a_day_is_looked_at_once(void **state)
{
	struct world w;
	size_t looks = 5000, rest;
	int k;

	(void)state;
	begin(&w);
	for (k = 0; k < 1000; k++)
		add(&w, 100 + (uint32_t)k % DAYS);
	add(&w, 99);
	drop(&w, 1000);
	settle(&w, 1);
	assert_null(index_expired(&w.x, w.today, &looks));
	rest = looks;
	assert_true(rest < 5000);
	assert_null(index_expired(&w.x, w.today, &looks));
	assert_int_equal(looks, rest);
	w.today++;
	assert_non_null(index_expired(&w.x, w.today, &looks));
	end(&w);
}

/* Nor are days before the first on which anything can expire. */
static void
nothing_is_looked_at_before_something_can_expire(void **state)
{
	struct world w;
	size_t looks = 5000, rest;
	int k;

	(void)state;
	begin(&w);
	for (k = 0; k < 1000; k++)
		add(&w, 200 + (uint32_t)k % DAYS);
	settle(&w, 1);
	assert_null(index_expired(&w.x, 200, &looks));
	assert_int_equal(looks, 5000);
	drop(&w, 0);
	assert_non_null(index_expired(&w.x, 201, &looks));
	settle(&w, 0);
	w.today = 201;
	assert_false(look(&w, 1));
	assert_true(look(&w, 5000));
	assert_int_equal(left(&w), 0);
	settle(&w, 1);
	looks = rest = 5000;
	assert_null(index_expired(&w.x, 201, &looks));
	assert_int_equal(looks, rest);
	add(&w, 150);
	assert_non_null(index_expired(&w.x, 151, &looks));
	settle(&w, 0);
	assert_null(index_expired(&w.x, 200, &looks));
	end(&w);
}

/* Nearly always to where was looked already: of 1,024 places 4 are left. */
static void
what_comes_during_a_look_is_found_on_its_day(void **state)
{
	struct world w;
	int k;

	(void)state;
	begin(&w);
	for (k = 0; k < 1000; k++)
		add(&w, k == 0 ? 99 : 300);
	settle(&w, 1);
	assert_false(look(&w, 1020));
	for (k = 0; k < 3; k++)
		add(&w, 150);
	while (!look(&w, 512))
		continue;
	settle(&w, 1);
	w.today = 151;
	assert_int_equal(left(&w), 3);
	while (!look(&w, 512))
		continue;
	assert_int_equal(left(&w), 0);
	end(&w);
}

/* How often the next one came later, or earlier, than the one before it. */
static void
count_neighbours(struct world *w, size_t *up, size_t *down)
{
	size_t n, last = SIZE_MAX, looks = SIZE_MAX;
	struct item *i;

	*up = *down = 0;
	while ((i = index_expired(&w->x, w->today, &looks)) != NULL) {
		memcpy(&n, i->envelope, sizeof(n));
		*up += last != SIZE_MAX && n > last;
		*down += last != SIZE_MAX && n < last;
		last = n;
		drop(w, n);
	}
}

/* What is removed first does not tell what came first. */
static void
they_go_in_no_order_of_arrival(void **state)
{
	enum { ORDERED = 400 };
	struct world w;
	size_t up, down;
	int k;

	(void)state;
	begin(&w);
	for (k = 0; k < ORDERED; k++)
		add(&w, 50);
	settle(&w, 1);
	count_neighbours(&w, &up, &down);
	assert_int_equal(up + down, ORDERED - 1);
	assert_int_equal(left(&w), 0);
	/* Half of them, give or take eight times the deviation. */
	assert_in_range(up, ORDERED * 3 / 8, ORDERED * 5 / 8);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    all_that_expired_is_found_whatever_comes_between),
		cmocka_unit_test(a_day_is_looked_at_once),
		cmocka_unit_test(
		    nothing_is_looked_at_before_something_can_expire),
		cmocka_unit_test(
		    what_comes_during_a_look_is_found_on_its_day),
		cmocka_unit_test(they_go_in_no_order_of_arrival),
	};

	if (sodium_init() < 0)
		return 1;
	rnd = random_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
