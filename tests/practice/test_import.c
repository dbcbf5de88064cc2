/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Questionnaire becomes a form that asks the same, or is refused.  What is
 * refused of its items is in test_import_items.c.
 */
#include "kit.h"

#include "block.h"

#define Q(x)	"'linkId':'q','type':'" x "','text':'?'"
#define EXT(word, value) "'extension':[{'url':'http://hl7.org/fhir/"	\
	"StructureDefinition/" word "'," value "}]"
#define SDC(word) "'extension':[{'url':'http://hl7.org/fhir/uv/sdc/"	\
	"StructureDefinition/sdc-questionnaire-" word "'}]"
#define LABEL	"{'url':'label','valueString':'L'}"
#define HEAD	"'resourceType':'Questionnaire','status':'active'"
#define ITEMS	"'item':[{" Q("string") "}]"
#define SCORED	"'item':[{'linkId':'g','type':'group','item':[{'linkId':'c'," \
	"'type':'choice','text':'?','answerOption':[{'valueString':'a',"  \
	EXT("ordinalValue", "'valueDecimal':1") "}]}]},{" Q("string") "}]"
#define SCORE(x) "'extension':[{'url':'urn:tacit:score','extension':[" x "]}]"
#define BAND(from, label) "{'url':'band','extension':[{'url':'from',"	\
	"'valueDecimal':" from "},{'url':'label','valueString':'" label "'}]}"

/* The same of the whole: item is "" then. */
static const struct {
	const char *text, *what;
} refused_whole[] = {
	{ "{}", "resourceType is not Questionnaire" },
	{ "{'resourceType':'QuestionnaireResponse'}",
	    "resourceType is not Questionnaire" },
	{ "{'resourceType':'Bundle','entry':[]}",
	    "resourceType is not Questionnaire" },
	{ "{'resourceType':'Questionnaire','title':'T'," ITEMS "}",
	    "status is neither active nor draft" },
	{ "{'resourceType':'Questionnaire','status':'retired','title':'T',"
	    ITEMS "}", "status is neither active nor draft" },
	{ "{'resourceType':'Questionnaire','status':'unknown','title':'T',"
	    ITEMS "}", "status is neither active nor draft" },
	{ "{" HEAD "," ITEMS "}", "title is not 1 to 200 plain bytes" },
	{ "{" HEAD ",'title':''," ITEMS "}", "title is not 1 to 200" },
	{ "{" HEAD ",'title':7," ITEMS "}", "title is not a string" },
	{ "{" HEAD ",'title':'T'}", "there is no item" },
	{ "{" HEAD ",'title':'T','item':[]}", "item is not a list" },
	{ "{" HEAD ",'title':'T','item':'q'}", "item is not a list" },
	{ "{" HEAD ",'title':'T','url':'a b'," ITEMS "}",
	    "url is not 1 to 255 plain bytes" },
	{ "{" HEAD ",'title':'T','url':'urn:a|1'," ITEMS "}",
	    "url is not 1 to 255 plain bytes" },
	{ "{" HEAD ",'title':'T','version':'1 0'," ITEMS "}",
	    "version is not 1 to 64 plain bytes" },
	{ "{" HEAD ",'title':'T','version':1.0," ITEMS "}",
	    "version is not a string" },
	{ "{" HEAD ",'title':'T','implicitRules':'urn:x'," ITEMS "}",
	    "implicitRules is not supported" },
	{ "{" HEAD ",'title':'T','contained':[]," ITEMS "}",
	    "contained is not supported" },
	{ "{" HEAD ",'title':'T','modifierExtension':[]," ITEMS "}",
	    "modifierExtension is not supported" },
	{ "{" HEAD ",'title':'T','items':[]," ITEMS "}",
	    "Questionnaire has no element items" },
	{ "{" HEAD ",'title':'T'," SDC("launchContext") "," ITEMS "}",
	    "extension launchContext is not supported" },
	{ "{" HEAD ",'title':'T','meta':{" EXT("variable", "'x':1") "},"
	    ITEMS "}", "extension variable is not supported" },
	{ "{" HEAD ",'title':'T'," EXT("questionnaire-constraint", "'x':1")
	    "," ITEMS "}",
	    "extension questionnaire-constraint is not supported" },

	{ "{" HEAD ",'title':'T'," SCORED "," SCORE("") "}",
	    "score has no label" },
	{ "{" HEAD ",'title':'T'," SCORED "," SCORE(LABEL ",{'url':'over',"
	    "'valueString':'nobody'}") "}", "score L is not over a group" },
	{ "{" HEAD ",'title':'T'," SCORED "," SCORE(LABEL ",{'url':'over',"
	    "'valueString':'c'}") "}", "score L is not over a group" },
	{ "{" HEAD ",'title':'T'," SCORED "," SCORE(LABEL ",{'url':'over',"
	    "'valueInteger':1}") "}", "score: over is of another type" },
	{ "{" HEAD ",'title':'T'," SCORED "," SCORE(LABEL
	    ",{'url':'formula','valueString':'a+b'}") "}",
	    "score has no part formula" },
	{ "{" HEAD ",'title':'T'," ITEMS "," SCORE(LABEL) "}",
	    "score L has no ordinal values to add" },
	{ "{" HEAD ",'title':'T'," SCORED "," SCORE(LABEL ","
	    BAND("1", "x") "," BAND("1", "y")) "}",
	    "score L: bands do not ascend" },
	{ "{" HEAD ",'title':'T'," SCORED "," SCORE(LABEL ","
	    BAND("1.5", "x") "," BAND("1.25", "y")) "}",
	    "score L: bands do not ascend" },
	{ "{" HEAD ",'title':'T'," SCORED "," SCORE(LABEL ","
	    BAND("1", "")) "}", "score L: label of a band" },
	{ "{" HEAD ",'title':'T'," SCORED "," SCORE(LABEL
	    ",{'url':'band','extension':[{'url':'label','valueString':"
	    "'x'}]}") "}", "score L: bands do not ascend" },
	{ "{" HEAD ",'title':'T'," SCORED "," SCORE(LABEL
	    ",{'url':'band','extension':[{'url':'from','valueInteger':1},"
	    LABEL "]}") "}", "band: from is of another type" },
	{ "{" HEAD ",'title':'T'," SCORED "," SCORE(LABEL
	    ",{'url':'band','extension':[{'url':'to','valueDecimal':1},"
	    LABEL "]}") "}", "band has no part to" },
	{ "{" HEAD ",'title':'T'," SCORED ",'extension':[{'url':"
	    "'urn:tacit:score','extension':[" LABEL "]},{'url':"
	    "'urn:tacit:score','extension':[" LABEL "]}]}",
	    "score L is there twice" },
};

/* Malformed JSON, and the line where that is seen. */
static const struct {
	const char *text;
	unsigned int line;
	const char *what;
} malformed[] = {
	{ "", 1, "'[' or '{' expected" },
	{ " \n\n", 3, "'[' or '{' expected" },
	{ "[]", 1, "not a JSON object" },
	{ "7", 1, "'[' or '{' expected" },
	{ "{\n'title':\n}", 3, "unexpected token" },
	{ "{\n'a':1\n'b':2\n}", 3, "'}' expected" },
	{ "{\n'a':1,\n'a':2\n}", 3, "duplicate object key" },
	{ "{\n\n'a':01\n}", 3, "" },
	{ "{\n\n'a':01.5\n}", 3, "" },
	{ "{\n'a':1.\n}", 2, "" },
	{ "{\n'a':1.5.5\n}", 2, "" },
	{ "{\n'a':-\n}", 2, "" },
	{ "{\n'a':1e\n}", 2, "" },
	{ "{\n'a':+1.5\n}", 2, "" },
	{ "{\n'a':NaN\n}", 2, "" },
	{ "{\n'a':99999999999999999999\n}", 2, "too big integer" },
	{ "{\n'a':'x\n'}", 2, "" },
	{ "{\n'a':'\\x'}", 2, "invalid escape" },
	{ "{\n'a':'\\u00'}", 2, "invalid escape" },
	{ "{\n'a':'\\ud800'}", 2, "" },
	{ "{\n'a':\n'\\u0000'}", 3, "control character in a string" },
	{ "{\n'a':\n'\\u0001'}", 3, "control character in a string" },
	{ "{\n'a':\n'x\\u001bx'}", 3, "control character in a string" },
	{ "{\n'\\u0007':1}", 2, "control character in a string" },
	{ "{\n'a':'\x01'}", 2, "control character" },
	{ "{\n'a':'\xff'}", 2, "" },
	{ "{\n'a':'\xc0\x80'}", 2, "" },
	{ "{\n'a':1}\n}", 3, "end of file expected" },
	{ "\xef\xbb\xbf{}", 1, "" },
	{ "{'a':'", 1, "" },
	{ "{'a':'\\", 1, "" },
	{ "{'a':1.5", 1, "" },
};

static void
what_is_no_questionnaire_is_refused_as_a_whole(void **state)
{
	struct form_problem why;
	struct form *f;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < COUNT(refused_whole); i++) {
		rc = kit_import(&f, refused_whole[i].text, &why);
		if (rc != TACIT_E_FORM || why.item[0] != '\0' ||
		    strstr(why.what, refused_whole[i].what) == NULL)
			fail_msg("row %zu: %d, item %s: %s", i, rc, why.item,
			    why.what);
		assert_int_equal(why.line, 0);
	}
}

static void
malformed_json_is_refused_by_its_line(void **state)
{
	struct form_problem why;
	struct form *f;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < COUNT(malformed); i++) {
		rc = kit_import(&f, malformed[i].text, &why);
		if (rc != TACIT_E_FORM || why.line != malformed[i].line ||
		    why.what[0] == '\0' ||
		    strstr(why.what, malformed[i].what) == NULL)
			fail_msg("row %zu: %d, line %u: %s", i, rc, why.line,
			    why.what);
	}
}

/* ${n} lists in one another, in the object. */
static int
import_deep(size_t n, struct form_problem *why)
{
	char *text = calloc(1, 2 * n + 64);
	struct form *f;
	int rc;

	(void)sprintf(text, "{'x':\n");
	memset(text + strlen(text), '[', n);
	memset(text + strlen(text), ']', n);
	text[strlen(text)] = '}';
	rc = kit_import(&f, text, why);
	free(text);
	return rc;
}

static void
json_that_is_too_deep_is_refused_before_it_is_read(void **state)
{
	struct form_problem why;

	(void)state;
	assert_int_equal(import_deep(63, &why), TACIT_E_FORM);
	assert_string_equal(why.what, "resourceType is not Questionnaire");
	assert_int_equal(import_deep(64, &why), TACIT_E_FORM);
	assert_string_equal(why.what,
	    "too many lists and objects in one another");
	assert_int_equal(why.line, 2);
	assert_int_equal(import_deep(400000, &why), TACIT_E_FORM);
	assert_int_equal(why.line, 2);
}

static void
a_questionnaire_cut_anywhere_is_refused(void **state)
{
	size_t len, n;
	char *text = kit_text("every-type", &len), *exact;
	struct form *f;

	(void)state;
	while (len > 0 && text[len - 1] == '\n')
		len--;
	for (n = 0; n < len; n++) {
		exact = block_copy(text, n);
		assert_int_equal(form_import(&f, exact, n, NULL),
		    TACIT_E_FORM);
		assert_null(f);
		free(exact);
	}
	free(text);
}

static void
the_six_are_read_as_they_stand(void **state)
{
	static const int n_items[KIT_FORMS] = { 10, 41, 9, 8, 6, 12 };
	struct form *f;
	size_t i;

	(void)state;
	for (i = 0; i < KIT_FORMS; i++) {
		f = kit_form(kit_names[i]);
		if (f->n_items != n_items[i])
			fail_msg("%s: %u items", kit_names[i], f->n_items);
		form_free(f);
	}
}

static void
every_element_is_where_it_was(void **state)
{
	struct form *f = kit_form("every-type");
	const struct form_item *it;

	(void)state;
	assert_string_equal(f->url, "urn:test:questionnaire:every-type");
	assert_string_equal(f->version, "2.1.0");
	assert_string_equal(f->title, "Every type of item");
	it = &f->items[form_find(f, "about")];
	assert_int_equal(it->type, FORM_GROUP);
	assert_true(it->required);
	assert_string_equal(it->prefix, "A");
	it = &f->items[form_find(f, "about.slept")];
	assert_int_equal(it->parent, form_find(f, "about"));
	assert_int_equal(it->depth, 2);
	it = &f->items[form_find(f, "about.woken")];
	assert_int_equal(it->initial.kind, VALUE_INTEGER);
	assert_int_equal(it->min.number, 0);
	assert_int_equal(it->max.number, 40);
	it = &f->items[form_find(f, "about.hours")];
	assert_int_equal(it->max.number, 24000000);
	assert_true(it->has_max_places);
	assert_int_equal(it->max_places, 2);
	it = &f->items[form_find(f, "about.day")];
	assert_int_equal(it->min.number, 20200101);
	it = &f->items[form_find(f, "mood")];
	assert_int_equal(it->n_options, 3);
	assert_int_equal(f->n_systems, 1);
	assert_string_equal(f->systems[0], "urn:test:mood");
	assert_string_equal(it->options[1].value.text, "so-so");
	assert_true(it->options[1].selected);
	assert_false(it->options[0].selected);
	assert_string_equal(it->options[0].display, "Good");
	assert_null(it->options[2].display);
	it = &f->items[form_find(f, "company")];
	assert_true(it->repeats);
	assert_int_equal(it->max_length, 40);
	form_free(f);

	f = kit_form("scored");
	assert_int_equal(f->n_scores, 2);
	assert_int_equal(f->scores[0].over, -1);
	assert_int_equal(f->scores[0].n_bands, 3);
	assert_int_equal(f->scores[0].bands[1].from.number, 3500000);
	assert_true(f->scores[0].bands[2].alert);
	assert_int_equal(f->scores[1].over, form_find(f, "body"));
	it = &f->items[form_find(f, "fever")];
	assert_int_equal(it->n_alerts, 2);
	assert_int_equal(it->alerts[1].value.number, 35000000);
	assert_int_equal(f->items[form_find(f, "harm")].alerts[0].value.kind,
	    VALUE_OPTION);
	form_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_is_no_questionnaire_is_refused_as_a_whole),
		cmocka_unit_test(malformed_json_is_refused_by_its_line),
		cmocka_unit_test(
		    json_that_is_too_deep_is_refused_before_it_is_read),
		cmocka_unit_test(a_questionnaire_cut_anywhere_is_refused),
		cmocka_unit_test(the_six_are_read_as_they_stand),
		cmocka_unit_test(every_element_is_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
