/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linked so that our curve is hidden from libsignal, as in a host that had
 * loaded libsignal before us: the ratchet must not open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ratchet.h"

static void
a_ratchet_on_another_curve_does_not_open(void **state)
{
	struct ratchet *r = (struct ratchet *)state;

	assert_int_equal(ratchet_open(&r, NULL), TACIT_E_INTERNAL);
	assert_null(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ratchet_on_another_curve_does_not_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
