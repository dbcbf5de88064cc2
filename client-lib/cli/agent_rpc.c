/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON-RPC 2.0: what a line asks for is done in its order, and answered in one
 * line.  What has to wait for a relay is answered later, by itself or, in a
 * batch, with the rest.
 */
#include <stdlib.h>
#include <string.h>

#include "agent.h"

bool
agent_may_tell(const struct agent_client *cl)
{
	return !cl->gone && agent_out_waits(&cl->out) < AGENT_OUT_HIGH;
}

bool
agent_may_call(const struct agent_client *cl)
{
	return agent_may_tell(cl) && cl->later < AGENT_LATER_MAX;
}

/* ---- what is sent ---------------------------------------------------------------- */

/* ${o} as a line to ${cl}.  Without memory nobody can be told: it ends. */
static void
put(struct agent *a, struct agent_client *cl, const json_t *o)
{
	char *text = NULL;

	if (cl == NULL || cl->gone)
		return;
	if (o == NULL || (text = json_dumps(o, JSON_COMPACT |
	    JSON_PRESERVE_ORDER)) == NULL ||
	    agent_out_add(&cl->out, text, strlen(text)) != 0 ||
	    agent_out_add(&cl->out, "\n", 1) != 0)
		a->failed = TACIT_E_NOMEM;
	if (cl->out.most > a->out_most)
		a->out_most = cl->out.most;
	free(text);
}

void
agent_rpc_tell(struct agent *a, struct agent_client *cl, json_t *event)
{
	json_t *o = json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0", "method",
	    "event", "params", event);

	put(a, cl, o);
	json_decref(o);
}

/* One answer is there.  ${value} is given up. */
static void
answer(struct agent *a, struct agent_reply *r, json_t *id, const char *what,
    json_t *value)
{
	json_t *o = json_pack("{s:s, s:O?, s:o}", "jsonrpc", "2.0", "id", id,
	    what, value);

	if (json_array_append_new(r->all, o) != 0)
		a->failed = TACIT_E_NOMEM;
}

static const char *
rpc_word(int code)
{
	switch (code) {
	case RPC_PARSE:
		return "parse-error";
	case RPC_REQUEST:
		return "invalid-request";
	case RPC_METHOD:
		return "unknown-method";
	case RPC_PARAMS:
		return "invalid-params";
	case RPC_INTERNAL:
		return "internal";
	default:
		return tacit_error_word(code);
	}
}

static void
refuse(struct agent *a, struct agent_reply *r, json_t *id, int code,
    const char *text)
{
	answer(a, r, id, "error", json_pack("{s:i, s:s, s:{s:s, s:i}}",
	    "code", code, "message", text, "data", "name", rpc_word(code),
	    "error", code));
}

/* ---- a reply, which is one line ---------------------------------------------------- */

/* With one thing that it waits for: that its line was read to the end. */
static struct agent_reply *
reply_new(struct agent *a, struct agent_client *cl)
{
	struct agent_reply *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->all = json_array()) == NULL) {
		a->failed = TACIT_E_NOMEM;
		free(r);
		return NULL;
	}
	r->to = cl;
	r->waits = 1;
	return r;
}

/* One thing less to wait for. */
static void
reply_less(struct agent *a, struct agent_reply *r)
{
	if (--r->waits > 0)
		return;
	if (json_array_size(r->all) > 0)
		put(a, r->to, r->batch ? r->all : json_array_get(r->all, 0));
	json_decref(r->all);
	free(r);
}

/* ---- a call -------------------------------------------------------------------------- */

/* It has come to ${rc}, and is over. */
static void
call_end(struct agent *a, struct agent_call *k, int rc)
{
	if (k->id != NULL && rc == 0)
		answer(a, k->reply, k->id, "result", json_incref(k->result));
	else if (k->id != NULL)
		refuse(a, k->reply, k->id, rc, k->say[0] != '\0' ? k->say :
		    tacit_error_text(rc));
	reply_less(a, k->reply);
	json_decref(k->id);
	json_decref(k->params);
	json_decref(k->result);
	free(k);
}

static void
call_run(struct agent *a, struct agent_call *k)
{
	int rc;

	a->calls++;
	if (!agent_params_fit(k->method, k->params, k->say, sizeof(k->say)))
		rc = RPC_PARAMS;
	else
		rc = k->method->run(a, k);
	if (rc != AGENT_LATER) {
		call_end(a, k, rc);
		return;
	}
	k->next = a->later;
	a->later = k;
	k->from = k->reply->to;
	k->from->later++;
}

/* A text without NUL, of at most ${most} bytes; or NULL. */
static const char *
word(const json_t *o, size_t most)
{
	const char *s = json_string_value(o);

	return s != NULL && strlen(s) == json_string_length(o) &&
	    json_string_length(o) <= most ? s : NULL;
}

static bool
is_id(const json_t *id)
{
	return json_is_null(id) || json_is_integer(id) ||
	    word(id, AGENT_ID_MAX) != NULL;
}

/* What is wrong with the form of ${o}; NULL: nothing. */
static const char *
malformed(json_t *o)
{
	static const char *const members[] = { "jsonrpc", "id", "method",
	    "params" };
	const char *version = word(json_object_get(o, "jsonrpc"), 8);
	json_t *params = json_object_get(o, "params");
	size_t i, n = 0;

	if (!json_is_object(o))
		return "a call is an object, or a batch of objects";
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		n += json_object_get(o, members[i]) != NULL;
	if (n < json_object_size(o))
		return "a call has jsonrpc, id, method and params, and "
		    "nothing else";
	if (version == NULL || strcmp(version, "2.0") != 0)
		return "jsonrpc must be \"2.0\"";
	if (word(json_object_get(o, "method"), AGENT_LINE_MAX) == NULL)
		return "method must be a text";
	if (params != NULL && !json_is_object(params) &&
	    !json_is_array(params))
		return "params must be an object";
	return NULL;
}

/* Do what ${o} asks. */
static void
call(struct agent *a, struct agent_reply *r, json_t *o)
{
	json_t *id = json_object_get(o, "id");
	json_t *params = json_object_get(o, "params");
	const struct agent_method *m = NULL;
	const char *bad = malformed(o);
	struct agent_call *k = NULL;

	if (id != NULL && !is_id(id)) {
		bad = "id must be a text of up to 128 bytes, a whole number "
		    "or null";
		id = NULL;
	}
	if (bad != NULL) {
		refuse(a, r, id, RPC_REQUEST, bad);
		return;
	}
	m = agent_method(json_string_value(json_object_get(o, "method")));
	if (m == NULL || json_is_array(params)) {
		if (id != NULL)
			refuse(a, r, id, m == NULL ? RPC_METHOD : RPC_PARAMS,
			    m == NULL ? "there is no such method; `version' "
			    "lists them" : "params are taken by name: an "
			    "object");
		return;
	}
	if ((k = calloc(1, sizeof(*k))) == NULL) {
		a->failed = TACIT_E_NOMEM;
		return;
	}
	k->reply = r;
	k->method = m;
	k->id = json_incref(id);
	k->params = params != NULL ? json_incref(params) : json_object();
	r->waits++;
	call_run(a, k);
}

/* ---- a line --------------------------------------------------------------------------- */

static const char *
why_no_json(const json_error_t *e)
{
	switch (json_error_code(e)) {
	case json_error_duplicate_key:
		return "a name stands twice in one object";
	case json_error_invalid_utf8:
		return "the line is no UTF-8";
	case json_error_stack_overflow:
		return "the line is nested too deeply";
	case json_error_numeric_overflow:
		return "a number is out of range";
	case json_error_null_byte_in_key:
	case json_error_null_character:
		return "a NUL stands where there can be none";
	default:
		return "the line is no JSON";
	}
}

static bool
is_blank(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (strchr(" \t\r", line[i]) == NULL || line[i] == '\0')
			return false;
	return true;
}

void
agent_rpc_line(struct agent *a, struct agent_client *cl, const char *line,
    size_t len)
{
	struct agent_reply *r;
	json_error_t e;
	json_t *o;
	size_t i, n;

	if (is_blank(line, len) || (r = reply_new(a, cl)) == NULL)
		return;
	o = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL |
	    JSON_DECODE_ANY, &e);
	n = json_array_size(o);
	if (o == NULL) {
		refuse(a, r, NULL, RPC_PARSE, why_no_json(&e));
	} else if (!json_is_array(o)) {
		call(a, r, o);
	} else if (n == 0 || n > AGENT_BATCH_MAX) {
		refuse(a, r, NULL, RPC_REQUEST, "a batch has 1 to 16 calls");
	} else {
		r->batch = true;
		for (i = 0; i < n; i++)
			call(a, r, json_array_get(o, i));
	}
	json_decref(o);
	reply_less(a, r);
}

void
agent_rpc_too_long(struct agent *a, struct agent_client *cl)
{
	struct agent_reply *r = reply_new(a, cl);

	if (r == NULL)
		return;
	refuse(a, r, NULL, RPC_REQUEST, "a line has at most 262144 bytes");
	reply_less(a, r);
}

/* ---- what waits ------------------------------------------------------------------------ */

/* Nothing half-made: without its link an invitation is none. */
static void
undo(const struct agent_call *k)
{
	if (k->undo && tacit_contact_close(k->ct) != 0)
		return;		/* the disk: it shows among the contacts */
}

int
agent_rpc_later(struct agent *a)
{
	struct agent_call **at = &a->later, *k;
	int64_t left, least = -1;
	int rc;

	while ((k = *at) != NULL) {
		rc = pair_ready(k->ct, k->deadline_ms);
		if (rc == TACIT_E_WAIT) {
			left = k->deadline_ms - session_now_ms();
			if (least == -1 || left < least)
				least = left > 0 ? left : 0;
			at = &k->next;
			continue;
		}
		*at = k->next;
		k->from->later--;
		if (rc == 0)
			rc = k->end(k);
		if (rc != 0)
			undo(k);
		call_end(a, k, rc);
	}
	return (int)least;
}

void
agent_rpc_forget(struct agent *a, struct agent_client *cl)
{
	struct agent_call **at = &a->later, *k;

	while ((k = *at) != NULL) {
		if (k->from != cl) {
			at = &k->next;
			continue;
		}
		*at = k->next;
		undo(k);
		k->reply->to = NULL;
		call_end(a, k, TACIT_E_STATE);
	}
}
