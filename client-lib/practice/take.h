/* SPDX-License-Identifier: Apache-2.0 */
/* Events of the vault that are the practice layer's. */
#ifndef PRACTICE_TAKE_H
#define PRACTICE_TAKE_H

#include <stdbool.h>

#include "part.h"

/* True of data of our type, and of what became of such data. */
bool take_is_ours(const struct tacit_event *ev);

/* False: ${len} bytes at ${data} are no message of this layer. */
bool take_read(tacit_practice_Practice *out, const char *data, size_t len);

/*
 * Take ${ev}, in one commit: it is done, and so is all that follows from it.
 * What is unknown or malformed is counted, and that is all.
 * Returns: 0, or an error; nothing has changed then.
 */
int take_event(struct tacit_practice *p, const struct tacit_event *ev);

#endif
