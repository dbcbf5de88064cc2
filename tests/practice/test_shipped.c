/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The questionnaires that come with the library can be asked, scored and
 * sent as they are; their bands reach from the least to the most there is.
 */
#include "kit.h"

#include "form_score.h"
#include "shipped.h"

static struct form *
load(const struct shipped *s)
{
	struct form_problem why;
	struct form *f;

	if (form_import(&f, s->json, s->len, &why) != 0)
		fail_msg("%s: line %u, item %s: %s", s->name, why.line,
		    why.item, why.what);
	return f;
}

/* Answer every choice with ordinals by the least of them, or the most. */
static void
answer_extremes(struct answers *a, bool most)
{
	const struct form *f = answers_form(a);
	struct value v = { .kind = VALUE_OPTION };
	const struct form_item *it;
	int64_t best;
	uint16_t at, i;

	for (at = 0; at < f->n_items; at++) {
		it = &f->items[at];
		best = -1;
		for (i = 0; i < it->n_options; i++)
			if (it->options[i].has_weight && (best < 0 ||
			    (it->options[i].weight.number >
			    it->options[best].weight.number) == most))
				best = i;
		v.number = best;
		if (best >= 0)
			assert_int_equal(answers_set(a, at, &v, NULL), 0);
	}
}

static void
each_has_scores_whose_bands_cover_what_can_be_answered(void **state)
{
	const struct form_score *s;
	const struct form_band *least, *most;
	struct form_sum sum;
	struct answers *a;
	struct form *f;
	size_t i, len;

	(void)state;
	for (i = 0; i < SHIPPED_FORMS; i++) {
		f = load(&shipped_forms[i]);
		assert_non_null(f->url);
		assert_non_null(f->version);
		free(kit_write(f, FORM_FOR_THERAPIST, &len));
		printf("%s: %zu bytes, ", shipped_forms[i].name, len);
		free(kit_write(f, FORM_FOR_CLIENT, &len));
		printf("%zu for the client\n", len);
		assert_in_range(f->n_scores, 1, FORM_SCORES_MAX);
		a = answers_new(f);
		assert_false(answers_complete(a));
		for (s = f->scores; s < f->scores + f->n_scores; s++) {
			answer_extremes(a, false);
			form_sum(&sum, a, s->over);
			assert_true(sum.of > 0 && sum.answered == sum.of);
			least = form_band(s, &sum);
			answer_extremes(a, true);
			form_sum(&sum, a, s->over);
			most = form_band(s, &sum);
			if (least != &s->bands[0] ||
			    most != &s->bands[s->n_bands - 1])
				fail_msg("%s: %s", shipped_forms[i].name,
				    s->label);
		}
		answers_free(a);
		form_free(f);
	}
}

/* Words of harm are told of, each; and the client reads what to do. */
static void
an_answer_about_harm_is_told_of_and_answered(void **state)
{
	static const struct {
		const char *answer;
		bool told;
	} rows[] = {
		{ "no", false }, { "passing", true }, { "often", true },
		{ "plan", true },
	};
	struct form *f = load(shipped_find("mood-and-sleep"));
	uint16_t safety = (uint16_t)form_find(f, "safety");
	uint16_t note = (uint16_t)form_find(f, "safety-note");
	struct form_told told;
	struct answers *a;
	size_t i;

	(void)state;
	a = answers_new(f);
	assert_false(answers_enabled(a, note));
	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(answers_set_text(a, safety, rows[i].answer,
		    NULL), 0);
		assert_int_equal(form_told(&told, a, 0), rows[i].told);
		assert_int_equal(form_told(&told, a, 1), 0);
		assert_int_equal(answers_enabled(a, note), rows[i].told);
	}
	answers_free(a);
	form_free(f);
}

static void
they_are_found_by_name_only(void **state)
{
	(void)state;
	assert_non_null(shipped_find("daily-check-in"));
	assert_non_null(shipped_find("session-feedback"));
	assert_null(shipped_find("session-feedback.json"));
	assert_null(shipped_find("Daily-Check-In"));
	assert_null(shipped_find(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_has_scores_whose_bands_cover_what_can_be_answered),
		cmocka_unit_test(an_answer_about_harm_is_told_of_and_answered),
		cmocka_unit_test(they_are_found_by_name_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
