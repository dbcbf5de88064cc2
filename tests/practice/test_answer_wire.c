/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers are kept and sent as they are, and refused if they could not have
 * been given.
 */
#include "kit.h"

#include "answer_wire.h"
#include "block.h"
#include "random.h"

static uint8_t *
write_all(const struct answers *a, enum answers_which which, size_t *len)
{
	uint8_t *bytes = malloc(FORM_ANSWERS_LEN);

	assert_non_null(bytes);
	assert_int_equal(answers_write(bytes, FORM_ANSWERS_LEN, len, a,
	    which), 0);
	return bytes;
}

static int
read_exact(const struct form *f, const uint8_t *bytes, size_t len)
{
	uint8_t *exact = block_copy(bytes, len);
	struct answers *a;
	int rc = answers_read(&a, f, exact, len);

	assert_true((rc == 0) == (a != NULL));
	assert_true(rc == 0 || rc == TACIT_E_ANSWER);
	answers_free(a);
	free(exact);
	return rc;
}

static void
set(struct answers *a, const char *link_id, const char *text)
{
	assert_int_equal(answers_set_text(a, (uint16_t)form_find(
	    answers_form(a), link_id), text, NULL), 0);
}

static struct answers *
nested_answers(const struct form *f)
{
	struct answers *a = answers_none(f);

	set(a, "3", "true");
	set(a, "4", "a");
	set(a, "6", "3");
	set(a, "8", "eight");
	set(a, "after.1", "2026-11-22");
	return a;
}

static void
what_is_kept_is_more_than_what_is_sent(void **state)
{
	struct form *f = kit_form("nested");
	struct answers *a = nested_answers(f), *b;
	uint16_t six = (uint16_t)form_find(f, "6");
	uint8_t *bytes;
	size_t len;

	(void)state;
	set(a, "4", "b");
	bytes = write_all(a, ANSWERS_ALL, &len);
	assert_non_null(memmem(bytes, len, "eight", 5));
	assert_int_equal(answers_read(&b, f, bytes, len), 0);
	assert_null(answers_get(b, six, 0));
	set(b, "4", "a");
	assert_int_equal(answers_get(b, six, 0)->number, 3);
	answers_free(b);
	free(bytes);

	bytes = write_all(a, ANSWERS_THAT_COUNT, &len);
	assert_null(memmem(bytes, len, "eight", 5));
	assert_int_equal(answers_read(&b, f, bytes, len), 0);
	set(b, "4", "a");
	assert_null(answers_get(b, six, 0));
	answers_free(b);
	free(bytes);
	answers_free(a);
	form_free(f);
}

static void
nothing_answered_is_no_bytes(void **state)
{
	struct form *f = kit_form("choices");
	struct answers *a = answers_none(f), *b;
	size_t len;
	uint8_t *bytes = write_all(a, ANSWERS_ALL, &len);

	(void)state;
	assert_int_equal(len, 0);
	/* what is there initially was taken back, and stays so */
	assert_int_equal(answers_read(&b, f, bytes, 0), 0);
	assert_null(answers_get(b, (uint16_t)form_find(f, "strings"), 0));
	answers_free(b);
	answers_free(a);
	free(bytes);
	form_free(f);
}

#define S(s)	s, sizeof(s) - 1
/* To the form "every-type"; its item 2 is boolean, 3 integer to 40, ... */
static const struct {
	const char *name, *bytes;
	size_t len;
	int rc;
} rows[] = {
	{ "true", S("\x0a\x06\x08\x02\x12\x02\x08\x01"), 0 },
	{ "40", S("\x0a\x06\x08\x03\x12\x02\x10\x50"), 0 },
	{ "both", S("\x0a\x06\x08\x02\x12\x02\x08\x01"
	    "\x0a\x06\x08\x03\x12\x02\x10\x50"), 0 },

	{ "41", S("\x0a\x06\x08\x03\x12\x02\x10\x52"), TACIT_E_ANSWER },
	{ "-1", S("\x0a\x06\x08\x03\x12\x02\x10\x01"), TACIT_E_ANSWER },
	{ "a boolean for an integer", S("\x0a\x06\x08\x03\x12\x02\x08\x01"),
	    TACIT_E_ANSWER },
	{ "to a display", S("\x0a\x05\x2a\x03\x12\x01x"), TACIT_E_ANSWER },
	{ "to a group", S("\x0a\x07\x08\x01\x12\x03\x2a\x01x"),
	    TACIT_E_ANSWER },
	{ "to no item", S("\x0a\x06\x08\x0a\x12\x02\x08\x01"),
	    TACIT_E_ANSWER },
	{ "to item 2^32 - 1", S("\x0a\x0a\x08\xff\xff\xff\xff\x0f\x12\x02"
	    "\x08\x01"), TACIT_E_ANSWER },
	{ "without a value", S("\x0a\x02\x08\x02"), TACIT_E_ANSWER },
	{ "an empty value", S("\x0a\x04\x08\x02\x12\x00"), TACIT_E_ANSWER },
	{ "descending", S("\x0a\x06\x08\x03\x12\x02\x10\x50"
	    "\x0a\x06\x08\x02\x12\x02\x08\x01"), TACIT_E_ANSWER },
	{ "twice", S("\x0a\x06\x08\x02\x12\x02\x08\x01"
	    "\x0a\x06\x08\x02\x12\x02\x08\x01"), TACIT_E_ANSWER },
	{ "true spelled as 2", S("\x0a\x06\x08\x02\x12\x02\x08\x02"),
	    TACIT_E_ANSWER },
	{ "a field nobody knows", S("\x0a\x06\x08\x02\x12\x02\x08\x01"
	    "\x7a\x01x"), TACIT_E_ANSWER },
	{ "option 3 of 3", S("\x0a\x06\x08\x06\x12\x02\x30\x03"),
	    TACIT_E_ANSWER },
	{ "words for a choice", S("\x0a\x07\x08\x06\x12\x03\x2a\x01x"),
	    TACIT_E_ANSWER },
	{ "words that are an option", S("\x0a\x0c\x08\x07\x12\x08\x2a\x06"
	    "Family"), TACIT_E_ANSWER },
	{ "an option twice", S("\x0a\x06\x08\x07\x12\x02\x30\x01"
	    "\x0a\x06\x08\x07\x12\x02\x30\x01"), TACIT_E_ANSWER },
	{ "30 February", S("\x0a\x09\x08\x05\x12\x05\x20\xb2\xa5\xd4\x09"),
	    TACIT_E_ANSWER },
	{ "a decimal with 7 places", S("\x0a\x0a\x08\x04\x12\x06\x1a\x04"
	    "\x08\x02\x10\x07"), TACIT_E_ANSWER },
	{ "a decimal whose places lie", S("\x0a\x0a\x08\x04\x12\x06\x1a\x04"
	    "\x08\x02\x10\x01"), TACIT_E_ANSWER },
	{ "not UTF-8", S("\x0a\x07\x08\x08\x12\x03\x2a\x01\xff"),
	    TACIT_E_ANSWER },
	{ "NUL", S("\x0a\x08\x08\x08\x12\x04\x2a\x02x\x00"),
	    TACIT_E_ANSWER },
	{ "escape", S("\x0a\x07\x08\x08\x12\x03\x2a\x01\x1b"),
	    TACIT_E_ANSWER },
	{ "cut", S("\x0a\x06\x08\x02\x12\x02\x08"), TACIT_E_ANSWER },
};

static void
answers_that_could_not_be_given_are_refused(void **state)
{
	struct form *f = kit_form("every-type");
	uint8_t *huge = calloc(1, FORM_ANSWERS_LEN + 1);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		if (read_exact(f, (const uint8_t *)rows[i].bytes,
		    rows[i].len) != rows[i].rc)
			fail_msg("%s", rows[i].name);
	assert_int_equal(read_exact(f, huge, FORM_ANSWERS_LEN + 1),
	    TACIT_E_ANSWER);
	free(huge);
	form_free(f);
}

static void
answers_that_are_damaged_are_refused_or_answers(void **state)
{
	struct random rnd = random_start();
	struct form *f = kit_form("nested");
	struct answers *a = nested_answers(f);
	uint8_t *changed;
	size_t len, i, taken = 0;
	uint8_t *bytes = write_all(a, ANSWERS_ALL, &len);

	(void)state;
	for (i = 0; i < 20000; i++) {
		changed = block_copy(bytes, len);
		changed[random_below(&rnd, len)] = (uint8_t)random_next(&rnd);
		taken += read_exact(f, changed, len) == 0;
		free(changed);
	}
	assert_in_range(taken, 1, 19999);
	free(bytes);
	answers_free(a);
	form_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_is_more_than_what_is_sent),
		cmocka_unit_test(nothing_answered_is_no_bytes),
		cmocka_unit_test(answers_that_could_not_be_given_are_refused),
		cmocka_unit_test(
		    answers_that_are_damaged_are_refused_or_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
