/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "fail.h"
#include "tls.h"

enum { READ_AHEAD = 65536, YEAR = 365 * 24 * 3600 };

struct tls {
	SSL_CTX *ctx;
};

struct tls *
tls_new(void)
{
	struct tls *t = calloc(1, sizeof(*t));

	if (t == NULL || (t->ctx = SSL_CTX_new(TLS_client_method())) == NULL ||
	    SSL_CTX_set_min_proto_version(t->ctx, TLS1_3_VERSION) != 1)
		fail("TLS cannot be set up");
	(void)SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(t->ctx, 1);
	SSL_CTX_set_default_read_buffer_len(t->ctx, READ_AHEAD);
	return t;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_CTX_free(t->ctx);
	free(t);
}

void *
tls_attach(struct tls *t, int fd, int small)
{
	static const unsigned char alpn[] = "\x08http/1.1";
	SSL *ssl = SSL_new(t->ctx);

	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1 ||
	    SSL_set_alpn_protos(ssl, alpn, sizeof(alpn) - 1) != 0)
		fail("no TLS session");
	if (small)
		(void)SSL_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
	SSL_set_connect_state(ssl);
	return ssl;
}

void
tls_detach(void *session)
{
	SSL_free(session);
}

static int
reason(SSL *ssl, int rc)
{
	switch (SSL_get_error(ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	default:
		return TLS_ENDED;
	}
}

int
tls_shake(void *session)
{
	int rc = SSL_do_handshake(session);

	return rc == 1 ? 0 : reason(session, rc);
}

static int
bounded(size_t len)
{
	return len > INT_MAX ? INT_MAX : (int)len;
}

long
tls_read(void *session, void *buf, size_t cap)
{
	int n = SSL_read(session, buf, bounded(cap));

	return n > 0 ? n : reason(session, n);
}

long
tls_write(void *session, const void *buf, size_t len)
{
	int n = SSL_write(session, buf, bounded(len));

	return n > 0 ? n : reason(session, n);
}

int
tls_pending(const void *session)
{
	return SSL_has_pending(session);
}

void
tls_bye(void *session)
{
	(void)SSL_shutdown(session);
}

/* ---- files for servers --------------------------------------------------- */

static FILE *
create(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((f = fopen(path, "w")) == NULL)
		fail_errno(path);
	return f;
}

static X509 *
certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name = x == NULL ? NULL : X509_get_subject_name(x);

	if (x == NULL || X509_set_version(x, X509_VERSION_3) != 1 ||
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) != 1 ||
	    X509_gmtime_adj(X509_getm_notBefore(x), 0) == NULL ||
	    X509_gmtime_adj(X509_getm_notAfter(x), YEAR) == NULL ||
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"localhost", -1, -1, 0) != 1 ||
	    X509_set_issuer_name(x, name) != 1 ||
	    X509_set_pubkey(x, key) != 1 ||
	    X509_sign(x, key, EVP_sha256()) == 0)
		fail("no certificate");
	return x;
}

void
tls_files(const char *dir)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	FILE *fk = create(dir, "key.pem"), *fc = create(dir, "cert.pem");
	X509 *x;

	if (key == NULL)
		fail("no key");
	x = certificate(key);
	if (PEM_write_PrivateKey(fk, key, NULL, NULL, 0, NULL, NULL) != 1 ||
	    PEM_write_X509(fc, x) != 1 || fclose(fk) != 0 || fclose(fc) != 0)
		fail("the key cannot be written");
	X509_free(x);
	EVP_PKEY_free(key);
}
