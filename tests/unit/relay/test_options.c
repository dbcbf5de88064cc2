/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promise: a command line is understood whole, or refused with one line that
 * names the option and what is allowed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "capture.h"
#include "options.h"

enum { WORDS = 12 };

static const struct {
	const char *words[WORDS];
	const char *named, *allowed;
} refused[] = {
	{ { NULL }, "command", "serve" },
	{ { "" }, "unknown command", "serve" },
	{ { "start" }, "start", "serve, admit, status, inspect" },
	{ { "--data", "x" }, "--data", "serve" },
	{ { "serve" }, "--data is missing", "--data DIR" },
	{ { "serve", "--data" }, "--data needs a value", "--data DIR" },
	{ { "serve", "--data", "" }, "--data needs a value", "--data DIR" },
	{ { "serve", "--data=" }, "--data= needs a value", "--data DIR" },
	{ { "serve", "--data", "a", "--data", "b" }, "--data was given twice",
	  "--data DIR" },
	{ { "serve", "--data", "a", "b" }, "b is not an option",
	  "--listen ADDR:PORT" },
	{ { "serve", "--data", "a", "-v" }, "-v is not", "--plaintext" },
	{ { "serve", "--data", "a", "--nope" }, "--nope is not",
	  "--listen ADDR:PORT" },
	{ { "serve", "--dat", "a" }, "--dat is not", "--data DIR" },
	{ { "serve", "--d=a" }, "--d=a is not", "--data DIR" },
	{ { "serve", "--data", "a", "--json" }, "--json is not",
	  "--listen ADDR:PORT" },
	{ { "serve", "--data", "a", "--plaintext=1" }, "--plaintext=1",
	  "--plaintext" },
	{ { "serve", "--data", "a", "--url", "wss://x" }, "--url is not",
	  "--config FILE" },
	{ { "admit", "--data", "a", "--listen", "x" }, "--listen is not",
	  "--relationships N" },
	{ { "admit", "--data", "a", "--relationships", "0" },
	  "--relationships", "1 to 10000" },
	{ { "admit", "--data", "a", "--relationships", "10001" },
	  "--relationships", "1 to 10000" },
	{ { "admit", "--data", "a", "--relationships", "-1" },
	  "--relationships", "1 to 10000" },
	{ { "admit", "--data", "a", "--relationships", "1e3" },
	  "--relationships", "1 to 10000" },
	{ { "admit", "--data", "a", "--expires-hours", "0" },
	  "--expires-hours", "1 to 8760" },
	{ { "admit", "--data", "a", "--expires-hours", "8761" },
	  "--expires-hours", "1 to 8760" },
	{ { "admit", "--data", "a", "--expires-hours", "99999999999" },
	  "--expires-hours", "1 to 8760" },
	{ { "status", "--data", "a", "--json", "--json" },
	  "--json was given twice", "--json" },
	{ { "inspect", "--data", "a", "--config", "b" }, "--config is not",
	  "--data DIR, --json" },
};

static int
parse(struct options *o, const char *const *words)
{
	char *argv[WORDS + 2], text[WORDS][64];
	int i, argc = 1;

	argv[0] = strcpy(text[WORDS - 1], "tacit-relay");
	for (i = 0; i < WORDS - 1 && words[i] != NULL; i++)
		argv[argc++] = strcpy(text[i], words[i]);
	argv[argc] = NULL;
	return options_read(o, argc, argv);
}

static void
what_is_wrong_is_named_in_one_line(void **state)
{
	char said[512], *end;
	struct options o;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		capture_begin();
		rc = parse(&o, refused[i].words);
		capture_end(said, sizeof(said));
		end = strchr(said, '\n');
		if (rc != TACIT_E_INVALID || end == NULL || end[1] != '\0' ||
		    strstr(said, refused[i].named) == NULL ||
		    strstr(said, refused[i].allowed) == NULL)
			fail_msg("row %zu: %d \"%s\"", i, rc, said);
	}
}

static void
what_is_right_is_taken(void **state)
{
	static const char *const serve[] = { "serve", "--data", "d",
	    "--listen", "127.0.0.1:0", "--config=c", "--plaintext", NULL };
	static const char *const admit[] = { "admit", "--url", "wss://h",
	    "--relationships", "10000", "--expires-hours", "8760", "--data",
	    "d", NULL };
	static const char *const least[] = { "admit", "--data", "d", NULL };
	static const char *const help[] = { "serve", "--help", NULL };
	struct options o;

	(void)state;
	assert_int_equal(parse(&o, serve), 0);
	assert_int_equal(o.command, SERVE);
	assert_int_equal(o.plaintext, 1);
	assert_int_equal(parse(&o, admit), 0);
	assert_int_equal(o.command, ADMIT);
	assert_int_equal(o.relationships, 10000);
	assert_int_equal(o.expires_hours, 8760);
	assert_int_equal(parse(&o, least), 0);
	assert_int_equal(o.relationships, 1);
	assert_int_equal(o.expires_hours, 720);
	assert_null(o.url);
	assert_int_equal(parse(&o, help), 0);
	assert_int_equal(o.command, HELP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_named_in_one_line),
		cmocka_unit_test(what_is_right_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
