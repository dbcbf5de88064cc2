/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An older copy of a vault is put back while nothing was under way: both
 * people just go on talking.  What was written is shown once, in order, under
 * one id at both ends, and each is told what went back (D5).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "heal.h"

enum {
	X_WRITES = 1, Y_WRITES = 2,
	AFTER = 1000			/* numbers of what comes afterwards */
};

/*
 * End ${x} goes back over ${n} letters of whoever writes in ${who}, then
 * whoever writes in ${first} speaks first.
 */
static void
goes_back(int x, int n, int who, int first)
{
	struct story st = { .s = stage_new(story_scratch(), 77) };
	struct heal_shown *s = calloc(2, sizeof(*s));
	uint64_t event;
	int y = 1 - x, at;

	assert_non_null(s);
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	heal_write(&st, x, 1, 3);
	heal_write(&st, y, 1, 3);
	stage_quiesce(st.s);
	heal_look(&st, x, &s[x]);
	event = st.event[x];
	stage_keep(st.s, x, 0);
	if (who & X_WRITES)
		heal_write(&st, x, 4, n);
	stage_quiesce(st.s);
	if (who & Y_WRITES)
		heal_write(&st, y, 4, n);
	stage_quiesce(st.s);
	heal_look(&st, y, &s[y]);
	stage_put_back(st.s, x, 0);
	st.event[x] = event;

	heal_write(&st, first == X_WRITES ? x : y, AFTER, 3);
	heal_settle(&st);
	heal_write(&st, first == X_WRITES ? y : x, AFTER, 3);
	heal_settle(&st);
	heal_look(&st, x, &s[x]);
	heal_look(&st, y, &s[y]);

	at = heal_run(&s[y], 0, 1, 3);
	at = heal_run(&s[y], at, 4, who & X_WRITES ? n : 0);
	assert_int_equal(heal_run(&s[y], at, AFTER, 3), s[y].n);
	/* Who only listened may find out by the hole, which is then filled. */
	assert_true(s[x].gaps <= (who == Y_WRITES));
	at = heal_run(&s[x], 0, 1, 3);
	if (s[x].gaps > 0) {
		at = heal_run(&s[x], at, AFTER, 3);
		assert_int_equal(heal_run(&s[x], at, 4, n), s[x].n);
	} else {
		at = heal_run(&s[x], at, 4, who & Y_WRITES ? n : 0);
		assert_int_equal(heal_run(&s[x], at, AFTER, 3), s[x].n);
	}
	heal_ids(&st, x);
	heal_ids(&st, y);
	if (who & X_WRITES) {
		assert_int_equal(heal_told(&st, x, event), 1);
		assert_int_equal(s[x].back_me, 1);
		assert_int_equal(s[y].back_them, 1);
		assert_int_equal(s[x].from, 4);
		assert_int_equal(s[x].to, 3 + n);
	}
	assert_int_equal(s[y].back_me, 0);
	assert_int_equal(s[x].back_them, 0);
	assert_int_equal(s[y].gaps, 0);
	free(s);
	stage_free(st.s);
}

static void
one_goes_back(int n)
{
	int x, who, first;

	for (x = 0; x < 2; x++)
		for (who = X_WRITES; who <= (X_WRITES | Y_WRITES); who++)
			for (first = X_WRITES; first <= Y_WRITES; first++) {
				print_message("end %d back %d, %d %d\n", x, n,
				    who, first);
				goes_back(x, n, who, first);
			}
}

static void
an_end_goes_back_over_1_letter(void **state)
{
	(void)state;
	one_goes_back(1);
}

static void
an_end_goes_back_over_5_letters(void **state)
{
	(void)state;
	one_goes_back(5);
}

static void
an_end_goes_back_over_50_letters(void **state)
{
	(void)state;
	one_goes_back(50);
}

static void
an_end_goes_back_over_300_letters(void **state)
{
	(void)state;
	one_goes_back(300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_end_goes_back_over_1_letter),
		cmocka_unit_test(an_end_goes_back_over_5_letters),
		cmocka_unit_test(an_end_goes_back_over_50_letters),
		cmocka_unit_test(an_end_goes_back_over_300_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
