/* SPDX-License-Identifier: Apache-2.0 */
/* Words to check by, and a label in a text: no misdirected message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "words.h"

enum { BOTH = 2 * WORDS_WORD_MAX + 2 };

static void
the_list_can_be_read_aloud(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < WORDS_LIST; i++) {
		n = strlen(words_list[i]);
		assert_in_range(n, 4, WORDS_WORD_MAX);
		assert_int_equal(strspn(words_list[i],
		    "abcdefghijklmnopqrstuvwxyz"), n);
		/* In order: so none is there twice. */
		if (i > 0)
			assert_true(strcmp(words_list[i - 1],
			    words_list[i]) < 0);
	}
}

static void
words_are_of_the_name_alone(void **state)
{
	char a[BOTH], b[BOTH], name[16];
	int i, seen[WORDS_LIST] = { 0 }, same = 0, kinds = 0;
	size_t w;

	(void)state;
	words_of(a, "c_aaaaaaaaaaaa", 14);
	words_of(b, "c_aaaaaaaaaaaa", 14);
	assert_string_equal(a, b);
	/* Final: a contact keeps its words in every version. */
	assert_string_equal(a, "stream ladder");
	for (i = 0; i < 4096; i++) {
		(void)snprintf(name, sizeof(name), "c_%012d", i);
		words_of(b, name, 14);
		same += strcmp(a, b) == 0;
		assert_non_null(strchr(b, ' '));
		for (w = 0; w < WORDS_LIST; w++)
			if (strncmp(b, words_list[w],
			    strcspn(b, " ")) == 0 &&
			    strlen(words_list[w]) == strcspn(b, " "))
				seen[w]++;
	}
	for (w = 0; w < WORDS_LIST; w++)
		kinds += seen[w] > 0;
	assert_int_equal(kinds, WORDS_LIST);
	assert_true(same <= 3);
}

static void
what_was_typed_is_compared_as_words(void **state)
{
	static const struct {
		const char *typed;
		int same;
	} rows[] = {
		{ "river copper", 1 },
		{ "  River\t COPPER ", 1 },
		{ "", 0 },
		{ " ", 0 },
		{ "river", 0 },
		{ "river ", 0 },
		{ "copper river", 0 },
		{ "rivercopper", 0 },
		{ "river copper x", 0 },
		{ "river copperx", 0 },
		{ "xriver copper", 0 },
		{ "river coppe", 0 },
		{ "river-copper", 0 },
		{ "river copper\n", 0 },
		{ "y", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(words_same("river copper", rows[i].typed),
		    rows[i].same);
}

struct naming {
	const char *text, *label, *own;
};

static void
name_all(const struct naming *rows, size_t n, bool named)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (words_name(rows[i].text, strlen(rows[i].text),
		    rows[i].label, rows[i].own) != named)
			fail_msg("%s in \"%s\"", rows[i].label, rows[i].text);
}

static void
a_label_is_found_as_whole_words(void **state)
{
	static const struct naming rows[] = {
		{ "Hello Ben, how are you?", "Ben", "Anna" },
		{ "hello BEN", "Ben", "Anna" },
		{ "Ben", "Ben", "Anna" },
		{ "(Ben)", "ben", "Anna" },
		{ "Ben's turn", "Ben", "Anna" },
		{ "and Ben.B. too", "Ben.B.", "Anna" },
		{ "x\nMaria Sol\ny", "Maria Sol", "Anna" },
		{ "gr\xc3\xbc\xc3\x9f dich, J\xc3\xb6rg!", "J\xc3\xb6rg",
		    "Anna" },
		{ "Anna and Anna Maria", "Anna", "Anna Maria" },
		{ "(1) and then", "(1) ", "Anna" },
		/* As phones and word processors write. */
		{ "\xe2\x80\x9e" "Ben\xe2\x80\x9c", "Ben", "Anna" },
		{ "Ben\xe2\x80\x99s turn", "Ben", "Anna" },
		{ "so\xe2\x80\x94" "Ben\xe2\x80\x94said", "Ben", "Anna" },
		{ "hi\xc2\xa0" "Ben\xc2\xa0!", "Ben", "Anna" },
		{ "\xf0\x9f\x99\x82" "Ben\xf0\x9f\x99\x82", "Ben", "Anna" },
		{ "J\xc3\x96RG", "J\xc3\xb6rg", "Anna" },
		{ "Jo\xcc\x88rg", "J\xc3\xb6rg", "Anna" },
		{ "J\xc3\xb6rg", "Jo\xcc\x88rg", "Anna" },
		{ "Jorg", "J\xc3\xb6rg", "Anna" },
		{ "\xc5\x81UKASZ", "\xc5\x82ukasz", "Anna" },
		{ "\xd0\x98\xd0\x92\xd0\x90\xd0\x9d",
		    "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", "Anna" },
		{ "\xe6\x9d\x8e\xe6\x98\x8e\xe7\x9a\x84",
		    "\xe6\x9d\x8e\xe6\x98\x8e", "Anna" },
		{ "hello J\xc3\xb6rg", "J\xc3\xb6rg", "Jorg" },
		{ "Be\xcc\x81n", "Ben", "Anna" },
	};

	(void)state;
	name_all(rows, sizeof(rows) / sizeof(rows[0]), true);
	/* The text ends where its length says. */
	assert_true(words_name("Benn", 3, "Ben", "Anna"));
	assert_false(words_name("Ben", 2, "Ben", "Anna"));
}

static void
other_words_are_no_label(void **state)
{
	static const struct naming rows[] = {
		{ "hello \xff" "Ben", "Ben", "Anna" },
		{ "", "Ben", "Anna" },
		{ "Be", "Ben", "Anna" },
		{ "Benjamin", "Ben", "Anna" },
		{ "Ruben", "Ben", "Anna" },
		{ "Ben2", "Ben", "Anna" },
		{ "2Ben", "Ben", "Anna" },
		{ "B en", "Ben", "Anna" },
		{ "Maria  Sol", "Maria Sol", "Anna" },
		{ "Ben\xc3\xa9", "Ben", "Anna" },
		{ "\xc3\xa9" "Ben", "Ben", "Anna" },
		{ "so Jo said", "Jo", "Anna" },
		{ "so \xc3\xa9\xc3\xa9 said", "\xc3\xa9\xc3\xa9", "Anna" },
		{ "hello J\xc3\xb6rg", "J\xc3\xb6rg", "J\xc3\xb6rg" },
		{ "J\xc3\xb6rgl", "J\xc3\xb6rg", "Anna" },
		{ "Ben\xd0\xb0", "Ben", "Anna" },
		{ "Benn\xcc\x81", "Benn\xcc\x81x", "Anna" },
		{ "\xe6\x9d\x8e", "\xe6\x9d\x8e", "Anna" },
		{ "hello anna", "Anna", "Anna" },
		{ "hello anna", "Anna", "ANNA" },
		{ "Anna Maria, hello", "Anna", "Anna Maria" },
		{ "Anna Maria, hello", "Maria", "Anna Maria" },
		{ "nothing of it", "Ben", "Anna" },
	};

	(void)state;
	name_all(rows, sizeof(rows) / sizeof(rows[0]), false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_can_be_read_aloud),
		cmocka_unit_test(words_are_of_the_name_alone),
		cmocka_unit_test(what_was_typed_is_compared_as_words),
		cmocka_unit_test(a_label_is_found_as_whole_words),
		cmocka_unit_test(other_words_are_no_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
