/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was written is kept until the other end has it, goes out in one order
 * whatever the relay refuses, and goes again when it was lost (D2, D5, B2).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "outbox.h"
#include "story.h"
#include "tacit/frame.h"
#include "words.h"

enum {
	SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE
};

static const int64_t day_ms = 24 * (int64_t)HOUR;

static void
begin(struct story *st, uint64_t seed)
{
	memset(st, 0, sizeof(*st));
	st->s = stage_new(story_scratch(), seed);
	story_pair(st, TACIT_INVITE_IN_PERSON);
}

static enum tacit_message_state
state_of(struct story *st, int i, uint64_t seq)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t before = 0;

	while (tacit_history(story_contact(st, i), before, &m) == 0) {
		if (m.from_me && m.seq == seq)
			return m.state;
		before = m.place;
	}
	fail_msg("no message %d", (int)seq);
	return 0;
}

/* Turns of both ends and the relay, without much time passing. */
static void
run(struct story *st, int turns)
{
	while (turns-- > 0) {
		stage_relay_turn(st->s);
		while (stage_turn(st->s, 0) || stage_turn(st->s, 1))
			continue;
		stage_sleep(st->s, 100);
	}
}

/* ---- sizes and numbers ---------------------------------------------------- */

static void
every_size_arrives_as_it_was_written(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 4, 1535, 1536, 1537, 1538,
	    1539, 1540, 3072, 3077, 3078, 3079, 4617, 23085, 24574, 24575,
	    24576 };
	enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };
	static char text[TACIT_TEXT_MAX + 1];
	char id[2][SIZES][TACIT_MESSAGE_ID_SIZE];
	struct tacit_event e;
	struct story st;
	uint64_t seq;
	size_t k;
	int i;

	(void)state;
	begin(&st, 1);
	for (k = 0; k < SIZES; k++)
		for (i = 0; i < 2; i++) {
			words(text, sizes[k], (uint32_t)(2 * k) + (uint32_t)i);
			assert_int_equal(tacit_send(story_contact(&st, i),
			    text, sizes[k], id[i][k], &seq), 0);
			assert_int_equal(seq, k + 1);
			if (k % 5 == 4)
				run(&st, 3);
		}
	stage_quiesce(st.s);
	for (i = 0; i < 2; i++)
		for (k = 0; k < SIZES; k++) {
			do
				assert_int_equal(story_next(&st, 1 - i, &e),
				    1);
			while (e.type == TACIT_EV_ACCEPTED);
			assert_int_equal(e.type, TACIT_EV_MESSAGE);
			words(text, sizes[k], (uint32_t)(2 * k) + (uint32_t)i);
			assert_int_equal(e.text_len, sizes[k]);
			assert_memory_equal(e.text, text, sizes[k]);
			assert_string_equal(e.message, id[i][k]);
			assert_int_equal(e.late, 0);
		}
	stage_free(st.s);
}

static void
two_hundred_each_way_arrive_in_order(void **state)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	int n, i, heard[2] = { 0, 0 }, accepted[2] = { 0, 0 };
	struct tacit_event e;
	struct story st;

	(void)state;
	begin(&st, 2);
	for (n = 1; n <= 200; n++)
		for (i = 0; i < 2; i++)
			assert_int_equal(story_write(&st, i, n), 0);
	assert_int_equal(tacit_contact_info(story_contact(&st, 0), &info), 0);
	assert_int_equal(info.queued, 200);
	stage_crash(st.s, 1);
	run(&st, 2);
	stage_cut(st.s, 0);
	stage_quiesce(st.s);
	for (i = 0; i < 2; i++) {
		while (story_next(&st, i, &e))
			if (e.type == TACIT_EV_MESSAGE)
				assert_int_equal(story_letter(&e), ++heard[i]);
			else if (e.type == TACIT_EV_ACCEPTED)
				accepted[i]++;
			else
				fail_msg("%s", tacit_event_word(e.type));
		assert_int_equal(heard[i], 200);
		assert_int_equal(accepted[i], 200);
		assert_int_equal(tacit_contact_info(story_contact(&st, i),
		    &info), 0);
		assert_int_equal(info.queued, 0);
		assert_int_equal(info.unread, 200);
	}
	assert_int_equal(stage_relay_envelopes(stage_relay(st.s)), 0);
	stage_free(st.s);
}

/*
 * A mailbox holds 512: who is away finds all 700 later, in order, although
 * the relay said nearly full, refused, and latched on the way.
 */
static void
a_full_mailbox_loses_nothing_and_keeps_the_order(void **state)
{
	struct stage_relay *relay;
	struct tacit_event e;
	struct story st;
	int n, heard = 0;

	(void)state;
	begin(&st, 3);
	relay = stage_relay(st.s);
	for (n = 1; n <= 700; n++)
		assert_int_equal(story_write(&st, 0, n), 0);
	stage_cut(st.s, 1);
	for (n = 0; n < 400; n++) {
		(void)stage_turn(st.s, 0);
		stage_relay_turn(st.s);
		stage_sleep(st.s, SECOND);
		assert_true(stage_relay_envelopes(relay) <=
		    TACIT_MAILBOX_LETTERS);
	}
	assert_true(stage_relay_envelopes(relay) >=
	    TACIT_NEARLY_FULL_LETTERS);
	assert_true(contact_queued(story_contact(&st, 0)) >=
	    700 - TACIT_MAILBOX_LETTERS);
	stage_quiesce(st.s);
	while (story_next(&st, 1, &e))
		if (e.type == TACIT_EV_MESSAGE)
			assert_int_equal(story_letter(&e), ++heard);
		else if (e.type != TACIT_EV_ROTATED)
			assert_int_equal(e.type, TACIT_EV_ACCEPTED);
	assert_int_equal(heard, 700);
	assert_int_equal(story_count(&st, 0, TACIT_EV_ACCEPTED), 700);
	assert_int_equal(stage_relay_envelopes(relay), 0);
	stage_free(st.s);
}

/* ---- states ---------------------------------------------------------------- */

static void
a_text_is_queued_accepted_and_gone_when_had(void **state)
{
	static char text[5001];
	struct tacit_event e;
	struct story st;

	(void)state;
	begin(&st, 4);
	words(text, 5000, 1);
	assert_int_equal(tacit_send(story_contact(&st, 0), text, 5000, NULL,
	    NULL), 0);
	assert_int_equal(state_of(&st, 0, 1), TACIT_QUEUED);
	stage_crash(st.s, 0);
	assert_int_equal(state_of(&st, 0, 1), TACIT_QUEUED);
	assert_int_equal(contact_queued(story_contact(&st, 0)), 1);
	run(&st, 10);
	assert_int_equal(state_of(&st, 0, 1), TACIT_ACCEPTED);
	stage_crash(st.s, 0);
	assert_int_equal(state_of(&st, 0, 1), TACIT_ACCEPTED);
	assert_int_equal(story_next(&st, 0, &e), 1);
	assert_int_equal(e.type, TACIT_EV_ACCEPTED);
	assert_int_equal(e.seq, 1);
	assert_int_equal(story_next(&st, 0, &e), 0);

	/* Kept until the other end says that it has it. */
	assert_non_null(story_contact(&st, 0)->out);
	assert_int_equal(story_write(&st, 1, 1), 0);
	run(&st, 10);
	assert_null(story_contact(&st, 0)->out);
	assert_int_equal(state_of(&st, 0, 1), TACIT_ACCEPTED);
	stage_crash(st.s, 0);
	assert_null(story_contact(&st, 0)->out);
	stage_free(st.s);
}

/* Counts the letters that end 1 posts. */
struct counting {
	int posts;
};

static int
count_posts(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct counting *c = arg;
	struct tacit_frame f;
	size_t used;

	(void)conn;
	for (; i == 1 && len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		c->posts += f.head.which_is == tacit_Frame_post_tag;
	}
	return 1;
}

/* When a letter was read would tell when its reader is online. */
static void
have_never_goes_at_once(void **state)
{
	struct counting c = { 0 };
	struct stage_tap tap = { .up = count_posts, .arg = &c };
	struct story st;
	int n;

	(void)state;
	begin(&st, 5);
	stage_tap(st.s, &tap);
	for (n = 1; n <= TACIT_HAVE_ALONE_AFTER - 1; n++) {
		assert_int_equal(story_write(&st, 0, n), 0);
		run(&st, 2);
	}
	run(&st, 20);
	assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE),
	    TACIT_HAVE_ALONE_AFTER - 1);
	assert_int_equal(c.posts, 0);
	/* One more, and it is due: soon, yet not in answer to that. */
	assert_int_equal(story_write(&st, 0, n), 0);
	run(&st, 20);
	assert_int_equal(c.posts, 0);
	stage_crash(st.s, 1);
	run(&st, 20);
	assert_int_equal(c.posts, 0);
	stage_sleep(st.s, 15 * MINUTE);
	run(&st, 20);
	assert_int_equal(c.posts, 1);
	assert_null(story_contact(&st, 0)->out);

	/* One text: between one hour and a day. */
	assert_int_equal(story_write(&st, 0, ++n), 0);
	run(&st, 10);
	stage_crash(st.s, 1);
	for (n = 0; n < 58; n++) {
		stage_sleep(st.s, MINUTE);
		run(&st, 1);
	}
	assert_int_equal(c.posts, 1);
	for (n = 0; n < 24; n++) {
		stage_sleep(st.s, HOUR);
		run(&st, 5);
	}
	assert_int_equal(c.posts, 2);
	assert_null(story_contact(&st, 0)->out);
	stage_free(st.s);
}

/* ---- losses ---------------------------------------------------------------- */

/* A relay that says OK to posts of end 0 and keeps none of them. */
struct liar {
	struct stage *s;
	int on;				/* lie about posts */
	int silent;			/* or leave them without an answer */
	int nearly_full;		/* say that to each */
	int lies;
	uint8_t last[TACIT_ENVELOPE_ID_LEN];
};

static void
answer_ok(struct liar *l, uint32_t conn, uint32_t id, int nearly_full)
{
	tacit_Frame f = tacit_Frame_init_zero;
	uint8_t msg[64];
	size_t n;

	f.which_is = tacit_Frame_ok_tag;
	f.is.ok.id_count = 1;
	f.is.ok.id[0] = id;
	f.is.ok.nearly_full = nearly_full != 0;
	n = tacit_frame_write(msg, sizeof(msg), &f, NULL);
	assert_true(n > 0);
	stage_inject(l->s, 0, conn, msg, n);
}

static int
lie(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct liar *l = arg;
	struct tacit_frame f;
	size_t used;
	int posts = 0;

	for (; i == 0 && len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		if (f.head.which_is != tacit_Frame_post_tag)
			continue;
		posts++;
		memcpy(l->last, f.head.is.post.envelope, sizeof(l->last));
		if (l->on && !l->silent)
			answer_ok(l, conn, f.head.id, l->nearly_full);
	}
	if (posts == 0 || !l->on)
		return 1;
	l->lies += posts;
	return 0;
}

static struct liar
liar_on(struct story *st, struct stage_tap *tap)
{
	struct liar l = { .s = st->s };

	tap->up = lie;
	tap->down = NULL;
	return l;
}

/* What the relay dropped after its OK is missed, told, asked for, filled. */
static void
what_the_relay_lost_is_asked_for_and_comes(void **state)
{
	struct stage_tap tap;
	struct tacit_event e;
	struct story st;
	struct liar l;
	int n, late = 0, heard = 0, gap = 0;

	(void)state;
	begin(&st, 6);
	l = liar_on(&st, &tap);
	tap.arg = &l;
	stage_tap(st.s, &tap);
	assert_int_equal(story_write(&st, 0, 1), 0);
	run(&st, 10);
	l.on = 1;
	for (n = 2; n <= 40; n++)
		assert_int_equal(story_write(&st, 0, n), 0);
	run(&st, 10);
	assert_int_equal(l.lies, 39);
	l.on = 0;
	for (n = 41; n <= 43; n++)
		assert_int_equal(story_write(&st, 0, n), 0);
	run(&st, 10);
	assert_int_equal(story_count(&st, 0, TACIT_EV_ACCEPTED), 43);
	assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 1);
	stage_quiesce(st.s);
	while (story_next(&st, 1, &e)) {
		if (e.type == TACIT_EV_GAP) {
			assert_int_equal(e.from, 2);
			assert_int_equal(e.to, 40);
			gap++;
			continue;
		}
		assert_int_equal(gap, 1);
		heard++;
		late += e.late;
		assert_int_equal(story_letter(&e), heard <= 3 ? 40 + heard :
		    heard - 2);
	}
	assert_int_equal(heard, 42);
	assert_int_equal(late, 39);
	/* It was accepted once; that it went again is nobody's business. */
	assert_int_equal(story_count(&st, 0, TACIT_EV_ACCEPTED), 0);
	assert_int_equal(state_of(&st, 0, 20), TACIT_ACCEPTED);
	stage_free(st.s);
}

/* Lost at the end of all, where nothing later shows it: after TTL. */
static void
what_was_not_had_in_time_is_told_once_and_goes_again(void **state)
{
	static char text[4001];
	struct stage_tap tap;
	struct tacit_event e;
	struct story st;
	struct liar l;
	int day, told = 0;

	(void)state;
	begin(&st, 7);
	l = liar_on(&st, &tap);
	tap.arg = &l;
	stage_tap(st.s, &tap);
	l.on = 1;
	words(text, 4000, 3);
	assert_int_equal(tacit_send(story_contact(&st, 0), text, 4000, NULL,
	    NULL), 0);
	run(&st, 10);
	assert_int_equal(l.lies, 3);
	for (day = 1; day <= 91; day++) {
		stage_sleep(st.s, day_ms);
		if (day % 7 == 0)
			stage_crash(st.s, 0);
		run(&st, 10);
		while (story_next(&st, 0, &e))
			if (e.type == TACIT_EV_UNDELIVERED) {
				assert_int_equal(e.seq, 1);
				assert_int_equal(day, 30);
				told++;
			}
		/* From the thirtieth day on a rotation is offered as well. */
		assert_true(l.lies >= 3 + 3 * (day / 30));
		assert_true(day >= 30 || l.lies == 3);
	}
	assert_int_equal(told, 1);
	l.on = 0;
	for (; day <= 121; day++) {
		stage_sleep(st.s, day_ms);
		run(&st, 10);
	}
	for (told = 0; story_next(&st, 1, &e);) {
		if (e.type == TACIT_EV_ROTATED)
			continue;
		assert_int_equal(e.type, TACIT_EV_MESSAGE);
		assert_int_equal(e.text_len, 4000);
		assert_memory_equal(e.text, text, 4000);
		told++;
	}
	assert_int_equal(told, 1);
	assert_null(story_contact(&st, 0)->out);	/* `have` went alone */
	stage_free(st.s);
}

static void
above_nearly_full_only_control_goes(void **state)
{
	struct stage_tap tap;
	struct story st;
	struct liar l;
	int n;

	(void)state;
	begin(&st, 8);
	l = liar_on(&st, &tap);
	tap.arg = &l;
	stage_tap(st.s, &tap);
	l.on = l.nearly_full = 1;
	assert_int_equal(story_write(&st, 0, 1), 0);
	run(&st, 10);
	assert_int_equal(l.lies, 1);
	for (n = 2; n <= 5; n++)
		assert_int_equal(story_write(&st, 0, n), 0);
	run(&st, 100);			/* ten seconds */
	assert_int_equal(l.lies, 1);
	assert_int_equal(tacit_rotate(story_contact(&st, 0)), 0);
	run(&st, 20);
	assert_int_equal(l.lies, 2);
	/* Closed does not overtake what waits. */
	assert_int_equal(tacit_contact_close(story_contact(&st, 0)), 0);
	run(&st, 20);
	assert_int_equal(l.lies, 2);
	stage_sleep(st.s, 31 * SECOND);
	run(&st, 5);
	assert_int_equal(l.lies, 7);
	stage_free(st.s);
}

/* The envelope of a row that is sealed, or zeros. */
static void
envelope_of(struct story *st, int i, uint64_t n,
    uint8_t out[TACIT_ENVELOPE_ID_LEN])
{
	tacit_state_Out o;
	char *text = NULL;
	size_t len;

	assert_int_equal(outbox_row_get(story_contact(st, i), n, &o, &text,
	    &len), 0);
	memcpy(out, o.envelope, TACIT_ENVELOPE_ID_LEN);
	free(text);
}

static void
cut_and_wait(struct story *st)
{
	stage_cut(st->s, 0);
	run(st, 1);
	stage_sleep(st->s, 50 * SECOND);	/* longer than the back-off */
	run(st, 5);
}

/* The same bytes go again, until the ratchet has turned; then others. */
static void
a_post_without_answer_is_sealed_again_only_after_a_turn(void **state)
{
	uint8_t first[TACIT_ENVELOPE_ID_LEN], now[TACIT_ENVELOPE_ID_LEN];
	struct stage_tap tap;
	struct tacit_event e;
	struct story st;
	struct liar l;
	uint64_t n;
	int k;

	(void)state;
	begin(&st, 9);
	l = liar_on(&st, &tap);
	tap.arg = &l;
	stage_tap(st.s, &tap);
	assert_int_equal(story_write(&st, 0, 1), 0);
	run(&st, 5);
	l.on = l.silent = 1;
	assert_int_equal(story_write(&st, 0, 2), 0);
	n = story_contact(&st, 0)->rec.next_out;
	run(&st, 5);
	assert_int_equal(l.lies, 1);
	envelope_of(&st, 0, n, first);
	assert_memory_equal(l.last, first, sizeof(first));
	for (k = 2; k <= 4; k++) {
		if (k == 3)
			stage_crash(st.s, 0);
		cut_and_wait(&st);
		assert_int_equal(l.lies, k);
		assert_memory_equal(l.last, first, sizeof(first));
		assert_int_equal(story_contact(&st, 0)->rec.next_out, n);
	}

	/* They write: what we write next belongs to another chain. */
	assert_int_equal(story_write(&st, 1, 1), 0);
	run(&st, 5);
	cut_and_wait(&st);
	assert_int_equal(l.lies, 5);
	envelope_of(&st, 0, n, now);
	assert_memory_equal(l.last, now, sizeof(now));
	assert_memory_not_equal(now, first, sizeof(first));

	l.on = 0;
	stage_cut(st.s, 0);
	stage_quiesce(st.s);
	for (k = 1; story_next(&st, 1, &e);)
		if (e.type == TACIT_EV_MESSAGE)
			assert_int_equal(story_letter(&e), k++);
	assert_int_equal(k, 3);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_arrives_as_it_was_written),
		cmocka_unit_test(two_hundred_each_way_arrive_in_order),
		cmocka_unit_test(
		    a_full_mailbox_loses_nothing_and_keeps_the_order),
		cmocka_unit_test(a_text_is_queued_accepted_and_gone_when_had),
		cmocka_unit_test(have_never_goes_at_once),
		cmocka_unit_test(what_the_relay_lost_is_asked_for_and_comes),
		cmocka_unit_test(
		    what_was_not_had_in_time_is_told_once_and_goes_again),
		cmocka_unit_test(above_nearly_full_only_control_goes),
		cmocka_unit_test(
		    a_post_without_answer_is_sealed_again_only_after_a_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
