/* SPDX-License-Identifier: Apache-2.0 */
/* A frame has one encoding, and no input makes its reader leave the input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "block.h"
#include "random.h"
#include "tacit/frame.h"

#define R2(s)	s s
#define R4(s)	R2(s) R2(s)
#define R8(s)	R4(s) R4(s)
#define R16(s)	R8(s) R8(s)
#define R32(s)	R16(s) R16(s)
#define R64(s)	R32(s) R32(s)

#define ID		"\x08\x01"
#define ADDRESS		"\x0a\x20" R32("a")
#define TOKEN		"\x12\x20" R32("t")
#define ENVELOPE	"\x1a\x10" R16("e")
#define POST(len)	ID "\x22" len ADDRESS TOKEN ENVELOPE
#define DRAINED(len)	"\xa2\x02" len
#define ACKED		"\x12\x10" R16("e")
#define FF9		R8("\xff") "\xff"
#define V47		R32("v") R8("v") R4("v") R2("v") "v"
#define V48		V47 "v"
#define ANCHOR(len, value)	"\x62" len ADDRESS "\x12\x20" R32("h")	\
    "\x1a" value "\x22\x40" R64("s")
#define ANCHORED(len, value)	"\xba\x02" len "\x08\x01" "\x12" value

#define RECALL(len)	"\x5a" len ADDRESS TOKEN ENVELOPE
#define PREVIOUS	"\x2a\x20" R32("p")
#define RECALLED(len, outcome, number)	"\xb2\x02" len "\x08\x01"	\
    "\x10" outcome "\x1a\x20" R32("b") number PREVIOUS "\x32\x40" R64("s")

enum { OK = 0, FRAME = TACIT_E_FRAME, LIMIT = TACIT_E_LIMIT,
    SIZE = TACIT_E_SIZE };

static const struct row {
	const char *name;
	const char *head;
	size_t head_len;
	size_t body_len;
	int want;
	uint32_t id;		/* what head.id says afterwards */
} rows[] = {
#define H(s)	s, sizeof(s) - 1
	{ "ping",		H(ID "\x72\x00"), 0, OK, 1 },
	{ "ping without id",	H("\x72\x00"), 0, OK, 0 },
	{ "largest id",		H("\x08\xff\xff\xff\xff\x0f\x72\x00"), 0, OK,
	    UINT32_MAX },
	{ "letter",		H(POST("\x58") "\x20\x01"), 2048, OK, 1 },
	{ "letter, resume",	H(POST("\x5a") "\x20\x01\x28\x01"), 2048, OK,
	    1 },
	{ "parcel",		H(POST("\x58") "\x20\x02"), 65536, OK, 1 },
	{ "letter, first",	H(POST("\x5a") "\x20\x01\x30\x01"), 2048, OK,
	    1 },
	{ "recall",		H(ID RECALL("\x56")), 0, OK, 1 },
	{ "recalled",	H(RECALLED("\x8c\x01", "\x01", "\x20\x07")), 0,
	    OK, 0 },
	{ "subscribe to one",	H(ID "\x1a\x02\x08\x01"), 96, OK, 1 },
	{ "subscribe to 1000",	H(ID "\x1a\x03\x08\xe8\x07"), 96000, OK, 1 },
	{ "acks one",		H(ID "\x2a\x34" ADDRESS ACKED), 0, OK, 1 },
	{ "acks 16",	H(ID "\x2a\xc2\x02" ADDRESS R16(ACKED)), 0, OK, 1 },
	{ "one OK",		H("\xfa\x01\x03\x0a\x01\x05"), 0, OK, 0 },
	{ "64 OKs, nearly full", H("\xfa\x01\x44\x0a\x40" R64("\x05")
	    "\x10\x01"), 0, OK, 0 },
	{ "drained",		H(DRAINED("\x22") ADDRESS), 0, OK, 0 },
	{ "anchor", H(ID ANCHOR("\xb8\x01", "\x30" V48)), 0, OK, 1 },
	{ "anchored",	H(ANCHORED("\x34", "\x30" V48)), 0, OK, 0 },

	{ "no header",		H(""), 0, FRAME, 0 },
	{ "an id and no kind",	H(ID), 0, FRAME, 1 },
	{ "unknown kind",	H(ID "\x7a\x00"), 0, FRAME, 1 },
	{ "recall of nothing",	H(ID "\x5a\x00"), 0, FRAME, 1 },
	{ "recall, short id", H(ID "\x5a\x55" ADDRESS TOKEN "\x1a\x0f" R8("e")
	    R4("e") R2("e") "e"), 0, FRAME, 1 },
	{ "recall and a body",	H(ID RECALL("\x56") "\x20\x01"), 0, FRAME,
	    1 },
	{ "recalled, outcome 4", H(RECALLED("\x8c\x01", "\x04",
	    "\x20\x07")), 0, LIMIT, 0 },
	{ "recalled, number 0",	H(RECALLED("\x8c\x01", "\x03",
	    "\x20\x00")), 0, FRAME, 0 },
	{ "recalled, no number", H(RECALLED("\x8a\x01", "\x03", "")), 0,
	    LIMIT, 0 },
	{ "letter, first 2",	H(POST("\x5a") "\x20\x01\x30\x02"), 2048,
	    FRAME, 1 },
	{ "unknown field",	H(ID "\x72\x00\x98\x06\x01"), 0, FRAME, 1 },
	{ "unknown field inside", H(ID "\x72\x02\x08\x01"), 0, FRAME, 1 },
	{ "field number 0",	H(ID "\x72\x00\x00\x00"), 0, FRAME, 1 },
	{ "a zero byte after",	H(ID "\x72\x00\x00"), 0, FRAME, 1 },
	{ "longer varint than needed", H("\x08\x81\x00\x72\x00"), 0, FRAME,
	    1 },
	{ "longer tag than needed", H("\x88\x00\x01\x72\x00"), 0, FRAME, 1 },
	{ "longer length than needed", H(ID "\x72\x80\x00"), 0, FRAME, 1 },
	{ "id over 32 bits",	H("\x08\x80\x80\x80\x80\x10\x72\x00"), 0,
	    FRAME, 0 },
	{ "varint that never ends", H("\x08" FF9 FF9), 0, FRAME, 0 },
	{ "varint cut short",	H("\x08\xff"), 0, FRAME, 0 },
	{ "id behind the kind",	H("\x72\x00" ID), 0, FRAME, 1 },
	{ "id twice",		H(ID ID "\x72\x00"), 0, FRAME, 1 },
	{ "id 0 written out",	H("\x08\x00\x72\x00"), 0, FRAME, 0 },
	{ "id as fixed32",	H("\x0d\x01\x00\x00\x00\x72\x00"), 0, FRAME,
	    0 },
	{ "a group",		H("\x0b\x0c\x72\x00"), 0, FRAME, 0 },
	{ "the kind twice",	H(ID "\x72\x00\x72\x00"), 0, FRAME, 1 },
	{ "two kinds",	H(ID "\x72\x00" DRAINED("\x22") ADDRESS), 0, FRAME,
	    1 },
	{ "kind longer than header", H(ID "\x72\x01"), 0, FRAME, 1 },
	{ "kind of 4 GiB",	H(ID "\x72\xff\xff\xff\xff\x0f"), 0, FRAME,
	    1 },
	{ "fields beyond the kind", H(DRAINED("\x21") ADDRESS), 0, FRAME, 0 },
	{ "address left out",	H(DRAINED("\x00")), 0, FRAME, 0 },
	{ "address of 31",	H(DRAINED("\x21") "\x0a\x1f" R16("a") R8("a")
	    R4("a") "aaa"), 0, FRAME, 0 },
	{ "address of 33",	H(DRAINED("\x23") "\x0a\x21" R32("a") "a"), 0,
	    FRAME, 0 },
	{ "address twice",	H(DRAINED("\x44") ADDRESS ADDRESS), 0, FRAME,
	    0 },
	{ "fields not in order", H(ID "\x22\x58" TOKEN ADDRESS ENVELOPE
	    "\x20\x01"), 2048, FRAME, 1 },
	{ "no kind of envelope", H(POST("\x56")), 2048, SIZE, 1 },
	{ "envelope of kind 3",	H(POST("\x58") "\x20\x03"), 2048, SIZE, 1 },
	{ "kind 0 written out",	H(POST("\x58") "\x20\x00"), 2048, FRAME, 1 },
	{ "kind of 64 bits",	H(POST("\x61") "\x20" FF9 "\x01"), 2048,
	    FRAME, 1 },
	{ "bool of 2",		H(POST("\x5a") "\x20\x01\x28\x02"), 2048,
	    FRAME, 1 },
	{ "false written out",	H(POST("\x5a") "\x20\x01\x28\x00"), 2048,
	    FRAME, 1 },
	{ "letter one short",	H(POST("\x58") "\x20\x01"), 2047, FRAME, 1 },
	{ "letter without body", H(POST("\x58") "\x20\x01"), 0, FRAME, 1 },
	{ "parcel of a letter's size", H(POST("\x58") "\x20\x02"), 2048,
	    FRAME, 1 },
	{ "blob one short",	H("\x92\x02\x02\x08\x01"), 2047, FRAME, 0 },
	{ "subscribe to none",	H(ID "\x1a\x00"), 96, LIMIT, 1 },
	{ "subscribe to 1001",	H(ID "\x1a\x03\x08\xe9\x07"), 96096, LIMIT,
	    1 },
	{ "subscribe to 2^32-1", H(ID "\x1a\x06\x08\xff\xff\xff\xff\x0f"), 96,
	    LIMIT, 1 },
	{ "entries one short",	H(ID "\x1a\x02\x08\x02"), 191, FRAME, 1 },
	{ "subscribed to none",	H("\x8a\x02\x02\x08\x01"), 0, LIMIT, 0 },
	{ "1001 subscribed",	H("\x8a\x02\x05\x08\x01\x10\xe9\x07"), 1001,
	    LIMIT, 0 },
	{ "results one short",	H("\x8a\x02\x04\x08\x01\x10\x02"), 1, FRAME,
	    0 },
	{ "acks none",		H(ID "\x2a\x22" ADDRESS), 0, LIMIT, 1 },
	{ "acks 17", H(ID "\x2a\xd4\x02" ADDRESS R16(ACKED) ACKED), 0, FRAME,
	    1 },
	{ "acks an id of 15",	H(ID "\x2a\x33" ADDRESS "\x12\x0f" R8("e")
	    R4("e") "eee"), 0, FRAME, 1 },
	{ "anchor of 47", H(ID ANCHOR("\xb7\x01", "\x2f" V47)), 0, FRAME,
	    1 },
	{ "anchor of 49", H(ID ANCHOR("\xb9\x01", "\x31" V48 "v")), 0,
	    FRAME, 1 },
	{ "anchor of none", H(ID ANCHOR("\x88\x01", "\x00")), 0, FRAME, 1 },
	{ "anchored, no value",	H("\xba\x02\x02\x08\x01"), 0, FRAME, 0 },
	{ "anchored of 47", H(ANCHORED("\x33", "\x2f" V47)), 0, FRAME, 0 },
	{ "no OK",		H("\xfa\x01\x00"), 0, LIMIT, 0 },
	{ "65 OKs",		H("\xfa\x01\x43\x0a\x41" R64("\x05") "\x05"),
	    0, FRAME, 0 },
	{ "OKs not packed",	H("\xfa\x01\x02\x08\x05"), 0, FRAME, 0 },
	{ "OKs in two packs",	H("\xfa\x01\x06\x0a\x01\x05\x0a\x01\x06"), 0,
	    FRAME, 0 },
#undef H
};

enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

/* The row as a message in a block of its exact size. */
static uint8_t *
build(const struct row *r, size_t *len)
{
	uint8_t *p;

	*len = 2 + r->head_len + r->body_len;
	if ((p = calloc(1, *len)) == NULL)
		abort();
	p[0] = (uint8_t)(r->head_len >> 8);
	p[1] = (uint8_t)r->head_len;
	memcpy(p + 2, r->head, r->head_len);
	return p;
}

static void
only_the_canonical_encoding_is_read(void **state)
{
	struct tacit_frame f;
	size_t i, len, used;
	uint8_t *in;
	int rc;

	(void)state;
	for (i = 0; i < N_ROWS; i++) {
		in = build(&rows[i], &len);
		used = 0;
		rc = tacit_frame_parse(&f, &used, in, len);
		if (rc != rows[i].want || f.head.id != rows[i].id)
			fail_msg("%s: %d, id %u", rows[i].name, rc,
			    (unsigned int)f.head.id);
		assert_int_equal(used, rc == 0 ? len : 0);
		assert_int_equal(f.body_len, rc == 0 ? rows[i].body_len : 0);
		assert_ptr_equal(f.body, rc == 0 ?
		    in + 2 + rows[i].head_len : NULL);
		free(in);
	}
}

static void
every_cut_is_refused(void **state)
{
	struct tacit_frame f;
	size_t i, cut, len, used, stop;
	uint8_t *in, *part;

	(void)state;
	for (i = 0; i < N_ROWS && rows[i].want == OK; i++) {
		in = build(&rows[i], &len);
		stop = len < 600 ? len : 600;
		for (cut = 0; cut < stop; cut++) {
			part = block_copy(in, cut);
			assert_int_equal(tacit_frame_parse(&f, &used, part,
			    cut), FRAME);
			free(part);
		}
		free(in);
	}
}

static void
a_header_over_512_bytes_is_refused(void **state)
{
	uint8_t in[2 + 600] = { 513 >> 8, 513 & 0xff, 0x72 };
	struct tacit_frame f;
	size_t used;

	(void)state;
	assert_int_equal(tacit_frame_parse(&f, &used, in, sizeof(in)), FRAME);
	in[0] = in[1] = 0xff;
	assert_int_equal(tacit_frame_parse(&f, &used, in, sizeof(in)), FRAME);
}

/* Whatever is accepted is written again byte for byte. */
static void
expect_refused_or_repeated(const uint8_t *in, size_t len)
{
	struct tacit_frame f;
	uint8_t *again;
	size_t used = 0;

	if (tacit_frame_parse(&f, &used, in, len) != 0)
		return;
	assert_true(used <= len);
	again = malloc(used);
	assert_non_null(again);
	assert_int_equal(tacit_frame_write(again, used, &f.head, f.body),
	    used);
	assert_memory_equal(again, in, used);
	free(again);
}

static void
every_flipped_bit_is_refused_or_means_something_else(void **state)
{
	size_t i, bit, len;
	uint8_t *in;

	(void)state;
	for (i = 0; i < N_ROWS; i++) {
		in = build(&rows[i], &len);
		for (bit = 0; bit < 8 * (2 + rows[i].head_len); bit++) {
			in[bit / 8] ^= (uint8_t)(1u << bit % 8);
			expect_refused_or_repeated(in, len);
			in[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		free(in);
	}
}

static void
random_bytes_are_refused_or_repeated(void **state)
{
	struct random rnd = random_start();
	const struct row *r;
	uint8_t *in, *part;
	size_t i, n, len;

	(void)state;
	for (i = 0; i < 20000; i++) {
		r = &rows[random_below(&rnd, N_ROWS)];
		in = build(r, &len);
		for (n = random_below(&rnd, 4); n-- > 0; )
			in[random_below(&rnd, 2 + r->head_len)] =
			    (uint8_t)random_next(&rnd);
		len = 1 + random_below(&rnd, len);
		part = block_copy(in, len);
		expect_refused_or_repeated(part, len);
		free(part);
		free(in);
	}
}

static const pb_size_t kinds[] = {
	tacit_Frame_create_tag, tacit_Frame_subscribe_tag,
	tacit_Frame_post_tag, tacit_Frame_ack_tag, tacit_Frame_close_tag,
	tacit_Frame_set_token_tag, tacit_Frame_split_tag,
	tacit_Frame_put_invitation_tag, tacit_Frame_get_invitation_tag,
	tacit_Frame_revoke_invitation_tag, tacit_Frame_ping_tag,
	tacit_Frame_welcome_tag, tacit_Frame_ok_tag, tacit_Frame_error_tag,
	tacit_Frame_subscribed_tag, tacit_Frame_invitation_tag,
	tacit_Frame_deliver_tag, tacit_Frame_drained_tag,
	tacit_Frame_ended_tag
};

/* Every field as long as it can be; counts and kinds such as there are. */
static void
fill(tacit_Frame *head, pb_size_t kind, struct random *rnd)
{
	memset(head, 0, sizeof(*head));
	random_fill(rnd, &head->is, sizeof(head->is));
	head->id = (uint32_t)random_next(rnd);
	head->which_is = kind;
	switch (kind) {
	case tacit_Frame_subscribe_tag:
		head->is.subscribe.count = 1 + (uint32_t)random_below(rnd,
		    TACIT_SUBSCRIBE_MAX);
		break;
	case tacit_Frame_subscribed_tag:
		head->is.subscribed.count = TACIT_SUBSCRIBE_MAX;
		break;
	case tacit_Frame_post_tag:
		head->is.post.kind = tacit_Kind_KIND_LETTER;
		head->is.post.resume = true;
		head->is.post.first = false;
		break;
	case tacit_Frame_deliver_tag:
		head->is.deliver.kind = tacit_Kind_KIND_PARCEL;
		break;
	case tacit_Frame_set_token_tag:
		head->is.set_token.keep = true;
		break;
	case tacit_Frame_ack_tag:
		head->is.ack.envelope_count = TACIT_ACK_MAX;
		break;
	case tacit_Frame_ok_tag:
		head->is.ok.id_count = TACIT_OK_MAX;
		head->is.ok.nearly_full = false;
		break;
	default:
		break;
	}
}

static void
every_kind_fits_a_header_and_comes_back(void **state)
{
	struct random rnd = random_start();
	static uint8_t body[TACIT_SUBSCRIBE_MAX * TACIT_SUBSCRIBE_ENTRY_LEN];
	static uint8_t buf[2 + TACIT_HEADER_MAX + sizeof(body)];
	struct tacit_frame f;
	tacit_Frame head;
	size_t i, len, used;
	uint8_t *exact;

	(void)state;
	random_fill(&rnd, body, sizeof(body));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		fill(&head, kinds[i], &rnd);
		len = tacit_frame_write(buf, sizeof(buf), &head, body);
		assert_int_not_equal(len, 0);
		assert_int_equal(tacit_frame_write(buf, len - 1, &head, body),
		    0);
		assert_int_equal(tacit_frame_write(buf, len, &head, body),
		    len);
		exact = block_copy(buf, len);
		assert_int_equal(tacit_frame_parse(&f, &used, exact, len), 0);
		assert_int_equal(used, len);
		assert_int_equal(f.head.id, head.id);
		assert_int_equal(f.head.which_is, head.which_is);
		if (f.body_len > 0)
			assert_memory_equal(f.body, body, f.body_len);
		assert_int_equal(tacit_frame_is_request(&f.head), i < 11);
		expect_refused_or_repeated(exact, len);
		free(exact);
	}
}

static void
what_would_be_refused_is_not_written(void **state)
{
	uint8_t buf[4096], body[2048] = { 0 };
	tacit_Frame head = tacit_Frame_init_zero;

	(void)state;
	assert_int_equal(tacit_frame_is_request(&head), 0);
	assert_int_equal(tacit_frame_write(buf, sizeof(buf), &head, body), 0);
	head.which_is = tacit_Frame_subscribe_tag;
	assert_int_equal(tacit_frame_write(buf, sizeof(buf), &head, body), 0);
	head.which_is = tacit_Frame_ack_tag;
	assert_int_equal(tacit_frame_write(buf, sizeof(buf), &head, body), 0);
	head.which_is = tacit_Frame_post_tag;
	assert_int_equal(tacit_frame_write(buf, sizeof(buf), &head, body), 0);
	head.which_is = tacit_Frame_ping_tag;
	assert_int_equal(tacit_frame_write(buf, 1, &head, NULL), 0);
	assert_int_equal(tacit_frame_write(buf, 4, &head, NULL), 4);
}

static void
frames_of_one_message_are_read_one_by_one(void **state)
{
	size_t a_len, b_len, used;
	uint8_t *a = build(&rows[3], &a_len), *b = build(&rows[0], &b_len);
	uint8_t *both = malloc(a_len + b_len);
	struct tacit_frame f;

	(void)state;
	assert_non_null(both);
	memcpy(both, a, a_len);
	memcpy(both + a_len, b, b_len);
	assert_int_equal(tacit_frame_parse(&f, &used, both, a_len + b_len), 0);
	assert_int_equal(f.head.which_is, tacit_Frame_post_tag);
	assert_int_equal(used, a_len);
	assert_int_equal(tacit_frame_parse(&f, &used, both + a_len, b_len), 0);
	assert_int_equal(f.head.which_is, tacit_Frame_ping_tag);
	free(a);
	free(b);
	free(both);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_canonical_encoding_is_read),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(a_header_over_512_bytes_is_refused),
		cmocka_unit_test(
		    every_flipped_bit_is_refused_or_means_something_else),
		cmocka_unit_test(random_bytes_are_refused_or_repeated),
		cmocka_unit_test(every_kind_fits_a_header_and_comes_back),
		cmocka_unit_test(what_would_be_refused_is_not_written),
		cmocka_unit_test(frames_of_one_message_are_read_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
