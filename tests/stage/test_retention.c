/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records are kept for so many years, and then deleted by who says so: what
 * is refused until then, what is left in the files for who has the key, and
 * what a clock that lies can do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clinic.h"
#include "journal.h"
#include "left.h"
#include "tacit/erase.h"
#include "tacit/vault_log.h"
#include "twin.h"

static const char secret[] = "the heron stands where the river bends";
static const uint64_t ONLY_LOG = (uint64_t)1 << VAULT_LOG;
static const char other_text[] = "an otter swims there, too";

/* ---- a disk that is full at the n-th write ------------------------------------------ */

static int writes_left = -1;		/* -1: as many as there are */

int __real_vault_del(struct vault *v, enum vault_table t, const void *key,
    size_t key_len);
int __real_vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len);
int __real_vault_commit(struct vault *v);
int __wrap_vault_del(struct vault *v, enum vault_table t, const void *key,
    size_t key_len);
int __wrap_vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len);
int __wrap_vault_commit(struct vault *v);

static int
is_full(void)
{
	if (writes_left < 0)
		return 0;
	return writes_left-- == 0;
}

int
__wrap_vault_del(struct vault *v, enum vault_table t, const void *key,
    size_t key_len)
{
	return is_full() ? TACIT_E_DISK_FULL :
	    __real_vault_del(v, t, key, key_len);
}

int
__wrap_vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len)
{
	return is_full() ? TACIT_E_DISK_FULL :
	    __real_vault_put(v, t, key, key_len, value, len);
}

int
__wrap_vault_commit(struct vault *v)
{
	if (!is_full())
		return __real_vault_commit(v);
	vault_rollback(v);
	return TACIT_E_DISK_FULL;
}

/* ---- a practice ---------------------------------------------------------------------- */

static void
says(struct clinic *c, int i, const char *text)
{
	assert_int_equal(tacit_send(clinic_ct(c, i), text, strlen(text), NULL,
	    NULL), 0);
	stage_quiesce(c->st.s);
}

static uint32_t
day_of(int64_t ms)
{
	return zone_civil(ms).date;
}

/* What time both clocks have from now on: noon of ${date}. */
static void
turn_clocks(struct clinic *c, uint32_t date)
{
	c->now = clinic_at(date, 12 * 60);
	assert_true(c->now > stage_now(c->st.s));
	stage_sleep(c->st.s, c->now - stage_now(c->st.s));
}

/* Everything that a practice may have of a client, and they of it. */
static void
work(struct clinic *c, uint64_t seed)
{
	struct tacit_checkin_when w = clinic_evenings(20260320, 20260330);
	char id[TACIT_CHECKIN_ID_SIZE], words[TACIT_WORDS_SIZE];
	struct tacit_card card = { .size = sizeof(card) };

	clinic_asked(c, seed, &w, id);
	clinic_answer(c, id, "bad", "9");
	assert_int_equal(tacit_receipts_set(c->p[0], c->now, clinic_ct(c, 0),
	    1), 0);
	clinic_go(c, 20260321, 1110);
	says(c, 1, secret);
	says(c, 0, secret);
	clinic_stay(c);
	assert_int_equal(tacit_card_get(c->p[1], clinic_ct(c, 1), &card), 0);
	assert_int_equal(tacit_card_acknowledge(c->p[1], c->now,
	    clinic_ct(c, 1), card.version), 0);
	clinic_settle(c);
	assert_int_equal(tacit_practice_words(c->p[0], clinic_ct(c, 0),
	    words), 0);
	assert_int_equal(tacit_practice_send(c->p[0], c->now, clinic_ct(c, 0),
	    secret, strlen(secret), words, 0, NULL, NULL), 0);
	clinic_stay(c);
	turn_clocks(c, 20270101);
	clinic_settle(c);
}

static void
discharge(struct clinic *c)
{
	assert_int_equal(tacit_life_change(c->p[0], c->now, clinic_ct(c, 0),
	    TACIT_LIFE_DISCHARGE, "All the best."), 0);
	clinic_stay(c);
}

static struct tacit_retention
retention(struct clinic *c, int i, int64_t now)
{
	struct tacit_retention r = { .size = sizeof(r) };

	assert_int_equal(tacit_retention_get(c->p[i], now, clinic_ct(c, i),
	    &r), 0);
	return r;
}

static int
delete(struct clinic *c, int i, int64_t now, uint32_t today)
{
	return tacit_retention_delete(c->p[i], now, clinic_ct(c, i), today);
}

/* ---- until when ------------------------------------------------------------------------ */

static void
nothing_goes_before_its_time(void **state)
{
	static const struct {
		uint32_t years, now, today;
		int rc;
	} row[] = {
		{ 0, 20270101, 20270101, TACIT_E_RETAINED },
		{ 0, 20270102, 20270102, TACIT_E_RETAINED },
		{ 0, 20361231, 20361231, TACIT_E_RETAINED },
		{ 0, 20370101, 20370101, TACIT_E_RETAINED },
		{ 0, 20370101, 20370102, TACIT_E_RETAINED },
		{ 0, 20370102, 20370101, TACIT_E_TODAY },
		{ 0, 20370102, 20270102, TACIT_E_TODAY },
		{ 0, 20370102, 0, TACIT_E_TODAY },
		{ 11, 20370102, 20370102, TACIT_E_RETAINED },
		{ 30, 20570101, 20570101, TACIT_E_RETAINED },
		{ 3, 20300101, 20300101, TACIT_E_RETAINED },
		{ 3, 20300102, 20300103, TACIT_E_TODAY },
		/* A clock that went back has no more to say. */
		{ 3, 20260601, 20260601, TACIT_E_RETAINED },
	};
	uint8_t before[32], after[32];
	struct clinic c;
	int64_t now;
	size_t i;

	(void)state;
	work(&c, 1);
	now = clinic_at(20470101, 0);
	assert_int_equal(retention(&c, 0, now).ended, 0);
	assert_int_equal(delete(&c, 0, now, 20470101), TACIT_E_STATE);
	assert_int_equal(delete(&c, 1, now, 20470101), TACIT_E_STATE);
	discharge(&c);
	assert_int_equal(retention(&c, 0, now).ended, 20270101);
	assert_int_equal(retention(&c, 0, now).until, 20370101);
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		if (row[i].years != 0)
			assert_int_equal(tacit_retention_set(c.p[0],
			    row[i].years), 0);
		fingerprint(stage_end(c.st.s, 0)->vault, before);
		now = clinic_at(row[i].now, 23 * 60 + 59);
		if (delete(&c, 0, now, row[i].today) != row[i].rc)
			fail_msg("row %zu", i);
		assert_int_equal(retention(&c, 0, now).due,
		    row[i].rc == TACIT_E_TODAY);
		fingerprint(stage_end(c.st.s, 0)->vault, after);
		assert_memory_equal(before, after, sizeof(after));
	}
	/* On its first minute, by the local clock. */
	now = clinic_at(20300102, 0);
	assert_int_equal(delete(&c, 0, now - 1, 20300101), TACIT_E_RETAINED);
	assert_int_equal(delete(&c, 0, now, 20300102), 0);
	assert_null(clinic_ct(&c, 0));
	clinic_end(&c);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	struct tacit_retention r = { .size = 1 };
	struct tacit_prefix bad[] = { { "", 0 }, { NULL, 1 }, { "x", 65 } };
	struct tacit_contact *ct;
	struct clinic c;
	uint32_t years = 0, day;
	size_t i;

	(void)state;
	clinic_begin(&c, 2);
	ct = clinic_ct(&c, 0);
	assert_int_equal(tacit_retention_years(c.p[0], &years), 0);
	assert_int_equal(years, 10);
	assert_int_equal(tacit_retention_set(c.p[0], 0), TACIT_E_INVALID);
	assert_int_equal(tacit_retention_set(c.p[0], 31), TACIT_E_INVALID);
	assert_int_equal(tacit_retention_years(c.p[0], &years), 0);
	assert_int_equal(tacit_retention_set(c.p[0], 30), 0);
	assert_int_equal(tacit_retention_years(c.p[0], &years), 1);
	assert_int_equal(years, 30);
	assert_int_equal(tacit_retention_get(c.p[0], 0, ct, &r),
	    TACIT_E_INVALID);
	r.size = sizeof(r);
	assert_int_equal(tacit_retention_get(c.p[0], -1, ct, &r),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_retention_delete(c.p[0], c.now, NULL, 0),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_retention_idle(c.p[0], ct, &day, &day),
	    TACIT_E_STATE);
	assert_int_equal(tacit_contact_erase(ct, NULL, 1, ""),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_contact_erase(ct, NULL, 0, NULL),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_contact_erase(ct, NULL, 0, "a\nb"),
	    TACIT_E_TEXT);
	for (i = 0; i < 3; i++)
		assert_int_equal(tacit_contact_erase(ct, &bad[i], 1, ""),
		    TACIT_E_INVALID);
	assert_int_equal(tacit_contact_erase(ct, NULL, 0, ""),
	    TACIT_E_STATE);
	assert_non_null(clinic_ct(&c, 0));
	clinic_end(&c);
}

static void
the_29th_of_february_costs_no_day(void **state)
{
	struct clinic c;

	(void)state;
	clinic_begin(&c, 3);
	turn_clocks(&c, 20280229);
	clinic_settle(&c);
	assert_int_equal(tacit_contact_close(clinic_ct(&c, 0)), 0);
	stage_quiesce(c.st.s);
	assert_int_equal(retention(&c, 0, c.now).until, 20380301);
	assert_int_equal(tacit_retention_set(c.p[0], 4), 0);
	assert_int_equal(retention(&c, 0, c.now).until, 20320229);
	clinic_end(&c);
}

/* ---- what is left ------------------------------------------------------------------------- */

static void
only_the_log_knows_of_it(struct clinic *c, const char *id, const char *words)
{
	struct tacit *t = stage_end(c->st.s, 0);
	struct tacit_log_row row = { .size = sizeof(row) };
	int n = 0;

	while (tacit_log_next(t, row.place, &row) == 1)
		if (row.kind == TACIT_LOG_DELETED) {
			assert_string_equal(row.contact, id);
			assert_string_equal(row.words, words);
			n++;
		}
	assert_int_equal(n, 1);
}

static void
nothing_of_it_is_left(void **state)
{
	static struct left_rows before;
	struct tacit_message m = { .size = sizeof(m) };
	struct tacit_event e = { .size = sizeof(e) };
	struct story other;
	struct vault *v;
	struct clinic c;
	char id[TACIT_CONTACT_ID_SIZE];

	(void)state;
	work(&c, 4);
	memset(&other, 0, sizeof(other));
	other.s = c.st.s;
	story_pair(&other, TACIT_INVITE_IN_PERSON);
	assert_int_equal(tacit_send(story_contact(&other, 1), other_text,
	    strlen(other_text), NULL, NULL), 0);
	says(&c, 1, secret);		/* nobody will confirm that */
	discharge(&c);
	assert_int_equal(practice_contact_id(clinic_ct(&c, 0), id), 0);
	turn_clocks(&c, 20370102);
	clinic_step(&c, 0);

	v = stage_end(c.st.s, 0)->vault;
	assert_int_equal(vault_settle(v), 0);
	left_take(&before, v);
	/* The control: the searches find it while it is there. */
	assert_true(left_in_rows(v, secret, strlen(secret)));
	assert_true(left_in_rows(v, id, strlen(id)));
	assert_true(left_in_files(0, before.row[0].tail, LEFT_TAIL));
	assert_true(left_in_files(0, id + 2, strlen(id) - 2));
	assert_int_equal(delete(&c, 0, c.now, 20370102), 0);

	assert_null(clinic_ct(&c, 0));
	assert_true(left_gone(&before, v, 0) > 20);
	assert_false(left_in_rows(v, secret, strlen(secret)));
	assert_int_equal(left_in_rows(v, id + 2, strlen(id) - 2), ONLY_LOG);
	memory_is_what_the_vault_says(stage_end(c.st.s, 0));
	only_the_log_knows_of_it(&c, id,
	    "it was to be kept until 2037-01-01");
	while (tacit_next_event(stage_end(c.st.s, 0), e.id, &e) == 1)
		assert_ptr_equal(e.contact, story_contact(&other, 0));
	clinic_crash(&c, 0);
	assert_null(clinic_ct(&c, 0));
	v = stage_end(c.st.s, 0)->vault;
	assert_false(left_in_rows(v, secret, strlen(secret)));

	/* And what is of others is all there. */
	assert_int_equal(tacit_history(story_contact(&other, 0), 0, &m), 0);
	assert_string_equal(m.text, other_text);
	assert_int_equal(story_write(&other, 1, 7), 0);
	stage_quiesce(c.st.s);
	assert_int_equal(tacit_history(story_contact(&other, 0), 0, &m), 0);
	assert_string_equal(m.text, "letter 7");
	clinic_end(&c);
}

static void
a_disk_that_fails_keeps_all_of_it(void **state)
{
	uint8_t before[32], after[32];
	struct clinic c;
	int n = 0, rc;

	(void)state;
	work(&c, 5);
	discharge(&c);
	turn_clocks(&c, 20370102);
	clinic_step(&c, 0);
	fingerprint(stage_end(c.st.s, 0)->vault, before);
	for (;; n++) {
		writes_left = n;
		rc = delete(&c, 0, c.now, 20370102);
		writes_left = -1;
		if (rc == 0)
			break;
		assert_int_equal(rc, TACIT_E_DISK_FULL);
		fingerprint(stage_end(c.st.s, 0)->vault, after);
		assert_memory_equal(before, after, sizeof(after));
		memory_is_what_the_vault_says(stage_end(c.st.s, 0));
		assert_int_equal(retention(&c, 0, c.now).due, 1);
	}
	assert_true(n > 20);
	assert_null(clinic_ct(&c, 0));
	clinic_end(&c);
}

static void
a_backup_brings_it_back(void **state)
{
	struct clinic c;

	(void)state;
	work(&c, 6);
	discharge(&c);
	turn_clocks(&c, 20370102);
	clinic_step(&c, 0);
	stage_keep_backup(c.st.s, 0, 0);
	assert_int_equal(delete(&c, 0, c.now, 20370102), 0);
	tacit_practice_close(c.p[0]);
	stage_put_back(c.st.s, 0, 0);
	assert_int_equal(tacit_practice_open(&c.p[0],
	    stage_end(c.st.s, 0)), 0);
	stage_quiesce(c.st.s);
	clinic_step(&c, 0);
	assert_true(left_in_rows(stage_end(c.st.s, 0)->vault, secret,
	    strlen(secret)));
	assert_int_equal(retention(&c, 0, c.now).until, 20370101);
	assert_int_equal(delete(&c, 0, c.now, 20370102), 0);
	assert_false(left_in_rows(stage_end(c.st.s, 0)->vault, secret,
	    strlen(secret)));
	clinic_end(&c);
}

/* ---- the other end -------------------------------------------------------------------------- */

/* How many the relay has, but for anchors. */
static uint64_t
mailboxes(struct clinic *c)
{
	return stage_relay_count(stage_relay(c->st.s)).mailboxes -
	    stage_anchors(c->st.s, 0) - stage_anchors(c->st.s, 1);
}

static void
a_client_leaves_and_deletes_at_once(void **state)
{
	static struct left_rows before;
	struct vault *v;
	struct clinic c;
	int n;

	(void)state;
	work(&c, 7);
	v = stage_end(c.st.s, 1)->vault;
	assert_int_equal(tacit_contact_close(clinic_ct(&c, 1)), 0);
	assert_int_equal(retention(&c, 1, c.now).until, 0);
	assert_int_equal(retention(&c, 1, c.now).due, 1);
	left_take(&before, v);
	/* The therapist would never hear of it. */
	assert_int_equal(delete(&c, 1, c.now, 20270101), TACIT_E_WAIT);
	for (n = 0; n < 200; n++) {
		(void)stage_turn(c.st.s, 1);
		stage_relay_turn(c.st.s);
	}
	assert_int_equal(delete(&c, 1, c.now, 20270102), TACIT_E_TODAY);
	assert_int_equal(delete(&c, 1, c.now, 20270101), 0);
	assert_null(clinic_ct(&c, 1));
	assert_true(left_gone(&before, v, 1) > 20);
	assert_false(left_in_rows(v, secret, strlen(secret)));
	assert_false(left_in_rows(v, "therapist", 9));
	assert_false(left_in_rows(v, "end 0", 5));
	memory_is_what_the_vault_says(stage_end(c.st.s, 1));
	/* Its mailbox goes, and then the last of it. */
	clinic_settle(&c);
	assert_int_equal(mailboxes(&c), 0);
	assert_int_equal(left_in_rows(v, c.st.id[1], CONTACT_ID_LEN),
	    ONLY_LOG);
	assert_int_equal(vault_settle(v), 0);
	assert_true(left_gone(&before, v, 1) > 20);
	/* The practice was told, and keeps its own. */
	assert_int_equal(retention(&c, 0, c.now).until, 20370101);
	assert_int_equal(delete(&c, 0, c.now, 20270101), TACIT_E_RETAINED);
	clinic_end(&c);
}

static void
a_relay_that_never_comes_back_is_not_waited_for(void **state)
{
	struct clinic c;

	(void)state;
	work(&c, 8);
	assert_int_equal(tacit_contact_close(clinic_ct(&c, 1)), 0);
	assert_int_equal(delete(&c, 1, c.now, 20270101), TACIT_E_WAIT);
	turn_clocks(&c, 20270130);
	assert_int_equal(delete(&c, 1, c.now, 20270130), TACIT_E_WAIT);
	turn_clocks(&c, 20270201);
	assert_int_equal(delete(&c, 1, c.now, 20270201), 0);
	assert_int_equal(left_in_rows(stage_end(c.st.s, 1)->vault, c.st.id[1],
	    CONTACT_ID_LEN), ONLY_LOG);
	memory_is_what_the_vault_says(stage_end(c.st.s, 1));
	clinic_end(&c);
}

/* ---- it is told, and what a clock may do ---------------------------------------------------- */

/* Step the practice at ${now}; how often it tells that the record is due. */
static int
due_told(struct clinic *c, int64_t now)
{
	struct tacit_practice_event ev = { .size = sizeof(ev) };
	int n = 0;

	assert_int_equal(tacit_practice_step(c->p[0], now), 0);
	while (tacit_practice_next_event(c->p[0], 0, &ev) == 1) {
		if (ev.type == TACIT_RECORD_DUE) {
			assert_ptr_equal(ev.contact, clinic_ct(c, 0));
			n++;
		}
		assert_int_equal(tacit_practice_event_done(c->p[0], ev.id),
		    0);
	}
	return n;
}

static void
it_is_told_once_that_it_is_due(void **state)
{
	struct clinic c;
	int64_t due = 0;

	(void)state;
	work(&c, 9);
	discharge(&c);
	due = clinic_at(20370102, 0);
	assert_int_equal(due_told(&c, c.now), 0);
	assert_int_equal(due_told(&c, due - 1), 0);
	assert_int_equal(tacit_practice_timeout_ms(c.p[0], due - 1), 1);
	assert_int_equal(due_told(&c, due), 1);
	c.now = due;
	clinic_crash(&c, 0);
	assert_int_equal(due_told(&c, due + 1), 0);
	/* More years: not yet, and then again. */
	assert_int_equal(tacit_retention_set(c.p[0], 12), 0);
	assert_int_equal(due_told(&c, due + 2), 0);
	assert_int_equal(due_told(&c, clinic_at(20390102, 0)), 1);
	/* So after a clock that was wrong. */
	assert_int_equal(due_told(&c, due), 0);
	assert_int_equal(due_told(&c, clinic_at(20390102, 0)), 1);
	assert_int_equal(due_told(&c, clinic_at(20390102, 1)), 0);
	/* Time alone deletes nothing. */
	assert_int_equal(due_told(&c, clinic_at(20990101, 0)), 0);
	assert_non_null(clinic_ct(&c, 0));
	clinic_end(&c);
}

/* Somebody opens the vault of the practice, ${ms} later. */
static void
opens(struct clinic *c, int64_t ms)
{
	stage_sleep(c->st.s, ms);
	clinic_crash(c, 0);
	assert_int_equal(journal_opened(stage_end(c->st.s, 0)), 0);
}

static void
a_leap_of_the_clock_is_shown(void **state)
{
	uint32_t from, until, month;
	struct clinic c;

	(void)state;
	work(&c, 10);
	discharge(&c);
	/* Months of work, then ten years in one night. */
	for (month = 2; month <= 4; month++) {
		turn_clocks(&c, 20270000 + month * 100 + 22);
		opens(&c, 0);
	}
	assert_int_equal(tacit_retention_idle(c.p[0], clinic_ct(&c, 0),
	    &from, &until), 0);
	assert_int_equal(from, 20270101);
	assert_int_equal(until, 20270222);
	turn_clocks(&c, 20370601);
	opens(&c, 0);
	opens(&c, 24 * 60 * (int64_t)MINUTE);
	assert_int_equal(tacit_retention_idle(c.p[0], clinic_ct(&c, 0),
	    &from, &until), 0);
	assert_int_equal(from, 20270422);
	assert_int_equal(until, 20370601);
	/* Who sets it forward and knows what day it is deletes nothing. */
	assert_int_equal(delete(&c, 0, stage_now(c.st.s), 20270423),
	    TACIT_E_TODAY);
	assert_int_equal(day_of(stage_now(c.st.s)), 20370602);
	clinic_end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_goes_before_its_time),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(the_29th_of_february_costs_no_day),
		cmocka_unit_test(nothing_of_it_is_left),
		cmocka_unit_test(a_disk_that_fails_keeps_all_of_it),
		cmocka_unit_test(a_backup_brings_it_back),
		cmocka_unit_test(a_client_leaves_and_deletes_at_once),
		cmocka_unit_test(
		    a_relay_that_never_comes_back_is_not_waited_for),
		cmocka_unit_test(it_is_told_once_that_it_is_due),
		cmocka_unit_test(a_leap_of_the_clock_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
