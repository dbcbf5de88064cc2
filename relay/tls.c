/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "tls.h"

/* An encrypted key is refused: nobody is there to be asked. */
static int
no_passphrase(char *buf, int size, int rw, void *arg)
{
	(void)buf;
	(void)size;
	(void)rw;
	(void)arg;
	return -1;
}

static EVP_PKEY *
read_key(const struct bytes *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	EVP_PKEY *key = NULL;

	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	return key;
}

/* Copy what was written to ${bio} and wipe it there. */
static int
take(struct bytes *out, BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);
	int rc;

	if (len <= 0)
		return TACIT_E_INTERNAL;
	if ((rc = bytes_make(out, (size_t)len)) == 0)
		memcpy(out->data, data, (size_t)len);
	OPENSSL_cleanse(data, (size_t)len);
	return rc;
}

int
tls_key_make(struct bytes *pem)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	BIO *bio = BIO_new(BIO_s_secmem());
	int rc = TACIT_E_INTERNAL;

	pem->data = NULL;
	if (key != NULL && bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio,
	    key, NULL, NULL, 0, NULL, NULL) == 1)
		rc = take(pem, bio);
	BIO_free(bio);
	EVP_PKEY_free(key);
	return rc;
}

/*
 * Fill in ${x} for ${key}.  The dates are the widest that there are, so that
 * the file does not tell when the relay was set up.
 */
static int
fill_certificate(X509 *x, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(x);
	uint64_t serial;

	return RAND_bytes((uint8_t *)&serial, sizeof(serial)) == 1 &&
	    X509_set_version(x, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x),
	    serial >> 1 | 1) == 1 &&
	    ASN1_TIME_set_string_X509(X509_getm_notBefore(x),
	    "19700101000000Z") == 1 &&
	    ASN1_TIME_set_string_X509(X509_getm_notAfter(x),
	    "99991231235959Z") == 1 &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const uint8_t *)"tacit-relay", -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, name) == 1 &&
	    X509_set_pubkey(x, key) == 1 &&
	    X509_sign(x, key, EVP_sha256()) > 0;
}

int
tls_certificate_make(struct bytes *pem, const struct bytes *key_pem)
{
	EVP_PKEY *key = read_key(key_pem);
	X509 *x = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());
	int rc = TACIT_E_CORRUPT;

	pem->data = NULL;
	if (key == NULL)
		goto out;
	rc = TACIT_E_INTERNAL;
	if (x != NULL && bio != NULL && fill_certificate(x, key) &&
	    PEM_write_bio_X509(bio, x) == 1)
		rc = take(pem, bio);
out:
	BIO_free(bio);
	X509_free(x);
	EVP_PKEY_free(key);
	return rc;
}

static int
pin_of(uint8_t pin[TACIT_HASH_LEN], EVP_PKEY *key)
{
	uint8_t *der = NULL;
	int len, rc = TACIT_E_INTERNAL;

	if (key == NULL)
		return TACIT_E_CORRUPT;
	if ((len = i2d_PUBKEY(key, &der)) > 0 && EVP_Digest(der, (size_t)len,
	    pin, NULL, EVP_sha256(), NULL) == 1)
		rc = 0;
	OPENSSL_free(der);
	return rc;
}

int
tls_key_pin(uint8_t pin[TACIT_HASH_LEN], const struct bytes *pem)
{
	EVP_PKEY *key = read_key(pem);
	int rc = pin_of(pin, key);

	EVP_PKEY_free(key);
	return rc;
}

int
tls_certificate_pin(uint8_t pin[TACIT_HASH_LEN], const struct bytes *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	X509 *x = NULL;
	int rc;

	if (bio != NULL)
		x = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
	rc = pin_of(pin, x != NULL ? X509_get0_pubkey(x) : NULL);
	X509_free(x);
	BIO_free(bio);
	return rc;
}
