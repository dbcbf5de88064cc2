/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The places of envelopes.  A place is a number from 1, and says where an
 * envelope's body stands in the file of bodies, in units of a letter.  A
 * parcel takes as many units as letters are as long.
 *
 * Places are made a block at a time, all of one kind, and are there for good;
 * which of a block comes next is drawn, so that no place tells an order of
 * arrival.  A block has a number, too: as if all before were of letters.  It
 * is drawn from again when a quarter of it is free: so what is stored
 * together lies together, and of all places at most a quarter is out of use.
 *
 * Takes and gifts belong to a transaction, and can be taken back with it.
 */
#ifndef RELAY_STORE_PLACES_H
#define RELAY_STORE_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "store_slots.h"

enum {
	PLACES_LETTERS = 256,		/* in a block */
	PLACES_PARCELS = 32,
	PLACES_KINDS = 3		/* LETTER and PARCEL, see store.h */
};

struct block {
	uint64_t free[PLACES_LETTERS / 64];	/* a bit for each place */
	uint32_t n_free;
	uint32_t next;			/* in the queue: index + 1, or 0 */
	uint8_t kind;
	uint8_t back;			/* it begins so many before this one */
	uint8_t queued;
};

struct queue_of_blocks {		/* index + 1, or 0 */
	uint32_t first, last;
};

struct places {
	struct block *block;		/* one for each PLACES_LETTERS units;
					   the number is its index + 1 */
	size_t n, cap;
	size_t n_before;
	struct queue_of_blocks queue[PLACES_KINDS];
	struct slots drawn[PLACES_KINDS];	/* of the block in use */
	struct slots given;		/* back, by this transaction */
};

void places_init(struct places *p);
void places_release(struct places *p);

/* Where a place is: the number of its block, and which of that it is. */
struct spot {
	int64_t block;
	uint32_t which;
	uint8_t kind;
};
struct spot places_spot(const struct places *p, int64_t place);

/*
 * At a start, for each block in the order of their numbers: it is there, and
 * begins at ${*first}.  Then places_is_free() for its free places, and at the
 * end places_commit().
 * Errors:  TACIT_E_CORRUPT (it does not follow the one before), TACIT_E_NOMEM.
 */
int places_found(struct places *p, int64_t block, uint8_t kind,
    int64_t *first);
void places_is_free(struct places *p, int64_t place);

/* How many a block of this kind has, and how many units they take each. */
uint32_t places_in(uint8_t kind);
int64_t places_units(uint8_t kind);

/* A free place, perhaps of a new block.  Errors:  TACIT_E_NOMEM. */
int places_take(struct places *p, uint8_t kind, int64_t *place);

/* It is free as soon as this transaction is committed.  Errors: the same. */
int places_give(struct places *p, int64_t place);

/* The first place of the first block that this transaction made, of the one
   after one, and after all that were made. */
int64_t places_first_new(const struct places *p);
int64_t places_next_block(const struct places *p, int64_t first);
int64_t places_end(const struct places *p);

void places_commit(struct places *p);
void places_rollback(struct places *p);

#endif
