/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections by the host (tacit/host.h), against a real relay: what the
 * library asks of them, and what it does not leave to them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

static void
two_people_talk_over_a_transport_of_their_app(void **state)
{
	struct app a, b;

	(void)state;
	app_open(&a, relay.base, "a", APP_WIRES);
	app_open(&b, relay.base, "b", 0);
	person_add_relay(&a.p, &relay, relay.place.port, NULL);
	app_pair(&a, &b);
	app_say(&a, &b, "over the wire of an app");
	app_say(&b, &a, "and back again");
	assert_true(a.w.opened > 0);
	assert_true(a.w.messages > 0);
	assert_int_equal(b.w.opened, 0);
	/* All connections are given back before tacit_close() returns. */
	app_close(&a);
	app_close(&b);
}

static int
has_problem(struct app *a)
{
	struct tacit_progress g = { .size = sizeof(g) };

	assert_int_equal(tacit_progress(a->p.t, &g), 0);
	return g.problem != 0;
}

static int
problem(struct app *a)
{
	struct tacit_progress g = { .size = sizeof(g) };

	app_run(a, NULL, has_problem);
	assert_int_equal(tacit_progress(a->p.t, &g), 0);
	return g.problem;
}

/* An admission line of the relay with one bit of it changed. */
static void
add_changed(struct app *a, int pin, int key)
{
	struct tacit_admission adm;
	char line[TACIT_LINK_SIZE];

	relay_proc_admit(&relay, "5", &adm);
	adm.place.pin[3] ^= (uint8_t)pin;
	adm.place.relay_key[3] ^= (uint8_t)key;
	assert_int_equal(tacit_admission_write(line, sizeof(line), &adm), 0);
	assert_int_equal(tacit_relay_add(a->p.t, line, strlen(line), NULL),
	    0);
}

/*
 * Another key in TLS: the host finds it, or the library, if that was said
 * truly; and if not, the relay still cannot sign as the one that was named.
 */
static void
a_relay_that_was_not_named_gets_nothing(void **state)
{
	static const struct {
		const char *name;
		int careless, liar, pin, key;
	} row[] = {
		{ "careful", 0, 0, 1, 0 },
		{ "careless", 1, 0, 1, 0 },
		{ "liar", 1, 1, 1, 1 },
		{ "impostor", 0, 0, 0, 1 },
	};
	long before = relay_proc_status(&relay, "mailboxes");
	struct app a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		app_open(&a, relay.base, row[i].name, APP_WIRES);
		a.w.careless = row[i].careless;
		a.w.liar = row[i].liar;
		add_changed(&a, row[i].pin, row[i].key);
		person_invite(&a.p);
		assert_int_equal(problem(&a), TACIT_E_PIN);
		assert_false(app_info(&a).ready);
		assert_int_equal(relay_proc_status(&relay, "mailboxes"),
		    before);
		app_close(&a);
	}
}

static int
was_refused(struct app *a)
{
	return a->w.refused >= 2;
}

static int
is_ready(struct app *a)
{
	return app_info(a).ready;
}

/* Whatever it answers, it is asked again, and then things go on. */
static void
a_transport_that_fails_is_tried_again(void **state)
{
	static const struct {
		const char *name;
		int answer, problem;
	} row[] = {
		{ "f1", TACIT_E_UNREACHABLE, TACIT_E_UNREACHABLE },
		{ "f2", TACIT_E_PIN, TACIT_E_PIN },
		{ "f3", 1, TACIT_E_UNREACHABLE },
		{ "f4", -100000, TACIT_E_UNREACHABLE },
	};
	struct app a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		app_open(&a, relay.base, row[i].name, APP_WIRES);
		person_add_relay(&a.p, &relay, relay.place.port, NULL);
		a.w.fails = row[i].answer;
		person_invite(&a.p);
		app_run(&a, NULL, was_refused);
		assert_int_equal(problem(&a), row[i].problem);
		a.w.fails = 0;
		app_run(&a, NULL, is_ready);
		app_close(&a);
	}
}

static int
is_open(struct app *a)
{
	return a->w.opened > 0;
}

static void
what_is_said_of_no_connection_is_refused(void **state)
{
	static uint8_t big[TACIT_WIRE_MAX + 1];
	const uint8_t hash[TACIT_PIN_SIZE] = { 0 };
	struct tacit *t;
	struct app a;
	uint32_t conn = 0;
	size_t i;

	(void)state;
	app_open(&a, relay.base, "said", APP_WIRES);
	t = a.p.t;
	assert_int_equal(tacit_transport_opened(t, 7, hash), TACIT_E_STATE);
	assert_int_equal(tacit_transport_message(t, 7, "x", 1),
	    TACIT_E_STATE);
	assert_int_equal(tacit_transport_closed(t, 7, 0), TACIT_E_STATE);
	person_add_relay(&a.p, &relay, relay.place.port, NULL);
	person_invite(&a.p);
	assert_int_equal(tacit_step(t, 0), 0);
	for (i = 0; i < WIRES; i++)
		if (a.w.wire[i].conn != 0)
			conn = a.w.wire[i].conn;
	assert_int_not_equal(conn, 0);
	assert_int_equal(tacit_transport_message(t, conn, "x", 1),
	    TACIT_E_STATE);
	assert_int_equal(tacit_transport_opened(t, conn, NULL),
	    TACIT_E_INVALID);
	app_run(&a, NULL, is_open);
	assert_int_equal(tacit_transport_opened(t, conn, hash),
	    TACIT_E_STATE);
	assert_int_equal(tacit_transport_message(t, conn, NULL, 1),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_transport_message(t, conn, big, sizeof(big)),
	    TACIT_E_LIMIT);
	assert_int_equal(tacit_transport_closed(t, conn, 0), TACIT_E_STATE);
	wires_free(&a.w);
	app_run(&a, NULL, is_ready);
	app_close(&a);
}

/* Until tacit_step() took some, no more is taken. */
static void
a_flood_is_not_kept_in_memory(void **state)
{
	static const uint8_t message[4096];
	struct app a;
	uint32_t conn = 0;
	size_t i, n = 0;
	int rc;

	(void)state;
	app_open(&a, relay.base, "flood", APP_WIRES);
	person_add_relay(&a.p, &relay, relay.place.port, NULL);
	person_invite(&a.p);
	app_run(&a, NULL, is_open);
	for (i = 0; i < WIRES; i++)
		if (a.w.wire[i].ws != NULL)
			conn = a.w.wire[i].conn;
	assert_int_not_equal(conn, 0);
	while ((rc = tacit_transport_message(a.p.t, conn, message,
	    sizeof(message))) == 0)
		assert_true(++n < 1000);
	assert_int_equal(rc, TACIT_E_WAIT);
	assert_int_equal(tacit_timeout_ms(a.p.t), 0);
	/* It is nonsense, so it ends that connection, and no other. */
	app_run(&a, NULL, is_ready);
	app_close(&a);
}

static int
dummy_open(void *arg, const struct tacit_peer *peer)
{
	(void)arg;
	(void)peer;
	return 0;
}

static int
dummy_send(void *arg, uint32_t conn, const void *message, size_t len)
{
	(void)arg;
	(void)conn;
	(void)message;
	(void)len;
	return 0;
}

static void
dummy_close(void *arg, uint32_t conn)
{
	(void)arg;
	(void)conn;
}

static void
half_a_transport_is_none(void **state)
{
	static const struct tacit_transport bad[] = {
		{ 0, dummy_open, dummy_send, dummy_close },
		{ sizeof(*bad) - 1, dummy_open, dummy_send, dummy_close },
		{ sizeof(*bad) + 1, dummy_open, dummy_send, dummy_close },
		{ sizeof(*bad), NULL, dummy_send, dummy_close },
		{ sizeof(*bad), dummy_open, NULL, dummy_close },
		{ sizeof(*bad), dummy_open, dummy_send, NULL },
		{ sizeof(*bad), dummy_open, dummy_send, dummy_close },
	};
	size_t i, n = sizeof(bad) / sizeof(bad[0]);
	struct tacit_host host = TACIT_HOST_INIT;
	struct tacit_config cfg;
	struct person p;
	struct tacit *t;

	(void)state;
	person_make(&p, relay.base, "half");
	cfg = person_config(&p, NULL);
	cfg.host = &host;
	for (i = 0; i < n; i++) {
		host.transport = &bad[i];
		/* The last is whole, and takes no proxy beside it. */
		cfg.proxy = i + 1 == n ? "127.0.0.1:1" : NULL;
		assert_int_equal(tacit_open(&t, &cfg), TACIT_E_INVALID);
		assert_null(t);
	}
	cfg.proxy = NULL;
	assert_int_equal(tacit_open(&t, &cfg), 0);
	tacit_close(t);
	host.transport = NULL;
	assert_int_equal(tacit_open(&t, &cfg), 0);
	assert_int_equal(tacit_transport_closed(t, 1, 0), TACIT_E_STATE);
	tacit_close(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_people_talk_over_a_transport_of_their_app),
		cmocka_unit_test(a_relay_that_was_not_named_gets_nothing),
		cmocka_unit_test(a_transport_that_fails_is_tried_again),
		cmocka_unit_test(what_is_said_of_no_connection_is_refused),
		cmocka_unit_test(a_flood_is_not_kept_in_memory),
		cmocka_unit_test(half_a_transport_is_none),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
