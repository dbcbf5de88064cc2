/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "again.h"
#include "anchor.h"
#include "change.h"
#include "contact.h"
#include "event.h"
#include "heard.h"
#include "history.h"
#include "keys.h"
#include "outbox.h"
#include "recall.h"
#include "record.h"
#include "reorder.h"
#include "reset.h"
#include "restart.h"
#include "rotate.h"

enum {
	PREKEYS_SKIPPED = 4096,
	OLD_SEQS = 160,			/* whose chain values one `old` has */
	OLD_WAIT_MAX_MS = 24 * 3600 * 1000,
	BELIEVED_MS = 24 * 3600 * 1000,
	AGREE_MAX_MS = 48 * 3600 * 1000,
	AGREED_MS = 5 * 60 * 1000,
	UNHEARD_STREAMS = 64		/* begun one after the other */
};

static int
say(struct tacit *t, struct tacit_contact *ct, uint32_t who, uint64_t from,
    uint64_t to)
{
	tacit_state_Event e = tacit_state_Event_init_zero;

	e.type = TACIT_EV_ROLLED_BACK;
	e.who = who;
	e.from = from;
	e.to = to;
	return event_add(t, ct, &e, NULL, 0);
}

/* ---- this vault ------------------------------------------------------------- */

int
restart_mark(struct tacit *t)
{
	int rc;

	t->self.restarts++;
	t->self.restart_ms = (uint64_t)env_unix_ms(t);
	t->self_changed = 1;
	if ((rc = ratchet_skip_ids(t->ratchet, PREKEYS_SKIPPED)) != 0)
		return rc;
	return say(t, NULL, TACIT_WHO_ME, 0, 0);
}

int
restart_all(struct tacit *t)
{
	int rc;

	if ((rc = change_begin(t)) != 0)
		return rc;
	return change_end(t, NULL, restart_mark(t));
}

int
restart_by_peer(struct tacit_contact *ct)
{
	struct tacit *t = ct->t;
	uint64_t now = (uint64_t)env_unix_ms(t);

	/* What they say may be about a time before it was done. */
	if (restart_is_due(ct))
		return 0;
	if (t->self.restart_ms != 0 && now >= t->self.restart_ms &&
	    now - t->self.restart_ms < BELIEVED_MS) {
		ct->rec.restarts = t->self.restarts - 1;
		return say(t, ct, TACIT_WHO_ME, 0, 0);
	}
	return restart_mark(t);
}

int
restart_is_due(const struct tacit_contact *ct)
{
	return ct->rec.restarts != ct->t->self.restarts &&
	    reset_is_possible(ct);
}

int
restart_is_open(const struct tacit_contact *ct)
{
	const struct tacit *t = ct->t;

	/* Of a clock that was set back, too. */
	if ((uint64_t)env_unix_ms(t) - t->self.restart_ms < AGREE_MAX_MS &&
	    (restart_is_due(ct) || ct->rec.healing ||
	    env_mono_ms(t) < ct->agreed_until))
		return 1;
	/* Is it an older copy?  The relay's answer tells. */
	return contact_has_mailbox(ct) &&
	    !anchor_is_open(t, &ct->rec.my_place);
}

/* Below the first text that they may not have, both know the same. */
static uint64_t
known_to_both(const struct tacit_contact *ct)
{
	const struct out_ref *o;
	uint64_t least = ct->rec.seq;

	for (o = ct->out; o != NULL; o = o->next)
		if (o->kind == tacit_state_OutKind_OUT_TEXT &&
		    stream_is(o->stream, ct->rec.stream) && o->seq <= least)
			least = o->seq - 1;
	return least;
}

/* What was sealed in the old stream must not leave in it. */
static int
unseal_all(struct tacit_contact *ct)
{
	struct out_ref *ref;
	tacit_state_Out o;
	char *text;
	size_t len;
	int rc;

	for (ref = ct->out; ref != NULL; ref = ref->next) {
		ref->request = 0;
		text = NULL;
		len = 0;
		if ((rc = outbox_row_get(ct, ref->n, &o, &text, &len)) != 0)
			return rc;
		/* HELLO_ACK is made once: there may be no session for it. */
		if ((o.sealed.size > 0 &&
		    o.kind != tacit_state_OutKind_OUT_HELLO_ACK) ||
		    o.kind == tacit_state_OutKind_OUT_TEXT) {
			outbox_unseal(&o);
			o.lost = 1;
			rc = outbox_row_put(ct, ref->n, &o, text, len);
		}
		record_tail_free(text, len);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
restart_one(struct tacit_contact *ct)
{
	int rc;

	env_random(ct->t, ct->rec.wire_stream, sizeof(ct->rec.wire_stream));
	ct->rec.counter = 0;
	ct->rec.restarts = ct->t->self.restarts;
	ct->rec.healing = 1;
	ct->rec.old_from = known_to_both(ct);
	ct->rec.floor = ct->rec.generation + 1;
	ct->old_at = ct->old_wait = 0;
	if ((rc = rotate_give_up(ct)) != 0 ||
	    (rc = outbox_remove(ct, tacit_state_OutKind_OUT_RESET)) != 0 ||
	    (rc = outbox_remove(ct, tacit_state_OutKind_OUT_STALE)) != 0 ||
	    (rc = outbox_remove(ct, tacit_state_OutKind_OUT_OLD)) != 0)
		return rc;
	return unseal_all(ct);
}

int
restart_fill(struct tacit_contact *ct, tacit_Content *c)
{
	uint8_t chain[OLD_SEQS][HISTORY_CHAIN_LEN], known[OLD_SEQS];
	uint64_t n = ct->rec.seq - ct->rec.old_from;
	struct history_chains h = { .first = ct->rec.old_from + 1,
	    .chain = chain, .known = known };
	int rc;

	h.n = h.want = n < OLD_SEQS ? (size_t)n : OLD_SEQS;
	if ((rc = history_chains(ct, 1, ct->rec.stream, &h)) != 0)
		return rc;
	if (h.want != 0)
		return TACIT_E_CORRUPT;
	c->which_is = tacit_Content_old_tag;
	memcpy(c->is.old.stream, ct->rec.stream, sizeof(c->is.old.stream));
	c->is.old.from = ct->rec.old_from;
	c->is.old.hash.size = (pb_size_t)(h.n * HISTORY_CHAIN_LEN);
	memcpy(c->is.old.hash.bytes, chain, c->is.old.hash.size);
	return 0;
}

/* ---- their answer ----------------------------------------------------------- */

/* Row ${ref}, above ${upto}, is of the new stream. */
static int
rename_row(struct tacit_contact *ct, struct out_ref *ref, uint64_t upto,
    const uint8_t to[TACIT_STREAM_LEN],
    uint8_t (*previous)[TACIT_HASH_LEN])
{
	tacit_state_Out o;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = outbox_row_get(ct, ref->n, &o, &text, &len)) != 0)
		return rc;
	ref->seq -= upto;
	memcpy(ref->stream, to, sizeof(ref->stream));
	ref->okayed = 0;
	ref->okayed_ms = 0;
	o.seq = ref->seq;
	memcpy(o.stream, to, sizeof(o.stream));
	memcpy(o.previous, previous[o.seq - 1], sizeof(o.previous));
	o.okayed = o.undelivered = o.tried = 0;
	o.okayed_ms = 0;
	if (o.recall == RECALL_TOMBSTONE) {
		recall_tombstone(&o);
		memcpy(o.chain, previous[o.seq], sizeof(o.chain));
		ref->okayed_ms = o.okayed_ms =
		    (uint64_t)env_unix_ms(ct->t);
	}
	outbox_unseal(&o);
	rc = outbox_row_put(ct, ref->n, &o, text, len);
	record_tail_free(text, len);
	return rc;
}

/* What they do not have of it becomes a stream of its own. */
static int
renumber(struct tacit_contact *ct, uint64_t upto)
{
	uint64_t n = ct->rec.seq - upto;
	uint8_t to[TACIT_STREAM_LEN], (*previous)[TACIT_HASH_LEN];
	struct out_ref *o;
	int rc;

	/* The same text gets the same name each time that this is done. */
	keys_next_stream(to, ct->rec.relationship, ct->rec.stream, upto);
	if ((previous = calloc((size_t)n + 1, sizeof(*previous))) == NULL)
		return TACIT_E_NOMEM;
	rc = history_rename(ct, ct->rec.stream, upto, to, n, previous,
	    ct->rec.chain);
	memcpy(previous[n], ct->rec.chain, sizeof(previous[n]));
	for (o = ct->out; o != NULL && rc == 0; o = o->next)
		if (o->kind == tacit_state_OutKind_OUT_TEXT && o->seq > upto &&
		    stream_is(o->stream, ct->rec.stream))
			rc = rename_row(ct, o, upto, to, previous);
	free(previous);
	memcpy(ct->rec.stream, to, sizeof(to));
	ct->rec.seq = n;
	return rc;
}

/* What they have of what both agree on leaves; the rest goes again. */
static int
settle(struct tacit_contact *ct, uint64_t upto, const tacit_Content *c)
{
	struct out_ref **at = &ct->out, *o;
	const tacit_Have *have = &c->have[0];
	int named = c->have_count > 0 &&
	    stream_is(have->stream, ct->rec.stream), rc;

	while ((o = *at) != NULL) {
		if (o->kind != tacit_state_OutKind_OUT_TEXT ||
		    o->seq > upto || !stream_is(o->stream, ct->rec.stream)) {
			at = &o->next;
			continue;
		}
		if (named && outbox_covers(have, o->seq) &&
		    o->recall != RECALL_ASKED) {
			if (o->okayed_ms == 0 && o->last_part &&
			    (rc = outbox_say_accepted(ct, o)) != 0)
				return rc;
			rc = outbox_ref_remove(ct, at);
		} else {
			rc = outbox_again(ct, o);
			at = &o->next;
		}
		if (rc != 0)
			return rc;
	}
	return 0;
}

/*
 * What they had when it left the outbox, and do not have now: their vault went
 * back too.
 */
static int
send_below(struct tacit_contact *ct, uint64_t upto, const tacit_Content *c)
{
	tacit_Need need = { .from = 1, .to = upto };

	if (upto == 0 || c->have_count == 0 ||
	    !stream_is(c->have[0].stream, ct->rec.stream))
		return 0;
	memcpy(need.stream, ct->rec.stream, sizeof(need.stream));
	return again_need(ct, &need, c->have, c->have_count);
}

int
restart_on_agree(struct tacit_contact *ct, const tacit_Content *c)
{
	const tacit_Agree *a = &c->is.agree;
	int rc;

	if (!ct->rec.healing || !stream_is(a->stream, ct->rec.stream) ||
	    a->from != ct->rec.old_from)
		return 0;
	if (a->upto < a->from || a->upto > ct->rec.seq ||
	    a->upto - a->from > OLD_SEQS)
		return TACIT_E_POISON;
	if ((rc = settle(ct, a->upto, c)) != 0)
		return rc;
	ct->old_at = ct->old_wait = 0;
	/* All of it is the same: there may be more. */
	if (a->upto - a->from == OLD_SEQS && ct->rec.seq > a->upto) {
		ct->rec.old_from = a->upto;
		return 0;
	}
	ct->rec.healing = 0;
	if ((rc = send_below(ct, a->upto, c)) != 0)
		return rc;
	/* Another copy went this way before: what did it say there? */
	ct->rec.healing = a->more;
	ct->rec.old_from = 0;
	ct->agreed_until = env_mono_ms(ct->t) + AGREED_MS;
	if ((rc = outbox_remove(ct, tacit_state_OutKind_OUT_OLD)) != 0)
		return rc;
	if (a->last > a->upto && (rc = say(ct->t, ct, TACIT_WHO_ME,
	    a->upto + 1, a->last)) != 0)
		return rc;
	return renumber(ct, a->upto);
}

/* ---- the other end ---------------------------------------------------------- */

int
restart_found(struct tacit_contact *ct, const uint8_t wire[TACIT_STREAM_LEN])
{
	memcpy(ct->rec.their_wire, wire, TACIT_STREAM_LEN);
	ct->rec.twice = 1;
	if (ct->rec.found)
		return 0;
	ct->rec.found = 1;
	return say(ct->t, ct, TACIT_WHO_THEM, 0, 0);
}

/* Up to where is what they know what came here?  Holes do not count. */
static int
compare(struct tacit_contact *ct, const tacit_Old *old,
    const struct heard *h, uint64_t *upto)
{
	uint8_t chain[OLD_SEQS][HISTORY_CHAIN_LEN], known[OLD_SEQS];
	struct history_chains ours = { .first = old->from + 1,
	    .n = old->hash.size / HISTORY_CHAIN_LEN, .chain = chain,
	    .known = known };
	uint64_t seq;
	size_t i;
	int rc;

	*upto = old->from;
	for (i = 0; i < ours.n; i++)
		ours.want += old->from + 1 + i <= h->shown &&
		    marks_has(&h->had, old->from + 1 + i);
	if ((rc = history_chains(ct, 0, old->stream, &ours)) != 0)
		return rc;
	for (i = 0; i < ours.n; i++) {
		seq = old->from + 1 + i;
		if (!marks_has(&h->had, seq))
			continue;
		if (seq > h->shown && (rc = reorder_chain(ct, old->stream,
		    seq, chain[i])) != 0)
			return rc;
		if (seq <= h->shown && !known[i])
			continue;
		if (sodium_memcmp(chain[i], old->hash.bytes + i * HISTORY_CHAIN_LEN,
		    HISTORY_CHAIN_LEN) != 0)
			break;
		*upto = seq;
	}
	return 0;
}

/* Said once, by whichever shows it first. */
static int
note_old(struct tacit_contact *ct, const uint8_t wire[TACIT_STREAM_LEN])
{
	int told = ct->rec.found;

	if (stream_is(ct->rec.old_wire, wire))
		return 0;
	memcpy(ct->rec.old_wire, wire, TACIT_STREAM_LEN);
	ct->rec.found = 0;
	return told ? 0 : say(ct->t, ct, TACIT_WHO_THEM, 0, 0);
}

/*
 * Was any stream heard that follows ${stream}?  Each time that a vault is put
 * back before it said anything in its new stream, the next one follows that.
 */
static int
goes_on(struct tacit_contact *ct, const uint8_t stream[TACIT_STREAM_LEN],
    uint64_t upto, bool *more)
{
	uint8_t at[TACIT_STREAM_LEN], next[TACIT_STREAM_LEN];
	struct heard h;
	int i, rc;

	*more = 0;
	memcpy(at, stream, sizeof(at));
	for (i = 0; i < UNHEARD_STREAMS && !*more; i++, upto = 0) {
		keys_next_stream(next, ct->rec.relationship, at, upto);
		if ((rc = heard_get(ct, next, &h)) != 0)
			return rc;
		*more = h.had.high != 0;
		memcpy(at, next, sizeof(at));
	}
	return 0;
}

int
restart_on_old(struct tacit_contact *ct, const tacit_Content *c,
    const uint8_t wire[TACIT_STREAM_LEN])
{
	const tacit_Old *old = &c->is.old;
	tacit_state_Out o = tacit_state_Out_init_zero;
	struct heard h;
	int rc;

	if ((rc = heard_get(ct, old->stream, &h)) != 0 ||
	    (rc = note_old(ct, wire)) != 0 ||
	    (rc = compare(ct, old, &h, &o.to)) != 0 ||
	    (rc = outbox_remove(ct, tacit_state_OutKind_OUT_AGREE)) != 0)
		return rc;
	o.kind = tacit_state_OutKind_OUT_AGREE;
	o.time_ms = (uint64_t)env_unix_ms(ct->t);
	memcpy(o.about, old->stream, sizeof(o.about));
	o.from = old->from;
	o.last = h.had.high;
	if ((rc = goes_on(ct, old->stream, o.to, &o.more)) != 0 ||
	    (rc = outbox_add(ct, &o, NULL, 0)) != 0)
		return rc;
	return again_history(ct, c->have, c->have_count);
}

/* ---- turns ------------------------------------------------------------------ */

static int
may_say_old(const struct tacit_contact *ct)
{
	return ct->rec.healing && contact_can_seal(ct) &&
	    !outbox_has(ct, tacit_state_OutKind_OUT_OLD);
}

int64_t
restart_at(const struct tacit_contact *ct)
{
	if (restart_is_due(ct))
		return env_mono_ms(ct->t);
	return may_say_old(ct) ? ct->old_at : -1;
}

static int
restart_now(struct tacit_contact *ct)
{
	int rc;

	if ((rc = restart_one(ct)) != 0)
		return rc;
	return reset_offer(ct, 0);
}

int
restart_tend(struct tacit_contact *ct)
{
	int64_t now = env_mono_ms(ct->t), wait;
	int due = restart_is_due(ct), rc;

	if (!due && (!may_say_old(ct) || now < ct->old_at))
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	rc = due ? restart_now(ct) : outbox_add_control(ct,
	    tacit_state_OutKind_OUT_OLD);
	if ((rc = change_end(ct->t, ct, rc)) != 0 || due)
		return rc;
	wait = ct->old_wait == 0 ? RESET_WAIT_MS : ct->old_wait * 2;
	ct->old_wait = wait < OLD_WAIT_MAX_MS ? wait : OLD_WAIT_MAX_MS;
	ct->old_at = now + ct->old_wait;
	return 0;
}
