/* SPDX-License-Identifier: Apache-2.0 */
/* Relays are asked to destroy envelopes, and what they answer. */
#include <string.h>

#include <sodium.h>

#include "change.h"
#include "contact.h"
#include "line.h"
#include "outbox.h"
#include "post.h"
#include "recall.h"
#include "record.h"

enum { RETRY_MIN_MS = 1000, RETRY_MAX_MS = 3600 * 1000 };

/* Where envelope ${id} stands in ${o}; NULL: it is not one of its. */
static uint8_t *
name_of(tacit_state_Out *o, const uint8_t id[TACIT_ENVELOPE_ID_LEN])
{
	size_t at;

	for (at = 0; at < o->posted.size; at += RECALL_NAME_LEN)
		if (memcmp(o->posted.bytes + at, id,
		    TACIT_ENVELOPE_ID_LEN) == 0)
			return o->posted.bytes + at;
	return NULL;
}

static void
name_drop(tacit_state_Out *o, uint8_t *at)
{
	size_t i = (size_t)(at - o->posted.bytes);

	o->posted.size -= RECALL_NAME_LEN;
	memmove(at, at + RECALL_NAME_LEN, o->posted.size - i);
}

/* Mailbox and token of set ${id}; 0: it was left too long ago. */
static int
place_of(const struct tacit_contact *ct, uint64_t id,
    const uint8_t **address, const uint8_t **token)
{
	pb_size_t i;

	*address = ct->rec.their_address;
	*token = ct->rec.their_token;
	if (id == ct->rec.rotation)
		return 1;
	for (i = 0; i < ct->rec.old_count; i++) {
		*address = ct->rec.old[i].their_address;
		*token = ct->rec.old[i].their_token;
		if (ct->rec.old[i].id == id)
			return 1;
	}
	return 0;
}

static struct out_ref *
first_asked(const struct tacit_contact *ct)
{
	struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		if (o->recall == RECALL_ASKED)
			break;
	return o;
}

int
recall_wants(const struct tacit_contact *ct)
{
	return ct->recall == 0 && post_can(ct) &&
	    env_mono_ms(ct->t) >= ct->recall_at && first_asked(ct) != NULL;
}

int64_t
recall_due(const struct tacit_contact *ct)
{
	int64_t now = env_mono_ms(ct->t), at = recall_held_until(ct);

	if (ct->recall == 0 && ct->recall_at > now &&
	    first_asked(ct) != NULL)
		at = env_sooner(at, ct->recall_at);
	return at;
}

static int
ask(struct tacit_contact *ct, const uint8_t id[TACIT_ENVELOPE_ID_LEN],
    const uint8_t *address, const uint8_t *token)
{
	tacit_Frame f = tacit_Frame_init_zero;
	int rc;

	f.which_is = tacit_Frame_recall_tag;
	memcpy(f.is.recall.address, address, sizeof(f.is.recall.address));
	memcpy(f.is.recall.token, token, sizeof(f.is.recall.token));
	memcpy(f.is.recall.envelope, id, sizeof(f.is.recall.envelope));
	memcpy(ct->recall_id, id, sizeof(ct->recall_id));
	rc = line_request(ct->post, &f, NULL, &ct->recall);
	sodium_memzero(&f, sizeof(f));
	if (rc == 0 || rc == TACIT_E_NOMEM)
		return rc;
	ct->recall = 0;
	line_drop(ct->post);
	return 0;
}

/*
 * Row ${ref} without envelope ${id} (NULL: as it is), of which ${outcome} is
 * known, 0: nothing.  If that was the last of its text, the text ends.
 */
static int
settle(struct tacit_contact *ct, const struct out_ref *ref,
    const uint8_t *id, tacit_Outcome outcome)
{
	tacit_state_Out o;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = outbox_row_get(ct, ref->n, &o, &text, &len)) != 0)
		return rc;
	if (id != NULL && name_of(&o, id) != NULL) {
		name_drop(&o, name_of(&o, id));
		o.seen |= outcome != 0 ? UINT32_C(1) << outcome : 0;
		o.lost |= outcome == 0;
		rc = outbox_row_put(ct, ref->n, &o, text, len);
	}
	record_tail_free(text, len);
	return rc != 0 ? rc : recall_conclude(ct, ref);
}

static uint64_t
be64(const uint8_t *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

/* The next envelope of a text that was asked for, and its row. */
static int
next_name(struct tacit_contact *ct, struct out_ref **ref, uint8_t *name)
{
	tacit_state_Out o;
	int rc;

	for (*ref = ct->out; *ref != NULL; *ref = (*ref)->next) {
		if ((*ref)->recall != RECALL_ASKED)
			continue;
		if ((rc = outbox_row_get(ct, (*ref)->n, &o, NULL, NULL)) != 0)
			return rc;
		if (o.posted.size == 0)
			continue;
		memcpy(name, o.posted.bytes, RECALL_NAME_LEN);
		return 0;
	}
	*ref = first_asked(ct);
	return 1;
}

int
recall_pump(struct tacit_contact *ct)
{
	const uint8_t *address, *token;
	uint8_t name[RECALL_NAME_LEN];
	struct out_ref *ref;
	int rc, none;

	while (recall_wants(ct)) {
		if ((none = next_name(ct, &ref, name)) < 0)
			return none;
		if (!none && place_of(ct, be64(name + TACIT_ENVELOPE_ID_LEN),
		    &address, &token))
			return ask(ct, name, address, token);
		if ((rc = change_begin(ct->t)) != 0)
			return rc;
		rc = settle(ct, ref, none ? NULL : name, 0);
		if ((rc = change_end(ct->t, ct, rc)) != 0)
			return rc;
	}
	return 0;
}

/* ---- answers --------------------------------------------------------------- */

/* The row that was asked for; it may have been read anew since. */
static int
asked_row(struct tacit_contact *ct, struct out_ref **ref,
    uint8_t name[RECALL_NAME_LEN])
{
	tacit_state_Out o;
	uint8_t *at;
	int rc;

	for (*ref = ct->out; *ref != NULL; *ref = (*ref)->next) {
		if ((*ref)->recall != RECALL_ASKED)
			continue;
		if ((rc = outbox_row_get(ct, (*ref)->n, &o, NULL, NULL)) != 0)
			return rc;
		if ((at = name_of(&o, ct->recall_id)) == NULL)
			continue;
		memcpy(name, at, RECALL_NAME_LEN);
		return 0;
	}
	return 0;
}

static int
keep_statement(struct tacit_contact *ct, const struct out_ref *ref,
    const struct tacit_recall *is, const tacit_Recalled *m)
{
	tacit_state_Statement st = tacit_state_Statement_init_zero;
	char message[TACIT_MESSAGE_ID_SIZE];
	struct record_key key;
	tacit_state_Past p;
	int rc;

	contact_message_id(message, ref->stream, ref->seq);
	if ((rc = recall_find(ct, message, &st.place, &p)) != 0)
		return rc == TACIT_E_NOT_FOUND ? TACIT_E_CORRUPT : rc;
	memcpy(st.relay_key, ct->rec.their_place.relay_key,
	    sizeof(st.relay_key));
	memcpy(st.address, is->address, sizeof(st.address));
	memcpy(st.envelope, is->envelope, sizeof(st.envelope));
	st.outcome = is->outcome;
	memcpy(st.body_hash, is->body_hash, sizeof(st.body_hash));
	st.number = is->number;
	memcpy(st.previous, is->previous, sizeof(st.previous));
	memcpy(st.signature, m->signature, sizeof(st.signature));
	st.time_ms = (uint64_t)env_unix_ms(ct->t);
	record_key(&key, ct->id, sizeof(ct->id), ++ct->rec.statements);
	return record_put(ct->t->vault, VAULT_STATEMENT, key.data, key.len,
	    tacit_state_Statement_fields, &st, NULL, 0);
}

static int
read_statement(const struct tacit_contact *ct, const uint8_t *name,
    const tacit_Recalled *m, struct tacit_recall *is)
{
	const uint8_t *address, *token;
	uint8_t hash[TACIT_HASH_LEN];

	if (!place_of(ct, be64(name + TACIT_ENVELOPE_ID_LEN), &address,
	    &token))
		return TACIT_E_CRYPTO;
	memcpy(is->address, address, sizeof(is->address));
	memcpy(is->envelope, name, sizeof(is->envelope));
	is->outcome = (uint8_t)m->outcome;
	memcpy(is->body_hash, m->body_hash, sizeof(is->body_hash));
	is->number = m->number;
	memcpy(is->previous, m->previous, sizeof(is->previous));
	tacit_hash_recall(hash, is);
	return crypto_sign_verify_detached(m->signature, hash, sizeof(hash),
	    ct->rec.their_place.relay_key) == 0 ? 0 : TACIT_E_CRYPTO;
}

int
recall_answer(struct tacit_contact *ct, const tacit_Recalled *m)
{
	struct tacit_recall is;
	uint8_t name[RECALL_NAME_LEN];
	struct out_ref *ref;
	int rc;

	if (ct->recall == 0 || m->id != ct->recall)
		return TACIT_E_FRAME;
	ct->recall = 0;
	ct->recall_wait = 0;
	if ((rc = asked_row(ct, &ref, name)) != 0 || ref == NULL)
		return rc;
	if ((rc = read_statement(ct, name, m, &is)) != 0)
		return rc;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	if ((rc = keep_statement(ct, ref, &is, m)) == 0)
		rc = settle(ct, ref, name, m->outcome);
	return change_end(ct->t, ct, rc);
}

/* A relay that will never say more, of that mailbox. */
static int
is_final(uint32_t code)
{
	return code == -TACIT_E_REFUSED || code == -TACIT_E_FRAME ||
	    code == -TACIT_E_LIMIT;
}

int
recall_error(struct tacit_contact *ct, const tacit_Error *e)
{
	uint8_t name[RECALL_NAME_LEN];
	struct out_ref *ref;
	int64_t wait;
	int rc;

	ct->recall = 0;
	if (!is_final(e->code)) {
		wait = ct->recall_wait == 0 ? RETRY_MIN_MS :
		    ct->recall_wait * 2;
		if (wait < e->retry_after_ms)
			wait = e->retry_after_ms;
		ct->recall_wait = wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS;
		ct->recall_at = env_mono_ms(ct->t) + ct->recall_wait;
		return 0;
	}
	if ((rc = asked_row(ct, &ref, name)) != 0 || ref == NULL)
		return rc;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	return change_end(ct->t, ct, settle(ct, ref, name, 0));
}
