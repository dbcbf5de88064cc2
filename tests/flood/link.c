/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "link.h"

enum { EVENTS = 256, TICK_MS = 20, KINDS = 16 };

struct links {
	SSL_CTX *ctx;
	int epoll;
	const void *arg;
	struct sockaddr_in to;
	struct block {			/* of one links_add() */
		const struct kind *kind;
		struct link *link;
		uint32_t n;
		uint64_t tried, opened, closed;
	} block[KINDS];
	size_t n_blocks;
	uint64_t next_tick;
};

static void __attribute__((noreturn))
die(const char *what)
{
	perror(what);
	abort();
}

uint64_t
link_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

struct links *
links_new(uint16_t port, const void *arg)
{
	struct links *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->ctx = SSL_CTX_new(TLS_client_method())) == NULL ||
	    (s->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
		die("links");
	(void)SSL_CTX_set_min_proto_version(s->ctx, TLS1_3_VERSION);
	(void)SSL_CTX_set_mode(s->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	s->arg = arg;
	s->to.sin_family = AF_INET;
	s->to.sin_port = htons(port);
	s->to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return s;
}

const void *
links_arg(const struct links *s)
{
	return s->arg;
}

static struct block *
block_of(struct links *s, const struct link *l)
{
	size_t i;

	for (i = 0; s->block[i].kind != l->kind; i++)
		continue;
	return &s->block[i];
}

static void
want(struct links *s, struct link *l, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = l };

	if (l->want == events)
		return;
	l->want = events;
	if (epoll_ctl(s->epoll, EPOLL_CTL_MOD, l->fd, &e) != 0)
		die("epoll");
}

static void
hang_up(struct links *s, struct link *l)
{
	if (l->fd < 0)
		return;
	SSL_free(l->ssl);
	(void)close(l->fd);
	free(l->out);
	l->ssl = l->out = NULL;
	l->out_len = l->out_cap = l->head_len = l->text_len = 0;
	l->left = 0;
	l->fd = -1;
	l->stage = LINK_NONE;
	l->id = l->steps = 0;
	l->upgraded = 0;
	l->due_ms = link_ms() + (uint64_t)l->kind->again_ms;
	block_of(s, l)->closed++;
}

static void
dial(struct links *s, struct link *l)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	struct epoll_event e = { .events = EPOLLOUT, .data.ptr = l };
	int one = 1, small = 4096;

	from.sin_addr.s_addr = htonl(l->from);
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (l->fd < 0)
		die("socket");
	(void)setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(l->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
	    sizeof(one));
	if (!l->kind->reads)
		(void)setsockopt(l->fd, SOL_SOCKET, SO_RCVBUF, &small,
		    sizeof(small));
	block_of(s, l)->tried++;
	l->connecting = 1;
	l->want = EPOLLOUT;
	if (bind(l->fd, (struct sockaddr *)&from, sizeof(from)) != 0)
		die("bind");
	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, l->fd, &e) != 0)
		die("epoll");
	if (connect(l->fd, (struct sockaddr *)&s->to, sizeof(s->to)) != 0 &&
	    errno != EINPROGRESS)
		hang_up(s, l);
}

/* ---- writing ------------------------------------------------------------- */

/* Bytes written, 0: later, -1: gone. */
static ssize_t
write_some(struct link *l, const void *data, size_t len)
{
	ssize_t n;
	int rc, err;

	if (l->ssl == NULL || l->stage == LINK_TCP) {
		n = send(l->fd, data, len, MSG_NOSIGNAL);
		return n >= 0 ? n : errno == EAGAIN ? 0 : -1;
	}
	rc = SSL_write(l->ssl, data, (int)len);
	if (rc > 0)
		return rc;
	err = SSL_get_error(l->ssl, rc);
	return err == SSL_ERROR_WANT_WRITE || err == SSL_ERROR_WANT_READ ?
	    0 : -1;
}

void
link_send(struct link *l, const void *data, size_t len)
{
	ssize_t n = 0;

	if (l->fd < 0)
		return;
	if (l->out_len == 0 && (n = write_some(l, data, len)) < 0)
		n = (ssize_t)len;	/* its end is seen when it is read */
	if ((size_t)n == len)
		return;
	len -= (size_t)n;
	if (l->out_len + len > l->out_cap) {
		l->out_cap = l->out_len + len;
		if ((l->out = realloc(l->out, l->out_cap)) == NULL)
			die("memory");
	}
	memcpy(l->out + l->out_len, (const uint8_t *)data + n, len);
	l->out_len += len;
}

static void
flush_out(struct link *l)
{
	ssize_t n = l->out_len > 0 ? write_some(l, l->out, l->out_len) : 0;

	if (n < 0)
		n = (ssize_t)l->out_len;
	l->out_len -= (size_t)n;
	if (n > 0 && l->out_len > 0)
		memmove(l->out, l->out + n, l->out_len);
}

void
link_send_frame(struct link *l, tacit_Frame *f, const uint8_t *body)
{
	static uint8_t buf[TACIT_MESSAGE_MAX + 16];
	size_t len;

	f->id = ++l->id;
	len = tacit_frame_write(buf + 8, sizeof(buf) - 8, f, body);
	if (len == 0 || len > 65535)
		die("frame");
	buf[0] = 0x82;			/* always with 16 bits of length, */
	buf[1] = 0x80 | 126;		/* and a mask of zeros */
	buf[2] = (uint8_t)(len >> 8);
	buf[3] = (uint8_t)len;
	memset(buf + 4, 0, 4);
	if (len < 126) {
		buf[2] = 0x82;
		buf[3] = (uint8_t)(0x80 | len);
		link_send(l, buf + 2, len + 6);
		return;
	}
	link_send(l, buf, len + 8);
}

/* ---- reading ------------------------------------------------------------- */

/* One whole frame of the relay's; only the first and pings are looked at. */
static void
take_frame(struct links *s, struct link *l)
{
	uint8_t pong[131] = { 0x8a };
	struct tacit_frame f;
	size_t used;

	if ((l->head[0] & 0xf) == 9) {
		pong[1] = (uint8_t)(0x80 | l->text_len);
		memcpy(pong + 6, l->text, l->text_len);
		link_send(l, pong, l->text_len + 6);
	} else if (l->stage == LINK_HTTP && (l->head[0] & 0xf) == 2) {
		if (tacit_frame_parse(&f, &used, l->text, l->text_len) != 0 ||
		    f.head.which_is != tacit_Frame_welcome_tag)
			die("no WELCOME");
		l->welcome = f.head.is.welcome;
		l->stage = LINK_OPEN;
		l->due_ms = 0;
		block_of(s, l)->opened++;
	}
	l->head_len = l->text_len = 0;
}

/* Frames of a server: no mask. */
static void
take_bytes(struct links *s, struct link *l, const uint8_t *p, size_t n)
{
	size_t need, i;

	while (n > 0) {
		need = l->head_len < 2 ? 2 : l->head[1] == 127 ? 10 :
		    l->head[1] == 126 ? 4 : 2;
		if (l->head_len < need) {
			l->head[l->head_len++] = *p++;
			n--;
			if (l->head_len < 2)
				continue;
			need = l->head[1] == 127 ? 10 : l->head[1] == 126 ?
			    4 : 2;
			if (l->head_len < need)
				continue;
			l->left = need == 2 ? l->head[1] : 0;
			for (i = 2; i < need; i++)
				l->left = l->left << 8 | l->head[i];
		} else {
			need = l->left < n ? l->left : n;
			i = sizeof(l->text) - l->text_len;
			i = need < i ? need : i;
			memcpy(l->text + l->text_len, p, i);
			l->text_len += i;
			l->left -= need;
			p += need;
			n -= need;
		}
		if (l->left == 0)
			take_frame(s, l);
	}
}

/* The answer to the upgrade, then frames. */
static void
take(struct links *s, struct link *l, const uint8_t *p, size_t n)
{
	const uint8_t *end;

	if (!l->upgraded) {
		end = memmem(p, n, "\r\n\r\n", 4);
		if (end == NULL)
			return;
		l->upgraded = 1;
		n -= (size_t)(end + 4 - p);
		p = end + 4;
	}
	take_bytes(s, l, p, n);
}

static int
read_all(struct links *s, struct link *l)
{
	uint8_t buf[16384];
	int n, err, rounds;

	for (rounds = 0; rounds < 8 && l->fd >= 0; rounds++) {
		if (l->ssl == NULL) {
			n = (int)recv(l->fd, buf, sizeof(buf), 0);
			return n > 0 || (n < 0 && errno == EAGAIN) ? 0 : -1;
		}
		if ((n = SSL_read(l->ssl, buf, sizeof(buf))) <= 0) {
			err = SSL_get_error(l->ssl, n);
			return err == SSL_ERROR_WANT_READ ||
			    err == SSL_ERROR_WANT_WRITE ? 0 : -1;
		}
		if (l->stage >= LINK_HTTP)
			take(s, l, buf, (size_t)n);
	}
	return 0;
}

void
link_sip(struct link *l, size_t len)
{
	uint8_t buf[4096];

	if (l->ssl != NULL && len <= sizeof(buf))
		(void)SSL_read(l->ssl, buf, (int)len);
}

/* ---- one link goes on ---------------------------------------------------- */

static const char request[] = "GET /v1 HTTP/1.1\r\nHost: x\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: tacit.1\r\n\r\n";

/* From stage to stage, as far as it goes now; -1: gone. */
static int
advance(struct links *s, struct link *l)
{
	int err = 0, rc;
	socklen_t len = sizeof(err);

	if (l->connecting) {
		if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0
		    || err != 0)
			return -1;
		l->connecting = 0;
		l->stage = LINK_TCP;
		if (l->kind->until == LINK_TCP)
			return 0;
		if ((l->ssl = SSL_new(s->ctx)) == NULL ||
		    SSL_set_fd(l->ssl, l->fd) != 1)
			die("SSL_new");
		SSL_set_connect_state(l->ssl);
	}
	if (l->stage == LINK_TCP && l->ssl != NULL) {
		if ((rc = SSL_do_handshake(l->ssl)) != 1) {
			err = SSL_get_error(l->ssl, rc);
			return err == SSL_ERROR_WANT_READ ||
			    err == SSL_ERROR_WANT_WRITE ? 0 : -1;
		}
		l->stage = LINK_TLS;
		if (l->kind->until == LINK_TLS)
			return 0;
		l->stage = LINK_HTTP;
		link_send(l, request, sizeof(request) - 1);
	}
	return 0;
}

static int
step(struct links *s, struct link *l)
{
	if (l->kind->step == NULL || l->stage != l->kind->until)
		return 0;
	return l->kind->step(s, l);
}

static void
on_event(struct links *s, struct link *l, uint32_t events)
{
	int rc, there;

	if (l->fd < 0)
		return;
	rc = advance(s, l);
	there = l->stage == l->kind->until;
	if (rc == 0 && events & (EPOLLIN | EPOLLHUP | EPOLLERR) &&
	    (l->kind->reads || !there))
		rc = read_all(s, l);
	else if (rc == 0 && events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))
		rc = -1;
	if (rc == 0 && l->fd >= 0)
		flush_out(l);
	if (rc == 0 && l->kind->floods && l->out_len == 0)
		rc = step(s, l);
	if (rc != 0) {
		hang_up(s, l);
		return;
	}
	there = l->stage == l->kind->until;
	want(s, l, (l->kind->reads || !there ? EPOLLIN :
	    (uint32_t)EPOLLRDHUP) |
	    (l->out_len > 0 || (there && l->kind->floods) ? EPOLLOUT : 0u));
}

static void
tick(struct links *s)
{
	uint64_t now = link_ms();
	struct link *l;
	size_t b;

	for (b = 0; b < s->n_blocks; b++)
		for (l = s->block[b].link; l < s->block[b].link +
		    s->block[b].n; l++) {
			if (l->due_ms > now)
				continue;
			if (l->fd < 0) {
				dial(s, l);
				continue;
			}
			if (l->connecting || l->kind->floods)
				continue;
			l->due_ms = now + 1000;
			if (step(s, l) != 0)
				hang_up(s, l);
			else if (l->out_len > 0)
				want(s, l, l->want | EPOLLOUT);
		}
}

void
links_run(struct links *s, int ms)
{
	uint64_t until = link_ms() + (uint64_t)ms, now;
	struct epoll_event e[EVENTS];
	int n, i;

	while ((now = link_ms()) < until) {
		if (now >= s->next_tick) {
			tick(s);
			s->next_tick = now + TICK_MS;
		}
		if ((n = epoll_wait(s->epoll, e, EVENTS, TICK_MS / 2)) < 0 &&
		    errno != EINTR)
			die("epoll_wait");
		for (i = 0; i < n; i++)
			on_event(s, e[i].data.ptr, e[i].events);
	}
}

void
links_add(struct links *s, const struct kind *kind, uint32_t n, uint32_t from,
    uint32_t sources)
{
	struct block *b = &s->block[s->n_blocks];
	uint32_t i;

	if (s->n_blocks == KINDS ||
	    (b->link = calloc(n, sizeof(b->link[0]))) == NULL)
		die("links_add");
	s->n_blocks++;
	b->kind = kind;
	b->n = n;
	b->tried = b->opened = b->closed = 0;
	for (i = 0; i < n; i++) {
		b->link[i].kind = kind;
		b->link[i].number = i;
		b->link[i].from = from + i % sources;
		b->link[i].fd = -1;
		/* Not all in one instant: 100 a second. */
		b->link[i].due_ms = link_ms() + (kind->again_ms > 0 ? 10 * (uint64_t)i : 0);
	}
}

void
links_drop(struct links *s, const struct kind *kind)
{
	struct block *b;
	uint32_t i;
	size_t k;

	for (k = 0; k < s->n_blocks; k++) {
		b = &s->block[k];
		if (b->kind != kind)
			continue;
		for (i = 0; i < b->n; i++)
			hang_up(s, &b->link[i]);
		free(b->link);
		memmove(b, b + 1, (s->n_blocks - k - 1) * sizeof(*b));
		s->n_blocks--;
		return;
	}
}

void
links_count(const struct links *s, const struct kind *kind,
    struct links_count *c)
{
	const struct link *l;
	size_t b;

	memset(c, 0, sizeof(*c));
	for (b = 0; b < s->n_blocks; b++) {
		if (s->block[b].kind != kind)
			continue;
		c->links = s->block[b].n;
		c->tried = s->block[b].tried;
		c->opened = s->block[b].opened;
		c->closed = s->block[b].closed;
		for (l = s->block[b].link; l < s->block[b].link + c->links;
		    l++)
			c->open += l->stage == l->kind->until;
	}
}
