/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "tacit/hash.h"
#include "vault_crypt.h"

enum {
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	/* Slot: format, id, cost, salt; wrapped key; checksum. */
	SLOT_PLAIN = 4 + VAULT_ID_LEN + 4 + 4 + VAULT_SALT_LEN,
	SLOT_WRAPPED = NONCE + TACIT_KEY_LEN + TAG,
	SLOT_BODY = SLOT_PLAIN + SLOT_WRAPPED,
	/* State: format, epoch, rows, sum, hash of the slot. */
	STATE_PLAIN = 4 + 8 + 8 + VAULT_SUM_LEN + TACIT_HASH_LEN,
	/* Associated data of a row: id, table, version, key. */
	AD_FIXED = VAULT_ID_LEN + 4 + 8,
	AD_MAX = AD_FIXED + VAULT_ROW_KEY_MAX,
	ROW_LEN = 4,			/* the value's length, in its seal */
	KIND_SHIFT = 16			/* the kind, beside the format */
};

_Static_assert(SLOT_BODY + TACIT_HASH_LEN == VAULT_SLOT_LEN, "slot");
_Static_assert(sizeof(((struct vault_mark *)0)->nonce) == NONCE, "nonce");
_Static_assert(NONCE + STATE_PLAIN + TAG == VAULT_STATE_LEN, "state");
_Static_assert(sizeof(((struct vault_slot *)0)->wrapped) == SLOT_WRAPPED,
    "wrapped key");

static uint8_t *
put32(uint8_t *p, uint32_t v)
{
	*p++ = (uint8_t)(v >> 24);
	*p++ = (uint8_t)(v >> 16);
	*p++ = (uint8_t)(v >> 8);
	*p++ = (uint8_t)v;
	return p;
}

static uint8_t *
put64(uint8_t *p, uint64_t v)
{
	return put32(put32(p, (uint32_t)(v >> 32)), (uint32_t)v);
}

static uint8_t *
put(uint8_t *p, const uint8_t *data, size_t len)
{
	memcpy(p, data, len);
	return p + len;
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static uint64_t
get64(const uint8_t *p)
{
	return (uint64_t)get32(p) << 32 | get32(p + 4);
}

int
vault_cost_check(const struct vault_cost *cost)
{
	if (cost->passes < TACIT_ARGON_PASSES_FLOOR ||
	    cost->passes > TACIT_ARGON_PASSES_MAX)
		return TACIT_E_INVALID;
	if (cost->mib < TACIT_ARGON_MIB_FLOOR ||
	    cost->mib > TACIT_ARGON_MIB_MAX)
		return TACIT_E_INVALID;
	return 0;
}

void
vault_keys_derive(struct vault_keys *k)
{
	const struct tacit_part id = { k->id, sizeof(k->id) };

	tacit_hash_keyed(k->row, k->vault, "tacit/1/vault/row", &id, 1);
	tacit_hash_keyed(k->sum, k->vault, "tacit/1/vault/sum", &id, 1);
	tacit_hash_keyed(k->state, k->vault, "tacit/1/vault/state", &id, 1);
}

static int
is_under_key(const struct vault_slot *s)
{
	return s->cost.passes == 0;
}

/* What the wrapping binds: everything of the slot that is in plain sight. */
static void
slot_plain(uint8_t out[SLOT_PLAIN], const struct vault_slot *s)
{
	uint8_t *p = put32(out,
	    is_under_key(s) ? VAULT_FORMAT_KEY : VAULT_FORMAT);

	p = put(p, s->id, sizeof(s->id));
	p = put32(p, s->cost.passes);
	p = put32(p, s->cost.mib);
	(void)put(p, s->salt, sizeof(s->salt));
}

static int
wrapping_key(uint8_t out[TACIT_KEY_LEN], const struct vault_slot *s,
    const struct vault_secret *by)
{
	const struct tacit_part part[] = {
		{ s->id, sizeof(s->id) }, { s->salt, sizeof(s->salt) },
	};

	if (by->is_key != is_under_key(s))
		return TACIT_E_OTHER_SECRET;
	if (by->is_key) {
		tacit_hash_keyed(out, by->data, "tacit/1/vault/host-key",
		    part, 2);
		return 0;
	}
	if (crypto_pwhash(out, TACIT_KEY_LEN, by->data, by->len, s->salt,
	    s->cost.passes, (size_t)s->cost.mib << 20,
	    crypto_pwhash_ALG_ARGON2ID13) != 0)
		return TACIT_E_NOMEM;
	return 0;
}

int
vault_slot_wrap(struct vault_slot *out, const struct vault_keys *k,
    const struct vault_cost *cost, const struct vault_secret *by)
{
	uint8_t wrapping[TACIT_KEY_LEN], ad[SLOT_PLAIN];
	struct vault_slot s = { .cost = { 0, 0 } };
	int rc;

	if (!by->is_key)
		s.cost = *cost;
	memcpy(s.id, k->id, sizeof(s.id));
	randombytes_buf(s.salt, sizeof(s.salt));
	randombytes_buf(s.wrapped, NONCE);
	slot_plain(ad, &s);
	if ((rc = wrapping_key(wrapping, &s, by)) != 0)
		goto out;
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(s.wrapped + NONCE,
	    NULL, k->vault, TACIT_KEY_LEN, ad, sizeof(ad), NULL, s.wrapped,
	    wrapping);
	*out = s;
out:
	sodium_memzero(wrapping, sizeof(wrapping));
	return rc;
}

int
vault_slot_unwrap(struct vault_keys *k, const struct vault_slot *s,
    const struct vault_secret *by)
{
	uint8_t wrapping[TACIT_KEY_LEN], ad[SLOT_PLAIN];
	int rc;

	slot_plain(ad, s);
	if ((rc = wrapping_key(wrapping, s, by)) != 0)
		goto out;
	rc = TACIT_E_PASSPHRASE;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(k->vault, NULL, NULL,
	    s->wrapped + NONCE, TACIT_KEY_LEN + TAG, ad, sizeof(ad),
	    s->wrapped, wrapping) != 0)
		goto out;
	memcpy(k->id, s->id, sizeof(k->id));
	vault_keys_derive(k);
	rc = 0;
out:
	sodium_memzero(wrapping, sizeof(wrapping));
	return rc;
}

void
vault_slot_write(uint8_t out[VAULT_SLOT_LEN], const struct vault_slot *s)
{
	const struct tacit_part body = { out, SLOT_BODY };

	slot_plain(out, s);
	memcpy(out + SLOT_PLAIN, s->wrapped, SLOT_WRAPPED);
	tacit_hash(out + SLOT_BODY, "tacit/1/vault/checksum", &body, 1);
}

int
vault_slot_read(struct vault_slot *out, const uint8_t *in, size_t len)
{
	const struct tacit_part body = { in, SLOT_BODY };
	uint8_t checksum[TACIT_HASH_LEN];
	const uint8_t *p;

	if (len != VAULT_SLOT_LEN)
		return TACIT_E_CORRUPT;
	tacit_hash(checksum, "tacit/1/vault/checksum", &body, 1);
	if (sodium_memcmp(checksum, in + SLOT_BODY, TACIT_HASH_LEN) != 0)
		return TACIT_E_CORRUPT;
	if (get32(in) != VAULT_FORMAT && get32(in) != VAULT_FORMAT_KEY)
		return TACIT_E_VERSION;
	p = in + 4;
	memcpy(out->id, p, sizeof(out->id));
	p += sizeof(out->id);
	out->cost.passes = get32(p);
	out->cost.mib = get32(p + 4);
	memcpy(out->salt, p + 8, sizeof(out->salt));
	memcpy(out->wrapped, in + SLOT_PLAIN, SLOT_WRAPPED);
	if (get32(in) == VAULT_FORMAT_KEY)
		return out->cost.passes != 0 || out->cost.mib != 0 ?
		    TACIT_E_CORRUPT : 0;
	return vault_cost_check(&out->cost) != 0 ? TACIT_E_CORRUPT : 0;
}

void
vault_slot_hash(uint8_t out[TACIT_HASH_LEN],
    const uint8_t slot[VAULT_SLOT_LEN])
{
	const struct tacit_part part = { slot, VAULT_SLOT_LEN };

	tacit_hash(out, "tacit/1/vault/slot", &part, 1);
}

void
vault_state_seal(uint8_t out[VAULT_STATE_LEN], const struct vault_keys *k,
    const struct vault_state *st)
{
	uint8_t plain[STATE_PLAIN], *p = plain;

	p = put32(p, (uint32_t)st->kind << KIND_SHIFT | VAULT_FORMAT);
	p = put64(p, st->epoch);
	p = put64(p, st->rows);
	p = put(p, st->sum, sizeof(st->sum));
	(void)put(p, st->slot, sizeof(st->slot));
	randombytes_buf(out, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL,
	    plain, sizeof(plain), k->id, sizeof(k->id), NULL, out, k->state);
	sodium_memzero(plain, sizeof(plain));
}

int
vault_state_open(struct vault_state *out, const struct vault_keys *k,
    const uint8_t *in, size_t len)
{
	uint8_t plain[STATE_PLAIN];
	const uint8_t *p = plain;
	uint32_t kind;
	int rc = TACIT_E_CORRUPT;

	if (len != VAULT_STATE_LEN)
		return TACIT_E_CORRUPT;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL,
	    in + NONCE, len - NONCE, k->id, sizeof(k->id), in,
	    k->state) != 0)
		goto out;
	kind = get32(p) >> KIND_SHIFT;
	if (kind > VAULT_BACKUP ||
	    get32(p) != (kind << KIND_SHIFT | VAULT_FORMAT))
		goto out;
	out->kind = (enum vault_kind)kind;
	p += 4;
	out->epoch = get64(p);
	out->rows = get64(p + 8);
	memcpy(out->sum, p + 16, sizeof(out->sum));
	memcpy(out->slot, p + 16 + sizeof(out->sum), sizeof(out->slot));
	rc = 0;
out:
	sodium_memzero(plain, sizeof(plain));
	return rc;
}

/* Only the key has a free length, and it is last: one encoding each. */
static size_t
row_ad(uint8_t out[AD_MAX], const struct vault_keys *k,
    const struct vault_where *at)
{
	uint8_t *p = put(out, k->id, sizeof(k->id));

	assert(at->key_len <= VAULT_ROW_KEY_MAX);
	p = put32(p, at->table);
	p = put64(p, at->version);
	(void)put(p, at->key, at->key_len);
	return AD_FIXED + at->key_len;
}

static size_t
padded_len(size_t len)
{
	return (len + ROW_LEN + VAULT_PAD - 1) / VAULT_PAD * VAULT_PAD;
}

size_t
vault_sealed_len(size_t len)
{
	return padded_len(len) + TAG + NONCE;
}

/*
 * Sealed: ciphertext of (value, zeros, length), tag, nonce.  The nonce stands
 * last because SQLite may leave stale copies of the front of a removed row
 * between the cells of a page, but keeps the end of every row of this size on
 * an overflow page, which it wipes.  Without the nonce the rest is noise.
 */
void
vault_row_seal(uint8_t *out, const struct vault_keys *k,
    const struct vault_where *at, const void *value, size_t len)
{
	size_t inner = padded_len(len), ad_len;
	uint8_t ad[AD_MAX], *nonce = out + inner + TAG;

	assert(len <= VAULT_VALUE_MAX);
	ad_len = row_ad(ad, k, at);
	if (len > 0)
		memcpy(out, value, len);
	memset(out + len, 0, inner - len);
	(void)put32(out + inner - ROW_LEN, (uint32_t)len);
	randombytes_buf(nonce, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, out,
	    inner, ad, ad_len, NULL, nonce, k->row);
}

int
vault_row_open(struct vault_value *out, const struct vault_keys *k,
    const struct vault_where *at, const uint8_t *in, size_t len)
{
	size_t inner, value_len, ad_len;
	uint8_t ad[AD_MAX], *plain;

	if (len < vault_sealed_len(0) || len > VAULT_SEALED_MAX)
		return TACIT_E_CORRUPT;
	inner = len - TAG - NONCE;
	ad_len = row_ad(ad, k, at);
	if ((plain = malloc(inner)) == NULL)
		return TACIT_E_NOMEM;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, in,
	    inner + TAG, ad, ad_len, in + inner + TAG, k->row) != 0)
		goto corrupt;
	value_len = get32(plain + inner - ROW_LEN);
	if (value_len > inner - ROW_LEN)
		goto corrupt;
	memset(plain + value_len, 0, inner - value_len);
	out->data = plain;
	out->len = value_len;
	return 0;
corrupt:
	sodium_memzero(plain, inner);
	free(plain);
	return TACIT_E_CORRUPT;
}

int
vault_mark(struct vault_mark *out, const struct vault_keys *k,
    const struct vault_where *at, const uint8_t *sealed, size_t len)
{
	uint8_t ad[AD_MAX];
	const struct tacit_part part[] = {
		{ ad, row_ad(ad, k, at) }, { sealed, len },
	};

	if (len < vault_sealed_len(0))
		return TACIT_E_CORRUPT;
	tacit_hash_keyed(out->element, k->sum, "tacit/1/vault/element", part,
	    2);
	memcpy(out->nonce, sealed + len - NONCE, NONCE);
	return 0;
}

int
vault_mark_is(const struct vault_mark *m, const uint8_t *sealed, size_t len)
{
	return len >= NONCE &&
	    sodium_memcmp(sealed + len - NONCE, m->nonce, NONCE) == 0;
}

void
vault_state_add(struct vault_state *st, const struct vault_mark *m)
{
	sodium_add(st->sum, m->element, sizeof(m->element));
	st->rows++;
}

void
vault_state_sub(struct vault_state *st, const struct vault_mark *m)
{
	sodium_sub(st->sum, m->element, sizeof(m->element));
	st->rows--;
}

void
vault_value_free(struct vault_value *v)
{
	if (v->data != NULL)
		sodium_memzero(v->data, v->len);
	free(v->data);
	v->data = NULL;
	v->len = 0;
}
