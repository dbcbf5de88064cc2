/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of a relay, which may run, tell of an envelope.  The relay
 * is to be quiet: its files are copied while it has them.
 */
#ifndef SUPPORT_RELAY_ROWS_H
#define SUPPORT_RELAY_ROWS_H

#include "relay_proc.h"

enum { RELAY_KEY_LEN = 32 };

struct relay_row {
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	uint8_t key[RELAY_KEY_LEN];	/* of its body */
};

/*
 * 1 and ${row} if there is one of ${envelope}; what its key opens in the file
 * of bodies must be the ${len} bytes at ${body}, which must not stand there
 * as they are.  0 if there is none.
 */
int relay_row_find(const struct relay_proc *p, const uint8_t *envelope,
    const uint8_t *body, size_t len, struct relay_row *row);

/* 1 if a half of its name is in any file; or a half of its key.  A page of
   the database may part one of them, and then a half is whole. */
int relay_row_named(const struct relay_proc *p, const uint8_t *envelope);
int relay_row_left(const struct relay_proc *p, const struct relay_row *row);

#endif
