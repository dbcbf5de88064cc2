/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests of the exports of a vault.  They are signed with a key that is
 * another one for each contact, so that two who compare what they were given
 * cannot tell that it came from one vault.
 */
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "record.h"

enum { MASTER_LEN = 32 };

static void
sealed_key(struct row_key *k, const char *contact)
{
	row_key(k, ROW_SEALED);
	row_key_contact(k, contact);
}

/* What all keys are made of; the first export makes it, with ${b}. */
static int
master_of(uint8_t out[MASTER_LEN], struct batch *b)
{
	struct row_key k;
	size_t len;
	int rc;

	row_key(&k, ROW_SEAL_KEY);
	rc = row_get_bytes(b->p->t, &k, out, MASTER_LEN, &len);
	if (rc == 1)
		return len == MASTER_LEN ? 0 : TACIT_E_CORRUPT;
	if (rc == 0) {
		randombytes_buf(out, MASTER_LEN);
		batch_put_bytes(b, &k, out, MASTER_LEN);
	}
	return rc;
}

static int
secret_of(uint8_t secret[MANIFEST_SECRET_SIZE], struct batch *b,
    const char *contact)
{
	uint8_t key[MANIFEST_KEY_SIZE], master[MASTER_LEN];
	uint8_t seed[crypto_sign_SEEDBYTES];
	int rc;

	if ((rc = master_of(master, b)) == 0 &&
	    (crypto_generichash(seed, sizeof(seed), (const uint8_t *)contact,
	    strlen(contact), master, sizeof(master)) != 0 ||
	    crypto_sign_seed_keypair(key, secret, seed) != 0))
		rc = TACIT_E_INTERNAL;
	sodium_memzero(master, sizeof(master));
	sodium_memzero(seed, sizeof(seed));
	return rc;
}

/* The hash of the last manifest of ${contact}: 1, 0: none, or an error. */
static int
previous_of(uint8_t out[MANIFEST_HASH_SIZE], struct tacit *t,
    const char *contact)
{
	struct row_key k;
	size_t len;
	int rc;

	sealed_key(&k, contact);
	rc = row_get_bytes(t, &k, out, MANIFEST_HASH_SIZE, &len);
	return rc == 1 && len != MANIFEST_HASH_SIZE ? TACIT_E_CORRUPT : rc;
}

static int
make(struct tacit_record *out, struct batch *b, struct manifest *m,
    const char *contact, const uint8_t secret[MANIFEST_SECRET_SIZE])
{
	uint8_t hash[MANIFEST_HASH_SIZE], key[MANIFEST_KEY_SIZE];
	struct row_key k;
	int rc;

	if ((rc = manifest_make(out->manifest, &out->manifest_len,
	    out->signature, m, secret)) != 0)
		return rc;
	(void)crypto_sign_ed25519_sk_to_pk(key, secret);
	(void)sodium_bin2hex(out->key, sizeof(out->key), key, sizeof(key));
	manifest_hash(hash, out->manifest, out->manifest_len);
	sealed_key(&k, contact);
	batch_put_bytes(b, &k, hash, sizeof(hash));
	return 0;
}

int
seal_make(struct tacit_record *out, struct record *r, struct manifest *m)
{
	uint8_t previous[MANIFEST_HASH_SIZE], secret[MANIFEST_SECRET_SIZE];
	struct batch b;
	int rc;

	batch_begin(&b, r->p);
	if ((rc = previous_of(previous, r->p->t, r->info.id)) < 0 ||
	    (m->previous = rc == 1 ? previous : NULL,
	    rc = secret_of(secret, &b, r->info.id)) != 0)
		goto out;
	rc = make(out, &b, m, r->info.id, secret);
out:
	sodium_memzero(secret, sizeof(secret));
	batch_fail(&b, rc);
	rc = batch_commit(&b);
	m->previous = NULL;
	return rc;
}

int
tacit_record_check(const char *manifest, size_t len,
    const uint8_t signature[TACIT_SIGNATURE_SIZE], const char *key,
    const struct tacit_reader *from, char signer[TACIT_RECORD_KEY_SIZE],
    char why[TACIT_RECORD_WHY_SIZE])
{
	uint8_t is[MANIFEST_KEY_SIZE], must[MANIFEST_KEY_SIZE];
	struct manifest_problem problem;
	struct manifest_reader reader;
	int rc;

	if (manifest == NULL || signature == NULL || from == NULL ||
	    from->read == NULL || why == NULL)
		return TACIT_E_INVALID;
	why[0] = '\0';
	if (sodium_init() == -1)
		return TACIT_E_INTERNAL;
	if (key != NULL && (strlen(key) != 2 * MANIFEST_KEY_SIZE ||
	    sodium_hex2bin(must, sizeof(must), key, strlen(key), NULL, NULL,
	    NULL) != 0))
		return TACIT_E_INVALID;
	reader.read = from->read;
	reader.context = from->context;
	rc = manifest_check(manifest, len, signature,
	    key != NULL ? must : NULL, NULL, &reader, is, &problem);
	if (rc != 0)
		memcpy(why, problem.what, sizeof(problem.what));
	else if (signer != NULL)
		(void)sodium_bin2hex(signer, TACIT_RECORD_KEY_SIZE, is,
		    sizeof(is));
	return rc;
}
