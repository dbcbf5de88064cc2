/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "tacit/hash.h"

static void
be32(uint8_t out[4], uint32_t v)
{
	out[0] = (uint8_t)(v >> 24);
	out[1] = (uint8_t)(v >> 16);
	out[2] = (uint8_t)(v >> 8);
	out[3] = (uint8_t)v;
}

static void
hash(uint8_t out[TACIT_HASH_LEN], const uint8_t *key, size_t key_len,
    const char *label, const struct tacit_part *part, size_t n)
{
	crypto_generichash_state st;
	uint8_t len[4];
	size_t label_len = strlen(label), i;

	assert(label_len > 0 && label_len <= 64);
	(void)crypto_generichash_init(&st, key, key_len, TACIT_HASH_LEN);
	len[0] = (uint8_t)label_len;
	(void)crypto_generichash_update(&st, len, 1);
	(void)crypto_generichash_update(&st, (const uint8_t *)label,
	    label_len);
	for (i = 0; i < n; i++) {
		be32(len, (uint32_t)part[i].len);
		(void)crypto_generichash_update(&st, len, sizeof(len));
		(void)crypto_generichash_update(&st, part[i].data,
		    part[i].len);
	}
	(void)crypto_generichash_final(&st, out, TACIT_HASH_LEN);
	sodium_memzero(&st, sizeof(st));
}

void
tacit_hash(uint8_t out[TACIT_HASH_LEN], const char *label,
    const struct tacit_part *part, size_t n)
{
	hash(out, NULL, 0, label, part, n);
}

void
tacit_hash_keyed(uint8_t out[TACIT_HASH_LEN],
    const uint8_t key[TACIT_KEY_LEN], const char *label,
    const struct tacit_part *part, size_t n)
{
	hash(out, key, TACIT_KEY_LEN, label, part, n);
}

void
tacit_hash_address(uint8_t out[TACIT_ADDRESS_LEN],
    const uint8_t owner[TACIT_KEY_LEN])
{
	const struct tacit_part part = { owner, TACIT_KEY_LEN };

	tacit_hash(out, "tacit/1/mailbox", &part, 1);
}

void
tacit_hash_token(uint8_t out[TACIT_HASH_LEN],
    const uint8_t token[TACIT_TOKEN_LEN])
{
	const struct tacit_part part = { token, TACIT_TOKEN_LEN };

	tacit_hash(out, "tacit/1/token", &part, 1);
}

void
tacit_hash_code(uint8_t out[TACIT_HASH_LEN],
    const uint8_t code[TACIT_CODE_LEN])
{
	const struct tacit_part part = { code, TACIT_CODE_LEN };

	tacit_hash(out, "tacit/1/code", &part, 1);
}

void
tacit_hash_anchor(uint8_t out[TACIT_HASH_LEN],
    const uint8_t value[TACIT_ANCHOR_LEN])
{
	const struct tacit_part part = { value, TACIT_ANCHOR_LEN };

	tacit_hash(out, "tacit/1/anchor", &part, 1);
}

void
tacit_hash_statement(uint8_t out[TACIT_HASH_LEN],
    const struct tacit_statement *st)
{
	const struct tacit_part args = { st->args, st->args_len };
	uint8_t args_hash[TACIT_HASH_LEN], id[4];
	const struct tacit_part part[] = {
		{ st->relay_key, sizeof(st->relay_key) },
		{ st->nonce, sizeof(st->nonce) },
		{ id, sizeof(id) },
		{ &st->opcode, 1 },
		{ st->address, sizeof(st->address) },
		{ args_hash, sizeof(args_hash) },
	};

	be32(id, st->id);
	tacit_hash(args_hash, "tacit/1/args", &args, 1);
	tacit_hash(out, "tacit/1/statement", part,
	    sizeof(part) / sizeof(part[0]));
}

static void
be64(uint8_t out[8], uint64_t v)
{
	be32(out, (uint32_t)(v >> 32));
	be32(out + 4, (uint32_t)v);
}

void
tacit_hash_recall(uint8_t out[TACIT_HASH_LEN], const struct tacit_recall *r)
{
	uint8_t number[8];
	const struct tacit_part part[] = {
		{ r->address, sizeof(r->address) },
		{ r->envelope, sizeof(r->envelope) },
		{ &r->outcome, 1 },
		{ r->body_hash, sizeof(r->body_hash) },
		{ number, sizeof(number) },
		{ r->previous, sizeof(r->previous) },
	};

	be64(number, r->number);
	tacit_hash(out, "tacit/1/recall", part,
	    sizeof(part) / sizeof(part[0]));
}

void
tacit_hash_body(uint8_t out[TACIT_HASH_LEN], const void *body, size_t len)
{
	const struct tacit_part part = { body, len };

	tacit_hash(out, "tacit/1/body", &part, 1);
}

void
tacit_hash_recall_row(uint8_t out[TACIT_HASH_LEN],
    const uint8_t address[TACIT_ADDRESS_LEN],
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN])
{
	const struct tacit_part part[] = {
		{ address, TACIT_ADDRESS_LEN },
		{ envelope, TACIT_ENVELOPE_ID_LEN },
	};

	tacit_hash(out, "tacit/1/recall/row", part, 2);
}

void
tacit_hash_welcome(uint8_t out[TACIT_HASH_LEN],
    const uint8_t nonce[TACIT_NONCE_LEN],
    const uint8_t next_pin[TACIT_HASH_LEN])
{
	const struct tacit_part part[] = {
		{ nonce, TACIT_NONCE_LEN }, { next_pin, TACIT_HASH_LEN },
	};

	tacit_hash(out, "tacit/1/welcome", part, 2);
}
