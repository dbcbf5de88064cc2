/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "contact.h"
#include "history.h"
#include "keep.h"
#include "outbox.h"
#include "record.h"

/* The hash by which the next row, or the contact, names this one. */
static void
past_hash(uint8_t out[TACIT_HASH_LEN], const tacit_state_Past *p,
    const char *text, size_t len)
{
	uint8_t from_me = p->from_me, seq[8], time[8], type[8];
	struct said said;
	struct tacit_part part[] = {
		{ p->before, sizeof(p->before) }, { &from_me, 1 },
		{ p->stream, sizeof(p->stream) }, { seq, sizeof(seq) },
		{ time, sizeof(time) }, { type, sizeof(type) }, { NULL, 0 },
	};
	size_t n = sizeof(part) / sizeof(part[0]);

	if (p->given_up) {
		memcpy(out, p->hash, TACIT_HASH_LEN);
		return;
	}
	keep_said(&said, p->type, &p->keep, text, len);
	part[n - 1].data = said.text;
	part[n - 1].len = said.len;
	record_number(seq, p->seq);
	record_number(time, (uint64_t)p->time_ms);
	record_number(type, said.type);
	/* Of a text there is no type. */
	if (said.type == 0)
		part[n - 2] = part[n - 1];
	tacit_hash(out, "tacit/1/history", part, said.type == 0 ? n - 1 : n);
}

/*
 * What may become of a row while its hash stays, in a byte; 0: nothing yet.
 * The state has that of each place, MARKS of them in a row: an older copy of
 * the row in the history bears another.
 */
enum { MARKS = 252 };			/* 256 bytes with their length */

static uint8_t
mark_of(const tacit_state_Past *p)
{
	unsigned gone = p->keep.gone.size > 0, given_up = p->given_up;

	return (uint8_t)(p->fate << 2 | gone << 1 | given_up);
}

/* The row that has the mark of ${place}, and its key. */
static int
marks_get(struct tacit_contact *ct, uint64_t place, struct record_key *key,
    uint8_t marks[MARKS])
{
	struct vault_value v;
	int rc;

	record_key(key, ct->id, sizeof(ct->id), place / MARKS);
	memset(marks, 0, MARKS);
	if ((rc = vault_get(ct->t->vault, VAULT_REWRITTEN, key->data,
	    key->len, &v)) != 0 || v.data == NULL)
		return rc;
	if (v.len == MARKS)
		memcpy(marks, v.data, MARKS);
	else
		rc = TACIT_E_CORRUPT;
	vault_value_free(&v);
	return rc;
}

static int
mark(struct tacit_contact *ct, uint64_t place, uint8_t how)
{
	uint8_t marks[MARKS];
	struct record_key key;
	int rc;

	rc = marks_get(ct, place, &key, marks);
	if (rc != 0 || marks[place % MARKS] == how)
		return rc;
	marks[place % MARKS] = how;
	return vault_put(ct->t->vault, VAULT_REWRITTEN, key.data, key.len,
	    marks, MARKS);
}

static int
is_marked(struct tacit_contact *ct, uint64_t place, uint8_t how)
{
	uint8_t marks[MARKS];
	struct record_key key;
	int rc;

	if ((rc = marks_get(ct, place, &key, marks)) != 0)
		return rc;
	return marks[place % MARKS] == how ? 0 : TACIT_E_CORRUPT;
}

int
history_put(struct tacit_contact *ct, uint64_t place,
    const tacit_state_Past *p, const char *text, size_t len,
    uint8_t hash[TACIT_HASH_LEN])
{
	struct record_key key;
	int rc;

	past_hash(hash, p, text, len);
	record_key(&key, ct->id, sizeof(ct->id), place);
	rc = record_put(ct->t->vault, VAULT_HISTORY, key.data, key.len,
	    tacit_state_Past_fields, p, text, len);
	return rc != 0 ? rc : mark(ct, place, mark_of(p));
}

int
history_add(struct tacit_contact *ct, tacit_state_Past *p, const char *text,
    size_t len)
{
	memcpy(p->before, ct->rec.history_head, sizeof(p->before));
	ct->t->past.ct = NULL;
	return history_put(ct, ++ct->rec.history, p, text, len,
	    ct->rec.history_head);
}

int
history_row(struct tacit_contact *ct, uint64_t place, tacit_state_Past *p,
    char **text, size_t *len)
{
	struct record_key key;
	int rc;

	record_key(&key, ct->id, sizeof(ct->id), place);
	rc = record_get(ct->t->vault, VAULT_HISTORY, key.data, key.len,
	    tacit_state_Past_fields, p, sizeof(*p), text, len);
	if (rc <= 0)
		return rc == 0 ? TACIT_E_CORRUPT : rc;
	if ((rc = is_marked(ct, place, mark_of(p))) != 0) {
		record_tail_free(*text, *len);
		*text = NULL;
	}
	return rc;
}

/* Read the row at ${place} and check it against ${hash}; hash moves on. */
static int
past_read(struct tacit_contact *ct, uint64_t place,
    uint8_t hash[TACIT_HASH_LEN], tacit_state_Past *p, char **text,
    size_t *len)
{
	uint8_t is[TACIT_HASH_LEN];
	int rc;

	if ((rc = history_row(ct, place, p, text, len)) != 0)
		return rc;
	past_hash(is, p, *text, *len);
	if (sodium_memcmp(is, hash, sizeof(is)) != 0) {
		record_tail_free(*text, *len);
		*text = NULL;
		return TACIT_E_CORRUPT;
	}
	memcpy(hash, p->before, TACIT_HASH_LEN);
	return 0;
}

int
history_back(struct tacit_contact *ct, history_see *see, void *arg)
{
	uint8_t hash[TACIT_HASH_LEN];
	tacit_state_Past p;
	uint64_t place;
	char *text;
	size_t len;
	int rc = 0;

	memcpy(hash, ct->rec.history_head, sizeof(hash));
	for (place = ct->rec.history; place > 0 && rc == 0; place--) {
		text = NULL;
		len = 0;
		if ((rc = past_read(ct, place, hash, &p, &text, &len)) != 0)
			return rc;
		rc = see(arg, place, &p, text, len);
		record_tail_free(text, len);
	}
	return rc < 0 ? rc : 0;
}

int
history_forget(struct tacit_contact *ct, uint64_t place, tacit_state_Past *p)
{
	uint8_t hash[TACIT_HASH_LEN];
	struct said said;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = history_row(ct, place, p, &text, &len)) != 0)
		return rc;
	keep_said(&said, p->type, &p->keep, text, len);
	record_tail_free(text, len);
	if (p->keep.hours == 0)
		return TACIT_E_STATE;
	sodium_memzero(&p->keep.salt, sizeof(p->keep.salt));
	memcpy(p->keep.gone.bytes, said.digest, sizeof(said.digest));
	p->keep.gone.size = sizeof(said.digest);
	ct->t->past.ct = NULL;
	return history_put(ct, place, p, NULL, 0, hash);
}

int
history_give_up(struct tacit_contact *ct, uint64_t place)
{
	uint8_t hash[TACIT_HASH_LEN], after[TACIT_HASH_LEN];
	tacit_state_Past p;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = history_row(ct, place, &p, &text, &len)) != 0)
		return rc;
	past_hash(hash, &p, text, len);
	history_chain(after, &p, text, len);
	record_tail_free(text, len);
	memcpy(p.hash, hash, sizeof(p.hash));
	memcpy(p.after, after, sizeof(p.after));
	p.given_up = 1;
	ct->t->past.ct = NULL;
	return history_put(ct, place, &p, NULL, 0, hash);
}

static enum tacit_message_state
past_state(const struct tacit_contact *ct, const tacit_state_Past *p)
{
	if (p->fate != TACIT_FATE_NONE)
		return p->fate == TACIT_FATE_ASKED ? TACIT_RECALLING :
		    TACIT_RECALLED;
	return p->from_me ? outbox_state(ct, p->stream, p->seq) : TACIT_RECEIVED;
}

static void
past_show(struct tacit_contact *ct, struct tacit_message *out,
    uint64_t place, const tacit_state_Past *p, char *text, size_t len)
{
	struct tacit *t = ct->t;
	size_t size = out->size;

	t->read.text = text;
	t->read.len = len;
	memset(out, 0, sizeof(*out));
	out->size = size;
	out->place = place;
	contact_message_id(out->id, p->stream, p->seq);
	out->seq = p->seq;
	out->from_me = p->from_me;
	out->type = p->type;
	out->state = past_state(ct, p);
	out->time_ms = p->time_ms;
	out->text = text;
	out->text_len = len;
	out->keep_hours = p->keep.hours;
	out->forgotten = p->given_up ? TACIT_FORGOTTEN_ASKED :
	    p->keep.gone.size > 0;
}

int
tacit_history(struct tacit_contact *ct, uint64_t before,
    struct tacit_message *out)
{
	struct tacit *t = ct->t;
	tacit_state_Past p;
	uint64_t place;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if (out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	if (t->broken != 0)
		return t->broken;
	/* What was lent is taken back, also when nothing follows. */
	record_tail_free(t->read.text, t->read.len);
	t->read.text = NULL;
	if (before == 0 || before > ct->rec.history)
		before = ct->rec.history + 1;
	if (before == 1)
		return TACIT_E_STATE;

	/* The chain is followed from its head, or from where we were. */
	if (t->past.ct != ct || t->past.place < before - 1) {
		t->past.place = ct->rec.history;
		memcpy(t->past.hash, ct->rec.history_head,
		    sizeof(t->past.hash));
	}
	t->past.ct = NULL;
	for (place = t->past.place;; place--) {
		if ((rc = past_read(ct, place, t->past.hash, &p, &text,
		    &len)) != 0)
			return rc;
		if (place == before - 1)
			break;
		record_tail_free(text, len);
	}
	t->past.ct = ct;
	t->past.place = place - 1;
	past_show(ct, out, place, &p, text, len);
	return 0;
}
