/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fail.h"
#include "run.h"

enum { READY = 256, SECOND_NS = 1000000000, TURN_NS = 100000000 };

static void *
zeros(size_t n, size_t size)
{
	void *p = calloc(n == 0 ? 1 : n, size);

	if (p == NULL)
		fail("no memory");
	return p;
}

void
run_open(struct run *r)
{
	r->set = wires_new();
	r->senders = zeros(r->conf.senders, sizeof(*r->senders));
	r->recipients = zeros(r->n_queues, sizeof(*r->recipients));
	r->under_way = zeros(r->conf.senders, sizeof(*r->under_way));
	r->cursor = zeros(r->conf.senders, sizeof(*r->cursor));
	r->scratch = zeros(1, r->conf.body_len);
	r->drv->setup(&r->d, &r->conf, r->set);
}

void
run_close(struct run *r)
{
	run_hang_up(r);
	r->drv->teardown(r->d);
	wires_free(r->set);
	free(r->senders);
	free(r->recipients);
	free(r->under_way);
	free(r->cursor);
	free(r->scratch);
}

/* ---- connections --------------------------------------------------------- */

void
run_senders(struct run *r, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (r->senders[i] == NULL)
			r->senders[i] = r->drv->open(r->d, 0, i);
}

void
run_recipients(struct run *r)
{
	uint32_t i;

	for (i = 0; i < r->n_queues; i++)
		if (r->recipients[i] == NULL)
			r->recipients[i] = r->drv->open(r->d, 1,
			    r->first + i);
}

void
run_hang_up(struct run *r)
{
	uint32_t i;

	for (i = 0; i < r->conf.senders; i++) {
		if (r->senders[i] != NULL)
			r->drv->close(r->d, r->senders[i]);
		r->senders[i] = NULL;
	}
	for (i = 0; i < r->n_queues; i++) {
		if (r->recipients[i] != NULL)
			r->drv->close(r->d, r->recipients[i]);
		r->recipients[i] = NULL;
	}
	r->started = 0;
}

/* ---- events -------------------------------------------------------------- */

static void
delivered(struct run *r, const struct wire *w, const uint8_t *body,
    size_t len, uint64_t now)
{
	uint32_t recipient;
	uint64_t tag;

	if (body_check(&r->bodies, body, len, &recipient, &tag) != 0) {
		ledger_changed(&r->ledger);
		return;
	}
	if (recipient != w->index)
		recipient = r->ledger.recipients;	/* astray */
	ledger_delivered(&r->ledger, recipient, tag);
	if (tag < r->ledger.n)
		hist_add(&r->arrived, now - r->due[tag]);
}

/* The second message of a work, so that others come before and after it. */
static void
tampered(struct run *r, const struct wire *w, const struct event *e,
    uint64_t now)
{
	if (r->tamper == TAMPER_NONE || ++r->tampered != 2) {
		delivered(r, w, e->body, e->body_len, now);
		return;
	}
	switch (r->tamper) {
	case TAMPER_DOUBLE:
		delivered(r, w, e->body, e->body_len, now);
		delivered(r, w, e->body, e->body_len, now);
		break;
	case TAMPER_CHANGE:
		memcpy(r->scratch, e->body, r->conf.body_len);
		r->scratch[r->conf.body_len - 1] ^= 1;
		delivered(r, w, r->scratch, r->conf.body_len, now);
		break;
	case TAMPER_DROP:
	case TAMPER_NONE:
		break;
	}
}

static void
take_events(struct run *r, struct wire *w, uint64_t now)
{
	struct event e;

	while (r->drv->input(r->d, w, &e)) {
		r->last_event_ns = now;
		switch (e.kind) {
		case EVENT_STARTED:
			r->started++;
			break;
		case EVENT_ACKED:
			ledger_acked(&r->ledger, e.tag);
			r->under_way[w->index]--;
			if (e.tag < r->ledger.n)
				hist_add(&r->answered, now - r->due[e.tag]);
			break;
		case EVENT_DELIVERED:
			tampered(r, w, &e, now);
			r->drv->ack(r->d, w, &e);
			break;
		}
	}
	if (r->drv->flush != NULL)
		r->drv->flush(r->d, w);
}

/* 0: nothing has happened for too long. */
static int
turn(struct run *r, uint64_t ns)
{
	struct wire *ready[READY];
	uint64_t now;
	size_t i, n;

	n = wires_turn(r->set, ready, READY, ns);
	now = server_now_ns();
	for (i = 0; i < n; i++)
		take_events(r, ready[i], now);
	return now - r->last_event_ns <
	    (uint64_t)r->patience_s * SECOND_NS;
}

void
run_start(struct run *r, int wait)
{
	uint32_t i;

	r->last_event_ns = server_now_ns();
	for (i = 0; i < r->n_queues; i++)
		r->drv->start(r->d, r->recipients[i]);
	while (wait && r->started < r->n_queues)
		if (!turn(r, TURN_NS))
			fail("%u of %u recipients are not served",
			    (unsigned)(r->n_queues - r->started),
			    (unsigned)r->n_queues);
}

/* ---- one work ------------------------------------------------------------ */

static uint64_t
own_cpu_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * SECOND_NS + (uint64_t)ts.tv_nsec;
}

void
run_mark(struct figures *f, const struct run *r)
{
	server_use(r->drv->server(r->d), &f->before);
	f->own_cpu_ns = own_cpu_ns();
	f->wall_ns = server_now_ns();
}

void
run_begin(struct run *r, struct figures *f, const char *work, uint64_t n)
{
	memset(f, 0, sizeof(*f));
	f->work = work;
	f->letters = n;
	body_init(&r->bodies, r->conf.body_len);
	ledger_init(&r->ledger, n, r->first + r->n_queues);
	r->due = zeros(n, sizeof(*r->due));
	memset(r->under_way, 0, r->conf.senders * sizeof(*r->under_way));
	memset(r->cursor, 0, r->conf.senders * sizeof(*r->cursor));
	memset(&r->answered, 0, sizeof(r->answered));
	memset(&r->arrived, 0, sizeof(r->arrived));
	r->next = r->tampered = 0;
	r->last_event_ns = server_now_ns();
	run_mark(f, r);
}

static int
quantiles(const struct hist *h, uint64_t out[4])
{
	out[0] = hist_at(h, 500000);
	out[1] = hist_at(h, 990000);
	out[2] = hist_at(h, 999000);
	out[3] = h->max;
	return h->n > 0;
}

void
run_note(const struct run *r, struct figures *f)
{
	const struct ledger *l = &r->ledger;

	f->wall_ns = r->last_event_ns - f->wall_ns;
	f->own_cpu_ns = own_cpu_ns() - f->own_cpu_ns;
	server_use(r->drv->server(r->d), &f->after);
	f->has_answered = quantiles(&r->answered, f->answered);
	f->has_arrived = quantiles(&r->arrived, f->arrived);
	f->unacked = ledger_unacked(l);
	f->doubled = l->doubled + l->answered_twice;
	f->changed = l->changed;
	f->astray = l->astray;
	f->disordered = l->disordered;
	f->sound = ledger_sound_so_far(l);
}

void
run_abandon(struct run *r)
{
	ledger_free(&r->ledger);
	body_free(&r->bodies);
	free(r->due);
	r->due = NULL;
}

void
run_end(struct run *r, struct figures *f)
{
	run_note(r, f);
	f->lost = ledger_lost(&r->ledger);
	f->sound = ledger_sound(&r->ledger);
	run_abandon(r);
}

/* ---- posting and taking -------------------------------------------------- */

/* Sender i of n posts to queues i, i + n, ... in turn: one order for each. */
static void
post(struct run *r, uint32_t sender, uint32_t senders, uint64_t due)
{
	uint8_t *body = r->scratch;
	uint32_t queue = r->cursor[sender] * senders + sender;
	uint64_t tag = r->next++;

	if (queue >= r->n_queues) {
		r->cursor[sender] = 0;
		queue = sender % r->n_queues;
	}
	r->cursor[sender]++;
	queue += r->first;
	body_make(&r->bodies, body, queue, tag);
	r->due[tag] = due;
	ledger_posted(&r->ledger, tag);
	r->under_way[sender]++;
	r->drv->post(r->d, r->senders[sender], queue, tag, body);
}

static int
finished(const struct run *r, int all)
{
	const struct ledger *l = &r->ledger;

	return l->posted == l->n && ledger_unacked(l) == 0 &&
	    (!all || ledger_lost(l) == 0);
}

void
run_post(struct run *r, uint32_t senders, uint32_t window, int all)
{
	uint64_t now;
	uint32_t s;

	do {
		now = server_now_ns();
		for (s = 0; s < senders; s++)
			while (r->under_way[s] < window &&
			    r->next < r->ledger.n)
				post(r, s, senders, now);
	} while (!finished(r, all) && turn(r, TURN_NS));
}

/*
 * Whatever is due is posted, however many are unanswered (but for what a
 * driver can hold), and is late from the moment it was due: a server that
 * stalls is not asked less for that.
 */
void
run_post_paced(struct run *r, uint32_t senders, uint32_t rate, int all)
{
	uint64_t begin = server_now_ns(), now, due = begin, wait;
	uint32_t s = 0;

	do {
		now = server_now_ns();
		while (r->next < r->ledger.n && due <= now &&
		    r->under_way[s] < DRIVER_WINDOW_MAX) {
			post(r, s, senders, due);
			s = (s + 1) % senders;
			due = begin + (uint64_t)((double)r->next *
			    SECOND_NS / rate);
		}
		now = server_now_ns();
		wait = r->next < r->ledger.n && due > now ? due - now :
		    r->next < r->ledger.n ? 0 : TURN_NS;
	} while (!finished(r, all) && turn(r, wait));
}

void
run_wait(struct run *r, uint32_t seconds)
{
	uint64_t end = server_now_ns() + (uint64_t)seconds * SECOND_NS;

	while (server_now_ns() < end)
		(void)turn(r, TURN_NS);
}

void
run_take(struct run *r)
{
	while (!finished(r, 1) && turn(r, TURN_NS))
		continue;
}
