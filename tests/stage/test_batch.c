/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letters that come together are one change of the vault.  One that is not as
 * it should be, or a disk that fails, leaves the others what they were: shown
 * once, in order, and acknowledged when they are durable.
 *
 * The linker hands the core's vault_commit() to the one below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "change.h"
#include "forge.h"
#include "pad.h"
#include "tacit/frame.h"

enum {
	BOTH = 2,			/* relationships of the two ends */
	EACH = 6,			/* letters in each */
	LETTERS = BOTH * EACH,
	FRAME_CAP = TACIT_LETTER_LEN + TACIT_HEADER_MAX + 2,
	NEVER = 1 << 30
};

static struct {
	struct vault *vault;		/* whose commits are counted */
	int commits;
	int together;			/* how many fail first, */
	int pass;			/* and then pass; the rest fails */
} disk;

int __real_vault_commit(struct vault *v);
int __wrap_vault_commit(struct vault *v);

int
__wrap_vault_commit(struct vault *v)
{
	if (v != disk.vault)
		return __real_vault_commit(v);
	if (disk.together-- > 0 || disk.pass-- <= 0) {
		vault_rollback(v);
		return TACIT_E_DISK_FULL;
	}
	disk.commits++;
	return __real_vault_commit(v);
}

/* Letters for end 0 that were kept on the wire, and what it acknowledged. */
struct wire {
	uint32_t conn;
	uint8_t frame[LETTERS + 1][FRAME_CAP];
	size_t len[LETTERS + 1], n;
	size_t acked;
};

struct scene {
	struct story st[BOTH];
	struct wire wire;
	struct stage_tap tap;
};

/* True if ${msg} was kept. */
static int
keep(struct wire *w, const uint8_t *msg, size_t len)
{
	struct tacit_frame f;
	size_t used, kept = 0;

	for (; len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		if (f.head.which_is != tacit_Frame_deliver_tag)
			continue;
		assert_true(w->n < LETTERS && used <= FRAME_CAP);
		memcpy(w->frame[w->n], msg, used);
		w->len[w->n++] = used;
		kept++;
	}
	return kept > 0;
}

static int
down(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct wire *w = arg;

	if (i != 0 || !keep(w, msg, len))
		return 1;
	w->conn = conn;
	return 0;
}

static int
up(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct wire *w = arg;
	struct tacit_frame f;
	size_t used;

	(void)conn;
	for (; i == 0 && len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		if (f.head.which_is == tacit_Frame_ack_tag)
			w->acked += f.head.is.ack.envelope_count;
	}
	return 1;
}

/* Two ends with two relationships; LETTERS wait on the wire to end 0. */
static struct scene *
scene_new(void)
{
	struct scene *c = calloc(1, sizeof(*c));
	int i, k;

	assert_non_null(c);
	c->st[0].s = c->st[1].s = stage_new(story_scratch(), 5);
	for (k = 0; k < BOTH; k++)
		story_pair(&c->st[k], TACIT_INVITE_IN_PERSON);
	c->tap = (struct stage_tap){ down, up, &c->wire };
	stage_tap(c->st[0].s, &c->tap);
	for (i = 1; i <= EACH; i++)
		for (k = 0; k < BOTH; k++)
			assert_int_equal(story_write(&c->st[k], 1, i), 0);
	for (i = 0; i < 50 && c->wire.n < LETTERS; i++) {
		(void)stage_turn(c->st[0].s, 1);
		stage_relay_turn(c->st[0].s);
	}
	assert_int_equal(c->wire.n, LETTERS);
	c->tap.down = NULL;
	stage_tap(c->st[0].s, &c->tap);
	memset(&disk, 0, sizeof(disk));
	disk.vault = stage_end(c->st[0].s, 0)->vault;
	disk.pass = NEVER;
	return c;
}

static void
scene_free(struct scene *c)
{
	disk.vault = NULL;
	stage_free(c->st[0].s);
	free(c);
}

/* All that was kept arrives as one message. */
static void
let_go(struct scene *c)
{
	const struct wire *w = &c->wire;
	uint8_t *msg = malloc(sizeof(w->frame));
	size_t i, len = 0;

	assert_non_null(msg);
	for (i = 0; i < w->n; i++) {
		memcpy(msg + len, w->frame[i], w->len[i]);
		len += w->len[i];
	}
	stage_inject(c->st[0].s, 0, w->conn, msg, len);
	free(msg);
}

/* All letters of this relationship, and nothing else, are in its history. */
static void
assert_history(struct story *st)
{
	struct tacit_message m = { .size = sizeof(m) };
	struct tacit_contact *ct = story_contact(st, 0);
	uint64_t n;

	assert_int_equal(ct->rec.history, EACH);
	for (n = EACH; n > 0; n--) {
		assert_int_equal(tacit_history(ct, n + 1, &m), 0);
		assert_int_equal(m.seq, n);
	}
}

/*
 * Each letter is shown once, in order, and ${poison} envelopes are said to be
 * senseless; nothing is left to come.
 */
static void
assert_all_is_shown(struct scene *c, int poison)
{
	struct tacit_event e;
	int k, n;

	for (k = 0; k < BOTH; k++) {
		for (n = 0; story_next(&c->st[k], 0, &e);) {
			if (e.type == TACIT_EV_POISON)
				poison--;
			if (e.type == TACIT_EV_MESSAGE)
				assert_int_equal(story_letter(&e), ++n);
		}
		assert_int_equal(n, EACH);
		assert_history(&c->st[k]);
	}
	assert_int_equal(poison, 0);
	stage_quiesce(c->st[0].s);
	assert_int_equal(stage_relay_envelopes(stage_relay(c->st[0].s)), 0);
	for (k = 0; k < BOTH; k++)
		assert_int_equal(story_count(&c->st[k], 0,
		    TACIT_EV_MESSAGE), 0);
}

static void
letters_that_come_together_are_one_change(void **state)
{
	struct scene *c = scene_new();
	int k;

	(void)state;
	let_go(c);
	assert_int_equal(stage_turn(c->st[0].s, 0), 1);
	assert_int_equal(disk.commits, 1);
	assert_int_equal(c->wire.acked, 0);
	/* All of it is in the vault, of either contact. */
	stage_crash(c->st[0].s, 0);
	for (k = 0; k < BOTH; k++)
		assert_history(&c->st[k]);
	assert_all_is_shown(c, 0);
	assert_int_equal(c->wire.acked, LETTERS);
	scene_free(c);
}

/* In the ratchet of the other end, and then of no kind of content. */
static size_t
senseless(struct tacit_contact *ct, uint8_t *msg, size_t cap)
{
	tacit_Content nothing = tacit_Content_init_zero;
	uint8_t padded[TACIT_CONTENT_LEN];
	struct ratchet_session s;
	enum ratchet_kind kind;
	size_t len;

	memcpy(nothing.stream, ct->rec.stream, sizeof(nothing.stream));
	assert_int_equal(pad_write(padded, sizeof(padded),
	    tacit_Content_fields, &nothing), 0);
	contact_session(ct, &s);
	assert_int_equal(change_begin(ct->t), 0);
	assert_int_equal(ratchet_encrypt(ct->t->ratchet, &s, padded,
	    sizeof(padded), msg, cap, &len, &kind), 0);
	assert_int_equal(kind, RATCHET_WHISPER);
	assert_int_equal(change_end(ct->t, ct, 0), 0);
	return len;
}

/* Authentic, of the first relationship; the ratchet has moved on with it. */
static void
add_senseless(struct scene *c, size_t at)
{
	struct wire *w = &c->wire;
	struct forge f;
	struct seal_header h = { .kind = SEAL_WHISPER, .generation = 1 };
	uint8_t body[TACIT_LETTER_LEN], msg[TACIT_LETTER_LEN];
	tacit_Frame d = tacit_Frame_init_zero;

	forge_peer(&f, &c->st[0], 1);
	h.length = (uint16_t)senseless(f.ct, msg, sizeof(msg));
	memcpy(h.stream, f.ct->rec.wire_stream, sizeof(h.stream));
	h.counter = ++f.ct->rec.counter;
	d.which_is = tacit_Frame_deliver_tag;
	d.is.deliver.kind = tacit_Kind_KIND_LETTER;
	memcpy(d.is.deliver.address, f.ct->rec.their_address,
	    sizeof(d.is.deliver.address));
	forge_seal(&f, 1, &h, msg, d.is.deliver.envelope, body);
	memmove(w->frame[at + 1], w->frame[at], (w->n - at) * FRAME_CAP);
	memmove(&w->len[at + 1], &w->len[at],
	    (w->n - at) * sizeof(w->len[0]));
	w->len[at] = tacit_frame_write(w->frame[at], FRAME_CAP, &d, body);
	assert_true(w->len[at] > 0);
	w->n++;
}

static void
a_senseless_one_among_them_is_set_aside_alone(void **state)
{
	struct scene *c;
	size_t at;

	(void)state;
	for (at = 0; at <= LETTERS; at += LETTERS / 4) {
		c = scene_new();
		add_senseless(c, at);
		let_go(c);
		assert_int_equal(stage_turn(c->st[0].s, 0), 1);
		assert_all_is_shown(c, 1);
		assert_int_equal(c->wire.acked, LETTERS + 1);
		scene_free(c);
	}
}

/* What does not fit as one change may fit as several. */
static void
what_fails_together_is_done_one_by_one(void **state)
{
	struct scene *c = scene_new();

	(void)state;
	disk.together = 1;
	let_go(c);
	assert_int_equal(stage_turn(c->st[0].s, 0), 1);
	assert_int_equal(disk.commits, LETTERS);
	assert_all_is_shown(c, 0);
	assert_int_equal(c->wire.acked, LETTERS);
	scene_free(c);
}

/* As one, and then also alone: after the first, some of them, or none. */
static void
a_full_disk_loses_and_acknowledges_nothing(void **state)
{
	struct scene *c;
	int pass, rc;

	(void)state;
	for (pass = 0; pass < LETTERS; pass += 5) {
		c = scene_new();
		disk.together = 1;
		disk.pass = pass;
		let_go(c);
		assert_int_equal(stage_try(c->st[0].s, 0, &rc), 1);
		assert_int_equal(rc, TACIT_E_DISK_FULL);
		assert_int_equal(disk.commits, pass);
		assert_int_equal(c->wire.acked, 0);
		disk.pass = NEVER;
		stage_quiesce(c->st[0].s);
		assert_all_is_shown(c, 0);
		scene_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_that_come_together_are_one_change),
		cmocka_unit_test(
		    a_senseless_one_among_them_is_set_aside_alone),
		cmocka_unit_test(what_fails_together_is_done_one_by_one),
		cmocka_unit_test(a_full_disk_loses_and_acknowledges_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
