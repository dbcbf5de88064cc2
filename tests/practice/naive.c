/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "naive.h"

static const char *
text_of(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text != NULL ? text : "";
}

const json_t *
naive_find(const json_t *o, const char *link_id, const json_t **parent)
{
	const json_t *found;
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(o, "item"), i, item) {
		*parent = json_object_get(o, "linkId") != NULL ? o : NULL;
		if (strcmp(text_of(item, "linkId"), link_id) == 0)
			return item;
		if ((found = naive_find(item, link_id, parent)) != NULL)
			return found;
	}
	return NULL;
}

/* Numbers as text, to twelve places: enough for what the tests say. */
static int
order(const char *a, const char *b, bool numbers)
{
	long double x, y;

	if (!numbers)
		return strcmp(a, b);	/* days, too, as they are written */
	x = strtold(a, NULL);
	y = strtold(b, NULL);
	return x < y ? -1 : x > y;
}

/* The value in ${o} after ${prefix}, as text; false: it is a coding. */
static bool
plain(char *out, size_t len, const json_t *o, const char *prefix,
    bool *number)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)o, name, v) {
		if (strncmp(name, prefix, strlen(prefix)) != 0)
			continue;
		*number = json_is_number(v);
		if (json_is_boolean(v))
			(void)snprintf(out, len, "%s",
			    json_is_true(v) ? "true" : "false");
		else if (json_is_integer(v))
			(void)snprintf(out, len, "%lld", json_integer_value(v));
		else if (json_is_real(v))
			(void)snprintf(out, len, "%.12f", json_real_value(v));
		else if (json_is_string(v))
			(void)snprintf(out, len, "%s", json_string_value(v));
		else
			return false;
		return true;
	}
	return false;
}

static bool
same_coding(const json_t *a, const json_t *b)
{
	return a != NULL && b != NULL &&
	    strcmp(text_of(a, "system"), text_of(b, "system")) == 0 &&
	    strcmp(text_of(a, "code"), text_of(b, "code")) == 0;
}

/* One answer against the value of one condition. */
static bool
matches(const struct naive_answer *a, const char *op, const json_t *when)
{
	char left[128], right[128];
	bool number = false, ignored;
	int c;

	if (!plain(right, sizeof(right), when, "answer", &number))
		return a->option != NULL && same_coding(
		    json_object_get(a->option, "valueCoding"),
		    json_object_get(when, "answerCoding"));
	if (a->option == NULL)
		(void)snprintf(left, sizeof(left), "%s", a->text);
	else if (!plain(left, sizeof(left), a->option, "value", &ignored))
		return false;
	c = order(left, right, number);
	if (strcmp(op, ">") == 0)
		return c > 0;
	if (strcmp(op, "<") == 0)
		return c < 0;
	if (strcmp(op, ">=") == 0)
		return c >= 0;
	if (strcmp(op, "<=") == 0)
		return c <= 0;
	return c == 0;
}

bool
naive_answered(const struct naive *n, const char *link_id)
{
	size_t i;

	if (!naive_enabled(n, link_id))
		return false;
	for (i = 0; i < n->n; i++)
		if (strcmp(n->answers[i].link_id, link_id) == 0)
			return true;
	return false;
}

static bool
holds(const struct naive *n, const json_t *when)
{
	const char *op = text_of(when, "operator");
	const char *of = text_of(when, "question");
	bool enabled = naive_enabled(n, of), any = false;
	size_t i;

	if (strcmp(op, "exists") == 0)
		return naive_answered(n, of) ==
		    json_is_true(json_object_get(when, "answerBoolean"));
	for (i = 0; i < n->n && enabled; i++)
		if (strcmp(n->answers[i].link_id, of) == 0 &&
		    matches(&n->answers[i], op, when))
			any = true;
	return strcmp(op, "!=") == 0 ? !any : any;
}

bool
naive_enabled(const struct naive *n, const char *link_id)
{
	const json_t *parent, *item, *list;
	json_t *when;
	size_t i, yes = 0;

	item = naive_find(n->questionnaire, link_id, &parent);
	if (parent != NULL) {
		if (!naive_enabled(n, text_of(parent, "linkId")))
			return false;
		if (strcmp(text_of(item, "type"), "display") != 0 &&
		    strcmp(text_of(parent, "type"), "group") != 0 &&
		    !naive_answered(n, text_of(parent, "linkId")))
			return false;
	}
	if ((list = json_object_get(item, "enableWhen")) == NULL)
		return true;
	json_array_foreach(list, i, when)
		yes += holds(n, when);
	return strcmp(text_of(item, "enableBehavior"), "any") == 0 ?
	    yes > 0 : yes == json_array_size(list);
}

/* True if a question at ${o} or beneath is answered. */
static bool
something(const struct naive *n, const json_t *o)
{
	json_t *item;
	size_t i;

	if (naive_answered(n, text_of(o, "linkId")))
		return true;
	json_array_foreach(json_object_get(o, "item"), i, item)
		if (something(n, item))
			return true;
	return false;
}

bool
naive_complete(const struct naive *n, const json_t *o)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(o, "item"), i, item) {
		if (!naive_complete(n, item))
			return false;
		if (json_is_true(json_object_get(item, "required")) &&
		    naive_enabled(n, text_of(item, "linkId")) &&
		    (strcmp(text_of(item, "type"), "group") == 0 ?
		    !something(n, item) :
		    !naive_answered(n, text_of(item, "linkId"))))
			return false;
	}
	return true;
}
