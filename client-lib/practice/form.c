/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <tacit/error.h>

#include "form.h"

/* What the form points to, in blocks that are freed with it. */
struct form_block {
	struct form_block *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char data[];
};

enum { BLOCK_SIZE = 8192, ALIGN = _Alignof(max_align_t) };

struct form *
form_new(void)
{
	return calloc(1, sizeof(struct form));
}

void
form_free(struct form *f)
{
	struct form_block *b, *next;

	if (f == NULL)
		return;
	for (b = f->blocks; b != NULL; b = next) {
		next = b->next;
		sodium_memzero(b->data, b->used);
		free(b);
	}
	free(f);
}

void *
form_alloc(struct form *f, size_t n)
{
	struct form_block *b = f->blocks;
	size_t size;
	void *p;

	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (b == NULL || n > b->size - b->used) {
		size = n > BLOCK_SIZE ? n : BLOCK_SIZE;
		if ((b = calloc(1, sizeof(*b) + size)) == NULL)
			return NULL;
		b->size = size;
		b->next = f->blocks;
		f->blocks = b;
	}
	p = b->data + b->used;
	b->used += n;
	return p;
}

char *
form_keep(struct form *f, const char *text, size_t len)
{
	char *p = form_alloc(f, len + 1);

	if (p != NULL)
		memcpy(p, text, len);
	return p;
}

int
form_find(const struct form *f, const char *link_id)
{
	int i;

	for (i = 0; i < f->n_items; i++)
		if (strcmp(f->items[i].link_id, link_id) == 0)
			return i;
	return -1;
}

uint16_t
form_after(const struct form *f, uint16_t at)
{
	uint8_t depth = f->items[at].depth;

	do
		at++;
	while (at < f->n_items && f->items[at].depth > depth);
	return at;
}

size_t
form_answer_len(const struct value *v)
{
	return FORM_ANSWER_LEN +
	    (v->kind == VALUE_STRING ? strlen(v->text) : 0);
}

int
form_option_of(const struct form_item *it, const struct value *v)
{
	int i;

	for (i = 0; i < it->n_options; i++)
		if (!it->options[i].coding &&
		    value_same(&it->options[i].value, v))
			return i;
	return -1;
}

bool
form_is_choice(enum form_type type)
{
	return type == FORM_CHOICE || type == FORM_OPEN_CHOICE;
}

bool
form_is_question(enum form_type type)
{
	return type != FORM_GROUP && type != FORM_DISPLAY;
}

enum value_kind
form_kind(enum form_type type)
{
	switch (type) {
	case FORM_GROUP:
	case FORM_DISPLAY:
		break;
	case FORM_BOOLEAN:
		return VALUE_BOOLEAN;
	case FORM_INTEGER:
		return VALUE_INTEGER;
	case FORM_DECIMAL:
		return VALUE_DECIMAL;
	case FORM_CHOICE:
	case FORM_OPEN_CHOICE:
		return VALUE_OPTION;
	case FORM_STRING:
	case FORM_TEXT:
		return VALUE_STRING;
	case FORM_DATE:
		return VALUE_DATE;
	}
	return VALUE_NONE;
}

const char *
form_type_word(enum form_type type)
{
	static const char *const words[] = { "", "group", "display",
	    "boolean", "integer", "decimal", "choice", "open-choice",
	    "string", "text", "date" };

	return type >= FORM_GROUP && type <= FORM_DATE ? words[type] : "";
}

const char *
form_operator_word(enum form_operator op)
{
	static const char *const words[] = { "", "exists", "=", "!=", ">",
	    "<", ">=", "<=" };

	return op >= FORM_EXISTS && op <= FORM_LESS_OR_EQUAL ? words[op] : "";
}

/* For a person's eyes: no controls, no code point that was cut. */
static void
trim(char *text)
{
	size_t len = strlen(text), n = len, tail = 0;
	unsigned char lead;
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = '?';
	while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80) {
		n--;
		tail++;
	}
	if (n == 0)
		return;
	lead = (unsigned char)text[n - 1];
	if (lead >= 0xc0 && tail < (lead >= 0xf0 ? 3U : lead >= 0xe0 ? 2U : 1U))
		text[n - 1] = '\0';
}

int
form_refuse(struct form_problem *why, const char *link_id,
    const char *format, ...)
{
	va_list ap;

	if (why != NULL) {
		memset(why, 0, sizeof(*why));
		if (link_id != NULL)
			(void)snprintf(why->item, sizeof(why->item), "%s",
			    link_id);
		trim(why->item);
		va_start(ap, format);
		(void)vsnprintf(why->what, sizeof(why->what), format, ap);
		va_end(ap);
		trim(why->what);
	}
	return TACIT_E_FORM;
}
