/* SPDX-License-Identifier: Apache-2.0 */
/* A blob opens under its own link only, and says what the link says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <pb_encode.h>
#include <sodium.h>

#include "block.h"
#include "content.h"
#include "random.h"

struct fixture {
	struct tacit_link link;
	tacit_Bundle bundle;
	uint8_t nonce[24], blob[TACIT_BLOB_LEN];
};

static void
setup(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	strcpy(f->link.place.host, "r.example");
	f->link.place.port = 443;
	memset(f->link.place.pin, 1, TACIT_HASH_LEN);
	memset(f->link.place.relay_key, 2, TACIT_KEY_LEN);
	memset(f->link.secret, 3, TACIT_SECRET_LEN);
	memset(f->nonce, 4, sizeof(f->nonce));

	memset(f->bundle.address, 5, sizeof(f->bundle.address));
	memset(f->bundle.relay_pin, 1, TACIT_HASH_LEN);
	memset(f->bundle.relay_key, 2, TACIT_KEY_LEN);
	f->bundle.registration_id = 6;
	f->bundle.signed_prekey_id = 7;
	f->bundle.one_time_prekey_id = 8;
	f->bundle.expires = 1763762400;
	f->bundle.name.size = 3;
	memcpy(f->bundle.name.bytes, "Ann", 3);
	f->bundle.relay_url.size = 19;
	memcpy(f->bundle.relay_url.bytes, "wss://r.example:443", 19);
	assert_int_equal(blob_close(f->blob, &f->link, &f->bundle, f->nonce),
	    0);
}

static int
open_exact(tacit_Bundle *b, const struct tacit_link *l, const uint8_t *blob)
{
	uint8_t *exact = block_copy(blob, TACIT_BLOB_LEN);
	int rc = blob_open(b, l, exact);

	free(exact);
	if (rc != 0)
		assert_true(sodium_is_zero((uint8_t *)b, sizeof(*b)));
	return rc;
}

static void
a_blob_comes_back(void **state)
{
	struct fixture f;
	tacit_Bundle b;
	uint8_t again[TACIT_BLOB_LEN];

	(void)state;
	setup(&f);
	assert_int_equal(open_exact(&b, &f.link, f.blob), 0);
	assert_memory_equal(b.address, f.bundle.address, sizeof(b.address));
	assert_int_equal(b.expires, f.bundle.expires);
	assert_memory_equal(f.blob, f.nonce, sizeof(f.nonce));
	assert_int_equal(blob_close(again, &f.link, &b, f.nonce), 0);
	assert_memory_equal(again, f.blob, sizeof(again));
}

static void
every_flipped_bit_is_refused(void **state)
{
	struct fixture f;
	tacit_Bundle b;
	size_t bit;

	(void)state;
	setup(&f);
	for (bit = 0; bit < 8 * TACIT_BLOB_LEN; bit += bit < 512 ? 1 : 31) {
		f.blob[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(open_exact(&b, &f.link, f.blob),
		    TACIT_E_CRYPTO);
		f.blob[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(open_exact(&b, &f.link, f.blob), 0);
}

static void
a_blob_cannot_be_moved_to_another_link(void **state)
{
	struct fixture f;
	tacit_Bundle b;
	size_t bit;

	(void)state;
#define MOVED(set, want) do {						\
	setup(&f);							\
	set;								\
	assert_int_equal(open_exact(&b, &f.link, f.blob), want);	\
} while (0)
	for (bit = 0; bit < 256; bit++) {
		MOVED(f.link.secret[bit / 8] ^= (uint8_t)(1u << bit % 8),
		    TACIT_E_CRYPTO);
		MOVED(f.link.place.pin[bit / 8] ^= (uint8_t)(1u << bit % 8),
		    TACIT_E_CRYPTO);
	}
	MOVED(f.link.flags = TACIT_LINK_IN_PERSON, TACIT_E_CRYPTO);
	MOVED(f.link.place.flags = TACIT_LINK_WEBPKI, TACIT_E_CRYPTO);
	MOVED(f.link.place.port = 444, TACIT_E_CRYPTO);
	MOVED(f.link.place.host[0] = 's', TACIT_E_CRYPTO);
	MOVED(f.link.place.relay_key[31] ^= 1, TACIT_E_POISON);
#undef MOVED
}

/* Seal ${plain} as it is: what only somebody with the link can do. */
static void
seal_raw(struct fixture *f, const uint8_t plain[2008])
{
	uint8_t key[32], ad[256] = { 1, 0, 0, 13 };
	size_t n = 4 + 13;

	memcpy(ad + 4, "r.example:443", 13);
	memcpy(ad + n, f->link.place.pin, 32);
	keys_address(ad + n + 32, f->link.secret);
	keys_bundle(key, f->link.secret);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(f->blob + 24, NULL,
	    plain, 2008, ad, n + 64, NULL, f->blob, key);
}

static void
encode(uint8_t plain[2008], const tacit_Bundle *b)
{
	pb_ostream_t s = pb_ostream_from_buffer(plain + 2, 2006);

	memset(plain, 0, 2008);
	assert_true(pb_encode(&s, tacit_Bundle_fields, b));
	plain[0] = (uint8_t)(s.bytes_written >> 8);
	plain[1] = (uint8_t)s.bytes_written;
}

static void
a_bundle_that_makes_no_sense_is_poison(void **state)
{
	struct fixture f;
	uint8_t plain[2008], out[TACIT_BLOB_LEN];
	tacit_Bundle b;

	(void)state;
#define POISON(set) do {						\
	setup(&f);							\
	set;								\
	memset(out, 0x77, sizeof(out));					\
	assert_int_equal(blob_close(out, &f.link, &f.bundle, f.nonce),	\
	    TACIT_E_INVALID);						\
	assert_int_equal(out[0], 0x77);					\
	encode(plain, &f.bundle);					\
	seal_raw(&f, plain);						\
	if (open_exact(&b, &f.link, f.blob) != TACIT_E_POISON)		\
		fail_msg(#set);						\
} while (0)
	POISON(f.bundle.registration_id = 0);
	POISON(f.bundle.signed_prekey_id = 0);
	POISON(f.bundle.one_time_prekey_id = 0);
	POISON(f.bundle.name.size = 0);
	POISON(f.bundle.name.bytes[1] = '\n');
	POISON(f.bundle.name.bytes[2] = 0xc3);
	POISON(f.bundle.relay_url.size = 18);
	POISON(f.bundle.relay_url.size = 15);
	POISON(f.bundle.relay_url.size = 0);
	POISON(f.bundle.relay_url.bytes[6] = 's');
	POISON(f.bundle.relay_pin[31] ^= 1);
	POISON(f.bundle.relay_key[0] ^= 1);
#undef POISON
}

static void
other_encodings_are_poison(void **state)
{
	struct fixture f;
	uint8_t plain[2008];
	tacit_Bundle b;
	size_t len;

	(void)state;
#define RAW(set, want) do {						\
	setup(&f);							\
	encode(plain, &f.bundle);					\
	len = 2 + ((size_t)plain[0] << 8 | plain[1]);			\
	set;								\
	seal_raw(&f, plain);						\
	assert_int_equal(open_exact(&b, &f.link, f.blob), want);	\
} while (0)
	RAW((void)len, 0);
	RAW(plain[len] = 1, TACIT_E_POISON);
	RAW(plain[2007] = 1, TACIT_E_POISON);
	RAW(plain[1]--, TACIT_E_POISON);
	RAW(plain[1]++, TACIT_E_POISON);
	RAW(plain[0] = 0xff, TACIT_E_POISON);
	RAW(memset(plain, 0, sizeof(plain)), TACIT_E_POISON);
	/* One more field, which an older reader would skip. */
	RAW(memcpy(plain + len, "\x90\x01\x01", 3);
	    plain[1] = (uint8_t)(plain[1] + 3), TACIT_E_POISON);
#undef RAW
}

static void
the_biggest_bundle_fits(void **state)
{
	char url[TACIT_URL_MAX + 1];
	struct fixture f;
	tacit_Bundle b;
	size_t i;

	(void)state;
	setup(&f);
	memset(f.link.place.host, 'x', 243);
	for (i = 60; i < 243; i += 61)
		f.link.place.host[i] = '.';
	f.link.place.port = 65535;
	f.bundle.relay_url.size = 255;
	assert_int_equal(tacit_url_write(url, sizeof(url), &f.link.place), 0);
	memcpy(f.bundle.relay_url.bytes, url, 255);
	f.bundle.name.size = 64;
	memset(f.bundle.name.bytes, 'n', 64);
	f.bundle.registration_id = UINT32_MAX;
	f.bundle.signed_prekey_id = UINT32_MAX;
	f.bundle.one_time_prekey_id = UINT32_MAX;
	f.bundle.expires = UINT64_MAX;
	assert_int_equal(blob_close(f.blob, &f.link, &f.bundle, f.nonce), 0);
	assert_int_equal(open_exact(&b, &f.link, f.blob), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_blob_comes_back),
		cmocka_unit_test(every_flipped_bit_is_refused),
		cmocka_unit_test(a_blob_cannot_be_moved_to_another_link),
		cmocka_unit_test(a_bundle_that_makes_no_sense_is_poison),
		cmocka_unit_test(other_encodings_are_poison),
		cmocka_unit_test(the_biggest_bundle_fits),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
