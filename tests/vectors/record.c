/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A draw is made of who draws, how many bytes, and how many such draws there
 * were before: so a row more in a vault, which draws a nonce, changes none of
 * the values that leave the vault.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "ratchet.h"
#include "record.h"
#include "seal.h"

enum { DRAWS = 4096, NAMES = 256, LEN_MAX = 64, WHO = 6, MESSAGE = 2048 };

struct draw {
	int who;			/* of record_turn() */
	size_t len;
	uint8_t value[LEN_MAX];
};

struct name {
	enum { VALUE, POINT, SEED } of;
	size_t len;
	uint8_t value[LEN_MAX];
	const char *name;
};

static struct {
	pthread_t thread;
	struct draw draw[DRAWS];
	struct name name[NAMES];
	size_t draws, names;
	uint64_t drawn[WHO][LEN_MAX + 2];
	int turn;
	json_t *letters, *letter;	/* the one under way */
} rec;

int __real_ratchet_encrypt(struct ratchet *r, const struct ratchet_session *s,
    const uint8_t *plain, size_t len, uint8_t *out, size_t cap,
    size_t *out_len, enum ratchet_kind *kind);
int __real_seal_close(uint8_t *out, size_t out_len, const struct seal_keys *k,
    const struct seal_place *p, const struct seal_header *h,
    const uint8_t *msg, const uint8_t random16[16]);
int __wrap_ratchet_encrypt(struct ratchet *r, const struct ratchet_session *s,
    const uint8_t *plain, size_t len, uint8_t *out, size_t cap,
    size_t *out_len, enum ratchet_kind *kind);
int __wrap_seal_close(uint8_t *out, size_t out_len, const struct seal_keys *k,
    const struct seal_place *p, const struct seal_header *h,
    const uint8_t *msg, const uint8_t random16[16]);

json_t *
record_hex(const void *data, size_t len)
{
	char *hex = calloc(2, len + 1);
	json_t *out;

	if (hex == NULL)
		abort();
	out = json_string(sodium_bin2hex(hex, 2 * (len + 1), data, len));
	free(hex);
	return out;
}

/* ---- randomness ------------------------------------------------------------ */

static void
keep(int who, const void *value, size_t len)
{
	struct draw *d = &rec.draw[rec.draws];

	if (rec.draws++ == DRAWS)
		abort();
	d->who = who;
	d->len = len;
	memcpy(d->value, value, len);
}

static void
fill(int who, void *out, size_t len)
{
	const size_t row = len <= LEN_MAX ? len : LEN_MAX + 1;
	uint64_t seed[4] = { (uint64_t)who, len, 0, 0 };

	seed[2] = ++rec.drawn[who][row];
	randombytes_buf_deterministic(out, len, (const uint8_t *)seed);
	if (len <= LEN_MAX && who < WHO - 1)
		keep(who, out, len);
}

static const char *
fixed_name(void)
{
	return "fixed";
}

/* The thread that stores for the relay draws what nobody sees. */
static void
fixed_buf(void *const out, const size_t len)
{
	if (pthread_equal(pthread_self(), rec.thread))
		fill(2 + rec.turn, out, len);
	else
		memset(out, 1, len);
}

static uint32_t
fixed_word(void)
{
	uint32_t v;

	fixed_buf(&v, sizeof(v));
	return v;
}

void
record_begin(void)
{
	static struct randombytes_implementation fixed = { fixed_name,
	    fixed_word, NULL, NULL, fixed_buf, NULL };

	rec.thread = pthread_self();
	rec.turn = 2;
	rec.letters = json_array();
	if (randombytes_set_implementation(&fixed) != 0 ||
	    sodium_init() < 0)
		abort();
}

void
record_draw(int i, void *out, size_t len)
{
	fill(i, out, len);
}

void
record_turn(int i)
{
	rec.turn = i;
}

/* ---- names ------------------------------------------------------------------- */

static void
add_name(int of, const void *value, size_t len, const char *name)
{
	struct name *n = &rec.name[rec.names];

	if (rec.names++ == NAMES || len > LEN_MAX)
		abort();
	n->of = of;
	n->len = len;
	memcpy(n->value, value, len);
	n->name = name;
}

void
record_name(const void *value, size_t len, const char *name)
{
	add_name(VALUE, value, len, name);
}

void
record_name_point(const uint8_t key[32], const char *name)
{
	add_name(POINT, key, 32, name);
}

void
record_name_seed(const uint8_t key[32], const char *name)
{
	add_name(SEED, key, 32, name);
}

static int
is_named(const struct name *n, const struct draw *d)
{
	uint8_t key[32], secret[64];

	if (n->len != d->len)
		return 0;
	if (n->of == POINT)
		(void)crypto_scalarmult_base(key, d->value);
	else if (n->of == SEED)
		(void)crypto_sign_seed_keypair(key, secret, d->value);
	return memcmp(n->value, n->of == VALUE ? d->value : key, n->len) == 0;
}

/* What was named last knows best: an identity is in messages as well. */
static const char *
name_of(const struct draw *d)
{
	size_t i;

	for (i = rec.names; i-- > 0; )
		if (is_named(&rec.name[i], d))
			return rec.name[i].name;
	return d->len == 64 ? "of a prekey's signature (XEdDSA)" : NULL;
}

json_t *
record_draws(void)
{
	static const char *const who[] = { "I", "J", "I", "J", "relay" };
	json_t *out = json_array();
	const char *name, *by;
	size_t i;

	for (i = 0; i < rec.draws; i++) {
		const struct draw *d = &rec.draw[i];

		if ((name = name_of(d)) == NULL)
			continue;
		/* A relay accepts while a client connects. */
		by = strcmp(name, "nonce of a connection") == 0 ? who[4] :
		    who[d->who];
		json_array_append_new(out, json_pack("{ssssso}", "by", by,
		    "name", name, "value", record_hex(d->value, d->len)));
	}
	return out;
}

/* ---- letters ------------------------------------------------------------------- */

/* The point of a field of a ratchet message, if it has one: 05 and 32 bytes. */
static void
name_points(const uint8_t *msg, size_t len)
{
	size_t i;

	for (i = 1; i + 34 <= len && i < 160; i++)
		if (msg[i] == 0x21 && msg[i + 1] == 5)
			record_name_point(msg + i + 2,
			    "base key or ratchet key of a session (X25519)");
}

int
__wrap_ratchet_encrypt(struct ratchet *r, const struct ratchet_session *s,
    const uint8_t *plain, size_t len, uint8_t *out, size_t cap,
    size_t *out_len, enum ratchet_kind *kind)
{
	int rc = __real_ratchet_encrypt(r, s, plain, len, out, cap, out_len,
	    kind);

	if (rc != 0)
		abort();
	json_decref(rec.letter);
	rec.letter = json_pack("{sososI}", "content", record_hex(plain + 2,
	    (size_t)plain[0] << 8 | plain[1]), "message",
	    record_hex(out, *out_len), "padded", (json_int_t)len);
	name_points(out, *out_len);
	return rc;
}

int
__wrap_seal_close(uint8_t *out, size_t out_len, const struct seal_keys *k,
    const struct seal_place *p, const struct seal_header *h,
    const uint8_t *msg, const uint8_t random16[16])
{
	int rc = __real_seal_close(out, out_len, k, p, h, msg, random16);

	if (rc != 0 || rec.letter == NULL)
		abort();
	record_name(p->envelope, sizeof(p->envelope), "envelope id");
	record_name(random16, 16, "rest of the nonce of an envelope");
	if (h->kind == SEAL_HELLO)
		record_name_point(msg, "ephemeral key of the box around "
		    "Hello (X25519)");
	json_object_update_new(rec.letter, json_pack(
	    "{sososososisosIsIso}", "seal_key",
	    record_hex(k->seal, sizeof(k->seal)), "address",
	    record_hex(p->address, sizeof(p->address)), "envelope",
	    record_hex(p->envelope, sizeof(p->envelope)), "random",
	    record_hex(random16, 16), "kind", (int)h->kind, "stream",
	    record_hex(h->stream, sizeof(h->stream)), "counter",
	    (json_int_t)h->counter, "generation", (json_int_t)h->generation,
	    "inside", record_hex(msg, h->length)));
	json_array_append_new(rec.letters, rec.letter);
	rec.letter = NULL;
	return rc;
}

json_t *
record_letters(void)
{
	return rec.letters;
}
