/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the other end sends: a form, and answers to it.  Input: u16 length of
 * the form, the form, the answers.  What is read is written to the same
 * bytes, can be answered and scored, and becomes a response.
 */
#include "answer_wire.h"
#include "form_response.h"
#include "form_score.h"
#include "form_wire.h"
#include "fuzz.h"

#include <tacit/error.h>

static void
check_answers(const struct form *f, struct answers *a)
{
	static uint8_t bytes[FORM_ANSWERS_LEN];
	struct form_told told;
	struct form_sum sum;
	unsigned int n = 0;
	struct answers *b;
	uint16_t at;
	size_t len;
	char *text;

	for (at = 0; at < f->n_items; at++)
		form_sum(&sum, a, at);
	while (form_told(&told, a, n))
		n++;
	at = answers_missing(a, 0);
	FUZZ_CHECK(answers_complete(a) == (at == f->n_items));
	FUZZ_CHECK(form_response(&text, a, 0) == 0);
	FUZZ_CHECK(strchr(text, '\1') == NULL);
	free(text);

	FUZZ_CHECK(answers_write(bytes, sizeof(bytes), &len, a,
	    ANSWERS_THAT_COUNT) == 0);
	FUZZ_CHECK(answers_read(&b, f, bytes, len) == 0);
	answers_free(b);
}

static void
check_form(const struct form *f, const uint8_t *in, size_t len)
{
	static uint8_t again[FORM_WIRE_MAX];
	struct answers *a;
	struct form *g;
	size_t n;

	FUZZ_CHECK(form_write(again, sizeof(again), &n, f, FORM_FOR_THERAPIST,
	    NULL) == 0);
	FUZZ_CHECK(n == len && memcmp(again, in, n) == 0);
	FUZZ_CHECK(form_write(again, sizeof(again), &n, f, FORM_FOR_CLIENT,
	    NULL) == 0);
	FUZZ_CHECK(form_read(&g, again, n, NULL) == 0);
	form_free(g);
	FUZZ_CHECK((a = answers_new(f)) != NULL);
	check_answers(f, a);
	answers_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	size_t len = fuzz_u16(&in), rest;
	uint8_t *bytes = fuzz_block(&in, &len), *said;
	struct form_problem why;
	struct answers *a;
	struct form *f;
	int rc = form_read(&f, bytes, len, &why);

	rest = in.left;
	said = fuzz_block(&in, &rest);
	if (rc == 0) {
		check_form(f, bytes, len);
		rc = answers_read(&a, f, said, rest);
		FUZZ_CHECK(rc == 0 || rc == TACIT_E_ANSWER);
		if (rc == 0)
			check_answers(f, a);
		answers_free(a);
	} else {
		FUZZ_CHECK(rc == TACIT_E_FORM && f == NULL &&
		    why.what[0] != '\0');
	}
	form_free(f);
	free(said);
	free(bytes);
	return 0;
}
