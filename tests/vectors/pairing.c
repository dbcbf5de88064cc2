/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole pairing and two letters each way, with fixed randomness: real cores
 * of the library and of the relay, and everything that went between them.
 * usage: pairing --write FILE | pairing FILE (exit 1 if it would be another)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "anchor.h"
#include "contact.h"
#include "content.h"
#include "keys.h"
#include "record.h"
#include "story.h"
#include "tacit/frame.h"

enum { TEXTS = 2, TURNS = 400 };

static const char *const texts[2][TEXTS] = {
	{ "How are you since Monday?", "Next Tuesday at ten, then." },
	{ "I would like to come earlier.", "Better. Thank you." },
};
static const char ends[2] = "IJ";

struct recording {
	struct story st;
	json_t *wire, *shown;
	uint8_t secret[TACIT_SECRET_LEN], nonce[2][32];
	uint8_t blob[TACIT_BLOB_LEN];
};

/* Name and value of the kinds of frames, from frame.proto's numbers. */
static const struct kind {
	pb_size_t which;
	const char *name, *means;
} kinds[] = {
	{ tacit_Frame_create_tag, "create", "make a mailbox, paid by a code" },
	{ tacit_Frame_subscribe_tag, "subscribe", "read these mailboxes" },
	{ tacit_Frame_post_tag, "post", "a letter for the other end" },
	{ tacit_Frame_ack_tag, "ack", "kept here: remove it" },
	{ tacit_Frame_set_token_tag, "set_token", "who may post from now on" },
	{ tacit_Frame_split_tag, "split", "a pass out of a code" },
	{ tacit_Frame_put_invitation_tag, "put_invitation",
	    "the sealed bundle, for one reader" },
	{ tacit_Frame_get_invitation_tag, "get_invitation",
	    "read the bundle, which binds it to this reader" },
	{ tacit_Frame_anchor_tag, "anchor", "keep the vault's epoch" },
	{ tacit_Frame_revoke_invitation_tag, "revoke_invitation",
	    "drop the bundle" },
	{ tacit_Frame_close_tag, "close", "remove a mailbox" },
	{ tacit_Frame_ping_tag, "ping", "nothing" },
	{ tacit_Frame_welcome_tag, "welcome", "who the relay is, and a nonce" },
	{ tacit_Frame_ok_tag, "ok", "done, and on disk" },
	{ tacit_Frame_error_tag, "error", "refused" },
	{ tacit_Frame_subscribed_tag, "subscribed", "one byte per mailbox" },
	{ tacit_Frame_invitation_tag, "invitation", "the sealed bundle" },
	{ tacit_Frame_deliver_tag, "deliver", "a letter for this end" },
	{ tacit_Frame_drained_tag, "drained", "all that waited was written" },
	{ tacit_Frame_ended_tag, "ended", "another reads this mailbox now" },
	{ tacit_Frame_anchored_tag, "anchored", "another value is kept" },
};

static const struct kind *
kind_of(pb_size_t which)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].which == which)
			return &kinds[i];
	abort();
}

/* ---- what goes over the wire --------------------------------------------------- */

/* Random values that stand in the open. */
static void
name_open(struct recording *r, const struct tacit_frame *f)
{
	if (f->head.which_is == tacit_Frame_welcome_tag)
		record_name(f->head.is.welcome.nonce, 32,
		    "nonce of a connection");
	if (f->head.which_is == tacit_Frame_put_invitation_tag) {
		memcpy(r->blob, f->body, sizeof(r->blob));
		record_name(f->body, TACIT_SEAL_NONCE_LEN,
		    "nonce of the blob");
		record_name_seed(f->head.is.put_invitation.key,
		    "throwaway key of the invitation (Ed25519 seed)");
	}
	if (f->head.which_is == tacit_Frame_get_invitation_tag)
		record_name_seed(f->head.is.get_invitation.reader,
		    "reader key (Ed25519 seed)");
	if (f->head.which_is == tacit_Frame_anchor_tag)
		record_name(f->head.is.anchor.next, TACIT_SEAL_NONCE_LEN,
		    "nonce of an anchor's value");
}

static int
take_down(struct recording *r, int i, uint32_t conn, const char *from,
    const uint8_t *msg, size_t len)
{
	const char to[2] = { ends[i], '\0' };
	json_t *frames = json_array();
	struct tacit_frame f;
	size_t used;

	for (; len > 0; msg += used, len -= used) {
		const struct kind *k;

		if (tacit_frame_parse(&f, &used, msg, len) != 0)
			abort();
		name_open(r, &f);
		k = kind_of(f.head.which_is);
		json_array_append_new(frames, json_pack("{ssssso}", "is",
		    k->name, "means", k->means, "frame",
		    record_hex(msg, used)));
	}
	json_array_append_new(r->wire, json_pack("{sssIssso}", "end", to,
	    "connection", (json_int_t)conn, "from", from, "frames", frames));
	return 1;
}

static int
up(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	return take_down(arg, i, conn, "client", msg, len);
}

static int
down(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	return take_down(arg, i, conn, "relay", msg, len);
}

/* ---- the story ------------------------------------------------------------------ */

static void
draw_of_i(void *arg, void *out, size_t len)
{
	(void)arg;
	record_draw(0, out, len);
}

static void
draw_of_j(void *arg, void *out, size_t len)
{
	(void)arg;
	record_draw(1, out, len);
}

/* Until nothing is on its way any more. */
static void
settle(struct recording *r)
{
	int i, n, still = 0;

	for (n = 0; n < TURNS && still < 12; n++, still++)
		for (i = 0; i < 2; i++) {
			record_turn(i);
			if (stage_turn(r->st.s, i))
				still = 0;
			record_turn(2);
			stage_relay_turn(r->st.s);
		}
	if (n == TURNS)
		abort();
}

/* What an end draws when it makes its side of a relationship. */
static void
name_side(struct tacit_contact *ct, int i)
{
	record_name(ct->rec.my_owner, 32, i == 0 ?
	    "owner key of M_I (Ed25519 seed)" :
	    "owner key of M_J (Ed25519 seed)");
	record_name(ct->rec.my_token, 32, i == 0 ?
	    "first post token of M_I" : "post token of M_J");
	if (i == 0)
		record_name(ct->rec.my_next_token, 32,
		    "post token of M_I after pairing");
	record_name(ct->rec.stream, TACIT_STREAM_LEN, "stream");
}

static void
name_pairing(struct recording *r, const tacit_state_Pairing *p)
{
	uint8_t point[32];

	memcpy(r->secret, p->secret, sizeof(r->secret));
	memcpy(r->nonce[0], p->nonce_i, 32);
	record_name(p->secret, 32, "invitation secret S");
	record_name(p->guest_pass, TACIT_CODE_LEN, "guest pass");
	(void)crypto_scalarmult_base(point, p->hello_secret);
	record_name_point(point, "Hello key (X25519)");
	record_name(p->nonce_i, 32, "r_I");
}

static void
name_anchors(struct stage *s)
{
	const struct anchor *a;
	int i;

	for (i = 0; i < 2; i++)
		for (a = stage_end(s, i)->anchors; a != NULL; a = a->next)
			record_name(a->rec.owner, 32,
			    "owner key of the anchor's mailbox "
			    "(Ed25519 seed)");
}

static void
name_bundle(struct recording *r)
{
	struct tacit_link l;
	tacit_Bundle b;

	if (tacit_link_parse(&l, r->st.link, strlen(r->st.link)) != 0 ||
	    blob_open(&b, &l, r->blob) != 0)
		abort();
	record_name_point(b.identity, "identity key of I (X25519)");
	record_name_point(b.signed_prekey, "signed prekey of I (X25519)");
	record_name_point(b.one_time_prekey,
	    "one-time prekey of I (X25519)");
}

static void
look(struct recording *r)
{
	struct tacit_event e;
	const char by[2][2] = { "I", "J" };
	int i;

	for (i = 0; i < 2; i++)
		while (story_next(&r->st, i, &e))
			if (e.type == TACIT_EV_MESSAGE)
				json_array_append_new(r->shown, json_pack(
				    "{sssssI}", "at", by[i], "text", e.text,
				    "seq", (json_int_t)e.seq));
}

static void
play(struct recording *r)
{
	struct story *st = &r->st;
	int i, n;

	record_turn(0);
	stage_end(st->s, 0)->env.random = draw_of_i;
	record_turn(1);
	stage_end(st->s, 1)->env.random = draw_of_j;
	record_turn(0);
	story_invite(st, 0, 0);
	name_side(story_contact(st, 0), 0);
	name_pairing(r, story_contact(st, 0)->pairing);
	if (tacit_accept_unverified(story_contact(st, 0)) != 0)
		abort();
	settle(r);
	record_turn(1);
	story_accept(st);
	name_side(story_contact(st, 1), 1);
	memcpy(r->nonce[1], story_contact(st, 1)->pairing->nonce_j, 32);
	record_name(r->nonce[1], 32, "r_J");
	settle(r);
	for (n = 0; n < TEXTS; n++)
		for (i = 1; i >= 0; i--) {
			record_turn(i);
			story_write_raw(st, i, texts[i][n],
			    strlen(texts[i][n]));
			settle(r);
			look(r);
		}
}

/* ---- what became of it ----------------------------------------------------------- */

/* What both ends must agree on, from end 0's vault. */
static void
agree(struct recording *r, char digits[TACIT_SAFETY_SIZE])
{
	const tacit_state_Contact *i = &story_contact(&r->st, 0)->rec;
	const tacit_state_Contact *j = &story_contact(&r->st, 1)->rec;
	char again[TACIT_SAFETY_SIZE];

	if (tacit_safety_number(story_contact(&r->st, 0), digits) != 0 ||
	    tacit_safety_number(story_contact(&r->st, 1), again) != 0 ||
	    strcmp(digits, again) != 0 ||
	    memcmp(i->key1, j->key1, sizeof(i->key1)) != 0 ||
	    !i->send_key1 || !j->send_key1)
		abort();
}

static void
transcript(struct recording *r, uint8_t out[32], uint8_t identity[2][32])
{
	const tacit_state_Contact *c = &story_contact(&r->st, 0)->rec;
	struct ratchet *ratchet = stage_end(r->st.s, 0)->ratchet;
	char url[TACIT_LINK_TEXT_MAX];
	const struct transcript t = { r->blob, identity[0], identity[1],
	    c->my_address, c->their_address, url, url };
	struct tacit_link l;

	if (ratchet_my_identity(ratchet, c->relationship, identity[0]) != 0 ||
	    ratchet_their_identity(ratchet, c->relationship,
	    identity[1]) != 0 || tacit_link_parse(&l, r->st.link,
	    strlen(r->st.link)) != 0 || tacit_url_write(url, sizeof(url),
	    &l.place) != 0)
		abort();
	record_name_point(identity[1], "identity key of J (X25519)");
	keys_transcript(out, &t);
}

static json_t *
derived(struct recording *r)
{
	const tacit_state_Contact *c = &story_contact(&r->st, 0)->rec;
	uint8_t a[32], bundle[32], k0[32], t[32], identity[2][32];
	char digits[TACIT_SAFETY_SIZE];

	keys_address(a, r->secret);
	keys_bundle(bundle, r->secret);
	keys_pair0(k0, r->secret);
	agree(r, digits);
	transcript(r, t, identity);
	return json_pack("{sososososososososososososs}",
	    "invitation_address", record_hex(a, 32),
	    "bundle_key", record_hex(bundle, 32),
	    "relationship", record_hex(c->relationship, 32),
	    "pair0", record_hex(k0, 32),
	    "address_i", record_hex(c->my_address, 32),
	    "address_j", record_hex(c->their_address, 32),
	    "r_i", record_hex(r->nonce[0], 32),
	    "r_j", record_hex(r->nonce[1], 32),
	    "identity_i", record_hex(identity[0], 32),
	    "identity_j", record_hex(identity[1], 32),
	    "transcript", record_hex(t, 32),
	    "pair1", record_hex(c->key1, 32),
	    "safety_number", digits);
}

static json_t *
whole(struct recording *r)
{
	json_t *is = derived(r);

	name_anchors(r->st.s);
	name_bundle(r);
	return json_pack("{sssosssosososo}", "what", "pairing", "random",
	    record_draws(), "link", r->st.link, "wire", r->wire, "letters",
	    record_letters(), "shown", r->shown, "derived", is);
}

static json_t *
make(void)
{
	struct recording r = { .wire = json_array(), .shown = json_array() };
	struct stage_tap tap = { down, up, &r };
	json_t *out;

	record_begin();
	r.st.s = stage_new(story_scratch(), 1);
	record_name_seed(stage_relay_key(stage_relay(r.st.s)),
	    "signing key of the relay (Ed25519 seed)");
	stage_tap(r.st.s, &tap);
	play(&r);
	out = whole(&r);
	stage_free(r.st.s);
	if (out == NULL)
		abort();
	return out;
}

int
main(int argc, char **argv)
{
	int write = argc == 3 && strcmp(argv[1], "--write") == 0, rc = 1;
	json_t *now, *kept;

	if (argc != 2 + write) {
		fprintf(stderr, "usage: pairing [--write] FILE\n");
		return 64;
	}
	now = make();
	if (write)
		return json_dump_file(now, argv[2], JSON_INDENT(1)) != 0;
	if ((kept = json_load_file(argv[1], 0, NULL)) != NULL &&
	    json_equal(now, kept))
		rc = 0;
	else
		fprintf(stderr, "%s: another pairing is made now; write it "
		    "anew with --write\n", argv[1]);
	json_decref(kept);
	json_decref(now);
	return rc;
}
