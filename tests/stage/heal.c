/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "heal.h"

void
heal_look(struct story *st, int i, struct heal_shown *s)
{
	struct tacit_event e;

	while (story_next(st, i, &e))
		switch (e.type) {
		case TACIT_EV_MESSAGE:
			assert_true(s->n < HEAL_LETTERS);
			s->letter[s->n++] = story_letter(&e);
			break;
		case TACIT_EV_ROLLED_BACK:
			s->back_them += e.who == TACIT_WHO_THEM;
			s->back_me += e.who == TACIT_WHO_ME;
			s->from = e.to != 0 ? e.from : s->from;
			s->to = e.to != 0 ? e.to : s->to;
			break;
		case TACIT_EV_GAP:
			s->gaps++;
			break;
		case TACIT_EV_POISON:
			s->poison++;
			break;
		case TACIT_EV_IDENTITY_CHANGED:
			s->identity++;
			break;
		case TACIT_EV_ACCEPTED:
		case TACIT_EV_ROTATED:
			break;
		default:
			fail_msg("end %d: %s", i, tacit_event_word(e.type));
		}
}

void
heal_write(struct story *st, int i, int from, int n)
{
	for (; n > 0; n--)
		assert_int_equal(story_write(st, i, from++), 0);
}

void
heal_settle(struct story *st)
{
	int n;

	for (n = 0; n < 4; n++) {
		stage_quiesce(st->s);
		stage_sleep(st->s, 11 * HEAL_MINUTE);
	}
	stage_quiesce(st->s);
}

int
heal_run(const struct heal_shown *s, int at, int first, int n)
{
	int k;

	for (k = 0; k < n; k++) {
		if (at + k >= s->n)
			fail_msg("letter %d was not shown", first + k);
		if (s->letter[at + k] != first + k)
			fail_msg("letter %d where %d should be",
			    s->letter[at + k], first + k);
	}
	return at + n;
}

void
heal_ids(struct story *st, int i)
{
	struct tacit_message m = { .size = sizeof(m) }, other = m;
	uint64_t before = 0, there;
	char id[TACIT_MESSAGE_ID_SIZE], text[64];

	while (tacit_history(story_contact(st, i), before, &m) == 0) {
		before = m.place;
		if (!m.from_me)
			continue;
		assert_true(m.text_len < sizeof(text));
		memcpy(id, m.id, sizeof(id));
		memcpy(text, m.text, m.text_len + 1);
		for (there = 0;; there = other.place) {
			if (tacit_history(story_contact(st, 1 - i), there,
			    &other) != 0)
				fail_msg("%s is not at the other end", text);
			if (!other.from_me && strcmp(other.text, text) == 0)
				break;
		}
		assert_string_equal(other.id, id);
	}
}

int
heal_told(struct story *st, int i, uint64_t after)
{
	struct tacit_event e = { .size = sizeof(e) };
	int n = 0, rc;

	for (e.id = after; (rc = tacit_next_event(stage_end(st->s, i), e.id,
	    &e)) == 1;)
		n += e.type == TACIT_EV_ROLLED_BACK && e.contact == NULL;
	assert_int_equal(rc, 0);
	return n;
}

void
heal_talk(struct story *st, int n)
{
	struct tacit_event e;
	int i, seen;

	for (i = 0; i < 2; i++)
		heal_write(st, i, n, 1);
	stage_quiesce(st->s);
	for (i = 0; i < 2; i++) {
		seen = 0;
		while (story_next(st, i, &e))
			if (e.type == TACIT_EV_MESSAGE)
				seen += story_letter(&e) == n;
			else
				assert_int_equal(e.type, TACIT_EV_ACCEPTED);
		assert_int_equal(seen, 1);
	}
}
