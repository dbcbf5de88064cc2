/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was written, both ways: rows of VAULT_HISTORY, chained per contact.
 * Each row holds the hash of the row before; the hash of the last stands in
 * the contact's record, which the vault's own hash covers.  What becomes of a
 * row later and leaves its hash as it is (a text that is forgotten or
 * recalled) stands in VAULT_REWRITTEN, which that covers as well.
 */
#ifndef CLIENT_HISTORY_H
#define CLIENT_HISTORY_H

#include "model.h"

/* Append ${p}, inside a change; what stood before it is set here. */
int history_add(struct tacit_contact *ct, tacit_state_Past *p,
    const char *text, size_t len);

/*
 * Look at the rows from the newest back.  ${see} gets each with its text and
 * returns 0 to go on, 1 to stop, or an error.
 */
typedef int history_see(void *arg, uint64_t place, const tacit_state_Past *p,
    const char *text, size_t len);
int history_back(struct tacit_contact *ct, history_see *see, void *arg);

/*
 * One row, without a look at the chain.
 * Output:  ${text}, for record_tail_free().
 */
int history_row(struct tacit_contact *ct, uint64_t place,
    tacit_state_Past *p, char **text, size_t *len);

/* Write it again.  Output: ${hash}, by which the next row names it. */
int history_put(struct tacit_contact *ct, uint64_t place,
    const tacit_state_Past *p, const char *text, size_t len,
    uint8_t hash[TACIT_HASH_LEN]);

/* The chain value after ${p}: of what was undone, no hash of its text. */
void history_chain(uint8_t out[TACIT_HASH_LEN], const tacit_state_Past *p,
    const char *text, size_t len);

/*
 * Remove the text at ${place}, which is theirs and to be kept.  The row keeps
 * its hash, and the chain value after it.  Inside a change.
 */
int history_give_up(struct tacit_contact *ct, uint64_t place);

/*
 * Remove the text at ${place}, which is one that is forgotten; its digest and
 * so all hashes stay.  Inside a change.
 * Errors:  TACIT_E_STATE (it is kept).
 */
int history_forget(struct tacit_contact *ct, uint64_t place,
    tacit_state_Past *p);

/*
 * Chain values as they travel: after each seq of ${stream} from ${first} on
 * whose text is here, at most ${want} of them.  ${known}: 1 where there is
 * one.  ${n} is the length of both.
 */
enum { HISTORY_CHAIN_LEN = 8 };

struct history_chains {
	uint64_t first;
	size_t n, want;
	uint8_t (*chain)[HISTORY_CHAIN_LEN];
	uint8_t *known;
};
int history_chains(struct tacit_contact *ct, int from_me,
    const uint8_t stream[TACIT_STREAM_LEN], struct history_chains *out);

/*
 * What I wrote in ${from} above ${upto} was written in ${to} from 1 on, with
 * a chain of its own: the rows say so from now on, inside a change.
 * Output:  ${previous}: chain values before each of the ${n} new seqs;
 *          ${chain}: the one after the last.
 * Errors:  TACIT_E_CORRUPT (not all ${n} are here).
 */
int history_rename(struct tacit_contact *ct,
    const uint8_t from[TACIT_STREAM_LEN], uint64_t upto,
    const uint8_t to[TACIT_STREAM_LEN], uint64_t n,
    uint8_t (*previous)[TACIT_HASH_LEN], uint8_t chain[TACIT_HASH_LEN]);

#endif
