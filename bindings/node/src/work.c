/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "vault.h"
#include "work.h"

struct secret {
	char *data;
	size_t len;
	uint32_t is_key;		/* of TACIT_VAULT_KEY_SIZE bytes */
};

struct work {
	napi_async_work id;
	napi_deferred promise;
	int (*run)(struct work *w);
	struct tacit_config cfg;
	struct tacit_host host;		/* has a key, or is not used */
	char *path, *proxy, *name;
	struct secret first, second;
	struct vault *lender;		/* or NULL: ${t} is made */
	struct tacit *t;
	int rc;
};

static void
work_free(struct work *w)
{
	if (w == NULL)
		return;
	free(w->path);
	free(w->proxy);
	free(w->name);
	wipe_free(w->first.data, w->first.len);
	wipe_free(w->second.data, w->second.len);
	free(w);
}

/* ---- on the worker thread ----------------------------------------------- */

static int
run_open(struct work *w)
{
	return lib()->open(&w->t, &w->cfg);
}

static int
run_create(struct work *w)
{
	int rc = lib()->create(&w->cfg, w->name);

	return rc != 0 ? rc : run_open(w);
}

static int
run_restore(struct work *w)
{
	int rc = lib()->restore(&w->cfg, w->name, w->second.data,
	    w->second.len, NULL);

	return rc != 0 ? rc : run_open(w);
}

static int
run_backup(struct work *w)
{
	return lib()->backup(w->t, w->path, w->first.data, w->first.len);
}

static int
run_change_passphrase(struct work *w)
{
	return lib()->change_passphrase(w->t, w->first.data, w->first.len,
	    w->second.data, w->second.len);
}

static struct tacit_secret
secret_of(const struct secret *s)
{
	struct tacit_secret out = { .size = sizeof(out) };

	if (s->is_key)
		out.key = (const uint8_t *)s->data;
	else {
		out.passphrase = s->data;
		out.passphrase_len = s->len;
	}
	return out;
}

static int
run_change_secret(struct work *w)
{
	struct tacit_secret old = secret_of(&w->first);
	struct tacit_secret fresh = secret_of(&w->second);

	return lib()->change_secret(w->t, &old, &fresh);
}

static void
execute(napi_env env, void *arg)
{
	struct work *w = arg;

	(void)env;
	w->rc = w->run(w);
}

/* ---- on Node's ---------------------------------------------------------- */

/* The vault that was made, or undefined; NULL and an exception. */
static napi_value
result(napi_env env, struct work *w)
{
	napi_value v = NULL;

	if (w->rc != 0)
		return throw_error(env, w->rc);
	if (w->lender == NULL)
		return vault_wrap(env, w->t);
	(void)napi_get_undefined(env, &v);
	return v;
}

static void
complete(napi_env env, napi_status status, void *arg)
{
	struct work *w = arg;
	napi_value v, thrown = NULL;

	if (status != napi_ok)
		w->rc = TACIT_E_INTERNAL;
	if (w->lender != NULL)
		vault_return(w->lender);
	v = result(env, w);
	(void)napi_get_and_clear_last_exception(env, &thrown);
	if (v != NULL)
		(void)napi_resolve_deferred(env, w->promise, v);
	else
		(void)napi_reject_deferred(env, w->promise, thrown);
	(void)napi_delete_async_work(env, w->id);
	work_free(w);
}

/* A promise for ${w}, which is freed later, or at once and NULL. */
static napi_value
begin(napi_env env, struct work *w, int (*run)(struct work *))
{
	napi_value promise = NULL;

	w->run = run;
	if (w->lender != NULL)
		w->t = vault_lend(w->lender);
	if (napi_create_async_work(env, NULL, make_word(env, "tacit"), execute,
	    complete, w, &w->id) != napi_ok ||
	    napi_create_promise(env, &w->promise, &promise) != napi_ok ||
	    napi_queue_async_work(env, w->id) != napi_ok) {
		if (w->id != NULL)
			(void)napi_delete_async_work(env, w->id);
		if (w->lender != NULL)
			vault_return(w->lender);
		work_free(w);
		return throw_error(env, TACIT_E_NOMEM);
	}
	return promise;
}

/* ---- arguments ---------------------------------------------------------- */

static struct work *
work_new(napi_env env)
{
	static const struct tacit_config fresh = TACIT_CONFIG_INIT;
	static const struct tacit_host host = TACIT_HOST_INIT;
	struct work *w = calloc(1, sizeof(*w));

	if (w == NULL)
		(void)throw_error(env, TACIT_E_NOMEM);
	else {
		w->cfg = fresh;
		w->host = host;
	}
	return w;
}

static int
take_secret(napi_env env, napi_value v, struct secret *out)
{
	struct bytes b;

	if (take_bytes(env, v, &b) != 0)
		return -1;
	if ((out->data = malloc(b.len + 1)) == NULL) {
		(void)throw_error(env, TACIT_E_NOMEM);
		return -1;
	}
	if (b.len > 0)
		memcpy(out->data, b.data, b.len);
	out->len = b.len;
	return 0;
}

/* A passphrase or a key: which, ${kind} says. */
static int
take_opener(napi_env env, napi_value v, napi_value kind, struct secret *out)
{
	if (take_secret(env, v, out) != 0 ||
	    take_u32(env, kind, &out->is_key) != 0)
		return -1;
	if (!out->is_key || out->len == TACIT_VAULT_KEY_SIZE)
		return 0;
	(void)throw_error(env, TACIT_E_INVALID);
	return -1;
}

enum { CONFIG_ARGS = 7 };

static int
take_config(struct work *w, const struct args *a)
{
	struct tacit_config *cfg = &w->cfg;

	if (take_string(a->env, a->v[0], &w->path) != 0 ||
	    take_opener(a->env, a->v[1], a->v[2], &w->first) != 0 ||
	    take_u32(a->env, a->v[3], &cfg->lock_wait_ms) != 0 ||
	    take_string(a->env, a->v[4], &w->proxy) != 0 ||
	    take_u32(a->env, a->v[5], &cfg->argon_mib) != 0 ||
	    take_u32(a->env, a->v[6], &cfg->argon_passes) != 0)
		return -1;
	cfg->path = w->path;
	cfg->proxy = w->proxy;
	if (w->first.is_key) {
		w->host.key = (const uint8_t *)w->first.data;
		cfg->host = &w->host;
	} else {
		cfg->passphrase = w->first.data;
		cfg->passphrase_len = w->first.len;
	}
	return 0;
}

/* Arguments were wrong: an exception is pending. */
static napi_value
refuse(struct work *w)
{
	work_free(w);
	return NULL;
}

napi_value
work_open(napi_env env, napi_callback_info info)
{
	struct work *w;
	struct args a;

	if (take_args(&a, env, info, CONFIG_ARGS) != 0 ||
	    (w = work_new(env)) == NULL)
		return NULL;
	if (take_config(w, &a) != 0)
		return refuse(w);
	return begin(env, w, run_open);
}

napi_value
work_create(napi_env env, napi_callback_info info)
{
	struct work *w;
	struct args a;

	if (take_args(&a, env, info, CONFIG_ARGS + 1) != 0 ||
	    (w = work_new(env)) == NULL)
		return NULL;
	if (take_config(w, &a) != 0 ||
	    take_string(env, a.v[CONFIG_ARGS], &w->name) != 0)
		return refuse(w);
	return begin(env, w, run_create);
}

napi_value
work_restore(napi_env env, napi_callback_info info)
{
	struct work *w;
	struct args a;

	if (take_args(&a, env, info, CONFIG_ARGS + 2) != 0 ||
	    (w = work_new(env)) == NULL)
		return NULL;
	if (take_config(w, &a) != 0 ||
	    take_string(env, a.v[CONFIG_ARGS], &w->name) != 0 ||
	    take_secret(env, a.v[CONFIG_ARGS + 1], &w->second) != 0)
		return refuse(w);
	return begin(env, w, run_restore);
}

napi_value
work_backup(napi_env env, napi_callback_info info)
{
	struct work *w;
	struct args a;

	if (take_args(&a, env, info, 3) != 0 || (w = work_new(env)) == NULL)
		return NULL;
	if ((w->lender = vault_take(env, a.v[0])) == NULL ||
	    take_string(env, a.v[1], &w->path) != 0 ||
	    take_secret(env, a.v[2], &w->first) != 0)
		return refuse(w);
	return begin(env, w, run_backup);
}

napi_value
work_change_passphrase(napi_env env, napi_callback_info info)
{
	struct work *w;
	struct args a;

	if (take_args(&a, env, info, 3) != 0 || (w = work_new(env)) == NULL)
		return NULL;
	if ((w->lender = vault_take(env, a.v[0])) == NULL ||
	    take_secret(env, a.v[1], &w->first) != 0 ||
	    take_secret(env, a.v[2], &w->second) != 0)
		return refuse(w);
	return begin(env, w, run_change_passphrase);
}

napi_value
work_change_secret(napi_env env, napi_callback_info info)
{
	struct work *w;
	struct args a;

	if (take_args(&a, env, info, 5) != 0 || (w = work_new(env)) == NULL)
		return NULL;
	if ((w->lender = vault_take(env, a.v[0])) == NULL ||
	    take_opener(env, a.v[1], a.v[2], &w->first) != 0 ||
	    take_opener(env, a.v[3], a.v[4], &w->second) != 0)
		return refuse(w);
	return begin(env, w, run_change_secret);
}
