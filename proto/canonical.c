/* SPDX-License-Identifier: Apache-2.0 */
#include <pb_encode.h>
#include <sodium.h>

#include "tacit/canonical.h"

/* What is left of the bytes that the encoding must equal. */
struct rest {
	const uint8_t *next;
	size_t len;
};

static bool
compare(pb_ostream_t *s, const pb_byte_t *buf, size_t n)
{
	struct rest *r = s->state;

	if (n > r->len || sodium_memcmp(r->next, buf, n) != 0)
		return false;
	r->next += n;
	r->len -= n;
	return true;
}

int
tacit_is_canonical(const pb_msgdesc_t *fields, const void *msg,
    const uint8_t *buf, size_t len)
{
	struct rest rest = { buf, len };
	pb_ostream_t s = {
		.callback = compare, .state = &rest, .max_size = SIZE_MAX
	};

	return pb_encode(&s, fields, msg) && rest.len == 0;
}
