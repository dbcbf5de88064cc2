/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "change.h"
#include "contact.h"
#include "keys.h"
#include "outbox.h"
#include "reset.h"
#include "restart.h"
#include "rotate.h"
#include "set.h"

enum {
	HOUR_MS = 3600 * 1000,
	DAY_MS = 24 * HOUR_MS,
	SAY_MS = 10 * 60 * 1000		/* then again; twice as long each time */
};

static const uint64_t EVERY_MS = (uint64_t)TACIT_ROTATE_DAYS * DAY_MS;
static const uint64_t KEEP_MS = (uint64_t)TACIT_TTL_DAYS * DAY_MS;

/* ---- the three steps ------------------------------------------------------ */

/* Nothing else is being agreed on, and both ends can hear each other. */
static int
is_whole(const struct tacit_contact *ct)
{
	if (ct->rec.step != tacit_state_Step_I5_ACTIVE &&
	    ct->rec.step != tacit_state_Step_J4_ACTIVE)
		return 0;
	return sodium_is_zero(ct->rec.key0, sizeof(ct->rec.key0)) &&
	    ct->rec.mailbox && !ct->rec.healing && !restart_is_due(ct) &&
	    !reset_is_pending(ct) && contact_can_seal(ct) &&
	    contact_is_trusted(ct);
}

/* Both ends of ${next} are known: the key that follows. */
static void
derive(struct tacit_contact *ct)
{
	const tacit_state_Contact *r = &ct->rec;
	tacit_state_Set *s = &ct->rec.next;
	const uint8_t *mine[] = { r->my_address, s->address };
	const uint8_t *theirs[] = { r->their_address, s->their_address };
	const uint8_t *at[4];
	int i;

	for (i = 0; i < 2; i++) {
		at[2 * i] = r->inviter ? mine[i] : theirs[i];
		at[2 * i + 1] = r->inviter ? theirs[i] : mine[i];
	}
	keys_rotation(s->pair, r->key1, s->id,
	    r->inviter ? s->my_nonce : s->their_nonce,
	    r->inviter ? s->their_nonce : s->my_nonce, at);
}

static void
learn(struct tacit_contact *ct, const tacit_Rotate *m)
{
	tacit_state_Set *s = &ct->rec.next;

	memcpy(s->their_address, m->address, sizeof(s->their_address));
	memcpy(s->their_token, m->token, sizeof(s->their_token));
	memcpy(s->their_nonce, m->nonce, sizeof(s->their_nonce));
}

/* Offer, or answer, once more: the one or the other was not seen yet. */
static int
say(struct tacit_contact *ct)
{
	tacit_state_OutKind kind = ct->rec.inviter ?
	    tacit_state_OutKind_OUT_ROTATE :
	    tacit_state_OutKind_OUT_ROTATE_ACK;

	if (outbox_has(ct, kind))
		return 0;
	ct->rec.said_ms = (uint64_t)env_unix_ms(ct->t);
	ct->rec.said_wait_ms *= 2;
	if (ct->rec.said_wait_ms == 0)
		ct->rec.said_wait_ms = SAY_MS;
	if (ct->rec.said_wait_ms > DAY_MS)
		ct->rec.said_wait_ms = DAY_MS;
	return outbox_add_control(ct, kind);
}

/* Keys that were left are kept as long as a letter may lie at a relay. */
static int64_t
retire_left(const struct tacit_contact *ct)
{
	const tacit_state_Contact *r = &ct->rec;

	if (r->old_count == 0 || r->unseen || !r->mailbox)
		return -1;
	return env_left(ct->t, r->old[r->old_count - 1].since_ms, KEEP_MS);
}

/*
 * Who was put back while we were away wrote to what we left, and nowhere else:
 * once its time is over it is read to its end again, and then closed.
 */
static int64_t
retire_wait(const struct tacit_contact *ct)
{
	int64_t left = retire_left(ct);

	return left == 0 && set_look(ct,
	    ct->rec.old[ct->rec.old_count - 1].address) == SET_LOOKS ? -1 :
	    left;
}

/*
 * By a clock that was set back they were left in the future, which says
 * nothing of how long ago that was: they are kept as if it was now.  True if
 * that had to be done.
 */
static int
restamp(struct tacit_contact *ct)
{
	tacit_state_Set *last = &ct->rec.old[ct->rec.old_count - 1];
	uint64_t now = (uint64_t)env_unix_ms(ct->t);

	if (last->since_ms <= now)
		return 0;
	last->since_ms = now;
	return 1;
}

static void
retire(struct tacit_contact *ct)
{
	const uint8_t *address = ct->rec.old[ct->rec.old_count - 1].address;

	if (restamp(ct))
		return;
	if (set_look(ct, address) == SET_LOOKED)
		rotate_retire(ct);
	else
		set_look_again(ct, address);
}

/* What would be closed within a day or two anyway pays for the next. */
static int
frees_a_unit(struct tacit_contact *ct)
{
	const tacit_state_Contact *r = &ct->rec;

	if (retire_left(ct) < 0 || restamp(ct) ||
	    retire_left(ct) > 2 * (int64_t)DAY_MS ||
	    !r->old[r->old_count - 1].mailbox)
		return 0;
	rotate_retire(ct);
	ct->rec.due |= DUE_BOX;
	return 1;
}

int
rotate_made(struct tacit_contact *ct, int made)
{
	tacit_state_Set *s = &ct->rec.next;

	if (s->id == 0 || (!made && frees_a_unit(ct)))
		return 0;
	/* What was offered with a mailbox, which the relay lost, is void. */
	if (!made && s->mailbox)
		return rotate_give_up(ct);
	s->mailbox = made != 0;
	/* Without a unit the mailbox stays, and the secret alone changes. */
	if (!made) {
		memcpy(s->owner, ct->rec.my_owner, sizeof(s->owner));
		memcpy(s->address, ct->rec.my_address, sizeof(s->address));
		memcpy(s->token, ct->rec.my_token, sizeof(s->token));
	}
	if (!ct->rec.inviter)
		derive(ct);
#ifdef TACIT_CONTROL_SWITCH_EARLY
	if (!ct->rec.inviter)
		return rotate_switch(ct, 1);
#endif
	return say(ct);
}

/* Is ${id} that of now, or one that was left? */
static int
is_known(const struct tacit_contact *ct, uint64_t id)
{
	struct set s;
	size_t i;

	for (i = 0; i < set_end(ct); i++)
		if (i != SET_NEXT && set_get(ct, i, &s) && s.id == id)
			return 1;
	return 0;
}

static int
on_offer(struct tacit_contact *ct, const tacit_Rotate *m)
{
	int rc;

	if (ct->rec.inviter)
		return TACIT_E_POISON;
	if (!is_whole(ct) || is_known(ct, m->id))
		return 0;
	if (ct->rec.next.id == m->id)
		return (ct->rec.due & DUE_BOX) != 0 ? 0 : say(ct);
	/* What was left behind is closed first; it comes again. */
	if ((rc = rotate_give_up(ct)) != 0 || ct->rec.to_close > 0)
		return rc;
	rotate_next(ct, m->id);
	learn(ct, m);
	return 0;
}

static int
on_ack(struct tacit_contact *ct, const tacit_Rotate *m)
{
	if (!ct->rec.inviter)
		return TACIT_E_POISON;
	if (ct->rec.step != tacit_state_Step_I5_ACTIVE)
		return 0;
	if (ct->rec.next.id != m->id || (ct->rec.due & DUE_BOX) != 0) {
		/* They did not hear yet that we switched. */
		if (ct->rec.rotation != m->id || !ct->rec.unseen ||
		    outbox_has(ct, tacit_state_OutKind_OUT_HAVE))
			return 0;
		return outbox_add_control(ct,
		    tacit_state_OutKind_OUT_HAVE);
	}
	learn(ct, m);
	derive(ct);
	return rotate_switch(ct, 1);
}

int
rotate_take(struct tacit_contact *ct, const tacit_Content *c, int now)
{
	switch (c->which_is) {
	case tacit_Content_rotate_tag:
		return on_offer(ct, &c->is.rotate);
	case tacit_Content_rotate_ack_tag:
		return on_ack(ct, &c->is.rotate_ack);
	default:
		break;
	}
	if (!ct->rec.inviter)
		return TACIT_E_POISON;
	/* Else the wish was fulfilled before it came. */
	ct->rec.rotate_asked |= now && ct->rec.next.id == 0;
	return 0;
}

int
rotate_fill(const struct tacit_contact *ct, tacit_state_OutKind kind,
    tacit_Content *c)
{
	const tacit_state_Set *s = &ct->rec.next;
	tacit_Rotate *m = &c->is.rotate;

	if (kind == tacit_state_OutKind_OUT_ROTATE_WANTED) {
		c->which_is = tacit_Content_rotate_wanted_tag;
		return 0;
	}
	if (s->id == 0)
		return TACIT_E_INTERNAL;
	c->which_is = tacit_Content_rotate_tag;
	if (kind == tacit_state_OutKind_OUT_ROTATE_ACK) {
		c->which_is = tacit_Content_rotate_ack_tag;
		m = &c->is.rotate_ack;
	}
	m->id = s->id;
	memcpy(m->address, s->address, sizeof(m->address));
	memcpy(m->token, s->token, sizeof(m->token));
	memcpy(m->nonce, s->my_nonce, sizeof(m->nonce));
	return 0;
}

/* ---- what the other end uses ---------------------------------------------- */

static pb_size_t
old_set(const struct tacit_contact *ct, uint64_t id)
{
	pb_size_t i;

	for (i = 0; i < ct->rec.old_count; i++)
		if (ct->rec.old[i].id == id)
			break;
	return i;
}

/*
 * They hold the key of what they wrote under.  Who was heard under the keys
 * of now and then writes under older ones went back, on purpose or because
 * its vault was put back: it has no others, so we follow.  What is not fresh
 * may be late, or be a copy's whose counter was never heard of its first life:
 * that is remembered until its mailbox says which.
 */
int
rotate_heard(struct tacit_contact *ct, uint64_t id, int fresh, int back)
{
	pb_size_t i;

	if (id == ct->rec.rotation) {
		ct->rec.unseen = 0;
		ct->rec.strayed &= !fresh;
		return 0;
	}
	if (id == ct->rec.next.id && id != 0)
		return sodium_is_zero(ct->rec.next.pair, TACIT_KEY_LEN) ? 0 :
		    rotate_switch(ct, 0);
	if ((i = old_set(ct, id)) == ct->rec.old_count)
		return 0;
	if (fresh && (!ct->rec.unseen || back))
		return rotate_back(ct, i);
	if (!fresh) {
		ct->rec.strayed = 1;
		ct->rec.stray = id;
	}
	return 0;
}

int
rotate_silence(struct tacit_contact *ct)
{
	int rc;

	if (!ct->rec.healing || ct->rec.old_count == 0 || env_left(ct->t,
	    ct->rec.old[0].since_ms, KEEP_MS) < (int64_t)KEEP_MS / 2)
		return 0;
	return (rc = rotate_back(ct, 0)) != 0 ? rc : 1;
}

int
rotate_is_doubtful(const struct tacit_contact *ct)
{
	return ct->rec.old_count > 0 && (ct->rec.unseen || (ct->rec.strayed &&
	    old_set(ct, ct->rec.stray) < ct->rec.old_count));
}

int
rotate_refused(struct tacit_contact *ct)
{
	pb_size_t i = ct->rec.unseen ? 0 : old_set(ct, ct->rec.stray);
	int rc;

	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	return change_end(ct->t, ct, rotate_back(ct, i));
}

/* ---- time ----------------------------------------------------------------- */

static int64_t
later(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return -1;
	return a > b ? a : b;
}

/* Unasked: after so long or so much, if that costs no keys that are kept. */
static int64_t
unasked_left(const struct tacit_contact *ct)
{
	if (ct->rec.old_count == OLD_SETS)
		return -1;
	if (ct->rec.history - ct->rec.rotated_at >= TACIT_ROTATE_MESSAGES)
		return 0;
	return env_left(ct->t, ct->rec.rotated_ms, EVERY_MS);
}

static int64_t
begin_left(const struct tacit_contact *ct)
{
	if (!ct->rec.inviter || !is_whole(ct) || ct->rec.due != 0 ||
	    ct->rec.next.id != 0 || ct->rec.unseen || ct->rec.unreachable)
		return -1;
	return later(ct->rec.rotate_asked ? 0 : unasked_left(ct),
	    ct->rec.tried_ms == 0 ? 0 : env_left(ct->t, ct->rec.tried_ms,
	    HOUR_MS));
}

/* Who may not begin asks for it, a day later than the other end would. */
static int64_t
want_left(const struct tacit_contact *ct)
{
	if (ct->rec.inviter || !is_whole(ct) || ct->rec.next.id != 0 ||
	    outbox_has(ct, tacit_state_OutKind_OUT_ROTATE_WANTED))
		return -1;
	return later(ct->rec.rotate_asked ? 0 : env_left(ct->t,
	    ct->rec.rotated_ms, EVERY_MS + DAY_MS), ct->rec.said_ms == 0 ? 0 :
	    env_left(ct->t, ct->rec.said_ms, DAY_MS));
}

static int64_t
again_left(const struct tacit_contact *ct)
{
	if (ct->rec.next.id == 0 || (ct->rec.due & DUE_BOX) != 0 ||
	    !is_whole(ct) ||
	    outbox_has(ct, tacit_state_OutKind_OUT_ROTATE) ||
	    outbox_has(ct, tacit_state_OutKind_OUT_ROTATE_ACK))
		return -1;
	return env_left(ct->t, ct->rec.said_ms, ct->rec.said_wait_ms);
}

int64_t
rotate_wait(const struct tacit_contact *ct)
{
	return env_sooner(env_sooner(retire_wait(ct), begin_left(ct)),
	    env_sooner(want_left(ct), again_left(ct)));
}

static int
act(struct tacit_contact *ct)
{
	uint64_t id = 0;

	if (retire_wait(ct) == 0) {
		retire(ct);
		return 0;
	}
	if (begin_left(ct) == 0) {
		while (id == 0)
			env_random(ct->t, &id, sizeof(id));
		rotate_next(ct, id);
		return 0;
	}
	if (again_left(ct) == 0)
		return say(ct);
	ct->rec.said_ms = (uint64_t)env_unix_ms(ct->t);
	return outbox_add_control(ct, tacit_state_OutKind_OUT_ROTATE_WANTED);
}

int
rotate_tend(struct tacit_contact *ct)
{
	int rc;

	if (rotate_wait(ct) != 0)
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	return change_end(ct->t, ct, act(ct));
}
