/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "play.h"

tacit_state_Contact *
play_rec(struct play *p, int i)
{
	return &story_contact(&p->st, i)->rec;
}

void
play_begin(struct play *p, struct stage *s)
{
	memset(p, 0, sizeof(*p));
	p->st.s = s;
	story_pair(&p->st, TACIT_INVITE_IN_PERSON);
	heal_talk(&p->st, 0);
}

void
play_write(struct play *p, int i)
{
	heal_write(&p->st, i, ++p->written[i], 1);
}

void
play_check_shown(struct play *p, int i, int back)
{
	struct heal_shown *s = &p->shown[1 - i];

	heal_look(&p->st, 1 - i, s);
	assert_int_equal(heal_run(s, 0, 1, p->written[i]), p->written[i]);
	assert_int_equal(s->n, p->written[i]);
	assert_int_equal(s->poison + s->identity, 0);
	assert_true(back || s->gaps == 0);
}

void
play_check_agreed(struct play *p)
{
	int i;

	assert_true(play_rec(p, 0)->rotation == play_rec(p, 1)->rotation);
	for (i = 0; i < 2; i++) {
		assert_int_equal(play_rec(p, i)->unseen, 0);
		assert_int_equal(play_rec(p, i)->due, 0);
		assert_true(play_rec(p, i)->next.id == 0);
		assert_memory_equal(play_rec(p, i)->key1,
		    play_rec(p, 1 - i)->key1, TACIT_KEY_LEN);
		assert_memory_equal(play_rec(p, i)->their_address,
		    play_rec(p, 1 - i)->my_address, TACIT_ADDRESS_LEN);
	}
}

int
play_rotated(struct play *p, int i)
{
	return story_count(&p->st, i, TACIT_EV_ROTATED);
}

uint64_t
play_mailboxes(struct play *p)
{
	struct stage *s = p->st.s;

	return stage_relay_count(stage_relay(s)).mailboxes -
	    stage_anchors(s, 0) - stage_anchors(s, 1);
}

void
play_turns(struct stage *s, int from, int n)
{
	for (; n > 0; n--, from++)
		if (from % 3 == 2)
			stage_relay_turn(s);
		else
			(void)stage_turn(s, from % 3);
}

int
play_stride(int n)
{
	return story_number("TACIT_EVERY_STEP", 0) != 0 ? 1 : n;
}

void
play_rotate(struct play *p)
{
	assert_int_equal(tacit_rotate(story_contact(&p->st, 0)), 0);
	stage_quiesce(p->st.s);
	assert_int_equal(play_rotated(p, 0), 1);
	assert_int_equal(play_rotated(p, 1), 1);
	play_check_agreed(p);
}
