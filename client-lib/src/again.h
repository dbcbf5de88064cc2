/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the other end says that it has or lacks of what I wrote: rows leave
 * the outbox, go again, or are made anew from the history.  All inside a
 * change.
 */
#ifndef CLIENT_AGAIN_H
#define CLIENT_AGAIN_H

#include "content.pb.h"
#include "model.h"

/*
 * Rows go that the other end has: what is contiguous there, if the chain
 * value says that it is what we wrote.  Ranges only keep it from going again.
 * Returns: 0; 1 if ${have} is of what we never wrote, so that our vault must
 * be an older copy; or an error.
 */
int again_had(struct tacit_contact *ct, const tacit_Have *have);

/* What none of ${n} ${have} covers is sealed and posted again. */
int again_rest(struct tacit_contact *ct, const tacit_Have *have, size_t n);

/*
 * The same for what left the outbox long ago: rows are made from the history,
 * before all that is waiting.
 */
int again_history(struct tacit_contact *ct, const tacit_Have *have, size_t n);

/* The other end asks for these; what can never come it is told. */
int again_need(struct tacit_contact *ct, const tacit_Need *need,
    const tacit_Have *have, size_t n);

#endif
