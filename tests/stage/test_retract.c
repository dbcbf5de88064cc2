/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises of texts that are asked back after they were delivered: a practice
 * keeps them for the record, a client decides, and what is forgotten is gone.
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
#include "left.h"

static void
a_practice_keeps_it_for_the_record(void **state)
{
	struct desk d;
	struct text x;

	(void)state;
	begin_real(&d, 81);
	x = says(&d, 1);
	stands(&d, 1, &x, TACIT_RETRACTION_NONE);
	asks(&d, 1, &x);
	stands(&d, 1, &x, TACIT_RETRACTION_ASKED);
	look_at(&d, NOON);
	is_told(&d, 0, TACIT_RETRACTION_WANTED, &x, "kept");
	holds(&d, 0, &x, true);
	settle_at(&d, NOON);
	is_told(&d, 1, TACIT_RETRACTION_ANSWERED, &x, "kept");
	stands(&d, 0, &x, TACIT_RETRACTION_KEPT);
	stands(&d, 1, &x, TACIT_RETRACTION_KEPT);

	/* Asked again, nothing is sent; and they may think better of it. */
	asks(&d, 1, &x);
	settle_at(&d, NOON);
	no_more(&d, 0, 0);
	assert_int_equal(letters(&d, 0), 1);
	assert_int_equal(letters(&d, 1), 1);
	decides(&d, 0, &x, 1);
	decides(&d, 0, &x, 1);
	holds(&d, 0, &x, false);
	holds(&d, 1, &x, true);
	settle_at(&d, NOON);
	is_told(&d, 1, TACIT_RETRACTION_ANSWERED, &x, "done");
	assert_int_equal(tacit_retraction_answer(d.p[0], NOON,
	    contact_of(&d, 0), x.id, 0), TACIT_E_STATE);
	assert_int_equal(letters(&d, 0), 2);
	end(&d);
}

static void
a_client_decides(void **state)
{
	struct text x, y;
	struct desk d;

	(void)state;
	begin_real(&d, 82);
	x = says(&d, 0);
	y = says(&d, 0);
	asks(&d, 0, &x);
	asks(&d, 0, &y);
	settle_at(&d, NOON);
	settle_at(&d, NOON + 4 * WINDOW);
	assert_int_equal(letters(&d, 1), 0);
	stands(&d, 1, &x, TACIT_RETRACTION_ASKED);
	holds(&d, 1, &x, true);
	fall(&d, 1);
	decides(&d, 1, &x, 1);
	decides(&d, 1, &y, 0);
	holds(&d, 1, &x, false);
	holds(&d, 1, &y, true);
	settle_at(&d, NOON + WINDOW);
	settle_at(&d, NOON + WINDOW);
	stands(&d, 0, &x, TACIT_RETRACTION_DONE);
	stands(&d, 0, &y, TACIT_RETRACTION_KEPT);
	assert_int_equal(letters(&d, 1), 2);
	end(&d);
}

/* By policy, also before its reader saw it; and nothing else is touched. */
static void
what_is_forgotten_is_gone(void **state)
{
	static struct left_rows rows;
	struct text x, y;
	struct desk d;
	struct tacit *t;
	int seen;

	(void)state;
	for (seen = 0; seen < 2; seen++) {
		begin_real(&d, 83 + (uint64_t)seen);
		policy(&d, 1, TACIT_RETRACT_ACCEPT);
		y = says(&d, 0);
		assert_int_equal(confirms(&d, 1), 1);
		x = says(&d, 0);
		if (seen)
			assert_int_equal(confirms(&d, 1), 1);
		t = stage_end(d.st.s, 1);
		assert_int_equal(vault_settle(t->vault), 0);
		left_take(&rows, t->vault);
		assert_true(left_in_rows(t->vault, said, strlen(said)) != 0);
		asks(&d, 0, &x);
		/* The other one has the same words, and stays. */
		look_at(&d, NOON);
		is_told(&d, 1, TACIT_RETRACTION_WANTED, &x, "done");
		holds(&d, 1, &x, false);
		holds(&d, 1, &y, true);
		assert_int_equal(confirms(&d, 1), 0);
		asks(&d, 0, &y);
		look_at(&d, NOON);
		is_told(&d, 1, TACIT_RETRACTION_WANTED, &y, "done");
		t = stage_end(d.st.s, 1);
		assert_int_equal(left_in_rows(t->vault, said, strlen(said)),
		    0);
		assert_true(left_gone(&rows, t->vault, 1) >= 2);
		fall(&d, 1);
		holds(&d, 1, &x, false);
		holds(&d, 0, &x, true);
		heal_talk(&d.st, 7);
		end(&d);
	}
}

/* In the moment of the request it would tell the relay what that was. */
static void
the_answer_goes_at_a_random_time(void **state)
{
	enum { TRIES = 40 };
	int64_t at, first = INT64_MAX, last = 0;
	struct desk d;
	struct text x;
	int i;

	(void)state;
	begin_real(&d, 85);
	policy(&d, 1, TACIT_RETRACT_KEEP);
	for (i = 0; i < TRIES; i++) {
		x = says(&d, 0);
		asks(&d, 0, &x);
		look_at(&d, NOON);
		at = tacit_practice_timeout_ms(d.p[1], NOON);
		assert_in_range(at, RETRACT_LEAST_MS, WINDOW);
		first = at < first ? at : first;
		last = at > last ? at : last;
		assert_int_equal(tacit_practice_step(d.p[1], NOON + at - 1),
		    0);
		assert_int_equal(letters(&d, 1), i);
		assert_int_equal(tacit_practice_step(d.p[1], NOON + at), 0);
		assert_int_equal(letters(&d, 1), i + 1);
	}
	/* Each side is missed once in 2^40. */
	assert_true(first < WINDOW / 2 && last > WINDOW / 2);
	end(&d);
}

static void
who_is_asked_has_a_policy(void **state)
{
	struct desk d;

	(void)state;
	begin_real(&d, 86);
	assert_int_equal(tacit_retract_policy_get(d.p[0], contact_of(&d, 0)),
	    TACIT_RETRACT_KEEP);
	assert_int_equal(tacit_retract_policy_get(d.p[1], contact_of(&d, 1)),
	    TACIT_RETRACT_ASK);
	assert_int_equal(tacit_retract_policy_get(d.p[0], NULL),
	    TACIT_RETRACT_DEFAULT);
	assert_int_equal(tacit_retract_policy_set(d.p[0], NULL,
	    TACIT_RETRACT_ACCEPT), 0);
	fall(&d, 0);
	assert_int_equal(tacit_retract_policy_get(d.p[0], contact_of(&d, 0)),
	    TACIT_RETRACT_ACCEPT);
	policy(&d, 0, TACIT_RETRACT_ASK);
	assert_int_equal(tacit_retract_policy_get(d.p[0], contact_of(&d, 0)),
	    TACIT_RETRACT_ASK);
	policy(&d, 0, TACIT_RETRACT_DEFAULT);
	assert_int_equal(tacit_retract_policy_get(d.p[0], contact_of(&d, 0)),
	    TACIT_RETRACT_ACCEPT);
	assert_int_equal(tacit_retract_policy_set(d.p[0], NULL,
	    (enum tacit_retract_policy)4), TACIT_E_INVALID);
	assert_int_equal(tacit_retract_policy_set(NULL, NULL,
	    TACIT_RETRACT_ASK), TACIT_E_INVALID);
	assert_int_equal(tacit_retract_policy_get(NULL, NULL),
	    TACIT_E_INVALID);
	end(&d);
}

static void
what_cannot_be_asked_back_is_refused(void **state)
{
	struct desk d;
	struct text x, y, z;
	struct tacit_contact *ct;
	enum tacit_fate fate;

	(void)state;
	begin_real(&d, 87);
	x = says(&d, 0);
	z = says(&d, 1);
	ct = contact_of(&d, 0);
	assert_int_equal(tacit_retract(d.p[0], NOON, ct, z.id),
	    TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_retract(d.p[0], NOON, ct, "m_"),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_retract(d.p[0], -1, ct, x.id),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_retraction_state(d.p[0], ct, "x"),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_retraction_answer(d.p[0], NOON, ct, z.id, 1),
	    TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_retraction_answer(d.p[0], NOON, ct, z.id, 2),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_forget(ct, x.id), TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_forget(ct, NULL), TACIT_E_INVALID);

	/* What never left, or was undone, is nobody's to give back. */
	assert_int_equal(tacit_hold_now(ct, 60), 0);
	assert_int_equal(tacit_send(ct, said, strlen(said), y.id, NULL), 0);
	assert_int_equal(tacit_retract(d.p[0], NOON, ct, y.id),
	    TACIT_E_STATE);
	assert_int_equal(tacit_recall(ct, y.id, &fate), 0);
	assert_int_equal(fate, TACIT_FATE_UNDONE);
	assert_int_equal(tacit_retract(d.p[0], NOON, ct, y.id),
	    TACIT_E_STATE);
	assert_int_equal(tacit_contact_close(ct), 0);
	settle_at(&d, NOON);
	assert_int_equal(tacit_retract(d.p[0], NOON, contact_of(&d, 0), x.id),
	    TACIT_E_CONTACT_CLOSED);
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_practice_keeps_it_for_the_record),
		cmocka_unit_test(a_client_decides),
		cmocka_unit_test(what_is_forgotten_is_gone),
		cmocka_unit_test(the_answer_goes_at_a_random_time),
		cmocka_unit_test(who_is_asked_has_a_policy),
		cmocka_unit_test(what_cannot_be_asked_back_is_refused),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
