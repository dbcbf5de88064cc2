/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app.h"

enum { PATIENCE_MS = 60000, LOG_MAX = 1 << 20 };

static int64_t
app_now(void *arg)
{
	const struct app *a = arg;
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return a->is_ms != 0 ? a->is_ms : a->ahead_ms +
	    (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
app_log(void *arg, enum tacit_log_level level, const char *line)
{
	struct app *a = arg;
	int n;

	assert(strchr(line, '\n') == NULL && a->log_len < LOG_MAX - 256);
	n = snprintf(a->log + a->log_len, 256, "%d %s\n", (int)level, line);
	assert(n > 0 && n < 256);
	a->log_len += (size_t)n;
}

/* One argument for all callbacks: those of the wires need another. */
static int
open_wire(void *arg, const struct tacit_peer *peer)
{
	struct app *a = arg;

	return a->w.transport.open(&a->w, peer);
}

static int
send_wire(void *arg, uint32_t conn, const void *message, size_t len)
{
	struct app *a = arg;

	return a->w.transport.send(&a->w, conn, message, len);
}

static void
close_wire(void *arg, uint32_t conn)
{
	struct app *a = arg;

	a->w.transport.close(&a->w, conn);
}

static const struct tacit_transport transport = {
	sizeof(transport), open_wire, send_wire, close_wire
};

int
app_reopen(struct app *a)
{
	struct tacit_config cfg = person_config(&a->p, NULL);
	int rc;

	cfg.host = &a->host;
	if ((rc = tacit_open(&a->p.t, &cfg)) != 0)
		return rc;
	a->w.t = a->p.t;
	a->p.ct = tacit_contact_next(a->p.t, NULL);
	return 0;
}

void
app_open(struct app *a, const char *dir, const char *name, unsigned supplies)
{
	int rc;

	memset(a, 0, sizeof(*a));
	person_make(&a->p, dir, name);
	wires_init(&a->w);
	a->host.size = sizeof(a->host);
	a->host.arg = a;
	if ((supplies & APP_WIRES) != 0)
		a->host.transport = &transport;
	if ((supplies & APP_CLOCK) != 0)
		a->host.now_ms = app_now;
	a->log = calloc(1, LOG_MAX);
	assert(a->log != NULL);
	if ((supplies & APP_LOG) != 0)
		a->host.log = app_log;
	rc = app_reopen(a);
	assert(rc == 0);
}

void
app_close(struct app *a)
{
	size_t i;

	tacit_close(a->p.t);
	a->p.t = NULL;
	for (i = 0; i < WIRES; i++)
		assert(a->w.wire[i].conn == 0);
	wires_free(&a->w);
	free(a->log);
	a->log = NULL;
}

static void
turn(struct app *a, int wait_ms)
{
	int rc;

	if (a->host.transport != NULL)
		wires_turn(&a->w, wait_ms);
	rc = tacit_step(a->p.t, a->host.transport != NULL ? 0 : wait_ms);
	assert(rc == 0);
}

void
app_run(struct app *a, struct app *b, int (*is_so)(struct app *a))
{
	long end = relay_now_ms() + PATIENCE_MS;

	while (!is_so(a)) {
		if (relay_now_ms() > end) {
			fprintf(stderr, "app: waited in vain\n");
			abort();
		}
		turn(a, 10);
		if (b != NULL)
			turn(b, 10);
	}
}

struct tacit_contact_info
app_info(const struct app *a)
{
	struct tacit_contact_info i = { .size = sizeof(i) };
	int rc = tacit_contact_info(a->p.ct, &i);

	assert(rc == 0);
	return i;
}

static int
is_ready(struct app *a)
{
	return app_info(a).ready;
}

static int
is_active(struct app *a)
{
	return app_info(a).state == TACIT_ACTIVE;
}

void
app_pair(struct app *a, struct app *b)
{
	char link[TACIT_LINK_SIZE];
	int rc;

	person_invite(&a->p);
	app_run(a, NULL, is_ready);
	rc = tacit_invitation_link(a->p.ct, link);
	assert(rc == 0);
	rc = tacit_accept(&b->p.ct, b->p.t, link, strlen(link), "inviter");
	assert(rc == 0);
	app_run(a, b, is_active);
	app_run(b, a, is_active);
}

/* Confirms all that comes on the way. */
static int
has_message(struct app *a)
{
	struct tacit_event e = { .size = sizeof(e) };
	int rc, is;

	while ((rc = tacit_next_event(a->p.t, 0, &e)) == 1) {
		is = e.type == TACIT_EV_MESSAGE &&
		    e.text_len == strlen(a->awaits) &&
		    memcmp(e.text, a->awaits, e.text_len) == 0;
		rc = tacit_event_done(a->p.t, e.id);
		assert(rc == 0);
		if (is)
			return 1;
	}
	assert(rc == 0);
	return 0;
}

void
app_say(struct app *from, struct app *to, const char *text)
{
	int rc = tacit_send(from->p.ct, text, strlen(text), NULL, NULL);

	assert(rc == 0);
	to->awaits = text;
	app_run(to, from, has_message);
}
