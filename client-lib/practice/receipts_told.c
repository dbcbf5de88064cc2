/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What they tell of my texts.  It is believed of what they can have alone: a
 * text of mine that has left, one of the last RECEIPT_LOOK_BACK entries of the
 * history.  Whatever else a receipt says leaves no trace.
 */
#include <stdio.h>
#include <string.h>

#include "queue.h"
#include "receipts.h"

static int
digit(char c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' :
	    c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

bool
receipt_id(uint8_t out[RECEIPT_ID_LEN], const char *message)
{
	enum { HEAD = 2, LEN = TACIT_MESSAGE_ID_SIZE - 1 };
	uint32_t bits = 0;
	size_t i, n = 0;
	int have = 0, d;

	if (strnlen(message, LEN + 1) != LEN ||
	    memcmp(message, "m_", HEAD) != 0)
		return false;
	for (i = HEAD; i < LEN; i++) {
		if ((d = digit(message[i])) < 0)
			return false;
		bits = bits << 5 | (uint32_t)d;
		if ((have += 5) < 8)
			continue;
		have -= 8;
		out[n++] = (uint8_t)(bits >> have);
	}
	out[n] = (uint8_t)(bits << (8 - have));
	return true;
}

static void
told_key(struct row_key *k, const char *id,
    const uint8_t message[RECEIPT_ID_LEN])
{
	row_key(k, ROW_TOLD);
	row_key_contact(k, id);
	row_key_bytes(k, message, RECEIPT_ID_LEN);
}

/* What was told of a message so far: enum tacit_receipt, or an error. */
static int
told(struct tacit_practice *p, const struct row_key *k)
{
	uint8_t state = TACIT_RECEIPT_NONE;
	size_t len;
	int rc;

	if ((rc = row_get_bytes(p->t, k, &state, 1, &len)) < 0)
		return rc;
	if (rc == 1 && (len != 1 || state > TACIT_RECEIPT_READ))
		return TACIT_E_CORRUPT;
	return state;
}

int
tacit_receipt_state(struct tacit_practice *p, struct tacit_contact *ct,
    const char *message)
{
	uint8_t bytes[RECEIPT_ID_LEN];
	char id[TACIT_CONTACT_ID_SIZE];
	struct row_key k;
	int rc;

	if (p == NULL || ct == NULL || message == NULL ||
	    !receipt_id(bytes, message))
		return TACIT_E_INVALID;
	if ((rc = practice_contact_id(ct, id)) != 0)
		return rc;
	told_key(&k, id, bytes);
	return told(p, &k);
}

/* ---- a receipt comes ----------------------------------------------------------- */

/* What the bytes say of ${message}; the most counts. */
static enum tacit_receipt
says(const tacit_practice_Receipt *m, const uint8_t message[RECEIPT_ID_LEN])
{
	size_t i;

	for (i = 0; i < m->read.size; i += RECEIPT_ID_LEN)
		if (memcmp(m->read.bytes + i, message, RECEIPT_ID_LEN) == 0)
			return TACIT_RECEIPT_READ;
	for (i = 0; i < m->delivered.size; i += RECEIPT_ID_LEN)
		if (memcmp(m->delivered.bytes + i, message,
		    RECEIPT_ID_LEN) == 0)
			return TACIT_RECEIPT_DELIVERED;
	return TACIT_RECEIPT_NONE;
}

struct news {
	size_t met;			/* of what it names */
	size_t changed;
	char newest[TACIT_MESSAGE_ID_SIZE];
	enum tacit_receipt state;	/* of that */
};

static int
look_at(struct batch *b, const struct taken *in,
    const struct tacit_message *h, struct news *news)
{
	uint8_t message[RECEIPT_ID_LEN], state;
	struct row_key k;
	int rc;

	if (!h->from_me || h->type != 0 || !receipt_id(message, h->id))
		return 0;
	state = (uint8_t)says(&in->m->is.receipt, message);
	if (state == TACIT_RECEIPT_NONE)
		return 0;
	news->met++;
	/* Their letter says that they have it, or they have not. */
	if (h->state != TACIT_ACCEPTED)
		return 0;
	told_key(&k, in->contact, message);
	if ((rc = told(b->p, &k)) < 0 || state <= rc)
		return rc < 0 ? rc : 0;
	batch_put_bytes(b, &k, &state, 1);
	if (news->changed++ == 0) {
		memcpy(news->newest, h->id, sizeof(news->newest));
		news->state = (enum tacit_receipt)state;
	}
	return 0;
}

/* From the newest on, until all that it names was met. */
static int
walk(struct batch *b, const struct taken *in, size_t named,
    struct news *news)
{
	struct tacit_message h = { .size = sizeof(h) };
	uint64_t before = 0;
	int n, rc = 0;

	for (n = 0; n < RECEIPT_LOOK_BACK && news->met < named; n++) {
		if ((rc = tacit_history(in->ct, before, &h)) != 0 ||
		    (rc = look_at(b, in, &h, news)) != 0)
			break;
		before = h.place;
	}
	/* The library lends one text: before the first there is none. */
	if (before != 0 && tacit_history(in->ct, 1, &h) == 0)
		return TACIT_E_INTERNAL;
	return rc == TACIT_E_STATE ? 0 : rc;
}

static void
report(struct batch *b, const struct taken *in, const struct news *news)
{
	tacit_rows_Event ev = tacit_rows_Event_init_zero;

	ev.type = TACIT_PRACTICE_RECEIPT;
	memcpy(ev.about, news->newest, sizeof(news->newest));
	(void)snprintf(ev.label, sizeof(ev.label), "%s",
	    news->state == TACIT_RECEIPT_READ ? "read" : "delivered");
	(void)snprintf(ev.value, sizeof(ev.value), "%zu", news->changed);
	queue_tell(b, in->ct, &ev);
}

int
receipts_take(struct batch *b, const struct taken *in)
{
	const tacit_practice_Receipt *m = &in->m->is.receipt;
	size_t named = ((size_t)m->delivered.size + m->read.size) /
	    RECEIPT_ID_LEN;
	struct news news = { .changed = 0 };
	int rc;

	if (m->delivered.size % RECEIPT_ID_LEN != 0 ||
	    m->read.size % RECEIPT_ID_LEN != 0 || named == 0 ||
	    named > RECEIPT_LETTER)
		return TACIT_E_POISON;
	if ((rc = walk(b, in, named, &news)) != 0)
		return rc;
	if (news.changed > 0)
		report(b, in, &news);
	return 0;
}
