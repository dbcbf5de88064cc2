/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tacit/frame_hot.h"
#include "tacit/limits.h"

/* Tags as they stand on the wire: field number and wire type. */
enum {
	TAG_ID = 0x08,
	TAG_POST = 0x22, TAG_ACK = 0x2a,	/* of one byte, */
	TAG_OK = 0xfa, TAG_DELIVER = 0x9a,	/* of two: */
	TAG_OK_MORE = 0x01, TAG_DELIVER_MORE = 0x02,

	BYTES_1 = 0x0a, BYTES_2 = 0x12, BYTES_3 = 0x1a,
	NUMBER_2 = 0x10, NUMBER_3 = 0x18, NUMBER_4 = 0x20, NUMBER_5 = 0x28,
	NUMBER_6 = 0x30
};

_Static_assert(sizeof(((tacit_Ok *)NULL)->id) ==
    TACIT_OK_MAX * sizeof(uint32_t), "not as many ids as in the limits");
_Static_assert(sizeof(((tacit_Ack *)NULL)->envelope) ==
    TACIT_ACK_MAX * TACIT_ENVELOPE_ID_LEN, "not as many ids to an ACK");

/* ---- reading: each step takes the one spelling there is, or says no ------ */

struct cursor {
	const uint8_t *next, *end;
};

static size_t
left(const struct cursor *c)
{
	return (size_t)(c->end - c->next);
}

/* Is ${byte} next?  Then it is taken. */
static int
take(struct cursor *c, uint8_t byte)
{
	if (c->next == c->end || *c->next != byte)
		return 0;
	c->next++;
	return 1;
}

static int
take_bytes(struct cursor *c, uint8_t tag, uint8_t *to, size_t len)
{
	if (!take(c, tag) || !take(c, (uint8_t)len) || left(c) < len)
		return 0;
	memcpy(to, c->next, len);
	c->next += len;
	return 1;
}

/* A varint of 32 bits without a byte too many. */
static int
take_number(struct cursor *c, uint32_t *to)
{
	uint32_t v = 0;
	unsigned int shift = 0;
	uint8_t byte;

	do {
		if (c->next == c->end)
			return 0;
		byte = *c->next++;
		if (shift == 28 && byte > 0x0f)
			return 0;
		v |= (uint32_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	*to = v;
	return byte != 0 || shift == 7;
}

static int
take_kind(struct cursor *c, uint8_t tag, tacit_Kind *to)
{
	if (!take(c, tag))
		return 0;
	*to = take(c, tacit_Kind_KIND_LETTER) ? tacit_Kind_KIND_LETTER :
	    tacit_Kind_KIND_PARCEL;
	return *to == tacit_Kind_KIND_LETTER ||
	    take(c, tacit_Kind_KIND_PARCEL);
}

/* True is written as 1, and false not at all. */
static int
take_flag(struct cursor *c, uint8_t tag, bool *to)
{
	*to = take(c, tag);
	return !*to || take(c, 1);
}

static int
read_post(struct cursor *c, tacit_Post *m)
{
	return take_bytes(c, BYTES_1, m->address, sizeof(m->address)) &&
	    take_bytes(c, BYTES_2, m->token, sizeof(m->token)) &&
	    take_bytes(c, BYTES_3, m->envelope, sizeof(m->envelope)) &&
	    take_kind(c, NUMBER_4, &m->kind) &&
	    take_flag(c, NUMBER_5, &m->resume) &&
	    take_flag(c, NUMBER_6, &m->first);
}

static int
read_ack(struct cursor *c, tacit_Ack *m)
{
	pb_size_t n = 0;

	if (!take_bytes(c, BYTES_1, m->address, sizeof(m->address)))
		return 0;
	while (n < TACIT_ACK_MAX && take_bytes(c, BYTES_2, m->envelope[n],
	    sizeof(m->envelope[0])))
		n++;
	m->envelope_count = n;
	return n > 0;
}

static int
read_ok(struct cursor *c, tacit_Ok *m)
{
	struct cursor ids = *c;
	uint32_t len;
	pb_size_t n = 0;

	if (!take(c, BYTES_1) || !take_number(c, &len) || len > left(c))
		return 0;
	ids.next = c->next;
	ids.end = c->next += len;
	while (n < TACIT_OK_MAX && left(&ids) > 0)
		if (!take_number(&ids, &m->id[n++]))
			return 0;
	m->id_count = n;
	return n > 0 && left(&ids) == 0 &&
	    take_flag(c, NUMBER_2, &m->nearly_full);
}

static int
read_deliver(struct cursor *c, tacit_Deliver *m)
{
	return take_bytes(c, BYTES_1, m->address, sizeof(m->address)) &&
	    take_bytes(c, BYTES_2, m->envelope, sizeof(m->envelope)) &&
	    take_kind(c, NUMBER_3, &m->kind);
}

/* How long what follows is: all that there is. */
static int
take_rest(struct cursor *c)
{
	uint32_t len;

	return take_number(c, &len) && len == left(c);
}

static int
read_is(struct cursor *c, tacit_Frame *f)
{
	if (take(c, TAG_POST)) {
		f->which_is = tacit_Frame_post_tag;
		return take_rest(c) && read_post(c, &f->is.post);
	}
	if (take(c, TAG_ACK)) {
		f->which_is = tacit_Frame_ack_tag;
		return take_rest(c) && read_ack(c, &f->is.ack);
	}
	if (take(c, TAG_OK)) {
		f->which_is = tacit_Frame_ok_tag;
		return take(c, TAG_OK_MORE) && take_rest(c) &&
		    read_ok(c, &f->is.ok);
	}
	f->which_is = tacit_Frame_deliver_tag;
	return take(c, TAG_DELIVER) && take(c, TAG_DELIVER_MORE) &&
	    take_rest(c) && read_deliver(c, &f->is.deliver);
}

int
tacit_frame_hot_read(tacit_Frame *head, const uint8_t *buf, size_t len)
{
	struct cursor c = { buf, buf + len };

	if (take(&c, TAG_ID) &&
	    (!take_number(&c, &head->id) || head->id == 0))
		return 0;
	return read_is(&c, head) && left(&c) == 0;
}

/* ---- writing ------------------------------------------------------------- */

static uint8_t *
put_number(uint8_t *p, uint32_t v)
{
	for (; v > 0x7f; v >>= 7)
		*p++ = (uint8_t)(v | 0x80);
	*p++ = (uint8_t)v;
	return p;
}

static uint8_t *
put_bytes(uint8_t *p, uint8_t tag, const uint8_t *from, size_t len)
{
	*p++ = tag;
	*p++ = (uint8_t)len;
	memcpy(p, from, len);
	return p + len;
}

static uint8_t *
put_flag(uint8_t *p, uint8_t tag, bool flag)
{
	if (!flag)
		return p;
	*p++ = tag;
	*p++ = 1;
	return p;
}

static uint8_t *
put_kind(uint8_t *p, uint8_t tag, tacit_Kind kind)
{
	*p++ = tag;
	*p++ = (uint8_t)kind;
	return p;
}

static uint8_t *
write_post(uint8_t *p, const tacit_Post *m)
{
	p = put_bytes(p, BYTES_1, m->address, sizeof(m->address));
	p = put_bytes(p, BYTES_2, m->token, sizeof(m->token));
	p = put_bytes(p, BYTES_3, m->envelope, sizeof(m->envelope));
	p = put_kind(p, NUMBER_4, m->kind);
	p = put_flag(p, NUMBER_5, m->resume);
	return put_flag(p, NUMBER_6, m->first);
}

static uint8_t *
write_ack(uint8_t *p, const tacit_Ack *m)
{
	pb_size_t i;

	p = put_bytes(p, BYTES_1, m->address, sizeof(m->address));
	for (i = 0; i < m->envelope_count; i++)
		p = put_bytes(p, BYTES_2, m->envelope[i],
		    sizeof(m->envelope[0]));
	return p;
}

static uint8_t *
write_ok(uint8_t *p, const tacit_Ok *m)
{
	uint8_t ids[5 * TACIT_OK_MAX] = { 0 }, *end = ids;
	pb_size_t i;

	for (i = 0; i < m->id_count; i++)
		end = put_number(end, m->id[i]);
	*p++ = BYTES_1;
	p = put_number(p, (uint32_t)(end - ids));
	memcpy(p, ids, (size_t)(end - ids));
	return put_flag(p + (end - ids), NUMBER_2, m->nearly_full);
}

static uint8_t *
write_deliver(uint8_t *p, const tacit_Deliver *m)
{
	p = put_bytes(p, BYTES_1, m->address, sizeof(m->address));
	p = put_bytes(p, BYTES_2, m->envelope, sizeof(m->envelope));
	return put_kind(p, NUMBER_3, m->kind);
}

static int
is_kind(tacit_Kind kind)
{
	return kind == tacit_Kind_KIND_LETTER ||
	    kind == tacit_Kind_KIND_PARCEL;
}

/* The end of what ${f} is, at ${p}; NULL: none of the four. */
static uint8_t *
write_is(uint8_t *p, const tacit_Frame *f)
{
	switch (f->which_is) {
	case tacit_Frame_post_tag:
		return is_kind(f->is.post.kind) ?
		    write_post(p, &f->is.post) : NULL;
	case tacit_Frame_ack_tag:
		return f->is.ack.envelope_count > 0 &&
		    f->is.ack.envelope_count <= TACIT_ACK_MAX ?
		    write_ack(p, &f->is.ack) : NULL;
	case tacit_Frame_ok_tag:
		return f->is.ok.id_count > 0 &&
		    f->is.ok.id_count <= TACIT_OK_MAX ?
		    write_ok(p, &f->is.ok) : NULL;
	case tacit_Frame_deliver_tag:
		return is_kind(f->is.deliver.kind) ?
		    write_deliver(p, &f->is.deliver) : NULL;
	default:
		return NULL;
	}
}

size_t
tacit_frame_hot_write(uint8_t *buf, const tacit_Frame *head)
{
	uint8_t is[TACIT_FRAME_HOT_MAX], *p = buf;
	uint8_t *end = write_is(is, head);
	size_t len;

	if (end == NULL)
		return 0;
	len = (size_t)(end - is);
	if (head->id != 0) {
		*p++ = TAG_ID;
		p = put_number(p, head->id);
	}
	/* The tag of each, as nanopb numbers them. */
	p = put_number(p, (uint32_t)head->which_is << 3 | 2);
	p = put_number(p, (uint32_t)len);
	memcpy(p, is, len);
	return (size_t)(p + len - buf);
}
