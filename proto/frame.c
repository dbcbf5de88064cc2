/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <pb_common.h>
#include <pb_decode.h>
#include <pb_encode.h>
#include <sodium.h>

#include "tacit/frame.h"
#include "tacit/frame_hot.h"

enum { PREFIX_LEN = 2 };

size_t
tacit_kind_len(tacit_Kind kind)
{
	switch (kind) {
	case tacit_Kind_KIND_LETTER:
		return TACIT_LETTER_LEN;
	case tacit_Kind_KIND_PARCEL:
		return TACIT_PARCEL_LEN;
	case tacit_Kind_KIND_NONE:
		break;
	}
	return 0;
}

static size_t
envelope_len(tacit_Kind kind)
{
	size_t len = tacit_kind_len(kind);

	return len != 0 ? len : SIZE_MAX;
}

size_t
tacit_frame_body_len(const tacit_Frame *head)
{
	switch (head->which_is) {
	case tacit_Frame_subscribe_tag:
		return (size_t)head->is.subscribe.count *
		    TACIT_SUBSCRIBE_ENTRY_LEN;
	case tacit_Frame_subscribed_tag:
		return head->is.subscribed.count;
	case tacit_Frame_post_tag:
		return envelope_len(head->is.post.kind);
	case tacit_Frame_deliver_tag:
		return envelope_len(head->is.deliver.kind);
	case tacit_Frame_put_invitation_tag:
	case tacit_Frame_invitation_tag:
		return TACIT_BLOB_LEN;
	default:
		return 0;
	}
}

int
tacit_frame_is_request(const tacit_Frame *head)
{
	return head->which_is != 0 &&
	    head->which_is < tacit_Frame_welcome_tag;
}

/* Counts that a length follows from, or that may not be zero. */
static int
counts_fit(const tacit_Frame *head)
{
	switch (head->which_is) {
	case tacit_Frame_subscribe_tag:
		return head->is.subscribe.count > 0 &&
		    head->is.subscribe.count <= TACIT_SUBSCRIBE_MAX;
	case tacit_Frame_subscribed_tag:
		return head->is.subscribed.count > 0 &&
		    head->is.subscribed.count <= TACIT_SUBSCRIBE_MAX;
	case tacit_Frame_ack_tag:
		return head->is.ack.envelope_count > 0;
	case tacit_Frame_ok_tag:
		return head->is.ok.id_count > 0;
	case tacit_Frame_recalled_tag:
		return head->is.recalled.outcome >=
		    tacit_Outcome_OUTCOME_UNDELIVERED &&
		    head->is.recalled.outcome <=
		    tacit_Outcome_OUTCOME_TAKEN && head->is.recalled.number > 0;
	default:
		return 1;
	}
}

/*
 * As pb_encode() does it, which would look at each kind of frame there is,
 * and most of a relay's instructions would go there.
 */
static bool
encode(pb_ostream_t *out, const tacit_Frame *head)
{
	pb_field_iter_t is;

	if (head->id != 0 &&
	    (!pb_encode_tag(out, PB_WT_VARINT, tacit_Frame_id_tag) ||
	    !pb_encode_varint(out, head->id)))
		return false;
	return pb_field_iter_begin_const(&is, tacit_Frame_fields, head) &&
	    pb_field_iter_find(&is, head->which_is) &&
	    pb_encode_tag(out, PB_WT_STRING, is.tag) &&
	    pb_encode_submessage(out, is.submsg_desc, is.pData);
}

/* Is ${buf} the one encoding of ${head} that there is? */
static int
is_canonical(const tacit_Frame *head, const uint8_t *buf, size_t len)
{
	uint8_t again[TACIT_HEADER_MAX];
	pb_ostream_t out = pb_ostream_from_buffer(again, sizeof(again));
	int same = encode(&out, head) && out.bytes_written == len &&
	    sodium_memcmp(again, buf, len) == 0;

	sodium_memzero(again, out.bytes_written);
	return same;
}

/* Any header; ${head->id} is set even if the rest cannot be read. */
static int
read_head(tacit_Frame *head, const uint8_t *buf, size_t len)
{
	pb_istream_t in = pb_istream_from_buffer(buf, len);

	if (tacit_frame_hot_read(head, buf, len))
		return 0;
	memset(head, 0, sizeof(*head));
	return pb_decode_ex(&in, tacit_Frame_fields, head,
	    PB_DECODE_NOINIT) && head->which_is != 0 &&
	    is_canonical(head, buf, len) ? 0 : TACIT_E_FRAME;
}

int
tacit_frame_parse(struct tacit_frame *f, size_t *used, const uint8_t *buf,
    size_t len)
{
	size_t head_len, body_len;

	memset(f, 0, sizeof(*f));
	if (len < PREFIX_LEN)
		return TACIT_E_FRAME;
	head_len = (size_t)buf[0] << 8 | buf[1];
	if (head_len > TACIT_HEADER_MAX || head_len > len - PREFIX_LEN)
		return TACIT_E_FRAME;

	if (read_head(&f->head, buf + PREFIX_LEN, head_len) != 0)
		return TACIT_E_FRAME;
	if (!counts_fit(&f->head))
		return TACIT_E_LIMIT;

	if ((body_len = tacit_frame_body_len(&f->head)) == SIZE_MAX)
		return TACIT_E_SIZE;
#ifndef TACIT_CONTROL_FRAME_BOUND
	if (body_len > len - PREFIX_LEN - head_len)
		return TACIT_E_FRAME;
#endif
	f->body = buf + PREFIX_LEN + head_len;
	f->body_len = body_len;
	*used = PREFIX_LEN + head_len + body_len;
	return 0;
}

/* The bytes of ${head} at ${buf}; 0: they do not fit. */
static size_t
write_head(uint8_t *buf, size_t cap, const tacit_Frame *head)
{
	pb_ostream_t out = pb_ostream_from_buffer(buf, cap);
	size_t len = 0;

	if (cap >= TACIT_FRAME_HOT_MAX)
		len = tacit_frame_hot_write(buf, head);
	return len > 0 || !encode(&out, head) ? len : out.bytes_written;
}

size_t
tacit_frame_write(uint8_t *buf, size_t cap, const tacit_Frame *head,
    const uint8_t *body)
{
	size_t body_len = tacit_frame_body_len(head), len;

	if (cap < PREFIX_LEN || body_len == SIZE_MAX ||
	    head->which_is == 0 || !counts_fit(head))
		return 0;
	len = write_head(buf + PREFIX_LEN, cap - PREFIX_LEN, head);
	if (len == 0 || len > TACIT_HEADER_MAX ||
	    body_len > cap - PREFIX_LEN - len)
		return 0;

	buf[0] = (uint8_t)(len >> 8);
	buf[1] = (uint8_t)len;
	if (body_len > 0)
		memcpy(buf + PREFIX_LEN + len, body, body_len);
	return PREFIX_LEN + len + body_len;
}
