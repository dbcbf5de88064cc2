/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "change.h"
#include "contact.h"
#include "event.h"
#include "history.h"
#include "outbox.h"
#include "recall.h"
#include "record.h"

/* ---- the names of envelopes ------------------------------------------------ */

void
recall_note(tacit_state_Out *o)
{
	uint8_t *at;
	size_t i;

	if (o->kind != tacit_state_OutKind_OUT_TEXT ||
	    o->recall != RECALL_NONE)
		return;
	if ((size_t)o->posted.size + RECALL_NAME_LEN > sizeof(o->posted.bytes)) {
		o->posted.size -= RECALL_NAME_LEN;
		memmove(o->posted.bytes, o->posted.bytes + RECALL_NAME_LEN,
		    o->posted.size);
		o->lost = 1;
	}
	at = o->posted.bytes + o->posted.size;
	memcpy(at, o->envelope, TACIT_ENVELOPE_ID_LEN);
	for (i = 0; i < 8; i++)
		at[TACIT_ENVELOPE_ID_LEN + i] =
		    (uint8_t)(o->rotation >> (56 - 8 * i));
	o->posted.size += RECALL_NAME_LEN;
}

/* ---- the end of a text ----------------------------------------------------- */

void
recall_tombstone(tacit_state_Out *o)
{
	o->recall = RECALL_TOMBSTONE;
	o->part = 0;
	o->parts = 1;
	o->hold_ms = 0;
	o->okayed = 0;
	o->posted.size = 0;
	/* Nothing is said of it any more: not accepted, nor undelivered. */
	o->tried = 1;
	o->undelivered = 1;
}

struct looked_for {
	const char *message;
	tacit_state_Past *p;
	uint64_t place;
};

static int
see_message(void *arg, uint64_t place, const tacit_state_Past *p,
    const char *text, size_t len)
{
	struct looked_for *l = arg;
	char id[TACIT_MESSAGE_ID_SIZE];

	(void)text;
	(void)len;
	contact_message_id(id, p->stream, p->seq);
	if (!p->from_me || p->type != 0 || strcmp(id, l->message) != 0)
		return 0;
	*l->p = *p;
	l->place = place;
	return 1;
}

int
recall_find(struct tacit_contact *ct, const char *message, uint64_t *place,
    tacit_state_Past *p)
{
	struct looked_for l = { .message = message, .p = p };
	int rc;

	if ((rc = history_back(ct, see_message, &l)) != 0)
		return rc;
	*place = l.place;
	return l.place == 0 ? TACIT_E_NOT_FOUND : 0;
}

/* The history says ${fate}; ${chain} is the value after the text. */
static int
set_fate(struct tacit_contact *ct, uint64_t place, enum tacit_fate fate,
    uint8_t chain[TACIT_HASH_LEN])
{
	uint8_t hash[TACIT_HASH_LEN];
	tacit_state_Past p;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = history_row(ct, place, &p, &text, &len)) != 0)
		return rc;
	history_chain(chain, &p, text, len);
	/* What never left is not told by a hash either, if nothing hangs on it. */
	if (fate == TACIT_FATE_UNDONE) {
		if (p.seq == ct->rec.seq &&
		    stream_is(p.stream, ct->rec.stream)) {
			env_random(ct->t, chain, TACIT_HASH_LEN);
			memcpy(ct->rec.chain, chain, TACIT_HASH_LEN);
		}
		memcpy(p.after, chain, sizeof(p.after));
	}
	p.fate = fate;
	rc = history_put(ct, place, &p, text, len, hash);
	record_tail_free(text, len);
	return rc;
}

static int
is_of(const struct out_ref *o, const tacit_state_Past *p)
{
	return o->kind == tacit_state_OutKind_OUT_TEXT && o->seq == p->seq &&
	    stream_is(o->stream, p->stream);
}

#ifdef TACIT_CONTROL_NO_TOMBSTONE
static int
bury_nothing(struct tacit_contact *ct, struct out_ref *o)
{
	tacit_state_Out row;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = outbox_row_get(ct, o->n, &row, &text, &len)) != 0)
		return rc;
	row.recall = o->recall = RECALL_NONE;
	rc = outbox_row_put(ct, o->n, &row, text, len);
	record_tail_free(text, len);
	return rc;
}
#endif

static int
has_tombstone(const struct tacit_contact *ct, const tacit_state_Past *p)
{
	const struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		if (is_of(o, p) && o->recall == RECALL_TOMBSTONE)
			return 1;
	return 0;
}

/*
 * The rows of ${p} go; the first becomes a tombstone, unless there is one.
 */
static int
bury(struct tacit_contact *ct, const tacit_state_Past *p,
    const uint8_t chain[TACIT_HASH_LEN])
{
	struct out_ref **at = &ct->out, *o;
	tacit_state_Out row;
	int rc, done = has_tombstone(ct, p);

	while ((o = *at) != NULL) {
		if (!is_of(o, p) || o->recall == RECALL_TOMBSTONE) {
			at = &o->next;
			continue;
		}
		if (done) {
			/* Its time to be forgotten begins with the tombstone. */
			o->place = 0;
			if ((rc = outbox_ref_remove(ct, at)) != 0)
				return rc;
			continue;
		}
		if ((rc = outbox_row_get(ct, o->n, &row, NULL, NULL)) != 0)
			return rc;
#ifdef TACIT_CONTROL_NO_TOMBSTONE
		return bury_nothing(ct, o);
#endif
		recall_tombstone(&row);
		memcpy(row.chain, chain, sizeof(row.chain));
		outbox_unseal(&row);
		row.okayed_ms = (uint64_t)env_unix_ms(ct->t);
		o->okayed_ms = row.okayed_ms;
		o->okayed = 0;
		o->request = 0;
		o->recall = RECALL_TOMBSTONE;
		o->last_part = 1;
		if ((rc = outbox_row_put(ct, o->n, &row, NULL, 0)) != 0)
			return rc;
		done = 1;
		at = &o->next;
	}
	return done ? 0 : TACIT_E_INTERNAL;
}

/* What is known of all envelopes of ${p}; 1: some are still to be asked of. */
static int
known(struct tacit_contact *ct, const tacit_state_Past *p, uint32_t *seen,
    int *lost)
{
	const struct out_ref *o;
	tacit_state_Out row;
	int rc;

	*seen = 0;
	*lost = 0;
	for (o = ct->out; o != NULL; o = o->next) {
		if (!is_of(o, p) || o->recall == RECALL_TOMBSTONE)
			continue;
		if ((rc = outbox_row_get(ct, o->n, &row, NULL, NULL)) != 0)
			return rc;
		if (row.posted.size > 0)
			return 1;
		*seen |= row.seen;
		*lost |= row.lost;
	}
	return 0;
}

static enum tacit_fate
fate_of(uint32_t seen, int lost)
{
	const uint32_t undelivered =
	    UINT32_C(1) << tacit_Outcome_OUTCOME_UNDELIVERED;
	const uint32_t unacknowledged =
	    UINT32_C(1) << tacit_Outcome_OUTCOME_UNACKNOWLEDGED;

	if (seen == undelivered && !lost)
		return TACIT_FATE_UNDELIVERED;
	return (seen & (undelivered | unacknowledged)) != 0 ?
	    TACIT_FATE_UNACKNOWLEDGED : TACIT_FATE_TAKEN;
}

/* Of ${p} nothing is left to be asked. */
static int
finish(struct tacit_contact *ct, uint64_t place, const tacit_state_Past *p,
    enum tacit_fate fate)
{
	tacit_state_Event e = tacit_state_Event_init_zero;
	uint8_t chain[TACIT_HASH_LEN];
	int rc;

	if ((rc = set_fate(ct, place, fate, chain)) != 0 ||
	    (rc = bury(ct, p, chain)) != 0 || fate == TACIT_FATE_UNDONE)
		return rc;
	e.type = TACIT_EV_RECALLED;
	e.reason = (int32_t)fate;
	memcpy(e.stream, p->stream, sizeof(e.stream));
	e.seq = p->seq;
	return event_add(ct->t, ct, &e, NULL, 0);
}

int
recall_conclude(struct tacit_contact *ct, const struct out_ref *ref)
{
	char message[TACIT_MESSAGE_ID_SIZE];
	tacit_state_Past p;
	uint64_t place;
	uint32_t seen;
	int rc, lost;

	contact_message_id(message, ref->stream, ref->seq);
	if ((rc = recall_find(ct, message, &place, &p)) != 0)
		return rc == TACIT_E_NOT_FOUND ? TACIT_E_CORRUPT : rc;
	if ((rc = known(ct, &p, &seen, &lost)) != 0)
		return rc < 0 ? rc : 0;
	return finish(ct, place, &p, fate_of(seen, lost));
}

/* ---- the public calls ------------------------------------------------------ */

/* Nothing of ${p} was ever sealed: it can be undone. */
static int
is_here_only(struct tacit_contact *ct, const tacit_state_Past *p, int *here)
{
	uint32_t seen;
	int rc, lost;

	*here = 0;
	if ((rc = known(ct, p, &seen, &lost)) < 0)
		return rc;
	*here = rc == 0 && !lost && seen == 0;
	return 0;
}

static int
mark_asked(struct tacit_contact *ct, uint64_t place,
    const tacit_state_Past *p)
{
	uint8_t chain[TACIT_HASH_LEN];
	struct out_ref *o;
	tacit_state_Out row;
	char *text;
	size_t len;
	int rc;

	for (o = ct->out; o != NULL; o = o->next) {
		if (!is_of(o, p))
			continue;
		text = NULL;
		len = 0;
		if ((rc = outbox_row_get(ct, o->n, &row, &text, &len)) != 0)
			return rc;
		row.recall = o->recall = RECALL_ASKED;
		rc = outbox_row_put(ct, o->n, &row, text, len);
		record_tail_free(text, len);
		if (rc != 0)
			return rc;
	}
	if ((rc = set_fate(ct, place, TACIT_FATE_ASKED, chain)) != 0)
		return rc;
#ifdef TACIT_CONTROL_NO_TOMBSTONE
	return 0;
#endif
	/* Before the text is destroyed: who reads meanwhile misses nothing. */
	recall_tombstone(&row);
	outbox_unseal(&row);
	row.lost = 0;
	row.seen = 0;
	row.okayed_ms = (uint64_t)env_unix_ms(ct->t);
	memcpy(row.chain, chain, sizeof(row.chain));
	return outbox_add(ct, &row, NULL, 0);
}

/* Both have closed: no relay is asked any more, and what it had is gone. */
static int
is_over(const struct tacit_contact *ct)
{
	return ct->rec.step == tacit_state_Step_CLOSED && !ct->rec.mailbox;
}

/* No more will be known of ${p}. */
static int
give_up(struct tacit_contact *ct, uint64_t place, const tacit_state_Past *p,
    enum tacit_fate *fate)
{
	uint32_t seen;
	int rc, lost;

	if ((rc = known(ct, p, &seen, &lost)) < 0 ||
	    (rc = change_begin(ct->t)) != 0)
		return rc;
	*fate = fate_of(seen, 1);
	return change_end(ct->t, ct, finish(ct, place, p, *fate));
}

int
tacit_recall(struct tacit_contact *ct, const char *message,
    enum tacit_fate *fate)
{
	const struct out_ref *o;
	tacit_state_Past p;
	uint64_t place;
	int rc, here;

	if (message == NULL || fate == NULL)
		return TACIT_E_INVALID;
	if (ct->t->broken != 0)
		return ct->t->broken;
	if ((rc = recall_find(ct, message, &place, &p)) != 0)
		return rc;
	*fate = (enum tacit_fate)p.fate;
	if (*fate == TACIT_FATE_ASKED && is_over(ct))
		return give_up(ct, place, &p, fate);
	if (*fate != TACIT_FATE_NONE)
		return 0;
	/* Both ends had it, or it would not have been forgotten here. */
	if (p.keep.gone.size > 0)
		return TACIT_E_HAD;
	for (o = ct->out; o != NULL && !is_of(o, &p); o = o->next)
		continue;
	if (o == NULL)
		return TACIT_E_HAD;
	if ((rc = is_here_only(ct, &p, &here)) != 0)
		return rc;
	if (!here && is_over(ct))
		return give_up(ct, place, &p, fate);
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	*fate = here ? TACIT_FATE_UNDONE : TACIT_FATE_ASKED;
	rc = here ? finish(ct, place, &p, TACIT_FATE_UNDONE) :
	    mark_asked(ct, place, &p);
	if (!here)
		ct->recall_at = 0;
	return change_end(ct->t, ct, rc);
}

const char *
tacit_fate_word(enum tacit_fate fate)
{
	switch (fate) {
	case TACIT_FATE_NONE:
		return "sent";
	case TACIT_FATE_ASKED:
		return "asked";
	case TACIT_FATE_UNDONE:
		return "undone";
	case TACIT_FATE_UNDELIVERED:
		return "destroyed-undelivered";
	case TACIT_FATE_UNACKNOWLEDGED:
		return "destroyed-unacknowledged";
	case TACIT_FATE_TAKEN:
		return "taken";
	}
	return "unknown";
}
