/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A first message made without libsignal, from the published specifications
 * of X3DH and the Double Ratchet, on libsodium's curve and OpenSSL's HMAC,
 * HKDF and AES: the ratchet must read it.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "ratchet_end.h"

struct key {
	uint8_t secret[32], public[32];
};

static void
key_new(struct key *k)
{

	randombytes_buf(k->secret, sizeof(k->secret));
	assert_int_equal(crypto_scalarmult_base(k->public, k->secret), 0);
}

static void
hkdf(uint8_t *out, size_t out_len, const uint8_t salt[32],
    const uint8_t *input, size_t len, const char *info)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *c = EVP_KDF_CTX_new(kdf);
	const OSSL_PARAM p[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
		    (char *)(uintptr_t)"SHA256", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
		    (void *)(uintptr_t)salt, 32),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
		    (void *)(uintptr_t)input, len),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
		    (void *)(uintptr_t)info, strlen(info)),
		OSSL_PARAM_construct_end()
	};

	assert_int_equal(EVP_KDF_derive(c, out, out_len, p), 1);
	EVP_KDF_CTX_free(c);
	EVP_KDF_free(kdf);
}

static void
hmac(uint8_t out[32], const uint8_t key[32], const uint8_t *in, size_t len)
{

	assert_non_null(HMAC(EVP_sha256(), key, 32, in, len, out, NULL));
}

static size_t
aes_cbc(uint8_t *out, const uint8_t key[32], const uint8_t iv[16],
    const char *text)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n, last;

	assert_int_equal(EVP_EncryptInit_ex(c, EVP_aes_256_cbc(), NULL, key,
	    iv), 1);
	assert_int_equal(EVP_EncryptUpdate(c, out, &n, (const uint8_t *)text,
	    (int)strlen(text)), 1);
	assert_int_equal(EVP_EncryptFinal_ex(c, out + n, &last), 1);
	EVP_CIPHER_CTX_free(c);
	return (size_t)(n + last);
}

static void
put_number(struct letter *l, unsigned field, uint32_t n)
{

	l->data[l->len++] = (uint8_t)(field << 3);
	for (; n > 127; n >>= 7)
		l->data[l->len++] = (uint8_t)(n | 0x80);
	l->data[l->len++] = (uint8_t)n;
}

static void
put_bytes(struct letter *l, unsigned field, const uint8_t *in, size_t len)
{

	put_number(l, field, (uint32_t)len);
	/* The same tag with the wire type of bytes. */
	l->data[l->len - (len > 127 ? 3 : 2)] |= 2;
	memcpy(l->data + l->len, in, len);
	l->len += len;
}

static void
put_point(struct letter *l, unsigned field, const uint8_t point[32])
{
	uint8_t wire[33] = { 5 };

	memcpy(wire + 1, point, 32);
	put_bytes(l, field, wire, sizeof(wire));
}

static void
agree(uint8_t **at, const struct key *mine, const uint8_t theirs[32])
{

	assert_int_equal(crypto_scalarmult(*at, mine->secret, theirs), 0);
	*at += 32;
}

/* X3DH as the initiator, then one step of the ratchet: a chain key. */
static void
start_chain(uint8_t chain[32], const struct key *identity,
    const struct key *base, const struct key *ratchet,
    const struct ratchet_bundle *b)
{
	static const uint8_t zero[32];
	uint8_t master[5 * 32], *at = master + 32, out[64], shared[32];

	memset(master, 0xff, 32);
	agree(&at, identity, b->signed_prekey);
	agree(&at, base, b->identity);
	agree(&at, base, b->signed_prekey);
	agree(&at, base, b->one_time_prekey);
	hkdf(out, sizeof(out), zero, master, sizeof(master), "WhisperText");

	at = shared;
	agree(&at, ratchet, b->signed_prekey);
	hkdf(out, sizeof(out), out, shared, sizeof(shared),
	    "WhisperRatchet");
	memcpy(chain, out + 32, 32);
}

/* The message under ${chain}, with its MAC. */
static void
write_message(struct letter *out, const uint8_t chain[32],
    const struct key *identity, const struct key *ratchet,
    const struct ratchet_bundle *b, const char *text)
{
	static const uint8_t zero[32], one = 1;
	uint8_t seed[32], keys[80], cipher[256], mac[32], covered[600];
	size_t n;

	hmac(seed, chain, &one, 1);
	hkdf(keys, sizeof(keys), zero, seed, sizeof(seed),
	    "WhisperMessageKeys");
	n = aes_cbc(cipher, keys, keys + 64, text);
	out->len = 0;
	out->data[out->len++] = 0x33;
	put_point(out, 1, ratchet->public);
	put_number(out, 2, 0);
	put_number(out, 3, 0);
	put_bytes(out, 4, cipher, n);

	covered[0] = covered[33] = 5;
	memcpy(covered + 1, identity->public, 32);
	memcpy(covered + 34, b->identity, 32);
	memcpy(covered + 66, out->data, out->len);
	hmac(mac, keys + 32, covered, 66 + out->len);
	memcpy(out->data + out->len, mac, 8);
	out->len += 8;
}

static void
a_first_message_by_the_specification_is_read(void **state)
{
	struct key identity, base, ratchet;
	struct ratchet_bundle b;
	struct letter inner, l = { .len = 0, .kind = RATCHET_PREKEY };
	struct talk t;
	uint8_t chain[32], learnt[32];
	int k;

	for (k = 0; k < 10; k++) {
		talk_new(&t, *state);
		offer(t.i, t.at_i.relationship, &b);
		key_new(&identity);
		key_new(&base);
		key_new(&ratchet);
		start_chain(chain, &identity, &base, &ratchet, &b);
		write_message(&inner, chain, &identity, &ratchet, &b,
		    "by the specification");

		l.len = 0;
		l.data[l.len++] = 0x33;
		put_number(&l, 1, b.one_time_prekey_id);
		put_point(&l, 2, base.public);
		put_point(&l, 3, identity.public);
		put_bytes(&l, 4, inner.data, inner.len);
		put_number(&l, 5, 1234);
		put_number(&l, 6, b.signed_prekey_id);
		read_letter(t.i, &t.at_i, &l, "by the specification");
		assert_int_equal(ratchet_their_identity(t.i->ratchet,
		    t.at_i.relationship, learnt), 0);
		assert_memory_equal(learnt, identity.public, 32);
	}
}

static void
the_signature_of_a_bundle_covers_the_signed_prekey(void **state)
{
	struct pair *p = *state;
	struct ratchet_bundle b, bad;
	struct talk t;
	int k;

	for (k = 0; k < 10; k++) {
		talk_new(&t, p);
		offer(t.i, t.at_i.relationship, &b);
		bad = b;
		bad.signature[k * 6] ^= 0x10;
		assert_int_equal(accept_bundle(t.j, &t.at_j, &bad),
		    TACIT_E_POISON);
		bad = b;
		memcpy(bad.signed_prekey, b.identity, 32);
		assert_int_equal(accept_bundle(t.j, &t.at_j, &bad),
		    TACIT_E_POISON);
		assert_int_equal(accept_bundle(t.j, &t.at_j, &b), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_first_message_by_the_specification_is_read),
	    cmocka_unit_test(
		the_signature_of_a_bundle_covers_the_signed_prekey),
	};

	return cmocka_run_group_tests(tests, pair_setup, pair_teardown);
}
