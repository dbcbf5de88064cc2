/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "ident.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

void
ident_of(char out[IDENT_SIZE], char kind, const uint8_t bytes[IDENT_BYTES])
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < IDENT_BYTES; i++)
		n = n << 8 | bytes[i];
	out[0] = kind;
	out[1] = '_';
	for (i = 2; i < IDENT_SIZE - 1; i++, n >>= 5)
		out[i] = letters[n & 31];
	out[IDENT_SIZE - 1] = '\0';
}

void
ident_new(char out[IDENT_SIZE], char kind)
{
	uint8_t bytes[IDENT_BYTES];

	randombytes_buf(bytes, sizeof(bytes));
	ident_of(out, kind, bytes);
}

bool
ident_is(const char *id, char kind)
{
	return strnlen(id, IDENT_SIZE) == IDENT_SIZE - 1 && id[0] == kind &&
	    id[1] == '_' && strspn(id + 2, letters) == IDENT_SIZE - 3;
}
