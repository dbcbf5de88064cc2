/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises of second thoughts about their ends: what a relay refuses holds up
 * nothing else, and nothing stays asked for ever.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "line.h"
#include "post.h"
#include "recall.h"
#include "recall_play.h"

/* What the relay answers end 0 is lost while this is set. */
static int
down(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	const int *lost = arg;

	(void)conn;
	(void)msg;
	(void)len;
	return i != 0 || !*lost;
}

static uint32_t
request_of(const struct tacit_contact *ct)
{
	const struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		if (o->request != 0)
			return o->request;
	return 0;
}

/* A POST is refused while a RECALL is under way, which is refused, too. */
static void
what_is_refused_meanwhile_holds_up_nothing(void **state)
{
	char id[2][TACIT_MESSAGE_ID_SIZE];
	tacit_Error e = tacit_Error_init_zero;
	struct tacit_contact *ct;
	struct story st;
	int lost = 0, turns;
	struct stage_tap tap = { .down = down, .arg = &lost };
	struct line *line;
	uint64_t n;

	(void)state;
	begin(&st, 1);
	stage_tap(st.s, &tap);
	write_one(&st, 1, 0, id[0]);
	alone(&st, 6);
	assert_int_equal(state_of(&st, id[0]), TACIT_ACCEPTED);
	n = stage_relay_envelopes(stage_relay(st.s));
	lost = 1;
	ct = story_contact(&st, 0);
	line = ct->post;
	assert_non_null(line);
	write_one(&st, 2, 0, id[1]);
	assert_int_equal(recall(&st, id[0]), TACIT_FATE_ASKED);
	alone(&st, 3);
	assert_int_not_equal(ct->recall, 0);

	e.code = -TACIT_E_RATE;
	e.retry_after_ms = 1;
	assert_int_not_equal(request_of(ct), 0);
	/* The text, and what stands for the other one. */
	while ((e.id = request_of(ct)) != 0)
		assert_int_equal(post_error(ct, &e), 0);
	e.id = ct->recall;
	assert_int_equal(recall_error(ct, &e), 0);
	lost = 0;
	for (turns = 0; turns < 100 && state_of(&st, id[1]) != TACIT_ACCEPTED;
	    turns++) {
		alone(&st, 1);
		assert_ptr_equal(ct->post, line);
	}
	assert_int_equal(state_of(&st, id[1]), TACIT_ACCEPTED);
	alone(&st, 20);
	assert_ptr_equal(ct->post, line);
	assert_int_equal(recall(&st, id[0]), TACIT_FATE_UNDELIVERED);
	/* One is destroyed; what stands for it came, and the other. */
	assert_int_equal(stage_relay_envelopes(stage_relay(st.s)), n + 1);
	stage_free(st.s);
}

/* It was asked, and both close before the relay could be. */
static void
nothing_stays_asked_once_both_have_closed(void **state)
{
	char id[TACIT_MESSAGE_ID_SIZE];
	struct tacit_contact *ct;
	struct story st;

	(void)state;
	begin(&st, 2);
	write_one(&st, 1, 0, id);
	alone(&st, 20);
	assert_int_equal(recall(&st, id), TACIT_FATE_ASKED);
	ct = story_contact(&st, 0);
	ct->recall_at = INT64_MAX;
	assert_int_equal(tacit_contact_close(ct), 0);
	assert_int_equal(tacit_contact_close(story_contact(&st, 1)), 0);
	stage_quiesce(st.s);
	assert_int_equal(ct->rec.mailbox, 0);
	assert_int_equal(recall(&st, id), TACIT_FATE_TAKEN);
	assert_int_equal(recall(&st, id), TACIT_FATE_TAKEN);
	assert_int_equal(heard(&st).events, 1);
	assert_int_equal(state_of(&st, id), TACIT_RECALLED);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_refused_meanwhile_holds_up_nothing),
		cmocka_unit_test(nothing_stays_asked_once_both_have_closed),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
