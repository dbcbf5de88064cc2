/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the relay asks of a database.  Backends: store_sqlite.c, and
 * tests/support/store_mem.c, the oracle that tests/store compares it with.
 * All calls come from the store thread and may block; nothing here knows a
 * connection, a clock or a key.
 *
 * There are two kinds of outcome, and they are never mixed:
 *   op->rc	the verdict on one request: 0, TACIT_E_QUOTA, ...
 *		The transaction goes on.
 *   return	0, or the database failed (TACIT_E_IO, TACIT_E_DISK_FULL,
 *		TACIT_E_NOMEM); the whole batch is undone.
 * A commit that reports failure may still have happened, so every kind of op
 * is safe to run twice; PROTOCOL.md, section 6, "same bytes again".
 */
#ifndef RELAY_STORE_H
#define RELAY_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "tacit/error.h"
#include "tacit/hash.h"
#include "tacit/limits.h"

/* X(name, member of union): one row per kind of operation. */
#define OP_LIST(X)							\
	X(CREATE, create)						\
	X(SUBSCRIBE, subscribe)						\
	X(POST, post)							\
	X(KEEP, keep)							\
	X(ACK, ack)							\
	X(FETCH, fetch)							\
	X(CLOSE, close)							\
	X(SET_TOKEN, set_token)						\
	X(ANCHOR, anchor)						\
	X(RECALL, recall)						\
	X(SPLIT, split)							\
	X(ADMIT, admit)							\
	X(PUT_INVITATION, put)						\
	X(GET_INVITATION, get)						\
	X(REVOKE_INVITATION, revoke)					\
	X(SWEEP, sweep)							\
	X(COUNT, count)

#define OP_ENUM(name, member) OP_##name,
enum op_kind { OP_LIST(OP_ENUM) OP_KINDS };
#undef OP_ENUM

enum { LETTER = 1, PARCEL = 2 };	/* kinds of envelope, as on the wire */

/* Outcomes of a RECALL, as on the wire. */
enum { UNDELIVERED = 1, UNACKNOWLEDGED = 2, TAKEN = 3 };

/* What can change at run time; days and hours are the relay's own. */
struct store_limits {
	uint32_t letters, parcels;	/* per mailbox */
	uint32_t nearly_letters, nearly_parcels;
};

struct op_create {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t token_hash[TACIT_HASH_LEN];
	uint8_t code_hash[TACIT_HASH_LEN];
};
struct op_subscribe {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint64_t next;			/* out: counter of the next POST */
};
struct op_post {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t token_hash[TACIT_HASH_LEN];
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	uint8_t kind;			/* LETTER or PARCEL */
	uint8_t first;			/* its sender says: never before */
	uint8_t watched;		/* its mailbox is being read */
	uint8_t hold;			/* it may be held */
	uint32_t expiry_day;		/* chosen by the caller */
	const uint8_t *body;		/* borrowed from the op's frame */
	uint64_t counter;		/* out: its place; also if known */
	uint8_t known;			/* out: was already stored */
	uint8_t nearly_full;		/* out */
	uint8_t held;			/* out: not on the disk, see KEEP */
};

/*
 * An envelope that is held is in its place in the queue like any other, but
 * in memory alone: it is gone when the process is.  Nothing of a mailbox is
 * written before what is held there and came earlier, so a POST that may not
 * be held, or is of an envelope that is, writes that first.  KEEP writes what
 * is held up to a counter; of what is not there any more it says 0.
 */
struct op_keep {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint64_t counter;
};
struct op_ack {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t envelope[TACIT_ACK_MAX][TACIT_ENVELOPE_ID_LEN];
	uint32_t n;
};

/* One envelope that a FETCH gave out. */
struct stored {
	struct stored *next;
	uint64_t counter;
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	uint8_t kind;
	uint8_t body[];			/* as long as ${kind} says */
};
struct op_fetch {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint64_t after;			/* counters above this one */
	uint32_t max;			/* at most so many, */
	uint32_t most;			/* with so many bytes, but one in any
					   case; 0: as they come */
	struct stored *first;		/* out: owned by the op */
	uint8_t more;			/* out: there are further ones */
};
struct op_close {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t pass_hash[TACIT_HASH_LEN];	/* credited; zeros: nobody */
};
struct op_set_token {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t token_hash[TACIT_HASH_LEN];
	uint8_t keep;
};
struct op_anchor {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t expected[TACIT_HASH_LEN]; /* hash of what is there, or zeros */
	uint8_t next[TACIT_ANCHOR_LEN];
	uint8_t value[TACIT_ANCHOR_LEN]; /* out: with TACIT_E_CONFLICT */
};

/*
 * Destroy an envelope and say what was known of it: outcome, body_hash,
 * number and previous are out, signed by ${sign}, called from the store
 * thread.  Its name is not taken again while the statement is kept; asked
 * again, the same statement is given.
 */
struct op_recall {
	struct tacit_recall is;		/* in: address, envelope */
	uint8_t token_hash[TACIT_HASH_LEN];
	uint32_t expiry_day;		/* of the statement */
	void (*sign)(uint8_t signature[TACIT_SIGNATURE_LEN],
	    const uint8_t hash[TACIT_HASH_LEN], const void *key);
	const void *key;
	uint8_t signature[TACIT_SIGNATURE_LEN];	/* out */
};
struct op_split {
	uint8_t code_hash[TACIT_HASH_LEN];
	uint8_t pass_hash[TACIT_HASH_LEN];
	uint32_t units;
};
struct op_admit {
	uint8_t code_hash[TACIT_HASH_LEN];
	uint32_t units;
	uint32_t expiry_day;
};
struct op_put {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t key[TACIT_KEY_LEN];
	uint8_t code_hash[TACIT_HASH_LEN];
	uint8_t pass_hash[TACIT_HASH_LEN];
	uint8_t request_hash[TACIT_HASH_LEN];	/* of all arguments */
	uint64_t expiry_hour;
	const uint8_t *blob;		/* TACIT_BLOB_LEN, borrowed */
};
struct op_get {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t reader[TACIT_KEY_LEN];
	uint8_t *blob;			/* out: TACIT_BLOB_LEN, owned by the
					   op; NULL if it was refused */
};
struct op_revoke {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t key[TACIT_KEY_LEN];
};

/*
 * Advance the relay's clock and remove what has expired: envelopes with
 * expiry_day < ${hour} / 24, admissions likewise, invitations whose
 * expiry_hour <= ${hour}.  At most ${max} rows; ${more} says to come again.
 */
struct op_sweep {
	uint64_t hour;			/* relay hours; never goes back */
	uint32_t wall_day;		/* days since 1970, kept for a start */
	uint32_t max;
	uint8_t more;			/* out */
	uint32_t removed;		/* out */
};
struct op_count {			/* out */
	uint64_t mailboxes, envelopes, invitations, admissions, statements;
};

/* One request, in its batch. */
struct op {
	enum op_kind kind;
	int rc;				/* out: the verdict */
	uint8_t late;			/* out: done when tidy() is */
	struct op *next;
	union {
		struct op_create create;
		struct op_subscribe subscribe;
		struct op_post post;
		struct op_keep keep;
		struct op_ack ack;
		struct op_fetch fetch;
		struct op_close close;
		struct op_set_token set_token;
		struct op_anchor anchor;
		struct op_recall recall;
		struct op_split split;
		struct op_admit admit;
		struct op_put put;
		struct op_get get;
		struct op_revoke revoke;
		struct op_sweep sweep;
		struct op_count count;
	} u;
};

struct store {
	const struct store_ops *ops;	/* first member of every backend */
};

/*
 * Removing many letters at once costs a fraction of removing each by itself,
 * since those of one page go together.  So an ACK takes an envelope out of
 * its queue, and tidy(), in a later batch or in this one, its row.  Until that
 * was committed a crash brings the envelope back, and so the ACK is not
 * answered before: op->late says so.  Whatever else removes or names a
 * mailbox tidies by itself.
 */
struct store_ops {
	int (*begin)(struct store *);
	int (*run[OP_KINDS])(struct store *, struct op *);
	int (*tidy)(struct store *);	/* remove what ACKs left until then */
	int (*commit)(struct store *);		/* 0: it is on the disk */
	void (*rollback)(struct store *);	/* also after a failed begin */
	int (*scrub)(struct store *);	/* removed bytes leave all files, and
					   so does the order of arrival; call
					   it every two seconds or so: nothing
					   to do costs nothing */
	int (*reserve)(struct store *, uint64_t bytes, uint8_t *more);
					/* between batches: a slice of the
					   room for so many bytes of bodies,
					   on the disk; ${more}: not all yet.
					   A full disk has it given back */
	void (*close)(struct store *);
};

/* The relay's clock as it was last stored. */
struct store_clock {
	uint64_t hour;
	uint32_t wall_day;		/* 0: never started before */
};

/*
 * Run the list ${batch} in one transaction; outcomes as above.  After a
 * failure every op->rc is TACIT_E_UNAVAILABLE and nothing has changed.
 */
int store_apply(struct store *s, struct op *batch);

/*
 * Open or make the database in directory ${dir}.  The caller holds the lock
 * on ${dir} and has called sodium_init().  When this returns 0, what an
 * earlier run removed is gone from all files.
 *
 * Output:  ${*out}, to be closed with ->ops->close(); ${clock}.
 * Errors:  TACIT_E_CORRUPT (not our database, damaged, or of another
 *          version), TACIT_E_UNAVAILABLE (another program has it locked),
 *          TACIT_E_IO, TACIT_E_DISK_FULL, TACIT_E_NOMEM.
 */
int store_sqlite_open(struct store **out, struct store_clock *clock,
    const char *dir, const struct store_limits *limits);

/* Free what ops own after they ran: FETCH's envelopes, GET's blob. */
void op_release(struct op *op);

/* Is this what ANCHOR expects?  Zeros stand for nothing and for its hash. */
int store_anchor_is(const uint8_t value[TACIT_ANCHOR_LEN],
    const uint8_t expected[TACIT_HASH_LEN]);

/* Bytes of an envelope of this kind, LETTER or PARCEL. */
size_t store_body_len(uint8_t kind);

#endif
