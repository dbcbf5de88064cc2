/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "store_index.h"
#include "tacit/error.h"

enum { ADDED = 1, REMOVED = 2, KEPT = 4, LENT = 8, CHANGED = 16 };

/* So far is looked for the place of an envelope that is loaded. */
enum { NEAR = 64 };

int
index_init(struct index *x)
{
	memset(x, 0, sizeof(*x));
	randombytes_buf(x->key, sizeof(x->key));
	slab_init(&x->memory, sizeof(struct item));
	x->expiry.none_before = UINT64_MAX;
	if (table_init(&x->boxes) != 0 || table_init(&x->items) != 0)
		return TACIT_E_NOMEM;
	return 0;
}

static void
drop_body(struct item *i)
{
	if ((i->state & LENT) == 0)
		free(i->body);
	i->body = NULL;
}

/* With the bodies of what it holds: those are of the last in its queue. */
static void
free_box(struct box *b)
{
	struct item *i;

	for (i = b->last; i != NULL; i = i->prev) {
		if (i->body == NULL && !index_removed(i))
			break;
		drop_body(i);
	}
	free(b->before);
	free(b);
}

void
index_free(struct index *x)
{
	struct node *node, *next;

	for (node = table_walk(&x->boxes, NULL); node != NULL; node = next) {
		next = table_walk(&x->boxes, node);
		free_box((struct box *)node);
	}
	slab_free(&x->memory);
	table_free(&x->items);
	table_free(&x->boxes);
	memset(x, 0, sizeof(*x));
}

static uint64_t
hash_of(const struct index *x, const void *name, size_t len)
{
	uint8_t out[crypto_shorthash_BYTES];
	uint64_t h;

	(void)crypto_shorthash(out, name, len, x->key);
	memcpy(&h, out, sizeof(h));
	return h;
}

static uint64_t
hash_box(const struct index *x, const uint8_t address[TACIT_ADDRESS_LEN])
{
	return hash_of(x, address, TACIT_ADDRESS_LEN);
}

/* Envelope ids are the senders' choice: equal ones may be in two mailboxes. */
static uint64_t
hash_item(const struct index *x, const struct box *b,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN])
{
	uint8_t name[sizeof(b->row) + TACIT_ENVELOPE_ID_LEN];

	memcpy(name, &b->row, sizeof(b->row));
	memcpy(name + sizeof(b->row), envelope, TACIT_ENVELOPE_ID_LEN);
	return hash_of(x, name, sizeof(name));
}

struct box *
index_box(const struct index *x, const uint8_t address[TACIT_ADDRESS_LEN])
{
	uint64_t hash = hash_box(x, address);
	struct node *node;
	struct box *b;

	for (node = *table_head(&x->boxes, hash); node != NULL;
	    node = node->chain) {
		b = (struct box *)node;
		if (node->hash == hash && (b->state & REMOVED) == 0 &&
		    memcmp(b->address, address, TACIT_ADDRESS_LEN) == 0)
			return b;
	}
	return NULL;
}

struct item *
index_item(const struct index *x, const struct box *b,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN])
{
	uint64_t hash = hash_item(x, b, envelope);
	struct node *node;
	struct item *i;

	for (node = *table_head(&x->items, hash); node != NULL;
	    node = node->chain) {
		i = (struct item *)node;
		if (node->hash == hash && i->box == b &&
		    (i->state & REMOVED) == 0 &&
		    memcmp(i->envelope, envelope, TACIT_ENVELOPE_ID_LEN) == 0)
			return i;
	}
	return NULL;
}

/* Each thing is on its list of changes once, however often it changed. */
static void
change_box(struct index *x, struct box *b, uint8_t how)
{
	if (b->state == 0) {
		b->changed = x->changed_boxes;
		x->changed_boxes = b;
	}
	b->state |= how;
}

static void
change_item(struct index *x, struct item *i, uint8_t how)
{
	if (i->state == 0) {
		i->changed = x->changed_items;
		x->changed_items = i;
	}
	i->state |= how;
}

int
index_add_box(struct index *x, int64_t row,
    const uint8_t address[TACIT_ADDRESS_LEN], const struct tokens *t)
{
	struct box *b;

	if ((b = calloc(1, sizeof(*b))) == NULL)
		return TACIT_E_NOMEM;
	b->row = row;
	b->next = 1;
	b->tokens = *t;
	memcpy(b->address, address, sizeof(b->address));
	b->node.hash = hash_box(x, address);
	table_add(&x->boxes, &b->node);
	change_box(x, b, ADDED);
	x->n_boxes++;
	return 0;
}

int
index_set_tokens(struct index *x, struct box *b, const struct tokens *t)
{
	if (b->before == NULL) {
		if ((b->before = malloc(sizeof(*b->before))) == NULL)
			return TACIT_E_NOMEM;
		*b->before = b->tokens;
	}
	b->tokens = *t;
	change_box(x, b, CHANGED);
	return 0;
}

/* Into its place, or behind ${at}, which may be NULL: in front. */
static void
link_behind(struct box *b, struct item *at, struct item *i)
{
	i->prev = at;
	i->next = at != NULL ? at->next : b->first;
	if (i->next != NULL)
		i->next->prev = i;
	else
		b->last = i;
	if (at != NULL)
		at->next = i;
	else
		b->first = i;
	if (b->next <= i->counter)
		b->next = i->counter + 1;
}

/*
 * Rows are read in no order of time.  What belongs near the end is put there;
 * a queue where that is not so is sorted when all was read.
 */
static void
link_loaded(struct box *b, struct item *i)
{
	struct item *at = b->last;
	int n;

	for (n = 0; n < NEAR && !b->unsorted && at != NULL &&
	    at->counter > i->counter; n++)
		at = at->prev;
	if (n == NEAR)
		b->unsorted = 1;
	link_behind(b, b->unsorted ? b->last : at, i);
}

/* Of two lists by ${next}, each in order, one. */
static struct item *
merge(struct item *a, struct item *b)
{
	struct item *first = NULL, **end = &first, **less;

	while (a != NULL && b != NULL) {
		less = a->counter < b->counter ? &a : &b;
		*end = *less;
		end = &(*less)->next;
		*less = (*less)->next;
	}
	*end = a != NULL ? a : b;
	return first;
}

/* Lists of 1, 2, 4 ... items, of each size one at most, as in a counter. */
static void
sort_queue(struct box *b)
{
	struct item *run[64] = { NULL }, *i = b->first, *one, *last = NULL;
	size_t k;

	while (i != NULL) {
		one = i;
		i = i->next;
		one->next = NULL;
		for (k = 0; run[k] != NULL; k++) {
			one = merge(run[k], one);
			run[k] = NULL;
		}
		run[k] = one;
	}
	for (k = 0, one = NULL; k < sizeof(run) / sizeof(run[0]); k++)
		one = merge(run[k], one);
	b->first = one;
	for (i = one; i != NULL; i = i->next) {
		i->prev = last;
		last = i;
	}
	b->last = last;
	b->unsorted = 0;
}

static void
unlink_item(struct item *i)
{
	struct box *b = i->box;

	if (i->prev != NULL)
		i->prev->next = i->next;
	else
		b->first = i->next;
	if (i->next != NULL)
		i->next->prev = i->prev;
	else
		b->last = i->prev;
}

static void
count_item(struct index *x, const struct item *i, int by)
{
	i->box->n[i->kind] += (uint32_t)by;
	x->n_items += (size_t)by;
}

/* One that is there, from now on or again. */
static void
note_expiry(struct expiry *e, uint64_t day)
{
	if (day < e->least)
		e->least = day;
	if (day < e->none_before)
		e->none_before = day;
}

/* In no queue and not in the table, and its mailbox is not asked. */
static struct item *
make_item(struct index *x, struct box *b, const struct item *given)
{
	struct item *i;

	if ((i = slab_take(&x->memory)) == NULL)
		return NULL;
	i->box = b;
	i->row = given->row;
	i->body = given->body;
	i->counter = given->counter;
	i->expiry_day = given->expiry_day;
	i->kind = given->kind;
	i->fresh = given->fresh;
	i->given = given->given;
	memcpy(i->envelope, given->envelope, sizeof(i->envelope));
	note_expiry(&x->expiry, i->expiry_day);
	return i;
}

static void
name_item(struct index *x, struct item *i)
{
	i->node.hash = hash_item(x, i->box, i->envelope);
	count_item(x, i, 1);
}

int
index_add_item(struct index *x, struct box *b, const struct item *given,
    struct item **out)
{
	struct item *i;

	if ((i = make_item(x, b, given)) == NULL)
		return TACIT_E_NOMEM;
	name_item(x, i);
	table_add(&x->items, &i->node);
	link_behind(b, b->last, i);
	change_item(x, i, i->body != NULL && i->row != 0 ?
	    ADDED | LENT : ADDED);
	if (i->expiry_day < x->expiry.day)
		x->expiry.day = 0;
	if (out != NULL)
		*out = i;
	return 0;
}

void
index_expect(struct index *x, size_t n)
{
	table_expect(&x->items, n);
}

/* One more, or NULL: those before it go on, and the first of them enters. */
static void
load_on(struct index *x, struct item *i)
{
	enum { TURNS = 2 * INDEX_AHEAD };
	struct item **last = &x->loading[x->n_loading % TURNS];
	struct item *mid = x->loading[(x->n_loading + INDEX_AHEAD) % TURNS];

	if (*last != NULL) {
		table_add(&x->items, &(*last)->node);
		link_loaded((*last)->box, *last);
	}
	if (mid != NULL) {
		name_item(x, mid);
		__builtin_prefetch(table_head(&x->items, mid->node.hash), 1);
		__builtin_prefetch(mid->box->last, 1);
	}
	*last = i;
	x->n_loading++;
}

int
index_load_item(struct index *x, struct box *b, const struct item *given)
{
	struct item *i;

	if ((i = make_item(x, b, given)) == NULL)
		return TACIT_E_NOMEM;
	__builtin_prefetch(b, 1);
	__builtin_prefetch(&b->n, 1);
	load_on(x, i);
	return 0;
}

void
index_loaded(struct index *x)
{
	struct node *node = NULL;
	size_t n;

	for (n = 0; n < 2 * INDEX_AHEAD; n++)
		load_on(x, NULL);
	while ((node = table_walk(&x->boxes, node)) != NULL)
		if (((struct box *)node)->unsorted)
			sort_queue((struct box *)node);
}

void
index_remove_item(struct index *x, struct item *i)
{
	change_item(x, i, REMOVED);
	count_item(x, i, -1);
}

void
index_remove_box(struct index *x, struct box *b)
{
	struct item *i;

	while ((i = index_above(b, 0)) != NULL)
		index_remove_item(x, i);
	change_box(x, b, REMOVED);
	x->n_boxes--;
}

int
index_removed(const struct item *i)
{
	return (i->state & REMOVED) != 0;
}

static struct item *
visible(struct item *i)
{
	while (i != NULL && index_removed(i))
		i = i->next;
	return i;
}

struct item *
index_above(const struct box *b, uint64_t counter)
{
	struct item *i = visible(b->first);

	while (i != NULL && i->counter <= counter)
		i = visible(i->next);
	return i;
}

struct item *
index_next(const struct item *i)
{
	return visible(i->next);
}

struct item *
index_expired(struct index *x, uint64_t day, size_t *looks)
{
	struct expiry *e = &x->expiry;
	struct node *node;
	struct item *i;

	if (day <= e->none_before)
		return NULL;
	/* What a new chain takes over comes later in any case. */
	if (e->day != day)
		*e = (struct expiry){ .day = day, .least = UINT64_MAX,
		    .none_before = e->none_before };
	for (; e->place < x->items.size && *looks > 0; e->place++, (*looks)--)
		for (node = x->items.head[e->place]; node != NULL;
		    node = node->chain) {
			i = (struct item *)node;
			if (index_removed(i))
				continue;
			if (i->expiry_day < day)
				return i;
			if (i->expiry_day < e->least)
				e->least = i->expiry_day;
		}
	if (e->place == x->items.size)
		e->none_before = e->least;
	return NULL;
}

struct item *
index_held(const struct box *b)
{
	struct item *i, *first = NULL;

	for (i = b->last; i != NULL; i = i->prev) {
		if (index_removed(i))
			continue;
		if (i->row != 0)
			break;
		first = i;
	}
	return first;
}

void
index_keep(struct index *x, struct item *i, int64_t row)
{
	change_item(x, i, KEPT);
	i->row = row;
}

static void
drop_item(struct index *x, struct item *i)
{
	unlink_item(i);
	table_remove(&x->items, &i->node);
	drop_body(i);
	slab_give(&x->memory, i);
}

static void
drop_box(struct index *x, struct box *b)
{
	table_remove(&x->boxes, &b->node);
	free(b->before);
	free(b);
}

void
index_commit(struct index *x)
{
	struct item *i;
	struct box *b;

	while ((i = x->changed_items) != NULL) {
		x->changed_items = i->changed;
		if (index_removed(i)) {
			drop_item(x, i);
			continue;
		}
		if ((i->state & (KEPT | LENT)) != 0)
			drop_body(i);
		i->state = 0;
	}
	while ((b = x->changed_boxes) != NULL) {
		x->changed_boxes = b->changed;
		if ((b->state & REMOVED) != 0) {
			drop_box(x, b);
			continue;
		}
		free(b->before);
		b->before = NULL;
		b->state = 0;
	}
}

/* The counters of envelopes that were added are given out again. */
static void
undo_item(struct index *x, struct item *i)
{
	if (index_removed(i)) {
		count_item(x, i, 1);
		note_expiry(&x->expiry, i->expiry_day);
	}
	if ((i->state & KEPT) != 0)
		i->row = 0;
	i->state &= ADDED | LENT;
	if (i->state == 0)
		return;
	count_item(x, i, -1);
	if (i->box->next > i->counter)
		i->box->next = i->counter;
	drop_item(x, i);
}

static void
undo_box(struct index *x, struct box *b)
{
	if ((b->state & REMOVED) != 0)
		x->n_boxes++;
	if (b->before != NULL)
		b->tokens = *b->before;
	free(b->before);
	b->before = NULL;
	b->state &= ADDED;
	if (b->state == 0)
		return;
	x->n_boxes--;
	drop_box(x, b);
}

void
index_rollback(struct index *x)
{
	struct item *i;
	struct box *b;

	while ((i = x->changed_items) != NULL) {
		x->changed_items = i->changed;
		undo_item(x, i);
	}
	while ((b = x->changed_boxes) != NULL) {
		x->changed_boxes = b->changed;
		undo_box(x, b);
	}
	x->expiry.day = 0;
}
