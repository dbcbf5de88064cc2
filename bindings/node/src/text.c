/* SPDX-License-Identifier: Apache-2.0 */
/* What is written, and taken back. */
#include <stdlib.h>

#include "call.h"

napi_value
call_sent(napi_env env, const char *message, uint64_t seq)
{
	napi_value o = make_object(env);

	put_word(env, o, "message", message);
	put_number(env, o, "seq", (double)seq);
	return o;
}

/* send(vault, contact, text, keepHours); 0: it is kept */
napi_value
text_send(napi_env env, napi_callback_info info)
{
	char message[TACIT_MESSAGE_ID_SIZE];
	uint32_t hours;
	struct bytes text;
	struct call c;
	uint64_t seq;
	int rc;

	if (call_contact(&c, env, info, 4) != 0 ||
	    take_bytes(env, c.a.v[2], &text) != 0 ||
	    take_u32(env, c.a.v[3], &hours) != 0)
		return NULL;
	rc = hours == 0 ?
	    lib()->send(c.ct, text.data, text.len, message, &seq) :
	    lib()->send_fleeting(c.ct, text.data, text.len, hours, message,
	    &seq);
	return call_done(&c, rc, rc < 0 ? NULL : call_sent(env, message, seq));
}

/* sendData(vault, contact, type, data) */
napi_value
text_send_data(napi_env env, napi_callback_info info)
{
	char message[TACIT_MESSAGE_ID_SIZE];
	struct bytes data;
	struct call c;
	uint32_t type;
	uint64_t seq;
	int rc;

	if (call_contact(&c, env, info, 4) != 0 ||
	    take_u32(env, c.a.v[2], &type) != 0 ||
	    take_bytes(env, c.a.v[3], &data) != 0)
		return NULL;
	rc = lib()->send_data(c.ct, type, data.data, data.len, message, &seq);
	return call_done(&c, rc, rc < 0 ? NULL : call_sent(env, message, seq));
}

static const char *
state_word(enum tacit_message_state state)
{
	switch (state) {
	case TACIT_QUEUED:
		return "queued";
	case TACIT_ACCEPTED:
		return "accepted";
	case TACIT_RECEIVED:
		return "received";
	case TACIT_RECALLING:
		return "recalling";
	case TACIT_RECALLED:
		return "recalled";
	}
	return "unknown";
}

/* history(vault, contact, before): the next one, or null */
napi_value
text_history(napi_env env, napi_callback_info info)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t before;
	struct call c;
	napi_value o;
	int rc;

	if (call_contact(&c, env, info, 3) != 0 ||
	    take_u64(env, c.a.v[2], &before) != 0)
		return NULL;
	if ((rc = lib()->history(c.ct, before, &m)) == TACIT_E_STATE)
		return make_null(env);
	if (rc < 0)
		return throw_error(env, rc);
	o = make_object(env);
	put_number(env, o, "place", (double)m.place);
	put_word(env, o, "message", m.id);
	put_number(env, o, "seq", (double)m.seq);
	put_number(env, o, "dataType", m.type);
	put_bool(env, o, "fromMe", m.from_me);
	put_word(env, o, "state", state_word(m.state));
	put_number(env, o, "time", (double)m.time_ms);
	put(env, o, "bytes", make_buffer(env, m.text, m.text_len));
	put_number(env, o, "keepHours", m.keep_hours);
	put_number(env, o, "forgotten", m.forgotten);
	return o;
}

/* ---- second thoughts ---------------------------------------------------- */

/* The calls below that name a message of a contact: v[1], v[2]. */
static int
take_message(struct call *c, napi_env env, napi_callback_info info,
    char message[TACIT_MESSAGE_ID_SIZE])
{
	if (call_contact(c, env, info, 3) != 0)
		return -1;
	return take_word(env, c->a.v[2], message, TACIT_MESSAGE_ID_SIZE);
}

napi_value
text_recall(napi_env env, napi_callback_info info)
{
	char message[TACIT_MESSAGE_ID_SIZE];
	enum tacit_fate fate;
	struct call c;
	int rc;

	if (take_message(&c, env, info, message) != 0)
		return NULL;
	rc = lib()->recall(c.ct, message, &fate);
	return call_done(&c, rc,
	    rc < 0 ? NULL : make_word(env, lib()->fate_word(fate)));
}

napi_value
text_recall_export(napi_env env, napi_callback_info info)
{
	char message[TACIT_MESSAGE_ID_SIZE], *out;
	napi_value v = NULL;
	struct call c;
	size_t len;
	int rc;

	if (take_message(&c, env, info, message) != 0)
		return NULL;
	if ((out = malloc(TACIT_STATEMENTS_SIZE)) == NULL)
		return throw_error(env, TACIT_E_NOMEM);
	rc = lib()->recall_export(c.ct, message, out, TACIT_STATEMENTS_SIZE,
	    &len);
	v = rc < 0 ? throw_error(env, rc) : make_string(env, out, len);
	free(out);
	return v;
}

/* recallCheck(text): needs no vault */
napi_value
text_recall_check(napi_env env, napi_callback_info info)
{
	struct tacit_recall_claim claim = { .size = sizeof(claim) };
	struct bytes text;
	struct args a;
	napi_value o;
	int rc;

	if (take_args(&a, env, info, 1) != 0 ||
	    take_bytes(env, a.v[0], &text) != 0)
		return NULL;
	if ((rc = lib()->recall_check(text.data, text.len, &claim)) != 0)
		return throw_error(env, rc);
	o = make_object(env);
	put_number(env, o, "statements", claim.statements);
	put_word(env, o, "fate", lib()->fate_word(claim.fate));
	put_word(env, o, "relayKey", claim.relay_key);
	return o;
}

napi_value
text_forget(napi_env env, napi_callback_info info)
{
	char message[TACIT_MESSAGE_ID_SIZE];
	struct call c;

	if (take_message(&c, env, info, message) != 0)
		return NULL;
	return call_done(&c, lib()->forget(c.ct, message), NULL);
}

/* ---- holding back ------------------------------------------------------- */

/* A contact, or null for the vault: v[1]. */
static int
take_whose(struct call *c, napi_env env, napi_callback_info info, size_t n)
{
	napi_valuetype type = napi_undefined;

	if (call_vault(c, env, info, n) != 0)
		return -1;
	c->ct = NULL;
	(void)napi_typeof(env, c->a.v[1], &type);
	return type == napi_null ? 0 : call_contact(c, env, info, n);
}

napi_value
text_hold(napi_env env, napi_callback_info info)
{
	struct call c;
	napi_value o;

	if (take_whose(&c, env, info, 2) != 0)
		return NULL;
	o = make_object(env);
	put_number(env, o, "seconds", lib()->hold_get(c.t, c.ct));
	put_bool(env, o, "isSet", lib()->hold_is_set(c.t, c.ct));
	return o;
}

napi_value
text_set_hold(napi_env env, napi_callback_info info)
{
	struct call c;
	int seconds;

	if (take_whose(&c, env, info, 3) != 0 ||
	    take_int(env, c.a.v[2], &seconds) != 0)
		return NULL;
	return call_done(&c, lib()->hold_set(c.t, c.ct, seconds), NULL);
}

napi_value
text_hold_now(napi_env env, napi_callback_info info)
{
	uint32_t seconds;
	struct call c;

	if (call_contact(&c, env, info, 3) != 0 ||
	    take_u32(env, c.a.v[2], &seconds) != 0)
		return NULL;
	return call_done(&c, lib()->hold_now(c.ct, seconds), NULL);
}

napi_value
text_held(napi_env env, napi_callback_info info)
{
	int64_t left_ms = 0;
	struct call c;
	napi_value o;

	if (call_contact(&c, env, info, 2) != 0)
		return NULL;
	o = make_object(env);
	put_number(env, o, "texts", lib()->held(c.ct, &left_ms));
	put_number(env, o, "leftMs", (double)left_ms);
	return o;
}
