/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for many things of one size, in chunks: without a header for each,
 * and given back a chunk at a time.
 *
 * A chunk that holds nothing any more goes back to the system; one of them is
 * kept for what comes next.
 */
#ifndef RELAY_STORE_SLAB_H
#define RELAY_STORE_SLAB_H

#include <stddef.h>

struct chunk;

struct slab {
	struct chunk **chunk;		/* all, by address */
	size_t n, cap;
	struct chunk *room;		/* list: things in it, and room */
	struct chunk *spare;		/* nothing in it; or NULL */
	size_t size, per_chunk;		/* of a thing; things */
};

/* For things of ${size}, at least a pointer's and a multiple of it. */
void slab_init(struct slab *s, size_t size);
/* With all that is in it. */
void slab_free(struct slab *s);

/* Room for a thing, all zeros; NULL: no memory. */
void *slab_take(struct slab *s);
/* Give back what slab_take() gave. */
void slab_give(struct slab *s, void *thing);

#endif
