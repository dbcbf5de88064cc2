/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The crypto provider.  AES-CTR, the other cipher that libsignal may ask for,
 * belongs to session versions below 3; those are refused before it is asked,
 * and so it is here.
 */
#include <limits.h>
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <signal/signal_protocol.h>
#include <sodium.h>

#include "provider.h"

enum { AES_KEY_LEN = 32, AES_BLOCK_LEN = 16, HMAC_LEN = 32 };

struct provider {
	EVP_CIPHER *cbc;
	EVP_MAC_CTX *hmac;		/* without a key; to be copied */
	EVP_MAC_CTX *spare;		/* such a copy that is not in use */
	int starved;			/* memory was short */
};

/* libsignal makes something else of it on its way back. */
static int
starve(void *arg)
{
	((struct provider *)arg)->starved = 1;
	return SG_ERR_NOMEM;
}

static int
provide_random(uint8_t *data, size_t len, void *arg)
{

	(void)arg;
	randombytes_buf(data, len);
	return 0;
}

/*
 * OpenSSL's HMAC, which uses the processor's SHA-256 where there is one.  With
 * a key that it was given, nothing but want of memory makes it fail.
 */
static int
hmac_begin(void **out, const uint8_t *key, size_t len, void *arg)
{
	struct provider *p = arg;
	EVP_MAC_CTX *h;

	/* libsignal cleans up what it took for a context even after failure. */
	*out = NULL;
	h = p->spare != NULL ? p->spare : EVP_MAC_CTX_dup(p->hmac);
	p->spare = NULL;
	if (h == NULL)
		return starve(p);
	if (EVP_MAC_init(h, key, len, NULL) != 1) {
		EVP_MAC_CTX_free(h);
		return starve(p);
	}
	*out = h;
	return 0;
}

static int
hmac_update(void *h, const uint8_t *data, size_t len, void *arg)
{

	return EVP_MAC_update(h, data, len) == 1 ? 0 : starve(arg);
}

static int
hmac_final(void *h, signal_buffer **out, void *arg)
{
	size_t len = 0;

	*out = signal_buffer_alloc(HMAC_LEN);
	if (*out == NULL)
		return starve(arg);
	if (EVP_MAC_final(h, signal_buffer_data(*out), &len, HMAC_LEN) == 1 &&
	    len == HMAC_LEN)
		return 0;
	signal_buffer_free(*out);
	*out = NULL;
	return starve(arg);
}

/* A copy costs as much as an HMAC; a call has eight of these. */
static void
hmac_end(void *h, void *arg)
{
	struct provider *p = arg;

	if (p->spare == NULL)
		p->spare = h;
	else
		EVP_MAC_CTX_free(h);	/* wipes the key */
}

static int
sha512_begin(void **out, void *arg)
{
	crypto_hash_sha512_state *h;

	*out = NULL;
	if ((h = malloc(sizeof(*h))) == NULL)
		return starve(arg);
	crypto_hash_sha512_init(h);
	*out = h;
	return 0;
}

static int
sha512_update(void *h, const uint8_t *data, size_t len, void *arg)
{

	(void)arg;
	crypto_hash_sha512_update(h, data, len);
	return 0;
}

static int
sha512_final(void *h, signal_buffer **out, void *arg)
{

	*out = signal_buffer_alloc(crypto_hash_sha512_BYTES);
	if (*out == NULL)
		return starve(arg);
	crypto_hash_sha512_final(h, signal_buffer_data(*out));
	/* The fingerprint hashes 5,200 times with one context. */
	crypto_hash_sha512_init(h);
	return 0;
}

static void
sha512_end(void *h, void *arg)
{

	(void)arg;
	if (h != NULL)
		sodium_memzero(h, sizeof(crypto_hash_sha512_state));
	free(h);
}

/* One operation of a cipher, as libsignal asks for it. */
struct aes {
	int encrypt;
	int mode;
	const uint8_t *key, *iv, *in;
	size_t key_len, iv_len, len;
};

/* ${buf} has room for a block more than ${a->len}; PKCS7 padding. */
static int
aes_run(struct provider *p, const struct aes *a, uint8_t *buf, size_t *len)
{
	EVP_CIPHER_CTX *c;
	int n = 0, last = 0, rc = SG_ERR_UNKNOWN;

	if ((c = EVP_CIPHER_CTX_new()) == NULL)
		return starve(p);
	if (EVP_CipherInit_ex2(c, p->cbc, a->key, a->iv, a->encrypt,
	    NULL) != 1)
		goto out;
	if (EVP_CipherUpdate(c, buf, &n, a->in, (int)a->len) != 1)
		goto out;
	if (EVP_CipherFinal_ex(c, buf + n, &last) != 1)
		goto out;
	*len = (size_t)n + (size_t)last;
	rc = 0;
out:
	EVP_CIPHER_CTX_free(c);		/* wipes the key schedule */
	return rc;
}

static int
aes(struct provider *p, const struct aes *a, signal_buffer **out)
{
	uint8_t *buf = NULL;
	size_t cap = 0, len = 0;
	int rc = SG_ERR_INVAL;

	if (a->mode != SG_CIPHER_AES_CBC_PKCS5 || a->key_len != AES_KEY_LEN ||
	    a->iv_len != AES_BLOCK_LEN || a->len > INT_MAX - AES_BLOCK_LEN)
		goto out;

	cap = a->len + AES_BLOCK_LEN;
	if ((buf = malloc(cap)) == NULL)
		return starve(p);
	if ((rc = aes_run(p, a, buf, &len)) != 0)
		goto out;
	if ((*out = signal_buffer_create(buf, len)) == NULL)
		rc = starve(p);
out:
	if (buf != NULL)
		sodium_memzero(buf, cap);
	free(buf);
	return rc;
}

static int
aes_encrypt(signal_buffer **out, int mode, const uint8_t *key, size_t key_len,
    const uint8_t *iv, size_t iv_len, const uint8_t *in, size_t len, void *arg)
{
	const struct aes a = { 1, mode, key, iv, in, key_len, iv_len, len };

	return aes(arg, &a, out);
}

static int
aes_decrypt(signal_buffer **out, int mode, const uint8_t *key, size_t key_len,
    const uint8_t *iv, size_t iv_len, const uint8_t *in, size_t len, void *arg)
{
	const struct aes a = { 0, mode, key, iv, in, key_len, iv_len, len };

	return aes(arg, &a, out);
}

/* HMAC-SHA-256 without a key yet, or NULL. */
static EVP_MAC_CTX *
hmac_new(void)
{
	char name[] = "SHA256";
	const OSSL_PARAM digest[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name,
		    0),
		OSSL_PARAM_construct_end()
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *c = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);

	EVP_MAC_free(mac);
	if (c != NULL && EVP_MAC_CTX_set_params(c, digest) != 1) {
		EVP_MAC_CTX_free(c);
		c = NULL;
	}
	return c;
}

int
provider_open(struct provider **out, struct signal_context *ctx)
{
	signal_crypto_provider calls = {
		.random_func = provide_random,
		.hmac_sha256_init_func = hmac_begin,
		.hmac_sha256_update_func = hmac_update,
		.hmac_sha256_final_func = hmac_final,
		.hmac_sha256_cleanup_func = hmac_end,
		.sha512_digest_init_func = sha512_begin,
		.sha512_digest_update_func = sha512_update,
		.sha512_digest_final_func = sha512_final,
		.sha512_digest_cleanup_func = sha512_end,
		.encrypt_func = aes_encrypt,
		.decrypt_func = aes_decrypt
	};
	struct provider *p;
	int rc = TACIT_E_NOMEM;

	*out = NULL;
	if ((p = calloc(1, sizeof(*p))) == NULL)
		goto out;

	rc = TACIT_E_INTERNAL;
	if ((p->cbc = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL)) == NULL ||
	    (p->hmac = hmac_new()) == NULL)
		goto out;
	calls.user_data = p;
	if (signal_context_set_crypto_provider(ctx, &calls) != 0)
		goto out;

	*out = p;
	p = NULL;
	rc = 0;
out:
	provider_close(p);
	return rc;
}

void
provider_begin(struct provider *p)
{
	p->starved = 0;
}

void
provider_end(struct provider *p)
{
	EVP_MAC_CTX_free(p->spare);
	p->spare = NULL;
}

int
provider_starved(const struct provider *p)
{
	return p->starved;
}

void
provider_close(struct provider *p)
{

	if (p == NULL)
		return;
	EVP_MAC_CTX_free(p->spare);
	EVP_MAC_CTX_free(p->hmac);
	EVP_CIPHER_free(p->cbc);
	free(p);
}
