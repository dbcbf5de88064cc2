/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "seal.h"

enum {
	VERSION = 1,
	AD_LEN = 1 + TACIT_ADDRESS_LEN + TACIT_ENVELOPE_ID_LEN,
	OVERHEAD = TACIT_SEAL_NONCE_LEN + TACIT_SEAL_TAG_LEN +
	    TACIT_SEAL_HEADER_LEN,

	/* Where in the header. */
	AT_STREAM = 1,
	AT_COUNTER = AT_STREAM + TACIT_STREAM_LEN,
	COUNTER_LEN = 6,
	AT_GENERATION = AT_COUNTER + COUNTER_LEN,
	GENERATION_LEN = 4,
	AT_LENGTH = AT_GENERATION + GENERATION_LEN,
	LENGTH_LEN = 2
};

#define COUNTER_MAX ((UINT64_C(1) << 8 * COUNTER_LEN) - 1)

_Static_assert(AT_LENGTH + LENGTH_LEN == TACIT_SEAL_HEADER_LEN,
    "the header is what PROTOCOL.md, section 9, says");
_Static_assert(TACIT_SEAL_NONCE_LEN ==
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES &&
    TACIT_SEAL_TAG_LEN == crypto_aead_xchacha20poly1305_ietf_ABYTES &&
    TACIT_KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    "sizes of XChaCha20-Poly1305");

size_t
seal_capacity(size_t envelope_len)
{
	if (envelope_len != TACIT_LETTER_LEN &&
	    envelope_len != TACIT_PARCEL_LEN)
		return 0;
	return envelope_len - OVERHEAD;
}

static void
put(uint8_t *to, uint64_t v, size_t n)
{
	while (n-- > 0) {
		to[n] = (uint8_t)v;
		v >>= 8;
	}
}

static uint64_t
get(const uint8_t *from, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | *from++;
	return v;
}

static void
header_write(uint8_t *out, const struct seal_header *h)
{
	out[0] = h->kind;
	memcpy(out + AT_STREAM, h->stream, TACIT_STREAM_LEN);
	put(out + AT_COUNTER, h->counter, COUNTER_LEN);
	put(out + AT_GENERATION, h->generation, GENERATION_LEN);
	put(out + AT_LENGTH, h->length, LENGTH_LEN);
}

static void
header_read(struct seal_header *h, const uint8_t *in)
{
	h->kind = in[0];
	memcpy(h->stream, in + AT_STREAM, TACIT_STREAM_LEN);
	h->counter = get(in + AT_COUNTER, COUNTER_LEN);
	h->generation = (uint32_t)get(in + AT_GENERATION, GENERATION_LEN);
	h->length = (uint16_t)get(in + AT_LENGTH, LENGTH_LEN);
}

/* What holds for every header, whoever wrote it. */
static int
header_fits(const struct seal_header *h, size_t capacity)
{
	return h->kind >= SEAL_WHISPER && h->kind <= SEAL_STALE &&
	    h->counter > 0 && h->counter <= COUNTER_MAX &&
	    h->generation > 0 && h->length > 0 && h->length <= capacity;
}

static void
bind(uint8_t ad[AD_LEN], const struct seal_place *p)
{
	ad[0] = VERSION;
	memcpy(ad + 1, p->address, TACIT_ADDRESS_LEN);
	memcpy(ad + 1 + TACIT_ADDRESS_LEN, p->envelope,
	    TACIT_ENVELOPE_ID_LEN);
}

int
seal_close(uint8_t *out, size_t out_len, const struct seal_keys *k,
    const struct seal_place *p, const struct seal_header *h,
    const uint8_t *msg, const uint8_t random16[16])
{
	size_t capacity = seal_capacity(out_len);
	uint8_t *plain = out + TACIT_SEAL_NONCE_LEN;
	uint8_t *body = plain + TACIT_SEAL_HEADER_LEN;
	uint8_t ad[AD_LEN];

	if (capacity == 0)
		return TACIT_E_SIZE;
	if (!header_fits(h, capacity))
		return TACIT_E_LIMIT;

	keys_hint(out, k, p->envelope);
	memcpy(out + TACIT_HINT_LEN, random16,
	    TACIT_SEAL_NONCE_LEN - TACIT_HINT_LEN);
	header_write(plain, h);
	memcpy(body, msg, h->length);
	memset(body + h->length, 0, capacity - h->length);
	bind(ad, p);

	/* In place; cannot fail, nor can the length be another. */
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(plain, NULL, plain,
	    TACIT_SEAL_HEADER_LEN + capacity, ad, sizeof(ad), NULL, out,
	    k->seal);
	return 0;
}

int
seal_names(const uint8_t *envelope, const struct seal_keys *k,
    const struct seal_place *p)
{
	uint8_t hint[TACIT_HINT_LEN];

	keys_hint(hint, k, p->envelope);
	return sodium_memcmp(envelope, hint, sizeof(hint)) == 0;
}

int
seal_open(struct seal_header *h, uint8_t *msg, const uint8_t *envelope,
    size_t len, const struct seal_keys *k, const struct seal_place *p)
{
	size_t capacity = seal_capacity(len);
	size_t plain_len = TACIT_SEAL_HEADER_LEN + capacity;
	uint8_t *plain = NULL, ad[AD_LEN];
	struct seal_header head;
	int rc;

	if (capacity == 0)
		return TACIT_E_SIZE;
	if ((plain = malloc(plain_len)) == NULL)
		return TACIT_E_NOMEM;

	rc = TACIT_E_CRYPTO;
	bind(ad, p);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL,
	    envelope + TACIT_SEAL_NONCE_LEN, plain_len + TACIT_SEAL_TAG_LEN,
	    ad, sizeof(ad), envelope, k->seal) != 0)
		goto out;

	rc = TACIT_E_POISON;
	header_read(&head, plain);
	if (!header_fits(&head, capacity) ||
	    !sodium_is_zero(plain + TACIT_SEAL_HEADER_LEN + head.length,
	    capacity - head.length))
		goto out;
	*h = head;
	memcpy(msg, plain + TACIT_SEAL_HEADER_LEN, capacity);
	rc = 0;
out:
	if (rc != 0)
		sodium_memzero(msg, capacity);
	sodium_memzero(plain, plain_len);
	free(plain);
	return rc;
}
