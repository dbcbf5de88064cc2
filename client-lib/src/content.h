/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content and bundle: structs of content.proto <-> padded bytes.  One
 * encoding only; what is not canonical, too long or out of range is refused.
 */
#ifndef CLIENT_CONTENT_H
#define CLIENT_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "content.pb.h"
#include "keys.h"
#include "text.h"

/*
 * Encode ${c} as u16 length | protobuf | zeros, ${out_len} bytes in all:
 * TACIT_CONTENT_LEN, _HELLO_CONTENT_LEN or _PARCEL_CONTENT_LEN.
 *
 * Limits:  a whole text part always fits beside one `have` with all its
 *          ranges; beside two it may not, then leave out the older one.
 * Errors:  TACIT_E_LIMIT (does not fit), TACIT_E_INVALID (content_read()
 *          would refuse it, or there is no such length).
 *          ${out} is then untouched.
 */
int content_write(uint8_t *out, size_t out_len, const tacit_Content *c);

/*
 * Errors:  TACIT_E_POISON (length, zeros, encoding, no body, a text that is
 *          not UTF-8, data over its length, a type or parts out of range,
 *          seq 0 for a text or not 0 for control, ranges not ascending, a
 *          name or URL that may not be).
 *          ${c} is then wiped.
 */
int content_read(tacit_Content *c, const uint8_t *in, size_t len);

/* True if what ${h} says can be. */
int content_have_fits(const tacit_Have *h);

/*
 * Seal ${b} under the secret of ${l}; the associated data is made from ${l}
 * and its address.
 * Errors:  TACIT_E_INVALID (blob_open() would refuse it).
 */
int blob_close(uint8_t out[TACIT_BLOB_LEN], const struct tacit_link *l,
    const tacit_Bundle *b, const uint8_t nonce[24]);

/*
 * Open and check a blob: tag, padding, encoding, ids not 0, name, URL, pin
 * and key equal to the link's.  Points and signature are ratchet.h's to
 * check, expiry the caller's.
 * Errors:  TACIT_E_CRYPTO, TACIT_E_POISON.  ${b} is then wiped.
 */
int blob_open(tacit_Bundle *b, const struct tacit_link *l,
    const uint8_t in[TACIT_BLOB_LEN]);

#endif
