/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check-ins whose other end lies: what it sends that nobody asked for, twice,
 * too much of, or that makes no sense is set aside, and nothing of it is kept
 * or told (B4).  And what comes again because a vault went back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pb_encode.h>

#include "change.h"
#include "checkin.h"
#include "clinic.h"
#include "event.h"
#include "form_fhir.h"
#include "form_wire.h"
#include "heal.h"

static tacit_practice_Practice message;	/* too large for a stack */

/* End ${i} sends ${message}. */
static void
send_message(struct clinic *c, int i)
{
	static uint8_t bytes[tacit_practice_Definition_size + 64];
	pb_ostream_t s = pb_ostream_from_buffer(bytes, sizeof(bytes));

	assert_true(pb_encode(&s, tacit_practice_Practice_fields, &message));
	assert_int_equal(tacit_send_data(clinic_ct(c, i), 1, bytes,
	    s.bytes_written, NULL, NULL), 0);
}

static uint64_t
malformed(struct clinic *c, int i)
{
	struct tacit_practice_counts n = { .size = sizeof(n) };

	assert_int_equal(tacit_practice_counts(c->p[i], &n), 0);
	assert_int_equal(n.unknown, 0);
	return n.malformed;
}

/* ---- a client that lies ---------------------------------------------------------- */

static void
answer_message(const char *id, uint32_t date, const char *bytes, size_t len)
{
	memset(&message, 0, sizeof(message));
	message.which_is = tacit_practice_Practice_answered_tag;
	(void)snprintf(message.is.answered.id, IDENT_SIZE, "%s", id);
	message.is.answered.date = date;
	message.is.answered.answers.size = (pb_size_t)len;
	memcpy(message.is.answered.answers.bytes, bytes, len);
}

/* Mood is option 1, drinks are 2: in the one spelling there is. */
static const char good[] = "\x0a\x04\x12\x02\x30\x01"
    "\x0a\x06\x08\x01\x12\x02\x10\x04";
enum { GOOD = sizeof(good) - 1 };

static void
answers_that_nobody_asked_for_are_set_aside(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE];
	struct clinic c;
	uint32_t date;
	size_t i;

	(void)state;
	clinic_begin(&c, 1);
	clinic_send(&c, &w, id);
	clinic_go(&c, 20260321, 1100);
	const struct {
		const char *id;
		uint32_t date;
		const char *bytes;
		size_t len;
	} bad[] = {
		{ "", 20260321, good, GOOD },
		{ "k_aaaaaaaaaaaa", 20260321, good, GOOD },
		{ "K_aaaaaaaaaaaa", 20260321, good, GOOD },
		{ c.form, 20260321, good, GOOD },
		{ id, 0, good, GOOD },
		{ id, 20260320, good, GOOD },	/* before the first */
		{ id, 20260406, good, GOOD },	/* after the last */
		{ id, 20260332, good, GOOD },	/* no day */
		{ id, 4294967295u, good, GOOD },
		{ id, 20260321, "", 0 },	/* all is missing */
		{ id, 20260321, good, 6 },	/* one is */
		{ id, 20260321, good, GOOD - 1 },
		{ id, 20260321, "\xff\xff", 2 },
		/* option 2; item 9; drinks 50; words for a number */
		{ id, 20260321, "\x0a\x04\x12\x02\x30\x02"
		    "\x0a\x06\x08\x01\x12\x02\x10\x04", GOOD },
		{ id, 20260321, "\x0a\x04\x12\x02\x30\x01"
		    "\x0a\x06\x08\x09\x12\x02\x10\x04", GOOD },
		{ id, 20260321, "\x0a\x04\x12\x02\x30\x01"
		    "\x0a\x06\x08\x01\x12\x02\x10\x64", GOOD },
		{ id, 20260321, "\x0a\x04\x12\x02\x30\x01"
		    "\x0a\x07\x08\x01\x12\x03\x2a\x01x", GOOD + 1 },
	};

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		answer_message(bad[i].id, bad[i].date, bad[i].bytes,
		    bad[i].len);
		send_message(&c, 1);
		clinic_settle(&c);
		if (malformed(&c, 0) != i + 1)
			fail_msg("row %zu", i);
		clinic_quiet(&c, 0);
		assert_int_equal(tacit_checkin_response_next(c.p[0],
		    clinic_ct(&c, 0), id, 0, &date, NULL), 0);
	}
	/* The control: the same bytes where they belong; twice is once. */
	answer_message(id, 20260321, good, GOOD);
	send_message(&c, 1);
	send_message(&c, 1);
	clinic_settle(&c);
	assert_int_equal(malformed(&c, 0), sizeof(bad) / sizeof(bad[0]));
	clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260321);
	clinic_quiet(&c, 0);
	clinic_end(&c);
}

/* ---- a therapist that lies ----------------------------------------------------------- */

static void
schedule_message(const char *id)
{
	memset(&message, 0, sizeof(message));
	message.which_is = tacit_practice_Practice_schedule_tag;
	(void)snprintf(message.is.schedule.id, IDENT_SIZE, "%s", id);
	message.is.schedule.from = 20260320;
	message.is.schedule.until = 20260405;
	message.is.schedule.every = 1;
	message.is.schedule.close = 1440;
}

static void
schedules_that_make_no_sense_are_set_aside(void **state)
{
	struct tacit_checkin_info info = { .size = sizeof(info) };
	tacit_practice_Schedule *s = &message.is.schedule;
	uint64_t n = 0;
	struct clinic c;
	int row;

	(void)state;
	clinic_begin(&c, 2);
	for (row = 0; row < 12; row++) {
		schedule_message("k_abcdefghijkl");
		switch (row) {
		case 0: memset(s->id, 0, sizeof(s->id)); break;
		case 1: s->id[3] = 'A'; break;
		case 2: s->id[13] = '\0'; break;
		case 3: s->id[0] = 'f'; break;
		case 4: s->from = 20260231; break;
		case 5: s->until = 20260319; break;
		case 6: s->weekdays = 3; break;
		case 7: s->every = 0; break;
		case 8: s->close = 0; break;
		case 9: s->close = 1441; break;
		case 10: s->until = 21000101; break;
		default: s->once = true; break;
		}
		send_message(&c, 0);
		clinic_settle(&c);
		if (malformed(&c, 1) != ++n)
			fail_msg("row %d", row);
		assert_int_equal(tacit_checkin_next(c.p[1], clinic_ct(&c, 1),
		    NULL, &info), 0);
	}
	/* Good, but nobody knows its form: it waits and says nothing. */
	schedule_message("k_abcdefghijkl");
	send_message(&c, 0);
	clinic_settle(&c);
	assert_int_equal(malformed(&c, 1), n);
	clinic_quiet(&c, 1);
	assert_int_equal(tacit_checkin_next(c.p[1], clinic_ct(&c, 1), NULL,
	    &info), 1);
	assert_true(info.waiting && !info.mine);
	clinic_end(&c);
}

static void
definitions_that_make_no_sense_are_set_aside(void **state)
{
	struct form *f = NULL;
	size_t len = 0, at;
	uint64_t n = 0;
	struct clinic c;

	(void)state;
	clinic_begin(&c, 3);
	memset(&message, 0, sizeof(message));
	message.which_is = tacit_practice_Practice_definition_tag;
	assert_int_equal(form_import(&f, clinic_form, strlen(clinic_form),
	    NULL), 0);
	assert_int_equal(form_write(message.is.definition.form.bytes,
	    FORM_WIRE_MAX, &len, f, FORM_FOR_CLIENT, NULL), 0);
	form_free(f);
	for (at = 0; at < len; at += 9) {
		message.is.definition.form.size = (pb_size_t)at;
		send_message(&c, 0);
		clinic_settle(&c);
		if (malformed(&c, 1) != ++n)
			fail_msg("the first %zu bytes", at);
	}
	message.is.definition.form.size = (pb_size_t)len;
	send_message(&c, 0);
	send_message(&c, 0);
	clinic_settle(&c);
	assert_int_equal(malformed(&c, 1), n);
	clinic_end(&c);
}

static void
more_than_may_be_is_set_aside(void **state)
{
	char id[IDENT_SIZE] = "k_aaaaaaaaaaaa";
	char contact[TACIT_CONTACT_ID_SIZE];
	struct row_key all;
	struct clinic c;
	int i;

	(void)state;
	clinic_begin(&c, 4);
	for (i = 0; i < CHECKIN_TASKS_MAX + 2; i++) {
		id[4] = (char)('a' + i % 26);
		id[5] = (char)('a' + i / 26);
		schedule_message(id);
		send_message(&c, 0);
	}
	clinic_settle(&c);
	assert_int_equal(malformed(&c, 1), 2);
	assert_int_equal(practice_contact_id(clinic_ct(&c, 1), contact), 0);
	checkin_key(&all, ROW_TASK, contact, NULL);
	assert_int_equal(checkin_count(stage_end(c.st.s, 1), &all, 1000),
	    CHECKIN_TASKS_MAX);
	/* What is stopped makes room. */
	memset(&message, 0, sizeof(message));
	message.which_is = tacit_practice_Practice_stop_tag;
	(void)snprintf(message.is.stop.id, IDENT_SIZE, "k_aaaaaaaaaaaa");
	send_message(&c, 0);
	schedule_message("k_777777777777");
	send_message(&c, 0);
	clinic_settle(&c);
	assert_int_equal(malformed(&c, 1), 2);
	assert_int_equal(checkin_count(stage_end(c.st.s, 1), &all, 1000),
	    CHECKIN_TASKS_MAX);
	/* A stop of nothing is nothing; one without a name is senseless. */
	(void)snprintf(message.is.stop.id, IDENT_SIZE, "k_bbbbbbbbbbbb");
	message.which_is = tacit_practice_Practice_stop_tag;
	send_message(&c, 0);
	memset(message.is.stop.id, 0, IDENT_SIZE);
	send_message(&c, 0);
	clinic_settle(&c);
	assert_int_equal(malformed(&c, 1), 3);
	clinic_end(&c);
}

/* Form number ${n}, as a definition. */
static void
definition_message(int n)
{
	static char json[sizeof(clinic_form)];
	char *title;
	struct form *f = NULL;
	size_t len = 0;

	memcpy(json, clinic_form, sizeof(clinic_form));
	title = strstr(json, "Evening");
	assert_non_null(title);
	title[0] = (char)('A' + n / 26);
	title[1] = (char)('a' + n % 26);
	memset(&message, 0, sizeof(message));
	message.which_is = tacit_practice_Practice_definition_tag;
	assert_int_equal(form_import(&f, json, strlen(json), NULL), 0);
	assert_int_equal(form_write(message.is.definition.form.bytes,
	    FORM_WIRE_MAX, &len, f, FORM_FOR_CLIENT, NULL), 0);
	message.is.definition.form.size = (pb_size_t)len;
	form_free(f);
}

static void
more_forms_than_may_be_are_set_aside(void **state)
{
	char contact[TACIT_CONTACT_ID_SIZE];
	struct row_key all;
	struct clinic c;
	int i;

	(void)state;
	clinic_begin(&c, 7);
	for (i = 0; i < CHECKIN_FORMS_MAX + 3; i++) {
		definition_message(i);
		send_message(&c, 0);
	}
	/* One that is there already is nothing new. */
	definition_message(0);
	send_message(&c, 0);
	clinic_settle(&c);
	assert_int_equal(malformed(&c, 1), 3);
	assert_int_equal(practice_contact_id(clinic_ct(&c, 1), contact), 0);
	row_key(&all, ROW_ASKED_FORM);
	row_key_contact(&all, contact);
	assert_int_equal(checkin_count(stage_end(c.st.s, 1), &all, 1000),
	    CHECKIN_FORMS_MAX);
	clinic_end(&c);
}

/* Who is asked cannot ask under the id of what they were asked. */
static void
an_id_of_mine_is_not_taken_for_theirs(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE];
	struct clinic c;

	(void)state;
	clinic_begin(&c, 5);
	clinic_send(&c, &w, id);
	schedule_message(id);
	send_message(&c, 1);
	clinic_settle(&c);
	assert_int_equal(malformed(&c, 0), 1);
	clinic_end(&c);
}

static void
a_schedule_that_comes_again_is_asked_once(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE], contact[TACIT_CONTACT_ID_SIZE];
	tacit_rows_Task task;
	struct row_key k;
	struct clinic c;

	(void)state;
	clinic_begin(&c, 8);
	clinic_send(&c, &w, id);
	clinic_go(&c, 20260321, 1100);
	clinic_told(&c, 1, TACIT_CHECKIN_DUE, id, 20260321);
	assert_int_equal(practice_contact_id(clinic_ct(&c, 1), contact), 0);
	checkin_key(&k, ROW_TASK, contact, id);
	assert_int_equal(row_get(stage_end(c.st.s, 1), &k,
	    tacit_rows_Task_fields, &task), 1);
	memset(&message, 0, sizeof(message));
	message.which_is = tacit_practice_Practice_schedule_tag;
	message.is.schedule = task.schedule;
	send_message(&c, 0);
	/* Under the same id, and of another day: the first one stands. */
	message.is.schedule.until = 20260322;
	send_message(&c, 0);
	clinic_settle(&c);
	assert_int_equal(malformed(&c, 1), 0);
	clinic_quiet(&c, 1);
	assert_int_equal(row_get(stage_end(c.st.s, 1), &k,
	    tacit_rows_Task_fields, &task), 1);
	assert_int_equal(task.schedule.until, 20260405);
	clinic_answer(&c, id, "good", "1");
	clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260321);
	clinic_end(&c);
}

/* ---- a vault that went back ------------------------------------------------------------- */

static void
what_comes_again_to_an_older_vault_is_taken_once(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE];
	uint32_t date = 0;
	struct clinic c;
	int n = 0, i;

	(void)state;
	clinic_begin(&c, 6);
	clinic_send(&c, &w, id);
	stage_keep(c.st.s, 0, 0);
	clinic_go(&c, 20260321, 1100);
	clinic_answer(&c, id, "good", "1");
	clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260321);
	tacit_practice_close(c.p[0]);
	stage_put_back(c.st.s, 0, 0);
	assert_int_equal(tacit_practice_open(&c.p[0], stage_end(c.st.s, 0)),
	    0);
	c.seen[0] = 0;
	for (i = 0; i < 2; i++) {
		assert_int_equal(story_write(&c.st, i, i), 0);
		heal_settle(&c.st);
		clinic_settle(&c);
	}
	for (date = 0; tacit_checkin_response_next(c.p[0], clinic_ct(&c, 0),
	    id, date, &date, NULL) == 1; n++)
		assert_int_equal(date, 20260321);
	assert_int_equal(n, 1);
	clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260321);
	clinic_quiet(&c, 0);
	clinic_end(&c);
}

/* ---- an end that is somebody else ------------------------------------------------- */

/* The vault of end ${i} says that their key changed, as inbox.c does. */
static void
identity_changes(struct clinic *c, int i)
{
	struct tacit *t = stage_end(c->st.s, i);
	struct tacit_contact *ct = clinic_ct(c, i);

	assert_int_equal(change_begin(t), 0);
	assert_int_equal(change_end(t, ct, event_say(t, ct,
	    TACIT_EV_IDENTITY_CHANGED)), 0);
	clinic_step(c, i);
}

static void
another_identity_is_neither_answered_nor_asked(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(0, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE], other[TACIT_CHECKIN_ID_SIZE];
	struct tacit_checkin *k;
	struct clinic c;

	(void)state;
	clinic_asked(&c, 31, &w, id);
	identity_changes(&c, 1);
	assert_int_equal(tacit_checkin_open(&k, c.p[1], clinic_ct(&c, 1), id),
	    0);
	assert_int_equal(tacit_checkin_set(k, 0, "bad", NULL), 0);
	assert_int_equal(tacit_checkin_set(k, 1, "6", NULL), 0);
	assert_int_equal(tacit_checkin_submit(k), TACIT_E_IDENTITY_CHANGED);
	clinic_settle(&c);
	clinic_quiet(&c, 0);
	assert_int_equal(tacit_life_verify(c.p[1], c.now, clinic_ct(&c, 1),
	    TACIT_HOW_VOICE), 0);
	/* What was answered is still there. */
	assert_int_equal(tacit_checkin_submit(k), 0);
	tacit_checkin_close(k);
	clinic_settle(&c);
	clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260320);

	/* What waits at the practice goes when they are verified, too. */
	assert_int_equal(tacit_checkin_send(c.p[0], clinic_ct(&c, 0), c.form,
	    &w, c.now, other), 0);
	identity_changes(&c, 0);
	clinic_go(&c, 20260321, 1100);
	clinic_told(&c, 1, TACIT_CHECKIN_DUE, id, 20260321);
	clinic_quiet(&c, 1);
	assert_int_equal(tacit_checkin_send(c.p[0], clinic_ct(&c, 0), c.form,
	    &w, c.now, other), TACIT_E_IDENTITY_CHANGED);
	assert_int_equal(tacit_life_verify(c.p[0], c.now, clinic_ct(&c, 0),
	    TACIT_HOW_VOICE), 0);
	clinic_go(&c, 20260321, 1170);
	clinic_told(&c, 1, TACIT_CHECKIN_DUE, other, 20260321);
	clinic_end(&c);
}

/* The last words of a discharge are the last. */
static void
who_is_discharged_is_sent_no_check_in(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(0, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE];
	struct tacit_contact_info info = { .size = sizeof(info) };
	uint32_t queued;
	struct clinic c;

	(void)state;
	clinic_begin(&c, 32);
	assert_int_equal(tacit_checkin_send(c.p[0], clinic_ct(&c, 0), c.form,
	    &w, c.now, id), 0);
	assert_int_equal(tacit_life_change(c.p[0], c.now, clinic_ct(&c, 0),
	    TACIT_LIFE_DISCHARGE, "All the best."), 0);
	assert_int_equal(tacit_contact_info(clinic_ct(&c, 0), &info), 0);
	queued = (uint32_t)info.queued;
	c.now += CHECKIN_SPREAD_MS + MINUTE;
	clinic_step(&c, 0);
	assert_int_equal(tacit_contact_info(clinic_ct(&c, 0), &info), 0);
	assert_int_equal(info.queued, queued);
	assert_int_equal(tacit_checkin_send(c.p[0], clinic_ct(&c, 0), c.form,
	    &w, c.now, id), TACIT_E_CONTACT_CLOSED);
	clinic_end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_that_nobody_asked_for_are_set_aside),
		cmocka_unit_test(schedules_that_make_no_sense_are_set_aside),
		cmocka_unit_test(
		    definitions_that_make_no_sense_are_set_aside),
		cmocka_unit_test(more_than_may_be_is_set_aside),
		cmocka_unit_test(more_forms_than_may_be_are_set_aside),
		cmocka_unit_test(a_schedule_that_comes_again_is_asked_once),
		cmocka_unit_test(an_id_of_mine_is_not_taken_for_theirs),
		cmocka_unit_test(
		    what_comes_again_to_an_older_vault_is_taken_once),
		cmocka_unit_test(
		    another_identity_is_neither_answered_nor_asked),
		cmocka_unit_test(who_is_discharged_is_sent_no_check_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
