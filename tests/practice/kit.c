/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#include "block.h"

const char *const kit_names[KIT_FORMS] = { "every-type", "branches",
    "choices", "numbers", "scored", "nested" };

char *
kit_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, FORM_JSON_MAX + 1);

	if (f == NULL || text == NULL)
		fail_msg("%s", path);
	*len = fread(text, 1, FORM_JSON_MAX, f);
	(void)fclose(f);
	return text;
}

char *
kit_text(const char *name, size_t *len)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s.json", QUESTIONNAIRES, name);
	return kit_file(path, len);
}

struct form *
kit_form(const char *name)
{
	struct form_problem why;
	struct form *f;
	size_t len;
	char *text = kit_text(name, &len);

	if (form_import(&f, text, len, &why) != 0)
		fail_msg("%s: line %u, item %s: %s", name, why.line, why.item,
		    why.what);
	free(text);
	return f;
}

char *
kit_json(const char *text, ...)
{
	va_list ap;
	char *out, *p;

	va_start(ap, text);
	if (vasprintf(&out, text, ap) < 0)
		abort();
	va_end(ap);
	for (p = out; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	return out;
}

int
kit_import(struct form **out, const char *text, struct form_problem *why)
{
	char *quoted = kit_json("%s", text), *exact;
	size_t len = strlen(quoted);
	int rc;

	exact = block_copy(quoted, len);
	free(quoted);
	memset(why, 0, sizeof(*why));
	rc = form_import(out, exact, len, why);
	free(exact);
	assert_true((rc == 0) == (*out != NULL));
	return rc;
}

struct form *
kit_items(const char *items)
{
	struct form_problem why;
	struct form *f;
	char *text = kit_json("{'resourceType':'Questionnaire','status':"
	    "'active','title':'T','item':[%s]}", items);

	if (kit_import(&f, text, &why) != 0)
		fail_msg("item %s: %s\n%s", why.item, why.what, items);
	free(text);
	return f;
}

uint8_t *
kit_write(const struct form *f, enum form_for whom, size_t *len)
{
	uint8_t *out = malloc(FORM_WIRE_MAX);

	assert_non_null(out);
	assert_int_equal(form_write(out, FORM_WIRE_MAX, len, f, whom, NULL),
	    0);
	return out;
}

struct form *
kit_read(const uint8_t *bytes, size_t len)
{
	struct form_problem why;
	struct form *f;

	if (form_read(&f, bytes, len, &why) != 0)
		fail_msg("item %s: %s", why.item, why.what);
	return f;
}

int
kit_read_exact(const uint8_t *bytes, size_t len)
{
	uint8_t *exact = block_copy(bytes, len);
	struct form_problem why;
	struct form *f;
	int rc = form_read(&f, exact, len, &why);

	assert_true((rc == 0) == (f != NULL));
	assert_true(rc == 0 || (rc == TACIT_E_FORM && why.what[0] != '\0'));
	form_free(f);
	free(exact);
	return rc;
}
