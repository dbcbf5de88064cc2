/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "content.h"
#include "pad.h"

/* Only a text for people is forgotten; its digest has a salt. */
static int
keep_fits(const tacit_Text *t)
{
	if (t->keep.hours == 0)
		return !t->has_keep && t->keep.salt.size == 0;
	return t->type == 0 && t->keep.hours <= TACIT_KEEP_HOURS_MAX &&
	    t->keep.salt.size == TACIT_SALT_LEN &&
	    t->data.size <= TACIT_KEEP_PART_MAX;
}

static int
text_fits(const tacit_Text *t)
{
	return keep_fits(t) && t->parts >= 1 && t->parts <= TACIT_TEXT_PARTS_MAX &&
	    t->part < t->parts && text_is_sound(t->type,
	    (const char *)t->data.bytes, t->data.size,
	    t->type == 0 ? TACIT_PART_MAX : TACIT_DATA_PART_MAX);
}

/* A URL goes into the transcript as it is spelled, so in one spelling. */
static int
url_fits(const uint8_t *url, size_t len)
{
	struct tacit_place p = { .port = 0 };
	char again[TACIT_URL_MAX + 1];

	return tacit_url_parse(&p, (const char *)url, len) == 0 &&
	    tacit_url_write(again, sizeof(again), &p) == 0 &&
	    strlen(again) == len && memcmp(again, url, len) == 0;
}

static int
hello_fits(const tacit_Hello *h)
{
	return label_is_valid((const char *)h->name.bytes, h->name.size) &&
	    url_fits(h->relay_url.bytes, h->relay_url.size);
}

/* Ranges ascend, and between any two at least one number is missing. */
int
content_have_fits(const tacit_Have *h)
{
	uint64_t before = h->contiguous;
	pb_size_t i;

	if (h->chain.size != 0 && h->chain.size != sizeof(h->chain.bytes))
		return 0;
	for (i = 0; i < h->range_count; i++) {
		const tacit_Range *r = &h->range[i];

		if (r->from <= before || r->from - before < 2 ||
		    r->to < r->from)
			return 0;
		before = r->to;
	}
	return 1;
}

static int
body_fits(const tacit_Content *c)
{
	switch (c->which_is) {
	case tacit_Content_text_tag:
		return c->seq > 0 && text_fits(&c->is.text);
	case tacit_Content_taken_back_tag:
		return c->seq > 0;
	case tacit_Content_hello_tag:
		return c->seq == 0 && hello_fits(&c->is.hello);
	case tacit_Content_need_tag:
		return c->seq == 0 && c->is.need.from > 0 &&
		    c->is.need.from <= c->is.need.to;
	case tacit_Content_gone_tag:
		return c->seq == 0 && c->is.gone.from > 0 &&
		    c->is.gone.from <= c->is.gone.to;
	case tacit_Content_old_tag:
		return c->seq == 0 && c->is.old.hash.size % 8 == 0 &&
		    c->is.old.from <= UINT64_MAX / 2;
	case tacit_Content_rotate_tag:
		return c->seq == 0 && c->is.rotate.id != 0;
	case tacit_Content_rotate_ack_tag:
		return c->seq == 0 && c->is.rotate_ack.id != 0;
	case tacit_Content_rotate_wanted_tag:
	case tacit_Content_hello_ack_tag:
	case tacit_Content_agree_tag:
	case tacit_Content_confirm_tag:
	case tacit_Content_have_only_tag:
	case tacit_Content_closed_tag:
		return c->seq == 0;
	default:
		return 0;
	}
}

static int
content_fits(const tacit_Content *c)
{
	pb_size_t i;

	for (i = 0; i < c->have_count; i++) {
		if (!content_have_fits(&c->have[i]))
			return 0;
	}
	return body_fits(c);
}

static int
is_padded_len(size_t len)
{
	return len == TACIT_CONTENT_LEN || len == TACIT_HELLO_CONTENT_LEN ||
	    len == TACIT_PARCEL_CONTENT_LEN;
}

int
content_write(uint8_t *out, size_t out_len, const tacit_Content *c)
{
	if (!is_padded_len(out_len) || !content_fits(c))
		return TACIT_E_INVALID;
	return pad_write(out, out_len, tacit_Content_fields, c);
}

int
content_read(tacit_Content *c, const uint8_t *in, size_t len)
{
	int rc = TACIT_E_POISON;

	if (is_padded_len(len) &&
	    pad_read(c, tacit_Content_fields, in, len) == 0 &&
	    content_fits(c))
		rc = 0;
	if (rc != 0)
		sodium_memzero(c, sizeof(*c));
	return rc;
}
