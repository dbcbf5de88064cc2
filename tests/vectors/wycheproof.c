/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vectors of Project Wycheproof through our own wrappers: the curve that
 * libsignal is given and the check before it, what provider.c gives, and the
 * two functions of libsodium that we call as they are.
 *
 * usage: wycheproof FILE
 *
 * Valid vectors must pass and invalid ones fail.  Of X25519 "acceptable" is
 * what RFC 7748 allows and we partly do not: a public key that is not
 * canonical or of low order must be refused, any other be right.  Every tag
 * and signature must fail when any one of its bits is changed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signal/signal_protocol.h>
#include <sodium.h>

#include "curve.h"
#include "provider.h"

enum { FIELDS = 9, BYTES_MAX = 4096 };

struct bytes {
	uint8_t at[BYTES_MAX];
	size_t len;
};

/* A line: the first two words, the result, and what stands in hexadecimal. */
struct vector {
	char kind[16], id[16];
	char result;
	struct bytes field[FIELDS];
};

int curve25519_donna(uint8_t *out, const uint8_t *secret,
    const uint8_t *point);

static signal_crypto_provider ours;

int __real_signal_context_set_crypto_provider(signal_context *c,
    const signal_crypto_provider *p);
int __wrap_signal_context_set_crypto_provider(signal_context *c,
    const signal_crypto_provider *p);

int
__wrap_signal_context_set_crypto_provider(signal_context *c,
    const signal_crypto_provider *p)
{
	ours = *p;
	return __real_signal_context_set_crypto_provider(c, p);
}

static int
equal(const struct bytes *b, const void *data, size_t len)
{
	return b->len == len && (len == 0 || memcmp(b->at, data, len) == 0);
}

/* Each checks one vector: 1 accepted, 0 refused, -1 wrong. */

static int
x25519(struct vector *v)
{
	const uint8_t *public = v->field[1].at;
	int sound = curve_point_is_sound(public), rc;
	uint8_t out[32];

	rc = curve25519_donna(out, v->field[0].at, public);
	if (sodium_is_zero(v->field[2].at, 32))
		return rc != 0 && !sound ? 0 : -1;
	if (rc != 0 || !equal(&v->field[2], out, sizeof(out)))
		return -1;
	return sound;
}

static int
aes_cbc(struct vector *v)
{
	struct bytes *f = v->field;
	signal_buffer *out = NULL;
	int ok;

	if (v->result == 'v') {
		if (ours.encrypt_func(&out, SG_CIPHER_AES_CBC_PKCS5, f[0].at,
		    f[0].len, f[1].at, f[1].len, f[2].at, f[2].len,
		    ours.user_data) != 0)
			return -1;
		ok = equal(&f[3], signal_buffer_data(out),
		    signal_buffer_len(out));
		signal_buffer_free(out);
		if (!ok)
			return -1;
	}
	if (ours.decrypt_func(&out, SG_CIPHER_AES_CBC_PKCS5, f[0].at,
	    f[0].len, f[1].at, f[1].len, f[3].at, f[3].len,
	    ours.user_data) != 0)
		return 0;
	ok = equal(&f[2], signal_buffer_data(out), signal_buffer_len(out));
	signal_buffer_free(out);
	return v->result == 'v' && !ok ? -1 : 1;
}

static int
hmac(struct vector *v)
{
	struct bytes *f = v->field;
	signal_buffer *out = NULL;
	void *h;
	int ok;

	if (ours.hmac_sha256_init_func(&h, f[0].at, f[0].len,
	    ours.user_data) != 0 || ours.hmac_sha256_update_func(h, f[1].at,
	    f[1].len, ours.user_data) != 0 ||
	    ours.hmac_sha256_final_func(h, &out, ours.user_data) != 0)
		return -1;
	ours.hmac_sha256_cleanup_func(h, ours.user_data);
	ok = equal(&f[2], signal_buffer_data(out), signal_buffer_len(out));
	signal_buffer_free(out);
	return ok;
}

static int
ed25519(struct vector *v)
{
	struct bytes *f = v->field;
	unsigned bit;

	if (f[2].len != crypto_sign_BYTES)
		return 0;
	if (crypto_sign_verify_detached(f[2].at, f[1].at, f[1].len,
	    f[0].at) != 0)
		return 0;
	for (bit = 0; bit < 8 * crypto_sign_BYTES; bit++) {
		f[2].at[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (crypto_sign_verify_detached(f[2].at, f[1].at, f[1].len,
		    f[0].at) == 0)
			return -1;
		f[2].at[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	return 1;
}

static int
xchacha(struct vector *v)
{
	struct bytes *f = v->field;
	uint8_t out[BYTES_MAX], tag[16];
	unsigned long long tag_len;
	unsigned bit;

	if (f[1].len != crypto_aead_xchacha20poly1305_ietf_NPUBBYTES ||
	    f[5].len != sizeof(tag))
		return 0;
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt_detached(out, tag,
	    &tag_len, f[3].at, f[3].len, f[2].at, f[2].len, NULL, f[1].at,
	    f[0].at);
	if (!equal(&f[4], out, f[3].len) ||
	    !equal(&f[5], tag, (size_t)tag_len))
		return -1;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached(out, NULL,
	    f[4].at, f[4].len, tag, f[2].at, f[2].len, f[1].at,
	    f[0].at) != 0 || !equal(&f[3], out, f[4].len))
		return -1;
	for (bit = 0; bit < 8 * sizeof(tag); bit++) {
		tag[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached(out,
		    NULL, f[4].at, f[4].len, tag, f[2].at, f[2].len, f[1].at,
		    f[0].at) == 0)
			return -1;
		tag[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	return 1;
}

static struct kind {
	const char *name;
	int (*check)(struct vector *v);
	unsigned accepted, refused, wrong;
} kinds[] = {
	{ "x25519", x25519, 0, 0, 0 },
	{ "aes-cbc", aes_cbc, 0, 0, 0 },
	{ "hmac", hmac, 0, 0, 0 },
	{ "ed25519", ed25519, 0, 0, 0 },
	{ "xchacha", xchacha, 0, 0, 0 },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* 1, or 0 if ${line} is no vector. */
static int
read_vector(struct vector *v, char *line)
{
	char *word, *rest = NULL, result[2];
	size_t i;

	if (sscanf(line, "%15s %15s %1s", v->kind, v->id, result) != 3)
		return 0;
	v->result = result[0];
	for (i = 0, word = strtok_r(line, " \n", &rest); word != NULL &&
	    i < 3 + FIELDS; i++, word = strtok_r(NULL, " \n", &rest)) {
		if (i < 3)
			continue;
		v->field[i - 3].len = 0;
		if (word[0] != '-' && sodium_hex2bin(v->field[i - 3].at,
		    BYTES_MAX, word, strlen(word), NULL,
		    &v->field[i - 3].len, NULL) != 0)
			return 0;
	}
	return 1;
}

static void
try(struct vector *v)
{
	struct kind *k = NULL;
	size_t i;
	int said;

	for (i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].name, v->kind) == 0)
			k = &kinds[i];
	if (k == NULL)
		exit(1);
	said = k->check(v);
	if (said < 0 || (v->result == 'v' && said != 1) ||
	    (v->result == 'i' && said != 0)) {
		printf("wrong: %s %s (%c)\n", v->kind, v->id, v->result);
		k->wrong++;
	} else if (said == 1)
		k->accepted++;
	else
		k->refused++;
}

int
main(int argc, char **argv)
{
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
	struct vector *v = calloc(1, sizeof(*v));
	struct provider *provider = NULL;
	signal_context *context = NULL;
	static char line[3 * BYTES_MAX];
	unsigned wrong = 0;
	size_t i;

	if (f == NULL || v == NULL || sodium_init() < 0 ||
	    signal_context_create(&context, NULL) != 0 ||
	    provider_open(&provider, context) != 0)
		return 1;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (line[0] == '#')
			continue;
		if (!read_vector(v, line)) {
			printf("not a vector: %s", line);
			wrong++;
			continue;
		}
		try(v);
	}
	for (i = 0; i < KINDS; i++) {
		printf("%-8s %3u accepted, %3u refused, %u wrong\n",
		    kinds[i].name, kinds[i].accepted, kinds[i].refused,
		    kinds[i].wrong);
		wrong += kinds[i].wrong;
		/* A file without vectors shows nothing. */
		wrong += kinds[i].accepted == 0 || kinds[i].refused == 0;
	}
	signal_context_destroy(context);
	provider_close(provider);
	free(v);
	(void)fclose(f);
	return wrong != 0;
}
