/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrong passphrases, counted in the lock file of the vault: its descriptor is
 * at hand and locked when one is found out, and no key is.
 */
#ifndef CLIENT_VAULT_TRIES_H
#define CLIENT_VAULT_TRIES_H

#include "vault.h"

/* One more, now.  0, or -1: the file could not be written. */
int vault_tries_add(int lock);

/* A new vault: what was tried on another at its place is not about it. */
int vault_tries_clear(int lock);

#endif
