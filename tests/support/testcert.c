/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "testcert.h"

static X509 *
certificate(EVP_PKEY *key, const struct testcert_options *o)
{
	const char *cn = o->name != NULL ? o->name : "relay";
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	X509_EXTENSION *san;
	struct in6_addr ip;
	char text[300];

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), o->expired ? -7200 : -60);
	X509_gmtime_adj(X509_getm_notAfter(x), o->expired ? -3600 : 86400);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(x, name);
	(void)snprintf(text, sizeof(text), "%s:%s",
	    inet_pton(AF_INET, cn, &ip) == 1 ||
	    inet_pton(AF_INET6, cn, &ip) == 1 ? "IP" : "DNS", cn);
	san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, text);
	X509_add_ext(x, san, -1);
	X509_EXTENSION_free(san);
	X509_sign(x, key, EVP_sha256());
	return x;
}

void
testcert_use(SSL_CTX *ctx, uint8_t pin[32], const struct testcert_options *o)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = certificate(key, o);
	unsigned char *der = NULL;
	FILE *f;
	int len;

	SSL_CTX_use_certificate(ctx, x);
	SSL_CTX_use_PrivateKey(ctx, key);
	len = i2d_PUBKEY(key, &der);
	EVP_Digest(der, (size_t)len, pin, NULL, EVP_sha256(), NULL);
	OPENSSL_free(der);
	if (o->pem != NULL && (f = fopen(o->pem, "w")) != NULL) {
		PEM_write_X509(f, x);
		(void)fclose(f);
	}
	X509_free(x);
	EVP_PKEY_free(key);
}
