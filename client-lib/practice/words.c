/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "value.h"
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

/* Part of a word: of what is not ASCII, everything. */
static bool
joins(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || ((unsigned char)c & 0x80) != 0;
}

/* The label stands at ${at} of the text, as whole words: its bytes; or 0. */
static size_t
stands(const char *text, size_t len, size_t at, const char *label)
{
	size_t i, n = strlen(label);

	if (n == 0 || n > len - at ||
	    (at > 0 && joins(text[at - 1]) && joins(label[0])))
		return 0;
	for (i = 0; i < n; i++)
		if (fold(text[at + i]) != fold(label[i]))
			return 0;
	return at + n < len && joins(text[at + n]) && joins(label[n - 1]) ?
	    0 : n;
}

bool
words_name(const char *text, size_t len, const char *label, const char *own)
{
	size_t at = 0, skip;

	if (value_characters(label) < LABEL_LEAST ||
	    (strlen(label) == strlen(own) &&
	    stands(own, strlen(own), 0, label) != 0))
		return false;
	while (at < len) {
		/* "Anna Maria" says nothing of another Anna. */
		skip = stands(text, len, at, own);
		if (stands(text, len, at, label) > skip)
			return true;
		at += skip != 0 ? skip : 1;
	}
	return false;
}
