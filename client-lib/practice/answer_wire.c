/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <pb_decode.h>
#include <pb_encode.h>
#include <sodium.h>

#include <tacit/error.h>

#include "answer_wire.h"
#include "wire_value.h"

struct work {
	struct answers *a;
	const struct answers *from;
	enum answers_which which;
	struct form *words;		/* keeps texts while they are read */
	int rc;
	tacit_practice_Answer m;
};

static bool
put_answer(pb_ostream_t *s, const pb_field_t *field, void *const *arg)
{
	struct work *w = *arg;
	const struct value *v;
	uint16_t at, i;

	for (at = 0; at < answers_form(w->from)->n_items; at++)
		for (i = 0; ; i++) {
			v = w->which == ANSWERS_ALL ?
			    answers_kept(w->from, at, i) :
			    answers_get(w->from, at, i);
			if (v == NULL)
				break;
			w->m.item = at;
			w->m.has_value = wire_put_value(&w->m.value, v);
			if (!pb_encode_tag_for_field(s, field) ||
			    !pb_encode_submessage(s,
			    tacit_practice_Answer_fields, &w->m))
				return false;
		}
	return true;
}

int
answers_write(uint8_t *out, size_t cap, size_t *len, const struct answers *a,
    enum answers_which which)
{
	tacit_practice_Answers m = tacit_practice_Answers_init_default;
	pb_ostream_t s = pb_ostream_from_buffer(out, cap);
	struct work *w = calloc(1, sizeof(*w));
	int rc = 0;

	*len = 0;
	if (w == NULL)
		return TACIT_E_NOMEM;
	w->from = a;
	w->which = which;
	m.answer.funcs.encode = put_answer;
	m.answer.arg = w;
	if (!pb_encode(&s, tacit_practice_Answers_fields, &m))
		rc = TACIT_E_LIMIT;
	else
		*len = s.bytes_written;
	sodium_memzero(w, sizeof(*w));
	free(w);
	return rc;
}

static int
take_answer(struct work *w)
{
	struct value v;
	int rc;

	if (!w->m.has_value || w->m.item >= answers_form(w->a)->n_items)
		return TACIT_E_ANSWER;
	rc = wire_take_value(w->words, &v, &w->m.value);
	if (rc == 0)
		rc = answers_set(w->a, (uint16_t)w->m.item, &v, NULL);
	return rc == TACIT_E_FORM ? TACIT_E_ANSWER : rc;
}

static bool
read_answer(pb_istream_t *s, const pb_field_t *field, void **arg)
{
	struct work *w = *arg;

	(void)field;
	if (!pb_decode(s, tacit_practice_Answer_fields, &w->m))
		w->rc = TACIT_E_ANSWER;
	else
		w->rc = take_answer(w);
	return w->rc == 0;
}

/* The bytes are those that answers_write() would write. */
static int
check_spelling(const struct answers *a, const uint8_t *in, size_t len)
{
	uint8_t *again = malloc(FORM_ANSWERS_LEN);
	size_t n = 0;
	int rc;

	if (again == NULL)
		return TACIT_E_NOMEM;
	rc = answers_write(again, FORM_ANSWERS_LEN, &n, a, ANSWERS_ALL);
	if (rc == 0 && (n != len || sodium_memcmp(again, in, n) != 0))
		rc = TACIT_E_ANSWER;
	sodium_memzero(again, n);
	free(again);
	return rc;
}

int
answers_read(struct answers **out, const struct form *f, const uint8_t *in,
    size_t len)
{
	tacit_practice_Answers m = tacit_practice_Answers_init_default;
	pb_istream_t s = pb_istream_from_buffer(in, len);
	struct work *w = calloc(1, sizeof(*w));
	int rc = TACIT_E_NOMEM;

	*out = NULL;
	if (w == NULL || (w->words = form_new()) == NULL ||
	    (w->a = answers_none(f)) == NULL)
		goto out;
	m.answer.funcs.decode = read_answer;
	m.answer.arg = w;
	if (len > FORM_ANSWERS_LEN ||
	    !pb_decode(&s, tacit_practice_Answers_fields, &m))
		rc = w->rc != 0 ? w->rc : TACIT_E_ANSWER;
	else
		rc = check_spelling(w->a, in, len);
	if (rc == 0) {
		*out = w->a;
		w->a = NULL;
	}
out:
	if (w != NULL) {
		answers_free(w->a);
		form_free(w->words);
		sodium_memzero(w, sizeof(*w));
	}
	free(w);
	return rc;
}
