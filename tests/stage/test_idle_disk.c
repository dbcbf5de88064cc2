/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a relay can send in any number, forgeries, replays and answers that
 * nobody waits for, costs the reader no transaction, that is, no fsync.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <sodium.h>

#include "forge.h"
#include "outbox.h"
#include "post.h"
#include "story.h"
#include "vault_priv.h"

enum { MANY = 200 };

static uint64_t
epoch(struct story *st, int i)
{
	return stage_end(st->s, i)->vault->now.epoch;
}

static double
now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static void
forge(struct story *st)
{
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];

	randombytes_buf(envelope, sizeof(envelope));
	randombytes_buf(body, sizeof(body));
	story_hand(st, 1, envelope, body, sizeof(body));
}

static void
forgeries_are_kept_up_to_the_limit_and_then_cost_nothing(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 1) };
	double began, kept;
	uint64_t before;
	int i;

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	before = epoch(&st, 1);
	began = now_us();
	for (i = 0; i < TACIT_SETS_ASIDE_MAX; i++)
		forge(&st);
	kept = (now_us() - began) / (double)i;
	assert_int_equal(epoch(&st, 1), before + TACIT_SETS_ASIDE_MAX);

	began = now_us();
	for (i = 0; i < MANY; i++)
		forge(&st);
	print_message("a forgery: %.0f us while kept, then %.0f us\n", kept,
	    (now_us() - began) / (double)MANY);
	assert_int_equal(epoch(&st, 1), before + TACIT_SETS_ASIDE_MAX);

	/* And what is true still comes through. */
	assert_int_equal(story_write(&st, 0, 1), 0);
	stage_quiesce(st.s);
	assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 1);
	stage_free(st.s);
}

/* The envelope that the row of the next text of end 0 has, once sealed. */
static void
catch_text(struct story *st, tacit_state_Out *o)
{
	struct tacit_contact *ct = story_contact(st, 0);
	char *text = NULL;
	size_t len;
	int i;

	assert_int_equal(story_write(st, 0, 1), 0);
	memset(o, 0, sizeof(*o));
	for (i = 0; i < 20 && o->sealed.size == 0; i++) {
		(void)stage_turn(st->s, 0);
		assert_non_null(ct->out);
		assert_int_equal(outbox_row_get(ct, ct->out->n, o, &text,
		    &len), 0);
		free(text);
		if (o->sealed.size == 0)
			stage_relay_turn(st->s);
	}
	assert_int_equal(o->sealed.size, TACIT_LETTER_LEN);
}

static void
replays_and_answers_to_nothing_cost_nothing(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 2) };
	tacit_Ok ok = { .id_count = 2, .id = { 77777, 77778 } };
	tacit_state_Out o;
	uint64_t before;
	double began;
	int i;

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	catch_text(&st, &o);
	stage_quiesce(st.s);
	assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 1);

	before = epoch(&st, 1);
	began = now_us();
	for (i = 0; i < MANY; i++)
		story_hand(&st, 1, o.envelope, o.sealed.bytes, o.sealed.size);
	print_message("a replay: %.0f us\n", (now_us() - began) / (double)MANY);
	assert_int_equal(epoch(&st, 1), before);
	assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 0);

	before = epoch(&st, 0);
	for (i = 0; i < MANY; i++)
		assert_int_equal(post_ok(story_contact(&st, 0), &ok), 0);
	assert_int_equal(epoch(&st, 0), before);
	stage_free(st.s);
}

/*
 * Authentic and senseless, sent by the other end or repeated by the relay
 * while nothing more can be kept: told once, and then written nowhere.
 */
static void
poison_is_told_once_when_no_more_can_be_kept(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 3) };
	tacit_Content c = tacit_Content_init_zero;
	struct forge f;
	uint64_t before;
	int i;

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	for (i = 0; i < TACIT_SETS_ASIDE_MAX; i++)
		forge(&st);
	forge_peer(&f, &st, 0);
	memcpy(c.stream, f.ct->rec.stream, sizeof(c.stream));
	before = epoch(&st, 1);
	for (i = 0; i < MANY; i++)
		forge_say(&f, &c);	/* nothing inside */
	assert_int_equal(epoch(&st, 1), before + 1);
	assert_int_equal(story_count(&st, 1, TACIT_EV_POISON), 1);

	/* A new process says it once more, and no oftener. */
	stage_crash(st.s, 1);
	before = epoch(&st, 1);
	for (i = 0; i < MANY; i++)
		forge_say(&f, &c);
	assert_int_equal(epoch(&st, 1), before + 1);
	assert_int_equal(story_count(&st, 1, TACIT_EV_POISON), 1);

	assert_int_equal(story_write(&st, 0, 1), 0);
	stage_quiesce(st.s);
	assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 1);
	stage_free(st.s);
}

/* The Hello of ${st}, once the joiner has sealed it. */
static void
catch_hello(struct story *st, tacit_state_Out *o)
{
	struct tacit_contact *ct;
	int i;

	story_invite(st, 0, 0);
	story_accept(st);
	for (i = 0; i < 200; i++) {
		(void)stage_turn(st->s, 1);
		stage_relay_turn(st->s);
		ct = story_contact(st, 1);
		if (ct->out != NULL)
			break;
	}
	assert_int_equal(outbox_row_get(ct, ct->out->n, o, NULL, NULL), 0);
	assert_int_equal(o->kind, tacit_state_OutKind_OUT_HELLO);
}

static void
a_hello_repeated_costs_nothing(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 4) };
	tacit_state_Out o;
	uint64_t before;
	int i;

	(void)state;
	catch_hello(&st, &o);
	story_hand(&st, 0, o.envelope, o.sealed.bytes, o.sealed.size);
	assert_int_equal(story_count(&st, 0, TACIT_EV_PAIRED), 1);
	before = epoch(&st, 0);
	for (i = 0; i < MANY; i++)
		story_hand(&st, 0, o.envelope, o.sealed.bytes,
		    o.sealed.size);
	assert_int_equal(epoch(&st, 0), before);
	stage_quiesce(st.s);
	assert_int_equal(story_count(&st, 1, TACIT_EV_PAIRED), 1);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    forgeries_are_kept_up_to_the_limit_and_then_cost_nothing),
		cmocka_unit_test(replays_and_answers_to_nothing_cost_nothing),
		cmocka_unit_test(poison_is_told_once_when_no_more_can_be_kept),
		cmocka_unit_test(a_hello_repeated_costs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
