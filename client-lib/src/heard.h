/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was heard from a stream: replay marks of its counters, which seqs are
 * durable here, what was handed on.  Rows of VAULT_MARK.
 */
#ifndef CLIENT_HEARD_H
#define CLIENT_HEARD_H

#include "content.pb.h"
#include "model.h"
#include "marks.h"

enum {
	HEARD_RING = 256,		/* counters whose envelopes are known */
	HEARD_RING_ENTRY = 6 + 8	/* counter, begin of the envelope id */
};

struct heard {
	uint8_t known;			/* heard of before */
	uint8_t dead;			/* used by two copies of one vault */
	uint8_t ring[HEARD_RING * HEARD_RING_ENTRY];
	struct marks replay;		/* of counters */
	struct marks had;		/* of seqs */
	uint64_t shown;			/* last seq handed to the app */
	uint8_t chain[TACIT_HASH_LEN];	/* chain value after it */
	uint64_t waiting_ms;		/* since when a later one waits; 0 */
	uint64_t heard_ms;		/* when it was written last */
};

/* Read; a stream never heard of is all zeros. */
int heard_get(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], struct heard *out);
int heard_put(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], const struct heard *h);

/*
 * Make room for ${h}, just read, if it is of a stream never heard of and
 * there are TACIT_STREAMS_MAX already: who begins more only wants our vault to
 * grow, or was restored that often, and then the oldest are of no use.
 * Returns 1 if there is no room, 0, or an error.
 */
int heard_make_room(struct tacit_contact *ct, const struct heard *h);

/* The next stream of ${ct} after ${key} (len 0: the first); ${key->len} 0. */
int heard_next(struct tacit_contact *ct, struct vault_key *key,
    uint8_t stream[TACIT_STREAM_LEN], struct heard *out);

/* ${counter}, which is not in the marks, came in ${envelope}. */
void heard_add(struct heard *h, uint64_t counter,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN]);

/*
 * ${counter} is in the marks: did it come in the same envelope?  1, 0, or -1:
 * so long ago that it is not known.
 */
int heard_is_same(const struct heard *h, uint64_t counter,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN]);

/* Text of ${stream} comes, which is ${h}: the newest is the current one. */
void heard_current(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], const struct heard *h);

/*
 * Fill ${have}, of which there is room for two, with what is durable here of
 * the other end's streams: of ${first} (NULL: none) and those that wrote last.
 */
int heard_have(struct tacit_contact *ct, const uint8_t *first,
    tacit_Have have[2], pb_size_t *count);

#endif
