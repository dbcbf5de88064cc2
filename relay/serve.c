/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ev.h>
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

enum { LOCK_WAIT_MS = 1000 };

struct serve {
	struct config config;
	struct keys keys;
	struct tacit_place place;
	struct relay relay;
	struct store *store;		/* until commit_start() */
	struct store_clock hour;
	struct ws *_Atomic ws;		/* the store thread wakes it */
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
	struct ws *w = s->ws;

	if (w != NULL)
		ws_wake(w);
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

static void
no_core_dumps(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
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

static int
open_relay(struct serve *s)
{
	struct relay *r = &s->relay;
	struct ws *w;
	uint16_t port;
	int rc, fd;

	r->config = &s->config;
	r->keys = &s->keys;
	r->hour = s->hour.hour;
	if ((rc = commit_start(&r->commit, s->store, wake, s)) != 0)
		return rc;
	s->store = NULL;
	if ((rc = hub_open(&r->hub, r)) != 0)
		return rc;
	if ((rc = ws_start(&w, r, &port)) != 0) {
		log_error("listen-failed", rc);
		return rc;
	}
	s->ws = w;
	s->config.port = port;
	endpoint_place(&s->place, &s->config, &s->keys);
	if ((rc = endpoint_save(&s->config)) != 0)
		return rc;
	if ((rc = clock_start(&s->clock, r, s->hour)) != 0)
		return rc;
	fd = s->control_fd;
	s->control_fd = -1;
	return control_start(&s->control, fd, r, &s->place);
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
	no_core_dumps();
	if ((rc = open_loop(&s)) == 0 && (rc = open_data(&s)) == 0 &&
	    (rc = open_relay(&s)) == 0 && (rc = print_ready(&s)) == 0)
		(void)ev_run(s.relay.loop, 0);
	s.relay.stopping = 1;
	closed = close_all(&s);
	if (rc == 0 && closed == 0)
		log_event("stopped");
	else if (rc == 0)
		log_error("storage-failed", closed);
	return rc != 0 ? rc : closed;
}
