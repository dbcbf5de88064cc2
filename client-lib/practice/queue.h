/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The practice layer's own events: rows, by ascending ids that are never
 * used again, until the host is done with them.
 */
#ifndef PRACTICE_QUEUE_H
#define PRACTICE_QUEUE_H

#include "batch.h"

/*
 * Have the host be told of ${ev}, about ${ct} (may be NULL), when the batch
 * is committed; ${ev->contact} is filled in.
 */
void queue_tell(struct batch *b, struct tacit_contact *ct,
    tacit_rows_Event *ev);

#endif
