/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts over crashes, vaults put back and clocks that jump; their bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "play.h"
#include "receipt_kit.h"

static const int64_t WINDOW = RECEIPT_WINDOW_MS, LEAST = RECEIPT_LEAST_MS;

static void
a_crash_tells_neither_twice_nor_never(void **state)
{
	struct desk d;
	struct text x;
	int64_t now = NOON;
	int turns, i, n = 0;

	(void)state;
	begin_real(&d, 68);
	turn_on(&d, 1, now);
	for (turns = 0; turns < PLAY_STEPS; turns += play_stride(5))
		for (i = 0; i < 2; i++) {
			now += 3 * WINDOW;
			/* On the way there, */
			x = write_text(&d, 0);
			fall_after(&d, i, turns, now);
			reads(&d, now, &x);
			fall(&d, 1);
			/* and on the way back. */
			now += WINDOW;
			assert_int_equal(tacit_practice_step(d.p[1], now), 0);
			fall_after(&d, i, turns, now);
			settle_at(&d, now);
			assert_int_equal(letters(&d, 1), ++n);
			told_is(&d, &x, TACIT_RECEIPT_READ);
			one_event(&d, &x, "read", "1");
		}
	end(&d);
}

/* What was kept of end 1 is put back, as a copy or from a backup. */
static void
put_back(struct desk *d, int i, int n)
{
	tacit_practice_close(d->p[i]);
	stage_put_back(d->st.s, i, n);
	d->p[i] = NULL;
	open_real(d, i);
}

static void
a_vault_that_was_put_back_repeats_what_changes_nothing(void **state)
{
	struct desk d;
	struct text x, y;
	int64_t now = NOON;
	int backup;

	(void)state;
	begin_real(&d, 69);
	turn_on(&d, 1, now);
	for (backup = 0; backup < 2; backup++) {
		now += 4 * WINDOW;
		x = arrives(&d, now);
		(backup ? stage_keep_backup : stage_keep)(d.st.s, 1, backup);
		now += WINDOW;
		settle_at(&d, now);
		one_event(&d, &x, "delivered", "1");
		put_back(&d, 1, backup);
		settle_at(&d, now);
		assert_int_equal(tacit_receipts_get(d.p[1],
		    contact_of(&d, 1)), 1);
		settle_at(&d, now + 2 * WINDOW);
		told_is(&d, &x, TACIT_RECEIPT_DELIVERED);
		no_more(&d, 0, 0);
		/* And it goes on. */
		now += 3 * WINDOW;
		reads(&d, now, &x);
		y = arrives(&d, now);
		settle_at(&d, now + 2 * WINDOW);
		told_is(&d, &x, TACIT_RECEIPT_READ);
		told_is(&d, &y, TACIT_RECEIPT_DELIVERED);
		one_event(&d, &y, "delivered", "2");
		now += 3 * WINDOW;
	}
	end(&d);
}

/* The end that wrote goes back: the letter comes again, as every other. */
static void
who_wrote_and_was_put_back_is_told_again(void **state)
{
	struct desk d;
	struct text x;

	(void)state;
	begin_real(&d, 70);
	turn_on(&d, 1, NOON);
	x = arrives(&d, NOON);
	stage_keep(d.st.s, 0, 0);
	settle_at(&d, NOON + WINDOW);
	told_is(&d, &x, TACIT_RECEIPT_DELIVERED);
	put_back(&d, 0, 0);
	told_is(&d, &x, TACIT_RECEIPT_NONE);
	/* The other end notices by what comes next. */
	(void)write_text(&d, 0);
	heal_settle(&d.st);
	(void)write_text(&d, 1);
	heal_settle(&d.st);
	settle_at(&d, NOON + WINDOW);
	told_is(&d, &x, TACIT_RECEIPT_DELIVERED);
	one_event(&d, &x, "delivered", "1");
	end(&d);
}

static void
a_clock_that_jumps_loses_nothing(void **state)
{
	static const int64_t YEAR = INT64_C(365) * 86400000;
	struct desk d;
	struct text x, y;
	int64_t due;

	(void)state;
	begin_real(&d, 73);
	turn_on(&d, 1, NOON + YEAR);
	x = arrives(&d, NOON + YEAR);
	/* It was wrong. */
	settle_at(&d, NOON);
	due = tacit_practice_timeout_ms(d.p[1], NOON);
	assert_true(due >= LEAST && due <= WINDOW);
	settle_at(&d, NOON + WINDOW);
	assert_int_equal(letters(&d, 1), 1);
	told_is(&d, &x, TACIT_RECEIPT_DELIVERED);
	/* Forward: what waited goes, once. */
	y = arrives(&d, NOON + 2 * WINDOW);
	settle_at(&d, NOON + YEAR);
	settle_at(&d, NOON + YEAR + WINDOW);
	assert_int_equal(letters(&d, 1), 2);
	told_is(&d, &y, TACIT_RECEIPT_DELIVERED);
	end(&d);
}

static void
what_is_kept_is_bounded(void **state)
{
	enum { TEXTS = TACIT_RECEIPTS_KEPT + 2 * RECEIPT_PAGE, GO = 256 };
	static struct text x[TEXTS];
	int64_t now = NOON;
	struct desk d;
	int i;

	(void)state;
	begin_real(&d, 74);
	turn_on(&d, 1, now);
	for (i = 0; i < TEXTS; i++) {
		x[i] = write_text(&d, 0);
		if (i % GO == GO - 1)
			settle_at(&d, now);
	}
	settle_at(&d, now);
	assert_int_equal(rows_of(&d, 1, ROW_RECEIPT_PAGE), RECEIPT_PAGES);
	reads(&d, now, &x[0]);
	reads(&d, now, &x[2 * RECEIPT_PAGE]);
	reads(&d, now, &x[TEXTS - 1]);
	for (i = 0; i < TEXTS / RECEIPT_LETTER + 2; i++)
		settle_at(&d, now += WINDOW);
	told_is(&d, &x[0], TACIT_RECEIPT_NONE);
	told_is(&d, &x[2 * RECEIPT_PAGE - 1], TACIT_RECEIPT_NONE);
	told_is(&d, &x[2 * RECEIPT_PAGE], TACIT_RECEIPT_READ);
	told_is(&d, &x[2 * RECEIPT_PAGE + 1], TACIT_RECEIPT_DELIVERED);
	told_is(&d, &x[TEXTS - 2], TACIT_RECEIPT_DELIVERED);
	told_is(&d, &x[TEXTS - 1], TACIT_RECEIPT_READ);
	turn_off(&d, 1, now);
	assert_int_equal(rows_of(&d, 1, ROW_RECEIPT_PAGE), 0);
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_tells_neither_twice_nor_never),
		cmocka_unit_test(
		    a_vault_that_was_put_back_repeats_what_changes_nothing),
		cmocka_unit_test(who_wrote_and_was_put_back_is_told_again),
		cmocka_unit_test(a_clock_that_jumps_loses_nothing),
		cmocka_unit_test(what_is_kept_is_bounded),
	};

	(void)setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
