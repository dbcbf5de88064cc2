/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which event loop libwebsockets runs on: an echo server with nothing of ours
 * in it, on poll() or on its plug-in for libev or libuv, in turns.  Tells
 * round trips a second of 100 busy connections, and the delay of one active
 * connection (500 a second) beside none and beside idle ones, each with the
 * server's processor time.  Plain, since TLS costs the same on each.
 *
 * usage: backend ROUNDS LOOPS IDLE...
 *
 * LOOPS is some of poll,libev,libuv.  With 8,000 idle ones poll() takes a
 * minute and more to open them.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ev.h>
#include <libwebsockets.h>
#include <uv.h>

#include "fail.h"
#include "hist.h"
#include "server.h"
#include "wire.h"

enum {
	BUSY = 100, UNIT = 64, BUSY_NS = 2000000000,
	RATE = 500, LETTERS = 2 * RATE, READY = 512, IDLE_MAX = 30000, IDLES = 16
};

static void *
no_loop(void)
{
	return NULL;
}

static void
poll_run(struct lws_context *context, void *loop)
{
	(void)loop;
	while (lws_service(context, 0) >= 0)
		continue;
}

static void *
ev_new(void)
{
	return ev_loop_new(EVFLAG_AUTO);
}

static void
ev_go(struct lws_context *context, void *loop)
{
	(void)context;
	(void)ev_run(loop, 0);
}

static void *
uv_new(void)
{
	return uv_default_loop();
}

static void
uv_go(struct lws_context *context, void *loop)
{
	(void)context;
	(void)uv_run(loop, UV_RUN_DEFAULT);
}

static const struct backend {
	const char *name;
	uint64_t option;
	void *(*loop)(void);
	void (*run)(struct lws_context *context, void *loop);
} backends[] = {
	{ "poll", 0, no_loop, poll_run },
	{ "libev", LWS_SERVER_OPTION_LIBEV, ev_new, ev_go },
	{ "libuv", LWS_SERVER_OPTION_LIBUV, uv_new, uv_go },
};
enum { BACKENDS = sizeof(backends) / sizeof(backends[0]) };

/* ---- the server ---------------------------------------------------------- */

struct session {
	unsigned char buf[LWS_PRE + UNIT];
	size_t len;
};

static int
echo(struct lws *wsi, enum lws_callback_reasons reason, void *user,
    void *in, size_t len)
{
	struct session *s = user;

	switch (reason) {
	case LWS_CALLBACK_RECEIVE:
		if (len > UNIT)
			return -1;
		memcpy(s->buf + LWS_PRE, in, len);
		s->len = len;
		return lws_callback_on_writable(wsi) < 0 ? -1 : 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		if (s->len > 0 && lws_write(wsi, s->buf + LWS_PRE, s->len,
		    LWS_WRITE_BINARY) < 0)
			return -1;
		s->len = 0;
		return 0;
	default:
		return 0;
	}
}

static void __attribute__((noreturn))
serve(const struct backend *b, uint16_t port)
{
	static const struct lws_protocols protocols[] = {
		{ .name = "echo", .callback = echo,
		    .per_session_data_size = sizeof(struct session),
		    .rx_buffer_size = UNIT },
		{ .name = NULL },
	};
	struct lws_context_creation_info info = { .port = port,
	    .iface = "127.0.0.1", .protocols = protocols,
	    .options = b->option };
	void *loops[1] = { b->loop() };
	struct lws_context *context;

	info.foreign_loops = loops[0] == NULL ? NULL : loops;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	lws_set_log_level(LLL_ERR, NULL);
	if ((context = lws_create_context(&info)) == NULL)
		_exit(1);
	b->run(context, loops[0]);
	_exit(1);
}

static struct server
start(const struct backend *b, uint16_t port)
{
	struct server s = { .out = -1 };

	(void)fflush(NULL);
	if ((s.pid = fork()) < 0)
		fail_errno("fork");
	if (s.pid == 0)
		serve(b, port);
	server_listens(&s, port);
	return s;
}

/* ---- the clients --------------------------------------------------------- */

struct clients {
	struct wires *set;
	struct wire_target to;
	struct server server;
	struct wire *wire[IDLE_MAX];
	uint32_t n;
};

static void
open_more(struct clients *c, uint32_t n)
{
	while (c->n < n)
		c->wire[c->n++] = wire_open(c->set, &c->to);
}

static void
say(struct wire *w)
{
	static const uint8_t unit[UNIT];

	wire_add(w, unit, sizeof(unit));
}

/* Whether the whole of what was said is back. */
static int
heard(struct wire *w)
{
	size_t len;

	(void)wire_bytes(w, &len);
	if (len < UNIT)
		return 0;
	wire_take(w, UNIT);
	return 1;
}

/* All of them, one unanswered on each. */
static void
busy(struct clients *c, const char *name)
{
	struct wire *ready[READY];
	struct server_use before, after;
	uint64_t begin = server_now_ns(), n = 0, took = 0;
	uint32_t said = c->n;
	size_t i, k;

	server_use(c->server.pid, &before);
	for (i = 0; i < c->n; i++)
		say(c->wire[i]);
	while (said > 0) {
		k = wires_turn(c->set, ready, READY, BUSY_NS);
		took = server_now_ns() - begin;
		for (i = 0; i < k; i++) {
			if (!heard(ready[i]))
				continue;
			n++;
			if (took < BUSY_NS)
				say(ready[i]);
			else
				said--;
		}
	}
	server_use(c->server.pid, &after);
	printf("%s busy %u: %.0f/s, %.1f us of CPU each\n", name,
	    (unsigned)c->n, (double)n * 1e9 / (double)took,
	    (double)(after.cpu_ns - before.cpu_ns) / 1e3 / (double)n);
}

/* The first one alone, by the clock; the others are silent. */
static void
active(struct clients *c, const char *name)
{
	static struct hist h;
	struct server_use before, after;
	struct wire *ready[READY];
	uint64_t begin = server_now_ns(), due;
	int i, back;

	memset(&h, 0, sizeof(h));
	server_use(c->server.pid, &before);
	for (i = 0; i < LETTERS; i++) {
		due = begin + (uint64_t)i * (1000000000 / RATE);
		while (server_now_ns() < due)
			(void)wires_turn(c->set, ready, READY,
			    due - server_now_ns());
		say(c->wire[0]);
		for (back = 0; !back; back = heard(c->wire[0]))
			(void)wires_turn(c->set, ready, READY, BUSY_NS);
		hist_add(&h, server_now_ns() - due);
	}
	server_use(c->server.pid, &after);
	printf("%s one beside %u: p50 %.0f us, p99 %.0f us, %.1f us of CPU "
	    "each\n", name, (unsigned)c->n - 1,
	    (double)hist_at(&h, 500000) / 1e3,
	    (double)hist_at(&h, 990000) / 1e3,
	    (double)(after.cpu_ns - before.cpu_ns) / 1e3 / LETTERS);
}

static void
end(struct clients *c)
{
	(void)kill(c->server.pid, SIGKILL);
	(void)waitpid(c->server.pid, NULL, 0);
	while (c->n > 0) {
		wire_may_end(c->wire[--c->n]);
		wire_close(c->wire[c->n]);
	}
	wires_free(c->set);
}

static void
one_life(const struct backend *b, const uint32_t *idle, int n_idle)
{
	static struct clients c;
	int i;

	c.to = (struct wire_target){ .port = server_port(), .path = "/",
	    .subprotocol = "echo" };
	c.set = wires_new();
	c.server = start(b, c.to.port);
	open_more(&c, 1);
	active(&c, b->name);
	open_more(&c, BUSY);
	busy(&c, b->name);
	for (i = 0; i < n_idle; i++) {
		open_more(&c, idle[i] + 1);
		active(&c, b->name);
	}
	end(&c);
	(void)fflush(stdout);
}

static int
misused(void)
{
	fprintf(stderr, "usage: backend ROUNDS LOOPS IDLE...\n"
	    "LOOPS: some of poll,libev,libuv; IDLE: at most %d numbers from "
	    "%d to %d, in rising order\n", IDLES, BUSY, IDLE_MAX - 1);
	return FAIL_USAGE;
}

int
main(int argc, char **argv)
{
	uint32_t idle[IDLES];
	struct rlimit files;
	int i, k, n = argc - 3, rounds = n > 0 ? atoi(argv[1]) : 0;

	if (rounds < 1 || n > IDLES)
		return misused();
	for (i = 0; i < n; i++) {
		idle[i] = (uint32_t)atoi(argv[i + 3]);
		if (idle[i] < (i > 0 ? idle[i - 1] : BUSY) ||
		    idle[i] >= IDLE_MAX)
			return misused();
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < rounds; i++)
		for (k = 0; k < BACKENDS; k++)
			if (strstr(argv[2], backends[k].name) != NULL)
				one_life(&backends[k], idle, n);
	return 0;
}
