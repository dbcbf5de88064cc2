/* SPDX-License-Identifier: Apache-2.0 */
/* Frames go in and out whole, in order, and within the bounds of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <sodium.h>

#include "wire.h"

static uint8_t buf[2 * TACIT_MESSAGE_MAX];

static size_t
ping(uint8_t *to, uint32_t id)
{
	tacit_Frame f = { .id = id, .which_is = tacit_Frame_ping_tag };

	return tacit_frame_write(to, 64, &f, NULL);
}

/* Hand ${len} bytes over in pieces of at most ${piece}. */
static int
feed(struct conn *c, const uint8_t *p, size_t len, size_t piece)
{
	size_t n;
	int rc = 0;

	do {
		n = len < piece ? len : piece;
		/* Alone in a block of its size: ASan sees a read past it. */
		uint8_t *copy = malloc(n > 0 ? n : 1);

		assert_non_null(copy);
		memcpy(copy, p, n);
		p += n;
		len -= n;
		rc = conn_input(c, copy, n, 0, len == 0);
		free(copy);
	} while (rc == 0 && len > 0);
	return rc;
}

static void
messages_are_put_together_from_any_pieces(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 64, 4096, SIZE_MAX };
	struct wire w = { 0 };
	struct tacit_frame f;
	struct conn *c;
	size_t i, len;
	uint32_t id;

	(void)state;
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		c = conn_new(1, &wire_io, &w);
		for (len = 0, id = 1; id <= TACIT_FRAMES_MAX; id++)
			len += ping(buf + len, id * 1000);
		assert_int_equal(conn_next(c, &f), 0);
		assert_int_equal(feed(c, buf, len, pieces[i]), 0);
		for (id = 1; id <= TACIT_FRAMES_MAX; id++) {
			assert_int_equal(conn_next(c, &f), 1);
			assert_int_equal(conn_next(c, &f), 1); /* again */
			assert_int_equal(f.head.id, id * 1000);
			conn_taken(c);
		}
		assert_int_equal(conn_next(c, &f), 0);
		assert_null(c->in);
		conn_unref(c);
	}
}

static void
nothing_over_the_limit_is_kept(void **state)
{
	static const struct {
		size_t before, len, left;
		int want;
	} cases[] = {
		{ 0, TACIT_MESSAGE_MAX, 0, 0 },
		{ 0, 0, TACIT_MESSAGE_MAX, 0 },
		{ 1, TACIT_MESSAGE_MAX - 1, 0, 0 },
		{ 0, 1, TACIT_MESSAGE_MAX - 1, 0 },
		{ 0, TACIT_MESSAGE_MAX + 1, 0, TACIT_E_LIMIT },
		{ 0, 0, TACIT_MESSAGE_MAX + 1, TACIT_E_LIMIT },
		{ 0, 1, TACIT_MESSAGE_MAX, TACIT_E_LIMIT },
		{ TACIT_MESSAGE_MAX, 1, 0, TACIT_E_LIMIT },
		{ 1, TACIT_MESSAGE_MAX, 0, TACIT_E_LIMIT },
		{ 1, 1, SIZE_MAX, TACIT_E_LIMIT },
	};
	struct wire w = { 0 };
	struct conn *c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		c = conn_new(1, &wire_io, &w);
		assert_int_equal(conn_input(c, buf, cases[i].before, 0, 0),
		    0);
		assert_int_equal(conn_input(c, buf, cases[i].len,
		    cases[i].left, 0), cases[i].want);
		if (cases[i].want != 0)
			assert_int_equal(c->in_len, cases[i].before);
		conn_unref(c);
	}
}

/*
 * Messages that come while the first is worked on, in pieces of ${piece}: all
 * of them are read in order, the last when its rest is there.
 */
static void
what_comes_early_waits_for_the_first(void **state)
{
	static const size_t pieces[] = { 1, 3, 5, 100, SIZE_MAX };
	struct wire w = { .reading = 1 };
	struct tacit_frame f;
	struct conn *c;
	size_t i, len;
	uint32_t id, m;

	(void)state;
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		c = conn_new(1, &wire_io, &w);
		for (id = m = 1; m <= 50; m++) {
			for (len = 0; len < m * 4 % 90 + 1; id++)
				len += ping(buf + len, id);
			assert_int_equal(feed(c, buf, len, pieces[i]), 0);
			conn_settle(c);
			assert_false(w.reading);
		}
		len = ping(buf, id);
		assert_int_equal(conn_input(c, buf, 2, len - 2, 0), 0);
		for (m = 1; m < id; m++) {
			assert_int_equal(conn_next(c, &f), 1);
			assert_int_equal(f.head.id, m);
			conn_taken(c);
		}
		assert_int_equal(conn_next(c, &f), 0);
		assert_null(c->later);
		conn_settle(c);
		assert_true(w.reading);
		assert_int_equal(conn_input(c, buf + 2, len - 2, 0, 1), 0);
		assert_int_equal(conn_next(c, &f), 1);
		assert_int_equal(f.head.id, id);
		conn_unref(c);
	}
}

static void
a_malformed_message_spoils_none_behind_it(void **state)
{
	struct wire w = { 0 };
	struct conn *c = conn_new(1, &wire_io, &w);
	struct tacit_frame f;

	(void)state;
	assert_int_equal(feed(c, (const uint8_t *)"\0\2\xff\xff", 4, 9), 0);
	assert_int_equal(feed(c, buf, ping(buf, 1), 9), 0);
	assert_int_equal(feed(c, (const uint8_t *)"", 0, 9), 0);
	assert_int_equal(feed(c, buf, ping(buf, 2), 9), 0);
	assert_int_equal(conn_next(c, &f), TACIT_E_FRAME);
	assert_int_equal(conn_next(c, &f), 1);
	assert_int_equal(f.head.id, 1);
	conn_taken(c);
	assert_int_equal(conn_next(c, &f), TACIT_E_FRAME);
	assert_int_equal(conn_next(c, &f), 1);
	assert_int_equal(f.head.id, 2);
	conn_taken(c);
	assert_int_equal(conn_next(c, &f), 0);
	assert_int_equal(c->malformed, 2);
	conn_unref(c);
}

static void
what_comes_early_is_bounded(void **state)
{
	struct wire w = { 0 };
	struct conn *c;
	int rc, i;

	(void)state;
	for (i = 0; i < 2; i++) {	/* one by one; in one message */
		c = conn_new(1, &wire_io, &w);
		assert_int_equal(feed(c, buf, ping(buf, 1), 9), 0);
		do {
			rc = conn_input(c, buf, 1000, 0, i == 0);
		} while (rc == 0);
		assert_int_equal(rc, i == 0 ? TACIT_E_STATE : TACIT_E_LIMIT);
		assert_true(c->later_len <= CONN_LATER_MAX);
		conn_fail(c, 1008);
		assert_null(c->later);
		conn_unref(c);
	}
	c = conn_new(1, &wire_io, &w);
	assert_int_equal(feed(c, buf, ping(buf, 1), 9), 0);
	assert_int_equal(conn_input(c, buf, 1, TACIT_MESSAGE_MAX, 0),
	    TACIT_E_LIMIT);
	conn_unref(c);
}

/* One message each, after a PING with id 7; what its second frame gets. */
static const struct {
	const char *name;
	uint32_t id;			/* of a PING; 0: use ${raw} */
	const char *raw;
	size_t raw_len;
	int want;
} seconds[] = {
	{ "next id",		8, NULL, 0, 1 },
	{ "largest id",		UINT32_MAX, NULL, 0, 1 },
	{ "same id",		7, NULL, 0, TACIT_E_FRAME },
	{ "lower id",		1, NULL, 0, TACIT_E_FRAME },
	{ "id 0",		0, "\0\2\x72\0", 4, TACIT_E_FRAME },
	{ "one byte",		0, "\0", 1, TACIT_E_FRAME },
	{ "no header",		0, "\0\0", 2, TACIT_E_FRAME },
	{ "header cut short",	0, "\0\5\x08\x08\x72", 5, TACIT_E_FRAME },
	{ "header over 512",	0, "\2\1\x08", 3, TACIT_E_FRAME },
	{ "not protobuf",	0, "\0\2\xff\xff", 4, TACIT_E_FRAME },
	{ "an answer, not a request",
	    0, "\0\5\x08\x08\xb2\x02\0", 7, TACIT_E_FRAME },
};

static void
malformed_frames_end_their_message(void **state)
{
	struct wire w = { 0 };
	struct tacit_frame f;
	struct conn *c;
	size_t i, len;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		c = conn_new(1, &wire_io, &w);
		len = ping(buf, 7);
		if (seconds[i].raw != NULL) {
			memcpy(buf + len, seconds[i].raw, seconds[i].raw_len);
			len += seconds[i].raw_len;
		} else {
			len += ping(buf + len, seconds[i].id);
		}
		assert_int_equal(feed(c, buf, len, SIZE_MAX), 0);
		assert_int_equal(conn_next(c, &f), 1);
		conn_taken(c);
		if ((rc = conn_next(c, &f)) != seconds[i].want)
			fail_msg("%s: %d", seconds[i].name, rc);
		if (rc < 0) {
			assert_null(c->in);
			assert_int_equal(c->malformed, 1);
			assert_int_equal(conn_next(c, &f), 0);
			assert_int_equal(c->last_id, 7);
		}
		conn_unref(c);
	}
}

static void
empty_message_and_65th_frame_are_malformed(void **state)
{
	struct wire w = { 0 };
	struct conn *c = conn_new(1, &wire_io, &w);
	struct tacit_frame f;
	size_t len = 0;
	uint32_t id;

	(void)state;
	assert_int_equal(conn_input(c, buf, 0, 0, 1), 0);
	assert_int_equal(conn_next(c, &f), TACIT_E_FRAME);

	for (id = 1; id <= TACIT_FRAMES_MAX + 1; id++)
		len += ping(buf + len, id);
	assert_int_equal(feed(c, buf, len, SIZE_MAX), 0);
	for (id = 1; id <= TACIT_FRAMES_MAX; id++) {
		assert_int_equal(conn_next(c, &f), 1);
		conn_taken(c);
	}
	assert_int_equal(conn_next(c, &f), TACIT_E_FRAME);
	conn_unref(c);
}

static void
output_is_packed_within_the_limits_of_a_message(void **state)
{
	static uint8_t body[TACIT_PARCEL_LEN];
	tacit_Frame f = { .which_is = tacit_Frame_deliver_tag };
	struct wire w = { 0 };
	struct conn *c = conn_new(1, &wire_io, &w);
	const struct out *o;
	struct tacit_frame got;
	size_t at = 0, used;
	int i, n = 0, messages = 0;

	(void)state;
	for (i = 0; i < 300; i++) {
		f.is.deliver.kind = i % 10 == 0 ? tacit_Kind_KIND_PARCEL :
		    tacit_Kind_KIND_LETTER;
		f.is.deliver.envelope[0] = (uint8_t)(i >> 8);
		f.is.deliver.envelope[1] = (uint8_t)i;
		conn_push(c, &f, body);
	}
	while ((o = conn_output(c)) != NULL) {
		assert_in_range(o->len, 1, CONN_MESSAGE_OUT);
		assert_in_range(o->frames, 1, TACIT_FRAMES_MAX);
		for (at = 0; at < o->len; at += used, n++) {
			assert_int_equal(tacit_frame_parse(&got, &used,
			    o->buf + CONN_HEADROOM + at, o->len - at), 0);
			assert_int_equal(got.head.is.deliver.envelope[0] << 8
			    | got.head.is.deliver.envelope[1], n);
		}
		conn_written(c);
		messages++;
	}
	assert_int_equal(n, 300);
	assert_in_range(messages, 30, 60);
	assert_int_equal(c->out_bytes, 0);
	conn_unref(c);
}

static void
verdicts_leave_in_order_and_grouped(void **state)
{
	/* What is kept, then the frames: how many ids each OK lists. */
	static const struct verdict kept[] = {
		{ 1, 0, 0, 0, 0 }, { 2, 0, 0, 0, 0 }, { 3, 0, 0, 1, 0 },
		{ 4, 0, 0, 1, 0 }, { 5, 9, TACIT_E_RATE, 0, 0 },
		{ 6, 0, TACIT_E_LATCHED, 0, 0 }, { 7, 0, 0, 0, 0 },
	};
	static const struct {
		uint32_t oks, first;
		int nearly_full, code;
	} frames[] = {
		{ 2, 1, 0, 0 }, { 2, 3, 1, 0 }, { 0, 5, 0, TACIT_E_RATE },
		{ 0, 6, 0, TACIT_E_LATCHED }, { 1, 7, 0, 0 },
	};
	struct wire w = { 0 };
	struct conn *c = conn_new(1, &wire_io, &w);
	struct tacit_frame f;
	size_t at = 0, i;

	(void)state;
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		conn_keep_verdict(c, &kept[i]);
	assert_null(conn_output(c));
	assert_false(conn_push_verdicts(c, 0));
	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		assert_int_equal(wire_next(c, &at, &f), 1);
		if (frames[i].oks == 0) {
			assert_int_equal(f.head.is.error.id, frames[i].first);
			assert_int_equal(f.head.is.error.code,
			    -frames[i].code);
			continue;
		}
		assert_int_equal(f.head.is.ok.id_count, frames[i].oks);
		assert_int_equal(f.head.is.ok.id[0], frames[i].first);
		assert_int_equal(f.head.is.ok.nearly_full,
		    frames[i].nearly_full);
	}
	assert_int_equal(wire_next(c, &at, &f), 0);
	conn_unref(c);
}

static void
one_ok_lists_64_and_no_more(void **state)
{
	struct verdict v = { 0 };
	struct wire w = { 0 };
	struct conn *c = conn_new(1, &wire_io, &w);
	struct tacit_frame f;
	uint32_t n = 0;
	size_t at = 0;

	(void)state;
	for (v.id = 1; v.id <= 150; v.id++)
		conn_keep_verdict(c, &v);
	assert_false(conn_push_verdicts(c, 0));
	while (wire_next(c, &at, &f)) {
		assert_in_range(f.head.is.ok.id_count, 1, TACIT_OK_MAX);
		assert_int_equal(f.head.is.ok.id[0], n + 1);
		n += f.head.is.ok.id_count;
	}
	assert_int_equal(n, 150);
	conn_unref(c);
}

static void
reading_stops_at_each_bound_and_goes_on_below_it(void **state)
{
	static uint8_t body[TACIT_PARCEL_LEN];
	tacit_Frame f = { .which_is = tacit_Frame_deliver_tag };
	struct wire w = { .reading = 1 };
	struct conn *c = conn_new(1, &wire_io, &w);
	struct verdict v = { .id = 1 };
	int i;

	(void)state;
	for (i = 0; i < CONN_PENDING_MAX; i++) {
		conn_settle(c);
		assert_true(w.reading);
		conn_begin(c, 0);
	}
	conn_settle(c);
	assert_false(w.reading);
	conn_end(c, 0);
	assert_true(w.reading);

	conn_keep_verdict(c, &v);	/* an answer not sent counts too */
	conn_settle(c);
	assert_false(w.reading);
	assert_false(conn_push_verdicts(c, 0));
	assert_true(w.reading);
	while (c->pending > 0)
		conn_end(c, 0);

	conn_begin(c, CONN_PENDING_BYTES);
	conn_settle(c);
	assert_false(w.reading);
	conn_end(c, CONN_PENDING_BYTES);
	assert_true(w.reading);

	f.is.deliver.kind = tacit_Kind_KIND_PARCEL;
	while (c->out_bytes < CONN_OUT_HIGH)
		conn_push(c, &f, body);
	conn_settle(c);
	assert_false(w.reading);
	while (conn_output(c) != NULL)
		conn_written(c);
	conn_settle(c);
	assert_true(w.reading);
	conn_unref(c);
}

static void
a_failed_connection_sends_what_it_has_and_reads_no_more(void **state)
{
	struct wire w = { .reading = 1 };
	struct conn *c = conn_new(1, &wire_io, &w);
	struct tacit_frame f;
	size_t at = 0;

	(void)state;
	assert_int_equal(feed(c, buf, ping(buf, 1), 99), 0);
	conn_push_ok(c, 1);
	conn_fail(c, 1008);
	conn_fail(c, 1001);
	assert_int_equal(c->close_code, 1008);
	assert_false(w.reading);
	assert_int_equal(conn_next(c, &f), 0);
	assert_int_equal(wire_next(c, &at, &f), 1);
	conn_unref(c);
}

static void
after_its_close_a_connection_is_only_counted(void **state)
{
	struct wire w = { 0 };
	struct conn *c = conn_new(1, &wire_io, &w);
	struct verdict v = { .id = 1 };
	int writes;

	(void)state;
	conn_begin(c, 10);
	conn_close(c);
	writes = w.writes;
	conn_unref(c);			/* the transport's */
	conn_push_ok(c, 1);
	conn_keep_verdict(c, &v);
	conn_fail(c, 1011);
	assert_null(conn_output(c));
	assert_int_equal(w.writes, writes);
	conn_end(c, 10);		/* the last: it is freed */
	conn_unref(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_put_together_from_any_pieces),
		cmocka_unit_test(nothing_over_the_limit_is_kept),
		cmocka_unit_test(what_comes_early_waits_for_the_first),
		cmocka_unit_test(a_malformed_message_spoils_none_behind_it),
		cmocka_unit_test(what_comes_early_is_bounded),
		cmocka_unit_test(malformed_frames_end_their_message),
		cmocka_unit_test(empty_message_and_65th_frame_are_malformed),
		cmocka_unit_test(
		    output_is_packed_within_the_limits_of_a_message),
		cmocka_unit_test(verdicts_leave_in_order_and_grouped),
		cmocka_unit_test(one_ok_lists_64_and_no_more),
		cmocka_unit_test(
		    reading_stops_at_each_bound_and_goes_on_below_it),
		cmocka_unit_test(
		    a_failed_connection_sends_what_it_has_and_reads_no_more),
		cmocka_unit_test(
		    after_its_close_a_connection_is_only_counted),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
