/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What travels is the whole form in its one spelling; test_wire_refused.c has
 * what may not travel.
 */
#include "kit.h"

#include "block.h"
#include "random.h"
#include "wire_value.h"

static void
same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		assert_true(a == b);
	else
		assert_string_equal(a, b);
}

static void
same_value(const struct value *a, const struct value *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->places, b->places);
	assert_int_equal(a->number, b->number);
	same_text(a->text, b->text);
}

static void
same_option(const struct form_option *a, const struct form_option *b,
    bool whole)
{
	same_value(&a->value, &b->value);
	assert_int_equal(a->coding, b->coding);
	assert_int_equal(a->system, b->system);
	same_text(a->display, b->display);
	assert_int_equal(a->selected, b->selected);
	assert_int_equal(b->has_weight, whole && a->has_weight);
	if (b->has_weight)
		same_value(&a->weight, &b->weight);
}

static void
same_item(const struct form_item *a, const struct form_item *b, bool whole)
{
	uint16_t i;

	same_text(a->link_id, b->link_id);
	same_text(a->text, b->text);
	same_text(a->prefix, b->prefix);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->depth, b->depth);
	assert_int_equal(a->parent, b->parent);
	assert_int_equal(a->required, b->required);
	assert_int_equal(a->repeats, b->repeats);
	assert_int_equal(a->max_length, b->max_length);
	assert_int_equal(a->has_max_places, b->has_max_places);
	assert_int_equal(a->max_places, b->max_places);
	same_value(&a->min, &b->min);
	same_value(&a->max, &b->max);
	same_value(&a->initial, &b->initial);
	assert_int_equal(a->any, b->any);
	assert_int_equal(a->n_conditions, b->n_conditions);
	for (i = 0; i < a->n_conditions; i++) {
		assert_int_equal(a->conditions[i].item, b->conditions[i].item);
		assert_int_equal(a->conditions[i].op, b->conditions[i].op);
		same_value(&a->conditions[i].value, &b->conditions[i].value);
	}
	assert_int_equal(a->n_options, b->n_options);
	for (i = 0; i < a->n_options; i++)
		same_option(&a->options[i], &b->options[i], whole);
	assert_int_equal(b->n_alerts, whole ? a->n_alerts : 0);
	for (i = 0; i < b->n_alerts; i++) {
		assert_int_equal(a->alerts[i].op, b->alerts[i].op);
		same_value(&a->alerts[i].value, &b->alerts[i].value);
		same_text(a->alerts[i].label, b->alerts[i].label);
	}
}

static void
same_form(const struct form *a, const struct form *b, bool whole)
{
	uint16_t i, k;

	same_text(a->url, b->url);
	same_text(a->version, b->version);
	same_text(a->title, b->title);
	assert_int_equal(a->n_systems, b->n_systems);
	for (i = 0; i < a->n_systems; i++)
		same_text(a->systems[i], b->systems[i]);
	assert_int_equal(a->n_items, b->n_items);
	for (i = 0; i < a->n_items; i++) {
		same_item(&a->items[i], &b->items[i], whole);
		assert_int_equal(a->order[i], b->order[i]);
	}
	assert_int_equal(b->n_scores, whole ? a->n_scores : 0);
	for (i = 0; i < b->n_scores; i++) {
		same_text(a->scores[i].label, b->scores[i].label);
		assert_int_equal(a->scores[i].over, b->scores[i].over);
		assert_int_equal(a->scores[i].n_bands, b->scores[i].n_bands);
		for (k = 0; k < a->scores[i].n_bands; k++) {
			same_value(&a->scores[i].bands[k].from,
			    &b->scores[i].bands[k].from);
			same_text(a->scores[i].bands[k].label,
			    b->scores[i].bands[k].label);
			assert_int_equal(a->scores[i].bands[k].alert,
			    b->scores[i].bands[k].alert);
		}
	}
}

static void
a_form_arrives_as_it_was_written(void **state)
{
	struct form *f, *again;
	uint8_t *bytes;
	size_t i, len;

	(void)state;
	for (i = 0; i < KIT_FORMS; i++) {
		f = kit_form(kit_names[i]);
		bytes = kit_write(f, FORM_FOR_THERAPIST, &len);
		printf("%s: %zu bytes\n", kit_names[i], len);
		again = kit_read(bytes, len);
		same_form(f, again, true);
		form_free(again);
		free(bytes);
		form_free(f);
	}
}

/* Whoever answers is not told what an answer is worth. */
static void
what_a_client_is_sent_has_no_scores_and_no_alerts(void **state)
{
	struct form *f = kit_form("scored"), *again;
	size_t len;
	uint8_t *bytes = kit_write(f, FORM_FOR_CLIENT, &len);

	(void)state;
	assert_null(memmem(bytes, len, "severe", 6));
	assert_null(memmem(bytes, len, "Fever", 5));
	again = kit_read(bytes, len);
	same_form(f, again, false);
	form_free(again);
	free(bytes);
	bytes = kit_write(f, FORM_FOR_THERAPIST, &len);
	assert_non_null(memmem(bytes, len, "severe", 6));
	assert_non_null(memmem(bytes, len, "Fever", 5));
	free(bytes);
	form_free(f);
}

/* A cut between two parts may leave a form; a cut elsewhere never does. */
static void
bytes_that_are_cut_or_longer_are_refused(void **state)
{
	size_t i, n, len;
	struct form *f;
	uint8_t *bytes;
	int taken;

	(void)state;
	for (i = 0; i < KIT_FORMS; i++) {
		f = kit_form(kit_names[i]);
		bytes = kit_write(f, FORM_FOR_THERAPIST, &len);
		for (n = 0, taken = 0; n < len; n++)
			taken += kit_read_exact(bytes, n) == 0;
		assert_in_range(taken, 0, f->n_items * 4);
		bytes = realloc(bytes, FORM_WIRE_MAX + 1);
		bytes[len] = 0;
		assert_int_equal(kit_read_exact(bytes, len + 1), TACIT_E_FORM);
		/* a field that nobody knows */
		memcpy(bytes + len, "\x7a\x01x", 3);
		assert_int_equal(kit_read_exact(bytes, len + 3), TACIT_E_FORM);
		assert_int_equal(kit_read_exact(bytes, FORM_WIRE_MAX + 1),
		    TACIT_E_FORM);
		free(bytes);
		form_free(f);
	}
}

/* What is taken is, byte for byte, what would be written of it. */
static void
bytes_at_random_are_refused_or_a_form(void **state)
{
	struct random rnd = random_start();
	size_t i, k, len, n, taken = 0;
	struct form *f;
	uint8_t *bytes, *changed;

	(void)state;
	for (i = 0; i < KIT_FORMS; i++) {
		f = kit_form(kit_names[i]);
		bytes = kit_write(f, FORM_FOR_THERAPIST, &len);
		for (k = 0; k < 3000; k++) {
			changed = block_copy(bytes, len);
			for (n = 1 + random_below(&rnd, 3); n > 0; n--)
				changed[random_below(&rnd, len)] =
				    (uint8_t)random_next(&rnd);
			taken += kit_read_exact(changed, len) == 0;
			free(changed);
		}
		free(bytes);
		form_free(f);
	}
	/* a letter of a text may well be another one */
	assert_in_range(taken, 1, KIT_FORMS * 3000 - 1);
}

/* Protobuf's freedom: the same in another spelling. */
static void
another_spelling_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int rc;
	} rows[] = {
#define S(s)	s, sizeof(s) - 1
#define TITLE	"\x1a\x01T"
#define ITEM	"\x2a\x0e\x0a\x0c\x08\x08\x10\x01\x1a\x01q\x22\x03one"
		{ S(TITLE ITEM), 0 },
		{ S("\x1a\x81\x00T" ITEM), TACIT_E_FORM },
		{ S(ITEM TITLE), TACIT_E_FORM },
		{ S("\x1a\x01S" TITLE ITEM), TACIT_E_FORM },
		{ S("\x0a\x00" TITLE ITEM), TACIT_E_FORM },
		{ S(TITLE "\x2a\x10\x0a\x0e\x08\x08\x10\x01\x1a\x01q\x22\x03"
		    "one\x30\x00"), TACIT_E_FORM },
		{ S(TITLE "\x2a\x10\x0a\x0e\x08\x08\x10\x01\x1a\x01q\x22\x03"
		    "one\x30\x02"), TACIT_E_FORM },
		{ S(TITLE "\x2a\x0e\x0a\x0c\x10\x01\x08\x08\x1a\x01q\x22\x03"
		    "one"), TACIT_E_FORM },
		{ S(TITLE "\x2a\x00" ITEM), TACIT_E_FORM },
		{ S(TITLE "\x2a\x02\x12\x00"), TACIT_E_FORM },
		{ S(TITLE "\x2a\x02\x32\x00" ITEM), TACIT_E_FORM },
#undef S
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		if (kit_read_exact((const uint8_t *)rows[i].bytes,
		    rows[i].len) != rows[i].rc)
			fail_msg("row %zu", i);
}

static void
more_scores_than_there_may_be_are_refused(void **state)
{
	static const char score[] = "\x2a\x05\x2a\x03\x0a\x01x";
	struct form *f = kit_form("scored");
	size_t len, n = sizeof(score) - 1, i;
	uint8_t *bytes = kit_write(f, FORM_FOR_THERAPIST, &len);

	(void)state;
	for (i = 3; i <= FORM_SCORES_MAX + 2; i++, len += n) {
		memcpy(bytes + len, score, n);
		bytes[len + n - 1] = (uint8_t)('0' + i % 10);
		assert_int_equal(kit_read_exact(bytes, len + n),
		    i <= FORM_SCORES_MAX ? 0 : TACIT_E_FORM);
	}
	free(bytes);
	form_free(f);
}

static void
a_buffer_that_is_too_small_is_said_to_be(void **state)
{
	struct form_problem why;
	struct form *f = kit_form("nested");
	size_t len, n;
	uint8_t *bytes = kit_write(f, FORM_FOR_THERAPIST, &len);

	(void)state;
	for (n = 0; n <= len; n++) {
		uint8_t *exact = malloc(n + 1);
		size_t got;

		assert_int_equal(form_write(exact, n, &got, f,
		    FORM_FOR_THERAPIST, &why), n < len ? TACIT_E_FORM : 0);
		free(exact);
	}
	free(bytes);
	form_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_arrives_as_it_was_written),
		cmocka_unit_test(
		    what_a_client_is_sent_has_no_scores_and_no_alerts),
		cmocka_unit_test(bytes_that_are_cut_or_longer_are_refused),
		cmocka_unit_test(bytes_at_random_are_refused_or_a_form),
		cmocka_unit_test(another_spelling_is_refused),
		cmocka_unit_test(
		    more_scores_than_there_may_be_are_refused),
		cmocka_unit_test(a_buffer_that_is_too_small_is_said_to_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
