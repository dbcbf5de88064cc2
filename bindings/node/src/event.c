/* SPDX-License-Identifier: Apache-2.0 */
/* What happened. */
#include "call.h"

/* The reason of an event: an error, or what became of a recalled text. */
static void
put_reason(napi_env env, napi_value o, const struct tacit_event *ev)
{
	if (ev->type == TACIT_EV_RECALLED)
		put_word(env, o, "fate",
		    lib()->fate_word((enum tacit_fate)ev->reason));
	else if (ev->reason < 0)
		put(env, o, "reason", make_error(env, ev->reason));
}

/* All that an event can have; index.js takes what this type has. */
static napi_value
make_event(napi_env env, const struct tacit_event *ev)
{
	napi_value o = make_object(env);

	put_number(env, o, "id", (double)ev->id);
	put_word(env, o, "type", lib()->event_word(ev->type));
	put(env, o, "contact", call_contact_id(env, ev->contact));
	put_word(env, o, "message", ev->message);
	put_number(env, o, "seq", (double)ev->seq);
	put_number(env, o, "from", (double)ev->from);
	put_number(env, o, "to", (double)ev->to);
	put_number(env, o, "dataType", ev->data_type);
	put_bool(env, o, "verified", ev->verified);
	put_bool(env, o, "late", ev->late);
	put_word(env, o, "name", ev->name);
	if (ev->who == 0)
		put(env, o, "who", make_null(env));
	else
		put_word(env, o, "who",
		    ev->who == TACIT_WHO_ME ? "me" : "them");
	put_reason(env, o, ev);
	put(env, o, "bytes", make_buffer(env, ev->text, ev->text_len));
	return o;
}

/* nextEvent(vault, after): or null */
napi_value
event_next(napi_env env, napi_callback_info info)
{
	struct tacit_event ev = { .size = sizeof(ev) };
	uint64_t after;
	struct call c;
	int rc;

	if (call_vault(&c, env, info, 2) != 0 ||
	    take_u64(env, c.a.v[1], &after) != 0)
		return NULL;
	if ((rc = lib()->next_event(c.t, after, &ev)) < 0)
		return throw_error(env, rc);
	return rc == 0 ? make_null(env) : make_event(env, &ev);
}

napi_value
event_done(napi_env env, napi_callback_info info)
{
	struct call c;
	uint64_t id;

	if (call_vault(&c, env, info, 2) != 0 ||
	    take_u64(env, c.a.v[1], &id) != 0)
		return NULL;
	return call_done(&c, lib()->event_done(c.t, id), NULL);
}
