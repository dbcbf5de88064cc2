/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "net_queue.h"

enum {
	WAITING_MESSAGES = 64,
	WAITING_BYTES = 4 * TACIT_MESSAGE_MAX
};

struct net_queued *
net_queued_new(enum net_what what, uint32_t conn)
{
	struct net_queued *e = calloc(1, sizeof(*e));

	if (e != NULL) {
		e->ev.what = what;
		e->ev.conn = conn;
	}
	return e;
}

void
net_queue_init(struct net_queue *q)
{
	q->head = NULL;
	q->tail = &q->head;
	q->n_messages = q->n_bytes = 0;
}

void
net_queue_put(struct net_queue *q, struct net_queued *e)
{
	*q->tail = e;
	q->tail = &e->next;
	if (e->ev.what == NET_MESSAGE) {
		q->n_messages++;
		q->n_bytes += e->ev.len;
	}
}

/* Unlink ${*at}. */
static struct net_queued *
out_of(struct net_queue *q, struct net_queued **at)
{
	struct net_queued *e = *at;

	if ((*at = e->next) == NULL)
		q->tail = at;
	if (e->ev.what == NET_MESSAGE) {
		q->n_messages--;
		q->n_bytes -= e->ev.len;
	}
	return e;
}

int
net_queue_take(struct net_queue *q, struct net_event *out)
{
	struct net_queued *e;

	if (q->head == NULL)
		return 0;
	e = out_of(q, &q->head);
	*out = e->ev;
	free(e);
	return 1;
}

void
net_queue_purge(struct net_queue *q, uint32_t conn)
{
	struct net_queued **at = &q->head, *e;

	while (*at != NULL) {
		if ((*at)->ev.conn != conn) {
			at = &(*at)->next;
			continue;
		}
		e = out_of(q, at);
		free(e->ev.data);
		free(e);
	}
}

int
net_queue_is_full(const struct net_queue *q)
{
	return q->n_messages >= WAITING_MESSAGES ||
	    q->n_bytes >= WAITING_BYTES;
}
