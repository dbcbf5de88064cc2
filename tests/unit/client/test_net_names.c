/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, proxies, and connections given up at any moment: a name server that
 * is silent holds nobody up, and with a proxy none is asked for the relay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "connectproxy.h"
#include "nameserver.h"
#include "nettest.h"

static const struct net_times short_times = { 300, 60, 90 };
static const struct net_times patient = { NETTEST_PATIENCE_MS, 60, 90 };

static void
wait_until_asked(struct net *n)
{
	while (nameserver_waiting() == 0)
		net_step(n, 5);
}

static void
a_silent_name_server_holds_nobody_up(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place lost = nettest_place(s, "silent.test");
	struct tacit_place p = nettest_place(s, "127.0.0.1");
	unsigned asked = nameserver_asked();
	struct net *n;
	uint32_t i;

	(void)state;
	nameserver_hold();
	assert_int_equal(net_open_timed(&n, NULL, &patient), 0);
	/* One lookup, and so one worker, however many want the name. */
	for (i = 1; i <= 20; i++)
		assert_int_equal(nettest_dial(n, i, &lost), 0);
	wait_until_asked(n);
	/* All this would never come to an end. */
	for (i = 0; i < 10; i++)
		net_step(n, 1);
	assert_int_equal(nettest_dial(n, 100, &p), 0);
	(void)nettest_expect(n, NET_OPEN, 100);
	for (i = 1; i <= 10; i++)
		nettest_hang_up(n, i);
	assert_int_equal(nameserver_asked() - asked, 1);
	nameserver_release();
	for (i = 11; i <= 20; i++)
		assert_int_equal(nettest_next(n).why, TACIT_E_UNREACHABLE);
	net_close(n);
	wsserver_stop(s);
}

static void
a_lookup_ends_with_the_time_to_connect(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place p = nettest_place(s, "silent.test");
	struct net *n;

	(void)state;
	nameserver_hold();
	assert_int_equal(net_open_timed(&n, NULL, &short_times), 0);
	assert_int_equal(nettest_dial(n, 1, &p), 0);
	assert_int_equal(nettest_expect(n, NET_CLOSED, 1),
	    TACIT_E_UNREACHABLE);
	assert_int_equal(nameserver_waiting(), 1);
	nameserver_release();
	net_close(n);
	wsserver_stop(s);
}

/* Until nothing of closed handles is left; only a defect waits for ever. */
static void
wait_for_descriptors(unsigned n)
{
	uint64_t end = nettest_ms() + NETTEST_PATIENCE_MS;
	struct net *other;

	do {
		if (nettest_ms() > end)
			fail_msg("%u descriptors, not %u", nettest_fds(), n);
		assert_int_equal(net_open(&other, NULL), 0);
		net_close(other);
	} while (nettest_fds() != n);
}

/*
 * The worker cannot be called back, but who closes does not wait for it; were
 * it otherwise, this would never end.  What it leaves is freed later, and
 * does not grow with the number of handles.
 */
static void
closing_waits_for_no_name_server(void **state)
{
	static const char *const one[] = { "127.0.0.1", NULL };
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place p = nettest_place(s, "silent.test");
	struct tacit_place good = nettest_place(s, "relay.addresses.test");
	unsigned before, one_left, i;
	struct net *n;

	(void)state;
	nameserver_answer(one);
	nameserver_release();
	/* The workers are there afterwards, and what libc keeps open. */
	assert_int_equal(net_open(&n, NULL), 0);
	assert_int_equal(nettest_dial(n, 1, &good), 0);
	(void)nettest_expect(n, NET_OPEN, 1);
	net_close(n);
	wsserver_stop(s);
	before = nettest_fds();
	nameserver_hold();
	for (i = 0; i < 50; i++) {
		assert_int_equal(net_open(&n, NULL), 0);
		assert_int_equal(nettest_dial(n, 1, &p), 0);
		if (i < 2)
			while (nameserver_waiting() != i + 1)
				net_step(n, 5);
		net_close(n);
		if (i == 0)
			one_left = nettest_fds() - before;
	}
	assert_int_equal(nameserver_waiting(), 2);
	assert_int_equal(nettest_fds() - before, 2 * one_left);
	print_message("left by one lookup that nobody waits for: "
	    "%u descriptors\n", one_left);
	nameserver_release();
	wait_for_descriptors(before);
}

static void
a_name_that_does_not_exist_is_unreachable(void **state)
{
	static const char *const hosts[] = {
		"missing.test", "", "[]", "[::1", "a..b", "-", "[missing.test]"
	};
	struct tacit_place p;
	struct net *n;
	uint32_t i;

	(void)state;
	memset(&p, 0, sizeof(p));
	p.port = 443;
	nameserver_release();
	assert_int_equal(net_open(&n, NULL), 0);
	for (i = 1; i <= sizeof(hosts) / sizeof(hosts[0]); i++) {
		(void)snprintf(p.host, sizeof(p.host), "%s", hosts[i - 1]);
		assert_int_equal(nettest_dial(n, i, &p), 0);
		assert_int_equal(nettest_expect(n, NET_CLOSED, i),
		    TACIT_E_UNREACHABLE);
	}
	net_close(n);
}

static void
addresses_are_tried_in_turn(void **state)
{
	static const char *const four[] = {
		"127.0.0.2", "127.0.0.3", "::1", "127.0.0.1", NULL
	};
	static const char *const wrong[] = { "127.0.0.2", "127.0.0.3", NULL };
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place p = nettest_place(s, "relay.addresses.test");
	char sni[64];
	struct net *n;

	(void)state;
	nameserver_answer(four);
	assert_int_equal(net_open(&n, NULL), 0);
	assert_int_equal(nettest_dial(n, 1, &p), 0);
	(void)nettest_expect(n, NET_OPEN, 1);
	wsserver_sni(s, sni, sizeof(sni));
	assert_string_equal(sni, "relay.addresses.test");
	nameserver_answer(wrong);
	assert_int_equal(nettest_dial(n, 2, &p), 0);
	assert_int_equal(nettest_expect(n, NET_CLOSED, 2),
	    TACIT_E_UNREACHABLE);
	net_close(n);
	wsserver_stop(s);
}

/* An address where somebody else listens silently takes only its share. */
static void
a_silent_address_takes_its_share_of_time(void **state)
{
	static const char *const two[] = { "127.0.0.2", "127.0.0.1", NULL };
	const struct net_times times = { 4000, 60, 90 };
	struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *s = wsserver_start(&o), *silent;
	struct tacit_place p = nettest_place(s, "relay.addresses.test");
	struct net *n;

	(void)state;
	o.act = WSS_SILENT;
	o.listen = "127.0.0.2";
	o.port = wsserver_port(s);
	assert_non_null(silent = wsserver_start(&o));
	nameserver_answer(two);
	assert_int_equal(net_open_timed(&n, NULL, &times), 0);
	assert_int_equal(nettest_dial(n, 1, &p), 0);
	(void)nettest_expect(n, NET_OPEN, 1);
	assert_int_equal(wsserver_accepted(silent), 1);
	net_close(n);
	wsserver_stop(silent);
	wsserver_stop(s);
}

/* After a wrong key no other address is tried: somebody is in between. */
static void
a_wrong_key_ends_the_search(void **state)
{
	static const char *const two[] = { "127.0.0.2", "127.0.0.1", NULL };
	struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *s = wsserver_start(&o), *other;
	struct tacit_place p = nettest_place(s, "relay.addresses.test");
	struct net *n;

	(void)state;
	o.listen = "127.0.0.2";
	o.port = wsserver_port(s);
	assert_non_null(other = wsserver_start(&o));
	nameserver_answer(two);
	assert_int_equal(net_open(&n, NULL), 0);
	assert_int_equal(nettest_dial(n, 1, &p), 0);
	assert_int_equal(nettest_expect(n, NET_CLOSED, 1), TACIT_E_PIN);
	assert_int_equal(wsserver_accepted(s), 0);
	assert_int_equal(wsserver_requests(other), 0);
	net_close(n);
	wsserver_stop(other);
	wsserver_stop(s);
}

/*
 * A name server may say that localhost is elsewhere.  0.0.0.0 is no loopback
 * address, though Linux would connect it to this very server.
 */
static void
plain_text_stays_whatever_names_say(void **state)
{
	static const char *const elsewhere[] = { "0.0.0.0", NULL };
	static const char *const both[] = { "0.0.0.0", "127.0.0.1", NULL };
	const struct wsserver_options o = { .act = WSS_ECHO, .plaintext = 1 };
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place p = nettest_place(s, "localhost");
	struct net *n;

	(void)state;
	p.flags = TACIT_LINK_PLAINTEXT;
	nameserver_also("localhost");
	nameserver_answer(elsewhere);
	assert_int_equal(net_open_timed(&n, NULL, &short_times), 0);
	assert_int_equal(nettest_dial(n, 1, &p), 0);
	assert_int_equal(nettest_expect(n, NET_CLOSED, 1),
	    TACIT_E_UNREACHABLE);
	nameserver_answer(both);
	assert_int_equal(nettest_dial(n, 2, &p), 0);
	(void)nettest_expect(n, NET_OPEN, 2);
	nameserver_also(NULL);
	net_close(n);
	wsserver_stop(s);
}

/* ---- proxies ------------------------------------------------------------ */

/* What became of one connection to ${host} through ${proxy}. */
static int
through(const char *proxy, struct wsserver *s, const char *host,
    const struct net_times *times)
{
	struct tacit_place p = nettest_place(s, host);
	struct net_event ev;
	struct net *n;

	assert_int_equal(net_open_timed(&n, proxy, times), 0);
	assert_int_equal(nettest_dial(n, 1, &p), 0);
	ev = nettest_next(n);
	if (ev.what == NET_OPEN) {
		assert_int_equal(nettest_send(n, 1, "hello", 5), 0);
		nettest_expect_message(n, 1, "hello", 5);
	}
	net_close(n);
	return ev.why;
}

#define TEN	"long.name."

static void
a_proxy_is_given_the_name(void **state)
{
	static const char *const hosts[] = {
		"relay.example", "127.0.0.9", "[2001:db8::1]",
		"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcd.onion",
		/* The longest that libwebsockets has room for: 113. */
		TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "abc"
	};
	static const enum connectproxy_act acts[] = {
		CONNECTPROXY_WORKS, CONNECTPROXY_HTTP10, CONNECTPROXY_SPLITS,
		CONNECTPROXY_CHATTY
	};
	const struct wsserver_options o = { .act = WSS_ECHO };
	const struct net_times times = NET_TIMES;
	char at[64], want[512], request[2048];
	unsigned asked = nameserver_asked();
	struct connectproxy *x;
	struct wsserver *s;
	size_t i;

	(void)state;
	(void)unsetenv("http_proxy");
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		s = wsserver_start(&o);
		x = connectproxy_start(acts[i % 4], wsserver_port(s));
		(void)snprintf(at, sizeof(at), "127.0.0.1:%u",
		    connectproxy_port(x));
		assert_int_equal(through(at, s, hosts[i], &times), 0);
		connectproxy_request(x, request, sizeof(request));
		(void)snprintf(want, sizeof(want), "CONNECT %s:%u HTTP/1.1\r\n",
		    hosts[i], wsserver_port(s));
		assert_memory_equal(request, want, strlen(want));
		connectproxy_stop(x);
		wsserver_stop(s);
	}
	/* Not even asked for. */
	assert_int_equal(nameserver_asked(), asked);
}

/* libwebsockets would send half of it, and the next header behind that. */
static void
a_name_without_room_is_not_sent(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	const struct net_times times = NET_TIMES;
	struct wsserver *s = wsserver_start(&o);
	struct connectproxy *x = connectproxy_start(CONNECTPROXY_WORKS,
	    wsserver_port(s));
	char at[64], request[64];

	(void)state;
	(void)snprintf(at, sizeof(at), "127.0.0.1:%u", connectproxy_port(x));
	assert_int_equal(through(at, s, TEN TEN TEN TEN TEN TEN TEN TEN TEN
	    TEN TEN TEN, &times), TACIT_E_UNREACHABLE);
	connectproxy_request(x, request, sizeof(request));
	assert_string_equal(request, "");
	connectproxy_stop(x);
	wsserver_stop(s);
}

static void
a_proxys_own_name_is_looked_up(void **state)
{
	static const char *const two[] = { "127.0.0.2", "127.0.0.1", NULL };
	const struct wsserver_options o = { .act = WSS_ECHO };
	const struct net_times times = NET_TIMES;
	struct wsserver *s = wsserver_start(&o);
	struct connectproxy *x = connectproxy_start(CONNECTPROXY_WORKS,
	    wsserver_port(s));
	unsigned asked = nameserver_asked();
	char at[64];

	(void)state;
	nameserver_answer(two);
	(void)snprintf(at, sizeof(at), "proxy.addresses.test:%u",
	    connectproxy_port(x));
	assert_int_equal(through(at, s, "relay.example", &times), 0);
	assert_int_equal(nameserver_asked() - asked, 1);
	connectproxy_stop(x);
	wsserver_stop(s);
}

/* The relay is on this machine and would be reached without the proxy. */
static void
nothing_goes_round_a_proxy(void **state)
{
	static const struct {
		enum connectproxy_act act;
		const struct net_times times;
	} bad[] = {
		{ CONNECTPROXY_REFUSES, NET_TIMES },
		{ CONNECTPROXY_CUTS, NET_TIMES },
		{ CONNECTPROXY_ENDLESS, NET_TIMES },
		{ CONNECTPROXY_GARBAGE, NET_TIMES },
		{ CONNECTPROXY_DRIPS, { 300, 60, 90 } },
		{ CONNECTPROXY_SILENT, { 300, 60, 90 } },
	};
	const struct wsserver_options o = { .act = WSS_ECHO };
	const struct net_times times = NET_TIMES;
	struct wsserver *s = wsserver_start(&o);
	struct connectproxy *x;
	char at[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		x = connectproxy_start(bad[i].act, wsserver_port(s));
		(void)snprintf(at, sizeof(at), "127.0.0.1:%u",
		    connectproxy_port(x));
		assert_int_equal(through(at, s, "127.0.0.1", &bad[i].times),
		    TACIT_E_UNREACHABLE);
		connectproxy_stop(x);
	}
	/* Nobody listens at the proxy's port any more. */
	assert_int_equal(through(at, s, "127.0.0.1", &times),
	    TACIT_E_UNREACHABLE);
	assert_int_equal(through("missing.test:1", s, "127.0.0.1", &times),
	    TACIT_E_UNREACHABLE);
	assert_int_equal(wsserver_requests(s), 0);
	wsserver_stop(s);
}

static void
the_environment_names_no_proxy(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	const struct net_times times = NET_TIMES;
	struct wsserver *s = wsserver_start(&o);

	(void)state;
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(through(NULL, s, "127.0.0.1", &times), 0);
	assert_int_equal(unsetenv("http_proxy"), 0);
	wsserver_stop(s);
}

static void
a_pin_holds_through_a_proxy(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	const struct net_times times = NET_TIMES;
	struct wsserver *s = wsserver_start(&o), *other = wsserver_start(&o);
	struct connectproxy *x = connectproxy_start(CONNECTPROXY_WORKS,
	    wsserver_port(other));
	char at[64];

	(void)state;
	(void)snprintf(at, sizeof(at), "127.0.0.1:%u", connectproxy_port(x));
	assert_int_equal(through(at, s, "relay.example", &times), TACIT_E_PIN);
	assert_int_equal(wsserver_requests(other), 0);
	connectproxy_stop(x);
	wsserver_stop(other);
	wsserver_stop(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silent_name_server_holds_nobody_up),
		cmocka_unit_test(a_lookup_ends_with_the_time_to_connect),
		cmocka_unit_test(closing_waits_for_no_name_server),
		cmocka_unit_test(a_name_that_does_not_exist_is_unreachable),
		cmocka_unit_test(addresses_are_tried_in_turn),
		cmocka_unit_test(a_silent_address_takes_its_share_of_time),
		cmocka_unit_test(a_wrong_key_ends_the_search),
		cmocka_unit_test(plain_text_stays_whatever_names_say),
		cmocka_unit_test(a_proxy_is_given_the_name),
		cmocka_unit_test(a_name_without_room_is_not_sent),
		cmocka_unit_test(a_proxys_own_name_is_looked_up),
		cmocka_unit_test(nothing_goes_round_a_proxy),
		cmocka_unit_test(the_environment_names_no_proxy),
		cmocka_unit_test(a_pin_holds_through_a_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
