/* SPDX-License-Identifier: Apache-2.0 */
/* That libsignal computes with libsodium's curve, and nobody with its. */
#include <dlfcn.h>

#include <signal/signal_protocol.h>

#include "ratchet_end.h"
#include "curve.h"
#include "provider.h"

/* The file from which ${symbol} is taken in this process. */
static const char *
home_of(const char *symbol)
{
	Dl_info info;
	void *at = dlsym(RTLD_DEFAULT, symbol);

	assert_non_null(at);
	assert_true(dladdr(at, &info) != 0);
	return info.dli_fname;
}

static void
hashes_of_libsodium_are_its_own(void **state)
{

	(void)state;
	assert_non_null(strstr(home_of("crypto_hash_sha512"), "libsodium"));
	assert_non_null(strstr(home_of("crypto_scalarmult"), "libsodium"));
}

static void
the_curve_of_libsignal_is_ours(void **state)
{

	(void)state;
	assert_null(strstr(home_of("curve25519_donna"), "libsignal"));
	assert_non_null(strstr(home_of("curve_calculate_agreement"),
	    "libsignal"));
}

static void
the_self_test_passes_and_low_order_results_fail(void **state)
{
	static const uint8_t one[33] = { 5, 1 };
	signal_context *ctx = NULL;
	struct provider *provider = NULL;
	ec_key_pair *pair = NULL;
	ec_public_key *low = NULL;
	uint8_t *shared = NULL;

	(void)state;
	assert_int_equal(signal_context_create(&ctx, NULL), 0);
	assert_int_equal(provider_open(&provider, ctx), 0);
	assert_int_equal(curve_self_test(ctx), 0);
	assert_int_equal(curve_generate_key_pair(ctx, &pair), 0);
	/* libsignal decodes it without a word; our curve is what refuses. */
	assert_int_equal(curve_decode_point(&low, one, sizeof(one), ctx), 0);
	assert_true(curve_calculate_agreement(&shared, low,
	    ec_key_pair_get_private(pair)) < 0);
	free(shared);
	SIGNAL_UNREF(low);
	SIGNAL_UNREF(pair);
	signal_context_destroy(ctx);
	provider_close(provider);
}

static void
libsignal_and_libsodium_agree(void **state)
{
	signal_context *ctx = NULL;
	struct provider *provider = NULL;
	ec_key_pair *pair = NULL;
	ec_public_key *public = NULL;
	uint8_t wire[33] = { 5 }, secret[32], own[32], *shared;
	signal_buffer *private = NULL;
	int n;

	(void)state;
	assert_int_equal(signal_context_create(&ctx, NULL), 0);
	assert_int_equal(provider_open(&provider, ctx), 0);
	for (n = 0; n < 50; n++) {
		assert_int_equal(curve_generate_key_pair(ctx, &pair), 0);
		randombytes_buf(secret, sizeof(secret));
		crypto_scalarmult_base(wire + 1, secret);
		assert_int_equal(curve_decode_point(&public, wire,
		    sizeof(wire), ctx), 0);
		assert_int_equal(curve_calculate_agreement(&shared, public,
		    ec_key_pair_get_private(pair)), 32);
		assert_int_equal(ec_private_key_serialize(&private,
		    ec_key_pair_get_private(pair)), 0);
		assert_int_equal(crypto_scalarmult(own,
		    signal_buffer_data(private), wire + 1), 0);
		assert_memory_equal(own, shared, 32);
		free(shared);
		signal_buffer_bzero_free(private);
		SIGNAL_UNREF(public);
		SIGNAL_UNREF(pair);
	}
	signal_context_destroy(ctx);
	provider_close(provider);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hashes_of_libsodium_are_its_own),
	    cmocka_unit_test(the_curve_of_libsignal_is_ours),
	    cmocka_unit_test(the_self_test_passes_and_low_order_results_fail),
	    cmocka_unit_test(libsignal_and_libsodium_agree),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
