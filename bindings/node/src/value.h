/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of JavaScript from and to those of C.
 *
 * Each take_*() returns 0, or -1 with an exception pending.  Each put_*() and
 * make_*() that fails leaves one pending too, and the functions after it do
 * nothing then; a callback that returns at once is all that is needed.
 */
#ifndef VALUE_H
#define VALUE_H

#include <stddef.h>
#include <stdint.h>

#define NAPI_VERSION 8
#include <node_api.h>

enum { VALUE_ARGS_MAX = 12 };

/* The arguments of a call, always ${n} of them. */
struct args {
	napi_env env;
	napi_value v[VALUE_ARGS_MAX];
};
int	take_args(struct args *a, napi_env env, napi_callback_info info,
	    size_t n);

/* Fresh memory, NUL-terminated, or NULL for null; the caller frees it. */
int	take_string(napi_env env, napi_value v, char **out);

/* Up to ${size} bytes with the NUL. */
int	take_word(napi_env env, napi_value v, char *out, size_t size);

struct bytes {
	void *data;			/* of the Buffer; never NULL */
	size_t len;
};
int	take_bytes(napi_env env, napi_value v, struct bytes *out);

int	take_u32(napi_env env, napi_value v, uint32_t *out);
int	take_int(napi_env env, napi_value v, int *out);
int	take_u64(napi_env env, napi_value v, uint64_t *out);

napi_value	make_null(napi_env env);
napi_value	make_number(napi_env env, double n);
napi_value	make_bool(napi_env env, int b);
napi_value	make_string(napi_env env, const char *s, size_t len);
napi_value	make_word(napi_env env, const char *s);
napi_value	make_buffer(napi_env env, const void *data, size_t len);
napi_value	make_object(napi_env env);

/* Into ${object}; ids and numbers are below 2^53 all their life. */
void	put(napi_env env, napi_value object, const char *name, napi_value v);
void	put_number(napi_env env, napi_value object, const char *name, double n);
void	put_bool(napi_env env, napi_value object, const char *name, int b);
void	put_word(napi_env env, napi_value object, const char *name,
	    const char *s);

/*
 * An instance of TacitError for the negative ${rc}, whose class was given to
 * set_error_class() once.  throw_error() returns NULL, for a callback.
 */
napi_value	set_error_class(napi_env env, napi_callback_info info);
napi_value	make_error(napi_env env, int rc);
napi_value	throw_error(napi_env env, int rc);

/* undefined, or the exception for a negative ${rc}. */
napi_value	done(napi_env env, int rc);

/* Overwrite ${len} bytes at ${p} (or nothing, if NULL) and free it. */
void	wipe_free(void *p, size_t len);

#endif
