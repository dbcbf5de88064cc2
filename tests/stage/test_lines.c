/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections to relays that refuse, falter or end: what can be read is read,
 * and nobody is asked again and again without a pause.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "change.h"
#include "post.h"
#include "story.h"
#include "tacit/frame.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static int
is_drained(struct stage *s, int i)
{
	struct tacit_progress p = { .size = sizeof(p) };

	assert_int_equal(tacit_progress(stage_end(s, i), &p), 0);
	return p.drained;
}

/* A relay that lost its data: said once; reading has an end all the same. */
static void
a_mailbox_that_is_gone_is_told_once_and_waited_for_by_nobody(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 1) };
	struct stage_relay *empty;
	int n, told = 0;

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	assert_true(is_drained(st.s, 0));
	empty = stage_relay_twin(stage_relay(st.s));
	stage_route(st.s, 0, empty);
	for (n = 0; n < 3; n++) {
		stage_crash(st.s, 0);
		assert_false(is_drained(st.s, 0));
		stage_quiesce(st.s);
		assert_true(is_drained(st.s, 0));
		told += story_count(&st, 0, TACIT_EV_UNREACHABLE);
	}
	assert_int_equal(told, 1);

	/* The relay is what it was: nothing has to be done by hand. */
	stage_route(st.s, 0, stage_relay(st.s));
	stage_cut(st.s, 0);
	assert_int_equal(story_write(&st, 1, 1), 0);
	stage_quiesce(st.s);
	assert_int_equal(story_count(&st, 0, TACIT_EV_MESSAGE), 1);
	stage_crash(st.s, 0);
	stage_quiesce(st.s);
	stage_free(st.s);
	stage_relay_free(empty);
}

/* Answers every request of one kind from end 0 by an error. */
struct faltering {
	struct stage *s;
	int kind;			/* field number in Frame; 0: none */
	int code;
	int asked;
};

static void
answer(struct faltering *f, uint32_t conn, uint32_t id)
{
	tacit_Frame e = tacit_Frame_init_zero;
	uint8_t msg[64];
	size_t n;

	e.which_is = tacit_Frame_error_tag;
	e.is.error.id = id;
	e.is.error.code = (uint32_t)f->code;
	n = tacit_frame_write(msg, sizeof(msg), &e, NULL);
	assert_true(n > 0);
	stage_inject(f->s, 0, conn, msg, n);
}

static int
falter(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct faltering *f = arg;
	struct tacit_frame frame;
	size_t used;
	int kept = 0;

	for (; i == 0 && len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&frame, &used, msg, len),
		    0);
		if (frame.head.which_is != f->kind)
			continue;
		kept = 1;
		f->asked++;
		answer(f, conn, frame.head.id);
	}
	return !kept;
}

/* End 1 posts what it has to; end 0 sees nothing of it yet. */
static void
post(struct stage *s)
{
	int n;

	for (n = 0; n < 20; n++) {
		(void)stage_turn(s, 1);
		stage_relay_turn(s);
	}
}

/* Ten minutes, in steps shorter than any pause may be. */
static void
ten_minutes(struct stage *s)
{
	int n;

	for (n = 0; n < 6000; n++) {
		stage_relay_turn(s);
		while (stage_has_input(s, 0))
			(void)stage_turn(s, 0);
		(void)stage_turn(s, 0);
		stage_sleep(s, 60);	/* and 40 in a turn */
	}
}

static void
a_relay_that_cannot_is_asked_again_with_pauses(void **state)
{
	static const struct {
		int kind, code;
	} rows[] = {
		{ tacit_Frame_subscribe_tag, -TACIT_E_UNAVAILABLE },
		{ tacit_Frame_subscribe_tag, -TACIT_E_FRAME },
		{ tacit_Frame_post_tag, -TACIT_E_UNAVAILABLE },
		{ tacit_Frame_post_tag, -TACIT_E_RATE },
		{ tacit_Frame_post_tag, -TACIT_E_CONFLICT },
		{ tacit_Frame_post_tag, 117 },
		{ tacit_Frame_ack_tag, -TACIT_E_UNAVAILABLE },
	};
	struct faltering f = { .asked = 0 };
	struct stage_tap tap = { .up = falter, .arg = &f };
	struct story st = { .s = stage_new(story_scratch(), 2) };
	size_t i;

	(void)state;
	f.s = st.s;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		f.kind = rows[i].kind;
		f.code = rows[i].code;
		f.asked = 0;
		assert_int_equal(story_write(&st, 1, 1), 0);
		post(st.s);
		stage_tap(st.s, &tap);
		stage_cut(st.s, 0);
		assert_int_equal(story_write(&st, 0, 1), 0);
		ten_minutes(st.s);
		assert_in_range(f.asked, 5, 40);
		stage_tap(st.s, NULL);
		stage_quiesce(st.s);
		assert_int_equal(story_count(&st, 0, TACIT_EV_MESSAGE), 1);
		assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 1);
	}
	stage_free(st.s);
}

/* More than may be under way, and no ack is taken for a while. */
static void
letters_follow_those_whose_acks_failed(void **state)
{
	struct faltering f = { .kind = tacit_Frame_ack_tag,
	    .code = -TACIT_E_UNAVAILABLE };
	struct stage_tap tap = { .up = falter, .arg = &f };
	struct story st = { .s = stage_new(story_scratch(), 5) };
	int n;

	(void)state;
	f.s = st.s;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	stage_tap(st.s, &tap);
	for (n = 0; n <= TACIT_IN_FLIGHT_MAX; n++)
		assert_int_equal(story_write(&st, 1, n), 0);
	post(st.s);
	while (stage_has_input(st.s, 0))
		(void)stage_turn(st.s, 0);
	assert_true(f.asked > 0);
	stage_tap(st.s, NULL);
	stage_quiesce(st.s);
	assert_int_equal(story_count(&st, 0, TACIT_EV_MESSAGE),
	    TACIT_IN_FLIGHT_MAX + 1);
	stage_free(st.s);
}

/* The disk is full between two refusals of what was posted together. */
static void
texts_go_though_a_change_failed_while_they_were_refused(void **state)
{
	struct faltering f = { .kind = tacit_Frame_post_tag,
	    .code = -TACIT_E_UNAVAILABLE };
	struct stage_tap tap = { .up = falter, .arg = &f };
	struct story st = { .s = stage_new(story_scratch(), 6) };
	struct tacit_contact *ct;

	(void)state;
	f.s = st.s;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	ct = story_contact(&st, 0);
	stage_tap(st.s, &tap);
	assert_int_equal(story_write(&st, 0, 1), 0);
	assert_int_equal(story_write(&st, 0, 2), 0);
	while (!ct->failing) {
		stage_relay_turn(st.s);
		(void)stage_turn(st.s, 0);
	}
	assert_int_equal(f.asked, 2);
	assert_true(post_is_under_way(ct));
	/* What fails has nothing to do with what is under way. */
	assert_int_equal(change_begin(ct->t), 0);
	assert_int_equal(change_end(ct->t, ct, TACIT_E_DISK_FULL),
	    TACIT_E_DISK_FULL);
	stage_tap(st.s, NULL);
	stage_quiesce(st.s);
	assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 2);
	stage_free(st.s);
}

/* Counts the WELCOMEs to end 0, after which the line breaks. */
static int
count_welcomes(void *arg, int i, uint32_t conn, const uint8_t *msg,
    size_t len)
{
	struct tacit_frame f;
	size_t used;

	(void)conn;
	assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
	*(int *)arg += i == 0 && f.head.which_is == tacit_Frame_welcome_tag;
	return 1;
}

static void
a_relay_that_hangs_up_is_called_less_and_less_often(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 3) };
	int n, welcomes = 0;
	struct stage_tap tap = { .down = count_welcomes, .arg = &welcomes };

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	stage_tap(st.s, &tap);
	for (n = 0; n < 6000; n++) {
		stage_relay_turn(st.s);
		if (stage_has_input(st.s, 0))
			(void)stage_turn(st.s, 0);	/* WELCOME */
		stage_cut(st.s, 0);
		while (stage_has_input(st.s, 0))
			(void)stage_turn(st.s, 0);
		(void)stage_turn(st.s, 0);
		stage_sleep(st.s, 60);
	}
	assert_in_range(welcomes, 5, 40);
	stage_free(st.s);
}

/* Up, accepted, and then silent: the line is given up for another. */
static int
silent(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	(void)conn;
	(void)msg;
	(void)len;
	return i != 0 || !*(int *)arg;
}

static void
a_relay_that_says_nothing_is_given_up(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 4) };
	int n, mute = 1;
	struct stage_tap tap = { .down = silent, .arg = &mute };
	struct tacit_contact *ct;

	(void)state;
	stage_tap(st.s, &tap);
	assert_int_equal(tacit_invite(&ct, stage_end(st.s, 0), "client", 0, 0,
	    NULL), 0);
	for (n = 0; n < 10; n++) {
		(void)stage_turn(st.s, 0);
		stage_relay_turn(st.s);
	}
	mute = 0;
	stage_quiesce(st.s);
	assert_int_equal(tacit_invitation_link(ct, st.link), 0);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_mailbox_that_is_gone_is_told_once_and_waited_for_by_nobody),
		cmocka_unit_test(
		    a_relay_that_cannot_is_asked_again_with_pauses),
		cmocka_unit_test(letters_follow_those_whose_acks_failed),
		cmocka_unit_test(
		    texts_go_though_a_change_failed_while_they_were_refused),
		cmocka_unit_test(
		    a_relay_that_hangs_up_is_called_less_and_less_often),
		cmocka_unit_test(a_relay_that_says_nothing_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
