/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content.  Input: which length, then the protobuf bytes, which are padded
 * here; or the padded bytes themselves.  What is read is written to the same
 * bytes, and says nothing that it may not.
 */
#include <sodium.h>

#include "content.h"
#include "fuzz.h"

/* Bit 0: Hello's length.  Bit 1: the input is padded already. */
static size_t
padded(uint8_t **out, struct fuzz_in *in)
{
	uint8_t what = fuzz_u8(in);
	size_t len = what & 1 ? TACIT_HELLO_CONTENT_LEN : TACIT_CONTENT_LEN;
	size_t n = in->left < len - 2 ? in->left : len - 2;

	if (what & 2) {
		len = in->left;
		*out = fuzz_block(in, &len);
		return len;
	}
	if ((*out = calloc(1, len)) == NULL)
		abort();
	(*out)[0] = (uint8_t)(n >> 8);
	(*out)[1] = (uint8_t)n;
	(void)fuzz_fill(in, *out + 2, n);
	return len;
}

static void
check_texts(const tacit_Content *c)
{
	const tacit_Text *t = &c->is.text;

	FUZZ_CHECK((c->which_is == tacit_Content_text_tag) == (c->seq > 0));
	if (c->which_is == tacit_Content_text_tag)
		FUZZ_CHECK(t->part < t->parts && t->data.size > 0 &&
		    t->parts <= TACIT_TEXT_PARTS_MAX &&
		    t->type <= TACIT_TYPE_MAX && (t->type == 0 ?
		    text_is_valid((const char *)t->data.bytes, t->data.size,
		    TACIT_PART_MAX) : t->data.size <= TACIT_DATA_PART_MAX));
	else if (c->which_is == tacit_Content_hello_tag)
		FUZZ_CHECK(c->is.hello.name.size > 0 &&
		    c->is.hello.name.size <= TACIT_NAME_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[TACIT_PARCEL_CONTENT_LEN];
	struct fuzz_in in = { data, size };
	tacit_Content c;
	uint8_t *bytes;
	size_t len = padded(&bytes, &in);
	int rc = content_read(&c, bytes, len);

	if (rc == 0) {
		check_texts(&c);
		FUZZ_CHECK(content_write(again, len, &c) == 0);
		FUZZ_CHECK(memcmp(again, bytes, len) == 0);
	} else {
		FUZZ_CHECK(rc == TACIT_E_POISON);
		FUZZ_CHECK(sodium_is_zero((uint8_t *)&c, sizeof(c)));
	}
	free(bytes);
	return 0;
}
