/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "out.h"
#include "works.h"

enum {
	QUEUE_LETTERS = 10000,		/* that wait in a queue, at most */
	FILL_WINDOW = 128,
	PAIR_RATE = 500,
	SERVE_EVERY = 64,		/* idle ones, while more are opened */
	ONE_SHARE = 20			/* of the letters, with a window of one */
};

struct job {
	struct plan plan;		/* round and stored as they are now */
	struct run run;
	struct wire **idle;		/* connections that do nothing */
	uint32_t n_idle;
	int failed;
};

static void
tell(struct job *j, const struct figures *f, json_t *more)
{
	out_figures(&j->plan, &j->run, f, more);
	j->failed |= !f->sound;
}

/* Read what waits, as its own measurement if ${work} has a name for it. */
static void
drain(struct job *j, struct figures *f, const char *work)
{
	struct run *r = &j->run;

	if (j->failed)
		return;
	f->work = work == NULL ? f->work : work;
	run_recipients(r);
	if (work != NULL) {
		memset(&r->answered, 0, sizeof(r->answered));
		memset(&r->arrived, 0, sizeof(r->arrived));
		run_mark(f, r);
	}
	run_start(r, 0);
	run_take(r);
}

static void
mail(struct job *j, uint32_t unused)
{
	struct run *r = &j->run;
	struct figures f;

	(void)unused;
	run_hang_up(r);
	run_senders(r, r->conf.senders);
	run_begin(r, &f, "enqueue", j->plan.letters);
	run_post(r, r->conf.senders, r->conf.window, 0);
	run_note(r, &f);
	tell(j, &f, NULL);
	drain(j, &f, "drain");
	if (j->failed)
		return;
	run_end(r, &f);
	f.has_arrived = 0;		/* it says how long they waited */
	tell(j, &f, NULL);
}

static void
online(struct job *j, uint32_t unused)
{
	struct run *r = &j->run;
	struct figures f;

	(void)unused;
	run_hang_up(r);
	run_senders(r, r->conf.senders);
	run_recipients(r);
	run_start(r, 1);
	run_begin(r, &f, "online", j->plan.letters);
	run_post(r, r->conf.senders, r->conf.window, 1);
	run_end(r, &f);
	tell(j, &f, NULL);
}

static void
rate(struct job *j, uint32_t n)
{
	struct run *r = &j->run;
	struct figures f;
	char name[32];

	(void)snprintf(name, sizeof(name), "rate:%u", (unsigned)n);
	run_hang_up(r);
	run_senders(r, r->conf.senders);
	run_recipients(r);
	run_start(r, 1);
	run_begin(r, &f, name, (uint64_t)n * j->plan.seconds);
	run_post_paced(r, r->conf.senders, n, 1);
	run_end(r, &f);
	tell(j, &f, NULL);
}

/* Offline; what they cost is told before they are drained, and checked. */
static void
store_then_drain(struct job *j, struct figures *f)
{
	struct run *r = &j->run;
	struct figures rest;

	run_note(r, f);
	rest = *f;
	if (f->sound)
		drain(j, &rest, NULL);
	run_end(r, &rest);
	f->sound = rest.sound;
	f->lost = rest.lost;
	f->doubled = rest.doubled;
	f->changed = rest.changed;
	f->astray = rest.astray;
	f->disordered = rest.disordered;
	tell(j, f, NULL);
}

static void
paced(struct job *j, uint32_t n)
{
	struct run *r = &j->run;
	struct figures f;
	char name[32];

	(void)snprintf(name, sizeof(name), "paced:%u", (unsigned)n);
	run_hang_up(r);
	run_senders(r, r->conf.senders);
	run_begin(r, &f, name, (uint64_t)n * j->plan.seconds);
	run_post_paced(r, r->conf.senders, n, 0);
	store_then_drain(j, &f);
}

static void
one(struct job *j, uint32_t unused)
{
	struct run *r = &j->run;
	uint64_t n = j->plan.letters / ONE_SHARE;
	struct figures f;

	(void)unused;
	run_hang_up(r);
	run_senders(r, 1);
	run_begin(r, &f, "one", n > 0 ? n : 1);
	run_post(r, 1, 1, 0);
	store_then_drain(j, &f);
}

/* ---- idle ones ----------------------------------------------------------- */

static void
pair(struct job *j, uint32_t unused)
{
	struct run *r = &j->run;
	uint32_t queues = r->n_queues;
	struct figures f;

	(void)unused;
	run_hang_up(r);
	r->n_queues = 1;
	run_senders(r, 1);
	run_recipients(r);
	run_start(r, 1);
	run_begin(r, &f, j->n_idle > 0 ? "pair-beside" : "pair",
	    (uint64_t)PAIR_RATE * j->plan.seconds);
	run_post_paced(r, 1, PAIR_RATE, 1);
	run_end(r, &f);
	tell(j, &f, NULL);
	run_hang_up(r);
	r->n_queues = queues;
}

static void
end_idle(struct job *j)
{
	while (j->n_idle > 0)
		j->run.drv->close(j->run.d, j->idle[--j->n_idle]);
	free(j->idle);
	j->idle = NULL;
}

static void
idle(struct job *j, uint32_t unused)
{
	struct run *r = &j->run;
	uint32_t n = j->plan.idle;
	struct wire *none[1];
	struct figures f;

	(void)unused;
	run_hang_up(r);
	end_idle(j);
	if ((j->idle = calloc((size_t)n + 1, sizeof(struct wire *))) == NULL)
		fail("no memory");
	run_begin(r, &f, "idle", 0);
	for (; j->n_idle < n; j->n_idle++) {
		j->idle[j->n_idle] = r->drv->idle(r->d, j->n_idle);
		if (j->n_idle % SERVE_EVERY == 0)
			(void)wires_turn(r->set, none, 0, 0);
	}
	r->last_event_ns = server_now_ns();
	run_end(r, &f);
	tell(j, &f, n == 0 ? NULL : json_pack("{s:I,s:f}", "connections",
	    (json_int_t)n, "bytes_each", ((double)f.after.rss -
	    (double)f.before.rss) / n));
}

/* ---- the rest ------------------------------------------------------------ */

/* With letters in the queues, which must all be there afterwards. */
static void
restart(struct job *j, uint32_t unused)
{
	struct run *r = &j->run;
	struct figures f, rest;
	uint64_t took;

	(void)unused;
	if (r->drv->restart == NULL)
		return;
	run_hang_up(r);
	run_senders(r, r->conf.senders);
	run_begin(r, &f, "restart", j->plan.letters / ONE_SHARE);
	run_post(r, r->conf.senders, r->conf.window, 0);
	run_note(r, &f);
	run_hang_up(r);
	end_idle(j);
	took = r->drv->restart(r->d);
	rest = f;
	if (f.sound)
		drain(j, &rest, NULL);
	run_end(r, &rest);
	rest.before = (struct server_use){ 0 };
	rest.wall_ns = took;
	tell(j, &rest, json_pack("{s:f}", "ready_ms", (double)took / 1e6));
}

static void
subscribe(struct job *j, uint32_t unused)
{
	struct run *r = &j->run;
	struct figures f;
	uint32_t requests;
	uint64_t took;

	(void)unused;
	if (r->drv->subscribe == NULL)
		return;
	run_hang_up(r);
	run_begin(r, &f, "subscribe", 0);
	took = r->drv->subscribe(r->d, r->n_queues, &requests);
	r->last_event_ns = f.wall_ns + took;
	run_end(r, &f);
	tell(j, &f, json_pack("{s:i,s:i,s:f}", "mailboxes",
	    (int)r->n_queues, "requests", (int)requests, "took_ms",
	    (double)took / 1e6));
}

static void
pause_for(struct job *j, uint32_t seconds)
{
	run_wait(&j->run, seconds);
}

/* Letters for others, that stay; in queues behind those that are used. */
static void
fill(struct job *j, uint32_t unused)
{
	struct run *r = &j->run;
	uint32_t queues = r->n_queues;
	struct figures f;

	(void)unused;
	if (j->plan.stored == j->plan.to_store)
		return;
	run_hang_up(r);
	r->first = queues;
	r->n_queues = r->conf.recipients - queues;
	run_senders(r, r->conf.senders);
	run_begin(r, &f, "fill", j->plan.to_store);
	run_post(r, r->conf.senders, FILL_WINDOW, 0);
	run_note(r, &f);
	run_abandon(r);
	j->plan.stored = j->plan.to_store;
	tell(j, &f, NULL);
	r->first = 0;
	r->n_queues = queues;
	run_hang_up(r);
}

static void
set_round(struct job *j, uint32_t n)
{
	j->plan.round = n;
}

/* ---- by name ------------------------------------------------------------- */

static const struct work {
	const char *name;
	void (*run)(struct job *j, uint32_t n);
	int number;			/* ":N" follows */
} works[] = {
	{ "mail", mail, 0 },
	{ "online", online, 0 },
	{ "rate", rate, 1 },
	{ "paced", paced, 1 },
	{ "one", one, 0 },
	{ "pair", pair, 0 },
	{ "idle", idle, 0 },
	{ "restart", restart, 0 },
	{ "subscribe", subscribe, 0 },
	{ "wait", pause_for, 1 },
	{ "fill", fill, 0 },
	{ "round", set_round, 1 },
};

/* The work that ${text}, up to a comma, names; NULL: none. */
static const struct work *
parse(const char *text, uint32_t *n)
{
	size_t len = strcspn(text, ",:"), digits, i;

	*n = 0;
	for (i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		if (strlen(works[i].name) == len &&
		    memcmp(works[i].name, text, len) == 0)
			break;
	if (i == sizeof(works) / sizeof(works[0]) ||
	    works[i].number != (text[len] == ':'))
		return NULL;
	if (!works[i].number)
		return &works[i];
	text += len + 1;
	digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 7 || (text[digits] != ',' &&
	    text[digits] != '\0'))
		return NULL;
	*n = (uint32_t)strtoul(text, NULL, 10);
	return *n > 0 ? &works[i] : NULL;
}

static const char *
following(const char *text)
{
	text += strcspn(text, ",");
	return *text == ',' ? text + 1 : NULL;
}

int
works_known(const char *text, char *bad, size_t cap)
{
	uint32_t n;

	for (; text != NULL; text = following(text))
		if (parse(text, &n) == NULL) {
			(void)snprintf(bad, cap, "%.*s",
			    (int)strcspn(text, ","), text);
			return 0;
		}
	return 1;
}

/* Whether one of the works that ${text} lists is ${run}. */
static int
lists(const char *text, void (*run)(struct job *j, uint32_t n))
{
	const struct work *w;
	uint32_t n;

	for (; text != NULL; text = following(text))
		if ((w = parse(text, &n)) != NULL && w->run == run)
			return 1;
	return 0;
}

static uint64_t
queue_letters(const struct plan *p)
{
	uint64_t n = p->letters > (uint64_t)p->seconds * 10000 ? p->letters :
	    (uint64_t)p->seconds * 10000;

	n = n / p->recipients + QUEUE_LETTERS / 10;
	return p->to_store > 0 && n < QUEUE_LETTERS ? QUEUE_LETTERS : n;
}

/*
 * Queues for what is stored for others: half full in the mean, since a sender
 * that is answered sooner fills its own faster.
 */
static uint64_t
other_queues(const struct plan *p)
{
	uint64_t n = (p->to_store + QUEUE_LETTERS / 2 - 1) /
	    (QUEUE_LETTERS / 2);

	return p->to_store > 0 && n < p->recipients ? p->recipients : n;
}

void
works_run(const struct plan *p)
{
	struct job j = { .plan = *p };
	const struct work *w;
	const char *text;
	uint32_t n;

	j.run.drv = driver_find(p->driver);
	j.run.n_queues = p->recipients;
	j.run.patience_s = p->patience;
	j.run.tamper = p->tamper;
	j.run.conf = (struct driver_conf){ .dir = p->dir,
	    .recipients = p->recipients + (uint32_t)other_queues(p),
	    .senders = p->senders, .window = p->window,
	    .letters = queue_letters(p), .body_len = p->body,
	    .plain = p->plain, .idle = p->idle, .settings = p->settings };
	run_open(&j.run);
	if (!lists(p->works, fill))
		fill(&j, 0);
	for (text = p->works; text != NULL && !j.failed;
	    text = following(text)) {
		w = parse(text, &n);
		if (w != NULL)
			w->run(&j, n);
	}
	if (j.failed) {
		/* Nothing can be relied upon: no good-bye, only an end. */
		j.run.drv->teardown(j.run.d);
		exit(FAIL_VOID);
	}
	end_idle(&j);
	run_close(&j.run);
}
