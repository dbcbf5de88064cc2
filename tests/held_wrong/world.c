/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "world.h"

static int
write_nothing(void *context, const void *bytes, size_t len)
{
	(void)context;
	(void)bytes;
	(void)len;
	return 0;
}

static int
read_nothing(void *context, const char *name, uint64_t at, void *out,
    size_t cap, size_t *len)
{
	(void)context;
	(void)name;
	(void)at;
	(void)out;
	(void)cap;
	*len = 0;
	return 0;
}

void
world_room(struct world *w, size_t i, size_t size)
{
	memset(w->room[i], 0, size);
	if (w->bad_size != 0)
		size = w->bad_size == 1 ? size - 1 : w->bad_size == 2 ?
		    size + 1 : w->bad_size == 3 ? 0 : SIZE_MAX;
	memcpy(w->room[i], &size, sizeof(size));
}

static uint32_t
today(int64_t now_ms)
{
	time_t now = (time_t)(now_ms / 1000);
	struct tm tm;

	(void)localtime_r(&now, &tm);
	return (uint32_t)((tm.tm_year + 1900) * 10000 +
	    (tm.tm_mon + 1) * 100 + tm.tm_mday);
}

static struct world *running;

/* The client was asked; times of the practice layer are a parameter. */
static int
is_asked(struct app *a)
{
	struct tacit_checkin_info i = { .size = sizeof(i) };
	struct world *w = running;
	int rc;

	(void)a;
	w->now += 60 * 1000;
	rc = tacit_practice_step(w->pp, w->now);
	assert(rc == 0);
	rc = tacit_practice_step(w->p, w->now);
	assert(rc == 0);
	rc = tacit_checkin_next(w->p, w->ct, NULL, &i);
	assert(rc >= 0);
	if (rc == 0 || i.asked == 0)
		return 0;
	rc = tacit_checkin_open(&w->c, w->p, w->ct, i.id);
	assert(rc == 0);
	return 1;
}

static void
ask(struct world *w)
{
	struct tacit_checkin_when when = { .size = sizeof(when), .once = 1 };
	char form[TACIT_CHECKIN_ID_SIZE], id[TACIT_CHECKIN_ID_SIZE];
	int rc;

	rc = tacit_checkin_import_shipped(w->pp, tacit_checkin_shipped(0),
	    form);
	assert(rc == 0);
	when.until = today(w->now + INT64_C(3) * 24 * 3600 * 1000);
	rc = tacit_checkin_send(w->pp, w->practice.p.ct, form, &when, w->now,
	    id);
	assert(rc == 0);
	running = w;
	app_run(&w->client, &w->practice, is_asked);
}

void
world_open(struct world *w, unsigned supplies)
{
	int rc;

	memset(w, 0, sizeof(*w));
	relay_proc_make(&w->relay, "");
	relay_proc_start(&w->relay);
	app_open(&w->practice, w->relay.base, "practice", 0);
	app_open(&w->client, w->relay.base, "client", supplies);
	person_add_relay(&w->practice.p, &w->relay, w->relay.place.port,
	    NULL);
	app_pair(&w->practice, &w->client);
	app_say(&w->practice, &w->client, "a text");
	w->t = w->client.p.t;
	w->ct = w->client.p.ct;
	w->now = (int64_t)time(NULL) * 1000;
	rc = tacit_practice_open(&w->pp, w->practice.p.t);
	assert(rc == 0);
	rc = tacit_practice_open(&w->p, w->t);
	assert(rc == 0);
	ask(w);
	rc = tacit_series_open(&w->s, w->p, w->ct, NULL);
	assert(rc == 0);
	w->cfg = person_config(&w->client.p, NULL);
	w->cfg.path = "/nonexistent/vault";
	w->writer = (struct tacit_writer){ write_nothing, NULL };
	w->reader = (struct tacit_reader){ read_nothing, NULL };
}

void
world_close(struct world *w)
{
	tacit_series_close(w->s);
	tacit_checkin_close(w->c);
	tacit_practice_close(w->p);
	tacit_practice_close(w->pp);
	app_close(&w->practice);
	app_close(&w->client);
	relay_proc_free(&w->relay);
}

void
world_is_sound(struct world *w)
{
	app_say(&w->practice, &w->client, "are you there?");
	app_say(&w->client, &w->practice, "yes");
}

size_t
world_all_say(struct world *w, enum every_kind kind, int error,
    size_t *wrong)
{
	size_t i, n = 0;
	long is, want;

	for (i = 0; i < n_every; i++) {
		if (every[i].kind != kind || every[i].null[0] != '\0' ||
		    strcmp(every[i].name, "tacit_wake") == 0)
			continue;
		n++;
		is = every[i].call(w);
		want = every[i].result == EVERY_INT ? error : 0;
		if (is == want)
			continue;
		fprintf(stderr, "%s says %ld, not %ld\n", every[i].name, is,
		    want);
		(*wrong)++;
	}
	return n;
}

int
world_verdict(const char *what, size_t calls, size_t wrong)
{
	printf("%s: %zu calls, %zu wrong\n", what, calls, wrong);
	return wrong == 0 && calls > 0 ? 0 : 1;
}
