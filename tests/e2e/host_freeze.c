/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library never freezes its host: whatever a relay, a proxy or a name
 * server does, tacit_step(t, 100) is back after 150 ms, tacit_step(t, 0) at
 * once, and tacit_close() waits for nobody.
 *
 * A busy machine is late by itself, so each figure is the worst of a round,
 * and a round that is too late may be repeated twice.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "connectproxy.h"
#include "nameserver.h"
#include "person.h"
#include "relay_proc.h"
#include "weather.h"

enum {
	STEP_MS = 100, STEP_BOUND_MS = 150,	/* of the issue */
	POLL_BOUND_MS = 50, CLOSE_BOUND_MS = 500,
	STEPS = 10, ROUNDS = 3, TEXTS = 200, LETTERS_A_STEP = 12
};

struct world {
	struct relay_proc relay;
	struct weather *weather;
	struct person anna, ben;
};

static int
by_size(const void *a, const void *b)
{
	const long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* How long ${STEPS} steps of ${timeout_ms} take: the worst; and print. */
static long
worst(struct tacit *t, int timeout_ms, const char *what)
{
	long took[STEPS], began;
	int i;

	for (i = 0; i < STEPS; i++) {
		began = relay_now_ms();
		assert_int_equal(tacit_step(t, timeout_ms), 0);
		took[i] = relay_now_ms() - began;
	}
	qsort(took, STEPS, sizeof(took[0]), by_size);
	print_message("figure: %s: step(%d): median %ld ms, worst %ld ms\n",
	    what, timeout_ms, took[STEPS / 2], took[STEPS - 1]);
	return took[STEPS - 1];
}

static void
steps_are_short(struct tacit *t, const char *what)
{
	int i;

	for (i = 1; worst(t, STEP_MS, what) > STEP_BOUND_MS; i++)
		assert_true(i < ROUNDS);
	for (i = 1; worst(t, 0, what) > POLL_BOUND_MS; i++)
		assert_true(i < ROUNDS);
}

static void
close_is_short(struct person *p, const char *what)
{
	long began = relay_now_ms(), took;

	tacit_close(p->t);
	p->t = NULL;
	took = relay_now_ms() - began;
	print_message("figure: %s: close: %ld ms\n", what, took);
	assert_in_range(took, 0, CLOSE_BOUND_MS);
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	*state = w;
	relay_proc_make(&w->relay, "ok_tick_ms = 5\npost_rate = 10000\n"
	    "post_burst = 10000\n");
	relay_proc_start(&w->relay);
	w->weather = weather_start(w->relay.place.port);
	person_make(&w->anna, w->relay.base, "anna");
	person_make(&w->ben, w->relay.base, "ben");
	person_open(&w->anna, NULL);
	person_open(&w->ben, NULL);
	person_add_relay(&w->anna, &w->relay, weather_port(w->weather), NULL);
	person_pair(&w->anna, &w->ben);
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	weather_set(w->weather, WEATHER_FAIR);
	tacit_close(w->anna.t);
	tacit_close(w->ben.t);
	weather_stop(w->weather);
	relay_proc_free(&w->relay);
	free(w);
	return 0;
}

static void
a_relay_that_accepts_and_says_nothing(void **state)
{
	struct world *w = *state;

	weather_set(w->weather, WEATHER_CALM);
	close_is_short(&w->anna, "connection that fell silent");
	person_open(&w->anna, NULL);
	steps_are_short(w->anna.t, "silent relay");
	close_is_short(&w->anna, "silent relay");
}

static void
a_relay_that_stops_reading(void **state)
{
	struct world *w = *state;
	int i;

	weather_set(w->weather, WEATHER_CALM);
	for (i = 0; i < TEXTS; i++)
		assert_int_equal(tacit_send(w->anna.ct, "text", 4, NULL,
		    NULL), 0);
	steps_are_short(w->anna.t, "relay that stopped reading");
	close_is_short(&w->anna, "relay that stopped reading");
}

static void
a_relay_that_drips(void **state)
{
	struct world *w = *state;
	int i;

	for (i = 0; i < 32; i++)
		assert_int_equal(tacit_send(w->anna.ct, "text", 4, NULL,
		    NULL), 0);
	person_run(&w->anna, NULL, person_has_sent);
	weather_set(w->weather, WEATHER_DRIPS);
	steps_are_short(w->ben.t, "relay that drips");
	close_is_short(&w->ben, "relay that drips");
	person_open(&w->ben, NULL);
	steps_are_short(w->ben.t, "handshake that drips");
	close_is_short(&w->ben, "handshake that drips");
}

/* A processor that needs 3 ms to open a letter, when it is slow. */
static int slow;

typedef int open_f(unsigned char *, unsigned long long *, unsigned char *,
    const unsigned char *, unsigned long long, const unsigned char *,
    unsigned long long, const unsigned char *, const unsigned char *);

__attribute__((visibility("default")))
int
crypto_aead_xchacha20poly1305_ietf_decrypt(unsigned char *m,
    unsigned long long *m_len, unsigned char *nsec, const unsigned char *c,
    unsigned long long c_len, const unsigned char *ad,
    unsigned long long ad_len, const unsigned char *nonce,
    const unsigned char *key)
{
	open_f *next;

	*(void **)&next = dlsym(RTLD_NEXT, __func__);
	if (slow && c_len > TACIT_LETTER_LEN / 2)
		relay_sleep_ms(3);
	return next(m, m_len, nsec, c, c_len, ad, ad_len, nonce, key);
}

static uint32_t
unread(const struct person *p)
{
	struct tacit_contact_info i = { .size = sizeof(i) };

	assert_int_equal(tacit_contact_info(p->ct, &i), 0);
	return i.unread;
}

/*
 * Much that came at once is taken in many short steps.  Counted in letters: a
 * step that is to be short has time for a few, and 64 are there.
 */
static void
a_backlog_that_comes_at_once(void **state)
{
	struct world *w = *state;
	uint32_t before, most = 0;
	int i, steps;

	tacit_close(w->ben.t);
	for (i = 0; i < TEXTS; i++)
		assert_int_equal(tacit_send(w->anna.ct, "text", 4, NULL,
		    NULL), 0);
	person_run(&w->anna, NULL, person_has_sent);
	person_open(&w->ben, NULL);
	slow = 1;
	for (steps = 0; !person_is_drained(&w->ben); steps++) {
		before = unread(&w->ben);
		assert_int_equal(tacit_step(w->ben.t, 0), 0);
		if (unread(&w->ben) - before > most)
			most = unread(&w->ben) - before;
		else
			relay_sleep_ms(2);	/* more comes together */
	}
	slow = 0;
	print_message("figure: %d letters at once: at most %u in one of %d "
	    "steps\n", TEXTS, most, steps);
	assert_in_range(most, 1, LETTERS_A_STEP);
}

static void
a_name_server_that_is_silent(void **state)
{
	struct world *w = *state;

	nameserver_hold();
	person_add_relay(&w->anna, &w->relay, 443, "silent.test");
	person_invite(&w->anna);
	steps_are_short(w->anna.t, "silent name server");
	assert_int_equal(nameserver_waiting(), 1);
	close_is_short(&w->anna, "silent name server");
	assert_int_equal(nameserver_waiting(), 1);
	nameserver_release();
}

static void
a_proxy_that_is_silent(void **state)
{
	struct world *w = *state;
	struct connectproxy *x = connectproxy_start(CONNECTPROXY_SILENT,
	    w->relay.place.port);
	char at[32];

	(void)snprintf(at, sizeof(at), "127.0.0.1:%u", connectproxy_port(x));
	tacit_close(w->anna.t);
	person_open(&w->anna, at);
	steps_are_short(w->anna.t, "silent proxy");
	close_is_short(&w->anna, "silent proxy");
	connectproxy_stop(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_relay_that_accepts_and_says_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(a_relay_that_stops_reading,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(a_relay_that_drips, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(a_backlog_that_comes_at_once,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(a_name_server_that_is_silent,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(a_proxy_that_is_silent, setup,
		    teardown),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
