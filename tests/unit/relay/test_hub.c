/* SPDX-License-Identifier: Apache-2.0 */
/* What one subscriber of one mailbox gets, case by case. */
#include "hub_life.h"

/* Live: the store is not asked again once the backlog is written. */
static void
live_envelopes_come_without_a_fetch(void **state)
{
	int i;

	(void)state;
	start();
	do_subscribe(&t.peer[0], 0);
	collect(1);
	see_all();
	assert_int_equal(t.peer[0].view[0].drained, 1);
	t.live = 1;
	for (i = 0; i < TACIT_IN_FLIGHT_MAX; i++) {
		do_post(0, LETTER);
		collect(1);
	}
	t.live = 0;
	see_all();
	assert_int_equal(t.peer[0].view[0].n, TACIT_IN_FLIGHT_MAX);
	drain();
	finish();
}

/*
 * A commit that was reported as failed may have happened: the hub heard of no
 * POST, and the next one shows it by its counter.
 */
static void
a_hole_in_the_counters_is_filled_from_the_store(void **state)
{
	(void)state;
	start();
	do_subscribe(&t.peer[0], 0);
	collect(1);
	t.untold = 1;
	do_post(0, LETTER);
	do_post(0, LETTER);
	do_post(0, LETTER);
	collect(1);
	see_all();
	assert_int_equal(t.peer[0].view[0].n, 3);
	drain();
	finish();
}

static void
drained_is_said_once(void **state)
{
	int i;

	(void)state;
	start();
	do_subscribe(&t.peer[0], 0);
	for (i = 0; i < 200; i++)
		do_post(0, LETTER);
	drain();			/* see_drained() counts */
	for (i = 0; i < 200; i++)
		do_post(0, LETTER);
	collect(1);
	see_all();
	while (t.peer[0].view[0].n > 0) {
		do_ack(&t.peer[0], 0, 100);
		collect(1);
		see_all();
	}
	assert_int_equal(t.peer[0].view[0].drained, 1);
	finish();
}

static void
a_65th_waits_for_an_ack(void **state)
{
	int i;

	(void)state;
	start();
	do_subscribe(&t.peer[0], 0);
	for (i = 0; i < 200; i++)
		do_post(0, LETTER);
	collect(1);
	see_all();
	collect(1);
	see_all();
	assert_int_equal(t.peer[0].view[0].n, TACIT_IN_FLIGHT_MAX);
	assert_int_equal(commit_pending(t.relay.commit), 0);
	drain();
	finish();
}

/* A reader that takes nothing costs no more than the high mark and a batch. */
static void
a_slow_reader_is_bounded(void **state)
{
	struct conn *c;
	int i, box;

	(void)state;
	start();
	c = t.peer[0].conn;
	for (box = 0; box < BOXES; box++)
		for (i = 0; i < 60; i++)
			do_post(box, PARCEL);
	for (box = 0; box < BOXES; box++)
		do_subscribe(&t.peer[0], box);
	while (commit_pending(t.relay.commit) > 0) {
		(void)sem_wait(&t.woken);
		commit_collect(t.relay.commit);
		assert_true(c->out_bytes <= CONN_OUT_HIGH +
		    (size_t)HUB_FETCHES_MAX * (HUB_FETCH_BYTES +
		    HUB_FETCH_MAX * 128));
	}
	assert_true(c->out_bytes >= CONN_OUT_HIGH);
	drain();
	finish();
}

static void
close_tells_the_reader(void **state)
{
	uint8_t a[TACIT_ADDRESS_LEN];
	tacit_Ack m = { 0 };
	struct op_ack out;

	(void)state;
	start();
	do_subscribe(&t.peer[0], 0);
	collect(1);
	see_all();
	address_of(a, 1);
	hub_closed(t.hub, a);		/* nobody reads that one */
	see_all();
	address_of(a, 0);
	t.peer[0].view[0].ends = 1;
	hub_closed(t.hub, a);
	see_all();
	assert_int_equal(t.peer[0].view[0].ends, 0);
	assert_int_equal(hub_count(t.hub), 0);
	address_of(m.address, 0);
	m.envelope_count = 1;
	assert_int_equal(hub_ack_filter(t.hub, t.peer[0].conn, &m, &out),
	    TACIT_E_REFUSED);
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(live_envelopes_come_without_a_fetch),
		cmocka_unit_test(
		    a_hole_in_the_counters_is_filled_from_the_store),
		cmocka_unit_test(drained_is_said_once),
		cmocka_unit_test(a_65th_waits_for_an_ack),
		cmocka_unit_test(a_slow_reader_is_bounded),
		cmocka_unit_test(close_tells_the_reader),
	};

	if (sodium_init() < 0)
		return 99;
	rnd = random_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
