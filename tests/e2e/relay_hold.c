/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is held in memory, by a real relay over TLS: a conversation of two who
 * are there never touches the disk; nobody is told OK of what is neither
 * acked nor on the disk, whatever ends the holding.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <sodium.h>

#include "relay_rows.h"
#include "tacit/error.h"

/* A window that no test sees the end of; and a short one. */
#define LONG	"ok_tick_ms = 0\nhold_ms = 10000\npost_burst = 1000\n"
#define SHORT	"ok_tick_ms = 0\nhold_ms = 50\npost_burst = 1000\n"
#define NONE	"ok_tick_ms = 0\nhold_ms = 0\npost_burst = 1000\n"

enum { TURNS = 100, WAIT_MS = 20000 };

struct end {
	struct raw_mailbox box;		/* that it reads */
	struct raw *reader, *sender;
};

struct world {
	struct relay_proc relay;
	struct tacit_admission admission;
	struct end end[2];
	uint32_t letters;
};

struct letter {
	uint8_t id[TACIT_ENVELOPE_ID_LEN], body[TACIT_PARCEL_LEN];
	tacit_Kind kind;
	uint32_t request;
};

static void
subscribe(struct world *w, struct end *e)
{
	struct raw_frame *f;
	uint8_t result;
	int rc;

	e->reader = relay_proc_connect(&w->relay);
	assert_int_equal(raw_subscribe(e->reader, &e->box, 1, &result), 0);
	assert_int_equal(result, 0);
	do {
		f = raw_next(e->reader, WAIT_MS, &rc);
		assert_non_null(f);
		rc = f->head.which_is;
		raw_frame_free(f);
	} while (rc != tacit_Frame_drained_tag);
}

static struct world *
begin(const char *config)
{
	struct world *w = calloc(1, sizeof(*w));
	struct end *e;

	assert_non_null(w);
	relay_proc_make(&w->relay, config);
	relay_proc_start(&w->relay);
	relay_proc_admit(&w->relay, "1", &w->admission);
	for (e = w->end; e < w->end + 2; e++) {
		e->sender = relay_proc_connect(&w->relay);
		raw_mailbox_make(&e->box);
		assert_int_equal(raw_create(e->sender, &e->box,
		    w->admission.code), 0);
		subscribe(w, e);
	}
	return w;
}

static void
leave(struct world *w)
{
	struct end *e;

	for (e = w->end; e < w->end + 2; e++) {
		raw_free(e->sender);
		raw_free(e->reader);
		e->sender = e->reader = NULL;
	}
}

static void
end(struct world *w)
{
	leave(w);
	relay_proc_free(&w->relay);
	free(w);
}

/* ${sig} to the relay, and another process with the same files. */
static int
restart(struct world *w, int sig)
{
	int code = relay_proc_stop(&w->relay, sig);
	struct end *e;

	leave(w);
	relay_proc_start(&w->relay);
	for (e = w->end; e < w->end + 2; e++)
		e->sender = relay_proc_connect(&w->relay);
	return code;
}

static void
post_again(struct world *w, int to, struct letter *l)
{
	l->request = raw_send_post(w->end[1 - to].sender, &w->end[to].box,
	    l->id, l->kind, 0, l->body);
	assert_true(l->request != 0);
}

static void
post(struct world *w, int to, tacit_Kind kind, struct letter *l)
{
	randombytes_buf(l, sizeof(*l));
	memcpy(l->id, &w->letters, sizeof(w->letters));
	w->letters++;
	l->kind = kind;
	post_again(w, to, l);
}

/* The next that ${to} is given is ${l}. */
static void
given(struct world *w, int to, const struct letter *l)
{
	struct raw_frame *f;
	int rc;

	f = raw_next(w->end[to].reader, WAIT_MS, &rc);
	assert_non_null(f);
	assert_int_equal(f->head.which_is, tacit_Frame_deliver_tag);
	assert_memory_equal(f->head.is.deliver.envelope, l->id,
	    sizeof(l->id));
	assert_memory_equal(f->body, l->body, f->body_len);
	raw_frame_free(f);
}

static int
answer(struct world *w, int to, const struct letter *l)
{
	return raw_wait(w->end[1 - to].sender, l->request, WAIT_MS, NULL);
}

/* A later request is answered, and this one is not. */
static void
unanswered(struct world *w, int to, const struct letter *l)
{
	assert_int_equal(raw_ping(w->end[1 - to].sender), 0);
	assert_int_equal(raw_wait(w->end[1 - to].sender, l->request, 1, NULL),
	    RAW_TIMEOUT);
}

static void
ack(struct world *w, int to, const struct letter *l)
{
	assert_int_equal(raw_ack(w->end[to].reader, w->end[to].box.address,
	    l->id), 0);
}

static size_t
len_of(const struct letter *l)
{
	return l->kind == tacit_Kind_KIND_PARCEL ? TACIT_PARCEL_LEN :
	    TACIT_LETTER_LEN;
}

/* Its name is in a file; then all of it is there, and can be read. */
static int
on_disk(const struct world *w, const struct letter *l)
{
	struct relay_row row;

	assert_false(relay_proc_contains(&w->relay, l->body, 64, NULL));
	if (!relay_row_named(&w->relay, l->id))
		return 0;
	assert_int_equal(relay_row_find(&w->relay, l->id, l->body, len_of(l),
	    &row), 1);
	return 1;
}

static void
wait_held(const struct world *w, long n)
{
	while (relay_proc_status(&w->relay, "held") != n)
		relay_sleep_ms(20);
}

/* ---- the disk ---- */

enum { LOG, FILES = 3 };

struct look {
	struct stat of[FILES];
};

static struct look
look(const struct world *w)
{
	static const char *const name[FILES] = {
		[LOG] = "relay.db-wal", "relay.db", "relay.bodies",
	};
	struct look l;
	char path[256];
	int i;

	for (i = 0; i < FILES; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", w->relay.data,
		    name[i]);
		assert_int_equal(stat(path, &l.of[i]), 0);
	}
	return l;
}

/* Whoever writes to a file changes its times. */
static int
touched(const struct look *a, const struct look *b)
{
	int i, n = 0;

	for (i = 0; i < FILES; i++)
		n += a->of[i].st_size != b->of[i].st_size ||
		    memcmp(&a->of[i].st_mtim, &b->of[i].st_mtim,
		    sizeof(a->of[i].st_mtim)) != 0;
	return n > 0;
}

/*
 * What was done to set it up is in the file, and the log is empty.  Some
 * systems say so before they note the time: the store ends what it is doing
 * before it counts.
 */
static struct look
quiet(const struct world *w)
{
	while (look(w).of[LOG].st_size != 0)
		relay_sleep_ms(50);
	(void)relay_proc_status(&w->relay, "envelopes");
	return look(w);
}

static void
converse(struct world *w)
{
	static struct letter l;
	int i;

	for (i = 0; i < TURNS; i++) {
		post(w, i % 2, i % 10 == 9 ? tacit_Kind_KIND_PARCEL :
		    tacit_Kind_KIND_LETTER, &l);
		given(w, i % 2, &l);
		ack(w, i % 2, &l);
		assert_int_equal(answer(w, i % 2, &l), 0);
	}
	assert_false(on_disk(w, &l));
}

static void
a_live_conversation_never_touches_the_disk(void **state)
{
	static const char *const config[] = { LONG, NONE };
	struct world *w;
	struct look before, after;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = begin(config[i]);
		before = quiet(w);
		if (i == 0) {
			converse(w);
		} else {		/* the control: nothing is held */
			static struct letter l;

			post(w, 0, tacit_Kind_KIND_LETTER, &l);
			assert_int_equal(answer(w, 0, &l), 0);
		}
		after = look(w);
		assert_int_equal(touched(&before, &after), i != 0);
		assert_int_equal(relay_proc_status(&w->relay, "held"), 0);
		end(w);
	}
}

/* ---- what ends it ---- */

/* In one life: held; not a trace of it on the disk; its sender waits. */
static struct world *
begin_held(const char *config, struct letter *l)
{
	struct world *w = begin(config);

	post(w, 0, tacit_Kind_KIND_LETTER, l);
	given(w, 0, l);
	unanswered(w, 0, l);
	assert_int_equal(relay_proc_status(&w->relay, "held"), 1);
	assert_int_equal(relay_proc_status(&w->relay, "envelopes"), 1);
	assert_false(on_disk(w, l));
	return w;
}

static void
its_ack_answers_the_sender(void **state)
{
	static struct letter l;
	struct world *w;

	(void)state;
	w = begin_held(LONG, &l);
	ack(w, 0, &l);
	assert_int_equal(answer(w, 0, &l), 0);
	assert_false(on_disk(w, &l));
	assert_int_equal(relay_proc_status(&w->relay, "envelopes"), 0);
	end(w);
}

static void
at_the_end_of_its_window_it_is_stored(void **state)
{
	static struct letter l;
	struct world *w;

	(void)state;
	w = begin(SHORT);
	post(w, 0, tacit_Kind_KIND_LETTER, &l);
	given(w, 0, &l);
	assert_int_equal(answer(w, 0, &l), 0);
	assert_true(on_disk(w, &l));
	assert_int_equal(relay_proc_status(&w->relay, "held"), 0);
	end(w);
}

static void
when_its_reader_leaves_it_is_stored(void **state)
{
	static struct letter l;
	struct world *w;

	(void)state;
	w = begin_held(LONG, &l);
	raw_free(w->end[0].reader);
	w->end[0].reader = NULL;
	assert_int_equal(answer(w, 0, &l), 0);
	assert_true(on_disk(w, &l));
	w->end[0].reader = relay_proc_connect(&w->relay);
	assert_int_equal(raw_subscribe(w->end[0].reader, &w->end[0].box, 1,
	    &(uint8_t){ 0 }), 0);
	given(w, 0, &l);
	end(w);
}

static void
a_relay_that_stops_stores_it_first(void **state)
{
	static struct letter l;
	struct world *w;

	(void)state;
	w = begin_held(LONG, &l);
	assert_int_equal(kill(w->relay.pid, SIGTERM), 0);
	assert_int_equal(answer(w, 0, &l), 0);
	assert_int_equal(restart(w, 0), 0);
	w->end[0].reader = relay_proc_connect(&w->relay);
	assert_int_equal(raw_subscribe(w->end[0].reader, &w->end[0].box, 1,
	    &(uint8_t){ 0 }), 0);
	given(w, 0, &l);
	end(w);
}

/*
 * Killed: what was held is gone, and nobody was told otherwise.  What its
 * sender posts again is there, once.
 */
static void
a_relay_that_is_killed_loses_only_what_nobody_was_told(void **state)
{
	static struct letter l[3], last;
	struct world *w;
	int i;

	(void)state;
	w = begin_held(LONG, &l[0]);
	for (i = 1; i < 3; i++) {
		post(w, 0, tacit_Kind_KIND_LETTER, &l[i]);
		given(w, 0, &l[i]);
	}
	ack(w, 0, &l[0]);
	assert_int_equal(answer(w, 0, &l[0]), 0);
	unanswered(w, 0, &l[2]);
	assert_int_equal(restart(w, SIGKILL), 128 + SIGKILL);
	assert_int_equal(relay_proc_status(&w->relay, "envelopes"), 0);
	for (i = 1; i < 3; i++) {
		post_again(w, 0, &l[i]);
		assert_int_equal(answer(w, 0, &l[i]), 0);
		post_again(w, 0, &l[i]);
		assert_int_equal(answer(w, 0, &l[i]), 0);
	}
	post(w, 0, tacit_Kind_KIND_LETTER, &last);
	assert_int_equal(answer(w, 0, &last), 0);
	w->end[0].reader = relay_proc_connect(&w->relay);
	assert_int_equal(raw_subscribe(w->end[0].reader, &w->end[0].box, 1,
	    &(uint8_t){ 0 }), 0);
	given(w, 0, &l[1]);
	given(w, 0, &l[2]);
	given(w, 0, &last);
	end(w);
}

/* More than may be held: it is stored, and so is what came before it. */
static void
over_the_limit_all_is_stored(void **state)
{
	static struct letter l[17];
	struct world *w;
	int i;

	(void)state;
	w = begin(LONG "max_held_mib = 1\n");
	for (i = 0; i < 16; i++) {
		post(w, 0, tacit_Kind_KIND_PARCEL, &l[i]);
		given(w, 0, &l[i]);
	}
	unanswered(w, 0, &l[15]);
	assert_int_equal(relay_proc_status(&w->relay, "held"), 16);
	post(w, 0, tacit_Kind_KIND_PARCEL, &l[16]);
	assert_int_equal(answer(w, 0, &l[16]), 0);
	given(w, 0, &l[16]);
	for (i = 0; i < 17; i++)
		assert_true(on_disk(w, &l[i]));
	end(w);
}

/* ---- what is asked of it meanwhile ---- */

static void
it_can_be_posted_again_and_no_other_in_its_name(void **state)
{
	static struct letter l, other;
	struct world *w;

	(void)state;
	w = begin_held(LONG, &l);
	other = l;
	other.body[7] ^= 1;
	post_again(w, 0, &other);
	assert_int_equal(answer(w, 0, &other), TACIT_E_CONFLICT);
	unanswered(w, 0, &l);
	assert_false(on_disk(w, &l));
	other.body[7] ^= 1;
	other.request = raw_send_post(w->end[1].sender, &w->end[0].box,
	    other.id, other.kind, 1, other.body);
	assert_int_equal(answer(w, 0, &other), 0);
	assert_true(on_disk(w, &l));
	ack(w, 0, &l);
	assert_int_equal(answer(w, 0, &l), 0);
	post_again(w, 0, &l);		/* acked: nobody remembers it */
	given(w, 0, &l);
	end(w);
}

static void
a_recall_finds_it(void **state)
{
	static struct letter l;
	struct tacit_recall is;
	struct world *w;

	(void)state;
	w = begin_held(LONG, &l);
	assert_int_equal(raw_recall(w->end[1].sender, &w->end[0].box, l.id,
	    &is), 0);
	assert_int_equal(is.outcome, tacit_Outcome_OUTCOME_UNACKNOWLEDGED);
	assert_false(on_disk(w, &l));
	assert_int_equal(relay_proc_status(&w->relay, "envelopes"), 0);
	ack(w, 0, &l);
	assert_int_equal(answer(w, 0, &l), 0);
	post_again(w, 0, &l);
	assert_int_equal(answer(w, 0, &l), TACIT_E_CONFLICT);
	end(w);
}

static void
it_counts_for_the_quota(void **state)
{
	static struct letter l[4];
	struct world *w;
	int i;

	(void)state;
	w = begin(LONG "mailbox_letters = 3\n");
	for (i = 0; i < 4; i++)
		post(w, 0, tacit_Kind_KIND_LETTER, &l[i]);
	assert_int_equal(answer(w, 0, &l[3]), TACIT_E_QUOTA);
	for (i = 0; i < 3; i++)
		given(w, 0, &l[i]);
	unanswered(w, 0, &l[0]);
	wait_held(w, 3);
	for (i = 0; i < 3; i++) {
		ack(w, 0, &l[i]);
		assert_int_equal(answer(w, 0, &l[i]), 0);
	}
	end(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_live_conversation_never_touches_the_disk),
		cmocka_unit_test(its_ack_answers_the_sender),
		cmocka_unit_test(at_the_end_of_its_window_it_is_stored),
		cmocka_unit_test(when_its_reader_leaves_it_is_stored),
		cmocka_unit_test(a_relay_that_stops_stores_it_first),
		cmocka_unit_test(
		    a_relay_that_is_killed_loses_only_what_nobody_was_told),
		cmocka_unit_test(over_the_limit_all_is_stored),
		cmocka_unit_test(
		    it_can_be_posted_again_and_no_other_in_its_name),
		cmocka_unit_test(a_recall_finds_it),
		cmocka_unit_test(it_counts_for_the_quota),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
