/* SPDX-License-Identifier: Apache-2.0 */
/* A close frame is nothing, or a code that exists and words that are words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "goodbye.h"

static void
only_codes_that_may_be_sent_are_valid(void **state)
{
	uint8_t b[2];
	int code, want;

	(void)state;
	for (code = 0; code <= 0xffff; code++) {
		b[0] = (uint8_t)(code >> 8);
		b[1] = (uint8_t)code;
		want = (code >= 1000 && code <= 1003) ||
		    (code >= 1007 && code <= 1011) ||
		    (code >= 3000 && code <= 4999);
		assert_int_equal(goodbye_is_valid(b, 2), want);
	}
	assert_int_equal(goodbye_is_valid(b, 0), 1);
	assert_int_equal(goodbye_is_valid((const uint8_t *)"\3", 1), 0);
}

static const struct {
	const char *reason;
	int want;
} reasons[] = {
	{ "bye", 1 }, { "\xc3\xa4", 1 }, { "\xe2\x82\xac", 1 },
	{ "\xf0\x9f\x98\x80", 1 }, { "\xf4\x8f\xbf\xbf", 1 },
	{ "\xed\x9f\xbf", 1 }, { "\xee\x80\x80", 1 },
	{ "\x80", 0 }, { "\xff", 0 }, { "\xfe", 0 }, { "a\xc3", 0 },
	{ "\xe2\x82", 0 }, { "\xf0\x9f\x98", 0 }, { "\xc3(", 0 },
	{ "\xc0\xaf", 0 }, { "\xc1\xbf", 0 }, { "\xe0\x80\xaf", 0 },
	{ "\xf0\x80\x80\xaf", 0 }, { "\xed\xa0\x80", 0 },
	{ "\xed\xbf\xbf", 0 }, { "\xf4\x90\x80\x80", 0 },
	{ "\xf8\x88\x80\x80\x80", 0 },
};

static void
reasons_are_utf8(void **state)
{
	uint8_t b[64] = { 1000 >> 8, 1000 & 0xff };
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		n = strlen(reasons[i].reason);
		memcpy(b + 2, reasons[i].reason, n);
		if (goodbye_is_valid(b, 2 + n) != reasons[i].want)
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_codes_that_may_be_sent_are_valid),
		cmocka_unit_test(reasons_are_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
