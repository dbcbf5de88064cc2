/* SPDX-License-Identifier: Apache-2.0 */
/* Decimals are exact, days are of the calendar. */
#include "kit.h"

#include "random.h"

static const struct {
	const char *text;
	int64_t millionths;
	const char *printed;		/* NULL: refused */
} decimals[] = {
	{ "0", 0, "0" },
	{ "-0", 0, "0" },
	{ "1", 1000000, "1" },
	{ "0.1", 100000, "0.1" },
	{ "-0.1", -100000, "-0.1" },
	{ "1.50", 1500000, "1.50" },
	{ "36.6", 36600000, "36.6" },
	{ "0.000001", 1, "0.000001" },
	{ "1.000000000", 1000000, "1.000000" },
	{ "1e3", 1000000000, "1000" },
	{ "1.5E2", 150000000, "150" },
	{ "15e-1", 1500000, "1.5" },
	{ "1e+0", 1000000, "1" },
	{ "0e99", 0, "0" },
	{ "999999999999", INT64_C(999999999999000000), "999999999999" },
	{ "999999999999.999999", INT64_C(999999999999999999),
	    "999999999999.999999" },
	{ "-999999999999.999999", -INT64_C(999999999999999999),
	    "-999999999999.999999" },
	{ "1e11", INT64_C(100000000000000000), "100000000000" },

	{ "", 0, NULL },
	{ "-", 0, NULL },
	{ "+1", 0, NULL },
	{ "01", 0, NULL },
	{ "1.", 0, NULL },
	{ ".5", 0, NULL },
	{ "1,5", 0, NULL },
	{ "1.5.1", 0, NULL },
	{ "1e", 0, NULL },
	{ "1e-", 0, NULL },
	{ "1e+-1", 0, NULL },
	{ "e1", 0, NULL },
	{ " 1", 0, NULL },
	{ "1 ", 0, NULL },
	{ "0x1", 0, NULL },
	{ "NaN", 0, NULL },
	{ "Infinity", 0, NULL },
	{ "0.0000001", 0, NULL },
	{ "1.0000001", 0, NULL },
	{ "1e-7", 0, NULL },
	{ "1e12", 0, NULL },
	{ "1e99", 0, NULL },
	{ "1e100", 0, NULL },
	{ "1000000000000", 0, NULL },
	{ "99999999999999999999", 0, NULL },
	{ "9223372036854775808", 0, NULL },
	{ "0.00000000000000000000", 0, NULL },
	{ "1e99999999999999999999", 0, NULL },
};

static void
decimals_are_what_was_written(void **state)
{
	char out[VALUE_DECIMAL_LEN];
	struct value v;
	size_t i;
	int ok;

	(void)state;
	for (i = 0; i < COUNT(decimals); i++) {
		ok = value_decimal(&v, decimals[i].text,
		    strlen(decimals[i].text));
		if (ok != (decimals[i].printed != NULL))
			fail_msg("%s", decimals[i].text);
		if (!ok)
			continue;
		assert_true(value_is_sound(&v));
		assert_int_equal(v.number, decimals[i].millionths);
		value_print_decimal(out, &v);
		assert_string_equal(out, decimals[i].printed);
	}
}

static void
decimals_come_back_from_what_they_print(void **state)
{
	struct random rnd = random_start();
	char out[VALUE_DECIMAL_LEN];
	struct value v, again;
	int64_t unit;
	size_t i;
	int p;

	(void)state;
	for (i = 0; i < 20000; i++) {
		v = (struct value){ .kind = VALUE_DECIMAL };
		v.places = (uint8_t)random_below(&rnd, VALUE_PLACES_MAX + 1);
		for (unit = 1, p = v.places; p < VALUE_PLACES_MAX; p++)
			unit *= 10;
		v.number = (int64_t)(random_next(&rnd) %
		    UINT64_C(1000000000000000000)) >> random_below(&rnd, 60);
		v.number -= v.number % unit;
		if (random_below(&rnd, 2) == 0)
			v.number = -v.number;
		assert_true(value_is_sound(&v));
		value_print_decimal(out, &v);
		assert_int_equal(value_decimal(&again, out, strlen(out)), 1);
		assert_true(value_same(&v, &again));
		assert_int_equal(v.places, again.places);
	}
}

static const struct {
	const char *text;
	int ok;
	int64_t number;
} integers[] = {
	{ "0", 1, 0 }, { "-0", 1, 0 }, { "7", 1, 7 }, { "-7", 1, -7 },
	{ "2147483647", 1, INT32_MAX }, { "-2147483648", 1, INT32_MIN },
	{ "2147483648", 0, 0 }, { "-2147483649", 0, 0 }, { "", 0, 0 },
	{ "1.0", 0, 0 }, { "1e2", 0, 0 }, { "1E2", 0, 0 }, { "07", 0, 0 },
	{ "+7", 0, 0 }, { " 7", 0, 0 }, { "7a", 0, 0 }, { "--7", 0, 0 },
	{ "99999999999999999999", 0, 0 },
};

static const struct {
	const char *text;
	int ok;
} dates[] = {
	{ "2026-11-22", 1 }, { "0001-01-01", 1 }, { "9999-12-31", 1 },
	{ "2024-02-29", 1 }, { "2000-02-29", 1 },
	{ "2023-02-29", 0 }, { "1900-02-29", 0 }, { "2026-02-30", 0 },
	{ "2026-04-31", 0 }, { "2026-13-01", 0 }, { "2026-00-01", 0 },
	{ "2026-01-00", 0 }, { "0000-01-01", 0 }, { "2026-11", 0 },
	{ "2026", 0 }, { "", 0 }, { "2026-11-2", 0 }, { "2026-11-222", 0 },
	{ "2026/11/22", 0 }, { "22-11-2026", 0 }, { "2026-11-2a", 0 },
	{ "-026-11-22", 0 }, { "2026-11-22T00:00:00Z", 0 },
};

static void
whole_numbers_and_days_are_those_there_are(void **state)
{
	char out[VALUE_DATE_LEN];
	struct value v;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(integers); i++) {
		if (value_integer(&v, integers[i].text,
		    strlen(integers[i].text)) != integers[i].ok)
			fail_msg("%s", integers[i].text);
		if (integers[i].ok)
			assert_int_equal(v.number, integers[i].number);
	}
	for (i = 0; i < COUNT(dates); i++) {
		if (value_date(&v, dates[i].text, strlen(dates[i].text)) !=
		    dates[i].ok)
			fail_msg("%s", dates[i].text);
		if (!dates[i].ok)
			continue;
		value_print_date(out, &v);
		assert_string_equal(out, dates[i].text);
	}
}

/* What a decoder could hand over, and nothing here would have read. */
static const struct value unsound[] = {
	{ .kind = VALUE_NONE },
	{ .kind = VALUE_BOOLEAN, .number = 2 },
	{ .kind = VALUE_BOOLEAN, .number = -1 },
	{ .kind = VALUE_INTEGER, .number = INT64_C(1) << 31 },
	{ .kind = VALUE_INTEGER, .number = -(INT64_C(1) << 31) - 1 },
	{ .kind = VALUE_DECIMAL, .number = 1, .places = 7 },
	{ .kind = VALUE_DECIMAL, .number = 1, .places = 5 },
	{ .kind = VALUE_DECIMAL, .number = 1500000, .places = 0 },
	{ .kind = VALUE_DECIMAL, .number = INT64_MAX, .places = 6 },
	{ .kind = VALUE_DECIMAL, .number = INT64_MIN, .places = 6 },
	{ .kind = VALUE_DATE, .number = 0 },
	{ .kind = VALUE_DATE, .number = 20230229 },
	{ .kind = VALUE_DATE, .number = 99991232 },
	{ .kind = VALUE_DATE, .number = 100000101 },
	{ .kind = VALUE_DATE, .number = -20261122 },
	{ .kind = VALUE_STRING },
	{ .kind = VALUE_OPTION, .number = -1 },
	{ .kind = (enum value_kind)99 },
};

static void
values_that_nobody_could_write_are_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(unsound); i++)
		if (value_is_sound(&unsound[i]))
			fail_msg("row %zu", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimals_are_what_was_written),
		cmocka_unit_test(decimals_come_back_from_what_they_print),
		cmocka_unit_test(whole_numbers_and_days_are_those_there_are),
		cmocka_unit_test(values_that_nobody_could_write_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
