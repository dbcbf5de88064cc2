/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "rate.h"
#include "tacit/error.h"

enum {
	PROBES = 8,			/* places where a key may lie */
	MINUTE_MS = 60000
};

/*
 * What is missing from a full bucket, in 1/60000 of a token, so that a limit
 * per minute and milliseconds meet without rounding.  A bucket that nobody
 * used is all zero, and so is a full one.
 */
struct bucket {
	uint64_t key;
	uint64_t at_ms;			/* when ${missing} was right */
	uint64_t missing;
	uint32_t per_minute;
};

struct rate {
	uint8_t secret[crypto_generichash_KEYBYTES];	/* names sources, */
	uint8_t place[crypto_shorthash_KEYBYTES];	/* and buckets */
	size_t mask;
	struct bucket buckets[];
};

int
rate_open(struct rate **out, size_t buckets)
{
	size_t n = PROBES;
	struct rate *r;

	while (n < buckets)
		n *= 2;
	*out = NULL;
	if ((r = calloc(1, sizeof(*r) + n * sizeof(r->buckets[0]))) == NULL)
		return TACIT_E_NOMEM;
	r->mask = n - 1;
	randombytes_buf(r->secret, sizeof(r->secret));
	randombytes_buf(r->place, sizeof(r->place));
	*out = r;
	return 0;
}

void
rate_free(struct rate *r)
{
	if (r == NULL)
		return;
	sodium_memzero(r->secret, sizeof(r->secret));
	sodium_memzero(r->place, sizeof(r->place));
	free(r);
}

uint64_t
rate_key(const struct rate *r, char what, const void *a, size_t a_len,
    const void *b, size_t b_len)
{
	uint8_t hash[crypto_shorthash_BYTES], all[1 + RATE_KEY_MOST];
	uint64_t key;

	assert(a_len + b_len <= RATE_KEY_MOST);
	all[0] = (uint8_t)what;
	memcpy(all + 1, a, a_len);
	if (b_len > 0)
		memcpy(all + 1 + a_len, b, b_len);
	(void)crypto_shorthash(hash, all, 1 + a_len + b_len, r->place);
	memcpy(&key, hash, sizeof(key));
	return key;
}

void
rate_source(const struct rate *r, uint8_t out[16], const void *address,
    size_t len)
{
	(void)crypto_generichash(out, 16, address, len, r->secret,
	    sizeof(r->secret));
}

/* What is missing of ${b} at ${now_ms}. */
static uint64_t
missing(const struct bucket *b, uint64_t now_ms)
{
	uint64_t back = (now_ms - b->at_ms) * b->per_minute;

	return back < b->missing ? b->missing - back : 0;
}

/* The bucket of ${key}, or the one of its places that is nearest to full. */
static struct bucket *
find(struct rate *r, uint64_t key, uint64_t now_ms)
{
	struct bucket *b, *best = NULL;
	size_t i;

	for (i = 0; i < PROBES; i++) {
		b = &r->buckets[(key + i) & r->mask];
		if (b->key == key && b->per_minute != 0)
			return b;
		if (best == NULL ||
		    missing(b, now_ms) < missing(best, now_ms))
			best = b;
	}
	memset(best, 0, sizeof(*best));
	best->key = key;
	return best;
}

uint32_t
rate_take(struct rate *r, uint64_t key, const struct rate_limit *l,
    uint64_t now_ms)
{
	uint64_t room = (uint64_t)l->burst * MINUTE_MS, over;
	struct bucket *b;

	if (l->per_minute == 0)
		return 0;
	b = find(r, key, now_ms);
	b->missing = missing(b, now_ms);
	b->at_ms = now_ms;
	b->per_minute = l->per_minute;
	if (b->missing + MINUTE_MS <= room) {
		b->missing += MINUTE_MS;
		return 0;
	}
	over = b->missing + MINUTE_MS - room;
	return (uint32_t)((over + l->per_minute - 1) / l->per_minute);
}
