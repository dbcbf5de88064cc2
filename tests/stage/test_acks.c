/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ACKs leave at a random time.  Until then the vault says that it is busy; who
 * closes it sends them; and no letter comes again that was going to be
 * acknowledged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "anchor.h"
#include "line.h"
#include "set.h"
#include "story.h"
#include "tacit/frame.h"

enum { LETTERS = 3 };

/* Letters that end 0 got, and acknowledged. */
struct seen {
	int delivers, acks;
};

static int
count(struct seen *n, int i, const uint8_t *msg, size_t len)
{
	struct tacit_frame f;
	size_t used;

	for (; i == 0 && len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		n->delivers += f.head.which_is == tacit_Frame_deliver_tag;
		if (f.head.which_is == tacit_Frame_ack_tag)
			n->acks += (int)f.head.is.ack.envelope_count;
	}
	return 1;
}

static int
pass(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	(void)conn;
	return count(arg, i, msg, len);
}

static int
is_busy(struct story *st)
{
	struct tacit_progress p = { .size = sizeof(p) };

	assert_int_equal(tacit_progress(stage_end(st->s, 0), &p), 0);
	assert_int_equal(p.busy, p.hope);
	return p.busy;
}

/* End 0 took in what end 1 wrote, in no time; its ACKs wait. */
static void
take_in(struct story *st, struct seen *n)
{
	int i;

	for (i = 1; i <= LETTERS; i++)
		assert_int_equal(story_write(st, 1, i), 0);
	for (i = 0; i < 20; i++) {
		(void)stage_turn(st->s, 1);
		stage_relay_turn(st->s);
	}
	while (stage_has_input(st->s, 0))
		(void)stage_turn(st->s, 0);
	assert_int_equal(n->delivers, LETTERS);
	assert_int_equal(n->acks, 0);
}

static struct story
begin(struct seen *n, struct stage_tap *tap)
{
	struct story st = { .s = stage_new(story_scratch(), 1) };

	*tap = (struct stage_tap){ pass, pass, n };
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	assert_false(is_busy(&st));
	stage_tap(st.s, tap);
	return st;
}

/* All is at rest: each came as often as said, and was shown once. */
static void
end(struct story *st, const struct seen *n, int delivers)
{
	stage_quiesce(st->s);
	assert_int_equal(n->delivers, delivers);
	assert_int_equal(n->acks, LETTERS);
	assert_false(is_busy(st));
	assert_int_equal(story_count(st, 0, TACIT_EV_MESSAGE), LETTERS);
	stage_free(st->s);
}

static void
a_vault_is_busy_until_its_acks_were_answered(void **state)
{
	struct seen n = { .acks = 0 };
	struct stage_tap tap;
	struct story st = begin(&n, &tap);
	int64_t from;

	(void)state;
	take_in(&st, &n);
	from = stage_now(st.s);
	while (n.acks == 0) {
		assert_true(is_busy(&st));
		(void)stage_turn(st.s, 0);
	}
	assert_in_range(stage_now(st.s) - from, 10, 200);
	assert_int_equal(n.acks, LETTERS);
	assert_true(is_busy(&st));
	stage_relay_turn(st.s);
	while (stage_has_input(st.s, 0))
		(void)stage_turn(st.s, 0);
	assert_false(is_busy(&st));
	end(&st, &n, LETTERS);
}

static void
who_closes_acknowledges_what_waits(void **state)
{
	struct seen n = { .acks = 0 };
	struct stage_tap tap;
	struct story st = begin(&n, &tap);

	(void)state;
	take_in(&st, &n);
	line_leave(stage_end(st.s, 0));
	assert_int_equal(n.acks, LETTERS);
	stage_crash(st.s, 0);
	end(&st, &n, LETTERS);
}

/* Who is killed does not; it comes again, and is not shown again. */
static void
without_that_each_comes_again(void **state)
{
	struct seen n = { .acks = 0 };
	struct stage_tap tap;
	struct story st = begin(&n, &tap);

	(void)state;
	take_in(&st, &n);
	stage_crash(st.s, 0);
	end(&st, &n, 2 * LETTERS);
}

/* Not before the anchor was verified: the vault may be an older copy. */
static void
who_closes_before_the_anchor_is_verified_acknowledges_nothing(void **state)
{
	struct seen n = { .acks = 0 };
	struct stage_tap tap;
	struct story st = begin(&n, &tap);

	(void)state;
	take_in(&st, &n);
	stage_end(st.s, 0)->anchors->verified = 0;
	line_leave(stage_end(st.s, 0));
	assert_int_equal(n.acks, 0);
	stage_crash(st.s, 0);
	end(&st, &n, 2 * LETTERS);
}

static void
a_mailbox_that_is_read_again_brings_nothing_twice(void **state)
{
	struct seen n = { .acks = 0 };
	struct stage_tap tap;
	struct story st = begin(&n, &tap);
	struct tacit_contact *ct = story_contact(&st, 0);

	(void)state;
	take_in(&st, &n);
	set_look_again(ct, ct->rec.my_address);
	(void)stage_turn(st.s, 0);
	assert_int_equal(n.acks, LETTERS);
	end(&st, &n, LETTERS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vault_is_busy_until_its_acks_were_answered),
		cmocka_unit_test(who_closes_acknowledges_what_waits),
		cmocka_unit_test(without_that_each_comes_again),
		cmocka_unit_test(
		    who_closes_before_the_anchor_is_verified_acknowledges_nothing),
		cmocka_unit_test(
		    a_mailbox_that_is_read_again_brings_nothing_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
