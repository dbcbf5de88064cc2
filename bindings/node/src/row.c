/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the host, and several things as one. */
#include <stdlib.h>

#include "call.h"

/* dataGet(vault, key): a Buffer or null */
napi_value
row_get(napi_env env, napi_callback_info info)
{
	struct bytes key;
	napi_value v;
	struct call c;
	size_t len;
	void *value;
	int rc;

	if (call_vault(&c, env, info, 2) != 0 ||
	    take_bytes(env, c.a.v[1], &key) != 0)
		return NULL;
	if ((value = malloc(TACIT_ROW_VALUE_SIZE)) == NULL)
		return throw_error(env, TACIT_E_NOMEM);
	rc = lib()->data_get(c.t, key.data, key.len, value,
	    TACIT_ROW_VALUE_SIZE, &len);
	if (rc < 0)
		v = throw_error(env, rc);
	else
		v = rc == 0 ? make_null(env) : make_buffer(env, value, len);
	wipe_free(value, TACIT_ROW_VALUE_SIZE);
	return v;
}

/* dataNext(vault, prefix, after): the next key, or null */
napi_value
row_next(napi_env env, napi_callback_info info)
{
	char key[TACIT_ROW_KEY_SIZE];
	struct bytes prefix, after;
	struct call c;
	size_t len;
	int rc;

	if (call_vault(&c, env, info, 3) != 0 ||
	    take_bytes(env, c.a.v[1], &prefix) != 0 ||
	    take_bytes(env, c.a.v[2], &after) != 0)
		return NULL;
	rc = lib()->data_next(c.t, prefix.data, prefix.len, after.data,
	    after.len, key, &len);
	if (rc < 0)
		return throw_error(env, rc);
	return rc == 0 ? make_null(env) : make_buffer(env, key, len);
}

/* ---- commit ------------------------------------------------------------- */

/* What SEND writes, one for each operation. */
struct told {
	char message[TACIT_MESSAGE_ID_SIZE];
	uint64_t seq;
};

/* [kind, key, data, contact, type, event, keepHours], of it what is needed. */
enum { KIND, KEY, DATA, CONTACT, TYPE, EVENT, HOURS, PARTS };

static int
take_target(struct call *c, napi_value v, struct tacit_op *op)
{
	char id[TACIT_CONTACT_ID_SIZE];
	int rc;

	if (take_word(c->a.env, v, id, sizeof(id)) != 0)
		return -1;
	if ((rc = lib()->contact_find(&op->contact, c->t, id)) == 0)
		return 0;
	(void)throw_error(c->a.env, rc);
	return -1;
}

static int
take_op(struct call *c, napi_value from, struct tacit_op *op,
    struct told *told)
{
	napi_env env = c->a.env;
	napi_value v[PARTS];
	struct bytes key, data;
	uint32_t i, kind;

	for (i = 0; i < PARTS; i++)
		if (napi_get_element(env, from, i, &v[i]) != napi_ok)
			return -1;
	if (take_u32(env, v[KIND], &kind) != 0 ||
	    take_bytes(env, v[KEY], &key) != 0 ||
	    take_bytes(env, v[DATA], &data) != 0 ||
	    take_u32(env, v[TYPE], &op->type) != 0 ||
	    take_u64(env, v[EVENT], &op->event) != 0 ||
	    take_u32(env, v[HOURS], &op->keep_hours) != 0)
		return -1;
	op->size = sizeof(*op);
	op->kind = (enum tacit_op_kind)kind;
	op->key = key.data;
	op->key_len = key.len;
	op->data = data.data;
	op->len = data.len;
	if (op->kind == TACIT_OP_SEND) {
		op->message = told->message;
		op->seq = &told->seq;
	}
	if (op->kind == TACIT_OP_SEND || op->kind == TACIT_OP_VERIFY)
		return take_target(c, v[CONTACT], op);
	return 0;
}

/* Of each operation what it tells: { message, seq }, or null. */
static napi_value
results(napi_env env, const struct tacit_op *ops, uint32_t n)
{
	napi_value list = NULL, v;
	uint32_t i;

	if (napi_create_array(env, &list) != napi_ok)
		return NULL;
	for (i = 0; i < n; i++) {
		v = ops[i].kind != TACIT_OP_SEND ? make_null(env) :
		    call_sent(env, ops[i].message, *ops[i].seq);
		if (v == NULL || napi_set_element(env, list, i, v) != napi_ok)
			return NULL;
	}
	return list;
}

static napi_value
commit(struct call *c, uint32_t n, struct tacit_op *ops, struct told *told)
{
	napi_env env = c->a.env;
	napi_value v;
	uint32_t i;
	int rc;

	for (i = 0; i < n; i++)
		if (napi_get_element(env, c->a.v[1], i, &v) != napi_ok ||
		    take_op(c, v, &ops[i], &told[i]) != 0)
			return NULL;
	rc = lib()->commit(c->t, ops, n);
	return call_done(c, rc, rc < 0 ? NULL : results(env, ops, n));
}

napi_value
row_commit(napi_env env, napi_callback_info info)
{
	struct tacit_op *ops = NULL;
	struct told *told = NULL;
	napi_value v = NULL;
	struct call c;
	uint32_t n;

	if (call_vault(&c, env, info, 2) != 0 ||
	    napi_get_array_length(env, c.a.v[1], &n) != napi_ok)
		return NULL;
	if (n > TACIT_OPS_MAX)
		return throw_error(env, TACIT_E_INVALID);
	ops = calloc((size_t)n + 1, sizeof(*ops));
	told = calloc((size_t)n + 1, sizeof(*told));
	if (ops == NULL || told == NULL)
		(void)throw_error(env, TACIT_E_NOMEM);
	else
		v = commit(&c, n, ops, told);
	free(ops);
	free(told);
	return v;
}
