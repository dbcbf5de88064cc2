/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <ev.h>
#include <malloc.h>
#include <sodium.h>

#include "clock.h"
#include "control.h"
#include "endpoint.h"
#include "hub.h"
#include "lock.h"
#include "log.h"
#include "serve.h"
#include "tacit/error_text.h"
#include "ws.h"

enum {
	LOCK_WAIT_MS = 1000,
	FREE_MAX = 4 << 20,		/* kept at the end of the heap */
	BLOCK_MAX = 1 << 20		/* from the heap; larger ones alone */
};

struct serve {
	struct config config;
	struct keys keys;
	struct tacit_place place;
	struct relay relay;
	struct store *store;		/* until commit_start() */
	struct store_clock hour;
	struct ws *ws;
	struct clock *clock;
	struct control *control;
	int lock, control_fd;
	ev_signal term, interrupt;
};

/* Store thread. */
static void
wake(void *arg)
{
	struct serve *s = arg;

	ws_wake(s->ws);
}

static void
on_signal(struct ev_loop *loop, ev_signal *w, int events)
{
	struct serve *s = w->data;

	(void)loop;
	(void)events;
	if (s->relay.stopping)
		return;
	log_event("stopping");
	control_stop(s->control);
	ws_stop(s->ws);
}

/* libwebsockets asks for it when we are confined: one that needs no file. */
static void
set_time_zone(void)
{
	(void)setenv("TZ", "UTC0", 1);
	tzset();
}

/*
 * What one turn of the loop frees the next one takes: not by way of the
 * system, which would clear each page anew.
 */
static void
keep_pages(void)
{
	(void)mallopt(M_TRIM_THRESHOLD, FREE_MAX);
	(void)mallopt(M_MMAP_THRESHOLD, BLOCK_MAX);
}

static int
open_loop(struct serve *s)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);

	if (loop == NULL)
		return TACIT_E_NOMEM;
	s->relay.loop = loop;
	ev_signal_init(&s->term, on_signal, SIGTERM);
	ev_signal_init(&s->interrupt, on_signal, SIGINT);
	s->term.data = s->interrupt.data = s;
	ev_signal_start(loop, &s->term);
	ev_signal_start(loop, &s->interrupt);
	return 0;
}

/* Directory, keys and database: all that can be refused before a thread. */
static int
open_data(struct serve *s)
{
	int rc;

	rc = lock_take(&s->lock, s->config.data, LOCK_WAIT_MS);
	if (rc == TACIT_E_UNAVAILABLE)
		fprintf(stderr, "tacit-relay: %s: another relay runs on this "
		    "directory\n", s->config.data);
	if (rc != 0)
		return rc;
	if ((rc = keys_load(&s->keys, &s->config)) != 0)
		return rc;
	if ((rc = store_sqlite_open(&s->store, &s->hour, s->config.data,
	    &s->config.limits)) != 0 ||
	    (rc = clock_catch_up(s->store, &s->hour)) != 0) {
		log_store(s->config.data, rc);
		return rc;
	}
	return control_bind(&s->control_fd, s->config.data);
}

/* The network: the last that is opened. */
static int
open_network(struct serve *s)
{
	struct relay *r = &s->relay;
	uint16_t port;
	int rc;

	r->config = &s->config;
	r->keys = &s->keys;
	r->hour = s->hour.hour;
	if ((rc = hub_open(&r->hub, r)) != 0)
		return rc;
	if ((rc = ws_start(&s->ws, r, &port)) != 0) {
		log_error("listen-failed", rc);
		return rc;
	}
	s->config.port = port;
	endpoint_place(&s->place, &s->config, &s->keys);
	return endpoint_save(&s->config);
}

/* The threads, between what confines each and what confines all. */
static int
open_relay(struct serve *s)
{
	struct relay *r = &s->relay;
	int rc, fd = s->control_fd;

	r->confined.want = s->config.confinement;
	if ((rc = confine_files(&r->confined, s->config.data)) != 0)
		return rc;
	if ((rc = commit_start(&r->commit, s->store, wake, s)) != 0)
		return rc;
	commit_gather(r->commit);	/* ws.c hands over */
	commit_reserve(r->commit, (uint64_t)s->config.reserve_mib << 20);
	s->store = NULL;
	if ((rc = clock_start(&s->clock, r, s->hour)) != 0)
		return rc;
	s->control_fd = -1;
	if ((rc = control_start(&s->control, fd, r, &s->place)) != 0)
		return rc;
	return confine_calls(&r->confined);
}

static int
print_ready(const struct serve *s)
{
	char url[TACIT_LINK_TEXT_MAX];
	char pin[2 * TACIT_HASH_LEN + 1], key[2 * TACIT_KEY_LEN + 1];
	int rc;

	if ((rc = tacit_url_write(url, sizeof(url), &s->place)) != 0)
		return rc;
	sodium_bin2hex(pin, sizeof(pin), s->place.pin, sizeof(s->place.pin));
	sodium_bin2hex(key, sizeof(key), s->keys.key, sizeof(s->keys.key));
	if (printf("READY url=%s pin=%s key=%s\n", url, pin, key) < 0 ||
	    fflush(stdout) != 0)
		return TACIT_E_IO;
	return 0;
}

/*
 * Whatever was brought up, in reverse.  Jobs come back in commit_stop(), so
 * all who submit them are still there then.
 */
static int
close_all(struct serve *s)
{
	int rc = 0;

	if (s->relay.commit != NULL)
		rc = commit_stop(s->relay.commit);
	if (s->store != NULL)
		s->store->ops->close(s->store);
	ws_free(s->ws);
	hub_free(s->relay.hub);
	control_free(s->control);
	clock_stop(s->clock);
	if (s->control_fd >= 0)
		(void)close(s->control_fd);
	keys_free(&s->keys);
	if (s->relay.loop != NULL)
		ev_loop_destroy(s->relay.loop);
	if (s->lock >= 0)
		(void)close(s->lock);
	return rc;
}

int
serve(const struct config *config)
{
	struct serve s;
	int rc, closed;

	memset(&s, 0, sizeof(s));
	s.config = *config;
	s.lock = s.control_fd = -1;
	set_time_zone();
	keep_pages();
	if ((rc = open_loop(&s)) == 0 && (rc = open_data(&s)) == 0 &&
	    (rc = open_network(&s)) == 0 && (rc = open_relay(&s)) == 0 &&
	    (rc = print_ready(&s)) == 0)
		(void)ev_run(s.relay.loop, 0);
	s.relay.stopping = 1;
	closed = close_all(&s);
	if (rc == 0 && closed == 0)
		log_event("stopped");
	else if (rc == 0)
		log_error("storage-failed", closed);
	return rc != 0 ? rc : closed;
}
