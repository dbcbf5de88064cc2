/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "store_places.h"

enum { PARCEL_UNITS = TACIT_PARCEL_LEN / TACIT_LETTER_LEN };

int64_t
places_units(uint8_t kind)
{
	return kind == LETTER ? 1 : PARCEL_UNITS;
}

uint32_t
places_in(uint8_t kind)
{
	return kind == LETTER ? PLACES_LETTERS : PLACES_PARCELS;
}

struct spot
places_spot(const struct places *p, int64_t place)
{
	size_t b = (size_t)((place - 1) / PLACES_LETTERS);
	struct spot s;

	assert(place > 0 && b < p->n);
	b -= p->block[b].back;
	s.block = (int64_t)b + 1;
	s.kind = p->block[b].kind;
	s.which = (uint32_t)((place - 1 - (int64_t)b * PLACES_LETTERS) /
	    places_units(s.kind));
	return s;
}

void
places_init(struct places *p)
{
	memset(p, 0, sizeof(*p));
}

void
places_release(struct places *p)
{
	size_t i;

	for (i = 0; i < PLACES_KINDS; i++)
		slots_free(&p->drawn[i]);
	free(p->block);
	slots_free(&p->given);
	places_init(p);
}

static int
make_block(struct places *p, uint8_t kind)
{
	size_t i, n = places_in(kind) * (size_t)places_units(kind) /
	    PLACES_LETTERS;
	struct block *grown;

	if (p->n + n > p->cap) {
		grown = reallocarray(p->block, p->cap * 2 + n, sizeof(*grown));
		if (grown == NULL)
			return TACIT_E_NOMEM;
		p->block = grown;
		p->cap = p->cap * 2 + n;
	}
	for (i = 0; i < n; i++)
		p->block[p->n++] = (struct block){ .kind = kind,
		    .back = (uint8_t)i };
	return 0;
}

static void
enqueue(struct places *p, uint32_t b)
{
	struct queue_of_blocks *q = &p->queue[p->block[b].kind];

	p->block[b].queued = 1;
	p->block[b].next = 0;
	if (q->last != 0)
		p->block[q->last - 1].next = b + 1;
	else
		q->first = b + 1;
	q->last = b + 1;
}

void
places_is_free(struct places *p, int64_t place)
{
	struct spot at = places_spot(p, place);
	struct block *b = &p->block[at.block - 1];

	b->free[at.which / 64] |= UINT64_C(1) << at.which % 64;
	b->n_free++;
	if (!b->queued && b->n_free >= places_in(b->kind) / 4)
		enqueue(p, (uint32_t)at.block - 1);
}

int
places_found(struct places *p, int64_t block, uint8_t kind, int64_t *first)
{
	*first = places_end(p);
	if (block != (int64_t)p->n + 1)
		return TACIT_E_CORRUPT;
	return make_block(p, kind);
}

/* What is free of block ${b} can be drawn. */
static int
draw_from(struct places *p, uint32_t b)
{
	struct block *of = &p->block[b];
	struct slots *drawn = &p->drawn[of->kind];
	uint32_t i;
	int rc;

	for (i = 0; i < places_in(of->kind); i++) {
		if ((of->free[i / 64] >> i % 64 & 1) == 0)
			continue;
		rc = slots_add(drawn, (int64_t)b * PLACES_LETTERS + 1 +
		    i * places_units(of->kind));
		if (rc != 0)
			return rc;
		of->free[i / 64] &= ~(UINT64_C(1) << i % 64);
		of->n_free--;
	}
	slots_shuffle(drawn);
	return 0;
}

/* Of a new block, which rollback forgets, all places can be drawn. */
static int
draw_new(struct places *p, uint8_t kind)
{
	int64_t place = places_end(p);
	int rc;

	if ((rc = make_block(p, kind)) != 0)
		return rc;
	for (; place < places_end(p); place += places_units(kind))
		if ((rc = slots_add(&p->drawn[kind], place)) != 0)
			return rc;
	slots_shuffle(&p->drawn[kind]);
	return 0;
}

static int
refill(struct places *p, uint8_t kind)
{
	struct queue_of_blocks *q = &p->queue[kind];
	uint32_t b = q->first;
	int rc;

	if (b == 0)
		return draw_new(p, kind);
	if ((rc = draw_from(p, b - 1)) != 0)
		return rc;
	q->first = p->block[b - 1].next;
	if (q->first == 0)
		q->last = 0;
	p->block[b - 1].queued = 0;
	return 0;
}

int
places_take(struct places *p, uint8_t kind, int64_t *place)
{
	int rc;

	if (slots_take(&p->drawn[kind], place))
		return 0;
	if ((rc = refill(p, kind)) != 0)
		return rc;
	(void)slots_take(&p->drawn[kind], place);
	return 0;
}

int
places_give(struct places *p, int64_t place)
{
	return slots_add(&p->given, place);
}

int64_t
places_first_new(const struct places *p)
{
	return (int64_t)p->n_before * PLACES_LETTERS + 1;
}

int64_t
places_next_block(const struct places *p, int64_t first)
{
	uint8_t kind = places_spot(p, first).kind;

	return first + places_in(kind) * places_units(kind);
}

int64_t
places_end(const struct places *p)
{
	return (int64_t)p->n * PLACES_LETTERS + 1;
}

void
places_commit(struct places *p)
{
	size_t i;

	for (i = 0; i < p->given.n; i++)
		places_is_free(p, p->given.row[i]);
	p->given.n = 0;
	for (i = 0; i < PLACES_KINDS; i++)
		slots_commit(&p->drawn[i]);
	p->n_before = p->n;
}

/* What was drawn from a block since the begin is free there again. */
void
places_rollback(struct places *p)
{
	struct slots *s;
	size_t i, k;

	p->n = p->n_before;
	p->given.n = 0;
	for (i = 0; i < PLACES_KINDS; i++) {
		s = &p->drawn[i];
		for (k = s->n_before; k < s->n; k++)
			if (s->row[k] < places_end(p))
				places_is_free(p, s->row[k]);
		slots_rollback(s);
	}
}
