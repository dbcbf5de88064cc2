/* SPDX-License-Identifier: Apache-2.0 */
/* Self-signed certificates for servers in tests. */
#ifndef SUPPORT_TESTCERT_H
#define SUPPORT_TESTCERT_H

#include <stdint.h>

#include <openssl/ssl.h>

struct testcert_options {
	const char *name;		/* or address; NULL: "relay" */
	int expired;
	const char *pem;		/* NULL, or a file to leave it in */
};

/* Give ${ctx} a new key; ${pin} is SHA-256 of its SubjectPublicKeyInfo. */
void testcert_use(SSL_CTX *ctx, uint8_t pin[32],
    const struct testcert_options *o);

#endif
