/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory is short at any one of the library's own allocations while a bundle
 * is accepted: that is what is said, and nothing of the bundle.  The linker
 * hands malloc(), calloc() and what takes memory for a HMAC to those below.
 */
#include <openssl/evp.h>

#include "ratchet_end.h"

void *__real_malloc(size_t len);
void *__real_calloc(size_t n, size_t len);
EVP_MAC_CTX *__real_EVP_MAC_CTX_dup(const EVP_MAC_CTX *c);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t n, size_t len);
EVP_MAC_CTX *__wrap_EVP_MAC_CTX_dup(const EVP_MAC_CTX *c);
int __real_EVP_MAC_init(EVP_MAC_CTX *c, const unsigned char *key, size_t len,
    const OSSL_PARAM params[]);
int __wrap_EVP_MAC_init(EVP_MAC_CTX *c, const unsigned char *key, size_t len,
    const OSSL_PARAM params[]);

/* Allocations that pass before one fails; -1: none fails. */
static int *
left(void)
{
	static int n = -1;

	return &n;
}

static int
fails(void)
{
	return *left() >= 0 && (*left())-- == 0;
}

void *
__wrap_malloc(size_t len)
{
	return fails() ? NULL : __real_malloc(len);
}

void *
__wrap_calloc(size_t n, size_t len)
{
	return fails() ? NULL : __real_calloc(n, len);
}

EVP_MAC_CTX *
__wrap_EVP_MAC_CTX_dup(const EVP_MAC_CTX *c)
{
	return fails() ? NULL : __real_EVP_MAC_CTX_dup(c);
}

int
__wrap_EVP_MAC_init(EVP_MAC_CTX *c, const unsigned char *key, size_t len,
    const OSSL_PARAM params[])
{
	return fails() ? 0 : __real_EVP_MAC_init(c, key, len, params);
}

static void
short_memory_says_nothing_of_a_bundle(void **state)
{
	struct ratchet_bundle b;
	struct talk t;
	int at, rc = -1, failed = 0;

	talk_new(&t, *state);
	offer(t.i, t.at_i.relationship, &b);
	for (at = 0; rc != 0; at++) {
		begin(t.j);
		*left() = at;
		rc = ratchet_accept(t.j->ratchet, &t.at_j, &b);
		failed += *left() < 0 && rc != 0;
		*left() = -1;
		if (rc != 0)
			assert_int_equal(rc, TACIT_E_NOMEM);
		vault_rollback(t.j->vault);
	}
	assert_in_range(failed, 10, 10000);
	assert_int_equal(accept_bundle(t.j, &t.at_j, &b), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_memory_says_nothing_of_a_bundle),
	};

	return cmocka_run_group_tests(tests, pair_setup, pair_teardown);
}
