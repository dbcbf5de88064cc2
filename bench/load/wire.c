/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffers and frames.  Input is one buffer: [in_at, in_ready) is payload in
 * one piece; behind it, [raw_at, raw_end), lies what is still in WebSocket
 * frames.  Without WebSocket the second is always empty.  Output is
 * [out_at, out_len), with the open message's header left free at ${message}.
 */
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "wire_priv.h"

enum {
	HEADER = 8,			/* 2, 2 of length, 4 of mask */
	LONGER = 6,			/* that a header may be than this */
	SMALL = 126,			/* from here on the length is apart */
	OUT_MIN = 1024, IN_MIN = 1024, IN_MAX = 262144,
	CONTROL_MAX = 125,
	BINARY = 2, CLOSE = 8, PING = 9, PONG = 10
};

static uint8_t *
grow(uint8_t *buf, size_t *cap, size_t need, size_t least)
{
	size_t n = *cap == 0 ? least : *cap;

	while (n < need)
		n *= 2;
	if (n == *cap)
		return buf;
	if ((buf = realloc(buf, n)) == NULL)
		fail("no memory");
	*cap = n;
	return buf;
}

/* ---- output -------------------------------------------------------------- */

/* ${len} bytes free behind out_len. */
static void
out_room(struct wire *w, size_t len)
{
	if (w->out_cap - w->out_len >= len)
		return;
	if (w->out_at > 0) {
		memmove(w->out, w->out + w->out_at, w->out_len - w->out_at);
		w->out_len -= w->out_at;
		w->message -= w->units > 0 ? w->out_at : 0;
		w->out_at = 0;
	}
	w->out = grow(w->out, &w->out_cap, w->out_len + len, OUT_MIN);
}

static void
mark_dirty(struct wire *w)
{
	struct wires *s = w->set;

	if (w->dirty)
		return;
	w->dirty = 1;
	s->dirty[s->n_dirty++] = w;	/* has room for all: wire_open() */
}

/* xorshift64: masks need not be secret here, only as dear as real ones. */
static uint32_t
next_mask(struct wires *s)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return (uint32_t)(s->random >> 32);
}

static void
apply_mask(uint8_t *p, size_t len, uint32_t mask)
{
	uint64_t wide = (uint64_t)mask << 32 | mask, v;
	size_t i;

	for (i = 0; i + sizeof(v) <= len; i += sizeof(v)) {
		memcpy(&v, p + i, sizeof(v));
		v ^= wide;
		memcpy(p + i, &v, sizeof(v));
	}
	for (; i < len; i++)
		p[i] ^= (uint8_t)(mask >> (i % 4 * 8));
}

/*
 * Write the header of a message of ${len} bytes, for which HEADER was left
 * free at ${p}, with the shortest length there is; where the mask begins.
 * The payload moves where that is not what was left free.
 */
static uint8_t *
put_header(struct wire *w, uint8_t *p, size_t len)
{
	size_t width = len < SMALL ? 0 : len <= UINT16_MAX ? 2 : 8, i;
	size_t head = 2 + width + sizeof(uint32_t);

	if (head != HEADER)
		memmove(p + head, p + HEADER, len);
	w->out_len += head - HEADER;
	p[0] = 0x80 | BINARY;
	p[1] = (uint8_t)(0x80 | (width == 0 ? len : width == 2 ? 126 : 127));
	for (i = 0; i < width; i++)
		p[2 + i] = (uint8_t)((uint64_t)len >> 8 * (width - 1 - i));
	return p + 2 + width;
}

void
wire_seal(struct wire *w)
{
	uint32_t mask = next_mask(w->set);
	size_t len;
	uint8_t *p;

	if (w->units == 0)
		return;
	len = w->out_len - w->message - HEADER;
	out_room(w, LONGER);		/* before ${p} is taken: it may move */
	p = put_header(w, w->out + w->message, len);
	memcpy(p, &mask, sizeof(mask));
	apply_mask(p + sizeof(mask), len, mask);
	w->units = 0;
}

uint8_t *
wire_room(struct wire *w, size_t len)
{
	if (!w->ws) {
		out_room(w, len);
		return w->out + w->out_len;
	}
	if (w->units == WIRE_UNITS_MAX || (w->units > 0 &&
	    w->out_len - w->message - HEADER + len > WIRE_MESSAGE_MAX))
		wire_seal(w);
	if (w->units > 0) {
		out_room(w, len);
		return w->out + w->out_len;
	}
	out_room(w, HEADER + len);
	return w->out + w->out_len + HEADER;
}

void
wire_put(struct wire *w, size_t len)
{
	if (len == 0 || len > WIRE_UNIT_MAX)
		fail("a unit of %zu bytes", len);
	if (w->ws && w->units++ == 0) {
		w->message = w->out_len;
		w->out_len += HEADER;
	}
	w->out_len += len;
	mark_dirty(w);
}

void
wire_add(struct wire *w, const void *data, size_t len)
{
	memcpy(wire_room(w, len), data, len);
	wire_put(w, len);
}

size_t
wire_waiting(const struct wire *w)
{
	return w->out_len - w->out_at;
}

void
wire_control(struct wire *w, uint8_t opcode, const uint8_t *data, size_t len)
{
	uint8_t head[6] = { (uint8_t)(0x80 | opcode), (uint8_t)(0x80 | len) };
	uint32_t mask = next_mask(w->set);

	wire_seal(w);
	memcpy(head + 2, &mask, sizeof(mask));
	out_room(w, sizeof(head) + len);
	memcpy(w->out + w->out_len, head, sizeof(head));
	if (len > 0)
		memcpy(w->out + w->out_len + sizeof(head), data, len);
	apply_mask(w->out + w->out_len + sizeof(head), len, mask);
	w->out_len += sizeof(head) + len;
	mark_dirty(w);
}

/* ---- input --------------------------------------------------------------- */

const uint8_t *
wire_bytes(const struct wire *w, size_t *len)
{
	*len = w->in_ready - w->in_at;
	return w->in + w->in_at;
}

void
wire_take(struct wire *w, size_t len)
{
	w->in_at += len;
}

uint8_t *
wire_space(struct wire *w, size_t *cap)
{
	size_t ready = w->in_ready - w->in_at, raw = w->raw_end - w->raw_at;

	if (w->in_at > 0 || w->raw_at > w->in_ready) {
		if (ready > 0)
			memmove(w->in, w->in + w->in_at, ready);
		if (raw > 0)
			memmove(w->in + ready, w->in + w->raw_at, raw);
		w->in_at = 0;
		w->in_ready = w->raw_at = ready;
		w->raw_end = ready + raw;
	}
	/* Whoever fills it gets more; whoever is idle stays small. */
	if (w->in_cap - w->raw_end < w->in_cap / 2 || w->in_cap == 0)
		w->in = grow(w->in, &w->in_cap, w->in_cap + 1, IN_MIN);
	*cap = w->in_cap - w->raw_end;
	return w->in + w->raw_end;
}

/* A frame's header at ${p}, of ${len} bytes: its length; 0: cut short. */
static size_t
parse_header(struct wire *w, const uint8_t *p, size_t len)
{
	size_t n = 2, i;

	if (len < n)
		return 0;
	n += p[1] == 126 ? 2 : p[1] == 127 ? 8 : 0;
	if (len < n)
		return 0;
	if (p[1] & 0x80)
		fail("the server masks its frames");
	w->opcode = p[0] & 0x0f;
	w->left = p[1];
	for (i = 2, w->left = n > 2 ? 0 : w->left; i < n; i++)
		w->left = w->left << 8 | p[i];
	return n;
}

/* A control frame at raw_at; 0: it is not there as a whole yet. */
static int
take_control(struct wire *w)
{
	if (w->left > CONTROL_MAX)
		fail("the server sends a control frame that is too long");
	if (w->raw_end - w->raw_at < w->left)
		return 0;
	if (w->opcode == PING)
		wire_control(w, PONG, w->in + w->raw_at, (size_t)w->left);
	else if (w->opcode == CLOSE)
		w->ended = 1;
	w->raw_at += (size_t)w->left;
	w->left = 0;
	w->opcode = 0;
	return 1;
}

static void
take_data(struct wire *w)
{
	size_t n = w->raw_end - w->raw_at;

	n = n < w->left ? n : (size_t)w->left;
	if (w->in_at == w->in_ready)
		w->in_at = w->in_ready = w->raw_at;
	if (w->in_ready != w->raw_at)
		memmove(w->in + w->in_ready, w->in + w->raw_at, n);
	w->in_ready += n;
	w->raw_at += n;
	w->left -= n;
}

void
wire_got(struct wire *w, size_t len)
{
	size_t n;

	w->raw_end += len;
	if (!w->ws) {
		w->in_ready = w->raw_at = w->raw_end;
		return;
	}
	while (w->raw_at < w->raw_end) {
		if (w->left == 0 && w->opcode < CLOSE) {
			n = parse_header(w, w->in + w->raw_at,
			    w->raw_end - w->raw_at);
			if (n == 0)
				return;
			w->raw_at += n;
		}
		if (w->opcode < CLOSE)
			take_data(w);
		else if (!take_control(w))
			return;
	}
}
