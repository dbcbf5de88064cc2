/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "contact.h"
#include "event.h"
#include "history.h"
#include "keep.h"
#include "keys.h"
#include "record.h"
#include "reorder.h"

enum { AHEAD_MAX = 4096 };		/* seqs; a sender keeps far fewer */

/* All parts of one text, put together. */
struct whole {
	char *text;			/* TACIT_TEXT_MAX and a NUL */
	size_t len;
	uint32_t type;
	tacit_state_Keep keep;
	int taken_back;			/* ${text} is the chain value after */
	uint8_t previous[TACIT_HASH_LEN];
	uint64_t time_ms;
};

/* The chain value after ${seq}, whose text is ${w}. */
static int
chain_of(uint8_t out[TACIT_HASH_LEN], uint64_t seq, const struct whole *w)
{
	struct said said;

	if (w->taken_back) {
		if (w->len != TACIT_HASH_LEN)
			return TACIT_E_CORRUPT;
		memcpy(out, w->text, TACIT_HASH_LEN);
		return 0;
	}
	keep_said(&said, w->type, &w->keep, w->text, w->len);
	keys_chain(out, w->previous, seq, said.type, said.text, said.len);
	return 0;
}

/* True if ${in} is of the same text as ${is}. */
static int
belongs(const tacit_state_In *in, const tacit_Text *is)
{
	return in->parts == is->parts && in->type == is->type &&
	    in->keep.hours == is->keep.hours &&
	    in->keep.salt.size == is->keep.salt.size &&
	    sodium_memcmp(in->keep.salt.bytes, is->keep.salt.bytes,
	    is->keep.salt.size) == 0;
}

/* Key of a text's rows: contact, stream, seq; a part adds one byte. */
static void
text_key(struct record_key *key, const struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], uint64_t seq)
{
	uint8_t id[CONTACT_ID_LEN + TACIT_STREAM_LEN];

	memcpy(id, ct->id, CONTACT_ID_LEN);
	memcpy(id + CONTACT_ID_LEN, stream, TACIT_STREAM_LEN);
	record_key(key, id, sizeof(id), seq);
}

/*
 * How many parts of the text of ${is} are here, and how long they are together.
 * Errors: TACIT_E_POISON if one of them is of another type, or belongs to
 * another number of parts.
 */
static int
count_parts(struct tacit_contact *ct, const struct record_key *text,
    const tacit_Text *is, uint32_t *n, size_t *total)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	tacit_state_In in;
	char *part;
	size_t len;
	int rc;

	for (*n = 0, *total = 0;; ++*n, *total += len) {
		if ((rc = vault_next(ct->t->vault, VAULT_INBOX, text->data,
		    text->len, &key, &value)) != 0 || key.len == 0)
			return rc;
		part = NULL;
		len = 0;
		rc = record_read(&value, tacit_state_In_fields, &in, &part,
		    &len);
		vault_value_free(&value);
		record_tail_free(part, len);
		if (rc != 0)
			return rc;
		if (!belongs(&in, is))
			return TACIT_E_POISON;
	}
}

static int
keep_part(struct tacit_contact *ct, const struct record_key *text,
    const tacit_Content *c)
{
	tacit_state_In in = tacit_state_In_init_zero;
	uint8_t key[VAULT_ROW_KEY_MAX];

	in.parts = c->is.text.parts;
	in.type = c->is.text.type;
	in.keep.hours = c->is.text.keep.hours;
	in.keep.salt.size = c->is.text.keep.salt.size;
	memcpy(in.keep.salt.bytes, c->is.text.keep.salt.bytes,
	    in.keep.salt.size);
	memcpy(in.previous, c->previous, sizeof(in.previous));
	in.time_ms = c->time_ms;
	memcpy(key, text->data, text->len);
	key[text->len] = (uint8_t)c->is.text.part;
	return record_put(ct->t->vault, VAULT_INBOX, key, text->len + 1,
	    tacit_state_In_fields, &in, c->is.text.data.bytes,
	    c->is.text.data.size);
}

/* It takes the place of what came of the text, which will never be whole. */
static int
keep_taken_back(struct tacit_contact *ct, const struct record_key *text,
    const tacit_Content *c)
{
	tacit_state_In in = tacit_state_In_init_zero;
	uint8_t key[VAULT_ROW_KEY_MAX];
	int rc;

	in.parts = 1;
	in.taken_back = 1;
	memcpy(in.previous, c->previous, sizeof(in.previous));
	in.time_ms = c->time_ms;
	memcpy(key, text->data, text->len);
	key[text->len] = 0;
	if ((rc = record_clear(ct->t->vault, VAULT_INBOX, text->data,
	    text->len)) != 0)
		return rc;
	return record_put(ct->t->vault, VAULT_INBOX, key, text->len + 1,
	    tacit_state_In_fields, &in, c->is.taken_back.after,
	    sizeof(c->is.taken_back.after));
}

static int
put_together(struct tacit_contact *ct, const struct record_key *text,
    struct whole *w)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	tacit_state_In in;
	char *part;
	size_t len;
	int rc;

	for (w->len = 0;; w->len += len) {
		if ((rc = vault_next(ct->t->vault, VAULT_INBOX, text->data,
		    text->len, &key, &value)) != 0 || key.len == 0)
			return rc;
		part = NULL;
		rc = record_read(&value, tacit_state_In_fields, &in, &part,
		    &len);
		vault_value_free(&value);
		if (rc == 0 && len > TACIT_TEXT_MAX - w->len)
			rc = TACIT_E_CORRUPT;
		if (rc == 0) {
			memcpy(w->text + w->len, part, len);
			memcpy(w->previous, in.previous, sizeof(w->previous));
			w->time_ms = in.time_ms;
			w->type = in.type;
			w->keep = in.keep;
			w->taken_back = in.taken_back;
		}
		record_tail_free(part, len);
		if (rc != 0)
			return rc;
	}
}

static int
show(struct tacit_contact *ct, const uint8_t stream[TACIT_STREAM_LEN],
    uint64_t seq, const struct whole *w, int late)
{
	tacit_state_Event e = tacit_state_Event_init_zero;
	tacit_state_Past p = tacit_state_Past_init_zero;
	int rc;

	e.type = w->type == 0 ? TACIT_EV_MESSAGE : TACIT_EV_DATA;
	e.data_type = w->type;
	memcpy(e.stream, stream, sizeof(e.stream));
	e.seq = seq;
	/* What an older stream still had to say comes after a newer one. */
	e.late = late || !stream_is(stream, ct->rec.their_stream);
#ifdef TACIT_CONTROL_WRONG_CONTACT
	ct = ct->next != NULL ? ct->next : ct;
#endif
	if ((rc = event_add(ct->t, ct, &e, w->text, w->len)) != 0)
		return rc;
	p.type = w->type;
	memcpy(p.stream, stream, sizeof(p.stream));
	p.seq = seq;
	memcpy(p.previous, w->previous, sizeof(p.previous));
	p.time_ms = (int64_t)w->time_ms;
	p.keep = w->keep;
	if ((rc = history_add(ct, &p, w->text, w->len)) != 0 ||
	    w->keep.hours == 0)
		return rc;
	return keep_add(ct, w->keep.hours, ct->t->self.next_event);
}

/*
 * Hand ${seq} to the app.  In order, its `previous` must be the chain so far:
 * a sender that contradicts itself is reported, but never silenced.
 */
static int
hand_on(struct tacit_contact *ct, const uint8_t stream[TACIT_STREAM_LEN],
    uint64_t seq, struct heard *h, int late)
{
	struct whole w = { .text = malloc(TACIT_TEXT_MAX + 1) };
	struct record_key text;
	int rc;

	if (w.text == NULL)
		return TACIT_E_NOMEM;
	text_key(&text, ct, stream, seq);
	if ((rc = put_together(ct, &text, &w)) != 0 ||
	    (rc = record_clear(ct->t->vault, VAULT_INBOX, text.data,
	    text.len)) != 0)
		goto out;
	/* Of what was taken back the app is told nothing, not even a gap. */
	if (!w.taken_back && (rc = show(ct, stream, seq, &w, late)) != 0)
		goto out;
	if (late)
		goto out;
	if (sodium_memcmp(w.previous, h->chain, sizeof(h->chain)) != 0)
		rc = event_say(ct->t, ct, TACIT_EV_POISON);
	if (rc == 0)
		rc = chain_of(h->chain, seq, &w);
	h->shown = seq;
out:
	sodium_memzero(w.text, TACIT_TEXT_MAX);
	free(w.text);
	return rc;
}

static int
hand_on_in_order(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], struct heard *h)
{
	int rc;

	while (marks_has(&h->had, h->shown + 1))
		if ((rc = hand_on(ct, stream, h->shown + 1, h, 0)) != 0)
			return rc;
	if (h->had.high <= h->shown)
		h->waiting_ms = 0;
	else if (h->waiting_ms == 0)
		h->waiting_ms = (uint64_t)env_unix_ms(ct->t);
	return 0;
}

/* All of ${c->seq} is here. */
static int
complete(struct tacit_contact *ct, const tacit_Content *c, struct heard *h)
{
	(void)marks_add(&h->had, c->seq);
#ifdef TACIT_CONTROL_NO_ORDER
	return hand_on(ct, c->stream, c->seq, h, 0);
#endif
	if (c->seq <= h->shown)
		return hand_on(ct, c->stream, c->seq, h, 1);
	return hand_on_in_order(ct, c->stream, h);
}

int
reorder_take(struct tacit_contact *ct, const tacit_Content *c,
    struct heard *h)
{
	struct record_key text;
	size_t total;
	uint32_t n;
	int rc;

	if (c->seq > h->shown + AHEAD_MAX)
		return TACIT_E_POISON;
	/* With too many holes it is not kept, nor claimed: it comes again. */
#ifndef TACIT_CONTROL_NO_DEDUPE
	if (marks_has(&h->had, c->seq) || !marks_keeps(&h->had, c->seq))
		return 0;
#endif
	/* Likewise with too much here already, but for what all wait for. */
	if (c->seq != h->shown + 1 && (rc = record_has(ct->t->vault,
	    VAULT_INBOX, ct->id, sizeof(ct->id), TACIT_EARLY_PARTS_MAX)) != 0)
		return rc < 0 ? rc : 0;
	text_key(&text, ct, c->stream, c->seq);
	if (c->which_is == tacit_Content_taken_back_tag)
		return (rc = keep_taken_back(ct, &text, c)) != 0 ? rc :
		    complete(ct, c, h);
	if ((rc = count_parts(ct, &text, &c->is.text, &n, &total)) != 0 ||
	    (rc = keep_part(ct, &text, c)) != 0 ||
	    (rc = count_parts(ct, &text, &c->is.text, &n, &total)) != 0)
		return rc;
	/*
	 * Whole parts may make more than a text may be.  That is said, and no
	 * verdict on this part alone: the others go with it.
	 */
	if (total > TACIT_TEXT_MAX)
		return (rc = record_clear(ct->t->vault, VAULT_INBOX,
		    text.data, text.len)) != 0 ? rc :
		    event_say(ct->t, ct, TACIT_EV_POISON);
	if (n < c->is.text.parts)
		return 0;
	return complete(ct, c, h);
}

int
reorder_skip(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], struct heard *h)
{
	tacit_state_Event e = tacit_state_Event_init_zero;
	uint64_t next = h->shown + 1;
	struct record_key text;
	struct whole w;
	int rc;

	while (!marks_has(&h->had, next))
		next++;
	e.type = TACIT_EV_GAP;
	e.from = h->shown + 1;
	e.to = next - 1;
	if ((rc = event_add(ct->t, ct, &e, NULL, 0)) != 0)
		return rc;

	/* The chain goes on from what the next text says came before it. */
	if ((w.text = malloc(TACIT_TEXT_MAX + 1)) == NULL)
		return TACIT_E_NOMEM;
	text_key(&text, ct, stream, next);
	rc = put_together(ct, &text, &w);
	sodium_memzero(w.text, TACIT_TEXT_MAX);
	free(w.text);
	if (rc != 0)
		return rc;
	memcpy(h->chain, w.previous, sizeof(h->chain));
	h->shown = next - 1;
	return hand_on_in_order(ct, stream, h);
}

int
reorder_chain(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], uint64_t seq, uint8_t out[8])
{
	uint8_t chain[TACIT_HASH_LEN];
	struct record_key text;
	struct whole w;
	int rc;

	if ((w.text = malloc(TACIT_TEXT_MAX + 1)) == NULL)
		return TACIT_E_NOMEM;
	text_key(&text, ct, stream, seq);
	rc = put_together(ct, &text, &w);
	if (rc == 0 && (rc = chain_of(chain, seq, &w)) == 0)
		memcpy(out, chain, 8);
	sodium_memzero(w.text, TACIT_TEXT_MAX);
	free(w.text);
	return rc;
}

int
reorder_gone(struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], struct heard *h, uint64_t from,
    uint64_t to)
{
	struct record_key text;
	uint64_t seq;
	int rc;

	/* Above what came, nobody knows yet what there will be. */
	if (to > h->had.high)
		to = h->had.high;
	while (from <= h->shown + 1 && h->shown < to && h->waiting_ms != 0)
		if ((rc = reorder_skip(ct, stream, h)) != 0)
			return rc;
	/* Of what is not its turn yet the gap is told then; it is asked again. */
	for (seq = from; seq <= to && seq <= h->shown; seq++) {
		if (!marks_add(&h->had, seq))
			continue;
		text_key(&text, ct, stream, seq);
		if ((rc = record_clear(ct->t->vault, VAULT_INBOX, text.data,
		    text.len)) != 0)
			return rc;
	}
	return 0;
}
