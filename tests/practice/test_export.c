/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was written is exported as it was, and named for what became of it;
 * what is no entry is refused.  parse.py reads the same with other parsers.
 */
#include "sample.h"

#include <jansson.h>

#include "safe.h"

#define TIME	INT64_C(1795370703000)

static const struct export_format *const formats[] = { &export_html,
	&export_json, &export_fhir };

static const struct entry sound = { .kind = ENTRY_MESSAGE, .id = "m_1",
	.seq = 7, .from_me = true, .time_ms = TIME, .zone_minutes = 60,
	.state = ENTRY_DELIVERED, .text = "Hello", .text_len = 5 };

/* ---- refusals ----------------------------------------------------------- */

static struct answers *some;
static char long_id[EXPORT_ID_MAX + 2], long_text[EXPORT_TEXT_MAX + 1];

typedef void spoil_fn(struct entry *e);
#define SPOIL(name, change)						\
static void								\
name(struct entry *e)							\
{									\
	change;								\
}
SPOIL(no_kind, e->kind = (enum entry_kind)0)
SPOIL(unknown_kind, e->kind = (enum entry_kind)4)
SPOIL(no_state, e->state = (enum entry_state)0)
SPOIL(unknown_state, e->state = (enum entry_state)7)
SPOIL(unknown_fate, e->fate = (enum entry_fate)5)
SPOIL(no_id, e->id = NULL)
SPOIL(empty_id, e->id = "")
SPOIL(too_long_id, e->id = long_id)
SPOIL(quote_in_id, e->id = "m_\"x")
SPOIL(blank_in_id, e->id = "m 1")
SPOIL(other_script_in_id, e->id = "m_\xc3\xa4")
SPOIL(before_1970, e->time_ms = -1)
SPOIL(after_9999, e->time_ms = INT64_MAX)
SPOIL(no_such_zone, e->zone_minutes = 900)
SPOIL(no_text, e->text = NULL)
SPOIL(text_of_ephemeral, e->fate = ENTRY_EPHEMERAL)
SPOIL(text_of_forgotten, e->fate = ENTRY_DELETED)
SPOIL(no_answers, (e->kind = ENTRY_CHECKIN, e->text = NULL))
SPOIL(text_of_checkin, e->kind = ENTRY_CHECKIN)
SPOIL(answers_of_message, e->answers = some)
SPOIL(empty_text, e->text_len = 0)
SPOIL(too_long_text, (e->text = long_text, e->text_len = sizeof(long_text)))
SPOIL(cut_text, (e->text = "\xc3\xa4", e->text_len = 1))
SPOIL(surrogate_in_text, (e->text = "\xed\xa0\x80", e->text_len = 3))
SPOIL(latin_text, (e->text = "\xe4", e->text_len = 1))

#define ROW(f, rc)	{ #f, f, rc }
static const struct {
	const char *name;
	spoil_fn *spoil;
	int rc;
} spoilt[] = {
	ROW(no_kind, TACIT_E_INVALID),
	ROW(unknown_kind, TACIT_E_INVALID),
	ROW(no_state, TACIT_E_INVALID),
	ROW(unknown_state, TACIT_E_INVALID),
	ROW(unknown_fate, TACIT_E_INVALID),
	ROW(no_id, TACIT_E_INVALID), ROW(empty_id, TACIT_E_INVALID),
	ROW(too_long_id, TACIT_E_INVALID),
	ROW(quote_in_id, TACIT_E_INVALID),
	ROW(blank_in_id, TACIT_E_INVALID),
	ROW(other_script_in_id, TACIT_E_INVALID),
	ROW(before_1970, TACIT_E_INVALID),
	ROW(after_9999, TACIT_E_INVALID),
	ROW(no_such_zone, TACIT_E_INVALID),
	ROW(no_text, TACIT_E_INVALID),
	ROW(text_of_ephemeral, TACIT_E_INVALID),
	ROW(text_of_forgotten, TACIT_E_INVALID),
	ROW(no_answers, TACIT_E_INVALID),
	ROW(text_of_checkin, TACIT_E_INVALID),
	ROW(answers_of_message, TACIT_E_INVALID),
	ROW(empty_text, TACIT_E_TEXT),
	ROW(too_long_text, TACIT_E_TEXT),
	ROW(cut_text, TACIT_E_TEXT),
	ROW(surrogate_in_text, TACIT_E_TEXT),
	ROW(latin_text, TACIT_E_TEXT),
};
#undef ROW

static void
what_is_no_entry_is_refused_and_leaves_no_byte(void **state)
{
	struct memory m = { 0 };
	struct export x;
	struct entry e;
	struct sink s;
	size_t f, i, len;

	(void)state;
	memset(long_id, 'x', sizeof(long_id) - 1);
	memset(long_text, 'x', sizeof(long_text));
	some = sample_answers(SAMPLE_EVERY);
	for (f = 0; f < COUNT(formats); f++) {
		s = memory_sink(&m, SIZE_MAX);
		assert_int_equal(export_begin(&x, formats[f], &s,
		    &sample_head), 0);
		len = m.len;
		for (i = 0; i < COUNT(spoilt); i++) {
			e = sound;
			spoilt[i].spoil(&e);
			if (export_entry(&x, &e) != spoilt[i].rc ||
			    m.len != len)
				fail_msg("%s", spoilt[i].name);
		}
		assert_int_equal(export_entry(&x, &sound), 0);
		e = sound;
		e.text = long_text;
		e.text_len = EXPORT_TEXT_MAX;
		assert_int_equal(export_entry(&x, &e), 0);
		assert_int_equal(export_end(&x), 0);
		assert_true(x.messages == 2 && x.checkins == 0);
	}
	sample_answers_free(some);
	memory_free(&m);
}

typedef void spoil_head_fn(struct export_head *h);
#define SPOIL_HEAD(name, change)					\
static void								\
name(struct export_head *h)						\
{									\
	change;								\
}
SPOIL_HEAD(no_contact, h->contact = NULL)
SPOIL_HEAD(bad_contact, h->contact = "c_<x>")
SPOIL_HEAD(no_me, h->me = NULL)
SPOIL_HEAD(empty_me, h->me = "")
SPOIL_HEAD(latin_label, h->label = "\xe4")
SPOIL_HEAD(control_in_label, h->label = "a\x1b[2J")
SPOIL_HEAD(line_in_label, h->label = "a\nb")
SPOIL_HEAD(long_label, h->label = "1234567890123456789012345678901234567890"
    "1234567890123456789012345")
SPOIL_HEAD(no_software, h->software = NULL)
SPOIL_HEAD(made_before, h->made_ms = -1)
SPOIL_HEAD(made_where, h->zone_minutes = -841)
SPOIL_HEAD(from_before, h->from_ms = -1)
SPOIL_HEAD(to_after, h->to_ms = INT64_MAX)

static void
what_is_no_head_is_refused_and_leaves_no_byte(void **state)
{
	static const struct {
		spoil_head_fn *spoil;
		int rc;
	} rows[] = { { no_contact, TACIT_E_INVALID },
	    { bad_contact, TACIT_E_INVALID }, { no_me, TACIT_E_LABEL },
	    { empty_me, TACIT_E_LABEL }, { latin_label, TACIT_E_LABEL },
	    { control_in_label, TACIT_E_LABEL },
	    { line_in_label, TACIT_E_LABEL }, { long_label, TACIT_E_LABEL },
	    { no_software, TACIT_E_LABEL }, { made_before, TACIT_E_INVALID },
	    { made_where, TACIT_E_INVALID }, { from_before, TACIT_E_INVALID },
	    { to_after, TACIT_E_INVALID } };
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, SIZE_MAX);
	struct export_head h;
	struct export x;
	size_t f, i;

	(void)state;
	for (f = 0; f < COUNT(formats); f++)
		for (i = 0; i < COUNT(rows); i++) {
			h = sample_head;
			rows[i].spoil(&h);
			assert_int_equal(export_begin(&x, formats[f], &s, &h),
			    rows[i].rc);
		}
	assert_int_equal(m.len, 0);
	memory_free(&m);
}

static void
a_plot_that_is_none_is_refused_and_leaves_no_byte(void **state)
{
	struct trend t = *sample_trend(SAMPLE_EVERY);
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, SIZE_MAX);
	struct export x;
	size_t len;

	(void)state;
	t.label = "\xff";
	assert_int_equal(export_begin(&x, &export_html, &s, &sample_head), 0);
	len = m.len;
	assert_int_equal(export_trend(&x, &t), TACIT_E_TEXT);
	assert_int_equal(m.len, len);
	memory_free(&m);
}

/* ---- what is there ------------------------------------------------------ */

/* One entry in one format. */
static const char *
export_one(struct memory *m, const struct export_format *format,
    const struct entry *e)
{
	struct sink s = memory_sink(m, SIZE_MAX);
	struct export x;

	assert_int_equal(export_begin(&x, format, &s, &sample_head), 0);
	assert_int_equal(export_entry(&x, e), 0);
	assert_int_equal(export_end(&x), 0);
	return m->bytes;
}

static void
a_format_has_a_name(void **state)
{
	(void)state;
	assert_ptr_equal(export_find("html"), &export_html);
	assert_ptr_equal(export_find("json"), &export_json);
	assert_ptr_equal(export_find("fhir"), &export_fhir);
	assert_null(export_find("HTML"));
	assert_null(export_find(""));
	assert_null(export_find("pdf"));
}

static void
a_line_of_json_is_what_it_is(void **state)
{
	struct memory m = { 0 };

	(void)state;
	assert_non_null(strstr(export_one(&m, &export_json, &sound),
	    "\n{\"kind\":\"message\",\"message\":\"m_1\",\"seq\":7,\"from\":"
	    "\"me\",\"time\":\"2026-11-22T19:05:03+01:00\",\"state\":"
	    "\"delivered\",\"retention\":\"kept\",\"text\":\"Hello\"}\n"));
	memory_free(&m);
}

static void
a_communication_is_what_it_is(void **state)
{
	struct memory m = { 0 };

	(void)state;
	assert_non_null(strstr(export_one(&m, &export_fhir, &sound),
	    "\"resource\":{\"resourceType\":\"Communication\",\"identifier\":"
	    "[{\"system\":\"urn:tacit:message\",\"value\":\"m_1\"}],"
	    "\"status\":\"completed\",\"category\":[{\"text\":\"message\"}],"
	    "\"sent\":\"2026-11-22T19:05:03+01:00\",\"sender\":{\"display\":"
	    "\"Dr. Ada Therapist\"},\"recipient\":[{\"display\":\"R. Client\"}"
	    "],\"payload\":[{\"contentString\":\"Hello\"}]}}\n]}\n"));
	memory_free(&m);
}

static void
what_was_taken_back_is_named_as_such(void **state)
{
	static const struct {
		enum entry_fate fate;
		const char *text, *html, *json;
	} rows[] = {
		{ ENTRY_KEPT, "Hello", NULL, "\"kept\"" },
		{ ENTRY_EPHEMERAL, NULL, "left out: both ends will forget "
		    "this text", "\"ephemeral\"" },
		{ ENTRY_DELETED, NULL, "left out: both ends have forgotten "
		    "this text", "\"deleted\"" },
		{ ENTRY_RECALLED, NULL, "recalled by its writer before it was "
		    "delivered", "\"recalled\"" },
		{ ENTRY_RECALLED, "Hello", "recalled by its writer before it "
		    "was delivered", "\"recalled\"" },
		{ ENTRY_RETRACTED, NULL, "retracted by its writer after it "
		    "was delivered", "\"retracted\"" },
		{ ENTRY_RETRACTED, "Hello", "retracted by its writer after "
		    "it was delivered", "\"retracted\"" },
	};
	struct memory m = { 0 };
	struct entry e = sound;
	char html[256];
	size_t i, f;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		e.fate = rows[i].fate;
		e.text = rows[i].text;
		for (f = 0; f < COUNT(formats); f++)
			assert_true((strstr(export_one(&m, formats[f], &e),
			    "Hello") != NULL) == (e.text != NULL));
		(void)snprintf(html, sizeof(html), "<p class=\"fate\">%s</p>",
		    rows[i].html != NULL ? rows[i].html : "");
		assert_true((strstr(export_one(&m, &export_html, &e), html) !=
		    NULL) == (rows[i].html != NULL));
		assert_non_null(strstr(export_one(&m, &export_json, &e),
		    rows[i].json));
		(void)snprintf(html, sizeof(html), "\"note\":[{\"text\":"
		    "\"%s\"}]", rows[i].html != NULL ? rows[i].html : "");
		assert_true((strstr(export_one(&m, &export_fhir, &e), html) !=
		    NULL) == (rows[i].html != NULL));
	}
	memory_free(&m);
}

static void
states_are_those_of_fhir(void **state)
{
	static const struct {
		enum entry_state state;
		enum entry_fate fate;
		const char *status;
	} rows[] = { { ENTRY_QUEUED, ENTRY_KEPT, "preparation" },
	    { ENTRY_ACCEPTED, ENTRY_KEPT, "in-progress" },
	    { ENTRY_DELIVERED, ENTRY_KEPT, "completed" },
	    { ENTRY_READ, ENTRY_RETRACTED, "completed" },
	    { ENTRY_RECEIVED, ENTRY_RETRACTED, "completed" },
	    { ENTRY_UNDELIVERED, ENTRY_KEPT, "stopped" },
	    { ENTRY_ACCEPTED, ENTRY_RECALLED, "stopped" } };
	struct memory m = { 0 };
	struct entry e = sound;
	char wanted[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		e.state = rows[i].state;
		e.fate = rows[i].fate;
		(void)snprintf(wanted, sizeof(wanted), "\"status\":\"%s\"",
		    rows[i].status);
		assert_non_null(strstr(export_one(&m, &export_fhir, &e),
		    wanted));
	}
	memory_free(&m);
}

static void
answers_stand_in_a_table_with_scores_and_alerts(void **state)
{
	static const char *const html[] = {
		"<caption>Scores, bands and alerts</caption>",
		">Worry</th><td dir=\"auto\">Some</td>",
		"<td dir=\"auto\">back<br/>head</td>",
		"<td dir=\"auto\">37.50</td>",
		"Score: All</th><td dir=\"auto\">5.5: tense</td>",
		">Alert: Asks for a call today</th><td dir=\"auto\">",
		">Thoughts of harming yourself</td></tr>\n</tbody>" };
	struct entry e = sound;
	struct memory m = { 0 };
	const char *out;
	size_t i;

	(void)state;
	e.kind = ENTRY_CHECKIN;
	e.text = NULL;
	e.answers = sample_answers(SAMPLE_EVERY);
	out = export_one(&m, &export_html, &e);
	for (i = 0; i < COUNT(html); i++)
		assert_non_null(strstr(out, html[i]));
	out = export_one(&m, &export_json, &e);
	assert_non_null(strstr(out, "\"scores\":[{\"label\":\"All\",\"sum\":"
	    "5.5,\"answered\":3,\"of\":3,\"band\":\"tense\"}"));
	assert_non_null(strstr(out, "\"valueDecimal\": 37.50"));
	out = export_one(&m, &export_fhir, &e);
	assert_non_null(strstr(out, "\"valueDecimal\": 37.50"));
	sample_answers_free((struct answers *)e.answers);
	memory_free(&m);
}

/* What stands there for the mark of a decimal in memory stays a text. */
static void
a_text_cannot_end_its_string(void **state)
{
	struct memory m = { 0 };
	struct entry e = sound;
	json_t *o, *entry;
	size_t i;

	(void)state;
	for (i = 0; i < sample_hostile_len; i++) {
		e.text = sample_hostile[i];
		e.text_len = strlen(e.text);
		(void)export_one(&m, &export_fhir, &e);
		o = json_loads(m.bytes, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(o);
		entry = json_array_get(json_object_get(o, "entry"), 0);
		assert_int_equal(json_array_size(json_object_get(o, "entry")),
		    1);
		assert_int_equal(json_object_size(json_object_get(entry,
		    "resource")), 8);
		json_decref(o);
	}
	memory_free(&m);
}

static void
ids_make_names_for_ever(void **state)
{
	static const struct {
		const char *space, *id, *uuid;
	} rows[] = {
		{ "message", "m_abcdefghijklmnopqrst",
		    "065c13b6-c8ac-835e-a530-517246feba79" },
		{ "message", "m_abcdefghijklmnopqrsu",
		    "7e3e2b58-a06b-854b-9a27-542ef2b125bb" },
		{ "check-in", "m_abcdefghijklmnopqrst",
		    "ec04baf7-a031-8986-9e9e-b2567ec7730b" },
	};
	char uuid[EXPORT_UUID_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		export_uuid(uuid, rows[i].space, rows[i].id);
		assert_string_equal(uuid, rows[i].uuid);
	}
}

/* Half an hour of time zone moves a day's end. */
static void
days_are_those_of_the_reader(void **state)
{
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, SIZE_MAX);
	struct export x;
	struct entry e = sound;

	(void)state;
	assert_int_equal(export_begin(&x, &export_html, &s, &sample_head), 0);
	e.time_ms = INT64_C(1795391100000);		/* 23:45 UTC */
	e.zone_minutes = 0;
	assert_int_equal(export_entry(&x, &e), 0);
	e.zone_minutes = 30;
	e.id = "m_2";
	assert_int_equal(export_entry(&x, &e), 0);
	e.id = "m_3";
	assert_int_equal(export_entry(&x, &e), 0);
	assert_int_equal(export_end(&x), 0);
	assert_non_null(strstr(m.bytes, "<h2>Sunday, 22 November 2026</h2>"));
	assert_non_null(strstr(m.bytes, "<h2>Monday, 23 November 2026</h2>"));
	assert_null(strstr(strstr(m.bytes, "Monday, 23") + 1, "<h2>"));
	assert_non_null(strstr(m.bytes,
	    "Messages: 3, check-ins: 0, notes: 0."));
	memory_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_is_no_entry_is_refused_and_leaves_no_byte),
		cmocka_unit_test(what_is_no_head_is_refused_and_leaves_no_byte),
		cmocka_unit_test(
		    a_plot_that_is_none_is_refused_and_leaves_no_byte),
		cmocka_unit_test(a_format_has_a_name),
		cmocka_unit_test(a_line_of_json_is_what_it_is),
		cmocka_unit_test(a_communication_is_what_it_is),
		cmocka_unit_test(what_was_taken_back_is_named_as_such),
		cmocka_unit_test(states_are_those_of_fhir),
		cmocka_unit_test(
		    answers_stand_in_a_table_with_scores_and_alerts),
		cmocka_unit_test(a_text_cannot_end_its_string),
		cmocka_unit_test(ids_make_names_for_ever),
		cmocka_unit_test(days_are_those_of_the_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
