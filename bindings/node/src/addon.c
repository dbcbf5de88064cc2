/* SPDX-License-Identifier: Apache-2.0 */
/* What index.js finds in this addon. */
#include <string.h>

#include "call.h"
#include "work.h"

/* version(), errorText(errno), errorWord(errno) */
static napi_value
version(napi_env env, napi_callback_info info)
{
	(void)info;
	return make_word(env, lib()->version());
}

static napi_value
error_text(napi_env env, napi_callback_info info)
{
	struct args a;
	int rc;

	if (take_args(&a, env, info, 1) != 0 ||
	    take_int(env, a.v[0], &rc) != 0)
		return NULL;
	return make_word(env, lib()->error_text(rc));
}

static napi_value
error_word(napi_env env, napi_callback_info info)
{
	struct args a;
	int rc;

	if (take_args(&a, env, info, 1) != 0 ||
	    take_int(env, a.v[0], &rc) != 0)
		return NULL;
	return make_word(env, lib()->error_word(rc));
}

#define FUNCTION(name, function)					\
	{ name, NULL, function, NULL, NULL, NULL, napi_enumerable, NULL },
static const napi_property_descriptor functions[] = {
	FUNCTION("setErrorClass", set_error_class)
	FUNCTION("version", version)
	FUNCTION("errorText", error_text)
	FUNCTION("errorWord", error_word)
	FUNCTION("open", work_open)
	FUNCTION("create", work_create)
	FUNCTION("restore", work_restore)
	FUNCTION("backup", work_backup)
	FUNCTION("changePassphrase", work_change_passphrase)
	FUNCTION("changeSecret", work_change_secret)
	FUNCTION("watch", vault_watch)
	FUNCTION("close", vault_close)
	CALLS(FUNCTION)
};
#undef FUNCTION

NAPI_MODULE_INIT()
{
	if (lib() == NULL) {
		(void)napi_throw_error(env, "ERR_TACIT_LIBRARY", lib_why());
		return NULL;
	}
	(void)napi_define_properties(env, exports,
	    sizeof(functions) / sizeof(functions[0]), functions);
	return exports;
}
