/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relay put back to before it had a mailbox: it gets all of it again, from
 * both ends, also the pass that the joiner pays with (PROTOCOL.md, section 12,
 * "When the relay went back").
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <sodium.h>

#include "anchor_wire.h"
#include "tacit/frame.h"

enum { MOMENTS = 40, EARLY = 13, LATE = 17, TURNS = 3 };

/* What was refused is tried again by the hour. */
static void
hours(struct stage *s, int n)
{
	for (; n > 0; n--) {
		stage_quiesce(s);
		stage_sleep(s, HOUR + MINUTE);
	}
	stage_quiesce(s);
}

/* Turn ${n} of a pairing, from before the first one on. */
static void
pairing_turn(struct story *st, int n)
{
	struct tacit_contact *ct;
	int i;

	if (n == 0) {
		assert_int_equal(tacit_invite(&ct, stage_end(st->s, 0),
		    "client", TACIT_INVITE_IN_PERSON, 0, NULL), 0);
		memcpy(st->id[0], ct->id, CONTACT_ID_LEN);
		for (i = 0; i < 2; i++)
			st->event[i] = stage_end(st->s, i)->self.next_event;
	}
	ct = contact_by_id(stage_end(st->s, 0), st->id[0]);
	if (st->link[0] == '\0' && tacit_invitation_link(ct, st->link) == 0)
		story_accept(st);
	for (i = 0; i < 2; i++) {
		(void)stage_turn(st->s, i);
		stage_relay_turn(st->s);
	}
}

/* All that was written arrives, once; ${from} on are the letters of end 0. */
static void
all_come(struct story *st)
{
	struct tacit_event e;
	int i, got[6] = { 0 };

	for (i = 0; i < 2; i++)
		while (story_next(st, i, &e)) {
			assert_int_not_equal(e.type, TACIT_EV_ROLLED_BACK);
			assert_int_not_equal(e.type, TACIT_EV_GAP);
			if (e.type == TACIT_EV_MESSAGE)
				got[story_letter(&e)]++;
		}
	for (i = 0; i < 6; i++)
		if (got[i] != 1)
			fail_msg("letter %d was shown %d times", i, got[i]);
}

/* Letters 0 and 1 before, 2 and 3 at once, 4 and 5 when it has healed. */
static void
from_moment(int moment)
{
	struct story st = { .s = stage_new(story_scratch(),
	    100 + (uint64_t)moment) };
	struct stage_relay *copy = NULL;
	int n, i;

	for (i = 0; i < 2; i++)
		(void)stage_end(st.s, i);
	for (n = 0; n < MOMENTS; n++) {
		if (n == moment)
			copy = stage_relay_copy(stage_relay(st.s));
		pairing_turn(&st, n);
	}
	assert_non_null(copy);
	stage_quiesce(st.s);
	for (i = 0; i < 2; i++)
		assert_int_equal(story_write(&st, i, i), 0);
	stage_quiesce(st.s);
	wire_use(st.s, copy);
	for (i = 0; i < 2; i++)
		assert_int_equal(story_write(&st, i, 2 + i), 0);
	hours(st.s, 4);
	for (i = 0; i < 2; i++)
		assert_int_equal(story_write(&st, i, 4 + i), 0);
	hours(st.s, 1);
	all_come(&st);
	for (i = 0; i < 2; i++)
		assert_int_equal(contact_queued(story_contact(&st, i)), 0);
	stage_free(st.s);
	stage_relay_free(copy);
}

static void
a_relay_from_any_moment_of_pairing_gets_its_mailboxes_again(void **state)
{
	int moment = (int)(story_number("TACIT_SEED", (uint64_t)time(NULL)) % 2);

	(void)state;
	for (; moment < MOMENTS; moment += 2)
		from_moment(moment);
}

/*
 * The relay goes back by ${turns} turns only, in the midst of it: what it took
 * meanwhile is asked for again, and then perhaps of no use any more.  False: at
 * ${moment} there is no invitation yet, which would come to nothing.
 */
static int
from_just_before(int moment, int turns)
{
	struct story st = { .s = stage_new(story_scratch(),
	    1000 + (uint64_t)(moment * MOMENTS + turns)) };
	struct stage_relay *copy = NULL;
	int n, i, k;

	for (i = 0; i < 2; i++)
		(void)stage_end(st.s, i);
	for (n = 0; n < MOMENTS; n++) {
		if (n == moment && st.link[0] == '\0')
			goto out;
		if (n == moment)
			copy = stage_relay_copy(stage_relay(st.s));
		if (n == moment + turns)
			wire_use(st.s, copy);
		pairing_turn(&st, n);
	}
	hours(st.s, 4);
	for (k = 0; k < 3; k++) {
		for (i = 0; i < 2; i++)
			assert_int_equal(story_write(&st, i, 2 * k + i), 0);
		hours(st.s, 1);
	}
	all_come(&st);
out:
	stage_free(st.s);
	if (copy != NULL)
		stage_relay_free(copy);
	return copy != NULL;
}

static void
a_relay_that_goes_back_a_little_while_they_pair_forgets_nothing(void **state)
{
	int moment, turns, tried = 0;

	(void)state;
	for (moment = EARLY; moment < LATE; moment++)
		for (turns = 1; turns <= TURNS; turns++)
			tried += from_just_before(moment, turns);
	assert_int_equal(tried, (LATE - EARLY) * TURNS);
}

/* The relay went back and Hello came: what is due comes to more, not less. */
static void
an_answer_leaves_what_the_relay_lacks_due(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 9) };
	struct tacit_contact *ct = NULL;
	int n;

	(void)state;
	(void)stage_end(st.s, 0);
	(void)stage_end(st.s, 1);
	for (n = 0; n < MOMENTS && st.link[0] == '\0'; n++)
		pairing_turn(&st, n);
	ct = contact_by_id(stage_end(st.s, 0), st.id[0]);
	assert_int_equal(ct->rec.step, tacit_state_Step_I3_INVITED);
	ct->rec.due = DUE_CREATE | DUE_PUT;
	for (; n < MOMENTS && ct->rec.step < tacit_state_Step_I4_ANSWERED;
	    n++) {
		ct->once_at = INT64_MAX;
		pairing_turn(&st, n);
	}
	assert_int_equal(ct->rec.step, tacit_state_Step_I4_ANSWERED);
	assert_int_equal(ct->rec.due, DUE_CREATE | DUE_REVOKE |
	    DUE_TOKEN_KEEP | DUE_SPLIT);
	ct->once_at = 0;
	stage_quiesce(st.s);
	assert_int_equal(ct->rec.step, tacit_state_Step_I5_ACTIVE);
	assert_int_equal(ct->rec.due, 0);
	stage_free(st.s);
}

/* It is told, once, and tried again by the hour. */
static void
what_nothing_pays_for_is_told_and_made_later(void **state)
{
	struct stage_relay *copy;
	struct tacit_event e;
	struct story st = { .s = stage_new(story_scratch(), 7) };
	struct wire w;
	int told = 0, n;

	(void)state;
	(void)stage_end(st.s, 0);
	(void)stage_end(st.s, 1);
	copy = stage_relay_copy(stage_relay(st.s));
	for (n = 0; n < MOMENTS; n++)
		pairing_turn(&st, n);
	stage_quiesce(st.s);
	wire_listen(&st, &w);
	w.no_units = w.contact_has = 1;
	wire_use(st.s, copy);
	hours(st.s, 5);
	while (story_next(&st, 0, &e))
		told += e.type == TACIT_EV_UNREACHABLE;
	assert_int_equal(told, 1);
	assert_in_range(w.created, 3, 12);
	w.no_units = 0;
	assert_int_equal(story_write(&st, 1, 1), 0);
	hours(st.s, 3);
	for (told = 0; story_next(&st, 0, &e);)
		told += e.type == TACIT_EV_MESSAGE && story_letter(&e) == 1;
	assert_int_equal(told, 1);
	stage_free(st.s);
	stage_relay_free(copy);
}

/* ---- a relay that denies what it has -------------------------------------------- */

struct denier {
	struct stage *s;
	unsigned subscribed, created;
};

static int
seen(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct denier *d = arg;
	struct tacit_frame f;
	size_t used;

	(void)conn;
	for (; i == 0 && len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		d->subscribed += f.head.which_is == tacit_Frame_subscribe_tag;
		d->created += f.head.which_is == tacit_Frame_create_tag;
	}
	return 1;
}

static int
denied(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct denier *d = arg;
	struct tacit_frame f;
	uint8_t lie[64], no = (uint8_t)-TACIT_E_REFUSED;
	size_t used;

	if (i != 0 || tacit_frame_parse(&f, &used, msg, len) != 0 ||
	    f.head.which_is != tacit_Frame_subscribed_tag)
		return 1;
	used = tacit_frame_write(lie, sizeof(lie), &f.head, &no);
	assert_true(used > 0);
	stage_inject(d->s, i, conn, lie, used);
	return 0;
}

static void
a_relay_that_denies_what_it_made_is_asked_less_and_less(void **state)
{
	struct story st;
	struct denier d = { .s = NULL };
	struct stage_tap tap = { .down = denied, .up = seen, .arg = &d };
	int n;

	(void)state;
	wire_begin(&st, 8);
	d.s = st.s;
	stage_tap(st.s, &tap);
	stage_cut(st.s, 0);
	for (n = 0; n < 600; n++) {
		wire_turns(st.s, 4);
		stage_sleep(st.s, SECOND);
	}
	assert_in_range(d.created, 2, 60);
	assert_in_range(d.subscribed, 2, 120);
	stage_free(st.s);
}

/* ---- closed ---------------------------------------------------------------------- */

/* End 1 is away when end 0 closes, and the relay is that of ${moment} then. */
static void
closed_from(int moment)
{
	struct story st = { .s = stage_new(story_scratch(),
	    3000 + (uint64_t)moment) };
	struct stage_relay *copy = NULL;
	struct tacit_contact *ct;
	int n;

	(void)stage_end(st.s, 0);
	(void)stage_end(st.s, 1);
	for (n = 0; n < MOMENTS; n++) {
		if (n == moment)
			copy = stage_relay_copy(stage_relay(st.s));
		pairing_turn(&st, n);
	}
	stage_quiesce(st.s);
	ct = story_contact(&st, 0);
	assert_int_equal(tacit_contact_close(ct), 0);
	wire_turns(st.s, 30);
	assert_null(ct->out);
	wire_use(st.s, copy);
	hours(st.s, 4);
	assert_int_equal(story_count(&st, 1, TACIT_EV_CLOSED), 1);
	assert_true(ct->rec.told_closed);
	assert_false(contact_has_mailbox(ct));
	stage_free(st.s);
	stage_relay_free(copy);
}

static void
closed_is_answered_though_the_relay_forgot_a_token(void **state)
{
	int moment;

	(void)state;
	for (moment = EARLY; moment < LATE; moment++)
		closed_from(moment);
}

/* It closes, and comes back, before the relay is sure to keep the token. */
static void
closed_while_in_doubt_a_request_is_made_again_once(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 10) };
	struct denier d = { .s = st.s };
	struct stage_tap tap = { .up = seen, .arg = &d };
	struct tacit_contact *ct;
	int n = 0;

	(void)state;
	(void)stage_end(st.s, 0);
	(void)stage_end(st.s, 1);
	do {
		pairing_turn(&st, n++);
		ct = contact_by_id(stage_end(st.s, 0), st.id[0]);
	} while (n < 2 * MOMENTS && (!ct->rec.unsure || ct->rec.due != 0 ||
	    ct->rec.step != tacit_state_Step_I5_ACTIVE));
	assert_in_range(n, 1, 2 * MOMENTS - 1);
	assert_int_equal(tacit_contact_close(ct), 0);
	stage_cut(st.s, 0);
	stage_tap(st.s, &tap);
	for (n = 0; n < 100; n++) {
		wire_turns(st.s, 4);
		stage_sleep(st.s, SECOND);
	}
	assert_int_equal(d.created, 1);
	assert_false(ct->rec.unsure);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_relay_from_any_moment_of_pairing_gets_its_mailboxes_again),
		cmocka_unit_test(
		    a_relay_that_goes_back_a_little_while_they_pair_forgets_nothing),
		cmocka_unit_test(an_answer_leaves_what_the_relay_lacks_due),
		cmocka_unit_test(what_nothing_pays_for_is_told_and_made_later),
		cmocka_unit_test(
		    a_relay_that_denies_what_it_made_is_asked_less_and_less),
		cmocka_unit_test(closed_is_answered_though_the_relay_forgot_a_token),
		cmocka_unit_test(
		    closed_while_in_doubt_a_request_is_made_again_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
