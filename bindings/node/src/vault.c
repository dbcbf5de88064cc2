/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <uv.h>

#include "vault.h"

enum { PATIENCE_MS = 1000 };		/* after a step that failed */

/*
 * Freed when its object is gone and the loop has let go of both handles.
 */
struct vault {
	napi_env env;
	struct tacit *t;		/* NULL: closed */
	uv_poll_t poll;
	uv_timer_t timer;
	int watched;			/* both handles are in the loop */
	int lent;
	int ending;			/* the environment ends, hook waits */
	int holders;			/* object, handles */
	napi_ref told;
	napi_async_context context;
	napi_async_cleanup_hook_handle hook;
};

static const napi_type_tag tag = {
	0x7461636974766c74u, 0x9d1c2f6e4b7a5038u
};

static void
let_go(struct vault *v)
{
	if (--v->holders == 0)
		free(v);
}

/* ---- in the loop -------------------------------------------------------- */

static void	step(struct vault *v);

static void
poll_ready(uv_poll_t *h, int status, int events)
{
	(void)status;
	(void)events;
	step(h->data);
}

static void
timer_ready(uv_timer_t *h)
{
	step(h->data);
}

static void
wait(struct vault *v)
{
	int ms = lib()->timeout_ms(v->t);

	(void)uv_poll_start(&v->poll, UV_READABLE, poll_ready);
	if (ms < 0)
		(void)uv_timer_stop(&v->timer);
	else
		(void)uv_timer_start(&v->timer, timer_ready, (uint64_t)ms, 0);
}

/* Call told(rc), which must not throw. */
static void
tell(struct vault *v, int rc)
{
	napi_env env = v->env;
	napi_value told = NULL, self = NULL, number, thrown;
	napi_handle_scope scope;

	if (napi_open_handle_scope(env, &scope) != napi_ok)
		return;
	number = make_number(env, rc);
	(void)napi_get_global(env, &self);
	(void)napi_get_reference_value(env, v->told, &told);
	if (told != NULL && napi_make_callback(env, v->context, self, told, 1,
	    &number, NULL) == napi_pending_exception &&
	    napi_get_and_clear_last_exception(env, &thrown) == napi_ok)
		(void)napi_fatal_exception(env, thrown);
	(void)napi_close_handle_scope(env, scope);
}

/*
 * Where the vault cannot be written it is tried again after a while, and the
 * descriptor, which would go on saying that there is work, is left alone.
 */
static void
step(struct vault *v)
{
	int rc = lib()->step(v->t, 0);

	if (rc == 0)
		wait(v);
	else {
		(void)uv_poll_stop(&v->poll);
		(void)uv_timer_start(&v->timer, timer_ready, PATIENCE_MS, 0);
	}
	tell(v, rc);
}

/* ---- the end ------------------------------------------------------------ */

static void
handle_closed(uv_handle_t *h)
{
	struct vault *v = h->data;

	if (--v->watched == 0 && v->hook != NULL)
		(void)napi_remove_async_cleanup_hook(v->hook);
	let_go(v);
}

static void
end(struct vault *v)
{
	if (v->t == NULL)
		return;
	lib()->close(v->t);
	v->t = NULL;
	if (v->told != NULL)
		(void)napi_delete_reference(v->env, v->told);
	if (v->context != NULL)
		(void)napi_async_destroy(v->env, v->context);
	v->told = NULL;
	v->context = NULL;
	if (v->watched > 0) {
		uv_close((uv_handle_t *)&v->poll, handle_closed);
		uv_close((uv_handle_t *)&v->timer, handle_closed);
	} else if (v->hook != NULL)
		(void)napi_remove_async_cleanup_hook(v->hook);
}

static void
environment_ends(napi_async_cleanup_hook_handle hook, void *arg)
{
	struct vault *v = arg;

	(void)hook;
	v->ending = 1;
	if (!v->lent)
		end(v);
}

static void
forgotten(napi_env env, void *data, void *hint)
{
	struct vault *v = data;

	(void)env;
	(void)hint;
	end(v);
	let_go(v);
}

/* ---- the object --------------------------------------------------------- */

napi_value
vault_wrap(napi_env env, struct tacit *t)
{
	struct vault *v = calloc(1, sizeof(*v));
	napi_value object = NULL;

	if (v == NULL) {
		lib()->close(t);
		return throw_error(env, TACIT_E_NOMEM);
	}
	v->env = env;
	v->t = t;
	v->holders = 1;
	if (napi_create_external(env, v, forgotten, NULL, &object) != napi_ok) {
		end(v);
		let_go(v);
		return throw_error(env, TACIT_E_INTERNAL);
	}
	if (napi_type_tag_object(env, object, &tag) != napi_ok ||
	    napi_add_async_cleanup_hook(env, environment_ends, v, &v->hook) !=
	    napi_ok)
		return throw_error(env, TACIT_E_INTERNAL);
	return object;
}

static struct vault *
take_any(napi_env env, napi_value object)
{
	bool is_ours = false;
	void *v = NULL;

	if (napi_check_object_type_tag(env, object, &tag, &is_ours) ==
	    napi_ok && is_ours &&
	    napi_get_value_external(env, object, &v) == napi_ok)
		return v;
	(void)napi_throw_type_error(env, NULL, "not a vault");
	return NULL;
}

struct vault *
vault_take(napi_env env, napi_value object)
{
	struct vault *v = take_any(env, object);

	if (v != NULL && (v->t == NULL || v->lent)) {
		(void)throw_error(env, TACIT_E_STATE);
		return NULL;
	}
	return v;
}

struct tacit *
vault_tacit(struct vault *v)
{
	return v->t;
}

void
vault_moved(struct vault *v)
{
	if (v->watched > 0)
		wait(v);
}

static int
begin(struct vault *v)
{
	uv_loop_t *loop;

	if (napi_get_uv_event_loop(v->env, &loop) != napi_ok ||
	    uv_poll_init(loop, &v->poll, lib()->fd(v->t)) != 0)
		return -1;
	(void)uv_timer_init(loop, &v->timer);
	v->poll.data = v->timer.data = v;
	v->watched = 2;
	v->holders += 2;
	wait(v);
	return 0;
}

napi_value
vault_watch(napi_env env, napi_callback_info info)
{
	struct vault *v;
	struct args a;

	if (take_args(&a, env, info, 2) != 0 ||
	    (v = vault_take(env, a.v[0])) == NULL)
		return NULL;
	if (v->watched > 0 ||
	    napi_create_reference(env, a.v[1], 1, &v->told) != napi_ok ||
	    napi_async_init(env, NULL, make_word(env, "tacit"), &v->context) !=
	    napi_ok || begin(v) != 0)
		return throw_error(env, TACIT_E_INTERNAL);
	return NULL;
}

napi_value
vault_close(napi_env env, napi_callback_info info)
{
	struct vault *v;
	struct args a;

	if (take_args(&a, env, info, 1) != 0 ||
	    (v = take_any(env, a.v[0])) == NULL)
		return NULL;
	if (v->lent)
		return throw_error(env, TACIT_E_STATE);
	end(v);
	return NULL;
}

/* ---- lending ------------------------------------------------------------ */

struct tacit *
vault_lend(struct vault *v)
{
	v->lent = 1;
	v->holders++;
	if (v->watched > 0) {
		(void)uv_poll_stop(&v->poll);
		(void)uv_timer_stop(&v->timer);
	}
	return v->t;
}

void
vault_return(struct vault *v)
{
	v->lent = 0;
	if (v->ending)
		end(v);
	else
		vault_moved(v);
	let_go(v);
}
