/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check-ins from end to end, with real cores and vaults: asked at the right
 * minute without the relay, over a change of daylight saving time; answered
 * once, in time, and kept over crashes; told to who asked, with scores and
 * alerts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checkin.h"
#include "clinic.h"

/* "2026-11-22T12:00:00Z" of the last that came to end 0. */
static void
when_written(char out[32], struct clinic *c)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t before = 0;
	time_t seconds;
	struct tm tm;

	do {
		assert_int_equal(tacit_history(clinic_ct(c, 0), before, &m),
		    0);
		before = m.place;
	} while (m.from_me);
	assert_true(m.time_ms != c->now);
	seconds = (time_t)(m.time_ms / 1000);
	assert_non_null(gmtime_r(&seconds, &tm));
	assert_true(strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0);
}

/* ---- the whole way --------------------------------------------------------------- */

static void
a_check_in_is_asked_answered_and_scored(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260405);
	struct tacit_checkin_score s = { .size = sizeof(s) };
	struct tacit_practice_event ev;
	char id[TACIT_CHECKIN_ID_SIZE];
	int64_t when = 0;
	char *json, authored[32];
	uint32_t date = 0;
	struct clinic c;

	(void)state;
	clinic_begin(&c, 1);
	clinic_send(&c, &w, id);
	clinic_go(&c, 20260321, 1079);
	clinic_quiet(&c, 1);
	assert_int_equal(tacit_practice_timeout_ms(c.p[1], c.now), MINUTE);
	clinic_go(&c, 20260321, 1080);
	clinic_told(&c, 1, TACIT_CHECKIN_DUE, id, 20260321);
	clinic_quiet(&c, 1);
	clinic_answer(&c, id, "bad", "6");
	clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260321);
	ev = clinic_event(&c, 0);
	assert_int_equal(ev.type, TACIT_CHECKIN_ALERT);
	assert_string_equal(ev.label, "low");
	assert_string_equal(ev.value, "Mood 1");
	ev = clinic_event(&c, 0);
	assert_int_equal(ev.type, TACIT_CHECKIN_ALERT);
	assert_string_equal(ev.label, "many drinks");
	assert_string_equal(ev.value, "Drinks");
	clinic_quiet(&c, 0);

	assert_int_equal(tacit_checkin_response_next(c.p[0],
	    clinic_ct(&c, 0), id, 0, &date, &when), 1);
	assert_int_equal(date, 20260321);
	assert_true(when == c.now);
	assert_int_equal(tacit_checkin_response_next(c.p[0],
	    clinic_ct(&c, 0), id, date, &date, NULL), 0);
	assert_int_equal(tacit_checkin_score(c.p[0], clinic_ct(&c, 0), id,
	    date, 0, &s), 1);
	assert_string_equal(s.label, "Mood");
	assert_string_equal(s.value, "1");
	assert_string_equal(s.band, "low");
	assert_true(s.alert && s.answered == 1 && s.of == 1);
	assert_int_equal(tacit_checkin_score(c.p[0], clinic_ct(&c, 0), id,
	    date, 1, &s), 0);
	assert_int_equal(tacit_checkin_response(c.p[0], clinic_ct(&c, 0), id,
	    date, &json), 0);
	assert_non_null(strstr(json, "\"QuestionnaireResponse\""));
	assert_non_null(strstr(json, "\"completed\""));
	when_written(authored, &c);
	assert_non_null(strstr(json, authored));
	tacit_practice_free(json);

	/* One without anything to be told of. */
	clinic_go(&c, 20260322, 1100);
	clinic_told(&c, 1, TACIT_CHECKIN_DUE, id, 20260322);
	clinic_answer(&c, id, "good", "0");
	clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260322);
	clinic_quiet(&c, 0);
	clinic_end(&c);
}

/* The client's device sleeps exactly as long as it is told to. */
static void
it_is_asked_at_the_minute_over_a_change_of_time(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260327, 20260331);
	char id[TACIT_CHECKIN_ID_SIZE];
	struct civil wall;
	struct clinic c;
	uint32_t day;
	int timeout, n = 0;

	(void)state;
	clinic_begin(&c, 2);
	clinic_send(&c, &w, id);
	while ((timeout = tacit_practice_timeout_ms(c.p[1], c.now)) >= 0) {
		c.now += timeout;
		clinic_step(&c, 1);
		day = n / 2 < 5 ? civil_date(civil_days(20260327) + n / 2) : 0;
		if (timeout == 0)
			continue;
		wall = zone_civil(c.now);
		assert_int_equal(wall.date, day);
		assert_int_equal(wall.minute, n % 2 == 0 ? 1080 : 1260);
		assert_int_equal(c.now % MINUTE, 0);
		clinic_told(&c, 1, n % 2 == 0 ? TACIT_CHECKIN_DUE :
		    TACIT_CHECKIN_CLOSED, id, day);
		clinic_quiet(&c, 1);
		n++;
	}
	assert_int_equal(n, 10);
	/* A day of 23 hours lay between: 18:00 is 17:00 UTC, then 16:00. */
	assert_int_equal(clinic_at(20260329, 1080) - clinic_at(20260328,
	    1080), 23 * 60 * MINUTE);
	clinic_end(&c);
}

static void
one_that_is_asked_once_goes_at_once_when_the_form_is_there(void **state)
{
	struct tacit_checkin_when w = { .size = sizeof(w), .once = 1,
	    .until = 20260321 };
	struct tacit_checkin_info info = { .size = sizeof(info) };
	char id[TACIT_CHECKIN_ID_SIZE], second[TACIT_CHECKIN_ID_SIZE];
	struct clinic c;

	(void)state;
	clinic_begin(&c, 3);
	clinic_send(&c, &w, id);
	clinic_told(&c, 1, TACIT_CHECKIN_DUE, id, 20260320);
	clinic_answer(&c, id, "good", "1");
	clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260320);
	assert_int_equal(tacit_checkin_send(c.p[0], clinic_ct(&c, 0), c.form,
	    &w, c.now, second), 0);
	assert_int_equal(tacit_checkin_next(c.p[0], clinic_ct(&c, 0), NULL,
	    &info), 1);
	assert_false(info.waiting);
	clinic_settle(&c);
	clinic_told(&c, 1, TACIT_CHECKIN_DUE, second, 20260320);
	clinic_go(&c, 20260321, 1439);
	clinic_quiet(&c, 1);
	clinic_go(&c, 20260322, 0);
	clinic_told(&c, 1, TACIT_CHECKIN_CLOSED, second, 20260320);
	clinic_end(&c);
}

/* ---- what waits ------------------------------------------------------------------------ */

static int
is_waiting(struct clinic *c, const char *id)
{
	struct tacit_checkin_info info = { .size = sizeof(info) };

	assert_int_equal(tacit_checkin_next(c->p[0], clinic_ct(c, 0), NULL,
	    &info), 1);
	assert_string_equal(info.id, id);
	return info.waiting;
}

/* At a random time within a quarter of an hour, over crashes. */
static void
a_definition_is_sent_after_a_while(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(0, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE];
	int64_t begun, first = 0;
	int n, timeout, differ = 0;
	struct clinic c;

	(void)state;
	for (n = 0; n < 4; n++) {
		clinic_begin(&c, 40 + (uint64_t)n);
		begun = c.now;
		assert_int_equal(tacit_checkin_send(c.p[0], clinic_ct(&c, 0),
		    c.form, &w, c.now, id), 0);
		clinic_step(&c, 0);
		clinic_crash(&c, 0);
		assert_true(is_waiting(&c, id));
		assert_int_equal(clinic_ct(&c, 0)->rec.seq, 0);
		timeout = tacit_practice_timeout_ms(c.p[0], c.now);
		assert_true(timeout > 0 && timeout <= 15 * MINUTE);
		c.now += timeout - 1;
		clinic_step(&c, 0);
		assert_true(is_waiting(&c, id));
		c.now++;
		clinic_step(&c, 0);
		assert_false(is_waiting(&c, id));
		/* The definition, then the schedule. */
		assert_int_equal(clinic_ct(&c, 0)->rec.seq, 2);
		differ += n > 0 && c.now - begun != first;
		first = c.now - begun;
		clinic_end(&c);
	}
	assert_true(differ > 0);
}

static void
one_that_was_stopped_before_it_left_never_does(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(0, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE];
	struct clinic c;

	(void)state;
	clinic_begin(&c, 5);
	assert_int_equal(tacit_checkin_send(c.p[0], clinic_ct(&c, 0), c.form,
	    &w, c.now, id), 0);
	assert_int_equal(tacit_checkin_stop(c.p[0], clinic_ct(&c, 0), id), 0);
	assert_int_equal(tacit_checkin_stop(c.p[0], clinic_ct(&c, 0), id), 0);
	clinic_go(&c, 20260321, 1100);
	assert_int_equal(clinic_ct(&c, 0)->rec.seq, 0);
	clinic_quiet(&c, 1);
	clinic_go(&c, 20260410, 0);
	clinic_quiet(&c, 0);
	clinic_end(&c);
}

/* ---- off -------------------------------------------------------------------------- */

/* A device that was off tells of all it slept through, and no more of it. */
static void
a_device_that_was_off_tells_what_is_over(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260323);
	char id[TACIT_CHECKIN_ID_SIZE];
	struct tacit_checkin *k;
	struct clinic c;

	(void)state;
	clinic_begin(&c, 7);
	clinic_send(&c, &w, id);
	clinic_go(&c, 20260323, 1100);
	clinic_told(&c, 1, TACIT_CHECKIN_CLOSED, id, 20260321);
	clinic_told(&c, 1, TACIT_CHECKIN_CLOSED, id, 20260322);
	clinic_told(&c, 1, TACIT_CHECKIN_DUE, id, 20260323);
	clinic_quiet(&c, 1);
	assert_int_equal(tacit_checkin_open(&k, c.p[1], clinic_ct(&c, 1), id),
	    0);
	assert_int_equal(tacit_checkin_set(k, 0, "bad", NULL), 0);
	assert_int_equal(tacit_checkin_set(k, 1, "1", NULL), 0);
	c.now = clinic_at(20260323, 1260);
	clinic_step(&c, 1);
	clinic_told(&c, 1, TACIT_CHECKIN_CLOSED, id, 20260323);
	assert_int_equal(tacit_checkin_set(k, 0, "good", NULL), TACIT_E_STATE);
	assert_int_equal(tacit_checkin_clear(k, 0), TACIT_E_STATE);
	assert_int_equal(tacit_checkin_submit(k), TACIT_E_STATE);
	tacit_checkin_close(k);
	assert_int_equal(tacit_checkin_open(&k, c.p[1], clinic_ct(&c, 1), id),
	    TACIT_E_STATE);
	clinic_settle(&c);
	clinic_stay(&c);
	clinic_told(&c, 0, TACIT_CHECKIN_MISSED, id, 20260321);
	clinic_quiet(&c, 0);
	clinic_end(&c);
}

/* ---- answering ---------------------------------------------------------------------------- */

static void
what_was_answered_survives_a_crash_at_every_answer(void **state)
{
	static const struct {
		uint32_t at;
		const char *text;
	} answers[] = { { 0, "bad" }, { 1, "20" }, { 0, "good" },
	    { 2, "It was\nlong." }, { 1, "3" } };
	struct tacit_checkin_when w = clinic_evenings(0, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE], text[64];
	struct tacit_checkin *k;
	struct clinic c;
	size_t i;

	(void)state;
	clinic_asked(&c, 8, &w, id);
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		assert_int_equal(tacit_checkin_open(&k, c.p[1],
		    clinic_ct(&c, 1), id), 0);
		assert_int_equal(tacit_checkin_missing(k), i < 2 ? i : 3);
		assert_int_equal(tacit_checkin_set(k, answers[i].at,
		    answers[i].text, NULL), 0);
		tacit_checkin_close(k);
		clinic_crash(&c, 1);
		clinic_quiet(&c, 1);
		assert_int_equal(tacit_checkin_open(&k, c.p[1],
		    clinic_ct(&c, 1), id), 0);
		assert_int_equal(tacit_checkin_answer(k, answers[i].at, 0,
		    text, sizeof(text)), 1);
		assert_string_equal(text, answers[i].text);
		assert_int_equal(tacit_checkin_answer(k, answers[i].at, 1,
		    text, sizeof(text)), 0);
		tacit_checkin_close(k);
	}
	assert_int_equal(tacit_checkin_open(&k, c.p[1], clinic_ct(&c, 1), id),
	    0);
	assert_int_equal(tacit_checkin_clear(k, 2), 0);
	assert_int_equal(tacit_checkin_submit(k), 0);
	assert_int_equal(tacit_checkin_submit(k), TACIT_E_STATE);
	assert_int_equal(tacit_checkin_set(k, 0, "bad", NULL), TACIT_E_STATE);
	tacit_checkin_close(k);
	clinic_crash(&c, 1);
	assert_int_equal(tacit_checkin_open(&k, c.p[1], clinic_ct(&c, 1), id),
	    TACIT_E_STATE);
	clinic_settle(&c);
	clinic_told(&c, 0, TACIT_CHECKIN_ANSWERED, id, 20260320);
	clinic_quiet(&c, 0);
	clinic_end(&c);
}

/* Is something begun and not sent kept of that occurrence? */
static int
has_draft(struct clinic *c, const char *id, uint32_t date)
{
	char contact[TACIT_CONTACT_ID_SIZE];
	struct row_key k;

	assert_int_equal(practice_contact_id(clinic_ct(c, 1), contact), 0);
	checkin_day_key(&k, ROW_DRAFT, contact, id, date);
	return checkin_count(stage_end(c->st.s, 1), &k, 2);
}

static void
what_was_begun_is_gone_when_its_time_is_over(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(0, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE];
	struct tacit_checkin *k;
	struct clinic c;

	(void)state;
	clinic_asked(&c, 15, &w, id);
	assert_int_equal(tacit_checkin_open(&k, c.p[1], clinic_ct(&c, 1), id),
	    0);
	assert_int_equal(tacit_checkin_set(k, 0, "bad", NULL), 0);
	tacit_checkin_close(k);
	assert_int_equal(has_draft(&c, id, 20260320), 1);
	clinic_go(&c, 20260320, 1260);
	clinic_told(&c, 1, TACIT_CHECKIN_CLOSED, id, 20260320);
	assert_int_equal(has_draft(&c, id, 20260320), 0);
	clinic_end(&c);
}

static void
what_does_not_answer_is_refused_and_changes_nothing(void **state)
{
	static const struct {
		uint32_t at;
		const char *text;
		int error;
	} bad[] = {
		{ 0, "", TACIT_E_ANSWER }, { 0, "fine", TACIT_E_ANSWER },
		{ 0, "Bad", TACIT_E_ANSWER }, { 0, "1", TACIT_E_ANSWER },
		{ 1, "", TACIT_E_ANSWER }, { 1, "21", TACIT_E_ANSWER },
		{ 1, "1.5", TACIT_E_ANSWER }, { 1, "two", TACIT_E_ANSWER },
		{ 1, "99999999999", TACIT_E_ANSWER },
		{ 2, "", TACIT_E_ANSWER }, { 2, "\xff", TACIT_E_ANSWER },
		{ 2, "\x1b[2J", TACIT_E_ANSWER },
		{ 3, "x", TACIT_E_INVALID }, { 4294967295u, "x",
		    TACIT_E_INVALID }, { 65536, "bad", TACIT_E_INVALID },
	};
	struct tacit_checkin_when w = clinic_evenings(0, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE], text[4];
	const char *reason = NULL;
	struct tacit_checkin *k;
	struct clinic c;
	size_t i;

	(void)state;
	clinic_begin(&c, 9);
	clinic_send(&c, &w, id);
	clinic_go(&c, 20260320, 1100);
	assert_int_equal(tacit_checkin_open(&k, c.p[1], clinic_ct(&c, 1), id),
	    0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (tacit_checkin_set(k, bad[i].at, bad[i].text, &reason) !=
		    bad[i].error)
			fail_msg("row %zu: %s", i, reason);
		assert_true((reason[0] != '\0') ==
		    (bad[i].error == TACIT_E_ANSWER));
		assert_int_equal(tacit_checkin_missing(k), 0);
	}
	assert_int_equal(tacit_checkin_set(k, 0, NULL, NULL),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_checkin_set(NULL, 0, "bad", NULL),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_checkin_choose(k, 0, 2, NULL),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_checkin_choose(k, 1, 0, NULL),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_checkin_submit(k), TACIT_E_ANSWER);
	assert_int_equal(tacit_checkin_choose(k, 0, 1, &reason), 0);
	assert_int_equal(tacit_checkin_answer(k, 0, 0, text, sizeof(text)),
	    TACIT_E_LIMIT);
	assert_int_equal(tacit_checkin_submit(k), TACIT_E_ANSWER);
	tacit_checkin_close(k);
	clinic_settle(&c);
	clinic_quiet(&c, 0);
	clinic_end(&c);
}

static void
what_is_no_form_is_refused_by_item_or_line(void **state)
{
	static const char no_form[] = "{\"resourceType\":\"Questionnaire\","
	    "\"status\":\"active\",\n"
	    "\"title\":\"T\",\"item\":[{\"linkId\":\"q\",\"type\":\"url\"}]}";
	char id[TACIT_CHECKIN_ID_SIZE], why[TACIT_CHECKIN_WHY_SIZE];
	struct clinic c;

	(void)state;
	clinic_begin(&c, 12);
	assert_int_equal(tacit_checkin_import(c.p[0], no_form,
	    strlen(no_form), id, why), TACIT_E_FORM);
	assert_non_null(strstr(why, "\"q\""));
	assert_non_null(strstr(why, "url"));
	assert_int_equal(tacit_checkin_import(c.p[0], "{\n\n,", 4, id, why),
	    TACIT_E_FORM);
	assert_non_null(strstr(why, "line 3"));
	assert_int_equal(tacit_checkin_import_shipped(c.p[0], "no-such", id),
	    TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_checkin_import_shipped(c.p[0], NULL, id),
	    TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_checkin_import(c.p[0], NULL, 1, id, why),
	    TACIT_E_INVALID);
	clinic_end(&c);
}

static void
what_cannot_be_sent_or_asked_for_is_refused(void **state)
{
	struct tacit_checkin_when good = clinic_evenings(0, 20260405), w;
	struct tacit_checkin_info info = { .size = sizeof(info) };
	char id[TACIT_CHECKIN_ID_SIZE] = "unset";
	struct tacit_checkin *k;
	struct clinic c;
	char *json;

	(void)state;
	clinic_begin(&c, 10);
	w = good;
	w.until = 20260319;		/* yesterday */
	assert_int_equal(tacit_checkin_send(c.p[0], clinic_ct(&c, 0), c.form,
	    &w, c.now, id), TACIT_E_INVALID);
	w = good;
	w.close = w.open;
	assert_int_equal(tacit_checkin_send(c.p[0], clinic_ct(&c, 0), c.form,
	    &w, c.now, id), TACIT_E_INVALID);
	w = good;
	w.size--;
	assert_int_equal(tacit_checkin_send(c.p[0], clinic_ct(&c, 0), c.form,
	    &w, c.now, id), TACIT_E_INVALID);
	assert_int_equal(tacit_checkin_send(c.p[0], clinic_ct(&c, 0),
	    "f_aaaaaaaaaaaa", &good, c.now, id), TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_checkin_send(c.p[0], clinic_ct(&c, 0), "",
	    &good, c.now, id), TACIT_E_NOT_FOUND);
	assert_string_equal(id, "unset");
	assert_int_equal(tacit_checkin_stop(c.p[0], clinic_ct(&c, 0),
	    "k_aaaaaaaaaaaa"), TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_checkin_stop(c.p[0], clinic_ct(&c, 0), "k"),
	    TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_checkin_open(&k, c.p[0], clinic_ct(&c, 0),
	    "k_aaaaaaaaaaaa"), TACIT_E_NOT_FOUND);
	assert_null(k);
	assert_int_equal(tacit_checkin_open(&k, c.p[0], clinic_ct(&c, 0),
	    "k_AAAAAAAAAAAA"), TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_checkin_response(c.p[0], clinic_ct(&c, 0),
	    "k_aaaaaaaaaaaa", 20260320, &json), TACIT_E_NOT_FOUND);
	assert_null(json);
	assert_int_equal(tacit_checkin_next(c.p[0], clinic_ct(&c, 0), NULL,
	    &info), 0);
	assert_int_equal(tacit_checkin_next(c.p[0], clinic_ct(&c, 0),
	    "k_aaaaaaaaaaaa", &info), TACIT_E_NOT_FOUND);
	clinic_go(&c, 20260330, 1100);
	clinic_quiet(&c, 1);

	assert_int_equal(tacit_contact_close(clinic_ct(&c, 0)), 0);
	stage_quiesce(c.st.s);
	assert_int_equal(tacit_checkin_send(c.p[0], contact_by_id(
	    stage_end(c.st.s, 0), c.st.id[0]), c.form, &good, c.now, id),
	    TACIT_E_CONTACT_CLOSED);
	clinic_end(&c);
}

static void
a_check_in_that_is_stopped_is_asked_no_more(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(0, 20260405);
	struct tacit_checkin_info info = { .size = sizeof(info) };
	char id[TACIT_CHECKIN_ID_SIZE];
	struct tacit_checkin *k;
	struct clinic c;

	(void)state;
	clinic_asked(&c, 11, &w, id);
	assert_int_equal(tacit_checkin_open(&k, c.p[1], clinic_ct(&c, 1), id),
	    0);
	assert_int_equal(tacit_checkin_set(k, 0, "bad", NULL), 0);
	assert_int_equal(tacit_checkin_stop(c.p[0], clinic_ct(&c, 0), id), 0);
	clinic_settle(&c);
	assert_int_equal(tacit_checkin_set(k, 1, "1", NULL), TACIT_E_STATE);
	assert_int_equal(tacit_checkin_submit(k), TACIT_E_STATE);
	tacit_checkin_close(k);
	clinic_go(&c, 20260321, 1100);
	clinic_quiet(&c, 1);
	assert_int_equal(tacit_checkin_next(c.p[1], clinic_ct(&c, 1), NULL,
	    &info), 1);
	assert_true(info.stopped && !info.mine && info.asked == 0);
	clinic_go(&c, 20260501, 0);
	clinic_quiet(&c, 0);
	clinic_quiet(&c, 1);
	clinic_end(&c);
}

static void
who_is_gone_is_asked_no_more(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(0, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE];
	struct tacit_contact *ct;
	struct clinic c;

	(void)state;
	clinic_begin(&c, 13);
	clinic_send(&c, &w, id);
	ct = clinic_ct(&c, 0);
	assert_int_equal(tacit_contact_close(ct), 0);
	clinic_settle(&c);
	clinic_go(&c, 20260321, 1100);
	clinic_quiet(&c, 1);
	clinic_go(&c, 20260501, 0);
	clinic_quiet(&c, 0);
	clinic_quiet(&c, 1);
	assert_int_equal(tacit_checkin_stop(c.p[0], ct, id), 0);
	clinic_end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_check_in_is_asked_answered_and_scored),
		cmocka_unit_test(
		    it_is_asked_at_the_minute_over_a_change_of_time),
		cmocka_unit_test(
		    one_that_is_asked_once_goes_at_once_when_the_form_is_there),
		cmocka_unit_test(a_definition_is_sent_after_a_while),
		cmocka_unit_test(
		    one_that_was_stopped_before_it_left_never_does),
		cmocka_unit_test(a_device_that_was_off_tells_what_is_over),
		cmocka_unit_test(
		    what_was_answered_survives_a_crash_at_every_answer),
		cmocka_unit_test(what_was_begun_is_gone_when_its_time_is_over),
		cmocka_unit_test(
		    what_does_not_answer_is_refused_and_changes_nothing),
		cmocka_unit_test(what_is_no_form_is_refused_by_item_or_line),
		cmocka_unit_test(what_cannot_be_sent_or_asked_for_is_refused),
		cmocka_unit_test(
		    a_check_in_that_is_stopped_is_asked_no_more),
		cmocka_unit_test(who_is_gone_is_asked_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
