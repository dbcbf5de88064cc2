/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To change the TLS key: stop the relay, rename tls-next.key to tls.key,
 * remove tls.crt, start it.  The new pin was announced to clients, and a
 * further next key is made.  Clients that connected since the announcement
 * follow; give the others time before the next change.
 */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "file.h"
#include "keys.h"
#include "tls.h"

static int
complain(const char *path, const char *why, int rc)
{
	fprintf(stderr, "tacit-relay: %s: %s\n", path, why);
	return rc;
}

/* relay.key is libsodium's 64-byte secret key: seed and public half. */
static int
make_signing(const char *path)
{
	uint8_t pk[TACIT_KEY_LEN];
	struct bytes sk;
	int rc;

	if ((rc = bytes_make(&sk, crypto_sign_SECRETKEYBYTES)) != 0)
		return rc;
	rc = TACIT_E_INTERNAL;
	if (crypto_sign_keypair(pk, sk.data) == 0)
		rc = file_write(path, sk.data, sk.len);
	bytes_free(&sk);
	return rc;
}

/* The public half is made again from the seed: a damaged file shows. */
static int
load_signing(struct keys *k, const char *dir)
{
	char path[FILE_PATH_MAX];
	uint8_t seed[crypto_sign_SEEDBYTES], again[crypto_sign_SECRETKEYBYTES];
	struct bytes sk = { NULL, 0 };
	int rc;

	file_path(path, sizeof(path), dir, "relay.key");
	if (!file_exists(path) && (rc = make_signing(path)) != 0)
		return rc;
	if ((rc = file_read(&sk, path, 1)) != 0)
		return rc;

	rc = TACIT_E_CORRUPT;
	if (sk.len == sizeof(again) &&
	    crypto_sign_ed25519_sk_to_seed(seed, sk.data) == 0 &&
	    crypto_sign_seed_keypair(k->key, again, seed) == 0 &&
	    sodium_memcmp(again, sk.data, sizeof(again)) == 0)
		rc = 0;
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(again, sizeof(again));
	if (rc != 0) {
		bytes_free(&sk);
		return complain(path, "not a signing key of this relay, or "
		    "damaged", rc);
	}
	k->signing = sk.data;
	return 0;
}

/* The key at ${path}, made if missing, and its pin. */
static int
load_tls_key(struct bytes *pem, uint8_t pin[TACIT_HASH_LEN], const char *path)
{
	int rc;

	if (!file_exists(path)) {
		if ((rc = tls_key_make(pem)) != 0)
			return rc;
		rc = file_write(path, pem->data, pem->len);
		bytes_free(pem);
		if (rc != 0)
			return rc;
	}
	if ((rc = file_read(pem, path, 1)) != 0)
		return rc;
	if ((rc = tls_key_pin(pin, pem)) != 0)
		return complain(path, "not a private key in PEM form without "
		    "a passphrase", rc);
	return 0;
}

/* The certificate at ${path} must be the one of the key with ${pin}. */
static int
check_certificate(const char *path, const uint8_t pin[TACIT_HASH_LEN])
{
	uint8_t own[TACIT_HASH_LEN];
	struct bytes pem;
	int rc;

	if ((rc = file_read(&pem, path, 0)) != 0)
		return rc;
	rc = tls_certificate_pin(own, &pem);
	bytes_free(&pem);
	if (rc != 0)
		return complain(path, "not a certificate in PEM form", rc);
	if (memcmp(own, pin, sizeof(own)) != 0)
		return complain(path, "does not belong to the TLS key",
		    TACIT_E_CORRUPT);
	return 0;
}

static int
load_self_made(struct keys *k, const char *dir)
{
	char next[FILE_PATH_MAX];
	struct bytes key = { NULL, 0 }, other = { NULL, 0 };
	int rc;

	file_path(k->tls_key, sizeof(k->tls_key), dir, "tls.key");
	file_path(k->certificate, sizeof(k->certificate), dir, "tls.crt");
	file_path(next, sizeof(next), dir, "tls-next.key");
	if ((rc = load_tls_key(&key, k->pin, k->tls_key)) != 0)
		goto out;
	if (!file_exists(k->certificate)) {
		if ((rc = tls_certificate_make(&other, &key)) != 0)
			goto out;
		rc = file_write(k->certificate, other.data, other.len);
		bytes_free(&other);
		if (rc != 0)
			goto out;
	}
	if ((rc = check_certificate(k->certificate, k->pin)) != 0)
		goto out;
	rc = load_tls_key(&other, k->next_pin, next);
out:
	bytes_free(&key);
	bytes_free(&other);
	return rc;
}

static int
load_configured(struct keys *k, const struct config *c)
{
	struct bytes key;
	int rc;

	(void)snprintf(k->tls_key, sizeof(k->tls_key), "%s", c->tls_key);
	(void)snprintf(k->certificate, sizeof(k->certificate), "%s",
	    c->tls_certificate);
	if ((rc = file_read(&key, k->tls_key, 1)) != 0)
		return rc;
	rc = tls_key_pin(k->pin, &key);
	bytes_free(&key);
	if (rc != 0)
		return complain(k->tls_key, "not a private key in PEM form "
		    "without a passphrase", rc);
	return check_certificate(k->certificate, k->pin);
}

int
keys_load(struct keys *k, const struct config *c)
{
	int rc;

	memset(k, 0, sizeof(*k));
	if ((rc = load_signing(k, c->data)) == 0)
		rc = c->tls_key[0] != '\0' ? load_configured(k, c) :
		    load_self_made(k, c->data);
	if (rc != 0)
		keys_free(k);
	return rc;
}

void
keys_free(struct keys *k)
{
	sodium_free(k->signing);	/* wipes */
	k->signing = NULL;
}
