/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What says of an export that it is whole and unchanged: its files by length
 * and SHA-256, what it covers, and the manifest before it, signed.
 *
 * A manifest is JSON; the signature is Ed25519 (RFC 8032) over its bytes as
 * they are, so that other tools can check both.
 */
#ifndef PRACTICE_MANIFEST_H
#define PRACTICE_MANIFEST_H

#include <sodium.h>

#include "export.h"

enum {
	MANIFEST_MAX = 8192,		/* bytes */
	MANIFEST_FILES_MAX = 16,
	MANIFEST_NAME_SIZE = 65,	/* A-Z a-z 0-9 _ - . but not first */
	MANIFEST_HASH_SIZE = crypto_hash_sha256_BYTES,
	MANIFEST_KEY_SIZE = crypto_sign_PUBLICKEYBYTES,
	MANIFEST_SECRET_SIZE = crypto_sign_SECRETKEYBYTES,
	MANIFEST_SIGNATURE_SIZE = crypto_sign_BYTES
};

struct manifest_file {
	char name[MANIFEST_NAME_SIZE];
	uint64_t bytes;
	uint8_t sha256[MANIFEST_HASH_SIZE];
};

struct manifest {
	const struct export_head *head;	/* as the exports had it */
	uint64_t messages, checkins, notes;
	const uint8_t *previous;	/* hash of that before; NULL: first */
	size_t n_files;
	struct manifest_file files[MANIFEST_FILES_MAX];
};

/* Measures what is written through ${sink} to another sink. */
struct manifest_tee {
	struct sink sink;		/* to write to */
	struct sink *to;
	crypto_hash_sha256_state hash;
	uint64_t bytes;
};
void manifest_tee_begin(struct manifest_tee *tee, struct sink *to);
/* Add what went through to ${m}.  Errors: TACIT_E_INVALID (name, or one that
 * is there already), TACIT_E_LIMIT (files), what the sink said. */
int manifest_tee_end(struct manifest_tee *tee, struct manifest *m,
    const char *name);

/*
 * Write and sign with ${secret}, as libsodium has it: seed and public key.
 * Output:  ${*len} bytes at ${out}, without NUL; ${signature}.
 * Errors:  TACIT_E_INVALID, TACIT_E_LABEL, as export_begin(); TACIT_E_LIMIT.
 */
int manifest_make(char out[MANIFEST_MAX], size_t *len,
    uint8_t signature[MANIFEST_SIGNATURE_SIZE], const struct manifest *m,
    const uint8_t secret[MANIFEST_SECRET_SIZE]);

/* What the next one says of this one. */
void manifest_hash(uint8_t out[MANIFEST_HASH_SIZE], const char *bytes,
    size_t len);

/* Where files are read from. */
struct manifest_reader {
	/* Up to ${cap} bytes from ${at}; ${*len} is 0 at the end only. */
	int (*read)(void *context, const char *name, uint64_t at, void *out,
	    size_t cap, size_t *len);
	void *context;
};

/* The first thing that is wrong, as a line for a person. */
struct manifest_problem {
	char what[200];
};

/*
 * Verify the ${len} bytes at ${bytes}, their signature and the files.
 *
 * ${key}:  the key that must have signed; NULL: the one it names itself,
 *          which says that nothing changed, but not who made it.
 * ${previous}: the hash that it must follow; NULL: any.
 * Output:  ${signer} (may be NULL): the key that signed it.
 * Errors:  TACIT_E_CRYPTO (signature, key, previous, a file that differs),
 *          TACIT_E_POISON (no such manifest), TACIT_E_VERSION, TACIT_E_NOMEM,
 *          what ${r} says; all with ${why}.
 */
int manifest_check(const char *bytes, size_t len,
    const uint8_t signature[MANIFEST_SIGNATURE_SIZE], const uint8_t *key,
    const uint8_t *previous, const struct manifest_reader *r,
    uint8_t signer[MANIFEST_KEY_SIZE], struct manifest_problem *why);

#endif
