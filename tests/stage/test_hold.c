/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises about what is held back: at a practice what people write is, unless
 * somebody said otherwise; and it is never taken for sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "play.h"
#include "bounds.h"

static int
hold(struct desk *d, int i)
{
	return tacit_practice_hold(d->p[i], story_contact(&d->st, i));
}

static void
set(struct desk *d, int i, int one, int seconds)
{
	assert_int_equal(tacit_hold_set(stage_end(d->st.s, i), one ?
	    story_contact(&d->st, i) : NULL, seconds), 0);
}

static void
a_practice_holds_back_unless_somebody_said_otherwise(void **state)
{
	struct tacit_contact *ct;
	struct desk d;

	(void)state;
	begin_real(&d, 71);
	ct = story_contact(&d.st, 0);
	assert_int_equal(hold(&d, 0), TACIT_PRACTICE_HOLD);
	assert_int_equal(hold(&d, 1), 0);
	/* Nothing is by itself: programs write as they always did. */
	assert_int_equal(tacit_hold_get(ct->t, ct), 0);
	assert_int_equal(tacit_hold_is_set(ct->t, ct), 0);

	set(&d, 0, 0, 0);
	set(&d, 1, 0, 5);
	fall(&d, 0);
	fall(&d, 1);
	assert_int_equal(hold(&d, 0), 0);
	assert_int_equal(hold(&d, 1), 5);
	set(&d, 0, 1, 30);
	assert_int_equal(hold(&d, 0), 30);
	set(&d, 0, 1, -1);
	ct = story_contact(&d.st, 0);
	assert_int_equal(hold(&d, 0), 0);
	assert_int_equal(tacit_hold_is_set(ct->t, NULL), 1);
	assert_int_equal(tacit_practice_hold(NULL, ct), TACIT_E_INVALID);
	assert_int_equal(tacit_practice_hold(d.p[0], NULL), TACIT_E_INVALID);
	end(&d);

	/* Of one contact alone is said as well. */
	begin_real(&d, 72);
	ct = story_contact(&d.st, 0);
	set(&d, 0, 1, 0);
	assert_int_equal(tacit_hold_is_set(ct->t, NULL), 0);
	assert_int_equal(tacit_hold_is_set(ct->t, ct), 1);
	assert_int_equal(hold(&d, 0), 0);
	end(&d);
}

static void
progress(struct desk *d, int offered)
{
	struct tacit_progress p = { .size = sizeof(p) };

	assert_int_equal(tacit_progress(stage_end(d->st.s, 0), &p), 0);
	assert_int_equal(p.offered, offered);
	assert_int_equal(p.hope, 0);
}

/* Both ends and the relay, for a second. */
static void
run(struct desk *d)
{
	int i;

	for (i = 0; i < 10; i++) {
		stage_relay_turn(d->st.s);
		while (stage_turn(d->st.s, 0) || stage_turn(d->st.s, 1))
			continue;
		stage_sleep(d->st.s, 100);
	}
}

static void
what_is_held_back_is_not_taken_for_sent(void **state)
{
	struct tacit_contact *ct;
	struct desk d;
	int64_t left;

	(void)state;
	begin_real(&d, 73);
	run(&d);
	ct = story_contact(&d.st, 0);
	assert_int_equal(tacit_held(ct, &left), 0);
	assert_int_equal(left, 0);
	assert_int_equal(tacit_hold_now(ct, 10), 0);
	assert_int_equal(writes(&d, 0, NOON), 0);
	stage_sleep(d.st.s, 4000);
	assert_int_equal(tacit_hold_now(ct, 10), 0);
	assert_int_equal(writes(&d, 0, NOON), 0);
	run(&d);
	assert_int_equal(tacit_held(ct, &left), 2);
	assert_in_range(left, 8000, 9000);
	progress(&d, 0);
	assert_int_equal(story_count(&d.st, 1, TACIT_EV_MESSAGE), 0);

	/* A new process holds it as long, and then it goes. */
	fall(&d, 0);
	run(&d);
	progress(&d, 0);
	ct = story_contact(&d.st, 0);
	assert_int_equal(tacit_held(ct, NULL), 2);
	stage_sleep(d.st.s, 10000);
	run(&d);
	run(&d);
	assert_int_equal(tacit_held(ct, NULL), 0);
	progress(&d, 1);
	assert_int_equal(story_count(&d.st, 1, TACIT_EV_MESSAGE), 2);
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_practice_holds_back_unless_somebody_said_otherwise),
		cmocka_unit_test(what_is_held_back_is_not_taken_for_sent),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
