/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of raw.h, one by one. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "raw.h"
#include "tacit/hash.h"

static tacit_Frame
frame(const struct raw *r, pb_size_t tag)
{
	tacit_Frame f = tacit_Frame_init_zero;

	f.id = raw_next_id(r);
	f.which_is = tag;
	return f;
}

static int
ask(struct raw *r, tacit_Frame *f, const uint8_t *body)
{
	return raw_wait(r, raw_send(r, f, body), RAW_WAIT_MS, NULL);
}

void
raw_key_make(struct raw_key *k)
{
	(void)crypto_sign_keypair(k->pk, k->sk);
}

void
raw_mailbox_make(struct raw_mailbox *m)
{
	raw_key_make(&m->owner);
	tacit_hash_address(m->address, m->owner.pk);
	randombytes_buf(m->token, sizeof(m->token));
}

void
raw_sign(const struct raw *r, uint8_t sig[TACIT_SIGNATURE_LEN],
    const struct raw_key *k, uint32_t id, int tag,
    const uint8_t address[TACIT_ADDRESS_LEN], const void *args,
    size_t args_len)
{
	struct tacit_statement st;
	uint8_t hash[TACIT_HASH_LEN];

	memcpy(st.relay_key, raw_welcome(r)->relay_key, TACIT_KEY_LEN);
	memcpy(st.nonce, raw_welcome(r)->nonce, TACIT_NONCE_LEN);
	st.id = id;
	st.opcode = (uint8_t)tag;
	memcpy(st.address, address, TACIT_ADDRESS_LEN);
	st.args = args;
	st.args_len = args_len;
	tacit_hash_statement(hash, &st);
	(void)crypto_sign_detached(sig, NULL, hash, sizeof(hash), k->sk);
}

int
raw_create(struct raw *r, const struct raw_mailbox *m,
    const uint8_t code[TACIT_CODE_LEN])
{
	tacit_Frame f = frame(r, tacit_Frame_create_tag);
	tacit_Create *c = &f.is.create;
	uint8_t args[TACIT_HASH_LEN + TACIT_CODE_LEN];

	memcpy(c->owner, m->owner.pk, sizeof(c->owner));
	tacit_hash_token(c->token_hash, m->token);
	memcpy(c->code, code, sizeof(c->code));
	memcpy(args, c->token_hash, TACIT_HASH_LEN);
	memcpy(args + TACIT_HASH_LEN, code, TACIT_CODE_LEN);
	raw_sign(r, c->signature, &m->owner, f.id, tacit_Frame_create_tag,
	    m->address, args, sizeof(args));
	return ask(r, &f, NULL);
}

int
raw_subscribe(struct raw *r, const struct raw_mailbox *m, size_t n,
    uint8_t *results)
{
	tacit_Frame f = frame(r, tacit_Frame_subscribe_tag);
	struct raw_frame *answer = NULL;
	uint8_t *body = malloc(n * TACIT_SUBSCRIBE_ENTRY_LEN), *at = body;
	size_t i;
	int rc;

	if (body == NULL)
		return RAW_NOMEM;
	f.is.subscribe.count = (uint32_t)n;
	for (i = 0; i < n; i++, at += TACIT_SUBSCRIBE_ENTRY_LEN) {
		memcpy(at, m[i].owner.pk, TACIT_KEY_LEN);
		raw_sign(r, at + TACIT_KEY_LEN, &m[i].owner, f.id,
		    tacit_Frame_subscribe_tag, m[i].address, NULL, 0);
	}
	rc = raw_wait(r, raw_send(r, &f, body), RAW_WAIT_MS, &answer);
	if (rc == 0 && answer->body_len == n)
		memcpy(results, answer->body, n);
	else if (rc == 0)
		rc = RAW_PROTOCOL;
	raw_frame_free(answer);
	free(body);
	return rc;
}

uint32_t
raw_send_post(struct raw *r, const struct raw_mailbox *m,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], tacit_Kind kind,
    int resume, const uint8_t *body)
{
	tacit_Frame f = frame(r, tacit_Frame_post_tag);
	tacit_Post *p = &f.is.post;

	memcpy(p->address, m->address, sizeof(p->address));
	memcpy(p->token, m->token, sizeof(p->token));
	memcpy(p->envelope, envelope, sizeof(p->envelope));
	p->kind = kind;
	p->resume = resume != 0;
	return raw_send(r, &f, body);
}

int
raw_post(struct raw *r, const struct raw_mailbox *m,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body)
{
	return raw_wait(r, raw_send_post(r, m, envelope,
	    tacit_Kind_KIND_LETTER, 0, body), RAW_WAIT_MS, NULL);
}

uint32_t
raw_send_ack(struct raw *r, const uint8_t *address,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN])
{
	tacit_Frame f = frame(r, tacit_Frame_ack_tag);

	memcpy(f.is.ack.address, address, TACIT_ADDRESS_LEN);
	memcpy(f.is.ack.envelope[0], envelope, TACIT_ENVELOPE_ID_LEN);
	f.is.ack.envelope_count = 1;
	return raw_send(r, &f, NULL);
}

int
raw_ack(struct raw *r, const uint8_t *address,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN])
{
	return raw_wait(r, raw_send_ack(r, address, envelope), RAW_WAIT_MS,
	    NULL);
}

int
raw_close(struct raw *r, const struct raw_mailbox *m)
{
	return raw_close_for(r, m, NULL);
}

int
raw_close_for(struct raw *r, const struct raw_mailbox *m,
    const uint8_t *pass)
{
	tacit_Frame f = frame(r, tacit_Frame_close_tag);
	tacit_Close *c = &f.is.close;

	memcpy(c->owner, m->owner.pk, TACIT_KEY_LEN);
	if (pass != NULL)
		tacit_hash_code(c->pass_hash, pass);
	raw_sign(r, c->signature, &m->owner, f.id, tacit_Frame_close_tag,
	    m->address, c->pass_hash, sizeof(c->pass_hash));
	return ask(r, &f, NULL);
}

int
raw_set_token(struct raw *r, const struct raw_mailbox *m,
    const uint8_t token[TACIT_TOKEN_LEN], int keep)
{
	tacit_Frame f = frame(r, tacit_Frame_set_token_tag);
	tacit_SetToken *s = &f.is.set_token;
	uint8_t args[TACIT_HASH_LEN + 1];

	memcpy(s->owner, m->owner.pk, sizeof(s->owner));
	tacit_hash_token(s->token_hash, token);
	s->keep = keep != 0;
	memcpy(args, s->token_hash, TACIT_HASH_LEN);
	args[TACIT_HASH_LEN] = keep != 0;
	raw_sign(r, s->signature, &m->owner, f.id, tacit_Frame_set_token_tag,
	    m->address, args, sizeof(args));
	return ask(r, &f, NULL);
}

uint32_t
raw_send_recall(struct raw *r, const struct raw_mailbox *m,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN])
{
	tacit_Frame f = frame(r, tacit_Frame_recall_tag);

	memcpy(f.is.recall.address, m->address, TACIT_ADDRESS_LEN);
	memcpy(f.is.recall.token, m->token, TACIT_TOKEN_LEN);
	memcpy(f.is.recall.envelope, envelope, TACIT_ENVELOPE_ID_LEN);
	return raw_send(r, &f, NULL);
}

int
raw_recall(struct raw *r, const struct raw_mailbox *m,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], struct tacit_recall *is)
{
	struct raw_frame *answer = NULL;
	const tacit_Recalled *a;
	uint8_t hash[TACIT_HASH_LEN];
	int rc;

	rc = raw_wait(r, raw_send_recall(r, m, envelope), RAW_WAIT_MS,
	    &answer);
	if (rc != 0)
		goto out;
	a = &answer->head.is.recalled;
	memcpy(is->address, m->address, sizeof(is->address));
	memcpy(is->envelope, envelope, sizeof(is->envelope));
	is->outcome = (uint8_t)a->outcome;
	memcpy(is->body_hash, a->body_hash, sizeof(is->body_hash));
	is->number = a->number;
	memcpy(is->previous, a->previous, sizeof(is->previous));
	tacit_hash_recall(hash, is);
	if (answer->head.which_is != tacit_Frame_recalled_tag ||
	    crypto_sign_verify_detached(a->signature, hash, sizeof(hash),
	    raw_welcome(r)->relay_key) != 0)
		rc = RAW_PROTOCOL;
out:
	raw_frame_free(answer);
	return rc;
}

int
raw_post_first(struct raw *r, const struct raw_mailbox *m,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body)
{
	tacit_Frame f = frame(r, tacit_Frame_post_tag);
	tacit_Post *p = &f.is.post;

	memcpy(p->address, m->address, sizeof(p->address));
	memcpy(p->token, m->token, sizeof(p->token));
	memcpy(p->envelope, envelope, sizeof(p->envelope));
	p->kind = tacit_Kind_KIND_LETTER;
	p->first = 1;
	return raw_wait(r, raw_send(r, &f, body), RAW_WAIT_MS, NULL);
}

int
raw_anchor(struct raw *r, const struct raw_mailbox *m, const uint8_t *old,
    const uint8_t next[TACIT_ANCHOR_LEN], uint8_t is[TACIT_ANCHOR_LEN])
{
	tacit_Frame f = frame(r, tacit_Frame_anchor_tag);
	uint8_t args[TACIT_HASH_LEN + TACIT_ANCHOR_LEN];
	tacit_Anchor *a = &f.is.anchor;
	struct raw_frame *answer = NULL;
	int rc;

	memcpy(a->owner, m->owner.pk, sizeof(a->owner));
	if (old != NULL)
		tacit_hash_anchor(a->expected_hash, old);
	memcpy(a->next, next, sizeof(a->next));
	memcpy(args, a->expected_hash, TACIT_HASH_LEN);
	memcpy(args + TACIT_HASH_LEN, next, TACIT_ANCHOR_LEN);
	raw_sign(r, a->signature, &m->owner, f.id, tacit_Frame_anchor_tag,
	    m->address, args, sizeof(args));
	rc = raw_wait(r, raw_send(r, &f, NULL), RAW_WAIT_MS, &answer);
	if (rc == 0 && answer->head.which_is == tacit_Frame_anchored_tag) {
		memcpy(is, answer->head.is.anchored.value, TACIT_ANCHOR_LEN);
		rc = 1;
	}
	raw_frame_free(answer);
	return rc;
}

int
raw_split(struct raw *r, const uint8_t code[TACIT_CODE_LEN],
    const uint8_t pass[TACIT_CODE_LEN], uint32_t units)
{
	tacit_Frame f = frame(r, tacit_Frame_split_tag);

	memcpy(f.is.split.code, code, TACIT_CODE_LEN);
	tacit_hash_code(f.is.split.pass_hash, pass);
	f.is.split.units = units;
	return ask(r, &f, NULL);
}

void
raw_invitation_make(struct raw_invitation *v, uint32_t hours)
{
	randombytes_buf(v->address, sizeof(v->address));
	raw_key_make(&v->key);
	randombytes_buf(v->pass, sizeof(v->pass));
	v->hours = hours;
	randombytes_buf(v->blob, sizeof(v->blob));
}

int
raw_put(struct raw *r, const struct raw_invitation *v,
    const uint8_t code[TACIT_CODE_LEN])
{
	tacit_Frame f = frame(r, tacit_Frame_put_invitation_tag);
	tacit_PutInvitation *p = &f.is.put_invitation;

	memcpy(p->address, v->address, sizeof(p->address));
	memcpy(p->key, v->key.pk, sizeof(p->key));
	memcpy(p->code, code, sizeof(p->code));
	tacit_hash_code(p->pass_hash, v->pass);
	p->hours = v->hours;
	return ask(r, &f, v->blob);
}

uint32_t
raw_send_get(struct raw *r, const uint8_t *address,
    const struct raw_key *reader)
{
	tacit_Frame f = frame(r, tacit_Frame_get_invitation_tag);
	tacit_GetInvitation *g = &f.is.get_invitation;

	memcpy(g->address, address, sizeof(g->address));
	memcpy(g->reader, reader->pk, sizeof(g->reader));
	raw_sign(r, g->signature, reader, f.id,
	    tacit_Frame_get_invitation_tag, address, NULL, 0);
	return raw_send(r, &f, NULL);
}

int
raw_get(struct raw *r, const uint8_t address[TACIT_ADDRESS_LEN],
    const struct raw_key *reader, uint8_t blob[TACIT_BLOB_LEN])
{
	struct raw_frame *answer = NULL;
	int rc;

	rc = raw_wait(r, raw_send_get(r, address, reader), RAW_WAIT_MS,
	    &answer);
	if (rc == 0 && answer->body_len == TACIT_BLOB_LEN)
		memcpy(blob, answer->body, TACIT_BLOB_LEN);
	else if (rc == 0)
		rc = RAW_PROTOCOL;
	raw_frame_free(answer);
	return rc;
}

int
raw_revoke(struct raw *r, const struct raw_invitation *v)
{
	tacit_Frame f = frame(r, tacit_Frame_revoke_invitation_tag);
	tacit_RevokeInvitation *w = &f.is.revoke_invitation;

	memcpy(w->address, v->address, sizeof(w->address));
	memcpy(w->key, v->key.pk, sizeof(w->key));
	raw_sign(r, w->signature, &v->key, f.id,
	    tacit_Frame_revoke_invitation_tag, v->address, NULL, 0);
	return ask(r, &f, NULL);
}

int
raw_ping(struct raw *r)
{
	tacit_Frame f = frame(r, tacit_Frame_ping_tag);

	return ask(r, &f, NULL);
}
