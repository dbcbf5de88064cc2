/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises of second thoughts: what is held back can be undone; what the
 * relay says that nobody was given is never shown, whatever comes between; a
 * text that was taken back never goes again, and leaves no gap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "recall_play.h"
#include "tacit/frame.h"
#include "words.h"

/* ---- held back -------------------------------------------------------------- */

static void
what_is_held_back_is_undone(void **state)
{
	char a[TACIT_MESSAGE_ID_SIZE], b[TACIT_MESSAGE_ID_SIZE];
	struct shown s = { 0 };
	struct story st;
	int64_t then;
	uint64_t n;

	(void)state;
	begin(&st, 1);
	n = stage_relay_envelopes(stage_relay(st.s));
	write_one(&st, 1, 10, a);
	write_one(&st, 2, 0, b);
	for (then = stage_now(st.s); stage_now(st.s) < then + 9 * SECOND;)
		alone(&st, 1);
	/* What was written after it waits as well. */
	assert_int_equal(stage_relay_envelopes(stage_relay(st.s)), n);
	assert_int_equal(recall(&st, a), TACIT_FATE_UNDONE);
	assert_int_equal(recall(&st, a), TACIT_FATE_UNDONE);
	assert_int_equal(state_of(&st, a), TACIT_RECALLED);
	stage_quiesce(st.s);
	look(&st, &s);
	assert_string_equal(s.letters, "2");
	assert_int_equal(s.gaps + s.poison, 0);
	assert_int_equal(heard(&st).events, 0);

	/* The last one, then more; and one that nobody undid. */
	write_one(&st, 3, 10, a);
	stage_crash(st.s, 0);
	assert_int_equal(recall(&st, a), TACIT_FATE_UNDONE);
	write_one(&st, 4, 10, b);
	stage_quiesce(st.s);
	stage_sleep(st.s, 11 * SECOND);
	stage_quiesce(st.s);
	look(&st, &s);
	assert_string_equal(s.letters, "24");
	assert_int_equal(s.gaps + s.poison, 0);
	stage_free(st.s);
}

static void
how_long_is_a_setting(void **state)
{
	struct tacit_contact *ct;
	struct story st;

	(void)state;
	begin(&st, 2);
	ct = story_contact(&st, 0);
	assert_int_equal(tacit_hold_get(ct->t, ct), 0);
	assert_int_equal(tacit_hold_set(ct->t, NULL, 61), TACIT_E_HOLD);
	assert_int_equal(tacit_hold_set(ct->t, NULL, -1), TACIT_E_HOLD);
	assert_int_equal(tacit_hold_set(ct->t, ct, -2), TACIT_E_HOLD);
	assert_int_equal(tacit_hold_now(ct, 61), TACIT_E_HOLD);
	assert_int_equal(tacit_hold_set(ct->t, NULL, 10), 0);
	stage_crash(st.s, 0);
	ct = story_contact(&st, 0);
	assert_int_equal(tacit_hold_get(ct->t, ct), 10);
	assert_int_equal(tacit_hold_set(ct->t, ct, 0), 0);
	assert_int_equal(tacit_hold_get(ct->t, ct), 0);
	assert_int_equal(tacit_hold_get(ct->t, NULL), 10);
	assert_int_equal(tacit_hold_set(ct->t, ct, -1), 0);
	assert_int_equal(tacit_hold_get(ct->t, ct), 10);
	stage_free(st.s);
}

/* ---- at the relay ------------------------------------------------------------ */

static void
check_statement(struct story *st, const char *id, enum tacit_fate fate)
{
	static char text[CAP];
	struct tacit_recall_claim c = { .size = sizeof(c) };
	size_t len, i;

	assert_int_equal(tacit_recall_export(story_contact(st, 0), id, text,
	    sizeof(text), &len), 0);
	assert_int_equal(tacit_recall_check(text, len, &c), 0);
	assert_int_equal(c.fate, fate);
	for (i = 0; i < len; i++) {
		text[i] ^= 1;
		assert_int_equal(tacit_recall_check(text, len, &c),
		    TACIT_E_STATEMENT);
		text[i] ^= 1;
		assert_int_equal(tacit_recall_check(text, i, &c),
		    TACIT_E_STATEMENT);
	}
	assert_int_equal(tacit_recall_export(story_contact(st, 0), id, text,
	    len, &len), TACIT_E_LIMIT);
}

static void
what_nobody_was_given_is_never_shown(void **state)
{
	char id[3][TACIT_MESSAGE_ID_SIZE];
	struct shown s = { 0 };
	struct story st;
	int i;

	(void)state;
	begin(&st, 3);
	for (i = 0; i < 3; i++)
		write_one(&st, i + 1, 0, id[i]);
	alone(&st, 20);
	assert_int_equal(recall(&st, id[1]), TACIT_FATE_ASKED);
	assert_int_equal(state_of(&st, id[1]), TACIT_RECALLING);
	alone(&st, 20);
	assert_int_equal(heard(&st).fate, TACIT_FATE_UNDELIVERED);
	assert_int_equal(recall(&st, id[1]), TACIT_FATE_UNDELIVERED);
	assert_int_equal(state_of(&st, id[1]), TACIT_RECALLED);
	check_statement(&st, id[1], TACIT_FATE_UNDELIVERED);
	stage_quiesce(st.s);
	look(&st, &s);
	assert_string_equal(s.letters, "13");
	assert_int_equal(s.gaps + s.poison, 0);
	assert_int_equal(heard(&st).events, 0);
	stage_free(st.s);
}

static void
what_the_other_end_has_cannot_be_recalled(void **state)
{
	char id[TACIT_MESSAGE_ID_SIZE], theirs[TACIT_MESSAGE_ID_SIZE];
	struct tacit_contact *ct;
	struct shown s = { 0 };
	enum tacit_fate fate;
	struct story st;
	size_t len;
	char out[8];

	(void)state;
	begin(&st, 4);
	write_one(&st, 1, 0, id);
	stage_quiesce(st.s);
	assert_int_equal(tacit_send(story_contact(&st, 1), "letter 7", 8,
	    theirs, NULL), 0);
	stage_quiesce(st.s);
	ct = story_contact(&st, 0);
	assert_int_equal(tacit_recall(ct, id, &fate), TACIT_E_HAD);
	assert_int_equal(tacit_recall(ct, theirs, &fate), TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_recall(ct, "m_", &fate), TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_recall(ct, NULL, &fate), TACIT_E_INVALID);
	assert_int_equal(tacit_recall_export(ct, id, out, sizeof(out), &len),
	    TACIT_E_STATE);
	look(&st, &s);
	assert_string_equal(s.letters, "1");
	stage_free(st.s);
}

/* End 1 takes it in, and its ACK is lost; or not even that. */
struct wire {
	int letters, acks;		/* let so many through */
};

/* How many frames of ${kind} are in a message. */
static int
frames_of(const uint8_t *msg, size_t len, pb_size_t kind)
{
	struct tacit_frame f;
	size_t used;
	int n = 0;

	for (; len > 0; msg += used, len -= used) {
		if (tacit_frame_parse(&f, &used, msg, len) != 0)
			return n;
		n += f.head.which_is == kind;
	}
	return n;
}

static int
down(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct wire *w = arg;
	int n = i == 1 ? frames_of(msg, len, tacit_Frame_deliver_tag) : 0;

	(void)conn;
	if (n == 0)
		return 1;
	w->letters -= n;
	return w->letters >= 0;
}

static int
up(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct wire *w = arg;
	int n = i == 1 ? frames_of(msg, len, tacit_Frame_ack_tag) : 0;

	(void)conn;
	if (n == 0)
		return 1;
	w->acks -= n;
	return w->acks >= 0;
}

static void
both(struct story *st, int turns)
{
	while (turns-- > 0) {
		stage_relay_turn(st->s);
		while (stage_turn(st->s, 0) || stage_turn(st->s, 1))
			continue;
		stage_sleep(st->s, 100);
	}
}

static void
what_may_have_been_given_is_not_called_undelivered(void **state)
{
	static const int letters[] = { 0, 99 };
	char id[TACIT_MESSAGE_ID_SIZE], b[TACIT_MESSAGE_ID_SIZE];
	struct shown s;
	struct told t;
	struct story st;
	size_t k;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct wire w = { letters[k], 0 };
		struct stage_tap tap = { down, up, &w };

		memset(&s, 0, sizeof(s));
		begin(&st, 5 + k);
		stage_tap(st.s, &tap);
		write_one(&st, 1, 0, id);
		both(&st, 40);
		assert_int_equal(recall(&st, id), TACIT_FATE_ASKED);
		both(&st, 20);
		t = heard(&st);
		assert_int_equal(t.fate, TACIT_FATE_UNACKNOWLEDGED);
		check_statement(&st, id, TACIT_FATE_UNACKNOWLEDGED);
		w.letters = w.acks = 9999;
		stage_cut(st.s, 1);
		write_one(&st, 2, 0, b);
		stage_quiesce(st.s);
		look(&st, &s);
		assert_string_equal(s.letters, k == 0 ? "2" : "12");
		assert_int_equal(s.gaps + s.poison, 0);
		stage_free(st.s);
	}
}

/* A text of four letters: they are destroyed, or it is never whole. */
static void
of_a_long_text_all_letters_are_recalled(void **state)
{
	static char text[LONG + 1];
	char id[TACIT_MESSAGE_ID_SIZE], b[TACIT_MESSAGE_ID_SIZE];
	struct shown s;
	struct story st;
	int k;

	(void)state;
	words(text, LONG, 9);
	for (k = 0; k < 2; k++) {
		struct wire w = { k == 0 ? 9999 : 2, k == 0 ? 9999 : 2 };
		struct stage_tap tap = { down, up, &w };

		memset(&s, 0, sizeof(s));
		begin(&st, 10 + (uint64_t)k);
		stage_tap(st.s, &tap);
		assert_int_equal(tacit_send(story_contact(&st, 0), text,
		    LONG, id, NULL), 0);
		write_one(&st, 2, 0, b);
		if (k == 0)
			alone(&st, 20);
		else
			both(&st, 40);
		assert_int_equal(recall(&st, id), TACIT_FATE_ASKED);
		if (k == 0)
			alone(&st, 20);
		else
			both(&st, 20);
		assert_int_equal(heard(&st).fate, k == 0 ?
		    TACIT_FATE_UNDELIVERED : TACIT_FATE_UNACKNOWLEDGED);
		w.letters = w.acks = 9999;
		stage_cut(st.s, 1);
		stage_quiesce(st.s);
		look(&st, &s);
		assert_string_equal(s.letters, "2");
		assert_int_equal(s.gaps + s.poison, 0);
		stage_free(st.s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_held_back_is_undone),
		cmocka_unit_test(how_long_is_a_setting),
		cmocka_unit_test(what_nobody_was_given_is_never_shown),
		cmocka_unit_test(what_the_other_end_has_cannot_be_recalled),
		cmocka_unit_test(
		    what_may_have_been_given_is_not_called_undelivered),
		cmocka_unit_test(of_a_long_text_all_letters_are_recalled),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
