/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The response says what was answered, in the structure of the questionnaire,
 * and nothing of what was not asked.  That it is valid FHIR is checked by
 * respond.mjs.
 */
#include "kit.h"

#include "form_response.h"

static void
set(struct answers *a, const char *link_id, const char *text)
{
	int at = form_find(answers_form(a), link_id);

	assert_in_range(at, 0, FORM_ITEMS_MAX);
	assert_int_equal(answers_set_text(a, (uint16_t)at, text, NULL), 0);
}

static char *
respond(const struct answers *a)
{
	char *text;

	assert_int_equal(form_response(&text, a, INT64_C(1795348800123)), 0);
	return text;
}

static void
nested_answers_stand_beneath_what_they_are_to(void **state)
{
	struct form *f = kit_form("nested");
	struct answers *a = answers_new(f);
	char *text, *expected;
	size_t len;

	(void)state;
	set(a, "3", "false");
	set(a, "4", "a");
	set(a, "6", "-2");
	set(a, "8", "\xe2\x82\xac \"8\" \\");
	text = respond(a);
	expected = kit_file(QUESTIONNAIRES "/../nested-response.json", &len);
	assert_int_equal(len, strlen(text) + 1);
	expected[len - 1] = '\0';
	assert_string_equal(text, expected);
	free(expected);
	free(text);
	answers_free(a);
	form_free(f);
}

/* Form, item, answer, and how it stands in the response. */
static const struct {
	const char *form, *item, *text, *expected;
} values[] = {
	{ "every-type", "about.slept", "true", "'valueBoolean': true" },
	{ "every-type", "about.woken", "7", "'valueInteger': 7" },
	{ "every-type", "about.hours", "7.50", "'valueDecimal': 7.50\n" },
	{ "every-type", "about.hours", "0.1", "'valueDecimal': 0.1\n" },
	{ "every-type", "about.day", "2026-11-22",
	    "'valueDate': '2026-11-22'" },
	{ "every-type", "word", "\\u0001", "'valueString': '\\\\u0001'" },
	{ "every-type", "word", "''", "'valueString': '\\'\\''" },
	{ "every-type", "company", "Nobody", "'valueString': 'Nobody'" },
	{ "every-type", "company", "my cat", "'valueString': 'my cat'" },
	{ "every-type", "more", "a\nb", "'valueString': 'a\\nb'" },
	{ "numbers", "dec.huge", "999999999999.999999",
	    "'valueDecimal': 999999999999.999999\n" },
	{ "numbers", "dec", "-0.000001", "'valueDecimal': -0.000001\n" },
	{ "numbers", "dec", "1e3", "'valueDecimal': 1000\n" },
	{ "choices", "integers", "2147483647", "'valueInteger': 2147483647" },
	{ "choices", "dates", "2024-02-29", "'valueDate': '2024-02-29'" },
	{ "choices", "coding", "no-system",
	    "'code': 'no-system',\n            'display': '\xc3\x9cn" },
	{ "choices", "open-coding", "2",
	    "'system': 'urn:test:a',\n            'code': '2'\n" },
};

static void
values_are_written_as_they_were_given(void **state)
{
	struct answers *a;
	struct form *f;
	char *text, *expected;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(values); i++) {
		f = kit_form(values[i].form);
		a = answers_none(f);
		expected = kit_json("%s", values[i].text);
		set(a, values[i].item, expected);
		free(expected);
		text = respond(a);
		expected = kit_json("%s", values[i].expected);
		if (strstr(text, expected) == NULL)
			fail_msg("%s: %s\n%s", values[i].item, expected,
			    text);
		free(expected);
		free(text);
		answers_free(a);
		form_free(f);
	}
}

static void
what_was_not_asked_is_not_in_the_response(void **state)
{
	struct form *f = kit_form("nested");
	struct answers *a = answers_none(f);
	char *text;

	(void)state;
	text = respond(a);
	assert_non_null(strstr(text, "\"in-progress\""));
	assert_non_null(strstr(text, "\"linkId\": \"3\""));
	assert_null(strstr(text, "\"answer\""));
	assert_null(strstr(text, "hint"));
	assert_null(strstr(text, "after"));
	free(text);

	set(a, "3", "true");
	set(a, "4", "a");
	set(a, "6", "3");
	set(a, "8", "once said");
	text = respond(a);
	assert_non_null(strstr(text, "once said"));
	assert_non_null(strstr(text, "after.1"));
	free(text);
	set(a, "4", "b");
	text = respond(a);
	assert_null(strstr(text, "once said"));
	assert_null(strstr(text, "after.1"));
	assert_null(strstr(text, "\"linkId\": \"5\""));
	assert_non_null(strstr(text, "\"completed\""));
	free(text);
	answers_free(a);
	form_free(f);
}

static void
the_head_names_what_there_is(void **state)
{
	static const struct {
		const char *form, *there, *not_there;
	} rows[] = {
		{ "nested", "'urn:test:questionnaire:nested|1.0'", "xxx" },
		{ "branches", "'urn:test:questionnaire:branches'", "|" },
		{ "numbers", "QuestionnaireResponse", "'questionnaire'" },
	};
	struct answers *a;
	struct form *f;
	char *text, *quoted;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		f = kit_form(rows[i].form);
		a = answers_none(f);
		text = respond(a);
		quoted = kit_json("%s", rows[i].there);
		assert_non_null(strstr(text, quoted));
		free(quoted);
		quoted = kit_json("%s", rows[i].not_there);
		assert_null(strstr(text, quoted));
		free(quoted);
		free(text);
		answers_free(a);
		form_free(f);
	}
}

static void
a_time_that_fhir_cannot_write_is_refused(void **state)
{
	static const int64_t times[] = { -1, INT64_MIN,
	    INT64_C(253402300800000), INT64_MAX };
	struct form *f = kit_form("numbers");
	struct answers *a = answers_new(f);
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(times); i++) {
		assert_int_equal(form_response(&text, a, times[i]),
		    TACIT_E_INVALID);
		assert_null(text);
	}
	assert_int_equal(form_response(&text, a,
	    INT64_C(253402300799999)), 0);
	assert_non_null(strstr(text, "\"9999-12-31T23:59:59Z\""));
	free(text);
	answers_free(a);
	form_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    nested_answers_stand_beneath_what_they_are_to),
		cmocka_unit_test(values_are_written_as_they_were_given),
		cmocka_unit_test(what_was_not_asked_is_not_in_the_response),
		cmocka_unit_test(the_head_names_what_there_is),
		cmocka_unit_test(a_time_that_fhir_cannot_write_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
