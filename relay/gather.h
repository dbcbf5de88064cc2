/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When to write: not while the sockets still bring something, so that what
 * several senders say to one reader leaves in one message; and no later than
 * GATHER_US after the first of it was due, however much they bring.  A leaf.
 */
#ifndef RELAY_GATHER_H
#define RELAY_GATHER_H

#include <stdint.h>

enum { GATHER_US = 300 };

struct gather {				/* all zero: nothing is due */
	uint64_t since;			/* when something was first due */
	uint8_t waiting;
};

/*
 * Once in a turn of the loop: is what is ${due} to be written now?  If 0 is
 * returned while something is ${due}, it is to be asked again in the next
 * turn, which must come without sleep.
 * ${brought}: whether a message came in since the last turn.
 * ${now}: in microseconds, of a clock that never goes back.
 */
int gather_is_over(struct gather *g, int due, int brought, uint64_t now);

#endif
