/* SPDX-License-Identifier: Apache-2.0 */
/* agent: the vault as JSON-RPC 2.0; agent.h says how it is made. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "agent.h"

enum {
	PIPE_ROOM = 4096,		/* a pipe that polls writable has it */
	LEAVE_MS = 2000,		/* for what is queued, at the end */
	POLLS = 3 + 2 * AGENT_CLIENTS_MAX
};

struct server {
	struct agent a;
	struct agent_socket socket;	/* or fd -1: standard input, output */
	int signals;
	bool stopped;
};

/* ---- clients --------------------------------------------------------------------- */

static int
client_add(struct server *s, int in_fd, int out_fd, bool is_socket)
{
	struct agent_client *cl = calloc(1, sizeof(*cl));
	size_t i;

	if (cl == NULL || agent_in_init(&cl->in) != 0) {
		free(cl);
		return TACIT_E_NOMEM;
	}
	cl->in_fd = in_fd;
	cl->out_fd = out_fd;
	cl->socket = is_socket;
	for (i = 0; s->a.client[i] != NULL; i++)
		continue;
	s->a.client[i] = cl;
	return 0;
}

static void
client_remove(struct agent *a, struct agent_client **at)
{
	struct agent_client *cl = *at;

	agent_feed_drop(a, cl);
	agent_rpc_forget(a, cl);
	agent_in_free(&cl->in);
	agent_out_free(&cl->out);
	if (cl->in_fd == cl->out_fd)
		(void)close(cl->in_fd);
	free(cl);
	*at = NULL;
}

static bool
may_retry(void)
{
	return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK;
}

/* Take what came, if there is room. */
static void
client_read(struct agent_client *cl)
{
	size_t room;
	char *to = agent_in_room(&cl->in, &room);
	ssize_t n;

	if (room == 0)
		return;
	n = cl->socket ? recv(cl->in_fd, to, room, MSG_DONTWAIT) :
	    read(cl->in_fd, to, room);
	if (n > 0)
		agent_in_add(&cl->in, (size_t)n);
	else if (n == 0)
		cl->in.over = true;
	else if (!may_retry())
		cl->gone = true;
}

/* Give what waits, as much as goes without waiting. */
static void
client_write(struct agent_client *cl)
{
	const char *from = cl->out.bytes + cl->out.begin;
	size_t n = agent_out_waits(&cl->out);
	ssize_t sent;

	if (!cl->socket && n > PIPE_ROOM)
		n = PIPE_ROOM;
	sent = cl->socket ? send(cl->out_fd, from, n, MSG_DONTWAIT) :
	    write(cl->out_fd, from, n);
	if (sent > 0)
		agent_out_sent(&cl->out, (size_t)sent);
	else if (sent == -1 && !may_retry())
		cl->gone = true;
}

/* Some of what it asks for; false if there is nothing it may ask for now. */
static bool
client_calls(struct agent *a, struct agent_client *cl)
{
	unsigned i;
	char *line;
	size_t len;

	for (i = 0; i < AGENT_TURN_LINES && agent_may_call(cl); i++) {
		switch (agent_in_next(&cl->in, &line, &len)) {
		case AGENT_NOTHING:
			return false;
		case AGENT_TOO_LONG:
			agent_rpc_too_long(a, cl);
			break;
		case AGENT_LINE:
			agent_rpc_line(a, cl, line, len);
			agent_in_done(line, len);
			break;
		}
	}
	return agent_may_call(cl) && agent_in_waits(&cl->in);
}

/* It will ask for nothing more, and was told all that it asked for. */
static bool
client_is_over(struct agent *a, struct agent_client *cl)
{
	if (cl->gone)
		return true;
	if (!cl->in.over || agent_in_waits(&cl->in) || cl->later > 0)
		return false;
	/* Who says nothing more can confirm nothing. */
	agent_feed_drop(a, cl);
	return agent_out_waits(&cl->out) == 0;
}

/* ---- the loop ---------------------------------------------------------------------- */

/* The shorter of two times, of which -1 is for ever. */
static int
sooner(int a, int b)
{
	return a == -1 || (b != -1 && b < a) ? b : a;
}

static void
watch(struct pollfd *p, nfds_t *n, int fd, short events)
{
	p[*n].fd = events != 0 ? fd : -1;
	p[*n].events = events;
	p[*n].revents = 0;
	++*n;
}

/* What is waited for: always the same places. */
static nfds_t
watch_all(struct server *s, struct pollfd p[POLLS])
{
	bool room = false;
	nfds_t n = 0;
	size_t i;

	watch(p, &n, tacit_fd(s->a.c->t), POLLIN);
	watch(p, &n, s->signals, POLLIN);
	for (i = 0; i < AGENT_CLIENTS_MAX; i++)
		room = room || s->a.client[i] == NULL;
	watch(p, &n, s->socket.fd, s->socket.fd != -1 && room ? POLLIN : 0);
	for (i = 0; i < AGENT_CLIENTS_MAX; i++) {
		struct agent_client *cl = s->a.client[i];

		watch(p, &n, cl != NULL ? cl->in_fd : -1, cl != NULL &&
		    !cl->in.over && agent_may_call(cl) &&
		    !agent_in_waits(&cl->in) ? POLLIN : 0);
		watch(p, &n, cl != NULL ? cl->out_fd : -1, cl != NULL &&
		    agent_out_waits(&cl->out) > 0 ? POLLOUT : 0);
	}
	return n;
}

/* Read, write, connect: what ${p} says can be done. */
static int
serve(struct server *s, const struct pollfd p[POLLS])
{
	size_t i;
	int fd;

	s->stopped = p[1].revents != 0;
	for (i = 0; i < AGENT_CLIENTS_MAX; i++) {
		if (p[3 + 2 * i].revents != 0)
			client_read(s->a.client[i]);
		if (p[4 + 2 * i].revents != 0)
			client_write(s->a.client[i]);
	}
	if (p[2].revents == 0 || (fd = agent_socket_accept(&s->socket)) == -1)
		return 0;
	return client_add(s, fd, fd, true);
}

/* What can be done without waiting; ${*ms}: how long may be waited then. */
static int
turn(struct server *s, int *ms)
{
	struct agent *a = &s->a;
	bool more = false;
	size_t i;
	int rc;

	for (i = 0; i < AGENT_CLIENTS_MAX; i++)
		if (a->client[i] != NULL)
			more = client_calls(a, a->client[i]) || more;
	if ((rc = tacit_step(a->c->t, 0)) != 0 ||
	    (rc = session_practice(a->c)) != 0)
		return rc;
	*ms = more ? 0 : agent_rpc_later(a);
	if ((rc = agent_feed_push(a)) != 0)
		return rc;
	for (i = 0; i < AGENT_CLIENTS_MAX; i++)
		if (a->client[i] != NULL && client_is_over(a, a->client[i]))
			client_remove(a, &a->client[i]);
	*ms = sooner(*ms, tacit_timeout_ms(a->c->t));
	*ms = sooner(*ms, tacit_practice_timeout_ms(a->c->p,
	    session_unix_ms()));
	return a->failed;
}

/* Until a signal, or the end of standard input.  Returns 0 or TACIT_E_*. */
static int
run(struct server *s)
{
	struct pollfd p[POLLS];
	int ms = 0, rc;
	nfds_t n;

	while (!s->stopped) {
		if ((rc = turn(s, &ms)) != 0)
			return rc;
		if (s->socket.fd == -1 && s->a.client[0] == NULL)
			break;
		n = watch_all(s, p);
		if (poll(p, n, ms) == -1) {
			if (errno != EINTR)
				return TACIT_E_IO;
			continue;
		}
		if ((rc = serve(s, p)) != 0)
			return rc;
	}
	return session_settle(s->a.c, NULL, LEAVE_MS);
}

/* ---- the command ---------------------------------------------------------------------- */

/* Signals that end it come as bytes, so that none is missed. */
static int
catch_signals(void)
{
	sigset_t set;

	if (sigemptyset(&set) != 0 || sigaddset(&set, SIGTERM) != 0 ||
	    sigaddset(&set, SIGINT) != 0 ||
	    sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Whom it serves: all that connect, or who started it. */
static int
begin(struct server *s)
{
	struct cli *c = s->a.c;
	int kind = 0, rc;
	socklen_t size = sizeof(kind);

	if ((c->given & OPT_SOCKET) == 0) {
		rc = client_add(s, STDIN_FILENO, STDOUT_FILENO,
		    getsockopt(STDOUT_FILENO, SOL_SOCKET, SO_TYPE, &kind,
		    &size) == 0 && getsockopt(STDIN_FILENO, SOL_SOCKET,
		    SO_TYPE, &kind, &size) == 0);
		return cli_done(c, rc);
	}
	if (c->json)
		return cli_done(c, json_out("{s:s, s:s}", "agent", "ready",
		    "socket", c->socket));
	printf("READY socket=%s\n", c->socket);
	return fflush(stdout) == 0 ? 0 : cli_fail(c, TACIT_E_IO, NULL);
}

int
cmd_agent(struct cli *c)
{
	struct server s = { .a = { .c = c }, .socket = { .fd = -1 },
	    .signals = -1 };
	int status;
	size_t i;

	if ((status = session_open(c)) != 0)
		return status;
	if ((s.signals = catch_signals()) == -1)
		return cli_fail(c, TACIT_E_IO, "signals");
	if ((c->given & OPT_SOCKET) != 0)
		status = agent_socket_open(c, &s.socket, c->socket);
	if (status == 0 && (status = begin(&s)) == 0)
		status = cli_done(c, run(&s));
	for (i = 0; i < AGENT_CLIENTS_MAX; i++)
		if (s.a.client[i] != NULL)
			client_remove(&s.a, &s.a.client[i]);
	agent_socket_close(&s.socket);
	(void)close(s.signals);
	return status;
}
