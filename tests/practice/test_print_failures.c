/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wherever writing fails, it is said, nothing is written after it, and what
 * was written is how the whole begins.
 */
#include "sample.h"

#include "manifest.h"

struct work {
	struct answers *answers;
	struct trend trend;
};

static int
export(const struct export_format *format, struct sink *s,
    const struct work *w)
{
	struct entry e = { .kind = ENTRY_MESSAGE, .id = "m_1", .seq = 1,
	    .time_ms = 0, .state = ENTRY_RECEIVED, .fate = ENTRY_RETRACTED,
	    .text = "<\xe2\x80\xae" "\x01>", .text_len = 6 };
	struct export x;
	int rc = export_begin(&x, format, s, &sample_hostile_head);

	if (rc == 0)
		rc = export_trend(&x, &w->trend);
	if (rc == 0)
		rc = export_entry(&x, &e);
	e.kind = ENTRY_CHECKIN;
	e.id = "m_2";
	e.text = NULL;
	e.answers = w->answers;
	if (rc == 0)
		rc = export_entry(&x, &e);
	return rc == 0 ? export_end(&x) : rc;
}

static int
html(struct sink *s, const struct work *w)
{
	return export(&export_html, s, w);
}

static int
json(struct sink *s, const struct work *w)
{
	return export(&export_json, s, w);
}

static int
fhir(struct sink *s, const struct work *w)
{
	return export(&export_fhir, s, w);
}

static int
term(struct sink *s, const struct work *w)
{
	return trend_term(s, &w->trend, 80, true);
}

static int
ascii(struct sink *s, const struct work *w)
{
	return trend_term(s, &w->trend, 40, false);
}

static int
svg(struct sink *s, const struct work *w)
{
	return trend_svg(s, &w->trend, 0);
}

static int
table(struct sink *s, const struct work *w)
{
	return trend_csv(s, &w->trend, true);
}

static int
tee(struct sink *s, const struct work *w)
{
	struct manifest m = { .n_files = 0 };
	struct manifest_tee t;
	int rc;

	manifest_tee_begin(&t, s);
	rc = export(&export_json, &t.sink, w);
	assert_int_equal(manifest_tee_end(&t, &m, "x"), rc);
	assert_int_equal(m.n_files, rc == 0);
	return rc;
}

static void
wherever_writing_fails_it_is_said_and_ends(void **state)
{
	static const struct {
		const char *name;
		int (*print)(struct sink *s, const struct work *w);
	} rows[] = {
#define R(f)	{ #f, f }
		R(html), R(json), R(fhir), R(term), R(ascii), R(svg), R(table),
		R(tee),
#undef R
	};
	struct work w = { .answers = sample_answers(SAMPLE_EVERY),
	    .trend = *sample_trend(SAMPLE_HOSTILE) };
	struct memory all = { 0 }, m = { 0 };
	struct sink s;
	size_t i, n;

	(void)state;
	w.trend.n_points = 7;
	for (i = 0; i < COUNT(rows); i++) {
		s = memory_sink(&all, SIZE_MAX);
		assert_int_equal(rows[i].print(&s, &w), 0);
		for (n = 0; n < all.len; n++) {
			s = memory_sink(&m, n);
			if (rows[i].print(&s, &w) != SAMPLE_FAILURE ||
			    !m.failed || m.len > n)
				fail_msg("%s, %zu", rows[i].name, n);
			assert_memory_equal(m.bytes, all.bytes, m.len);
		}
		s = memory_sink(&m, n);
		assert_int_equal(rows[i].print(&s, &w), 0);
		assert_string_equal(m.bytes, all.bytes);
		printf("%s: %zu bytes\n", rows[i].name, n);
	}
	sample_answers_free(w.answers);
	memory_free(&all);
	memory_free(&m);
}

/* Begun on what failed already, nothing is added. */
static void
what_failed_before_stays_so(void **state)
{
	struct work w = { .trend = *sample_trend(SAMPLE_EVERY) };
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, 0);

	(void)state;
	w.answers = sample_answers(SAMPLE_EVERY);
	sink_text(&s, "x");
	assert_int_equal(html(&s, &w), SAMPLE_FAILURE);
	assert_int_equal(json(&s, &w), SAMPLE_FAILURE);
	assert_int_equal(fhir(&s, &w), SAMPLE_FAILURE);
	assert_int_equal(tee(&s, &w), SAMPLE_FAILURE);
	assert_int_equal(term(&s, &w), SAMPLE_FAILURE);
	sample_answers_free(w.answers);
	memory_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wherever_writing_fails_it_is_said_and_ends),
		cmocka_unit_test(what_failed_before_stays_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
