/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respond QUESTIONNAIRE ROUNDS: answer it at random, each time as it came
 * over the wire, and print the responses, each behind an RS.
 */
#include "answer_wire.h"
#include "form_fhir.h"
#include "form_response.h"
#include "form_wire.h"
#include "guess.h"

static struct form *
load(const char *path)
{
	static char text[FORM_JSON_MAX + 1];
	FILE *file = fopen(path, "rb");
	struct form_problem why;
	struct form *f, *travelled = NULL;
	uint8_t *bytes = malloc(FORM_WIRE_MAX);
	size_t len;

	if (file == NULL || bytes == NULL)
		return NULL;
	len = fread(text, 1, sizeof(text), file);
	(void)fclose(file);
	if (form_import(&f, text, len, &why) != 0) {
		(void)fprintf(stderr, "%s: %s %s\n", path, why.item, why.what);
		return NULL;
	}
	if (form_write(bytes, FORM_WIRE_MAX, &len, f, FORM_FOR_CLIENT,
	    NULL) != 0 || form_read(&travelled, bytes, len, &why) != 0)
		return NULL;
	form_free(f);
	free(bytes);
	return travelled;
}

static void
guess(struct random *rnd, struct answers *a)
{
	const struct form *f = answers_form(a);
	struct value v = { .kind = VALUE_OPTION };
	char text[64];
	uint16_t at;
	size_t n;

	for (n = random_below(rnd, 6u * f->n_items); n > 0; n--) {
		at = (uint16_t)random_below(rnd, f->n_items);
		v.number = (int64_t)random_below(rnd, FORM_OPTIONS_MAX) %
		    (f->items[at].n_options + 1);
		if (answers_set(a, at, &v, NULL) == 0)
			continue;
		guess_text(text, sizeof(text), rnd, &f->items[at]);
		(void)answers_set_text(a, at, text, NULL);
	}
}

/* What the therapist reads of what the client sends. */
static struct answers *
send_over(const struct answers *a)
{
	uint8_t *bytes = malloc(FORM_ANSWERS_LEN);
	struct answers *there = NULL;
	size_t len;

	if (bytes == NULL || answers_write(bytes, FORM_ANSWERS_LEN, &len, a,
	    ANSWERS_THAT_COUNT) != 0 ||
	    answers_read(&there, answers_form(a), bytes, len) != 0)
		there = NULL;
	free(bytes);
	return there;
}

int
main(int argc, char **argv)
{
	struct answers *a, *there;
	struct random rnd;
	struct form *f;
	char *text;
	int n;

	if (argc != 3 || (f = load(argv[1])) == NULL)
		return 1;
	rnd = random_start();		/* says its seed before the first RS */
	for (n = atoi(argv[2]); n > 0; n--) {
		a = answers_new(f);
		guess(&rnd, a);
		if ((there = send_over(a)) == NULL || form_response(&text,
		    there, (int64_t)(random_next(&rnd) >> 24)) != 0)
			return 1;
		printf("\x1e%s\n", text);
		free(text);
		answers_free(there);
		answers_free(a);
	}
	form_free(f);
	return 0;
}
