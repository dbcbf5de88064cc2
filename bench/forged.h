/* SPDX-License-Identifier: Apache-2.0 */
/* libsignal alone, as a measure of what the seal before it saves. */
#ifndef FORGED_H
#define FORGED_H

#include <stddef.h>
#include <stdint.h>

struct bare;

/*
 * One end that has begun ${states} sessions with another, each archived by
 * the next.
 */
struct bare *bare_new(unsigned states);
void bare_free(struct bare *b);

/* Show it a forged message of 67 bytes.  0 if it was refused. */
int bare_forged(struct bare *b);

#endif
