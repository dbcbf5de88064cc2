/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "hold.h"

/*
 * Those of one subscription, by counter.  It lives until nothing of it waits
 * or is on its way, and, with ${sub}, as long as the subscription does.
 */
struct holding {
	struct holding *next, **prev;
	struct holds *all;
	struct holding **sub;		/* the subscription's; NULL: ended */
	uint8_t address[TACIT_ADDRESS_LEN];
	struct hold *first, **last;
	uint32_t reserved;
	uint64_t keep;			/* to be written up to this counter */
	struct job job;			/* KEEP, while ${keeping} */
	uint8_t keeping, failed;
};

struct holds {
	struct relay *relay;
	struct holding *first;
	struct hold *until, **until_last; /* whose window is open, by its end */
	size_t bytes, n;
};

int
holds_open(struct holds **out, struct relay *r)
{
	struct holds *h = calloc(1, sizeof(*h));

	*out = h;
	if (h == NULL)
		return TACIT_E_NOMEM;
	h->relay = r;
	h->until_last = &h->until;
	return 0;
}

size_t
holds_count(const struct holds *h)
{
	return h->n;
}

size_t
holds_bytes(const struct holds *h)
{
	return h->bytes;
}

uint64_t
holds_until(const struct holds *h)
{
	return h->until != NULL ? h->until->until_ms : 0;
}

/* Its window is no longer open. */
static void
shut(struct hold *p)
{
	struct holds *h = p->of->all;

	if (p->prev_until == NULL)
		return;
	if ((*p->prev_until = p->next_until) != NULL)
		p->next_until->prev_until = p->prev_until;
	else
		h->until_last = p->prev_until;
	p->prev_until = NULL;
}

static void
free_if_done(struct holding *q)
{
	if (q->first != NULL || q->reserved > 0 || q->keeping)
		return;
	if (q->sub != NULL)
		*q->sub = NULL;
	if ((*q->prev = q->next) != NULL)
		q->next->prev = q->prev;
	free(q);
}

static struct holding *
make(struct holds *h, struct holding **sub, const uint8_t *address)
{
	struct holding *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->all = h;
	q->sub = sub;
	memcpy(q->address, address, sizeof(q->address));
	q->last = &q->first;
	if ((q->next = h->first) != NULL)
		q->next->prev = &q->next;
	q->prev = &h->first;
	h->first = q;
	return *sub = q;
}

int
hold_reserve(struct holds *h, struct holding **q,
    const uint8_t address[TACIT_ADDRESS_LEN], struct hold *p, size_t bytes)
{
	size_t most = (size_t)h->relay->config->max_held_mib << 20;

	if (bytes > most || h->bytes > most - bytes)
		return 0;
	if (*q == NULL && make(h, q, address) == NULL)
		return 0;
	p->of = *q;
	p->bytes = bytes;
	p->of->reserved++;
	h->bytes += bytes;
	return 1;
}

void
hold_release(struct hold *p)
{
	struct holding *q = p->of;

	if (q == NULL)
		return;
	q->reserved--;
	q->all->bytes -= p->bytes;
	p->of = NULL;
	free_if_done(q);
}

uint32_t
holding_reserved(const struct holding *q)
{
	return q != NULL ? q->reserved : 0;
}

/* Answer from the front those that are over, or, at the end, all. */
static void
answer(struct holding *q, int all)
{
	struct hold *p;

	while ((p = q->first) != NULL && (p->over || all)) {
		if ((q->first = p->next) == NULL)
			q->last = &q->first;
		shut(p);
		q->all->n--;
		q->all->bytes -= p->bytes;
		p->answer(p, !all);
	}
}

static void kept(struct job *j);

/* Have all up to ${q->keep} written, unless that is under way. */
static void
submit(struct holding *q)
{
	if (q->keeping)
		return;
	q->keeping = 1;
	q->failed = 0;
	memset(&q->job, 0, sizeof(q->job));
	q->job.op.kind = OP_KEEP;
	memcpy(q->job.op.u.keep.address, q->address, sizeof(q->address));
	q->job.op.u.keep.counter = q->keep;
	q->job.done = kept;
	q->job.owner = q;
	commit_submit(q->all->relay->commit, &q->job);
}

/* What the store could not write stays held, and is tried again. */
static void
kept(struct job *j)
{
	struct holding *q = j->owner;
	uint64_t counter = j->op.u.keep.counter;
	struct hold *p;

	q->keeping = 0;
	if (j->op.rc != 0) {
		q->failed = 1;
		return;
	}
	for (p = q->first; p != NULL && p->counter <= counter; p = p->next)
		p->over = 1;
	answer(q, 0);
	if (q->keep > counter && q->first != NULL)
		submit(q);
	free_if_done(q);
}

static void
keep(struct holding *q, uint64_t counter)
{
	if (q->keep < counter)
		q->keep = counter;
	submit(q);
}

/* Windows are equally long and POSTs come back in order: so do their ends. */
static void
open_window(struct holds *h, struct hold *p)
{
	p->next_until = NULL;
	p->prev_until = h->until_last;
	*h->until_last = p;
	h->until_last = &p->next_until;
}

void
hold_begin(struct hold *p, int delivered)
{
	struct holding *q = p->of;
	struct holds *h = q->all;

	q->reserved--;
	h->n++;
	p->next = NULL;
	*q->last = p;
	q->last = &p->next;
#ifdef TACIT_CONTROL_HELD_IS_OKED
	p->over = 1;
	answer(q, 0);
	return;
#endif
	if (delivered && q->sub != NULL && !h->relay->stopping)
		open_window(h, p);
	else
		keep(q, p->counter);
}

void
holding_acked(struct holding *q, const struct op_ack *a)
{
	struct hold *p;
	uint32_t i;

	if (q == NULL)
		return;
	for (i = 0; i < a->n; i++) {
		for (p = q->first; p != NULL && memcmp(p->envelope,
		    a->envelope[i], sizeof(p->envelope)) != 0; p = p->next)
			continue;
		if (p == NULL)
			continue;
		p->over = 1;
		shut(p);
	}
	answer(q, 0);
	free_if_done(q);
}

/* Write all that waits: no window of it is open any longer. */
static void
keep_all(struct holding *q)
{
	struct hold *p;
	uint64_t counter = 0;

	for (p = q->first; p != NULL; p = p->next) {
		shut(p);
		counter = p->counter;
	}
	if (counter > q->keep)
		keep(q, counter);
}

void
holding_end(struct holding **of)
{
	struct holding *q = *of;

	if (q == NULL)
		return;
	*of = NULL;
	q->sub = NULL;
	/* A relay that stops has asked for it, and may have no store left. */
	if (!q->all->relay->stopping)
		keep_all(q);
	free_if_done(q);
}

void
holds_stop(struct holds *h)
{
	struct holding *q;

	for (q = h->first; q != NULL; q = q->next)
		keep_all(q);
}

void
holds_turn(struct holds *h, uint64_t now_ms)
{
	struct hold *p;

	while ((p = h->until) != NULL && p->until_ms <= now_ms) {
		shut(p);
		keep(p->of, p->counter);
	}
}

void
holds_retry(struct holds *h)
{
	struct holding *q;

	for (q = h->first; q != NULL; q = q->next)
		if (q->failed)
			submit(q);
}

void
holds_free(struct holds *h)
{
	struct holding *q, *next;

	if (h == NULL)
		return;
	for (q = h->first; q != NULL; q = next) {
		next = q->next;
		answer(q, 1);
		free(q);
	}
	free(h);
}
