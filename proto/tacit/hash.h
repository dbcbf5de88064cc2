/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public hashes that both sides compute: addresses, hashes of tokens and
 * codes, checksums, and the bytes that an owner signs.  No key is handled
 * here; keyed derivations belong to the library alone.
 */
#ifndef TACIT_HASH_H
#define TACIT_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "tacit/limits.h"

/* One input of a length-framed hash. */
struct tacit_part {
	const void *data;
	size_t len;
};

/*
 * H(label; part...) = BLAKE2b-256 over len(label) as one byte, the label,
 * then each part preceded by its length as four bytes, big-endian.
 *
 * Limits:  label of 1 to 64 characters, parts up to 2^32 - 1 bytes each.
 */
void tacit_hash(uint8_t out[TACIT_HASH_LEN], const char *label,
    const struct tacit_part *part, size_t n);

/* As tacit_hash(), keyed with ${key}: the KDF of PROTOCOL.md. */
void tacit_hash_keyed(uint8_t out[TACIT_HASH_LEN],
    const uint8_t key[TACIT_KEY_LEN], const char *label,
    const struct tacit_part *part, size_t n);

/* The address of the mailbox that belongs to Ed25519 key ${owner}. */
void tacit_hash_address(uint8_t out[TACIT_ADDRESS_LEN],
    const uint8_t owner[TACIT_KEY_LEN]);

/* What a relay keeps of a post token, and of an admission code or pass. */
void tacit_hash_token(uint8_t out[TACIT_HASH_LEN],
    const uint8_t token[TACIT_TOKEN_LEN]);
void tacit_hash_code(uint8_t out[TACIT_HASH_LEN],
    const uint8_t code[TACIT_CODE_LEN]);

/* What ANCHOR compares: the hash of bytes that a relay keeps. */
void tacit_hash_anchor(uint8_t out[TACIT_HASH_LEN],
    const uint8_t value[TACIT_ANCHOR_LEN]);

/* What a signed request is about; PROTOCOL.md, "Authority". */
struct tacit_statement {
	uint8_t relay_key[TACIT_KEY_LEN];
	uint8_t nonce[TACIT_NONCE_LEN];		/* of this connection */
	uint32_t id;				/* of the request */
	uint8_t opcode;				/* field number in Frame */
	uint8_t address[TACIT_ADDRESS_LEN];
	const void *args;			/* as PROTOCOL.md lists them */
	size_t args_len;
};

/* The 32 bytes to sign or to verify for ${st}. */
void tacit_hash_statement(uint8_t out[TACIT_HASH_LEN],
    const struct tacit_statement *st);

/* What a relay says became of an envelope; PROTOCOL.md, section 21. */
struct tacit_recall {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	uint8_t outcome;			/* enum Outcome of a frame */
	uint8_t body_hash[TACIT_HASH_LEN];	/* zeros: it had no body */
	uint64_t number;			/* from 1 */
	uint8_t previous[TACIT_HASH_LEN];	/* hash of number - 1, or 0 */
};

/* The hash of ${r}: what is signed, and what the next statement names. */
void tacit_hash_recall(uint8_t out[TACIT_HASH_LEN],
    const struct tacit_recall *r);

/* The hash of an envelope's ${len} bytes in a statement. */
void tacit_hash_body(uint8_t out[TACIT_HASH_LEN], const void *body,
    size_t len);

/* Under which name a relay keeps a statement: it tells no mailbox. */
void tacit_hash_recall_row(uint8_t out[TACIT_HASH_LEN],
    const uint8_t address[TACIT_ADDRESS_LEN],
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN]);

/* The 32 bytes that a relay signs in WELCOME. */
void tacit_hash_welcome(uint8_t out[TACIT_HASH_LEN],
    const uint8_t nonce[TACIT_NONCE_LEN],
    const uint8_t next_pin[TACIT_HASH_LEN]);

#endif
