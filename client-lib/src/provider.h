/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libsignal computes with: randomness and SHA-512 from libsodium,
 * HMAC-SHA256 and AES-256-CBC from OpenSSL.
 */
#ifndef CLIENT_PROVIDER_H
#define CLIENT_PROVIDER_H

#include "tacit/error.h"

struct signal_context;
struct provider;

/*
 * Give ${ctx} its primitives.
 * Owner:   ${*out} must outlive ${ctx}; free with provider_close().
 * Errors:  TACIT_E_NOMEM, TACIT_E_INTERNAL (OpenSSL lacks one of them).
 */
int provider_open(struct provider **out, struct signal_context *ctx);
/* An operation begins; it ends, and no key of it is kept. */
void provider_begin(struct provider *p);
void provider_end(struct provider *p);
/* Was memory too short for some of it? */
int provider_starved(const struct provider *p);
void provider_close(struct provider *p);	/* NULL is fine */

#endif
