/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "tls.h"
#include "tunnel.h"

struct tls {
	SSL_CTX *ctx;
	struct bio_method_st *tunnel;
	int trusts;			/* the host's trust store is loaded */
	tls_find *find;
	void *arg;
};

/* The name as certificates spell it: an IPv6 address has no brackets. */
static void
bare_name(char out[TACIT_URL_MAX + 1], const struct tls_peer *p)
{
	size_t len = strlen(p->host);
	size_t skip = p->host[0] == '[' && len >= 2;

	memcpy(out, p->host + skip, len - 2 * skip);
	out[len - 2 * skip] = '\0';
}

static int
is_address(const char *name)
{
	ASN1_OCTET_STRING *ip = a2i_IPADDRESS(name);

	ASN1_OCTET_STRING_free(ip);
	return ip != NULL;
}

/*
 * SHA-256 of the key is compared, not the certificate: a relay may renew its
 * certificate under the same key.  Both pins are always compared.
 */
static int
key_matches(struct tls_peer *p, X509 *cert)
{
	static const uint8_t none[TACIT_HASH_LEN];
	uint8_t hash[TACIT_HASH_LEN];
	uint8_t *der = NULL;
	int len, now, next;

	if (cert == NULL)
		return 0;
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
	if (len <= 0)
		return 0;
	now = EVP_Digest(der, (size_t)len, hash, NULL, EVP_sha256(), NULL);
	OPENSSL_free(der);
	if (now != 1)
		return 0;

	now = CRYPTO_memcmp(hash, p->pin, sizeof(hash)) == 0;
	next = CRYPTO_memcmp(hash, p->next_pin, sizeof(hash)) == 0;
	next &= CRYPTO_memcmp(none, p->next_pin, sizeof(none)) != 0;
	p->by_next = next & !now;
	return now | next;
}

static int
as_found(int ok, X509_STORE_CTX *x)
{
	(void)x;
	return ok;
}

/*
 * The chain and the name.  libwebsockets' callback is put out of the way: it
 * finds connections by a process-wide index, which moves with each context.
 */
static int
chain_matches(const struct tls_peer *p, X509_STORE_CTX *x)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(x);
	char name[TACIT_URL_MAX + 1];

	bare_name(name, p);
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (X509_VERIFY_PARAM_set1_ip_asc(param, name) != 1 &&
	    X509_VERIFY_PARAM_set1_host(param, name, 0) != 1)
		return 0;
	X509_STORE_CTX_set_verify_cb(x, as_found);
	return X509_verify_cert(x) == 1;
}

/* It costs most of a megabyte as well, which pins do without. */
void
tls_trust(struct tls *t)
{
	if (!t->trusts)
		(void)SSL_CTX_set_default_verify_paths(t->ctx);
	t->trusts = 1;
}

/* In place of OpenSSL's own check; 1 goes on with the handshake. */
static int
check(X509_STORE_CTX *x, void *arg)
{
	struct tls *t = arg;
	const SSL *ssl = X509_STORE_CTX_get_ex_data(x,
	    SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_peer *p = t->find(t->arg, ssl);
	int ok = 0;

	if (p != NULL) {
		ok = p->webpki ? chain_matches(p, x) :
		    key_matches(p, X509_STORE_CTX_get0_cert(x));
		p->refused = !ok;
	}
	X509_STORE_CTX_set_error(x, ok ? X509_V_OK :
	    X509_V_ERR_APPLICATION_VERIFICATION);
	return ok;
}

/*
 * Nothing was sent yet.  libwebsockets has set the name of the server by now,
 * but cut it at the first colon or at 127 bytes; and no name is to be sent
 * for an address.
 */
static void
begins(const SSL *ssl, int where, int ret)
{
	struct tls *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	char name[TACIT_URL_MAX + 1], *send;
	struct tls_peer *p;

	(void)ret;
	if ((where & SSL_CB_HANDSHAKE_START) == 0 || SSL_is_server(ssl) ||
	    (p = t->find(t->arg, ssl)) == NULL)
		return;
	bare_name(name, p);
	send = is_address(name) ? NULL : name;
	(void)SSL_set_tlsext_host_name((SSL *)(uintptr_t)ssl, send);
	/* Without memory the proxy is sent TLS, and hangs up. */
	if (p->tunnel_port != 0)
		(void)tunnel_add(t->tunnel, (SSL *)(uintptr_t)ssl, p->host,
		    p->tunnel_port);
}

int
tls_open(struct tls **out, tls_find *find, void *arg)
{
	struct tls *t;
	int rc = TACIT_E_NOMEM;

	*out = NULL;
	if ((t = calloc(1, sizeof(*t))) == NULL)
		goto out;
	t->find = find;
	t->arg = arg;
	if ((rc = tunnel_open(&t->tunnel)) != 0)
		goto out;
	rc = TACIT_E_NOMEM;
	if ((t->ctx = SSL_CTX_new(TLS_client_method())) == NULL ||
	    SSL_CTX_set_min_proto_version(t->ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_max_proto_version(t->ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_app_data(t->ctx, t) != 1)
		goto out;
	SSL_CTX_set_options(t->ctx, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(t->ctx, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
	    SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(t->ctx, check, t);
	SSL_CTX_set_info_callback(t->ctx, begins);

	*out = t;
	t = NULL;
	rc = 0;
out:
	tls_close(t);
	return rc;
}

void
tls_close(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_CTX_free(t->ctx);
	tunnel_close(t->tunnel);
	free(t);
}

struct ssl_ctx_st *
tls_context(struct tls *t)
{
	return t->ctx;
}
