/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How it ends: expired, withdrawn, closed by either end at any step.  Both
 * ends know, or are told by name, and the relay is left with nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pair.h"
#include "post.h"
#include "story.h"
#include "tacit/link.h"

enum {
	MINUTE_MS = 60 * 1000,
	HOUR_MS = 60 * MINUTE_MS,
	STEPS = 48
};

static const int64_t day_ms = INT64_C(24) * HOUR_MS;

/* Time passes for the ends and for the relay. */
static void
pass(struct stage *s, int64_t ms)
{
	stage_sleep(s, ms);
	stage_relay_hours(stage_relay(s), (uint32_t)(ms / HOUR_MS));
	stage_quiesce(s);
}

static void
turns(struct stage *s, int from, int to)
{
	int step;

	for (step = from; step < to; step++)
		if (step % 3 == 2)
			stage_relay_turn(s);
		else
			(void)stage_turn(s, step % 3);
}

/* The anchor of who invites stays, and nothing else; no guest leaves any. */
static void
relay_is_empty(struct stage *s)
{
	struct stage_count n = stage_relay_count(stage_relay(s));

	assert_int_equal(n.envelopes, 0);
	assert_int_equal(n.mailboxes, stage_anchors(s, 0));
	assert_in_range(n.mailboxes, 0, 1);
	assert_null(stage_end(s, 1)->anchors);
}

/* Is there an event that tells end ${i} of the end?  REASON 0: any. */
static int
is_told(struct story *st, int i, enum tacit_event_type type, int reason)
{
	struct tacit_event e = { .size = sizeof(e) };
	uint64_t after = st->event[i];
	int told = 0;

	/* An invitation that is gone has no contact any more. */
	while (tacit_next_event(stage_end(st->s, i), after, &e) == 1) {
		after = e.id;
		told |= e.type == type && (reason == 0 || e.reason == reason);
	}
	return told;
}

/* ---- closed at every step ---------------------------------------------------- */

static int
is_named(struct story *st, int i)
{
	return is_told(st, i, TACIT_EV_CLOSED, 0) ||
	    is_told(st, i, TACIT_EV_REFUSED, 0) ||
	    is_told(st, i, TACIT_EV_UNREACHABLE, 0);
}

static int
is_over(struct story *st, int i)
{
	struct tacit_contact *ct = story_contact(st, i);

	return ct == NULL || ct->rec.step == tacit_state_Step_CLOSED;
}

/* Nothing is left to do for end ${i}, nor will be. */
static void
is_at_rest(struct story *st, int i)
{
	struct tacit_contact *ct;
	struct out_ref *o;

	ct = contact_by_id(stage_end(st->s, i), st->id[i]);
	if (ct == NULL)
		return;
	assert_int_equal(ct->rec.due, 0);
	assert_int_equal(ct->rec.mailbox, 0);
	/* A text that never left is not called delivered. */
	for (o = ct->out; o != NULL; o = o->next)
		assert_int_equal(o->kind, tacit_state_OutKind_OUT_TEXT);
	assert_false(post_wants(ct));
	assert_null(ct->post);
	assert_null(ct->once);
}

/* End ${who} closes before step ${at}; ${letters} waiting at each end. */
static void
close_at(struct stage *s, int who, int at, int letters)
{
	struct story st = { .s = s };
	struct tacit_contact *ct;
	int n;

	story_invite(&st, TACIT_INVITE_IN_PERSON, 0);
	story_accept(&st);
	for (n = 1; n <= letters; n++) {
		assert_int_equal(story_write(&st, 0, n), 0);
		assert_int_equal(story_write(&st, 1, n), 0);
	}
	turns(s, 0, at);
	if ((ct = story_contact(&st, who)) != NULL)
		assert_int_equal(tacit_contact_close(ct), 0);
	turns(s, at, STEPS);
	stage_quiesce(s);
	assert_true(is_over(&st, who));

	/* Everything that time alone can bring: retries, grace, expiry. */
	for (n = 0; n < 3; n++)
		pass(s, 2 * HOUR_MS);
	pass(s, 8 * day_ms);
	assert_true(is_over(&st, 1 - who) || is_named(&st, 1 - who));

	/* The other draws the line too. */
	if ((ct = story_contact(&st, 1 - who)) != NULL)
		assert_int_equal(tacit_contact_close(ct), 0);
	for (n = 0; n < 3; n++)
		pass(s, 2 * HOUR_MS);
	assert_true(is_over(&st, 1 - who));
	is_at_rest(&st, 0);
	is_at_rest(&st, 1);
	relay_is_empty(s);
}

static void
closed_at_every_step_it_ends_at_both_ends(void **state)
{
	struct stage *s = NULL;
	int who, at, letters, n = 0;

	(void)state;
	for (who = 0; who < 2; who++)
		for (letters = 0; letters < 2; letters++)
			for (at = 0; at <= STEPS; at++, n++) {
				if (n % 49 == 0) {
					if (s != NULL)
						stage_free(s);
					s = stage_new(story_scratch(),
					    (uint64_t)n);
				}
				close_at(s, who, at, letters);
			}
	stage_free(s);
	print_message("%d relationships ended\n", n);
}

/* What was written before the end comes before the end. */
static void
letters_before_closing_arrive_before_it(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 900) };
	struct tacit_event e;
	int who, n;

	(void)state;
	for (who = 0; who < 2; who++) {
		story_pair(&st, TACIT_INVITE_IN_PERSON);
		for (n = 1; n <= 40; n++)
			assert_int_equal(story_write(&st, who, n), 0);
		assert_int_equal(tacit_contact_close(story_contact(&st,
		    who)), 0);
		assert_int_equal(story_write(&st, who, n),
		    TACIT_E_CONTACT_CLOSED);
		stage_quiesce(st.s);
		for (n = 1; n <= 40; n++) {
			assert_int_equal(story_next(&st, 1 - who, &e), 1);
			assert_int_equal(story_letter(&e), n);
		}
		assert_int_equal(story_next(&st, 1 - who, &e), 1);
		assert_int_equal(e.type, TACIT_EV_CLOSED);
		assert_int_equal(story_next(&st, 1 - who, &e), 0);
		relay_is_empty(st.s);
	}
	stage_free(st.s);
}

/* Nobody answers Closed: the mailbox goes when all in it has expired. */
static void
closing_does_not_wait_for_ever(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 901) };
	int day, n;

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	assert_int_equal(tacit_contact_close(story_contact(&st, 0)), 0);
	for (day = 0; day <= 31; day++) {
		if (day == 29)
			assert_int_equal(stage_relay_count(
			    stage_relay(st.s)).mailboxes, 2 + 2);
		stage_sleep(st.s, day_ms);
		for (n = 0; n < 20; n++) {
			(void)stage_turn(st.s, 0);
			stage_relay_turn(st.s);
		}
	}
	assert_int_equal(stage_relay_count(stage_relay(st.s)).mailboxes, 3);
	assert_int_equal(story_contact(&st, 0)->rec.due, 0);

	/* Who comes back much later is told all the same. */
	stage_quiesce(st.s);
	assert_int_equal(story_count(&st, 1, TACIT_EV_CLOSED), 1);
	for (n = 0; n < 2; n++)
		pass(st.s, 2 * HOUR_MS);
	relay_is_empty(st.s);
	stage_free(st.s);
}

/* ---- withdrawn at every step --------------------------------------------------- */

/* End 2 reads ${link}: what it is told. */
static int
read_by_another(struct stage *s, const char *link)
{
	struct tacit_event e = { .size = sizeof(e) };
	struct tacit *t = stage_end(s, 2);
	uint64_t after = t->self.next_event;
	struct tacit_contact *ct;

	assert_int_equal(tacit_accept(&ct, t, link, strlen(link), "x"), 0);
	stage_quiesce(s);
	assert_int_equal(tacit_next_event(t, after, &e), 1);
	assert_int_equal(e.type, TACIT_EV_REFUSED);
	assert_false(contact_is_shown(ct));
	return e.reason;
}

/* Whatever was under way when the inviter changed its mind. */
static void
withdrawn_at_every_step_it_cannot_be_read(void **state)
{
	struct stage *s = stage_new(story_scratch(), 902);
	char text[TACIT_LINK_SIZE];
	struct tacit_contact *ct;
	struct tacit_link link;
	int at, step, reason, seen = 0;

	(void)state;
	for (at = 0; at < 24; at++) {
		assert_int_equal(tacit_invite(&ct, stage_end(s, 0), "client",
		    0, 0, NULL), 0);
		pair_link(ct, &link);
		assert_int_equal(tacit_link_write(text, sizeof(text), &link),
		    0);
		for (step = 0; step < at; step++)
			if (step % 2 == 0)
				(void)stage_turn(s, 0);
			else
				stage_relay_turn(s);
		assert_int_equal(tacit_contact_close(ct), 0);
		stage_quiesce(s);
		assert_int_equal(ct->rec.due, 0);
		relay_is_empty(s);
		reason = read_by_another(s, text);
		if (reason != TACIT_E_INVITATION_REVOKED)
			assert_int_equal(reason, TACIT_E_INVITATION_UNKNOWN);
		else
			seen = 1;
	}
	assert_true(seen);
	stage_free(s);
}

/* Turn by turn until end 1 has come to ${step}. */
static void
until_step(struct story *st, tacit_state_Step step)
{
	int n;

	for (n = 0; n < 200 && story_contact(st, 1)->rec.step != step; n++) {
		(void)stage_turn(st->s, 1);
		if (story_contact(st, 1)->rec.step != step)
			stage_relay_turn(st->s);
	}
	assert_int_equal(story_contact(st, 1)->rec.step, step);
}

static void
withdrawn_before_or_after_it_was_read(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 903) };
	int n;

	(void)state;
	story_invite(&st, 0, 0);
	assert_int_equal(tacit_contact_close(story_contact(&st, 0)), 0);
	stage_quiesce(st.s);
	story_accept(&st);
	stage_quiesce(st.s);
	assert_true(is_told(&st, 1, TACIT_EV_REFUSED,
	    TACIT_E_INVITATION_REVOKED));
	assert_null(story_contact(&st, 1));
	relay_is_empty(st.s);

	/* Read, and then withdrawn: Hello finds no mailbox, or the next does. */
	story_invite(&st, 0, 0);
	story_accept(&st);
	until_step(&st, tacit_state_Step_J2_READ);
	assert_int_equal(tacit_contact_close(story_contact(&st, 0)), 0);
	stage_quiesce(st.s);
	pass(st.s, 2 * HOUR_MS);
	assert_true(is_told(&st, 1, TACIT_EV_UNREACHABLE, 0));
	assert_int_equal(story_count(&st, 0, TACIT_EV_PAIRED), 0);
	assert_int_equal(tacit_contact_close(story_contact(&st, 1)), 0);
	for (n = 0; n < 2; n++)
		pass(st.s, 2 * HOUR_MS);
	relay_is_empty(st.s);
	stage_free(st.s);
}

/* ---- expired ------------------------------------------------------------------- */

static void
a_link_read_too_late_is_refused(void **state)
{
	static const struct {
		unsigned flags;
		int64_t late_ms;
		int relay_knows;
		int told;		/* or 0: pairs */
	} rows[] = {
		{ TACIT_INVITE_IN_PERSON, 5 * MINUTE_MS, 0, 0 },
		{ TACIT_INVITE_IN_PERSON, 11 * MINUTE_MS, 0,
		    TACIT_E_INVITATION_EXPIRED },
		{ TACIT_INVITE_IN_PERSON, 3 * HOUR_MS, 1,
		    TACIT_E_INVITATION_UNKNOWN },
		{ 0, 71 * (int64_t)HOUR_MS, 1, 0 },
		{ 0, 73 * (int64_t)HOUR_MS, 0, TACIT_E_INVITATION_EXPIRED },
		{ 0, 75 * (int64_t)HOUR_MS, 1, TACIT_E_INVITATION_UNKNOWN },
	};
	struct story st = { .s = stage_new(story_scratch(), 904) };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		story_invite(&st, rows[i].flags, 0);
		stage_sleep(st.s, rows[i].late_ms);
		if (rows[i].relay_knows)
			stage_relay_hours(stage_relay(st.s),
			    (uint32_t)(rows[i].late_ms / HOUR_MS));
		story_accept(&st);
		stage_quiesce(st.s);
		if (rows[i].told == 0) {
			assert_int_equal(story_count(&st, 1,
			    TACIT_EV_PAIRED), 1);
			continue;
		}
		assert_true(is_told(&st, 1, TACIT_EV_REFUSED, rows[i].told));
		assert_null(story_contact(&st, 1));
		assert_non_null(story_contact(&st, 0));
	}
	stage_free(st.s);
}

/* Read in time, answered ${late} after it expired.  True if that paired. */
static int
answered_late(int64_t late, int posted)
{
	struct story st = { .s = stage_new(story_scratch(), 905) };
	int n, paired;

	story_invite(&st, TACIT_INVITE_IN_PERSON, 0);
	story_accept(&st);
	until_step(&st, tacit_state_Step_J2_READ);
	for (n = 0; n < 12 && posted; n++) {
		(void)stage_turn(st.s, 1);
		stage_relay_turn(st.s);
	}
	stage_sleep(st.s, 10 * MINUTE_MS + late);

	/* The inviter comes back; then, later, the joiner. */
	for (n = 0; n < 12; n++) {
		(void)stage_turn(st.s, 0);
		stage_relay_turn(st.s);
	}
	stage_quiesce(st.s);
	paired = story_contact(&st, 0) != NULL;
	if (!paired) {
		assert_true(is_told(&st, 0, TACIT_EV_REFUSED,
		    TACIT_E_INVITATION_EXPIRED));
		assert_int_equal(story_contact(&st, 1)->rec.step,
		    tacit_state_Step_J3_JOINING);
		/* Next time it offers Hello again, it learns that. */
		pass(st.s, 2 * HOUR_MS);
		assert_true(is_told(&st, 1, TACIT_EV_UNREACHABLE, 0));
		assert_int_equal(tacit_contact_close(story_contact(&st, 1)),
		    0);
		for (n = 0; n < 2; n++)
			pass(st.s, 2 * HOUR_MS);
		relay_is_empty(st.s);
	} else
		for (n = 0; n < 2; n++)
			assert_int_equal(story_count(&st, n,
			    TACIT_EV_PAIRED), 1);
	stage_free(st.s);
	return paired;
}

static void
an_answer_is_taken_for_seven_days_after(void **state)
{
	int posted;

	(void)state;
	for (posted = 0; posted < 2; posted++) {
		assert_true(answered_late(MINUTE_MS, posted));
		assert_true(answered_late(7 * day_ms - HOUR_MS, posted));
		assert_false(answered_late(7 * day_ms + HOUR_MS, posted));
		assert_false(answered_late(60 * day_ms, posted));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed_at_every_step_it_ends_at_both_ends),
		cmocka_unit_test(letters_before_closing_arrive_before_it),
		cmocka_unit_test(closing_does_not_wait_for_ever),
		cmocka_unit_test(withdrawn_at_every_step_it_cannot_be_read),
		cmocka_unit_test(withdrawn_before_or_after_it_was_read),
		cmocka_unit_test(a_link_read_too_late_is_refused),
		cmocka_unit_test(an_answer_is_taken_for_seven_days_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
