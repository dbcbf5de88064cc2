/* SPDX-License-Identifier: Apache-2.0 */
/* One open vault in a directory of its own, and nobody else. */
#ifndef LONE_H
#define LONE_H

#include "person.h"

enum { LONE_SOON_MS = 10000 };

/* As cmocka has them: ${*state} is a struct person. */
int lone_setup(void **state);
int lone_teardown(void **state);

/* Until nothing is due soon: what opening leaves to be done is done. */
void lone_settle(struct tacit *t);

#endif
