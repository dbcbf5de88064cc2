/* SPDX-License-Identifier: Apache-2.0 */
/* Who is silent is asked and given up; who is slow or noisy is sent away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "watch.h"

static const struct watch_limits limits = { 5000, 8000, 3000 };

enum { START_MS = 1000 };

/*
 * A second each: . nothing comes, a something came, h half a message is here,
 * H the next one is, ! a close waits.  ${want}: what each look says.
 */
static const struct {
	const char *name, *comes, *want;
} cases[] = {
	{ "silence", "........", "    P  D" },
	{ "an answer to the ping", ".....a..........", "    P     P  D" },
	{ "life each second", "aaaaaaaaaaaa", "            " },
	{ "a half message, silent", "hhhh", "   S" },
	{ "a half message and its end", "hhh.hhh.", "    P  D" },
	{ "always half of another", "hhHHhhHHhhHH", "    P  D" },
	{ "a close nobody reads", "!!!!!!!!", "    P  D" },
	{ "a half one before a close", "hh!!!!!!", "    P  D" },
};

static void
patience_has_its_limits(void **state)
{
	static const char said[] = " PSD";
	enum watch_verdict v = WATCH_FINE;
	struct watch w;
	uint64_t now;
	size_t i, k;
	char c, got;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		watch_begin(&w, now = START_MS);
		for (k = 0; cases[i].want[k] != '\0' && v != WATCH_DEAD;
		    k++) {
			now += 1000;
			c = cases[i].comes[k];
			if (c == 'a')
				watch_alive(&w, now);
			v = watch_check(&w, &limits, c == 'h' ? 1 :
			    c == 'H' ? 2 : 0, c == '!', now);
			got = said[v];
			if (got != cases[i].want[k])
				fail_msg("%s: second %zu: %c", cases[i].name,
				    k + 1, got);
		}
		v = WATCH_FINE;
	}
}

/* It takes what we write, and so is alive; but the close must end. */
static void
a_close_is_not_waited_for_for_ever(void **state)
{
	struct watch w;
	uint64_t now = START_MS;
	int i;

	(void)state;
	watch_begin(&w, now);
	for (i = 0; i < 10; i++) {
		watch_alive(&w, now);
		assert_int_equal(watch_check(&w, &limits, 0, 1, now),
		    WATCH_FINE);
		now += 1000;
	}
	watch_alive(&w, now);
	assert_int_equal(watch_check(&w, &limits, 0, 1, now), WATCH_DEAD);
}

static void
control_frames_have_a_rate(void **state)
{
	struct watch w;
	uint64_t now = START_MS;
	int i;

	(void)state;
	watch_begin(&w, now);
	for (i = 0; i < WATCH_CONTROL_BURST; i++)
		assert_int_equal(watch_control(&w, now), 0);
	assert_int_equal(watch_control(&w, now), -1);
	assert_int_equal(watch_control(&w, now + WATCH_CONTROL_MS - 1), -1);
	for (i = 0; i < 1000; i++)	/* an honest one, for ever */
		assert_int_equal(watch_control(&w,
		    now += WATCH_CONTROL_MS), 0);
	assert_int_equal(watch_control(&w, now), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patience_has_its_limits),
		cmocka_unit_test(a_close_is_not_waited_for_for_ever),
		cmocka_unit_test(control_frames_have_a_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
