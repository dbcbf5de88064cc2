/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relay changes its TLS key, announced beforehand under its signing key:
 * the pin by which it was known gives way to the one that was to follow.
 */
#ifndef CLIENT_PINS_H
#define CLIENT_PINS_H

#include "model.h"

/*
 * The relay at ${place} was reached (${by_next}: under its next key) and
 * announces ${announced}.  Keep what that changes, in ${place} and wherever
 * the vault names this relay.  At most one change per contact.
 */
int pins_learn(struct tacit *t, tacit_state_Place *place, int by_next,
    const uint8_t announced[TACIT_HASH_LEN]);

#endif
