/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <pb_decode.h>
#include <pb_encode.h>
#include <sodium.h>

#include "pad.h"
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

/* Where a second encoding is compared with the first, byte for byte. */
struct compare {
	const uint8_t *next;
	size_t left;
};

static bool
compare_bytes(pb_ostream_t *s, const pb_byte_t *buf, size_t n)
{
	struct compare *c = s->state;

	if (n > c->left || sodium_memcmp(c->next, buf, n) != 0)
		return false;
	c->next += n;
	c->left -= n;
	return true;
}

int
pad_read(void *msg, const pb_msgdesc_t *fields, const uint8_t *in, size_t len)
{
	struct compare again;
	pb_istream_t is;
	pb_ostream_t os = { compare_bytes, &again, SIZE_MAX, 0, NULL };
	size_t n;

	if (len < PREFIX_LEN)
		return TACIT_E_POISON;
	n = (size_t)in[0] << 8 | in[1];
	in += PREFIX_LEN;
	len -= PREFIX_LEN;
	if (n > len || !sodium_is_zero(in + n, len - n))
		return TACIT_E_POISON;

	is = pb_istream_from_buffer(in, n);
	again = (struct compare){ in, n };
	if (!pb_decode(&is, fields, msg) || !pb_encode(&os, fields, msg) ||
	    again.left != 0)
		return TACIT_E_POISON;
	return 0;
}
