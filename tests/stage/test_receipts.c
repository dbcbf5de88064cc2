/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts: off unless switched on, told in one letter now and then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "change.h"
#include "event.h"
#include "play.h"
#include "receipt_kit.h"

static const int64_t WINDOW = RECEIPT_WINDOW_MS, LEAST = RECEIPT_LEAST_MS;

static void
nobody_is_told_unless_it_is_on(void **state)
{
	struct desk d;
	struct text x, y;
	struct story other;

	(void)state;
	begin_real(&d, 61);
	assert_int_equal(tacit_receipts_get(d.p[1], contact_of(&d, 1)), 0);
	x = arrives(&d, NOON);
	reads(&d, NOON, &x);
	/* It is off, said or not, and whatever they do. */
	turn_off(&d, 1, NOON);
	turn_on(&d, 0, NOON);
	settle_at(&d, NOON + 3 * WINDOW);
	assert_int_equal(letters(&d, 1), 0);
	told_is(&d, &x, TACIT_RECEIPT_NONE);
	no_more(&d, 0, 0);

	/* On for one contact is on for no other. */
	memset(&other, 0, sizeof(other));
	other.s = d.st.s;
	story_pair(&other, TACIT_INVITE_IN_PERSON);
	assert_ptr_not_equal(story_contact(&other, 1), contact_of(&d, 1));
	assert_int_equal(tacit_receipts_set(d.p[1], NOON,
	    story_contact(&other, 1), 1), 0);
	assert_int_equal(tacit_receipts_get(d.p[1], contact_of(&d, 1)), 0);
	y = arrives(&d, NOON);
	reads(&d, NOON, &y);
	assert_int_equal(story_write(&other, 0, 1), 0);
	settle_at(&d, NOON);
	settle_at(&d, NOON + WINDOW);
	settle_at(&d, NOON + 3 * WINDOW);
	assert_int_equal(letters(&d, 1), 0);
	told_is(&d, &y, TACIT_RECEIPT_NONE);
	end(&d);
}

static void
delivered_and_read_are_told_each_once(void **state)
{
	struct desk d;
	struct text x[3];
	int64_t now = NOON;
	int i;

	(void)state;
	begin_real(&d, 62);
	turn_on(&d, 1, now);
	turn_on(&d, 1, now);
	assert_int_equal(tacit_receipts_get(d.p[1], contact_of(&d, 1)), 1);
	for (i = 0; i < 3; i++)
		x[i] = arrives(&d, now + i);
	settle_at(&d, now + LEAST - 1);
	assert_int_equal(letters(&d, 1), 0);
	settle_at(&d, now + WINDOW);
	assert_int_equal(letters(&d, 1), 1);
	for (i = 0; i < 3; i++)
		told_is(&d, &x[i], TACIT_RECEIPT_DELIVERED);
	one_event(&d, &x[2], "delivered", "3");

	now += WINDOW;
	reads(&d, now, &x[0]);
	reads(&d, now, &x[1]);
	reads(&d, now, &x[1]);
	settle_at(&d, now + LEAST - 1);
	assert_int_equal(letters(&d, 1), 1);
	settle_at(&d, now + WINDOW);
	assert_int_equal(letters(&d, 1), 2);
	told_is(&d, &x[0], TACIT_RECEIPT_READ);
	told_is(&d, &x[1], TACIT_RECEIPT_READ);
	told_is(&d, &x[2], TACIT_RECEIPT_DELIVERED);
	one_event(&d, &x[1], "read", "2");

	/* What was told is not told again, nor is a receipt answered. */
	turn_on(&d, 0, now);
	now += 2 * WINDOW;
	assert_int_equal(tacit_practice_step(d.p[1], now), 0);
	reads(&d, now, &x[0]);
	assert_int_equal(tacit_practice_timeout_ms(d.p[1], now), -1);
	fall(&d, 1);
	settle_at(&d, now);
	settle_at(&d, now + 3 * WINDOW);
	assert_int_equal(letters(&d, 1), 2);
	assert_int_equal(letters(&d, 0), 0);
	no_more(&d, 0, 0);
	no_more(&d, 1, 0);
	/* For the host they are no messages. */
	assert_int_equal(story_count(&d.st, 0, TACIT_EV_MESSAGE), 0);
	assert_int_equal(story_count(&d.st, 1, TACIT_EV_MESSAGE), 3);
	end(&d);
}

/* Read before the letter goes: it says that, and no second one follows. */
static void
what_is_read_at_once_takes_one_letter(void **state)
{
	struct desk d;
	struct text x;

	(void)state;
	begin_real(&d, 63);
	turn_on(&d, 1, NOON);
	/* The event is there, and no step has looked at it yet. */
	x = write_text(&d, 0);
	stage_quiesce(d.st.s);
	reads(&d, NOON, &x);
	settle_at(&d, NOON + WINDOW);
	settle_at(&d, NOON + 3 * WINDOW);
	assert_int_equal(letters(&d, 1), 1);
	told_is(&d, &x, TACIT_RECEIPT_READ);
	one_event(&d, &x, "read", "1");
	end(&d);
}

static void
the_time_is_random_within_the_window(void **state)
{
	enum { TRIES = 60 };
	struct desk d;
	int64_t now = NOON, due, least = INT64_MAX, most = 0;
	int i;

	(void)state;
	begin_real(&d, 64);
	turn_on(&d, 1, now);
	for (i = 0; i < TRIES; i++) {
		now += 3 * WINDOW;
		(void)arrives(&d, now);
		due = tacit_practice_timeout_ms(d.p[1], now);
		assert_true(due >= LEAST && due <= WINDOW);
		least = due < least ? due : least;
		most = due > most ? due : most;
		/* Not before, and not after. */
		settle_at(&d, now + due - 1);
		assert_int_equal(letters(&d, 1), i);
		settle_at(&d, now + due);
		assert_int_equal(letters(&d, 1), i + 1);
	}
	/* By chance alone once in 10^9 runs. */
	assert_true(least < LEAST + (WINDOW - LEAST) * 3 / 10);
	assert_true(most > LEAST + (WINDOW - LEAST) * 7 / 10);
	end(&d);
}

static void
however_many_texts_each_window_sees_one_letter(void **state)
{
	enum { TEXTS = 180, STEP = 20 * SECOND };
	static struct text x[TEXTS];
	int64_t now = NOON, went[TEXTS];
	struct desk d;
	int i, n = 0, had;

	(void)state;
	begin_real(&d, 65);
	turn_on(&d, 1, now);
	for (i = 0; i < TEXTS; i++, now += STEP) {
		x[i] = arrives(&d, now);
		reads(&d, now, &x[i]);
		had = n;
		n = letters(&d, 1);
		assert_true(n - had <= 1);
		if (n > had)
			went[had] = now;
	}
	/* An hour has four windows; the last may still be to go. */
	assert_true(n >= 3 && n <= 4);
	for (i = 0; i + 2 < n; i++)
		assert_true(went[i + 2] - went[i] > WINDOW - STEP);
	/* What two windows saw is more than a letter holds. */
	for (i = 1; i <= 3; i++)
		settle_at(&d, now + i * WINDOW);
	for (i = 0; i < TEXTS; i++)
		told_is(&d, &x[i], TACIT_RECEIPT_READ);
	end(&d);
}

static void
more_than_a_letter_holds_goes_in_the_next_windows(void **state)
{
	enum { TEXTS = 2 * RECEIPT_LETTER + 4 };
	struct text x[TEXTS];
	int64_t now = NOON;
	struct desk d;
	int i, w, n;

	(void)state;
	begin_real(&d, 66);
	turn_on(&d, 1, now);
	for (i = 0; i < TEXTS; i++)
		x[i] = write_text(&d, 0);
	settle_at(&d, now);
	for (w = 1; w <= 3; w++) {
		settle_at(&d, now += WINDOW);
		assert_int_equal(letters(&d, 1), w);
		for (n = i = 0; i < TEXTS; i++)
			n += tacit_receipt_state(d.p[0], contact_of(&d, 0),
			    x[i].id) == TACIT_RECEIPT_DELIVERED;
		assert_int_equal(n, w < 3 ? w * RECEIPT_LETTER : TEXTS);
	}
	settle_at(&d, now + 3 * WINDOW);
	assert_int_equal(letters(&d, 1), 3);
	end(&d);
}

static void
switched_off_tells_nothing_of_what_was_collected(void **state)
{
	struct desk d;
	struct text x[4];
	int64_t now = NOON;

	(void)state;
	begin_real(&d, 67);
	x[0] = write_text(&d, 0);		/* before it is on, not seen */
	stage_quiesce(d.st.s);
	turn_on(&d, 1, now);
	settle_at(&d, now);
	settle_at(&d, now += 2 * WINDOW);
	assert_int_equal(letters(&d, 1), 0);
	x[1] = arrives(&d, now);
	turn_off(&d, 1, now);
	assert_int_equal(tacit_receipts_get(d.p[1], contact_of(&d, 1)), 0);
	assert_int_equal(rows_of(&d, 1, ROW_RECEIPT_PAGE), 0);
	x[2] = arrives(&d, now);
	reads(&d, now, &x[2]);
	settle_at(&d, now + 3 * WINDOW);
	assert_int_equal(letters(&d, 1), 0);
	/* On again: what came before is still nobody's matter. */
	now += 4 * WINDOW;
	turn_on(&d, 1, now);
	fall(&d, 1);
	reads(&d, now, &x[0]);
	reads(&d, now, &x[1]);
	reads(&d, now, &x[2]);
	settle_at(&d, now + 2 * WINDOW);
	assert_int_equal(letters(&d, 1), 0);
	now += 3 * WINDOW;
	x[3] = arrives(&d, now);
	settle_at(&d, now + WINDOW);
	assert_int_equal(letters(&d, 1), 1);
	told_is(&d, &x[0], TACIT_RECEIPT_NONE);
	told_is(&d, &x[1], TACIT_RECEIPT_NONE);
	told_is(&d, &x[2], TACIT_RECEIPT_NONE);
	told_is(&d, &x[3], TACIT_RECEIPT_DELIVERED);
	/* Off and on does not open another window. */
	now += WINDOW;
	(void)arrives(&d, now);
	settle_at(&d, now + tacit_practice_timeout_ms(d.p[1], now));
	assert_int_equal(letters(&d, 1), 2);
	turn_off(&d, 1, now);
	turn_on(&d, 1, now);
	(void)arrives(&d, now);
	settle_at(&d, now + WINDOW + LEAST - 1);
	assert_int_equal(letters(&d, 1), 2);
	settle_at(&d, now + 2 * WINDOW);
	assert_int_equal(letters(&d, 1), 3);
	end(&d);
}

/* Only texts have receipts: not what libraries say to one another. */
static void
what_is_no_text_has_no_receipt(void **state)
{
	struct desk d;
	struct tacit_practice_event ev;
	struct tacit_message m = { .size = sizeof(m) };

	(void)state;
	begin_real(&d, 71);
	turn_on(&d, 1, NOON);
	assert_int_equal(tacit_send_data(contact_of(&d, 0), 100, "x", 1,
	    NULL, NULL), 0);
	set_card(&d, NOON, "Once a day.");
	settle_at(&d, NOON);
	takes(&d, 1, TACIT_PRACTICE_CARD, &ev);
	/* Shown or not. */
	assert_int_equal(tacit_history(contact_of(&d, 1), 0, &m), 0);
	assert_int_equal(m.type, PRACTICE_TYPE);
	assert_int_equal(tacit_receipts_read(d.p[1], NOON,
	    contact_of(&d, 1), m.id), 0);
	settle_at(&d, NOON + 3 * WINDOW);
	assert_int_equal(letters(&d, 1), 0);
	assert_int_equal(rows_of(&d, 1, ROW_RECEIPT_PAGE), 0);
	end(&d);
}

static void
who_may_not_write_tells_nothing_until_then(void **state)
{
	struct desk d;
	struct text x, y;
	int64_t now = NOON;

	(void)state;
	begin_real(&d, 72);
	turn_on(&d, 1, now);
	x = arrives(&d, now);
	assert_int_equal(tacit_life_change(d.p[0], now, contact_of(&d, 0),
	    TACIT_LIFE_PAUSE, ""), 0);
	settle_at(&d, now);
	settle_at(&d, now + 2 * WINDOW);
	assert_int_equal(letters(&d, 1), 0);
	now += 3 * WINDOW;
	assert_int_equal(tacit_life_change(d.p[0], now, contact_of(&d, 0),
	    TACIT_LIFE_RESUME, ""), 0);
	settle_at(&d, now);
	settle_at(&d, now + RECEIPT_RETRY_MS);
	assert_int_equal(letters(&d, 1), 1);
	told_is(&d, &x, TACIT_RECEIPT_DELIVERED);
	/* It was late, and has a window of its own. */
	y = arrives(&d, now + MINUTE);
	settle_at(&d, now + WINDOW + LEAST - 1);
	assert_int_equal(letters(&d, 1), 1);
	settle_at(&d, now + MINUTE + 2 * WINDOW);
	assert_int_equal(letters(&d, 1), 2);
	told_is(&d, &y, TACIT_RECEIPT_DELIVERED);
	/* Who is gone is told nothing, and nothing waits. */
	now += 4 * WINDOW;
	(void)arrives(&d, now);
	assert_int_equal(tacit_life_change(d.p[0], now, contact_of(&d, 0),
	    TACIT_LIFE_DISCHARGE, "Goodbye."), 0);
	settle_at(&d, now);
	settle_at(&d, now);
	settle_at(&d, now + 2 * WINDOW);
	assert_int_equal(letters(&d, 1), 2);
	assert_int_equal(tacit_receipts_get(d.p[1], contact_of(&d, 1)), 0);
	assert_int_equal(tacit_receipts_set(d.p[1], now, contact_of(&d, 1),
	    1), TACIT_E_CONTACT_CLOSED);
	assert_int_equal(tacit_receipts_set(d.p[1], now, contact_of(&d, 1),
	    0), 0);
	assert_int_equal(tacit_practice_step(d.p[1], now + 2 * WINDOW), 0);
	assert_int_equal(tacit_practice_timeout_ms(d.p[1], now + 2 * WINDOW), -1);
	end(&d);
}

static void
what_changed_its_key_is_told_nothing_until_verified(void **state)
{
	struct tacit_contact *ct;
	struct tacit *t;
	struct desk d;
	struct text x;

	(void)state;
	begin_real(&d, 76);
	turn_on(&d, 1, NOON);
	x = arrives(&d, NOON);
	t = stage_end(d.st.s, 1);
	ct = contact_of(&d, 1);
	/* The vault says so, as inbox.c does. */
	assert_int_equal(change_begin(t), 0);
	assert_int_equal(change_end(t, ct, event_say(t, ct,
	    TACIT_EV_IDENTITY_CHANGED)), 0);
	settle_at(&d, NOON);
	settle_at(&d, NOON + 2 * WINDOW);
	assert_int_equal(letters(&d, 1), 0);
	assert_int_equal(tacit_life_verify(d.p[1], NOON, ct,
	    TACIT_HOW_VOICE), 0);
	settle_at(&d, NOON + 2 * WINDOW + RECEIPT_RETRY_MS);
	assert_int_equal(letters(&d, 1), 1);
	told_is(&d, &x, TACIT_RECEIPT_DELIVERED);
	end(&d);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	static const char *const ids[] = { "", "m_", "m_aaaaaaaaaaaaaaaaaaa",
	    "m_aaaaaaaaaaaaaaaaaaaaa", "c_aaaaaaaaaaaaaaaaaaaa",
	    "m_aaaaaaaaaaaaaaaaaaa1", "m_aaaaaaaaaaaaaaaaaaaA",
	    "m_aaaaaaaaaaaaaaaaaaa ", "mxaaaaaaaaaaaaaaaaaaaa",
	    "m_\xc3\xa4" "aaaaaaaaaaaaaaaaaa", NULL };
	const char *good = "m_abcdefghijklmnopqr27";
	struct tacit_contact *ct;
	struct desk d;
	size_t i;

	(void)state;
	begin_real(&d, 75);
	ct = contact_of(&d, 1);
	turn_on(&d, 1, NOON);
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_int_equal(tacit_receipts_read(d.p[1], NOON, ct,
		    ids[i]), TACIT_E_INVALID);
		assert_int_equal(tacit_receipt_state(d.p[1], ct, ids[i]),
		    TACIT_E_INVALID);
	}
	/* One that there is not is nobody's. */
	assert_int_equal(tacit_receipts_read(d.p[1], NOON, ct, good), 0);
	assert_int_equal(tacit_receipt_state(d.p[1], ct, good), 0);
	assert_int_equal(tacit_receipts_read(d.p[1], -1, ct, good),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_receipts_read(d.p[1], NOON, NULL, good),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_receipts_read(NULL, NOON, ct, good),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_receipt_state(NULL, ct, good),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_receipt_state(d.p[1], NULL, good),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_receipts_set(d.p[1], NOON, ct, 2),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_receipts_set(d.p[1], NOON, ct, -1),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_receipts_set(d.p[1], -1, ct, 0),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_receipts_set(NULL, NOON, ct, 0),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_receipts_set(d.p[1], NOON, NULL, 0),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_receipts_get(NULL, ct), TACIT_E_INVALID);
	assert_int_equal(tacit_receipts_get(d.p[1], NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_receipts_get(d.p[1], ct), 1);
	settle_at(&d, NOON + WINDOW);
	assert_int_equal(letters(&d, 1), 0);
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_told_unless_it_is_on),
		cmocka_unit_test(delivered_and_read_are_told_each_once),
		cmocka_unit_test(what_is_read_at_once_takes_one_letter),
		cmocka_unit_test(the_time_is_random_within_the_window),
		cmocka_unit_test(
		    however_many_texts_each_window_sees_one_letter),
		cmocka_unit_test(
		    more_than_a_letter_holds_goes_in_the_next_windows),
		cmocka_unit_test(
		    switched_off_tells_nothing_of_what_was_collected),
		cmocka_unit_test(what_is_no_text_has_no_receipt),
		cmocka_unit_test(who_may_not_write_tells_nothing_until_then),
		cmocka_unit_test(
		    what_changed_its_key_is_told_nothing_until_verified),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	(void)setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
