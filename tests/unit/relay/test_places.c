/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places: nobody is given one that another has, whatever is undone; what was
 * given back is taken again, so that they do not grow with what came and
 * went; and which comes next follows from nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "random.h"
#include "store.h"
#include "store_places.h"

enum { STEPS = 4000, MOST = 3000, UNITS_MAX = 1 << 17 };

static struct random rnd;

static uint32_t
below(size_t n)
{
	return (uint32_t)random_below(&rnd, n);
}

/* What is taken, by a list of its own and by the units that it covers. */
struct model {
	int64_t place[MOST];
	uint8_t kind[MOST];
	size_t n;
	uint8_t covered[UNITS_MAX];
};

static void
cover(struct model *m, int64_t place, uint8_t kind, int on)
{
	int64_t i, units = kind == PARCEL ? 32 : 1;

	assert_true(place > 0 && place + units <= UNITS_MAX);
	for (i = place; i < place + units; i++) {
		assert_int_equal(m->covered[i], !on);
		m->covered[i] = (uint8_t)on;
	}
}

/* Where the places of a block begin and how far apart they are, by PROTOCOL.md,
   section 13. */
static void
assert_spot(const struct places *p, int64_t place, uint8_t kind)
{
	struct spot at = places_spot(p, place);

	assert_int_equal(at.kind, kind);
	assert_true(at.which < (kind == LETTER ? 256 : 32));
	assert_int_equal((at.block - 1) * 256 + 1 +
	    at.which * (kind == LETTER ? 1 : 32), place);
	assert_true(place < places_end(p));
}

static void
take(struct places *p, struct model *m)
{
	uint8_t kind = below(8) == 0 ? PARCEL : LETTER;
	int64_t place;

	if (m->n == MOST)
		return;
	assert_int_equal(places_take(p, kind, &place), 0);
	cover(m, place, kind, 1);
	assert_spot(p, place, kind);
	m->place[m->n] = place;
	m->kind[m->n++] = kind;
}

static void
give(struct places *p, struct model *m)
{
	size_t i;

	if (m->n == 0)
		return;
	i = below(m->n);
	assert_int_equal(places_give(p, m->place[i]), 0);
	cover(m, m->place[i], m->kind[i], 0);
	m->n--;
	m->place[i] = m->place[m->n];
	m->kind[i] = m->kind[m->n];
}

/* What is read at a start, block by block, as the store does. */
static void
load(struct places *p, const struct places *was, const struct model *m)
{
	int64_t at = 1, first, place;
	uint32_t i;

	places_init(p);
	while (at < places_end(was)) {
		uint8_t kind = places_spot(was, at).kind;

		assert_int_equal(places_found(p, places_spot(was, at).block,
		    kind, &first), 0);
		assert_int_equal(first, at);
		for (i = 0; i < places_in(kind); i++) {
			place = first + i * places_units(kind);
			if (!m->covered[place])
				places_is_free(p, place);
		}
		at = places_next_block(was, at);
	}
	places_commit(p);
	assert_int_equal(places_end(p), places_end(was));
}

/* A transaction of some takes and gifts; a third of them are undone. */
static void
step(struct places *p, struct model *m, uint32_t takes)
{
	static struct model before;
	uint32_t i, n = 1 + below(64);

	before = *m;
	for (i = 0; i < n; i++) {
		if (below(100) < takes)
			take(p, m);
		else
			give(p, m);
	}
	if (below(3) == 0) {
		places_rollback(p);
		*m = before;
	} else {
		places_commit(p);
	}
}

static void
no_place_is_given_twice_whatever_is_undone(void **state)
{
	static struct model m;
	struct places p, again;
	int64_t most = 0;
	unsigned i;

	(void)state;
	memset(&m, 0, sizeof(m));
	places_init(&p);
	for (i = 0; i < STEPS; i++) {
		step(&p, &m, i / 500 % 2 == 0 ? 60 : 10);
		if (places_end(&p) > most)
			most = places_end(&p);
		if (i % 400 != 399)
			continue;
		load(&again, &p, &m);
		places_release(&p);
		p = again;
	}
	assert_true(most > 4 * PLACES_LETTERS);
	places_release(&p);
}

static void
what_is_given_back_is_taken_again(void **state)
{
	enum { LIVE = 2000, TURNS = 200 };
	static int64_t live[LIVE];
	struct places p;
	unsigned turn, i;
	int64_t end;

	(void)state;
	places_init(&p);
	for (i = 0; i < LIVE; i++)
		assert_int_equal(places_take(&p, LETTER, &live[i]), 0);
	places_commit(&p);
	for (turn = 0; turn < TURNS; turn++)
		for (i = 0; i < LIVE; i += 10) {
			uint32_t k = below(LIVE);

			assert_int_equal(places_give(&p, live[k]), 0);
			places_commit(&p);
			assert_int_equal(places_take(&p, LETTER, &live[k]),
			    0);
			places_commit(&p);
		}
	/* At most a quarter of a block is out of use, and one is being drawn
	   from. */
	end = places_end(&p);
	assert_true(end - 1 <= LIVE * 4 / 3 + 2 * PLACES_LETTERS);
	places_release(&p);
}

/* What this transaction gives back is not free before it is committed. */
static void
a_place_is_free_with_the_commit(void **state)
{
	int64_t place[PLACES_LETTERS], again, i;
	struct places p;

	(void)state;
	places_init(&p);
	for (i = 0; i < PLACES_LETTERS; i++)
		assert_int_equal(places_take(&p, LETTER, &place[i]), 0);
	places_commit(&p);
	for (i = 0; i < PLACES_LETTERS; i++)
		assert_int_equal(places_give(&p, place[i]), 0);
	assert_int_equal(places_take(&p, LETTER, &again), 0);
	assert_true(again > PLACES_LETTERS);
	places_rollback(&p);
	assert_int_equal(places_end(&p), PLACES_LETTERS + 1);
	assert_int_equal(places_take(&p, LETTER, &again), 0);
	assert_true(again > PLACES_LETTERS);
	places_rollback(&p);
	for (i = 0; i < PLACES_LETTERS; i++)
		assert_int_equal(places_give(&p, place[i]), 0);
	places_commit(&p);
	assert_int_equal(places_take(&p, LETTER, &again), 0);
	assert_true(again <= PLACES_LETTERS);
	places_release(&p);
}

/* Blocks that do not follow each other are not ours. */
static void
a_gap_at_the_start_is_refused(void **state)
{
	struct places p;
	int64_t first;

	(void)state;
	places_init(&p);
	assert_int_equal(places_found(&p, 2, LETTER, &first),
	    TACIT_E_CORRUPT);
	assert_int_equal(places_found(&p, 1, PARCEL, &first), 0);
	assert_int_equal(first, 1);
	assert_int_equal(places_found(&p, 2, LETTER, &first),
	    TACIT_E_CORRUPT);
	assert_int_equal(places_found(&p, 5, LETTER, &first), 0);
	assert_int_equal(first, 1025);
	assert_int_equal(places_found(&p, 5, LETTER, &first),
	    TACIT_E_CORRUPT);
	places_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_place_is_given_twice_whatever_is_undone),
		cmocka_unit_test(what_is_given_back_is_taken_again),
		cmocka_unit_test(a_place_is_free_with_the_commit),
		cmocka_unit_test(a_gap_at_the_start_is_refused),
	};

	if (sodium_init() < 0)
		return 99;
	rnd = random_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
