/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "anchor.h"
#include "change.h"
#include "contact.h"
#include "contact_store.h"
#include "due.h"
#include "event.h"
#include "line.h"
#include "outbox.h"
#include "pair.h"
#include "rotate.h"
#include "set.h"

/*
 * A relay that went back may have forgotten them unseen (restored.c); that a
 * mailbox is not there, SUBSCRIBE says.
 */
enum { DUE_UNSURE = DUE_PUT | DUE_TOKEN_KEEP | DUE_TOKEN | DUE_SPLIT };

enum due
due_next(const struct tacit_contact *ct)
{
	uint32_t due = ct->rec.due;

	return (enum due)(due & (~due + 1));	/* the lowest bit */
}

static void
public_key(uint8_t out[TACIT_KEY_LEN], const uint8_t seed[TACIT_KEY_LEN])
{
	uint8_t sk[crypto_sign_SECRETKEYBYTES];

	(void)crypto_sign_seed_keypair(out, sk, seed);
	sodium_memzero(sk, sizeof(sk));
}

static void
ask_create(struct tacit_contact *ct, tacit_Frame *f,
    const uint8_t owner[TACIT_KEY_LEN], const uint8_t token[TACIT_TOKEN_LEN])
{
	uint8_t args[TACIT_HASH_LEN + TACIT_CODE_LEN];
	uint8_t address[TACIT_ADDRESS_LEN];
	tacit_Create *q = &f->is.create;

	f->which_is = tacit_Frame_create_tag;
	public_key(q->owner, owner);
	tacit_hash_token(q->token_hash, token);
	memcpy(q->code, ct->rec.pass, sizeof(q->code));
	memcpy(args, q->token_hash, TACIT_HASH_LEN);
	memcpy(args + TACIT_HASH_LEN, q->code, TACIT_CODE_LEN);
	tacit_hash_address(address, q->owner);
	line_sign(ct->once, f, address, args, sizeof(args), owner,
	    q->signature);
	sodium_memzero(args, sizeof(args));
}

/* As PUT did: the same units from the same code. */
static void
ask_split(struct tacit_contact *ct, tacit_Frame *f)
{
	tacit_Split *q = &f->is.split;

	f->which_is = tacit_Frame_split_tag;
	memcpy(q->code, ct->rec.pass, sizeof(q->code));
	memcpy(q->pass_hash, ct->rec.pass_hash, sizeof(q->pass_hash));
	q->units = TACIT_UNITS_GUEST;
}

static void
ask_put(struct tacit_contact *ct, tacit_Frame *f)
{
	tacit_PutInvitation *q = &f->is.put_invitation;

	f->which_is = tacit_Frame_put_invitation_tag;
	memcpy(q->address, ct->rec.invitation, sizeof(q->address));
	public_key(q->key, ct->pairing->key);
	memcpy(q->code, ct->pairing->code, sizeof(q->code));
	tacit_hash_code(q->pass_hash, ct->pairing->guest_pass);
	q->hours = ct->pairing->hours;
}

static void
ask_get(struct tacit_contact *ct, tacit_Frame *f)
{
	tacit_GetInvitation *q = &f->is.get_invitation;

	f->which_is = tacit_Frame_get_invitation_tag;
	memcpy(q->address, ct->rec.invitation, sizeof(q->address));
	public_key(q->reader, ct->pairing->key);
	line_sign(ct->once, f, q->address, NULL, 0, ct->pairing->key,
	    q->signature);
}

static void
ask_revoke(struct tacit_contact *ct, tacit_Frame *f)
{
	tacit_RevokeInvitation *q = &f->is.revoke_invitation;

	f->which_is = tacit_Frame_revoke_invitation_tag;
	memcpy(q->address, ct->rec.invitation, sizeof(q->address));
	public_key(q->key, ct->pairing->key);
	line_sign(ct->once, f, q->address, NULL, 0, ct->pairing->key,
	    q->signature);
}

static void
ask_token(struct tacit_contact *ct, tacit_Frame *f, int keep)
{
	uint8_t args[TACIT_HASH_LEN + 1];
	tacit_SetToken *q = &f->is.set_token;

	f->which_is = tacit_Frame_set_token_tag;
	public_key(q->owner, ct->rec.my_owner);
	tacit_hash_token(q->token_hash, keep ? ct->rec.my_next_token :
	    ct->rec.my_token);
	q->keep = keep != 0;
	memcpy(args, q->token_hash, TACIT_HASH_LEN);
	args[TACIT_HASH_LEN] = (uint8_t)q->keep;
	line_sign(ct->once, f, ct->rec.my_address, args, sizeof(args),
	    ct->rec.my_owner, q->signature);
}

/* ${credit}: the unit is wanted back. */
static void
ask_close(struct tacit_contact *ct, tacit_Frame *f,
    const uint8_t owner[TACIT_KEY_LEN], int credit)
{
	uint8_t address[TACIT_ADDRESS_LEN];
	tacit_Close *q = &f->is.close;

	f->which_is = tacit_Frame_close_tag;
	public_key(q->owner, owner);
	if (credit)
		tacit_hash_code(q->pass_hash, ct->rec.pass);
	tacit_hash_address(address, q->owner);
	line_sign(ct->once, f, address, q->pass_hash, sizeof(q->pass_hash),
	    owner, q->signature);
}

int
due_ask(struct tacit_contact *ct)
{
	tacit_Frame f = tacit_Frame_init_zero;
	const uint8_t *body = NULL;
	uint32_t id;
	int rc;

	f.id = line_next_id(ct->once);
	ct->once->due = due_next(ct);
	switch (due_next(ct)) {
	case DUE_CREATE:
		ask_create(ct, &f, ct->rec.my_owner, ct->rec.my_token);
		break;
	case DUE_BOX:
		ask_create(ct, &f, ct->rec.next.owner, ct->rec.next.token);
		break;
	case DUE_PUT:
		ask_put(ct, &f);
		body = ct->pairing->blob.bytes;
		break;
	case DUE_GET:
		ask_get(ct, &f);
		break;
	case DUE_REVOKE:
		ask_revoke(ct, &f);
		break;
	case DUE_TOKEN_KEEP:
		ask_token(ct, &f, 1);
		break;
	case DUE_TOKEN:
		ask_token(ct, &f, 0);
		break;
	case DUE_CLOSE:
		ask_close(ct, &f, ct->rec.my_owner, 0);
		break;
	case DUE_SHUT:
		ask_close(ct, &f, ct->rec.closing[0], 1);
		break;
	case DUE_SPLIT:
		ask_split(ct, &f);
		break;
	}
	rc = line_request(ct->once, &f, body, &id);
	sodium_memzero(&f, sizeof(f));
	return rc;
}

/* The throwaway key has served; with k0 retired, so has the rest. */
static int
revoked(struct tacit_contact *ct)
{
	if (!sodium_is_zero(ct->rec.key0, sizeof(ct->rec.key0)) ||
	    ct->rec.step == tacit_state_Step_REMOVED)
		return 0;
	return contact_forget_pairing(ct);
}

/* Mailbox ${address} is to be read, if it was not there. */
static void
read_again(struct tacit_contact *ct, const uint8_t address[TACIT_ADDRESS_LEN])
{
	const struct line *read = line_reading(ct->t, &ct->rec.my_place);
	struct box *b = set_box(ct, address);

	b->read_conn = 0;
	b->made_on = read != NULL ? read->conn : 0;
}

/* The relay has my mailbox, for the first time or again. */
static void
created(struct tacit_contact *ct)
{
	read_again(ct, ct->rec.my_address);
	if (ct->rec.mailbox)
		return;
	ct->rec.mailbox = 1;
	ct->rec.step = ct->rec.inviter ? tacit_state_Step_I2_CREATED :
	    tacit_state_Step_J3_JOINING;
}

/* What an OK changes; inside a change. */
static int
granted(struct tacit_contact *ct, enum due due, const uint8_t *blob)
{
	ct->rec.due &= ~(uint32_t)due;
	ct->rec.unsure |= (due & DUE_UNSURE) != 0;
	switch (due) {
	case DUE_GET:
		return pair_on_blob(ct, blob);
	case DUE_CREATE:
		created(ct);
		return 0;
	case DUE_BOX:
		read_again(ct, ct->rec.next.address);
		return rotate_made(ct, 1);
	case DUE_SHUT:
		rotate_shut(ct);
		return 0;
	case DUE_PUT:
		if (ct->rec.step == tacit_state_Step_I2_CREATED)
			ct->rec.step = tacit_state_Step_I3_INVITED;
		return 0;
	case DUE_REVOKE:
		return revoked(ct);
	case DUE_TOKEN_KEEP:
		/* It was said again, and meanwhile all was confirmed. */
		if (ct->rec.step != tacit_state_Step_I4_ANSWERED)
			return 0;
		return pair_acknowledge(ct);
	case DUE_TOKEN:
	case DUE_CLOSE:
	case DUE_SPLIT:
		break;
	}
	return 0;
}

/* Refusals after which asking again is pointless. */
static int
is_final(enum due due, int answer)
{
	switch (answer) {
	case TACIT_E_INVITATION_USED:
	case TACIT_E_INVITATION_EXPIRED:
	case TACIT_E_INVITATION_REVOKED:
	case TACIT_E_INVITATION_UNKNOWN:
	case TACIT_E_ADMISSION:
	case TACIT_E_CONFLICT:
	case TACIT_E_CRYPTO:
	case TACIT_E_POISON:
	case TACIT_E_IDENTITY_CHANGED:
		return 1;
	case TACIT_E_REFUSED:
		return due != DUE_GET;
	default:
		return 0;
	}
}

static int
unreachable(struct tacit_contact *ct)
{
	if (ct->rec.unreachable)
		return 0;
	ct->rec.unreachable = 1;
	return event_say(ct->t, ct, TACIT_EV_UNREACHABLE);
}

/*
 * A mailbox that is in use was asked for again.  If it is there, under
 * another token, that is well.  If there is nothing to pay it with, a rotation
 * that is under way may have taken that; else its letters wait: the code, or
 * the pass, may be known again later.
 */
static int
not_made_again(struct tacit_contact *ct, int answer)
{
	if (answer != TACIT_E_REFUSED)
		return ct->rec.next.id != 0 ? rotate_give_up(ct) :
		    unreachable(ct);
	ct->rec.due &= ~(uint32_t)DUE_CREATE;
	return 0;
}

static int
refused(struct tacit_contact *ct, enum due due, int answer)
{
	tacit_state_Event e = tacit_state_Event_init_zero;
	int rc;

	/* Up to I3 there is an invitation only, which ends. */
	if (due == DUE_CREATE && ct->rec.mailbox &&
	    ct->rec.step > tacit_state_Step_I3_INVITED)
		return not_made_again(ct, answer);
	switch (due) {
	case DUE_GET:
	case DUE_CREATE:
	case DUE_PUT:
		e.type = TACIT_EV_REFUSED;
		e.reason = answer;
		if ((rc = pair_abandon(ct)) != 0)
			return rc;
		return event_add(ct->t, ct, &e, NULL, 0);
	case DUE_REVOKE:
	case DUE_CLOSE:
	case DUE_SPLIT:
		/* The relay has forgotten it: that is what was wanted. */
		ct->rec.due &= ~(uint32_t)due;
		return due == DUE_REVOKE ? revoked(ct) : 0;
	case DUE_SHUT:
		ct->rec.due &= ~(uint32_t)due;
		rotate_shut(ct);
		return 0;
	case DUE_BOX:
		ct->rec.due &= ~(uint32_t)due;
		return rotate_made(ct, 0);
	case DUE_TOKEN_KEEP:
	case DUE_TOKEN:
		ct->rec.due &= ~(uint32_t)due;
		return unreachable(ct);
	}
	return 0;
}

int
due_answer(struct tacit_contact *ct, int answer, const uint8_t *blob)
{
	enum due due = due_next(ct);
	int unsure = ct->rec.unsure, rc, verdict = answer;

	if (due == 0)
		return 0;
	if (answer == 0) {
		if ((rc = change_begin(ct->t)) != 0)
			return rc;
		verdict = change_end(ct->t, ct, granted(ct, due, blob));
		if (verdict == 0)
			goto done;
	}
	ct->problem = verdict;
	if (!is_final(due, verdict))
		return answer == 0 ? verdict : 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	if ((rc = change_end(ct->t, ct, refused(ct, due, verdict))) != 0)
		return rc;
	/* A rotation goes on without. */
	ct->problem = (due & (DUE_SHUT | DUE_BOX)) != 0 ? 0 : verdict;
	return 0;
done:
	if ((due & DUE_UNSURE) != 0)
		restored_taken(ct, unsure);
	if ((due & (DUE_UNSURE | DUE_CREATE | DUE_BOX)) != 0)
		anchor_pass(ct->t, &ct->rec.my_place);
	ct->problem = 0;
	ct->once_at = 0;
	ct->once_wait = 0;
	return 0;
}
