/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ratchet's life, and what its other files share: ratchet_bundle.c makes
 * and accepts bundles, ratchet_message.c encrypts and decrypts,
 * ratchet_store.c is what libsignal calls, ratchet_box.c the layer of Hello.
 *
 * One libsignal context each, used by one thread at a time and never from a
 * callback: it needs no lock functions, and has none.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signal/signal_protocol.h>
#include <sodium.h>

#include "curve.h"
#include "ratchet_internal.h"

/* What libsignal logs names sessions; nobody is to read that. */
static void
log_nothing(int level, const char *message, size_t len, void *arg)
{

	(void)level;
	(void)message;
	(void)len;
	(void)arg;
}

static int
open_signal(struct ratchet *r)
{
	int rc;

	if (signal_context_create(&r->signal, NULL) != 0)
		return TACIT_E_NOMEM;
	if ((rc = provider_open(&r->provider, r->signal)) != 0)
		return rc;
	if (signal_context_set_log_function(r->signal, log_nothing) != 0)
		return TACIT_E_INTERNAL;
	if ((rc = curve_self_test(r->signal)) != 0)
		return rc;
	if (signal_protocol_store_context_create(&r->store, r->signal) != 0)
		return TACIT_E_NOMEM;
	if (ratchet_store_attach(r->store, &r->keys) != 0)
		return TACIT_E_INTERNAL;
	return 0;
}

int
ratchet_open(struct ratchet **out, struct vault *v)
{
	struct ratchet *r;
	int rc;

	*out = NULL;
	if (sodium_init() < 0)
		return TACIT_E_INTERNAL;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return TACIT_E_NOMEM;

	r->keys.vault = v;
	if ((rc = open_signal(r)) != 0) {
		ratchet_close(r);
		return rc;
	}
	*out = r;
	return 0;
}

void
ratchet_close(struct ratchet *r)
{

	if (r == NULL)
		return;
	keystore_discard(&r->keys);
	if (r->store != NULL)
		signal_protocol_store_context_destroy(r->store);
	if (r->signal != NULL)
		signal_context_destroy(r->signal);
	provider_close(r->provider);
	free(r);
}

int
ratchet_begin(struct ratchet *r, const struct ratchet_session *s,
    int may_learn)
{
	const size_t hex = 2 * TACIT_HASH_LEN;

	if (s->generation == 0 || (s->owner != RATCHET_MINE &&
	    s->owner != RATCHET_THEIRS))
		return TACIT_E_INVALID;
	if (!vault_in_transaction(r->keys.vault))
		return TACIT_E_STATE;

	keystore_begin(&r->keys, s, may_learn);
	provider_begin(r->provider);
	sodium_bin2hex(r->name, sizeof(r->name), s->relationship,
	    TACIT_HASH_LEN);
	snprintf(r->name + hex, sizeof(r->name) - hex, "/%" PRIu32 "/%c",
	    s->generation, s->owner == RATCHET_MINE ? 'm' : 't');
	r->address.name = r->name;
	r->address.name_len = strlen(r->name);
	r->address.device_id = 1;
	return 0;
}

int
ratchet_end(struct ratchet *r, int rc)
{

	provider_end(r->provider);
	if (rc == 0)
		return keystore_commit(&r->keys);
	keystore_discard(&r->keys);
	return rc;
}

int
ratchet_verdict(const struct ratchet *r, int rc)
{

	if (rc >= 0)
		return 0;
	if (r->keys.error != 0)
		return r->keys.error;
	if (provider_starved(r->provider))
		return TACIT_E_NOMEM;
	switch (rc) {
	case SG_ERR_NOMEM:
		return TACIT_E_NOMEM;
	case SG_ERR_DUPLICATE_MESSAGE:
		return TACIT_E_REPLAY;
	case SG_ERR_UNTRUSTED_IDENTITY:
		return TACIT_E_IDENTITY_CHANGED;
	case SG_ERR_INVALID_KEY:
	case SG_ERR_INVALID_PROTO_BUF:
	case SG_ERR_INVALID_VERSION:
	case SG_ERR_LEGACY_MESSAGE:
		return TACIT_E_POISON;
	default:
		return TACIT_E_CRYPTO;
	}
}

int
ratchet_point(uint8_t out[TACIT_KEY_LEN], const ec_public_key *key)
{
	signal_buffer *wire = NULL;

	if (ec_public_key_serialize(&wire, key) != 0)
		return TACIT_E_NOMEM;
	memcpy(out, signal_buffer_data(wire) + 1, TACIT_KEY_LEN);
	signal_buffer_free(wire);
	return 0;
}

int
ratchet_point_is_sound(const ec_public_key *key)
{
	uint8_t point[TACIT_KEY_LEN];
	int rc;

	if ((rc = ratchet_point(point, key)) != 0)
		return rc;
	return curve_point_is_sound(point);
}

struct ratchet_session
ratchet_any(const uint8_t relationship[TACIT_HASH_LEN])
{
	struct ratchet_session s = { .generation = 1, .owner = RATCHET_MINE };

	memcpy(s.relationship, relationship, sizeof(s.relationship));
	return s;
}

int
ratchet_drop(struct ratchet *r, const uint8_t relationship[32],
    uint32_t before)
{
	const struct ratchet_session s = ratchet_any(relationship);
	int rc;

	if ((rc = ratchet_begin(r, &s, 0)) != 0)
		return rc;
	return keystore_drop(&r->keys, before);
}

int
ratchet_skip_ids(struct ratchet *r, uint32_t n)
{
	static const uint8_t nobody[TACIT_HASH_LEN];
	const struct ratchet_session s = ratchet_any(nobody);
	int rc;

	if ((rc = ratchet_begin(r, &s, 0)) != 0)
		return rc;
	return ratchet_end(r, keystore_skip_prekeys(&r->keys, n));
}

int
ratchet_forget(struct ratchet *r, const uint8_t relationship[32])
{
	const struct ratchet_session s = ratchet_any(relationship);
	int rc;

	if ((rc = ratchet_begin(r, &s, 0)) != 0)
		return rc;
	return keystore_sweep(&r->keys, 0);
}
