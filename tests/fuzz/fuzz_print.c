/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of others, wherever they are printed.  Input: the text.  What comes
 * out is UTF-8, and nothing in it steers; JSON reads back as it was; a page
 * gets no element that we did not write.
 */
#include "form_json.h"
#include "fuzz.h"
#include "safe.h"

struct page {
	char *bytes;
	size_t len, cap;
};

static int
page_write(void *context, const void *bytes, size_t len)
{
	struct page *p = context;

	FUZZ_CHECK(len <= p->cap - p->len);
	memcpy(p->bytes + p->len, bytes, len);
	p->len += len;
	return 0;
}

static size_t
count(const struct page *p, char c)
{
	size_t i, n = 0;

	for (i = 0; i < p->len; i++)
		n += p->bytes[i] == c;
	return n;
}

static void
check(const struct page *p, bool csv)
{
	uint32_t c;
	size_t i, n;

	for (i = 0; i < p->len; i += n) {
		n = safe_take(&c, p->bytes + i, p->len - i);
		FUZZ_CHECK(n > 0);
		FUZZ_CHECK(!safe_steers(c) || (csv && c == '\r'));
	}
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static void
check_json(const struct page *p, const char *text, size_t size)
{
	json_t *o;

	FUZZ_CHECK(count(p, '\n') == 0);
	o = json_loadb(p->bytes, p->len, JSON_DECODE_ANY | JSON_ALLOW_NUL,
	    NULL);
	FUZZ_CHECK(o != NULL);
	FUZZ_CHECK(json_string_length(o) == size &&
	    memcmp(json_string_value(o), text, size) == 0);
	json_decref(o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const prints[])(struct sink *s, const char *text,
	    size_t len) = { safe_html, safe_xml, safe_json, safe_fhir,
	    safe_csv };
	struct page p = { .cap = 32 * size + 64 };
	struct sink s = { page_write, &p, 0 };
	struct fuzz_in in = { data, size };
	char *text = (char *)fuzz_block(&in, &size);
	size_t i;

	FUZZ_CHECK((p.bytes = malloc(p.cap)) != NULL);
	for (i = 0; i < sizeof(prints) / sizeof(prints[0]); i++) {
		p.len = 0;
		prints[i](&s, text, size);
		check(&p, prints[i] == safe_csv);
		FUZZ_CHECK(i > 1 || (count(&p, '\'') == 0 &&
		    count(&p, '<') == count(&p, '>')));
		FUZZ_CHECK(prints[i] != safe_xml ||
		    (count(&p, '<') == 0 && count(&p, '"') == 0));
		if (prints[i] == safe_json && safe_is_text(text, size))
			check_json(&p, text, size);
	}
	FUZZ_CHECK(s.error == 0);
	free(p.bytes);
	free(text);
	return 0;
}
