/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "heard.h"
#include "record.h"

enum { KEY_LEN = CONTACT_ID_LEN + TACIT_STREAM_LEN };

static void
heard_key(uint8_t key[KEY_LEN], const struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN])
{
	memcpy(key, ct->id, CONTACT_ID_LEN);
	memcpy(key + CONTACT_ID_LEN, stream, TACIT_STREAM_LEN);
}

int
heard_get(struct tacit_contact *ct, const uint8_t stream[TACIT_STREAM_LEN],
    struct heard *out)
{
	tacit_state_Heard rec;
	uint8_t key[KEY_LEN];
	int rc;

	memset(out, 0, sizeof(*out));
	heard_key(key, ct, stream);
	rc = record_get(ct->t->vault, VAULT_MARK, key, sizeof(key),
	    tacit_state_Heard_fields, &rec, sizeof(rec), NULL, NULL);
	if (rc <= 0)
		return rc;
	out->shown = rec.shown;
	memcpy(out->chain, rec.chain, sizeof(out->chain));
	out->waiting_ms = rec.waiting_ms;
	if ((rc = marks_read(&out->replay, rec.replay.bytes,
	    rec.replay.size)) != 0)
		return rc;
	return marks_read(&out->had, rec.had.bytes, rec.had.size);
}

int
heard_is_one_too_many(struct tacit_contact *ct, const struct heard *h)
{
	return h->replay.high != 0 ? 0 : record_has(ct->t->vault, VAULT_MARK,
	    ct->id, sizeof(ct->id), TACIT_STREAMS_MAX);
}

int
heard_put(struct tacit_contact *ct, const uint8_t stream[TACIT_STREAM_LEN],
    const struct heard *h)
{
	tacit_state_Heard rec = tacit_state_Heard_init_zero;
	uint8_t key[KEY_LEN];

	rec.shown = h->shown;
	memcpy(rec.chain, h->chain, sizeof(rec.chain));
	rec.waiting_ms = h->waiting_ms;
	rec.replay.size = (pb_size_t)marks_write(rec.replay.bytes,
	    &h->replay);
	rec.had.size = (pb_size_t)marks_write(rec.had.bytes, &h->had);
	heard_key(key, ct, stream);
	return record_put(ct->t->vault, VAULT_MARK, key, sizeof(key),
	    tacit_state_Heard_fields, &rec, NULL, 0);
}

int
heard_have(struct tacit_contact *ct, tacit_Content *c)
{
	struct marks_range range[TACIT_HAVE_RANGES_MAX];
	tacit_Have *have = &c->have[0];
	struct heard h;
	size_t i, n;
	int rc;

	if (sodium_is_zero(ct->rec.their_stream,
	    sizeof(ct->rec.their_stream)))
		return 0;
	if ((rc = heard_get(ct, ct->rec.their_stream, &h)) != 0)
		return rc;
	n = marks_ranges(&h.had, range, TACIT_HAVE_RANGES_MAX);
	memcpy(have->stream, ct->rec.their_stream, sizeof(have->stream));
	have->contiguous = marks_contiguous(&h.had);
	have->range_count = (pb_size_t)n;
	for (i = 0; i < n; i++) {
		have->range[i].from = range[i].from;
		have->range[i].to = range[i].to;
	}
	c->have_count = 1;
	return 0;
}
