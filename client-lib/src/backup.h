/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backups: which rows of a vault go into one, and how a vault is made of it.
 * DESIGN.md, "Backups", says why row by row.  A backup holds no session and no
 * prekey: with these, two copies of one person would be in use at once.
 */
#ifndef CLIENT_BACKUP_H
#define CLIENT_BACKUP_H

#include "model.h"

/*
 * Write a backup of ${from}, as it is at this moment, to a new file.
 * Errors:  those of vault_make(), vault_next(); TACIT_E_STATE (${from} is in
 *          a transaction).  There is no file then.
 */
int backup_write(struct vault *from, const char *path,
    const char *passphrase, size_t len);

/* The vault that is to be made. */
struct backup_target {
	const char *path;
	struct vault_secret by;
	struct vault_cost cost;
	const struct env *env;
	uint32_t contacts;		/* output: how many it shows */
};

/*
 * Make a vault of the open backup ${from}.  It is marked as restored, and its
 * invitations are ended.
 * Errors:  those of vault_make(); TACIT_E_CORRUPT (rows that make no sense).
 *          There is no vault then.
 */
int backup_restore(struct vault *from, struct backup_target *to);

#endif
