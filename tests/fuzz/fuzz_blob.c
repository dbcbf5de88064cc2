/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sealed bundle of an invitation, read by somebody who has the link, as
 * a thief of the link or the inviter could have made it.  Input: one byte of
 * how, then the protobuf bytes inside the padding inside the seal.
 */
#include <sodium.h>

#include "content.h"
#include "fuzz.h"

enum {
	PLAIN_LEN = TACIT_BLOB_LEN - TACIT_SEAL_NONCE_LEN - TACIT_SEAL_TAG_LEN
};

static const char reach[] = "relay.example:443";
static const uint8_t nonce[TACIT_SEAL_NONCE_LEN] = { 3 };

static void
make_link(struct tacit_link *l)
{
	memset(l, 0, sizeof(*l));
	memcpy(l->place.host, reach, strlen(reach) - 4);
	l->place.port = 443;
	memset(l->place.pin, 'p', sizeof(l->place.pin));
	memset(l->place.relay_key, 'k', sizeof(l->place.relay_key));
	memset(l->secret, 's', sizeof(l->secret));
}

/* PROTOCOL.md, section 8: version, flags, u16 reach, reach, pin, address. */
static size_t
associated(uint8_t ad[256], const struct tacit_link *l)
{
	size_t len = strlen(reach);

	ad[0] = 1;
	ad[1] = l->flags;
	ad[2] = 0;
	ad[3] = (uint8_t)len;
	memcpy(ad + 4, reach, len);
	memcpy(ad + 4 + len, l->place.pin, TACIT_HASH_LEN);
	keys_address(ad + 4 + len + TACIT_HASH_LEN, l->secret);
	return 4 + len + TACIT_HASH_LEN + TACIT_ADDRESS_LEN;
}

/* Bit 0 of ${what}: the padding, too, is the input's. */
static void
seal(uint8_t blob[TACIT_BLOB_LEN], const struct tacit_link *l, uint8_t what,
    struct fuzz_in *in)
{
	uint8_t plain[PLAIN_LEN] = { 0 }, key[TACIT_KEY_LEN], ad[256];
	size_t n = in->left < PLAIN_LEN - 2 ? in->left : PLAIN_LEN - 2;
	size_t skip = what & 1 ? 0 : 2;

	plain[0] = (uint8_t)(n >> 8);
	plain[1] = (uint8_t)n;
	(void)fuzz_fill(in, plain + skip, n);
	keys_bundle(key, l->secret);
	memcpy(blob, nonce, sizeof(nonce));
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(blob + sizeof(nonce),
	    NULL, plain, sizeof(plain), ad, associated(ad, l), NULL, nonce,
	    key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint8_t what = fuzz_u8(&in), blob[TACIT_BLOB_LEN];
	uint8_t again[TACIT_BLOB_LEN];
	struct tacit_link l;
	tacit_Bundle b;
	int rc;

	make_link(&l);
	seal(blob, &l, what, &in);
	rc = blob_open(&b, &l, blob);
	if (rc == 0) {
		FUZZ_CHECK(b.registration_id != 0 && b.name.size > 0);
		FUZZ_CHECK(blob_close(again, &l, &b, nonce) == 0);
		FUZZ_CHECK(memcmp(again, blob, sizeof(again)) == 0);
	} else {
		FUZZ_CHECK(rc == TACIT_E_POISON);
		FUZZ_CHECK(sodium_is_zero((uint8_t *)&b, sizeof(b)));
	}
	l.secret[what % sizeof(l.secret)] ^= 1;
	FUZZ_CHECK(blob_open(&b, &l, blob) == TACIT_E_CRYPTO);
	return 0;
}
