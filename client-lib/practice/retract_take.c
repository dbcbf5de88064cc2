/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of theirs that they ask back: what is done with them, and what they
 * are told.  The text goes first; who is stopped after that finds it gone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bounds.h"
#include "queue.h"
#include "retract.h"

/* ---- what is done with it --------------------------------------------------------- */

/* NULL: of the vault. */
static int
policy_key(struct row_key *k, struct tacit_contact *ct)
{
	char id[TACIT_CONTACT_ID_SIZE];
	int rc;

	row_key(k, ROW_RETRACT_POLICY);
	if (ct == NULL)
		return 0;
	if ((rc = practice_contact_id(ct, id)) == 0)
		row_key_contact(k, id);
	return rc;
}

static int
policy_of(struct tacit_practice *p, struct tacit_contact *ct)
{
	uint8_t policy = TACIT_RETRACT_DEFAULT;
	struct row_key k;
	size_t len;
	int rc;

	if ((rc = policy_key(&k, ct)) != 0 ||
	    (rc = row_get_bytes(p->t, &k, &policy, 1, &len)) < 0)
		return rc;
	if (rc == 1 && (len != 1 || policy > TACIT_RETRACT_ACCEPT))
		return TACIT_E_CORRUPT;
	return policy;
}

int
tacit_retract_policy_get(struct tacit_practice *p, struct tacit_contact *ct)
{
	int rc;

	if (p == NULL)
		return TACIT_E_INVALID;
	if ((rc = policy_of(p, ct)) != TACIT_RETRACT_DEFAULT || ct == NULL)
		return rc;
	if ((rc = policy_of(p, NULL)) != TACIT_RETRACT_DEFAULT ||
	    (rc = bounds_is_practice(ct)) < 0)
		return rc;
	return rc == 1 ? TACIT_RETRACT_KEEP : TACIT_RETRACT_ASK;
}

int
tacit_retract_policy_set(struct tacit_practice *p, struct tacit_contact *ct,
    enum tacit_retract_policy policy)
{
	uint8_t byte = (uint8_t)policy;
	struct row_key k;
	struct batch b;
	int rc;

	if (p == NULL || policy < TACIT_RETRACT_DEFAULT ||
	    policy > TACIT_RETRACT_ACCEPT)
		return TACIT_E_INVALID;
	if ((rc = policy_key(&k, ct)) != 0)
		return rc;
	batch_begin(&b, p);
	if (policy == TACIT_RETRACT_DEFAULT)
		batch_delete(&b, &k);
	else
		batch_put_bytes(&b, &k, &byte, 1);
	return batch_commit(&b);
}

/* ---- their request ----------------------------------------------------------------- */

int
retract_theirs(struct tacit_practice *p, const char *id,
    const uint8_t message[RECEIPT_ID_LEN], tacit_rows_Retract *out)
{
	struct row_key k;
	int rc;

	retract_key(&k, ROW_RETRACT, id, message);
	rc = row_get(p->t, &k, tacit_rows_Retract_fields, out);
	return rc == 1 && (out->state < TACIT_RETRACTION_ASKED ||
	    out->state > TACIT_RETRACTION_KEPT) ? TACIT_E_CORRUPT : rc;
}

static void
put(struct batch *b, const char *id, const uint8_t message[RECEIPT_ID_LEN],
    const tacit_rows_Retract *row)
{
	struct row_key k;

	retract_key(&k, ROW_RETRACT, id, message);
	batch_put(b, &k, tacit_rows_Retract_fields, row);
}

/* They are told, at a random time: in the moment of the request it would
   tell who watches the relay what that was. */
static void
plan(struct batch *b, const char *id, const uint8_t message[RECEIPT_ID_LEN],
    tacit_rows_Retract *row)
{
	if (row->post_ms == 0)
		row->post_ms = b->p->now_ms + RETRACT_LEAST_MS +
		    (int64_t)randombytes_uniform(RETRACT_WINDOW_MS -
		    RETRACT_LEAST_MS + 1);
	put(b, id, message, row);
	practice_wake(b->p, row->post_ms);
}

/* What becomes of the text ${h}, which they ask back for the first time. */
static int
decide(struct batch *b, const struct taken *in,
    const struct tacit_message *h)
{
	int rc;

	if ((rc = tacit_retract_policy_get(b->p, in->ct)) < 0)
		return rc;
	if (rc != TACIT_RETRACT_ACCEPT && !h->forgotten)
		return rc == TACIT_RETRACT_KEEP ? TACIT_RETRACTION_KEPT :
		    TACIT_RETRACTION_ASKED;
	if ((rc = tacit_forget(in->ct, h->id)) != 0)
		return rc;
	return TACIT_RETRACTION_DONE;
}

int
retract_take(struct batch *b, const struct taken *in)
{
	const tacit_practice_Retract *m = &in->m->is.retract;
	tacit_rows_Event ev = tacit_rows_Event_init_zero;
	tacit_rows_Retract row;
	struct tacit_message h;
	int rc;

	if (m->message.size != RECEIPT_ID_LEN)
		return TACIT_E_POISON;
	if ((rc = retract_theirs(b->p, in->contact, m->message.bytes,
	    &row)) < 0)
		return rc;
	if (rc == 1) {
		/* An older copy of their vault asks again. */
		if (row.state != TACIT_RETRACTION_ASKED)
			plan(b, in->contact, m->message.bytes, &row);
		return 0;
	}
	if ((rc = retract_find(in->ct, m->message.bytes, false, &h)) != 0)
		return rc == TACIT_E_NOT_FOUND || rc == TACIT_E_LIMIT ?
		    TACIT_E_POISON : rc;
	if ((rc = decide(b, in, &h)) < 0)
		return rc;
	row.state = (uint32_t)rc;
	if (rc == TACIT_RETRACTION_ASKED)
		put(b, in->contact, m->message.bytes, &row);
	else
		plan(b, in->contact, m->message.bytes, &row);
	ev.type = TACIT_RETRACTION_WANTED;
	memcpy(ev.about, h.id, sizeof(h.id));
	(void)snprintf(ev.label, sizeof(ev.label), "%s",
	    tacit_retraction_word(rc));
	queue_tell(b, in->ct, &ev);
	return 0;
}

int
tacit_retraction_answer(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, const char *message, int accept)
{
	uint8_t bytes[RECEIPT_ID_LEN];
	char id[TACIT_CONTACT_ID_SIZE];
	tacit_rows_Retract row;
	uint32_t state;
	struct batch b;
	int rc;

	if (p == NULL || ct == NULL || message == NULL || now_ms < 0 ||
	    (accept != 0 && accept != 1) || !receipt_id(bytes, message))
		return TACIT_E_INVALID;
	p->now_ms = now_ms;
	if ((rc = practice_contact_id(ct, id)) != 0 ||
	    (rc = retract_theirs(p, id, bytes, &row)) != 1)
		return rc == 0 ? TACIT_E_NOT_FOUND : rc;
	state = accept ? TACIT_RETRACTION_DONE : TACIT_RETRACTION_KEPT;
	if (row.state == state)
		return 0;
	if (row.state == TACIT_RETRACTION_DONE)
		return TACIT_E_STATE;
	if (accept && (rc = tacit_forget(ct, message)) != 0)
		return rc;
	row.state = state;
	batch_begin(&b, p);
	plan(&b, id, bytes, &row);
	return batch_commit(&b);
}

/* ---- the answer ----------------------------------------------------------------------- */

static int
answer(struct tacit_practice *p, struct tacit_contact *ct, const char *id,
    const uint8_t message[RECEIPT_ID_LEN], tacit_rows_Retract *row)
{
	tacit_practice_Practice *m = calloc(1, sizeof(*m));
	struct batch b;

	if (m == NULL)
		return TACIT_E_NOMEM;
	m->which_is = tacit_practice_Practice_retracted_tag;
	m->is.retracted.message.size = RECEIPT_ID_LEN;
	memcpy(m->is.retracted.message.bytes, message, RECEIPT_ID_LEN);
	m->is.retracted.answer = row->state == TACIT_RETRACTION_DONE ? 1 : 2;
	row->post_ms = 0;
	batch_begin(&b, p);
	batch_send(&b, ct, m, NULL);
	put(&b, id, message, row);
	free(m);
	return batch_commit(&b);
}

/* Nobody is there to be told. */
static int
give_up(struct tacit_practice *p, const char *id,
    const uint8_t message[RECEIPT_ID_LEN], tacit_rows_Retract *row)
{
	struct batch b;

	row->post_ms = 0;
	batch_begin(&b, p);
	put(&b, id, message, row);
	return batch_commit(&b);
}

static int
tend_one(struct tacit_practice *p, const char *id,
    const uint8_t message[RECEIPT_ID_LEN], tacit_rows_Retract *row)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	struct tacit_contact *ct = practice_contact(p, id);
	int rc;

	if (ct == NULL || practice_is_closed(ct))
		return give_up(p, id, message, row);
	if (!practice_is_due(p, row->post_ms, RETRACT_WINDOW_MS))
		return 0;
	if ((rc = tacit_contact_info(ct, &info)) != 0 ||
	    (rc = receipts_may_tell(p, &info)) < 0)
		return rc;
	if (rc == 1)
		return answer(p, ct, id, message, row);
	practice_wake(p, p->now_ms + RECEIPT_RETRY_MS);
	return 0;
}

int
retract_tend(struct tacit_practice *p)
{
	char id[TACIT_CONTACT_ID_SIZE] = "";
	struct row_key prefix, at = { .len = 0 };
	tacit_rows_Retract row;
	int rc;

	row_key(&prefix, ROW_RETRACT);
	while ((rc = row_next(p->t, &prefix, &at)) == 1) {
		if (at.len != prefix.len + sizeof(id) - 1 + RECEIPT_ID_LEN)
			return TACIT_E_CORRUPT;
		memcpy(id, at.data + prefix.len, sizeof(id) - 1);
		if ((rc = row_get(p->t, &at, tacit_rows_Retract_fields,
		    &row)) < 0)
			return rc;
		if (row.post_ms != 0 && (rc = tend_one(p, id, at.data +
		    at.len - RECEIPT_ID_LEN, &row)) != 0)
			return rc;
	}
	return rc;
}
