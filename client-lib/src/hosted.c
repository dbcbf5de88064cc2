/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <sodium.h>

#include "hosted.h"
#include "net_queue.h"

/* The room for its two events is taken when it is made: its end can be told. */
struct wire {
	struct wire *next;
	uint32_t id;
	uint8_t flags;			/* of its place */
	uint8_t pin[TACIT_HASH_LEN], next_pin[TACIT_HASH_LEN];
	struct net_queued *opened;	/* NULL: it is open */
	struct net_queued *closed;
};

struct hosted {
	struct transport transport;	/* first member */
	struct tacit_transport use;
	void *arg;
	int wake;			/* eventfd */
	struct wire *wires;
	struct net_queue queue;
};

static struct wire *
find(struct hosted *h, uint32_t id)
{
	struct wire *w;

	for (w = h->wires; w != NULL && w->id != id; w = w->next)
		continue;
	return w;
}

static void
forget(struct hosted *h, struct wire *w)
{
	struct wire **at;

	for (at = &h->wires; *at != w; at = &(*at)->next)
		continue;
	*at = w->next;
	free(w->opened);
	free(w->closed);
	free(w);
}

/* Nothing but the end of ${w} is told from here on. */
static void
fail(struct hosted *h, struct wire *w, int why)
{
	struct net_queued *q = w->closed;

	w->closed = NULL;
	q->ev.why = why;
	net_queue_put(&h->queue, q);
	forget(h, w);
	hosted_wake(h);
}

static struct wire *
wire_new(struct hosted *h, uint32_t id, const struct tacit_place *place,
    const uint8_t next_pin[TACIT_HASH_LEN])
{
	struct wire *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->opened = net_queued_new(NET_OPEN, id);
	w->closed = net_queued_new(NET_CLOSED, id);
	if (w->opened == NULL || w->closed == NULL) {
		free(w->opened);
		free(w->closed);
		free(w);
		return NULL;
	}
	w->id = id;
	w->flags = place->flags;
	memcpy(w->pin, place->pin, sizeof(w->pin));
	memcpy(w->next_pin, next_pin, sizeof(w->next_pin));
	w->next = h->wires;
	h->wires = w;
	return w;
}

/* An error of ours, or what any other answer of a host comes to. */
static int
error_of(int rc)
{
	return rc < 0 && rc > TACIT_E_LAST_ ? rc : TACIT_E_UNREACHABLE;
}

static int
transport_open(struct transport *t, uint32_t id,
    const struct tacit_place *place, const uint8_t next_pin[TACIT_HASH_LEN])
{
	struct hosted *h = (struct hosted *)t;
	struct tacit_peer peer = { .size = sizeof(peer), .conn = id };
	struct wire *w;
	int rc;

	if ((place->flags & TACIT_LINK_PLAINTEXT) != 0 &&
	    !tacit_host_is_loopback(place->host))
		return TACIT_E_PLAINTEXT;
	if ((w = wire_new(h, id, place, next_pin)) == NULL)
		return TACIT_E_NOMEM;
	peer.host = place->host;
	peer.port = place->port;
	peer.path = TACIT_PATH;
	peer.subprotocol = TACIT_SUBPROTOCOL;
	peer.plaintext = (place->flags & TACIT_LINK_PLAINTEXT) != 0;
	peer.webpki = (place->flags & TACIT_LINK_WEBPKI) != 0;
	memcpy(peer.pin, w->pin, sizeof(peer.pin));
	memcpy(peer.next_pin, w->next_pin, sizeof(peer.next_pin));
	if ((rc = h->use.open(h->arg, &peer)) == 0)
		return 0;
	forget(h, w);
	return error_of(rc);
}

static int
transport_send(struct transport *t, uint32_t id, const uint8_t *msg,
    size_t len)
{
	struct hosted *h = (struct hosted *)t;
	struct wire *w = find(h, id);
	int rc;

	if (w == NULL || w->opened != NULL)
		return TACIT_E_STATE;
	if (len > TACIT_MESSAGE_MAX)
		return TACIT_E_LIMIT;
	rc = h->use.send(h->arg, id, msg, len);
	return rc == 0 ? 0 : error_of(rc);
}

static void
transport_close(struct transport *t, uint32_t id)
{
	struct hosted *h = (struct hosted *)t;
	struct wire *w = find(h, id);

	net_queue_purge(&h->queue, id);
	if (w == NULL)
		return;
	forget(h, w);
	h->use.close(h->arg, id);
}

static const struct transport_ops ops = {
	transport_open, transport_send, transport_close
};

int
hosted_open(struct hosted **out, const struct tacit_transport *use, void *arg)
{
	struct hosted *h = calloc(1, sizeof(*h));

	*out = NULL;
	if (h == NULL)
		return TACIT_E_NOMEM;
	if ((h->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0) {
		free(h);
		return TACIT_E_NOMEM;
	}
	h->transport.ops = &ops;
	h->use = *use;
	h->arg = arg;
	net_queue_init(&h->queue);
	*out = h;
	return 0;
}

void
hosted_close(struct hosted *h)
{
	if (h == NULL)
		return;
	while (h->wires != NULL)
		transport_close(&h->transport, h->wires->id);
	while (h->queue.head != NULL)
		net_queue_purge(&h->queue, h->queue.head->ev.conn);
	(void)close(h->wake);
	free(h);
}

struct transport *
hosted_transport(struct hosted *h)
{
	return &h->transport;
}

int
hosted_fd(const struct hosted *h)
{
	return h->wake;
}

int
hosted_timeout_ms(const struct hosted *h)
{
	return h->queue.head != NULL ? 0 : -1;
}

void
hosted_step(struct hosted *h, int timeout_ms)
{
	struct pollfd p = { .fd = h->wake, .events = POLLIN };
	eventfd_t n;

	if (h->queue.head == NULL && timeout_ms != 0)
		(void)poll(&p, 1, timeout_ms);
	(void)eventfd_read(h->wake, &n);
}

void
hosted_wake(struct hosted *h)
{
	(void)eventfd_write(h->wake, 1);
}

int
hosted_next(struct hosted *h, struct net_event *out)
{
	return net_queue_take(&h->queue, out);
}

/* Both pins are always compared, in constant time. */
static int
key_is_right(const struct wire *w, const uint8_t *hash, int *by_next)
{
	static const uint8_t none[TACIT_HASH_LEN];
	int now, next;

	if ((w->flags & (TACIT_LINK_PLAINTEXT | TACIT_LINK_WEBPKI)) != 0)
		return 1;
	now = sodium_memcmp(hash, w->pin, TACIT_HASH_LEN) == 0;
	next = sodium_memcmp(hash, w->next_pin, TACIT_HASH_LEN) == 0;
	next &= sodium_memcmp(none, w->next_pin, TACIT_HASH_LEN) != 0;
	*by_next = next & !now;
	return now | next;
}

int
hosted_opened(struct hosted *h, uint32_t conn, const uint8_t *key_hash)
{
	struct wire *w = find(h, conn);

	if (w == NULL || w->opened == NULL)
		return TACIT_E_STATE;
	if (key_hash == NULL &&
	    (w->flags & (TACIT_LINK_PLAINTEXT | TACIT_LINK_WEBPKI)) == 0)
		return TACIT_E_INVALID;
	if (!key_is_right(w, key_hash, &w->opened->ev.by_next)) {
		fail(h, w, TACIT_E_PIN);
		return TACIT_E_PIN;
	}
	net_queue_put(&h->queue, w->opened);
	w->opened = NULL;
	hosted_wake(h);
	return 0;
}

int
hosted_message(struct hosted *h, uint32_t conn, const void *message,
    size_t len)
{
	struct wire *w = find(h, conn);
	struct net_queued *q;

	if (w == NULL || w->opened != NULL)
		return TACIT_E_STATE;
	if (len > TACIT_MESSAGE_MAX) {
		fail(h, w, TACIT_E_LIMIT);
		return TACIT_E_LIMIT;
	}
	if (net_queue_is_full(&h->queue))
		return TACIT_E_WAIT;
	if ((q = net_queued_new(NET_MESSAGE, conn)) == NULL ||
	    (q->ev.data = malloc(len + 1)) == NULL) {
		free(q);
		fail(h, w, TACIT_E_NOMEM);
		return TACIT_E_NOMEM;
	}
	memcpy(q->ev.data, message, len);
	q->ev.len = len;
	net_queue_put(&h->queue, q);
	hosted_wake(h);
	return 0;
}

int
hosted_closed(struct hosted *h, uint32_t conn, int why)
{
	struct wire *w = find(h, conn);

	if (w == NULL)
		return TACIT_E_STATE;
	fail(h, w, error_of(why));
	return 0;
}
