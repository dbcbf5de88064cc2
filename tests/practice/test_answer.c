/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer is taken or refused as it is given; what is asked next and what
 * is missing follow at once.
 */
#include "kit.h"

#include "answer.h"
#include "answer_wire.h"
#include "block.h"

static uint16_t
place(const struct answers *a, const char *link_id)
{
	int at = form_find(answers_form(a), link_id);

	if (at < 0)
		fail_msg("no item %s", link_id);
	return (uint16_t)at;
}

/* ${reason} NULL: the answer is taken. */
static const struct {
	const char *form, *item, *text, *reason;
} rows[] = {
	{ "every-type", "about.slept", "true", NULL },
	{ "every-type", "about.slept", "false", NULL },
	{ "every-type", "about.woken", "0", NULL },
	{ "every-type", "about.woken", "40", NULL },
	{ "every-type", "about.hours", "7.25", NULL },
	{ "every-type", "about.hours", "7", NULL },
	{ "every-type", "about.hours", "24.00", NULL },
	{ "every-type", "about.day", "2026-11-22", NULL },
	{ "every-type", "mood", "good", NULL },
	{ "every-type", "company", "Family", NULL },
	{ "every-type", "company", "my cat", NULL },
	{ "every-type", "word", "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
	    "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
	    "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc", NULL },
	{ "every-type", "more", "two\nlines", NULL },
	{ "choices", "integers", "-2147483648", NULL },
	{ "choices", "dates", "2024-02-29", NULL },
	{ "choices", "open-integer", "2", NULL },
	{ "choices", "open-integer", "12345", NULL },
	{ "choices", "strings", "second \"quoted\" \\ back", NULL },
	{ "numbers", "dec.huge", "123456789012.345678", NULL },
	{ "numbers", "dec.whole", "7e2", NULL },
	{ "numbers", "dec.range", "-1.5", NULL },

	{ "every-type", "intro", "x", "is of another kind" },
	{ "every-type", "about", "x", "is of another kind" },
	{ "every-type", "about.slept", "yes", "is not true or false" },
	{ "every-type", "about.slept", "TRUE", "is not true or false" },
	{ "every-type", "about.slept", "1", "is not true or false" },
	{ "every-type", "about.slept", "", "is not true or false" },
	{ "every-type", "about.woken", "-1", "is under the minimum" },
	{ "every-type", "about.woken", "41", "is over the maximum" },
	{ "every-type", "about.woken", "7.5", "is not a whole number" },
	{ "every-type", "about.woken", "7.0", "is not a whole number" },
	{ "every-type", "about.woken", "seven", "is not a whole number" },
	{ "every-type", "about.woken", "99999999999", "is not a whole number" },
	{ "every-type", "about.hours", "24.01", "is over the maximum" },
	{ "every-type", "about.hours", "-0.01", "is under the minimum" },
	{ "every-type", "about.hours", "7.125", "has too many decimal places" },
	{ "every-type", "about.hours", "7,5", "is not a number, as 7 or 1.5" },
	{ "every-type", "about.hours", "NaN", "is not a number, as 7 or 1.5" },
	{ "every-type", "about.day", "2019-12-31", "is under the minimum" },
	{ "every-type", "about.day", "2040-01-01", "is over the maximum" },
	{ "every-type", "about.day", "2026-02-29",
	    "is not a date, as 2026-11-22" },
	{ "every-type", "about.day", "2026-11", "is not a date, as 2026-11-22" },
	{ "every-type", "about.day", "today", "is not a date, as 2026-11-22" },
	{ "every-type", "mood", "Good", "is not among the options" },
	{ "every-type", "mood", "0", "is not among the options" },
	{ "every-type", "mood", "", "is not among the options" },
	{ "every-type", "company", "", "is empty" },
	{ "every-type", "company", "a\nb", "has more than one line" },
	{ "every-type", "company", "0123456789012345678901234567890123456789"
	    "0", "is too long" },
	{ "every-type", "word", "123456789012345678901", "is too long" },
	{ "every-type", "word", "a\nb", "has more than one line" },
	{ "every-type", "word", "a\x1b[2J", "has control characters" },
	{ "every-type", "word", "\x7f", "has control characters" },
	{ "every-type", "more", "", "is empty" },
	{ "every-type", "more", "\x07", "has control characters" },
	{ "choices", "coding", "x y", "is not among the options" },
	{ "choices", "integers", "1", "is not among the options" },
	{ "choices", "integers", "0.0", "is not among the options" },
	{ "choices", "dates", "2024-02-28", "is not among the options" },
	{ "choices", "open-integer", "123456", "is too long" },
	{ "numbers", "dec.huge", "123456789012.345677",
	    "is under the minimum" },
	{ "numbers", "dec.whole", "7.0", "has too many decimal places" },
	{ "numbers", "dec.range", "100.1", "is over the maximum" },
	{ "numbers", "int", "2147483648", "is not a whole number" },
};

static void
an_answer_is_taken_or_refused_as_it_is_given(void **state)
{
	struct answers *a;
	struct form *f;
	const char *reason;
	uint16_t at;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		f = kit_form(rows[i].form);
		a = answers_none(f);
		at = place(a, rows[i].item);
		reason = NULL;
		rc = answers_set_text(a, at, rows[i].text, &reason);
		if (rc != (rows[i].reason != NULL ? TACIT_E_ANSWER : 0) ||
		    (rc != 0 && strcmp(reason, rows[i].reason) != 0) ||
		    (answers_kept(a, at, 0) != NULL) != (rc == 0))
			fail_msg("%s %s: %d %s", rows[i].item, rows[i].text,
			    rc, reason);
		answers_free(a);
		form_free(f);
	}
}

static void
a_refused_answer_leaves_the_one_before(void **state)
{
	struct form *f = kit_form("every-type");
	struct answers *a = answers_new(f);
	uint16_t woken = place(a, "about.woken");
	const struct value *v;

	(void)state;
	assert_int_equal(answers_set_text(a, woken, "3", NULL), 0);
	assert_int_equal(answers_set_text(a, woken, "41", NULL),
	    TACIT_E_ANSWER);
	v = answers_get(a, woken, 0);
	assert_int_equal(v->number, 3);
	assert_null(answers_get(a, woken, 1));
	answers_free(a);
	form_free(f);
}

static void
what_is_there_initially_is_there(void **state)
{
	struct form *f = kit_form("choices");
	struct answers *a = answers_new(f);
	uint16_t strings = place(a, "strings");

	(void)state;
	assert_int_equal(answers_get(a, strings, 0)->number, 0);
	assert_int_equal(answers_get(a, strings, 1)->number, 2);
	assert_null(answers_get(a, strings, 2));
	answers_clear(a, strings);
	assert_null(answers_get(a, strings, 0));
	answers_free(a);
	form_free(f);

	f = kit_form("numbers");
	a = answers_new(f);
	assert_int_equal(answers_get(a, place(a, "dec"), 0)->number, 100000);
	assert_int_equal(answers_get(a, place(a, "dec"), 0)->places, 2);
	assert_int_equal(answers_get(a, place(a, "date"), 0)->number,
	    20240229);
	assert_null(answers_get(a, place(a, "int"), 0));
	answers_free(a);
	form_free(f);
}

static void
one_answer_replaces_another_but_in_a_choice_that_repeats(void **state)
{
	struct form *f = kit_form("every-type");
	struct answers *a = answers_none(f);
	uint16_t mood = place(a, "mood"), company = place(a, "company");

	(void)state;
	assert_int_equal(answers_set_text(a, mood, "good", NULL), 0);
	assert_int_equal(answers_set_text(a, mood, "bad", NULL), 0);
	assert_int_equal(answers_get(a, mood, 0)->number, 2);
	assert_null(answers_get(a, mood, 1));

	assert_int_equal(answers_set_text(a, company, "Family", NULL), 0);
	assert_int_equal(answers_set_text(a, company, "my cat", NULL), 0);
	assert_int_equal(answers_set_text(a, company, "Family", NULL), 0);
	assert_int_equal(answers_set_text(a, company, "my cat", NULL), 0);
	assert_int_equal(answers_get(a, company, 0)->kind, VALUE_OPTION);
	assert_string_equal(answers_get(a, company, 1)->text, "my cat");
	assert_null(answers_get(a, company, 2));
	answers_free(a);
	form_free(f);
}

static void
more_than_fits_is_refused(void **state)
{
	static char words[FORM_STRING_MAX + 2];
	struct form *f = kit_items("{'linkId':'o','type':'open-choice','text':"
	    "'?','repeats':true,'answerOption':[{'valueString':'a'}]},"
	    "{'linkId':'1','type':'text','text':'?'},"
	    "{'linkId':'2','type':'text','text':'?'},"
	    "{'linkId':'3','type':'text','text':'?'},"
	    "{'linkId':'4','type':'text','text':'?'}");
	struct answers *a = answers_none(f);
	uint8_t *bytes = malloc(FORM_ANSWERS_LEN);
	const char *reason = "";
	char word[8];
	size_t len;
	uint16_t i;

	(void)state;
	for (i = 0; i < FORM_ANSWERS_MAX; i++) {
		(void)snprintf(word, sizeof(word), "w%d", i);
		assert_int_equal(answers_set_text(a, 0, word, NULL), 0);
	}
	assert_int_equal(answers_set_text(a, 0, "x", &reason), TACIT_E_ANSWER);
	assert_string_equal(reason, "is one answer too many");
	answers_clear(a, 0);

	memset(words, 'x', FORM_STRING_MAX + 1);
	assert_int_equal(answers_set_text(a, 1, words, &reason),
	    TACIT_E_ANSWER);
	assert_string_equal(reason, "is too long");
	words[FORM_STRING_MAX] = '\0';
	for (i = 1; i <= 3; i++)
		assert_int_equal(answers_set_text(a, i, words, NULL), 0);
	assert_int_equal(answers_set_text(a, 4, words, &reason),
	    TACIT_E_ANSWER);
	assert_string_equal(reason,
	    "is more than all answers together may be");
	assert_int_equal(answers_write(bytes, FORM_ANSWERS_LEN, &len, a,
	    ANSWERS_ALL), 0);
	answers_clear(a, 1);
	assert_int_equal(answers_set_text(a, 4, words, NULL), 0);
	free(bytes);
	answers_free(a);
	form_free(f);
}

/* Steps over a form: what is given (NULL: taken back), what is enabled. */
static const struct {
	const char *form, *item, *text;
	const char *enabled, *not_enabled;
} steps[] = {
	{ "branches", "b", "true", "b= b? any", "b!= b- all later" },
	{ "branches", "b", "false", "b!= b?", "b= any" },
	{ "branches", "b", NULL, "b!= b-", "b= b? any all" },
	{ "branches", "i", "3", "i>= i<= i=", "i> i< i!=" },
	{ "branches", "i", "2", "i< i<= i!=", "i> i>= i=" },
	{ "branches", "i", "4", "i> i>= i!=", "i< i<= i=" },
	{ "branches", "i", NULL, "i!=", "i> i>= i< i<= i=" },
	{ "branches", "d", "1.5", "d> d< d=", "d!=" },
	{ "branches", "d", "1.500", "d> d< d=", "d!=" },
	{ "branches", "d", "1.25", "d< d!=", "d> d=" },
	{ "branches", "d", "1.250001", "d< d> d!=", "d=" },
	{ "branches", "d", "2", "d> d!=", "d< d=" },
	{ "branches", "day", "2026-03-01", "day>=", "day<" },
	{ "branches", "day", "2026-02-28", "day<", "day>=" },
	{ "branches", "day", NULL, "", "day< day>=" },
	{ "branches", "s", "yes", "s=", "" },
	{ "branches", "s", "Yes", "", "s=" },
	{ "branches", "t", "no", "", "t!=" },
	{ "branches", "o", "red", "o=", "o=g" },
	{ "branches", "o", "green", "o=g", "o=" },
	{ "branches", "n", "2", "n> n=", "" },
	{ "branches", "n", "1", "", "n> n=" },
	{ "branches", "w", "2026-01-31", "w<=", "" },
	{ "branches", "w", "2026-02-28", "", "w<=" },
	{ "nested", "3", "true", "1 2 3 4 3.hint", "5 6 7 8 8b after" },
	{ "nested", "3", NULL, "1 2 3 3.hint", "4 5 6 7 8 8b after" },
};

static void
each_is(const struct answers *a, const char *list, bool enabled)
{
	char copy[128], *word, *rest = copy;

	(void)snprintf(copy, sizeof(copy), "%s", list);
	while ((word = strsep(&rest, " ")) != NULL)
		if (*word != '\0' &&
		    answers_enabled(a, place(a, word)) != enabled)
			fail_msg("%s", word);
}

static void
what_is_asked_follows_what_was_answered(void **state)
{
	struct answers *a;
	struct form *f;
	uint16_t at;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(steps); i++) {
		f = kit_form(steps[i].form);
		a = answers_none(f);
		at = place(a, steps[i].item);
		if (steps[i].text != NULL)
			assert_int_equal(answers_set_text(a, at,
			    steps[i].text, NULL), 0);
		each_is(a, steps[i].enabled, true);
		each_is(a, steps[i].not_enabled, false);
		answers_free(a);
		form_free(f);
	}
}

/* The answer "4" enables 5; without it "6" no longer enables "after". */
static void
what_is_not_asked_has_no_answer_until_it_is_again(void **state)
{
	struct form *f = kit_form("nested");
	struct answers *a = answers_none(f);
	uint16_t four = place(a, "4"), six = place(a, "6");

	(void)state;
	assert_int_equal(answers_missing(a, 0), place(a, "1"));
	assert_int_equal(answers_set_text(a, place(a, "3"), "false", NULL), 0);
	assert_int_equal(answers_missing(a, 0), four);
	assert_int_equal(answers_set_text(a, four, "a", NULL), 0);
	assert_int_equal(answers_missing(a, 0), six);
	assert_int_equal(answers_set_text(a, six, "3", NULL), 0);
	assert_int_equal(answers_missing(a, 0), place(a, "7"));
	assert_int_equal(answers_set_text(a, place(a, "8"), "x", NULL), 0);
	assert_int_equal(answers_missing(a, 0), place(a, "after.1"));
	assert_false(answers_complete(a));

	assert_int_equal(answers_set_text(a, four, "b", NULL), 0);
	assert_null(answers_get(a, six, 0));
	assert_non_null(answers_kept(a, six, 0));
	assert_false(answers_enabled(a, place(a, "after")));
	assert_true(answers_complete(a));

	assert_int_equal(answers_set_text(a, four, "a", NULL), 0);
	assert_int_equal(answers_get(a, six, 0)->number, 3);
	assert_true(answers_enabled(a, place(a, "after")));
	answers_free(a);
	form_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_taken_or_refused_as_it_is_given),
		cmocka_unit_test(a_refused_answer_leaves_the_one_before),
		cmocka_unit_test(what_is_there_initially_is_there),
		cmocka_unit_test(
		    one_answer_replaces_another_but_in_a_choice_that_repeats),
		cmocka_unit_test(more_than_fits_is_refused),
		cmocka_unit_test(what_is_asked_follows_what_was_answered),
		cmocka_unit_test(
		    what_is_not_asked_has_no_answer_until_it_is_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
