/* SPDX-License-Identifier: Apache-2.0 */
/* How a relationship stands: paused, resumed, discharged, verified anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "event.h"
#include "play.h"
#include "bounds.h"
#include "change.h"
#include "twin.h"

/* ---- a disk that is full at the n-th transaction ------------------------------ */

static int commits_left = -1;		/* -1: as many as there are */

int __real_vault_commit(struct vault *v);
int __wrap_vault_commit(struct vault *v);

int
__wrap_vault_commit(struct vault *v)
{
	if (commits_left >= 0 && commits_left-- == 0)
		return TACIT_E_DISK_FULL;
	return __real_vault_commit(v);
}

static int
change(struct desk *d, int i, int64_t now, enum tacit_life_what what,
    const char *text)
{
	return tacit_life_change(d->p[i], now, story_contact(&d->st, i), what,
	    text);
}

static struct tacit_life_info
life(struct desk *d, int i)
{
	struct tacit_life_info l = { .size = sizeof(l) };

	assert_int_equal(tacit_life_get(d->p[i], story_contact(&d->st, i),
	    &l), 0);
	return l;
}

/* Entry ${n} of end ${i}. */
static void
entry(struct desk *d, int i, uint32_t n, enum tacit_life_what what,
    enum tacit_who who, enum tacit_how how)
{
	struct tacit_life_entry e = { .size = sizeof(e) };

	assert_int_equal(tacit_life_entry(d->p[i], story_contact(&d->st, i),
	    n, &e), 1);
	assert_int_equal(e.what, what);
	assert_int_equal(e.who, who);
	assert_int_equal(e.how, how);
	assert_true(e.time_ms >= NOON);
}

static void
start(struct desk *d, uint64_t seed)
{
	struct tacit_practice_event ev;

	begin_real(d, seed);
	settle_at(d, NOON);
	assert_int_equal(acknowledges(d, NOON), 0);
	settle_at(d, NOON);
	takes(d, 0, TACIT_PRACTICE_CARD_HAD, &ev);
}

static void
a_paused_client_is_told_and_sees_the_card(void **state)
{
	struct tacit_practice_event ev;
	struct tacit_card c;
	struct desk d;

	(void)state;
	start(&d, 41);
	assert_int_equal(life(&d, 0).state, TACIT_LIFE_ACTIVE);
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_PAUSE,
	    "Until January. Take care!"), 0);
	settle_at(&d, NOON + 1);
	takes(&d, 1, TACIT_PRACTICE_PAUSED, &ev);
	assert_string_equal(ev.value, "Until January. Take care!");
	assert_string_equal(life(&d, 1).text, "Until January. Take care!");
	assert_int_equal(life(&d, 1).state, TACIT_LIFE_PAUSED);
	assert_int_equal(life(&d, 0).state, TACIT_LIFE_PAUSED);
	assert_int_equal(writes(&d, 1, NOON), TACIT_E_PAUSED);
	assert_int_equal(writes(&d, 0, NOON), 0);
	get_card(&d, 1, &c);
	assert_true(c.n > 0);
	/* A new card is acknowledged in a pause as well. */
	set_card(&d, NOON, "After January.");
	settle_at(&d, NOON);
	takes(&d, 1, TACIT_PRACTICE_CARD, &ev);
	assert_int_equal(writes(&d, 1, NOON), TACIT_E_PAUSED);
	assert_int_equal(acknowledges(&d, NOON), 0);
	/* Once more is the same. */
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_PAUSE, "again"), 0);
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_RESUME, ""), 0);
	settle_at(&d, NOON + 2);
	takes(&d, 1, TACIT_PRACTICE_RESUMED, &ev);
	no_more(&d, 1, 0);
	assert_int_equal(writes(&d, 1, NOON), 0);
	entry(&d, 0, 0, TACIT_LIFE_PAIR, TACIT_WHO_THEM,
	    TACIT_HOW_IN_PERSON);
	entry(&d, 0, 1, TACIT_LIFE_PAUSE, TACIT_WHO_ME, TACIT_HOW_NONE);
	entry(&d, 0, 2, TACIT_LIFE_RESUME, TACIT_WHO_ME, TACIT_HOW_NONE);
	assert_int_equal(life(&d, 0).entries, 3);
	entry(&d, 1, 1, TACIT_LIFE_PAUSE, TACIT_WHO_THEM, TACIT_HOW_NONE);
	entry(&d, 1, 2, TACIT_LIFE_RESUME, TACIT_WHO_THEM, TACIT_HOW_NONE);
	end(&d);
}

static void
a_change_is_told_once_over_any_crash(void **state)
{
	struct tacit_practice_event ev;
	struct desk d;
	int turns, i, n = 0;

	(void)state;
	start(&d, 42);
	for (turns = 0; turns < PLAY_STEPS; turns += play_stride(6))
		for (i = 0; i < 2; i++, n++) {
			assert_int_equal(change(&d, 0, NOON,
			    TACIT_LIFE_PAUSE, "p"), 0);
			fall_after(&d, i, turns, NOON);
			takes(&d, 1, TACIT_PRACTICE_PAUSED, &ev);
			assert_int_equal(change(&d, 0, NOON,
			    TACIT_LIFE_RESUME, "r"), 0);
			fall_after(&d, i, turns, NOON);
			takes(&d, 1, TACIT_PRACTICE_RESUMED, &ev);
			no_more(&d, 1, 0);
		}
	assert_int_equal(life(&d, 0).entries, 1 + 2 * n);
	assert_int_equal(life(&d, 1).entries, 1 + 2 * n);
	end(&d);
}

/* How many texts the history of end ${i} has. */
static int
texts(struct desk *d, int i)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t before = 0;
	int n = 0;

	while (tacit_history(story_contact(&d->st, i), before, &m) == 0) {
		before = m.place;
		n += m.type == 0;
	}
	return n;
}

static void
a_discharge_closes_both_ends_and_keeps_the_history(void **state)
{
	struct tacit_practice_event ev;
	struct desk d;
	int turns, i;

	(void)state;
	for (turns = 0; turns < PLAY_STEPS; turns += play_stride(12))
		for (i = 0; i < 2; i++) {
			start(&d, 43 + (uint64_t)turns);
			assert_int_equal(writes(&d, 1, NOON), 0);
			assert_int_equal(change(&d, 0, NOON,
			    TACIT_LIFE_DISCHARGE, "All the best."), 0);
			assert_int_equal(writes(&d, 0, NOON),
			    TACIT_E_CONTACT_CLOSED);
			fall_after(&d, i, turns, NOON);
			settle_at(&d, NOON + 1);
			takes(&d, 1, TACIT_PRACTICE_DISCHARGED, &ev);
			no_more(&d, 1, 0);
			assert_int_equal(life(&d, 0).state,
			    TACIT_LIFE_RETAINED);
			assert_int_equal(life(&d, 1).state,
			    TACIT_LIFE_DISCHARGED);
			assert_int_equal(writes(&d, 1, NOON),
			    TACIT_E_CONTACT_CLOSED);
			assert_int_equal(play_mailboxes(&(struct play){ .st = d.st }), 0);
			assert_int_equal(texts(&d, 0), 2);
			assert_int_equal(texts(&d, 1), 2);
			assert_int_equal(change(&d, 0, NOON,
			    TACIT_LIFE_RESUME, ""), TACIT_E_CONTACT_CLOSED);
			entry(&d, 0, 1, TACIT_LIFE_DISCHARGE, TACIT_WHO_ME,
			    TACIT_HOW_NONE);
			entry(&d, 0, 2, TACIT_LIFE_CLOSE, TACIT_WHO_ME,
			    TACIT_HOW_NONE);
			assert_int_equal(life(&d, 0).entries, 3);
			end(&d);
		}
}

static void
nothing_is_closed_before_a_relay_has_the_words(void **state)
{
	struct desk d;
	int n;

	(void)state;
	start(&d, 46);
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_DISCHARGE, "Bye."),
	    0);
	for (n = 0; n < 3; n++) {
		assert_int_equal(tacit_practice_step(d.p[0], NOON), 0);
		assert_int_equal(life(&d, 0).state, TACIT_LIFE_DISCHARGED);
		fall(&d, 0);
	}
	settle_at(&d, NOON);
	assert_int_equal(life(&d, 0).state, TACIT_LIFE_RETAINED);
	end(&d);
}

/* The vault says that their key changed, as pair.c does. */
static void
identity_changes(struct desk *d, int i)
{
	struct tacit *t = stage_end(d->st.s, i);
	struct tacit_contact *ct = story_contact(&d->st, i);

	assert_int_equal(change_begin(t), 0);
	ct->rec.verified = 0;
	assert_int_equal(change_end(t, ct, event_say(t, ct,
	    TACIT_EV_IDENTITY_CHANGED)), 0);
}

static int
is_verified(struct desk *d, int i)
{
	struct tacit_contact_info info = { .size = sizeof(info) };

	assert_int_equal(tacit_contact_info(story_contact(&d->st, i), &info),
	    0);
	return info.verified;
}

static void
nobody_is_verified_without_an_entry(void **state)
{
	struct desk d;
	uint32_t entries;
	int n, rc = -1;

	(void)state;
	start(&d, 48);
	identity_changes(&d, 0);
	assert_int_equal(tacit_practice_step(d.p[0], NOON), 0);
	entries = life(&d, 0).entries;
	for (n = 0; rc != 0; n++) {
		commits_left = n;
		rc = tacit_life_verify(d.p[0], NOON, story_contact(&d.st, 0),
		    TACIT_HOW_VIDEO);
		commits_left = -1;
		assert_true(rc == 0 || rc == TACIT_E_DISK_FULL);
		assert_int_equal(is_verified(&d, 0), rc == 0);
	}
	assert_true(n > 1);
	assert_int_equal(life(&d, 0).entries, entries + 1);
	entry(&d, 0, entries, TACIT_LIFE_VERIFY, TACIT_WHO_ME,
	    TACIT_HOW_VIDEO);
	end(&d);
}

static void
another_identity_is_verified_before_a_word(void **state)
{
	struct tacit_contact *ct;
	struct desk d;
	int i;

	(void)state;
	start(&d, 47);
	assert_int_equal(writes(&d, 0, NOON), 0);
	identity_changes(&d, 0);
	assert_int_equal(tacit_practice_step(d.p[0], NOON), 0);
	for (i = 0; i < 2; i++) {
		assert_true(life(&d, 0).identity_changed);
		assert_int_equal(writes(&d, 0, NOON),
		    TACIT_E_IDENTITY_CHANGED);
		fall(&d, 0);
		assert_int_equal(tacit_practice_step(d.p[0], NOON), 0);
	}
	ct = story_contact(&d.st, 0);
	assert_int_equal(tacit_life_verify(d.p[0], NOON, ct,
	    TACIT_HOW_NONE), TACIT_E_INVALID);
	assert_int_equal(tacit_life_verify(d.p[0], NOON, ct,
	    (enum tacit_how)4), TACIT_E_INVALID);
	assert_int_equal(tacit_life_verify(d.p[0], NOON, NULL,
	    TACIT_HOW_VOICE), TACIT_E_INVALID);
	assert_int_equal(writes(&d, 0, NOON), TACIT_E_IDENTITY_CHANGED);
	assert_int_equal(tacit_life_verify(d.p[0], NOON + 7, ct,
	    TACIT_HOW_VOICE), 0);
	assert_int_equal(writes(&d, 0, NOON), 0);
	/* The event is the host's, and still there: it is not taken twice. */
	fall(&d, 0);
	settle_at(&d, NOON);
	assert_false(life(&d, 0).identity_changed);
	entry(&d, 0, 1, TACIT_LIFE_IDENTITY, TACIT_WHO_THEM, TACIT_HOW_NONE);
	entry(&d, 0, 2, TACIT_LIFE_VERIFY, TACIT_WHO_ME, TACIT_HOW_VOICE);
	assert_int_equal(life(&d, 0).entries, 3);
	/* One that nobody stepped over is no less of one. */
	identity_changes(&d, 0);
	assert_int_equal(writes(&d, 0, NOON), TACIT_E_IDENTITY_CHANGED);
	end(&d);
}

static void
what_may_not_be_said_is_refused(void **state)
{
	static const char esc[] = "a\033b";
	char longer[TACIT_NOTICE_SIZE + 1];
	struct tacit_life_info l = { .size = 1 };
	struct tacit_life_entry e = { .size = sizeof(e) };
	struct tacit_contact *other = NULL;
	struct desk d;

	(void)state;
	start(&d, 48);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(change(&d, 1, NOON, TACIT_LIFE_PAUSE, "no"),
	    TACIT_E_STATE);
	assert_int_equal(change(&d, 1, NOON, TACIT_LIFE_DISCHARGE, "no"),
	    TACIT_E_STATE);
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_DISCHARGE, ""),
	    TACIT_E_TEXT);
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_PAUSE, longer),
	    TACIT_E_TEXT);
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_PAUSE, esc),
	    TACIT_E_TEXT);
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_PAUSE, "\xff"),
	    TACIT_E_TEXT);
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_PAUSE, NULL),
	    TACIT_E_INVALID);
	assert_int_equal(change(&d, 0, -1, TACIT_LIFE_PAUSE, "x"),
	    TACIT_E_INVALID);
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_PAIR, "x"),
	    TACIT_E_INVALID);
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_VERIFY, "x"),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_life_get(d.p[0], story_contact(&d.st, 0), &l),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_life_entry(d.p[0], story_contact(&d.st, 0), 9,
	    &e), 0);
	assert_int_equal(tacit_invite(&other, stage_end(d.st.s, 0), "new", 0,
	    0, NULL), 0);
	assert_int_equal(tacit_life_change(d.p[0], NOON, other,
	    TACIT_LIFE_PAUSE, "x"), TACIT_E_STATE);
	assert_int_equal(life(&d, 0).entries, 1);
	settle_at(&d, NOON);
	no_more(&d, 1, 0);
	end(&d);
}

static void
hostile_changes_change_nothing(void **state)
{
	static tacit_practice_Practice m;
	struct tacit_practice_event ev;
	uint64_t aside = 0;
	struct desk d;
	int i;

	(void)state;
	start(&d, 49);
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_PAUSE, "p"), 0);
	assert_int_equal(change(&d, 0, NOON, TACIT_LIFE_RESUME, "r"), 0);
	settle_at(&d, NOON);
	takes(&d, 1, TACIT_PRACTICE_PAUSED, &ev);
	takes(&d, 1, TACIT_PRACTICE_RESUMED, &ev);
	m.which_is = tacit_practice_Practice_life_tag;
	/* A client pauses nobody. */
	m.is.life.number = UINT64_MAX;
	m.is.life.state = TACIT_LIFE_PAUSED;
	post(&d, 1, &m);
	settle_at(&d, NOON);
	counts_are(&d, 0, 0, 1);
	assert_int_equal(life(&d, 0).state, TACIT_LIFE_ACTIVE);
	/* States that nobody is put into. */
	for (i = 0; i < 8; i++) {
		static const uint32_t bad[] = { 0, TACIT_LIFE_INVITED,
		    TACIT_LIFE_RETAINED, 6, 255, UINT32_MAX };

		m.is.life.state = i < 6 ? bad[i] : TACIT_LIFE_PAUSED;
		m.is.life.text[0] = (char)(i == 6 ? 033 : i == 7 ? 0xff : 0);
		post(&d, 0, &m);
		settle_at(&d, NOON);
		counts_are(&d, 1, 0, ++aside);
	}
	/* Older than what was said last, or the same again. */
	memset(m.is.life.text, 0, sizeof(m.is.life.text));
	m.is.life.state = TACIT_LIFE_PAUSED;
	m.is.life.number = (uint64_t)NOON;
	post(&d, 0, &m);
	m.is.life.number = (uint64_t)NOON + 1;
	post(&d, 0, &m);
	m.is.life.number = 0;
	post(&d, 0, &m);
	settle_at(&d, NOON);
	no_more(&d, 1, 0);
	counts_are(&d, 1, 0, aside);
	assert_int_equal(life(&d, 1).state, TACIT_LIFE_ACTIVE);
	assert_int_equal(writes(&d, 1, NOON), 0);
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_paused_client_is_told_and_sees_the_card),
		cmocka_unit_test(a_change_is_told_once_over_any_crash),
		cmocka_unit_test(
		    a_discharge_closes_both_ends_and_keeps_the_history),
		cmocka_unit_test(
		    nothing_is_closed_before_a_relay_has_the_words),
		cmocka_unit_test(another_identity_is_verified_before_a_word),
		cmocka_unit_test(nobody_is_verified_without_an_entry),
		cmocka_unit_test(what_may_not_be_said_is_refused),
		cmocka_unit_test(hostile_changes_change_nothing),
	};

	(void)setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
