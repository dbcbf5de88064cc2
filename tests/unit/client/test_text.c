/* SPDX-License-Identifier: Apache-2.0 */
/* Text is UTF-8 in its one spelling; a name cannot mislead the eye. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "block.h"
#include "random.h"
#include "text.h"

static const struct {
	const char *name;
	const char *text;
	size_t len;
	int text_ok, label_ok;
} rows[] = {
#define T(s)	s, sizeof(s) - 1
	{ "one letter",		T("a"), 1, 1 },
	{ "umlauts",		T("M\xc3\xbcller"), 1, 1 },
	{ "Arabic",		T("\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85"), 1, 1 },
	{ "emoji",		T("\xf0\x9f\x98\x80"), 1, 1 },
	{ "U+0080 as text only", T("\xc2\x80"), 1, 0 },
	{ "U+00A0",		T("\xc2\xa0"), 1, 1 },
	{ "U+07FF",		T("\xdf\xbf"), 1, 1 },
	{ "U+0800",		T("\xe0\xa0\x80"), 1, 1 },
	{ "U+D7FF",		T("\xed\x9f\xbf"), 1, 1 },
	{ "U+E000",		T("\xee\x80\x80"), 1, 1 },
	{ "U+FFFF",		T("\xef\xbf\xbf"), 1, 1 },
	{ "U+10000",		T("\xf0\x90\x80\x80"), 1, 1 },
	{ "U+10FFFF",		T("\xf4\x8f\xbf\xbf"), 1, 1 },

	{ "line end",		T("a\n"), 1, 0 },
	{ "tab",		T("a\tb"), 1, 0 },
	{ "NUL",		T("a\0b"), 1, 0 },
	{ "escape",		T("\x1b[31m"), 1, 0 },
	{ "U+001F",		T("\x1f"), 1, 0 },
	{ "space",		T(" "), 1, 1 },
	{ "tilde",		T("~"), 1, 1 },
	{ "DEL",		T("\x7f"), 1, 0 },
	{ "C1 next line",	T("\xc2\x85"), 1, 0 },
	{ "C1 last",		T("\xc2\x9f"), 1, 0 },
	{ "Arabic letter mark",	T("\xd8\x9c"), 1, 0 },
	{ "U+061B before it",	T("\xd8\x9b"), 1, 1 },
	{ "U+200D joiner",	T("\xe2\x80\x8d"), 1, 1 },
	{ "left-to-right mark",	T("\xe2\x80\x8e"), 1, 0 },
	{ "right-to-left mark",	T("\xe2\x80\x8f"), 1, 0 },
	{ "U+2010 hyphen",	T("\xe2\x80\x90"), 1, 1 },
	{ "U+2029",		T("\xe2\x80\xa9"), 1, 1 },
	{ "embedding",		T("\xe2\x80\xaa"), 1, 0 },
	{ "override",		T("a\xe2\x80\xae" "b"), 1, 0 },
	{ "U+202F",		T("\xe2\x80\xaf"), 1, 1 },
	{ "U+2065",		T("\xe2\x81\xa5"), 1, 1 },
	{ "isolate",		T("\xe2\x81\xa6"), 1, 0 },
	{ "end of isolate",	T("\xe2\x81\xa9"), 1, 0 },
	{ "U+206A",		T("\xe2\x81\xaa"), 1, 1 },

	{ "nothing",		T(""), 0, 0 },
	{ "continuation alone",	T("\x80"), 0, 0 },
	{ "last continuation",	T("\xbf"), 0, 0 },
	{ "start alone",	T("\xc3"), 0, 0 },
	{ "start, then ASCII",	T("\xc3" "a"), 0, 0 },
	{ "start, then start",	T("\xc3\xc3\xbc"), 0, 0 },
	{ "3 cut to 2",		T("\xe2\x82"), 0, 0 },
	{ "4 cut to 3",		T("\xf0\x9f\x98"), 0, 0 },
	{ "4, third wrong",	T("\xf0\x9f\x28\x80"), 0, 0 },
	{ "one more continuation", T("\xc3\xbc\xbc"), 0, 0 },
	{ "NUL in two bytes",	T("\xc0\x80"), 0, 0 },
	{ "slash in two bytes",	T("\xc0\xaf"), 0, 0 },
	{ "U+007F in two bytes", T("\xc1\xbf"), 0, 0 },
	{ "U+07FF in three",	T("\xe0\x9f\xbf"), 0, 0 },
	{ "U+FFFF in four",	T("\xf0\x8f\xbf\xbf"), 0, 0 },
	{ "U+D800",		T("\xed\xa0\x80"), 0, 0 },
	{ "U+DFFF",		T("\xed\xbf\xbf"), 0, 0 },
	{ "a pair of surrogates", T("\xed\xa0\xbd\xed\xb8\x80"), 0, 0 },
	{ "U+110000",		T("\xf4\x90\x80\x80"), 0, 0 },
	{ "U+140000",		T("\xf5\x80\x80\x80"), 0, 0 },
	{ "five bytes",		T("\xf8\x88\x80\x80\x80"), 0, 0 },
	{ "six bytes",		T("\xfc\x84\x80\x80\x80\x80"), 0, 0 },
	{ "0xfe",		T("\xfe"), 0, 0 },
	{ "0xff",		T("\xff"), 0, 0 },
	{ "Latin-1",		T("M\xfcller"), 0, 0 },
#undef T
};

static void
text_and_labels_are_what_the_page_says(void **state)
{
	size_t i;
	char *exact;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		exact = block_copy(rows[i].text, rows[i].len);
		if (text_is_valid(exact, rows[i].len, 64) != rows[i].text_ok ||
		    label_is_valid(exact, rows[i].len) != rows[i].label_ok)
			fail_msg("%s", rows[i].name);
		free(exact);
	}
}

static void
lengths_end_where_they_should(void **state)
{
	static char text[TACIT_TEXT_MAX + 1];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_true(text_is_valid(text, TACIT_TEXT_MAX, TACIT_TEXT_MAX));
	assert_false(text_is_valid(text, TACIT_TEXT_MAX + 1, TACIT_TEXT_MAX));
	assert_true(label_is_valid(text, TACIT_NAME_MAX));
	assert_false(label_is_valid(text, TACIT_NAME_MAX + 1));
	assert_false(text_is_valid(text, 0, TACIT_TEXT_MAX));
}

/* A code point of ${n} bytes. */
static size_t
put_char(char *out, size_t n)
{
	static const char *const some[] = { "a", "\xc3\xbc", "\xe2\x82\xac",
	    "\xf0\x9f\x98\x80" };

	memcpy(out, some[n - 1], n);
	return n;
}

static size_t
count_parts(const char *text, size_t len)
{
	size_t parts, n;

	for (parts = 0; len > 0; parts++, text += n, len -= n) {
		n = text_part_len(0, text, len);
		assert_in_range(n, 1, TACIT_PART_MAX);
		assert_true(text_is_valid(text, n, TACIT_PART_MAX));
		assert_true(n == len || n + 3 >= TACIT_PART_MAX);
	}
	return parts;
}

static void
every_text_fits_16_parts(void **state)
{
	static char text[TACIT_TEXT_MAX];
	struct random rnd = random_start();
	size_t round, len, want, n;

	(void)state;
	for (round = 0; round < 300; round++) {
		want = round < 100 ? TACIT_TEXT_MAX :
		    1 + random_below(&rnd, TACIT_TEXT_MAX);
		for (len = 0; len < want; ) {
			n = round % 4 == 0 ? 3 : 1 + random_below(&rnd, 4);
			if (len == 0 && round % 8 == 0)
				n = 1 + round / 8 % 4;
			len += put_char(text + len, n <= want - len ? n : 1);
		}
		assert_true(text_is_valid(text, len, TACIT_TEXT_MAX));
		n = count_parts(text, len);
		assert_in_range(n, 1, TACIT_TEXT_PARTS_MAX);
		assert_int_equal(text_parts(0, text, len), n);
	}
	assert_int_equal(text_part_len(0, "abc", 3), 3);
	assert_int_equal(text_part_len(0, "", 0), 0);
}

static void
data_is_any_bytes_of_a_type(void **state)
{
	static const struct {
		uint32_t type;
		size_t len;
		int ok;
	} some[] = {
		{ 1, 1, 1 }, { 99, 1536, 1 }, { 100, 1537, 1 },
		{ 65535, TACIT_TEXT_MAX, 1 }, { 1, 0, 0 },
		{ 65535, 0, 0 }, { 1, TACIT_TEXT_MAX + 1, 0 },
		{ 65536, 1, 0 }, { UINT32_MAX, 1, 0 },
		{ 0, 1, 0 }, { 0, TACIT_TEXT_MAX, 0 },
	};
	static char data[TACIT_TEXT_MAX + 1];
	size_t i;

	(void)state;
	memset(data, 0x80, sizeof(data));	/* never the end of a text */
	for (i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		if (text_is_sound(some[i].type, data, some[i].len,
		    TACIT_TEXT_MAX) != some[i].ok)
			fail_msg("row %zu", i);
	assert_true(text_is_sound(0, "\xc3\xbc", 2, 2));
	assert_false(text_is_sound(0, "\xc3\xbc", 1, 2));
}

static void
all_data_fits_16_parts_of_one_length(void **state)
{
	static char data[TACIT_TEXT_MAX];
	size_t len, at, n, parts;

	(void)state;
	memset(data, 0x80, sizeof(data));
	for (len = 1; len <= sizeof(data); len += len < 20 ? 1 : 509) {
		for (at = parts = 0; at < len; at += n, parts++) {
			n = text_part_len(7, data + at, len - at);
			assert_in_range(n, 1, TACIT_DATA_PART_MAX);
			assert_true(at + n == len || n == TACIT_DATA_PART_MAX);
		}
		assert_in_range(parts, 1, TACIT_TEXT_PARTS_MAX);
		assert_int_equal(text_parts(7, data, len), parts);
	}
	assert_int_equal(text_parts(7, data, sizeof(data)),
	    TACIT_TEXT_PARTS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_labels_are_what_the_page_says),
		cmocka_unit_test(lengths_end_where_they_should),
		cmocka_unit_test(every_text_fits_16_parts),
		cmocka_unit_test(data_is_any_bytes_of_a_type),
		cmocka_unit_test(all_data_fits_16_parts_of_one_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
