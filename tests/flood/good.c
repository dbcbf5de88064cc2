/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "good.h"

enum { SAMPLES = 100000 };

struct client {
	struct raw_mailbox box;
	struct raw *post, *read;
};

struct good {
	const struct relay_proc *relay;
	uint32_t n, turn, n_samples;
	double sample[SAMPLES];
	struct client client[];
};

static double
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1000. + (double)ts.tv_nsec / 1e6;
}

static void
must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "good clients: %s\n", what);
	abort();
}

static struct raw *
connect_from(const struct relay_proc *p, const char *net, uint32_t i)
{
	char from[32];

	(void)snprintf(from, sizeof(from), "127.0.%s.%u", net, 1 + i % 250);
	return relay_proc_connect_from(p, from);
}

struct good *
good_new(const struct relay_proc *p, uint32_t n,
    const uint8_t code[TACIT_CODE_LEN])
{
	struct good *g = calloc(1, sizeof(*g) + n * sizeof(g->client[0]));
	struct client *c;
	uint8_t result;
	uint32_t i;

	must(g != NULL, "memory");
	g->relay = p;
	g->n = n;
	for (i = 0; i < n; i++) {
		c = &g->client[i];
		c->post = connect_from(p, "200", i);
		c->read = connect_from(p, "200", i);
		raw_mailbox_make(&c->box);
		must(raw_create(c->post, &c->box, code) == 0, "CREATE");
		result = 1;
		must(raw_subscribe(c->read, &c->box, 1, &result) == 0 &&
		    result == 0, "SUBSCRIBE");
		raw_frame_free(raw_next(c->read, RAW_WAIT_MS, &(int){ 0 }));
	}
	return g;
}

void
good_free(struct good *g)
{
	uint32_t i;

	for (i = 0; i < g->n; i++) {
		raw_bye(g->client[i].post);
		raw_bye(g->client[i].read);
	}
	free(g);
}

/*
 * One letter from post to ack; 0, or -1: anything else happened.  It is read
 * and acked before its OK is waited for, as a client does that is online: the
 * relay holds the OK for that.
 */
static int
letter(struct client *c, double due, double *took)
{
	uint8_t id[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	struct raw_frame *f;
	uint32_t post, ack;
	int rc, same;

	randombytes_buf(id, sizeof(id));
	randombytes_buf(body, sizeof(body));
	post = raw_send_post(c->post, &c->box, id, tacit_Kind_KIND_LETTER, 0,
	    body);
	if ((f = raw_next(c->read, RAW_WAIT_MS, &rc)) == NULL)
		return -1;
	same = f->head.which_is == tacit_Frame_deliver_tag &&
	    memcmp(f->head.is.deliver.envelope, id, sizeof(id)) == 0 &&
	    memcmp(f->body, body, sizeof(body)) == 0;
	raw_frame_free(f);
	ack = raw_send_ack(c->read, c->box.address, id);
	if (raw_wait(c->post, post, RAW_WAIT_MS, NULL) != 0)
		return -1;
	*took = now_ms() - due;
	return same && raw_wait(c->read, ack, RAW_WAIT_MS, NULL) == 0 ?
	    0 : -1;
}

/* Somebody new, from an address of its own, is served too. */
static void
fresh(struct good *g, struct good_figures *out)
{
	struct raw_target t;
	struct raw *r;
	char from[32];
	double began = now_ms(), took;

	(void)snprintf(from, sizeof(from), "127.0.201.%u",
	    1 + out->fresh % 250);
	raw_target(&t, &g->relay->place);
	t.from = from;
	out->fresh++;
	if (raw_open(&r, &t, g->relay->place.relay_key) != 0 ||
	    raw_ping(r) != 0)
		out->fresh_failed++;
	raw_free(r);
	took = now_ms() - began;
	if (took > out->fresh_max_ms)
		out->fresh_max_ms = took;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
summarise(struct good *g, struct good_figures *out)
{
	uint32_t n = g->n_samples;

	qsort(g->sample, n, sizeof(g->sample[0]), by_size);
	out->p50_ms = g->sample[n / 2];
	out->p99_ms = g->sample[n * 99 / 100];
	out->max_ms = g->sample[n > 0 ? n - 1 : 0];
}

static void
one_letter(struct good *g, double due, struct good_figures *out)
{
	if (letter(&g->client[g->turn++ % g->n], due,
	    &g->sample[g->n_samples]) == 0)
		out->letters++;
	else
		out->lost++;
	g->n_samples += g->n_samples + 1 < SAMPLES;
}

void
good_play(struct good *const g[2], int seconds, struct good_figures out[2])
{
	double due = now_ms(), until = due + seconds * 1000.;
	double next_fresh = due;
	int i = 0;

	memset(out, 0, 2 * sizeof(out[0]));
	g[0]->n_samples = g[1]->n_samples = 0;
	while ((due = due > now_ms() - 1000 ? due : now_ms()) < until) {
		while (now_ms() < due)
			relay_sleep_ms(1);
		one_letter(g[i], due, &out[i]);
		i = !i;
		due += (double)GOOD_PACE_MS / 2;
		if (now_ms() < next_fresh)
			continue;
		fresh(g[0], &out[0]);	/* takes a turn of its own */
		next_fresh = now_ms() + GOOD_FRESH_MS;
		due = now_ms();
	}
	for (i = 0; i < 2; i++)
		summarise(g[i], &out[i]);
}
