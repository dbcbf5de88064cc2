/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Relays that are not what they should be: each ends in NET_CLOSED with one
 * named reason, before NET_OPEN unless the fault comes after it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "nettest.h"

/* Only what never comes is waited for briefly. */
static const struct net_times patient = { 20000, 60, 90 };
static const struct net_times impatient = { 400, 60, 90 };
static const struct net_times watchful = { 20000, 1, 2 };
static const uint8_t zeros[TACIT_HASH_LEN];

static const struct {
	const char *name;
	enum wsserver_act act;
	int plaintext;
	int opens;			/* NET_OPEN comes first */
	int why;
	const struct net_times *times;
} cases[] = {
	{ "silent TCP", WSS_SILENT, 0, 0, TACIT_E_UNREACHABLE, &impatient },
	{ "closes at once", WSS_CUT, 0, 0, TACIT_E_UNREACHABLE, &patient },
	{ "closes in the handshake", WSS_CUT_HELLO, 0, 0,
	    TACIT_E_UNREACHABLE, &patient },
	{ "is no TLS server", WSS_GARBAGE, 0, 0,
	    TACIT_E_UNREACHABLE, &patient },
	{ "TLS 1.2 only", WSS_TLS12, 0, 0, TACIT_E_UNREACHABLE, &patient },
	{ "no answer to GET", WSS_MUTE, 0, 0,
	    TACIT_E_UNREACHABLE, &impatient },
	{ "closes instead of answering", WSS_CUT_GET, 0, 0,
	    TACIT_E_UNREACHABLE, &patient },
	{ "404", WSS_404, 0, 0, TACIT_E_UNREACHABLE, &patient },
	{ "404, plain", WSS_404, 1, 0, TACIT_E_UNREACHABLE, &patient },
	{ "no subprotocol", WSS_NO_PROTOCOL, 0, 0,
	    TACIT_E_UNREACHABLE, &patient },
	{ "other subprotocol", WSS_WRONG_PROTOCOL, 0, 0,
	    TACIT_E_UNREACHABLE, &patient },
	{ "wrong accept key", WSS_WRONG_ACCEPT, 0, 0,
	    TACIT_E_UNREACHABLE, &patient },
	{ "an extension not asked for", WSS_EXTENSION, 0, 0,
	    TACIT_E_UNREACHABLE, &patient },
	{ "silent TCP, plain", WSS_SILENT, 1, 0,
	    TACIT_E_UNREACHABLE, &impatient },
	{ "leaves", WSS_LEAVE, 0, 1, TACIT_E_UNREACHABLE, &patient },
	{ "drops the connection", WSS_CUT_OPEN, 0, 1,
	    TACIT_E_UNREACHABLE, &patient },
	{ "text message", WSS_TEXT, 0, 1, TACIT_E_FRAME, &patient },
	{ "one byte too long", WSS_OVERSIZE, 0, 1, TACIT_E_LIMIT, &patient },
	{ "too long in pieces", WSS_OVERSIZE_PIECES, 0, 1,
	    TACIT_E_LIMIT, &patient },
	{ "announces 2^62 bytes", WSS_HUGE, 0, 1, TACIT_E_LIMIT, &patient },
	{ "reserved opcode", WSS_BAD_OPCODE, 0, 1,
	    TACIT_E_UNREACHABLE, &patient },
	{ "never reads or answers", WSS_DEAF, 0, 1,
	    TACIT_E_UNREACHABLE, &watchful },
};

/* With ${together} good messages may be shown before the fault is found. */
static int
reason(struct net *n, int opens)
{
	struct net_event ev;

	if (opens)
		(void)nettest_expect(n, NET_OPEN, 1);
	while ((ev = nettest_next(n)).what == NET_MESSAGE)
		free(ev.data);
	assert_int_equal(ev.what, NET_CLOSED);
	return ev.why;
}

static void
try_fault(size_t i, int together)
{
	const struct wsserver_options o = {
		.act = cases[i].act, .plaintext = cases[i].plaintext,
		.together = together
	};
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place p = nettest_place(s, "127.0.0.1");
	struct net *n;

	if (o.plaintext)
		p.flags = TACIT_LINK_PLAINTEXT;
	assert_int_equal(net_open_timed(&n, NULL, cases[i].times), 0);
	assert_int_equal(nettest_dial(n, 1, &p), 0);
	assert_int_equal(reason(n, cases[i].opens), cases[i].why);
	assert_int_equal(nettest_send(n, 1, "x", 1), TACIT_E_STATE);
	net_close(n);
	wsserver_stop(s);
}

static void
each_fault_has_its_reason(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].name);
		try_fault(i, 0);
		try_fault(i, 1);
	}
}

static int
refused(const struct tacit_place *p, const uint8_t next_pin[TACIT_HASH_LEN])
{
	struct transport *t;
	struct net_event ev;
	struct net *n;

	assert_int_equal(net_open(&n, NULL), 0);
	t = net_transport(n);
	assert_int_equal(t->ops->open(t, 1, p, next_pin), 0);
	ev = nettest_next(n);
	net_close(n);
	return ev.what == NET_CLOSED ? ev.why : 0;
}

/* The relay's answer to a wrong pin is not even asked for. */
static void
only_a_pinned_key_is_spoken_to(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place right = nettest_place(s, "127.0.0.1"), p = right;
	size_t bit;

	(void)state;
	for (bit = 0; bit < 256; bit += 37) {
		p = right;
		p.pin[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(refused(&p, zeros), TACIT_E_PIN);
		assert_int_equal(refused(&p, p.pin), TACIT_E_PIN);
	}
	memset(p.pin, 0, sizeof(p.pin));
	assert_int_equal(refused(&p, zeros), TACIT_E_PIN);
	assert_int_equal(wsserver_requests(s), 0);

	assert_int_equal(refused(&p, right.pin), 0);
	p.pin[0] ^= 1;
	assert_int_equal(refused(&p, right.pin), 0);
	assert_int_equal(refused(&right, p.pin), 0);
	assert_int_equal(wsserver_requests(s), 3);
	wsserver_stop(s);
}

/* Name and time of a pinned certificate do not count. */
static void
a_pin_needs_no_name(void **state)
{
	const struct wsserver_options o = {
		.act = WSS_ECHO, .name = "elsewhere.example", .expired = 1
	};
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place p = nettest_place(s, "127.0.0.1");

	(void)state;
	assert_int_equal(refused(&p, zeros), 0);
	wsserver_stop(s);
}

static const struct {
	const char *certificate;
	const char *host;
	int expired, trusted, why;
} webpki[] = {
	{ "localhost", "localhost", 0, 1, 0 },
	{ "127.0.0.1", "127.0.0.1", 0, 1, 0 },
	{ "*.example", "localhost", 0, 1, TACIT_E_PIN },
	{ "localhos", "localhost", 0, 1, TACIT_E_PIN },
	{ "localhost", "127.0.0.1", 0, 1, TACIT_E_PIN },
	{ "localhost", "localhost", 1, 1, TACIT_E_PIN },
	{ "localhost", "localhost", 0, 0, TACIT_E_PIN },
};

static void
webpki_needs_trust_name_and_time(void **state)
{
	char trusted[] = "/tmp/tacit-test-XXXXXX";
	char other[] = "/tmp/tacit-test-XXXXXX";
	struct tacit_place p;
	struct wsserver *s;
	size_t i;

	(void)state;
	(void)close(mkstemp(trusted));
	(void)close(mkstemp(other));
	for (i = 0; i < sizeof(webpki) / sizeof(webpki[0]); i++) {
		const struct wsserver_options o = {
			.act = WSS_ECHO, .name = webpki[i].certificate,
			.expired = webpki[i].expired,
			.certificate_file = trusted
		};

		assert_non_null(s = wsserver_start(&o));
		assert_int_equal(setenv("SSL_CERT_FILE",
		    webpki[i].trusted ? trusted : other, 1), 0);
		p = nettest_place(s, webpki[i].host);
		p.flags = TACIT_LINK_WEBPKI;
		/* A pin that fits does not help. */
		assert_int_equal(refused(&p, p.pin), webpki[i].why);
		assert_int_equal(wsserver_requests(s), webpki[i].why == 0);
		wsserver_stop(s);
	}
	(void)unsetenv("SSL_CERT_FILE");
	(void)unlink(trusted);
	(void)unlink(other);
}

static void
plain_text_stays_on_the_machine(void **state)
{
	static const char *const hosts[] = {
		"192.0.2.1", "relay.example", "[2001:db8::1]", "127.0.0.1.nip",
		"localhost.example", "0.0.0.0", "[::]", ""
	};
	struct tacit_place p;
	struct net *n;
	size_t i;

	(void)state;
	memset(&p, 0, sizeof(p));
	p.flags = TACIT_LINK_PLAINTEXT;
	p.port = 1;
	assert_int_equal(net_open(&n, NULL), 0);
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		(void)snprintf(p.host, sizeof(p.host), "%s", hosts[i]);
		assert_int_equal(nettest_dial(n, 1, &p), TACIT_E_PLAINTEXT);
	}
	net_close(n);
	/* A proxy would carry it elsewhere. */
	(void)snprintf(p.host, sizeof(p.host), "127.0.0.1");
	assert_int_equal(net_open(&n, "127.0.0.1:1"), 0);
	assert_int_equal(nettest_dial(n, 1, &p), TACIT_E_PLAINTEXT);
	net_close(n);
}

/* A redirect is not followed: the place that was named is the place. */
static void
no_redirect_is_followed(void **state)
{
	struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *there = wsserver_start(&o), *here;
	char url[64];
	struct tacit_place p;

	(void)state;
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/v1",
	    wsserver_port(there));
	o.act = WSS_REDIRECT;
	o.redirect = url;
	here = wsserver_start(&o);
	p = nettest_place(here, "127.0.0.1");
	wsserver_pin(there, p.pin);
	{
		uint8_t next[TACIT_HASH_LEN];

		wsserver_pin(here, next);
		assert_int_equal(refused(&p, next), TACIT_E_UNREACHABLE);
	}
	assert_int_equal(wsserver_requests(here), 1);
	assert_int_equal(wsserver_accepted(there), 0);
	wsserver_stop(here);
	wsserver_stop(there);
}

/* A port where nobody listens: refused at once, many times, without a trace. */
static void
a_closed_port_leaves_nothing_behind(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place p = nettest_place(s, "127.0.0.1");
	struct net *n;
	unsigned before, i;

	(void)state;
	wsserver_stop(s);
	assert_int_equal(net_open(&n, NULL), 0);
	net_step(n, 0);
	before = nettest_fds();
	for (i = 1; i <= 300; i++) {
		assert_int_equal(nettest_dial(n, i, &p), 0);
		assert_int_equal(nettest_expect(n, NET_CLOSED, i),
		    TACIT_E_UNREACHABLE);
	}
	net_step(n, 0);
	assert_int_equal(nettest_fds(), before);
	net_close(n);
}

static void
a_bad_proxy_is_refused(void **state)
{
	static const char *const bad[] = {
		"", ":", "host", "host:", ":80", "host:0", "host:65536",
		"host:123456", "host:80x", "host:-1", "host: 80", "ho st:80",
		"user@host:80", "http://host:80", "host/:80", "[::1:80",
		"::1]:80", "[g::1]:80", "[]x:80", "ho\r\nst:80", "h\303\266st:80"
	};
	struct net *n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(net_open(&n, bad[i]), TACIT_E_INVALID);
		assert_null(n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_has_its_reason),
		cmocka_unit_test(only_a_pinned_key_is_spoken_to),
		cmocka_unit_test(a_pin_needs_no_name),
		cmocka_unit_test(webpki_needs_trust_name_and_time),
		cmocka_unit_test(plain_text_stays_on_the_machine),
		cmocka_unit_test(no_redirect_is_followed),
		cmocka_unit_test(a_closed_port_leaves_nothing_behind),
		cmocka_unit_test(a_bad_proxy_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
