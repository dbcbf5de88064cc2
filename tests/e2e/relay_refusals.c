/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promise: one refusal.  Who has no authority learns nothing from the answer,
 * whatever it was that was missing; the bytes are compared as they came.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "relay_proc.h"
#include "tacit/hash.h"

enum { LETTERS = 2, ANSWER_MAX = 128 };

/* The mailboxes there are to try. */
enum box { ALIVE, FULL, NONE, CLOSED, BOXES };

/* What is wrong with the request. */
enum wrong { NOTHING, KEY, TOKEN };

static struct relay_proc relay;
static struct tacit_admission admission;
static struct raw_mailbox box[BOXES];
static struct raw_invitation invited;

static const struct {
	const char *name;
	int command;
	enum box box;
	enum wrong wrong;
} cases[] = {
	{ "POST, wrong token", tacit_Frame_post_tag, ALIVE, TOKEN },
	{ "POST, no mailbox", tacit_Frame_post_tag, NONE, NOTHING },
	{ "POST, closed", tacit_Frame_post_tag, CLOSED, NOTHING },
	{ "POST, full and wrong token", tacit_Frame_post_tag, FULL, TOKEN },
	{ "POST, closed and wrong token", tacit_Frame_post_tag, CLOSED,
	    TOKEN },
	{ "RECALL, wrong token", tacit_Frame_recall_tag, ALIVE, TOKEN },
	{ "RECALL, no mailbox", tacit_Frame_recall_tag, NONE, NOTHING },
	{ "RECALL, full and wrong token", tacit_Frame_recall_tag, FULL,
	    TOKEN },
	{ "RECALL, closed", tacit_Frame_recall_tag, CLOSED, NOTHING },
	{ "RECALL, closed and wrong token", tacit_Frame_recall_tag, CLOSED,
	    TOKEN },
	{ "ACK, not its reader", tacit_Frame_ack_tag, ALIVE, NOTHING },
	{ "ACK, no mailbox", tacit_Frame_ack_tag, NONE, NOTHING },
	{ "ACK, closed", tacit_Frame_ack_tag, CLOSED, NOTHING },
	{ "SET_TOKEN, wrong key", tacit_Frame_set_token_tag, ALIVE, KEY },
	{ "SET_TOKEN, no mailbox", tacit_Frame_set_token_tag, NONE,
	    NOTHING },
	{ "SET_TOKEN, no mailbox, wrong key", tacit_Frame_set_token_tag,
	    NONE, KEY },
	{ "SET_TOKEN, closed", tacit_Frame_set_token_tag, CLOSED, NOTHING },
	{ "SET_TOKEN, closed, wrong key", tacit_Frame_set_token_tag, CLOSED,
	    KEY },
	{ "ANCHOR, wrong key", tacit_Frame_anchor_tag, ALIVE, KEY },
	{ "ANCHOR, no mailbox", tacit_Frame_anchor_tag, NONE, NOTHING },
	{ "ANCHOR, no mailbox, wrong key", tacit_Frame_anchor_tag, NONE,
	    KEY },
	{ "ANCHOR, closed", tacit_Frame_anchor_tag, CLOSED, NOTHING },
	{ "ANCHOR, closed, wrong key", tacit_Frame_anchor_tag, CLOSED, KEY },
	{ "CLOSE, wrong key", tacit_Frame_close_tag, ALIVE, KEY },
	{ "CLOSE, no mailbox, wrong key", tacit_Frame_close_tag, NONE, KEY },
	{ "CLOSE, closed, wrong key", tacit_Frame_close_tag, CLOSED, KEY },
	{ "CREATE, there with another token", tacit_Frame_create_tag, ALIVE,
	    TOKEN },
	{ "CREATE, there, wrong key", tacit_Frame_create_tag, ALIVE, KEY },
	{ "CREATE, no mailbox, wrong key", tacit_Frame_create_tag, NONE,
	    KEY },
	{ "CREATE, closed, wrong key", tacit_Frame_create_tag, CLOSED, KEY },
	{ "GET, there, wrong key", tacit_Frame_get_invitation_tag, ALIVE,
	    KEY },
	{ "GET, none, wrong key", tacit_Frame_get_invitation_tag, NONE,
	    KEY },
	{ "REVOKE, there, wrong key", tacit_Frame_revoke_invitation_tag,
	    ALIVE, KEY },
	{ "REVOKE, none, wrong key", tacit_Frame_revoke_invitation_tag, NONE,
	    KEY },
	{ "REVOKE, there, key of another",
	    tacit_Frame_revoke_invitation_tag, ALIVE, TOKEN },
};

/* Of SUBSCRIBE the answer is another frame, the same for each. */
static const struct {
	enum box box;
	enum wrong wrong;
} readers[] = {
	{ ALIVE, KEY }, { FULL, KEY }, { NONE, NOTHING }, { NONE, KEY },
	{ CLOSED, NOTHING }, { CLOSED, KEY },
};

/* A letter whose contents do not matter. */
static uint32_t
send_post(struct raw *r, const struct raw_mailbox *m)
{
	static const uint8_t body[TACIT_LETTER_LEN];
	uint8_t id[TACIT_ENVELOPE_ID_LEN];

	randombytes_buf(id, sizeof(id));
	return raw_send_post(r, m, id, tacit_Kind_KIND_LETTER, 0, body);
}

static struct raw *
connect_new(void)
{
	static uint32_t n;
	char from[32];

	/* Each from a source of its own, so that no rate applies. */
	(void)snprintf(from, sizeof(from), "127.0.5.%u", ++n % 250 + 1);
	return relay_proc_connect_from(&relay, from);
}

static int
start(void **state)
{
	struct raw *r;
	uint32_t last = 0;
	int i;

	(void)state;
	relay_proc_make(&relay, "ok_tick_ms = 0\nmailbox_letters = 2\n");
	relay_proc_start(&relay);
	relay_proc_admit(&relay, "3", &admission);
	r = connect_new();
	for (i = 0; i < BOXES; i++) {
		raw_mailbox_make(&box[i]);
		if (i != NONE)
			assert_int_equal(raw_create(r, &box[i],
			    admission.code), 0);
	}
	for (i = 0; i < LETTERS; i++)
		last = send_post(r, &box[FULL]);
	assert_int_equal(raw_wait(r, last, RAW_WAIT_MS, NULL), 0);
	assert_int_equal(raw_wait(r, send_post(r, &box[CLOSED]), RAW_WAIT_MS,
	    NULL), 0);
	assert_int_equal(raw_close(r, &box[CLOSED]), 0);
	raw_invitation_make(&invited, 1);
	assert_int_equal(raw_put(r, &invited, admission.code), 0);
	raw_bye(r);
	return 0;
}

static int
stop(void **state)
{
	int rc = relay_proc_stop(&relay, SIGTERM);

	(void)state;
	relay_proc_free(&relay);
	return rc;
}

static void
sign(struct raw *r, uint8_t *signature, const struct raw_key *k, int command,
    const uint8_t *address, const void *args, size_t len)
{
	raw_sign(r, signature, k, raw_next_id(r), command, address, args,
	    len);
}

/* CREATE, SET_TOKEN, ANCHOR, CLOSE. */
static void
fill_owner(struct raw *r, tacit_Frame *f, const struct raw_mailbox *m)
{
	uint8_t args[TACIT_HASH_LEN + TACIT_ANCHOR_LEN] = { 0 };
	uint8_t hash[TACIT_HASH_LEN];
	size_t len = TACIT_HASH_LEN;

	tacit_hash_token(hash, m->token);
	memcpy(args, hash, sizeof(hash));
	if (f->which_is == tacit_Frame_create_tag) {
		memcpy(f->is.create.owner, m->owner.pk, TACIT_KEY_LEN);
		memcpy(f->is.create.token_hash, hash, sizeof(hash));
		memcpy(f->is.create.code, admission.code, TACIT_CODE_LEN);
		memcpy(args + len, admission.code, TACIT_CODE_LEN);
		sign(r, f->is.create.signature, &m->owner, f->which_is,
		    m->address, args, len + TACIT_CODE_LEN);
	} else if (f->which_is == tacit_Frame_set_token_tag) {
		memcpy(f->is.set_token.owner, m->owner.pk, TACIT_KEY_LEN);
		memcpy(f->is.set_token.token_hash, hash, sizeof(hash));
		args[len] = 0;
		sign(r, f->is.set_token.signature, &m->owner, f->which_is,
		    m->address, args, len + 1);
	} else if (f->which_is == tacit_Frame_anchor_tag) {
		memcpy(f->is.anchor.owner, m->owner.pk, TACIT_KEY_LEN);
		memcpy(f->is.anchor.expected_hash, hash, sizeof(hash));
		sign(r, f->is.anchor.signature, &m->owner, f->which_is,
		    m->address, args, sizeof(args));
	} else {
		memcpy(f->is.close.owner, m->owner.pk, TACIT_KEY_LEN);
		sign(r, f->is.close.signature, &m->owner, f->which_is,
		    m->address, f->is.close.pass_hash, TACIT_HASH_LEN);
	}
}

/* GET, REVOKE; ${m} stands for a reader, and for an invitation not there. */
static void
fill_invitation(struct raw *r, tacit_Frame *f, const struct raw_mailbox *m,
    int there, enum wrong wrong)
{
	const uint8_t *address = there ? invited.address : m->address;
	struct raw_key k = f->which_is == tacit_Frame_get_invitation_tag ||
	    !there ? m->owner : invited.key;

	if (wrong == KEY)
		k.sk[5] ^= 1;
	else if (wrong == TOKEN)
		raw_key_make(&k);
	if (f->which_is == tacit_Frame_get_invitation_tag) {
		memcpy(f->is.get_invitation.address, address,
		    TACIT_ADDRESS_LEN);
		memcpy(f->is.get_invitation.reader, k.pk, TACIT_KEY_LEN);
		sign(r, f->is.get_invitation.signature, &k, f->which_is,
		    address, NULL, 0);
		return;
	}
	memcpy(f->is.revoke_invitation.address, address, TACIT_ADDRESS_LEN);
	memcpy(f->is.revoke_invitation.key, k.pk, TACIT_KEY_LEN);
	sign(r, f->is.revoke_invitation.signature, &k, f->which_is, address,
	    NULL, 0);
}

/* The bytes of the next message of ${r}. */
static size_t
answer(struct raw *r, uint8_t out[ANSWER_MAX])
{
	const uint8_t *data;
	size_t len;
	int text;

	assert_int_equal(raw_ws_receive(raw_ws(r), &data, &len, &text,
	    RAW_WAIT_MS), 0);
	assert_in_range(len, 1, ANSWER_MAX);
	memcpy(out, data, len);
	return len;
}

/* The bytes that a first request of a connection is answered. */
static size_t
bytes_for(int command, enum box b, enum wrong wrong, uint8_t out[ANSWER_MAX])
{
	struct raw *r = connect_new();
	struct raw_mailbox m = box[b];
	tacit_Frame f = { .which_is = (pb_size_t)command };
	uint8_t entry[TACIT_SUBSCRIBE_ENTRY_LEN];
	size_t len;

	if (wrong == KEY)
		m.owner.sk[5] ^= 1;
	if (wrong == TOKEN)
		m.token[31] ^= 1;
	switch (command) {
	case tacit_Frame_post_tag:
		assert_int_not_equal(send_post(r, &m), 0);
		break;
	case tacit_Frame_recall_tag:
		assert_int_not_equal(raw_send_recall(r, &m, m.token), 0);
		break;
	case tacit_Frame_ack_tag:
		assert_int_not_equal(raw_send_ack(r, m.address, m.token), 0);
		break;
	case tacit_Frame_subscribe_tag:
		f.is.subscribe.count = 1;
		memcpy(entry, m.owner.pk, TACIT_KEY_LEN);
		sign(r, entry + TACIT_KEY_LEN, &m.owner, command, m.address,
		    NULL, 0);
		assert_int_not_equal(raw_send(r, &f, entry), 0);
		break;
	case tacit_Frame_get_invitation_tag:
	case tacit_Frame_revoke_invitation_tag:
		fill_invitation(r, &f, &box[NONE], b == ALIVE, wrong);
		assert_int_not_equal(raw_send(r, &f, NULL), 0);
		break;
	default:
		fill_owner(r, &f, &m);
		assert_int_not_equal(raw_send(r, &f, NULL), 0);
	}
	len = answer(r, out);
	raw_bye(r);
	return len;
}

static void
every_refusal_has_the_same_bytes(void **state)
{
	uint8_t first[ANSWER_MAX], got[ANSWER_MAX];
	size_t len, n, used, i;
	struct tacit_frame f;

	(void)state;
	len = bytes_for(cases[0].command, cases[0].box, cases[0].wrong,
	    first);
	assert_int_equal(tacit_frame_parse(&f, &used, first, len), 0);
	assert_int_equal(used, len);
	assert_int_equal(f.head.which_is, tacit_Frame_error_tag);
	assert_int_equal(-(int)f.head.is.error.code, TACIT_E_REFUSED);
	for (i = 1; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = bytes_for(cases[i].command, cases[i].box, cases[i].wrong,
		    got);
		if (n != len || memcmp(got, first, n) != 0)
			fail_msg("%s: other bytes", cases[i].name);
	}
}

static void
every_refused_reader_gets_the_same_bytes(void **state)
{
	uint8_t first[ANSWER_MAX], got[ANSWER_MAX];
	size_t len, n, i;

	(void)state;
	len = bytes_for(tacit_Frame_subscribe_tag, readers[0].box,
	    readers[0].wrong, first);
	for (i = 1; i < sizeof(readers) / sizeof(readers[0]); i++) {
		n = bytes_for(tacit_Frame_subscribe_tag, readers[i].box,
		    readers[i].wrong, got);
		assert_int_equal(n, len);
		assert_memory_equal(got, first, n);
	}
	/* The control: who may read is told so. */
	n = bytes_for(tacit_Frame_subscribe_tag, ALIVE, NOTHING, got);
	assert_true(n != len || memcmp(got, first, n) != 0);
}

/* The control: with the token, and only then, fullness is told. */
static void
fullness_is_told_to_who_may_post(void **state)
{
	uint8_t refused[ANSWER_MAX], got[ANSWER_MAX];
	size_t len, n;

	(void)state;
	len = bytes_for(tacit_Frame_post_tag, FULL, TOKEN, refused);
	n = bytes_for(tacit_Frame_post_tag, FULL, NOTHING, got);
	assert_true(n != len || memcmp(got, refused, n) != 0);
	n = bytes_for(tacit_Frame_post_tag, ALIVE, NOTHING, got);
	assert_true(n != len || memcmp(got, refused, n) != 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_has_the_same_bytes),
		cmocka_unit_test(every_refused_reader_gets_the_same_bytes),
		cmocka_unit_test(fullness_is_told_to_who_may_post),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, start, stop);
}
