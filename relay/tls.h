/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS keys and certificates as PEM text; the only file of the relay that
 * knows OpenSSL (the connections themselves are libwebsockets' affair).
 */
#ifndef RELAY_TLS_H
#define RELAY_TLS_H

#include "file.h"
#include "tacit/limits.h"

/*
 * Make a new EC key on P-256, which every TLS stack has.
 * Output:  ${pem}, to be freed by the caller.
 * Errors:  TACIT_E_NOMEM, TACIT_E_INTERNAL.
 */
int tls_key_make(struct bytes *pem);

/*
 * Make a self-signed certificate for the key in ${key_pem}.  It names nobody
 * and holds no time: who connects compares the pin, not the dates.
 * Output:  ${pem}, to be freed by the caller.
 * Errors:  TACIT_E_CORRUPT (not a key), TACIT_E_NOMEM, TACIT_E_INTERNAL.
 */
int tls_certificate_make(struct bytes *pem, const struct bytes *key_pem);

/*
 * SHA-256 of the DER SubjectPublicKeyInfo of a private key, or of the first
 * certificate in ${pem}.
 * Errors:  TACIT_E_CORRUPT (not one, or encrypted), TACIT_E_INTERNAL.
 */
int tls_key_pin(uint8_t pin[TACIT_HASH_LEN], const struct bytes *pem);
int tls_certificate_pin(uint8_t pin[TACIT_HASH_LEN], const struct bytes *pem);

#endif
