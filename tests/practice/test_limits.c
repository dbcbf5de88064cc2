/* SPDX-License-Identifier: Apache-2.0 */
/* Each limit of form.h: what reaches it is taken, one more is refused. */
#include "kit.h"

/* A text that grows. */
struct text {
	char *p;
	size_t len, cap;
};

static void add(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct text *t, const char *format, ...)
{
	va_list ap;
	int n;

	if (t->cap - t->len < 4096) {
		t->cap = t->cap * 2 + 8192;
		t->p = realloc(t->p, t->cap);
		assert_non_null(t->p);
	}
	va_start(ap, format);
	n = vsnprintf(t->p + t->len, t->cap - t->len, format, ap);
	va_end(ap);
	assert_in_range(n, 0, t->cap - t->len - 1);
	t->len += (size_t)n;
}

static void
begin(struct text *t)
{
	memset(t, 0, sizeof(*t));
	add(t, "{'resourceType':'Questionnaire','status':'active',");
}

/* ${n} bytes. */
static const char *
x(size_t n)
{
	static char bytes[4096];

	memset(bytes, 'x', sizeof(bytes));
	bytes[n] = '\0';
	return bytes;
}

/* ${items} with ${n} bytes where a dollar sign stands. */
static void
string(struct text *t, const char *items, size_t n)
{
	int before = (int)strcspn(items, "$");

	add(t, "'title':'T','item':[%.*s%s%s]}", before, items, x(n),
	    items + before + 1);
}

static void
title(struct text *t, size_t n)
{
	add(t, "'title':'%s','item':[{'linkId':'q','type':'string',"
	    "'text':'?'}]}", x(n));
}

static void
url(struct text *t, size_t n)
{
	add(t, "'url':'%s',", x(n));
	title(t, 1);
}

static void
version(struct text *t, size_t n)
{
	add(t, "'version':'%s',", x(n));
	title(t, 1);
}

static void
link_id(struct text *t, size_t n)
{
	string(t, "{'linkId':'$','type':'string','text':'?'}", n);
}

static void
item_text(struct text *t, size_t n)
{
	string(t, "{'linkId':'q','type':'string','text':'$'}", n);
}

static void
prefix(struct text *t, size_t n)
{
	string(t, "{'linkId':'q','type':'string','text':'?',"
	    "'prefix':'$'}", n);
}

static void
code(struct text *t, size_t n)
{
	string(t, "{'linkId':'q','type':'choice','text':'?','answerOption':"
	    "[{'valueCoding':{'code':'$'}}]}", n);
}

static void
display(struct text *t, size_t n)
{
	string(t, "{'linkId':'q','type':'choice','text':'?','answerOption':"
	    "[{'valueCoding':{'code':'c','display':'$'}}]}", n);
}

static void
option_string(struct text *t, size_t n)
{
	string(t, "{'linkId':'q','type':'choice','text':'?','answerOption':"
	    "[{'valueString':'$'}]}", n);
}

static void
system_url(struct text *t, size_t n)
{
	string(t, "{'linkId':'q','type':'choice','text':'?','answerOption':"
	    "[{'valueCoding':{'code':'c','system':'$'}}]}", n);
}

static void
items(struct text *t, size_t n)
{
	size_t i;

	add(t, "'title':'T','item':[");
	for (i = 0; i < n; i++)
		add(t, "%s{'linkId':'%zu','type':'string','text':'?'}",
		    i > 0 ? "," : "", i);
	add(t, "]}");
}

static void
depth(struct text *t, size_t n)
{
	size_t i;

	add(t, "'title':'T','item':[");
	for (i = 1; i < n; i++)
		add(t, "{'linkId':'%zu','type':'group','item':[", i);
	add(t, "{'linkId':'q','type':'string','text':'?'}");
	for (i = 1; i < n; i++)
		add(t, "]}");
	add(t, "]}");
}

static void
options(struct text *t, size_t n)
{
	size_t i;

	add(t, "'title':'T','item':[{'linkId':'q','type':'choice','text':'?',"
	    "'answerOption':[");
	for (i = 0; i < n; i++)
		add(t, "%s{'valueInteger':%zu}", i > 0 ? "," : "", i);
	add(t, "]}]}");
}

static void
systems(struct text *t, size_t n)
{
	size_t i;

	add(t, "'title':'T','item':[{'linkId':'q','type':'choice','text':'?',"
	    "'answerOption':[");
	for (i = 0; i < n; i++)
		add(t, "%s{'valueCoding':{'system':'s%zu','code':'c'}}",
		    i > 0 ? "," : "", i);
	add(t, "]}]}");
}

static void
conditions(struct text *t, size_t n)
{
	size_t i;

	add(t, "'title':'T','item':[{'linkId':'p','type':'integer','text':"
	    "'?'},{'linkId':'q','type':'display','text':'?',"
	    "'enableBehavior':'any','enableWhen':[");
	for (i = 0; i < n; i++)
		add(t, "%s{'question':'p','operator':'=','answerInteger':%zu}",
		    i > 0 ? "," : "", i);
	add(t, "]}]}");
}

static void
alerts(struct text *t, size_t n)
{
	size_t i;

	add(t, "'title':'T','item':[{'linkId':'q','type':'integer','text':"
	    "'?','extension':[");
	for (i = 0; i < n; i++)
		add(t, "%s{'url':'urn:tacit:alert','extension':[{'url':"
		    "'operator','valueString':'='},{'url':'value',"
		    "'valueInteger':%zu},{'url':'label','valueString':'L'}]}",
		    i > 0 ? "," : "", i);
	add(t, "]}]}");
}

#define WEIGHED	"'title':'T','item':[{'linkId':'q','type':'choice'," \
	"'text':'?','answerOption':[{'valueInteger':1,'extension':[{'url':" \
	"'http://hl7.org/fhir/StructureDefinition/ordinalValue',"	\
	"'valueDecimal':%zu}]}]}]"

static void
scores(struct text *t, size_t n)
{
	size_t i;

	add(t, WEIGHED ",'extension':[", (size_t)1);
	for (i = 0; i < n; i++)
		add(t, "%s{'url':'urn:tacit:score','extension':[{'url':"
		    "'label','valueString':'%zu'}]}", i > 0 ? "," : "", i);
	add(t, "]}");
}

static void
bands(struct text *t, size_t n)
{
	size_t i;

	add(t, WEIGHED ",'extension':[{'url':'urn:tacit:score','extension':["
	    "{'url':'label','valueString':'L'}", (size_t)1);
	for (i = 0; i < n; i++)
		add(t, ",{'url':'band','extension':[{'url':'from',"
		    "'valueDecimal':%zu},{'url':'label','valueString':'b'}]}",
		    i);
	add(t, "]}]}");
}

static void
score_label(struct text *t, size_t n)
{
	add(t, WEIGHED ",'extension':[{'url':'urn:tacit:score','extension':["
	    "{'url':'label','valueString':'%s'}]}]}", (size_t)1, x(n));
}

static void
weight(struct text *t, size_t n)
{
	add(t, WEIGHED "}", n);
}

static void
initial(struct text *t, size_t n)
{
	size_t i;

	add(t, "'title':'T','item':[{'linkId':'q','type':'text','text':'?',"
	    "'initial':[{'valueString':'");
	for (i = 0; i < n / 1000; i++)
		add(t, "%s", x(1000));
	add(t, "%s'}]}]}", x(n % 1000));
}

/* Eleven initial answers of 1,000 bytes, and one that is as long. */
static void
initials(struct text *t, size_t n)
{
	size_t i;

	add(t, "'title':'T','item':[");
	for (i = 0; i < 12; i++)
		add(t, "%s{'linkId':'%zu','type':'text','text':'?',"
		    "'initial':[{'valueString':'%s'}]}", i > 0 ? "," : "", i,
		    x(i < 11 ? 1000 : n));
	add(t, "]}");
}

/* 23 texts of 1,000 bytes, and one that is as long as it takes. */
static void
whole_form(struct text *t, size_t n)
{
	size_t i, len;

	add(t, "'title':'T','item':[");
	/* outer and inner tag and length, type, depth, id, text */
	for (i = 0; n > 0; i++, n -= 1017 < n ? 1017 : n) {
		len = n > 1017 ? 1000 : n - 17;
		add(t, "%s{'linkId':'%02zu','type':'string','text':'%s'}",
		    i > 0 ? "," : "", i, x(len));
	}
	add(t, "]}");
}

static void
json(struct text *t, size_t n)
{
	size_t len;

	title(t, 1);
	len = t->len;
	t->p = realloc(t->p, n + 1);
	assert_non_null(t->p);
	memset(t->p + len, ' ', n - len);
	t->p[n] = '\0';
	t->len = n;
}

static const struct {
	const char *name;
	void (*make)(struct text *t, size_t n);
	size_t limit;
	const char *what;		/* of one more */
} limits[] = {
	{ "title", title, FORM_TITLE_MAX, "title is not 1 to 200" },
	{ "url", url, FORM_URL_MAX, "url is not 1 to 255" },
	{ "version", version, FORM_VERSION_MAX, "version is not 1 to 64" },
	{ "link id", link_id, FORM_LINK_ID_MAX, "linkId is not 1 to 64" },
	{ "text", item_text, FORM_TEXT_MAX, "text is not 1 to 2000" },
	{ "prefix", prefix, FORM_PREFIX_MAX, "prefix is not 1 to 32" },
	{ "code", code, FORM_CODE_MAX, "option 1 has no value" },
	{ "display", display, FORM_DISPLAY_MAX, "option 1 has no value" },
	{ "option", option_string, FORM_DISPLAY_MAX, "option 1 has no value" },
	{ "system", system_url, FORM_URL_MAX, "a code system is not 1" },
	{ "items", items, FORM_ITEMS_MAX, "more than 200 items" },
	{ "depth", depth, FORM_DEPTH_MAX, "more than 8 levels of items" },
	{ "options", options, FORM_OPTIONS_MAX, "more than 50 options" },
	{ "systems", systems, FORM_SYSTEMS_MAX, "more than 16 code systems" },
	{ "conditions", conditions, FORM_CONDITIONS_MAX,
	    "more than 16 conditions" },
	{ "alerts", alerts, FORM_ALERTS_MAX, "more than 8 alerts" },
	{ "scores", scores, FORM_SCORES_MAX, "more than 8 scores" },
	{ "bands", bands, FORM_BANDS_MAX, "more than 10 bands" },
	{ "label", score_label, FORM_LABEL_MAX, "label of a score is not" },
	{ "weight", weight, FORM_WEIGHT_MAX, "ordinal value of option 1" },
	{ "initial", initial, FORM_STRING_MAX, "initial is too long" },
	{ "initial answers", initials, FORM_ANSWERS_LEN / 2 -
	    11 * (1000 + FORM_ANSWER_LEN) - FORM_ANSWER_LEN,
	    "the initial answers are more than 12220 bytes" },
	{ "the form", whole_form, FORM_WIRE_MAX - 3,
	    "it takes more than 24568 bytes to send" },
	{ "JSON", json, FORM_JSON_MAX, "more than 1048576 bytes of JSON" },
};

static void
what_reaches_a_limit_is_taken_and_one_more_refused(void **state)
{
	struct form_problem why;
	struct form *f, *again;
	struct text t;
	uint8_t *bytes;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(limits); i++) {
		begin(&t);
		limits[i].make(&t, limits[i].limit);
		if (kit_import(&f, t.p, &why) != 0)
			fail_msg("%s: %s", limits[i].name, why.what);
		bytes = kit_write(f, FORM_FOR_THERAPIST, &len);
		if (limits[i].make == whole_form)
			assert_int_equal(len, FORM_WIRE_MAX);
		again = kit_read(bytes, len);
		assert_int_equal(again->n_items, f->n_items);
		form_free(again);
		form_free(f);
		free(bytes);
		free(t.p);

		begin(&t);
		limits[i].make(&t, limits[i].limit + 1);
		if (kit_import(&f, t.p, &why) != TACIT_E_FORM ||
		    strstr(why.what, limits[i].what) == NULL)
			fail_msg("%s: %s", limits[i].name, why.what);
		free(t.p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_reaches_a_limit_is_taken_and_one_more_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
