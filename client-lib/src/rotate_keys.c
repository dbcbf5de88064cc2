/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "event.h"
#include "line.h"
#include "outbox.h"
#include "rotate.h"

enum { CLOSING_MAX = sizeof(((tacit_state_Contact *)0)->closing) /
    sizeof(((tacit_state_Contact *)0)->closing[0]) };

static void
now_get(const struct tacit_contact *ct, tacit_state_Set *out)
{
	const tacit_state_Contact *r = &ct->rec;

	memset(out, 0, sizeof(*out));
	out->id = r->rotation;
	memcpy(out->owner, r->my_owner, sizeof(out->owner));
	memcpy(out->address, r->my_address, sizeof(out->address));
	memcpy(out->token, r->my_token, sizeof(out->token));
	out->mailbox = r->mailbox;
	memcpy(out->their_address, r->their_address,
	    sizeof(out->their_address));
	memcpy(out->their_token, r->their_token, sizeof(out->their_token));
	memcpy(out->pair, r->key1, sizeof(out->pair));
}

static void
now_put(struct tacit_contact *ct, const tacit_state_Set *s)
{
	tacit_state_Contact *r = &ct->rec;

	r->rotation = s->id;
	memcpy(r->my_owner, s->owner, sizeof(r->my_owner));
	memcpy(r->my_address, s->address, sizeof(r->my_address));
	memcpy(r->my_token, s->token, sizeof(r->my_token));
	memcpy(r->my_next_token, s->token, sizeof(r->my_next_token));
	r->mailbox = s->mailbox;
	memcpy(r->their_address, s->their_address, sizeof(r->their_address));
	memcpy(r->their_token, s->their_token, sizeof(r->their_token));
	memcpy(r->key1, s->pair, sizeof(r->key1));
}

static int
is_same(const uint8_t a[TACIT_ADDRESS_LEN], const uint8_t b[TACIT_ADDRESS_LEN])
{
	return sodium_memcmp(a, b, TACIT_ADDRESS_LEN) == 0;
}

/* Another set uses the mailbox ${address} as well, and has it from now on. */
static int
is_inherited(struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN])
{
	pb_size_t i;

	if (is_same(ct->rec.my_address, address)) {
		ct->rec.mailbox = 1;
		return 1;
	}
	for (i = 0; i < ct->rec.old_count; i++)
		if (is_same(ct->rec.old[i].address, address)) {
			ct->rec.old[i].mailbox = 1;
			return 1;
		}
	return 0;
}

/*
 * ${s} is in the record no more: its mailbox is closed, its keys are wiped, but
 * for the owner's.  Those to close come first, then those closed, newest first.
 */
static void
forget(struct tacit_contact *ct, tacit_state_Set *s)
{
	tacit_state_Contact *r = &ct->rec;

	if (s->mailbox && !is_inherited(ct, s->address) &&
	    r->to_close < CLOSING_MAX) {
		if (r->closing_count < CLOSING_MAX)
			r->closing_count++;
		memmove(r->closing + r->to_close + 1, r->closing + r->to_close,
		    (r->closing_count - 1 - r->to_close) *
		    sizeof(r->closing[0]));
		memcpy(r->closing[r->to_close++], s->owner, sizeof(s->owner));
		r->due |= DUE_SHUT;
	}
	sodium_memzero(s, sizeof(*s));
}

void
rotate_shut(struct tacit_contact *ct)
{
	tacit_state_Contact *r = &ct->rec;
	uint8_t owner[TACIT_KEY_LEN];

	if (r->to_close == 0)
		return;
	memcpy(owner, r->closing[0], sizeof(owner));
	memmove(r->closing[0], r->closing[1],
	    --r->to_close * sizeof(r->closing[0]));
	memcpy(r->closing[r->to_close], owner, sizeof(owner));
	sodium_memzero(owner, sizeof(owner));
	if (r->to_close > 0)
		r->due |= DUE_SHUT;
}

void
rotate_forgotten(struct tacit_contact *ct)
{
	tacit_state_Contact *r = &ct->rec;

	r->to_close = r->closing_count;
	if (r->to_close > 0)
		r->due |= DUE_SHUT;
	if (r->next.mailbox)
		r->due |= DUE_BOX;
}

/* Keep ${n} old sets from number ${from} on; nothing is closed. */
static void
keep_old(struct tacit_contact *ct, size_t from, size_t n)
{
	tacit_state_Set *old = ct->rec.old;

	memmove(old, old + from, n * sizeof(*old));
	sodium_memzero(old + n, (OLD_SETS - n) * sizeof(*old));
	ct->rec.old_count = (pb_size_t)n;
}

void
rotate_next(struct tacit_contact *ct, uint64_t id)
{
	uint8_t pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES];
	tacit_state_Set *s = &ct->rec.next;

	memset(s, 0, sizeof(*s));
	s->id = id;
	env_random(ct->t, s->owner, sizeof(s->owner));
	env_random(ct->t, s->token, sizeof(s->token));
	env_random(ct->t, s->my_nonce, sizeof(s->my_nonce));
	(void)crypto_sign_seed_keypair(pk, sk, s->owner);
	tacit_hash_address(s->address, pk);
	sodium_memzero(sk, sizeof(sk));
	ct->rec.due |= DUE_BOX;
	ct->rec.said_wait_ms = 0;
}

static void
drop_next(struct tacit_contact *ct)
{
	tacit_state_Set gone = ct->rec.next;

	/* CREATE may have been asked for. */
	gone.mailbox |= (ct->rec.due & DUE_BOX) != 0;
	ct->rec.due &= ~(uint32_t)DUE_BOX;
	sodium_memzero(&ct->rec.next, sizeof(ct->rec.next));
	forget(ct, &gone);
}

int
rotate_give_up(struct tacit_contact *ct)
{
	int rc;

	if (ct->rec.next.id == 0)
		return 0;
	drop_next(ct);
	ct->rec.tried_ms = (uint64_t)env_unix_ms(ct->t);
	ct->rec.rotate_asked |= ct->rec.inviter;
	if ((rc = outbox_remove(ct, tacit_state_OutKind_OUT_ROTATE)) != 0)
		return rc;
	return outbox_remove(ct, tacit_state_OutKind_OUT_ROTATE_ACK);
}

/*
 * What is written goes elsewhere from now on.  What was posted and not OKed
 * is sealed anew, on another connection; what is bound to the place where it
 * was to go is made again if it is still wanted.
 */
static int
elsewhere(struct tacit_contact *ct)
{
	static const tacit_state_OutKind gone[] = {
		tacit_state_OutKind_OUT_ROTATE,
		tacit_state_OutKind_OUT_ROTATE_ACK,
		tacit_state_OutKind_OUT_ROTATE_WANTED,
		tacit_state_OutKind_OUT_RESET,
		tacit_state_OutKind_OUT_STALE,
	};
	size_t i;
	int rc;

	ct->rec.tried_ms = ct->rec.rotated_ms = (uint64_t)env_unix_ms(ct->t);
	ct->rec.rotated_at = ct->rec.history;
	ct->rec.said_ms = ct->rec.said_wait_ms = 0;
	ct->rec.unreachable = 0;
	if (outbox_has(ct, tacit_state_OutKind_OUT_RESET)) {
		ct->rec.reset_owed = 1;
		ct->rec.reset_ms = 0;
	}
	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		if ((rc = outbox_remove(ct, gone[i])) != 0)
			return rc;
	outbox_forget_requests(ct);
	ct->post_at = ct->post_wait = ct->texts_at = 0;
	if (ct->post != NULL)
		ct->post->until = env_mono_ms(ct->t);
	return outbox_has(ct, tacit_state_OutKind_OUT_HAVE) ? 0 :
	    outbox_add_control(ct, tacit_state_OutKind_OUT_HAVE);
}

int
rotate_switch(struct tacit_contact *ct, int unseen)
{
	tacit_state_Contact *r = &ct->rec;
	tacit_state_Set left;
	int rc;

	now_get(ct, &left);
	left.since_ms = (uint64_t)env_unix_ms(ct->t);
	if (r->old_count == OLD_SETS)
		rotate_retire(ct);
	memmove(r->old + 1, r->old, r->old_count * sizeof(r->old[0]));
	r->old_count++;
	if (is_same(r->next.address, left.address)) {
		r->next.mailbox = left.mailbox;
		left.mailbox = 0;
	}
	r->old[0] = left;
	now_put(ct, &r->next);
	if ((r->due & DUE_BOX) != 0)	/* it is that of now */
		r->due = (r->due & ~(uint32_t)DUE_BOX) | DUE_CREATE;
	sodium_memzero(&r->next, sizeof(r->next));
	sodium_memzero(&left, sizeof(left));
	r->unseen = unseen != 0;
	r->strayed = 0;
	r->rotate_asked = 0;
	if ((rc = elsewhere(ct)) != 0)
		return rc;
	return event_say(ct->t, ct, TACIT_EV_ROTATED);
}

int
rotate_back(struct tacit_contact *ct, size_t i)
{
	tacit_state_Set gone[OLD_SETS + 1];
	size_t n = 0;
	int rc;

	if ((rc = rotate_give_up(ct)) != 0)
		return rc;
	now_get(ct, &gone[n++]);
	while (n <= i) {
		gone[n] = ct->rec.old[n - 1];
		n++;
	}
	now_put(ct, &ct->rec.old[i]);
	ct->rec.due |= DUE_CREATE;	/* if the relay forgot it */
	keep_old(ct, i + 1, ct->rec.old_count - i - 1);
	while (n > 0)
		forget(ct, &gone[--n]);
	ct->rec.unseen = 0;
	ct->rec.strayed = 0;
	ct->rec.rotate_asked = 1;
	/* What lies in mailboxes that are closed now is not read any more. */
	if ((rc = elsewhere(ct)) != 0)
		return rc;
	return outbox_restored(ct);
}

void
rotate_retire(struct tacit_contact *ct)
{
	size_t n = ct->rec.old_count - 1u;
	tacit_state_Set gone = ct->rec.old[n];

	keep_old(ct, 0, n);
	forget(ct, &gone);
}

void
rotate_end(struct tacit_contact *ct)
{
	drop_next(ct);
	while (ct->rec.old_count > 0)
		rotate_retire(ct);
}
