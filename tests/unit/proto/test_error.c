/* SPDX-License-Identifier: Apache-2.0 */
/* Values travel between versions: they are never renumbered or reused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tacit/error.h"
#include "tacit/error_text.h"

#define ROW(name, value, word, text) { #name, value, word, text },
static const struct {
	const char *name;
	int value;
	const char *word, *text;
} errors[] = { TACIT_ERRORS(ROW) };
#undef ROW

enum { N_ERRORS = sizeof(errors) / sizeof(errors[0]) };

/* What has been given out once, and what commands print for it. */
static const struct {
	int value;
	const char *word;
} promised[] = {
	{ -1, "usage" }, { -2, "state" }, { -3, "bad-link" },
	{ -4, "bad-text" }, { -5, "bad-label" }, { -6, "unknown-contact" },
	{ -7, "ambiguous-contact" }, { -8, "contact-closed" },
	{ -9, "vault-exists" }, { -10, "no-relay" }, { -11, "bad-link" },
	{ -12, "bad-form" }, { -13, "bad-answer" },
	{ -14, "unknown-id" }, { -15, "bad-hold" }, { -16, "too-late" },
	{ -17, "closed-handle" }, { -18, "re-entered" }, { -19, "two-threads" },
	{ -20, "bad-frame" }, { -21, "limit" }, { -22, "bad-size" },
	{ -23, "version" }, { -24, "not-authentic" }, { -25, "replay" },
	{ -26, "poison" }, { -27, "conflict" },
	{ -28, "bad-statement" }, { -40, "rate" },
	{ -41, "quota" }, { -42, "unavailable" }, { -43, "relay-unreachable" },
	{ -44, "vault-busy" }, { -45, "latched" }, { -46, "wait" },
	{ -60, "internal" }, { -61, "io" }, { -62, "disk-full" },
	{ -63, "vault-corrupt" }, { -64, "vault-truncated" },
	{ -65, "not-a-vault" }, { -66, "internal" }, { -67, "not-a-backup" },
	{ -68, "file-exists" }, { -70, "retained" }, { -71, "wrong-date" },
	{ -73, "forked" }, { -74, "other-secret" },
	{ -79, "internal" }, { -80, "refused" },
	{ -81, "wrong-passphrase" }, { -82, "invitation-used" },
	{ -83, "invitation-expired" }, { -84, "invitation-revoked" },
	{ -85, "invitation-unknown" }, { -86, "invitation-own" },
	{ -87, "admission-refused" }, { -88, "pin-mismatch" },
	{ -89, "not-verified" }, { -90, "identity-changed" },
	{ -91, "rolled-back" }, { -92, "confirm" }, { -93, "other-name" },
	{ -94, "card" }, { -95, "paused" },
};

static void
no_value_was_renumbered(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(promised) / sizeof(promised[0]); i++)
		assert_string_equal(tacit_error_word(promised[i].value),
		    promised[i].word);
}

static void
values_are_unique_and_fit_a_result_byte(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < N_ERRORS; i++) {
		assert_in_range(-errors[i].value, 1, 119);
		for (j = 0; j < i; j++)
			assert_int_not_equal(errors[i].value,
			    errors[j].value);
	}
}

static void
every_error_has_its_word_and_one_line(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";
	size_t i;

	(void)state;
	for (i = 0; i < N_ERRORS; i++) {
		assert_string_equal(tacit_error_word(errors[i].value),
		    errors[i].word);
		assert_string_equal(tacit_error_text(errors[i].value),
		    errors[i].text);
		assert_int_not_equal(strlen(errors[i].word), 0);
		assert_int_equal(strspn(errors[i].word, letters),
		    strlen(errors[i].word));
		assert_int_not_equal(strlen(errors[i].text), 0);
		assert_null(strchr(errors[i].text, '\n'));
	}
}

static void
what_is_no_error_has_a_text_too(void **state)
{
	static const int others[] = { 1, -39, -59, -120, -121, 4711,
	    INT32_MIN };
	size_t i;

	(void)state;
	assert_string_equal(tacit_error_word(0), "ok");
	assert_string_equal(tacit_error_text(0), "no error");
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_string_equal(tacit_error_word(others[i]), "internal");
		assert_string_equal(tacit_error_text(others[i]),
		    "unknown error");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_value_was_renumbered),
		cmocka_unit_test(values_are_unique_and_fit_a_result_byte),
		cmocka_unit_test(every_error_has_its_word_and_one_line),
		cmocka_unit_test(what_is_no_error_has_a_text_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
