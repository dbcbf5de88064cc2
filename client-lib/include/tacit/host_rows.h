/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of <tacit/tacit.h>, which includes it: rows of the host, and several
 * things as one.
 */
#ifndef TACIT_HOST_ROWS_H
#define TACIT_HOST_ROWS_H

#include <tacit/tacit.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A small store in the vault, for the layer above: bytes under a key.  Rows
 * are sealed and verified like all others, their keys too, and go into
 * backups; whoever puts back an older copy of the vault has the rows of then.
 * tacit_commit() writes them.
 *
 * Limits:  keys of 1 to 64 bytes, any; those whose first byte is 0 belong to
 *          this project.  Values of 0 to 32,768 bytes.
 */

/*
 * Copy the value of a row.  Output: ${len}.
 * Returns: 1, 0 if there is no such row (${len} is then untouched), or an
 *          error.
 * Errors:  TACIT_E_LIMIT (more than ${cap} bytes: ${len} says how many),
 *          TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_data_get(struct tacit *t, const void *key,
    size_t key_len, void *value, size_t cap, size_t *len);

/*
 * The first key, in the order of bytes, that begins with ${prefix} and is
 * above ${after}.  Either may be empty.
 * Output:  ${key}, up to TACIT_ROW_KEY_SIZE bytes, and ${key_len}; they may be
 *          where ${after} was.
 * Returns: 1, 0 if there is none, or an error.
 * Errors:  TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_data_next(struct tacit *t, const void *prefix,
    size_t prefix_len, const void *after, size_t after_len, void *key,
    size_t *key_len);

enum tacit_op_kind {			/* one thing for tacit_commit() */
	TACIT_OP_PUT = 1,		/* key, data: write a row */
	TACIT_OP_DELETE,		/* key: remove it; none is fine */
	TACIT_OP_SEND,			/* contact, type (0: a text), data:
					   as tacit_send(), _send_data() */
	TACIT_OP_DONE,			/* event: as tacit_event_done() */
	TACIT_OP_VERIFY			/* contact: as tacit_verify() */
};

struct tacit_op {			/* one thing, and what it is done
					   with */
	size_t size;			/* sizeof(struct tacit_op) */
	enum tacit_op_kind kind;	/* what; it says which of these count */
	const void *key;		/* of PUT, DELETE */
	size_t key_len;			/* 1 to TACIT_ROW_KEY_SIZE */
	const void *data;		/* of PUT, SEND */
	size_t len;			/* of it, in bytes */
	struct tacit_contact *contact;	/* of SEND, VERIFY */
	uint32_t type;			/* of SEND: 0 for a text */
	uint64_t event;			/* of DONE: its id */
	char *message;			/* output of SEND, or NULL:
					   TACIT_MESSAGE_ID_SIZE bytes */
	uint64_t *seq;			/* output of SEND, or NULL */
	uint32_t keep_hours;		/* of SEND: tacit_send_fleeting(); 0:
					   it is kept */
};

/*
 * Do ${n} things, in their order, as one: all of them are durable when this
 * returns 0, in one transaction, and none after an error or a crash before.
 * What waits at ${message} and ${seq} is written after success alone.
 *
 * Limits:  ${n} up to TACIT_OPS_MAX.
 * Errors:  those of the calls named above; TACIT_E_INVALID (also: a contact of
 *          another vault).
 */
TACIT_API TACIT_MUST int tacit_commit(struct tacit *t,
    const struct tacit_op *ops, size_t n);

#ifdef __cplusplus
}
#endif

#endif
