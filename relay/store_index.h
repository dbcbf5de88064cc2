/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store keeps in memory of what is on the disk: the mailboxes by
 * address, and of each its queue of envelopes, without bodies.  It gives the
 * order that the rows must not show, and saves the database every search.
 *
 * Changes are seen at once by the operations of the same transaction, and
 * are either made final or taken back with it.  Until then what was removed
 * stays in memory, hidden.  Hashes are keyed, so that nobody can choose names
 * that collide.
 */
#ifndef RELAY_STORE_INDEX_H
#define RELAY_STORE_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

#include "store_slab.h"
#include "store_table.h"
#include "tacit/hash.h"
#include "tacit/limits.h"

struct item {				/* one envelope */
	struct node node;
	struct item *prev, *next;	/* by counter */
	struct item *changed;
	struct box *box;
	int64_t row;			/* 0: held, not on the disk */
	uint8_t *body;			/* while there is no row to read */
	uint64_t counter;
	uint32_t expiry_day;
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	uint8_t kind;
	uint8_t state;			/* what this batch did to it */
	uint8_t fresh;			/* its whole life is known here */
	uint8_t given;			/* may have been written to a socket */
};

struct tokens {				/* hashes; zeros: none */
	uint8_t now[TACIT_HASH_LEN], old[TACIT_HASH_LEN];
};

struct box {				/* one mailbox */
	struct node node;
	struct item *first, *last;
	struct box *changed;
	int64_t row;
	uint64_t next;			/* counter of the next envelope */
	uint32_t n[3];			/* envelopes of each kind */
	uint8_t address[TACIT_ADDRESS_LEN];
	struct tokens *before;		/* what this batch replaced; or NULL */
	struct tokens tokens;
	uint8_t state;
	uint8_t unsorted;		/* while it is loaded */
};

struct expiry {				/* what was looked at for a day */
	uint64_t day;			/* 0: nothing */
	size_t place;			/* in the table of items */
	uint64_t least;			/* day of what was seen, or came */
	uint64_t none_before;		/* nothing expires before this day */
};

/*
 * Of a large index nothing is in the cache: it is asked for ahead, the mailbox
 * first and, that being there, what it and the table say of an envelope.
 */
enum { INDEX_AHEAD = 16 };

struct index {
	struct table boxes, items;
	struct slab memory;		/* of items */
	struct item *loading[2 * INDEX_AHEAD];
	size_t n_loading;		/* ever */
	struct expiry expiry;
	struct box *changed_boxes;
	struct item *changed_items;
	size_t n_boxes, n_items;
	uint8_t key[crypto_shorthash_KEYBYTES];
};

int index_init(struct index *x);
void index_free(struct index *x);


/* NULL if there is none. */
struct box *index_box(const struct index *x,
    const uint8_t address[TACIT_ADDRESS_LEN]);
struct item *index_item(const struct index *x, const struct box *b,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN]);

/*
 * Add a mailbox, or an envelope to one, by copy: what is given needs row and
 * address; row or body, counter, expiry_day, envelope and kind.  A body
 * without a row is the index's from then on; with one it is lent until the
 * batch ends.
 * Output:  ${*out}, unless ${out} is NULL.
 * Errors:  TACIT_E_NOMEM.
 */
int index_add_box(struct index *x, int64_t row,
    const uint8_t address[TACIT_ADDRESS_LEN], const struct tokens *t);
int index_add_item(struct index *x, struct box *b, const struct item *given,
    struct item **out);

/*
 * At a start: there will be about so many envelopes; this is one of them, in
 * no order, final at once, and found from index_loaded() on.
 */
void index_expect(struct index *x, size_t n);
int index_load_item(struct index *x, struct box *b, const struct item *given);
void index_loaded(struct index *x);

/* Errors: TACIT_E_NOMEM. */
int index_set_tokens(struct index *x, struct box *b, const struct tokens *t);

/* Remove an envelope; a mailbox, with its envelopes. */
void index_remove_item(struct index *x, struct item *i);
void index_remove_box(struct index *x, struct box *b);

/* Was it removed by this batch? */
int index_removed(const struct item *i);

/* The first that is held, and so are all after it; NULL: none is. */
struct item *index_held(const struct box *b);
/* One that is held is to be written to ${row}. */
void index_keep(struct index *x, struct item *i, int64_t row);

/* The first envelope above ${counter}, the one after ${i}; or NULL. */
struct item *index_above(const struct box *b, uint64_t counter);
struct item *index_next(const struct item *i);

/*
 * An envelope that expired before ${day} and was not removed.  Goes on where
 * the last call of that day was; ${*looks} places are looked at and counted
 * down.  NULL: with ${*looks} 0, not all were looked at yet.
 */
struct item *index_expired(struct index *x, uint64_t day, size_t *looks);

void index_commit(struct index *x);
void index_rollback(struct index *x);

#endif
