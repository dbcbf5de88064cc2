/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <pb_decode.h>
#include <pb_encode.h>
#include <sodium.h>

#include "pad.h"
#include "tacit/canonical.h"
#include "tacit/error.h"

enum { PREFIX_LEN = 2 };

int
pad_write(uint8_t *out, size_t out_len, const pb_msgdesc_t *fields,
    const void *msg)
{
	pb_ostream_t s;

	if (out_len < PREFIX_LEN || out_len - PREFIX_LEN > UINT16_MAX)
		return TACIT_E_LIMIT;
	memset(out, 0, out_len);
	s = pb_ostream_from_buffer(out + PREFIX_LEN, out_len - PREFIX_LEN);
	if (!pb_encode(&s, fields, msg)) {
		sodium_memzero(out, out_len);
		return TACIT_E_LIMIT;
	}
	out[0] = (uint8_t)(s.bytes_written >> 8);
	out[1] = (uint8_t)s.bytes_written;
	return 0;
}

int
pad_read(void *msg, const pb_msgdesc_t *fields, const uint8_t *in, size_t len)
{
	pb_istream_t s;
	size_t n;

	if (len < PREFIX_LEN)
		return TACIT_E_POISON;
	n = (size_t)in[0] << 8 | in[1];
	in += PREFIX_LEN;
	len -= PREFIX_LEN;
	if (n > len || !sodium_is_zero(in + n, len - n))
		return TACIT_E_POISON;

	s = pb_istream_from_buffer(in, n);
	if (!pb_decode(&s, fields, msg) ||
	    !tacit_is_canonical(fields, msg, in, n))
		return TACIT_E_POISON;
	return 0;
}
