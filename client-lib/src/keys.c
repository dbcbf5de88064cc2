/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "keys.h"

/* What S alone decides. */
static void
derive(uint8_t out[32], const uint8_t key[TACIT_KEY_LEN], const char *label)
{
	tacit_hash_keyed(out, key, label, NULL, 0);
}

void
keys_address(uint8_t out[32], const uint8_t s[TACIT_SECRET_LEN])
{
	derive(out, s, "tacit/1/address");
}

void
keys_bundle(uint8_t out[32], const uint8_t s[TACIT_SECRET_LEN])
{
	derive(out, s, "tacit/1/bundle");
}

void
keys_relationship(uint8_t out[32], const uint8_t s[TACIT_SECRET_LEN])
{
	derive(out, s, "tacit/1/relationship");
}

void
keys_pair0(uint8_t out[32], const uint8_t s[TACIT_SECRET_LEN])
{
	derive(out, s, "tacit/1/pair/0");
}

void
keys_transcript(uint8_t out[32], const struct transcript *t)
{
	const struct tacit_part part[] = {
		{ t->blob, TACIT_BLOB_LEN },
		{ t->identity_i, TACIT_KEY_LEN },
		{ t->identity_j, TACIT_KEY_LEN },
		{ t->address_i, TACIT_ADDRESS_LEN },
		{ t->address_j, TACIT_ADDRESS_LEN },
		{ t->url_i, strlen(t->url_i) },
		{ t->url_j, strlen(t->url_j) },
	};

	tacit_hash(out, "tacit/1/transcript", part,
	    sizeof(part) / sizeof(part[0]));
}

void
keys_pair1(uint8_t out[32], const uint8_t s[TACIT_SECRET_LEN],
    const uint8_t r_i[32], const uint8_t r_j[32], const uint8_t t[32])
{
	const struct tacit_part part[] = {
		{ r_i, TACIT_NONCE_LEN },
		{ r_j, TACIT_NONCE_LEN },
		{ t, TACIT_HASH_LEN },
	};

	tacit_hash_keyed(out, s, "tacit/1/pair/1", part,
	    sizeof(part) / sizeof(part[0]));
}

static void
put_u64(uint8_t out[8], uint64_t v)
{
	size_t i;

	for (i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (56 - 8 * i));
}

void
keys_rotation(uint8_t out[32], const uint8_t pair[32], uint64_t id,
    const uint8_t r_i[32], const uint8_t r_j[32], const uint8_t *const at[4])
{
	uint8_t number[8], t[TACIT_HASH_LEN];
	const struct tacit_part what[] = {
		{ number, sizeof(number) },
		{ at[0], TACIT_ADDRESS_LEN },
		{ at[1], TACIT_ADDRESS_LEN },
		{ at[2], TACIT_ADDRESS_LEN },
		{ at[3], TACIT_ADDRESS_LEN },
	};
	const struct tacit_part part[] = {
		{ r_i, TACIT_NONCE_LEN },
		{ r_j, TACIT_NONCE_LEN },
		{ t, TACIT_HASH_LEN },
	};

	put_u64(number, id);
	tacit_hash(t, "tacit/1/rotation", what,
	    sizeof(what) / sizeof(what[0]));
	tacit_hash_keyed(out, pair, "tacit/1/pair/next", part,
	    sizeof(part) / sizeof(part[0]));
}

void
keys_recovery(uint8_t out[32], const uint8_t pair1[32])
{
	derive(out, pair1, "tacit/1/recovery");
}

void
keys_seal(struct seal_keys *out, const uint8_t pair[32],
    enum seal_direction d)
{
	derive(out->seal, pair,
	    d == SEAL_I_TO_J ? "tacit/1/seal/ij" : "tacit/1/seal/ji");
	derive(out->hint, out->seal, "tacit/1/hint");
}

void
keys_hint(uint8_t out[TACIT_HINT_LEN], const struct seal_keys *k,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN])
{
	const struct tacit_part part = { envelope, TACIT_ENVELOPE_ID_LEN };
	uint8_t hash[TACIT_HASH_LEN];

	tacit_hash_keyed(hash, k->hint, "tacit/1/hint/id", &part, 1);
	memcpy(out, hash, TACIT_HINT_LEN);
}

void
keys_next_stream(uint8_t out[TACIT_STREAM_LEN], const uint8_t r[32],
    const uint8_t stream[TACIT_STREAM_LEN], uint64_t upto)
{
	uint8_t number[8], hash[TACIT_HASH_LEN];
	const struct tacit_part part[] = {
		{ r, TACIT_HASH_LEN },
		{ stream, TACIT_STREAM_LEN },
		{ number, sizeof(number) },
	};

	put_u64(number, upto);
	tacit_hash(hash, "tacit/1/stream", part,
	    sizeof(part) / sizeof(part[0]));
	memcpy(out, hash, TACIT_STREAM_LEN);
}

void
keys_anchor(uint8_t out[32], const uint8_t owner[TACIT_KEY_LEN])
{
	derive(out, owner, "tacit/1/anchor/key");
}

void
keys_anchor_token(uint8_t out[32], const uint8_t owner[TACIT_KEY_LEN])
{
	derive(out, owner, "tacit/1/anchor/token");
}

void
keys_chain(uint8_t out[32], const uint8_t previous[32], uint64_t seq,
    uint32_t type, const void *text, size_t len)
{
	uint8_t number[8], kind[8];
	struct tacit_part part[] = {
		{ previous, TACIT_HASH_LEN },
		{ number, sizeof(number) },
		{ kind + 4, 4 },
		{ text, len },
	};
	size_t n = sizeof(part) / sizeof(part[0]);

#ifdef TACIT_CONTROL_NO_TYPE
	type = 0;
#endif
	put_u64(number, seq);
	put_u64(kind, type);
	/* Of a text there is no type. */
	if (type == 0)
		part[2] = part[--n];
	tacit_hash(out, "tacit/1/chain", part, n);
}
