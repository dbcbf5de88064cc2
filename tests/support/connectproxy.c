/* SPDX-License-Identifier: Apache-2.0 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connectproxy.h"

enum { TUNNELS_MAX = 64, REQUEST_MAX = 2048 };

struct tunnel {
	struct connectproxy *p;
	pthread_t thread;
	int fd;
};

struct connectproxy {
	enum connectproxy_act act;
	int listener;
	uint16_t port, target;
	pthread_t thread;
	pthread_mutex_t lock;
	char request[REQUEST_MAX];
	size_t n_tunnels;
	struct tunnel tunnels[TUNNELS_MAX];
};

static int
loopback(uint16_t port, struct sockaddr_in *a)
{
	memset(a, 0, sizeof(*a));
	a->sin_family = AF_INET;
	a->sin_port = htons(port);
	a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int
read_request(struct tunnel *t)
{
	char text[REQUEST_MAX];
	size_t n = 0;

	while (n < 4 || memcmp(text + n - 4, "\r\n\r\n", 4) != 0)
		if (n == sizeof(text) - 1 || recv(t->fd, text + n++, 1, 0) != 1)
			return -1;
	text[n] = '\0';
	pthread_mutex_lock(&t->p->lock);
	memcpy(t->p->request, text, n + 1);
	pthread_mutex_unlock(&t->p->lock);
	return 0;
}

/* One direction; -1 when it ended. */
static int
move(int from, int to)
{
	char buf[16384];
	ssize_t n = recv(from, buf, sizeof(buf), 0);

	return n > 0 && send(to, buf, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -1;
}

static void
pump(int a, int b)
{
	struct pollfd fds[2] = {
		{ .fd = a, .events = POLLIN }, { .fd = b, .events = POLLIN }
	};

	while (poll(fds, 2, -1) > 0)
		if ((fds[0].revents != 0 && move(a, b) != 0) ||
		    (fds[1].revents != 0 && move(b, a) != 0))
			return;
}

static int
is_good(enum connectproxy_act act)
{
	return act < CONNECTPROXY_REFUSES;
}

static int
put(struct tunnel *t, const char *text, size_t len)
{
	return send(t->fd, text, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : -1;
}

/* ${n} header lines, the end if there is one; -1 when nobody listens. */
static int
headers(struct tunnel *t, size_t n, const char *end)
{
	static const char line[] = "X-Header: abcdefghijklmnopqrst\r\n";

	while (n-- > 0)
		if (put(t, line, sizeof(line) - 1) != 0)
			return -1;
	return put(t, end, strlen(end));
}

static int
drip(struct tunnel *t, const char *text, useconds_t us)
{
	int on = 1;

	(void)setsockopt(t->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	for (; *text != '\0'; text++) {
		if (put(t, text, 1) != 0)
			return -1;
		(void)usleep(us);
	}
	return 0;
}

static int
say(struct tunnel *t, const char *text)
{
	int rc;

	if (t->p->act == CONNECTPROXY_SPLITS)
		return drip(t, text, 1000);
	rc = put(t, text, strlen(text));
	if (t->p->act == CONNECTPROXY_CHATTY)
		return headers(t, 12 * 32, "\r\n");
	if (t->p->act == CONNECTPROXY_ENDLESS)
		return headers(t, 64 * 32, "");
	while (rc == 0 && t->p->act == CONNECTPROXY_DRIPS)
		rc = drip(t, "x", 10000);
	return rc;
}

static void
answer(struct tunnel *t)
{
	static const char *const answers[] = {
		[CONNECTPROXY_WORKS] =
		    "HTTP/1.1 200 Connection established\r\n\r\n",
		[CONNECTPROXY_HTTP10] = "HTTP/1.0 200 OK\r\n\r\n",
		[CONNECTPROXY_SPLITS] =
		    "HTTP/1.1 200 OK\r\nVia: 1.1 proxy\r\n\r\n",
		[CONNECTPROXY_CHATTY] = "HTTP/1.1 200 OK\r\n",
		[CONNECTPROXY_ENDLESS] = "HTTP/1.1 200 OK\r\n",
		[CONNECTPROXY_DRIPS] = "HTTP/1.1 200 OK\r\n",
		[CONNECTPROXY_GARBAGE] = "200 OK\r\n\r\n",
		[CONNECTPROXY_REFUSES] = "HTTP/1.1 403 Forbidden\r\n\r\n",
	};
	struct sockaddr_in a;
	int fd = loopback(t->p->target, &a);

	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	    say(t, answers[t->p->act]) == 0 && is_good(t->p->act))
		pump(t->fd, fd);
	(void)close(fd);
}

static void *
tunnel(void *arg)
{
	struct tunnel *t = arg;
	char byte;

	if (read_request(t) == 0) {
		if (t->p->act == CONNECTPROXY_SILENT)
			(void)recv(t->fd, &byte, 1, 0);
		else if (t->p->act != CONNECTPROXY_CUTS)
			answer(t);
	}
	(void)shutdown(t->fd, SHUT_RDWR);
	return NULL;
}

static void *
accept_all(void *arg)
{
	struct connectproxy *p = arg;
	struct tunnel *t;
	int fd;

	while ((fd = accept(p->listener, NULL, NULL)) >= 0) {
		if (p->n_tunnels == TUNNELS_MAX)
			abort();
		t = &p->tunnels[p->n_tunnels++];
		t->p = p;
		t->fd = fd;
		if (pthread_create(&t->thread, NULL, tunnel, t) != 0)
			abort();
	}
	return NULL;
}

struct connectproxy *
connectproxy_start(enum connectproxy_act act, uint16_t target)
{
	struct connectproxy *p = calloc(1, sizeof(*p));
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	if (p == NULL)
		return NULL;
	p->act = act;
	p->target = target;
	(void)pthread_mutex_init(&p->lock, NULL);
	p->listener = loopback(0, &a);
	if (bind(p->listener, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(p->listener, 16) != 0 ||
	    getsockname(p->listener, (struct sockaddr *)&a, &len) != 0 ||
	    pthread_create(&p->thread, NULL, accept_all, p) != 0) {
		(void)close(p->listener);
		free(p);
		return NULL;
	}
	p->port = ntohs(a.sin_port);
	return p;
}

void
connectproxy_stop(struct connectproxy *p)
{
	size_t i;

	if (p == NULL)
		return;
	(void)shutdown(p->listener, SHUT_RDWR);
	(void)pthread_join(p->thread, NULL);
	(void)close(p->listener);
	for (i = 0; i < p->n_tunnels; i++) {
		(void)shutdown(p->tunnels[i].fd, SHUT_RDWR);
		(void)pthread_join(p->tunnels[i].thread, NULL);
		(void)close(p->tunnels[i].fd);
	}
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

uint16_t
connectproxy_port(const struct connectproxy *p)
{
	return p->port;
}

void
connectproxy_request(struct connectproxy *p, char *out, size_t cap)
{
	pthread_mutex_lock(&p->lock);
	(void)snprintf(out, cap, "%s", p->request);
	pthread_mutex_unlock(&p->lock);
}
