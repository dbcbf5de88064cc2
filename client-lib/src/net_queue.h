/* SPDX-License-Identifier: Apache-2.0 */
/* What happened to connections and was not taken yet; part of net.c. */
#ifndef CLIENT_NET_QUEUE_H
#define CLIENT_NET_QUEUE_H

#include "net.h"

struct net_queued {
	struct net_queued *next;
	struct net_event ev;
};

struct net_queue {
	struct net_queued *head, **tail;
	size_t n_messages, n_bytes;
};

/* NULL: no memory. */
struct net_queued *net_queued_new(enum net_what what, uint32_t conn);

void net_queue_init(struct net_queue *q);
void net_queue_put(struct net_queue *q, struct net_queued *e);
/* 1, or 0 if there is none. */
int net_queue_take(struct net_queue *q, struct net_event *out);
/* Drop what is of ${conn}. */
void net_queue_purge(struct net_queue *q, uint32_t conn);
/* So many messages or bytes wait that reading should stop. */
int net_queue_is_full(const struct net_queue *q);

#endif
