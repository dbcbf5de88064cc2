/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The curve.  curve25519_donna() is the name under which libsignal exports
 * and calls its own, slow one; the dynamic linker finds ours first.
 */
#include <stdlib.h>
#include <string.h>

#include <signal/signal_protocol.h>
#include <sodium.h>

#include "curve.h"

static const uint8_t base_point[TACIT_KEY_LEN] = { 9 };

int curve25519_donna(uint8_t *out, const uint8_t *secret,
    const uint8_t *point);

__attribute__((visibility("default"))) int
curve25519_donna(uint8_t *out, const uint8_t *secret, const uint8_t *point)
{

	if (memcmp(point, base_point, sizeof(base_point)) == 0)
		return crypto_scalarmult_base(out, secret);
	/* -1 if the result is all zero, which libsignal's own lets pass. */
	return crypto_scalarmult(out, secret, point);
}

/* Below 2^255 - 19, with the unused top bit clear. */
static int
is_canonical(const uint8_t point[TACIT_KEY_LEN])
{
	int i;

	if (point[31] != 0x7f)
		return point[31] < 0x7f;
	for (i = 30; i > 0; i--) {
		if (point[i] != 0xff)
			return 1;
	}
	return point[0] < 0xed;
}

/*
 * All points whose order divides 8, on the curve and on its twist, in the one
 * form that is canonical: u = 0, 1, -1, and the two roots in the field of
 * (u^2 - 1)^2 = 4u (u^2 + 486662u + 1); with -4u in place of 4u it has none.
 */
static const uint8_t low_order[][TACIT_KEY_LEN] = {
	{ 0 },
	{ 1 },
	{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	{ 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
	  0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
	  0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 },
	{ 0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
	  0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
	  0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57 }
};

int
curve_point_is_sound(const uint8_t point[TACIT_KEY_LEN])
{
	size_t i;

	for (i = 0; i < sizeof(low_order) / sizeof(low_order[0]); i++)
		if (sodium_memcmp(point, low_order[i], TACIT_KEY_LEN) == 0)
			return 0;
	return is_canonical(point);
}

/* RFC 7748: 5.2, first vector, and 6.1, Alice. */
static const uint8_t known_secret[TACIT_KEY_LEN] = {
	0xa5, 0x46, 0xe3, 0x6b, 0xf0, 0x52, 0x7c, 0x9d, 0x3b, 0x16, 0x15,
	0x4b, 0x82, 0x46, 0x5e, 0xdd, 0x62, 0x14, 0x4c, 0x0a, 0xc1, 0xfc,
	0x5a, 0x18, 0x50, 0x6a, 0x22, 0x44, 0xba, 0x44, 0x9a, 0xc4
};
static const uint8_t known_point[TACIT_KEY_LEN] = {
	0xe6, 0xdb, 0x68, 0x67, 0x58, 0x30, 0x30, 0xdb, 0x35, 0x94, 0xc1,
	0xa4, 0x24, 0xb1, 0x5f, 0x7c, 0x72, 0x66, 0x24, 0xec, 0x26, 0xb3,
	0x35, 0x3b, 0x10, 0xa9, 0x03, 0xa6, 0xd0, 0xab, 0x1c, 0x4c
};
static const uint8_t known_shared[TACIT_KEY_LEN] = {
	0xc3, 0xda, 0x55, 0x37, 0x9d, 0xe9, 0xc6, 0x90, 0x8e, 0x94, 0xea,
	0x4d, 0xf2, 0x8d, 0x08, 0x4f, 0x32, 0xec, 0xcf, 0x03, 0x49, 0x1c,
	0x71, 0xf7, 0x54, 0xb4, 0x07, 0x55, 0x77, 0xa2, 0x85, 0x52
};
static const uint8_t alice_secret[TACIT_KEY_LEN] = {
	0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d, 0x3c, 0x16, 0xc1,
	0x72, 0x51, 0xb2, 0x66, 0x45, 0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0,
	0x99, 0x2a, 0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a
};
static const uint8_t alice_public[TACIT_KEY_LEN] = {
	0x85, 0x20, 0xf0, 0x09, 0x89, 0x30, 0xa7, 0x54, 0x74, 0x8b, 0x7d,
	0xdc, 0xb4, 0x3e, 0xf7, 0x5a, 0x0d, 0xbf, 0x3a, 0x0d, 0x26, 0x38,
	0x1a, 0xf4, 0xeb, 0xa4, 0xa9, 0x8e, 0xaa, 0x9b, 0x4e, 0x6a
};

/*
 * What libsignal makes of ${secret} and ${point}: 1 if that is ${expect},
 * 0 if not, negative if it refuses.
 */
static int
agrees(struct signal_context *ctx, const uint8_t secret[TACIT_KEY_LEN],
    const uint8_t point[TACIT_KEY_LEN], const uint8_t expect[TACIT_KEY_LEN])
{
	uint8_t wire[1 + TACIT_KEY_LEN] = { 5 };
	ec_private_key *private = NULL;
	ec_public_key *public = NULL;
	uint8_t *shared = NULL;
	int rc;

	memcpy(wire + 1, point, TACIT_KEY_LEN);
	rc = curve_decode_private_point(&private, secret, TACIT_KEY_LEN, ctx);
	if (rc == 0)
		rc = curve_decode_point(&public, wire, sizeof(wire), ctx);
	if (rc == 0)
		rc = curve_calculate_agreement(&shared, public, private);
	if (rc >= 0)
		rc = rc == TACIT_KEY_LEN && shared != NULL &&
		    memcmp(shared, expect, TACIT_KEY_LEN) == 0;

	free(shared);
	SIGNAL_UNREF(public);
	SIGNAL_UNREF(private);
	return rc;
}

/* The same of a public key. */
static int
derives(struct signal_context *ctx, const uint8_t secret[TACIT_KEY_LEN],
    const uint8_t expect[TACIT_KEY_LEN])
{
	ec_private_key *private = NULL;
	ec_public_key *public = NULL;
	signal_buffer *wire = NULL;
	int rc;

	rc = curve_decode_private_point(&private, secret, TACIT_KEY_LEN, ctx);
	if (rc == 0)
		rc = curve_generate_public_key(&public, private);
	if (rc == 0)
		rc = ec_public_key_serialize(&wire, public);
	if (rc == 0)
		rc = signal_buffer_len(wire) == 1 + TACIT_KEY_LEN &&
		    memcmp(signal_buffer_data(wire) + 1, expect,
		    TACIT_KEY_LEN) == 0;

	signal_buffer_free(wire);
	SIGNAL_UNREF(public);
	SIGNAL_UNREF(private);
	return rc;
}

int
curve_self_test(struct signal_context *ctx)
{
	static const uint8_t zero[TACIT_KEY_LEN];
	int known, derived, refused;

	known = agrees(ctx, known_secret, known_point, known_shared);
	derived = derives(ctx, alice_secret, alice_public);
	refused = agrees(ctx, known_secret, zero, zero);
	if (known == SG_ERR_NOMEM || derived == SG_ERR_NOMEM ||
	    refused == SG_ERR_NOMEM)
		return TACIT_E_NOMEM;
	if (known != 1 || derived != 1 || refused >= 0)
		return TACIT_E_INTERNAL;
	return 0;
}
