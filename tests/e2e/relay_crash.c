/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promise D1: what the relay answered OK survives `kill -9` at any moment,
 * in order, in one copy per subscription.
 *
 * The ledger is a file outside the relay's directory, appended to before the
 * next step: "S n" a letter was posted, "A n" its OK came, "K n" the OK of
 * its ack came.  At the end, and in each round, the relay is held to it.
 */
#include <setjmp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "relay_proc.h"

enum { ROUNDS = 8, WINDOW = 32, LETTERS = 100000, LIFE_MS = 120,
    ROOM_MIB = 16			/* made ahead, in every other world */
};

struct world {
	struct relay_proc relay;
	struct raw_mailbox box;
	unsigned int seed;
	int ledger;
	uint32_t posted;		/* letters 0..posted-1 were sent */
	uint32_t accepted;		/* 0..accepted-1 were answered OK */
	uint32_t acked;			/* 0..acked-1 were acked, answered */
	uint32_t maybe_acked;		/* and up to here perhaps */
	uint32_t asked, answered;	/* acks of one connection */
};

static void
note(struct world *w, char what, uint32_t n)
{
	char line[32];
	int len = snprintf(line, sizeof(line), "%c %u\n", what, n);

	assert_int_equal(write(w->ledger, line, (size_t)len), len);
}

static void
letter(uint8_t envelope[TACIT_ENVELOPE_ID_LEN], uint8_t *body, uint32_t n)
{
	uint8_t seed[randombytes_SEEDBYTES] = { 0 };

	memcpy(seed, &n, sizeof(n));
	randombytes_buf_deterministic(body, TACIT_LETTER_LEN, seed);
	memcpy(body, &n, sizeof(n));
	memcpy(envelope, body + 4, TACIT_ENVELOPE_ID_LEN);
}

/* A process that kills the relay after a while. */
static pid_t
doom(const struct world *w, unsigned int ms)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		relay_sleep_ms(ms);
		(void)kill(w->relay.pid, SIGKILL);
		_exit(0);
	}
	return pid;
}

/* Go-back-N from what is not accepted, until the relay is gone. */
static void
post_until_it_dies(struct world *w)
{
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	struct raw *r = relay_proc_connect(&w->relay);
	pid_t killer = doom(w, 1 + (unsigned int)random() % LIFE_MS);
	uint32_t id[WINDOW], next = w->accepted;
	int rc = 0;

	while (rc == 0 && w->accepted < LETTERS) {
		while (next < w->accepted + WINDOW) {
			letter(envelope, body, next);
			if (next == w->posted)
				note(w, 'S', w->posted++);
			id[next % WINDOW] = raw_send_post(r, &w->box,
			    envelope, tacit_Kind_KIND_LETTER,
			    next == w->accepted, body);
			next++;
		}
		rc = raw_wait(r, id[w->accepted % WINDOW], RAW_WAIT_MS,
		    NULL);
		if (rc == 0)
			note(w, 'A', w->accepted++);
	}
	assert_int_equal(rc, RAW_CLOSED);
	assert_int_equal(waitpid(killer, NULL, 0), killer);
	raw_free(r);
}

/*
 * Everything that is stored must be a run without a gap, from a letter whose
 * ack may have been lost up to at least the last that was accepted.
 */
static void
read_all(struct world *w, struct raw *r)
{
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	uint32_t n, next = 0;
	struct raw_frame *f;
	uint8_t result;
	int rc, first = 1;

	assert_int_equal(raw_subscribe(r, &w->box, 1, &result), 0);
	assert_int_equal(result, 0);
	for (;;) {
		f = raw_next(r, RAW_WAIT_MS, &rc);
		assert_non_null(f);
		if (f->head.which_is == tacit_Frame_ok_tag) {
			w->answered += f->head.is.ok.id_count;
			raw_frame_free(f);
			continue;
		}
		if (f->head.which_is != tacit_Frame_deliver_tag)
			break;
		memcpy(&n, f->body, sizeof(n));
		letter(envelope, body, n);
		assert_memory_equal(f->body, body, sizeof(body));
		assert_memory_equal(f->head.is.deliver.envelope, envelope,
		    sizeof(envelope));
		if (first)
			assert_in_range(n, w->acked, w->maybe_acked);
		else
			assert_int_equal(n, next);
		first = 0;
		next = n + 1;
		raw_frame_free(f);
		/* Keep the window open: ack all but the newest few. */
		if (n >= w->maybe_acked && n + 8 >= w->accepted)
			continue;
		if (n >= w->maybe_acked)
			w->maybe_acked = n + 1;
		assert_true(raw_send_ack(r, w->box.address, envelope) != 0);
		w->asked++;
	}
	assert_int_equal(f->head.which_is, tacit_Frame_drained_tag);
	raw_frame_free(f);
	assert_true(next >= w->accepted || (first &&
	    w->maybe_acked >= w->accepted));
}

/* As above, and sometimes wait for the OKs of all acks. */
static void
check(struct world *w, int wait)
{
	struct raw *r = relay_proc_connect(&w->relay);
	struct raw_frame *f;
	int rc;

	w->asked = w->answered = 0;
	read_all(w, r);
	while (wait && w->answered < w->asked) {
		f = raw_next(r, RAW_WAIT_MS, &rc);
		assert_non_null(f);
		assert_int_equal(f->head.which_is, tacit_Frame_ok_tag);
		w->answered += f->head.is.ok.id_count;
		raw_frame_free(f);
	}
	if (wait) {
		w->acked = w->maybe_acked;
		note(w, 'K', w->acked);
	}
	raw_free(r);
}

static void
begin(struct world *w, unsigned int seed)
{
	struct tacit_admission a;
	struct raw *r;
	char path[192], text[256];

	memset(w, 0, sizeof(*w));
	w->seed = seed;
	srandom(seed);
	(void)snprintf(text, sizeof(text), "ok_tick_ms = 0\n"
	    "mailbox_letters = 65536\npost_rate = 100000\n"
	    "post_burst = 1000000\nreserve_mib = %u\n", seed % 2 * ROOM_MIB);
	relay_proc_make(&w->relay, text);
	(void)snprintf(path, sizeof(path), "%s/ledger", w->relay.base);
	w->ledger = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	assert_true(w->ledger >= 0);
	relay_proc_start(&w->relay);
	relay_proc_admit(&w->relay, "1", &a);
	raw_mailbox_make(&w->box);
	r = relay_proc_connect(&w->relay);
	assert_int_equal(raw_create(r, &w->box, a.code), 0);
	raw_free(r);
}

static void
live(unsigned int seed)
{
	struct world w;
	int round;

	begin(&w, seed);
	for (round = 0; round < ROUNDS; round++) {
		post_until_it_dies(&w);
		assert_int_equal(relay_proc_stop(&w.relay, SIGKILL),
		    128 + SIGKILL);
		relay_proc_start(&w.relay);
		check(&w, (int)random() % 2);
	}
	check(&w, 1);
	print_message("seed %u: %u posted, %u answered, %u acked\n", seed,
	    w.posted, w.accepted, w.acked);
	assert_true(w.accepted > 0);
	(void)close(w.ledger);
	relay_proc_free(&w.relay);
}

static unsigned int
first_seed(void)
{
	const char *env = getenv("TACIT_SEED");

	return env != NULL ? (unsigned int)atoi(env) :
	    (unsigned int)time(NULL);
}

static void
what_was_answered_survives_kill_9(void **state)
{
	unsigned int seed = first_seed(), i;

	(void)state;
	print_message("TACIT_SEED=%u\n", seed);
	for (i = 0; i < 3; i++)
		live(seed + i);
}

/* The second of two posts was answered; then neither may be missing. */
static void
a_ledger_of_two_mailboxes_holds_for_each(void **state)
{
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	struct raw_mailbox m[2];
	struct tacit_admission a;
	struct relay_proc p;
	struct raw_frame *f;
	uint8_t results[2];
	struct raw *r;
	int i, rc;

	(void)state;
	relay_proc_make(&p, "ok_tick_ms = 0\n");
	relay_proc_start(&p);
	relay_proc_admit(&p, "1", &a);
	r = relay_proc_connect(&p);
	for (i = 0; i < 2; i++) {
		raw_mailbox_make(&m[i]);
		assert_int_equal(raw_create(r, &m[i], a.code), 0);
		letter(envelope, body, (uint32_t)i);
		assert_int_equal(raw_post(r, &m[i], envelope, body), 0);
	}
	assert_int_equal(relay_proc_stop(&p, SIGKILL), 128 + SIGKILL);
	raw_free(r);
	relay_proc_start(&p);
	r = relay_proc_connect(&p);
	assert_int_equal(raw_subscribe(r, m, 2, results), 0);
	for (i = 0; i < 4; i++) {
		f = raw_next(r, RAW_WAIT_MS, &rc);
		assert_non_null(f);
		raw_frame_free(f);
	}
	raw_free(r);
	relay_proc_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_answered_survives_kill_9),
		cmocka_unit_test(a_ledger_of_two_mailboxes_holds_for_each),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
