/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever is answered and taken back, in whatever order: an item is asked
 * if and only if an evaluator that knows nothing but the JSON says so.
 */
#include "kit.h"

#include "answer_wire.h"
#include "guess.h"
#include "naive.h"

enum { STEPS = 400 };

static void
naive_clear(struct naive *n, const char *link_id)
{
	size_t i, k = 0;

	for (i = 0; i < n->n; i++)
		if (strcmp(n->answers[i].link_id, link_id) != 0)
			n->answers[k++] = n->answers[i];
	n->n = k;
}

static void
naive_add(struct naive *n, const struct form_item *it, const char *text,
    const json_t *option)
{
	struct naive_answer *a;
	size_t i;

	if (!it->repeats)
		naive_clear(n, it->link_id);
	for (i = 0; i < n->n; i++)
		if (strcmp(n->answers[i].link_id, it->link_id) == 0 &&
		    n->answers[i].option == option &&
		    (option != NULL || strcmp(n->answers[i].text, text) == 0))
			return;
	assert_in_range(n->n, 0, COUNT(n->answers) - 1);
	a = &n->answers[n->n++];
	(void)snprintf(a->link_id, sizeof(a->link_id), "%s", it->link_id);
	(void)snprintf(a->text, sizeof(a->text), "%s", text);
	a->option = option;
}

static const json_t *
option_json(const struct naive *n, const char *link_id, int64_t place)
{
	const json_t *parent, *item = naive_find(n->questionnaire, link_id,
	    &parent);

	return json_array_get(json_object_get(item, "answerOption"),
	    (size_t)place);
}

/* Answer or take back something, the same on both sides. */
static void
step(struct random *rnd, struct answers *a, struct naive *n)
{
	const struct form *f = answers_form(a);
	uint16_t at = (uint16_t)random_below(rnd, f->n_items);
	const struct form_item *it = &f->items[at];
	struct value v = { .kind = VALUE_OPTION };
	char text[64];

	if (random_below(rnd, 4) == 0) {
		answers_clear(a, at);
		naive_clear(n, it->link_id);
		return;
	}
	if (it->n_options > 0 && random_below(rnd, 4) != 0) {
		v.number = (int64_t)random_below(rnd, it->n_options);
		if (answers_set(a, at, &v, NULL) == 0)
			naive_add(n, it, "", option_json(n, it->link_id,
			    v.number));
		return;
	}
	guess_text(text, sizeof(text), rnd, it);
	if (answers_set_text(a, at, text, NULL) != 0)
		return;
	v.number = -1;
	if (it->n_options > 0 && !it->options[0].coding)
		v.number = form_option_of(it, &(struct value){
		    .kind = VALUE_STRING, .text = text });
	if (it->n_options > 0 && it->options[0].value.kind == VALUE_INTEGER &&
	    value_integer(&v, text, strlen(text)))
		v.number = form_option_of(it, &v);
	naive_add(n, it, text, v.number >= 0 ?
	    option_json(n, it->link_id, v.number) : NULL);
}

/* Returns how many are enabled. */
static size_t
compare(const struct answers *a, const struct naive *n)
{
	const struct form *f = answers_form(a);
	size_t enabled = 0;
	uint16_t at;

	for (at = 0; at < f->n_items; at++) {
		enabled += answers_enabled(a, at);
		if (answers_enabled(a, at) !=
		    naive_enabled(n, f->items[at].link_id))
			fail_msg("%s: enabled %d", f->items[at].link_id,
			    answers_enabled(a, at));
		if ((answers_get(a, at, 0) != NULL) !=
		    naive_answered(n, f->items[at].link_id))
			fail_msg("%s: answered", f->items[at].link_id);
	}
	assert_int_equal(answers_complete(a),
	    naive_complete(n, n->questionnaire));
	return enabled;
}

/* The answers as they come back from the bytes that are kept of them. */
static void
reread(struct answers **a)
{
	uint8_t *bytes = malloc(FORM_ANSWERS_LEN);
	const struct form *f = answers_form(*a);
	size_t len;

	assert_int_equal(answers_write(bytes, FORM_ANSWERS_LEN, &len, *a,
	    ANSWERS_ALL), 0);
	answers_free(*a);
	assert_int_equal(answers_read(a, f, bytes, len), 0);
	free(bytes);
}

static void
play(struct random *rnd, const char *name)
{
	struct naive *n = calloc(1, sizeof(*n));
	size_t len, i, enabled, least = SIZE_MAX, most = 0;
	char *text = kit_text(name, &len);
	struct form *f = kit_form(name), *travelled;
	struct answers *a;
	uint8_t *bytes = kit_write(f, FORM_FOR_CLIENT, &len);

	n->questionnaire = json_loads(text, 0, NULL);
	travelled = kit_read(bytes, len);
	a = answers_none(travelled);
	for (i = 0; i < STEPS; i++) {
		step(rnd, a, n);
		if (i % 8 == 0)
			reread(&a);
		enabled = compare(a, n);
		least = enabled < least ? enabled : least;
		most = enabled > most ? enabled : most;
	}
	printf("%s: %zu to %zu of %u items enabled\n", name, least, most,
	    f->n_items);
	if (strcmp(name, "branches") == 0 || strcmp(name, "nested") == 0)
		assert_true(least + 3 < most);
	answers_free(a);
	json_decref(n->questionnaire);
	form_free(travelled);
	form_free(f);
	free(bytes);
	free(text);
	free(n);
}

static void
an_item_is_asked_if_and_only_if_its_conditions_say_so(void **state)
{
	struct random rnd = random_start();
	size_t i;

	(void)state;
	for (i = 0; i < KIT_FORMS; i++)
		play(&rnd, kit_names[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_item_is_asked_if_and_only_if_its_conditions_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
