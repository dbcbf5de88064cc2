/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises of `serve`: exit codes, one instance, an orderly stop, one path
 * over TLS 1.3, and refusals that say why.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/ssl.h>
#include <sodium.h>

#include "relay_proc.h"

enum { TEXT = 16384, STOP_MS = 5000 };

static int
setup(void **state)
{
	struct relay_proc *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return -1;
	*state = p;
	relay_proc_make(p, "");
	return 0;
}

static int
teardown(void **state)
{
	relay_proc_free(*state);
	free(*state);
	return 0;
}

static int
lines(const char *text)
{
	int n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* ---- start and stop ------------------------------------------------------ */

static void
a_second_instance_is_refused(void **state)
{
	static const char *const words[] = { "serve", "--listen",
	    "127.0.0.1:0", NULL };
	struct relay_proc *p = *state;
	char out[TEXT], err[TEXT];
	struct raw *r;

	relay_proc_start(p);
	assert_int_equal(relay_proc_run(p, words, out, err, TEXT), 69);
	assert_string_equal(out, "");
	assert_int_equal(lines(err), 1);
	r = relay_proc_connect(p);
	assert_int_equal(raw_ping(r), 0);
	raw_free(r);
}

static void
a_signal_stops_it_in_order(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT };
	struct relay_proc *p = *state;
	struct raw_frame *f;
	struct raw *r[3];
	size_t i, k;
	long began;
	int rc;

	for (i = 0; i < 2; i++) {
		relay_proc_start(p);
		for (k = 0; k < 3; k++)
			r[k] = relay_proc_connect(p);
		began = relay_now_ms();
		assert_int_equal(kill(p->pid, signals[i]), 0);
		assert_int_equal(kill(p->pid, signals[i]), 0);
		for (k = 0; k < 3; k++) {
			f = raw_next(r[k], STOP_MS, &rc);
			assert_null(f);
			assert_int_equal(rc, RAW_CLOSED);
			assert_int_equal(raw_ws_close_code(raw_ws(r[k])),
			    1001);
		}
		assert_int_equal(relay_proc_stop(p, SIGTERM), 0);
		assert_true(relay_now_ms() - began < STOP_MS);
		for (k = 0; k < 3; k++)
			raw_free(r[k]);
	}
}

/* A client that reads nothing and never answers the close. */
static void
a_silent_client_does_not_hold_it_up(void **state)
{
	struct relay_proc *p = *state;
	struct raw_target t;
	struct raw_ws *w;
	struct raw *r;
	long began;

	relay_proc_start(p);
	raw_target(&t, &p->place);
	assert_int_equal(raw_ws_open(&w, &t, NULL), 0);
	r = relay_proc_connect(p);
	began = relay_now_ms();
	assert_int_equal(relay_proc_stop(p, SIGTERM), 0);
	assert_true(relay_now_ms() - began < STOP_MS);
	raw_ws_free(w);
	raw_free(r);
}

/* What was answered before the stop is there after it; the rest may not be. */
static void
a_stop_keeps_what_was_answered(void **state)
{
	static const uint8_t body[TACIT_LETTER_LEN];
	struct relay_proc *p = *state;
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	struct tacit_admission a;
	struct raw_mailbox m;
	uint32_t id[200];
	struct raw *r;
	int i, answered = 0;

	relay_proc_start(p);
	relay_proc_admit(p, "1", &a);
	raw_mailbox_make(&m);
	r = relay_proc_connect(p);
	assert_int_equal(raw_create(r, &m, a.code), 0);
	for (i = 0; i < 200; i++) {
		randombytes_buf(envelope, sizeof(envelope));
		id[i] = raw_send_post(r, &m, envelope,
		    tacit_Kind_KIND_LETTER, 0, body);
	}
	assert_int_equal(raw_wait(r, id[20], RAW_WAIT_MS, NULL), 0);
	assert_int_equal(kill(p->pid, SIGTERM), 0);
	for (i = 0; i < 200; i++) {
		if (i == 20 || raw_wait(r, id[i], STOP_MS, NULL) == 0)
			answered++;
		else
			break;
	}
	assert_int_equal(relay_proc_stop(p, SIGTERM), 0);
	raw_free(r);
	assert_true(answered > 20);
	assert_true(relay_proc_status(p, "envelopes") >= answered);
}

/* ---- what it serves ------------------------------------------------------ */

static void
only_tls_1_3_and_the_right_key_connect(void **state)
{
	struct relay_proc *p = *state;
	uint8_t other[TACIT_HASH_LEN] = { 1 };
	struct raw_target t;
	struct raw_ws *w;
	struct raw *r;

	relay_proc_start(p);
	raw_target(&t, &p->place);
	t.tls_max = TLS1_2_VERSION;
	assert_int_equal(raw_ws_open(&w, &t, NULL), RAW_CONNECT);
	t.tls_max = TLS1_3_VERSION;
	assert_int_equal(raw_ws_open(&w, &t, NULL), 0);
	raw_ws_free(w);
	t.pin = other;
	assert_int_equal(raw_ws_open(&w, &t, NULL), RAW_PIN);
	t.pin = p->place.pin;
	assert_int_equal(raw_open(&r, &t, other), RAW_PIN);
	t.plaintext = 1;
	assert_true(raw_ws_open(&w, &t, NULL) != 0);
}

static const struct {
	const char *path, *subprotocol;
	int status;
} paths[] = {
	{ "/v1", "tacit.1", 101 },
	{ "/", "tacit.1", 404 },
	{ "/i", "tacit.1", 404 },
	{ "/v1/", "tacit.1", 404 },
	{ "/v2", "tacit.1", 404 },
	{ "/v1", "tacit.2", 400 },
	{ "/v1", "", 400 },
};

static void
nothing_but_its_one_path_is_served(void **state)
{
	struct relay_proc *p = *state;
	struct raw_target t;
	struct raw_ws *w;
	int status;
	size_t i;

	relay_proc_start(p);
	raw_target(&t, &p->place);
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		t.path = paths[i].path;
		t.subprotocol = paths[i].subprotocol;
		(void)raw_ws_open(&w, &t, &status);
		raw_ws_free(w);
		if (status != paths[i].status)
			fail_msg("%s %s: %d", t.path, t.subprotocol, status);
	}
	t.request = "GET /i HTTP/1.1\r\nHost: x\r\n\r\n";
	assert_int_equal(raw_ws_open(&w, &t, &status), RAW_HTTP);
	assert_int_equal(status, 404);
}

static void
plaintext_works_on_loopback(void **state)
{
	struct relay_proc *p = *state;
	struct raw *r;

	p->plaintext = 1;
	relay_proc_start(p);
	assert_non_null(strstr(p->ready, "url=ws://127.0.0.1:"));
	r = relay_proc_connect(p);
	assert_int_equal(raw_ping(r), 0);
	raw_free(r);
}

/* ---- refusals to start --------------------------------------------------- */

static const struct {
	const char *config;
	const char *words[6];
	int code;
	const char *said;
} starts[] = {
	{ "", { "--listen", "127.0.0.1" }, 64, "--listen" },
	{ "", { "--listen", "localhost:1" }, 64, "numeric" },
	{ "", { "--lisen", "127.0.0.1:0" }, 64, "--lisen" },
	{ "", { "--plaintext", "--listen", "0.0.0.0:0" }, 78, "--plaintext" },
	{ "hour_seconds = 1\n", { "--listen", "0.0.0.0:0" }, 78,
	  "hour_seconds" },
	{ "hour_seconds = 1\n", { "--listen", "[::]:0" }, 78,
	  "hour_seconds" },
	{ "ttl_days = 0\n", { NULL }, 78, ":1: ttl_days" },
	{ "\n\nnope = 1\n", { NULL }, 78, ":3: " },
	{ "listen = \"example.org:1\"\n", { NULL }, 78, ":1: listen" },
	{ "tls_key = \"/nonexistent\"\n", { NULL }, 78, "tls_certificate" },
	{ "tls_key = \"/nonexistent\"\ntls_certificate = \"/nonexistent\"\n",
	  { "--listen", "127.0.0.1:0" }, 74, "/nonexistent" },
	{ "", { "--listen", "192.0.2.1:1" }, 69, "listen-failed" },
};

static void
write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
a_start_that_is_refused_says_why(void **state)
{
	struct relay_proc *p = *state;
	const char *words[10] = { "serve", "--config", p->config };
	char out[TEXT], err[TEXT];
	size_t i;
	int code;

	/* libwebsockets leaks a little when it cannot listen. */
	(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		write_text(p->config, starts[i].config);
		memcpy(words + 3, starts[i].words, sizeof(starts[i].words));
		code = relay_proc_run(p, words, out, err, TEXT);
		if (code != starts[i].code || out[0] != '\0' ||
		    strstr(err, starts[i].said) == NULL)
			fail_msg("row %zu: exit %d \"%s\" \"%s\"", i, code,
			    out, err);
	}
	(void)unsetenv("ASAN_OPTIONS");
}

static void
damaged_data_is_refused_and_left_alone(void **state)
{
	static const char *const status[] = { "status", NULL };
	static const char *const words[] = { "serve", "--listen",
	    "127.0.0.1:0", NULL };
	struct relay_proc *p = *state;
	char out[TEXT], err[TEXT], path[256];
	struct stat st;

	assert_int_equal(mkdir(p->data, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/relay.db", p->data);
	write_text(path, "this is a text and no database at all\n");
	assert_int_equal(relay_proc_run(p, words, out, err, TEXT), 65);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 38);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(relay_proc_run(p, status, out, err,
	    TEXT), 0);
	(void)snprintf(path, sizeof(path), "%s/relay.key", p->data);
	write_text(path, "x");
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(relay_proc_run(p, words, out, err, TEXT), 65);
	assert_non_null(strstr(err, "relay.key"));
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(relay_proc_run(p, words, out, err, TEXT), 65);
	assert_non_null(strstr(err, "0600"));
}

static void
a_directory_that_is_none_is_an_io_error(void **state)
{
	static const char *const serve[] = { "serve", NULL };
	static const char *const status[] = { "status", "--json", NULL };
	struct relay_proc *p = *state;
	char out[TEXT], err[TEXT];
	struct stat st;

	assert_int_equal(relay_proc_run(p, status, out, err, TEXT), 74);
	assert_int_equal(stat(p->data, &st), -1);
	write_text(p->data, "a file\n");
	assert_int_equal(relay_proc_run(p, serve, out, err, TEXT), 74);
	assert_int_equal(relay_proc_run(p, status, out, err, TEXT), 74);
	assert_string_equal(out, "");
	assert_int_equal(lines(err), 1);
}

/* ---- room ahead ------------------------------------------------------------ */

static void
the_room_that_was_asked_for_is_made(void **state)
{
	struct relay_proc *p = *state;
	char path[256];
	struct stat st = { .st_size = -1 };
	struct raw *r;
	int life;

	write_text(p->config, "reserve_mib = 3\n");
	(void)snprintf(path, sizeof(path), "%s/relay.bodies", p->data);
	for (life = 0; life < 2; life++) {
		relay_proc_start(p);
		do {
			relay_sleep_ms(5);
			assert_int_equal(stat(path, &st), 0);
		} while (st.st_size < 3 << 20);
		assert_int_equal(st.st_size, 3 << 20);
		r = relay_proc_connect(p);
		assert_int_equal(raw_ping(r), 0);
		raw_free(r);
		assert_int_equal(relay_proc_stop(p, SIGTERM), 0);
		/* The next begins with nothing. */
		assert_int_equal(truncate(path, 0), 0);
	}
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_second_instance_is_refused),
		T(a_signal_stops_it_in_order),
		T(a_silent_client_does_not_hold_it_up),
		T(a_stop_keeps_what_was_answered),
		T(only_tls_1_3_and_the_right_key_connect),
		T(nothing_but_its_one_path_is_served),
		T(plaintext_works_on_loopback),
		T(a_start_that_is_refused_says_why),
		T(damaged_data_is_refused_and_left_alone),
		T(a_directory_that_is_none_is_an_io_error),
		T(the_room_that_was_asked_for_is_made),
	};
#undef T

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
