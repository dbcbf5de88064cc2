/* SPDX-License-Identifier: Apache-2.0 */
/* The card: set at the practice, sent to each client, acknowledged there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bounds.h"
#include "card_body.h"
#include "queue.h"

static void
contact_key(struct row_key *k, const char *id)
{
	row_key(k, ROW_CARD_OF);
	row_key_contact(k, id);
}

static int
card_of(struct tacit_practice *p, const char *id, tacit_rows_CardOf *out)
{
	struct row_key k;
	int rc;

	contact_key(&k, id);
	rc = row_get(p->t, &k, tacit_rows_CardOf_fields, out);
	return rc < 0 ? rc : 0;
}

static void
put_card_of(struct batch *b, const char *id, const tacit_rows_CardOf *row)
{
	struct row_key k;

	contact_key(&k, id);
	batch_put(b, &k, tacit_rows_CardOf_fields, row);
}

static void
version_key(struct row_key *k, uint64_t version)
{
	row_key(k, ROW_CARD);
	row_key_u64(k, version);
}

/* The bytes of my card ${version}; 1, 0 or an error. */
static int
my_body(struct tacit_practice *p, uint64_t version,
    uint8_t out[CARD_BODY_MAX], size_t *len)
{
	struct row_key k;

	version_key(&k, version);
	return row_get_bytes(p->t, &k, out, CARD_BODY_MAX, len);
}

/* The version of my newest card; 0: I have none. */
static int
my_version(struct tacit_practice *p, uint64_t *out)
{
	struct row_key prefix, at = { .len = 0 };
	int rc;

	*out = 0;
	row_key(&prefix, ROW_CARD);
	while ((rc = row_next(p->t, &prefix, &at)) == 1) {
		if (at.len != prefix.len + 8)
			return TACIT_E_CORRUPT;
		*out = row_key_get_u64(&at, prefix.len);
	}
	return rc;
}

/* ---- what is valid ---------------------------------------------------------- */

/* The card of mine, or else the default. */
static int
mine(struct tacit_practice *p, tacit_practice_CardBody *out)
{
	uint8_t body[CARD_BODY_MAX];
	uint64_t version;
	size_t len;
	int rc;

	card_default(out);
	if ((rc = my_version(p, &version)) != 0 || version == 0)
		return rc;
	if ((rc = my_body(p, version, body, &len)) < 0)
		return rc;
	return rc == 1 && card_read(out, body, len) ? 0 : TACIT_E_CORRUPT;
}

static int
theirs(const tacit_rows_CardOf *row, tacit_practice_CardBody *out)
{
	card_default(out);
	if (row->body.size == 0)
		return 0;
	return card_read(out, row->body.bytes, row->body.size) ? 0 :
	    TACIT_E_CORRUPT;
}

static void
show(struct tacit_card *out, const tacit_practice_CardBody *c)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->version = c->version;
	memcpy(out->response, c->response, sizeof(out->response));
	memcpy(out->notice, c->notice, sizeof(out->notice));
	out->n = c->number_count;
	for (i = 0; i < out->n; i++) {
		memcpy(out->number[i].country, c->number[i].country,
		    sizeof(out->number[i].country));
		memcpy(out->number[i].what, c->number[i].what,
		    sizeof(out->number[i].what));
		memcpy(out->number[i].number, c->number[i].number,
		    sizeof(out->number[i].number));
	}
}

int
tacit_card_get(struct tacit_practice *p, struct tacit_contact *ct,
    struct tacit_card *out)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	tacit_rows_CardOf row = tacit_rows_CardOf_init_zero;
	tacit_practice_CardBody c;
	int rc;

	if (p == NULL || out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	if (ct != NULL && ((rc = tacit_contact_info(ct, &info)) != 0 ||
	    (rc = card_of(p, info.id, &row)) != 0))
		return rc;
	rc = ct == NULL || info.inviter ? mine(p, &c) : theirs(&row, &c);
	if (rc != 0)
		return rc;
	show(out, &c);
	out->acknowledged = row.had && row.had_version == c.version;
	out->acknowledged_version = row.had_version;
	out->acknowledged_ms = row.had_ms;
	return 0;
}

int
card_check(struct tacit_practice *p, const struct tacit_contact_info *info)
{
	tacit_rows_CardOf row;
	int rc;

	if (info->inviter)
		return 0;
	if ((rc = card_of(p, info->id, &row)) != 0)
		return rc;
	return row.had && row.had_version == row.version ? 0 : TACIT_E_CARD;
}

/* ---- the practice --------------------------------------------------------------- */

/* Copy a text of the caller's, which may not end. */
static bool
copy(char *out, const char *text, size_t size)
{
	memcpy(out, text, size);
	return memchr(text, '\0', size) != NULL;
}

static bool
take_in(tacit_practice_CardBody *c, const struct tacit_card *card)
{
	size_t i;
	bool ends;

	memset(c, 0, sizeof(*c));
	if (card->n > TACIT_CARD_NUMBERS)
		return false;
	ends = copy(c->response, card->response, sizeof(c->response)) &&
	    copy(c->notice, card->notice, sizeof(c->notice));
	c->number_count = (pb_size_t)card->n;
	for (i = 0; i < card->n && ends; i++)
		ends = copy(c->number[i].country, card->number[i].country,
		    sizeof(c->number[i].country)) &&
		    copy(c->number[i].what, card->number[i].what,
		    sizeof(c->number[i].what)) &&
		    copy(c->number[i].number, card->number[i].number,
		    sizeof(c->number[i].number));
	return ends && card_is_sound(c);
}

/* The secret of which the keys are made, from now on if there is none. */
static void
need_master(struct batch *b)
{
	uint8_t master[CARD_MASTER_LEN];
	struct row_key k;
	size_t len;
	int rc;

	row_key(&k, ROW_CARD_KEY);
	rc = row_get_bytes(b->p->t, &k, master, sizeof(master), &len);
	if (rc == 0) {
		randombytes_buf(master, sizeof(master));
		batch_put_bytes(b, &k, master, sizeof(master));
	} else if (rc < 0)
		batch_fail(b, rc);
	sodium_memzero(master, sizeof(master));
}

int
tacit_card_set(struct tacit_practice *p, int64_t now_ms,
    const struct tacit_card *card)
{
	uint8_t body[CARD_BODY_MAX];
	tacit_practice_CardBody c;
	uint64_t last;
	struct row_key k;
	struct batch b;
	size_t len;
	int rc;

	if (p == NULL || card == NULL || card->size != sizeof(*card) ||
	    now_ms < 0)
		return TACIT_E_INVALID;
	if (!take_in(&c, card))
		return TACIT_E_TEXT;
	if ((rc = my_version(p, &last)) != 0)
		return rc;
	/* Above those of a vault that was put back, too. */
	c.version = (uint64_t)now_ms / 1000;
	if (c.version <= last)
		c.version = last + 1;
	if ((len = card_write(body, &c)) == 0)
		return TACIT_E_INTERNAL;
	batch_begin(&b, p);
	need_master(&b);
	version_key(&k, c.version);
	batch_put_bytes(&b, &k, body, len);
	if ((rc = batch_commit(&b)) == 0)
		practice_wake(p, now_ms);
	return rc;
}

/* Send my card to one contact, and note that it was. */
static int
send_to(struct tacit_practice *p, struct tacit_contact *ct,
    const char *id, uint64_t version, tacit_rows_CardOf *row)
{
	tacit_practice_Practice *m = calloc(1, sizeof(*m));
	uint8_t master[CARD_MASTER_LEN];
	struct row_key k;
	struct batch b;
	size_t len = 0;
	int rc;

	if (m == NULL)
		return TACIT_E_NOMEM;
	m->which_is = tacit_practice_Practice_card_tag;
	row_key(&k, ROW_CARD_KEY);
	rc = row_get_bytes(p->t, &k, master, sizeof(master), &len);
	if (rc == 0 || (rc == 1 && len != sizeof(master)))
		rc = TACIT_E_CORRUPT;
	if (rc == 1)
		rc = my_body(p, version, m->is.card.body.bytes, &len);
	if (rc == 1) {
		m->is.card.body.size = (pb_size_t)len;
		rc = card_sign(&m->is.card, master, id);
		row->version = version;
		batch_begin(&b, p);
		batch_fail(&b, rc);
		put_card_of(&b, id, row);
		batch_send(&b, ct, m, NULL);
		rc = batch_commit(&b);
	}
	sodium_memzero(master, sizeof(master));
	free(m);
	return rc;
}

/* Settle when it goes; the row says so over a restart. */
static int
plan(struct tacit_practice *p, const char *id, tacit_rows_CardOf *row,
    uint32_t spread)
{
	struct batch b;

	row->post_ms = practice_later(p->now_ms, spread);
	batch_begin(&b, p);
	put_card_of(&b, id, row);
	return batch_commit(&b);
}

/*
 * A card that is changed is due to all at once: each gets it at a random time,
 * or the relay could see which mailboxes are written to by one practice.
 */
static int
tend(struct tacit_practice *p, struct tacit_contact *ct, const char *id,
    uint64_t version, tacit_rows_CardOf *row)
{
	uint32_t spread = row->version == 0 ? PRACTICE_SPREAD_MS :
	    CARD_SPREAD_MS;
	int rc;

	if (row->post_ms == 0 && (rc = plan(p, id, row, spread)) != 0)
		return rc;
	if (!practice_is_due(p, row->post_ms, spread))
		return 0;
	row->post_ms = 0;
	return send_to(p, ct, id, version, row);
}

/* Whoever was invited and has not been sent the newest is sent it. */
int
card_tend(struct tacit_practice *p)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	tacit_rows_CardOf row;
	struct tacit_contact *ct = NULL;
	uint64_t version;
	int rc;

	if ((rc = my_version(p, &version)) != 0 || version == 0)
		return rc;
	while ((ct = tacit_contact_next(p->t, ct)) != NULL) {
		if ((rc = tacit_contact_info(ct, &info)) != 0 ||
		    (rc = card_of(p, info.id, &row)) != 0)
			return rc;
		if (info.inviter && bounds_reaches(&info) &&
		    row.version < version && (rc = tend(p, ct, info.id,
		    version, &row)) != 0)
			return rc;
	}
	return 0;
}

int
card_take_had(struct batch *b, const struct taken *in)
{
	const tacit_practice_CardHad *m = &in->m->is.card_had;
	uint8_t body[CARD_BODY_MAX], hash[CARD_HASH_LEN];
	tacit_rows_Event ev = tacit_rows_Event_init_zero;
	tacit_rows_CardOf row;
	size_t len;
	int rc;

	if ((rc = bounds_is_practice(in->ct)) != 1)
		return rc < 0 ? rc : TACIT_E_POISON;
	if (m->version != 0) {
		if ((rc = my_body(b->p, m->version, body, &len)) != 1)
			return rc < 0 ? rc : TACIT_E_POISON;
		card_hash(hash, body, len);
		if (sodium_memcmp(hash, m->hash, sizeof(hash)) != 0)
			return TACIT_E_POISON;
	}
	if ((rc = card_of(b->p, in->contact, &row)) != 0)
		return rc;
	if (m->version > row.version)
		return TACIT_E_POISON;
	if (row.had && m->version <= row.had_version)
		return 0;
	row.had = true;
	row.had_version = m->version;
	row.had_ms = b->p->now_ms;
	row.had_hash.size = CARD_HASH_LEN;
	memcpy(row.had_hash.bytes, m->hash, CARD_HASH_LEN);
	put_card_of(b, in->contact, &row);
	ev.type = TACIT_PRACTICE_CARD_HAD;
	(void)snprintf(ev.about, sizeof(ev.about), "%llu",
	    (unsigned long long)m->version);
	if (m->version == 0)
		(void)snprintf(ev.label, sizeof(ev.label), "default");
	queue_tell(b, in->ct, &ev);
	return 0;
}

/* ---- the client -------------------------------------------------------------------- */

static int
refuse(struct batch *b, const struct taken *in, const char *why)
{
	tacit_rows_Event ev = tacit_rows_Event_init_zero;

	ev.type = TACIT_PRACTICE_CARD_REFUSED;
	(void)snprintf(ev.label, sizeof(ev.label), "%s", why);
	queue_tell(b, in->ct, &ev);
	return 0;
}

int
card_take(struct batch *b, const struct taken *in)
{
	const tacit_practice_Card *m = &in->m->is.card;
	tacit_rows_Event ev = tacit_rows_Event_init_zero;
	tacit_practice_CardBody c;
	tacit_rows_CardOf row;
	int rc;

	if ((rc = bounds_is_practice(in->ct)) != 0)
		return rc < 0 ? rc : TACIT_E_POISON;
	if ((rc = card_of(b->p, in->contact, &row)) != 0)
		return rc;
	if (row.key.size != 0 && (row.key.size != sizeof(m->key) ||
	    sodium_memcmp(row.key.bytes, m->key, sizeof(m->key)) != 0))
		return refuse(b, in, "key");
	if (!card_is_signed(m))
		return refuse(b, in, "signature");
	if (!card_read(&c, m->body.bytes, m->body.size) || c.version == 0)
		return TACIT_E_POISON;
	if (c.version == row.version && m->body.size == row.body.size &&
	    sodium_memcmp(m->body.bytes, row.body.bytes, m->body.size) == 0)
		return 0;
	if (c.version <= row.version)
		return refuse(b, in, "version");
	row.key.size = sizeof(m->key);
	memcpy(row.key.bytes, m->key, sizeof(m->key));
	row.version = c.version;
	row.body.size = m->body.size;
	memcpy(row.body.bytes, m->body.bytes, m->body.size);
	put_card_of(b, in->contact, &row);
	ev.type = TACIT_PRACTICE_CARD;
	queue_tell(b, in->ct, &ev);
	return 0;
}

/* The bytes that the client read: theirs, or the default's. */
static int
hash_read(const tacit_rows_CardOf *row, uint8_t out[CARD_HASH_LEN])
{
	uint8_t body[CARD_BODY_MAX];
	tacit_practice_CardBody c;
	size_t len;

	if (row->body.size != 0) {
		card_hash(out, row->body.bytes, row->body.size);
		return 0;
	}
	card_default(&c);
	if ((len = card_write(body, &c)) == 0)
		return TACIT_E_INTERNAL;
	card_hash(out, body, len);
	return 0;
}

static int
acknowledge(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, const char *id, tacit_rows_CardOf *row)
{
	tacit_practice_Practice *m = calloc(1, sizeof(*m));
	struct batch b;
	int rc;

	if (m == NULL)
		return TACIT_E_NOMEM;
	m->which_is = tacit_practice_Practice_card_had_tag;
	m->is.card_had.version = row->version;
	rc = hash_read(row, m->is.card_had.hash);
	row->had = true;
	row->had_version = row->version;
	row->had_ms = now_ms;
	row->had_hash.size = CARD_HASH_LEN;
	memcpy(row->had_hash.bytes, m->is.card_had.hash, CARD_HASH_LEN);
	batch_begin(&b, p);
	batch_fail(&b, rc);
	put_card_of(&b, id, row);
	batch_send(&b, ct, m, NULL);
	rc = batch_commit(&b);
	free(m);
	return rc;
}

int
tacit_card_acknowledge(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, uint64_t version)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	tacit_rows_CardOf row;
	int rc;

	if (p == NULL || ct == NULL || now_ms < 0)
		return TACIT_E_INVALID;
	if ((rc = tacit_contact_info(ct, &info)) != 0 ||
	    (rc = card_of(p, info.id, &row)) != 0)
		return rc;
	if (info.inviter)
		return TACIT_E_STATE;
	if (row.version != version)
		return TACIT_E_CONFLICT;
	if (row.had && row.had_version == version)
		return 0;
	return acknowledge(p, now_ms, ct, info.id, &row);
}
