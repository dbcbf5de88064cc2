/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the vault share: vault.c, vault_make.c, vault_row.c. */
#ifndef CLIENT_VAULT_PRIV_H
#define CLIENT_VAULT_PRIV_H

#include <sys/types.h>

#include "vault.h"
#include "vault_crypt.h"
#include "vault_db.h"
#include "vault_roll.h"

struct vault {
	struct vault_db *db;
	struct vault_keys *keys;	/* from sodium_malloc */
	struct vault_roll *roll;	/* of the rows that it tells of */
	struct vault_state now;		/* as on the disk */
	struct vault_state next;	/* what the open transaction makes */
	int lock;			/* descriptor, or -1 */
	pid_t pid;			/* a fork must not touch the file */
	int open;			/* transaction: open, */
	int dirty;			/* has written, */
	int failed;			/* and the first error in it */
	unsigned unsettled;		/* transactions in the WAL */
};

/* A handle without file, or NULL. */
struct vault *vault_new(void);

/* Free; ${tidy}: empty the WAL first. */
void vault_drop(struct vault *v, int tidy);

/* Tables from here on are not in the multiset hash. */
uint32_t vault_counted(const struct vault *v);

/*
 * True if the roll tells which rows ${table} has: in a vault those that are
 * counted.  A backup is checked as a whole and read once.
 */
int vault_rolled(const struct vault *v, uint32_t table);

/* False in a child of fork(): the connection and lock are the parent's. */
int vault_usable(const struct vault *v);

/* Read the slot in force, and its hash.  Errors: TACIT_E_CORRUPT, ... */
int vault_load_slot(struct vault *v, struct vault_slot *s,
    uint8_t hash[TACIT_HASH_LEN]);

/* The order of row keys: bytes, then length. */
int vault_key_compare(const uint8_t *a, size_t a_len, const uint8_t *b,
    size_t b_len);

#endif
