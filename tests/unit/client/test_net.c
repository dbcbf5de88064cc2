/* SPDX-License-Identifier: Apache-2.0 */
/* A well-behaved relay: what goes in comes out, and nothing is left over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nettest.h"

static void
echo_over_tls(void **state)
{
	const struct wsserver_options o = { .act = WSS_ECHO };
	struct wsserver *s = wsserver_start(&o);
	struct tacit_place p = nettest_place(s, "127.0.0.1");
	struct net *n;

	(void)state;
	assert_int_equal(net_open(&n, NULL), 0);
	assert_int_equal(nettest_dial(n, 1, &p), 0);
	assert_int_equal(nettest_send(n, 1, "x", 1), TACIT_E_STATE);
	(void)nettest_expect(n, NET_OPEN, 1);
	assert_int_equal(nettest_send(n, 1, "hello", 5), 0);
	nettest_expect_message(n, 1, "hello", 5);
	net_close(n);
	wsserver_stop(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(echo_over_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
