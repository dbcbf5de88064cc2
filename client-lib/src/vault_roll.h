/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The roll: which rows the state tables have, and which seal each of them
 * bears, in memory.  vault_open() fills it with the rows that it verified;
 * from then on it decides what there is, and the file only says what is in
 * it.  So whatever somebody did to the file (a row out of order that a scan
 * misses and a look-up finds, a page of the history that is one of the state,
 * a page that counts as free and is not), no other row is taken for the one
 * that was written last, and none that was removed is there again.
 *
 * Row keys, counts and nonces are in plain sight in the file as well.
 *
 * Thread:  as the vault that it is of.
 */
#ifndef CLIENT_VAULT_ROLL_H
#define CLIENT_VAULT_ROLL_H

#include "vault_crypt.h"

struct vault_name {
	uint32_t table;
	size_t len;			/* up to VAULT_ROW_KEY_MAX */
	const uint8_t *key;
};

struct vault_roll_row {
	struct vault_name name;
	struct vault_mark mark;
};

struct vault_roll;

struct vault_roll *vault_roll_new(void);		/* or NULL */
void vault_roll_free(struct vault_roll *r);		/* NULL is fine */

/*
 * Find a row: of this name; the first that is not below it; the last that is.
 * The latter two may be of another table.
 * Output:  NULL: there is none.  Else borrowed until the row is put, removed
 *          or rolled back.
 */
const struct vault_roll_row *vault_roll_get(struct vault_roll *r,
    const struct vault_name *name);
const struct vault_roll_row *vault_roll_from(struct vault_roll *r,
    const struct vault_name *name);
const struct vault_roll_row *vault_roll_below(struct vault_roll *r,
    const struct vault_name *name);

/*
 * Add the row, or give it another mark.
 * Errors:  TACIT_E_NOMEM; the roll is as before.
 */
int vault_roll_put(struct vault_roll *r, const struct vault_name *name,
    const struct vault_mark *mark);

/* Remove the row, if there is one.  Errors: as vault_roll_put(). */
int vault_roll_del(struct vault_roll *r, const struct vault_name *name);

/* Keep, or undo, what was put and removed since the last of either. */
void vault_roll_commit(struct vault_roll *r);
void vault_roll_rollback(struct vault_roll *r);

#endif
