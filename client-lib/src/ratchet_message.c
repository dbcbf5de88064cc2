/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages.  What libsignal trusts in its caller, or asserts, is checked here
 * first: lengths, points, versions, the presence of both prekeys.
 */
#include <string.h>

#include <pb_decode.h>
#include <signal/protocol.h>
#include <signal/session_cipher.h>
#include <signal/session_record.h>
#include <signal/session_state.h>
#include <signal/signal_protocol.h>
#include <sodium.h>

#include "ratchet_internal.h"
#include "state.pb.h"

/* A buffer and what it holds. */
struct room {
	uint8_t *data;
	size_t cap, len;
};

/* TACIT_E_LIMIT if ${b} does not fit. */
static int
fill(struct room *out, signal_buffer *b)
{
	size_t len = signal_buffer_len(b);

	if (len > out->cap)
		return TACIT_E_LIMIT;
	if (len > 0)
		memcpy(out->data, signal_buffer_data(b), len);
	out->len = len;
	return 0;
}

/*
 * Load the session in hand.
 * Output:  ${*out}; NULL if there is none.
 */
static int
load(struct ratchet *r, session_record **out)
{
	int rc;

	*out = NULL;
	rc = signal_protocol_session_load_session(r->store, out, &r->address);
	if (rc == SG_ERR_NOMEM)
		return TACIT_E_NOMEM;
	if (rc < 0)
		return r->keys.error != 0 ? r->keys.error : TACIT_E_CORRUPT;
	if (session_record_is_fresh(*out)) {
		SIGNAL_UNREF(*out);
		*out = NULL;
	}
	return 0;
}

/*
 * What of the session in hand is looked at beside libsignal's own work, without
 * taking all of it apart once more.  1; 0 if there is none; or an error.
 */
static int
peek(struct ratchet *r, tacit_state_SignalSession *out)
{
	tacit_state_SignalRecord record = tacit_state_SignalRecord_init_zero;
	const uint8_t *data;
	pb_istream_t in;
	size_t len;
	int rc;

	if ((rc = keystore_session(&r->keys, &data, &len)) < 0)
		return rc;
	if (data == NULL)
		return 0;
	in = pb_istream_from_buffer(data, len);
	if (!pb_decode(&in, tacit_state_SignalRecord_fields, &record))
		return TACIT_E_CORRUPT;
	*out = record.current;
	return 1;
}

/*
 * The identity that session ${s} was made with must still be the one on
 * record; libsignal looks at that only when a session begins.
 */
static int
check_trust(struct ratchet *r, const tacit_state_SignalSession *s)
{
	int rc;

	if (s->their_identity.size != RATCHET_POINT_LEN)
		return TACIT_E_CORRUPT;
	if ((rc = keystore_trusts(&r->keys, s->their_identity.bytes + 1)) < 0)
		return rc;
	return rc == 1 ? 0 : TACIT_E_IDENTITY_CHANGED;
}

int
ratchet_has(struct ratchet *r, const struct ratchet_session *s)
{
	int rc;

	keystore_begin(&r->keys, s, 0);
	rc = keystore_has(&r->keys, ROW_SESSION, 0);
	keystore_discard(&r->keys);
	return rc;
}

static int
encrypt(struct ratchet *r, const uint8_t *plain, size_t len,
    struct room *out, enum ratchet_kind *kind)
{
	session_cipher *cipher = NULL;
	ciphertext_message *message = NULL;
	int rc;

	rc = session_cipher_create(&cipher, r->store, &r->address, r->signal);
	if (rc == 0)
		rc = session_cipher_encrypt(cipher, plain, len, &message);
	rc = ratchet_verdict(r, rc);
	if (rc == 0) {
		*kind = ciphertext_message_get_type(message) ==
		    CIPHERTEXT_PREKEY_TYPE ? RATCHET_PREKEY : RATCHET_WHISPER;
		rc = fill(out, ciphertext_message_get_serialized(message));
	}
	SIGNAL_UNREF(message);
	session_cipher_free(cipher);
	return rc;
}

int
ratchet_encrypt(struct ratchet *r, const struct ratchet_session *s,
    const uint8_t *plain, size_t len, uint8_t *out, size_t cap,
    size_t *out_len, enum ratchet_kind *kind)
{
	struct room room = { out, cap, 0 };
	tacit_state_SignalSession session;
	enum ratchet_kind which = RATCHET_WHISPER;
	int rc;

	if (len == 0 || len > TACIT_PARCEL_LEN)
		return TACIT_E_INVALID;
	if ((rc = ratchet_begin(r, s, 0)) != 0)
		return rc;

	if ((rc = peek(r, &session)) == 1)
		rc = check_trust(r, &session);
	else if (rc == 0)
		rc = TACIT_E_STATE;
	if (rc == 0)
		rc = encrypt(r, plain, len, &room, &which);

	if ((rc = ratchet_end(r, rc)) == 0) {
		*out_len = room.len;
		*kind = which;
	} else
		/* What was never handed out must not be seen. */
		sodium_memzero(out, room.len);
	return rc;
}

/* A message taken apart, of either kind. */
struct parsed {
	signal_message *message;	/* belongs to ${first}, if set */
	pre_key_signal_message *first;
};

static void
parsed_free(struct parsed *p)
{

	if (p->first == NULL)
		SIGNAL_UNREF(p->message);
	SIGNAL_UNREF(p->first);
}

/* POISON, unless libsignal ran out of memory. */
static int
parse_verdict(int rc)
{

	if (rc == 0)
		return 0;
	return rc == SG_ERR_NOMEM ? TACIT_E_NOMEM : TACIT_E_POISON;
}

/* 0 if ${key} is there and sound, else TACIT_E_POISON or an error. */
static int
check_point(const ec_public_key *key)
{
	int rc;

	if (key == NULL)
		return TACIT_E_POISON;
	if ((rc = ratchet_point_is_sound(key)) < 0)
		return rc;
	return rc == 1 ? 0 : TACIT_E_POISON;
}

static int
check_message(const signal_message *m)
{

	if (signal_message_get_message_version(m) !=
	    CIPHERTEXT_CURRENT_VERSION)
		return TACIT_E_POISON;
	return check_point(signal_message_get_sender_ratchet_key(m));
}

/*
 * Both prekeys are of one bundle.  libsignal would also take a message without
 * a one-time prekey, and would begin a session from it again and again.
 */
static int
names_both_prekeys(const pre_key_signal_message *m)
{

#ifdef TACIT_CONTROL_NO_ONE_TIME_RULE
	if (!pre_key_signal_message_has_pre_key_id(m))
		return 1;
#endif
	return pre_key_signal_message_has_pre_key_id(m) &&
	    pre_key_signal_message_get_pre_key_id(m) ==
	    pre_key_signal_message_get_signed_pre_key_id(m);
}

/* What libsignal adds to the first messages of a session. */
static int
check_first(const pre_key_signal_message *m)
{
	int rc;

	if (pre_key_signal_message_get_message_version(m) !=
	    CIPHERTEXT_CURRENT_VERSION || !names_both_prekeys(m))
		return TACIT_E_POISON;
	rc = check_point(pre_key_signal_message_get_identity_key(m));
	if (rc == 0)
		rc = check_point(pre_key_signal_message_get_base_key(m));
	return rc;
}

static int
parse(struct ratchet *r, enum ratchet_kind kind, const uint8_t *msg,
    size_t len, struct parsed *out)
{
	int rc;

	if (kind == RATCHET_WHISPER)
		rc = parse_verdict(signal_message_deserialize(&out->message,
		    msg, len, r->signal));
	else {
		rc = parse_verdict(pre_key_signal_message_deserialize(
		    &out->first, msg, len, r->signal));
		if (rc == 0)
			rc = check_first(out->first);
		if (rc == 0)
			out->message =
			    pre_key_signal_message_get_signal_message(
			    out->first);
	}
	if (rc == 0 && out->message == NULL)
		rc = TACIT_E_POISON;
	if (rc == 0)
		rc = check_message(out->message);
	return rc;
}

/* Is it the session in hand that ${first} belongs to? */
static int
check_belongs(struct ratchet *r, const pre_key_signal_message *first)
{
	session_record *record;
	int rc;

	if ((rc = load(r, &record)) != 0)
		return rc;
	if (record == NULL || !session_record_has_session_state(record,
	    CIPHERTEXT_CURRENT_VERSION,
	    pre_key_signal_message_get_base_key(first)))
		rc = TACIT_E_CRYPTO;
	SIGNAL_UNREF(record);
	return rc;
}

/*
 * May ${p} be given to libsignal?  A session that is there must be the one
 * that the message belongs to: libsignal would begin another in the same
 * record and archive this one.
 */
static int
check_session(struct ratchet *r, const struct parsed *p)
{
	tacit_state_SignalSession session;
	int rc;

	if ((rc = peek(r, &session)) < 0)
		return rc;
	if (rc == 0)
		return p->first != NULL ? 0 : TACIT_E_CRYPTO;
	if (p->first != NULL && (rc = check_belongs(r, p->first)) != 0)
		return rc;
	return check_trust(r, &session);
}

static int
decrypt(struct ratchet *r, const struct parsed *p, struct room *out)
{
	session_cipher *cipher = NULL;
	signal_buffer *plain = NULL;
	int rc;

	rc = session_cipher_create(&cipher, r->store, &r->address, r->signal);
	if (rc == 0 && p->first != NULL)
		rc = session_cipher_decrypt_pre_key_signal_message(cipher,
		    p->first, NULL, &plain);
	else if (rc == 0)
		rc = session_cipher_decrypt_signal_message(cipher,
		    p->message, NULL, &plain);
	rc = ratchet_verdict(r, rc);
	if (rc == 0)
		rc = fill(out, plain);
	signal_buffer_bzero_free(plain);
	session_cipher_free(cipher);
	return rc;
}

int
ratchet_decrypt(struct ratchet *r, const struct ratchet_session *s,
    enum ratchet_kind kind, int may_learn, const uint8_t *msg, size_t len,
    uint8_t *out, size_t cap, size_t *out_len)
{
	struct room room = { out, cap, 0 };
	struct parsed p = { NULL, NULL };
	int rc;

	if (kind != RATCHET_WHISPER && kind != RATCHET_PREKEY)
		return TACIT_E_INVALID;
	if (len == 0 || len > TACIT_PARCEL_LEN)
		return TACIT_E_POISON;
	/* To their bundle they begin no session. */
	if (kind == RATCHET_PREKEY && s->owner != RATCHET_MINE)
		return TACIT_E_CRYPTO;
	if ((rc = ratchet_begin(r, s, may_learn)) != 0)
		return rc;

	rc = parse(r, kind, msg, len, &p);
	if (rc == 0)
		rc = check_session(r, &p);
	if (rc == 0)
		rc = decrypt(r, &p, &room);
	parsed_free(&p);

	if ((rc = ratchet_end(r, rc)) == 0)
		*out_len = room.len;
	else
		sodium_memzero(out, room.len);
	return rc;
}

int
ratchet_turn(struct ratchet *r, const struct ratchet_session *s,
    uint8_t out[8])
{
	tacit_state_SignalSession session;
	int rc;

	keystore_begin(&r->keys, s, 0);
	rc = peek(r, &session);
	keystore_discard(&r->keys);
	if (rc < 0)
		return rc;
	if (rc == 0 || session.sending.ratchet_key.size != RATCHET_POINT_LEN)
		return TACIT_E_STATE;
	memcpy(out, session.sending.ratchet_key.bytes + 1, 8);
	return 0;
}
