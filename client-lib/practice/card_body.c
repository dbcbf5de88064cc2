/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <pb_decode.h>
#include <pb_encode.h>
#include <sodium.h>

#include "card_body.h"
#include "part.h"

void
card_default(tacit_practice_CardBody *out)
{
	static const tacit_practice_CardBody plain = {
		.response = "Messages are read when there is time for them, "
		    "which may be days later.",
		.notice = "Nobody watches these messages.  In a crisis, or if "
		    "somebody is in danger, do not write here: call your "
		    "local emergency number, or a crisis line.",
		.number_count = 5,
		.number = {
			{ "AT", "emergency", "112" },
			{ "CH", "emergency", "112" },
			{ "DE", "emergency", "112" },
			{ "GB", "emergency", "999" },
			{ "US", "emergency", "911" },
		},
	};

	*out = plain;
}

static bool
is_line(const char *text)
{
	return text[0] != '\0' && practice_is_text(text) &&
	    strpbrk(text, "\n\r\t") == NULL;
}

static bool
is_country(const char *c)
{
	return c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z' &&
	    c[2] == '\0';
}

bool
card_is_sound(const tacit_practice_CardBody *c)
{
	size_t i;

	if (c->response[0] == '\0' || !practice_is_text(c->response) ||
	    c->notice[0] == '\0' || !practice_is_text(c->notice))
		return false;
	for (i = 0; i < c->number_count; i++)
		if (!is_country(c->number[i].country) ||
		    !is_line(c->number[i].what) ||
		    !is_line(c->number[i].number))
			return false;
	return true;
}

size_t
card_write(uint8_t out[CARD_BODY_MAX], const tacit_practice_CardBody *c)
{
	pb_ostream_t s = pb_ostream_from_buffer(out, CARD_BODY_MAX);

	return pb_encode(&s, tacit_practice_CardBody_fields, c) ?
	    s.bytes_written : 0;
}

bool
card_read(tacit_practice_CardBody *out, const uint8_t *body, size_t len)
{
	pb_istream_t s = pb_istream_from_buffer(body, len);
	uint8_t again[CARD_BODY_MAX];

	return pb_decode(&s, tacit_practice_CardBody_fields, out) &&
	    card_is_sound(out) && card_write(again, out) == len &&
	    sodium_memcmp(again, body, len) == 0;
}

void
card_hash(uint8_t out[CARD_HASH_LEN], const uint8_t *body, size_t len)
{
	/* Fails only for sizes that these are not. */
	(void)crypto_generichash(out, CARD_HASH_LEN, body, len, NULL, 0);
}

/* What is signed: the body, and what for.  Returns how many bytes. */
static size_t
to_sign(uint8_t out[CARD_BODY_MAX + 32], const tacit_practice_Card *m)
{
	static const char context[] = "tacit/practice/card/1";

	memcpy(out, context, sizeof(context));
	memcpy(out + sizeof(context), m->body.bytes, m->body.size);
	return sizeof(context) + m->body.size;
}

int
card_sign(tacit_practice_Card *m, const uint8_t master[CARD_MASTER_LEN],
    const char *id)
{
	uint8_t seed[crypto_sign_SEEDBYTES], text[CARD_BODY_MAX + 32];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	int rc = TACIT_E_INTERNAL;

	if (crypto_generichash(seed, sizeof(seed), (const uint8_t *)id,
	    strlen(id), master, CARD_MASTER_LEN) == 0 &&
	    crypto_sign_seed_keypair(m->key, secret, seed) == 0 &&
	    crypto_sign_detached(m->signature, NULL, text, to_sign(text, m),
	    secret) == 0)
		rc = 0;
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(secret, sizeof(secret));
	return rc;
}

bool
card_is_signed(const tacit_practice_Card *m)
{
	uint8_t text[CARD_BODY_MAX + 32];

	return crypto_sign_verify_detached(m->signature, text,
	    to_sign(text, m), m->key) == 0;
}
