/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "claims.h"
#include "tacit/error.h"
#include "tacit/hash.h"

/* How a token or a code is wrong. */
enum guess { GUESSED, FLIPPED, SWAPPED, HASHED, STALE, GUESSES };

/* ---- wrong proofs ------------------------------------------------------- */

static void
flip(struct world *w, uint8_t *p, size_t len)
{
	size_t bit = random_below(&w->random, len * 8);

	p[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

static int
other_opcode(struct world *w, int tag)
{
	static const int tags[] = {
		tacit_Frame_subscribe_tag, tacit_Frame_close_tag,
		tacit_Frame_set_token_tag, tacit_Frame_create_tag,
		tacit_Frame_anchor_tag, tacit_Frame_get_invitation_tag,
		tacit_Frame_revoke_invitation_tag
	};
	int other;

	do
		other = tags[random_below(&w->random,
		    sizeof(tags) / sizeof(tags[0]))];
	while (other == tag);
	return other;
}

void
prove(struct world *w, uint8_t sig[TACIT_SIGNATURE_LEN], struct claim c,
    enum how how, uint32_t id, int tag)
{
	struct tacit_statement st = { .id = id, .opcode = (uint8_t)tag };
	uint8_t hash[TACIT_HASH_LEN];

	memcpy(st.relay_key, raw_welcome(w->line)->relay_key, TACIT_KEY_LEN);
	memcpy(st.nonce, raw_welcome(w->line)->nonce, TACIT_NONCE_LEN);
	memcpy(st.address, c.address, TACIT_ADDRESS_LEN);
	if (how == OTHER_ID)
		st.id += random_below(&w->random, 2) ? 1 : UINT32_MAX;
	else if (how == OTHER_NONCE)
		memcpy(st.nonce, w->nonce[random_below(&w->random,
		    w->n_nonces < NONCES ? w->n_nonces : NONCES)],
		    TACIT_NONCE_LEN);
	else if (how == OTHER_OPCODE)
		st.opcode = (uint8_t)other_opcode(w, tag);
	else if (how == OTHER_MAILBOX)
		memcpy(st.address, w->mine.address, TACIT_ADDRESS_LEN);
	else if (how == OTHER_RELAY)
		flip(w, st.relay_key, TACIT_KEY_LEN);
	else if (how == OTHER_ARGS && c.args_len > 0)
		flip(w, c.args, c.args_len);
	else if (how == OTHER_ARGS)
		c.args_len = 1;
	else if (how == FOREIGN_KEY)
		c.key = &w->mine.owner;
	/* The victims' own connection is one that they signed on before. */
	if (how == OTHER_NONCE && memcmp(st.nonce,
	    raw_welcome(w->line)->nonce, TACIT_NONCE_LEN) == 0)
		st.id += 2;
	st.args = c.args;
	st.args_len = c.args_len;
	tacit_hash_statement(hash, &st);
	(void)crypto_sign_detached(sig, NULL, hash, sizeof(hash), c.key->sk);
	if (how == RANDOM_SIGNATURE)
		random_fill(&w->random, sig, TACIT_SIGNATURE_LEN);
	if (how == FLIPPED_SIGNATURE)
		flip(w, sig, TACIT_SIGNATURE_LEN);
}

/* ---- attempts ----------------------------------------------------------- */

void
owner_claim(struct claim *c, const struct raw_mailbox *m)
{
	c->key = &m->owner;
	memcpy(c->address, m->address, TACIT_ADDRESS_LEN);
}

static void
fill_anchor(tacit_Anchor *f, const uint8_t *owner, const uint8_t *args,
    const uint8_t *sig)
{
	memcpy(f->owner, owner, sizeof(f->owner));
	memcpy(f->expected_hash, args, TACIT_HASH_LEN);
	memcpy(f->next, args + TACIT_HASH_LEN, TACIT_ANCHOR_LEN);
	memcpy(f->signature, sig, sizeof(f->signature));
}

/* By a signature that is not the owner's, or not for this. */
static void
by_owner(struct world *w, struct attempt *a, enum kind kind)
{
	const struct raw_mailbox *m = &w->victim[random_below(&w->random,
	    VICTIMS)];
	enum how how = (enum how)random_below(&w->random, HOWS);
	uint8_t sig[TACIT_SIGNATURE_LEN], owner[TACIT_KEY_LEN];
	uint8_t token[TACIT_TOKEN_LEN];
	struct claim c = { .args_len = 0 };
	static const int tags[] = {
		tacit_Frame_subscribe_tag, tacit_Frame_close_tag,
		tacit_Frame_set_token_tag, tacit_Frame_create_tag,
		tacit_Frame_anchor_tag
	};

	owner_claim(&c, m);
	memcpy(owner, m->owner.pk, sizeof(owner));
	random_fill(&w->random, token, sizeof(token));
	a->f.which_is = (pb_size_t)tags[kind];
	tacit_hash_token(c.args, token);
	if (kind == CLOSE)
		c.args_len = TACIT_HASH_LEN;
	if (kind == SET_TOKEN)
		c.args_len = TACIT_HASH_LEN + 1;
	if (kind == ANCHOR) {		/* as the first of that mailbox */
		c.args_len = ARGS_MAX;
		memset(c.args, 0, TACIT_HASH_LEN);
		random_fill(&w->random, c.args + TACIT_HASH_LEN,
		    TACIT_ANCHOR_LEN);
	}
	if (kind == CREATE) {
		c.args_len = TACIT_HASH_LEN + TACIT_CODE_LEN;
		memcpy(c.args + TACIT_HASH_LEN, w->admission.code,
		    TACIT_CODE_LEN);
	}
	prove(w, sig, c, how, a->f.id, tags[kind]);
	if (how == FLIPPED_OWNER)
		flip(w, owner, sizeof(owner));
	if (kind == SUBSCRIBE) {
		a->f.is.subscribe.count = 1;
		memcpy(a->body, owner, TACIT_KEY_LEN);
		memcpy(a->body + TACIT_KEY_LEN, sig, sizeof(sig));
	} else if (kind == CLOSE) {
		memcpy(a->f.is.close.owner, owner, sizeof(owner));
		memcpy(a->f.is.close.pass_hash, c.args, TACIT_HASH_LEN);
		memcpy(a->f.is.close.signature, sig, sizeof(sig));
	} else if (kind == SET_TOKEN) {
		memcpy(a->f.is.set_token.owner, owner, sizeof(owner));
		memcpy(a->f.is.set_token.token_hash, c.args, TACIT_HASH_LEN);
		memcpy(a->f.is.set_token.signature, sig, sizeof(sig));
	} else if (kind == ANCHOR) {
		fill_anchor(&a->f.is.anchor, owner, c.args, sig);
	} else {
		memcpy(a->f.is.create.owner, owner, sizeof(owner));
		memcpy(a->f.is.create.token_hash, c.args, TACIT_HASH_LEN);
		memcpy(a->f.is.create.code, w->admission.code,
		    TACIT_CODE_LEN);
		memcpy(a->f.is.create.signature, sig, sizeof(sig));
	}
	a->expected = TACIT_E_REFUSED;
}

/* Somebody else's invitation, in a reader's or its maker's name. */
static void
by_invitation(struct world *w, struct attempt *a, enum kind kind)
{
	enum how how = (enum how)random_below(&w->random, HOWS);
	struct claim c = { .args_len = 0 };
	int tag = kind == GET ? tacit_Frame_get_invitation_tag :
	    tacit_Frame_revoke_invitation_tag;
	uint8_t sig[TACIT_SIGNATURE_LEN], key[TACIT_KEY_LEN];

	c.key = kind == GET ? &w->reader : &w->invitation.key;
	memcpy(c.address, w->invitation.address, TACIT_ADDRESS_LEN);
	memcpy(key, c.key->pk, sizeof(key));
	a->f.which_is = (pb_size_t)tag;
	prove(w, sig, c, how, a->f.id, tag);
	if (how == FLIPPED_OWNER)
		flip(w, key, sizeof(key));
	if (kind == GET) {
		memcpy(a->f.is.get_invitation.address, c.address,
		    TACIT_ADDRESS_LEN);
		memcpy(a->f.is.get_invitation.reader, key, sizeof(key));
		memcpy(a->f.is.get_invitation.signature, sig, sizeof(sig));
	} else {
		memcpy(a->f.is.revoke_invitation.address, c.address,
		    TACIT_ADDRESS_LEN);
		memcpy(a->f.is.revoke_invitation.key, key, sizeof(key));
		memcpy(a->f.is.revoke_invitation.signature, sig, sizeof(sig));
	}
	a->expected = TACIT_E_REFUSED;
}

static void
by_token(struct world *w, struct attempt *a)
{
	size_t i = random_below(&w->random, VICTIMS);
	uint8_t token[TACIT_TOKEN_LEN];

	memcpy(token, w->victim[i].token, sizeof(token));
	switch ((enum guess)random_below(&w->random, GUESSES)) {
	case GUESSED:
		random_fill(&w->random, token, sizeof(token));
		break;
	case FLIPPED:
		flip(w, token, sizeof(token));
		break;
	case SWAPPED:
		memcpy(token, w->victim[(i + 1) % VICTIMS].token,
		    sizeof(token));
		break;
	case HASHED:
		tacit_hash_token(a->body, token);
		memcpy(token, a->body, sizeof(token));
		break;
	default:
		memcpy(token, w->old_token[i], sizeof(token));
		break;
	}
	a->f.which_is = tacit_Frame_post_tag;
	memcpy(a->f.is.post.address, w->victim[i].address, TACIT_ADDRESS_LEN);
	memcpy(a->f.is.post.token, token, sizeof(token));
	random_fill(&w->random, a->f.is.post.envelope, TACIT_ENVELOPE_ID_LEN);
	random_fill(&w->random, a->body, sizeof(a->body));
	a->f.is.post.kind = tacit_Kind_KIND_LETTER;
	a->f.is.post.resume = 1;
	a->expected = TACIT_E_REFUSED;
}

/* Victim 0 may be subscribed here, with right; the others never are. */
static void
by_ack(struct world *w, struct attempt *a, int of_mine)
{
	size_t i = 1 + random_below(&w->random, VICTIMS - 1);
	tacit_Ack *k = &a->f.is.ack;

	a->f.which_is = tacit_Frame_ack_tag;
	memcpy(k->address, of_mine ? w->mine.address : w->victim[i].address,
	    TACIT_ADDRESS_LEN);
	memcpy(k->envelope[0], w->letter[i][random_below(&w->random,
	    LETTERS)].envelope, TACIT_ENVELOPE_ID_LEN);
	k->envelope_count = 1;
	a->expected = of_mine ? 0 : TACIT_E_REFUSED;
}

static void
by_code(struct world *w, struct attempt *a, enum kind kind)
{
	struct raw_mailbox m;
	struct raw_invitation v;
	struct claim c = { .args_len = TACIT_HASH_LEN + TACIT_CODE_LEN };
	uint8_t code[TACIT_CODE_LEN];

	memcpy(code, w->admission.code, sizeof(code));
	if (random_below(&w->random, 2))
		flip(w, code, sizeof(code));
	else
		random_fill(&w->random, code, sizeof(code));
	a->expected = TACIT_E_ADMISSION;
	if (kind == CODE_SPLIT) {
		a->f.which_is = tacit_Frame_split_tag;
		memcpy(a->f.is.split.code, code, sizeof(code));
		random_fill(&w->random, a->f.is.split.pass_hash,
		    TACIT_HASH_LEN);
		a->f.is.split.units = 1;
	} else if (kind == CODE_PUT) {
		raw_invitation_make(&v, 24);
		a->f.which_is = tacit_Frame_put_invitation_tag;
		memcpy(a->f.is.put_invitation.address, v.address,
		    TACIT_ADDRESS_LEN);
		memcpy(a->f.is.put_invitation.key, v.key.pk, TACIT_KEY_LEN);
		memcpy(a->f.is.put_invitation.code, code, sizeof(code));
		tacit_hash_code(a->f.is.put_invitation.pass_hash, v.pass);
		a->f.is.put_invitation.hours = v.hours;
	} else {
		raw_mailbox_make(&m);
		owner_claim(&c, &m);
		tacit_hash_token(c.args, m.token);
		memcpy(c.args + TACIT_HASH_LEN, code, sizeof(code));
		a->f.which_is = tacit_Frame_create_tag;
		memcpy(a->f.is.create.owner, m.owner.pk, TACIT_KEY_LEN);
		memcpy(a->f.is.create.token_hash, c.args, TACIT_HASH_LEN);
		memcpy(a->f.is.create.code, code, sizeof(code));
		raw_sign(w->line, a->f.is.create.signature, &m.owner, a->f.id,
		    tacit_Frame_create_tag, m.address, c.args, c.args_len);
	}
}

void
attempt_make(struct world *w, struct attempt *a, enum kind kind)
{
	memset(a, 0, sizeof(*a));
	a->f.id = raw_next_id(w->line);
	switch (kind) {
	case GET:
	case REVOKE:
		by_invitation(w, a, kind);
		break;
	case POST:
		by_token(w, a);
		break;
	case ACK:
	case ACK_OF_MINE:
		by_ack(w, a, kind == ACK_OF_MINE);
		break;
	case CODE_CREATE:
	case CODE_PUT:
	case CODE_SPLIT:
		by_code(w, a, kind);
		break;
	default:
		by_owner(w, a, kind);
		break;
	}
}
