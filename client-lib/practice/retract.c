/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of mine that are asked back; what both ends know of such texts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "queue.h"
#include "retract.h"

void
retract_key(struct row_key *k, enum row_kind kind, const char *id,
    const uint8_t message[RECEIPT_ID_LEN])
{
	row_key(k, kind);
	row_key_contact(k, id);
	row_key_bytes(k, message, RECEIPT_ID_LEN);
}

int
retract_find(struct tacit_contact *ct, const uint8_t message[RECEIPT_ID_LEN],
    bool mine, struct tacit_message *out)
{
	struct tacit_message last = { .size = sizeof(last) };
	uint8_t id[RECEIPT_ID_LEN];
	uint64_t before = 0;
	int n, rc = TACIT_E_LIMIT;

	out->size = sizeof(*out);
	for (n = 0; n < TACIT_RETRACTION_BACK; n++) {
		if ((rc = tacit_history(ct, before, out)) != 0)
			break;
		if ((out->from_me != 0) == mine && out->type == 0 &&
		    receipt_id(id, out->id) &&
		    memcmp(id, message, RECEIPT_ID_LEN) == 0)
			break;
		before = out->place;
		rc = TACIT_E_LIMIT;
	}
	/* The library lends one text: before the first there is none. */
	out->text = NULL;
	if (tacit_history(ct, 1, &last) == 0)
		return TACIT_E_INTERNAL;
	return rc == TACIT_E_STATE ? TACIT_E_NOT_FOUND : rc;
}

/* ---- how it stands -------------------------------------------------------------- */

/* What they said of a text of mine: enum tacit_retraction, or an error. */
static int
mine(struct tacit_practice *p, const char *id,
    const uint8_t message[RECEIPT_ID_LEN])
{
	uint8_t state = TACIT_RETRACTION_NONE;
	struct row_key k;
	size_t len;
	int rc;

	retract_key(&k, ROW_RETRACTED, id, message);
	if ((rc = row_get_bytes(p->t, &k, &state, 1, &len)) < 0)
		return rc;
	if (rc == 1 && (len != 1 || state > TACIT_RETRACTION_KEPT))
		return TACIT_E_CORRUPT;
	return state;
}

static void
put_mine(struct batch *b, const char *id,
    const uint8_t message[RECEIPT_ID_LEN], enum tacit_retraction state)
{
	uint8_t byte = (uint8_t)state;
	struct row_key k;

	retract_key(&k, ROW_RETRACTED, id, message);
	batch_put_bytes(b, &k, &byte, 1);
}

int
tacit_retraction_state(struct tacit_practice *p, struct tacit_contact *ct,
    const char *message)
{
	uint8_t bytes[RECEIPT_ID_LEN];
	char id[TACIT_CONTACT_ID_SIZE];
	tacit_rows_Retract row;
	int rc;

	if (p == NULL || ct == NULL || message == NULL ||
	    !receipt_id(bytes, message))
		return TACIT_E_INVALID;
	if ((rc = practice_contact_id(ct, id)) != 0 ||
	    (rc = retract_theirs(p, id, bytes, &row)) < 0)
		return rc;
	return rc == 1 ? (int)row.state : mine(p, id, bytes);
}

const char *
tacit_retraction_word(int state)
{
	switch (state) {
	case TACIT_RETRACTION_ASKED:
		return "asked";
	case TACIT_RETRACTION_DONE:
		return "done";
	case TACIT_RETRACTION_KEPT:
		return "kept";
	default:
		return NULL;
	}
}

/* ---- to ask ----------------------------------------------------------------------- */

/* Can they have it?  0, or why it is not asked back. */
static int
check(struct tacit_practice *p, struct tacit_contact *ct,
    const struct tacit_contact_info *info, const struct tacit_message *m)
{
	enum tacit_fate fate = TACIT_FATE_NONE;
	int rc;

	if (m->state == TACIT_QUEUED || m->state == TACIT_RECALLING)
		return TACIT_E_STATE;
	if (m->state == TACIT_RECALLED &&
	    (rc = tacit_recall(ct, m->id, &fate)) != 0)
		return rc;
	if (fate == TACIT_FATE_UNDONE || fate == TACIT_FATE_UNDELIVERED)
		return TACIT_E_STATE;
	if (practice_is_closed(ct))
		return TACIT_E_CONTACT_CLOSED;
	if ((rc = life_check(p, info)) != 0)
		return rc;
	return bounds_reaches(info) ? 0 : TACIT_E_NOT_VERIFIED;
}

static int
ask(struct tacit_practice *p, struct tacit_contact *ct, const char *id,
    const uint8_t message[RECEIPT_ID_LEN])
{
	tacit_practice_Practice *m = calloc(1, sizeof(*m));
	struct batch b;

	if (m == NULL)
		return TACIT_E_NOMEM;
	m->which_is = tacit_practice_Practice_retract_tag;
	m->is.retract.message.size = RECEIPT_ID_LEN;
	memcpy(m->is.retract.message.bytes, message, RECEIPT_ID_LEN);
	batch_begin(&b, p);
	put_mine(&b, id, message, TACIT_RETRACTION_ASKED);
	batch_send(&b, ct, m, NULL);
	free(m);
	return batch_commit(&b);
}

int
tacit_retract(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, const char *message)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	uint8_t bytes[RECEIPT_ID_LEN];
	struct tacit_message m;
	int rc;

	if (p == NULL || ct == NULL || message == NULL || now_ms < 0 ||
	    !receipt_id(bytes, message))
		return TACIT_E_INVALID;
	p->now_ms = now_ms;
	if ((rc = tacit_contact_info(ct, &info)) != 0 ||
	    (rc = retract_find(ct, bytes, true, &m)) != 0 ||
	    (rc = mine(p, info.id, bytes)) != 0)
		return rc < 0 ? rc : 0;
	if ((rc = check(p, ct, &info, &m)) != 0)
		return rc;
	return ask(p, ct, info.id, bytes);
}

/* ---- their answer ------------------------------------------------------------------ */

/* It is believed of what was asked alone; what is gone does not come back. */
int
retract_take_answer(struct batch *b, const struct taken *in)
{
	const tacit_practice_Retracted *m = &in->m->is.retracted;
	tacit_rows_Event ev = tacit_rows_Event_init_zero;
	enum tacit_retraction says = m->answer == 1 ? TACIT_RETRACTION_DONE :
	    TACIT_RETRACTION_KEPT;
	struct tacit_message h;
	int rc;

	if (m->message.size != RECEIPT_ID_LEN || m->answer < 1 ||
	    m->answer > 2)
		return TACIT_E_POISON;
	if ((rc = mine(b->p, in->contact, m->message.bytes)) <= 0)
		return rc;
	if (rc == TACIT_RETRACTION_DONE || rc == (int)says)
		return 0;
	put_mine(b, in->contact, m->message.bytes, says);
	if ((rc = retract_find(in->ct, m->message.bytes, true, &h)) != 0)
		return rc == TACIT_E_LIMIT || rc == TACIT_E_NOT_FOUND ? 0 : rc;
	ev.type = TACIT_RETRACTION_ANSWERED;
	memcpy(ev.about, h.id, sizeof(h.id));
	(void)snprintf(ev.label, sizeof(ev.label), "%s",
	    tacit_retraction_word((int)says));
	queue_tell(b, in->ct, &ev);
	return 0;
}
