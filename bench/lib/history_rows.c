/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page of the history, and opening a vault, of a small vault and a large
 * one: the two ends of one relationship, whose histories were filled.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "history.h"
#include "lib.h"
#include "talk.h"

enum { SMALL = 10000, AT_ONCE = 1000, PAGE = 50, PAGES = 20, TEXT = 100 };

struct histories {
	struct talk k;
	char path[2][400];
	char asked[400];		/* of a vault under a passphrase */
};

static void
make_text(char out[TEXT], uint64_t place)
{
	memset(out, '.', TEXT);
	(void)snprintf(out, 21, "%020llu", (unsigned long long)place);
	out[20] = ' ';
}

/* The rows that a text makes when it came, without the rest of its way. */
static void
fill(struct tacit_contact *ct, uint64_t upto)
{
	tacit_state_Past p;
	char text[TEXT];
	unsigned i;
	int rc;

	while (ct->rec.history < upto) {
		rc = change_begin(ct->t);
		for (i = 0; i < AT_ONCE && rc == 0 &&
		    ct->rec.history < upto; i++) {
			memset(&p, 0, sizeof(p));
			memcpy(p.stream, ct->rec.their_stream,
			    sizeof(p.stream));
			p.seq = ct->rec.history + 1;
			p.time_ms = env_unix_ms(ct->t);
			make_text(text, p.seq);
			rc = history_add(ct, &p, text, sizeof(text));
		}
		rc = change_end(ct->t, ct, rc);
		assert(rc == 0);
	}
}

/* Microseconds of a page from the newest on, texts checked. */
static double
read_pages(struct tacit_contact *ct)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t place = ct->rec.history;
	double began = rows_cpu_us(), took;
	char want[TEXT];
	unsigned i, wrong = 0;

	for (i = 0; i < PAGES * PAGE; i++, place--) {
		if (tacit_history(ct, place + 1, &m) != 0 ||
		    m.text_len != TEXT)
			abort();
		make_text(want, place);
		wrong += memcmp(m.text, want, TEXT) != 0;
	}
	took = (rows_cpu_us() - began) / PAGES;
	assert(wrong == 0);
	return took;
}

static double
run_small_page(void *arg)
{
	struct histories *h = arg;

	return read_pages(story_contact(&h->k.st, 0));
}

static double
run_large_page(void *arg)
{
	struct histories *h = arg;

	return read_pages(story_contact(&h->k.st, 1));
}

/* The same half-way down, which is reached by way of all that is newer. */
static double
run_half_way(void *arg)
{
	struct histories *h = arg;
	struct tacit_contact *ct = story_contact(&h->k.st, 0);
	struct tacit_message m = { .size = sizeof(m) };
	double began = rows_cpu_us();
	unsigned i;
	int rc;

	for (i = 0; i < PAGE; i++) {
		rc = tacit_history(ct, SMALL / 2 - i, &m);
		assert(rc == 0);
	}
	return rows_cpu_us() - began;
}

/* ---- opening ------------------------------------------------------------------- */

static double
open_ms(const char *path)
{
	double began = rows_wall_us(), took;
	struct vault *v;
	int rc = stage_vault(&v, path);

	assert(rc == 0);
	took = rows_wall_us() - began;
	vault_close(v);
	return took / 1000;
}

static double
run_small_open(void *arg)
{
	return open_ms(((struct histories *)arg)->path[0]);
}

static double
run_large_open(void *arg)
{
	return open_ms(((struct histories *)arg)->path[1]);
}

static const char words[] = "a passphrase of twelve";

/* An empty vault under a passphrase of the usual cost: Argon2id, and little. */
static double
run_asked_open(void *arg)
{
	double began = rows_wall_us(), took;
	struct histories *h = arg;
	struct vault *v;
	int rc = vault_open(&v, h->asked, words, strlen(words), 0);

	assert(rc == 0);
	took = rows_wall_us() - began;
	vault_close(v);
	return took / 1000;
}

static void
make_asked(struct histories *h, const char *dir)
{
	const struct vault_cost usual = { TACIT_ARGON_PASSES,
	    TACIT_ARGON_MIB };
	int rc;

	(void)snprintf(h->asked, sizeof(h->asked), "%s/asked", dir);
	(void)remove(h->asked);
	rc = vault_create(h->asked, words, strlen(words), &usual);
	assert(rc == 0);
}

int
history_group(const struct bench *b)
{
	char large[60], large_open[60];
	struct row pages[] = {
		{ .name = "page of 50, vault of 10,000 messages",
		    .unit = "us", .run = run_small_page },
		{ .name = large, .unit = "us", .run = run_large_page,
		    .over = "page of 50, vault of 10,000 messages" },
		{ .name = "page of 50, 5,000 back at one go", .unit = "us",
		    .run = run_half_way,
		    .over = "page of 50, vault of 10,000 messages" },
	};
	struct row opens[] = {
		{ .name = "open, vault of 10,000 messages", .unit = "ms",
		    .run = run_small_open },
		{ .name = large_open, .unit = "ms", .run = run_large_open,
		    .over = "open, vault of 10,000 messages" },
		{ .name = "open, passphrase: Argon2id and an empty vault",
		    .unit = "ms", .run = run_asked_open },
	};
	struct histories h;
	int i, missed;

	(void)snprintf(large, sizeof(large), "page of 50, vault of %u",
	    b->messages);
	(void)snprintf(large_open, sizeof(large_open), "open, vault of %u",
	    b->messages);
	talk_new(&h.k, b->dir);
	fill(story_contact(&h.k.st, 0), SMALL);
	fill(story_contact(&h.k.st, 1), b->messages);
	missed = rows_run(pages, sizeof(pages) / sizeof(pages[0]), &h,
	    b->json);
	talk_free(&h.k);
	for (i = 0; i < 2; i++)
		(void)snprintf(h.path[i], sizeof(h.path[i]), "%s/end%d",
		    b->dir, i);
	make_asked(&h, b->dir);
	missed += rows_run(opens, sizeof(opens) / sizeof(opens[0]), &h,
	    b->json);
	for (i = 0; i < 2; i++)
		(void)remove(h.path[i]);
	(void)remove(h.asked);
	return missed;
}
