/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "nettest.h"

static const uint8_t no_pin[TACIT_HASH_LEN];

struct tacit_place
nettest_place(struct wsserver *s, const char *host)
{
	struct tacit_place p;

	memset(&p, 0, sizeof(p));
	(void)snprintf(p.host, sizeof(p.host), "%s", host);
	p.port = wsserver_port(s);
	wsserver_pin(s, p.pin);
	return p;
}

int
nettest_dial(struct net *n, uint32_t conn, const struct tacit_place *p)
{
	struct transport *t = net_transport(n);

	return t->ops->open(t, conn, p, no_pin);
}

int
nettest_send(struct net *n, uint32_t conn, const void *msg, size_t len)
{
	struct transport *t = net_transport(n);

	return t->ops->send(t, conn, msg, len);
}

void
nettest_hang_up(struct net *n, uint32_t conn)
{
	struct transport *t = net_transport(n);

	t->ops->close(t, conn);
}

uint64_t
nettest_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

struct net_event
nettest_next(struct net *n)
{
	uint64_t end = nettest_ms() + NETTEST_PATIENCE_MS;
	struct net_event ev;

	while (!net_next(n, &ev)) {
		if (nettest_ms() > end)
			fail_msg("no event within %d ms", NETTEST_PATIENCE_MS);
		net_step(n, 1000);
	}
	return ev;
}

struct net_event
nettest_poll(struct net *n)
{
	struct pollfd fd = { .fd = net_fd(n), .events = POLLIN };
	uint64_t end = nettest_ms() + NETTEST_PATIENCE_MS;
	struct net_event ev;

	while (!net_next(n, &ev)) {
		if (nettest_ms() > end)
			fail_msg("no event within %d ms", NETTEST_PATIENCE_MS);
		(void)poll(&fd, 1, net_timeout_ms(n));
		net_step(n, 0);
	}
	return ev;
}

int
nettest_expect(struct net *n, enum net_what what, uint32_t conn)
{
	struct net_event ev = nettest_next(n);

	assert_int_equal(ev.what, what);
	assert_int_equal(ev.conn, conn);
	free(ev.data);
	return ev.why;
}

void
nettest_expect_message(struct net *n, uint32_t conn, const void *msg,
    size_t len)
{
	struct net_event ev = nettest_next(n);

	assert_int_equal(ev.what, NET_MESSAGE);
	assert_int_equal(ev.conn, conn);
	assert_int_equal(ev.len, len);
	assert_memory_equal(ev.data, msg, len);
	free(ev.data);
}

unsigned
nettest_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}
