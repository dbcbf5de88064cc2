/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An older copy of a vault is put back while nothing was under way: both
 * people just go on talking.  What was written is shown once, in order, under
 * one id at both ends, and each is told what went back (D5).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "story.h"

enum {
	MINUTE = 60 * 1000, LETTERS_MAX = 1400,
	X_WRITES = 1, Y_WRITES = 2,
	AFTER = 1000			/* numbers of what comes afterwards */
};

/* What one end was shown, in order. */
struct shown {
	int n, letter[LETTERS_MAX];
	int back_me, back_them, gaps;
	uint64_t from, to;
};

static void
look(struct story *st, int i, struct shown *s)
{
	struct tacit_event e;

	while (story_next(st, i, &e))
		switch (e.type) {
		case TACIT_EV_MESSAGE:
			assert_true(s->n < LETTERS_MAX);
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
		case TACIT_EV_ACCEPTED:
			break;
		default:
			fail_msg("end %d: %s", i, tacit_event_word(e.type));
		}
}

static void
write_some(struct story *st, int i, int from, int n)
{
	for (; n > 0; n--)
		assert_int_equal(story_write(st, i, from++), 0);
}

static void
settle(struct story *st)
{
	int n;

	for (n = 0; n < 4; n++) {
		stage_quiesce(st->s);
		stage_sleep(st->s, 11 * MINUTE);
	}
	stage_quiesce(st->s);
}

/* ${s} has ${n} letters from ${first}, at ${at}. */
static int
has_run(const struct shown *s, int at, int first, int n)
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

/* Each text in the history of ${i} from itself has the same id at the other. */
static void
ids_are_equal(struct story *st, int i)
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

/*
 * End ${x} goes back over ${n} letters of whoever writes in ${who}, then
 * whoever writes in ${first} speaks first.
 */
static void
goes_back(int x, int n, int who, int first)
{
	struct story st = { .s = stage_new(story_scratch(), 77) };
	struct shown *s = calloc(2, sizeof(*s));
	uint64_t event;
	int y = 1 - x, at;

	assert_non_null(s);
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	write_some(&st, x, 1, 3);
	write_some(&st, y, 1, 3);
	stage_quiesce(st.s);
	look(&st, x, &s[x]);
	event = st.event[x];
	stage_keep(st.s, x, 0);
	if (who & X_WRITES)
		write_some(&st, x, 4, n);
	stage_quiesce(st.s);
	if (who & Y_WRITES)
		write_some(&st, y, 4, n);
	stage_quiesce(st.s);
	look(&st, y, &s[y]);
	stage_put_back(st.s, x, 0);
	st.event[x] = event;

	write_some(&st, first == X_WRITES ? x : y, AFTER, 3);
	settle(&st);
	write_some(&st, first == X_WRITES ? y : x, AFTER, 3);
	settle(&st);
	look(&st, x, &s[x]);
	look(&st, y, &s[y]);

	at = has_run(&s[y], 0, 1, 3);
	at = has_run(&s[y], at, 4, who & X_WRITES ? n : 0);
	assert_int_equal(has_run(&s[y], at, AFTER, 3), s[y].n);
	/* Who only listened may find out by the hole, which is then filled. */
	assert_true(s[x].gaps <= (who == Y_WRITES));
	at = has_run(&s[x], 0, 1, 3);
	if (s[x].gaps > 0) {
		at = has_run(&s[x], at, AFTER, 3);
		assert_int_equal(has_run(&s[x], at, 4, n), s[x].n);
	} else {
		at = has_run(&s[x], at, 4, who & Y_WRITES ? n : 0);
		assert_int_equal(has_run(&s[x], at, AFTER, 3), s[x].n);
	}
	ids_are_equal(&st, x);
	ids_are_equal(&st, y);
	if (who & X_WRITES) {
		assert_int_equal(s[x].back_me, 1);
		assert_int_equal(s[y].back_them, 1);
		assert_int_equal(s[x].from, 4);
		assert_int_equal(s[x].to, 3 + n);
	}
	assert_int_equal(s[y].back_me, 0);
	assert_int_equal(s[x].back_them, 0);
	assert_int_equal(s[y].gaps, 0);
	free(s);
	stage_free(st.s);
}

static void
one_goes_back(int n)
{
	int x, who, first;

	for (x = 0; x < 2; x++)
		for (who = X_WRITES; who <= (X_WRITES | Y_WRITES); who++)
			for (first = X_WRITES; first <= Y_WRITES; first++) {
				print_message("end %d back %d, %d %d\n", x, n,
				    who, first);
				goes_back(x, n, who, first);
			}
}

static void
an_end_goes_back_over_1_letter(void **state)
{
	(void)state;
	one_goes_back(1);
}

static void
an_end_goes_back_over_5_letters(void **state)
{
	(void)state;
	one_goes_back(5);
}

static void
an_end_goes_back_over_50_letters(void **state)
{
	(void)state;
	one_goes_back(50);
}

static void
an_end_goes_back_over_300_letters(void **state)
{
	(void)state;
	one_goes_back(300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_end_goes_back_over_1_letter),
		cmocka_unit_test(an_end_goes_back_over_5_letters),
		cmocka_unit_test(an_end_goes_back_over_50_letters),
		cmocka_unit_test(an_end_goes_back_over_300_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
