/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises of RECALL, kept by a real relay over TLS: what it says that nobody
 * was given, nobody was nor will be given; its statements hang together, are
 * signed, and outlive the process; nobody else can recall.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "relay_rows.h"
#include "tacit/hash.h"

#define UNDELIVERED	tacit_Outcome_OUTCOME_UNDELIVERED
#define UNACKNOWLEDGED	tacit_Outcome_OUTCOME_UNACKNOWLEDGED
#define TAKEN		tacit_Outcome_OUTCOME_TAKEN

enum { GONE_MS = 5000 };

struct world {
	struct relay_proc relay;
	struct tacit_admission admission;
	struct raw_mailbox box;
	struct raw *sender;
	uint8_t head[TACIT_HASH_LEN];	/* of the last statement */
	uint64_t number;
	uint32_t letters;
};

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -1;
	*state = w;
	relay_proc_make(&w->relay, "ok_tick_ms = 5\n");
	relay_proc_start(&w->relay);
	relay_proc_admit(&w->relay, "1", &w->admission);
	w->sender = relay_proc_connect(&w->relay);
	raw_mailbox_make(&w->box);
	return raw_create(w->sender, &w->box, w->admission.code);
}

static int
teardown(void **state)
{
	struct world *w = *state;

	raw_free(w->sender);
	relay_proc_free(&w->relay);
	free(w);
	return 0;
}

/* Another process with the same files. */
static void
restart(struct world *w)
{
	raw_free(w->sender);
	(void)relay_proc_stop(&w->relay, SIGKILL);
	relay_proc_start(&w->relay);
	w->sender = relay_proc_connect(&w->relay);
}

struct letter {
	uint8_t id[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
};

static struct letter
letter(struct world *w)
{
	struct letter l;

	randombytes_buf(&l, sizeof(l));
	memcpy(l.id, &w->letters, sizeof(w->letters));
	w->letters++;
	return l;
}

static struct letter
posted(struct world *w)
{
	struct letter l = letter(w);

	assert_int_equal(raw_post_first(w->sender, &w->box, l.id, l.body), 0);
	return l;
}

static void
assert_same(const struct tacit_recall *a, const struct tacit_recall *b)
{
	uint8_t hash[2][TACIT_HASH_LEN];

	tacit_hash_recall(hash[0], a);
	tacit_hash_recall(hash[1], b);
	assert_memory_equal(hash[0], hash[1], sizeof(hash[0]));
}

/* A new statement: the next number, and it names the one before. */
static void
recalled(struct world *w, const struct letter *l, int outcome)
{
	struct tacit_recall is, again;
	uint8_t body[TACIT_HASH_LEN] = { 0 };

	assert_int_equal(raw_recall(w->sender, &w->box, l->id, &is), 0);
	assert_int_equal(is.outcome, outcome);
	assert_int_equal(is.number, w->number + 1);
	assert_memory_equal(is.previous, w->head, sizeof(w->head));
	if (outcome != TAKEN)
		tacit_hash_body(body, l->body, sizeof(l->body));
	assert_memory_equal(is.body_hash, body, sizeof(body));
	w->number = is.number;
	tacit_hash_recall(w->head, &is);
	assert_int_equal(raw_recall(w->sender, &w->box, l->id, &again), 0);
	assert_same(&again, &is);
}

/* Subscribe and see which of the letters come, the last being ${last}. */
static struct raw *
read_until(struct world *w, const struct letter *last, unsigned *n)
{
	struct raw *r = relay_proc_connect(&w->relay);
	struct raw_frame *f;
	uint8_t result;
	int found = 0, rc;

	*n = 0;
	assert_int_equal(raw_subscribe(r, &w->box, 1, &result), 0);
	assert_int_equal(result, 0);
	while (!found) {
		f = raw_next(r, RAW_WAIT_MS, &rc);
		assert_non_null(f);
		if (f->head.which_is == tacit_Frame_deliver_tag) {
			++*n;
			found = memcmp(f->head.is.deliver.envelope, last->id,
			    sizeof(last->id)) == 0;
		}
		raw_frame_free(f);
	}
	return r;
}

static void
what_nobody_read_is_destroyed_and_never_delivered(void **state)
{
	struct world *w = *state;
	struct letter a = posted(w), b = posted(w), c = posted(w), x;
	struct relay_row row;
	struct raw *reader;
	unsigned n;

	assert_int_equal(relay_row_find(&w->relay, a.id, a.body,
	    sizeof(a.body), &row), 1);
	recalled(w, &b, UNDELIVERED);
	recalled(w, &a, UNDELIVERED);
	x = letter(w);
	recalled(w, &x, TAKEN);			/* never came */
	reader = read_until(w, &c, &n);
	assert_int_equal(n, 1);
	raw_bye(reader);
	for (n = 0; n < GONE_MS && relay_row_left(&w->relay, &row); n += 100)
		relay_sleep_ms(100);
	assert_true(n < GONE_MS);
}

static void
what_was_written_to_a_socket_is_never_called_undelivered(void **state)
{
	struct world *w = *state;
	struct letter a = posted(w), b = posted(w), c;
	struct raw *reader;
	unsigned n;

	reader = read_until(w, &b, &n);
	assert_int_equal(raw_ack(reader, w->box.address, b.id), 0);
	recalled(w, &a, UNACKNOWLEDGED);	/* from the backlog */
	recalled(w, &b, TAKEN);
	c = posted(w);				/* live */
	recalled(w, &c, UNACKNOWLEDGED);
	raw_bye(reader);
}

static void
what_another_process_did_is_not_known(void **state)
{
	struct world *w = *state;
	struct letter a = posted(w), b = posted(w), c;

	restart(w);
	recalled(w, &a, UNACKNOWLEDGED);
	/* Its OK may have been lost: the sender says that it is not new. */
	c = letter(w);
	assert_int_equal(raw_post(w->sender, &w->box, c.id, c.body), 0);
	recalled(w, &c, UNACKNOWLEDGED);
	c = posted(w);
	recalled(w, &c, UNDELIVERED);
	restart(w);
	assert_int_equal(raw_post(w->sender, &w->box, c.id, c.body),
	    TACIT_E_CONFLICT);
	recalled(w, &b, UNACKNOWLEDGED);
}

static void
a_statement_that_was_answered_outlives_the_process(void **state)
{
	struct world *w = *state;
	struct tacit_recall is, again;
	struct letter a;
	int i;

	for (i = 0; i < 5; i++) {
		a = posted(w);
		assert_int_equal(raw_recall(w->sender, &w->box, a.id, &is),
		    0);
		assert_int_equal(is.outcome, UNDELIVERED);
		restart(w);
		assert_int_equal(raw_recall(w->sender, &w->box, a.id, &again),
		    0);
		assert_same(&again, &is);
	}
}

static void
nobody_without_the_token_recalls(void **state)
{
	struct world *w = *state;
	struct letter a = posted(w);
	struct raw_mailbox other = w->box;
	struct tacit_recall is;
	struct raw *reader;
	unsigned n;

	other.token[0] ^= 1;
	assert_int_equal(raw_recall(w->sender, &other, a.id, &is),
	    TACIT_E_REFUSED);
	raw_mailbox_make(&other);
	assert_int_equal(raw_recall(w->sender, &other, a.id, &is),
	    TACIT_E_REFUSED);
	reader = read_until(w, &a, &n);
	assert_int_equal(n, 1);
	raw_bye(reader);
}

/* Each leaves a row, so one mailbox can have so many at once. */
static void
a_mailbox_can_ask_for_so_many_statements(void **state)
{
	struct world *w = *state;
	struct tacit_recall is;
	struct letter l;
	unsigned i;

	for (i = 0; i < TACIT_MAILBOX_LETTERS; i++) {
		l = letter(w);
		assert_int_equal(raw_recall(w->sender, &w->box, l.id, &is),
		    0);
	}
	l = letter(w);
	assert_int_equal(raw_recall(w->sender, &w->box, l.id, &is),
	    TACIT_E_RATE);
}

int
main(void)
{
#define CASE(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(what_nobody_read_is_destroyed_and_never_delivered),
		CASE(what_was_written_to_a_socket_is_never_called_undelivered),
		CASE(what_another_process_did_is_not_known),
		CASE(a_statement_that_was_answered_outlives_the_process),
		CASE(nobody_without_the_token_recalls),
		CASE(a_mailbox_can_ask_for_so_many_statements),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
