/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "letter.h"
#include "words.h"

enum { LABEL_LEAST = 3 };

void
words_of(char *out, const void *name, size_t len)
{
	static const char context[] = "tacit/practice/check words/1";
	unsigned char hash[crypto_generichash_BYTES_MIN];
	const char *a, *b;

	/* Fails only for sizes that these are not. */
	(void)crypto_generichash(hash, sizeof(hash), name, len,
	    (const unsigned char *)context, sizeof(context) - 1);
	a = words_list[hash[0]];
	b = words_list[hash[1] != hash[0] ? hash[1] : (hash[1] ^ 1)];
	memcpy(out, a, strlen(a));
	out[strlen(a)] = ' ';
	memcpy(out + strlen(a) + 1, b, strlen(b) + 1);
}

/* Of ASCII; other bytes are as they are. */
static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static const char *
skip_spaces(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

bool
words_same(const char *words, const char *typed)
{
	typed = skip_spaces(typed);
	while (*words != '\0') {
		if (*words == ' ') {
			if (*typed != ' ' && *typed != '\t')
				return false;
			typed = skip_spaces(typed);
			words++;
		} else if (fold(*typed++) != *words++)
			return false;
	}
	return *skip_spaces(typed) == '\0';
}

/*
 * The label stands at ${at} of the text, as whole words: its bytes there; or
 * 0.  ${loose}: however it is spelled.
 */
static size_t
stands(const char *text, size_t len, size_t at, const char *label, bool loose)
{
	size_t n = strlen(label), i, used = 0;
	uint32_t first = 0, last = 0, c;

	for (i = 0; i < n; ) {
		i += letter_take(&last, label + i, n - i, loose);
		if (first == 0)
			first = last;
		if (at + used == len)
			return 0;
		used += letter_take(&c, text + at + used, len - at - used,
		    loose);
		if (c != last)
			return 0;
	}
	if (letter_joins(first) && letter_joins(letter_before(text + at, at)))
		return 0;
	if (at + used == len)
		return used;
	(void)letter_take(&c, text + at + used, len - at - used, false);
	return letter_joins(last) && letter_joins(c) ? 0 : used;
}

/* It is long enough to mean somebody. */
static bool
is_name(const char *label)
{
	size_t len = strlen(label), i, n = 0;
	uint32_t c;

	for (i = 0; i < len; n += letter_is_dense(c) ? 2 : 1)
		i += letter_take(&c, label + i, len - i, true);
	return n >= LABEL_LEAST;
}

bool
words_name(const char *text, size_t len, const char *label, const char *own)
{
	size_t at = 0, skip;

	if (!is_name(label) || (strlen(label) == strlen(own) &&
	    stands(own, strlen(own), 0, label, false) != 0))
		return false;
	while (at < len) {
		/* "Anna Maria" says nothing of another Anna. */
		skip = stands(text, len, at, own, false);
		if (stands(text, len, at, label, true) > skip)
			return true;
		at += skip != 0 ? skip : 1;
	}
	return false;
}
