/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table of nodes that are the first members of what is found by them.
 * By linear hashing: it grows by one chain with each node, which takes over
 * half of an earlier one, so that no addition has to move all that is there.
 */
#ifndef RELAY_STORE_TABLE_H
#define RELAY_STORE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct node {
	struct node *chain;
	uint64_t hash;			/* set before it is added */
};

struct table {
	struct node **head;
	size_t n;
	size_t size, cap;		/* chains: in use, with memory */
	size_t mask;			/* one less than a power of two, which
					   is ${size} or the next above it */
};

/* Errors:  TACIT_E_NOMEM.  table_free() leaves the nodes to their owner. */
int table_init(struct table *t);
void table_free(struct table *t);

/* While it is empty: about so many nodes will come. */
void table_expect(struct table *t, size_t n);

void table_add(struct table *t, struct node *node);
void table_remove(struct table *t, struct node *node);

/* The chain that ${hash} belongs to. */
struct node **table_head(const struct table *t, uint64_t hash);

/* The first node, or the one after ${node}; NULL at the end. */
struct node *table_walk(const struct table *t, const struct node *node);

#endif
