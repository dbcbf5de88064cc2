/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one table of a process, and the only thing here that outlives a vault:
 * a handle is told from one that was closed by what is remembered of its slot,
 * so slots are used again and never given back.  40 bytes each, as many as
 * there were handles at a time.
 *
 * There is no lock: a thread that is stopped in here stops no other, and a
 * child of fork() never waits for one that is not there.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "handle.h"
#include "tacit/error.h"

enum {
	CHUNKS = 16,
	FIRST = 64,			/* slots of the first chunk; then twice */
	/*
	 * A handle: generation, index, and in the low four bits its kind and
	 * what few pointers to memory have.  Two libraries have two tables:
	 * the kind tells them apart.
	 */
	MARK = 8,
	INDEX_SHIFT = 4,
	INDEX_BITS = 22,
	GENERATION_SHIFT = INDEX_SHIFT + INDEX_BITS,
	GENERATION_MAX = (1 << 21) - 1,	/* 47 bits in all, as user space has */
	/* A state: generation << 32 | pins << 16 | these. */
	TAKEN = 1,			/* is being filled, or lives */
	LIVES = 2,
	BUSY = 4,			/* a call is under way */
	ENDS = 8,			/* takes no more pins */
	PIN = 1 << 16,
	PINS_MAX = 1 << 15
};

_Static_assert(sizeof(uintptr_t) >= 8, "handles need 64 bits");

struct slot {
	_Atomic uint64_t state;
	_Atomic uintptr_t object;
	_Atomic uintptr_t root;		/* handle; its own */
	_Atomic uint64_t thread;	/* of the call under way; or 0 */
	_Atomic uint32_t forks;		/* before it was made */
};

static struct {
	_Atomic(struct slot *) chunk[CHUNKS];
	_Atomic uint32_t chunks;	/* that are there */
	_Atomic uint32_t next;		/* where to look for a free one */
	_Atomic uint32_t forks;		/* that this process came out of */
	pthread_once_t once;
	int watched;			/* 0: we are told of forks */
} table = { .once = PTHREAD_ONCE_INIT };

static void
forked(void)
{
	atomic_fetch_add(&table.forks, 1);
}

static void
watch_forks(void)
{
	table.watched = pthread_atfork(NULL, NULL, forked);
}

/* Slots in the first ${chunks} chunks. */
static uint32_t
slots_in(uint32_t chunks)
{
	return FIRST * ((UINT32_C(1) << chunks) - 1);
}

static struct slot *
slot_at(uint32_t index)
{
	uint32_t k = 0;
	struct slot *chunk;

	while (k < CHUNKS && index >= slots_in(k + 1))
		k++;
	if (k == CHUNKS || (chunk = atomic_load(&table.chunk[k])) == NULL)
		return NULL;
	return chunk + (index - slots_in(k));
}

static uint64_t
generation_of(const void *h)
{
	return (uint64_t)(uintptr_t)h >> GENERATION_SHIFT;
}

/* The slot that ${h} names, whether or not it is still its own; or NULL. */
static struct slot *
slot_of(const void *h)
{
	uint64_t v = (uint64_t)(uintptr_t)h;

	if ((v & MARK) == 0 || generation_of(h) > GENERATION_MAX)
		return NULL;
	return slot_at((uint32_t)(v >> INDEX_SHIFT) &
	    ((1 << INDEX_BITS) - 1));
}

static int
is_live(uint64_t state, const void *h)
{
	return (state & LIVES) != 0 && state >> 32 == generation_of(h);
}

/* Who is calling: never 0. */
static uint64_t
this_thread(void)
{
	return (uint64_t)(uintptr_t)pthread_self();
}

/* Take slot ${index}, if it is free and can be told from what it was. */
static struct slot *
take(uint32_t index, uint64_t *generation)
{
	struct slot *s = slot_at(index);
	uint64_t state;

	if (s == NULL)
		return NULL;
	state = atomic_load(&s->state);
	*generation = (state >> 32) + 1;
	if ((state & TAKEN) != 0 || *generation > GENERATION_MAX ||
	    !atomic_compare_exchange_strong(&s->state, &state,
	    *generation << 32 | TAKEN))
		return NULL;
	return s;
}

/* Another chunk; somebody else may have made it meanwhile. */
static int
grow(uint32_t chunks)
{
	struct slot *made, *none = NULL;
	uint32_t was = chunks;

	if (chunks == CHUNKS)
		return 0;
	made = calloc(slots_in(chunks + 1) - slots_in(chunks), sizeof(*made));
	if (made == NULL)
		return 0;
	if (!atomic_compare_exchange_strong(&table.chunk[chunks], &none, made))
		free(made);
	(void)atomic_compare_exchange_strong(&table.chunks, &was, chunks + 1);
	return 1;
}

static struct slot *
find_free(uint32_t *index, uint64_t *generation)
{
	struct slot *s;
	uint32_t chunks, n, i;

	do {
		chunks = atomic_load(&table.chunks);
		n = slots_in(chunks);
		for (i = 0; i < n; i++) {
			*index = atomic_fetch_add(&table.next, 1) % n;
			if ((s = take(*index, generation)) != NULL)
				return s;
		}
	} while (grow(chunks));
	return NULL;
}

void *
handle_new(enum handle_kind kind, void *object, void *root)
{
	uint64_t generation = 0;
	uint32_t index = 0;
	struct slot *s;
	void *h;

	(void)pthread_once(&table.once, watch_forks);
	if (table.watched != 0 ||
	    (s = find_free(&index, &generation)) == NULL)
		return NULL;
	h = (void *)(uintptr_t)(generation << GENERATION_SHIFT |
	    (uint64_t)index << INDEX_SHIFT | MARK | (uint64_t)kind);
	atomic_store(&s->object, (uintptr_t)object);
	atomic_store(&s->root, (uintptr_t)(root != NULL ? root : h));
	atomic_store(&s->thread, 0);
	atomic_store(&s->forks, atomic_load(&table.forks));
	atomic_store(&s->state, generation << 32 | TAKEN | LIVES);
	return h;
}

/* The slot of a handle that is live and of this process. */
static int
find(struct slot **out, const void *h, enum handle_kind kind)
{
	struct slot *s;

	if (h == NULL)
		return TACIT_E_INVALID;
	if (((uintptr_t)h & 15) != (MARK | (uintptr_t)kind) ||
	    (s = slot_of(h)) == NULL || !is_live(atomic_load(&s->state), h))
		return TACIT_E_HANDLE;
	if (atomic_load(&s->forks) != atomic_load(&table.forks))
		return TACIT_E_FORKED;
	*out = s;
	return 0;
}

/* Begin a call on the root of ${s}. */
static int
begin(struct slot *root, const void *h)
{
	uint64_t state = atomic_load(&root->state);

	do {
		if (!is_live(state, h))
			return TACIT_E_HANDLE;
		if ((state & BUSY) != 0)
			return atomic_load(&root->thread) == this_thread() ?
			    TACIT_E_REENTERED : TACIT_E_THREADS;
	} while (!atomic_compare_exchange_weak(&root->state, &state,
	    state | BUSY));
	/* Only who wrote it takes it for its own: no order is needed. */
	atomic_store_explicit(&root->thread, this_thread(),
	    memory_order_relaxed);
	return 0;
}

int
handle_enter(const void *h, enum handle_kind kind, void **object)
{
	struct slot *s, *root;
	const void *r;
	int rc;

	if ((rc = find(&s, h, kind)) != 0)
		return rc;
	r = (const void *)atomic_load(&s->root);
	if ((root = slot_of(r)) == NULL)
		return TACIT_E_HANDLE;
	if ((rc = begin(root, r)) != 0)
		return rc;
	/* From here on it cannot end; until here it could. */
	if (!is_live(atomic_load(&s->state), h))
		return handle_leave(r, TACIT_E_HANDLE);
	*object = (void *)atomic_load(&s->object);
	return 0;
}

static struct slot *
root_of(const void *h)
{
	return slot_of((const void *)atomic_load(&slot_of(h)->root));
}

int
handle_leave(const void *h, int rc)
{
	struct slot *root = root_of(h);

	atomic_store_explicit(&root->thread, 0, memory_order_relaxed);
	(void)atomic_fetch_and(&root->state, ~(uint64_t)BUSY);
	return rc;
}

void
handle_set(const void *h, void *object)
{
	atomic_store(&slot_of(h)->object, (uintptr_t)object);
}

int
handle_within(const void *root, const void *h, enum handle_kind kind,
    void **object)
{
	struct slot *s;
	int rc;

	if ((rc = find(&s, h, kind)) != 0)
		return rc;
	if (atomic_load(&s->root) != (uintptr_t)root)
		return TACIT_E_INVALID;
	*object = (void *)atomic_load(&s->object);
	return 0;
}

void
handle_ending(const void *h)
{
	struct slot *s = slot_of(h);
	uint64_t state = atomic_fetch_or(&s->state, ENDS);

	while (((state >> 16) & 0xffff) != 0) {
		(void)sched_yield();
		state = atomic_load(&s->state);
	}
}

void
handle_drop(const void *h)
{
	struct slot *s = slot_of(h);

	atomic_store(&s->object, 0);
	atomic_store(&s->thread, 0);
	atomic_store(&s->state, generation_of(h) << 32);
}

void
handle_end(const void *h)
{
	const void *root = (const void *)atomic_load(&slot_of(h)->root);

	handle_drop(h);
	if (root != h)
		(void)handle_leave(root, 0);
}

void *
handle_pin(const void *h, enum handle_kind kind)
{
	struct slot *s;
	uint64_t state;

	if (find(&s, h, kind) != 0)
		return NULL;
	state = atomic_load(&s->state);
	do {
		if (!is_live(state, h) || (state & ENDS) != 0 ||
		    ((state >> 16) & 0xffff) == PINS_MAX)
			return NULL;
	} while (!atomic_compare_exchange_weak(&s->state, &state,
	    state + PIN));
	return (void *)atomic_load(&s->object);
}

void
handle_unpin(const void *h)
{
	(void)atomic_fetch_sub(&slot_of(h)->state, PIN);
}
