/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that say what an import would refuse are refused. */
#include "kit.h"

/* Each of these makes of the form "scored" what none may be. */
static void
no_type(struct form *f)
{
	f->items[1].type = (enum form_type)0;
}

static void
unknown_type(struct form *f)
{
	f->items[1].type = (enum form_type)11;
}

static void
too_deep(struct form *f)
{
	f->items[1].depth = 9;
}

static void
one_level_left_out(struct form *f)
{
	f->items[1].depth = 3;
}

static void
begins_deep(struct form *f)
{
	f->items[0].depth = 2;
}

static void
same_id(struct form *f)
{
	f->items[2].link_id = f->items[1].link_id;
}

static void
no_id(struct form *f)
{
	f->items[2].link_id = NULL;
}

static void
control_in_text(struct form *f)
{
	f->items[1].text = "a\x1b[2J";
}

static void
not_utf8(struct form *f)
{
	f->items[1].text = "a\xff";
}

static void
surrogate(struct form *f)
{
	f->items[1].text = "\xed\xa0\x80";
}

static void
overlong(struct form *f)
{
	f->items[1].text = "\xc0\xaf";
}

static void
overlong_of_three(struct form *f)
{
	f->items[1].text = "\xe0\x9f\xbf";
}

static void
overlong_of_four(struct form *f)
{
	f->items[1].text = "\xf0\x8f\xbf\xbf";
}

static void
beyond_unicode(struct form *f)
{
	f->items[1].text = "\xf4\x90\x80\x80";
}

static void
cut_code_point(struct form *f)
{
	f->items[1].text = "a\xe2\x82";
}

static void
empty_title(struct form *f)
{
	f->title = NULL;
}

static void
no_options(struct form *f)
{
	f->items[1].n_options = 0;
}

static void
system_beyond(struct form *f)
{
	f->items[1].options[0].system = 2;
}

static void
system_of_no_coding(struct form *f)
{
	f->items[2].options[0].system = 1;
}

static void
repeats_integer(struct form *f)
{
	f->items[5].repeats = true;
}

static void
bound_of_another_kind(struct form *f)
{
	f->items[5].min = (struct value){ .kind = VALUE_INTEGER };
}

static void
decimal_too_precise(struct form *f)
{
	f->items[5].min = (struct value){ .kind = VALUE_DECIMAL, .places = 7 };
}

static void
places_that_lie(struct form *f)
{
	f->items[5].min = (struct value){ .kind = VALUE_DECIMAL, .number = 5 };
}

static void
initial_choice(struct form *f)
{
	f->items[1].initial = (struct value){ .kind = VALUE_OPTION };
}

static void
alert_without_label(struct form *f)
{
	f->items[5].alerts[0].label = NULL;
}

static void
alert_without_operator(struct form *f)
{
	f->items[5].alerts[0].op = (enum form_operator)0;
}

static void
alert_with_unknown_operator(struct form *f)
{
	f->items[5].alerts[0].op = (enum form_operator)8;
}

static void
alert_on_option_beyond(struct form *f)
{
	f->items[2].alerts[0].value.number = 2;
}

static void
score_over_question(struct form *f)
{
	f->scores[1].over = 1;
}

static void
score_over_nothing(struct form *f)
{
	f->scores[1].over = 6;
}

static void
bands_descend(struct form *f)
{
	f->scores[0].bands[1].from.number = 0;
}

static void
heavy(struct form *f)
{
	f->items[1].options[0].weight.number = INT64_C(1000000000001);
	f->items[1].options[0].weight.places = 6;
}

static struct form_condition condition;

static void
on_itself(struct form *f)
{
	condition = (struct form_condition){ 5, FORM_EXISTS,
	    { .kind = VALUE_BOOLEAN } };
	f->items[5].conditions = &condition;
	f->items[5].n_conditions = 1;
}

static void
on_what_is_beneath(struct form *f)
{
	on_itself(f);
	f->items[5].n_conditions = 0;
	f->items[3].conditions = &condition;
	f->items[3].n_conditions = 1;
}

static void
on_nothing(struct form *f)
{
	on_what_is_beneath(f);
	condition.item = 6;
}

static void
on_a_group(struct form *f)
{
	on_what_is_beneath(f);
	condition.item = 0;
}

/* One more than there may be of each. */
static struct form_option options[FORM_OPTIONS_MAX + 1];
static struct form_condition conditions[FORM_CONDITIONS_MAX + 1];
static struct form_alert alerts[FORM_ALERTS_MAX + 1];
static struct form_band bands[FORM_BANDS_MAX + 1];

static void
many_options(struct form *f)
{
	size_t i;

	for (i = 0; i < COUNT(options); i++)
		options[i].value = (struct value){ .kind = VALUE_INTEGER,
		    .number = (int64_t)i };
	options[0].has_weight = true;
	options[0].weight.kind = VALUE_DECIMAL;
	f->items[4].options = options;
	f->items[4].n_options = COUNT(options);
}

static void
many_conditions(struct form *f)
{
	size_t i;

	on_what_is_beneath(f);
	for (i = 0; i < COUNT(conditions); i++) {
		conditions[i] = condition;
		conditions[i].item = 1;
	}
	f->items[3].conditions = conditions;
	f->items[3].n_conditions = COUNT(conditions);
}

static void
many_alerts(struct form *f)
{
	size_t i;

	for (i = 0; i < COUNT(alerts); i++)
		alerts[i] = f->items[5].alerts[0];
	f->items[5].alerts = alerts;
	f->items[5].n_alerts = COUNT(alerts);
	f->n_scores = 0;
}

static void
many_bands(struct form *f)
{
	size_t i;

	for (i = 0; i < COUNT(bands); i++) {
		bands[i] = f->scores[0].bands[0];
		bands[i].from.number = (int64_t)i * 1000000;
	}
	f->scores[0].bands = bands;
	f->scores[0].n_bands = COUNT(bands);
}

static const struct {
	const char *name;
	void (*damage)(struct form *f);
} damages[] = {
#define D(name)	{ #name, name }
	D(no_type), D(unknown_type), D(too_deep), D(one_level_left_out),
	D(begins_deep), D(same_id), D(no_id), D(control_in_text), D(not_utf8),
	D(surrogate), D(overlong), D(overlong_of_three), D(overlong_of_four),
	D(beyond_unicode), D(cut_code_point), D(empty_title), D(no_options),
	D(system_beyond),
	D(system_of_no_coding), D(repeats_integer), D(bound_of_another_kind),
	D(decimal_too_precise), D(places_that_lie), D(initial_choice),
	D(alert_without_label), D(alert_without_operator),
	D(alert_with_unknown_operator), D(alert_on_option_beyond),
	D(score_over_question), D(score_over_nothing), D(bands_descend),
	D(heavy), D(on_itself), D(on_what_is_beneath), D(on_nothing),
	D(on_a_group), D(many_options), D(many_conditions), D(many_alerts),
	D(many_bands),
#undef D
};

static void
what_an_import_would_refuse_is_refused(void **state)
{
	struct form *f;
	uint8_t *bytes;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(damages); i++) {
		f = kit_form("scored");
		damages[i].damage(f);
		bytes = kit_write(f, FORM_FOR_THERAPIST, &len);
		if (kit_read_exact(bytes, len) != TACIT_E_FORM)
			fail_msg("%s", damages[i].name);
		free(bytes);
		form_free(f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_import_would_refuse_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
