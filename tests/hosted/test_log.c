/* SPDX-License-Identifier: Apache-2.0 */
/* The log and the clock of the host (tacit/host.h), beside a real relay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "app.h"

static struct relay_proc relay;

static int
setup(void **state)
{
	(void)state;
	relay_proc_make(&relay, "");
	relay_proc_start(&relay);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	relay_proc_free(&relay);
	return 0;
}

/* The table of tacit/host.h, and nothing else. */
static void
each_line_is_in_the_table(const struct app *a)
{
	static const char shape[] = "^(1 (vault-opened [0-9]+|vault-closed|"
	    "relay-connected [0-9]+)|"
	    "2 (vault-refused [a-z-]+|relay-lost [a-z-]+ [0-9]+|"
	    "relay-refused [a-z-]+ [0-9]+|event [a-z-]+|session-reset)|"
	    "3 (change-failed|vault-broken) [a-z-]+)$";
	char *copy = strdup(a->log), *line, *rest = copy;
	regex_t re;

	assert_non_null(copy);
	assert_int_equal(regcomp(&re, shape, REG_EXTENDED | REG_NOSUB), 0);
	while ((line = strsep(&rest, "\n")) != NULL)
		if (line[0] != '\0' && regexec(&re, line, 0, NULL, 0) != 0)
			fail_msg("no such line: %s", line);
	regfree(&re);
	free(copy);
}

/* What must be in no line: as it is, and without its first two characters. */
static void
lacks(const struct app *a, const char *what)
{
	assert_true(strlen(what) > 4);
	if (strstr(a->log, what + 2) != NULL)
		fail_msg("in the log: %s", what);
}

static void
has(const struct app *a, const char *what)
{
	if (strstr(a->log, what) == NULL)
		fail_msg("not in the log: %s\n%s", what, a->log);
}

static void
nothing_secret(const struct app *a, const char *const *texts)
{
	struct tacit_contact_info i = app_info(a);
	struct tacit_message m = { .size = sizeof(m) };
	char hex[2 * TACIT_HASH_LEN + 1], number[TACIT_SAFETY_SIZE];

	for (; *texts != NULL; texts++)
		lacks(a, *texts);
	lacks(a, i.id);
	lacks(a, i.label);
	assert_int_equal(tacit_history(a->p.ct, 0, &m), 0);
	lacks(a, m.id);
	assert_int_equal(tacit_safety_number(a->p.ct, number), 0);
	lacks(a, number);
	lacks(a, "127.0.0.1");
	lacks(a, a->p.path);
	sodium_bin2hex(hex, sizeof(hex), relay.place.pin,
	    sizeof(relay.place.pin));
	lacks(a, hex);
	sodium_bin2hex(hex, sizeof(hex), relay.place.relay_key,
	    sizeof(relay.place.relay_key));
	lacks(a, hex);
}

static int
has_problem(struct app *a)
{
	struct tacit_progress g = { .size = sizeof(g) };

	assert_int_equal(tacit_progress(a->p.t, &g), 0);
	return g.problem != 0;
}

static int
has_none(struct app *a)
{
	return !has_problem(a);
}

static int
is_refused(struct app *a)
{
	return strstr(a->log, "relay-refused") != NULL;
}

static void
the_log_says_what_happened_and_to_nobody_what_or_who(void **state)
{
	static const char *const texts[] = { "a text that is secret",
	    "an answer that is, too", "anna of the first", "bob of the other",
	    NULL };
	struct tacit_config cfg;
	struct app a, b;
	struct tacit *t;

	(void)state;
	app_open(&a, relay.base, texts[2], APP_LOG);
	app_open(&b, relay.base, texts[3], 0);
	person_add_relay(&a.p, &relay, relay.place.port, NULL);
	app_pair(&a, &b);
	app_say(&a, &b, texts[0]);
	app_say(&b, &a, texts[1]);
	has(&a, "1 vault-opened 0\n");
	has(&a, "1 relay-connected ");

	(void)relay_proc_stop(&relay, SIGTERM);
	app_run(&a, NULL, has_problem);
	has(&a, "2 relay-lost relay-unreachable ");
	relay.port = relay.place.port;
	relay_proc_start(&relay);
	app_run(&a, NULL, has_none);

	/* Nobody's wrong passphrase stands in it either. */
	cfg = person_config(&a.p, NULL);
	cfg.host = &a.host;
	assert_int_equal(tacit_open(&t, &cfg), TACIT_E_BUSY);
	has(&a, "2 vault-refused vault-busy\n");
	nothing_secret(&a, texts);
	each_line_is_in_the_table(&a);
	tacit_close(a.p.t);
	has(&a, "1 vault-closed\n");
	/* Off unless it is asked for. */
	assert_int_equal(b.log_len, 0);
	a.p.t = NULL;
	app_close(&a);
	app_close(&b);
}

static void
a_refusal_of_the_relay_is_logged(void **state)
{
	struct app a;

	(void)state;
	app_open(&a, relay.base, "somebody", APP_LOG);
	person_add_relay(&a.p, &relay, relay.place.port, NULL);
	person_invite(&a.p);
	person_invite(&a.p);
	person_invite(&a.p);
	person_invite(&a.p);
	person_invite(&a.p);
	person_invite(&a.p);
	person_invite(&a.p);
	person_invite(&a.p);
	person_invite(&a.p);
	person_invite(&a.p);
	app_run(&a, NULL, is_refused);
	has(&a, "2 relay-refused admission-refused ");
	each_line_is_in_the_table(&a);
	app_close(&a);
}

#define YEAR	(INT64_C(365) * 24 * 3600 * 1000)

/* Texts arrive whatever the clock of one end says, and say its time. */
static void
a_clock_may_jump_either_way(void **state)
{
	static const struct {
		int64_t is_ms, shown;
	} row[] = {
		{ INT64_C(1800000000000), INT64_C(1800000000000) },
		{ INT64_C(1800000000000) + 20 * YEAR,
		    INT64_C(1800000000000) + 20 * YEAR },
		{ INT64_C(1800000000000) - 20 * YEAR,
		    INT64_C(1800000000000) - 20 * YEAR },
		{ 1, 1 },
		{ INT64_MAX, INT64_C(253402300799999) },
		{ -1, 0 },
		{ INT64_MIN, 0 },
		{ INT64_C(1800000000000), INT64_C(1800000000000) },
	};
	struct tacit_message m;
	struct app a, b;
	char text[32];
	size_t i;

	(void)state;
	app_open(&a, relay.base, "jumps", APP_CLOCK);
	app_open(&b, relay.base, "stays", 0);
	person_add_relay(&b.p, &relay, relay.place.port, NULL);
	app_pair(&b, &a);
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		a.is_ms = row[i].is_ms;
		(void)snprintf(text, sizeof(text), "jump %zu", i);
		app_say(&a, &b, text);
		m.size = sizeof(m);
		assert_int_equal(tacit_history(a.p.ct, 0, &m), 0);
		assert_int_equal(m.time_ms, row[i].shown);
		app_say(&b, &a, "and back");
		tacit_close(a.p.t);
		assert_int_equal(app_reopen(&a), 0);
	}
	app_close(&a);
	app_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_log_says_what_happened_and_to_nobody_what_or_who),
		cmocka_unit_test(a_refusal_of_the_relay_is_logged),
		cmocka_unit_test(a_clock_may_jump_either_way),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
