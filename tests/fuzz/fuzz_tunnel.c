/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a proxy answers to CONNECT, in pieces.  Only after a yes does anything
 * pass, and then every byte behind the answer and no other; after anything
 * else nothing ever does.  Input: the size of the pieces, then what the proxy
 * and what is behind it send.
 */
#include <ctype.h>

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "fuzz.h"
#include "tunnel.h"

enum { PIPE = 40000, ANSWER_MAX = 16 * 1024 };

static SSL_CTX *ctx;
static BIO_METHOD *kind;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	ctx = SSL_CTX_new(TLS_client_method());
	FUZZ_CHECK(ctx != NULL && tunnel_open(&kind) == 0);
	return 0;
}

/* Where what is behind the proxy begins in ${p}; 0: it did not agree. */
static size_t
behind(const uint8_t *p, size_t len)
{
	const uint8_t *end = memmem(p, len, "\r\n\r\n", 4);
	size_t n = end != NULL ? (size_t)(end - p) + 4 : 0;

	if (n < 12 || n > ANSWER_MAX || memcmp(p, "HTTP/1.", 7) != 0 ||
	    !isdigit(p[7]) || p[8] != ' ' || p[9] != '2' ||
	    !isdigit(p[10]) || !isdigit(p[11]))
		return 0;
	return n;
}

/* All that can be read now, at the end of ${out}. */
static size_t
drink(BIO *b, uint8_t *out, size_t has)
{
	int n, dry = 0;

	while (dry < 3) {
		FUZZ_CHECK(has <= PIPE - 1000);
		n = BIO_read(b, out + has, 1000);
		if (n > 0)
			has += (size_t)n;
		else
			dry++;
	}
	return has;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t out[PIPE];
	struct fuzz_in in = { data, size };
	size_t piece = (size_t)fuzz_u16(&in) + 1, has = 0, at, n, from;
	const uint8_t *p = in.next;
	BIO *near, *far;
	SSL *ssl = SSL_new(ctx);

	if (in.left > PIPE - 2000)
		in.left = PIPE - 2000;
	FUZZ_CHECK(ssl != NULL &&
	    BIO_new_bio_pair(&near, PIPE, &far, PIPE) == 1);
	SSL_set_bio(ssl, near, near);
	FUZZ_CHECK(tunnel_add(kind, ssl, "relay.example", 443) == 0);
	for (at = 0; at < in.left; at += n) {
		n = piece < in.left - at ? piece : in.left - at;
		FUZZ_CHECK(BIO_write(far, p + at, (int)n) == (int)n);
		has = drink(SSL_get_rbio(ssl), out, has);
	}
	if ((from = behind(p, in.left)) == 0)
		FUZZ_CHECK(has == 0);
	else
		FUZZ_CHECK(has == in.left - from &&
		    memcmp(out, p + from, has) == 0);
	SSL_free(ssl);
	(void)BIO_free(far);
	return 0;
}
