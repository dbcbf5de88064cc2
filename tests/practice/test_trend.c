/* SPDX-License-Identifier: Apache-2.0 */
/* Scores over time: what is drawn is what was answered, and no more. */
#include "sample.h"

#include "civil.h"
#include "random.h"

#define NUMBER(n)	{ VALUE_DECIMAL, 0, (n) * (int64_t)1000000, NULL }
#define MOST		INT64_C(999999999999999999)

static const struct form_band bands[] = { { NUMBER(0), "low", false },
	{ NUMBER(5), "high", true } };
static struct trend_point points[] = {
	{ 20261120, INT64_C(1795197903000), NUMBER(3), 0 },
	{ 20261121, INT64_C(1795284303000), { .kind = VALUE_NONE }, -1 },
	{ 20261122, INT64_C(1795370703000), { VALUE_DECIMAL, 2, 7500000,
	    NULL }, 1 } };
static const struct trend sound = { "Form", "Score", NUMBER(0), NUMBER(10),
	COUNT(bands), bands, COUNT(points), points };

/* ---- refusals ----------------------------------------------------------- */

typedef void spoil_fn(struct trend *t, struct trend_point *p,
    struct form_band *b);

static char too_long[TREND_WORDS_MAX + 2];

#define SPOIL(name, change)						\
static void								\
name(struct trend *t, struct trend_point *p, struct form_band *b)	\
{									\
	(void)t;							\
	(void)p;							\
	(void)b;							\
	change;								\
}
SPOIL(no_title, t->title = NULL)
SPOIL(no_label, t->label = NULL)
SPOIL(bad_title, t->title = "\xff")
SPOIL(bad_label, t->label = "a\xc3")
SPOIL(long_label, t->label = too_long)
SPOIL(no_band, b[1].label = NULL)
SPOIL(bad_band, b[0].label = "\xed\xa0\x80")
SPOIL(equal_bands, b[1].from.number = 0)
SPOIL(falling_bands, b[1].from.number = -1000000)
SPOIL(band_from_nowhere, b[0].from.kind = VALUE_NONE)
SPOIL(band_from_words, b[0].from.kind = VALUE_STRING)
SPOIL(low_is_a_day, t->low.kind = VALUE_DATE)
SPOIL(high_is_too_much, t->high.number = MOST + 1)
SPOIL(too_many_points, t->n_points = TREND_POINTS_MAX + 1)
SPOIL(too_many_bands, t->n_bands = FORM_BANDS_MAX + 1)
SPOIL(no_day, p[0].date = 0)
SPOIL(thirtieth_of_february, p[0].date = 20260230)
SPOIL(far_day, p[0].date = 100000101)
SPOIL(backwards, p[2].date = 20261119)
SPOIL(no_time, p[1].time_ms = -1)
SPOIL(late_time, p[1].time_ms = INT64_MAX)
SPOIL(whole_number, p[2].value.kind = VALUE_INTEGER)
SPOIL(words, (p[2].value.kind = VALUE_STRING, p[2].value.text = "7"))
SPOIL(option, p[2].value.kind = VALUE_OPTION)
SPOIL(too_much, p[2].value.number = INT64_MAX)
SPOIL(too_little, p[2].value.number = INT64_MIN)
SPOIL(many_places, p[2].value.places = 7)
SPOIL(false_places, p[2].value.places = 0)
SPOIL(band_beyond, p[2].band = 2)
SPOIL(band_before, p[2].band = -2)

static void
what_is_no_series_is_refused_and_leaves_no_byte(void **state)
{
#define ROW(f, rc)	{ #f, f, rc }
	static const struct {
		const char *name;
		spoil_fn *spoil;
		int rc;
	} rows[] = {
		ROW(no_title, TACIT_E_INVALID), ROW(no_label, TACIT_E_INVALID),
		ROW(bad_title, TACIT_E_TEXT), ROW(bad_label, TACIT_E_TEXT),
		ROW(long_label, TACIT_E_TEXT), ROW(no_band, TACIT_E_INVALID),
		ROW(bad_band, TACIT_E_TEXT),
		ROW(equal_bands, TACIT_E_INVALID),
		ROW(falling_bands, TACIT_E_INVALID),
		ROW(band_from_nowhere, TACIT_E_INVALID),
		ROW(band_from_words, TACIT_E_INVALID),
		ROW(low_is_a_day, TACIT_E_INVALID),
		ROW(high_is_too_much, TACIT_E_INVALID),
		ROW(too_many_points, TACIT_E_LIMIT),
		ROW(too_many_bands, TACIT_E_LIMIT),
		ROW(no_day, TACIT_E_INVALID),
		ROW(thirtieth_of_february, TACIT_E_INVALID),
		ROW(far_day, TACIT_E_INVALID),
		ROW(backwards, TACIT_E_INVALID), ROW(no_time, TACIT_E_INVALID),
		ROW(late_time, TACIT_E_INVALID),
		ROW(whole_number, TACIT_E_INVALID), ROW(words, TACIT_E_INVALID),
		ROW(option, TACIT_E_INVALID), ROW(too_much, TACIT_E_INVALID),
		ROW(too_little, TACIT_E_INVALID),
		ROW(many_places, TACIT_E_INVALID),
		ROW(false_places, TACIT_E_INVALID),
		ROW(band_beyond, TACIT_E_INVALID),
		ROW(band_before, TACIT_E_INVALID),
	};
#undef ROW
	struct trend_point p[COUNT(points)];
	struct form_band b[COUNT(bands)];
	struct memory m = { 0 };
	struct sink s;
	struct trend t;
	size_t i;

	(void)state;
	memset(too_long, 'x', sizeof(too_long) - 1);
	for (i = 0; i < COUNT(rows); i++) {
		memcpy(p, points, sizeof(p));
		memcpy(b, bands, sizeof(b));
		t = sound;
		t.points = p;
		t.bands = b;
		s = memory_sink(&m, SIZE_MAX);
		assert_int_equal(trend_check(&t), 0);
		rows[i].spoil(&t, p, b);
		if (trend_term(&s, &t, 80, true) != rows[i].rc ||
		    trend_svg(&s, &t, 0) != rows[i].rc ||
		    trend_csv(&s, &t, true) != rows[i].rc || m.len != 0)
			fail_msg("%s", rows[i].name);
	}
	memory_free(&m);
}

static void
a_terminal_has_40_to_200_columns(void **state)
{
	static const unsigned int columns[] = { 0, 1, 39, 201, UINT32_MAX };
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, SIZE_MAX);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(columns); i++)
		assert_int_equal(trend_term(&s, &sound, columns[i], true),
		    TACIT_E_INVALID);
	assert_int_equal(m.len, 0);
	memory_free(&m);
}

/* ---- what is drawn ------------------------------------------------------ */

static void
a_table_has_every_value_as_it_was_written(void **state)
{
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, SIZE_MAX);

	(void)state;
	assert_int_equal(trend_csv(&s, &sound, true), 0);
	assert_string_equal(m.bytes,
	    "form,label,date,time,state,value,band\r\n"
	    "\"Form\",\"Score\",2026-11-20,2026-11-20T18:05:03+00:00,answered,"
	    "3,\"low\"\r\n"
	    "\"Form\",\"Score\",2026-11-21,2026-11-21T18:05:03+00:00,missed,,"
	    "\"\"\r\n"
	    "\"Form\",\"Score\",2026-11-22,2026-11-22T18:05:03+00:00,answered,"
	    "7.50,\"high\"\r\n");
	memory_free(&m);
}

static void
a_terminal_shows_answers_misses_bands_and_dates(void **state)
{
	static const char *const wanted =
	    "Form: Score\n"
	    "10 +\n"
	    "   |\n"
	    "   |\n"
	    "   |                     o\n"
	    "   |\n"
	    " 5 +-------------------------- ! 5+ high\n"
	    "   |\n"
	    "   |\n"
	    "   |    o\n"
	    "   |\n"
	    "   |\n"
	    " 0 +-------------------------- 0+ low\n"
	    "   +----+--------x-------+----\n"
	    "    2026-11-20      2026-11-22\n"
	    "2 answered   1 missed (x)   lowest 3\n"
	    "highest 7.50   last 7.50 on 2026-11-22\n"
	    "last: high\n";
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, SIZE_MAX);
	const char *p, *q;

	(void)state;
	assert_int_equal(trend_term(&s, &sound, 40, false), 0);
	/* Blanks at the end of a line are nobody's business. */
	for (p = wanted, q = m.bytes; *p != '\0'; p++, q++) {
		if (*p == '\n')
			q += strspn(q, " ");
		if (*p != *q)
			fail_msg("at %.20s:\n%s", p, m.bytes);
	}
	assert_int_equal(*q, '\0');
	memory_free(&m);
}

static void
a_drawing_has_a_mark_for_each_point_and_gaps_for_misses(void **state)
{
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, SIZE_MAX);

	(void)state;
	assert_int_equal(trend_svg(&s, &sound, 0), 0);
	assert_non_null(strstr(m.bytes, "<title id=\"trend-0-title\">"
	    "Form: Score</title>"));
	assert_non_null(strstr(m.bytes, "2 answered, 1 missed. Lowest on "
	    "2026-11-20: 3, low; highest on 2026-11-22: 7.50, high; last on "
	    "2026-11-22: 7.50, high.</desc>"));
	assert_non_null(strstr(m.bytes, "<title>2026-11-20: 3, low</title>"
	    "</circle>"));
	assert_non_null(strstr(m.bytes, "<title>2026-11-21: missed</title>"
	    "</path>"));
	assert_non_null(strstr(m.bytes, ">! 5+ high</text>"));
	/* Two places to begin at, and no line between. */
	assert_non_null(strstr(m.bytes, " d=\"M315 436M1055 207\""));
	assert_null(strstr(m.bytes, "href"));
	memory_free(&m);
}

static void
nothing_yet_is_said(void **state)
{
	const struct trend *t = sample_trend(SAMPLE_EMPTY);
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, SIZE_MAX);

	(void)state;
	assert_int_equal(trend_term(&s, t, 80, true), 0);
	assert_string_equal(m.bytes, "Mood and sleep: Mood\nnothing yet\n");
	s = memory_sink(&m, SIZE_MAX);
	assert_int_equal(trend_svg(&s, t, 1), 0);
	assert_non_null(strstr(m.bytes, ">nothing yet</text>\n</svg>\n"));
	memory_free(&m);
}

/* ---- scales ------------------------------------------------------------- */

static void
scales_hold_all_and_have_few_round_steps(void **state)
{
	static const struct {
		int64_t low, high, from, to, step;
	} rows[] = {
		{ 0, 15000000, 0, 15000000, 5000000 },
		{ 0, 0, 0, 1000000, 200000 },
		{ -3000000, 4000000, -4000000, 4000000, 2000000 },
		{ 1, 2, 1, 2, 1 }, { -7, -5, -7, -5, 1 },
		{ 36500000, 37900000, 36000000, 38000000, 1000000 },
		{ -MOST, MOST, -INT64_C(1000000000000000000),
		    INT64_C(1000000000000000000),
		    INT64_C(500000000000000000) },
	};
	struct trend_point p[2] = { { .date = 20260101, .band = -1 },
	    { .date = 20260101, .band = -1 } };
	struct trend t = { .title = "", .label = "", .n_points = 2,
	    .points = p };
	struct trend_scale sc;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		p[0].value = (struct value){ VALUE_DECIMAL, 6, rows[i].low,
		    NULL };
		p[1].value = (struct value){ VALUE_DECIMAL, 6, rows[i].high,
		    NULL };
		assert_int_equal(trend_check(&t), 0);
		trend_scale(&sc, &t, 6);
		assert_true(sc.low == rows[i].from && sc.high == rows[i].to);
		assert_true(i == 1 || sc.step == rows[i].step);
		assert_int_equal(trend_y(&sc, sc.low, 48), 0);
		assert_int_equal(trend_y(&sc, sc.high, 48), 47);
	}
}

/* Any series that passes can be drawn, without a step over any edge. */
static void
whatever_passes_is_drawn(void **state)
{
	static const int64_t most[] = { 0, 1, 1000000, 100000000, MOST };
	struct random rnd = random_start();
	struct trend_point *p = calloc(300, sizeof(*p));
	struct form_band b[FORM_BANDS_MAX];
	struct memory m = { 0 };
	struct trend t;
	struct sink s;
	uint16_t k;
	size_t i;
	int round;

	(void)state;
	for (round = 0; round < 300; round++) {
		int64_t range = most[random_below(&rnd, COUNT(most))];
		int32_t day = (int32_t)random_below(&rnd, 2900000) - 719000;

		t = (struct trend){ .title = "T", .label = "L", .bands = b,
		    .n_bands = (uint16_t)random_below(&rnd, COUNT(b) + 1),
		    .n_points = random_below(&rnd, 300), .points = p };
		for (k = 0; k < COUNT(b); k++)
			b[k] = (struct form_band){ { VALUE_DECIMAL, 6,
			    -range / 2 + range / 20 * k + k, NULL }, "name",
			    k % 2 == 0 };
		for (i = 0; i < t.n_points; i++) {
			day += random_below(&rnd, 3) == 0 ? 0 :
			    (int32_t)random_below(&rnd, (size_t)round % 9 + 1);
			p[i] = (struct trend_point){
			    .date = civil_date(day), .band = -1 };
			if (random_below(&rnd, 4) > 0)
				p[i].value = (struct value){ VALUE_DECIMAL, 6,
				    (int64_t)(random_next(&rnd) %
				    (uint64_t)(range + 1)) - range / 2, NULL };
		}
		s = memory_sink(&m, SIZE_MAX);
		assert_int_equal(trend_term(&s, &t, 40 + (unsigned int)
		    random_below(&rnd, 161), round % 2 == 0), 0);
		assert_int_equal(trend_svg(&s, &t, 0), 0);
		assert_int_equal(trend_csv(&s, &t, true), 0);
	}
	memory_free(&m);
	free(p);
}

/* Points of one day stand beside one another; days are of one width. */
static void
points_stand_at_their_day(void **state)
{
	struct trend_point p[5] = { { .date = 20260228 }, { .date = 20260301 },
	    { .date = 20260301 }, { .date = 20260301 }, { .date = 20260304 } };
	static const int wanted[] = { 10, 23, 30, 36, 90 };
	struct trend t = { .title = "", .label = "", .n_points = 5,
	    .points = p };
	struct trend_scale sc;
	size_t i;

	(void)state;
	trend_scale(&sc, &t, 6);
	for (i = 0; i < 5; i++)
		assert_int_equal(trend_x(&sc, &t, i, 100), wanted[i]);
	assert_int_equal(trend_days(&sc, 5), 1);
	assert_int_equal(trend_days(&sc, 4), 2);
	assert_int_equal(trend_days(&sc, 1), 7);
	sc.last = sc.first + 3000000;
	assert_true(3000000 / trend_days(&sc, 3) + 1 <= 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_is_no_series_is_refused_and_leaves_no_byte),
		cmocka_unit_test(a_terminal_has_40_to_200_columns),
		cmocka_unit_test(a_table_has_every_value_as_it_was_written),
		cmocka_unit_test(
		    a_terminal_shows_answers_misses_bands_and_dates),
		cmocka_unit_test(
		    a_drawing_has_a_mark_for_each_point_and_gaps_for_misses),
		cmocka_unit_test(nothing_yet_is_said),
		cmocka_unit_test(scales_hold_all_and_have_few_round_steps),
		cmocka_unit_test(whatever_passes_is_drawn),
		cmocka_unit_test(points_stand_at_their_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
