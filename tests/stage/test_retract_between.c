/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises of texts that are asked back, whatever comes between and whatever
 * the other end says: each is answered once, and nothing else is touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "retract_kit.h"

static void
put_back(struct desk *d, int i, int n)
{
	tacit_practice_close(d->p[i]);
	stage_put_back(d->st.s, i, n);
	d->p[i] = NULL;
	open_real(d, i);
}

static void
it_is_answered_once_over_any_crash(void **state)
{
	enum { TURNS = 14 };
	struct desk d;
	struct text x;
	int turns, i;

	(void)state;
	for (turns = 0; turns < 2 * TURNS; turns++) {
		i = turns % 2;
		begin_real(&d, 100 + (uint64_t)turns);
		policy(&d, 1, TACIT_RETRACT_ACCEPT);
		x = says(&d, 0);
		asks(&d, 0, &x);
		fall_after(&d, i, turns / 2, NOON);
		settle_at(&d, NOON + WINDOW);
		fall(&d, 1 - i);
		settle_at(&d, NOON + 3 * WINDOW);
		is_told(&d, 1, TACIT_RETRACTION_WANTED, &x, "done");
		is_told(&d, 0, TACIT_RETRACTION_ANSWERED, &x, "done");
		holds(&d, 1, &x, false);
		holds(&d, 0, &x, true);
		assert_int_equal(letters(&d, 1), 1);
		end(&d);
	}
}

/* Who had forgotten it goes back to when it was there: the request comes
   again, from the other end's history. */
static void
an_end_that_goes_back_forgets_it_again(void **state)
{
	struct desk d;
	struct text x;
	int backup;

	(void)state;
	for (backup = 0; backup < 2; backup++) {
		begin_real(&d, 130 + (uint64_t)backup);
		policy(&d, 1, TACIT_RETRACT_ACCEPT);
		x = says(&d, 0);
		(backup ? stage_keep_backup : stage_keep)(d.st.s, 1, 0);
		asks(&d, 0, &x);
		settle_at(&d, NOON);
		settle_at(&d, NOON + WINDOW);
		holds(&d, 1, &x, false);
		put_back(&d, 1, 0);
		holds(&d, 1, &x, true);
		(void)write_text(&d, 1);
		heal_settle(&d.st);
		(void)write_text(&d, 0);
		heal_settle(&d.st);
		settle_at(&d, NOON + 2 * WINDOW);
		settle_at(&d, NOON + 4 * WINDOW);
		holds(&d, 1, &x, false);
		stands(&d, 0, &x, TACIT_RETRACTION_DONE);
		(void)confirms(&d, 0);
		(void)confirms(&d, 1);
		heal_talk(&d.st, 7);
		end(&d);
	}
}

/* Who asked goes back, and asks again: it is answered again. */
static void
who_asks_again_is_told_again(void **state)
{
	struct desk d;
	struct text x;

	(void)state;
	begin_real(&d, 132);
	policy(&d, 1, TACIT_RETRACT_KEEP);
	x = says(&d, 0);
	stage_keep(d.st.s, 0, 0);
	asks(&d, 0, &x);
	settle_at(&d, NOON);
	settle_at(&d, NOON + WINDOW);
	stands(&d, 0, &x, TACIT_RETRACTION_KEPT);
	put_back(&d, 0, 0);
	stands(&d, 0, &x, TACIT_RETRACTION_NONE);
	(void)write_text(&d, 0);
	heal_settle(&d.st);
	(void)write_text(&d, 1);
	heal_settle(&d.st);
	asks(&d, 0, &x);
	settle_at(&d, NOON + 2 * WINDOW);
	settle_at(&d, NOON + 4 * WINDOW);
	stands(&d, 0, &x, TACIT_RETRACTION_KEPT);
	holds(&d, 1, &x, true);
	end(&d);
}

/* ---- what they may say --------------------------------------------------------------- */

static void
hostile(struct desk *d, int i, pb_size_t tag, const char *message,
    pb_size_t len, uint32_t answer)
{
	static tacit_practice_Practice m;
	uint8_t id[RECEIPT_ID_LEN] = { 0 };

	memset(&m, 0, sizeof(m));
	if (message != NULL)
		assert_true(receipt_id(id, message));
	m.which_is = tag;
	if (tag == tacit_practice_Practice_retract_tag) {
		m.is.retract.message.size = len;
		memcpy(m.is.retract.message.bytes, id, len);
	} else {
		m.is.retracted.message.size = len;
		memcpy(m.is.retracted.message.bytes, id, len);
		m.is.retracted.answer = answer;
	}
	post(d, i, &m);
	look_at(d, NOON);
}

static void
nobody_asks_back_what_is_not_theirs(void **state)
{
	const pb_size_t ask = tacit_practice_Practice_retract_tag;
	struct tacit_message m = { .size = sizeof(m) };
	struct desk d;
	struct text mine;

	(void)state;
	begin_real(&d, 133);
	policy(&d, 1, TACIT_RETRACT_ACCEPT);
	(void)says(&d, 0);
	mine = says(&d, 1);
	hostile(&d, 0, ask, mine.id, RECEIPT_ID_LEN, 0);
	hostile(&d, 0, ask, NULL, RECEIPT_ID_LEN, 0);
	hostile(&d, 0, ask, NULL, 0, 0);
	hostile(&d, 0, ask, mine.id, RECEIPT_ID_LEN - 1, 0);
	counts_are(&d, 1, 0, 4);
	/* Nor a letter that is no text. */
	assert_int_equal(tacit_history(contact_of(&d, 1), 0, &m), 0);
	assert_int_not_equal(m.type, 0);
	hostile(&d, 0, ask, m.id, RECEIPT_ID_LEN, 0);
	counts_are(&d, 1, 0, 5);
	no_more(&d, 1, 0);
	assert_int_equal(rows_of(&d, 1, ROW_RETRACT), 0);
	holds(&d, 1, &mine, true);
	settle_at(&d, NOON + WINDOW);
	assert_int_equal(letters(&d, 1), 0);
	end(&d);
}

static void
no_answer_is_believed_but_to_what_was_asked(void **state)
{
	const pb_size_t answer = tacit_practice_Practice_retracted_tag;
	struct desk d;
	struct text x, y;

	(void)state;
	begin_real(&d, 134);
	x = says(&d, 0);
	y = says(&d, 0);
	hostile(&d, 1, answer, x.id, RECEIPT_ID_LEN, 1);
	assert_int_equal(rows_of(&d, 0, ROW_RETRACTED), 0);
	asks(&d, 0, &x);
	hostile(&d, 1, answer, y.id, RECEIPT_ID_LEN, 1);
	hostile(&d, 1, answer, x.id, RECEIPT_ID_LEN, 0);
	hostile(&d, 1, answer, x.id, RECEIPT_ID_LEN, 3);
	hostile(&d, 1, answer, x.id, 5, 1);
	counts_are(&d, 0, 0, 3);
	stands(&d, 0, &x, TACIT_RETRACTION_ASKED);
	stands(&d, 0, &y, TACIT_RETRACTION_NONE);
	no_more(&d, 0, 0);
	hostile(&d, 1, answer, x.id, RECEIPT_ID_LEN, 1);
	is_told(&d, 0, TACIT_RETRACTION_ANSWERED, &x, "done");
	/* What is gone does not come back, and nothing is told twice. */
	hostile(&d, 1, answer, x.id, RECEIPT_ID_LEN, 2);
	hostile(&d, 1, answer, x.id, RECEIPT_ID_LEN, 1);
	stands(&d, 0, &x, TACIT_RETRACTION_DONE);
	no_more(&d, 0, 0);
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_answered_once_over_any_crash),
		cmocka_unit_test(an_end_that_goes_back_forgets_it_again),
		cmocka_unit_test(who_asks_again_is_told_again),
		cmocka_unit_test(nobody_asks_back_what_is_not_theirs),
		cmocka_unit_test(no_answer_is_believed_but_to_what_was_asked),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
