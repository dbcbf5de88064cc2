/* SPDX-License-Identifier: Apache-2.0 */
/* What the library computes for each kind of vector, and reads back. */
#include <string.h>

#include "anchor_value.h"
#include "content.h"
#include "keep.h"
#include "seal.h"
#include "vectors.h"

/* ---- hashes -------------------------------------------------------------- */

#define HASH_OF(name, len, fn, field)					\
static json_t *								\
name(json_t *in)							\
{									\
	uint8_t a[len], out[32];					\
									\
	bytes(a, sizeof(a), in, field);					\
	fn(out, a);							\
	return answer(out, sizeof(out));				\
}

HASH_OF(mailbox, 32, tacit_hash_address, "owner")
HASH_OF(token, 32, tacit_hash_token, "token")
HASH_OF(code, 16, tacit_hash_code, "code")
HASH_OF(anchor_hash, TACIT_ANCHOR_LEN, tacit_hash_anchor, "value")
HASH_OF(anchor_token_hash, 32, keys_anchor_token, "seed")
HASH_OF(invitation_address, 32, keys_address, "secret")
HASH_OF(bundle_key, 32, keys_bundle, "secret")
HASH_OF(relationship, 32, keys_relationship, "secret")
HASH_OF(pair0, 32, keys_pair0, "secret")
static json_t *
next_stream(json_t *in)
{
	uint8_t r[32], stream[TACIT_STREAM_LEN], out[TACIT_STREAM_LEN];

	bytes(r, sizeof(r), in, "relationship");
	bytes(stream, sizeof(stream), in, "stream");
	keys_next_stream(out, r, stream, number(in, "upto"));
	return answer(out, sizeof(out));
}

HASH_OF(recovery, 32, keys_recovery, "pair1")

static json_t *
anchor_value(json_t *in)
{
	uint8_t seed[32], nonce[TACIT_SEAL_NONCE_LEN], out[TACIT_ANCHOR_LEN];
	uint64_t epoch = number(in, "epoch");

	bytes(seed, sizeof(seed), in, "seed");
	bytes(nonce, sizeof(nonce), in, "nonce");
	anchor_value_close(out, seed, epoch, nonce);
	if (anchor_value_open(out, seed) != epoch)
		die("anchor", "cannot be read again");
	return answer(out, sizeof(out));
}

static json_t *
recall(json_t *in)
{
	struct tacit_recall r;
	uint8_t out[32];

	bytes(r.address, 32, in, "address");
	bytes(r.envelope, TACIT_ENVELOPE_ID_LEN, in, "envelope");
	r.outcome = (uint8_t)number(in, "outcome");
	bytes(r.body_hash, 32, in, "body_hash");
	r.number = number(in, "number");
	bytes(r.previous, 32, in, "previous");
	tacit_hash_recall(out, &r);
	return answer(out, sizeof(out));
}

/* The hash of a letter, all of whose bytes are ${fill}. */
static json_t *
body_hash(json_t *in)
{
	uint8_t body[TACIT_LETTER_LEN], out[32];

	memset(body, (int)number(in, "fill"), sizeof(body));
	tacit_hash_body(out, body, sizeof(body));
	return answer(out, sizeof(out));
}

static json_t *
statement(json_t *in)
{
	struct tacit_statement st;
	uint8_t args[256], out[32];

	bytes(st.relay_key, 32, in, "relay_key");
	bytes(st.nonce, 32, in, "nonce");
	bytes(st.address, 32, in, "address");
	st.id = (uint32_t)number(in, "id");
	st.opcode = (uint8_t)number(in, "opcode");
	st.args = args;
	st.args_len = bytes_upto(args, sizeof(args), in, "args");
	tacit_hash_statement(out, &st);
	return answer(out, sizeof(out));
}

static json_t *
welcome(json_t *in)
{
	uint8_t nonce[32], pin[32], out[32];

	bytes(nonce, sizeof(nonce), in, "nonce");
	bytes(pin, sizeof(pin), in, "next_pin");
	tacit_hash_welcome(out, nonce, pin);
	return answer(out, sizeof(out));
}

/* ---- keys ---------------------------------------------------------------- */

static json_t *
transcript(json_t *in)
{
	uint8_t blob[TACIT_BLOB_LEN], a[4][32], out[32];
	const struct transcript t = { blob, a[0], a[1], a[2], a[3],
	    string(in, "url_i"), string(in, "url_j") };

	bytes(blob, sizeof(blob), in, "blob");
	bytes(a[0], 32, in, "identity_i");
	bytes(a[1], 32, in, "identity_j");
	bytes(a[2], 32, in, "address_i");
	bytes(a[3], 32, in, "address_j");
	keys_transcript(out, &t);
	return answer(out, sizeof(out));
}

static json_t *
pair1(json_t *in)
{
	uint8_t s[32], r_i[32], r_j[32], t[32], out[32];

	bytes(s, sizeof(s), in, "secret");
	bytes(r_i, sizeof(r_i), in, "r_i");
	bytes(r_j, sizeof(r_j), in, "r_j");
	bytes(t, sizeof(t), in, "transcript");
	keys_pair1(out, s, r_i, r_j, t);
	return answer(out, sizeof(out));
}

static void
read_seal_keys(struct seal_keys *k, json_t *in)
{
	uint8_t pair[32];
	int ij = strcmp(string(in, "direction"), "ij") == 0;

	bytes(pair, sizeof(pair), in, "pair");
	keys_seal(k, pair, ij ? SEAL_I_TO_J : SEAL_J_TO_I);
}

static json_t *
rotation(json_t *in)
{
	static const char *const names[] = { "address_i", "address_j",
	    "next_i", "next_j" };
	uint8_t pair[32], r_i[32], r_j[32], at[4][32], out[32];
	const uint8_t *const where[] = { at[0], at[1], at[2], at[3] };
	size_t i;

	bytes(pair, 32, in, "pair");
	bytes(r_i, 32, in, "r_i");
	bytes(r_j, 32, in, "r_j");
	for (i = 0; i < 4; i++)
		bytes(at[i], 32, in, names[i]);
	keys_rotation(out, pair, number(in, "id"), r_i, r_j, where);
	return answer(out, sizeof(out));
}

static json_t *
seal_keys(json_t *in)
{
	struct seal_keys k;
	uint8_t out[64];

	read_seal_keys(&k, in);
	memcpy(out, k.seal, 32);
	memcpy(out + 32, k.hint, 32);
	return answer(out, sizeof(out));
}

static json_t *
hint(json_t *in)
{
	struct seal_keys k;
	uint8_t id[16], out[TACIT_HINT_LEN];

	read_seal_keys(&k, in);
	bytes(id, sizeof(id), in, "envelope");
	keys_hint(out, &k, id);
	return answer(out, sizeof(out));
}

static void
read_keep(tacit_state_Keep *k, json_t *in)
{
	k->hours = (uint32_t)number(in, "hours");
	k->salt.size = TACIT_SALT_LEN;
	bytes(k->salt.bytes, TACIT_SALT_LEN, in, "salt");
}

/* Of a text that both ends forget: first with its text, then without. */
static json_t *
fleeting_chain(json_t *in)
{
	tacit_state_Keep k = tacit_state_Keep_init_zero;
	uint8_t previous[32], out[32], again[32];
	uint64_t seq = number(in, "seq");
	const char *text = string(in, "text");
	struct said said;

	bytes(previous, sizeof(previous), in, "previous");
	read_keep(&k, in);
	keep_said(&said, 0, &k, text, strlen(text));
	keys_chain(out, previous, seq, said.type, said.text, said.len);
	k.gone.size = sizeof(said.digest);
	memcpy(k.gone.bytes, said.digest, sizeof(said.digest));
	k.salt.size = 0;
	keep_said(&said, 0, &k, NULL, 0);
	keys_chain(again, previous, seq, said.type, said.text, said.len);
	if (memcmp(out, again, sizeof(out)) != 0)
		die("fleeting_chain", "changes when the text is forgotten");
	return answer(out, sizeof(out));
}

static json_t *
chain(json_t *in)
{
	uint8_t previous[32], out[32], data[64];
	uint64_t seq = number(in, "seq");
	const char *text;

	bytes(previous, sizeof(previous), in, "previous");
	if (json_object_get(in, "type") != NULL) {
		keys_chain(out, previous, seq, (uint32_t)number(in, "type"),
		    data, bytes_upto(data, sizeof(data), in, "data"));
		return answer(out, sizeof(out));
	}
	text = string(in, "text");
	keys_chain(out, previous, seq, 0, text, strlen(text));
	return answer(out, sizeof(out));
}

/* ---- envelopes ----------------------------------------------------------- */

static json_t *
envelope(json_t *in)
{
	static uint8_t msg[TACIT_PARCEL_LEN], out[TACIT_PARCEL_LEN];
	static uint8_t back[TACIT_PARCEL_LEN];
	size_t size = number(in, "size"), times = number(in, "times"), len, n;
	struct seal_header h = { 0 }, h2;
	struct seal_keys k;
	struct seal_place p;
	uint8_t random[16];

	read_seal_keys(&k, in);
	bytes(p.address, 32, in, "address");
	bytes(p.envelope, 16, in, "envelope");
	bytes(random, sizeof(random), in, "random");
	bytes(h.stream, sizeof(h.stream), in, "stream");
	h.kind = (uint8_t)number(in, "kind");
	h.counter = number(in, "counter");
	h.generation = (uint32_t)number(in, "generation");
	n = bytes_upto(msg, sizeof(msg), in, "message");
	for (len = n; times > 1 && len + n <= sizeof(msg); times--, len += n)
		memcpy(msg + len, msg, n);
	h.length = (uint16_t)len;
	if (size > sizeof(out) || times != 1 ||
	    seal_close(out, size, &k, &p, &h, msg, random) != 0 ||
	    !seal_names(out, &k, &p) ||
	    seal_open(&h2, back, out, size, &k, &p) != 0 ||
	    h2.length != h.length || memcmp(back, msg, h.length) != 0)
		die("envelope", "cannot be sealed and opened again");
	return answer(out, size);
}

/* ---- links and blobs ----------------------------------------------------- */

static void
read_place(struct tacit_place *p, json_t *in)
{
	const char *host = string(in, "host");

	memset(p, 0, sizeof(*p));
	if (strlen(host) >= sizeof(p->host))
		die("host", "too long");
	memcpy(p->host, host, strlen(host));
	p->port = (uint16_t)number(in, "port");
	p->flags = (uint8_t)(number(in, "flags") & ~1u);
	bytes(p->pin, sizeof(p->pin), in, "pin");
	bytes(p->relay_key, sizeof(p->relay_key), in, "relay_key");
}

static void
read_link(struct tacit_link *l, json_t *in)
{
	memset(l, 0, sizeof(*l));
	read_place(&l->place, in);
	l->flags = (uint8_t)(number(in, "flags") & 1);
	bytes(l->secret, sizeof(l->secret), in, "secret");
}

static json_t *
link_text(json_t *in)
{
	char text[TACIT_LINK_TEXT_MAX];
	struct tacit_link l, back;

	read_link(&l, in);
	if (tacit_link_write(text, sizeof(text), &l) != 0 ||
	    tacit_link_parse(&back, text, strlen(text)) != 0 ||
	    memcmp(&l, &back, sizeof(l)) != 0)
		die("link", "cannot be written and read again");
	return json_string(text);
}

static json_t *
admission_text(json_t *in)
{
	char text[TACIT_LINK_TEXT_MAX];
	struct tacit_admission a, back;

	memset(&a, 0, sizeof(a));
	read_place(&a.place, in);
	bytes(a.code, sizeof(a.code), in, "code");
	if (tacit_admission_write(text, sizeof(text), &a) != 0 ||
	    tacit_admission_parse(&back, text, strlen(text)) != 0 ||
	    memcmp(&a, &back, sizeof(a)) != 0)
		die("admission", "cannot be written and read again");
	return json_string(text);
}

/* A field of variable length, for nanopb. */
#define TEXT_FIELD(field, in, name) do {				\
	const char *s_ = string(in, name);				\
									\
	if (strlen(s_) > sizeof((field).bytes))				\
		die(name, "too long");					\
	(field).size = (pb_size_t)strlen(s_);				\
	memcpy((field).bytes, s_, strlen(s_));				\
} while (0)

static json_t *
blob(json_t *in)
{
	uint8_t nonce[24], out[TACIT_BLOB_LEN];
	json_t *b = need(in, "bundle");
	tacit_Bundle m = tacit_Bundle_init_zero, back;
	struct tacit_link l;

	read_link(&l, need(in, "link"));
	bytes(nonce, sizeof(nonce), in, "nonce");
	bytes(m.address, 32, b, "address");
	bytes(m.token, 32, b, "token");
	bytes(m.identity, 32, b, "identity");
	m.signed_prekey_id = (uint32_t)number(b, "signed_prekey_id");
	bytes(m.signed_prekey, 32, b, "signed_prekey");
	bytes(m.signed_prekey_signature, 64, b, "signed_prekey_signature");
	m.one_time_prekey_id = (uint32_t)number(b, "one_time_prekey_id");
	bytes(m.one_time_prekey, 32, b, "one_time_prekey");
	bytes(m.hello_key, 32, b, "hello_key");
	TEXT_FIELD(m.name, b, "name");
	TEXT_FIELD(m.relay_url, b, "relay_url");
	bytes(m.relay_key, 32, b, "relay_key");
	bytes(m.relay_pin, 32, b, "relay_pin");
	bytes(m.guest_pass, 16, b, "guest_pass");
	m.expires = number(b, "expires");
	m.registration_id = (uint32_t)number(b, "registration_id");
	if (blob_close(out, &l, &m, nonce) != 0 ||
	    blob_open(&back, &l, out) != 0)
		die("blob", "cannot be sealed and opened again");
	return answer(out, sizeof(out));
}

/* ---- content ------------------------------------------------------------- */

static void
read_have(tacit_Have *h, json_t *in)
{
	json_t *ranges = need(in, "range"), *r;
	size_t i;

	bytes(h->stream, sizeof(h->stream), in, "stream");
	h->contiguous = number(in, "contiguous");
	if (json_array_size(ranges) > TACIT_HAVE_RANGES_MAX)
		die("range", "too many");
	json_array_foreach(ranges, i, r) {
		h->range[i].from = number(r, "from");
		h->range[i].to = number(r, "to");
	}
	h->range_count = (pb_size_t)json_array_size(ranges);
	if (json_object_get(in, "chain") != NULL) {
		bytes(h->chain.bytes, sizeof(h->chain.bytes), in, "chain");
		h->chain.size = sizeof(h->chain.bytes);
	}
}

/* Of a rotation. */
static int
read_rotate(tacit_Content *c, const char *is, json_t *body)
{
	tacit_Rotate *m = &c->is.rotate;

	c->which_is = tacit_Content_rotate_wanted_tag;
	if (strcmp(is, "rotate_wanted") == 0)
		return 1;
	c->which_is = tacit_Content_rotate_tag;
	if (strcmp(is, "rotate_ack") == 0) {
		c->which_is = tacit_Content_rotate_ack_tag;
		m = &c->is.rotate_ack;
	} else if (strcmp(is, "rotate") != 0)
		return 0;
	m->id = number(body, "id");
	bytes(m->address, 32, body, "address");
	bytes(m->token, 32, body, "token");
	bytes(m->nonce, 32, body, "nonce");
	return 1;
}

/* What the ends tell each other when one of them was put back. */
static int
read_healing(tacit_Content *c, const char *is, json_t *body)
{
	if (strcmp(is, "taken_back") == 0) {
		c->which_is = tacit_Content_taken_back_tag;
		bytes(c->is.taken_back.after, TACIT_HASH_LEN, body, "after");
		return 1;
	}
	if (strcmp(is, "gone") == 0) {
		c->which_is = tacit_Content_gone_tag;
		bytes(c->is.gone.stream, TACIT_STREAM_LEN, body, "stream");
		c->is.gone.from = number(body, "from");
		c->is.gone.to = number(body, "to");
	} else if (strcmp(is, "old") == 0) {
		c->which_is = tacit_Content_old_tag;
		bytes(c->is.old.stream, TACIT_STREAM_LEN, body, "stream");
		c->is.old.from = number(body, "from");
		c->is.old.hash.size = (pb_size_t)bytes_upto(
		    c->is.old.hash.bytes, sizeof(c->is.old.hash.bytes), body,
		    "hash");
	} else if (strcmp(is, "agree") == 0) {
		c->which_is = tacit_Content_agree_tag;
		bytes(c->is.agree.stream, TACIT_STREAM_LEN, body, "stream");
		c->is.agree.from = number(body, "from");
		c->is.agree.upto = number(body, "upto");
		c->is.agree.last = number(body, "last");
		c->is.agree.more = number(body, "more") != 0;
	} else
		return 0;
	return 1;
}

static void
read_hello(tacit_Hello *h, json_t *in)
{
	TEXT_FIELD(h->name, in, "name");
	bytes(h->address, 32, in, "address");
	bytes(h->token, 32, in, "token");
	bytes(h->nonce, 32, in, "nonce");
	TEXT_FIELD(h->relay_url, in, "relay_url");
	bytes(h->relay_key, 32, in, "relay_key");
	bytes(h->relay_pin, 32, in, "relay_pin");
}

/* Data stands there in hexadecimal. */
static void
read_text(tacit_Text *t, json_t *body)
{
	t->part = (uint32_t)number(body, "part");
	t->parts = (uint32_t)number(body, "parts");
	if (json_object_get(body, "hours") != NULL) {
		t->has_keep = 1;
		t->keep.hours = (uint32_t)number(body, "hours");
		t->keep.salt.size = TACIT_SALT_LEN;
		bytes(t->keep.salt.bytes, TACIT_SALT_LEN, body, "salt");
	}
	if (json_object_get(body, "type") == NULL) {
		TEXT_FIELD(t->data, body, "data");
		return;
	}
	t->type = (uint32_t)number(body, "type");
	t->data.size = (pb_size_t)bytes_upto(t->data.bytes,
	    sizeof(t->data.bytes), body, "data");
}

static void
read_body(tacit_Content *c, json_t *in)
{
	const char *is = string(in, "is");
	json_t *body = need(in, "body");

	if (strcmp(is, "text") == 0) {
		c->which_is = tacit_Content_text_tag;
		read_text(&c->is.text, body);
	} else if (strcmp(is, "hello") == 0) {
		c->which_is = tacit_Content_hello_tag;
		read_hello(&c->is.hello, body);
	} else if (strcmp(is, "hello_ack") == 0) {
		c->which_is = tacit_Content_hello_ack_tag;
		bytes(c->is.hello_ack.nonce, 32, body, "nonce");
		bytes(c->is.hello_ack.token, 32, body, "token");
	} else if (strcmp(is, "confirm") == 0) {
		c->which_is = tacit_Content_confirm_tag;
	} else if (strcmp(is, "have_only") == 0) {
		c->which_is = tacit_Content_have_only_tag;
	} else if (strcmp(is, "need") == 0) {
		c->which_is = tacit_Content_need_tag;
		c->is.need.from = number(body, "from");
		c->is.need.to = number(body, "to");
		bytes(c->is.need.stream, TACIT_STREAM_LEN, body, "stream");
	} else if (strcmp(is, "closed") == 0) {
		c->which_is = tacit_Content_closed_tag;
	} else if (!read_healing(c, is, body) && !read_rotate(c, is, body)) {
		die(is, "no such content");
	}
}

static json_t *
content(json_t *in)
{
	static uint8_t out[TACIT_PARCEL_CONTENT_LEN];
	tacit_Content c = tacit_Content_init_zero, back;
	json_t *have = need(in, "have"), *h;
	size_t i, size = number(in, "size");

	bytes(c.stream, sizeof(c.stream), in, "stream");
	c.seq = number(in, "seq");
	bytes(c.previous, sizeof(c.previous), in, "previous");
	c.time_ms = number(in, "time_ms");
	if (json_array_size(have) > 2)
		die("have", "too many");
	json_array_foreach(have, i, h)
		read_have(&c.have[i], h);
	c.have_count = (pb_size_t)json_array_size(have);
	read_body(&c, in);
	if (size > sizeof(out) || content_write(out, size, &c) != 0 ||
	    content_read(&back, out, size) != 0)
		die("content", "cannot be written and read again");
	return answer(out, size);
}

const struct vector_rule vector_rules[] = {
	{ "mailbox", mailbox },
	{ "token", token },
	{ "code", code },
	{ "anchor_hash", anchor_hash },
	{ "anchor_token_hash", anchor_token_hash },
	{ "anchor_value", anchor_value },
	{ "recall", recall },
	{ "body_hash", body_hash },
	{ "statement", statement },
	{ "welcome", welcome },
	{ "invitation_address", invitation_address },
	{ "bundle_key", bundle_key },
	{ "relationship", relationship },
	{ "pair0", pair0 },
	{ "transcript", transcript },
	{ "pair1", pair1 },
	{ "recovery", recovery },
	{ "rotation", rotation },
	{ "next_stream", next_stream },
	{ "seal_keys", seal_keys },
	{ "hint", hint },
	{ "chain", chain },
	{ "fleeting_chain", fleeting_chain },
	{ "envelope", envelope },
	{ "link", link_text },
	{ "admission", admission_text },
	{ "blob", blob },
	{ "content", content },
	{ "frame", frame },
	{ "signature", signature },
	{ "frame_refused", frame_refused },
	{ "link_refused", link_refused },
	{ "link_read", link_read },
	{ "admission_refused", admission_refused },
	{ "content_refused", content_refused },
	{ "envelope_refused", envelope_refused },
	{ NULL, NULL }
};
