/* SPDX-License-Identifier: Apache-2.0 */
/* Content has one encoding and one length; nonsense is refused whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <pb_encode.h>
#include <sodium.h>

#include "block.h"
#include "content.h"
#include "random.h"

static const size_t lengths[] = { TACIT_CONTENT_LEN, TACIT_HELLO_CONTENT_LEN,
    TACIT_PARCEL_CONTENT_LEN };

static tacit_Content
text(const char *s)
{
	tacit_Content c = tacit_Content_init_zero;

	memset(c.stream, 's', sizeof(c.stream));
	c.seq = 1;
	c.time_ms = UINT64_C(1763762400000);
	c.which_is = tacit_Content_text_tag;
	c.is.text.parts = 1;
	c.is.text.data.size = (pb_size_t)strlen(s);
	memcpy(c.is.text.data.bytes, s, strlen(s));
	return c;
}

static tacit_Content
control(pb_size_t which)
{
	tacit_Content c = tacit_Content_init_zero;

	memset(c.stream, 's', sizeof(c.stream));
	c.which_is = which;
	return c;
}

static tacit_Content
hello(const char *name, const char *url)
{
	tacit_Content c = control(tacit_Content_hello_tag);

	c.is.hello.name.size = (pb_size_t)strlen(name);
	memcpy(c.is.hello.name.bytes, name, strlen(name));
	c.is.hello.relay_url.size = (pb_size_t)strlen(url);
	memcpy(c.is.hello.relay_url.bytes, url, strlen(url));
	return c;
}

static int
read_exact(tacit_Content *c, const uint8_t *in, size_t len)
{
	uint8_t *exact = block_copy(in, len);
	int rc = content_read(c, exact, len);

	free(exact);
	if (rc != 0)
		assert_true(sodium_is_zero((uint8_t *)c, sizeof(*c)));
	return rc;
}

/* Encode without asking whether it makes sense. */
static void
write_anything(uint8_t *out, size_t len, const tacit_Content *c)
{
	pb_ostream_t s = pb_ostream_from_buffer(out + 2, len - 2);

	memset(out, 0, len);
	assert_true(pb_encode(&s, tacit_Content_fields, c));
	out[0] = (uint8_t)(s.bytes_written >> 8);
	out[1] = (uint8_t)s.bytes_written;
}

/* Both ends agree on ${c}: the writer on ${want}, the reader likewise. */
static void
expect(const char *name, const tacit_Content *c, int ok)
{
	uint8_t out[TACIT_CONTENT_LEN], raw[TACIT_CONTENT_LEN];
	tacit_Content back;
	int rc;

	memset(out, 0x77, sizeof(out));
	rc = content_write(out, sizeof(out), c);
	if (rc != (ok ? 0 : TACIT_E_INVALID))
		fail_msg("write %s: %d", name, rc);
	write_anything(raw, sizeof(raw), c);
	if (ok) {
		assert_memory_equal(out, raw, sizeof(out));
	} else {
		assert_int_equal(out[0], 0x77);
		assert_memory_equal(out, out + 1, sizeof(out) - 1);
	}
	rc = read_exact(&back, raw, sizeof(raw));
	if (rc != (ok ? 0 : TACIT_E_POISON))
		fail_msg("read %s: %d", name, rc);
	if (ok) {
		write_anything(out, sizeof(out), &back);
		assert_memory_equal(out, raw, sizeof(out));
	}
}

#define EXPECT(ok, c, set) do {						\
	tacit_Content c_ = c;						\
	set;								\
	expect(#c " " #set, &c_, ok);					\
} while (0)
#define C	(&c_)
#define N(s)	C->is.text.data.size = (pb_size_t)(s)

static void
texts_are_checked(void **state)
{
	(void)state;
	EXPECT(1, text("a"), );
	EXPECT(1, text("a"), C->seq = UINT64_MAX);
	EXPECT(1, text("a"), C->is.text.parts = 16; C->is.text.part = 15);
	EXPECT(1, text("a"), memset(C->is.text.data.bytes, 'x', 1539);
	    N(1539));
	EXPECT(0, text("a"), C->seq = 0);
	EXPECT(0, text("a"), C->is.text.parts = 0);
	EXPECT(0, text("a"), C->is.text.parts = 17);
	EXPECT(0, text("a"), C->is.text.parts = UINT32_MAX);
	EXPECT(0, text("a"), C->is.text.part = 1);
	EXPECT(0, text("a"), C->is.text.part = UINT32_MAX);
	EXPECT(0, text(""), );
	EXPECT(0, text("\xff"), );
	EXPECT(0, text("\xed\xa0\x80"), );
	EXPECT(0, text("\xc3"), );
	EXPECT(0, text("a"), C->which_is = 0);
}

#define TYPE(n)	C->is.text.type = (n)

static void
data_is_checked(void **state)
{
	(void)state;
	EXPECT(1, text("a"), TYPE(1));
	EXPECT(1, text("\xff\x80"), TYPE(100));
	EXPECT(1, text("\xed\xa0\x80"), TYPE(65535));
	EXPECT(1, text("a"), TYPE(1); memset(C->is.text.data.bytes, 0, 1536);
	    N(1536));
	EXPECT(0, text("a"), TYPE(1); memset(C->is.text.data.bytes, 0, 1537);
	    N(1537));
	EXPECT(0, text("a"), TYPE(65536));
	EXPECT(0, text("a"), TYPE(UINT32_MAX));
	EXPECT(0, text("\xff"), TYPE(0));
	EXPECT(0, text(""), TYPE(1));
	EXPECT(0, text("a"), TYPE(1); C->seq = 0);
	EXPECT(0, text("a"), TYPE(1); C->is.text.parts = 17);
	EXPECT(0, text("a"), TYPE(1); C->is.text.part = 1);
}

static void
control_is_not_numbered(void **state)
{
	static const pb_size_t which[] = { tacit_Content_hello_ack_tag,
	    tacit_Content_confirm_tag, tacit_Content_have_only_tag,
	    tacit_Content_closed_tag };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
		EXPECT(1, control(which[i]), );
		EXPECT(0, control(which[i]), C->seq = 1);
	}
	EXPECT(0, hello("Ann", "wss://r.example:443"), C->seq = 1);
	EXPECT(0, control(tacit_Content_need_tag), C->seq = 1;
	    C->is.need.from = 1; C->is.need.to = 1);
}

static void
needs_are_checked(void **state)
{
	(void)state;
#define NEED(ok, a, b)							\
	EXPECT(ok, control(tacit_Content_need_tag),			\
	    C->is.need.from = a; C->is.need.to = b)
	NEED(1, 1, 1);
	NEED(1, 1, UINT64_MAX);
	NEED(0, 0, 0);
	NEED(0, 0, 1);
	NEED(0, 2, 1);
	NEED(0, 1, 0);
#undef NEED
}

static void
a_hello_has_a_name_and_a_url_in_one_spelling(void **state)
{
	static const char *const bad_names[] = { "", "a\nb", "\xe2\x80\xae",
	    "\xff", "\x7f" };
	static const char *const bad_urls[] = { "", "wss://r.example",
	    "wss://R.example:443", "https://r.example:443",
	    "ws://r.example:80", "wss://r.example:443/", "wss://u@r.example:1",
	    "wss://r.example:0", "wss://r.example:0443" };
	size_t i;

	(void)state;
	EXPECT(1, hello("Ann", "wss://r.example:443"), );
	EXPECT(1, hello("Ann", "ws://127.0.0.1:80"), );
	for (i = 0; i < sizeof(bad_names) / sizeof(bad_names[0]); i++)
		EXPECT(0, hello(bad_names[i], "wss://r.example:443"), );
	for (i = 0; i < sizeof(bad_urls) / sizeof(bad_urls[0]); i++)
		EXPECT(0, hello("Ann", bad_urls[i]), );
}

static void
ranges_ascend(void **state)
{
	static const struct {
		uint64_t contiguous, range[4];
		pb_size_t n;
		int ok;
	} rows[] = {
		{ 0, { 0 }, 0, 1 },
		{ UINT64_MAX, { 0 }, 0, 1 },
		{ 0, { 2, 2 }, 1, 1 },
		{ 5, { 7, 9, 11, UINT64_MAX }, 2, 1 },
		{ 0, { UINT64_MAX, UINT64_MAX }, 1, 1 },
		{ 0, { 0, 0 }, 1, 0 },
		{ 0, { 1, 2 }, 1, 0 },
		{ 5, { 6, 9 }, 1, 0 },
		{ 5, { 5, 9 }, 1, 0 },
		{ 5, { 2, 3 }, 1, 0 },
		{ 5, { 9, 8 }, 1, 0 },
		{ 5, { 7, 9, 10, 11 }, 2, 0 },
		{ 5, { 7, 9, 9, 11 }, 2, 0 },
		{ 5, { 11, 12, 7, 9 }, 2, 0 },
		{ UINT64_MAX, { 1, 1 }, 1, 0 },
		{ UINT64_MAX - 1, { UINT64_MAX, UINT64_MAX }, 1, 0 },
		{ 5, { 7, UINT64_MAX, 0, 0 }, 2, 0 },
		{ 5, { 7, UINT64_MAX, 2, 3 }, 2, 0 },
	};
	tacit_Content c;
	char name[16];
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c = control(tacit_Content_have_only_tag);
		c.have_count = 2;
		c.have[1].contiguous = rows[i].contiguous;
		c.have[1].range_count = rows[i].n;
		for (j = 0; j < rows[i].n; j++) {
			c.have[1].range[j].from = rows[i].range[2 * j];
			c.have[1].range[j].to = rows[i].range[2 * j + 1];
		}
		(void)snprintf(name, sizeof(name), "ranges %zu", i);
		expect(name, &c, rows[i].ok);
	}
}

/* The biggest of its kind: every number in its longest spelling. */
static void
fill_have(tacit_Have *h)
{
	size_t i;

	h->contiguous = UINT64_MAX / 2 + 1;
	h->range_count = TACIT_HAVE_RANGES_MAX;
	for (i = 0; i < TACIT_HAVE_RANGES_MAX; i++) {
		h->range[i].from = UINT64_MAX - 100 + 4 * i;
		h->range[i].to = h->range[i].from + 1;
	}
}

static void
a_whole_part_fits_beside_one_have(void **state)
{
	tacit_Content c = text("a");
	uint8_t out[TACIT_CONTENT_LEN];

	(void)state;
	c.seq = c.time_ms = UINT64_MAX;
	c.is.text.parts = 16;
	c.is.text.part = 15;
	c.is.text.data.size = TACIT_PART_MAX;
	memset(c.is.text.data.bytes, 'x', TACIT_PART_MAX);
	c.have_count = 1;
	fill_have(&c.have[0]);
	assert_int_equal(content_write(out, sizeof(out), &c), 0);
	assert_int_equal(read_exact(&c, out, sizeof(out)), 0);

	/* Of data too, with any type and the longest numbers there can be. */
	c.seq = c.time_ms = UINT64_MAX >> 8;
	c.is.text.type = TACIT_TYPE_MAX;
	c.is.text.data.size = TACIT_DATA_PART_MAX;
	assert_int_equal(content_write(out, sizeof(out), &c), 0);
	assert_int_equal(read_exact(&c, out, sizeof(out)), 0);
	c.seq = c.time_ms = UINT64_MAX;
	c.is.text.type = 0;
	c.is.text.data.size = TACIT_PART_MAX;

	c.have_count = 2;
	fill_have(&c.have[1]);
	assert_int_equal(content_write(out, sizeof(out), &c), TACIT_E_LIMIT);
	c.is.text.data.size = 1;
	assert_int_equal(content_write(out, sizeof(out), &c), 0);
}

static void
the_biggest_hello_fits_its_length(void **state)
{
	char name[65], url[256];
	uint8_t out[TACIT_HELLO_CONTENT_LEN];
	tacit_Content c;
	size_t i;

	(void)state;
	memset(name, 'n', 64);
	name[64] = '\0';
	memset(url, 'x', sizeof(url));
	memcpy(url, "wss://", 6);
	for (i = 6 + 60; i < 249; i += 61)
		url[i] = '.';
	strcpy(url + 249, ":65535");
	c = hello(name, url);
	memset(c.stream, 1, sizeof(c.stream));
	c.time_ms = UINT64_MAX;
	c.have_count = 2;
	fill_have(&c.have[0]);
	fill_have(&c.have[1]);
	assert_int_equal(content_write(out, sizeof(out), &c), 0);
	assert_int_equal(read_exact(&c, out, sizeof(out)), 0);
}

static void
padding_is_exact(void **state)
{
	static uint8_t out[TACIT_PARCEL_CONTENT_LEN + 16];
	tacit_Content c = text("a"), back;
	size_t i, len, used;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		len = lengths[i];
		assert_int_equal(content_write(out, len, &c), 0);
		used = 2 + ((size_t)out[0] << 8 | out[1]);
		assert_true(sodium_is_zero(out + used, len - used));
		assert_int_equal(read_exact(&back, out, len), 0);

		assert_int_equal(read_exact(&back, out, len - 1),
		    TACIT_E_POISON);
		assert_int_equal(read_exact(&back, out, len + 1),
		    TACIT_E_POISON);
		out[used] = 1;
		assert_int_equal(read_exact(&back, out, len), TACIT_E_POISON);
		out[used] = 0;
		out[len - 1] = 0x80;
		assert_int_equal(read_exact(&back, out, len), TACIT_E_POISON);
		out[len - 1] = 0;
		out[1]--;
		assert_int_equal(read_exact(&back, out, len), TACIT_E_POISON);
		out[1] = (uint8_t)(out[1] + 2);
		assert_int_equal(read_exact(&back, out, len), TACIT_E_POISON);
		/* All of it, and one byte more than there is. */
		out[0] = (uint8_t)((len - 2) >> 8);
		out[1] = (uint8_t)(len - 2);
		assert_int_equal(read_exact(&back, out, len), TACIT_E_POISON);
		out[0] = (uint8_t)((len - 1) >> 8);
		out[1] = (uint8_t)(len - 1);
		assert_int_equal(read_exact(&back, out, len), TACIT_E_POISON);
		out[0] = out[1] = 0xff;
		assert_int_equal(read_exact(&back, out, len), TACIT_E_POISON);
		out[0] = out[1] = 0;
		assert_int_equal(read_exact(&back, out, len), TACIT_E_POISON);
	}
	assert_int_equal(read_exact(&back, out, 0), TACIT_E_POISON);
	assert_int_equal(read_exact(&back, out, 1), TACIT_E_POISON);
	assert_int_equal(read_exact(&back, out, 2), TACIT_E_POISON);
	assert_int_equal(content_write(out, TACIT_CONTENT_LEN - 1, &c),
	    TACIT_E_INVALID);
	assert_int_equal(content_write(out, 0, &c), TACIT_E_INVALID);
}

#define Z32	"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
#define HEAD	"\x0a\x06ssssss"
#define PREV	"\x1a\x20" Z32

static void
other_encodings_are_poison(void **state)
{
	static const struct {
		const char *name, *in;
		size_t len;
		int want;
	} rows[] = {
#define B(s)	s, sizeof(s) - 1
		{ "closed",		B(HEAD PREV "\x62\x00"), 0 },
		{ "empty",		B(""), TACIT_E_POISON },
		{ "no body",		B(HEAD PREV), TACIT_E_POISON },
		{ "no stream",		B(PREV "\x62\x00"), TACIT_E_POISON },
		{ "stream of 5",	B("\x0a\x05sssss" PREV "\x62\x00"),
		    TACIT_E_POISON },
		{ "seq 0 written",	B(HEAD "\x10\x00" PREV "\x62\x00"),
		    TACIT_E_POISON },
		{ "long varint",	B(HEAD PREV "\x20\x81\x00\x62\x00"),
		    TACIT_E_POISON },
		{ "not in order",	B(PREV HEAD "\x62\x00"),
		    TACIT_E_POISON },
		{ "stream twice",	B(HEAD HEAD PREV "\x62\x00"),
		    TACIT_E_POISON },
		{ "two bodies",		B(HEAD PREV "\x52\x00\x62\x00"),
		    TACIT_E_POISON },
		{ "unknown body",	B(HEAD PREV "\x6a\x00"),
		    TACIT_E_POISON },
		{ "unknown field",	B(HEAD PREV "\x62\x00\xf8\x01\x01"),
		    TACIT_E_POISON },
		{ "unknown field inside", B(HEAD PREV "\x62\x02\x08\x01"),
		    TACIT_E_POISON },
		{ "three haves",	B(HEAD PREV
		    "\x2a\x08\x0a\x06tttttt\x2a\x08\x0a\x06uuuuuu"
		    "\x2a\x08\x0a\x06vvvvvv\x62\x00"), TACIT_E_POISON },
		{ "cut",		B(HEAD PREV "\x62\x01"),
		    TACIT_E_POISON },
#undef B
	};
	uint8_t in[TACIT_CONTENT_LEN];
	tacit_Content c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(in, 0, sizeof(in));
		in[1] = (uint8_t)rows[i].len;
		memcpy(in + 2, rows[i].in, rows[i].len);
		if (read_exact(&c, in, sizeof(in)) != rows[i].want)
			fail_msg("%s", rows[i].name);
	}
}

static void
every_changed_byte_is_refused_or_repeated(void **state)
{
	struct random rnd = random_start();
	uint8_t in[TACIT_CONTENT_LEN], bad[TACIT_CONTENT_LEN];
	uint8_t again[TACIT_CONTENT_LEN];
	tacit_Content c = text("text of some length"), back;
	size_t i, n, used, accepted = 0;

	(void)state;
	c.have_count = 2;
	fill_have(&c.have[0]);
	fill_have(&c.have[1]);
	assert_int_equal(content_write(in, sizeof(in), &c), 0);
	used = 2 + ((size_t)in[0] << 8 | in[1]);
	for (i = 0; i < 20000; i++) {
		memcpy(bad, in, sizeof(bad));
		for (n = 1 + random_below(&rnd, 3); n-- > 0; )
			bad[random_below(&rnd, used)] =
			    (uint8_t)random_next(&rnd);
		if (read_exact(&back, bad, sizeof(bad)) != 0)
			continue;
		accepted++;
		assert_int_equal(content_write(again, sizeof(again), &back),
		    0);
		assert_memory_equal(again, bad, sizeof(bad));
	}
	assert_in_range(accepted, 1, 19999);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_checked),
		cmocka_unit_test(data_is_checked),
		cmocka_unit_test(control_is_not_numbered),
		cmocka_unit_test(needs_are_checked),
		cmocka_unit_test(a_hello_has_a_name_and_a_url_in_one_spelling),
		cmocka_unit_test(ranges_ascend),
		cmocka_unit_test(a_whole_part_fits_beside_one_have),
		cmocka_unit_test(the_biggest_hello_fits_its_length),
		cmocka_unit_test(padding_is_exact),
		cmocka_unit_test(other_encodings_are_poison),
		cmocka_unit_test(every_changed_byte_is_refused_or_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
