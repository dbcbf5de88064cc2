/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tacit/error.h>

#include "form_json.h"

#define MARK		"\\u0001"	/* as it stands in JSON text */
#define HEX		"0123456789abcdefABCDEF"
#define NUMBER		"-+.0123456789eE"

enum {
	MARK_LEN = sizeof(MARK) - 1,
	AROUND = MARK_LEN + 2,		/* with quotes */
	SHORTEST = 3			/* a number that is marked, as 1e1 */
};

struct text {
	const char *p, *end;
	char *out;			/* where the next byte goes */
	unsigned int line, depth;
	const char *wrong;		/* why it goes no further, or NULL */
};

/* Copy a string, from its quote to behind the other. */
static void
copy_string(struct text *t)
{
	unsigned long n;
	char hex[5] = "";

	*t->out++ = *t->p++;
	while (t->p < t->end && *t->p != '"') {
		if (*t->p == '\\' && t->end - t->p >= 6 && t->p[1] == 'u') {
			memcpy(hex, t->p + 2, 4);
			n = strtoul(hex, NULL, 16);
			if (strspn(hex, HEX) == 4 && n < 0x20 &&
			    n != '\t' && n != '\n' && n != '\r')
				t->wrong = "control character in a string";
		}
		if (*t->p == '\\' && t->end - t->p >= 2)
			*t->out++ = *t->p++;
		if (t->wrong != NULL)
			return;
		*t->out++ = *t->p++;
	}
	if (t->p < t->end)
		*t->out++ = *t->p++;
}

static size_t
digits(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return (size_t)(p - start);
}

/* True for a JSON number with a point or an exponent. */
static bool
is_decimal(const char *p, const char *end)
{
	size_t n;
	bool point = false;

	if (p < end && *p == '-')
		p++;
	if ((n = digits(p, end)) == 0 || (n > 1 && *p == '0'))
		return false;
	p += n;
	if (p < end && *p == '.') {
		if ((n = digits(++p, end)) == 0)
			return false;
		p += n;
		point = true;
	}
	if (p == end || (*p != 'e' && *p != 'E'))
		return point && p == end;
	p++;
	if (p < end && (*p == '+' || *p == '-'))
		p++;
	return (n = digits(p, end)) > 0 && p + n == end;
}

/* Copy a number, as a marked string if it is decimal. */
static void
copy_number(struct text *t)
{
	size_t len = 0;

	while (t->p + len < t->end && t->p[len] != '\0' &&
	    strchr(NUMBER, t->p[len]) != NULL)
		len++;
	if (!is_decimal(t->p, t->p + len)) {
		memcpy(t->out, t->p, len);
		t->out += len;
	} else {
		t->out += sprintf(t->out, "\"" MARK "%.*s\"", (int)len, t->p);
	}
	t->p += len;
}

/* Copy what is neither a string nor a number. */
static void
copy_other(struct text *t)
{
	if (*t->p == '\n')
		t->line++;
	else if ((*t->p == '{' || *t->p == '[') &&
	    ++t->depth > FORM_JSON_DEPTH)
		t->wrong = "too many lists and objects in one another";
	else if ((*t->p == '}' || *t->p == ']') && t->depth > 0)
		t->depth--;
	*t->out++ = *t->p++;
}

/* Give out the same text with its decimals marked. */
static int
mark(char **out, size_t *marked, const char *text, size_t len,
    struct form_problem *why)
{
	struct text t = { text, text + len, NULL, 1, 0, NULL };
	char *buf = malloc(len + (len / SHORTEST + 1) * AROUND + 1);

	if (buf == NULL)
		return TACIT_E_NOMEM;
	t.out = buf;
	while (t.p < t.end && t.wrong == NULL) {
		if (*t.p == '"')
			copy_string(&t);
		else if (*t.p == '-' || (*t.p >= '0' && *t.p <= '9'))
			copy_number(&t);
		else
			copy_other(&t);
	}
	if (t.wrong != NULL) {
		free(buf);
		(void)form_refuse(why, NULL, "%s", t.wrong);
		why->line = t.line;
		return TACIT_E_FORM;
	}
	*out = buf;
	*marked = (size_t)(t.out - buf);
	return 0;
}

int
form_json_read(json_t **out, const char *text, size_t len,
    struct form_problem *why)
{
	struct form_problem unread;
	json_error_t e;
	size_t n;
	char *buf;
	int rc;

	*out = NULL;
	if (why == NULL)
		why = &unread;
	if (len > FORM_JSON_MAX)
		return form_refuse(why, NULL, "more than %d bytes of JSON",
		    FORM_JSON_MAX);
	if ((rc = mark(&buf, &n, text, len, why)) != 0)
		return rc;
	*out = json_loadb(buf, n, JSON_REJECT_DUPLICATES, &e);
	free(buf);
	if (*out != NULL && json_is_object(*out))
		return 0;
	/* A failure without a word is one of memory. */
	if (*out == NULL && (e.text[0] == '\0' ||
	    json_error_code(&e) == json_error_out_of_memory))
		return TACIT_E_NOMEM;
	(void)form_refuse(why, NULL, "%s",
	    *out == NULL ? e.text : "this is not a JSON object");
	why->line = *out == NULL && e.line > 0 ? (unsigned int)e.line : 1;
	json_decref(*out);
	*out = NULL;
	return TACIT_E_FORM;
}

char *
form_json_write(const json_t *o)
{
	char *text = json_dumps(o, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	char *in = text, *out = text;
	size_t n;

	if (text == NULL)
		return NULL;
	while (*in != '\0') {
		if (strncmp(in, "\"" MARK, MARK_LEN + 1) != 0) {
			*out++ = *in++;
			continue;
		}
		in += MARK_LEN + 1;
		n = strcspn(in, "\"");
		memmove(out, in, n);
		out += n;
		in += n + 1;
	}
	*out = '\0';
	return text;
}

json_t *
form_json_decimal(const struct value *v)
{
	char text[1 + VALUE_DECIMAL_LEN] = "\1";

	value_print_decimal(text + 1, v);
	return json_string(text);
}

int
form_json_number(struct value *out, const json_t *o)
{
	const char *text = json_string_value(o);
	char whole[24];
	int n;

	if (text != NULL)
		return text[0] == '\1' &&
		    value_decimal(out, text + 1, strlen(text + 1));
	if (!json_is_integer(o))
		return 0;
	n = snprintf(whole, sizeof(whole), "%" JSON_INTEGER_FORMAT,
	    json_integer_value(o));
	return value_decimal(out, whole, (size_t)n);
}
