/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ev.h>

#include "control.h"
#include "hub.h"
#include "log.h"
#include "query.h"

struct client {
	struct control *control;
	ev_io readable;
	ev_timer patience;
	int fd;
	size_t len;
	char line[CONTROL_LINE_MAX];
	enum query_kind kind;
	uint8_t waiting;		/* ${job} is with the store */
	struct job job;
};

struct control {
	struct relay *relay;
	const struct tacit_place *place;
	ev_io accepting;
	struct client *clients[CONTROL_CLIENTS_MAX];
};

static void
drop(struct client *cl)
{
	struct control *c = cl->control;
	int i;

	assert(!cl->waiting);
	for (i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (c->clients[i] == cl)
			c->clients[i] = NULL;
	}
	ev_io_stop(c->relay->loop, &cl->readable);
	ev_timer_stop(c->relay->loop, &cl->patience);
	(void)close(cl->fd);
	free(cl);
}

/* One write: an answer is smaller than what a Unix socket buffers. */
static void
answer(struct client *cl, json_t *j)
{
	char *text = j != NULL ? json_dumps(j, JSON_COMPACT) : NULL;
	size_t len;

	if (text != NULL) {
		len = strlen(text);
		text[len] = '\n';	/* in place of its end */
		if (send(cl->fd, text, len + 1, MSG_NOSIGNAL) !=
		    (ssize_t)len + 1)
			log_event("control-answer-lost");
	}
	free(text);
	json_decref(j);
	drop(cl);
}

static void
came_back(struct job *j)
{
	struct client *cl = j->owner;
	const struct relay *r = cl->control->relay;
	const struct query_facts facts = { .place = cl->control->place,
	    .hour = r->hour, .connections = r->connections, .buffered = r->buffered,
	    .held = holds_count(hub_holds(r->hub)),
	    .running = 1, .confinement = confine_word(&r->confined) };

	cl->waiting = 0;
	answer(cl, query_answer(cl->kind, &j->op, &facts));
}

static void
handle(struct client *cl)
{
	struct relay *r = cl->control->relay;
	json_t *request = json_loadb(cl->line, cl->len,
	    JSON_REJECT_DUPLICATES, NULL);
	int rc;

	ev_io_stop(r->loop, &cl->readable);
	ev_timer_stop(r->loop, &cl->patience);
	rc = query_read(&cl->kind, &cl->job.op, request, r->hour);
	json_decref(request);
	if (rc == 0 && r->stopping)
		rc = TACIT_E_UNAVAILABLE;
	if (rc != 0) {
		answer(cl, query_error(rc));
		return;
	}
	cl->job.done = came_back;
	cl->job.owner = cl;
	cl->waiting = 1;
	commit_submit(r->commit, &cl->job);
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int events)
{
	struct client *cl = w->data;
	ssize_t n = recv(cl->fd, cl->line + cl->len,
	    sizeof(cl->line) - cl->len, MSG_DONTWAIT);

	(void)loop;
	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(cl);
		return;
	}
	cl->len += (size_t)n;
	if (cl->line[cl->len - 1] == '\n')
		handle(cl);
	else if (cl->len == sizeof(cl->line))
		drop(cl);
}

static void
on_patience(struct ev_loop *loop, ev_timer *t, int events)
{
	(void)loop;
	(void)events;
	drop(t->data);
}

/* The directory's mode keeps others out; this keeps them out twice. */
static int
is_ours(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    (peer.uid == geteuid() || peer.uid == 0);
}

static void
on_accept(struct ev_loop *loop, ev_io *w, int events)
{
	struct control *c = w->data;
	struct client *cl = NULL;
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int i = 0;

	(void)events;
	if (fd < 0)
		return;
	while (i < CONTROL_CLIENTS_MAX && c->clients[i] != NULL)
		i++;
	if (!is_ours(fd) || i == CONTROL_CLIENTS_MAX ||
	    (cl = calloc(1, sizeof(*cl))) == NULL) {
		log_event("control-refused");
		(void)close(fd);
		return;
	}
	c->clients[i] = cl;
	cl->control = c;
	cl->fd = fd;
	ev_io_init(&cl->readable, on_readable, fd, EV_READ);
	ev_timer_init(&cl->patience, on_patience, CONTROL_SECONDS, 0.);
	cl->readable.data = cl->patience.data = cl;
	ev_io_start(loop, &cl->readable);
	ev_timer_start(loop, &cl->patience);
}

int
control_start(struct control **out, int fd, struct relay *r,
    const struct tacit_place *place)
{
	struct control *c = calloc(1, sizeof(*c));

	*out = c;
	if (c == NULL) {
		(void)close(fd);
		return TACIT_E_NOMEM;
	}
	c->relay = r;
	c->place = place;
	ev_io_init(&c->accepting, on_accept, fd, EV_READ);
	c->accepting.data = c;
	ev_io_start(r->loop, &c->accepting);
	return 0;
}

void
control_stop(struct control *c)
{
	if (c->accepting.fd < 0)
		return;
	ev_io_stop(c->relay->loop, &c->accepting);
	(void)close(c->accepting.fd);
	c->accepting.fd = -1;
}

void
control_free(struct control *c)
{
	int i;

	if (c == NULL)
		return;
	control_stop(c);
	for (i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (c->clients[i] != NULL)
			drop(c->clients[i]);
	}
	free(c);
}
