/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libsignal as it comes, but for our curve, which is the faster one: a store
 * in memory that keeps what it is given and trusts everybody.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <signal/key_helper.h>
#include <signal/protocol.h>
#include <signal/session_builder.h>
#include <signal/session_cipher.h>
#include <signal/signal_protocol.h>
#include <sodium.h>

#include "forged.h"
#include "provider.h"

struct bare {
	signal_context *signal;
	signal_protocol_store_context *store;
	struct provider *provider;
	signal_buffer *session;		/* the one record there is */
	ratchet_identity_key_pair *mine, *theirs;
};

static const signal_protocol_address address = { "peer", 4, 1 };

static int
load_session(signal_buffer **record, signal_buffer **user,
    const signal_protocol_address *a, void *arg)
{
	struct bare *b = arg;

	(void)user;
	(void)a;
	if (b->session == NULL)
		return 0;
	*record = signal_buffer_copy(b->session);
	return 1;
}

static int
store_session(const signal_protocol_address *a, uint8_t *record, size_t len,
    uint8_t *user, size_t user_len, void *arg)
{
	struct bare *b = arg;

	(void)a;
	(void)user;
	(void)user_len;
	signal_buffer_free(b->session);
	b->session = signal_buffer_create(record, len);
	return b->session != NULL ? 0 : SG_ERR_NOMEM;
}

static int
has_session(const signal_protocol_address *a, void *arg)
{
	(void)a;
	return ((struct bare *)arg)->session != NULL;
}

static int
get_identity(signal_buffer **public, signal_buffer **private, void *arg)
{
	struct bare *b = arg;

	assert(ec_public_key_serialize(public,
	    ratchet_identity_key_pair_get_public(b->mine)) == 0);
	return ec_private_key_serialize(private,
	    ratchet_identity_key_pair_get_private(b->mine));
}

static int
get_registration(void *arg, uint32_t *id)
{
	(void)arg;
	*id = 1;
	return 0;
}

static int
save_identity(const signal_protocol_address *a, uint8_t *key, size_t len,
    void *arg)
{
	(void)a;
	(void)key;
	(void)len;
	(void)arg;
	return 0;
}

static int
trust(const signal_protocol_address *a, uint8_t *key, size_t len, void *arg)
{
	(void)a;
	(void)key;
	(void)len;
	(void)arg;
	return 1;
}

/* The peer offers another bundle, and a session is begun with it. */
static void
begin_session(struct bare *b, uint32_t id)
{
	session_signed_pre_key *signed_;
	session_pre_key_bundle *bundle;
	session_builder *builder;
	ec_key_pair *one_time;

	assert(signal_protocol_key_helper_generate_signed_pre_key(&signed_,
	    b->theirs, id, 0, b->signal) == 0);
	assert(curve_generate_key_pair(b->signal, &one_time) == 0);
	assert(session_pre_key_bundle_create(&bundle, 2, 1, id,
	    ec_key_pair_get_public(one_time), id, ec_key_pair_get_public(
	    session_signed_pre_key_get_key_pair(signed_)),
	    session_signed_pre_key_get_signature(signed_),
	    session_signed_pre_key_get_signature_len(signed_),
	    ratchet_identity_key_pair_get_public(b->theirs)) == 0);
	assert(session_builder_create(&builder, b->store, &address,
	    b->signal) == 0);
	assert(session_builder_process_pre_key_bundle(builder, bundle) == 0);
	session_builder_free(builder);
	SIGNAL_UNREF(bundle);
	SIGNAL_UNREF(one_time);
	SIGNAL_UNREF(signed_);
}

struct bare *
bare_new(unsigned states)
{
	struct bare *b = calloc(1, sizeof(*b));
	const signal_protocol_session_store sessions = {
		.load_session_func = load_session,
		.store_session_func = store_session,
		.contains_session_func = has_session, .user_data = b
	};
	const signal_protocol_identity_key_store identity = {
		get_identity, get_registration, save_identity, trust, NULL, b
	};
	unsigned i;

	assert(b != NULL && sodium_init() >= 0);
	assert(signal_context_create(&b->signal, NULL) == 0);
	assert(provider_open(&b->provider, b->signal) == 0);
	assert(signal_protocol_store_context_create(&b->store,
	    b->signal) == 0);
	assert(signal_protocol_store_context_set_session_store(b->store,
	    &sessions) == 0);
	assert(signal_protocol_store_context_set_identity_key_store(b->store,
	    &identity) == 0);
	assert(signal_protocol_key_helper_generate_identity_key_pair(&b->mine,
	    b->signal) == 0);
	assert(signal_protocol_key_helper_generate_identity_key_pair(
	    &b->theirs, b->signal) == 0);
	for (i = 0; i < states; i++)
		begin_session(b, i + 1);
	return b;
}

void
bare_free(struct bare *b)
{
	SIGNAL_UNREF(b->mine);
	SIGNAL_UNREF(b->theirs);
	signal_buffer_free(b->session);
	signal_protocol_store_context_destroy(b->store);
	signal_context_destroy(b->signal);
	provider_close(b->provider);
	free(b);
}

/*
 * Version, a sound ratchet key, counter 2,000, 16 bytes of ciphertext and a
 * MAC that nobody computed.
 */
static size_t
forge(uint8_t *m)
{
	uint8_t scalar[32], *p = m;

	randombytes_buf(scalar, sizeof(scalar));
	*p++ = 0x33;
	*p++ = 1 << 3 | 2;
	*p++ = 33;
	*p++ = 5;
	(void)crypto_scalarmult_base(p, scalar);
	p += 32;
	*p++ = 2 << 3;
	*p++ = 0xd0;			/* 2,000 */
	*p++ = 0x0f;
	*p++ = 3 << 3;
	*p++ = 0;
	*p++ = 4 << 3 | 2;
	*p++ = 16;
	randombytes_buf(p, 16 + 8);
	return (size_t)(p + 16 + 8 - m);
}

int
bare_forged(struct bare *b)
{
	signal_message *message = NULL;
	session_cipher *cipher;
	signal_buffer *plain = NULL;
	uint8_t bytes[128];
	size_t len = forge(bytes);
	int rc;

	assert(session_cipher_create(&cipher, b->store, &address,
	    b->signal) == 0);
	assert(signal_message_deserialize(&message, bytes, len,
	    b->signal) == 0);
	rc = session_cipher_decrypt_signal_message(cipher, message, NULL,
	    &plain);
	SIGNAL_UNREF(message);
	session_cipher_free(cipher);
	return rc == SG_ERR_INVALID_MESSAGE ? 0 : -1;
}
