/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One source gets its connections and no more, whatever salt is in use, and
 * takes none of another's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sodium.h>

#include "source.h"

enum { START_MS = 5000, MANY = 40 };

static const struct source_limits limits = {
	.open = 8, .unfinished = 4, .per_second = 2, .all_unfinished = 12,
	.handshake_ms = 10000
};

/* A wire is where it comes from: one byte of address. */
static uint8_t wires[256];

static size_t
address(void *wire, uint8_t ip[SOURCE_IP_MAX])
{
	memset(ip, 0, 4);
	ip[3] = (uint8_t)((uint8_t *)wire - wires);
	return 4;
}

/* Those from 200 on say nothing. */
static int
is_silent(void *wire)
{
	return (uint8_t *)wire - wires >= 200;
}

static const struct source_wire io = { address, is_silent };

static struct guest *
come(struct sources *s, uint8_t from, uint64_t now_ms)
{
	const uint8_t ip[4] = { 0, 0, 0, from };
	struct guest *g = source_admit(s, ip, sizeof(ip), now_ms);

	if (g != NULL)
		g->wire = &wires[from];
	return g;
}

static struct sources *
make(const struct source_limits *l)
{
	struct sources *s;

	assert_int_equal(sources_open(&s, l, &io, START_MS), 0);
	return s;
}

/* What happens, and who may come after it.  Letters stand for acts. */
static const struct {
	const char *name;
	const char *acts;		/* c come, f finish, g go, s 1 s later */
	int more;			/* may one more come? */
} cases[] = {
	{ "the first", "", 1 },
	{ "handshakes below the limit", "ccc", 1 },
	{ "handshakes at the limit", "cccc", 0 },
	{ "one of them done", "ccccf", 1 },
	{ "one of them gone", "ccccg", 1 },
	{ "all open", "cfcfcfcfcfcfcfcf", 0 },
	{ "all open, a minute later", "cfcfcfcfcfcfcfcfssssssssss", 0 },
	{ "all open, one gone, a second later", "cfcfcfcfcfcfcfcfgs", 1 },
	{ "the burst used up", "cgcgcgcgcgcgcgcg", 0 },
	{ "and a second later", "cgcgcgcgcgcgcgcgs", 1 },
	{ "two in a second, not three", "cgcgcgcgcgcgcgcgscgcg", 0 },
	{ "refused ones cost nothing", "cgcgcgcgcgcgcgcgcccccccccs", 1 },
};

static void
limits_of_one_source(void **state)
{
	struct guest *g[MANY];
	struct sources *s;
	uint64_t now;
	size_t i, n, done;
	const char *p;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s = make(&limits);
		now = START_MS;
		n = done = 0;
		for (p = cases[i].acts; *p != '\0'; p++) {
			if (*p == 's')
				now += 1000;
			else if (*p == 'f')
				guest_finished(s, g[done++]);
			else if (*p == 'g' && n-- > 0)
				guest_gone(s, g[n]);
			else if (*p == 'c' &&
			    (g[n] = come(s, 1, now)) != NULL)
				n++;
			if (done > n)
				done = n;
		}
		if ((come(s, 1, now) != NULL) != cases[i].more)
			fail_msg("%s", cases[i].name);
		if (come(s, 2, now) == NULL)
			fail_msg("%s: another source", cases[i].name);
		sources_free(s);
	}
}

static void
the_oldest_handshake_goes_first(void **state)
{
	struct sources *s = make(&limits);
	struct guest *g[13];
	size_t i;

	(void)state;
	for (i = 0; i < 12; i++) {
		g[i] = come(s, (uint8_t)(i / 4), START_MS + i);
		assert_non_null(g[i]);
	}
	assert_null(source_expel(s, START_MS + 20));
	guest_finished(s, g[0]);
	g[12] = come(s, 9, START_MS + 20);
	assert_non_null(g[12]);

	/* Full, and each said something: who comes now goes. */
	assert_null(come(s, 9, START_MS + SOURCE_GRACE_MS));
	assert_null(source_expel(s, START_MS + SOURCE_GRACE_MS));
	assert_non_null(come(s, 9, START_MS + SOURCE_GRACE_MS + 1));
	assert_ptr_equal(source_expel(s, START_MS + SOURCE_GRACE_MS + 1),
	    g[1]);
	assert_int_equal(g[1]->state, SOURCE_LEAVING);
	assert_null(source_expel(s, START_MS + SOURCE_GRACE_MS + 1));

	/* Their time is up, in the order in which they came. */
	assert_int_equal(source_next_ms(s, START_MS + 20), 9982);
	assert_null(source_expel(s, START_MS + 10001));
	assert_ptr_equal(source_expel(s, START_MS + 10002), g[2]);
	for (i = 3; i < 13; i++)
		assert_ptr_equal(source_expel(s, START_MS + 20000), g[i]);
	assert_non_null(source_expel(s, START_MS + 20000));
	assert_null(source_expel(s, START_MS + 20000));
	assert_int_equal(source_next_ms(s, START_MS + 20000), 0);
	sources_free(s);
}

/*
 * Of too many the silent go at once, wherever they are in line; but only so
 * many are too many.
 */
static void
the_silent_make_room(void **state)
{
	struct sources *s = make(&limits);
	struct guest *silent = NULL;
	uint8_t i;

	(void)state;
	for (i = 0; i < 12; i++) {
		struct guest *g = come(s, i == 10 ? 200 : i, START_MS);

		assert_non_null(g);
		if (i == 10)
			silent = g;
	}
	assert_null(source_expel(s, START_MS));
	for (i = 0; i < SOURCE_OVER; i++)
		assert_non_null(come(s, (uint8_t)(20 + i), START_MS));
	assert_null(come(s, 50, START_MS));
	assert_ptr_equal(source_expel(s, START_MS), silent);
	assert_null(source_expel(s, START_MS));
	assert_null(come(s, 50, START_MS));
	sources_free(s);
}

/* Over many salts: who is here stays counted, who was here is known a while. */
static void
a_new_salt_forgets_nothing_that_counts(void **state)
{
	struct sources *s = make(&limits);
	struct guest *g, *h[8];
	uint8_t stays[SOURCE_NAME_LEN], name[SOURCE_NAME_LEN];
	uint64_t now = START_MS;
	int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		h[i] = come(s, 1, now);
		guest_finished(s, h[i]);
	}
	memcpy(stays, guest_name(h[0]), sizeof(stays));
	g = come(s, 2, now);
	memcpy(name, guest_name(g), sizeof(name));
	guest_gone(s, g);
	assert_int_equal(sources_count(s), 2);

	for (i = 0; i < 5; i++) {
		now += SOURCE_SALT_MS;
		sources_rotate(s, now);
		assert_null(come(s, 1, now));
		guest_gone(s, h[i]);
		h[i] = come(s, 1, now);
		assert_non_null(h[i]);
		guest_finished(s, h[i]);
		assert_memory_equal(guest_name(h[i]), stays, sizeof(stays));
		if (i == 0) {		/* within the hour: the same */
			g = come(s, 2, now);
			assert_memory_equal(guest_name(g), name,
			    sizeof(name));
			guest_gone(s, g);
		}
	}
	/* Nobody knows the second any more. */
	assert_int_equal(sources_count(s), 1);
	g = come(s, 2, now);
	assert_memory_not_equal(guest_name(g), name, sizeof(name));
	sources_free(s);
}

static void
what_is_remembered_is_bounded(void **state)
{
	struct sources *s = make(&limits);
	uint8_t ip[8] = { 0 };
	uint32_t i;

	(void)state;
	for (i = 0; i < SOURCE_IDLE_MAX + 1000; i++) {
		memcpy(ip, &i, sizeof(i));
		guest_gone(s, source_admit(s, ip, sizeof(ip), START_MS));
	}
	assert_int_equal(sources_count(s), SOURCE_IDLE_MAX);
	sources_free(s);
}

static const struct {
	int family;
	const char *text;
	size_t len;			/* of what names the source */
	const char *ip;
} addresses[] = {
	{ AF_INET, "192.0.2.7", 4, "\300\0\2\7" },
	{ AF_INET6, "::ffff:192.0.2.7", 4, "\300\0\2\7" },
	{ AF_INET6, "2001:db8:1:2:3:4:5:6", 8, "\40\1\15\270\0\1\0\2" },
	{ AF_INET6, "2001:db8:1:2::", 8, "\40\1\15\270\0\1\0\2" },
	{ AF_UNIX, NULL, 0, "" },
};

/* One customer has 64 bits of IPv6; an IPv4 address is one, however it came. */
static void
a_source_is_an_address_or_a_network(void **state)
{
	struct sockaddr_storage ss;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	uint8_t ip[SOURCE_IP_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		memset(&ss, 0, sizeof(ss));
		memset(&in, 0, sizeof(in));
		memset(&in6, 0, sizeof(in6));
		if (addresses[i].family == AF_INET) {
			(void)inet_pton(AF_INET, addresses[i].text,
			    &in.sin_addr);
			memcpy(&ss, &in, sizeof(in));
		} else if (addresses[i].family == AF_INET6) {
			(void)inet_pton(AF_INET6, addresses[i].text,
			    &in6.sin6_addr);
			memcpy(&ss, &in6, sizeof(in6));
		}
		ss.ss_family = (sa_family_t)addresses[i].family;
		assert_int_equal(source_of(ip, &ss), addresses[i].len);
		assert_memory_equal(ip, addresses[i].ip, addresses[i].len);
	}
	assert_int_equal(source_address(0, ip), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_of_one_source),
		cmocka_unit_test(the_oldest_handshake_goes_first),
		cmocka_unit_test(the_silent_make_room),
		cmocka_unit_test(a_new_salt_forgets_nothing_that_counts),
		cmocka_unit_test(what_is_remembered_is_bounded),
		cmocka_unit_test(a_source_is_an_address_or_a_network),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
