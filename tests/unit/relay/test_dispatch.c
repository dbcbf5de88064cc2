/* SPDX-License-Identifier: Apache-2.0 */
/* Each request gets the one answer that PROTOCOL.md gives it, in its time. */
#include "dispatch_kit.h"

static void
a_letter_goes_from_one_to_the_other(void **state)
{
	struct client a, b;
	struct owner o;

	(void)state;
	start();
	owner_make(&o);
	client_open(&a);
	client_open(&b);
	do_create(&b, &o, 1);
	expect_nothing(&b);		/* not before the store said so */
	collect();
	expect_ok(&b);
	do_subscribe(&b, &o, 1, UINT32_MAX);
	collect();
	assert_int_equal(expect(&b, tacit_Frame_subscribed_tag)->body[0], 0);
	(void)expect(&b, tacit_Frame_drained_tag);

	do_post(&a, &o, 1, 0);
	collect();
	(void)expect(&b, tacit_Frame_deliver_tag);
	expect_nothing(&a);		/* before the tick */
	assert_true(dispatch_ticking(t.dispatch));
	dispatch_tick(t.dispatch, UINT64_MAX);
	expect_ok(&a);
	assert_false(dispatch_ticking(t.dispatch));

	do_ack(&b, &o, 1);
	expect_nothing(&b);
	collect();
	expect_ok(&b);
	do_ack(&b, &o, 1);		/* again: nothing is left to do */
	expect_ok(&b);
	client_close(&a);
	client_close(&b);
	finish();
}

/* b subscribes, and is given letters 1 to ${n}. */
static void
deliver(struct client *a, struct client *b, struct owner *o, uint8_t n)
{
	uint8_t i;

	owner_make(o);
	client_open(a);
	client_open(b);
	do_create(b, o, 1);
	collect();
	expect_ok(b);
	do_subscribe(b, o, 1, UINT32_MAX);
	collect();
	(void)expect(b, tacit_Frame_subscribed_tag);
	(void)expect(b, tacit_Frame_drained_tag);
	for (i = 1; i <= n; i++) {
		do_post(a, o, i, 0);
		collect();
		(void)expect(b, tacit_Frame_deliver_tag);
	}
}

/* It is queued, and the transport is not asked to write for it alone. */
static void
an_answer_to_an_ack_waits_for_company(void **state)
{
	struct client a, b;
	struct owner o;
	int asked;

	(void)state;
	start();
	deliver(&a, &b, &o, 3);
	asked = b.wire.writes;
	do_ack(&b, &o, 1);
	assert_false(dispatch_lingering(t.dispatch));
	collect();
	assert_true(dispatch_lingering(t.dispatch));
	assert_int_equal(b.wire.writes, asked);
	expect_ok(&b);
	do_ack(&b, &o, 2);
	collect();
	do_post(&a, &o, 4, 0);		/* what it leaves with */
	collect();
	assert_int_equal(b.wire.writes, asked + 1);
	expect_ok(&b);
	(void)expect(&b, tacit_Frame_deliver_tag);
	dispatch_leave(t.dispatch);
	assert_false(dispatch_lingering(t.dispatch));
	asked = b.wire.writes;
	do_ack(&b, &o, 3);
	collect();
	assert_int_equal(b.wire.writes, asked);
	dispatch_leave(t.dispatch);	/* alone, after a time */
	assert_int_equal(b.wire.writes, asked + 1);
	expect_ok(&b);
	do_ack(&b, &o, 4);
	collect();
	assert_true(dispatch_lingering(t.dispatch));
	client_close(&b);
	assert_false(dispatch_lingering(t.dispatch));
	client_close(&a);
	finish();
}

/* The same bytes, and all of it through the store. */
static void
every_lack_of_authority_is_refused_alike(void **state)
{
	struct client c;
	struct owner o, unknown;
	int i;

	(void)state;
	start();
	owner_make(&o);
	owner_make(&unknown);
	client_open(&c);
	do_create(&c, &o, 1);
	collect();
	expect_ok(&c);
	for (i = 0; i < 6; i++) {
		switch (i) {
		case 0:
			do_create(&c, &unknown, 0);
			break;
		case 1:
			do_close(&c, &o, 0);
			break;
		case 2:
			do_ack(&c, &o, 1);
			break;
		case 3:
			do_ack(&c, &unknown, 1);
			break;
		case 4:
			do_post(&c, &unknown, 1, 0);
			break;
		default:
			o.token[0] ^= 1;
			do_post(&c, &o, 1, 0);
		}
		expect_nothing(&c);
		assert_int_equal(commit_pending(t.relay.commit), 1);
		collect();
		dispatch_tick(t.dispatch, UINT64_MAX);
		assert_int_equal(expect_error(&c, TACIT_E_REFUSED), 0);
	}
	client_close(&c);
	finish();
}

/* 64 signatures a turn, over all connections; nothing is read meanwhile. */
static void
signatures_are_verified_by_turns(void **state)
{
	static struct owner o[200];
	const struct tacit_frame *f;
	struct client a, b;
	uint32_t i;

	(void)state;
	start();
	client_open(&a);
	client_open(&b);
	for (i = 0; i < 200; i++)
		owner_make(&o[i]);
	for (i = 0; i < 3; i++) {
		do_create(&b, &o[i], 1);
		collect();
		expect_ok(&b);
	}
	(void)dispatch_turn(t.dispatch, t.now_ms);
	do_subscribe(&a, o, 200, 1);
	assert_int_equal(commit_pending(t.relay.commit), 64);
	assert_false(a.wire.reading);
	do_create(&b, &o[3], 1);	/* not in this turn */
	assert_int_equal(commit_pending(t.relay.commit), 64);

	assert_true(dispatch_turn(t.dispatch, t.now_ms));
	assert_int_equal(commit_pending(t.relay.commit), 128);
	assert_true(dispatch_turn(t.dispatch, t.now_ms));
	assert_int_equal(commit_pending(t.relay.commit), 192);
	collect();
	expect_nothing(&a);
	expect_ok(&b);			/* its turn came in between */
	assert_false(dispatch_turn(t.dispatch, t.now_ms));
	assert_true(a.wire.reading);
	collect();

	f = expect(&a, tacit_Frame_subscribed_tag);
	assert_int_equal(f->head.is.subscribed.count, 200);
	for (i = 0; i < 200; i++)
		assert_int_equal(-(int)f->body[i], i == 0 || i == 2 ? 0 :
		    TACIT_E_REFUSED);
	client_close(&a);
	client_close(&b);
	finish();
}

static void
a_client_may_go_in_the_middle_of_anything(void **state)
{
	static struct owner o[200];
	struct client c;
	uint32_t i;

	(void)state;
	start();
	for (i = 0; i < 200; i++)
		owner_make(&o[i]);
	client_open(&c);
	for (i = 0; i < 3; i++) {
		do_create(&c, &o[i], 1);
		do_post(&c, &o[i], 1, 0);
	}
	collect();
	client_close(&c);		/* verdicts not sent */

	client_open(&c);
	do_subscribe(&c, o, 200, UINT32_MAX);
	client_close(&c);		/* some begun, some not */
	assert_false(dispatch_turn(t.dispatch, t.now_ms));
	collect();

	client_open(&c);
	do_subscribe(&c, o, 3, UINT32_MAX);
	client_close(&c);		/* none has come back */
	collect();

	client_open(&c);
	do_subscribe(&c, o, 3, UINT32_MAX);
	while (hub_count(t.relay.hub) < 3) {
		(void)sem_wait(&t.woken);
		commit_collect(t.relay.commit);
	}
	client_close(&c);		/* FETCHes under way */
	collect();
	assert_int_equal(hub_count(t.relay.hub), 0);
	finish();
}

static void
posts_over_their_rate_latch_until_resume(void **state)
{
	struct client c;
	struct owner o;
	uint32_t ms;

	(void)state;
	start();
	t.config.post_burst = 2;
	owner_make(&o);
	client_open(&c);
	do_create(&c, &o, 1);
	collect();
	expect_ok(&c);
	do_post(&c, &o, 1, 0);
	collect();
	dispatch_tick(t.dispatch, UINT64_MAX);
	expect_ok(&c);
	do_post(&c, &o, 2, 0);
	do_post(&c, &o, 3, 0);
	collect();
	dispatch_tick(t.dispatch, UINT64_MAX);
	c.id--;
	expect_ok(&c);
	c.id++;
	ms = expect_error(&c, TACIT_E_RATE);
	assert_int_equal(ms, 500);

	t.now_ms += ms;
	do_post(&c, &o, 3, 0);
	collect();
	dispatch_tick(t.dispatch, UINT64_MAX);
	(void)expect_error(&c, TACIT_E_LATCHED);
	t.now_ms += 1000;
	do_post(&c, &o, 3, 1);
	do_post(&c, &o, 4, 0);
	collect();
	dispatch_tick(t.dispatch, UINT64_MAX);
	assert_int_equal(expect(&c, tacit_Frame_ok_tag)->
	    head.is.ok.id_count, 2);
	client_close(&c);
	finish();
}

static void
invitations_are_read_ten_times_a_minute(void **state)
{
	tacit_Frame f = { .which_is = tacit_Frame_get_invitation_tag };
	struct client c;
	struct owner o;
	int i;

	(void)state;
	start();
	owner_make(&o);
	client_open(&c);
	memcpy(f.is.get_invitation.address, o.address, 32);
	memcpy(f.is.get_invitation.reader, o.pk, 32);
	for (i = 0; i < 2 * TACIT_GET_PER_MINUTE; i++) {
		c.id++;
		sign(&c, &o, tacit_Frame_get_invitation_tag, NULL, 0,
		    f.is.get_invitation.signature);
		assert_int_equal(request(&c, &f, NULL), 0);
		collect();
		if (i < TACIT_GET_PER_MINUTE)
			(void)expect_error(&c, TACIT_E_INVITATION_UNKNOWN);
		else
			assert_int_equal(expect_error(&c, TACIT_E_RATE),
			    6000);
	}
	client_close(&c);
	finish();
}

static void
limits_are_said_before_the_store_is_asked(void **state)
{
	static const uint32_t hours[] = { 0, 745, UINT32_MAX };
	static uint8_t blob[TACIT_BLOB_LEN];
	tacit_Frame put = { .which_is = tacit_Frame_put_invitation_tag };
	tacit_Frame split = { .which_is = tacit_Frame_split_tag };
	struct client c;
	size_t i;

	(void)state;
	start();
	client_open(&c);
	for (i = 0; i < 3; i++) {
		c.id++;
		put.is.put_invitation.hours = hours[i];
		assert_int_equal(request(&c, &put, blob), 0);
		(void)expect_error(&c, TACIT_E_LIMIT);
	}
	c.id++;
	assert_int_equal(request(&c, &split, NULL), 0);
	(void)expect_error(&c, TACIT_E_LIMIT);
	assert_int_equal(commit_pending(t.relay.commit), 0);
	client_close(&c);
	finish();
}

/* What the store is given of a PUT, which is what a disk would have of it. */
static struct op_put stored_put;

static int
keep_put(struct store *s, struct op *op)
{
	(void)s;
	stored_put = op->u.put;
	op->rc = 0;
	return 0;
}

static void
a_stored_invitation_does_not_tell_its_code(void **state)
{
	static uint8_t blob[TACIT_BLOB_LEN], hours[4] = { 0, 0, 0, 72 };
	const struct op_put *p = &stored_put;
	const struct tacit_part part[] = {
		{ p->address, 32 }, { p->key, 32 }, { p->code_hash, 32 },
		{ p->pass_hash, 32 }, { hours, 4 }, { blob, sizeof(blob) },
	};
	tacit_Frame f = { .which_is = tacit_Frame_put_invitation_tag };
	uint8_t guess[TACIT_HASH_LEN], again[TACIT_HASH_LEN];
	struct store_ops ops;
	struct client c;
	int i;

	(void)state;
	start();
	ops = *t.store->ops;
	ops.run[OP_PUT_INVITATION] = keep_put;
	t.store->ops = &ops;
	client_open(&c);
	memcpy(f.is.put_invitation.code, code, sizeof(code));
	f.is.put_invitation.hours = 72;
	for (i = 0; i < 2; i++) {
		c.id++;
		assert_int_equal(request(&c, &f, blob), 0);
		collect();
		expect_ok(&c);
		if (i == 0)
			memcpy(again, p->request_hash, sizeof(again));
	}
	assert_memory_equal(again, p->request_hash, sizeof(again));

	/* From what is in the database nobody can make the hash again. */
	tacit_hash(guess, "tacit/1/put", part, sizeof(part) / sizeof(part[0]));
	assert_memory_not_equal(guess, p->request_hash, sizeof(guess));

	/* Another code is another request. */
	f.is.put_invitation.code[0] ^= 1;
	c.id++;
	assert_int_equal(request(&c, &f, blob), 0);
	collect();
	expect_ok(&c);
	assert_memory_not_equal(again, p->request_hash, sizeof(again));
	client_close(&c);
	finish();
}

static void
the_tenth_malformed_frame_ends_it(void **state)
{
	struct client c;
	int i;

	(void)state;
	start();
	client_open(&c);
	for (i = 1; i <= CONN_MALFORMED_MAX; i++) {
		assert_int_equal(c.conn->close_code, 0);
		assert_int_equal(dispatch_input(t.dispatch, c.conn,
		    (const uint8_t *)"\0\2\xff\xff", 4, 0, 1, 1), 0);
		(void)expect_error(&c, TACIT_E_FRAME);
	}
	assert_int_equal(c.conn->close_code, 1008);
	assert_int_equal(dispatch_input(t.dispatch, c.conn,
	    (const uint8_t *)"\0\2\xff\xff", 4, 0, 1, 1), 0);
	expect_nothing(&c);
	client_close(&c);
	finish();
}

static void
a_message_over_the_size_is_closed_with_1009(void **state)
{
	struct client c;

	(void)state;
	start();
	client_open(&c);
	assert_int_equal(dispatch_input(t.dispatch, c.conn,
	    (const uint8_t *)"\0", 1, TACIT_MESSAGE_MAX, 0, 1), 1009);
	assert_null(c.conn->in);
	client_close(&c);
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_goes_from_one_to_the_other),
		cmocka_unit_test(an_answer_to_an_ack_waits_for_company),
		cmocka_unit_test(every_lack_of_authority_is_refused_alike),
		cmocka_unit_test(signatures_are_verified_by_turns),
		cmocka_unit_test(a_client_may_go_in_the_middle_of_anything),
		cmocka_unit_test(posts_over_their_rate_latch_until_resume),
		cmocka_unit_test(invitations_are_read_ten_times_a_minute),
		cmocka_unit_test(limits_are_said_before_the_store_is_asked),
		cmocka_unit_test(a_stored_invitation_does_not_tell_its_code),
		cmocka_unit_test(the_tenth_malformed_frame_ends_it),
		cmocka_unit_test(a_message_over_the_size_is_closed_with_1009),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
