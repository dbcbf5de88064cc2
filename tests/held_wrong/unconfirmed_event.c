/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that never confirms an event: it comes again, with the same id, as
 * often as is asked and after each opening; and takes no memory by that.
 */
#include <malloc.h>

#include "world.h"

enum { TEXTS = 20, LOOKS = 2000, LIVES = 5 };

static struct world w;
static uint64_t ids[4 * TEXTS];
static size_t n_ids;

/* Every event that waits; the same as the last time, if there was one. */
static void
look(size_t *wrong, int first)
{
	struct tacit_event e = { .size = sizeof(e) };
	uint64_t after = 0;
	size_t n = 0;
	int rc;

	while ((rc = tacit_next_event(w.t, after, &e)) == 1) {
		if (first && n < 4 * TEXTS)
			ids[n] = e.id;
		else
			HELD(*wrong, n < n_ids && ids[n] == e.id);
		after = e.id;
		n++;
	}
	HELD(*wrong, rc == 0);
	if (first)
		n_ids = n;
	HELD(*wrong, n == n_ids && n >= TEXTS);
}

static int
has_all(struct app *a)
{
	return app_info(a).unread >= TEXTS;
}

int
main(void)
{
	size_t wrong = 0, i, heap;
	struct mallinfo2 before, after;

	world_open(&w, 0);
	for (i = 0; i < TEXTS; i++)
		HELD(wrong, tacit_send(w.practice.p.ct, "again", 5, NULL,
		    NULL) == 0);
	app_run(&w.client, &w.practice, has_all);
	look(&wrong, 1);
	before = mallinfo2();
	for (i = 0; i < LOOKS; i++)
		look(&wrong, 0);
	after = mallinfo2();
	heap = after.uordblks > before.uordblks ?
	    after.uordblks - before.uordblks : 0;
	if (heap > 64 * 1024) {
		fprintf(stderr, "%zu bytes more\n", heap);
		wrong++;
	}
	tacit_series_close(w.s);
	tacit_checkin_close(w.c);
	tacit_practice_close(w.p);
	w.s = NULL;
	w.c = NULL;
	w.p = NULL;
	for (i = 0; i < LIVES; i++) {
		tacit_close(w.t);
		HELD(wrong, app_reopen(&w.client) == 0);
		w.t = w.client.p.t;
		w.ct = w.client.p.ct;
		look(&wrong, 0);
		HELD(wrong, app_info(&w.client).unread >= TEXTS);
	}
	world_close(&w);
	return world_verdict("unconfirmed_event", LOOKS + LIVES, wrong);
}
