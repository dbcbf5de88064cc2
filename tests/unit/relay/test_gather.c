/* SPDX-License-Identifier: Apache-2.0 */
/* What is due waits for company while there may be some, and never long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gather.h"

enum { TURNS = 8, LATE = GATHER_US };

/*
 * Turns, each so many microseconds after the one before: d is something due,
 * b did the sockets bring anything; then whether it is written.  What is
 * written is due no more.
 */
static const struct {
	const char *what;
	struct { int after, d, b, written; } turn[TURNS];
	int n;
} cases[] = {
	{ "nothing is due", {
	    { 0, 0, 0, 0 }, { 5, 0, 1, 0 }, { 2 * LATE, 0, 1, 0 } }, 3 },
	{ "the sockets are silent: at once", {
	    { 0, 1, 0, 1 }, { 5, 1, 0, 1 } }, 2 },
	{ "they bring something: with the turn that brings nothing", {
	    { 0, 1, 1, 0 }, { 5, 1, 1, 0 }, { 5, 1, 0, 1 } }, 3 },
	{ "they bring more and more: when it is late", {
	    { 0, 1, 1, 0 }, { LATE - 1, 1, 1, 0 }, { 1, 1, 1, 1 } }, 3 },
	{ "one long turn: with its end", {
	    { 0, 1, 1, 0 }, { 9 * LATE, 1, 1, 1 } }, 2 },
	{ "what is due next has a time of its own", {
	    { 0, 1, 1, 0 }, { LATE, 1, 1, 1 }, { 1, 1, 1, 0 },
	    { LATE - 1, 1, 1, 0 }, { 1, 1, 1, 1 } }, 5 },
	{ "an idle time before does not count", {
	    { 0, 1, 1, 0 }, { 1, 1, 0, 1 }, { 99 * LATE, 0, 0, 0 },
	    { 1, 1, 1, 0 }, { 1, 1, 0, 1 } }, 5 },
	{ "due no more, as its connection is gone: nothing is late", {
	    { 0, 1, 1, 0 }, { 1, 0, 1, 0 }, { LATE, 1, 1, 0 },
	    { LATE, 1, 1, 1 } }, 4 },
};

static void
what_is_due_leaves_when_it_should(void **state)
{
	struct gather g;
	uint64_t now;
	size_t i;
	int n, written;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		g = (struct gather){ 0 };
		now = 1000000;
		for (n = 0; n < cases[i].n; n++) {
			now += (uint64_t)cases[i].turn[n].after;
			written = gather_is_over(&g, cases[i].turn[n].d,
			    cases[i].turn[n].b, now);
			if (written != cases[i].turn[n].written)
				fail_msg("%s: turn %d: written %d",
				    cases[i].what, n, written);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_due_leaves_when_it_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
