/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay below its requests: how messages may come, how it parts with those
 * that break the rules, and that none of them harms another.  What it makes of
 * each bad input is in tests/conformance.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cmocka.h>
#include <sodium.h>

#include "relay_proc.h"

static struct relay_proc relay;

static int
start(void **state)
{
	(void)state;
	relay_proc_make(&relay, "ok_tick_ms = 0\n");
	relay_proc_start(&relay);
	return 0;
}

static int
stop(void **state)
{
	int rc = relay_proc_stop(&relay, SIGTERM);

	(void)state;
	relay_proc_free(&relay);
	return rc;
}

/* Somebody else is served, as if nothing had been. */
static void
assert_serves(void)
{
	struct raw *r = relay_proc_connect(&relay);

	assert_int_equal(raw_ping(r), 0);
	raw_bye(r);
}

/* Read until the relay closes; its code. */
static int
closed_with(struct raw_ws *w)
{
	const uint8_t *data;
	size_t len;
	int text, rc;

	do {
		rc = raw_ws_receive(w, &data, &len, &text, RAW_WAIT_MS);
	} while (rc == 0);
	assert_int_equal(rc, RAW_CLOSED);
	return raw_ws_close_code(w);
}

static void
broken_rules_close_with_their_code(void **state)
{
	static const uint8_t big[14] = { 0x82, 0xff, 0, 0, 0, 0, 0, 4, 0, 1,
	    1, 2, 3, 4 };		/* 262,145 bytes announced, none sent */
	static uint8_t part[100000];
	struct raw *r;
	int i;

	(void)state;
	r = relay_proc_connect(&relay);
	assert_int_equal(raw_ws_send_frame(raw_ws(r), 0x81, 1, "hi", 2), 0);
	assert_int_equal(closed_with(raw_ws(r)), 1003);
	raw_free(r);

	r = relay_proc_connect(&relay);
	assert_int_equal(raw_ws_send_bytes(raw_ws(r), big, sizeof(big)), 0);
	/* libwebsockets tells of a message with its first bytes. */
	assert_int_equal(raw_ws_send_bytes(raw_ws(r), part, 1), 0);
	assert_int_equal(closed_with(raw_ws(r)), 1009);
	raw_free(r);

	r = relay_proc_connect(&relay);
	for (i = 0; i < 3; i++)		/* fragments without an end */
		assert_int_equal(raw_ws_send_frame(raw_ws(r), i ? 0 : 2, 1,
		    part, sizeof(part)), 0);
	assert_int_equal(closed_with(raw_ws(r)), 1009);
	raw_free(r);

	r = relay_proc_connect(&relay);
	for (i = 0; i < 10; i++)
		assert_int_equal(raw_ws_send_frame(raw_ws(r), 0x82, 1,
		    "\0\2\xff\xff", 4), 0);
	assert_int_equal(closed_with(raw_ws(r)), 1008);
	raw_free(r);
	assert_serves();
}

/* ${len} bytes at ${buf} as one masked message; the mask is zeros. */
static size_t
wrap(uint8_t *out, const uint8_t *buf, size_t len)
{
	size_t head = len < 126 ? 2 : len < 65536 ? 4 : 10, i;

	out[0] = 0x82;
	out[1] = (uint8_t)(0x80 | (head == 2 ? len : head == 4 ? 126 : 127));
	for (i = 2; i < head; i++)
		out[i] = (uint8_t)(len >> 8 * (head - 1 - i));
	memset(out + head, 0, 4);
	memcpy(out + head + 4, buf, len);
	return head + 4 + len;
}

/* Torn into single bytes and fragments, a message is still one message. */
static void
messages_may_come_in_any_pieces(void **state)
{
	tacit_Frame f = { .which_is = tacit_Frame_ping_tag };
	struct raw *r = relay_proc_connect(&relay);
	struct raw_frame *a;
	uint8_t buf[64], frame[7 + 64];
	size_t len, i;
	uint32_t id = raw_next_id(r) + 1000;

	(void)state;
	f.id = id;
	len = tacit_frame_write(buf, sizeof(buf), &f, NULL);
	for (i = 0; i < len; i++)
		assert_int_equal(raw_ws_send_frame(raw_ws(r),
		    (uint8_t)((i == 0 ? 2 : 0) | (i == len - 1 ? 0x80 : 0)),
		    1, buf + i, 1), 0);
	assert_int_equal(raw_wait(r, id, RAW_WAIT_MS, &a), 0);
	raw_frame_free(a);

	f.id = ++id;
	len = tacit_frame_write(buf, sizeof(buf), &f, NULL);
	len = wrap(frame, buf, len);
	for (i = 0; i < len; i++)
		assert_int_equal(raw_ws_send_bytes(raw_ws(r), frame + i, 1),
		    0);
	assert_int_equal(raw_wait(r, id, RAW_WAIT_MS, &a), 0);
	raw_frame_free(a);
	raw_bye(r);
}

/* Many messages written at once, each held back while the last is worked on. */
static void
a_pipeline_is_answered_whole_and_in_order(void **state)
{
	enum { N = 20000 };
	tacit_Frame f = { .which_is = tacit_Frame_ping_tag };
	struct raw *r = relay_proc_connect(&relay);
	uint32_t first = raw_next_id(r), i;
	uint8_t *bytes = malloc(N * 32), *p = bytes, buf[26];

	(void)state;
	assert_non_null(bytes);
	for (i = 0; i < N; i++) {
		f.id = first + i;
		p += wrap(p, buf, tacit_frame_write(buf, sizeof(buf), &f,
		    NULL));
	}
	assert_int_equal(raw_ws_send_bytes(raw_ws(r), bytes,
	    (size_t)(p - bytes)), 0);
	for (i = 0; i < N; i++)
		assert_int_equal(raw_wait(r, first + i, RAW_WAIT_MS, NULL),
		    0);
	free(bytes);
	raw_bye(r);
}

/*
 * A message that takes several turns of the loop, and in the same write what
 * follows it: reading is off in between, and nothing is lost or torn.
 */
static void
what_follows_a_long_message_waits_for_it(void **state)
{
	enum { ENTRIES = 1000, PINGS = 3000 };
	static uint8_t body[ENTRIES * TACIT_SUBSCRIBE_ENTRY_LEN];
	static uint8_t buf[sizeof(body) + 64];
	tacit_Frame f = { .which_is = tacit_Frame_subscribe_tag };
	struct raw *r = relay_proc_connect(&relay);
	uint32_t first = raw_next_id(r), i;
	uint8_t *bytes = malloc(sizeof(buf) + 16 + PINGS * 32), *p = bytes;
	struct raw_frame *a;

	(void)state;
	assert_non_null(bytes);
	randombytes_buf(body, sizeof(body));
	f.id = first;
	f.is.subscribe.count = ENTRIES;
	p += wrap(p, buf, tacit_frame_write(buf, sizeof(buf), &f, body));
	memset(&f, 0, sizeof(f));
	f.which_is = tacit_Frame_ping_tag;
	for (i = 1; i <= PINGS; i++) {
		f.id = first + i;
		p += wrap(p, buf, tacit_frame_write(buf, 26, &f, NULL));
	}
	assert_int_equal(raw_ws_send_bytes(raw_ws(r), bytes,
	    (size_t)(p - bytes)), 0);
	assert_int_equal(raw_wait(r, first, RAW_WAIT_MS, &a), 0);
	assert_int_equal(a->head.is.subscribed.count, ENTRIES);
	for (i = 0; i < ENTRIES; i++)
		assert_int_equal(-(int)a->body[i], TACIT_E_REFUSED);
	raw_frame_free(a);
	for (i = 1; i <= PINGS; i++)
		assert_int_equal(raw_wait(r, first + i, RAW_WAIT_MS, NULL),
		    0);
	free(bytes);
	raw_bye(r);
}

/* It asks and asks and never reads: the relay stops reading from it. */
static void
a_client_that_never_reads_harms_nobody(void **state)
{
	const struct timeval wait = { .tv_usec = 300000 };
	tacit_Frame f = { .which_is = tacit_Frame_ping_tag };
	struct raw *r = relay_proc_connect(&relay);
	uint8_t bytes[16384], buf[26];
	size_t len, total = 0;

	(void)state;
	assert_int_equal(setsockopt(raw_ws_fd(raw_ws(r)), SOL_SOCKET,
	    SO_SNDTIMEO, &wait, sizeof(wait)), 0);
	f.id = raw_next_id(r);
	do {
		for (len = 0; len < sizeof(bytes) - 40; f.id++)
			len += wrap(bytes + len, buf, tacit_frame_write(buf,
			    sizeof(buf), &f, NULL));
		total += len;
		assert_true(total < 512u << 20);
	} while (raw_ws_send_bytes(raw_ws(r), bytes, len) == 0);
	assert_serves();
	raw_free(r);
	assert_serves();
}

static void
a_stop_closes_with_1001(void **state)
{
	struct raw *a = relay_proc_connect(&relay), *b;

	(void)state;
	b = relay_proc_connect(&relay);
	assert_int_equal(raw_ping(a), 0);
	assert_int_equal(kill(relay.pid, SIGTERM), 0);
	assert_int_equal(closed_with(raw_ws(a)), 1001);
	assert_int_equal(closed_with(raw_ws(b)), 1001);
	raw_free(a);
	raw_free(b);
	assert_int_equal(relay_proc_stop(&relay, SIGTERM), 0);
	relay_proc_start(&relay);
}

static void
one_connection_too_many_is_told_503(void **state)
{
	struct relay_proc small;
	struct raw_target t = { 0 };
	struct raw *a, *b;
	struct raw_ws *w;
	int status = 0;

	(void)state;
	relay_proc_make(&small, "max_connections = 2\n");
	relay_proc_start(&small);
	a = relay_proc_connect(&small);
	b = relay_proc_connect(&small);
	raw_target(&t, &small.place);
	assert_int_equal(raw_ws_open(&w, &t, &status), RAW_HTTP);
	assert_int_equal(status, 503);
	raw_ws_free(w);
	assert_int_equal(raw_ping(a), 0);
	raw_bye(b);
	while (raw_ws_open(&w, &t, &status) != 0)
		relay_sleep_ms(10);	/* until it saw the other go */
	raw_ws_free(w);
	raw_bye(a);
	assert_int_equal(relay_proc_stop(&small, SIGTERM), 0);
	relay_proc_free(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broken_rules_close_with_their_code),
		cmocka_unit_test(messages_may_come_in_any_pieces),
		cmocka_unit_test(a_pipeline_is_answered_whole_and_in_order),
		cmocka_unit_test(what_follows_a_long_message_waits_for_it),
		cmocka_unit_test(a_client_that_never_reads_harms_nobody),
		cmocka_unit_test(a_stop_closes_with_1001),
		cmocka_unit_test(one_connection_too_many_is_told_503),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, start, stop);
}
