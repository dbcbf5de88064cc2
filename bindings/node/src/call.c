/* SPDX-License-Identifier: Apache-2.0 */
/* The vault itself, relays, contacts. */
#include <stdlib.h>
#include <string.h>

#include "call.h"

int
call_vault(struct call *c, napi_env env, napi_callback_info info, size_t n)
{
	if (take_args(&c->a, env, info, n) != 0 ||
	    (c->v = vault_take(env, c->a.v[0])) == NULL)
		return -1;
	c->t = vault_tacit(c->v);
	return 0;
}

int
call_contact(struct call *c, napi_env env, napi_callback_info info, size_t n)
{
	char id[TACIT_CONTACT_ID_SIZE];
	int rc;

	if (call_vault(c, env, info, n) != 0 ||
	    take_word(env, c->a.v[1], id, sizeof(id)) != 0)
		return -1;
	if ((rc = lib()->contact_find(&c->ct, c->t, id)) == 0)
		return 0;
	(void)throw_error(env, rc);
	return -1;
}

napi_value
call_done(struct call *c, int rc, napi_value v)
{
	vault_moved(c->v);
	return rc < 0 ? throw_error(c->a.env, rc) : v;
}

napi_value
call_problem(napi_env env, int problem)
{
	return problem == 0 ? make_null(env) : make_error(env, problem);
}

napi_value
call_contact_id(napi_env env, struct tacit_contact *ct)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	int rc;

	if (ct == NULL)
		return make_null(env);
	if ((rc = lib()->contact_info(ct, &info)) != 0)
		return throw_error(env, rc);
	return make_word(env, info.id);
}

/* ---- vault -------------------------------------------------------------- */

napi_value
call_name(napi_env env, napi_callback_info info)
{
	char name[TACIT_NAME_SIZE];
	struct call c;

	if (call_vault(&c, env, info, 1) != 0)
		return NULL;
	lib()->name(c.t, name);
	return make_word(env, name);
}

napi_value
call_progress(napi_env env, napi_callback_info info)
{
	struct tacit_progress p = { .size = sizeof(p) };
	struct call c;
	napi_value o;
	int rc;

	if (call_vault(&c, env, info, 1) != 0)
		return NULL;
	if ((rc = lib()->progress(c.t, &p)) != 0)
		return throw_error(env, rc);
	o = make_object(env);
	put_bool(env, o, "drained", p.drained);
	put_bool(env, o, "offered", p.offered);
	put_bool(env, o, "busy", p.busy);
	put_bool(env, o, "hope", p.hope);
	put(env, o, "problem", call_problem(env, p.problem));
	put_number(env, o, "queued", (double)p.queued);
	return o;
}

napi_value
call_add_relay(napi_env env, napi_callback_info info)
{
	char url[TACIT_LINK_SIZE];
	struct bytes line;
	struct call c;
	int rc;

	if (call_vault(&c, env, info, 2) != 0 ||
	    take_bytes(env, c.a.v[1], &line) != 0)
		return NULL;
	rc = lib()->relay_add(c.t, line.data, line.len, url);
	return call_done(&c, rc, rc < 0 ? NULL : make_word(env, url));
}

/* ---- contacts ----------------------------------------------------------- */

napi_value
call_contacts(napi_env env, napi_callback_info info)
{
	struct tacit_contact *ct = NULL;
	napi_value list = NULL, id;
	struct call c;
	uint32_t i = 0;

	if (call_vault(&c, env, info, 1) != 0 ||
	    napi_create_array(env, &list) != napi_ok)
		return NULL;
	while ((ct = lib()->contact_next(c.t, ct)) != NULL)
		if ((id = call_contact_id(env, ct)) == NULL ||
		    napi_set_element(env, list, i++, id) != napi_ok)
			return NULL;
	return list;
}

napi_value
call_find_contact(napi_env env, napi_callback_info info)
{
	struct tacit_contact *ct;
	struct call c;
	char *text;
	int rc;

	if (call_vault(&c, env, info, 2) != 0 ||
	    take_string(env, c.a.v[1], &text) != 0)
		return NULL;
	rc = lib()->contact_find(&ct, c.t, text);
	free(text);
	return rc != 0 ? throw_error(env, rc) : call_contact_id(env, ct);
}

static const char *
state_word(enum tacit_contact_state state)
{
	switch (state) {
	case TACIT_INVITED:
		return "invited";
	case TACIT_JOINING:
		return "joining";
	case TACIT_ACTIVE:
		return "active";
	case TACIT_PAUSED:
		return "paused";
	case TACIT_CLOSED:
		return "closed";
	}
	return "unknown";
}

napi_value
call_info(napi_env env, napi_callback_info info)
{
	struct tacit_contact_info i = { .size = sizeof(i) };
	struct call c;
	napi_value o;
	int rc;

	if (call_contact(&c, env, info, 2) != 0)
		return NULL;
	if ((rc = lib()->contact_info(c.ct, &i)) != 0)
		return throw_error(env, rc);
	o = make_object(env);
	put_word(env, o, "id", i.id);
	put_number(env, o, "number", i.number);
	put_word(env, o, "label", i.label);
	put_word(env, o, "theirName", i.their_name);
	put_word(env, o, "state", state_word(i.state));
	put_bool(env, o, "verified", i.verified);
	put_bool(env, o, "inviter", i.inviter);
	put_bool(env, o, "unconfirmed", i.unconfirmed);
	put_number(env, o, "unread", i.unread);
	put_number(env, o, "queued", i.queued);
	put_bool(env, o, "ready", i.ready);
	put(env, o, "problem", call_problem(env, i.problem));
	put_bool(env, o, "left", i.left);
	put_bool(env, o, "hope", i.hope);
	put_bool(env, o, "agreeing", i.agreeing);
	return o;
}

/* invite(vault, label, flags, minutes, relay or null) */
napi_value
call_invite(napi_env env, napi_callback_info info)
{
	char *label = NULL, *relay = NULL;
	napi_value id = NULL;
	struct tacit_contact *ct;
	struct call c;
	uint32_t flags, minutes;
	int rc;

	if (call_vault(&c, env, info, 5) == 0 &&
	    take_string(env, c.a.v[1], &label) == 0 &&
	    take_u32(env, c.a.v[2], &flags) == 0 &&
	    take_u32(env, c.a.v[3], &minutes) == 0 &&
	    take_string(env, c.a.v[4], &relay) == 0) {
		rc = lib()->invite(&ct, c.t, label, flags, minutes, relay);
		id = call_done(&c, rc,
		    rc < 0 ? NULL : call_contact_id(env, ct));
	}
	free(label);
	free(relay);
	return id;
}

/* null: not stored yet, and nothing is known against it */
napi_value
call_link(napi_env env, napi_callback_info info)
{
	struct tacit_contact_info i = { .size = sizeof(i) };
	char link[TACIT_LINK_SIZE];
	struct call c;
	napi_value v;
	int rc;

	if (call_contact(&c, env, info, 2) != 0)
		return NULL;
	rc = lib()->invitation_link(c.ct, link);
	if (rc == TACIT_E_WAIT && (rc = lib()->contact_info(c.ct, &i)) == 0) {
		rc = i.problem;
		return rc < 0 ? throw_error(env, rc) : make_null(env);
	}
	if (rc < 0)
		return throw_error(env, rc);
	v = make_word(env, link);
	explicit_bzero(link, sizeof(link));
	return v;
}

napi_value
call_accept(napi_env env, napi_callback_info info)
{
	struct tacit_contact *ct;
	napi_value id = NULL;
	struct bytes link;
	char *label = NULL;
	struct call c;
	int rc;

	if (call_vault(&c, env, info, 3) == 0 &&
	    take_bytes(env, c.a.v[1], &link) == 0 &&
	    take_string(env, c.a.v[2], &label) == 0) {
		rc = lib()->accept(&ct, c.t, link.data, link.len, label);
		id = call_done(&c, rc,
		    rc < 0 ? NULL : call_contact_id(env, ct));
	}
	free(label);
	return id;
}

napi_value
call_safety_number(napi_env env, napi_callback_info info)
{
	char digits[TACIT_SAFETY_SIZE];
	struct call c;
	int rc;

	if (call_contact(&c, env, info, 2) != 0)
		return NULL;
	rc = lib()->safety_number(c.ct, digits);
	return rc < 0 ? throw_error(env, rc) : make_word(env, digits);
}

/* The calls that take a contact and nothing else. */
static napi_value
on_contact(napi_env env, napi_callback_info info,
    int (*call)(struct tacit_contact *))
{
	struct call c;

	if (call_contact(&c, env, info, 2) != 0)
		return NULL;
	return call_done(&c, call(c.ct), NULL);
}

napi_value
call_verify(napi_env env, napi_callback_info info)
{
	return on_contact(env, info, lib()->verify);
}

napi_value
call_accept_unverified(napi_env env, napi_callback_info info)
{
	return on_contact(env, info, lib()->accept_unverified);
}

napi_value
call_rotate(napi_env env, napi_callback_info info)
{
	return on_contact(env, info, lib()->rotate);
}

napi_value
call_close_contact(napi_env env, napi_callback_info info)
{
	return on_contact(env, info, lib()->contact_close);
}
