/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "again.h"
#include "change.h"
#include "contact.h"
#include "ending.h"
#include "heard.h"
#include "host_log.h"
#include "letter.h"
#include "outbox.h"
#include "pad.h"
#include "pair.h"
#include "reset.h"
#include "restart.h"
#include "rotate.h"

enum {
	STALE_WAIT_MS = 60 * 1000,
	SILENCE_MS = 6 * 3600 * 1000,
	WAIT_MAX_MS = 24 * 3600 * 1000
};

static const uint32_t generation_max = UINT32_C(1) << 31;

int
reset_is_possible(const struct tacit_contact *ct)
{
	switch (ct->rec.step) {
	case tacit_state_Step_I4_ANSWERED:
	case tacit_state_Step_I5_ACTIVE:
	case tacit_state_Step_J4_ACTIVE:
		break;
	case tacit_state_Step_CLOSED:
		if (ct->rec.mailbox)
			break;
		return 0;
	default:
		return 0;
	}
	return !sodium_is_zero(ct->rec.recovery, sizeof(ct->rec.recovery));
}

int
reset_is_pending(const struct tacit_contact *ct)
{
	return ct->rec.reset_owed ||
	    outbox_has(ct, tacit_state_OutKind_OUT_RESET);
}

void
reset_owe(struct tacit_contact *ct)
{
	if (reset_is_possible(ct) && !reset_is_pending(ct))
		ct->rec.reset_owed = 1;
}

/* Generation ${g} is known: what is older than the last three is dropped. */
static int
know(struct tacit_contact *ct, uint32_t g)
{
	if (g <= ct->rec.generation)
		return 0;
	ct->rec.generation = g;
	return g < GENERATIONS_READ ? 0 : ratchet_drop(ct->t->ratchet,
	    ct->rec.relationship, g - GENERATIONS_READ + 1);
}

/* Session (${g}, ${theirs}) is there: is it the one to write with? */
static void
consider(struct tacit_contact *ct, uint32_t g, int theirs)
{
	if (g < ct->rec.send_generation)
		return;
	/* Both made an offer: the inviter's counts, at both ends. */
	if (g == ct->rec.send_generation && theirs == ct->rec.inviter)
		return;
	ct->rec.send_generation = g;
	ct->rec.send_theirs = theirs != 0;
}

static int
fill(struct tacit_contact *ct, const struct ratchet_bundle *mine,
    tacit_Reset *r)
{
	struct heard h;
	int rc;

	r->generation = ct->rec.offered;
	memcpy(r->identity, mine->identity, sizeof(r->identity));
	r->registration_id = mine->registration_id;
	r->signed_prekey_id = mine->signed_prekey_id;
	memcpy(r->signed_prekey, mine->signed_prekey,
	    sizeof(r->signed_prekey));
	memcpy(r->signed_prekey_signature, mine->signature,
	    sizeof(r->signed_prekey_signature));
	r->one_time_prekey_id = mine->one_time_prekey_id;
	memcpy(r->one_time_prekey, mine->one_time_prekey,
	    sizeof(r->one_time_prekey));
	if ((rc = heard_get(ct, ct->rec.their_wire, &h)) != 0)
		return rc;
	memcpy(r->heard_stream, ct->rec.their_wire, sizeof(r->heard_stream));
	r->heard_counter = h.replay.high;
	r->twice = ct->rec.twice;
	r->rotation = ct->rec.rotation;
	return heard_have(ct, NULL, r->have, &r->have_count);
}

int
reset_offer(struct tacit_contact *ct, uint32_t least)
{
	uint32_t g = least > ct->rec.generation ? least : ct->rec.generation;
	tacit_state_Out o = tacit_state_Out_init_zero;
	tacit_Reset r = tacit_Reset_init_zero;
	struct ratchet_bundle mine;
	int rc;

	ct->rec.reset_owed = 0;
	if (g >= generation_max)
		return 0;
	if ((rc = rotate_give_up(ct)) != 0 ||
	    (rc = outbox_remove(ct, tacit_state_OutKind_OUT_RESET)) != 0 ||
	    (rc = ratchet_withdraw(ct->t->ratchet,
	    ct->rec.relationship)) != 0 ||
	    (rc = ratchet_offer(ct->t->ratchet, ct->rec.relationship,
	    &mine)) != 0 || (rc = know(ct, g + 1)) != 0)
		return rc;
	host_log(&ct->t->host, TACIT_LEVEL_WARNING, "session-reset", NULL,
	    -1);
	ct->rec.offered = ct->rec.floor = g + 1;
	ct->rec.answered = 0;
	ct->rec.reset_ms = (uint64_t)env_unix_ms(ct->t);
	ct->rec.reset_wait_ms = RESET_WAIT_MS;
	o.kind = tacit_state_OutKind_OUT_RESET;
	o.time_ms = ct->rec.reset_ms;
	if ((rc = fill(ct, &mine, &r)) != 0 ||
	    (rc = letter_seal_plain(ct, &o, SEAL_RESET, g + 1,
	    tacit_Reset_fields, &r)) != 0)
		return rc;
	return outbox_add(ct, &o, NULL, 0);
}

/* Our offer, if it waits for an answer, is posted again. */
static int
repeat(struct tacit_contact *ct)
{
	tacit_state_Out o;
	struct out_ref *ref;
	int rc;

	for (ref = ct->out; ref != NULL; ref = ref->next) {
		if (ref->kind != tacit_state_OutKind_OUT_RESET ||
		    !ref->okayed)
			continue;
		if ((rc = outbox_row_get(ct, ref->n, &o, NULL, NULL)) != 0)
			return rc;
		ref->okayed = 0;
		o.okayed = 0;
		if ((rc = outbox_row_put(ct, ref->n, &o, NULL, 0)) != 0)
			return rc;
	}
	return 0;
}

int
reset_may_be_stale(const struct tacit_contact *ct, uint32_t g)
{
	/* As take_reset() has it, of a Reset that it answered by this. */
	if (g > ct->rec.accepted && (g >= ct->rec.offered ||
	    !ct->rec.answered))
		return 0;
	return reset_is_possible(ct) &&
	    !outbox_has(ct, tacit_state_OutKind_OUT_STALE) &&
	    env_left(ct->t, ct->rec.stale_ms, STALE_WAIT_MS) == 0;
}

int
reset_say_stale(struct tacit_contact *ct)
{
	tacit_Stale s = { .generation = ct->rec.generation };
	tacit_state_Out o = tacit_state_Out_init_zero;
	int rc;

	if (outbox_has(ct, tacit_state_OutKind_OUT_STALE) ||
	    env_left(ct->t, ct->rec.stale_ms, STALE_WAIT_MS) > 0)
		return 0;
	ct->rec.stale_ms = (uint64_t)env_unix_ms(ct->t);
	o.kind = tacit_state_OutKind_OUT_STALE;
	o.time_ms = ct->rec.stale_ms;
	if ((rc = letter_seal_plain(ct, &o, SEAL_STALE, s.generation,
	    tacit_Stale_fields, &s)) != 0)
		return rc;
	return outbox_add(ct, &o, NULL, 0);
}

/*
 * A new session is there and can be written with: what the other end never
 * had goes again, and it hears of us at once.
 */
static int
begin_again(struct tacit_contact *ct, const tacit_Have *have, size_t n)
{
	int rc;

	ct->rec.reset_owed = 0;
	ct->old_at = ct->old_wait = 0;
	if ((rc = outbox_remove(ct, tacit_state_OutKind_OUT_RESET)) != 0 ||
	    (rc = again_rest(ct, have, n)) != 0 ||
	    (rc = ending_say_again(ct)) != 0)
		return rc;
	if (outbox_has(ct, tacit_state_OutKind_OUT_NEED))
		return 0;
	return outbox_add_control(ct, tacit_state_OutKind_OUT_NEED);
}

static int
accept(struct tacit_contact *ct, const tacit_Reset *r)
{
	struct ratchet_bundle b = { .registration_id = r->registration_id };
	struct ratchet_session s;
	int rc;

	memcpy(b.identity, r->identity, sizeof(b.identity));
	b.signed_prekey_id = r->signed_prekey_id;
	memcpy(b.signed_prekey, r->signed_prekey, sizeof(b.signed_prekey));
	memcpy(b.signature, r->signed_prekey_signature, sizeof(b.signature));
	b.one_time_prekey_id = r->one_time_prekey_id;
	memcpy(b.one_time_prekey, r->one_time_prekey,
	    sizeof(b.one_time_prekey));
	contact_session(ct, &s);
	s.generation = r->generation;
	s.owner = RATCHET_THEIRS;
	if ((rc = ratchet_accept(ct->t->ratchet, &s, &b)) != 0 ||
	    (rc = rotate_give_up(ct)) != 0 ||
	    (rc = know(ct, r->generation)) != 0)
		return rc;
	ct->rec.accepted = ct->rec.floor = r->generation;
	consider(ct, r->generation, 1);
	return begin_again(ct, r->have, r->have_count);
}

/* They heard a counter that we never used, or one in two envelopes. */
static int
tells_that_we_are_old(const struct tacit_contact *ct, const tacit_Reset *r)
{
	return stream_is(r->heard_stream, ct->rec.wire_stream) &&
	    (r->twice || r->heard_counter > ct->rec.counter);
}

static int
take_reset(struct tacit_contact *ct, const tacit_Reset *r)
{
	const uint32_t g = r->generation;
	int old = tells_that_we_are_old(ct, r), rc;
	size_t i;

	if (old && ((rc = restart_by_peer(ct)) != 0 ||
	    (rc = restart_one(ct)) != 0))
		return rc;
	for (i = 0; i < r->have_count; i++)
		if ((rc = again_had(ct, &r->have[i])) < 0 ||
		    (rc == 1 && (rc = restart_by_peer(ct)) != 0))
			return rc;
	if (g > ct->rec.accepted && g >= ct->rec.offered)
		return accept(ct, r);
	if (old)
		return reset_offer(ct, g);
	if (g > ct->rec.accepted && !ct->rec.answered)
		return repeat(ct);	/* ours is higher: they will see it */
	return reset_say_stale(ct);
}

static int
read_reset(tacit_Reset *r, const struct seal_header *head,
    const uint8_t *msg)
{
	if (pad_read(r, tacit_Reset_fields, msg, head->length) != 0 ||
	    r->generation != head->generation)
		return TACIT_E_POISON;
	return 0;
}

int
reset_says_old(const struct tacit_contact *ct,
    const struct seal_header *head, const uint8_t *msg)
{
	tacit_Reset r;

	return head->kind == SEAL_RESET &&
	    head->length == TACIT_CONTENT_LEN &&
	    head->generation <= generation_max &&
	    read_reset(&r, head, msg) == 0 && tells_that_we_are_old(ct, &r);
}

int
reset_restart(struct tacit_contact *ct, const struct seal_header *head)
{
	int rc;

	if ((rc = restart_by_peer(ct)) != 0 || (rc = restart_one(ct)) != 0)
		return rc;
	return reset_offer(ct, head->generation);
}

static int
take_stale(struct tacit_contact *ct, const tacit_Stale *s)
{
	if (ct->rec.answered || s->generation < ct->rec.offered ||
	    !outbox_has(ct, tacit_state_OutKind_OUT_RESET))
		return 0;
	return reset_offer(ct, s->generation);
}

int
reset_take(struct tacit_contact *ct, const struct seal_header *head,
    const uint8_t *msg, int fresh)
{
	tacit_Reset r;
	tacit_Stale s;
	int rc;

	if (head->length != TACIT_CONTENT_LEN ||
	    head->generation > generation_max)
		return TACIT_E_POISON;
	/* Only who holds k1 has the recovery key. */
	if ((rc = pair_on_key1(ct)) != 0)
		return rc;
	if (head->kind == SEAL_STALE) {
		if (pad_read(&s, tacit_Stale_fields, msg,
		    head->length) != 0 || s.generation != head->generation)
			return TACIT_E_POISON;
		return take_stale(ct, &s);
	}
	if ((rc = read_reset(&r, head, msg)) != 0)
		return rc;
	if (!reset_is_possible(ct))
		return 0;
	/* They have no newer keys: what follows is said under these. */
	if ((rc = rotate_heard(ct, r.rotation, fresh, 1)) != 0)
		return rc;
	return take_reset(ct, &r);
}

int
reset_is_answer(const struct tacit_contact *ct,
    const struct ratchet_session *s)
{
	return !ct->rec.answered && s->owner == RATCHET_MINE &&
	    s->generation == ct->rec.offered;
}

int
reset_answered(struct tacit_contact *ct, const tacit_Have *have, size_t n)
{
	ct->rec.answered = 1;
	consider(ct, ct->rec.offered, 0);
	return begin_again(ct, have, n);
}

int64_t
reset_wait(const struct tacit_contact *ct)
{
	const struct out_ref *o;

	if (!reset_is_possible(ct) || restart_is_due(ct))
		return -1;
	if (ct->rec.reset_owed)
		return env_left(ct->t, ct->rec.reset_ms, RESET_WAIT_MS);
	for (o = ct->out; o != NULL; o = o->next)
		if (o->kind == tacit_state_OutKind_OUT_RESET && o->okayed)
			return env_left(ct->t, ct->rec.reset_ms,
			    ct->rec.reset_wait_ms);
	return -1;
}

/*
 * Once more, and then after twice the time; after half a day under older keys,
 * if there are such; in the end another one each day.
 * They may have answered the first one to a later life of this vault, and
 * take it for a replay.
 */
static int
offer_again(struct tacit_contact *ct)
{
	uint64_t wait = 2 * ct->rec.reset_wait_ms;
	int back = 0, rc;

	if (wait > SILENCE_MS && (back = rotate_silence(ct)) < 0)
		return back;
	if (!back && wait <= WAIT_MAX_MS)
		rc = repeat(ct);
	else
		rc = reset_offer(ct, 0);
	ct->rec.reset_ms = (uint64_t)env_unix_ms(ct->t);
	ct->rec.reset_wait_ms = wait <= WAIT_MAX_MS ? wait : WAIT_MAX_MS;
	return rc;
}

int
reset_refused(struct tacit_contact *ct)
{
	int rc;

	if (!ct->rec.healing ||
	    env_left(ct->t, ct->rec.reset_ms, SILENCE_MS) > 0)
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	rc = rotate_silence(ct);
	return change_end(ct->t, ct, rc < 0 ? rc : 0);
}

int
reset_tend(struct tacit_contact *ct)
{
	int rc;

	if (reset_wait(ct) != 0)
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	rc = ct->rec.reset_owed ? reset_offer(ct, 0) : offer_again(ct);
	return change_end(ct->t, ct, rc);
}
