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

static int
read_row(struct heard *out, const tacit_state_Heard *rec)
{
	int rc;

	memset(out, 0, sizeof(*out));
	out->known = 1;
	out->dead = rec->dead;
	if (rec->ring.size == sizeof(out->ring))
		memcpy(out->ring, rec->ring.bytes, sizeof(out->ring));
	out->shown = rec->shown;
	memcpy(out->chain, rec->chain, sizeof(out->chain));
	out->waiting_ms = rec->waiting_ms;
	out->heard_ms = rec->heard_ms;
	if ((rc = marks_read(&out->replay, rec->replay.bytes,
	    rec->replay.size)) != 0)
		return rc;
	return marks_read(&out->had, rec->had.bytes, rec->had.size);
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
	return read_row(out, &rec);
}

int
heard_next(struct tacit_contact *ct, struct vault_key *key,
    uint8_t stream[TACIT_STREAM_LEN], struct heard *out)
{
	struct vault_value value;
	tacit_state_Heard rec;
	int rc;

	if ((rc = vault_next(ct->t->vault, VAULT_MARK, ct->id, sizeof(ct->id),
	    key, &value)) != 0 || key->len == 0)
		return rc;
	rc = record_read(&value, tacit_state_Heard_fields, &rec, NULL, NULL);
	vault_value_free(&value);
	if (rc != 0 || key->len != KEY_LEN)
		return rc != 0 ? rc : TACIT_E_CORRUPT;
	memcpy(stream, key->data + CONTACT_ID_LEN, TACIT_STREAM_LEN);
	return read_row(out, &rec);
}

/*
 * The stream that was silent longest goes, unless it is in use: each time that
 * a vault is put back begins one or two.
 */
static int
forget_one(struct tacit_contact *ct)
{
	struct vault_key key = { .len = 0 }, oldest = { .len = 0 };
	uint8_t stream[TACIT_STREAM_LEN];
	uint64_t since = 0;
	struct heard h;
	int rc;

	for (;;) {
		if ((rc = heard_next(ct, &key, stream, &h)) != 0)
			return rc;
		if (key.len == 0)
			break;
		if (h.waiting_ms != 0 ||
		    stream_is(stream, ct->rec.their_wire) ||
		    stream_is(stream, ct->rec.their_stream) ||
		    stream_is(stream, ct->rec.their_before))
			continue;
		if (oldest.len == 0 || h.heard_ms < since) {
			oldest = key;
			since = h.heard_ms;
		}
	}
	return oldest.len == 0 ? 1 : vault_del(ct->t->vault, VAULT_MARK,
	    oldest.data, oldest.len);
}

int
heard_make_room(struct tacit_contact *ct, const struct heard *h)
{
	int rc;

	if (h->known || (rc = record_has(ct->t->vault, VAULT_MARK, ct->id,
	    sizeof(ct->id), TACIT_STREAMS_MAX)) == 0)
		return 0;
	return rc < 0 ? rc : forget_one(ct);
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
	rec.dead = h->dead != 0;
	rec.heard_ms = (uint64_t)env_unix_ms(ct->t);
	/* A stream of which no envelope came has no ring. */
	if (h->replay.high != 0) {
		rec.ring.size = sizeof(h->ring);
		memcpy(rec.ring.bytes, h->ring, sizeof(h->ring));
	}
	rec.replay.size = (pb_size_t)marks_write(rec.replay.bytes,
	    &h->replay);
	rec.had.size = (pb_size_t)marks_write(rec.had.bytes, &h->had);
	heard_key(key, ct, stream);
	return record_put(ct->t->vault, VAULT_MARK, key, sizeof(key),
	    tacit_state_Heard_fields, &rec, NULL, 0);
}

static void
ring_entry(uint8_t out[HEARD_RING_ENTRY], uint64_t counter,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN])
{
	size_t i;

	for (i = 0; i < 6; i++)
		out[i] = (uint8_t)(counter >> (40 - 8 * i));
	memcpy(out + 6, envelope, HEARD_RING_ENTRY - 6);
}

void
heard_add(struct heard *h, uint64_t counter,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN])
{
	(void)marks_add(&h->replay, counter);
	ring_entry(h->ring + counter % HEARD_RING * HEARD_RING_ENTRY, counter,
	    envelope);
}

int
heard_is_same(const struct heard *h, uint64_t counter,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN])
{
	const uint8_t *is = h->ring +
	    counter % HEARD_RING * HEARD_RING_ENTRY;
	uint8_t entry[HEARD_RING_ENTRY];

	ring_entry(entry, counter, envelope);
	if (memcmp(is, entry, 6) != 0)
		return -1;
	return memcmp(is, entry, sizeof(entry)) == 0;
}

void
heard_current(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], const struct heard *h)
{
	if (stream_is(ct->rec.their_stream, stream))
		return;
	if (h->had.high != 0 || h->shown != 0) {
		memcpy(ct->rec.their_before, stream, TACIT_STREAM_LEN);
		return;
	}
	memcpy(ct->rec.their_before, ct->rec.their_stream, TACIT_STREAM_LEN);
	memcpy(ct->rec.their_stream, stream, TACIT_STREAM_LEN);
}

/* One more, unless it is none or there already. */
static int
add_have(struct tacit_contact *ct, const uint8_t stream[TACIT_STREAM_LEN],
    tacit_Have have[2], pb_size_t *count)
{
	struct marks_range range[TACIT_HAVE_RANGES_MAX];
	tacit_Have *to = &have[*count];
	struct heard h;
	size_t i, n;
	int rc;

	if (*count == 2 || sodium_is_zero(stream, TACIT_STREAM_LEN) ||
	    (*count == 1 && stream_is(have[0].stream, stream)))
		return 0;
	if ((rc = heard_get(ct, stream, &h)) != 0)
		return rc;
	memset(to, 0, sizeof(*to));
	n = marks_ranges(&h.had, range, TACIT_HAVE_RANGES_MAX);
	memcpy(to->stream, stream, sizeof(to->stream));
	to->contiguous = marks_contiguous(&h.had);
	to->range_count = (pb_size_t)n;
	for (i = 0; i < n; i++) {
		to->range[i].from = range[i].from;
		to->range[i].to = range[i].to;
	}
	if (to->contiguous == h.shown && h.shown != 0) {
		to->chain.size = sizeof(to->chain.bytes);
		memcpy(to->chain.bytes, h.chain, sizeof(to->chain.bytes));
	}
	(*count)++;
	return 0;
}

int
heard_have(struct tacit_contact *ct, const uint8_t *first,
    tacit_Have have[2], pb_size_t *count)
{
	int rc = 0;

	*count = 0;
	if (first != NULL)
		rc = add_have(ct, first, have, count);
	if (rc == 0)
		rc = add_have(ct, ct->rec.their_stream, have, count);
	if (rc == 0)
		rc = add_have(ct, ct->rec.their_before, have, count);
	return rc;
}
