/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from one thing, collected for one tacit_commit(): all of it is
 * durable, or none of it happened.
 *
 *	batch_begin(&b, p);
 *	batch_done(&b, event); batch_put(&b, ...); queue_tell(&b, ...);
 *	rc = batch_commit(&b);
 *
 * The first error sticks: everything after it does nothing, and
 * batch_commit() says it.  A batch holds copies of what it is given, and
 * wipes them.
 */
#ifndef PRACTICE_BATCH_H
#define PRACTICE_BATCH_H

#include <stdbool.h>

#include "part.h"
#include "practice.pb.h"
#include "rows.h"

enum {
	BATCH_OPS_MAX = 64,		/* beside the row of the state */
	BATCH_BYTES_MAX = 1 << 20	/* all of its values and messages */
};

struct batch_block;

struct batch {
	struct tacit_practice *p;
	int rc;				/* the first error, or 0 */
	tacit_rows_State state;		/* as it will be; of ${p} until then */
	bool state_changed;
	size_t n, bytes;
	struct batch_block *blocks;	/* what the operations point to */
	struct tacit_op ops[BATCH_OPS_MAX + 1];
};

void batch_begin(struct batch *b, struct tacit_practice *p);

/* Write a row: a message, or ${len} bytes. */
void batch_put(struct batch *b, const struct row_key *k,
    const pb_msgdesc_t *fields, const void *message);
void batch_put_bytes(struct batch *b, const struct row_key *k,
    const void *data, size_t len);

/* Remove a row; none is fine. */
void batch_delete(struct batch *b, const struct row_key *k);

/*
 * Send ${m} to ${ct}, whose vault is the batch's.  ${message} (may be NULL)
 * is filled in with its id after batch_commit() succeeded.
 */
void batch_send(struct batch *b, struct tacit_contact *ct,
    const tacit_practice_Practice *m, char message[TACIT_MESSAGE_ID_SIZE]);

/*
 * A text for the person there, forgotten after ${keep_hours} (0: kept);
 * ${message} and ${seq} as in tacit_send().
 */
void batch_text(struct batch *b, struct tacit_contact *ct, const char *text,
    size_t len, uint32_t keep_hours, char message[TACIT_MESSAGE_ID_SIZE],
    uint64_t *seq);

/* An event of the vault is done with this. */
void batch_done(struct batch *b, uint64_t event);

/* The safety number of ${ct} was compared, and is equal. */
void batch_verify(struct batch *b, struct tacit_contact *ct);

/* Give up for the reason ${error}; 0 changes nothing. */
void batch_fail(struct batch *b, int error);

/*
 * Do all of it, and let go of the batch.  An empty one does nothing.
 * Returns: 0, or the first error of any of the above, or what tacit_commit()
 * says; nothing has changed then.
 */
int batch_commit(struct batch *b);

/* Let go without doing it. */
void batch_drop(struct batch *b);

#endif
