/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An end that knows that its vault is an older copy: all of its contacts
 * restart, whatever comes in between, and agree on what was written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heal.h"
#include "restart.h"

static void
begin(struct story *st, uint64_t seed)
{
	memset(st, 0, sizeof(*st));
	st->s = stage_new(story_scratch(), seed);
	story_pair(st, TACIT_INVITE_IN_PERSON);
}

/* No letter of end ${i} leaves it in its old wire stream. */
struct guard {
	int i, posts;
};

static int
count_posts(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct guard *g = arg;

	(void)conn;
	(void)msg;
	g->posts += i == g->i && len > 2048;
	return 1;
}

/* The finding is durable; what follows from it may be cut at any turn. */
static void
a_restart_goes_on_after_a_crash_at_any_turn(void **state)
{
	struct heal_shown *s;
	struct story st;
	int cut, n;

	(void)state;
	for (cut = 0; cut < 24; cut += 2) {
		s = calloc(2, sizeof(*s));
		assert_non_null(s);
		begin(&st, 500 + (uint64_t)cut);
		heal_write(&st, 0, 1, 4);
		heal_write(&st, 1, 1, 4);
		stage_quiesce(st.s);
		heal_write(&st, 0, 5, 3);
		assert_int_equal(restart_all(stage_end(st.s, 0)), 0);
		if (cut == 0)
			stage_crash(st.s, 0);
		for (n = 1; n <= 24; n++) {
			stage_relay_turn(st.s);
			(void)stage_turn(st.s, n % 2);
			if (n == cut)
				stage_crash(st.s, 0);
		}
		heal_settle(&st);
		heal_look(&st, 0, &s[0]);
		heal_look(&st, 1, &s[1]);
		assert_int_equal(heal_run(&s[1], 0, 1, 7), s[1].n);
		assert_int_equal(heal_run(&s[0], 0, 1, 4), s[0].n);
		assert_int_equal(s[1].back_them, 1);
		assert_int_equal(story_contact(&st, 0)->rec.healing, 0);
		heal_ids(&st, 0);
		heal_ids(&st, 1);
		heal_talk(&st, 50);
		free(s);
		stage_free(st.s);
	}
}

static void
nothing_is_posted_before_the_restart(void **state)
{
	struct guard g = { 0, 0 };
	struct stage_tap tap = { .up = count_posts, .arg = &g };
	struct story st;

	(void)state;
	begin(&st, 2);
	heal_write(&st, 0, 1, 3);
	stage_quiesce(st.s);
	(void)story_count(&st, 1, TACIT_EV_MESSAGE);
	assert_int_equal(restart_all(stage_end(st.s, 0)), 0);
	heal_write(&st, 0, 4, 3);
	assert_true(restart_is_due(story_contact(&st, 0)));
	stage_tap(st.s, &tap);
	stage_cut(st.s, 1);		/* nobody answers */
	(void)stage_turn(st.s, 0);
	assert_false(restart_is_due(story_contact(&st, 0)));
	stage_relay_turn(st.s);
	while (stage_turn(st.s, 0))
		stage_relay_turn(st.s);
	assert_int_equal(g.posts, 1);	/* the offer; texts wait */
	assert_int_equal(contact_queued(story_contact(&st, 0)), 3);
	stage_quiesce(st.s);
	assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 3);
	stage_free(st.s);
}

/*
 * A copy with ${queued} letters that were not posted yet, of which ${sent}
 * were posted after it was made: more than one question can hold.
 */
static void
long_queue(int queued, int sent)
{
	struct heal_shown *s = calloc(2, sizeof(*s));
	struct story st;
	uint64_t event;

	assert_non_null(s);
	begin(&st, 3);
	heal_write(&st, 0, 1, sent);
	event = st.event[0];
	stage_keep(st.s, 0, 0);
	stage_quiesce(st.s);
	heal_look(&st, 1, &s[1]);
	assert_int_equal(s[1].n, sent);
	stage_put_back(st.s, 0, 0);
	st.event[0] = event;
	assert_int_equal(restart_all(stage_end(st.s, 0)), 0);
	heal_write(&st, 0, sent + 1, queued - sent);
	heal_settle(&st);
	heal_look(&st, 0, &s[0]);
	heal_look(&st, 1, &s[1]);
	assert_int_equal(heal_run(&s[1], 0, 1, queued), s[1].n);
	assert_int_equal(s[0].back_me, 0);	/* nothing is missing here */
	heal_ids(&st, 0);
	assert_int_equal(contact_queued(story_contact(&st, 0)), 0);
	heal_talk(&st, 2000);
	free(s);
	stage_free(st.s);
}

static void
more_than_one_question_may_be_needed(void **state)
{
	static const struct {
		int queued, sent;
	} rows[] = {
		{ 159, 159 }, { 160, 160 }, { 161, 161 }, { 161, 160 },
		{ 320, 320 }, { 330, 325 }, { 400, 400 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		long_queue(rows[i].queued, rows[i].sent);
}

static void
both_go_back(void **state)
{
	struct heal_shown *s = calloc(2, sizeof(*s));
	struct story st;
	uint64_t event[2];
	int i;

	(void)state;
	assert_non_null(s);
	begin(&st, 4);
	for (i = 0; i < 2; i++)
		heal_write(&st, i, 1, 3);
	stage_quiesce(st.s);
	for (i = 0; i < 2; i++) {
		heal_look(&st, i, &s[i]);
		event[i] = st.event[i];
		stage_keep(st.s, i, 0);
	}
	for (i = 0; i < 2; i++)
		heal_write(&st, i, 4, 20);
	stage_quiesce(st.s);
	for (i = 0; i < 2; i++) {
		stage_put_back(st.s, i, 0);
		st.event[i] = event[i];
		assert_int_equal(restart_all(stage_end(st.s, i)), 0);
		heal_write(&st, i, 100, 3);
	}
	heal_settle(&st);
	for (i = 0; i < 2; i++) {
		heal_look(&st, i, &s[i]);
		assert_int_equal(heal_run(&s[i], heal_run(&s[i], 0, 1, 3),
		    100, 3), s[i].n);
		heal_ids(&st, i);
	}
	heal_talk(&st, 200);
	free(s);
	stage_free(st.s);
}

/* Closed is told although the session is another since it was said. */
static void
an_end_that_goes_back_may_close(void **state)
{
	struct story st;
	int closer;

	(void)state;
	for (closer = 0; closer < 2; closer++) {
		begin(&st, 5);
		heal_talk(&st, 1);
		stage_keep(st.s, 0, 0);
		heal_write(&st, 0, 2, 3);
		stage_quiesce(st.s);
		stage_put_back(st.s, 0, 0);
		heal_write(&st, 0, 10, 2);
		assert_int_equal(tacit_contact_close(story_contact(&st,
		    closer)), 0);
		heal_settle(&st);
		assert_int_equal(story_contact(&st, 0)->rec.mailbox, 0);
		assert_int_equal(story_contact(&st, 1)->rec.mailbox, 0);
		assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE),
		    closer == 0 ? 5 : 3);
		stage_free(st.s);
	}
}

static int
streams(struct story *st)
{
	struct tacit_contact *ct = story_contact(st, 1);
	struct vault_key key = { .len = 0 };
	int n = -1;

	do {
		assert_int_equal(vault_next(ct->t->vault, VAULT_MARK, ct->id,
		    sizeof(ct->id), &key, NULL), 0);
		n++;
	} while (key.len != 0);
	return n;
}

/* Each time two streams begin, more in all than are kept. */
static void
a_vault_put_back_again_and_again_is_still_heard(void **state)
{
	enum { TIMES = TACIT_STREAMS_MAX / 2 + 6 };
	struct heal_shown *s = calloc(2, sizeof(*s));
	struct story st;
	uint64_t event;
	int n;

	(void)state;
	assert_non_null(s);
	begin(&st, 4);
	for (n = 0; n < TIMES; n++) {
		event = st.event[0];
		stage_keep(st.s, 0, 0);
		heal_write(&st, 0, 2 * n + 1, 1);
		heal_settle(&st);
		stage_put_back(st.s, 0, 0);
		st.event[0] = event;
		heal_write(&st, 0, 2 * n + 2, 1);
		heal_settle(&st);
	}
	heal_look(&st, 0, &s[0]);
	heal_look(&st, 1, &s[1]);
	assert_int_equal(heal_run(&s[1], 0, 1, 2 * TIMES), s[1].n);
	assert_int_equal(s[1].poison, 0);
	assert_int_equal(streams(&st), TACIT_STREAMS_MAX);
	heal_talk(&st, 2 * TIMES + 1);
	free(s);
	stage_free(st.s);
}

/* Nothing of end 0 arrives once its texts have another name than ${stream}. */
struct silence {
	struct story *st;
	uint8_t stream[TACIT_STREAM_LEN];
};

static int
is_renamed(const struct silence *q)
{
	return !stream_is(story_contact(q->st, 0)->rec.stream, q->stream);
}

static int
drop_renamed(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	(void)conn;
	(void)msg;
	(void)len;
	return i != 0 || !is_renamed(arg);
}

/* End 0 agrees on a new stream, and is put back before it says a word in it. */
static void
begin_unheard(struct story *st)
{
	struct silence q = { .st = st };
	struct stage_tap tap = { .up = drop_renamed, .arg = &q };
	int n;

	memcpy(q.stream, story_contact(st, 0)->rec.stream, sizeof(q.stream));
	assert_int_equal(restart_all(stage_end(st->s, 0)), 0);
	stage_tap(st->s, &tap);
	for (n = 0; n < 2000 && !is_renamed(&q); n++) {
		stage_relay_turn(st->s);
		(void)stage_turn(st->s, n % 2);
		stage_sleep(st->s, 1000);
	}
	assert_true(is_renamed(&q));
	stage_cut(st->s, 0);
	stage_tap(st->s, NULL);
}

/* Whoever asks again from before finds the names that the texts came under. */
static void
streams_that_were_never_heard_are_found_again(void **state)
{
	static const int times[] = { 1, 2, 20 };
	struct heal_shown *s;
	struct story st;
	size_t row;
	int n;

	(void)state;
	for (row = 0; row < sizeof(times) / sizeof(times[0]); row++) {
		s = calloc(2, sizeof(*s));
		assert_non_null(s);
		begin(&st, 6 + row);
		heal_write(&st, 0, 1, 3);
		stage_keep(st.s, 0, 0);
		for (n = 0; n < times[row]; n++)
			begin_unheard(&st);
		heal_settle(&st);
		stage_put_back(st.s, 0, 0);
		heal_settle(&st);
		heal_look(&st, 1, &s[1]);
		assert_int_equal(heal_run(&s[1], 0, 1, 3), s[1].n);
		heal_ids(&st, 0);
		heal_talk(&st, 50);
		free(s);
		stage_free(st.s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restart_goes_on_after_a_crash_at_any_turn),
		cmocka_unit_test(nothing_is_posted_before_the_restart),
		cmocka_unit_test(
		    a_vault_put_back_again_and_again_is_still_heard),
		cmocka_unit_test(streams_that_were_never_heard_are_found_again),
		cmocka_unit_test(more_than_one_question_may_be_needed),
		cmocka_unit_test(both_go_back),
		cmocka_unit_test(an_end_that_goes_back_may_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
