/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames.  Input: one WebSocket message.  What is read as a frame must be
 * written to the same bytes, and lie within the message; and what the short
 * way reads, nanopb reads alike.
 */
#include <pb_decode.h>

#include "fuzz.h"
#include "tacit/canonical.h"
#include "tacit/frame.h"
#include "tacit/frame_hot.h"

/* The header at ${p}, read both ways. */
static void
both_ways(const uint8_t *p, size_t len)
{
	size_t head_len = len < 2 ? 0 : (size_t)p[0] << 8 | p[1];
	tacit_Frame a, b;
	pb_istream_t in;

	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	if (len < 2 || head_len > len - 2 ||
	    !tacit_frame_hot_read(&a, p + 2, head_len))
		return;
	in = pb_istream_from_buffer(p + 2, head_len);
	FUZZ_CHECK(pb_decode_ex(&in, tacit_Frame_fields, &b,
	    PB_DECODE_NOINIT));
	FUZZ_CHECK(tacit_is_canonical(tacit_Frame_fields, &b, p + 2,
	    head_len));
	FUZZ_CHECK(memcmp(&a, &b, sizeof(a)) == 0);
}

/* One frame at ${p}; 0 or an error. */
static int
one_frame(size_t *used, const uint8_t *p, size_t len)
{
	static uint8_t again[2 + TACIT_HEADER_MAX + 1000 * 96];
	struct tacit_frame f;
	int rc = tacit_frame_parse(&f, used, p, len);

	if (rc != 0) {
		FUZZ_CHECK(rc == TACIT_E_FRAME || rc == TACIT_E_LIMIT ||
		    rc == TACIT_E_SIZE);
		return rc;
	}
	/* The write reads all of the body: nothing may lie outside. */
	FUZZ_CHECK(f.body_len == tacit_frame_body_len(&f.head));
	FUZZ_CHECK(tacit_frame_write(again, sizeof(again), &f.head, f.body) ==
	    *used);
	FUZZ_CHECK(*used > 2 && *used <= len);
	FUZZ_CHECK(memcmp(again, p, *used) == 0);
	FUZZ_CHECK(tacit_frame_write(again, *used - 1, &f.head, f.body) == 0);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t used;

	both_ways(data, size);
	while (one_frame(&used, data, size) == 0) {
		data += used;
		size -= used;
		both_ways(data, size);
	}
	return 0;
}
