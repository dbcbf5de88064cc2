/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that both ends forget: when, what is left in the files for who has
 * the key, and that healing neither brings one back nor waits for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "content.h"
#include "heal.h"
#include "heard.h"
#include "left.h"
#include "record.h"
#include "restart.h"

enum { HOURS = 2, HOUR_MS = 3600 * 1000 };

static const char secret[] = "the heron stands where the river bends";

static void
begin(struct story *st, uint64_t seed)
{
	memset(st, 0, sizeof(*st));
	st->s = stage_new(story_scratch(), seed);
	story_pair(st, TACIT_INVITE_IN_PERSON);
}

static int
fleet(struct story *st, int i, const char *text, uint32_t hours)
{
	return tacit_send_fleeting(story_contact(st, i), text, strlen(text),
	    hours, NULL, NULL);
}

/* All events of end ${i} are done; how many of them were of ${type}. */
static int
confirm(struct story *st, int i, enum tacit_event_type type)
{
	struct tacit *t = stage_end(st->s, i);
	struct tacit_event e = { .size = sizeof(e) };
	int n = 0;

	while (tacit_next_event(t, 0, &e) == 1) {
		n += e.type == type;
		assert_int_equal(tacit_event_done(t, e.id), 0);
	}
	return n;
}

/* ---- what is left --------------------------------------------------------------- */

/* 1 if ${what} stands in any row of end ${i}, opened with its key. */
static int
is_in_rows(struct story *st, int i, const void *what, size_t len)
{
	return left_in_rows(stage_end(st->s, i)->vault, what, len) != 0;
}

/* The last sealed bytes, with the nonce, of place ${n} of the history. */
static void
sealed(struct story *st, int i, uint64_t n, uint8_t out[LEFT_TAIL])
{
	struct tacit_contact *ct = story_contact(st, i);
	struct record_key key;
	struct vault_db_row row;

	record_key(&key, ct->id, sizeof(ct->id), n);
	assert_int_equal(vault_db_get(ct->t->vault->db, VAULT_HISTORY,
	    key.data, key.len, &row), 0);
	assert_true(row.data != NULL && row.len >= LEFT_TAIL);
	memcpy(out, row.data + row.len - LEFT_TAIL, LEFT_TAIL);
	vault_db_done(ct->t->vault->db);
}

/* The newest message of end ${i}. */
static struct tacit_message
newest(struct story *st, int i)
{
	struct tacit_message m = { .size = sizeof(m) };

	assert_int_equal(tacit_history(story_contact(st, i), 0, &m), 0);
	return m;
}

static void
both_ends_forget_it(void **state)
{
	uint8_t tail[2][LEFT_TAIL];
	struct tacit_message m;
	struct story st;
	int i;

	(void)state;
	begin(&st, 1);
	(void)confirm(&st, 0, TACIT_EV_PAIRED);
	(void)confirm(&st, 1, TACIT_EV_PAIRED);
	assert_int_equal(fleet(&st, 0, secret, HOURS), 0);
	heal_settle(&st);
	assert_int_equal(confirm(&st, 1, TACIT_EV_MESSAGE), 1);
	for (i = 0; i < 2; i++) {
		m = newest(&st, i);
		assert_string_equal(m.text, secret);
		assert_int_equal(m.keep_hours, HOURS);
		assert_int_equal(m.forgotten, 0);
		assert_int_equal(vault_settle(stage_end(st.s, i)->vault), 0);
		sealed(&st, i, m.place, tail[i]);
		/* The control: both searches find it while it is there. */
		assert_true(is_in_rows(&st, i, secret, strlen(secret)));
		assert_true(left_in_files(i, tail[i], LEFT_TAIL));
	}
	/* They answer, so that its writer learns that they have it. */
	assert_int_equal(story_write(&st, 1, 1), 0);
	stage_quiesce(st.s);
	(void)confirm(&st, 0, TACIT_EV_MESSAGE);
	stage_sleep(st.s, (int64_t)HOURS * HOUR_MS);
	stage_quiesce(st.s);
	for (i = 0; i < 2; i++) {
		assert_false(is_in_rows(&st, i, secret, strlen(secret)));
		assert_false(left_in_files(i, tail[i], LEFT_TAIL));
		assert_int_equal(confirm(&st, i, TACIT_EV_FORGOTTEN), 1);
		stage_crash(st.s, i);
		m.size = sizeof(m);
		assert_int_equal(tacit_history(story_contact(&st, i), 2, &m),
		    0);
		assert_int_equal(m.text_len, 0);
		assert_string_equal(m.text, "");
		assert_int_equal(m.forgotten, 1);
		assert_int_equal(m.keep_hours, HOURS);
	}
	heal_talk(&st, 7);
	stage_free(st.s);
}

static void
not_before_it_was_had_nor_shown(void **state)
{
	struct story st;
	int day;

	(void)state;
	begin(&st, 2);
	(void)confirm(&st, 0, TACIT_EV_PAIRED);
	(void)confirm(&st, 1, TACIT_EV_PAIRED);
	/* Nobody fetches it for days. */
	assert_int_equal(fleet(&st, 0, secret, HOURS), 0);
	for (day = 0; day < 3; day++) {
		while (stage_turn(st.s, 0))
			stage_relay_turn(st.s);
		stage_sleep(st.s, 24 * (int64_t)HOUR_MS);
	}
	assert_true(is_in_rows(&st, 0, secret, strlen(secret)));
	/* It is fetched, and the host does not look at it for days. */
	stage_quiesce(st.s);
	stage_sleep(st.s, 72 * (int64_t)HOUR_MS);
	stage_quiesce(st.s);
	assert_int_equal(newest(&st, 1).forgotten, 0);
	assert_int_equal(confirm(&st, 1, TACIT_EV_MESSAGE), 1);
	stage_quiesce(st.s);
	assert_false(is_in_rows(&st, 1, secret, strlen(secret)));
	stage_sleep(st.s, 24 * (int64_t)HOUR_MS);
	stage_quiesce(st.s);
	stage_sleep(st.s, 24 * (int64_t)HOUR_MS);
	stage_quiesce(st.s);
	assert_false(is_in_rows(&st, 0, secret, strlen(secret)));
	stage_free(st.s);
}

static void
long_ones_and_records_beside_them(void **state)
{
	static char text[TACIT_KEEP_TEXT_MAX + 1];
	struct tacit_message m;
	struct story st;
	size_t i;
	int k;

	(void)state;
	begin(&st, 3);
	/* Three bytes a character: cut where that costs the most. */
	for (i = 0; i + 3 <= TACIT_KEEP_TEXT_MAX; i += 3)
		memcpy(text + i, "\xe6\xb0\xb4", 3);
	assert_int_equal(story_write(&st, 0, 1), 0);
	assert_int_equal(fleet(&st, 0, text, TACIT_KEEP_HOURS_MAX), 0);
	assert_int_equal(story_write(&st, 0, 2), 0);
	heal_settle(&st);
	for (k = 0; k < 2; k++) {
		m.size = sizeof(m);
		assert_int_equal(tacit_history(story_contact(&st, k), 3, &m),
		    0);
		assert_string_equal(m.text, text);
		assert_int_equal(m.keep_hours, TACIT_KEEP_HOURS_MAX);
	}
	assert_int_equal(confirm(&st, 1, TACIT_EV_MESSAGE), 3);
	(void)confirm(&st, 0, TACIT_EV_MESSAGE);
	assert_int_equal(story_write(&st, 1, 1), 0);
	stage_quiesce(st.s);
	stage_sleep(st.s, (int64_t)TACIT_KEEP_HOURS_MAX * HOUR_MS);
	stage_quiesce(st.s);
	for (k = 0; k < 2; k++) {
		assert_false(is_in_rows(&st, k, text, 60));
		assert_true(is_in_rows(&st, k, "letter 1", 8));
		assert_true(is_in_rows(&st, k, "letter 2", 8));
	}
	stage_free(st.s);
}

static void
what_cannot_be_is_refused(void **state)
{
	static char text[TACIT_TEXT_MAX];
	struct tacit_op op = { .size = sizeof(op), .kind = TACIT_OP_SEND };
	struct tacit_contact *ct;
	struct story st;

	(void)state;
	begin(&st, 4);
	ct = story_contact(&st, 0);
	memset(text, 'x', sizeof(text));
	assert_int_equal(tacit_send_fleeting(ct, "a", 1, 0, NULL, NULL),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_send_fleeting(ct, "a", 1,
	    TACIT_KEEP_HOURS_MAX + 1, NULL, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_send_fleeting(ct, text,
	    TACIT_KEEP_TEXT_MAX + 1, 1, NULL, NULL), TACIT_E_TEXT);
	assert_int_equal(tacit_send_fleeting(ct, "", 0, 1, NULL, NULL),
	    TACIT_E_TEXT);
	op.contact = ct;
	op.data = text;
	op.len = 8;
	op.keep_hours = 1;
	op.type = 100;
	assert_int_equal(tacit_commit(ct->t, &op, 1), TACIT_E_INVALID);
	op.type = 0;
	op.keep_hours = UINT32_MAX;
	assert_int_equal(tacit_commit(ct->t, &op, 1), TACIT_E_INVALID);
	assert_int_equal(ct->rec.seq, 0);
	op.keep_hours = 1;
	assert_int_equal(tacit_commit(ct->t, &op, 1), 0);
	assert_int_equal(ct->rec.seq, 1);
	stage_free(st.s);
}

/* ---- on the wire --------------------------------------------------------------------- */

static void
content_without_sense_is_refused(void **state)
{
	static const struct {
		uint32_t hours, type;
		pb_size_t salt;
		int has, fits;
	} row[] = {
		{ 0, 0, 0, 0, 1 }, { 1, 0, 16, 1, 1 },
		{ TACIT_KEEP_HOURS_MAX, 0, 16, 1, 1 },
		{ TACIT_KEEP_HOURS_MAX + 1, 0, 16, 1, 0 },
		{ 1, 0, 15, 1, 0 }, { 1, 0, 0, 1, 0 }, { 1, 7, 16, 1, 0 },
		{ 0, 0, 16, 1, 0 }, { 0, 0, 0, 1, 0 },
	};
	static tacit_Content c, back;
	uint8_t out[TACIT_CONTENT_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		memset(&c, 0, sizeof(c));
		c.seq = 1;
		c.which_is = tacit_Content_text_tag;
		c.is.text.parts = 1;
		c.is.text.type = row[i].type;
		c.is.text.data.size = 1;
		c.is.text.data.bytes[0] = 'a';
		c.is.text.has_keep = row[i].has;
		c.is.text.keep.hours = row[i].hours;
		c.is.text.keep.salt.size = row[i].salt;
		assert_int_equal(content_write(out, sizeof(out), &c),
		    row[i].fits ? 0 : TACIT_E_INVALID);
		if (!row[i].fits)
			continue;
		assert_int_equal(content_read(&back, out, sizeof(out)), 0);
		assert_int_equal(back.is.text.keep.hours, row[i].hours);
	}
	/* The longest part, with the largest numbers, fits a letter. */
	memset(&c, 0, sizeof(c));
	c.seq = UINT64_MAX;
	c.time_ms = UINT64_MAX;
	c.which_is = tacit_Content_text_tag;
	c.is.text.part = 15;
	c.is.text.parts = 16;
	c.is.text.has_keep = 1;
	c.is.text.keep.hours = TACIT_KEEP_HOURS_MAX;
	c.is.text.keep.salt.size = 16;
	memset(c.is.text.data.bytes, 'a', TACIT_KEEP_PART_MAX);
	c.is.text.data.size = TACIT_KEEP_PART_MAX;
	assert_int_equal(content_write(out, sizeof(out), &c), 0);
	c.is.text.data.bytes[TACIT_KEEP_PART_MAX] = 'a';
	c.is.text.data.size++;
	assert_int_equal(content_write(out, sizeof(out), &c),
	    TACIT_E_INVALID);
}

/* ---- healing ---------------------------------------------------------------------------- */

/* Letters and fleeting texts, both ways; ${n} rounds. */
static void
mixed(struct story *st, int from, int n)
{
	char text[64];
	int i, k;

	for (k = from; k < from + n; k++)
		for (i = 0; i < 2; i++) {
			(void)snprintf(text, sizeof(text), "river %d", k);
			assert_int_equal(fleet(st, i, text, HOURS), 0);
			assert_int_equal(story_write(st, i, k), 0);
		}
	heal_settle(st);
}

static void
wait_and_forget(struct story *st)
{
	int i, k;

	for (k = 0; k < 4; k++) {
		for (i = 0; i < 2; i++)
			(void)confirm(st, i, TACIT_EV_MESSAGE);
		stage_sleep(st->s, 12 * (int64_t)HOUR_MS);
		stage_quiesce(st->s);
	}
	for (i = 0; i < 2; i++)
		assert_false(is_in_rows(st, i, "river", 5));
}

/* How many of its own letters end ${i} has, and of the other's. */
static int
letters(struct story *st, int i)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t before = 0;
	int n = 0;

	for (; tacit_history(story_contact(st, i), before, &m) == 0;
	    before = m.place)
		n += !m.forgotten && m.text_len > 6 &&
		    memcmp(m.text, "letter", 6) == 0;
	return n;
}

/* No number of what the other end writes is missing for good. */
static void
nothing_is_missing(struct story *st, int i)
{
	struct tacit_contact *ct = story_contact(st, i);
	struct heard h;

	assert_int_equal(heard_get(ct, ct->rec.their_stream, &h), 0);
	assert_int_equal(h.had.n, 0);
}

/* End ${i} goes back to before what both forgot since. */
static void
goes_back(int i, uint64_t seed)
{
	struct story st;

	begin(&st, seed);
	mixed(&st, 1, 3);
	stage_keep(st.s, i, 0);
	mixed(&st, 4, 3);
	wait_and_forget(&st);
	assert_int_equal(letters(&st, 0), 12);
	stage_put_back(st.s, i, 0);
	stage_quiesce(st.s);
	heal_settle(&st);
	wait_and_forget(&st);
	heal_settle(&st);
	/* What is no secret came again, at least what the other end wrote. */
	assert_true(letters(&st, i) >= 9);
	assert_int_equal(story_contact(&st, 0)->rec.healing, 0);
	assert_int_equal(story_contact(&st, 1)->rec.healing, 0);
	/* And nothing is waited for. */
	(void)confirm(&st, 0, TACIT_EV_GAP);
	(void)confirm(&st, 1, TACIT_EV_GAP);
	heal_talk(&st, 2001);
	heal_talk(&st, 2002);
	heal_settle(&st);
	nothing_is_missing(&st, 0);
	nothing_is_missing(&st, 1);
	stage_free(st.s);
}

static void
an_end_that_goes_back_waits_for_nothing_forgotten(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 10; seed < 14; seed++)
		goes_back((int)seed % 2, seed);
}

static void
a_backup_that_is_restored_forgets_what_is_due(void **state)
{
	struct story st;

	(void)state;
	begin(&st, 20);
	mixed(&st, 1, 2);
	stage_keep_backup(st.s, 0, 0);
	wait_and_forget(&st);
	stage_put_back(st.s, 0, 0);
	assert_true(is_in_rows(&st, 0, "river", 5));
	heal_settle(&st);
	wait_and_forget(&st);
	(void)confirm(&st, 0, TACIT_EV_GAP);
	(void)confirm(&st, 1, TACIT_EV_GAP);
	heal_talk(&st, 2001);
	stage_free(st.s);
}

static void
a_crash_between_any_two_turns_forgets_it_once(void **state)
{
	struct story st;
	int n, i;

	(void)state;
	begin(&st, 30);
	(void)confirm(&st, 0, TACIT_EV_PAIRED);
	(void)confirm(&st, 1, TACIT_EV_PAIRED);
	assert_int_equal(fleet(&st, 0, secret, HOURS), 0);
	for (n = 0; n < 60; n++) {
		i = n % 2;
		(void)stage_turn(st.s, i);
		stage_relay_turn(st.s);
		stage_crash(st.s, (n / 2) % 2);
		if (n == 20)
			assert_int_equal(story_write(&st, 1, 1), 0);
	}
	stage_quiesce(st.s);
	(void)confirm(&st, 1, TACIT_EV_MESSAGE);
	(void)confirm(&st, 0, TACIT_EV_MESSAGE);
	for (n = 0; n < 3; n++) {
		stage_sleep(st.s, 24 * (int64_t)HOUR_MS);
		for (i = 0; i < 2; i++) {
			(void)stage_turn(st.s, i);
			stage_crash(st.s, i);
		}
		stage_quiesce(st.s);
	}
	for (i = 0; i < 2; i++) {
		assert_false(is_in_rows(&st, i, secret, strlen(secret)));
		assert_int_equal(confirm(&st, i, TACIT_EV_FORGOTTEN), 1);
	}
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_forget_it),
		cmocka_unit_test(not_before_it_was_had_nor_shown),
		cmocka_unit_test(long_ones_and_records_beside_them),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(content_without_sense_is_refused),
		cmocka_unit_test(
		    an_end_that_goes_back_waits_for_nothing_forgotten),
		cmocka_unit_test(
		    a_backup_that_is_restored_forgets_what_is_due),
		cmocka_unit_test(a_crash_between_any_two_turns_forgets_it_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
