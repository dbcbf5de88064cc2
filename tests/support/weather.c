/* SPDX-License-Identifier: Apache-2.0 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "weather.h"

enum { TUNNELS_MAX = 256 };

struct weather {
	int listener;
	uint16_t port, target;
	pthread_t thread;
	atomic_int kind, stop;
	size_t n;
	int fd[TUNNELS_MAX][2];		/* client, relay; -1: ended */
};

static int
loopback(uint16_t port, struct sockaddr_in *a)
{
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memset(a, 0, sizeof(*a));
	a->sin_family = AF_INET;
	a->sin_port = htons(port);
	a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static void
add(struct weather *w)
{
	struct sockaddr_in a;
	int client = accept(w->listener, NULL, NULL), relay;
	int on = 1;

	if (client < 0)
		return;
	relay = loopback(w->target, &a);
	if (w->n == TUNNELS_MAX ||
	    connect(relay, (struct sockaddr *)&a, sizeof(a)) != 0) {
		(void)close(client);
		(void)close(relay);
		return;
	}
	(void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	w->fd[w->n][0] = client;
	w->fd[w->n++][1] = relay;
}

static void
end(int fd[2])
{
	(void)close(fd[0]);
	(void)close(fd[1]);
	fd[0] = fd[1] = -1;
}

static void
move(int fd[2], int from, size_t most)
{
	char buf[16384];
	ssize_t n = recv(fd[from], buf, most < sizeof(buf) ? most :
	    sizeof(buf), MSG_DONTWAIT);

	if (n <= 0 || send(fd[!from], buf, (size_t)n, MSG_NOSIGNAL) != n)
		end(fd);
}

/* One round; a tunnel that has nothing to read is left alone. */
static void
round_of(struct weather *w, int kind)
{
	struct pollfd p[1 + 2 * TUNNELS_MAX];
	size_t i;

	p[0] = (struct pollfd){ .fd = w->listener, .events = POLLIN };
	for (i = 0; i < 2 * w->n; i++)
		p[1 + i] = (struct pollfd){ .fd = w->fd[i / 2][i % 2],
		    .events = POLLIN };
	if (poll(p, (nfds_t)(1 + 2 * w->n), 10) <= 0)
		return;
	for (i = 0; i < 2 * w->n; i++)
		if (p[1 + i].revents != 0 && w->fd[i / 2][0] >= 0)
			move(w->fd[i / 2], (int)(i % 2),
			    kind == WEATHER_DRIPS && i % 2 == 1 ? 1 : 16384);
	if (p[0].revents != 0)
		add(w);
}

static void *
blow(void *arg)
{
	const struct timespec tick = { 0, 2000000 };
	struct weather *w = arg;
	int kind;

	while (!w->stop) {
		if ((kind = w->kind) != WEATHER_CALM)
			round_of(w, kind);
		if (kind != WEATHER_FAIR)
			(void)nanosleep(&tick, NULL);
	}
	return NULL;
}

struct weather *
weather_start(uint16_t target)
{
	struct weather *w = calloc(1, sizeof(*w));
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	if (w == NULL)
		abort();
	w->target = target;
	w->listener = loopback(0, &a);
	if (bind(w->listener, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(w->listener, 64) != 0 ||
	    getsockname(w->listener, (struct sockaddr *)&a, &len) != 0 ||
	    pthread_create(&w->thread, NULL, blow, w) != 0)
		abort();
	w->port = ntohs(a.sin_port);
	return w;
}

void
weather_stop(struct weather *w)
{
	size_t i;

	w->stop = 1;
	(void)pthread_join(w->thread, NULL);
	for (i = 0; i < w->n; i++)
		if (w->fd[i][0] >= 0)
			end(w->fd[i]);
	(void)close(w->listener);
	free(w);
}

uint16_t
weather_port(const struct weather *w)
{
	return w->port;
}

void
weather_set(struct weather *w, enum weather_kind kind)
{
	w->kind = (int)kind;
}
