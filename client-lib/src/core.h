/* SPDX-License-Identifier: Apache-2.0 */
/* The core of the library: its life, and its turn. */
#ifndef CLIENT_CORE_H
#define CLIENT_CORE_H

#include "model.h"

/* Read everything that is kept in memory.  Errors: TACIT_E_CORRUPT, ... */
int core_load(struct tacit *t);
void core_free(struct tacit *t);

/*
 * Do what the connections allow and the clock demands, for some 15 ms and a
 * few transactions; what is left then is due at once.
 */
int core_step(struct tacit *t);
/* When core_step() has work without input: ms from now, -1 for never. */
int64_t core_wait(const struct tacit *t);

#endif
