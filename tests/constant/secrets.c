/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does anything of ours branch on a secret, or index by one?  Run under
 * valgrind, secrets are marked as undefined, so that memcheck complains where
 * one decides something.  What becomes public is marked as defined again
 * where it does: the verdict of an AEAD with the header behind it, and of a
 * comparison.  libsodium itself is its authors' affair (secrets.supp).
 *
 * usage: secrets CASE	prints the cases without one; see run.sh
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <sodium.h>
#include <valgrind/memcheck.h>

#include "content.pb.h"
#include "keys.h"
#include "pad.h"
#include "seal.h"
#include "store_kit.h"
#include "tacit/hash.h"

/* Volatile, so that no answer is optimised away. */
static volatile int public_answer;

static void
secret(void *p, size_t len)
{
	VALGRIND_MAKE_MEM_UNDEFINED(p, len);
}

static void
public(void *p, size_t len)
{
	VALGRIND_MAKE_MEM_DEFINED(p, len);
}

/* ---- where secrets become public ------------------------------------------------ */

int __real_sodium_memcmp(const void *a, const void *b, size_t len);
int __wrap_sodium_memcmp(const void *a, const void *b, size_t len);

int
__wrap_sodium_memcmp(const void *a, const void *b, size_t len)
{
	int rc = __real_sodium_memcmp(a, b, len);

	public(&rc, sizeof(rc));
	return rc;
}

int __real_sodium_is_zero(const uint8_t *p, size_t len);
int __wrap_sodium_is_zero(const uint8_t *p, size_t len);

int
__wrap_sodium_is_zero(const uint8_t *p, size_t len)
{
	int rc = __real_sodium_is_zero(p, len);

	public(&rc, sizeof(rc));
	return rc;
}

int __real_crypto_aead_xchacha20poly1305_ietf_decrypt(uint8_t *m,
    unsigned long long *m_len, uint8_t *nsec, const uint8_t *c,
    unsigned long long c_len, const uint8_t *ad, unsigned long long ad_len,
    const uint8_t *nonce, const uint8_t *key);
int __wrap_crypto_aead_xchacha20poly1305_ietf_decrypt(uint8_t *m,
    unsigned long long *m_len, uint8_t *nsec, const uint8_t *c,
    unsigned long long c_len, const uint8_t *ad, unsigned long long ad_len,
    const uint8_t *nonce, const uint8_t *key);

int
__wrap_crypto_aead_xchacha20poly1305_ietf_decrypt(uint8_t *m,
    unsigned long long *m_len, uint8_t *nsec, const uint8_t *c,
    unsigned long long c_len, const uint8_t *ad, unsigned long long ad_len,
    const uint8_t *nonce, const uint8_t *key)
{
	int rc = __real_crypto_aead_xchacha20poly1305_ietf_decrypt(m, m_len,
	    nsec, c, c_len, ad, ad_len, nonce, key);

	public(&rc, sizeof(rc));
	public(m, TACIT_SEAL_HEADER_LEN);
	return rc;
}

/* ---- cases ------------------------------------------------------------------------ */

static void
derivation(void)
{
	uint8_t s[32], r[2][32], t[32] = { 7 }, out[32];
	struct seal_keys k;

	randombytes_buf(s, sizeof(s));
	randombytes_buf(r, sizeof(r));
	secret(s, sizeof(s));
	secret(r, sizeof(r));
	keys_address(out, s);
	keys_bundle(out, s);
	keys_relationship(out, s);
	keys_pair0(out, s);
	keys_seal(&k, out, SEAL_I_TO_J);
	keys_pair1(out, s, r[0], r[1], t);
	keys_seal(&k, out, SEAL_J_TO_I);
	keys_chain(out, r[0], 5, 1, s, sizeof(s));
}

static void
seal(void)
{
	static uint8_t envelope[TACIT_LETTER_LEN], msg[TACIT_LETTER_LEN];
	struct seal_header h = { .kind = SEAL_WHISPER, .counter = 1,
	    .generation = 1, .length = 900 };
	struct seal_place p = { { 1 }, { 2 } };
	uint8_t pair[32], random[16] = { 3 };
	struct seal_keys k;
	int spoil;

	randombytes_buf(pair, sizeof(pair));
	secret(pair, sizeof(pair));
	secret(msg, sizeof(msg));
	keys_seal(&k, pair, SEAL_I_TO_J);
	public_answer = seal_close(envelope, sizeof(envelope), &k, &p, &h,
	    msg, random);
	/* On the way it is anybody's. */
	public(envelope, sizeof(envelope));
	for (spoil = 0; spoil < 2; spoil++) {
		public_answer = seal_names(envelope, &k, &p);
		public_answer = seal_open(&h, msg, envelope,
		    sizeof(envelope), &k, &p);
		envelope[1000] ^= 1;
		envelope[2] ^= (uint8_t)spoil;
	}
}

static void
padding(void)
{
	static tacit_Content c, back;
	static uint8_t padded[TACIT_CONTENT_LEN];
	uint8_t bits[700] = { 0 };

	c.which_is = tacit_Content_text_tag;
	c.seq = 1;
	c.time_ms = 1;
	c.is.text.parts = 1;
	c.is.text.data.size = 700;
	memset(c.is.text.data.bytes, 'x', 700);
	secret(c.is.text.data.bytes, 700);
	public_answer = pad_write(padded, sizeof(padded),
	    tacit_Content_fields, &c);
	/* Where it stands is no secret: the same for every text so long. */
	public_answer = pad_read(&back, tacit_Content_fields, padded,
	    sizeof(padded));
	/* It is a secret still, as valgrind sees it. */
	(void)VALGRIND_GET_VBITS(back.is.text.data.bytes, bits, sizeof(bits));
	if (RUNNING_ON_VALGRIND && (bits[0] != 0xff || bits[699] != 0xff))
		abort();
}

/* A right token and a wrong one, for a mailbox that is there and one not. */
static void
token(void)
{
	const struct store_limits limits = { .letters = 512, .parcels = 64,
	    .nearly_letters = 496, .nearly_parcels = 56 };
	static const uint64_t posts[][KIT_ARGS] = {
		{ 1, 1, 1, LETTER, 1, 30 }, { 1, 2, 2, LETTER, 1, 30 },
		{ 2, 1, 3, LETTER, 1, 30 },
	};
	struct store *s;
	char dir[64];
	struct op op;
	size_t i;

	kit_dir_make(dir);
	s = kit_open(dir, &limits);
	op = kit_op(OP_ADMIT, (uint64_t[KIT_ARGS]){ 1, 10, 30 });
	kit_run(s, &op);
	op = kit_op(OP_CREATE, (uint64_t[KIT_ARGS]){ 1, 1, 1 });
	kit_run(s, &op);
	for (i = 0; i < 3; i++) {
		op = kit_op(OP_POST, posts[i]);
		secret(op.u.post.token_hash, sizeof(op.u.post.token_hash));
		kit_run(s, &op);
		public(&op.rc, sizeof(op.rc));
		public_answer = op.rc;
	}
	s->ops->close(s);
	kit_dir_remove(dir);
}

static void
token_hash(void)
{
	uint8_t t[TACIT_TOKEN_LEN], out[TACIT_HASH_LEN];

	randombytes_buf(t, sizeof(t));
	secret(t, sizeof(t));
	tacit_hash_token(out, t);
	tacit_hash_code(out, t);
}

/* What must be noticed: a branch, and an index. */
static void
control_memcmp(void)
{
	static uint8_t a[32], b[32];

	secret(a, sizeof(a));
	public_answer = memcmp(a, b, sizeof(a)) == 0 ? 1 : 2;
	if (public_answer == 1)
		puts("equal");
}

static void
control_index(void)
{
	static const uint8_t table[256] = { 1, 2, 3 };
	static volatile uint8_t n = 5;
	uint8_t at = n;

	secret(&at, sizeof(at));
	public_answer = table[at];
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "derivation", derivation },
	{ "seal", seal },
	{ "padding", padding },
	{ "token", token },
	{ "token_hash", token_hash },
	{ "control_memcmp", control_memcmp },
	{ "control_index", control_index },
};

int
main(int argc, char **argv)
{
	size_t i;

	if (sodium_init() < 0)
		return 1;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (argc < 2)
			puts(cases[i].name);
		else if (strcmp(argv[1], cases[i].name) == 0) {
			cases[i].run();
			return 0;
		}
	}
	return argc < 2 ? 0 : 1;
}
