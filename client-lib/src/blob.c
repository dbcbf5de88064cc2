/* SPDX-License-Identifier: Apache-2.0 */
/* The sealed bundle of an invitation: PROTOCOL.md, section 8. */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "content.h"
#include "pad.h"

enum {
	VERSION = 1,
	PLAIN_LEN = TACIT_BLOB_LEN - TACIT_SEAL_NONCE_LEN - TACIT_SEAL_TAG_LEN,
	AD_MAX = 4 + TACIT_URL_MAX + 1 + TACIT_HASH_LEN + TACIT_ADDRESS_LEN
};

/* What a blob is bound to, so that it cannot be moved to another link. */
static size_t
bind(uint8_t ad[AD_MAX], const struct tacit_link *l)
{
	char *reach = (char *)ad + 4;
	size_t len;

	(void)snprintf(reach, TACIT_URL_MAX + 1, "%.*s:%u",
	    TACIT_URL_MAX - 6, l->place.host, (unsigned int)l->place.port);
	len = strlen(reach);
	ad[0] = VERSION;
	ad[1] = (uint8_t)(l->flags | l->place.flags);
	ad[2] = (uint8_t)(len >> 8);
	ad[3] = (uint8_t)len;
	len += 4;
	memcpy(ad + len, l->place.pin, TACIT_HASH_LEN);
	len += TACIT_HASH_LEN;
	keys_address(ad + len, l->secret);
	return len + TACIT_ADDRESS_LEN;
}

/* The bundle says of the relay what the link says, and is complete. */
static int
bundle_fits(const tacit_Bundle *b, const struct tacit_link *l)
{
	char url[TACIT_URL_MAX + 1];

	return b->registration_id != 0 && b->signed_prekey_id != 0 &&
	    b->one_time_prekey_id != 0 &&
	    label_is_valid((const char *)b->name.bytes, b->name.size) &&
	    tacit_url_write(url, sizeof(url), &l->place) == 0 &&
	    strlen(url) == b->relay_url.size &&
	    memcmp(url, b->relay_url.bytes, b->relay_url.size) == 0 &&
	    memcmp(b->relay_pin, l->place.pin, TACIT_HASH_LEN) == 0 &&
	    memcmp(b->relay_key, l->place.relay_key, TACIT_KEY_LEN) == 0;
}

int
blob_close(uint8_t out[TACIT_BLOB_LEN], const struct tacit_link *l,
    const tacit_Bundle *b, const uint8_t nonce[24])
{
	uint8_t key[TACIT_KEY_LEN], plain[PLAIN_LEN], ad[AD_MAX];
	size_t ad_len;
	int rc = TACIT_E_INVALID;

	if (!bundle_fits(b, l))
		return rc;
	if ((rc = pad_write(plain, sizeof(plain), tacit_Bundle_fields,
	    b)) != 0)
		return rc;
	ad_len = bind(ad, l);
	keys_bundle(key, l->secret);
	memcpy(out, nonce, TACIT_SEAL_NONCE_LEN);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
	    out + TACIT_SEAL_NONCE_LEN, NULL, plain, sizeof(plain), ad, ad_len,
	    NULL, nonce, key);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(plain, sizeof(plain));
	return 0;
}

int
blob_open(tacit_Bundle *b, const struct tacit_link *l,
    const uint8_t in[TACIT_BLOB_LEN])
{
	uint8_t key[TACIT_KEY_LEN], plain[PLAIN_LEN], ad[AD_MAX];
	size_t ad_len = bind(ad, l);
	int rc = TACIT_E_CRYPTO;

	keys_bundle(key, l->secret);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL,
	    in + TACIT_SEAL_NONCE_LEN, PLAIN_LEN + TACIT_SEAL_TAG_LEN, ad,
	    ad_len, in, key) != 0)
		goto out;
	if ((rc = pad_read(b, tacit_Bundle_fields, plain,
	    sizeof(plain))) != 0)
		goto out;
	if (!bundle_fits(b, l))
		rc = TACIT_E_POISON;
out:
	if (rc != 0)
		sodium_memzero(b, sizeof(*b));
	sodium_memzero(key, sizeof(key));
	sodium_memzero(plain, sizeof(plain));
	return rc;
}
