/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver does the work that the tables say it does: what is posted while
 * its recipient is away waits, also over a restart of the server; each
 * message comes exactly once, unchanged; and what was acknowledged is gone.
 * usage: drive_test DRIVER
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "driver.h"
#include "fail.h"
#include "ledger.h"
#include "scratch.h"

enum {
	RECIPIENTS = 5, SENDERS = 2, WINDOW = 16, ROUND = 400, ROUNDS = 4,
	BODY = 2048, READY = 16
};

struct test {
	const struct driver *use;
	void *d;
	struct wires *set;
	struct wire *sender[SENDERS], *recipient[RECIPIENTS];
	struct bodies bodies;
	struct ledger ledger;
	uint64_t posted, started;
	uint32_t under_way[SENDERS];
};

static void
check(int ok, const char *what)
{
	if (!ok)
		fail("%s", what);
}

/* A recipient has one sender: only then is there an order to keep. */
static uint32_t
recipient_of(uint64_t tag)
{
	return (uint32_t)(tag % RECIPIENTS);
}

static void
open_senders(struct test *t)
{
	uint32_t i;

	for (i = 0; i < SENDERS; i++)
		t->sender[i] = t->use->open(t->d, 0, i);
}

static void
open_recipients(struct test *t)
{
	uint32_t i;

	t->started = 0;
	for (i = 0; i < RECIPIENTS; i++) {
		t->recipient[i] = t->use->open(t->d, 1, i);
		t->use->start(t->d, t->recipient[i]);
	}
}

static void
close_all(struct test *t, struct wire **w, uint32_t n)
{
	while (n-- > 0) {
		t->use->close(t->d, w[n]);
		w[n] = NULL;
	}
}

static void
take(struct test *t, struct wire *w, const struct event *e)
{
	uint32_t recipient;
	uint64_t tag;

	switch (e->kind) {
	case EVENT_STARTED:
		t->started++;
		break;
	case EVENT_ACKED:
		ledger_acked(&t->ledger, e->tag);
		t->under_way[w->index]--;
		break;
	case EVENT_DELIVERED:
		check(body_check(&t->bodies, e->body, e->body_len, &recipient,
		    &tag) == 0, "a body was changed");
		check(recipient == w->index, "a message went astray");
		ledger_delivered(&t->ledger, recipient, tag);
		t->use->ack(t->d, w, e);
		break;
	}
}

static void
turn(struct test *t)
{
	struct wire *ready[READY];
	struct event e;
	size_t n = wires_turn(t->set, ready, READY, 1000000000), i;

	for (i = 0; i < n; i++) {
		memset(&e, 0, sizeof(e));
		while (t->use->input(t->d, ready[i], &e))
			take(t, ready[i], &e);
		if (t->use->flush != NULL)
			t->use->flush(t->d, ready[i]);
	}
}

/* As many as the windows have room for, up to ${until} in all. */
static void
post(struct test *t, uint64_t until)
{
	uint8_t body[BODY];
	uint32_t to, from;

	for (; t->posted < until; t->posted++) {
		to = recipient_of(t->posted);
		from = to % SENDERS;
		if (t->under_way[from] == WINDOW)
			return;
		body_make(&t->bodies, body, to, t->posted);
		ledger_posted(&t->ledger, t->posted);
		t->use->post(t->d, t->sender[from], to, t->posted, body);
		t->under_way[from]++;
	}
}

/* Post up to ${acked} in all; go on until ${delivered} in all have come. */
static void
work(struct test *t, uint64_t acked, uint64_t delivered)
{
	post(t, acked);
	while (t->ledger.acked < acked || t->ledger.delivered < delivered) {
		turn(t);
		post(t, acked);
	}
	check(t->ledger.delivered == delivered,
	    "delivered though its recipient was away");
}

static void
rounds(struct test *t)
{
	open_senders(t);
	work(t, ROUND, 0);
	open_recipients(t);
	work(t, ROUND, ROUND);
	work(t, 2 * ROUND, 2 * ROUND);
	while (t->started < RECIPIENTS)
		turn(t);
	close_all(t, t->recipient, RECIPIENTS);
	work(t, 3 * ROUND, 2 * ROUND);
	close_all(t, t->sender, SENDERS);
	if (t->use->restart != NULL)
		check(t->use->restart(t->d) > 0, "no time passed");
	/* Anything that came before, and comes again, is a doubled one. */
	open_senders(t);
	open_recipients(t);
	work(t, ROUNDS * ROUND, ROUNDS * ROUND);
	close_all(t, t->recipient, RECIPIENTS);
	close_all(t, t->sender, SENDERS);
}

/* Idle ones come and go, beside nobody. */
static void
idle(struct test *t)
{
	struct wire *w[RECIPIENTS];
	uint32_t i;

	for (i = 0; i < RECIPIENTS; i++)
		w[i] = t->use->idle(t->d, i);
	close_all(t, w, RECIPIENTS);
}

int
main(int argc, char **argv)
{
	struct driver_conf conf = { .recipients = RECIPIENTS,
	    .senders = SENDERS, .window = WINDOW, .letters = ROUNDS * ROUND,
	    .body_len = BODY, .idle = RECIPIENTS };
	struct scratch scratch = { 0 };
	struct test t = { 0 };

	if (argc != 2 || (t.use = driver_find(argv[1])) == NULL) {
		(void)fprintf(stderr, "usage: drive_test DRIVER\n");
		return FAIL_USAGE;
	}
	conf.dir = scratch_make(&scratch);
	body_init(&t.bodies, BODY);
	ledger_init(&t.ledger, ROUNDS * ROUND, RECIPIENTS);
	t.set = wires_new();
	t.use->setup(&t.d, &conf, t.set);
	rounds(&t);
	idle(&t);
	check(ledger_sound(&t.ledger), "lost, doubled or out of order");
	t.use->teardown(t.d);
	wires_free(t.set);
	ledger_free(&t.ledger);
	body_free(&t.bodies);
	scratch_remove(&scratch);
	(void)printf("%s: %d messages, each once\n", argv[1], ROUNDS * ROUND);
	return 0;
}
