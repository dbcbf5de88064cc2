/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store_slab.h"

struct given {
	struct given *next;
};

struct chunk {
	struct chunk *prev, *next;	/* with room */
	struct given *given;		/* back */
	size_t n;			/* things in it */
	size_t n_ever;			/* from here on it was never used */
	max_align_t thing[];
};

/* Such a block malloc() maps by itself, so that a free one goes back. */
enum { CHUNK_LEN = 2 * 1024 * 1024 - 64 };

void
slab_init(struct slab *s, size_t size)
{
	assert(size % sizeof(void *) == 0 && size >= sizeof(void *));
	memset(s, 0, sizeof(*s));
	s->size = size;
	s->per_chunk = (CHUNK_LEN - sizeof(struct chunk)) / size;
}

void
slab_free(struct slab *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		free(s->chunk[i]);
	free(s->chunk);
	memset(s, 0, sizeof(*s));
}

/* How many chunks begin at ${at} or before. */
static size_t
count_to(const struct slab *s, const void *at)
{
	size_t low = 0, high = s->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if ((uintptr_t)s->chunk[mid] <= (uintptr_t)at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void
link_room(struct slab *s, struct chunk *c)
{
	c->prev = NULL;
	c->next = s->room;
	if (c->next != NULL)
		c->next->prev = c;
	s->room = c;
}

static void
unlink_room(struct slab *s, struct chunk *c)
{
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		s->room = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
}

static struct chunk *
make_chunk(struct slab *s)
{
	struct chunk *c, **grown;
	size_t at;

	if (s->n == s->cap) {
		grown = reallocarray(s->chunk, s->cap * 2 + 16,
		    sizeof(struct chunk *));
		if (grown == NULL)
			return NULL;
		s->chunk = grown;
		s->cap = s->cap * 2 + 16;
	}
	if ((c = malloc(CHUNK_LEN)) == NULL)
		return NULL;
	memset(c, 0, sizeof(*c));
	at = count_to(s, c);
	memmove(s->chunk + at + 1, s->chunk + at,
	    (s->n - at) * sizeof(struct chunk *));
	s->chunk[at] = c;
	s->n++;
	return c;
}

static void
return_chunk(struct slab *s, struct chunk *c)
{
	size_t at = count_to(s, c);

	memmove(s->chunk + at - 1, s->chunk + at,
	    (s->n - at) * sizeof(struct chunk *));
	s->n--;
	free(c);
}

static struct chunk *
find_room(struct slab *s)
{
	struct chunk *c = s->room;

	if (c != NULL)
		return c;
	c = s->spare != NULL ? s->spare : make_chunk(s);
	s->spare = NULL;
	if (c != NULL)
		link_room(s, c);
	return c;
}

void *
slab_take(struct slab *s)
{
	struct chunk *c = find_room(s);
	void *thing;

	if (c == NULL)
		return NULL;
	thing = c->given;
	if (thing != NULL)
		c->given = c->given->next;
	else
		thing = (uint8_t *)c->thing + c->n_ever++ * s->size;
	if (++c->n == s->per_chunk)
		unlink_room(s, c);
	memset(thing, 0, s->size);
	return thing;
}

void
slab_give(struct slab *s, void *thing)
{
	struct chunk *c = s->chunk[count_to(s, thing) - 1];
	struct given *given = thing;

	given->next = c->given;
	c->given = given;
	if (c->n-- == s->per_chunk)
		link_room(s, c);
	if (c->n > 0)
		return;
	unlink_room(s, c);
	if (s->spare == NULL)
		s->spare = c;
	else
		return_chunk(s, c);
}
