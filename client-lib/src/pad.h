/* SPDX-License-Identifier: Apache-2.0 */
/* Padded protobuf: u16 length | message in its one encoding | zeros. */
#ifndef CLIENT_PAD_H
#define CLIENT_PAD_H

#include <stddef.h>
#include <stdint.h>

#include <pb.h>

/*
 * Encode ${msg} to exactly ${out_len} bytes.
 * Errors:  TACIT_E_LIMIT (does not fit); ${out} is then wiped.
 */
int pad_write(uint8_t *out, size_t out_len, const pb_msgdesc_t *fields,
    const void *msg);

/*
 * Decode ${in}; the encoding must be what pad_write() gives.
 * Errors:  TACIT_E_POISON; ${msg} may then hold a part and is the caller's
 *          to wipe.
 */
int pad_read(void *msg, const pb_msgdesc_t *fields, const uint8_t *in,
    size_t len);

#endif
