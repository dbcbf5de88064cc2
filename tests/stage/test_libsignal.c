/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libsignal's messages would tell or cost if they travelled bare, and do
 * not as we send them.  The table in client-lib/DESIGN.md, "The ratchet",
 * names these tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "ratchet.h"
#include "story.h"
#include "tacit/frame.h"

/* Steps of the ratchet so far: stage.cmake has each call come here first. */
static unsigned steps;

int __real_ratchet_decrypt(struct ratchet *r, const struct ratchet_session *s,
    enum ratchet_kind kind, int may_learn, const uint8_t *msg, size_t len,
    uint8_t *out, size_t cap, size_t *out_len);
int __wrap_ratchet_decrypt(struct ratchet *r, const struct ratchet_session *s,
    enum ratchet_kind kind, int may_learn, const uint8_t *msg, size_t len,
    uint8_t *out, size_t cap, size_t *out_len);

int
__wrap_ratchet_decrypt(struct ratchet *r, const struct ratchet_session *s,
    enum ratchet_kind kind, int may_learn, const uint8_t *msg, size_t len,
    uint8_t *out, size_t cap, size_t *out_len)
{
	steps++;
	return __real_ratchet_decrypt(r, s, kind, may_learn, msg, len, out,
	    cap, out_len);
}

/* All that one end posted. */
struct posted {
	uint8_t *bytes;
	size_t len, n;
	tacit_Post last;
	uint8_t body[TACIT_LETTER_LEN];
};

static int
see_up(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct posted *p = arg;
	struct tacit_frame f;
	size_t used;

	(void)i;
	(void)conn;
	while (len > 0 && tacit_frame_parse(&f, &used, msg, len) == 0) {
		if (f.head.which_is == tacit_Frame_post_tag) {
			assert_int_equal(f.body_len, TACIT_LETTER_LEN);
			p->n++;
			p->last = f.head.is.post;
			memcpy(p->body, f.body, sizeof(p->body));
		}
		p->bytes = realloc(p->bytes, p->len + used);
		assert_non_null(p->bytes);
		memcpy(p->bytes + p->len, msg, used);
		p->len += used;
		msg += used;
		len -= used;
	}
	return 1;
}

static int
holds(const struct posted *p, const void *what, size_t len)
{
	return memmem(p->bytes, p->len, what, len) != NULL;
}

/*
 * From Hello to the last letter: not an identity, not a name, not a word;
 * and whatever was said, 2,048 bytes.
 */
static void
what_is_posted_tells_no_identity_and_no_length(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 5000) };
	struct posted p = { .bytes = NULL };
	const struct stage_tap tap = { NULL, see_up, &p };
	static char text[TACIT_PART_MAX];
	uint8_t identity[TACIT_KEY_LEN];
	struct tacit_contact *ct;
	size_t len, n;
	int i;

	(void)state;
	stage_tap(st.s, &tap);
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	memset(text, 'w', sizeof(text));
	for (len = 1; len <= sizeof(text); len = len * 2 + 7) {
		n = p.n;
		assert_int_equal(tacit_send(story_contact(&st, len % 2), text,
		    len, NULL, NULL), 0);
		stage_quiesce(st.s);
		assert_true(p.n > n);
	}
	for (i = 0; i < 2; i++) {
		ct = story_contact(&st, i);
		assert_int_equal(ratchet_my_identity(ct->t->ratchet,
		    ct->rec.relationship, identity), 0);
		assert_false(holds(&p, identity, sizeof(identity)));
		assert_false(holds(&p, identity, 8));
		assert_false(holds(&p, ct->rec.relationship, 8));
		/* It is there for who looks: tokens travel in the open. */
		assert_true(holds(&p, ct->rec.my_address, 32));
	}
	assert_false(holds(&p, "wwww", 4));
	assert_false(holds(&p, "end 0", 5));
	assert_false(holds(&p, "end 1", 5));
	free(p.bytes);
	stage_free(st.s);
}

/* The seal is first: neither noise nor a replay gets as far as a MAC. */
static void
a_forgery_takes_no_step_of_the_ratchet(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 5001) };
	struct posted p = { .bytes = NULL };
	const struct stage_tap tap = { NULL, see_up, &p };
	uint8_t noise[TACIT_LETTER_LEN], envelope[TACIT_ENVELOPE_ID_LEN];
	unsigned before;
	int n;

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	stage_tap(st.s, &tap);
	before = steps;
	assert_int_equal(story_write(&st, 0, 1), 0);
	stage_quiesce(st.s);
	assert_int_equal(p.n, 1);
	assert_int_equal(steps, before + 1);
	for (n = 0; n < 100; n++) {
		randombytes_buf(noise, sizeof(noise));
		randombytes_buf(envelope, sizeof(envelope));
		story_hand(&st, 1, envelope, noise, sizeof(noise));
		memcpy(noise, p.body, TACIT_HINT_LEN);
		story_hand(&st, 1, p.last.envelope, noise, sizeof(noise));
		memcpy(noise, p.body, sizeof(noise));
		story_hand(&st, 1, p.last.envelope, noise, sizeof(noise));
		noise[sizeof(noise) - 1 - (unsigned)n] ^= 1;
		story_hand(&st, 1, p.last.envelope, noise, sizeof(noise));
	}
	assert_int_equal(steps, before + 1);
	free(p.bytes);
	stage_free(st.s);
}

/* One chain is never written on for long, though nobody answers. */
static void
who_only_listens_still_turns_the_ratchet(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 5002) };
	uint8_t turn[2][8];
	struct ratchet_session s;
	struct tacit_contact *ct;
	int n, round, turns = 0;

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	ct = story_contact(&st, 0);
	contact_session(ct, &s);
	for (round = 0; round < 3; round++) {
		assert_int_equal(ratchet_turn(ct->t->ratchet, &s, turn[0]),
		    0);
		for (n = 0; n < TACIT_HAVE_ALONE_AFTER + 1; n++)
			assert_int_equal(story_write(&st, 0, n), 0);
		stage_quiesce(st.s);
		stage_sleep(st.s, 15 * 60 * 1000);	/* for a `have` */
		stage_quiesce(st.s);
		assert_int_equal(story_write(&st, 0, n), 0);
		stage_quiesce(st.s);
		assert_int_equal(ratchet_turn(ct->t->ratchet, &s, turn[1]),
		    0);
		turns += memcmp(turn[0], turn[1], sizeof(turn[0])) != 0;
	}
	assert_int_equal(turns, 3);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_is_posted_tells_no_identity_and_no_length),
		cmocka_unit_test(a_forgery_takes_no_step_of_the_ratchet),
		cmocka_unit_test(who_only_listens_still_turns_the_ratchet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
