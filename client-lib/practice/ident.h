/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of ours, as "k_abcdefghijkl": a letter and 60 bits. */
#ifndef PRACTICE_IDENT_H
#define PRACTICE_IDENT_H

#include <stdbool.h>
#include <stdint.h>

enum { IDENT_SIZE = 15, IDENT_BYTES = 8 };

/* The id that ${bytes} make. */
void ident_of(char out[IDENT_SIZE], char kind,
    const uint8_t bytes[IDENT_BYTES]);

/* A new one, from libsodium's randomness. */
void ident_new(char out[IDENT_SIZE], char kind);

/* True if ${id} is one of this kind. */
bool ident_is(const char *id, char kind);

#endif
