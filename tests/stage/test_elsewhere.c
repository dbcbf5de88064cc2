/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whoever holds a link, invited or not, cannot have the inviter's host call
 * on a place of their choice: the answer to a Hello goes to the relay of the
 * link or nowhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "change.h"
#include "letter.h"
#include "story.h"

/* What the Hello says of the joiner's relay, that the link does not. */
static void
another_host(tacit_state_Place *p)
{
	p->host.bytes[0] = '2';
}

static void
another_port(tacit_state_Place *p)
{
	p->port = 2;
}

static void
another_key(tacit_state_Place *p)
{
	p->relay_key[0] ^= 1;
}

static void
another_pin(tacit_state_Place *p)
{
	p->pin[0] ^= 1;
}

static void
no_tls(tacit_state_Place *p)
{
	p->flags = TACIT_LINK_PLAINTEXT;
}

static void
the_same(tacit_state_Place *p)
{
	(void)p;
}

/* A Hello of end 1, whose relay ${change} altered, arrives at end 0. */
static void
say_hello(struct story *st, void (*change)(tacit_state_Place *))
{
	struct tacit_contact *ct, *inviter;
	tacit_state_Out o = tacit_state_Out_init_zero;
	uint8_t hello_key[TACIT_KEY_LEN];
	int i;

	story_invite(st, 0, 0);
	story_accept(st);
	for (i = 0; i < 100 && story_contact(st, 1)->rec.step !=
	    tacit_state_Step_J2_READ; i++) {
		(void)stage_turn(st->s, 1);
		stage_relay_turn(st->s);
	}
	ct = story_contact(st, 1);
	inviter = story_contact(st, 0);
	assert_int_equal(ct->rec.step, tacit_state_Step_J2_READ);
	assert_int_equal(inviter->rec.step, tacit_state_Step_I3_INVITED);
	(void)crypto_scalarmult_base(hello_key,
	    inviter->pairing->hello_secret);

	assert_int_equal(change_begin(ct->t), 0);
	o.kind = tacit_state_OutKind_OUT_HELLO;
	change(&ct->rec.my_place);
	assert_int_equal(letter_seal_hello(ct, &o, hello_key), 0);
	assert_int_equal(change_end(ct->t, ct, 0), 0);
	story_hand(st, 0, o.envelope, o.sealed.bytes, o.sealed.size);
}

static void
an_answer_goes_to_the_relay_of_the_link_or_nowhere(void **state)
{
	static void (*const changes[])(tacit_state_Place *) = {
		another_host, another_port, another_key, no_tls,
	};
	struct stage *s = stage_new(story_scratch(), 1);
	struct tacit_contact *ct;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct story st = { .s = s };

		say_hello(&st, changes[i]);
		ct = story_contact(&st, 0);
		assert_int_equal(ct->rec.step, tacit_state_Step_I3_INVITED);
		assert_int_equal(ct->rec.their_place.host.size, 0);
		assert_int_equal(story_count(&st, 0, TACIT_EV_PAIRED), 0);
	}
	stage_free(s);
}

/* The same by the same means, but true: it pairs. */
static void
a_hello_from_the_relay_of_the_link_is_answered(void **state)
{
	/* The relay may have changed its key since: our own pin counts. */
	static void (*const changes[])(tacit_state_Place *) = {
		the_same, another_pin,
	};
	struct tacit_contact *ct;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct story st = { .s = stage_new(story_scratch(), 2) };

		say_hello(&st, changes[i]);
		ct = story_contact(&st, 0);
		assert_int_equal(ct->rec.step, tacit_state_Step_I4_ANSWERED);
		assert_memory_equal(&ct->rec.their_place, &ct->rec.my_place,
		    sizeof(ct->rec.my_place));
		assert_int_equal(story_count(&st, 0, TACIT_EV_PAIRED), 1);
		stage_free(st.s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_answer_goes_to_the_relay_of_the_link_or_nowhere),
		cmocka_unit_test(
		    a_hello_from_the_relay_of_the_link_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
