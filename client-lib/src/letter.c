/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "contact.h"
#include "content.h"
#include "heard.h"
#include "letter.h"
#include "outbox.h"
#include "pad.h"
#include "restart.h"
#include "rotate.h"
#include "set.h"

enum { BOX_OVERHEAD = 48, CAPACITY = 1989 };

const uint8_t *
letter_key(const struct tacit_contact *ct, int key)
{
	struct set s;

	if (key < LETTER_SETS)
		return key == LETTER_RECOVERY ? ct->rec.recovery :
		    key == LETTER_KEY1 ? ct->rec.key1 : ct->rec.key0;
	(void)set_get(ct, (size_t)(key - LETTER_SETS), &s);
	return s.pair;
}

void
letter_keys(const struct tacit_contact *ct, int incoming, int key,
    struct seal_keys *out)
{
	enum seal_direction d = !ct->rec.inviter == !incoming ?
	    SEAL_J_TO_I : SEAL_I_TO_J;

	keys_seal(out, letter_key(ct, key), d);
}

int
letter_is_fresh(struct tacit_contact *ct, const tacit_state_Out *o)
{
	struct ratchet_session s;
	uint8_t turn[sizeof(o->turn)];
	int rc;

	if (o->sealed.size == 0)
		return 0;
	/* Without a session what was made by one can only go as it is. */
	if (outbox_is_final(o) || !contact_can_seal(ct))
		return 1;
	if (o->key1 != ct->rec.send_key1 || o->rotation != ct->rec.rotation)
		return 0;
	contact_session(ct, &s);
	if ((rc = ratchet_turn(ct->t->ratchet, &s, turn)) != 0)
		return rc;
	return memcmp(turn, o->turn, sizeof(turn)) == 0;
}

static void
fill_hello(struct tacit_contact *ct, tacit_Content *c)
{
	struct tacit_place place;
	char url[TACIT_LINK_TEXT_MAX];
	tacit_Hello *h = &c->is.hello;

	c->which_is = tacit_Content_hello_tag;
	contact_place_read(&place, &ct->rec.my_place);
	(void)tacit_url_write(url, sizeof(url), &place);
	h->name.size = ct->t->self.name.size;
	memcpy(h->name.bytes, ct->t->self.name.bytes, h->name.size);
	memcpy(h->address, ct->rec.my_address, sizeof(h->address));
	memcpy(h->token, ct->rec.my_token, sizeof(h->token));
	memcpy(h->nonce, ct->pairing->nonce_j, sizeof(h->nonce));
	h->relay_url.size = (pb_size_t)strlen(url);
	memcpy(h->relay_url.bytes, url, h->relay_url.size);
	memcpy(h->relay_key, place.relay_key, sizeof(h->relay_key));
	memcpy(h->relay_pin, place.pin, sizeof(h->relay_pin));
}

/* The stream of theirs that ${o} is about, if there is one. */
static const uint8_t *
subject(const tacit_state_Out *o)
{
	return sodium_is_zero(o->about, sizeof(o->about)) ||
	    o->kind == tacit_state_OutKind_OUT_GONE ? NULL : o->about;
}

/* What is missing now; `have` beside it says what of that is not. */
static int
fill_need(struct tacit_contact *ct, const tacit_state_Out *o,
    tacit_Content *c)
{
	const uint8_t *stream = subject(o) != NULL ? o->about :
	    ct->rec.their_stream;
	struct heard h;
	int rc;

	if ((rc = heard_get(ct, stream, &h)) != 0)
		return rc;
	c->which_is = tacit_Content_have_only_tag;
	if (h.had.n == 0)
		return 0;
	c->which_is = tacit_Content_need_tag;
	memcpy(c->is.need.stream, stream, sizeof(c->is.need.stream));
	c->is.need.from = h.had.missing[0].from;
	c->is.need.to = h.had.missing[h.had.n - 1].to;
	return 0;
}

static void
fill_about(const tacit_state_Out *o, tacit_Content *c)
{
	if (o->kind == tacit_state_OutKind_OUT_GONE) {
		c->which_is = tacit_Content_gone_tag;
		memcpy(c->is.gone.stream, o->about, sizeof(o->about));
		c->is.gone.from = o->from;
		c->is.gone.to = o->to;
		return;
	}
	c->which_is = tacit_Content_agree_tag;
	memcpy(c->is.agree.stream, o->about, sizeof(o->about));
	c->is.agree.from = o->from;
	c->is.agree.upto = o->to;
	c->is.agree.last = o->last;
	c->is.agree.more = o->more;
}

/* The part of the content that follows from the kind of row. */
static int
fill_body(struct tacit_contact *ct, const tacit_state_Out *o,
    const char *text, size_t len, tacit_Content *c)
{
	switch (o->kind) {
	case tacit_state_OutKind_OUT_TEXT:
		if (o->recall == RECALL_TOMBSTONE) {
			c->which_is = tacit_Content_taken_back_tag;
			memcpy(c->is.taken_back.after, o->chain,
			    sizeof(c->is.taken_back.after));
			return 0;
		}
		if (text == NULL || len > sizeof(c->is.text.data.bytes))
			return TACIT_E_INTERNAL;
		c->which_is = tacit_Content_text_tag;
		c->is.text.part = o->part;
		c->is.text.parts = o->parts;
		c->is.text.type = o->type;
		c->is.text.has_keep = o->keep.hours != 0;
		c->is.text.keep.hours = o->keep.hours;
		c->is.text.keep.salt.size = o->keep.salt.size;
		memcpy(c->is.text.keep.salt.bytes, o->keep.salt.bytes,
		    o->keep.salt.size);
		c->is.text.data.size = (pb_size_t)len;
		memcpy(c->is.text.data.bytes, text, len);
		return 0;
	case tacit_state_OutKind_OUT_HELLO:
		fill_hello(ct, c);
		return 0;
	case tacit_state_OutKind_OUT_HELLO_ACK:
		if (ct->pairing == NULL)
			return TACIT_E_INTERNAL;
		c->which_is = tacit_Content_hello_ack_tag;
		memcpy(c->is.hello_ack.nonce, ct->pairing->nonce_i,
		    sizeof(c->is.hello_ack.nonce));
		memcpy(c->is.hello_ack.token, ct->rec.my_next_token,
		    sizeof(c->is.hello_ack.token));
		return 0;
	case tacit_state_OutKind_OUT_CONFIRM:
		c->which_is = tacit_Content_confirm_tag;
		return 0;
	case tacit_state_OutKind_OUT_CLOSED:
		c->which_is = tacit_Content_closed_tag;
		return 0;
	/* A `need` that a relay lost is said again by the `have` after it. */
	case tacit_state_OutKind_OUT_HAVE:
	case tacit_state_OutKind_OUT_NEED:
		return fill_need(ct, o, c);
	case tacit_state_OutKind_OUT_OLD:
		return restart_fill(ct, c);
	case tacit_state_OutKind_OUT_AGREE:
	case tacit_state_OutKind_OUT_GONE:
		fill_about(o, c);
		return 0;
	case tacit_state_OutKind_OUT_ROTATE:
	case tacit_state_OutKind_OUT_ROTATE_ACK:
	case tacit_state_OutKind_OUT_ROTATE_WANTED:
		return rotate_fill(ct, o->kind, c);
	case tacit_state_OutKind_OUT_RESET:
	case tacit_state_OutKind_OUT_STALE:
	case tacit_state_OutKind_OUT_NONE:
		break;
	}
	return TACIT_E_INTERNAL;
}

static int
encode(struct tacit_contact *ct, const tacit_state_Out *o, const char *text,
    size_t len, uint8_t *padded, size_t padded_len)
{
	tacit_Content c = tacit_Content_init_zero;
	int rc;

	memcpy(c.stream, o->stream, sizeof(c.stream));
	c.seq = o->seq;
	memcpy(c.previous, o->previous, sizeof(c.previous));
	c.time_ms = o->time_ms;
	if ((rc = fill_body(ct, o, text, len, &c)) != 0)
		goto out;
	if ((rc = heard_have(ct, subject(o), c.have, &c.have_count)) != 0)
		goto out;

	/* What does not fit beside a long text waits for the next letter. */
	while ((rc = content_write(padded, padded_len, &c)) == TACIT_E_LIMIT &&
	    c.have_count > 0) {
		if (c.have_count > 1 || c.have[0].range_count == 0)
			c.have_count--;
		else
			c.have[0].range_count--;
	}
	/* Beside something else a hole is told, and still to be asked for. */
	if (rc == 0 && c.have_count > 0 && (c.have[0].range_count == 0 ||
	    c.which_is == tacit_Content_need_tag)) {
		ct->rec.have_owed = 0;
		ct->rec.have_due_ms = 0;
	}
out:
	sodium_memzero(&c, sizeof(c));
	return rc;
}

/* Seal ${len} bytes and give ${o} its envelope. */
static int
close_envelope(struct tacit_contact *ct, tacit_state_Out *o, uint8_t kind,
    uint32_t generation, const uint8_t *msg, size_t len)
{
	struct seal_header h = { .kind = kind, .generation = generation };
	struct seal_place place;
	struct seal_keys keys;
	uint8_t random[16];
	int rc;

	env_random(ct->t, place.envelope, sizeof(place.envelope));
	env_random(ct->t, random, sizeof(random));
	memcpy(place.address, ct->rec.their_address, sizeof(place.address));
	memcpy(h.stream, ct->rec.wire_stream, sizeof(h.stream));
	h.counter = ++ct->rec.counter;
	h.length = (uint16_t)len;

	o->key1 = ct->rec.send_key1;
	o->rotation = ct->rec.rotation;
	o->tried = 1;
	letter_keys(ct, 0, kind == SEAL_RESET || kind == SEAL_STALE ?
	    LETTER_RECOVERY : o->key1, &keys);
	rc = seal_close(o->sealed.bytes, TACIT_LETTER_LEN, &keys, &place, &h,
	    msg, random);
	memcpy(o->envelope, place.envelope, sizeof(o->envelope));
	o->sealed.size = TACIT_LETTER_LEN;
	sodium_memzero(&keys, sizeof(keys));
	return rc;
}

int
letter_seal(struct tacit_contact *ct, tacit_state_Out *o, const char *text,
    size_t len)
{
	uint8_t padded[TACIT_CONTENT_LEN], msg[CAPACITY];
	struct ratchet_session s;
	enum ratchet_kind kind;
	size_t msg_len;
	int rc;

	contact_session(ct, &s);
	if ((rc = encode(ct, o, text, len, padded, sizeof(padded))) != 0 ||
	    (rc = ratchet_encrypt(ct->t->ratchet, &s, padded, sizeof(padded),
	    msg, sizeof(msg), &msg_len, &kind)) != 0 ||
	    (rc = ratchet_turn(ct->t->ratchet, &s, o->turn)) != 0)
		goto out;
	rc = close_envelope(ct, o, kind == RATCHET_PREKEY ? SEAL_PREKEY :
	    SEAL_WHISPER, s.generation, msg, msg_len);
out:
	sodium_memzero(padded, sizeof(padded));
	return rc;
}

int
letter_seal_hello(struct tacit_contact *ct, tacit_state_Out *o,
    const uint8_t hello_key[TACIT_KEY_LEN])
{
	uint8_t padded[TACIT_HELLO_CONTENT_LEN], msg[CAPACITY];
	uint8_t boxed[CAPACITY];
	struct ratchet_session s;
	enum ratchet_kind kind;
	size_t len;
	int rc;

	contact_session(ct, &s);
	memcpy(o->stream, ct->rec.stream, sizeof(o->stream));
	if ((rc = encode(ct, o, NULL, 0, padded, sizeof(padded))) != 0 ||
	    (rc = ratchet_encrypt(ct->t->ratchet, &s, padded, sizeof(padded),
	    msg, sizeof(msg) - BOX_OVERHEAD, &len, &kind)) != 0 ||
	    (rc = ratchet_box(boxed, msg, len, hello_key)) != 0)
		goto out;
	rc = close_envelope(ct, o, SEAL_HELLO, s.generation, boxed,
	    len + BOX_OVERHEAD);
out:
	sodium_memzero(padded, sizeof(padded));
	return rc;
}

int
letter_seal_plain(struct tacit_contact *ct, tacit_state_Out *o,
    enum seal_kind kind, uint32_t generation, const pb_msgdesc_t *fields,
    const void *msg)
{
	uint8_t padded[TACIT_CONTENT_LEN];
	int rc;

	if ((rc = pad_write(padded, sizeof(padded), fields, msg)) != 0)
		return rc;
	return close_envelope(ct, o, (uint8_t)kind, generation, padded,
	    sizeof(padded));
}
