/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is held back: whoever wrote it sees how long, can undo it meanwhile,
 * and is told where it is left.
 */
#ifndef CLI_HELD_H
#define CLI_HELD_H

#include "cli.h"

/*
 * A person writes to ${ct} and can undo it: hold it back as long as the
 * vault, or the custom of practices, has it.  Returns 0 or TACIT_E_*.
 */
int held_begin(struct cli *c, struct tacit_contact *ct);

/* Seconds until all has left that is held back, rounded up; 0: none is. */
uint32_t held_seconds(const struct tacit_contact *ct);

/* How many texts of ${ct} are, or of all (NULL); and for how long. */
uint32_t held_count(struct cli *c, struct tacit_contact *ct,
    uint32_t *seconds);

/* ms until held_seconds() is another; -1: it will not be. */
int held_tick_ms(const struct tacit_contact *ct);

/*
 * Wait until nothing of ${ct} is held back any more.  Says ${say} to a person,
 * if it is not NULL, once a ^C counts.
 * Returns: 1 if ^C came before, 0, or TACIT_E_*.
 */
int held_wait(struct cli *c, struct tacit_contact *ct, const char *say);

/*
 * A person leaves ${ct}: what they wrote goes out first, if ${wait}, or they
 * are told that it did not.  Returns 0 or TACIT_E_*.
 */
int held_leave(struct cli *c, struct tacit_contact *ct, bool wait);

#endif
