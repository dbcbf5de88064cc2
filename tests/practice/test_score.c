/* SPDX-License-Identifier: Apache-2.0 */
/* Sums are exact, a band needs all answers, and alerts are told of. */
#include "kit.h"

#include "form_score.h"

static uint16_t
place(const struct form *f, const char *link_id)
{
	int at = form_find(f, link_id);

	assert_in_range(at, 0, FORM_ITEMS_MAX);
	return (uint16_t)at;
}

/* "item=text item=text" */
static void
set_all(struct answers *a, const char *list)
{
	char copy[256], *pair, *text, *rest = copy;

	(void)snprintf(copy, sizeof(copy), "%s", list);
	while ((pair = strsep(&rest, " ")) != NULL && *pair != '\0') {
		text = strchr(pair, '=');
		*text++ = '\0';
		assert_int_equal(answers_set_text(a, place(answers_form(a),
		    pair), text, NULL), 0);
	}
}

/* To the form "scored": all is worry, harm and pain, body is pain. */
static const struct {
	const char *answers;
	const char *sum, *band;		/* NULL: none yet */
	const char *body;
	unsigned int told;
	const char *first;		/* label of the first alert */
} rows[] = {
	{ "", "0", NULL, "0", 0, NULL },
	{ "worry=no", "0", NULL, "0", 0, NULL },
	{ "worry=no harm=0 pain=none", "-0.5", NULL, "-0.5", 0, NULL },
	{ "worry=no harm=0 pain=head", "1.0", "calm", "1", 0, NULL },
	{ "worry=some harm=0 pain=head", "2.5", "calm", "1", 0, NULL },
	{ "worry=some harm=0 pain=head pain=back", "3.5", "tense", "2", 0,
	    NULL },
	{ "worry=much harm=0 pain=head", "4.0", "tense", "1", 0, NULL },
	{ "worry=much harm=1 pain=head", "6.0", "severe", "1", 2, "severe" },
	{ "worry=no harm=1 pain=none", "1.5", "calm", "-0.5", 1,
	    "Asks for a call today" },
	{ "harm=1", "2.0", NULL, "0", 1, "Asks for a call today" },
	{ "harm=0", "0.0", NULL, "0", 0, NULL },
	{ "fever=39.5", "0", NULL, "0", 1, "Fever" },
	{ "fever=39.499999", "0", NULL, "0", 0, NULL },
	{ "fever=35", "0", NULL, "0", 0, NULL },
	{ "fever=34.999999", "0", NULL, "0", 1, "Too cold" },
	{ "worry=much harm=1 pain=head fever=40", "6.0", "severe", "1", 3,
	    "severe" },
};

static void
same_sum(const struct form_sum *sum, const char *text, size_t row)
{
	struct value v;

	assert_true(value_decimal(&v, text, strlen(text)));
	if (!value_same(&sum->sum, &v))
		fail_msg("row %zu: %lld, not %s", row,
		    (long long)sum->sum.number, text);
}

static void
sums_bands_and_alerts_are_what_the_answers_come_to(void **state)
{
	struct form *f = kit_form("scored");
	const struct form_band *band;
	struct form_told told;
	struct form_sum sum;
	struct answers *a;
	unsigned int n;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		a = answers_new(f);
		set_all(a, rows[i].answers);
		form_sum(&sum, a, f->scores[0].over);
		same_sum(&sum, rows[i].sum, i);
		band = form_band(&f->scores[0], &sum);
		if ((band == NULL) != (rows[i].band == NULL) ||
		    (band != NULL && strcmp(band->label, rows[i].band) != 0))
			fail_msg("row %zu: band %s", i,
			    band != NULL ? band->label : "none");
		form_sum(&sum, a, f->scores[1].over);
		same_sum(&sum, rows[i].body, i);
		assert_null(form_band(&f->scores[1], &sum));

		for (n = 0; form_told(&told, a, n) != 0; n++)
			assert_true((told.band != NULL) !=
			    (told.alert != NULL));
		if (n != rows[i].told)
			fail_msg("row %zu: %u alerts", i, n);
		if (n > 0) {
			assert_true(form_told(&told, a, 0));
			assert_string_equal(told.band != NULL ?
			    told.band->label : told.alert->label,
			    rows[i].first);
		}
		answers_free(a);
	}
	form_free(f);
}

static void
a_sum_says_how_many_answers_it_is_of(void **state)
{
	struct form *f = kit_form("scored");
	struct answers *a = answers_new(f);
	struct form_sum sum;

	(void)state;
	form_sum(&sum, a, -1);
	assert_int_equal(sum.of, 3);
	assert_int_equal(sum.answered, 0);
	set_all(a, "worry=no fever=36.6 pain=head pain=back");
	form_sum(&sum, a, -1);
	assert_int_equal(sum.of, 3);
	assert_int_equal(sum.answered, 2);
	form_sum(&sum, a, place(f, "body"));
	assert_int_equal(sum.of, 1);
	assert_int_equal(sum.answered, 1);
	answers_free(a);
	form_free(f);
}

#define WEIGHT(w) "'extension':[{'url':'http://hl7.org/fhir/"		\
	"StructureDefinition/ordinalValue','valueDecimal':" w "}]"
#define OPTIONS	"'answerOption':[{'valueInteger':1," WEIGHT("0.1") "},"	\
	"{'valueInteger':2," WEIGHT("0.2") "},{'valueInteger':3}]"

/* What is not asked counts for nothing; it makes nothing incomplete. */
static void
what_is_not_asked_is_not_scored(void **state)
{
	struct form *f = kit_items(
	    "{'linkId':'ask','type':'boolean','text':'?'},"
	    "{'linkId':'a','type':'choice','text':'?'," OPTIONS "},"
	    "{'linkId':'b','type':'choice','text':'?'," OPTIONS ","
	    "'enableWhen':[{'question':'ask','operator':'=',"
	    "'answerBoolean':true}]},"
	    "{'linkId':'c','type':'open-choice','text':'?'," OPTIONS "}");
	struct answers *a = answers_new(f);
	struct form_sum sum;
	size_t i;
	static const struct {
		const char *give, *sum;
		uint16_t answered, of;
	} steps[] = {
		{ "ask=true", "0", 0, 3 },
		{ "b=2", "0.2", 1, 3 },
		{ "a=1", "0.3", 2, 3 },
		{ "ask=false", "0.1", 1, 2 },
		{ "a=3", "0", 1, 2 },
		{ "c=words", "0", 2, 2 },
		{ "ask=true", "0.2", 3, 3 },
		{ "c=1", "0.3", 3, 3 },
	};

	(void)state;
	for (i = 0; i < COUNT(steps); i++) {
		set_all(a, steps[i].give);
		form_sum(&sum, a, -1);
		same_sum(&sum, steps[i].sum, i);
		assert_int_equal(sum.answered, steps[i].answered);
		assert_int_equal(sum.of, steps[i].of);
	}
	answers_free(a);
	form_free(f);
}

/* An alert by each operator, at what it is about, and beside it. */
static const struct {
	const char *op, *value, *yes, *no;	/* answers; NULL: none */
} alerts[] = {
	{ "=", "'valueInteger':3", "3", "4" },
	{ "!=", "'valueInteger':3", "4", "3" },
	{ "!=", "'valueInteger':3", "-3", NULL },
	{ ">", "'valueInteger':3", "4", "3" },
	{ "<", "'valueInteger':3", "2", "3" },
	{ ">=", "'valueInteger':3", "3", "2" },
	{ "<=", "'valueInteger':3", "3", "4" },
	{ "<", "'valueInteger':3", "2", NULL },
	{ "exists", "'valueBoolean':true", "0", NULL },
	{ "exists", "'valueBoolean':false", NULL, "0" },
};

static unsigned int
alerts_of(const struct form *f, const char *answer)
{
	struct answers *a = answers_new(f);
	struct form_told told;
	unsigned int n = 0;

	if (answer != NULL)
		assert_int_equal(answers_set_text(a, 0, answer, NULL), 0);
	while (form_told(&told, a, n))
		n++;
	answers_free(a);
	return n;
}

static void
each_operator_alerts_of_its_answers_only(void **state)
{
	struct form *f;
	char *items;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(alerts); i++) {
		items = kit_json("{'linkId':'q','type':'integer','text':'?',"
		    "'extension':[{'url':'urn:tacit:alert','extension':["
		    "{'url':'operator','valueString':'%s'},{'url':'value',%s},"
		    "{'url':'label','valueString':'L'}]}]}", alerts[i].op,
		    alerts[i].value);
		f = kit_items(items);
		if (alerts_of(f, alerts[i].yes) != 1 ||
		    alerts_of(f, alerts[i].no) != 0)
			fail_msg("row %zu", i);
		form_free(f);
		free(items);
	}
}

#define WEIGHED(n, w) "{'valueInteger':" n "," WEIGHT(w) "}"
#define THREE(id) "{'linkId':'" id "','type':'choice','text':'?',"	\
	"'answerOption':[" WEIGHED("0", "0") "," WEIGHED("1", "1.5") ","	\
	WEIGHED("3", "3") "]}"
#define BAND(from, label, alert) "{'url':'band','extension':[{'url':'from'," \
	"'valueDecimal':" from "},{'url':'label','valueString':'" label	\
	"'},{'url':'alert','valueBoolean':" alert "}]}"

/* Who leaves out a question is told of all the same, where it can only be so. */
static void
a_score_alerts_when_no_answer_left_out_could_change_that(void **state)
{
	static const struct {
		const char *answers, *told;	/* the band, or NULL */
	} steps[] = {
		{ "", NULL },
		{ "a=3", NULL },
		{ "a=3 b=3", "high" },		/* 6 to 9 */
		{ "a=3 b=1", NULL },		/* 4.5 to 7.5 */
		{ "a=0 b=0", NULL },		/* 0 to 3 */
		{ "a=0 b=0 c=0", "low" },
		{ "a=0 b=0 c=1", NULL },
		{ "a=3 b=3 c=0", "high" },
		{ "a=3 b=3 c=3", "highest" },
		{ "a=3 b=3 c=words", "high" },
	};
	struct form_problem why;
	struct form_told told;
	struct form *f = NULL;
	struct answers *a;
	size_t i;

	(void)state;
	assert_int_equal(kit_import(&f, "{'resourceType':'Questionnaire',"
	    "'status':'active','title':'t','extension':[{'url':"
	    "'urn:tacit:score','extension':[{'url':'label','valueString':"
	    "'S'}," BAND("0", "low", "true") "," BAND("1.5", "fair", "false")
	    "," BAND("6", "high", "true") "," BAND("9", "highest", "true")
	    "]}],'item':[" THREE("a") "," THREE("b") ",{'linkId':'c',"
	    "'type':'open-choice','text':'?','answerOption':["
	    WEIGHED("0", "0") "," WEIGHED("1", "1.5") "," WEIGHED("3", "3")
	    "]}]}", &why), 0);
	for (i = 0; i < COUNT(steps); i++) {
		a = answers_new(f);
		set_all(a, steps[i].answers);
		if (form_told(&told, a, 0) != (steps[i].told != NULL))
			fail_msg("row %zu", i);
		if (steps[i].told != NULL)
			assert_string_equal(told.band->label, steps[i].told);
		assert_false(form_told(&told, a, 1));
		answers_free(a);
	}
	form_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    sums_bands_and_alerts_are_what_the_answers_come_to),
		cmocka_unit_test(a_sum_says_how_many_answers_it_is_of),
		cmocka_unit_test(what_is_not_asked_is_not_scored),
		cmocka_unit_test(
		    a_score_alerts_when_no_answer_left_out_could_change_that),
		cmocka_unit_test(each_operator_alerts_of_its_answers_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
