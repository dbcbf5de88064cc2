/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generator's WebSocket: what is written unmasks to the units in order,
 * within the limits; what comes is the same however it was cut and framed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"
#include "wire_priv.h"

enum { STREAM = 2000000, PING = 0x89, PONG = 0x8a };

/* A wire of a set, without a socket. */
struct fake {
	struct wires set;
	struct wire *dirty[1];
	struct wire w;
};

static void
fake_init(struct fake *f)
{
	memset(f, 0, sizeof(*f));
	f->set.random = 1;
	f->set.dirty = f->dirty;
	f->set.dirty_cap = 1;
	f->w.set = &f->set;
	f->w.fd = -1;
	f->w.ws = 1;
}

static void
fake_free(struct fake *f)
{
	free(f->w.in);
	free(f->w.out);
}

static uint8_t *
random_bytes(struct random *r, size_t len)
{
	uint8_t *p = malloc(len);
	size_t i;

	assert_non_null(p);
	for (i = 0; i < len; i++)
		p[i] = (uint8_t)random_next(r);
	return p;
}

/* ---- what is written ----------------------------------------------------- */

/* The payload of the client's frame at , unmasked in place; its length. */
static size_t
read_frame(uint8_t *p, size_t len, uint8_t **payload, size_t *used)
{
	size_t n, head = 6, i;

	assert_true(len >= 6);
	assert_true(p[1] & 0x80);
	n = p[1] & 0x7f;
	head += n == 126 ? 2 : n == 127 ? 8 : 0;
	for (i = 2, n = head > 6 ? 0 : n; i < head - 4; i++)
		n = n << 8 | p[i];
	/* The shortest spelling. */
	assert_true(head != 8 || n >= 126);
	assert_true(head != 14 || n > 65535);
	assert_true(len >= head + n);
	for (i = 0; i < n; i++)
		p[head + i] ^= p[head - 4 + i % 4];
	*payload = p + head;
	*used = head + n;
	return n;
}

static void
units_come_out_of_frames_as_they_went_in(void **state)
{
	static const size_t sizes[] = { 1, 2, 10, 100, 119, 125, 126, 127,
	    2048, 2198, 65535, 65536, 100000 };
	struct random r = random_start();
	uint8_t *bytes = random_bytes(&r, STREAM), *payload;
	size_t at = 0, seen = 0, n, used, out;
	struct fake f;

	(void)state;
	fake_init(&f);
	while (at < STREAM) {
		n = sizes[random_next(&r) % (sizeof(sizes) /
		    sizeof(sizes[0]))];
		n = n < STREAM - at ? n : STREAM - at;
		/* Room for the longest that it might have become. */
		memcpy(wire_room(&f.w, n + random_next(&r) % 2 *
		    1000), bytes + at, n);
		wire_put(&f.w, n);
		at += n;
		if (random_next(&r) % 16 == 0)
			wire_seal(&f.w);
		assert_int_equal(f.set.n_dirty, 1);
	}
	wire_seal(&f.w);
	for (out = f.w.out_at; out < f.w.out_len; out += used) {
		assert_int_equal(f.w.out[out], 0x82);
		n = read_frame(f.w.out + out, f.w.out_len - out, &payload,
		    &used);
		assert_true(n <= WIRE_UNIT_MAX && seen + n <= STREAM);
		assert_memory_equal(payload, bytes + seen, n);
		seen += n;
	}
	assert_int_equal(seen, STREAM);
	fake_free(&f);
	free(bytes);
}

static void
no_message_has_more_than_64_units(void **state)
{
	size_t i, used, n;
	uint8_t *payload;
	struct fake f;

	(void)state;
	fake_init(&f);
	for (i = 0; i < WIRE_UNITS_MAX + 1; i++)
		wire_add(&f.w, "x", 1);
	wire_seal(&f.w);
	n = read_frame(f.w.out, f.w.out_len, &payload, &used);
	assert_int_equal(n, WIRE_UNITS_MAX);
	n = read_frame(f.w.out + used, f.w.out_len - used, &payload, &used);
	assert_int_equal(n, 1);
	fake_free(&f);
}

/* ---- what comes ---------------------------------------------------------- */

/* One frame of a server with the shortest length there is; its size. */
static size_t
put_frame(uint8_t *out, uint8_t first, const uint8_t *data, size_t len)
{
	size_t head = 2, i, width = len < 126 ? 0 : len < 65536 ? 2 : 8;

	out[0] = first;
	out[1] = (uint8_t)(width == 0 ? len : width == 2 ? 126 : 127);
	for (i = 0; i < width; i++)
		out[head++] = (uint8_t)((uint64_t)len >>
		    8 * (width - 1 - i));
	memcpy(out + head, data, len);
	return head + len;
}

/*  as frames of many sizes, in fragments, with pings between. */
static size_t
frames_of(struct random *r, uint8_t *out, const uint8_t *bytes, size_t len,
    size_t *pings)
{
	static const size_t sizes[] = { 0, 1, 125, 126, 500, 65535, 65536,
	    70000 };
	size_t at = 0, end = 0, n;

	while (at < len) {
		n = sizes[random_next(r) % 8];
		n = n < len - at ? n : len - at;
		end += put_frame(out + end,
		    (uint8_t)(random_next(r) % 2 ? 0x82 : 0x00), bytes + at,
		    n);
		at += n;
		if (random_next(r) % 4 == 0) {
			end += put_frame(out + end, PING, bytes, 5);
			++*pings;
		}
	}
	return end;
}

static void
check_pongs(struct fake *f, const uint8_t *data, size_t pings)
{
	size_t out, n, used;
	uint8_t *payload;

	for (out = 0; out < f->w.out_len; out += used, pings--) {
		assert_int_equal(f->w.out[out], PONG);
		n = read_frame(f->w.out + out, f->w.out_len - out, &payload,
		    &used);
		assert_int_equal(n, 5);
		assert_memory_equal(payload, data, n);
	}
	assert_int_equal(pings, 0);
}

static void
a_stream_is_the_same_however_it_is_cut(void **state)
{
	struct random r = random_start();
	uint8_t *bytes = random_bytes(&r, STREAM), *framed, *p;
	const uint8_t *payload;
	size_t len, at = 0, seen = 0, cap, n, most, pings = 0;
	struct fake f;

	(void)state;
	fake_init(&f);
	assert_non_null(framed = malloc((size_t)2 * STREAM + 65536));
	len = frames_of(&r, framed, bytes, STREAM, &pings);
	while (at < len) {
		p = wire_space(&f.w, &cap);
		most = random_next(&r) % 3 == 0 ? 3 : 50000;
		n = 1 + random_next(&r) % most;
		n = n < cap ? n : cap;
		n = n < len - at ? n : len - at;
		memcpy(p, framed + at, n);
		wire_got(&f.w, n);
		at += n;
		payload = wire_bytes(&f.w, &n);
		assert_true(seen + n <= STREAM);
		assert_memory_equal(payload, bytes + seen, n);
		n = n == 0 ? 0 : random_next(&r) % (n + 1);
		wire_take(&f.w, n);
		seen += n;
	}
	payload = wire_bytes(&f.w, &n);
	assert_int_equal(seen + n, STREAM);
	assert_memory_equal(payload, bytes + seen, n);
	check_pongs(&f, bytes, pings);
	fake_free(&f);
	free(framed);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_come_out_of_frames_as_they_went_in),
		cmocka_unit_test(no_message_has_more_than_64_units),
		cmocka_unit_test(a_stream_is_the_same_however_it_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
