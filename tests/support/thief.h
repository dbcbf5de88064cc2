/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has a relay's files and nothing else, and wants to read the letters in
 * them: tries every 32 bytes of the database and of its WAL as the key of
 * every place in the file of bodies.
 */
#ifndef TESTS_THIEF_H
#define TESTS_THIEF_H

#include <stdint.h>

/* How many of bodies ${first} to ${last} (kit_body()) can be read. */
unsigned thief_reads(const char *dir, uint64_t first, uint64_t last);

#endif
