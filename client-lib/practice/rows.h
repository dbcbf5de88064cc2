/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the practice layer in the vault: their keys and typed values.
 *
 * A key begins with byte 0, which makes it this project's, and one byte for
 * the kind of row; what follows is of fixed length, so that the order of keys
 * is the order of what they name.  Reading is here; batch.h writes.
 */
#ifndef PRACTICE_ROWS_H
#define PRACTICE_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include <tacit/tacit.h>

#include "rows.pb.h"

/* Every kind there is; values are in vaults and final. */
enum row_kind {
	ROW_STATE = 'S',		/* one: rows.State */
	ROW_EVENT = 'E',		/* id: rows.Event */
	ROW_FORM = 'F',			/* hash: a form, with its scores */
	ROW_SENT_FORM = 'D',		/* contact, hash: nothing */
	ROW_PLAN = 'P',			/* contact, check-in: rows.Plan */
	ROW_RESPONSE = 'R',		/* contact, check-in, day:
					   rows.Response */
	ROW_ASKED_FORM = 'f',		/* contact, hash: a form */
	ROW_TASK = 'T',			/* contact, check-in: rows.Task */
	ROW_DRAFT = 'A',		/* contact, check-in, day: answers */
	ROW_WROTE = 'w',		/* one: rows.Wrote */
	ROW_CARD = 'c',			/* version: practice.CardBody, mine */
	ROW_CARD_KEY = 'k',		/* one: what their keys are made of */
	ROW_CARD_OF = 'd',		/* contact: rows.CardOf */
	ROW_AWAY = 'a',			/* one: rows.Away */
	ROW_AWAY_SAID = 'y',		/* contact: the day, 4 bytes */
	ROW_AWAY_DUE = 'Y',		/* contact: when it goes, 8 bytes */
	ROW_QUIET = 'q',		/* one: rows.Quiet */
	ROW_SEEN = 'm',			/* one: id of an event, 8 bytes */
	ROW_LIFE = 'l',			/* contact: rows.Life */
	ROW_ENTRY = 'n',		/* contact, number: rows.Entry */
	ROW_SEAL_KEY = 'x',		/* one: what keys of manifests are
					   made of */
	ROW_SEALED = 'X',		/* contact: hash of its last manifest */
	ROW_RECEIPTS = 'i',		/* contact: rows.Receipts */
	ROW_RECEIPT_PAGE = 'j',		/* contact, page: receipts.h */
	ROW_TOLD = 'u',			/* contact, message: what they told of
					   it, 1 byte */
	ROW_RETRACT = 'b',		/* contact, message of theirs:
					   rows.Retract */
	ROW_RETRACTED = 'B',		/* contact, message of mine: enum
					   tacit_retraction, 1 byte */
	ROW_RETRACT_POLICY = 'g',	/* one, or contact: enum
					   tacit_retract_policy, 1 byte */
	ROW_RETENTION = 'N',		/* one: rows.Retention */
	ROW_RECORD_DUE = 'G'		/* contact: the day after which the
					   host was told, 4 bytes */
};

struct row_key {
	uint8_t data[TACIT_ROW_KEY_SIZE];
	size_t len;
};

/* Begin a key; the others append to it.  More than fits is a mistake of ours. */
void row_key(struct row_key *k, enum row_kind kind);
void row_key_bytes(struct row_key *k, const void *data, size_t len);
void row_key_u32(struct row_key *k, uint32_t n);
void row_key_u64(struct row_key *k, uint64_t n);
/* A contact by its id, without NUL. */
void row_key_contact(struct row_key *k,
    const char id[TACIT_CONTACT_ID_SIZE]);

/* What row_key_u64() and row_key_u32() wrote at ${at} of the key. */
uint64_t row_key_get_u64(const struct row_key *k, size_t at);
uint32_t row_key_get_u32(const struct row_key *k, size_t at);

/*
 * Read the row ${k} as the message of ${fields} to ${out}.
 * Returns: 1, 0 (no such row; ${out} is all zero), or an error.
 * Errors:  TACIT_E_CORRUPT (it is there and is no such message).
 */
int row_get(struct tacit *t, const struct row_key *k,
    const pb_msgdesc_t *fields, void *out);

/*
 * The same for a row of bytes: ${len} of them to the ${cap} at ${out}.
 * Errors:  TACIT_E_CORRUPT (it has more than ${cap}).
 */
int row_get_bytes(struct tacit *t, const struct row_key *k, void *out,
    size_t cap, size_t *len);

/*
 * Move ${at} to the first key above it that begins with ${prefix}; begin with
 * ${at->len} 0.  Returns: 1, 0 at the end, or an error.
 */
int row_next(struct tacit *t, const struct row_key *prefix,
    struct row_key *at);

#endif
