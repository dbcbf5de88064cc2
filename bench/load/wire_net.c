/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: dialling, reading, writing, and the turn of the loop. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "tls.h"
#include "wire_priv.h"

enum {
	PATIENCE_MS = 120000,
	BYE_MS = 10000,
	READ_MAX = 1048576,		/* of one wire in one turn */
	BUSY_MAX = 1024,		/* connections; more are idle ones */
	EVENTS = 512,
	CLOSE_NORMAL = 1000, OPCODE_CLOSE = 8
};

struct wires *
wires_new(void)
{
	struct wires *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
	    getrandom(&s->random, sizeof(s->random), 0) !=
	    (ssize_t)sizeof(s->random))
		fail_errno("epoll");
	s->random |= 1;
	/* A timer that is late by 50 us, as is usual, would be measured. */
	if (prctl(PR_SET_TIMERSLACK, 1UL) != 0)
		fail_errno("timer slack");
	return s;
}

void
wires_free(struct wires *s)
{
	tls_free(s->tls);
	(void)close(s->epoll);
	free(s->dirty);
	free(s);
}

static void
await(const struct wire *w, short events)
{
	struct pollfd p = { .fd = w->fd, .events = events };
	int n;

	while ((n = poll(&p, 1, PATIENCE_MS)) < 0)
		if (errno != EINTR)
			fail_errno("poll");
	if (n == 0)
		fail("the server has said nothing for %d s",
		    PATIENCE_MS / 1000);
}

static void
ended(struct wire *w)
{
	w->ended = 1;
	if (!w->may_end)
		fail("the server ended connection %u of a %s",
		    (unsigned)w->index, w->recipient ? "recipient" : "sender");
}

void
wire_may_end(struct wire *w)
{
	w->may_end = 1;
}

/* ---- writing ------------------------------------------------------------- */

static void
listen_for(struct wire *w, int writing)
{
	struct epoll_event e = { .data.ptr = w };

	if (w->writing == writing)
		return;
	w->writing = (uint8_t)writing;
	e.events = EPOLLIN | (writing ? EPOLLOUT : 0);
	if (epoll_ctl(w->set->epoll, EPOLL_CTL_MOD, w->fd, &e) != 0)
		fail_errno("epoll");
}

static long
write_some(struct wire *w)
{
	const uint8_t *p = w->out + w->out_at;
	size_t len = w->out_len - w->out_at;
	ssize_t n;

	if (w->ssl != NULL)
		return tls_write(w->ssl, p, len);
	n = send(w->fd, p, len, MSG_NOSIGNAL);
	return n >= 0 ? n : errno == EAGAIN || errno == EINTR ?
	    TLS_WANT_WRITE : TLS_ENDED;
}

static void
flush(struct wire *w)
{
	long n;

	wire_seal(w);
	while (w->out_at < w->out_len && !w->ended) {
		n = write_some(w);
		if (n == TLS_ENDED)
			ended(w);
		else if (n < 0)
			break;
		else
			w->out_at += (size_t)n;
	}
	if (w->out_at == w->out_len)
		w->out_at = w->out_len = 0;
	listen_for(w, w->out_len > 0 && !w->ended);
}

static void
flush_all(struct wires *s)
{
	size_t i;

	for (i = 0; i < s->n_dirty; i++) {
		s->dirty[i]->dirty = 0;
		flush(s->dirty[i]);
	}
	s->n_dirty = 0;
}

/* ---- reading ------------------------------------------------------------- */

static long
read_some(struct wire *w, uint8_t *p, size_t cap)
{
	ssize_t n;

	if (w->ssl != NULL)
		return tls_read(w->ssl, p, cap);
	n = recv(w->fd, p, cap, 0);
	if (n > 0)
		return n;
	return n < 0 && (errno == EAGAIN || errno == EINTR) ?
	    TLS_WANT_READ : TLS_ENDED;
}

/*
 * What there is; whether there is new payload.  TLS reads 64 KiB ahead; of
 * what is left after that the next turn's epoll tells, so that no read is made
 * only to learn that there is nothing.
 */
static int
fill(struct wire *w)
{
	size_t before = w->in_ready - w->in_at, total = 0, cap;
	uint8_t *p;
	long n;

	do {
		p = wire_space(w, &cap);
		n = read_some(w, p, cap);
		if (n <= 0)
			break;
		wire_got(w, (size_t)n);
		total += (size_t)n;
	} while (w->ssl != NULL ? tls_pending(w->ssl) :
	    total < READ_MAX && (size_t)n == cap);
	if (n == TLS_ENDED || w->ended)
		ended(w);
	return w->in_ready - w->in_at > before;
}

void
wire_wait(struct wire *w)
{
	flush(w);
	while (w->out_len > 0) {
		await(w, POLLOUT);
		flush(w);
	}
	do
		await(w, POLLIN);
	while (!fill(w) && !w->ended);
}

static int
wait_events(struct wires *s, struct epoll_event *e, uint64_t ns)
{
	const struct timespec ts = { (time_t)(ns / 1000000000),
	    (long)(ns % 1000000000) };
	int n;

	while ((n = epoll_pwait2(s->epoll, e, EVENTS, &ts, NULL)) < 0)
		if (errno != EINTR)
			fail_errno("epoll");
	return n;
}

size_t
wires_turn(struct wires *s, struct wire **ready, size_t cap, uint64_t ns)
{
	struct epoll_event e[EVENTS];
	size_t found = 0;
	struct wire *w;
	int i, n;

	flush_all(s);
	n = wait_events(s, e, ns);
	for (i = 0; i < n; i++) {
		w = e[i].data.ptr;
		if (e[i].events & EPOLLOUT)
			flush(w);
		if (e[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) &&
		    found < cap && !w->ended && fill(w))
			ready[found++] = w;
		if (w->ended)
			(void)epoll_ctl(s->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	}
	return found;
}

/* ---- making and ending --------------------------------------------------- */

static void
dial(struct wire *w, const struct wire_target *t)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_port = htons(t->port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int on = 1;

	w->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (w->fd < 0 ||
	    setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
	    connect(w->fd, (struct sockaddr *)&to, sizeof(to)) != 0 ||
	    fcntl(w->fd, F_SETFL, O_NONBLOCK) != 0)
		fail_errno("connect");
}

static void
shake(struct wire *w)
{
	int rc;

	if (w->set->tls == NULL)
		w->set->tls = tls_new();
	w->ssl = tls_attach(w->set->tls, w->fd, w->set->n_wires > BUSY_MAX);
	while ((rc = tls_shake(w->ssl)) != 0) {
		if (rc == TLS_ENDED)
			fail("the server refuses TLS");
		await(w, rc == TLS_WANT_READ ? POLLIN : POLLOUT);
	}
}

/* The answer's end is looked for in what was read; the rest is frames. */
static void
upgrade(struct wire *w, const struct wire_target *t)
{
	char text[512];
	const uint8_t *p, *end = NULL;
	size_t len;

	(void)snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n"
	    "Host: localhost:%u\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	    "%s%s%s\r\n", t->path, (unsigned)t->port,
	    t->subprotocol == NULL ? "" : "Sec-WebSocket-Protocol: ",
	    t->subprotocol == NULL ? "" : t->subprotocol,
	    t->subprotocol == NULL ? "" : "\r\n");
	wire_add(w, text, strlen(text));
	while (end == NULL) {
		wire_wait(w);
		p = wire_bytes(w, &len);
		end = memmem(p, len, "\r\n\r\n", 4);
	}
	if (len < 12 || memcmp(p, "HTTP/1.1 101", 12) != 0)
		fail("the upgrade was refused: %.12s", (const char *)p);
	wire_take(w, (size_t)(end + 4 - p));
	len -= (size_t)(end + 4 - p);
	w->ws = 1;
	w->raw_at = w->in_at;
	w->in_ready = w->in_at;
	w->raw_end = w->raw_at;
	wire_got(w, len);
}

static void
join(struct wires *s, struct wire *w)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = w };

	if (++s->n_wires > s->dirty_cap) {
		s->dirty_cap = s->dirty_cap == 0 ? 256 : s->dirty_cap * 2;
		s->dirty = reallocarray(s->dirty, s->dirty_cap,
		    sizeof(struct wire *));
		if (s->dirty == NULL)
			fail("no memory");
	}
	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, w->fd, &e) != 0)
		fail_errno("epoll");
}

struct wire *
wire_open(struct wires *s, const struct wire_target *t)
{
	struct wire *w = calloc(1, sizeof(*w));

	if (w == NULL)
		fail("no memory");
	w->set = s;
	dial(w, t);
	join(s, w);
	if (t->tls)
		shake(w);
	if (t->path != NULL)
		upgrade(w, t);
	return w;
}

/* Unread input at close() would make a reset, and that drops what we sent. */
static void
drain(struct wire *w)
{
	struct pollfd p = { .fd = w->fd, .events = POLLIN };
	uint8_t sink[16384];

	while (poll(&p, 1, BYE_MS) > 0 && recv(w->fd, sink, sizeof(sink),
	    0) > 0)
		continue;
}

static void
forget(struct wire *w)
{
	struct wires *s = w->set;
	size_t i;

	for (i = 0; i < s->n_dirty; i++)
		if (s->dirty[i] == w) {
			s->dirty[i] = s->dirty[--s->n_dirty];
			break;
		}
	s->n_wires--;
}

void
wire_close(struct wire *w)
{
	static const uint8_t code[] = { CLOSE_NORMAL >> 8,
	    CLOSE_NORMAL & 0xff };

	w->may_end = 1;
	if (w->ws && !w->ended)
		wire_control(w, OPCODE_CLOSE, code, sizeof(code));
	flush(w);
	while (w->out_len > 0 && !w->ended) {
		await(w, POLLOUT);
		flush(w);
	}
	if (w->ssl != NULL && !w->ended)
		tls_bye(w->ssl);
	if (shutdown(w->fd, SHUT_WR) == 0)
		drain(w);
	forget(w);
	tls_detach(w->ssl);
	(void)close(w->fd);
	free(w->in);
	free(w->out);
	free(w);
}
