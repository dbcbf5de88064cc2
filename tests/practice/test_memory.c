/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whichever allocation fails, it is said, nothing is half-made and nothing is
 * left behind (leaks are seen by the sanitizer build).
 */
#include "kit.h"

#include <jansson.h>

#include "answer_wire.h"
#include "form_response.h"
#include "manifest.h"
#include "sample.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
char *__wrap_strdup(const char *text);

static size_t left = SIZE_MAX;		/* allocations that still succeed */

static int
spent(void)
{
	if (left == SIZE_MAX)
		return 0;
	if (left == 0)
		return 1;
	left--;
	return 0;
}

void *
__wrap_malloc(size_t n)
{
	return spent() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return spent() ? NULL : __real_calloc(n, size);
}

char *
__wrap_strdup(const char *text)
{
	return spent() ? NULL : __real_strdup(text);
}

/* What the tests do with all that was there before the first failure. */
struct world {
	const char *json;
	size_t json_len, form_len, answers_len;
	uint8_t form_bytes[FORM_WIRE_MAX], answers_bytes[FORM_ANSWERS_LEN];
	struct form *f;
	struct answers *a;
	char manifest[MANIFEST_MAX];
	size_t manifest_len;
	uint8_t signature[MANIFEST_SIGNATURE_SIZE];
};

static int
import(struct world *w)
{
	struct form *f;
	int rc = form_import(&f, w->json, w->json_len, NULL);

	assert_true((rc == 0) == (f != NULL));
	form_free(f);
	return rc;
}

static int
write_form(struct world *w)
{
	size_t len;

	return form_write(w->form_bytes, FORM_WIRE_MAX, &len, w->f,
	    FORM_FOR_THERAPIST, NULL);
}

static int
read_form(struct world *w)
{
	struct form *f;
	int rc = form_read(&f, w->form_bytes, w->form_len, NULL);

	assert_true((rc == 0) == (f != NULL));
	form_free(f);
	return rc;
}

static int
begin(struct world *w)
{
	struct answers *a = answers_new(w->f);
	int rc = a != NULL ? 0 : TACIT_E_NOMEM;

	answers_free(a);
	return rc;
}

/* An answer that cannot be kept leaves the one before. */
static int
answer(struct world *w)
{
	uint16_t word = (uint16_t)form_find(w->f, "word");
	int rc = answers_set_text(w->a, word, "loud", NULL);

	assert_string_equal(answers_get(w->a, word, 0)->text,
	    rc == 0 ? "loud" : "quiet");
	return rc;
}

static int
write_answers(struct world *w)
{
	return answers_write(w->answers_bytes, FORM_ANSWERS_LEN,
	    &w->answers_len, w->a, ANSWERS_ALL);
}

static int
read_answers(struct world *w)
{
	struct answers *a;
	int rc = answers_read(&a, w->f, w->answers_bytes, w->answers_len);

	assert_true((rc == 0) == (a != NULL));
	answers_free(a);
	return rc;
}

static int
respond(struct world *w)
{
	char *text;
	int rc = form_response(&text, w->a, 0);

	assert_true((rc == 0) == (text != NULL));
	free(text);
	return rc;
}

static int
forget(void *context, const void *bytes, size_t len)
{
	(void)context;
	(void)bytes;
	(void)len;
	return 0;
}

static int
export(struct world *w, const struct export_format *format)
{
	struct sink s = { forget, NULL, 0 };
	struct entry e = { .kind = ENTRY_CHECKIN, .id = "m_1",
	    .state = ENTRY_RECEIVED, .answers = w->a };
	struct export x;
	int rc = export_begin(&x, format, &s, &sample_head);

	if (rc == 0)
		rc = export_entry(&x, &e);
	return rc == 0 ? export_end(&x) : rc;
}

static int
export_lines(struct world *w)
{
	return export(w, &export_json);
}

static int
export_bundle(struct world *w)
{
	return export(w, &export_fhir);
}

static int
draw(struct world *w)
{
	struct sink s = { forget, NULL, 0 };

	(void)w;
	return trend_term(&s, sample_trend(SAMPLE_EVERY), 80, true);
}

static int
read_nothing(void *context, const char *name, uint64_t at, void *out,
    size_t cap, size_t *len)
{
	(void)context;
	(void)name;
	(void)at;
	(void)out;
	(void)cap;
	*len = 0;
	return 0;
}

static int
check_manifest(struct world *w)
{
	struct manifest_reader r = { read_nothing, NULL };

	return manifest_check(w->manifest, w->manifest_len, w->signature,
	    NULL, NULL, &r, NULL, NULL);
}

/* The manifest of one empty file. */
static void
make_manifest(struct world *w)
{
	uint8_t key[MANIFEST_KEY_SIZE], secret[MANIFEST_SECRET_SIZE];
	struct manifest m = { .head = &sample_head };
	struct sink s = { forget, NULL, 0 };
	struct manifest_tee tee;

	(void)crypto_sign_keypair(key, secret);
	manifest_tee_begin(&tee, &s);
	assert_int_equal(manifest_tee_end(&tee, &m, "x"), 0);
	assert_int_equal(manifest_make(w->manifest, &w->manifest_len,
	    w->signature, &m, secret), 0);
}

static const struct {
	const char *name;
	int (*act)(struct world *w);
} acts[] = {
#define A(act)	{ #act, act }
	A(import), A(write_form), A(read_form), A(begin), A(answer),
	A(write_answers), A(read_answers), A(respond), A(export_lines),
	A(export_bundle), A(draw), A(check_manifest),
#undef A
};

static struct world *
make(void)
{
	static const char *const said[][2] = { { "about.slept", "true" },
	    { "about.hours", "7.5" }, { "about.day", "2026-11-22" },
	    { "company", "my cat" }, { "company", "Family" },
	    { "more", "words" } };
	struct world *w = calloc(1, sizeof(*w));
	size_t i;

	assert_non_null(w);
	w->json = kit_text("every-type", &w->json_len);
	w->f = kit_form("every-type");
	assert_int_equal(form_write(w->form_bytes, FORM_WIRE_MAX,
	    &w->form_len, w->f, FORM_FOR_THERAPIST, NULL), 0);
	w->a = answers_new(w->f);
	for (i = 0; i < COUNT(said); i++)
		assert_int_equal(answers_set_text(w->a, (uint16_t)form_find(
		    w->f, said[i][0]), said[i][1], NULL), 0);
	assert_int_equal(answers_write(w->answers_bytes, FORM_ANSWERS_LEN,
	    &w->answers_len, w->a, ANSWERS_ALL), 0);
	make_manifest(w);
	return w;
}

static void
whichever_allocation_fails_nothing_is_half_made(void **state)
{
	struct world *w = make();
	size_t i, n;
	int rc;

	(void)state;
	for (i = 0; i < COUNT(acts); i++) {
		for (n = 0; ; n++) {
			left = n;
			rc = acts[i].act(w);
			left = SIZE_MAX;
			if (rc == 0)
				break;
			/* jansson calls a token it has no room for invalid */
			if (rc != TACIT_E_NOMEM && (rc != TACIT_E_FORM ||
			    acts[i].act != import) && (rc != TACIT_E_POISON ||
			    acts[i].act != check_manifest))
				fail_msg("%s, allocation %zu: %d",
				    acts[i].name, n, rc);
		}
		printf("%s: %zu allocations\n", acts[i].name, n);
		assert_true(n > 0);
	}
	answers_free(w->a);
	form_free(w->f);
	free((char *)w->json);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    whichever_allocation_fails_nothing_is_half_made),
	};

	json_set_alloc_funcs(__wrap_malloc, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
