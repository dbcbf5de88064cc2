/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of the end that asks: rows of their encoding, by its hash. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkin.h"
#include "checkin_form.h"
#include "form_fhir.h"
#include "form_wire.h"
#include "shipped.h"

/* One line of all that is known of a refusal. */
static void
say_why(char why[TACIT_CHECKIN_WHY_SIZE], const struct form_problem *problem)
{
	int n = 0;

	if (why == NULL)
		return;
	if (problem->line != 0)
		n = snprintf(why, TACIT_CHECKIN_WHY_SIZE, "line %u: ",
		    problem->line);
	else if (problem->item[0] != '\0')
		n = snprintf(why, TACIT_CHECKIN_WHY_SIZE, "item \"%s\": ",
		    problem->item);
	(void)snprintf(why + n, TACIT_CHECKIN_WHY_SIZE - (size_t)n, "%s",
	    problem->what);
}

static int
store(struct tacit_practice *p, const uint8_t *bytes, size_t len,
    char form[TACIT_CHECKIN_ID_SIZE])
{
	uint8_t hash[CHECKIN_HASH_LEN];
	struct row_key k, all;
	struct batch b;
	int n;

	row_key(&all, ROW_FORM);
	if ((n = checkin_count(p->t, &all, CHECKIN_FORMS_MAX)) < 0)
		return n;
	checkin_hash(hash, bytes, len);
	checkin_form_key(&k, hash);
	ident_of(form, 'f', hash);
	batch_begin(&b, p);
	if (checkin_count(p->t, &k, 1) == 0) {
		if (n == CHECKIN_FORMS_MAX)
			batch_fail(&b, TACIT_E_LIMIT);
		batch_put_bytes(&b, &k, bytes, len);
	}
	return batch_commit(&b);
}

int
tacit_checkin_import(struct tacit_practice *p, const char *json, size_t len,
    char form[TACIT_CHECKIN_ID_SIZE], char why[TACIT_CHECKIN_WHY_SIZE])
{
	struct form_problem problem = { .line = 0 };
	uint8_t *bytes = malloc(FORM_WIRE_MAX);
	struct form *f = NULL;
	size_t n = 0;
	int rc = TACIT_E_INVALID;

	if (why != NULL)
		why[0] = '\0';
	if (bytes == NULL)
		return TACIT_E_NOMEM;
	if (p == NULL || json == NULL || form == NULL)
		goto out;
	if ((rc = form_import(&f, json, len, &problem)) == 0 &&
	    (rc = form_write(bytes, FORM_WIRE_MAX, &n, f, FORM_FOR_THERAPIST,
	    &problem)) == 0)
		rc = store(p, bytes, n, form);
	if (rc == TACIT_E_FORM)
		say_why(why, &problem);
out:
	form_free(f);
	free(bytes);
	return rc;
}

int
tacit_checkin_import_shipped(struct tacit_practice *p, const char *name,
    char form[TACIT_CHECKIN_ID_SIZE])
{
	const struct shipped *s = name != NULL ? shipped_find(name) : NULL;

	if (s == NULL)
		return TACIT_E_NOT_FOUND;
	return tacit_checkin_import(p, s->json, s->len, form, NULL);
}

const char *
tacit_checkin_shipped(unsigned int n)
{
	return n < SHIPPED_FORMS ? shipped_forms[n].name : NULL;
}

static void
form_id(char id[TACIT_CHECKIN_ID_SIZE], const struct row_key *k)
{
	ident_of(id, 'f', k->data + 2);
}

/* The rows are few; ids are not in their order. */
int
checkin_form_find(struct tacit_practice *p, const char *form,
    uint8_t hash[CHECKIN_HASH_LEN])
{
	struct row_key prefix, at = { .len = 0 };
	char id[TACIT_CHECKIN_ID_SIZE];
	int rc;

	row_key(&prefix, ROW_FORM);
	while ((rc = row_next(p->t, &prefix, &at)) == 1) {
		form_id(id, &at);
		if (strcmp(id, form) != 0)
			continue;
		memcpy(hash, at.data + 2, CHECKIN_HASH_LEN);
		return 0;
	}
	return rc < 0 ? rc : TACIT_E_NOT_FOUND;
}

static void
fill_in(struct tacit_checkin_form *out, const struct row_key *k,
    const struct form *f)
{
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	form_id(out->id, k);
	(void)snprintf(out->title, sizeof(out->title), "%s", f->title);
	(void)snprintf(out->url, sizeof(out->url), "%s",
	    f->url != NULL ? f->url : "");
	(void)snprintf(out->version, sizeof(out->version), "%s",
	    f->version != NULL ? f->version : "");
	out->items = f->n_items;
}

int
tacit_checkin_form_next(struct tacit_practice *p, const char *after,
    struct tacit_checkin_form *out)
{
	uint8_t hash[CHECKIN_HASH_LEN];
	struct row_key prefix, at = { .len = 0 };
	struct form *f;
	int rc;

	if (p == NULL || out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	if (after != NULL) {
		if ((rc = checkin_form_find(p, after, hash)) != 0)
			return rc;
		checkin_form_key(&at, hash);
	}
	row_key(&prefix, ROW_FORM);
	if ((rc = row_next(p->t, &prefix, &at)) != 1 ||
	    (rc = checkin_form_load(&f, p->t, &at)) != 1)
		return rc;
	fill_in(out, &at, f);
	form_free(f);
	return 1;
}
