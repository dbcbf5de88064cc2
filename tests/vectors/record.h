/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a recorded pairing is made of: every random value that was drawn, and
 * every letter as it was before and after each layer was put around it.
 */
#ifndef VECTORS_RECORD_H
#define VECTORS_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* Fix all randomness of this process from now on; it is the same each time. */
void record_begin(void);

/* Randomness of end ${i}, for its env: fixed as well. */
void record_draw(int i, void *out, size_t len);

/* Who draws from libsodium now: 0, 1, or 2 for the relay. */
void record_turn(int i);

/* ${value} is called ${name}, wherever it is drawn. */
void record_name(const void *value, size_t len, const char *name);

/* The same of the key pair whose public half is ${key}: X25519, or Ed25519. */
void record_name_point(const uint8_t key[32], const char *name);
void record_name_seed(const uint8_t key[32], const char *name);

/* Draws that have a name, in order; what has none is no part of it all. */
json_t *record_draws(void);

/* Letters in the order in which they were sealed. */
json_t *record_letters(void);

json_t *record_hex(const void *data, size_t len);

#endif
