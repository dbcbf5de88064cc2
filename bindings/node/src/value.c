/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <tacit/error.h>

#include "value.h"

/* A failing call of Node that has said nothing itself: 0 if it was none. */
static int
said(napi_env env, napi_status status, const char *what)
{
	bool pending = false;

	if (status == napi_ok)
		return 0;
	(void)napi_is_exception_pending(env, &pending);
	if (!pending)
		(void)napi_throw_type_error(env, NULL, what);
	return -1;
}

/* ---- from JavaScript ---------------------------------------------------- */

int
take_args(struct args *a, napi_env env, napi_callback_info info, size_t n)
{
	size_t given = VALUE_ARGS_MAX;

	a->env = env;
	if (said(env, napi_get_cb_info(env, info, &given, a->v, NULL, NULL),
	    "no arguments") != 0)
		return -1;
	if (given == n)
		return 0;
	(void)napi_throw_type_error(env, NULL, "wrong number of arguments");
	return -1;
}

int
take_string(napi_env env, napi_value v, char **out)
{
	napi_valuetype type = napi_undefined;
	size_t len = 0;

	*out = NULL;
	(void)napi_typeof(env, v, &type);
	if (type == napi_null)
		return 0;
	if (said(env, napi_get_value_string_utf8(env, v, NULL, 0, &len),
	    "not a string") != 0)
		return -1;
	if ((*out = malloc(len + 1)) == NULL) {
		(void)throw_error(env, TACIT_E_NOMEM);
		return -1;
	}
	(void)napi_get_value_string_utf8(env, v, *out, len + 1, &len);
	return 0;
}

int
take_word(napi_env env, napi_value v, char *out, size_t size)
{
	size_t len = 0;

	if (said(env, napi_get_value_string_utf8(env, v, out, size, &len),
	    "not a string") != 0)
		return -1;
	return 0;
}

int
take_bytes(napi_env env, napi_value v, struct bytes *out)
{
	static char nothing[1];

	if (said(env, napi_get_buffer_info(env, v, &out->data, &out->len),
	    "not a Buffer") != 0)
		return -1;
	if (out->len == 0)
		out->data = nothing;
	return 0;
}

int
take_u32(napi_env env, napi_value v, uint32_t *out)
{
	return said(env, napi_get_value_uint32(env, v, out), "not a number");
}

int
take_int(napi_env env, napi_value v, int *out)
{
	int32_t n = 0;

	if (said(env, napi_get_value_int32(env, v, &n), "not a number") != 0)
		return -1;
	*out = n;
	return 0;
}

int
take_u64(napi_env env, napi_value v, uint64_t *out)
{
	int64_t n = 0;

	if (said(env, napi_get_value_int64(env, v, &n), "not a number") != 0)
		return -1;
	*out = n < 0 ? 0 : (uint64_t)n;
	return 0;
}

/* ---- to JavaScript ------------------------------------------------------ */

napi_value
make_null(napi_env env)
{
	napi_value v = NULL;

	(void)said(env, napi_get_null(env, &v), "no null");
	return v;
}

napi_value
make_number(napi_env env, double n)
{
	napi_value v = NULL;

	(void)said(env, napi_create_double(env, n, &v), "no number");
	return v;
}

napi_value
make_bool(napi_env env, int b)
{
	napi_value v = NULL;

	(void)said(env, napi_get_boolean(env, b != 0, &v), "no boolean");
	return v;
}

napi_value
make_string(napi_env env, const char *s, size_t len)
{
	napi_value v = NULL;

	(void)said(env, napi_create_string_utf8(env, s, len, &v), "no string");
	return v;
}

napi_value
make_word(napi_env env, const char *s)
{
	return make_string(env, s, strlen(s));
}

napi_value
make_buffer(napi_env env, const void *data, size_t len)
{
	napi_value v = NULL;

	(void)said(env, napi_create_buffer_copy(env, len, data, NULL, &v),
	    "no buffer");
	return v;
}

napi_value
make_object(napi_env env)
{
	napi_value v = NULL;

	(void)said(env, napi_create_object(env, &v), "no object");
	return v;
}

void
put(napi_env env, napi_value object, const char *name, napi_value v)
{
	if (object == NULL || v == NULL)
		return;
	(void)said(env, napi_set_named_property(env, object, name, v), name);
}

void
put_number(napi_env env, napi_value object, const char *name, double n)
{
	put(env, object, name, make_number(env, n));
}

void
put_bool(napi_env env, napi_value object, const char *name, int b)
{
	put(env, object, name, make_bool(env, b));
}

void
put_word(napi_env env, napi_value object, const char *name, const char *s)
{
	put(env, object, name, make_word(env, s));
}

/* ---- errors ------------------------------------------------------------- */

static void
forget_class(napi_env env, void *ref, void *hint)
{
	(void)hint;
	(void)napi_delete_reference(env, ref);
}

napi_value
set_error_class(napi_env env, napi_callback_info info)
{
	struct args a;
	napi_ref ref;

	if (take_args(&a, env, info, 1) == 0 &&
	    napi_create_reference(env, a.v[0], 1, &ref) == napi_ok)
		(void)napi_set_instance_data(env, ref, forget_class, NULL);
	return NULL;
}

napi_value
make_error(napi_env env, int rc)
{
	void *ref = NULL;
	napi_value class = NULL, number, error = NULL;

	(void)napi_get_instance_data(env, &ref);
	number = make_number(env, rc);
	if (ref != NULL &&
	    napi_get_reference_value(env, ref, &class) == napi_ok)
		(void)napi_new_instance(env, class, 1, &number, &error);
	return error;
}

napi_value
throw_error(napi_env env, int rc)
{
	napi_value error = make_error(env, rc);

	if (error != NULL)
		(void)napi_throw(env, error);
	return NULL;
}

napi_value
done(napi_env env, int rc)
{
	return rc < 0 ? throw_error(env, rc) : NULL;
}

void
wipe_free(void *p, size_t len)
{
	if (p == NULL)
		return;
	explicit_bzero(p, len);
	free(p);
}
