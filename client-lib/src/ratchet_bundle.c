/* SPDX-License-Identifier: Apache-2.0 */
/* Identities, and the bundles by which sessions begin. */
#include <string.h>

#include <signal/fingerprint.h>
#include <signal/key_helper.h>
#include <signal/session_builder.h>
#include <signal/signal_protocol.h>
#include <sodium.h>

#include "curve.h"
#include "ratchet_internal.h"

enum {
	REGISTRATION_MAX = 16380,
	FINGERPRINT_ROUNDS = 5200,
	FINGERPRINT_DIGITS = 60
};

/* Make an identity for the present relationship if it has none. */
static int
ensure_identity(struct ratchet *r, struct keystore_identity *id)
{
	ec_key_pair *pair = NULL;
	signal_buffer *private = NULL;
	int rc;

	if ((rc = keystore_identity(&r->keys, id)) != TACIT_E_STATE)
		return rc;

	rc = curve_generate_key_pair(r->signal, &pair);
	if (rc == 0)
		rc = ec_private_key_serialize(&private,
		    ec_key_pair_get_private(pair));
	if (rc == 0)
		rc = ratchet_point(id->public, ec_key_pair_get_public(pair));
	else
		rc = ratchet_verdict(r, rc);
	if (rc == 0) {
		memcpy(id->private, signal_buffer_data(private),
		    TACIT_KEY_LEN);
		id->registration_id = 1 + randombytes_uniform(
		    REGISTRATION_MAX);
		rc = keystore_stage_identity(&r->keys, id);
	}

	signal_buffer_bzero_free(private);
	SIGNAL_UNREF(pair);
	return rc;
}

/* Stage a new signed prekey under ${out->signed_prekey_id}. */
static int
offer_signed(struct ratchet *r, struct ratchet_bundle *out)
{
	ratchet_identity_key_pair *identity = NULL;
	session_signed_pre_key *key = NULL;
	signal_buffer *row = NULL;
	int rc;

	rc = signal_protocol_identity_get_key_pair(r->store, &identity);
	if (rc == 0)
		rc = signal_protocol_key_helper_generate_signed_pre_key(&key,
		    identity, out->signed_prekey_id, 0, r->signal);
	if (rc == 0)
		rc = session_signed_pre_key_serialize(&row, key);
	if (rc != 0) {
		rc = ratchet_verdict(r, rc);
		goto out;
	}

	rc = TACIT_E_INTERNAL;
	if (session_signed_pre_key_get_signature_len(key) !=
	    TACIT_SIGNATURE_LEN)
		goto out;
	memcpy(out->signature, session_signed_pre_key_get_signature(key),
	    TACIT_SIGNATURE_LEN);
	rc = ratchet_point(out->signed_prekey, ec_key_pair_get_public(
	    session_signed_pre_key_get_key_pair(key)));
	if (rc == 0)
		rc = keystore_stage(&r->keys, ROW_SIGNED,
		    out->signed_prekey_id, signal_buffer_data(row),
		    signal_buffer_len(row));
out:
	signal_buffer_bzero_free(row);
	SIGNAL_UNREF(key);
	SIGNAL_UNREF(identity);
	return rc;
}

/* The same of the one-time prekey. */
static int
offer_one_time(struct ratchet *r, struct ratchet_bundle *out)
{
	session_pre_key *key = NULL;
	ec_key_pair *pair = NULL;
	signal_buffer *row = NULL;
	int rc;

	rc = curve_generate_key_pair(r->signal, &pair);
	if (rc == 0)
		rc = session_pre_key_create(&key, out->one_time_prekey_id,
		    pair);
	if (rc == 0)
		rc = session_pre_key_serialize(&row, key);
	if (rc != 0)
		rc = ratchet_verdict(r, rc);
	if (rc == 0)
		rc = ratchet_point(out->one_time_prekey,
		    ec_key_pair_get_public(pair));
	if (rc == 0)
		rc = keystore_stage(&r->keys, ROW_ONE_TIME,
		    out->one_time_prekey_id, signal_buffer_data(row),
		    signal_buffer_len(row));

	signal_buffer_bzero_free(row);
	SIGNAL_UNREF(key);
	SIGNAL_UNREF(pair);
	return rc;
}

int
ratchet_offer(struct ratchet *r, const uint8_t relationship[32],
    struct ratchet_bundle *out)
{
	const struct ratchet_session s = ratchet_any(relationship);
	struct keystore_identity id;
	struct ratchet_bundle b = { 0 };
	int rc;

	if ((rc = ratchet_begin(r, &s, 0)) != 0)
		return rc;
	if ((rc = ensure_identity(r, &id)) == 0)
		rc = keystore_next_prekey(&r->keys, &b.signed_prekey_id);
	if (rc == 0) {
		b.registration_id = id.registration_id;
		memcpy(b.identity, id.public, TACIT_KEY_LEN);
		b.one_time_prekey_id = b.signed_prekey_id;
		rc = offer_signed(r, &b);
	}
	if (rc == 0)
		rc = offer_one_time(r, &b);
	if ((rc = ratchet_end(r, rc)) == 0)
		*out = b;
	sodium_memzero(&id, sizeof(id));
	return rc;
}

int
ratchet_withdraw(struct ratchet *r, const uint8_t relationship[32])
{
	const struct ratchet_session s = ratchet_any(relationship);
	int rc;

	if ((rc = ratchet_begin(r, &s, 0)) != 0)
		return rc;
	if ((rc = keystore_sweep(&r->keys, ROW_ONE_TIME)) != 0)
		return rc;
	return keystore_sweep(&r->keys, ROW_SIGNED);
}

static int
one_time_is_sound(const struct ratchet_bundle *b)
{

#ifdef TACIT_CONTROL_NO_ONE_TIME_RULE
	if (b->one_time_prekey_id == 0)
		return 1;
#endif
	return b->one_time_prekey_id >= 1 &&
	    b->one_time_prekey_id <= KEYSTORE_PREKEY_MAX &&
	    curve_point_is_sound(b->one_time_prekey);
}

static int
bundle_is_sound(const struct ratchet_bundle *b)
{

	return b->registration_id >= 1 &&
	    b->registration_id <= REGISTRATION_MAX &&
	    b->signed_prekey_id >= 1 &&
	    b->signed_prekey_id <= KEYSTORE_PREKEY_MAX &&
	    curve_point_is_sound(b->identity) &&
	    curve_point_is_sound(b->signed_prekey) &&
	    one_time_is_sound(b);
}

static int
read_point(struct ratchet *r, ec_public_key **out,
    const uint8_t point[TACIT_KEY_LEN])
{
	uint8_t wire[RATCHET_POINT_LEN] = { RATCHET_POINT_TYPE };

	memcpy(wire + 1, point, TACIT_KEY_LEN);
	return curve_decode_point(out, wire, sizeof(wire), r->signal);
}

/* libsignal's form of ${b}; 0 or its error. */
static int
read_bundle(struct ratchet *r, session_pre_key_bundle **out,
    const struct ratchet_bundle *b)
{
	ec_public_key *identity = NULL, *signed_ = NULL, *one_time = NULL;
	int rc;

	rc = read_point(r, &identity, b->identity);
	if (rc == 0)
		rc = read_point(r, &signed_, b->signed_prekey);
	if (rc == 0)
		rc = read_point(r, &one_time, b->one_time_prekey);
#ifdef TACIT_CONTROL_NO_ONE_TIME_RULE
	if (b->one_time_prekey_id == 0)
		SIGNAL_UNREF(one_time);
#endif
	if (rc == 0)
		rc = session_pre_key_bundle_create(out, b->registration_id,
		    r->address.device_id, b->one_time_prekey_id, one_time,
		    b->signed_prekey_id, signed_, b->signature,
		    sizeof(b->signature), identity);

	SIGNAL_UNREF(identity);
	SIGNAL_UNREF(signed_);
	SIGNAL_UNREF(one_time);
	return rc;
}

static int
process_bundle(struct ratchet *r, const struct ratchet_bundle *b)
{
	session_pre_key_bundle *bundle = NULL;
	session_builder *builder = NULL;
	int rc;

	rc = read_bundle(r, &bundle, b);
	if (rc == 0)
		rc = session_builder_create(&builder, r->store, &r->address,
		    r->signal);
	if (rc == 0)
		rc = session_builder_process_pre_key_bundle(builder, bundle);
	session_builder_free(builder);
	SIGNAL_UNREF(bundle);
	return ratchet_verdict(r, rc);
}

int
ratchet_accept(struct ratchet *r, const struct ratchet_session *s,
    const struct ratchet_bundle *theirs)
{
	struct keystore_identity id;
	int rc;

	if (s->owner != RATCHET_THEIRS)
		return TACIT_E_INVALID;
	if (!bundle_is_sound(theirs))
		return TACIT_E_POISON;
	if ((rc = ratchet_begin(r, s, 1)) != 0)
		return rc;

	/* A second start would archive the first state in the same record. */
	if ((rc = keystore_has(&r->keys, ROW_SESSION, 0)) == 1)
		rc = TACIT_E_STATE;
	if (rc == 0)
		rc = ensure_identity(r, &id);
	if (rc == 0)
		rc = process_bundle(r, theirs);
	sodium_memzero(&id, sizeof(id));
	return ratchet_end(r, rc);
}

int
ratchet_my_identity(struct ratchet *r, const uint8_t relationship[32],
    uint8_t out[TACIT_KEY_LEN])
{
	const struct ratchet_session s = ratchet_any(relationship);
	struct keystore_identity id;
	int rc;

	keystore_begin(&r->keys, &s, 0);
	if ((rc = keystore_identity(&r->keys, &id)) == 0)
		memcpy(out, id.public, TACIT_KEY_LEN);
	sodium_memzero(&id, sizeof(id));
	return rc;
}

int
ratchet_their_identity(struct ratchet *r, const uint8_t relationship[32],
    uint8_t out[TACIT_KEY_LEN])
{
	const struct ratchet_session s = ratchet_any(relationship);
	signal_buffer *row;
	int rc;

	keystore_begin(&r->keys, &s, 0);
	if ((rc = keystore_get(&r->keys, ROW_PEER, 0, &row)) != 0)
		return rc;
	rc = TACIT_E_STATE;
	if (row != NULL)
		rc = signal_buffer_len(row) == TACIT_KEY_LEN ? 0 :
		    TACIT_E_CORRUPT;
	if (rc == 0)
		memcpy(out, signal_buffer_data(row), TACIT_KEY_LEN);
	signal_buffer_free(row);
	return rc;
}

/* libsignal's digits for both identities under one stable identifier. */
static int
write_digits(struct ratchet *r, const char *name,
    const uint8_t mine[TACIT_KEY_LEN], const uint8_t theirs[TACIT_KEY_LEN],
    char out[FINGERPRINT_DIGITS + 1])
{
	fingerprint_generator *generator = NULL;
	ec_public_key *local = NULL, *remote = NULL;
	fingerprint *print = NULL;
	const char *digits = NULL;
	int rc;

	rc = read_point(r, &local, mine);
	if (rc == 0)
		rc = read_point(r, &remote, theirs);
	if (rc == 0)
		rc = fingerprint_generator_create(&generator,
		    FINGERPRINT_ROUNDS, 0, r->signal);
	if (rc == 0)
		rc = fingerprint_generator_create_for(generator, name, local,
		    name, remote, &print);
	if (rc == 0)
		digits = displayable_fingerprint_text(
		    fingerprint_get_displayable(print));
	rc = ratchet_verdict(r, rc);
	if (rc == 0 &&
	    (digits == NULL || strlen(digits) != FINGERPRINT_DIGITS))
		rc = TACIT_E_INTERNAL;
	if (rc == 0)
		memcpy(out, digits, FINGERPRINT_DIGITS + 1);

	SIGNAL_UNREF(print);
	fingerprint_generator_free(generator);
	SIGNAL_UNREF(local);
	SIGNAL_UNREF(remote);
	return rc;
}

int
ratchet_safety_number(struct ratchet *r, const uint8_t relationship[32],
    char out[61])
{
	uint8_t mine[TACIT_KEY_LEN], theirs[TACIT_KEY_LEN];
	char name[2 * TACIT_HASH_LEN + 1];
	int rc;

	if ((rc = ratchet_my_identity(r, relationship, mine)) != 0)
		return rc;
	if ((rc = ratchet_their_identity(r, relationship, theirs)) != 0)
		return rc;
	sodium_bin2hex(name, sizeof(name), relationship, TACIT_HASH_LEN);
	return write_digits(r, name, mine, theirs, out);
}
