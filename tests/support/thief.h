/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has a relay's files and nothing else, and wants to read the letters in
 * them: tries every 32 bytes of the database and of its WAL as the key of
 * every place in the file of bodies.
 */
#ifndef TESTS_THIEF_H
#define TESTS_THIEF_H

#include <stddef.h>
#include <stdint.h>

/* A letter or parcel that is looked for, by its first bytes. */
struct thief_want {
	uint8_t begins[8];
	uint8_t found;			/* out */
};
void thief_tries(const char *dir, struct thief_want *want, size_t n);

/* How many of bodies ${first} to ${last} (kit_body()) can be read. */
unsigned thief_reads(const char *dir, uint64_t first, uint64_t last);

#endif
