/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames.  Input: one WebSocket message.  What is read as a frame must be
 * written to the same bytes, and lie within the message.
 */
#include "fuzz.h"
#include "tacit/frame.h"

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

	while (one_frame(&used, data, size) == 0) {
		data += used;
		size -= used;
	}
	return 0;
}
