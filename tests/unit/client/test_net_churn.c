/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections given up at random moments, and relays that send noise: nothing
 * crashes, hangs, leaks a descriptor or follows a close.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nettest.h"

enum { ROUNDS = 300, AT_ONCE = 8 };

static uint64_t
seed_of_run(void)
{
	const char *text = getenv("TACIT_SEED");
	uint64_t seed = text != NULL ? strtoull(text, NULL, 10) :
	    nettest_ms();

	print_message("TACIT_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

static uint32_t
draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

static const struct wsserver_options kinds[] = {
	{ .act = WSS_ECHO },
	{ .act = WSS_BURST, .burst = 200, .burst_len = 900 },
	{ .act = WSS_SILENT },
	{ .act = WSS_CUT_HELLO },
	{ .act = WSS_MUTE },
	{ .act = WSS_LEAVE, .together = 1 },
	{ .act = WSS_DEAF },
	{ .act = WSS_OVERSIZE_PIECES },
	{ .act = WSS_404 },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* Take what came; no event may be of a connection that was closed. */
static void
take(struct net *n, const uint8_t *open)
{
	struct net_event ev;

	while (net_next(n, &ev)) {
		assert_true(open[ev.conn]);
		free(ev.data);
	}
}

static void
churn(struct net *n, const struct tacit_place *places, uint64_t *seed)
{
	static const uint8_t big[60000];
	uint8_t open[ROUNDS + 1] = { 0 };
	uint32_t i, k, victim;

	for (i = 1; i <= ROUNDS; i++) {
		assert_int_equal(nettest_dial(n, i,
		    &places[draw(seed, KINDS)]), 0);
		open[i] = 1;
		for (k = draw(seed, 6); k > 0; k--)
			net_step(n, (int)draw(seed, 3));
		/* WAIT and STATE are as good as 0 here. */
		(void)nettest_send(n, 1 + draw(seed, i), big,
		    1 + draw(seed, sizeof(big)));
		if (draw(seed, 3) > 0)
			take(n, open);
		victim = i < AT_ONCE ? 0 : i - draw(seed, AT_ONCE);
		if (victim > 0 && open[victim]) {
			nettest_hang_up(n, victim);
			open[victim] = 0;
		}
		if (i > AT_ONCE && open[i - AT_ONCE]) {
			nettest_hang_up(n, i - AT_ONCE);
			open[i - AT_ONCE] = 0;
		}
	}
}

static void
any_moment_is_good_to_give_up(void **state)
{
	uint64_t seed = seed_of_run();
	struct tacit_place places[KINDS];
	struct wsserver *s[KINDS];
	unsigned before;
	struct net *n;
	size_t i;

	(void)state;
	/* What libraries open once and keep is open after this. */
	assert_int_equal(net_open(&n, NULL), 0);
	net_close(n);
	before = nettest_fds();
	for (i = 0; i < KINDS; i++) {
		assert_non_null(s[i] = wsserver_start(&kinds[i]));
		places[i] = nettest_place(s[i], "127.0.0.1");
	}
	places[KINDS - 1].pin[7] ^= 1;
	assert_int_equal(net_open(&n, NULL), 0);
	churn(n, places, &seed);
	net_close(n);
	for (i = 0; i < KINDS; i++)
		wsserver_stop(s[i]);
	assert_int_equal(nettest_fds(), before);
}

/* Handles come and go, each with something under way. */
static void
any_moment_is_good_to_close(void **state)
{
	const struct wsserver_options o = {
		.act = WSS_BURST, .burst = 50, .burst_len = 3000
	};
	uint64_t seed = seed_of_run();
	struct wsserver *s;
	struct tacit_place p;
	unsigned before, i, k;
	struct net *n;

	(void)state;
	before = nettest_fds();
	assert_non_null(s = wsserver_start(&o));
	for (i = 0; i < 60; i++) {
		p = nettest_place(s, draw(&seed, 2) ? "localhost" : "127.0.0.1");
		assert_int_equal(net_open(&n, NULL), 0);
		assert_int_equal(nettest_dial(n, 1, &p), 0);
		assert_int_equal(nettest_dial(n, 2, &p), 0);
		for (k = draw(&seed, 12); k > 0; k--)
			net_step(n, (int)draw(&seed, 2));
		net_close(n);
	}
	wsserver_stop(s);
	assert_int_equal(nettest_fds(), before);
}

/*
 * A relay with the right key that sends noise after the upgrade: frames of
 * random kind and length, cut anywhere.  Each ends in NET_CLOSED.
 */
static void
noise_ends_in_closed(void **state)
{
	uint64_t seed = seed_of_run();
	struct wsserver_options o = { .act = WSS_NOISE };
	struct tacit_place p;
	struct net_event ev;
	struct wsserver *s;
	struct net *n;
	int i;

	(void)state;
	assert_int_equal(net_open(&n, NULL), 0);
	for (i = 1; i <= 150; i++) {
		o.noise = (uint64_t)draw(&seed, UINT32_MAX);
		o.together = draw(&seed, 2) > 0;
		o.plaintext = draw(&seed, 4) == 0;
		assert_non_null(s = wsserver_start(&o));
		p = nettest_place(s, "127.0.0.1");
		p.flags = o.plaintext ? TACIT_LINK_PLAINTEXT : 0;
		assert_int_equal(nettest_dial(n, (uint32_t)i, &p), 0);
		do {
			ev = nettest_next(n);
			assert_int_equal(ev.conn, i);
			assert_true(ev.len <= TACIT_MESSAGE_MAX);
			free(ev.data);
		} while (ev.what != NET_CLOSED);
		wsserver_stop(s);
	}
	net_close(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_moment_is_good_to_give_up),
		cmocka_unit_test(any_moment_is_good_to_close),
		cmocka_unit_test(noise_ends_in_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
