/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protobuf has many spellings of one message, and its decoders skip fields
 * that they do not know.  Here there is one: what our own encoder writes.
 */
#ifndef TACIT_CANONICAL_H
#define TACIT_CANONICAL_H

#include <stddef.h>
#include <stdint.h>

#include <pb.h>

/* True if encoding ${msg} gives exactly the ${len} bytes at ${buf}. */
int tacit_is_canonical(const pb_msgdesc_t *fields, const void *msg,
    const uint8_t *buf, size_t len);

#endif
