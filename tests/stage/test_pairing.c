/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairing ends paired, whatever comes between its messages: every order of
 * Hello, HelloAck, Confirm and letters that a network, two people and crashes
 * of either end can make.  PROTOCOL.md, section 11.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "contact.h"
#include "story.h"

enum { LETTERS_MAX = 12 };

/* One relationship under test. */
struct pair {
	struct stage *s;
	char id[2][CONTACT_ID_LEN];
	int written[2];			/* letters by each end */
	uint64_t event[2];		/* last event id looked at */
	int heard[2], paired[2];
};

static struct tacit_contact *
contact_of(struct pair *p, int i)
{
	struct tacit_contact *ct = contact_by_id(stage_end(p->s, i),
	    p->id[i]);

	assert_non_null(ct);
	return ct;
}

/* End 0 invites by a link, whose risk it accepts; end 1 reads it. */
static void
begin(struct pair *p)
{
	struct tacit_contact *ct;
	char link[TACIT_LINK_SIZE];
	int i;

	assert_int_equal(tacit_invite(&ct, stage_end(p->s, 0), "client", 0,
	    0, NULL), 0);
	assert_int_equal(tacit_accept_unverified(ct), 0);
	memcpy(p->id[0], ct->id, CONTACT_ID_LEN);
	for (i = 0; i < 100 && tacit_invitation_link(contact_of(p, 0),
	    link) == TACIT_E_WAIT; i++) {
		(void)stage_turn(p->s, 0);
		stage_relay_turn(p->s);
	}
	assert_int_equal(tacit_invitation_link(contact_of(p, 0), link), 0);
	assert_int_equal(tacit_accept(&ct, stage_end(p->s, 1), link,
	    strlen(link), "therapist"), 0);
	memcpy(p->id[1], ct->id, CONTACT_ID_LEN);
}

static void
write_letter(struct pair *p, int i)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "letter %d", ++p->written[i]);
	assert_int_equal(tacit_send(contact_of(p, i), text, strlen(text),
	    NULL, NULL), 0);
}

/* Look at what the app is shown: in order, once, nothing alarming. */
static void
look(struct pair *p, int i)
{
	struct tacit_event e = { .size = sizeof(e) };
	char text[32];
	int rc;

	while ((rc = tacit_next_event(stage_end(p->s, i), p->event[i],
	    &e)) == 1) {
		p->event[i] = e.id;
		switch (e.type) {
		case TACIT_EV_MESSAGE:
			(void)snprintf(text, sizeof(text), "letter %d",
			    ++p->heard[i]);
			assert_string_equal(e.text, text);
			break;
		case TACIT_EV_PAIRED:
			assert_false(e.verified);
			p->paired[i]++;
			break;
		case TACIT_EV_ACCEPTED:
			break;
		default:
			fail_msg("event %s", tacit_event_word(e.type));
		}
	}
	assert_int_equal(rc, 0);
}

static void
random_act(struct pair *p)
{
	struct stage *s = p->s;
	int i = (int)stage_below(s, 2);

	switch (stage_below(s, 12)) {
	case 0:
		stage_crash(s, i);
		break;
	case 1:
		stage_cut(s, i);
		break;
	case 2:
		if (p->written[i] < LETTERS_MAX)
			write_letter(p, i);
		break;
	case 3:
		stage_sleep(s, 1000 + stage_below(s, 60000));
		break;
	case 4:
	case 5:
	case 6:
		stage_relay_turn(s);
		break;
	default:
		(void)stage_turn(s, i);
	}
}

static void
check_paired(struct pair *p)
{
	char digits[2][TACIT_SAFETY_SIZE];
	const struct out_ref *o;
	struct tacit_contact *ct;
	int i;

	for (i = 0; i < 2; i++) {
		ct = contact_of(p, i);
		look(p, i);
		assert_int_equal(p->paired[i], 1);
		assert_int_equal(p->heard[i], p->written[1 - i]);
		assert_int_equal(ct->rec.step, i == 0 ?
		    tacit_state_Step_I5_ACTIVE : tacit_state_Step_J4_ACTIVE);
		assert_int_equal(ct->rec.due, 0);
		for (o = ct->out; o != NULL; o = o->next)
			assert_true(o->okayed);
		assert_int_equal(tacit_safety_number(ct, digits[i]), 0);
	}
	assert_string_equal(digits[0], digits[1]);
	assert_memory_equal(contact_of(p, 0)->rec.key1,
	    contact_of(p, 1)->rec.key1, TACIT_KEY_LEN);
	assert_int_equal(stage_relay_envelopes(stage_relay(p->s)), 0);
}

/* Once both have heard each other under k1, S and k0 are gone at both ends. */
static void
check_switched(struct pair *p)
{
	static const uint8_t zero[TACIT_KEY_LEN];
	int i;

	write_letter(p, 0);
	write_letter(p, 1);
	stage_quiesce(p->s);
	check_paired(p);
	for (i = 0; i < 2; i++) {
		assert_null(contact_of(p, i)->pairing);
		assert_memory_equal(contact_of(p, i)->rec.key0, zero,
		    sizeof(zero));
	}
}

/* Both know that it is over, and the relay keeps nothing of it. */
static void
finish(struct pair *p)
{
	assert_int_equal(tacit_contact_close(contact_of(p, 0)), 0);
	stage_quiesce(p->s);
	assert_int_equal(contact_of(p, 1)->rec.step,
	    tacit_state_Step_CLOSED);
	assert_int_equal(contact_of(p, 0)->rec.due, 0);
	assert_int_equal(contact_of(p, 1)->rec.due, 0);
	assert_int_equal(stage_relay_envelopes(stage_relay(p->s)), 0);
}

/* What can come between: each at every step of an otherwise plain pairing. */
enum act { CRASH_I, CRASH_J, CUT_I, CUT_J, LETTER_I, LETTER_J, ACTS };

static void
act(struct pair *p, enum act a)
{
	if (a <= CRASH_J)
		stage_crash(p->s, (int)a - CRASH_I);
	else if (a <= CUT_J)
		stage_cut(p->s, (int)a - CUT_I);
	else
		write_letter(p, (int)a - LETTER_I);
}

/* Turns in rotation, with ${a} before step ${at} and ${b} before ${bt}. */
static void
play(struct stage *s, enum act a, int at, enum act b, int bt)
{
	struct pair p = { .s = s };
	int step;

	begin(&p);
	p.event[0] = stage_end(s, 0)->self.next_event;
	p.event[1] = stage_end(s, 1)->self.next_event;
	for (step = 0; step < 48; step++) {
		if (step == at)
			act(&p, a);
		if (step == bt)
			act(&p, b);
		if (step % 3 == 2)
			stage_relay_turn(s);
		else
			(void)stage_turn(s, step % 3);
	}
	stage_quiesce(s);
	check_paired(&p);
	check_switched(&p);
	finish(&p);
}

static void
one_disturbance_at_every_step(void **state)
{
	struct stage *s = NULL;
	int a, at, n = 0;

	(void)state;
	for (a = 0; a < ACTS; a++)
		for (at = 0; at < 48; at++, n++) {
			if (n % 48 == 0) {
				if (s != NULL)
					stage_free(s);
				s = stage_new(story_scratch(), (uint64_t)n);
			}
			play(s, (enum act)a, at, LETTER_J, -1);
		}
	stage_free(s);
	print_message("%d pairings, each with one disturbance\n", n);
}

static void
random_disturbances(void **state)
{
	uint64_t seed = story_number("TACIT_SEED", randombytes_random());
	uint64_t n = story_number("TACIT_SEQUENCES", 200), i;
	struct stage *s = NULL;
	uint32_t k, acts;

	(void)state;
	print_message("TACIT_SEED=%llu TACIT_SEQUENCES=%llu\n",
	    (unsigned long long)seed, (unsigned long long)n);
	for (i = 0; i < n; i++) {
		struct pair p = { .s = NULL };

		if (i % 40 == 0) {
			if (s != NULL)
				stage_free(s);
			s = stage_new(story_scratch(), seed + i);
		}
		p.s = s;
		begin(&p);
		p.event[0] = stage_end(s, 0)->self.next_event;
		p.event[1] = stage_end(s, 1)->self.next_event;
		acts = 20 + stage_below(s, 200);
		for (k = 0; k < acts; k++)
			random_act(&p);
		stage_quiesce(s);
		check_paired(&p);
		check_switched(&p);
		finish(&p);
	}
	if (s != NULL)
		stage_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_disturbance_at_every_step),
		cmocka_unit_test(random_disturbances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
