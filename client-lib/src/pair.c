/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "change.h"
#include "contact.h"
#include "contact_store.h"
#include "content.h"
#include "event.h"
#include "letter.h"
#include "outbox.h"
#include "pair.h"
#include "record.h"

enum {
	HELLO_MAX = 1989,
	IN_PERSON_S = TACIT_IN_PERSON_MINUTES * 60,
	SKEW_S = 5 * 60			/* between two people's clocks */
};

static void
hello_keypair(const tacit_state_Pairing *p, uint8_t public[TACIT_KEY_LEN])
{
	(void)crypto_scalarmult_base(public, p->hello_secret);
}

void
pair_link(const struct tacit_contact *ct, struct tacit_link *out)
{
	memset(out, 0, sizeof(*out));
	contact_place_read(&out->place, &ct->rec.my_place);
	out->flags = (uint8_t)ct->pairing->flags;
	memcpy(out->secret, ct->pairing->secret, sizeof(out->secret));
}

/* What both ends derive from S, and the keys of my mailbox. */
static void
derive(struct tacit_contact *ct)
{
	uint8_t pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES];
	tacit_state_Contact *r = &ct->rec;

	keys_relationship(r->relationship, ct->pairing->secret);
	keys_address(r->invitation, ct->pairing->secret);
	keys_pair0(r->key0, ct->pairing->secret);

	env_random(ct->t, r->my_owner, sizeof(r->my_owner));
	env_random(ct->t, r->my_token, sizeof(r->my_token));
	env_random(ct->t, r->my_next_token, sizeof(r->my_next_token));
	(void)crypto_sign_seed_keypair(pk, sk, r->my_owner);
	tacit_hash_address(r->my_address, pk);
	env_random(ct->t, ct->pairing->key, sizeof(ct->pairing->key));
	sodium_memzero(sk, sizeof(sk));
}

static void
fill_bundle(const struct tacit_contact *ct, const struct tacit_link *link,
    const struct ratchet_bundle *mine, const char *url, tacit_Bundle *b)
{
	const tacit_state_Self *self = &ct->t->self;

	memset(b, 0, sizeof(*b));
	memcpy(b->address, ct->rec.my_address, sizeof(b->address));
	memcpy(b->token, ct->rec.my_token, sizeof(b->token));
	memcpy(b->identity, mine->identity, sizeof(b->identity));
	b->registration_id = mine->registration_id;
	b->signed_prekey_id = mine->signed_prekey_id;
	memcpy(b->signed_prekey, mine->signed_prekey,
	    sizeof(b->signed_prekey));
	memcpy(b->signed_prekey_signature, mine->signature,
	    sizeof(b->signed_prekey_signature));
	b->one_time_prekey_id = mine->one_time_prekey_id;
	memcpy(b->one_time_prekey, mine->one_time_prekey,
	    sizeof(b->one_time_prekey));
	hello_keypair(ct->pairing, b->hello_key);
	b->name.size = self->name.size;
	memcpy(b->name.bytes, self->name.bytes, b->name.size);
	b->relay_url.size = (pb_size_t)strlen(url);
	memcpy(b->relay_url.bytes, url, b->relay_url.size);
	memcpy(b->relay_key, link->place.relay_key, sizeof(b->relay_key));
	memcpy(b->relay_pin, link->place.pin, sizeof(b->relay_pin));
	memcpy(b->guest_pass, ct->pairing->guest_pass,
	    sizeof(b->guest_pass));
	b->expires = ct->pairing->expires;
}

/* Offer prekeys and seal the blob; the same bytes serve every retry. */
static int
make_blob(struct tacit_contact *ct)
{
	struct ratchet_bundle mine;
	struct tacit_link link;
	char url[TACIT_LINK_TEXT_MAX];
	uint8_t nonce[TACIT_SEAL_NONCE_LEN];
	tacit_Bundle b;
	int rc;

	pair_link(ct, &link);
	if ((rc = tacit_url_write(url, sizeof(url), &link.place)) != 0 ||
	    (rc = ratchet_offer(ct->t->ratchet, ct->rec.relationship,
	    &mine)) != 0)
		goto out;
	fill_bundle(ct, &link, &mine, url, &b);
	env_random(ct->t, nonce, sizeof(nonce));
	rc = blob_close(ct->pairing->blob.bytes, &link, &b, nonce);
	ct->pairing->blob.size = TACIT_BLOB_LEN;
	sodium_memzero(&b, sizeof(b));
out:
	sodium_memzero(&link, sizeof(link));
	return rc;
}

int
pair_invite(struct tacit_contact **out, struct tacit *t, const char *label,
    int in_person, uint32_t minutes, const tacit_state_Relay *relay)
{
	struct tacit_contact *ct;
	tacit_state_Pairing *p;
	int rc;

	if ((rc = contact_new(&ct, t, label)) != 0)
		return rc;
	if ((rc = contact_pairing(ct)) != 0 || (rc = change_begin(t)) != 0) {
		contact_free(ct);
		return rc;
	}
	p = ct->pairing;
	env_random(t, p->secret, sizeof(p->secret));
	env_random(t, p->guest_pass, sizeof(p->guest_pass));
	env_random(t, p->hello_secret, sizeof(p->hello_secret));
	env_random(t, p->nonce_i, sizeof(p->nonce_i));
	memcpy(p->code, relay->code, sizeof(p->code));
	memcpy(ct->rec.pass, relay->code, sizeof(ct->rec.pass));
	tacit_hash_code(ct->rec.pass_hash, p->guest_pass);
	p->flags = in_person ? TACIT_LINK_IN_PERSON : 0;
	p->expires = (uint64_t)env_unix_ms(t) / 1000 + minutes * 60ULL;
	p->hours = (minutes + 59) / 60;

	ct->rec.my_place = relay->place;
	ct->rec.inviter = 1;
	ct->rec.offered = 1;
	ct->rec.verified = in_person != 0;
	ct->rec.step = tacit_state_Step_I1_MADE;
	ct->rec.due = DUE_CREATE | DUE_PUT;
	derive(ct);
	contact_add(ct);
	if ((rc = change_end(t, ct, make_blob(ct))) == 0)
		*out = ct;
	else
		contact_remove(ct);
	return rc;
}

int
pair_accept(struct tacit_contact **out, struct tacit *t,
    const struct tacit_link *link, const char *label)
{
	uint8_t a[TACIT_ADDRESS_LEN];
	struct tacit_contact *ct;
	int rc;

	keys_address(a, link->secret);
	if ((ct = contact_by_invitation(t, a)) != NULL) {
		*out = ct->rec.inviter ? NULL : ct;
		return ct->rec.inviter ? TACIT_E_INVITATION_OWN : 0;
	}
	if ((rc = contact_new(&ct, t, label)) != 0)
		return rc;
	if ((rc = contact_pairing(ct)) != 0 || (rc = change_begin(t)) != 0) {
		contact_free(ct);
		return rc;
	}
	memcpy(ct->pairing->secret, link->secret,
	    sizeof(ct->pairing->secret));
	ct->pairing->flags = link->flags;
	env_random(t, ct->pairing->nonce_j, sizeof(ct->pairing->nonce_j));
	contact_place_write(&ct->rec.my_place, &link->place);
	ct->rec.verified = (link->flags & TACIT_LINK_IN_PERSON) != 0;
	ct->rec.step = tacit_state_Step_J1_READING;
	ct->rec.accepted = 1;
	ct->rec.send_theirs = 1;
	ct->rec.due = DUE_GET;
	derive(ct);
	contact_add(ct);
	if ((rc = change_end(t, ct, 0)) == 0)
		*out = ct;
	else
		contact_remove(ct);
	return rc;
}

static void
read_bundle(const tacit_Bundle *b, struct ratchet_bundle *theirs)
{
	memset(theirs, 0, sizeof(*theirs));
	theirs->registration_id = b->registration_id;
	memcpy(theirs->identity, b->identity, sizeof(theirs->identity));
	theirs->signed_prekey_id = b->signed_prekey_id;
	memcpy(theirs->signed_prekey, b->signed_prekey,
	    sizeof(theirs->signed_prekey));
	memcpy(theirs->signature, b->signed_prekey_signature,
	    sizeof(theirs->signature));
	theirs->one_time_prekey_id = b->one_time_prekey_id;
	memcpy(theirs->one_time_prekey, b->one_time_prekey,
	    sizeof(theirs->one_time_prekey));
}

/* Take from the bundle what is kept. */
static void
learn_inviter(struct tacit_contact *ct, const tacit_Bundle *b,
    const uint8_t blob[TACIT_BLOB_LEN])
{
	ct->rec.their_place = ct->rec.my_place;
	memcpy(ct->rec.their_address, b->address,
	    sizeof(ct->rec.their_address));
	memcpy(ct->rec.their_token, b->token, sizeof(ct->rec.their_token));
	ct->rec.their_name.size = b->name.size;
	memcpy(ct->rec.their_name.bytes, b->name.bytes, b->name.size);
	memcpy(ct->pairing->code, b->guest_pass, sizeof(ct->pairing->code));
	memcpy(ct->rec.pass, b->guest_pass, sizeof(ct->rec.pass));
	memcpy(ct->pairing->blob.bytes, blob, TACIT_BLOB_LEN);
	ct->pairing->blob.size = TACIT_BLOB_LEN;
	ct->pairing_changed = 1;
}

int
pair_on_blob(struct tacit_contact *ct, const uint8_t blob[TACIT_BLOB_LEN])
{
	tacit_state_Out hello = tacit_state_Out_init_zero;
	struct ratchet_bundle theirs;
	struct ratchet_session s;
	struct tacit_link link;
	tacit_Bundle b;
	uint64_t now = (uint64_t)env_unix_ms(ct->t) / 1000;
	int rc;

	pair_link(ct, &link);
	if ((rc = blob_open(&b, &link, blob)) != 0)
		goto out;
	rc = TACIT_E_INVITATION_EXPIRED;
	if (b.expires < now)
		goto out;
	/* Nobody stays in a room for long: such a link came another way. */
	if (b.expires > now + IN_PERSON_S + SKEW_S)
		ct->rec.verified = 0;
	read_bundle(&b, &theirs);
	contact_session(ct, &s);
	if ((rc = ratchet_accept(ct->t->ratchet, &s, &theirs)) != 0)
		goto out;

	learn_inviter(ct, &b, blob);
	hello.kind = tacit_state_OutKind_OUT_HELLO;
	hello.time_ms = (uint64_t)env_unix_ms(ct->t);
	if ((rc = letter_seal_hello(ct, &hello, b.hello_key)) != 0 ||
	    (rc = outbox_add(ct, &hello, NULL, 0)) != 0)
		goto out;
	ct->rec.step = tacit_state_Step_J2_READ;
	ct->rec.due = DUE_CREATE;
out:
	sodium_memzero(&b, sizeof(b));
	sodium_memzero(&link, sizeof(link));
	return rc;
}

/* k1, when both nonces are known. */
static int
derive_key1(struct tacit_contact *ct)
{
	uint8_t mine[TACIT_KEY_LEN], theirs[TACIT_KEY_LEN], t[TACIT_HASH_LEN];
	char my_url[TACIT_LINK_TEXT_MAX], their_url[TACIT_LINK_TEXT_MAX];
	tacit_state_Contact *r = &ct->rec;
	struct tacit_place place;
	struct transcript ts;
	int i = r->inviter, rc;

	if ((rc = ratchet_my_identity(ct->t->ratchet, r->relationship,
	    mine)) != 0 || (rc = ratchet_their_identity(ct->t->ratchet,
	    r->relationship, theirs)) != 0)
		return rc;
	contact_place_read(&place, &r->my_place);
	if ((rc = tacit_url_write(my_url, sizeof(my_url), &place)) != 0)
		return rc;
	contact_place_read(&place, &r->their_place);
	if ((rc = tacit_url_write(their_url, sizeof(their_url), &place)) != 0)
		return rc;

	ts.blob = ct->pairing->blob.bytes;
	ts.identity_i = i ? mine : theirs;
	ts.identity_j = i ? theirs : mine;
	ts.address_i = i ? r->my_address : r->their_address;
	ts.address_j = i ? r->their_address : r->my_address;
	ts.url_i = i ? my_url : their_url;
	ts.url_j = i ? their_url : my_url;
	keys_transcript(t, &ts);
	keys_pair1(r->key1, ct->pairing->secret, ct->pairing->nonce_i,
	    ct->pairing->nonce_j, t);
	keys_recovery(r->recovery, r->key1);
	return 0;
}

static int
say_paired(struct tacit_contact *ct)
{
	tacit_state_Event e = tacit_state_Event_init_zero;

	ct->rec.rotated_ms = (uint64_t)env_unix_ms(ct->t);
	e.type = TACIT_EV_PAIRED;
	e.verified = ct->rec.verified;
	e.name.size = ct->rec.their_name.size;
	memcpy(e.name.bytes, ct->rec.their_name.bytes, e.name.size);
	return event_add(ct->t, ct, &e, NULL, 0);
}

/*
 * Both mailboxes are on the relay of the link.  HELLO_ACK goes out without
 * anybody being asked: one who got hold of the link must not be able to say
 * whom our host calls.
 */
static int
names_our_relay(const struct tacit_contact *ct, const tacit_Hello *h)
{
	char url[TACIT_LINK_TEXT_MAX];
	struct tacit_place ours;

	contact_place_read(&ours, &ct->rec.my_place);
	return tacit_url_write(url, sizeof(url), &ours) == 0 &&
	    strlen(url) == h->relay_url.size &&
	    memcmp(url, h->relay_url.bytes, h->relay_url.size) == 0 &&
	    memcmp(h->relay_key, ours.relay_key, TACIT_KEY_LEN) == 0;
}

static int
learn_joiner(struct tacit_contact *ct, const tacit_Hello *h)
{
	if (!names_our_relay(ct, h))
		return TACIT_E_POISON;
	/* Who answers late was not in the room, or cannot be told from it. */
	if ((uint64_t)env_unix_ms(ct->t) / 1000 >
	    ct->pairing->expires + SKEW_S)
		ct->rec.verified = 0;
	ct->rec.their_place = ct->rec.my_place;
	memcpy(ct->rec.their_address, h->address,
	    sizeof(ct->rec.their_address));
	memcpy(ct->rec.their_token, h->token, sizeof(ct->rec.their_token));
	ct->rec.their_name.size = h->name.size;
	memcpy(ct->rec.their_name.bytes, h->name.bytes, h->name.size);
	memcpy(ct->pairing->nonce_j, h->nonce, sizeof(ct->pairing->nonce_j));
	ct->pairing_changed = 1;
	return 0;
}

/* Unbox, decrypt, decode: the layers of a Hello. */
static int
open_hello(struct tacit_contact *ct, const uint8_t *boxed, size_t len,
    tacit_Content *c)
{
	uint8_t key[TACIT_KEY_LEN], msg[HELLO_MAX], padded[HELLO_MAX];
	struct ratchet_session s;
	size_t n = 0;
	int rc = TACIT_E_POISON;

	if (len <= crypto_box_SEALBYTES || len > sizeof(msg))
		return rc;
	hello_keypair(ct->pairing, key);
	contact_session(ct, &s);
	if ((rc = ratchet_unbox(msg, boxed, len, key,
	    ct->pairing->hello_secret)) != 0 ||
	    (rc = ratchet_decrypt(ct->t->ratchet, &s, RATCHET_PREKEY, 1, msg,
	    len - crypto_box_SEALBYTES, padded, sizeof(padded), &n)) != 0 ||
	    (rc = content_read(c, padded, n)) != 0)
		goto out;
	if (c->which_is != tacit_Content_hello_tag)
		rc = TACIT_E_POISON;
out:
	sodium_memzero(padded, sizeof(padded));
	return rc;
}

int
pair_on_hello(struct tacit_contact *ct, const uint8_t *boxed, size_t len)
{
	tacit_Content c = tacit_Content_init_zero;
	int rc;

	if (ct->pairing == NULL || !ct->rec.inviter)
		return TACIT_E_POISON;
	if (ct->rec.step >= tacit_state_Step_I4_ANSWERED)
		return TACIT_E_INVITATION_USED;
	/* Too late: the next turn ends the invitation, and says so. */
	if (pair_is_over(ct))
		return 0;
	if ((rc = open_hello(ct, boxed, len, &c)) != 0 ||
	    (rc = learn_joiner(ct, &c.is.hello)) != 0 ||
	    (rc = derive_key1(ct)) != 0)
		goto out;
	ct->rec.step = tacit_state_Step_I4_ANSWERED;
	/* A relay that went back may still lack the mailbox, or the pass. */
	if ((ct->rec.due & DUE_PUT) != 0)
		ct->rec.due |= DUE_SPLIT;
	ct->rec.due &= DUE_CREATE | DUE_SPLIT;
	ct->rec.due |= DUE_REVOKE | DUE_TOKEN_KEEP;
	rc = say_paired(ct);
out:
	sodium_memzero(&c, sizeof(c));
	return rc;
}

int
pair_owes_ack(const struct tacit_contact *ct)
{
	return ct->rec.step == tacit_state_Step_I4_ANSWERED &&
	    (ct->rec.due & DUE_TOKEN_KEEP) == 0 &&
	    !outbox_has(ct, tacit_state_OutKind_OUT_HELLO_ACK);
}

int
pair_acknowledge(struct tacit_contact *ct)
{
	struct ratchet_session s;
	int rc;

	contact_session(ct, &s);
	if ((rc = ratchet_has(ct->t->ratchet, &s)) != 1)
		return rc;
	return outbox_add_control(ct, tacit_state_OutKind_OUT_HELLO_ACK);
}

int
pair_on_hello_ack(struct tacit_contact *ct, const tacit_HelloAck *ack)
{
	int rc;

	if (ct->rec.inviter)
		return TACIT_E_POISON;
	if (ct->rec.step != tacit_state_Step_J3_JOINING)
		return 0;
	memcpy(ct->pairing->nonce_i, ack->nonce,
	    sizeof(ct->pairing->nonce_i));
	ct->pairing_changed = 1;
	if ((rc = derive_key1(ct)) != 0)
		return rc;
	memcpy(ct->rec.their_token, ack->token, sizeof(ct->rec.their_token));
	ct->rec.send_key1 = 1;
	ct->rec.step = tacit_state_Step_J4_ACTIVE;
	if ((rc = outbox_remove(ct, tacit_state_OutKind_OUT_HELLO)) != 0 ||
	    (rc = outbox_add_control(ct,
	    tacit_state_OutKind_OUT_CONFIRM)) != 0)
		return rc;
	return say_paired(ct);
}

int
pair_on_key1(struct tacit_contact *ct)
{
	int rc;

	if (sodium_is_zero(ct->rec.key0, sizeof(ct->rec.key0)))
		return 0;
	sodium_memzero(ct->rec.key0, sizeof(ct->rec.key0));
	if (ct->rec.inviter) {
		ct->rec.send_key1 = 1;
		if (ct->rec.step == tacit_state_Step_I4_ANSWERED)
			ct->rec.step = tacit_state_Step_I5_ACTIVE;
		memcpy(ct->rec.my_token, ct->rec.my_next_token,
		    sizeof(ct->rec.my_token));
		if (ct->rec.mailbox)
			ct->rec.due |= DUE_TOKEN;
		if ((rc = outbox_remove(ct,
		    tacit_state_OutKind_OUT_HELLO_ACK)) != 0)
			return rc;
	}
	if (ct->pairing == NULL)
		return 0;
	if ((ct->rec.due & DUE_REVOKE) == 0)
		return contact_forget_pairing(ct);

	/* REVOKE still needs the throwaway key; due.c forgets the rest. */
	sodium_memzero(ct->pairing->secret, sizeof(ct->pairing->secret));
	sodium_memzero(ct->pairing->hello_secret,
	    sizeof(ct->pairing->hello_secret));
	sodium_memzero(ct->pairing->nonce_i, sizeof(ct->pairing->nonce_i));
	sodium_memzero(ct->pairing->nonce_j, sizeof(ct->pairing->nonce_j));
	ct->pairing_changed = 1;
	return 0;
}

int
pair_abandon(struct tacit_contact *ct)
{
	int rc;

	ct->rec.due = ct->rec.inviter ? DUE_REVOKE | DUE_CLOSE :
	    ct->rec.step >= tacit_state_Step_J2_READ ? DUE_CLOSE : 0;
	ct->rec.mailbox = 0;
	ct->rec.step = tacit_state_Step_REMOVED;
	if ((rc = ratchet_forget(ct->t->ratchet,
	    ct->rec.relationship)) != 0)
		return rc;
	contact_free_out(ct);
	return record_clear(ct->t->vault, VAULT_OUTBOX, ct->id,
	    sizeof(ct->id));
}

int
pair_is_over(const struct tacit_contact *ct)
{
	uint64_t grace = TACIT_HELLO_GRACE_DAYS * 24ULL * 3600;

	return ct->pairing != NULL && ct->rec.inviter &&
	    ct->rec.step <= tacit_state_Step_I3_INVITED &&
	    (uint64_t)env_unix_ms(ct->t) / 1000 >
	    ct->pairing->expires + grace;
}
