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

struct heard {
	struct marks replay;		/* of counters */
	struct marks had;		/* of seqs */
	uint64_t shown;			/* last seq handed to the app */
	uint8_t chain[TACIT_HASH_LEN];	/* chain value after it */
	uint64_t waiting_ms;		/* since when a later one waits; 0 */
};

/* Read; a stream never heard of is all zeros. */
int heard_get(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], struct heard *out);
int heard_put(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], const struct heard *h);

/*
 * 1 if ${h}, just read, is of a stream never heard of and there are
 * TACIT_STREAMS_MAX already; 0; or an error.  A device begins a stream when its vault was
 * restored, which is rare; who begins more only wants our vault to grow.
 */
int heard_is_one_too_many(struct tacit_contact *ct, const struct heard *h);

/* Fill ${c->have} with what is durable here of the other end's stream. */
int heard_have(struct tacit_contact *ct, tacit_Content *c);

#endif
