/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "net.h"
#include "net_queue.h"
#include "net_times.h"
#include "resolve.h"
#include "ws.h"

enum { FLUSH_TURNS = 16 };		/* one message each, of a connection */

/*
 * One connection, from open() until NET_CLOSED was queued or close() called.
 * The room for its two events is taken at open(), so that both can be told
 * without memory.
 */
struct conn {
	struct ws_conn ws;		/* first: ws.c hands it back */
	struct resolve_wait wait;
	uv_timer_t timer;		/* of the attempt, or of the next one */
	struct conn *next;
	struct net *net;
	uint32_t id;
	struct tacit_place place;
	uint64_t deadline;		/* in uv_now() */
	size_t tried;			/* addresses of wait.found */
	struct net_queued *opened, *closed;
};

struct net {
	struct transport transport;	/* first member */
	uv_loop_t loop;
	uv_async_t wake;
	uv_timer_t patience;		/* of net_step() */
	int begun;			/* how many of these three are set up */
	int woken;
	struct resolve *resolve;
	struct ws *ws;
	struct net_times times;
	char proxy_host[TACIT_URL_MAX + 1];
	uint16_t proxy_port;		/* 0: none */
	struct conn *conns;
	struct net_queue queue;
};

/* ---- connections -------------------------------------------------------- */

static void
resume_all(struct net *n)
{
	struct conn *c;

	if (net_queue_is_full(&n->queue))
		return;
	for (c = n->conns; c != NULL; c = c->next)
		ws_resume(&c->ws);
}

int
net_next(struct net *n, struct net_event *out)
{
	int was_full = net_queue_is_full(&n->queue);

	if (!net_queue_take(&n->queue, out))
		return 0;
	if (was_full)
		resume_all(n);
	return 1;
}

static struct conn *
find(struct net *n, uint32_t id)
{
	struct conn *c;

	for (c = n->conns; c != NULL && c->id != id; c = c->next)
		;
	return c;
}

static void
free_conn(uv_handle_t *timer)
{
	free(timer->data);
}

/* Take ${c} out of everything; the loop frees it. */
static void
end(struct conn *c)
{
	struct conn **at;

	for (at = &c->net->conns; *at != c; at = &(*at)->next)
		;
	*at = c->next;
	resolve_stop(c->net->resolve, &c->wait);
	free(c->opened);
	free(c->closed);
	uv_close((uv_handle_t *)&c->timer, free_conn);
}

/* The connection is over and nothing of it is left in ws.c. */
static void
fail(struct conn *c, int why)
{
	struct net_queued *q = c->closed;

	c->closed = NULL;
	q->ev.why = why;
	net_queue_put(&c->net->queue, q);
	end(c);
}

static void
is_orphan(uv_handle_t *h, void *arg)
{
	const struct net *n = arg;

	if (uv_handle_get_type(h) == UV_POLL && !uv_is_active(h) &&
	    !uv_is_closing(h) &&
	    !ws_owns(n->ws, uv_handle_get_data(h)))
		uv_close(h, (uv_close_cb)free);
}

static void
timed_out(uv_timer_t *t);

/*
 * Try addresses until one attempt is under way.  Each gets an equal share of
 * the time that is left, so that one that swallows packets does not hide the
 * others.
 */
static void
try_next(struct conn *c, int why)
{
	struct net *n = c->net;
	struct ws_target t = { &c->place, NULL, n->proxy_port };
	const struct resolved *found = &c->wait.found;
	uint64_t now = uv_now(&n->loop);

	while (why != TACIT_E_PIN && c->tried < found->n &&
	    now < c->deadline) {
		t.address = found->text[c->tried];
		(void)uv_timer_start(&c->timer, timed_out,
		    (c->deadline - now) / (found->n - c->tried), 0);
		c->tried++;
		if ((why = ws_dial(&c->ws, &t)) == 0)
			return;
		/*
		 * A socket that failed at once leaves its watcher behind; it
		 * must go before its descriptor is used again.
		 */
		uv_walk(&n->loop, is_orphan, n);
	}
	fail(c, why);
}

static int
is_loopback(const char *address)
{
	return strcmp(address, "::1") == 0 || tacit_host_is_loopback(address);
}

/* Whatever a name server says, plain text stays on this machine. */
static void
keep_loopback(struct resolved *r)
{
	size_t i, kept = 0;

	for (i = 0; i < r->n; i++)
		if (is_loopback(r->text[i]))
			memmove(r->text[kept++], r->text[i], RESOLVED_TEXT);
	r->n = kept;
}

static void
resolved(struct resolve_wait *w)
{
	struct conn *c = (struct conn *)
	    ((char *)w - offsetof(struct conn, wait));

	if (c->place.flags & TACIT_LINK_PLAINTEXT)
		keep_loopback(&w->found);
	try_next(c, TACIT_E_UNREACHABLE);
}

/* The name server or the address was too slow; or the next one's turn. */
static void
timed_out(uv_timer_t *t)
{
	struct conn *c = t->data;

	ws_drop(&c->ws);
	if (c->wait.lookup != NULL)
		fail(c, TACIT_E_UNREACHABLE);
	else
		try_next(c, TACIT_E_UNREACHABLE);
}

/* ---- what ws.c reports -------------------------------------------------- */

static void
ws_opened(struct ws_conn *ws)
{
	struct conn *c = (struct conn *)ws;

	(void)uv_timer_stop(&c->timer);
	c->opened->ev.by_next = ws->peer.by_next;
	net_queue_put(&c->net->queue, c->opened);
	c->opened = NULL;
}

static int
ws_message(struct ws_conn *ws, uint8_t *data, size_t len)
{
	struct conn *c = (struct conn *)ws;
	struct net_queued *q = net_queued_new(NET_MESSAGE, c->id);

	if (q == NULL) {
		free(data);
		return TACIT_E_NOMEM;
	}
	q->ev.data = data;
	q->ev.len = len;
	net_queue_put(&c->net->queue, q);
	return net_queue_is_full(&c->net->queue);
}

static void
ws_writable(struct ws_conn *ws)
{
	struct conn *c = (struct conn *)ws;

	c->net->woken = 1;
}

/* libwebsockets is closing the socket: try the next address after that. */
static void
ws_gone(struct ws_conn *ws, int why)
{
	struct conn *c = (struct conn *)ws;

	if (c->opened == NULL || why == TACIT_E_PIN ||
	    c->tried == c->wait.found.n)
		fail(c, why);
	else
		(void)uv_timer_start(&c->timer, timed_out, 0, 0);
}

static const struct ws_events events = {
	ws_opened, ws_message, ws_writable, ws_gone
};

/* ---- struct transport --------------------------------------------------- */

static void
fill_peer(struct tls_peer *p, const struct tacit_place *place,
    const uint8_t next_pin[TACIT_HASH_LEN])
{
	memcpy(p->host, place->host, sizeof(p->host));
	p->webpki = (place->flags & TACIT_LINK_WEBPKI) != 0;
	memcpy(p->pin, place->pin, sizeof(p->pin));
	memcpy(p->next_pin, next_pin, sizeof(p->next_pin));
}

static struct conn *
conn_new(struct net *n, uint32_t id, const struct tacit_place *place,
    const uint8_t next_pin[TACIT_HASH_LEN])
{
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->opened = net_queued_new(NET_OPEN, id);
	c->closed = net_queued_new(NET_CLOSED, id);
	if (c->opened == NULL || c->closed == NULL) {
		free(c->opened);
		free(c->closed);
		free(c);
		return NULL;
	}
	ws_init(&c->ws, n->ws);
	fill_peer(&c->ws.peer, place, next_pin);
	c->net = n;
	c->id = id;
	c->place = *place;
	c->wait.done = resolved;
	(void)uv_timer_init(&n->loop, &c->timer);
	c->timer.data = c;
	c->next = n->conns;
	n->conns = c;
	return c;
}

static int
transport_open(struct transport *t, uint32_t id,
    const struct tacit_place *place, const uint8_t next_pin[TACIT_HASH_LEN])
{
	struct net *n = (struct net *)t;
	struct conn *c;
	int rc;

	if ((place->flags & TACIT_LINK_PLAINTEXT) != 0 &&
	    (n->proxy_port != 0 || !tacit_host_is_loopback(place->host)))
		return TACIT_E_PLAINTEXT;
	if ((c = conn_new(n, id, place, next_pin)) == NULL)
		return TACIT_E_NOMEM;
	if (c->ws.peer.webpki)
		ws_trust(n->ws);

	uv_update_time(&n->loop);
	c->deadline = uv_now(&n->loop) + n->times.connect_ms;
	(void)uv_timer_start(&c->timer, timed_out, n->times.connect_ms, 0);
	rc = resolve_start(n->resolve, &c->wait,
	    n->proxy_port != 0 ? n->proxy_host : place->host);
	if (rc == TACIT_E_NOMEM) {
		end(c);
		return rc;
	}
	if (rc == 1)
		resolved(&c->wait);
	else if (rc != 0)
		fail(c, rc);
	return 0;
}

static int
transport_send(struct transport *t, uint32_t id, const uint8_t *msg,
    size_t len)
{
	struct conn *c = find((struct net *)t, id);

	return c == NULL ? TACIT_E_STATE : ws_send(&c->ws, msg, len);
}

static void
transport_close(struct transport *t, uint32_t id)
{
	struct net *n = (struct net *)t;
	struct conn *c = find(n, id);
	int was_full = net_queue_is_full(&n->queue);

	if (c != NULL) {
		ws_drop(&c->ws);
		end(c);
	}
	net_queue_purge(&n->queue, id);
	if (was_full)
		resume_all(n);
}

static const struct transport_ops ops = {
	transport_open, transport_send, transport_close
};

/* ---- the handle --------------------------------------------------------- */

/* "HOST:PORT"; an IPv6 address stands in brackets. */
static int
parse_proxy(struct net *n, const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	const char *colon = strrchr(text, ':');
	size_t len, digits;
	unsigned long port;

	if (colon == NULL)
		return TACIT_E_INVALID;
	len = (size_t)(colon - text);
	digits = strspn(colon + 1, "0123456789");
	if (len == 0 || len >= sizeof(n->proxy_host) ||
	    digits == 0 || digits > 5 || colon[1 + digits] != '\0')
		return TACIT_E_INVALID;
	if (text[0] == '[') {
		if (strcspn(text, "]") != len - 1 ||
		    1 + strspn(text + 1, "0123456789abcdefABCDEF:.") != len - 1)
			return TACIT_E_INVALID;
	} else if (strspn(text, allowed) != len)
		return TACIT_E_INVALID;
	port = strtoul(colon + 1, NULL, 10);
	if (port < 1 || port > UINT16_MAX)
		return TACIT_E_INVALID;
	memcpy(n->proxy_host, text, len);
	n->proxy_port = (uint16_t)port;
	return 0;
}

static void
woken(uv_async_t *a)
{
	((struct net *)a->data)->woken = 1;
}

static void
out_of_patience(uv_timer_t *t)
{
	((struct net *)t->data)->woken = 1;
}

/* Loop and handles of our own; ${begun} says what net_close() must undo. */
static int
begin(struct net *n)
{
	if (uv_loop_init(&n->loop) != 0)
		return TACIT_E_NOMEM;
	n->begun++;
	if (uv_async_init(&n->loop, &n->wake, woken) != 0)
		return TACIT_E_NOMEM;
	n->wake.data = n;
	n->begun++;
	(void)uv_timer_init(&n->loop, &n->patience);
	n->patience.data = n;
	n->begun++;
	return 0;
}

int
net_open_timed(struct net **out, const char *proxy,
    const struct net_times *times)
{
	struct net *n;
	int rc = TACIT_E_NOMEM;

	*out = NULL;
	if ((n = calloc(1, sizeof(*n))) == NULL)
		goto out;
	n->transport.ops = &ops;
	n->times = *times;
	net_queue_init(&n->queue);
	if (proxy != NULL && (rc = parse_proxy(n, proxy)) != 0)
		goto out;
	if ((rc = begin(n)) != 0 ||
	    (rc = resolve_open(&n->resolve, &n->loop)) != 0 ||
	    (rc = ws_open(&n->ws, &n->loop, times, &events)) != 0)
		goto out;

	*out = n;
	n = NULL;
	rc = 0;
out:
	net_close(n);
	return rc;
}

int
net_open(struct net **out, const char *proxy)
{
	const struct net_times times = NET_TIMES;

	return net_open_timed(out, proxy, &times);
}

struct left {
	const struct net *n;
	int found;
};

static void
is_foreign(uv_handle_t *h, void *arg)
{
	struct left *l = arg;

	if (h != (const uv_handle_t *)&l->n->wake &&
	    h != (const uv_handle_t *)&l->n->patience &&
	    (uv_is_closing(h) || uv_is_active(h)))
		l->found = 1;
}

/* libwebsockets and our connections close their handles in the loop. */
static void
run_until_alone(struct net *n)
{
	struct left l = { n, 1 };

	while (l.found) {
		(void)uv_run(&n->loop, UV_RUN_NOWAIT);
		l.found = 0;
		uv_walk(&n->loop, is_foreign, &l);
	}
}

static void
close_rest(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, uv_handle_get_type(h) == UV_POLL ?
		    (uv_close_cb)free : NULL);
}

void
net_close(struct net *n)
{
	if (n == NULL)
		return;
	while (n->conns != NULL)
		transport_close(&n->transport, n->conns->id);
	while (n->queue.head != NULL)
		net_queue_purge(&n->queue, n->queue.head->ev.conn);
	resolve_close(n->resolve);
	if (n->ws != NULL) {
		ws_stop(n->ws);
		run_until_alone(n);
		ws_close(n->ws);
	}
	if (n->begun > 0) {
		uv_walk(&n->loop, close_rest, NULL);
		(void)uv_run(&n->loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&n->loop);
	}
	free(n);
}

struct transport *
net_transport(struct net *n)
{
	return &n->transport;
}

int
net_fd(const struct net *n)
{
	return uv_backend_fd(&n->loop);
}

int
net_timeout_ms(const struct net *n)
{
	if (n->queue.head != NULL)
		return 0;
	/* libuv counts from when it last looked at the clock. */
	uv_update_time((uv_loop_t *)(uintptr_t)&n->loop);
	return uv_backend_timeout(&n->loop);
}

static void
turn(struct net *n, uv_run_mode mode)
{
	(void)uv_run(&n->loop, mode);
	ws_settle(n->ws);
}

void
net_step(struct net *n, int timeout_ms)
{
	n->woken = 0;
	if (timeout_ms == 0 || n->queue.head != NULL) {
		turn(n, UV_RUN_NOWAIT);
		return;
	}
	uv_update_time(&n->loop);
	if (timeout_ms > 0)
		(void)uv_timer_start(&n->patience, out_of_patience,
		    (uint64_t)timeout_ms, 0);
	while (n->queue.head == NULL && !n->woken)
		turn(n, UV_RUN_ONCE);
	(void)uv_timer_stop(&n->patience);
}

static int
has_queued(const struct net *n)
{
	const struct conn *c;

	for (c = n->conns; c != NULL; c = c->next)
		if (c->ws.open && c->ws.out != NULL)
			return 1;
	return 0;
}

void
net_flush(struct net *n)
{
	int i;

	for (i = 0; i < FLUSH_TURNS && has_queued(n); i++)
		turn(n, UV_RUN_NOWAIT);
}

void
net_wake(struct net *n)
{
	(void)uv_async_send(&n->wake);
}
