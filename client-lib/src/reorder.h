/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reorder buffer: parts of texts wait in VAULT_INBOX until everything
 * before them was handed to the app.  All inside a change.
 */
#ifndef CLIENT_REORDER_H
#define CLIENT_REORDER_H

#include "content.pb.h"
#include "heard.h"

/*
 * Take a text of stream ${c->stream}, whose marks are ${h}; hand on what is
 * now in order.  What would be too much is not kept, nor marked as had: the
 * sender has it still, and is asked.
 * Errors:  TACIT_E_POISON (too far ahead, or parts that contradict).
 */
int reorder_take(struct tacit_contact *ct, const tacit_Content *c,
    struct heard *h);

/* The chain value after a text that waits whole: its first 8 bytes. */
int reorder_chain(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], uint64_t seq, uint8_t out[8]);

/* These seqs can never come: they are waited for no longer. */
int reorder_gone(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], struct heard *h, uint64_t from,
    uint64_t to);

/* Hand on what waits, saying which seqs are missing. */
int reorder_skip(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], struct heard *h);

#endif
