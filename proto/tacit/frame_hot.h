/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four headers that each letter takes, POST, OK, DELIVER and ACK, read
 * and written without a walk over the descriptions of all kinds.  For
 * frame.c alone: what is not known here is judged there, so nothing is
 * refused by this file.  tests/unit/proto/test_frame_hot.c compares the two.
 */
#ifndef TACIT_FRAME_HOT_H
#define TACIT_FRAME_HOT_H

#include <stddef.h>
#include <stdint.h>

#include "frame.pb.h"

enum { TACIT_FRAME_HOT_MAX = 352 };	/* bytes of the longest of them */

/*
 * Read the ${len} bytes at ${buf} to ${head}, which must be all zero.
 * Returns true if they are the canonical encoding of one of the four, with
 * counts and kinds that there are.  If not, ${head} holds anything.
 */
int tacit_frame_hot_read(tacit_Frame *head, const uint8_t *buf, size_t len);

/*
 * Write ${head} to the TACIT_FRAME_HOT_MAX bytes at ${buf}.
 * Returns the bytes written; 0: it is another, or has no such encoding.
 */
size_t tacit_frame_hot_write(uint8_t *buf, const tacit_Frame *head);

#endif
