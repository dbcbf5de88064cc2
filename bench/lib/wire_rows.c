/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letters on their way over a relay's real core, from one vault on the disk
 * to another; and two people who pair.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib.h"
#include "record.h"
#include "talk.h"

enum { TOGETHER = 32, ROUND = 2 * TOGETHER, PAIRINGS = 4 };

struct wire {
	struct talk k;
	unsigned said;			/* texts so far, */
	unsigned shown;			/* and those that came of them */
	double over, over_cpu;		/* us, of one that was handed over, */
	double in, in_cpu;		/* and of one that came */
};

/* All that end ${i} has to do now; adds what that took. */
static void
turn(struct wire *w, int i, double *wall, double *cpu)
{
	double wall_began = rows_wall_us(), cpu_began = rows_cpu_us();
	int rc;

	do {
		int more = stage_try(w->k.st.s, i, &rc);

		assert(rc == 0);
		if (!more)
			break;
	} while (stage_has_input(w->k.st.s, i));
	*wall += rows_wall_us() - wall_began;
	*cpu += rows_cpu_us() - cpu_began;
}

/* What came is text number ${w->shown} and the next, and is confirmed. */
static void
confirm(struct wire *w)
{
	struct tacit *t = stage_end(w->k.st.s, 1);
	struct tacit_event e = { .size = sizeof(e) };
	struct tacit_op op[ROUND * 2];
	char want[32];
	uint64_t id = 0;
	size_t n = 0;
	int rc;

	memset(op, 0, sizeof(op));
	while ((rc = tacit_next_event(t, id, &e)) == 1) {
		id = e.id;
		assert(n < ROUND * 2);
		op[n].size = sizeof(op[n]);
		op[n].kind = TACIT_OP_DONE;
		op[n++].event = id;
		if (e.type != TACIT_EV_MESSAGE)
			continue;
		(void)snprintf(want, sizeof(want), "text %u", w->shown++);
		assert(e.text_len == strlen(want) &&
		    memcmp(e.text, want, e.text_len) == 0);
	}
	assert(rc == 0);
	rc = tacit_commit(t, op, n);
	assert(rc == 0);
}

static void
write_texts(struct wire *w, unsigned n)
{
	char text[TOGETHER][32];
	struct tacit_op op[TOGETHER];
	unsigned i;
	int rc;

	memset(op, 0, sizeof(op));
	for (i = 0; i < n; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "text %u", w->said++);
		op[i].size = sizeof(op[i]);
		op[i].kind = TACIT_OP_SEND;
		op[i].contact = story_contact(&w->k.st, 0);
		op[i].data = text[i];
		op[i].len = strlen(text[i]);
	}
	rc = tacit_commit(stage_end(w->k.st.s, 0), op, n);
	assert(rc == 0);
}

/* ROUND letters go, ${n} at a time, and come. */
static void
carry(struct wire *w, unsigned n)
{
	double none[2] = { 0, 0 };
	unsigned i;
	int rest;

	w->over = w->over_cpu = w->in = w->in_cpu = 0;
	for (i = 0; i < ROUND; i += n) {
		write_texts(w, n);
		turn(w, 0, &w->over, &w->over_cpu);
		stage_relay_turn(w->k.st.s);
		turn(w, 0, &w->over, &w->over_cpu);
		turn(w, 1, &w->in, &w->in_cpu);
		/* ACKs, and what else waits for its time: not measured. */
		for (rest = 0; rest < 3; rest++) {
			stage_sleep(w->k.st.s, 200);
			turn(w, 1, &none[0], &none[1]);
			turn(w, 0, &none[0], &none[1]);
			stage_relay_turn(w->k.st.s);
		}
	}
	confirm(w);
	assert(w->shown == w->said);
}

static double
run_over_alone(void *arg)
{
	struct wire *w = arg;

	carry(w, 1);
	return w->over / ROUND;
}

static double
run_in_alone(void *arg)
{
	return ((struct wire *)arg)->in / ROUND;
}

static double
run_in_alone_cpu(void *arg)
{
	return ((struct wire *)arg)->in_cpu / ROUND;
}

static double
run_over(void *arg)
{
	struct wire *w = arg;

	carry(w, TOGETHER);
	return w->over / ROUND;
}

static double
run_over_cpu(void *arg)
{
	return ((struct wire *)arg)->over_cpu / ROUND;
}

static double
run_in(void *arg)
{
	return ((struct wire *)arg)->in / ROUND;
}

static double
run_in_cpu(void *arg)
{
	return ((struct wire *)arg)->in_cpu / ROUND;
}

/* ---- pairing ------------------------------------------------------------------- */

/* Both ends and the relay, from nothing to two handles that can write. */
static double
run_pairing(void *arg)
{
	struct wire *w = arg;
	struct story st = { .s = w->k.st.s };
	double began = rows_cpu_us();
	int i;

	for (i = 0; i < PAIRINGS; i++)
		story_pair(&st, TACIT_INVITE_IN_PERSON);
	return (rows_cpu_us() - began) / PAIRINGS / 1000;
}

/* All texts are in the reader's history, also when that is reopened. */
static void
check_reopened(const char *dir, const char *id, unsigned n)
{
	struct vault_key key = { .len = 0 };
	char path[400];
	struct vault *v;
	unsigned rows = 0;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/end1", dir);
	rc = stage_vault(&v, path);
	assert(rc == 0);
	for (;; rows++) {
		rc = vault_next(v, VAULT_HISTORY, id, CONTACT_ID_LEN, &key,
		    NULL);
		assert(rc == 0);
		if (key.len == 0)
			break;
	}
	assert(rows == n);
	vault_close(v);
}

int
wire_group(const struct bench *b)
{
	struct row r[] = {
		{ .name = "hand-over of a letter, one at a time",
		    .unit = "us", .run = run_over_alone },
		{ .name = "receipt of a letter, one at a time", .unit = "us",
		    .run = run_in_alone },
		{ .name = "the same: CPU", .unit = "us",
		    .run = run_in_alone_cpu },
		{ .name = "hand-over of a letter, of 32", .unit = "us",
		    .run = run_over,
		    .over = "hand-over of a letter, one at a time" },
		{ .name = "the same, of 32: CPU", .unit = "us",
		    .run = run_over_cpu },
		{ .name = "receipt of a letter, of 32", .unit = "us",
		    .run = run_in,
		    .over = "receipt of a letter, one at a time" },
		{ .name = "receipt, of 32: CPU", .unit = "us",
		    .run = run_in_cpu, .over = "the same: CPU" },
		{ .name = "pairing, both ends and relay: CPU", .unit = "ms",
		    .run = run_pairing },
	};
	struct wire w = { .said = 0 };
	char id[CONTACT_ID_LEN];
	uint64_t before;
	int missed;

	talk_new(&w.k, b->dir);
	before = story_contact(&w.k.st, 1)->rec.history;
	memcpy(id, w.k.st.id[1], sizeof(id));
	missed = rows_run(r, sizeof(r) / sizeof(r[0]), &w, b->json);
	talk_free(&w.k);
	check_reopened(b->dir, id, (unsigned)before + w.said);
	return missed;
}
