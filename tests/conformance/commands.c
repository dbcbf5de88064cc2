/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Well-formed requests about mailboxes that ask for too much, come at the
 * wrong moment, or come again (PROTOCOL.md, sections 5 to 7): each with its one
 * answer, and with the effect that it must have, or must not.
 */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "scene.h"
#include "tacit/hash.h"

static int
post_as(struct scene *s, tacit_Kind kind, int resume)
{
	static uint8_t parcel[TACIT_PARCEL_LEN];

	return raw_wait(s->r, raw_send_post(s->r, &s->m, s->id, kind, resume,
	    kind == tacit_Kind_KIND_LETTER ? s->body : parcel), RAW_WAIT_MS,
	    NULL);
}

/* ---- CREATE, SET_TOKEN, ANCHOR, CLOSE --------------------------------------- */

static void
create_again(struct scene *s)
{
	scene_say(s, raw_create(s->r, &s->m, s->code));
}

static void
create_with_other_token(struct scene *s)
{
	randombytes_buf(s->m.token, sizeof(s->m.token));
	scene_say(s, raw_create(s->r, &s->m, s->code));
}

static void
create_with_unknown_code(struct scene *s)
{
	uint8_t code[TACIT_CODE_LEN];

	randombytes_buf(code, sizeof(code));
	scene_say(s, raw_create(s->r, &s->none, code));
}

static void
create_with_spent_code(struct scene *s)
{
	uint8_t pass[TACIT_CODE_LEN];

	randombytes_buf(pass, sizeof(pass));
	scene_say(s, raw_split(s->r, s->code, pass, 1));
	scene_say(s, raw_create(s->r, &s->none, pass));
	raw_mailbox_make(&s->none);
	scene_say(s, raw_create(s->r, &s->none, pass));
}

static void
create_signed_by_another(struct scene *s)
{
	raw_key_make(&s->none.owner);
	memcpy(s->none.owner.pk, s->m.owner.pk, TACIT_KEY_LEN);
	scene_say(s, raw_create(s->r, &s->none, s->code));
}

static void
create_with_key_of_zeros(struct scene *s)
{
	memset(s->none.owner.pk, 0, TACIT_KEY_LEN);
	tacit_hash_address(s->none.address, s->none.owner.pk);
	scene_say(s, raw_create(s->r, &s->none, s->code));
}

static void
set_token_of_nothing(struct scene *s)
{
	scene_say(s, raw_set_token(s->r, &s->none, s->none.token, 0));
}

static void
set_token_by_another(struct scene *s)
{
	struct raw_mailbox thief = s->none;

	memcpy(thief.owner.pk, s->m.owner.pk, TACIT_KEY_LEN);
	memcpy(thief.address, s->m.address, TACIT_ADDRESS_LEN);
	scene_say(s, raw_set_token(s->r, &thief, thief.token, 0));
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
}

/* The token before is valid with keep, and refused without. */
static void
old_token(struct scene *s, int keep)
{
	uint8_t token[TACIT_TOKEN_LEN];

	randombytes_buf(token, sizeof(token));
	scene_say(s, raw_set_token(s->r, &s->m, token, keep));
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
}

static void
old_token_kept(struct scene *s)
{
	old_token(s, 1);
}

static void
old_token_gone(struct scene *s)
{
	old_token(s, 0);
}

/* ANCHOR of values named by a byte, 0: none; what is there, if not OK. */
static void
anchor(struct scene *s, const struct raw_mailbox *m, uint8_t old,
    uint8_t next)
{
	uint8_t a[TACIT_ANCHOR_LEN], b[TACIT_ANCHOR_LEN];
	uint8_t is[TACIT_ANCHOR_LEN];
	char word[16];
	int rc;

	memset(a, old, sizeof(a));
	memset(b, next, sizeof(b));
	rc = raw_anchor(s->r, m, old != 0 ? a : NULL, b, is);
	if (rc <= 0) {
		scene_say(s, rc);
		return;
	}
	memset(a, is[0], sizeof(a));
	(void)snprintf(word, sizeof(word), memcmp(a, is, sizeof(a)) == 0 ?
	    "is %u" : "strange", is[0]);
	told_add(s->got, word);
}

static void
anchor_moves(struct scene *s)
{
	anchor(s, &s->m, 0, 1);
	anchor(s, &s->m, 1, 2);
}

static void
anchor_again(struct scene *s)
{
	anchor(s, &s->m, 0, 1);
	anchor(s, &s->m, 0, 1);
	anchor(s, &s->m, 7, 1);
}

static void
anchor_expecting_another(struct scene *s)
{
	anchor(s, &s->m, 7, 1);
	anchor(s, &s->m, 0, 1);
	anchor(s, &s->m, 0, 2);
	anchor(s, &s->m, 7, 2);
	anchor(s, &s->m, 9, 9);
}

static void
anchor_of_nothing(struct scene *s)
{
	anchor(s, &s->none, 0, 1);
}

static void
anchor_by_another(struct scene *s)
{
	struct raw_mailbox thief = s->none;

	memcpy(thief.owner.pk, s->m.owner.pk, TACIT_KEY_LEN);
	memcpy(thief.address, s->m.address, TACIT_ADDRESS_LEN);
	anchor(s, &thief, 0, 1);
	anchor(s, &s->m, 9, 2);
}

static void
anchor_and_a_queue(struct scene *s)
{
	anchor(s, &s->m, 0, 1);
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	anchor(s, &s->m, 1, 2);
	scene_contents(s);
}

static void
anchor_goes_with_its_mailbox(struct scene *s)
{
	anchor(s, &s->m, 0, 1);
	scene_say(s, raw_close(s->r, &s->m));
	anchor(s, &s->m, 1, 2);
	scene_say(s, raw_create(s->r, &s->m, s->code));
	anchor(s, &s->m, 1, 2);
}

static void
close_of_nothing(struct scene *s)
{
	scene_say(s, raw_close(s->r, &s->none));
}

static void
close_by_another(struct scene *s)
{
	struct raw_mailbox thief = s->none;

	memcpy(thief.owner.pk, s->m.owner.pk, TACIT_KEY_LEN);
	memcpy(thief.address, s->m.address, TACIT_ADDRESS_LEN);
	scene_say(s, raw_close(s->r, &thief));
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
}

static void
close_twice(struct scene *s)
{
	scene_say(s, raw_close(s->r, &s->m));
	scene_say(s, raw_close(s->r, &s->m));
}

static void
everything_after_close(struct scene *s)
{
	scene_say(s, raw_close(s->r, &s->m));
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	scene_subscribe(s, s->r, &s->m);
	scene_say(s, raw_set_token(s->r, &s->m, s->m.token, 0));
	scene_say(s, raw_ack(s->r, s->m.address, s->id));
}

/* The unit goes back to a pass, once, and to no other code. */
static void
close_gives_the_unit_back(struct scene *s)
{
	uint8_t pass[TACIT_CODE_LEN], unknown[TACIT_CODE_LEN];

	randombytes_buf(pass, sizeof(pass));
	randombytes_buf(unknown, sizeof(unknown));
	scene_say(s, raw_split(s->r, s->code, pass, 1));
	scene_say(s, raw_create(s->r, &s->none, pass));
	scene_say(s, raw_close_for(s->r, &s->none, pass));
	scene_say(s, raw_close_for(s->r, &s->none, pass));
	scene_say(s, raw_create(s->r, &s->none, pass));
	scene_say(s, raw_close_for(s->r, &s->none, unknown));
	scene_say(s, raw_create(s->r, &s->none, pass));
	scene_say(s, raw_create(s->r, &s->none, unknown));
}

/* A CLOSE whose signature was made for ${id} and ${tag}, elsewhere or here. */
static void
close_signed(struct scene *s, const struct raw *where, uint32_t id, int tag,
    const uint8_t *pass)
{
	tacit_Frame f = { .which_is = tacit_Frame_close_tag };

	memcpy(f.is.close.owner, s->m.owner.pk, TACIT_KEY_LEN);
	raw_sign(where, f.is.close.signature, &s->m.owner, id, tag,
	    s->m.address, f.is.close.pass_hash, TACIT_HASH_LEN);
	if (pass != NULL)		/* then said, but not signed */
		tacit_hash_code(f.is.close.pass_hash, pass);
	scene_say(s, raw_wait(s->r, raw_send(s->r, &f, NULL), RAW_WAIT_MS, NULL));
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
}

static void
signature_of_another_request(struct scene *s)
{
	close_signed(s, s->r, raw_next_id(s->r) + 1, tacit_Frame_close_tag,
	    NULL);
}

static void
signature_of_another_kind(struct scene *s)
{
	close_signed(s, s->r, raw_next_id(s->r), tacit_Frame_subscribe_tag,
	    NULL);
}

static void
signature_of_another_connection(struct scene *s)
{
	close_signed(s, s->other, raw_next_id(s->r), tacit_Frame_close_tag,
	    NULL);
}

/* Who gets the unit is signed as well. */
static void
close_for_another(struct scene *s)
{
	close_signed(s, s->r, raw_next_id(s->r), tacit_Frame_close_tag,
	    s->code);
}

/* ---- SUBSCRIBE, ACK ------------------------------------------------------- */

static void
subscribe_to_nothing(struct scene *s)
{
	scene_subscribe(s, s->r, &s->none);
}

static void
subscribe_with_another_key(struct scene *s)
{
	struct raw_mailbox thief = s->none;

	memcpy(thief.owner.pk, s->m.owner.pk, TACIT_KEY_LEN);
	memcpy(thief.address, s->m.address, TACIT_ADDRESS_LEN);
	scene_subscribe(s, s->r, &thief);
}

static void
subscribe_twice(struct scene *s)
{
	scene_subscribe(s, s->r, &s->m);
	scene_subscribe(s, s->r, &s->m);
}

static void
subscribe_elsewhere_ends_the_first(struct scene *s)
{
	struct raw_frame *f;
	int rc;

	scene_subscribe(s, s->r, &s->m);
	scene_subscribe(s, s->other, &s->m);
	do {
		if ((f = raw_next(s->r, RAW_WAIT_MS, &rc)) == NULL)
			return;
		if ((rc = f->head.which_is) == tacit_Frame_ended_tag)
			told_add(s->got, "ended");
		raw_frame_free(f);
	} while (rc != tacit_Frame_ended_tag);
	scene_say(s, raw_ack(s->r, s->m.address, s->id));
}

static void
one_good_among_bad(struct scene *s)
{
	struct raw_mailbox three[3] = { s->none, s->m, s->none };
	uint8_t results[3];
	size_t i;

	scene_say(s, raw_subscribe(s->r, three, 3, results));
	for (i = 0; i < 3; i++)
		scene_say(s, -(int)results[i]);
}

static void
ack_before_subscribe(struct scene *s)
{
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	scene_say(s, raw_ack(s->r, s->m.address, s->id));
	scene_contents(s);
}

static void
ack_on_another_connection(struct scene *s)
{
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	scene_contents(s);
	scene_say(s, raw_ack(s->r, s->m.address, s->id));
	scene_contents(s);
}

static void
ack_of_what_was_not_sent(struct scene *s)
{
	uint8_t id[TACIT_ENVELOPE_ID_LEN];

	randombytes_buf(id, sizeof(id));
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	scene_contents(s);
	scene_say(s, raw_ack(s->other, s->m.address, id));
	scene_contents(s);
}

static void
ack_twice(struct scene *s)
{
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	scene_contents(s);
	scene_say(s, raw_ack(s->other, s->m.address, s->id));
	scene_say(s, raw_ack(s->other, s->m.address, s->id));
	scene_contents(s);
}

static void
ack_for_another_mailbox(struct scene *s)
{
	scene_say(s, raw_create(s->r, &s->none, s->code));
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	scene_subscribe(s, s->other, &s->none);
	scene_say(s, raw_ack(s->other, s->none.address, s->id));
	scene_say(s, raw_ack(s->other, s->m.address, s->id));
	scene_contents(s);
}

/* ---- POST ------------------------------------------------------------------- */

static void
post_to_nothing(struct scene *s)
{
	scene_say(s, raw_post(s->r, &s->none, s->id, s->body));
}

static void
post_with_another_token(struct scene *s)
{
	memcpy(s->none.address, s->m.address, TACIT_ADDRESS_LEN);
	scene_say(s, raw_post(s->r, &s->none, s->id, s->body));
	scene_contents(s);
}

static void
post_the_same_again(struct scene *s)
{
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	scene_say(s, raw_post(s->other, &s->m, s->id, s->body));
	scene_contents(s);
}

static void
post_other_bytes(struct scene *s)
{
	uint8_t last = s->body[TACIT_LETTER_LEN - 1];

	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	s->body[TACIT_LETTER_LEN - 1] = (uint8_t)(last ^ 1);
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	s->body[TACIT_LETTER_LEN - 1] = last;
	scene_contents(s);
}

static void
post_another_kind(struct scene *s)
{
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	scene_say(s, post_as(s, tacit_Kind_KIND_PARCEL, 0));
	scene_contents(s);
}

static void
post_behind_a_refused_one(struct scene *s)
{
	uint8_t token[TACIT_TOKEN_LEN];

	memcpy(token, s->m.token, sizeof(token));
	memset(s->m.token, 0, sizeof(s->m.token));
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	memcpy(s->m.token, token, sizeof(token));
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	scene_say(s, raw_post(s->other, &s->m, s->id, s->body));
	scene_say(s, post_as(s, tacit_Kind_KIND_LETTER, 1));
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	scene_contents(s);
}

static void
resume_that_is_refused(struct scene *s)
{
	uint8_t token[TACIT_TOKEN_LEN];

	memcpy(token, s->m.token, sizeof(token));
	memset(s->m.token, 0, sizeof(s->m.token));
	scene_say(s, post_as(s, tacit_Kind_KIND_LETTER, 1));
	memcpy(s->m.token, token, sizeof(token));
	scene_say(s, post_as(s, tacit_Kind_KIND_LETTER, 0));
}

/* ---- the table ------------------------------------------------------------ */

static const struct scene_case cases[] = {
	{ "CREATE again", create_again, "ok" },
	{ "CREATE with another token", create_with_other_token,
	    "error REFUSED" },
	{ "CREATE with an unknown code", create_with_unknown_code,
	    "error ADMISSION" },
	{ "CREATE with a spent code", create_with_spent_code,
	    "ok, ok, error ADMISSION" },
	{ "CREATE signed by another", create_signed_by_another,
	    "error REFUSED" },
	{ "CREATE with a key of zeros", create_with_key_of_zeros,
	    "error REFUSED" },
	{ "SET_TOKEN of nothing", set_token_of_nothing, "error REFUSED" },
	{ "SET_TOKEN by another", set_token_by_another,
	    "error REFUSED, ok" },
	{ "old token, kept", old_token_kept, "ok, ok" },
	{ "old token, not kept", old_token_gone, "ok, error REFUSED" },
	{ "ANCHOR moves", anchor_moves, "ok, ok" },
	{ "ANCHOR again", anchor_again, "ok, ok, ok" },
	{ "ANCHOR expecting another", anchor_expecting_another,
	    "is 0, ok, is 1, is 1, is 1" },
	{ "ANCHOR of nothing", anchor_of_nothing, "error REFUSED" },
	{ "ANCHOR by another", anchor_by_another, "error REFUSED, is 0" },
	{ "ANCHOR and a queue", anchor_and_a_queue,
	    "ok, ok, ok, ok, deliver" },
	{ "ANCHOR after CLOSE", anchor_goes_with_its_mailbox,
	    "ok, ok, error REFUSED, ok, is 0" },
	{ "CLOSE of nothing", close_of_nothing, "ok" },
	{ "CLOSE by another", close_by_another, "error REFUSED, ok" },
	{ "CLOSE twice", close_twice, "ok, ok" },
	{ "CLOSE gives the unit back", close_gives_the_unit_back,
	    "ok, ok, ok, ok, ok, ok, error ADMISSION, error ADMISSION" },
	{ "CLOSE, the pass changed", close_for_another,
	    "error REFUSED, ok" },
	{ "everything after CLOSE", everything_after_close,
	    "ok, error REFUSED, error REFUSED, error REFUSED, "
	    "error REFUSED" },
	{ "signature for another request", signature_of_another_request,
	    "error REFUSED, ok" },
	{ "signature for another kind", signature_of_another_kind,
	    "error REFUSED, ok" },
	{ "signature for another connection",
	    signature_of_another_connection, "error REFUSED, ok" },
	{ "SUBSCRIBE to nothing", subscribe_to_nothing, "error REFUSED" },
	{ "SUBSCRIBE with another key", subscribe_with_another_key,
	    "error REFUSED" },
	{ "SUBSCRIBE twice", subscribe_twice, "ok, ok" },
	{ "SUBSCRIBE elsewhere", subscribe_elsewhere_ends_the_first,
	    "ok, ok, ended, error REFUSED" },
	{ "SUBSCRIBE, one good among bad", one_good_among_bad,
	    "ok, error REFUSED, ok, error REFUSED" },
	{ "ACK before SUBSCRIBE", ack_before_subscribe,
	    "ok, error REFUSED, ok, deliver" },
	{ "ACK on another connection", ack_on_another_connection,
	    "ok, ok, deliver, error REFUSED, ok, deliver" },
	{ "ACK of what was not sent", ack_of_what_was_not_sent,
	    "ok, ok, deliver, ok, ok, deliver" },
	{ "ACK twice", ack_twice, "ok, ok, deliver, ok, ok, ok" },
	{ "ACK for another mailbox", ack_for_another_mailbox,
	    "ok, ok, ok, ok, error REFUSED, ok, deliver" },
	{ "POST to nothing", post_to_nothing, "error REFUSED" },
	{ "POST with another token", post_with_another_token,
	    "error REFUSED, ok" },
	{ "POST the same again", post_the_same_again,
	    "ok, ok, ok, ok, deliver" },
	{ "POST other bytes", post_other_bytes,
	    "ok, error CONFLICT, ok, deliver" },
	{ "POST another kind", post_another_kind,
	    "ok, error CONFLICT, ok, deliver" },
	{ "POST behind a refused one", post_behind_a_refused_one,
	    "error REFUSED, error LATCHED, ok, ok, ok, ok, deliver" },
	{ "POST that resumes and is refused", resume_that_is_refused,
	    "error REFUSED, error LATCHED" },
};

int
main(void)
{
	return scene_run("commands", cases, sizeof(cases) / sizeof(cases[0]));
}
