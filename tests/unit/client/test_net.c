/* SPDX-License-Identifier: Apache-2.0 */
/* A well-behaved relay: what goes in comes out, whole and in order. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nettest.h"

/* A server of the kind ${act}, a handle, and connection 1, open. */
struct fixture {
	struct wsserver *s;
	struct tacit_place place;
	struct net *n;
};

static struct fixture
up(const struct wsserver_options *o, const char *host)
{
	struct fixture f;

	f.s = wsserver_start(o);
	assert_non_null(f.s);
	f.place = nettest_place(f.s, host);
	if (o->plaintext)
		f.place.flags = TACIT_LINK_PLAINTEXT;
	assert_int_equal(net_open(&f.n, NULL), 0);
	assert_int_equal(nettest_dial(f.n, 1, &f.place), 0);
	(void)nettest_expect(f.n, NET_OPEN, 1);
	return f;
}

static void
down(struct fixture *f)
{
	net_close(f->n);
	wsserver_stop(f->s);
}

static void
a_message_comes_back(void **state)
{
	static const struct wsserver_options o[] = {
		{ .act = WSS_ECHO }, { .act = WSS_ECHO, .plaintext = 1 }
	};
	struct fixture f;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		f = up(&o[i], "127.0.0.1");
		assert_int_equal(nettest_send(f.n, 1, "hello", 5), 0);
		nettest_expect_message(f.n, 1, "hello", 5);
		down(&f);
	}
}

static void
ipv6_is_reached(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO, .listen = "::1" };
	struct fixture f = up(&o, "[::1]");
	char request[4096], host[64], sni[64];

	(void)state;
	(void)snprintf(host, sizeof(host), "\r\nHost: [::1]:%u\r\n",
	    f.place.port);
	wsserver_request(f.s, request, sizeof(request));
	assert_non_null(strstr(request, host));
	wsserver_sni(f.s, sni, sizeof(sni));
	assert_string_equal(sni, "");
	down(&f);
}

static void
the_request_is_the_protocols(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct fixture f = up(&o, "localhost");
	char request[4096], text[64];

	(void)state;
	wsserver_request(f.s, request, sizeof(request));
	assert_memory_equal(request, "GET /v1 HTTP/1.1\r\n", 18);
	(void)snprintf(text, sizeof(text), "\r\nHost: localhost:%u\r\n",
	    f.place.port);
	assert_non_null(strstr(request, text));
	assert_non_null(strstr(request,
	    "\r\nSec-WebSocket-Protocol: tacit.1\r\n"));
	assert_non_null(strstr(request, "\r\nSec-WebSocket-Version: 13\r\n"));
	assert_null(strstr(request, "Sec-WebSocket-Extensions"));
	wsserver_sni(f.s, text, sizeof(text));
	assert_string_equal(text, "localhost");
	wsserver_alpn(f.s, text, sizeof(text));
	assert_string_equal(text, "http/1.1");
	down(&f);
}

static void
fragments_become_one_message(void **state)
{
	const struct wsserver_options o = { .act = WSS_FRAGMENTS };
	struct fixture f = up(&o, "127.0.0.1");

	(void)state;
	nettest_expect_message(f.n, 1, "one two three", 13);
	down(&f);
}

static void
the_largest_message_is_taken(void **state)
{
	const struct wsserver_options o = { .act = WSS_LARGEST };
	struct fixture f = up(&o, "127.0.0.1");
	uint8_t *zeros = calloc(1, TACIT_MESSAGE_MAX);

	(void)state;
	assert_non_null(zeros);
	nettest_expect_message(f.n, 1, zeros, TACIT_MESSAGE_MAX);
	free(zeros);
	down(&f);
}

/* What comes in the same TLS record as the answer is not lost. */
static void
the_first_messages_may_come_with_the_answer(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO, .together = 1 };
	static const uint8_t good[2048];
	struct fixture f = up(&o, "127.0.0.1");
	int i;

	(void)state;
	for (i = 0; i < 20; i++)
		nettest_expect_message(f.n, 1, good, sizeof(good));
	down(&f);
}

static void
an_empty_message_is_a_message(void **state)
{
	const struct wsserver_options o = {
		.act = WSS_BURST, .burst = 1, .burst_len = 0
	};
	struct fixture f = up(&o, "127.0.0.1");

	(void)state;
	nettest_expect_message(f.n, 1, "", 0);
	down(&f);
}

static void
expect_burst(struct net *n, size_t count, size_t len)
{
	struct net_event ev;
	size_t i;

	for (i = 0; i < count; i++) {
		ev = nettest_next(n);
		assert_int_equal(ev.what, NET_MESSAGE);
		assert_int_equal(ev.len, len);
		assert_int_equal(ev.data[0], i & 255);
		assert_int_equal(ev.data[len - 1], i & 255);
		free(ev.data);
	}
}

/*
 * The burst is many times what may wait, so reading stops and starts again;
 * in between lies data in every buffer there is, and nothing more arrives
 * that would wake anybody.
 */
static void
a_burst_arrives_whole_and_in_order(void **state)
{
	static const struct {
		size_t n, len;
		int plaintext;
	} cases[] = {
		{ 2000, 100, 0 }, { 200, 3000, 0 }, { 40, 65000, 0 },
		{ 2000, 100, 1 }, { 40, 65000, 1 }, { 3000, 1, 0 }
	};
	struct fixture f;
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct wsserver_options o = {
			.act = WSS_BURST, .burst = cases[i].n,
			.burst_len = cases[i].len,
			.plaintext = cases[i].plaintext
		};

		f = up(&o, "127.0.0.1");
		/* A host that steps and takes nothing. */
		for (k = 0; k < 200; k++)
			net_step(f.n, 0);
		expect_burst(f.n, cases[i].n, cases[i].len);
		assert_int_equal(nettest_send(f.n, 1, "x", 1), 0);
		nettest_expect_message(f.n, 1, "x", 1);
		down(&f);
	}
}

/* What waits for the host is bounded, and so is the memory for it. */
static void
what_waits_is_bounded(void **state)
{
	const struct wsserver_options o = {
		.act = WSS_BURST, .burst = 1000, .burst_len = 100
	};
	struct fixture f = up(&o, "127.0.0.1");
	struct net_event ev;
	size_t n = 0;
	int k;

	(void)state;
	for (k = 0; k < 500; k++)
		net_step(f.n, 0);
	while (net_next(f.n, &ev)) {
		free(ev.data);
		n++;
	}
	assert_in_range(n, 64, 300);
	down(&f);
}

static void
send_has_limits(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct fixture f = up(&o, "127.0.0.1");
	uint8_t *big = calloc(1, TACIT_MESSAGE_MAX + 1);
	size_t sent = 0, i;
	int rc;

	(void)state;
	assert_non_null(big);
	assert_int_equal(nettest_send(f.n, 1, big, TACIT_MESSAGE_MAX + 1),
	    TACIT_E_LIMIT);
	assert_int_equal(nettest_send(f.n, 2, big, 1), TACIT_E_STATE);
	while ((rc = nettest_send(f.n, 1, big, TACIT_MESSAGE_MAX)) == 0)
		sent++;
	assert_int_equal(rc, TACIT_E_WAIT);
	assert_int_equal(sent, 2);
	for (i = 0; i < sent; i++)
		nettest_expect_message(f.n, 1, big, TACIT_MESSAGE_MAX);
	assert_int_equal(nettest_send(f.n, 1, "x", 1), 0);
	nettest_expect_message(f.n, 1, "x", 1);
	free(big);
	down(&f);
}

static void
connections_are_apart(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct fixture f = up(&o, "127.0.0.1");
	uint32_t i, seen = 0;
	struct net_event ev;

	(void)state;
	for (i = 2; i <= 20; i++)
		assert_int_equal(nettest_dial(f.n, i, &f.place), 0);
	for (i = 2; i <= 20; i++)
		assert_int_equal(nettest_next(f.n).what, NET_OPEN);
	for (i = 1; i <= 20; i++)
		assert_int_equal(nettest_send(f.n, i, &i, sizeof(i)), 0);
	for (i = 1; i <= 20; i++) {
		ev = nettest_next(f.n);
		assert_int_equal(ev.what, NET_MESSAGE);
		assert_int_equal(ev.len, sizeof(i));
		assert_memory_equal(ev.data, &ev.conn, sizeof(ev.conn));
		seen |= UINT32_C(1) << ev.conn;
		free(ev.data);
	}
	assert_int_equal(seen, 0x1ffffe);
	down(&f);
}

static void
nothing_follows_close(void **state)
{
	const struct wsserver_options o = {
		.act = WSS_BURST, .burst = 5, .burst_len = 10
	};
	struct fixture f = up(&o, "127.0.0.1");
	struct net_event ev;
	int k;

	(void)state;
	free(nettest_next(f.n).data);
	nettest_hang_up(f.n, 1);
	nettest_hang_up(f.n, 1);
	nettest_hang_up(f.n, 77);
	for (k = 0; k < 20; k++)
		net_step(f.n, 5);
	assert_int_equal(net_next(f.n, &ev), 0);
	assert_int_equal(nettest_send(f.n, 1, "x", 1), TACIT_E_STATE);
	down(&f);
}

/* The way of a host with a loop of its own: poll, then step without wait. */
static void
one_descriptor_is_enough(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place p = nettest_place(s, "localhost");
	struct net_event ev;
	struct net *n;
	int i;

	(void)state;
	assert_int_equal(net_open(&n, NULL), 0);
	assert_int_equal(nettest_dial(n, 1, &p), 0);
	ev = nettest_poll(n);
	assert_int_equal(ev.what, NET_OPEN);
	for (i = 0; i < 20; i++) {
		assert_int_equal(nettest_send(n, 1, &i, sizeof(i)), 0);
		ev = nettest_poll(n);
		assert_int_equal(ev.what, NET_MESSAGE);
		assert_memory_equal(ev.data, &i, sizeof(i));
		free(ev.data);
	}
	net_close(n);
	wsserver_stop(s);
}

static void *
wake(void *n)
{
	net_wake(n);
	return NULL;
}

static void
wake_ends_a_step(void **state)
{
	struct net *n;
	pthread_t t;

	(void)state;
	assert_int_equal(net_open(&n, NULL), 0);
	assert_int_equal(pthread_create(&t, NULL, wake, n), 0);
	/* The test's own time limit is far below this. */
	net_step(n, 3600 * 1000);
	assert_int_equal(pthread_join(t, NULL), 0);
	net_close(n);
}

static void *
talk(void *arg)
{
	struct tacit_place *p = arg;
	struct net *n;
	uint32_t i;

	if (net_open(&n, NULL) != 0)
		return arg;
	for (i = 1; i <= 10; i++) {
		if (nettest_dial(n, i, p) != 0)
			return arg;
		(void)nettest_expect(n, NET_OPEN, i);
		if (nettest_send(n, i, &i, sizeof(i)) != 0)
			return arg;
		nettest_expect_message(n, i, &i, sizeof(i));
		nettest_hang_up(n, i);
	}
	net_close(n);
	return NULL;
}

static void
handles_are_independent(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place p = nettest_place(s, "127.0.0.1");
	pthread_t t[4];
	void *failed;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, talk, &p), 0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(t[i], &failed), 0);
		assert_null(failed);
	}
	wsserver_stop(s);
}

/* The server answers pings; an idle connection outlives them. */
static void
an_idle_connection_stays(void **state)
{
	const struct net_times times = { 10000, 1, 2 };
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place p = nettest_place(s, "127.0.0.1");
	struct net_event ev;
	struct net *n;

	(void)state;
	assert_int_equal(net_open_timed(&n, NULL, &times), 0);
	assert_int_equal(nettest_dial(n, 1, &p), 0);
	(void)nettest_expect(n, NET_OPEN, 1);
	while (wsserver_pings(s) < 3) {
		net_step(n, 100);
		assert_int_equal(net_next(n, &ev), 0);
	}
	assert_int_equal(nettest_send(n, 1, "x", 1), 0);
	nettest_expect_message(n, 1, "x", 1);
	net_close(n);
	wsserver_stop(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_comes_back),
		cmocka_unit_test(ipv6_is_reached),
		cmocka_unit_test(the_request_is_the_protocols),
		cmocka_unit_test(fragments_become_one_message),
		cmocka_unit_test(the_largest_message_is_taken),
		cmocka_unit_test(the_first_messages_may_come_with_the_answer),
		cmocka_unit_test(an_empty_message_is_a_message),
		cmocka_unit_test(a_burst_arrives_whole_and_in_order),
		cmocka_unit_test(what_waits_is_bounded),
		cmocka_unit_test(send_has_limits),
		cmocka_unit_test(connections_are_apart),
		cmocka_unit_test(nothing_follows_close),
		cmocka_unit_test(one_descriptor_is_enough),
		cmocka_unit_test(wake_ends_a_step),
		cmocka_unit_test(handles_are_independent),
		cmocka_unit_test(an_idle_connection_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
