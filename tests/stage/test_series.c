/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Series of real vaults: each answer and each miss once, by form, over all
 * check-ins that asked it.
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

static struct tacit_series *
open_series(struct clinic *c)
{
	struct tacit_series *s;

	assert_int_equal(tacit_series_open(&s, c->p[0], clinic_ct(c, 0),
	    NULL), 0);
	return s;
}

static void
point_is(const struct tacit_series *s, uint32_t n, uint32_t i, uint32_t date,
    const char *value, const char *band)
{
	struct tacit_series_point p = { .size = sizeof(p) };

	assert_int_equal(tacit_series_point(s, n, i, &p), 1);
	assert_int_equal(p.date, date);
	assert_string_equal(p.value, value);
	assert_string_equal(p.band, band);
	assert_int_equal(p.missed, value[0] == '\0');
	assert_true(p.time_ms > clinic_at(date, 0));
}

static void
answers_and_misses_make_the_series_of_their_form(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260325);
	struct tacit_checkin_when again = clinic_evenings(20260401, 20260401);
	struct tacit_series_info info = { .size = sizeof(info) };
	struct tacit_series_point p = { .size = sizeof(p) };
	char id[TACIT_CHECKIN_ID_SIZE], other[TACIT_CHECKIN_ID_SIZE];
	struct tacit_series *s;
	struct clinic c;
	size_t len;
	char *text;

	(void)state;
	clinic_begin(&c, 1);
	clinic_send(&c, &w, id);
	clinic_go(&c, 20260321, 1100);
	clinic_answer(&c, id, "bad", "6");
	clinic_go(&c, 20260323, 1100);
	clinic_answer(&c, id, "good", "0");
	s = open_series(&c);
	assert_int_equal(tacit_series_info(s, 0, &info), 1);
	/* The 22nd is over, and not yet in the last zone. */
	assert_int_equal(info.points, 2);
	tacit_series_close(s);

	/* Another check-in with the same form goes on with its series. */
	clinic_go(&c, 20260330, 600);
	clinic_stay(&c);
	clinic_send(&c, &again, other);
	clinic_go(&c, 20260401, 1100);
	clinic_answer(&c, other, "good", "20");
	s = open_series(&c);
	assert_int_equal(tacit_series_info(s, 0, &info), 1);
	assert_string_equal(info.form, c.form);
	assert_string_equal(info.title, "Evening");
	assert_string_equal(info.label, "Mood");
	assert_true(info.points == 6 && info.missed == 3);
	point_is(s, 0, 0, 20260321, "1", "low");
	point_is(s, 0, 1, 20260322, "", "");
	point_is(s, 0, 2, 20260323, "3", "fine");
	point_is(s, 0, 4, 20260325, "", "");
	point_is(s, 0, 5, 20260401, "3", "fine");
	assert_int_equal(tacit_series_point(s, 0, 6, &p), 0);
	assert_int_equal(tacit_series_info(s, 1, &info), 1);
	assert_string_equal(info.label, "Drinks");
	point_is(s, 1, 0, 20260321, "6", "");
	point_is(s, 1, 5, 20260401, "20", "");
	assert_int_equal(tacit_series_info(s, 2, &info), 0);
	assert_int_equal(tacit_series_print(s, 1, TACIT_SERIES_ASCII, 80,
	    &text, &len), 0);
	assert_true(strlen(text) == len && strstr(text, "3 missed") != NULL);
	tacit_practice_free(text);
	tacit_series_close(s);
	/* Who answers has no series: no score, and nothing was asked by me. */
	assert_int_equal(tacit_series_open(&s, c.p[1], clinic_ct(&c, 1),
	    NULL), 0);
	assert_int_equal(tacit_series_info(s, 0, &info), 0);
	tacit_series_close(s);
	clinic_end(&c);
}

static void
what_was_over_when_it_was_sent_is_not_missed(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260320, 20260322);
	struct tacit_series_info info = { .size = sizeof(info) };
	char id[TACIT_CHECKIN_ID_SIZE];
	struct tacit_series *s;
	struct clinic c;

	(void)state;
	clinic_begin(&c, 2);
	clinic_go(&c, 20260320, 1300);
	clinic_send(&c, &w, id);
	clinic_go(&c, 20260330, 600);
	clinic_stay(&c);
	s = open_series(&c);
	assert_int_equal(tacit_series_info(s, 0, &info), 1);
	assert_true(info.points == 2 && info.missed == 2);
	point_is(s, 0, 0, 20260321, "", "");
	tacit_series_close(s);
	clinic_end(&c);
}

static const char optional_form[] =
"{\"resourceType\":\"Questionnaire\",\"status\":\"active\",\"title\":\"Two\","
"\"extension\":[{\"url\":\"urn:tacit:score\",\"extension\":[{\"url\":"
"\"label\",\"valueString\":\"Sum\"}]}],\"item\":[{\"linkId\":\"a\",\"text\":\"A\",\"type\":"
"\"choice\",\"required\":true,\"answerOption\":[{\"valueString\":\"x\","
"\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
"ordinalValue\",\"valueDecimal\":1}]}]},{\"linkId\":\"b\",\"text\":\"B\",\"type\":"
"\"choice\",\"answerOption\":[{\"valueString\":\"y\",\"extension\":[{\"url\":"
"\"http://hl7.org/fhir/StructureDefinition/ordinalValue\",\"valueDecimal\":"
"2}]}]}]}";

static void
half_a_score_is_no_point(void **state)
{
	struct tacit_checkin_when w = { .size = sizeof(w), .once = 1,
	    .until = 20260401 };
	struct tacit_series_info info = { .size = sizeof(info) };
	char id[TACIT_CHECKIN_ID_SIZE], why[TACIT_CHECKIN_WHY_SIZE];
	struct tacit_checkin *k;
	struct tacit_series *s;
	struct clinic c;
	int whole;

	(void)state;
	clinic_begin(&c, 3);
	if (tacit_checkin_import(c.p[0], optional_form,
	    strlen(optional_form), c.form, why) != 0)
		fail_msg("%s", why);
	for (whole = 0; whole < 2; whole++) {
		clinic_send(&c, &w, id);
		assert_int_equal(tacit_checkin_open(&k, c.p[1],
		    clinic_ct(&c, 1), id), 0);
		assert_int_equal(tacit_checkin_set(k, 0, "x", NULL), 0);
		if (whole)
			assert_int_equal(tacit_checkin_set(k, 1, "y", NULL),
			    0);
		assert_int_equal(tacit_checkin_submit(k), 0);
		tacit_checkin_close(k);
		clinic_settle(&c);
	}
	s = open_series(&c);
	assert_int_equal(tacit_series_info(s, 0, &info), 1);
	assert_true(info.points == 1 && info.missed == 0);
	point_is(s, 0, 0, 20260320, "3", "");
	tacit_series_close(s);
	clinic_end(&c);
}

static void
bad_calls_of_series_are_refused(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260325);
	struct tacit_series_point p = { .size = sizeof(p) };
	struct tacit_series_info info = { .size = sizeof(info) - 1 };
	char id[TACIT_CHECKIN_ID_SIZE];
	struct tacit_contact *ct;
	struct tacit_series *s;
	struct clinic c;
	size_t len;
	char *text;

	(void)state;
	clinic_begin(&c, 4);
	ct = clinic_ct(&c, 0);
	assert_int_equal(tacit_series_open(NULL, c.p[0], ct, NULL),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_series_open(&s, NULL, ct, NULL),
	    TACIT_E_INVALID);
	assert_null(s);
	assert_int_equal(tacit_series_open(&s, c.p[0], NULL, NULL),
	    TACIT_E_INVALID);
	/* Kept here, and never asked of this contact; and no form at all. */
	assert_int_equal(tacit_series_open(&s, c.p[0], ct, c.form),
	    TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_series_open(&s, c.p[0], ct, "f_aaaaaaaaaaaa"),
	    TACIT_E_NOT_FOUND);
	assert_int_equal(tacit_series_open(&s, c.p[0], ct, ""),
	    TACIT_E_NOT_FOUND);
	assert_null(s);
	clinic_send(&c, &w, id);
	assert_int_equal(tacit_series_open(&s, c.p[0], ct, c.form), 0);
	assert_int_equal(tacit_series_info(s, 0, &info), TACIT_E_INVALID);
	assert_int_equal(tacit_series_info(s, 0, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_series_info(NULL, 0, &info), TACIT_E_INVALID);
	p.size = 0;
	assert_int_equal(tacit_series_point(s, 0, 0, &p), TACIT_E_INVALID);
#define PRINT(n, as, columns)						\
	tacit_series_print(s, n, as, columns, &text, &len)
	assert_int_equal(PRINT(2, TACIT_SERIES_CSV, 0), TACIT_E_NOT_FOUND);
	assert_int_equal(PRINT(0, (enum tacit_series_as)0, 0),
	    TACIT_E_INVALID);
	assert_int_equal(PRINT(0, (enum tacit_series_as)9, 0),
	    TACIT_E_INVALID);
	assert_int_equal(PRINT(0, TACIT_SERIES_CSV, 80), TACIT_E_INVALID);
	assert_int_equal(PRINT(0, TACIT_SERIES_ASCII, 39), TACIT_E_INVALID);
	assert_int_equal(PRINT(0, TACIT_SERIES_TERMINAL, 201),
	    TACIT_E_INVALID);
	assert_null(text);
	/* Nothing was answered yet: that is no error. */
	assert_int_equal(PRINT(0, TACIT_SERIES_TERMINAL, 40), 0);
	tacit_practice_free(text);
	assert_int_equal(PRINT(0, TACIT_SERIES_CSV_MORE, 0), 0);
	assert_true(len == 0 && text[0] == '\0');
	tacit_practice_free(text);
	tacit_series_close(s);
	clinic_end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    answers_and_misses_make_the_series_of_their_form),
		cmocka_unit_test(what_was_over_when_it_was_sent_is_not_missed),
		cmocka_unit_test(half_a_score_is_no_point),
		cmocka_unit_test(bad_calls_of_series_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
