/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seal, by somebody who has the keys: the first byte says whether the
 * rest is an envelope, or what stands inside one that is sealed here; then it
 * is opened, and its header looked at.
 */
#include <sodium.h>

#include "fuzz.h"
#include "seal.h"

enum { AD_LEN = 1 + TACIT_ADDRESS_LEN + TACIT_ENVELOPE_ID_LEN };

static const struct seal_keys keys = { { 1, 2, 3 }, { 4, 5, 6 } };
static const struct seal_place place = { { 7, 8 }, { 9 } };
static const uint8_t random16[16] = { 10 };

/* Any bytes inside a true seal, as PROTOCOL.md, section 9, makes one. */
static void
seal_plain(uint8_t *out, size_t len, struct fuzz_in *in)
{
	size_t n = len - TACIT_SEAL_NONCE_LEN - TACIT_SEAL_TAG_LEN;
	uint8_t ad[AD_LEN] = { 1 };

	memcpy(ad + 1, place.address, TACIT_ADDRESS_LEN);
	memcpy(ad + 1 + TACIT_ADDRESS_LEN, place.envelope,
	    TACIT_ENVELOPE_ID_LEN);
	keys_hint(out, &keys, place.envelope);
	memcpy(out + TACIT_HINT_LEN, random16, sizeof(random16));
	(void)fuzz_fill(in, out + TACIT_SEAL_NONCE_LEN, n);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
	    out + TACIT_SEAL_NONCE_LEN, NULL, out + TACIT_SEAL_NONCE_LEN, n,
	    ad, sizeof(ad), NULL, out, keys.seal);
}

static int
open_it(uint8_t *envelope, size_t len)
{
	static uint8_t again[TACIT_PARCEL_LEN];
	size_t capacity = seal_capacity(len);
	uint8_t *msg = malloc(capacity > 0 ? capacity : 1);
	struct seal_header h;
	int rc;

	if (msg == NULL)
		abort();
	rc = seal_open(&h, msg, envelope, len, &keys, &place);
	if (rc == 0) {
		FUZZ_CHECK(h.length > 0 && h.length <= capacity);
		FUZZ_CHECK(h.counter > 0 && h.generation > 0);
		FUZZ_CHECK(seal_close(again, len, &keys, &place, &h, msg,
		    envelope + TACIT_HINT_LEN) == 0);
		FUZZ_CHECK(memcmp(again + TACIT_HINT_LEN, envelope +
		    TACIT_HINT_LEN, len - TACIT_HINT_LEN) == 0 ||
		    !seal_names(envelope, &keys, &place));
	} else {
		FUZZ_CHECK(rc == TACIT_E_CRYPTO || rc == TACIT_E_SIZE ||
		    rc == TACIT_E_POISON);
		FUZZ_CHECK(sodium_is_zero(msg, rc == TACIT_E_SIZE ? 0 :
		    capacity));
	}
	free(msg);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint8_t what = fuzz_u8(&in);
	uint16_t at = fuzz_u16(&in);
	size_t len = (what & 0x7e) == 2 ? TACIT_PARCEL_LEN :
	    TACIT_LETTER_LEN;
	uint8_t *envelope;

	if (what & 1) {			/* as it comes */
		len = in.left;
		envelope = fuzz_block(&in, &len);
		(void)open_it(envelope, len);
	} else {
		if ((envelope = malloc(len)) == NULL)
			abort();
		seal_plain(envelope, len, &in);
		FUZZ_CHECK(open_it(envelope, len) != TACIT_E_CRYPTO);
		envelope[at % len] ^= (uint8_t)(1 + (what >> 2));
		FUZZ_CHECK(open_it(envelope, len) == TACIT_E_CRYPTO);
	}
	free(envelope);
	return 0;
}
