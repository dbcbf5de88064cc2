/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The short way to read and write the headers of letters is nanopb's way and
 * its canonical check, on all inputs: it says yes to what they accept, no to
 * what they refuse, and understands the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pb_decode.h>
#include <pb_encode.h>

#include "block.h"
#include "random.h"
#include "tacit/canonical.h"
#include "tacit/frame.h"
#include "tacit/frame_hot.h"

enum { ROUNDS = 60000, KINDS = 4, LONGEST = TACIT_HEADER_MAX };

/* How often each answer was seen: a comparison of nothing would pass. */
struct seen {
	size_t yes[KINDS], no;
};

static int
is_hot(pb_size_t kind)
{
	return kind == tacit_Frame_post_tag || kind == tacit_Frame_ack_tag ||
	    kind == tacit_Frame_ok_tag || kind == tacit_Frame_deliver_tag;
}

static size_t
which(pb_size_t kind)
{
	return kind == tacit_Frame_post_tag ? 0 :
	    kind == tacit_Frame_ack_tag ? 1 :
	    kind == tacit_Frame_ok_tag ? 2 : 3;
}

/* Counts and kinds such as there are; others are not the short way's. */
static int
is_in_range(const tacit_Frame *f)
{
	switch (f->which_is) {
	case tacit_Frame_post_tag:
		return tacit_kind_len(f->is.post.kind) != 0;
	case tacit_Frame_deliver_tag:
		return tacit_kind_len(f->is.deliver.kind) != 0;
	case tacit_Frame_ack_tag:
		return f->is.ack.envelope_count > 0;
	case tacit_Frame_ok_tag:
		return f->is.ok.id_count > 0;
	default:
		return 0;
	}
}

/* As nanopb has it: the whole description, then encoded again. */
static int
nanopb_reads(tacit_Frame *f, const uint8_t *buf, size_t len)
{
	pb_istream_t in = pb_istream_from_buffer(buf, len);

	memset(f, 0, sizeof(*f));
	return pb_decode_ex(&in, tacit_Frame_fields, f, PB_DECODE_NOINIT) &&
	    is_hot(f->which_is) && is_in_range(f) &&
	    tacit_is_canonical(tacit_Frame_fields, f, buf, len);
}

static void
expect_same_reading(const uint8_t *buf, size_t len, struct seen *seen)
{
	uint8_t *exact = block_copy(buf, len);	/* a byte further: ASan */
	tacit_Frame a, b;
	int yes = nanopb_reads(&a, exact, len);

	memset(&b, 0, sizeof(b));
	if (tacit_frame_hot_read(&b, exact, len) != yes)
		fail_msg("nanopb says %d, the short way does not", yes);
	if (yes) {
		assert_memory_equal(&a, &b, sizeof(a));
		seen->yes[which(a.which_is)]++;
	} else {
		seen->no++;
	}
	free(exact);
}

/* ---- what is read -------------------------------------------------------- */

/* Ids whose encodings are of each length there is. */
static uint32_t
some_id(struct random *rnd)
{
	return (uint32_t)(random_next(rnd) >> (32 + random_below(rnd, 32)));
}

static void
make(tacit_Frame *f, struct random *rnd)
{
	static const pb_size_t kinds[KINDS] = {
		tacit_Frame_post_tag, tacit_Frame_ack_tag,
		tacit_Frame_ok_tag, tacit_Frame_deliver_tag
	};
	pb_size_t i;

	memset(f, 0, sizeof(*f));
	f->id = some_id(rnd);
	f->which_is = kinds[random_below(rnd, KINDS)];
	if (f->which_is != tacit_Frame_ok_tag)
		random_fill(rnd, f->is.ack.address, TACIT_ADDRESS_LEN);
	switch (f->which_is) {
	case tacit_Frame_post_tag:
		random_fill(rnd, f->is.post.token, TACIT_TOKEN_LEN);
		random_fill(rnd, f->is.post.envelope, TACIT_ENVELOPE_ID_LEN);
		f->is.post.kind = (tacit_Kind)(1 + random_below(rnd, 2));
		f->is.post.resume = random_below(rnd, 2) == 0;
		f->is.post.first = random_below(rnd, 2) == 0;
		break;
	case tacit_Frame_ack_tag:
		i = (pb_size_t)(1 + random_below(rnd, TACIT_ACK_MAX));
		f->is.ack.envelope_count = i;
		random_fill(rnd, f->is.ack.envelope,
		    (size_t)i * TACIT_ENVELOPE_ID_LEN);
		break;
	case tacit_Frame_ok_tag:
		f->is.ok.id_count =
		    (pb_size_t)(1 + random_below(rnd, TACIT_OK_MAX));
		for (i = 0; i < f->is.ok.id_count; i++)
			f->is.ok.id[i] = some_id(rnd);
		f->is.ok.nearly_full = random_below(rnd, 2) == 0;
		break;
	default:
		random_fill(rnd, f->is.deliver.envelope,
		    TACIT_ENVELOPE_ID_LEN);
		f->is.deliver.kind = (tacit_Kind)(1 + random_below(rnd, 2));
	}
}

static size_t
nanopb_writes(uint8_t *buf, size_t cap, const tacit_Frame *f)
{
	pb_ostream_t out = pb_ostream_from_buffer(buf, cap);

	assert_true(pb_encode(&out, tacit_Frame_fields, f));
	return out.bytes_written;
}

static void
both_write_the_same_and_read_it(void **state)
{
	uint8_t a[LONGEST], b[TACIT_FRAME_HOT_MAX];
	struct random rnd = random_start();
	struct seen seen = { { 0 }, 0 };
	size_t i, len;
	tacit_Frame f;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		make(&f, &rnd);
		len = nanopb_writes(a, sizeof(a), &f);
		assert_int_equal(tacit_frame_hot_write(b, &f), len);
		assert_memory_equal(a, b, len);
		expect_same_reading(a, len, &seen);
	}
	assert_int_equal(seen.no, 0);
	for (i = 0; i < KINDS; i++)
		assert_true(seen.yes[i] > ROUNDS / 8);
}

/* Bytes near those that mean something, and tags and lengths among them. */
static size_t
spoil(uint8_t *buf, size_t len, struct random *rnd)
{
	static const uint8_t telling[] = {
		0x00, 0x01, 0x02, 0x03, 0x08, 0x0a, 0x10, 0x12, 0x18, 0x1a,
		0x20, 0x22, 0x28, 0x2a, 0x30, 0x38, 0x7f, 0x80, 0x81, 0x9a,
		0xfa, 0xff
	};
	size_t at = random_below(rnd, len);
	size_t near = at < 12 ? at : random_below(rnd, 12);

	switch (random_below(rnd, 6)) {
	case 0:
		buf[near] ^= (uint8_t)(1u << random_below(rnd, 8));
		return len;
	case 1:
		buf[random_below(rnd, 2) ? near : at] =
		    telling[random_below(rnd, sizeof(telling))];
		return len;
	case 2:					/* one byte is missing */
		memmove(buf + at, buf + at + 1, len - at - 1);
		return len - 1;
	case 3:					/* one is new */
		if (len == LONGEST)
			return len;
		memmove(buf + at + 1, buf + at, len - at);
		buf[at] = telling[random_below(rnd, sizeof(telling))];
		return len + 1;
	case 4:
		return 1 + random_below(rnd, len);
	default:				/* the end is changed */
		buf[len - 1 - random_below(rnd, len < 6 ? len : 6)] =
		    telling[random_below(rnd, sizeof(telling))];
		return len;
	}
}

static void
what_is_spoiled_is_read_alike_or_by_neither(void **state)
{
	struct random rnd = random_start();
	struct seen seen = { { 0 }, 0 };
	uint8_t buf[LONGEST];
	size_t i, n, len;
	tacit_Frame f;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		make(&f, &rnd);
		len = nanopb_writes(buf, sizeof(buf), &f);
		for (n = 1 + random_below(&rnd, 3); n > 0 && len > 1; n--)
			len = spoil(buf, len, &rnd);
		expect_same_reading(buf, len, &seen);
	}
	assert_true(seen.no > ROUNDS / 8);
	for (i = 0; i < KINDS; i++)
		assert_true(seen.yes[i] > 0);
}

/* All there is of two bytes at the front, and at each place one of each. */
static void
every_byte_in_every_place_is_read_alike(void **state)
{
	struct random rnd = random_start();
	struct seen seen = { { 0 }, 0 };
	uint8_t buf[LONGEST], was;
	size_t k, at, v, len;
	tacit_Frame f;

	(void)state;
	for (k = 0; k < 8; k++) {
		make(&f, &rnd);
		len = nanopb_writes(buf, sizeof(buf), &f);
		for (at = 0; at < len; at++) {
			was = buf[at];
			for (v = 0; v < 256; v++) {
				buf[at] = (uint8_t)v;
				expect_same_reading(buf, len, &seen);
			}
			buf[at] = was;
		}
	}
	for (v = 0; v < 65536; v++) {
		buf[0] = (uint8_t)(v >> 8);
		buf[1] = (uint8_t)v;
		expect_same_reading(buf, 2, &seen);
	}
	assert_true(seen.no > 0);
}

/* What has no encoding, or no short one, is left to nanopb. */
static void
others_are_not_written(void **state)
{
	uint8_t buf[TACIT_FRAME_HOT_MAX];
	struct random rnd = random_start();
	tacit_Frame f;
	pb_size_t k;

	(void)state;
	for (k = 0; k < 64; k++) {
		memset(&f, 0, sizeof(f));
		f.which_is = k;		/* no count, no kind, or another */
		assert_int_equal(tacit_frame_hot_write(buf, &f), 0);
	}
	do
		make(&f, &rnd);
	while (f.which_is != tacit_Frame_post_tag);
	f.is.post.kind = (tacit_Kind)3;
	assert_int_equal(tacit_frame_hot_write(buf, &f), 0);
	f.which_is = tacit_Frame_ack_tag;
	f.is.ack.envelope_count = TACIT_ACK_MAX + 1;
	assert_int_equal(tacit_frame_hot_write(buf, &f), 0);
	f.which_is = tacit_Frame_ok_tag;
	f.is.ok.id_count = TACIT_OK_MAX + 1;
	assert_int_equal(tacit_frame_hot_write(buf, &f), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_write_the_same_and_read_it),
		cmocka_unit_test(what_is_spoiled_is_read_alike_or_by_neither),
		cmocka_unit_test(every_byte_in_every_place_is_read_alike),
		cmocka_unit_test(others_are_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
