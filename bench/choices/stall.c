/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For how long the store keeps letters waiting: RATE letters a second come,
 * and as many that came a second before are acked, in transactions every
 * 10 ms, with a scrub every two seconds as the relay has it.  Tells how long
 * transactions took (with the checkpoint inside of some) and scrubs; an OK
 * that is due meanwhile waits for one of each.  Wall time and, behind the
 * slash, processor time: the difference is the disk, and the neighbours.
 *
 * usage: stall DIR RATE SECONDS
 *
 * DIR is where the database is made; it must not hold one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "store.h"

enum { BOXES = 100, STEPS = 100, BATCH_MOST = 500, SCRUB_STEPS = 200 };

static const struct store_limits limits = { 100000, 64, 100000, 64 };

struct times {
	double *wall, *cpu;
	size_t n;
};

struct life {
	struct store *s;
	uint32_t batch;
	/* Of the second before, by step. */
	uint8_t sent[STEPS][BATCH_MOST][TACIT_ENVELOPE_ID_LEN];
	struct op op[2 * BATCH_MOST];
	struct times apply, scrub;
};

static void
must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "stall: %s\n", what);
	exit(1);
}

static double
now(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
address(uint8_t out[TACIT_ADDRESS_LEN], uint32_t box)
{
	memset(out, 1, TACIT_ADDRESS_LEN);
	memcpy(out, &box, sizeof(box));
}

static void
make_boxes(struct store *s)
{
	struct op op = { .kind = OP_ADMIT };
	uint32_t i;

	op.u.admit.units = UINT32_MAX;
	must(store_apply(s, &op) == 0 && op.rc == 0, "admit");
	for (i = 0; i < BOXES; i++) {
		memset(&op, 0, sizeof(op));
		op.kind = OP_CREATE;
		address(op.u.create.address, i);
		memset(op.u.create.token_hash, 1, TACIT_HASH_LEN);
		must(store_apply(s, &op) == 0 && op.rc == 0, "create");
	}
}

static void
fill_post(struct op *op, uint8_t id[TACIT_ENVELOPE_ID_LEN], uint32_t box)
{
	static uint8_t body[TACIT_LETTER_LEN];

	memset(op, 0, sizeof(*op));
	op->kind = OP_POST;
	address(op->u.post.address, box);
	memset(op->u.post.token_hash, 1, TACIT_HASH_LEN);
	randombytes_buf(id, TACIT_ENVELOPE_ID_LEN);
	memcpy(op->u.post.envelope, id, TACIT_ENVELOPE_ID_LEN);
	op->u.post.kind = LETTER;
	op->u.post.expiry_day = 30;
	op->u.post.body = body;
}

static void
fill_ack(struct op *op, const uint8_t id[TACIT_ENVELOPE_ID_LEN],
    uint32_t box)
{
	memset(op, 0, sizeof(*op));
	op->kind = OP_ACK;
	address(op->u.ack.address, box);
	op->u.ack.n = 1;
	memcpy(op->u.ack.envelope[0], id, TACIT_ENVELOPE_ID_LEN);
}

/* One transaction: those of a second ago go, as many come. */
static void
step(struct life *l, uint32_t number)
{
	uint8_t (*sent)[TACIT_ENVELOPE_ID_LEN] = l->sent[number % STEPS];
	uint32_t i, n = 0;

	for (i = 0; i < l->batch; i++) {
		if (number >= STEPS)
			fill_ack(&l->op[n++], sent[i], i % BOXES);
		fill_post(&l->op[n++], sent[i], i % BOXES);
	}
	for (i = 0; i + 1 < n; i++)
		l->op[i].next = &l->op[i + 1];
	must(store_apply(l->s, l->op) == 0, "store_apply");
	for (i = 0; i < n; i++)
		must(l->op[i].rc == 0, "a verdict");
}

static void
note(struct times *t, double wall, double cpu)
{
	t->wall[t->n] = now(CLOCK_MONOTONIC) - wall;
	t->cpu[t->n++] = now(CLOCK_THREAD_CPUTIME_ID) - cpu;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
tell(const char *what, struct times *t)
{
	static const double at[] = { 0.5, 0.99, 0.999, 1. };
	size_t i, k;

	if (t->n == 0)
		return;
	qsort(t->wall, t->n, sizeof(double), by_value);
	qsort(t->cpu, t->n, sizeof(double), by_value);
	printf("%-12s %6zu", what, t->n);
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		k = (size_t)(at[i] * (double)(t->n - 1));
		printf("  %8.2f/%-7.2f", t->wall[k], t->cpu[k]);
	}
	printf("\n");
}

static void
live(struct life *l, uint32_t steps)
{
	double begun = now(CLOCK_MONOTONIC), wall, cpu, wait;
	struct timespec ts;
	uint32_t i;

	for (i = 0; i < steps; i++) {
		wait = begun + i * 1e3 / STEPS - now(CLOCK_MONOTONIC);
		if (wait > 0.) {
			ts.tv_sec = 0;
			ts.tv_nsec = (long)(wait * 1e6);
			(void)nanosleep(&ts, NULL);
		}
		wall = now(CLOCK_MONOTONIC);
		cpu = now(CLOCK_THREAD_CPUTIME_ID);
		step(l, i);
		note(&l->apply, wall, cpu);
		if (i % SCRUB_STEPS != SCRUB_STEPS - 1)
			continue;
		wall = now(CLOCK_MONOTONIC);
		cpu = now(CLOCK_THREAD_CPUTIME_ID);
		must(l->s->ops->scrub(l->s) == 0, "scrub");
		note(&l->scrub, wall, cpu);
	}
	printf("%u letters/s for %u s, milliseconds\n%-12s %6s  %16s  %16s"
	    "  %16s  %16s\n", l->batch * STEPS, steps / STEPS, "", "times",
	    "p50", "p99", "p99.9", "most");
	tell("transaction", &l->apply);
	tell("scrub", &l->scrub);
}

int
main(int argc, char **argv)
{
	static struct life l;
	struct store_clock clock;
	uint32_t steps;

	must(argc == 4 && sodium_init() >= 0, "usage: stall DIR RATE SECONDS");
	l.batch = (uint32_t)strtoul(argv[2], NULL, 10) / STEPS;
	steps = (uint32_t)strtoul(argv[3], NULL, 10) * STEPS;
	must(l.batch > 0 && l.batch <= BATCH_MOST && steps > 0 &&
	    steps <= 1000000, "RATE 100 to 50000, SECONDS 1 to 10000");
	l.apply.wall = calloc(4 * (size_t)steps, sizeof(double));
	must(l.apply.wall != NULL, "memory");
	l.apply.cpu = l.apply.wall + steps;
	l.scrub.wall = l.apply.cpu + steps;
	l.scrub.cpu = l.scrub.wall + steps;
	must(store_sqlite_open(&l.s, &clock, argv[1], &limits) == 0, "open");
	make_boxes(l.s);
	live(&l, steps);
	l.s->ops->close(l.s);
	free(l.apply.wall);
	return 0;
}
