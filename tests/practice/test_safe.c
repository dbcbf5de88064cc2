/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of others are text and nothing else, wherever they are printed. */
#include "sample.h"

#include <jansson.h>

#include "block.h"
#include "safe.h"

typedef void print_fn(struct sink *s, const char *text, size_t len);

/* What ${print} makes of a block that ends where the text does. */
static char *
printed(struct memory *m, print_fn *print, const char *text, size_t len)
{
	struct sink s = memory_sink(m, SIZE_MAX);
	char *exact = block_copy(text, len);

	print(&s, exact, len);
	free(exact);
	assert_int_equal(s.error, 0);
	return m->bytes;
}

static void
each_language_has_its_spelling(void **state)
{
	static const struct {
		print_fn *print;
		const char *text, *wanted;
	} rows[] = {
		{ safe_html, "<a href='x'>&\"", "&lt;a href=&#39;x&#39;&gt;"
		    "&amp;&quot;" },
		{ safe_html, "a\xe2\x80\xae" "b\x1b", "a<b class=\"c\">U+202E"
		    "</b>b<b class=\"c\">U+001B</b>" },
		{ safe_html, "a\r\nb\rc\r", "a\nb<b class=\"c\">U+000D</b>c"
		    "<b class=\"c\">U+000D</b>" },
		{ safe_html, "\t\n", "\t\n" }, { safe_html, "", "" },
		{ safe_html, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
		    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb" },
		{ safe_xml, "<\xe2\x80\xae>\r", "&lt;[U+202E]&gt;[U+000D]" },
		{ safe_xml, "\xef\xbf\xbe\xf3\xa0\x81\x81",
		    "[U+FFFE][U+E0041]" },
		{ safe_json, "a\"b\\c\n\r\t/", "\"a\\\"b\\\\c\\n\\r\\t/\"" },
		{ safe_json, "\x01\xe2\x80\xae\xf3\xa0\x81\x81",
		    "\"\\u0001\\u202e\\udb40\\udc41\"" },
		{ safe_fhir, "\x01\x1f\x7f\n\xe2\x80\xae",
		    "\"\\u2401\\u241f\\u007f\\n\\u202e\"" },
		{ safe_csv, "a,\"b\"\r\nc", "\"a,\"\"b\"\"\r\nc\"" },
		{ safe_csv, "", "\"\"" }, { safe_csv, "a=1", "\"a=1\"" },
		{ safe_csv, "=1", "\"'=1\"" }, { safe_csv, "+1", "\"'+1\"" },
		{ safe_csv, "-1", "\"'-1\"" }, { safe_csv, "@a", "\"'@a\"" },
		{ safe_csv, "\t=1", "\"'\t=1\"" },
		{ safe_csv, "\r=1", "\"'\r=1\"" },
		{ safe_csv, "\n=1", "\"'\n=1\"" },
		{ safe_csv, "\xef\xbc\x9d" "1", "\"'\xef\xbc\x9d" "1\"" },
		{ safe_csv, "\xef\xbc\xa0" "a", "\"'\xef\xbc\xa0" "a\"" },
		{ safe_csv, "\xe2\x80\xae\x1b", "\"\\u{202e}\\u{1b}\"" },
	};
	struct memory m = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		assert_string_equal(printed(&m, rows[i].print, rows[i].text,
		    strlen(rows[i].text)), rows[i].wanted);
	memory_free(&m);
}

/* The UTF-8 of ${c} at ${out}; returns its length. */
static size_t
spell(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* True if something is there that steers; CSV may have CR. */
static bool
steers(const char *text, bool csv)
{
	size_t len = strlen(text), at, n;
	uint32_t c;

	for (at = 0; at < len; at += n) {
		n = safe_take(&c, text + at, len - at);
		assert_true(n > 0);
		if (safe_steers(c) && !(csv && c == '\r'))
			return true;
	}
	return false;
}

static void
every_code_point_is_read_back_and_none_steers(void **state)
{
	static print_fn *const prints[] = { safe_html, safe_xml, safe_json,
	    safe_fhir, safe_csv };
	char text[4 * 256], *out;
	struct memory m = { 0 };
	uint32_t c, first;
	size_t i, len;
	json_t *o;

	(void)state;
	for (first = 0; first < 0x110000; first += 256) {
		if (first >= 0xd800 && first < 0xe000)
			continue;
		len = 0;
		for (c = first; c < first + 256; c++)
			if (c != 0)
				len += spell(text + len, c);
		assert_true(safe_is_text(text, len));
		for (i = 0; i < COUNT(prints); i++)
			assert_false(steers(printed(&m, prints[i], text, len),
			    prints[i] == safe_csv));
		out = printed(&m, safe_json, text, len);
		o = json_loadb(out, strlen(out), JSON_DECODE_ANY, NULL);
		assert_non_null(o);
		assert_int_equal(json_string_length(o), len);
		assert_memory_equal(json_string_value(o), text, len);
		json_decref(o);
	}
	memory_free(&m);
}

static void
what_is_not_utf_8_is_seen_and_printed_as_such(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "\x80", "[]" }, { "a\xff", "a[]" }, { "\xc0\x80", "[][]" },
		{ "\xc1\xbf", "[][]" }, { "\xe0\x9f\xbf", "[][][]" },
		{ "\xed\xa0\x80", "[][][]" }, { "\xf0\x8f\xbf\xbf",
		    "[][][][]" }, { "\xf4\x90\x80\x80", "[][][][]" },
		{ "\xf5\x80\x80\x80", "[][][][]" }, { "\xe2\x80", "[][]" },
		{ "\xf0\x9f\x91", "[][][]" }, { "\xc3", "[]" },
		{ "\xc3(", "[](" }, { "\xe2\x28\xa1", "[]([]" },
	};
	static print_fn *const prints[] = { safe_html, safe_xml, safe_json,
	    safe_fhir, safe_csv };
	struct memory m = { 0 }, wanted = { 0 };
	size_t i, k;
	struct sink s;
	const char *p;

	(void)state;
	assert_false(safe_is_text("a\0b", 3));
	assert_true(safe_is_text("", 0));
	for (i = 0; i < COUNT(rows); i++) {
		assert_false(safe_is_text(rows[i].text, strlen(rows[i].text)));
		s = memory_sink(&wanted, SIZE_MAX);
		for (p = rows[i].wanted; *p != '\0'; p++)
			if (*p == '[')
				sink_text(&s, "\xef\xbf\xbd");
			else if (*p != ']')
				sink_put(&s, p, 1);
		for (k = 0; k < COUNT(prints); k++)
			assert_non_null(strstr(printed(&m, prints[k],
			    rows[i].text, strlen(rows[i].text)),
			    wanted.bytes));
	}
	memory_free(&m);
	memory_free(&wanted);
}

static void
json_becomes_one_line_of_the_same(void **state)
{
	static const char json[] = "{\n  \"a\": \"x  \xe2\x80\xae\\n\",\n"
	    "  \"b\": [\n    1.50,\n    \"\\\"\"\n  ]\n}";
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, SIZE_MAX);

	(void)state;
	safe_json_line(&s, json);
	assert_string_equal(m.bytes,
	    "{\"a\": \"x  \\u202e\\n\",\"b\": [1.50,\"\\\"\"]}");
	memory_free(&m);
}

static void
a_line_is_never_wider_than_it_may_be(void **state)
{
	static const struct {
		const char *text;
		unsigned int columns;
		bool utf8;
		const char *wanted;
	} rows[] = {
		{ "abcdef", 6, true, "abcdef" }, { "abcdef", 5, true,
		    "ab..." }, { "abcdef", 3, true, "..." },
		{ "abcdef", 2, true, ".." }, { "abcdef", 0, true, "" },
		{ "", 0, true, "" }, { "a\tb\nc", 5, true, "a b c" },
		{ "\xc3\xa4\xc3\xb6", 2, false, "??" },
		{ "\xe4\xbd\xa0\xe5\xa5\xbd", 4, true,
		    "\xe4\xbd\xa0\xe5\xa5\xbd" },
		{ "\xe4\xbd\xa0\xe5\xa5\xbd", 3, true, "..." },
		{ "\x1b[2J", 9, true, "\\u{1b}[2J" },
		{ "\x1b[2J", 8, true, "..." }, { "\xff", 1, false, "?" },
		{ "\xe2\x80\xae", 8, true, "\\u{202e}" },
		{ "\xe2\x80\xae", 8, false, "?" },
	};
	struct memory m = { 0 };
	struct sink s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		s = memory_sink(&m, SIZE_MAX);
		safe_line(&s, rows[i].text, rows[i].columns, rows[i].utf8);
		assert_string_equal(m.bytes, rows[i].wanted);
	}
	memory_free(&m);
}

static void
the_first_failure_of_a_sink_stays(void **state)
{
	char long_[SINK_FORMAT_MAX + 2];
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, 3);

	(void)state;
	sink_text(&s, "abc");
	sink_text(&s, "");
	assert_int_equal(s.error, 0);
	sink_format(&s, "%d", 1);
	assert_int_equal(s.error, SAMPLE_FAILURE);
	sink_text(&s, "x");
	memset(long_, 'x', sizeof(long_) - 1);
	long_[sizeof(long_) - 1] = '\0';
	sink_format(&s, "%s", long_);
	assert_int_equal(s.error, SAMPLE_FAILURE);
	assert_string_equal(m.bytes, "abc");

	s = memory_sink(&m, SIZE_MAX);
	sink_format(&s, "%s", long_ + 1);
	assert_int_equal(s.error, 0);
	assert_int_equal(m.len, SINK_FORMAT_MAX);
	sink_format(&s, "%s", long_);
	assert_int_equal(s.error, TACIT_E_LIMIT);
	assert_int_equal(m.len, SINK_FORMAT_MAX);
	memory_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_language_has_its_spelling),
		cmocka_unit_test(every_code_point_is_read_back_and_none_steers),
		cmocka_unit_test(what_is_not_utf_8_is_seen_and_printed_as_such),
		cmocka_unit_test(json_becomes_one_line_of_the_same),
		cmocka_unit_test(a_line_is_never_wider_than_it_may_be),
		cmocka_unit_test(the_first_failure_of_a_sink_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
