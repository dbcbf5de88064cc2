/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames: bytes <-> structs.  A frame is a 2-byte big-endian header length, a
 * protobuf header (frame.proto) in its one canonical encoding, and a body
 * whose length follows from the header.  Nothing here allocates, and nothing
 * keeps a pointer.
 */
#ifndef TACIT_FRAME_H
#define TACIT_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "frame.pb.h"
#include "tacit/error.h"
#include "tacit/limits.h"

/* One parsed frame.  ${body} is borrowed from the message it was read from. */
struct tacit_frame {
	tacit_Frame head;
	const uint8_t *body;
	size_t body_len;
};

/*
 * Read the first frame of the ${len} bytes at ${buf}.
 *
 * Output:  ${f}, and ${used}: how many bytes it took.
 * Owner:   ${f->body} points into ${buf}.
 * Errors:  TACIT_E_FRAME (cut short, not protobuf, not canonical, no or an
 *          unknown kind of frame), TACIT_E_LIMIT (a count is 0 or too large),
 *          TACIT_E_SIZE (no such kind of body).  ${f->head.id} then tells
 *          which request it was, or is 0.
 */
int tacit_frame_parse(struct tacit_frame *f, size_t *used, const uint8_t *buf,
    size_t len);

/*
 * Write header ${head} and the body at ${body}, whose length must be
 * tacit_frame_body_len(${head}), to the ${cap} bytes at ${buf}.
 *
 * Returns the bytes written, or 0 if they do not fit or tacit_frame_parse()
 * would refuse them, which no input from outside can cause.
 */
size_t tacit_frame_write(uint8_t *buf, size_t cap, const tacit_Frame *head,
    const uint8_t *body);

/* How long a body follows ${head}: bytes, or SIZE_MAX for a kind there is not. */
size_t tacit_frame_body_len(const tacit_Frame *head);

/* Bytes of an envelope of this kind: 2,048 or 65,536; 0 for another kind. */
size_t tacit_kind_len(tacit_Kind kind);

/* True for frames that a client sends; the others are the relay's. */
int tacit_frame_is_request(const tacit_Frame *head);

#endif
