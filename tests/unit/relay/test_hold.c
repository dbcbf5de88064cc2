/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is held is answered when it was acked or written, and not before; and
 * on the tick nobody can tell of which it was, or whether anybody was there.
 */
#include "dispatch_kit.h"
#include "random.h"

enum { TICK_MS = 100, HOLD_MS = 250, WRITE_MS = TICK_MS - 10, PAIRS = 150 };

static struct random rnd;
static struct owner box;
static struct client sender, reader;
static struct store_ops failing;
static int disk_is_full;

static int
begin(struct store *s)
{
	(void)s;
	return disk_is_full ? TACIT_E_DISK_FULL : 0;
}

static void
rollback(struct store *s)
{
	(void)s;
}

/* One mailbox, somebody who posts, and, if ${read}, somebody who reads. */
static void
begin_life(uint32_t tick_ms, int read)
{
	start();
	failing = *t.store->ops;
	failing.begin = begin;
	failing.rollback = rollback;
	t.store->ops = &failing;
	t.config.hold_ms = HOLD_MS;
	t.config.max_held_mib = 1;
	t.config.ok_tick_ms = tick_ms;
	owner_make(&box);
	client_open(&sender);
	do_create(&sender, &box, 1);
	collect();
	expect_ok(&sender);
	client_open(&reader);
	if (!read)
		return;
	do_subscribe(&reader, &box, 1, UINT32_MAX);
	collect();
	(void)expect(&reader, tacit_Frame_subscribed_tag);
	(void)expect(&reader, tacit_Frame_drained_tag);
}

static void
end_life(void)
{
	client_close(&sender);
	client_close(&reader);
	finish();
}

/* What the loop does in a turn. */
static void
turn(void)
{
	collect();
	holds_turn(hub_holds(t.relay.hub), t.now_ms);
	collect();
	dispatch_tick(t.dispatch, t.now_ms);
}

static void
deliver(void)
{
	collect();
	(void)expect(&reader, tacit_Frame_deliver_tag);
	turn();
	expect_nothing(&sender);
	assert_int_equal(holds_count(hub_holds(t.relay.hub)), 1);
}

static void
expect_nothing_left(void)
{
	assert_int_equal(holds_count(hub_holds(t.relay.hub)), 0);
	assert_int_equal(holds_bytes(hub_holds(t.relay.hub)), 0);
	assert_int_equal(holds_until(hub_holds(t.relay.hub)), 0);
	expect_nothing(&sender);
}

/* How the life of what is held may go on, and that its sender is answered. */
static void
acked(void)
{
	do_ack(&reader, &box, 1);
}

static void
its_window_ends(void)
{
	t.now_ms += HOLD_MS - 1;
	turn();
	expect_nothing(&sender);
	t.now_ms++;
}

static void
its_reader_leaves(void)
{
	client_close(&reader);
	client_open(&reader);
}

static void
another_reads(void)
{
	struct client other;

	client_open(&other);
	do_subscribe(&other, &box, 1, UINT32_MAX);
	collect();
	(void)expect(&reader, tacit_Frame_ended_tag);
	(void)expect(&other, tacit_Frame_subscribed_tag);
	(void)expect(&other, tacit_Frame_deliver_tag);
	(void)expect(&other, tacit_Frame_drained_tag);
	client_close(&other);
}

static void
read_again(void)
{
	do_subscribe(&reader, &box, 1, UINT32_MAX);
}

static void
closed(void)
{
	do_close(&reader, &box, 1);
}

static void
the_relay_stops(void)
{
	t.relay.stopping = 1;
	holds_stop(hub_holds(t.relay.hub));
}

static void
what_is_held_is_answered_once_it_is_over(void **state)
{
	static void (*const how[])(void) = { acked, its_window_ends,
	    its_reader_leaves, another_reads, read_again, closed,
	    the_relay_stops };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		begin_life(0, 1);
		do_post(&sender, &box, 1, 0);
		deliver();
		how[i]();
		turn();
		expect_ok(&sender);
		expect_nothing_left();
		end_life();
	}
}

static void
what_cannot_be_held_is_stored(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		begin_life(0, i != 0);
		if (i == 1)
			t.config.hold_ms = 0;
		if (i == 2)
			t.config.max_held_mib = 0;
		do_post(&sender, &box, 1, 0);
		turn();
		expect_ok(&sender);
		if (i != 0)
			(void)expect(&reader, tacit_Frame_deliver_tag);
		expect_nothing_left();
		end_life();
	}
}

/* A 65th is not given to its reader: it is stored, and so all before it. */
static void
beyond_the_window_all_is_stored(void **state)
{
	int i;

	(void)state;
	begin_life(0, 1);
	for (i = 1; i <= TACIT_IN_FLIGHT_MAX; i++)
		do_post(&sender, &box, (uint8_t)i, 0);
	turn();
	expect_nothing(&sender);
	assert_int_equal(holds_count(hub_holds(t.relay.hub)),
	    TACIT_IN_FLIGHT_MAX);
	do_post(&sender, &box, (uint8_t)i, 0);
	turn();
	expect_ok(&sender);
	t.now_ms += HOLD_MS;
	turn();
	assert_int_equal(expect(&sender, tacit_Frame_ok_tag)->
	    head.is.ok.id_count, TACIT_IN_FLIGHT_MAX);
	expect_nothing_left();
	end_life();
}

/* OK of the second says that the first is safe, too. */
static void
answers_follow_the_order_of_the_mailbox(void **state)
{
	(void)state;
	begin_life(0, 1);
	do_post(&sender, &box, 1, 0);
	do_post(&sender, &box, 2, 0);
	collect();
	(void)expect(&reader, tacit_Frame_deliver_tag);
	(void)expect(&reader, tacit_Frame_deliver_tag);
	do_ack(&reader, &box, 2);
	turn();
	expect_ok(&reader);
	expect_nothing(&sender);
	do_ack(&reader, &box, 1);
	turn();
	assert_int_equal(expect(&sender, tacit_Frame_ok_tag)->
	    head.is.ok.id_count, 2);
	expect_nothing_left();
	end_life();
}

/* The same bytes again: both wait for the disk; others are a conflict. */
static void
posted_again_it_is_stored(void **state)
{
	(void)state;
	begin_life(0, 1);
	do_post(&sender, &box, 1, 0);
	deliver();
	do_post(&sender, &box, 1, 0);
	turn();
	expect_ok(&sender);		/* it is on the disk now */
	t.now_ms += HOLD_MS;
	turn();
	sender.id--;
	expect_ok(&sender);
	expect_nothing(&reader);
	expect_nothing_left();
	end_life();
}

/* Nobody is told anything but what is true; it is tried again. */
static void
a_full_disk_leaves_it_held(void **state)
{
	int i, ack;

	(void)state;
	for (ack = 0; ack < 2; ack++) {
		begin_life(0, 1);
		do_post(&sender, &box, 1, 0);
		deliver();
		disk_is_full = 1;
		t.now_ms += HOLD_MS;
		for (i = 0; i < 3; i++) {
			turn();
			expect_nothing(&sender);
			assert_int_equal(holds_count(
			    hub_holds(t.relay.hub)), 1);
			hub_retry(t.relay.hub);
		}
		turn();
		disk_is_full = 0;
		if (ack)
			do_ack(&reader, &box, 1);
		else
			hub_retry(t.relay.hub);
		turn();
		expect_ok(&sender);
		hub_retry(t.relay.hub);
		turn();
		expect_nothing_left();
		end_life();
	}
}

static void
whoever_leaves_nothing_is_left_over(void **state)
{
	(void)state;
	begin_life(0, 1);
	do_post(&sender, &box, 1, 0);
	deliver();
	client_close(&sender);		/* nobody waits for it any more */
	client_open(&sender);
	do_ack(&reader, &box, 1);
	turn();
	expect_nothing_left();
	do_post(&sender, &box, 2, 0);
	collect();
	(void)expect(&reader, tacit_Frame_ok_tag);
	(void)expect(&reader, tacit_Frame_deliver_tag);
	end_life();			/* held, and never answered */
}

/* ---- time ---- */

enum scene { NOBODY, NO_ROOM, ACKED, LEFT, SILENT, SCENES };

/*
 * When the answer to a POST of ${at_ms} leaves.  What the store does is seen
 * up to WRITE_MS after it was asked, the ack comes at any time; but a tick is
 * a tick.
 */
static uint64_t
answered_at(uint32_t tick_ms, enum scene scene, uint64_t at_ms)
{
	uint64_t begun, over_ms = at_ms + 1 + random_below(&rnd, HOLD_MS * 2);
	uint64_t seen_ms = 0;
	struct tacit_frame f;
	int over = 0;

	begin_life(tick_ms, scene != NOBODY);
	if (scene == NO_ROOM)
		t.config.max_held_mib = 0;
	begun = t.now_ms = at_ms;
	do_post(&sender, &box, 1, 0);
	for (;; t.now_ms++) {
		if (t.now_ms >= seen_ms) {
			collect();
			seen_ms = t.now_ms + random_below(&rnd, WRITE_MS);
		}
		if (!over && t.now_ms >= over_ms && scene >= ACKED &&
		    scene != SILENT) {
			collect();
			scene == ACKED ? acked() : its_reader_leaves();
			over = 1;
		}
		holds_turn(hub_holds(t.relay.hub), t.now_ms);
		if (tick_ms == 0 || t.now_ms % tick_ms == 0)
			dispatch_tick(t.dispatch, t.now_ms);
		if (wire_next(sender.conn, &sender.at, &f))
			break;
		assert_true(t.now_ms < begun + 10000);
	}
	assert_int_equal(f.head.which_is, tacit_Frame_ok_tag);
	begun = t.now_ms;
	end_life();
	return begun;
}

/* How many pairs of lives differ by when the answer came. */
static int
told(uint32_t tick_ms)
{
	uint64_t at_ms, when;
	int i, n = 0;
	enum scene s;

	for (i = 0; i < PAIRS; i++) {
		at_ms = 5000 + random_below(&rnd, 1000);
		when = answered_at(tick_ms, NOBODY, at_ms);
		for (s = NO_ROOM; s < SCENES; s++)
			n += answered_at(tick_ms, s, at_ms) != when;
	}
	return n;
}

static void
on_the_tick_nobody_sees_who_was_there(void **state)
{
	(void)state;
	assert_int_equal(told(TICK_MS), 0);
	/* The control: without a tick it tells. */
	assert_true(told(0) > PAIRS);
}

/* Two POSTs on one connection: their order in the answer tells nothing. */
static void
nor_by_the_order_of_answers(void **state)
{
	const struct tacit_frame *f;
	struct owner other;

	(void)state;
	begin_life(TICK_MS, 1);
	owner_make(&other);
	do_create(&sender, &other, 1);
	collect();
	expect_ok(&sender);
	do_post(&sender, &box, 1, 0);
	do_post(&sender, &other, 1, 0);
	deliver();
	do_ack(&reader, &box, 1);
	turn();
	t.now_ms += HOLD_MS + 2 * TICK_MS;
	turn();
	f = expect(&sender, tacit_Frame_ok_tag);
	assert_int_equal(f->head.is.ok.id_count, 2);
	assert_int_equal(f->head.is.ok.id[0], sender.id - 1);
	assert_int_equal(f->head.is.ok.id[1], sender.id);
	end_life();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_held_is_answered_once_it_is_over),
		cmocka_unit_test(what_cannot_be_held_is_stored),
		cmocka_unit_test(beyond_the_window_all_is_stored),
		cmocka_unit_test(answers_follow_the_order_of_the_mailbox),
		cmocka_unit_test(posted_again_it_is_stored),
		cmocka_unit_test(a_full_disk_leaves_it_held),
		cmocka_unit_test(whoever_leaves_nothing_is_left_over),
		cmocka_unit_test(on_the_tick_nobody_sees_who_was_there),
		cmocka_unit_test(nor_by_the_order_of_answers),
	};

	if (sodium_init() < 0)
		return 99;
	rnd = random_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
