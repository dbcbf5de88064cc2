/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libsignal's store callbacks.  One that fails leaves the reason in
 * ${error} of the keystore and gives libsignal a number that is not its own.
 *
 * libsignal names a session by an address; which one is meant stands in the
 * keystore already, so addresses are not looked at.
 */
#include <string.h>

#include <signal/signal_protocol.h>
#include <sodium.h>

#include "ratchet_internal.h"

enum { FAILED = SG_ERR_MINIMUM - 1 };

/* For libsignal: 0, or FAILED with the reason kept. */
static int
keep_error(struct keystore *k, int rc)
{

	if (rc >= 0)
		return rc;
	if (k->error == 0)
		k->error = rc;
	return FAILED;
}

static int
load_session(signal_buffer **record, signal_buffer **user,
    const signal_protocol_address *address, void *arg)
{
	int rc;

	(void)user;
	(void)address;
	rc = keep_error(arg, keystore_get(arg, ROW_SESSION, 0, record));
	return rc != 0 ? rc : *record != NULL;
}

static int
store_session(const signal_protocol_address *address, uint8_t *record,
    size_t len, uint8_t *user, size_t user_len, void *arg)
{

	(void)address;
	(void)user;
	(void)user_len;
	return keep_error(arg, keystore_stage(arg, ROW_SESSION, 0, record,
	    len));
}

static int
contains_session(const signal_protocol_address *address, void *arg)
{

	(void)address;
	return keep_error(arg, keystore_has(arg, ROW_SESSION, 0));
}

/* What libsignal has no reason to ask of us, nor we to allow. */
static int
refuse(struct keystore *k)
{

	return keep_error(k, TACIT_E_INTERNAL);
}

static int
list_sessions(signal_int_list **sessions, const char *name, size_t len,
    void *arg)
{

	(void)sessions;
	(void)name;
	(void)len;
	return refuse(arg);
}

static int
delete_session(const signal_protocol_address *address, void *arg)
{

	(void)address;
	return refuse(arg);
}

static int
delete_sessions(const char *name, size_t len, void *arg)
{

	(void)name;
	(void)len;
	return refuse(arg);
}

static int
load_prekey(struct keystore *k, enum keystore_row row, uint32_t id,
    signal_buffer **record)
{
	int rc;

	rc = keep_error(k, keystore_get(k, row, id, record));
	if (rc == 0 && *record == NULL)
		rc = SG_ERR_INVALID_KEY_ID;
	return rc;
}

static int
load_one_time(signal_buffer **record, uint32_t id, void *arg)
{

	return load_prekey(arg, ROW_ONE_TIME, id, record);
}

static int
load_signed(signal_buffer **record, uint32_t id, void *arg)
{

	return load_prekey(arg, ROW_SIGNED, id, record);
}

static int
store_prekey(uint32_t id, uint8_t *record, size_t len, void *arg)
{

	(void)id;
	(void)record;
	(void)len;
	return refuse(arg);
}

static int
contains_one_time(uint32_t id, void *arg)
{

	return keep_error(arg, keystore_has(arg, ROW_ONE_TIME, id));
}

static int
contains_signed(uint32_t id, void *arg)
{

	return keep_error(arg, keystore_has(arg, ROW_SIGNED, id));
}

/* A bundle serves once: with the one prekey goes the other. */
static int
remove_one_time(uint32_t id, void *arg)
{
	int rc;

	if ((rc = keystore_stage(arg, ROW_ONE_TIME, id, NULL, 0)) == 0)
		rc = keystore_stage(arg, ROW_SIGNED, id, NULL, 0);
	return keep_error(arg, rc);
}

static int
remove_signed(uint32_t id, void *arg)
{

	(void)id;
	return refuse(arg);
}

static int
get_identity(signal_buffer **public, signal_buffer **private, void *arg)
{
	uint8_t wire[RATCHET_POINT_LEN] = { RATCHET_POINT_TYPE };
	struct keystore_identity id;
	int rc;

	*public = *private = NULL;
	if ((rc = keystore_identity(arg, &id)) != 0)
		goto out;

	memcpy(wire + 1, id.public, TACIT_KEY_LEN);
	*public = signal_buffer_create(wire, sizeof(wire));
	*private = signal_buffer_create(id.private, TACIT_KEY_LEN);
	if (*public == NULL || *private == NULL) {
		signal_buffer_free(*public);
		signal_buffer_bzero_free(*private);
		*public = *private = NULL;
		rc = TACIT_E_NOMEM;
	}
out:
	sodium_memzero(&id, sizeof(id));
	return keep_error(arg, rc);
}

static int
get_registration(void *arg, uint32_t *number)
{
	struct keystore_identity id;
	int rc;

	if ((rc = keystore_identity(arg, &id)) == 0)
		*number = id.registration_id;
	sodium_memzero(&id, sizeof(id));
	return keep_error(arg, rc);
}

/*
 * libsignal comes here before it has checked the message that claims this
 * identity, and after a failure with NULL, to take it back.
 */
static int
save_identity(const signal_protocol_address *address, uint8_t *key,
    size_t len, void *arg)
{
	struct keystore *k = arg;
	int rc;

	(void)address;
	if (key == NULL)
		return 0;
	if (len != RATCHET_POINT_LEN)
		return keep_error(k, TACIT_E_INTERNAL);
	rc = keystore_stage(k, ROW_PEER, 0, key + 1, TACIT_KEY_LEN);
#ifdef TACIT_CONTROL_NO_STAGING
	rc = keystore_commit(k);
#endif
	return keep_error(k, rc);
}

static int
is_trusted(const signal_protocol_address *address, uint8_t *key, size_t len,
    void *arg)
{

	(void)address;
	if (len != RATCHET_POINT_LEN)
		return 0;
	return keep_error(arg, keystore_trusts(arg, key + 1));
}

int
ratchet_store_attach(struct signal_protocol_store_context *store,
    struct keystore *k)
{
	const signal_protocol_session_store sessions = {
		load_session, list_sessions, store_session, contains_session,
		delete_session, delete_sessions, NULL, k
	};
	const signal_protocol_pre_key_store one_time = {
		load_one_time, store_prekey, contains_one_time,
		remove_one_time, NULL, k
	};
	const signal_protocol_signed_pre_key_store signed_ = {
		load_signed, store_prekey, contains_signed, remove_signed,
		NULL, k
	};
	const signal_protocol_identity_key_store identity = {
		get_identity, get_registration, save_identity, is_trusted,
		NULL, k
	};
	int rc;

	rc = signal_protocol_store_context_set_session_store(store,
	    &sessions);
	if (rc == 0)
		rc = signal_protocol_store_context_set_pre_key_store(store,
		    &one_time);
	if (rc == 0)
		rc = signal_protocol_store_context_set_signed_pre_key_store(
		    store, &signed_);
	if (rc == 0)
		rc = signal_protocol_store_context_set_identity_key_store(
		    store, &identity);
	return rc;
}
