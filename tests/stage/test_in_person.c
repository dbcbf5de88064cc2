/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Verified" is for two people in one room: an invitation that lives longer
 * than that, or an answer that comes later, pairs as a link does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "story.h"

enum { MINUTE_MS = 60 * 1000 };

static const struct {
	const char *what;
	unsigned flags;
	int64_t before_reading;		/* ms; negative: their clock is behind */
	int64_t before_hello_arrives;
	int verified[2];
} rows[] = {
	{ "at once", TACIT_INVITE_IN_PERSON, 0, 0, { 1, 1 } },
	{ "after nine minutes", TACIT_INVITE_IN_PERSON, 9 * MINUTE_MS, 0,
	    { 1, 1 } },
	{ "clocks four minutes apart", TACIT_INVITE_IN_PERSON,
	    -4 * MINUTE_MS, 0, { 1, 1 } },
	{ "an invitation for two hours", TACIT_INVITE_IN_PERSON,
	    -110 * MINUTE_MS, 0, { 1, 0 } },
	{ "an answer after half an hour", TACIT_INVITE_IN_PERSON, 0,
	    30 * MINUTE_MS, { 0, 1 } },
	{ "a link", 0, 0, 0, { 0, 0 } },
};

static void
only_the_room_verifies(void **state)
{
	struct stage *s = stage_new(story_scratch(), 7);
	size_t i;
	int end, k;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct story st = { .s = s };

		print_message("%s\n", rows[i].what);
		story_invite(&st, rows[i].flags, 0);
		stage_sleep(s, rows[i].before_reading);
		story_accept(&st);
		for (k = 0; k < 20; k++) {
			(void)stage_turn(s, 1);
			stage_relay_turn(s);
		}
		stage_sleep(s, rows[i].before_hello_arrives);
		stage_quiesce(s);
		for (end = 0; end < 2; end++)
			assert_int_equal(story_contact(&st, end)->
			    rec.verified, rows[i].verified[end]);
		assert_int_equal(story_write(&st, 0, 1),
		    rows[i].verified[0] ? 0 : TACIT_E_NOT_VERIFIED);
		assert_int_equal(story_write(&st, 1, 1), 0);
		if (rows[i].before_reading < 0)
			stage_sleep(s, -rows[i].before_reading);
	}
	stage_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_room_verifies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
