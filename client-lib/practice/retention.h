/* SPDX-License-Identifier: Apache-2.0 */
/* Retention: how long records are kept, and their end. */
#ifndef PRACTICE_RETENTION_H
#define PRACTICE_RETENTION_H

#include "part.h"

/* Tell once of each record that need not be kept any longer. */
tend_fn retention_tend;

#endif
