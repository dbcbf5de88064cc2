/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a state owes the relay is done whatever crash comes before its answer:
 * CREATE and PUT of I1 and I2, REVOKE and SET_TOKEN of I4 and I5, CLOSE at the
 * end.  The relay is asked, not the vault.  PROTOCOL.md, section 11.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "frame.pb.h"
#include "story.h"
#include "tacit/frame.h"
#include "tacit/hash.h"

enum { INVITE_STEPS = 24, END_STEPS = 36, PAIR_STEPS = 96 };

/* The relay's answer to ${f}, on a connection of its own: 0 or its error. */
static int
ask(struct stage *s, tacit_Frame *f, const uint8_t *body)
{
	struct stage_wire *w = stage_wire_open(stage_relay(s));
	uint8_t message[2 + TACIT_HEADER_MAX + TACIT_LETTER_LEN], *answer;
	struct tacit_frame got;
	size_t len, used;
	int rc = 1;

	free(stage_wire_output(w, &len));	/* WELCOME */
	f->id = 1;
	len = tacit_frame_write(message, sizeof(message), f, body);
	assert_true(len > 0);
	assert_int_equal(stage_wire_input(w, message, len, 0), 0);
	stage_relay_settle(stage_relay(s), 0);
	answer = stage_wire_output(w, &len);
	assert_non_null(answer);
	assert_int_equal(tacit_frame_parse(&got, &used, answer, len), 0);
	if (got.head.which_is == tacit_Frame_ok_tag)
		rc = 0;
	else if (got.head.which_is == tacit_Frame_error_tag)
		rc = -(int)got.head.is.error.code;
	free(answer);
	stage_wire_close(w);
	assert_true(rc <= 0);
	return rc;
}

/* Crash or cut of the inviter, at step ${at}. */
static void
disturb(struct stage *s, int step, int at, int crash)
{
	if (step == at && crash)
		stage_crash(s, 0);
	else if (step == at)
		stage_cut(s, 0);
}

static void
an_invitation_is_made_whatever_comes_between(void **state)
{
	struct stage *s = stage_new(story_scratch(), 1);
	struct tacit_contact *ct;
	char id[CONTACT_ID_LEN];
	char link[TACIT_LINK_SIZE];
	int crash, at, step;

	(void)state;
	for (crash = 0; crash < 2; crash++)
		for (at = 0; at < INVITE_STEPS; at++) {
			assert_int_equal(tacit_invite(&ct, stage_end(s, 0),
			    "client", 0, 0, NULL), 0);
			memcpy(id, ct->id, sizeof(id));
			for (step = 0; step < INVITE_STEPS; step++) {
				disturb(s, step, at, crash);
				if (step % 2 == 0)
					(void)stage_turn(s, 0);
				else
					stage_relay_turn(s);
			}
			stage_quiesce(s);
			ct = contact_by_id(stage_end(s, 0), id);
			assert_non_null(ct);
			assert_int_equal(tacit_invitation_link(ct, link), 0);
		}
	assert_int_equal(stage_relay_count(stage_relay(s)).invitations,
	    2 * INVITE_STEPS);
	stage_free(s);
}

/* What the relay was told when the invitation was made. */
struct before {
	tacit_Frame put, post;
	uint8_t blob[TACIT_BLOB_LEN];
};

static void
remember(struct story *st, struct before *b)
{
	const struct tacit_contact *ct = story_contact(st, 0);
	const tacit_state_Pairing *p = ct->pairing;
	uint8_t sk[crypto_sign_SECRETKEYBYTES];
	tacit_PutInvitation *put = &b->put.is.put_invitation;
	tacit_Post *post = &b->post.is.post;

	memset(b, 0, sizeof(*b));
	b->put.which_is = tacit_Frame_put_invitation_tag;
	memcpy(put->address, ct->rec.invitation, sizeof(put->address));
	(void)crypto_sign_seed_keypair(put->key, sk, p->key);
	memcpy(put->code, p->code, sizeof(put->code));
	tacit_hash_code(put->pass_hash, p->guest_pass);
	put->hours = p->hours;
	memcpy(b->blob, p->blob.bytes, sizeof(b->blob));

	b->post.which_is = tacit_Frame_post_tag;
	memcpy(post->address, ct->rec.my_address, sizeof(post->address));
	memcpy(post->token, ct->rec.my_token, sizeof(post->token));
	post->kind = tacit_Kind_KIND_LETTER;
}

static void
pairing_leaves_neither_blob_nor_first_token(void **state)
{
	static const uint8_t letter[TACIT_LETTER_LEN];
	struct stage *s = stage_new(story_scratch(), 2);
	struct before b;
	int at, step;

	(void)state;
	for (at = 0; at < PAIR_STEPS; at++) {
		struct story st = { .s = s };

		story_invite(&st, TACIT_INVITE_IN_PERSON, 0);
		remember(&st, &b);
		/* The question is a good one: both are there before. */
		assert_int_equal(ask(s, &b.put, b.blob), 0);
		story_accept(&st);
		for (step = 0; step < PAIR_STEPS; step++) {
			disturb(s, step, at, 1);
			if (step % 3 == 2)
				stage_relay_turn(s);
			else
				(void)stage_turn(s, step % 3);
		}
		stage_quiesce(s);
		assert_int_equal(story_count(&st, 0, TACIT_EV_PAIRED), 1);
		assert_int_equal(ask(s, &b.put, b.blob), TACIT_E_CONFLICT);
		assert_int_equal(ask(s, &b.post, letter), TACIT_E_REFUSED);
		memcpy(b.post.is.post.token,
		    story_contact(&st, 0)->rec.my_token, TACIT_TOKEN_LEN);
		assert_int_equal(ask(s, &b.post, letter), 0);
	}
	stage_free(s);
}

static void
what_ended_leaves_no_mailbox(void **state)
{
	struct stage *s = stage_new(story_scratch(), 3);
	int at, step;

	(void)state;
	for (at = 0; at < END_STEPS; at++) {
		struct story st = { .s = s };

		story_pair(&st, TACIT_INVITE_IN_PERSON);
		assert_int_equal(stage_relay_count(stage_relay(s)).mailboxes,
		    4);
		assert_int_equal(tacit_contact_close(story_contact(&st, 0)),
		    0);
		for (step = 0; step < END_STEPS; step++) {
			disturb(s, step, at, 1);
			if (step % 3 == 2)
				stage_relay_turn(s);
			else
				(void)stage_turn(s, step % 3);
		}
		stage_quiesce(s);
		/* The anchor of who invites; the guest has taken its own. */
		assert_int_equal(stage_relay_count(stage_relay(s)).mailboxes,
		    1);
	}
	stage_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_invitation_is_made_whatever_comes_between),
		cmocka_unit_test(pairing_leaves_neither_blob_nor_first_token),
		cmocka_unit_test(what_ended_leaves_no_mailbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
